"""What goes on for long, comes again, stops without an end, or comes in masses."""

import json
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from notifier.actions.announce.declare import Wish, suspend
from notifier.actions.background.judging import TURN, Judging
from notifier.actions.background.posts import record_signals, speaker
from notifier.actions.background.signals import judge_signals, watch_cut_offs
from notifier.actions.control.approve import Consent
from notifier.errors import Busy
from notifier.model.act import Act
from notifier.model.vocabulary import Mode, Reason
from notifier.pipeline.detect import QUIET
from notifier.store import Db, locks, values
from notifier.store.company import catalogue
from notifier.store.company.catalogue import Source
from notifier.store.disruptions import alarms, disruptions
from tests.actions.background.test_signals import WRITER

NOW = datetime(2026, 11, 27, 8, 13, tzinfo=UTC)
MINUTE = timedelta(minutes=1)
TOOL = Source(
    "prometheus", "alertmanager", None, {"label": "service", "map": {"api": "mythos-5"}}, None, open=True
)
BODIES = Path(__file__).parent / "alertmanager"
SERVICES = [f"service-{n}" for n in range(30)]


@pytest.fixture
def company(db: Db) -> Db:
    with db.transaction() as tx:
        for slug in ("fable-5", "mythos-5", *SERVICES):
            catalogue.put_service(tx, slug, slug)
        catalogue.put_source(tx, TOOL)
    return db


def has(db: Db, **settings: Any) -> None:
    with db.transaction() as tx:
        catalogue.put_source(tx, replace(TOOL, **settings))


def hear(db: Db, name: str, at: datetime, source: str = "prometheus", **changed: Any) -> int:
    """Post a body as it was met in the field, and judge. How much of it was news."""
    message = json.loads((BODIES / f"{name}.json").read_text("utf-8"))
    for field, value in changed.items():
        (message["alerts"][0] if field in message["alerts"][0] else message)[field] = value
    new = record_signals(db, speaker(db, source), {}, json.dumps(message).encode(), at).new
    judge_signals(db, WRITER, at)
    return new


def post(db: Db, alerts: list[dict[str, Any]], at: datetime, source: str = "prometheus") -> int:
    body = json.dumps({"version": "4", "groupKey": "{}", "alerts": alerts}).encode()
    return record_signals(db, speaker(db, source), {}, body, at).new


def alert(service: str, began: datetime, ended: datetime | None = None, name: str = "Down") -> dict[str, Any]:
    return {
        "status": "resolved" if ended else "firing",
        "labels": {"alertname": name, "service": service},
        "startsAt": began.isoformat(),
        "endsAt": ended.isoformat() if ended else "0001-01-01T00:00:00Z",
        "fingerprint": f"{name}{service}".replace("-", ""),
    }


def judge(db: Db, at: datetime) -> int:
    """Until nothing is to be judged at this moment; how many portions that took."""
    portions = 0
    while True:
        portions += 1
        if not judge_signals(db, WRITER, at).rings:
            return portions


def drafts(db: Db) -> list[list[str]]:
    with db.transaction() as tx:
        return [one.services for one in disruptions.open_ones(tx, Mode.REHEARSAL) if not one.declared_at]


def texts(db: Db) -> list[str]:
    with db.transaction() as tx:
        return [alarm.text for alarm in alarms.open_ones(tx)]


def judgements(db: Db) -> list[str]:
    with db.transaction() as tx:
        return values(tx, "SELECT judgement FROM signal ORDER BY signal_id")


# ---------------------------------------------------------------- rounds


def test_a_lease_that_lapsed_and_fires_again_with_the_same_beginning_keeps_its_draft(company: Db) -> None:
    assert hear(company, "firing", NOW) == 1
    assert hear(company, "resolved-by-lapse", NOW + 6 * MINUTE) == 1
    assert "is gone" in texts(company)[0]
    assert hear(company, "firing", NOW + 12 * MINUTE) == 1
    for minutes in range(14, 60, 2):
        assert hear(company, "firing", NOW + minutes * MINUTE) == 0
    assert drafts(company) == [["mythos-5"]]
    assert "nobody was told" in texts(company)[0]


def test_after_its_draft_is_void_the_same_alert_opens_another(company: Db) -> None:
    hear(company, "firing", NOW)
    hear(company, "resolved-by-lapse", NOW + 6 * MINUTE)
    judge_signals(company, WRITER, NOW + 6 * MINUTE + QUIET)
    assert drafts(company) == []
    hear(company, "firing", NOW + 30 * MINUTE)
    assert drafts(company) == [["mythos-5"]]


def test_a_second_replica_that_has_not_heard_of_the_end_reopens_nothing(company: Db) -> None:
    has(company, reopen_seconds=600)
    hear(company, "firing", NOW)
    hear(company, "resolved-by-lapse", NOW + 6 * MINUTE)
    assert hear(company, "firing", NOW + 15 * MINUTE) == 0
    judge_signals(company, WRITER, NOW + 6 * MINUTE + QUIET)
    assert drafts(company) == []


def test_an_end_that_names_another_beginning_ends_what_is_open(company: Db) -> None:
    hear(company, "merged-firing", NOW)
    hear(company, "merged-resolved", NOW + 3 * MINUTE)
    judge_signals(company, WRITER, NOW + 3 * MINUTE + QUIET)
    assert drafts(company) == []
    assert judgements(company) == ["no open disruption covers this", "the draft loses this evidence"]


def test_an_end_that_comes_first_leaves_nothing_to_open(company: Db) -> None:
    hear(company, "resolved-before-firing", NOW)
    zero = "0001-01-01T00:00:00Z"
    hear(company, "resolved-before-firing", NOW + MINUTE, status="firing", endsAt=zero)
    assert drafts(company) == []
    assert judgements(company) == ["resolved, and never heard firing", "arrived after its own resolution"]


def test_an_alert_without_a_fingerprint_is_known_by_its_labels(company: Db) -> None:
    assert hear(company, "no-fingerprint", NOW) == 1
    assert hear(company, "no-fingerprint", NOW + MINUTE) == 0
    labels = {"service": "mythos-5", "severity": "critical", "alertname": "Down"}
    end = (NOW + 2 * MINUTE).isoformat()
    assert (
        hear(company, "no-fingerprint", NOW + 3 * MINUTE, status="resolved", endsAt=end, labels=labels) == 1
    )
    judge_signals(company, WRITER, NOW + 3 * MINUTE + QUIET)
    assert drafts(company) == []


def test_what_was_left_out_of_one_group_is_missing_whatever_another_group_says(company: Db) -> None:
    hear(company, "firing", NOW, groupKey='{}:{alertname="Other"}', truncatedAlerts=4)
    hear(company, "ends-null", NOW + MINUTE)
    assert any(text.startswith("prometheus left 4 alerts out") for text in texts(company))
    hear(company, "firing", NOW + 2 * MINUTE, groupKey='{}:{alertname="Other"}')
    assert not any("alerts out" in text for text in texts(company))


# ---------------------------------------------------------------- silence


def test_what_a_tool_has_stopped_repeating_is_lost_and_neither_ended_nor_announced(company: Db) -> None:
    has(company, silence_seconds=1_200)
    hear(company, "firing", NOW)
    hear(company, "firing", NOW + 5 * MINUTE)
    judge_signals(company, WRITER, NOW + 25 * MINUTE)
    assert "lost" not in texts(company)[0]
    judged = judge_signals(company, WRITER, NOW + 26 * MINUTE)
    assert texts(company)[0].endswith(
        "nobody was told; prometheus has not repeated it since 08:18 UTC: lost, not resolved."
    )
    judged = judge_signals(company, WRITER, NOW + timedelta(days=3))
    assert (judged.voided, judged.announced) == ((), ())
    assert drafts(company) == [["mythos-5"]]
    hear(company, "firing", NOW + timedelta(days=3))
    assert "lost" not in texts(company)[0]


def test_without_a_word_about_it_silence_means_nothing(company: Db) -> None:
    hear(company, "firing", NOW)
    judge_signals(company, WRITER, NOW + timedelta(days=3))
    assert "lost" not in texts(company)[0]


# ---------------------------------------------------------------- storms


def test_what_had_begun_days_ago_opens_nothing_and_says_so_until_it_is_over_or_declared(company: Db) -> None:
    days = timedelta(days=2)
    assert hear(company, "firing", NOW + days) == 1
    assert drafts(company) == []
    assert judgements(company) == ["had begun too long ago when it was first heard"]
    (text,) = texts(company)
    assert text.endswith("nothing is drafted: if it is true, notifier suspend mythos-5.")
    end = (NOW + days).isoformat()
    hear(company, "resolved-by-lapse", NOW + days + MINUTE, endsAt=end)
    assert texts(company) == []
    hear(company, "firing", NOW + 2 * days)
    assert len(texts(company)) == 1
    act = Act("person:lind", NOW + 2 * days)
    suspend(company, WRITER, act, Wish(("mythos-5",), Reason.FAULT), Consent())
    judge_signals(company, WRITER, NOW + 2 * days)
    assert not any("max_age" in text for text in texts(company))


def test_a_source_says_how_old_is_too_old(company: Db) -> None:
    has(company, max_age_seconds=7 * 86_400)
    hear(company, "firing", NOW + timedelta(days=2))
    assert drafts(company) == [["mythos-5"]]


def waiting(db: Db) -> list[str]:
    return [text for text in texts(db) if " wait" in text]


def test_a_source_opens_so_many_drafts_an_hour_and_the_rest_waits_for_its_turn(company: Db) -> None:
    has(company, drafts_per_hour=3, max_age_seconds=7 * 86_400)
    reports = [alert(service, NOW - n * timedelta(hours=2)) for n, service in enumerate(SERVICES[:7])]
    assert post(company, reports, NOW) == 7
    judge(company, NOW)
    assert len(drafts(company)) == 3
    assert waiting(company) == [
        "4 reports of prometheus wait: it has opened as many drafts within an hour as its drafts_per_hour says."
    ]
    assert judge_signals(company, WRITER, NOW + TURN / 2).signals == 0
    judge(company, NOW + TURN)
    assert len(drafts(company)) == 3
    judge(company, NOW + timedelta(minutes=61))
    assert len(drafts(company)) == 6
    judge(company, NOW + timedelta(minutes=122))
    assert len(drafts(company)) == 7
    assert waiting(company) == []


def test_above_the_ceiling_of_drafts_reports_wait_and_one_alarm_says_how_many(company: Db) -> None:
    with company.transaction() as tx:
        catalogue.put_company(tx, "policy", {"most_drafts": 2})
        catalogue.put_source(tx, replace(TOOL, name="kuma"))
    has(company, max_age_seconds=7 * 86_400)
    reports = [alert(service, NOW - n * timedelta(hours=2)) for n, service in enumerate(SERVICES[:4])]
    post(company, reports, NOW)
    post(company, [alert("service-9", NOW - timedelta(hours=11))], NOW, "kuma")
    judge(company, NOW)
    assert drafts(company) == [["service-0"], ["service-1"]]
    (text,) = waiting(company)
    assert text.startswith("3 reports of kuma and prometheus wait: as many drafts of evidence are open as")
    # What waits is judged by what is open then: nothing is lost, and what is over meanwhile opens nothing.
    ended = NOW + 2 * MINUTE
    post(company, [alert("service-2", NOW - timedelta(hours=4), ended)], NOW + 3 * MINUTE)
    act = Act("person:lind", NOW)
    suspend(company, WRITER, act, Wish(("service-9",), Reason.FAULT), Consent(yes=True))
    judge(company, NOW + 3 * MINUTE)
    assert "was over before its turn came" in judgements(company)
    assert "an open disruption covers this" in judgements(company)
    assert waiting(company)[0].startswith("1 report of prometheus waits")
    with company.transaction() as tx:
        disruptions.end(
            tx, disruptions.open_ones(tx, Mode.REHEARSAL)[0].disruption_id, ended_as="void", now=NOW
        )
    judge(company, NOW + 5 * MINUTE)
    assert drafts(company) == [["service-1"], ["service-3"]]
    assert waiting(company) == []


def test_the_end_of_something_never_waits(company: Db) -> None:
    with company.transaction() as tx:
        catalogue.put_company(tx, "policy", {"most_drafts": 1})
    hear(company, "firing", NOW)
    post(company, [alert("service-1", NOW - timedelta(hours=3))], NOW)
    judge(company, NOW)
    hear(company, "resolved-by-lapse", NOW + 6 * MINUTE)
    judge_signals(company, WRITER, NOW + 6 * MINUTE + QUIET)
    judge(company, NOW + 6 * MINUTE + QUIET + TURN)
    assert drafts(company) == [["service-1"]]


def test_what_the_data_shows_does_not_wait(company: Db) -> None:
    with company.transaction() as tx:
        catalogue.put_company(tx, "policy", {"most_drafts": 1})
        tx.execute("INSERT INTO customer (ext_id, name) VALUES ('a', 'Acme')")
        tx.execute(
            "INSERT INTO entitlement (customer_id, service_id, suspended_at)"
            " SELECT customer_id, service_id, %s FROM customer, service WHERE slug = 'fable-5'",
            (NOW,),
        )
    post(company, [alert("service-1", NOW - timedelta(hours=3))], NOW)
    watch_cut_offs(company, WRITER, NOW)
    judge(company, NOW)
    assert drafts(company) == [["service-1"], ["fable-5"]]


# ---------------------------------------------------------------- two at once


def test_what_another_tick_has_opened_meanwhile_nobody_approves_while_we_judge(company: Db) -> None:
    post(company, [alert("service-1", NOW)], NOW)
    with company.transaction() as tx:
        judging = Judging(tx, WRITER, Mode.REHEARSAL, NOW)
        assert judge_signals(company, WRITER, NOW).opened
        post(company, [alert("service-2", NOW - timedelta(hours=5))], NOW)
        assert judging.judge_new() == 1
        assert len(judging.opened) == 1, "it does not touch the other one"
        (draft, *_) = judging.open_ones
        with pytest.raises(Busy):
            hold(company, draft.disruption_id)


def hold(db: Db, disruption_id: int) -> None:
    """As whoever approves, and waiting for nobody."""
    with db.transaction() as tx:
        locks.wait_at_most(tx, 1)
        disruptions.lock(tx, disruption_id)
