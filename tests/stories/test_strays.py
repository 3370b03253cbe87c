"""Events without our extras: found by the provider's id, or by address and time; or counted, and somebody hears.

The shapes are those that people have met with SendGrid: asynchronous bounces without custom arguments, complaints
without an id, arguments that became numbers, times in other units, and entries that are no events.
"""

import time
from typing import Any

import pytest

from tests.lab import SWALLOW, Lab, Mail, nth

ASYNCHRONOUS: dict[str, Any] = {
    "event": "bounce", "type": "bounce", "status": "5.1.10", "reason": "550 5.1.10 recipient not found",
    "sg_message_id": "",
}  # fmt: skip


@pytest.fixture
def told(lab: Lab) -> Lab:
    lab.people(10)
    lab.suspend()
    lab.settle()
    return lab


def bounce(address: str, **fields: object) -> dict[str, object]:
    return {
        **ASYNCHRONOUS,
        "email": address,
        "timestamp": int(time.time()),
        "sg_event_id": "async1",
        **fields,
    }


def named(mail: Mail, **fields: object) -> dict[str, object]:
    return {
        "email": mail.address,
        "timestamp": int(time.time()),
        "event": "bounce",
        "type": "bounce",
        "sg_event_id": "named1",
        "notifier_attempt": mail.attempt_id,
        "notifier_notice": str(mail.notice_id),
        "notifier_recipient": str(mail.recipient_id),
        **fields,
    }


def fates(lab: Lab) -> dict[str, str]:
    return dict(lab.rows("SELECT address_key, fate FROM fate JOIN recipient USING (recipient_id)"))


def suppressed(lab: Lab) -> dict[str, str]:
    return dict(lab.rows("SELECT address_key, reason FROM suppression JOIN recipient USING (recipient_id)"))


def strays(lab: Lab) -> dict[str, int]:
    return dict(lab.rows("SELECT why, sum(n)::int FROM stray GROUP BY 1"))


def test_a_bounce_without_arguments_is_found_by_address_and_time(told: Lab) -> None:
    told.post_events([bounce("P3@Example.com")])
    assert fates(told) == {"p3@example.com": "bounced"}
    assert suppressed(told) == {"p3@example.com": "bounce"}
    assert told.accounts(1) == {"told": 9, "unreachable": 1}
    assert strays(told) == {}


def test_where_several_mails_fit_the_address_is_suppressed_and_somebody_looks(told: Lab) -> None:
    told.update(told.value("SELECT reference FROM disruption"))
    told.settle()
    told.post_events([bounce("p3@example.com")])
    assert suppressed(told) == {"p3@example.com": "bounce"}
    assert fates(told) == {}
    assert strays(told) == {"several mails fit": 1}
    told.tick()
    assert any("fit more than one mail" in text for text in told.alarms())
    told.pass_time(2 * 86400)
    told.rows("UPDATE stray SET day = day - 2")
    told.tick()
    assert not told.alarms()


def test_the_providers_id_of_the_request_says_which_of_several(told: Lab) -> None:
    told.update(told.value("SELECT reference FROM disruption"))
    told.settle()
    told.post_events([bounce("p3@example.com", sg_message_id="sink-2.recvd-5f-1")])
    assert told.rows("SELECT notice_id, fate FROM fate") == [(2, "bounced")]
    assert strays(told) == {}


def test_mail_of_others_on_the_same_account_is_counted_and_nothing_else(told: Lab) -> None:
    told.post_events([
        bounce("stranger@example.org"),
        bounce("p1@example.com", event="delivered", type=None, sg_event_id="d"),
        bounce("p1@example.com", timestamp=int(time.time()) - 20 * 86400, sg_event_id="old"),
    ])  # fmt: skip
    assert fates(told) == {}
    assert suppressed(told) == {}
    assert strays(told) == {"no mail of ours": 2}
    told.tick()
    assert told.alarms() == []


def test_an_address_never_proves_a_request_of_which_nothing_is_known(lab: Lab) -> None:
    lab.people(10)
    lab.sink.on(nth(1), SWALLOW)
    lab.suspend()
    lab.settle()
    lab.post_events(
        [bounce("p1@example.com", event=kind, sg_event_id=kind) for kind in ("delivered", "bounce")]
    )
    assert lab.states(1) == {"unknown": 1}


def test_a_complaint_without_an_id_is_folded_once(told: Lab) -> None:
    mail = told.sink.to("p4@example.com")[0]
    complaint = named(mail, event="spamreport", sg_event_id=None)
    del complaint["sg_event_id"]
    assert told.post_events([complaint]).new == 1
    assert told.post_events([complaint]).new == 0
    assert suppressed(told) == {"p4@example.com": "spam_report"}


def test_two_people_without_arguments_or_ids_are_two(told: Lab) -> None:
    events = [bounce(address) for address in ("p1@example.com", "p2@example.com")]
    for event in events:
        del event["sg_event_id"]
    assert told.post_events(events).new == 2
    assert set(fates(told)) == {"p1@example.com", "p2@example.com"}


def test_arguments_as_numbers_and_odd_times_have_their_effect(told: Lab) -> None:
    odd: list[object] = [
        time.time(),
        int(time.time() * 1000),
        str(int(time.time())),
        1,
        "2026-11-27T08:00:00Z",
    ]
    mails = told.sink.mails[: len(odd)]
    told.post_events([
        named(mail, notifier_notice=mail.notice_id, notifier_recipient=mail.recipient_id, timestamp=stamp,
              sg_event_id=f"odd{n}")
        for n, (mail, stamp) in enumerate(zip(mails, odd, strict=True))
    ])  # fmt: skip
    assert set(fates(told)) == {mail.address for mail in mails}
    assert told.value("SELECT count(*) FROM fate WHERE at < now() - interval '40 days'") == 0


def test_what_cannot_be_read_is_counted_and_somebody_hears(told: Lab) -> None:
    mail = told.sink.mails[0]
    unreadable = named(mail, notifier_attempt="' OR 1=1", event="delivered", email="x@y.example")
    body: list[Any] = [None, "x", {"timestamp": 1}, unreadable]
    assert told.post_events(body).skipped == 3
    assert strays(told) == {"no event": 3, "our arguments cannot be read": 1}
    told.tick()
    assert any("4 events that cannot be read" in text for text in told.alarms())


def test_addresses_stand_in_one_table(told: Lab) -> None:
    told.post_events([bounce("p3@example.com"), bounce("stranger@example.org", sg_event_id=None)])
    tables = told.rows(
        "SELECT quote_ident(table_name), quote_ident(column_name) FROM information_schema.columns"
        " WHERE table_schema = 'public' AND table_name IN ('event', 'stray', 'fate', 'suppression', 'alarm')"
    )
    for table, column in tables:
        assert not told.rows(f"SELECT 1 FROM {table} WHERE {column}::text ~ '@'"), (table, column)
