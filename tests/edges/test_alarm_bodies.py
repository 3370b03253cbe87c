"""One alarm in the words of each: whole values, and never an address."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import orjson
import pytest

from notifier.edges.alarm_bodies import LONGEST_SUBJECT, LONGEST_SUMMARY, mail, pagerduty, slack, standard
from notifier.edges.sendgrid import body_of
from notifier.model.alarm import AlarmEvent, AlarmNews
from notifier.model.mail import Envelope, Letter

NOW = datetime(2026, 11, 27, 23, 40, 7, 250_000, tzinfo=UTC)
MESSAGE = "0b6f6a50-3f0e-4f0e-9a51-3c9f0f4f6c11"
RAISED = AlarmNews(
    AlarmEvent.RAISED,
    MESSAGE,
    "notifier-i-7",
    "draft:7",
    "2,113 customers are cut off from Fable 5 since 18:32 UTC and nobody was told.",
    "7K2M",
    NOW,
)
CLEARED = replace(RAISED, what=AlarmEvent.CLEARED, cleared_at=NOW + timedelta(hours=1))
TEST = AlarmNews(AlarmEvent.TEST, MESSAGE, "notifier-i-test", "test", "A test.", None, NOW)
STRANGE = replace(RAISED, key="strange:kuma", text="kuma is strange.", reference=None)


def test_standard_webhooks() -> None:
    assert standard(RAISED) == {
        "type": "alarm.raised",
        "timestamp": "2026-11-27T23:40:07+00:00",
        "data": {
            "alarm": "notifier-i-7",
            "kind": "draft",
            "severity": "critical",
            "text": "2,113 customers are cut off from Fable 5 since 18:32 UTC and nobody was told.",
            "disruption": "7K2M",
            "raised_at": "2026-11-27T23:40:07+00:00",
            "cleared_at": None,
        },
    }
    assert standard(CLEARED) == {
        "type": "alarm.cleared",
        "timestamp": "2026-11-28T00:40:07+00:00",
        "data": standard(RAISED)["data"] | {"cleared_at": "2026-11-28T00:40:07+00:00"},
    }
    assert standard(TEST)["type"] == "alarm.test"
    assert standard(STRANGE)["data"]["severity"] == "warning"


def test_slack() -> None:
    assert slack(RAISED) == {
        "text": "*CRITICAL:* D-7K2M: 2,113 customers are cut off from Fable 5 since 18:32 UTC and nobody was told."
    }
    assert slack(CLEARED)["text"].startswith("*OVER:* D-7K2M: 2,113 customers")
    assert slack(STRANGE) == {"text": "*WARNING:* kuma is strange."}
    assert slack(TEST) == {"text": "*TEST:* A test."}


def test_a_name_calls_no_channel() -> None:
    assert slack(replace(STRANGE, text="Trouble with <!channel> & <http://x|y>."))["text"] == (
        "*WARNING:* Trouble with &lt;!channel&gt; &amp; &lt;http://x|y&gt;."
    )


def test_pagerduty() -> None:
    assert pagerduty(RAISED, "R" * 32) == {
        "routing_key": "R" * 32,
        "dedup_key": "notifier-i-7",
        "event_action": "trigger",
        "client": "notifier",
        "payload": {
            "summary": RAISED.text,
            "source": "notifier",
            "severity": "critical",
            "timestamp": "2026-11-27T23:40:07+00:00",
            "class": "draft",
            "custom_details": {"disruption": "7K2M", "text": RAISED.text},
        },
    }
    assert pagerduty(CLEARED, "R" * 32) == {
        "routing_key": "R" * 32,
        "dedup_key": "notifier-i-7",
        "event_action": "resolve",
    }
    assert pagerduty(TEST, "R" * 32)["payload"]["severity"] == "critical", "a test is to wake somebody"
    long = pagerduty(replace(RAISED, text="x" * 2000), "R" * 32)["payload"]
    assert len(long["summary"]) == LONGEST_SUMMARY
    assert long["custom_details"]["text"] == "x" * 2000


def test_a_mail_is_short_plain_and_outside_the_accounting() -> None:
    assert mail(CLEARED, ["ops@example.com", "night@example.com"], "Example AI <n@example.com>") == Envelope(
        attempt_id=MESSAGE,
        notice_id=0,
        sender="Example AI <n@example.com>",
        reply_to=None,
        headers={},
        subject="OVER: D-7K2M: 2,113 customers are cut off from Fable 5 since 18:32 UTC and nobody was told.",
        text=(
            "2,113 customers are cut off from Fable 5 since 18:32 UTC and nobody was told.\n\n"
            "From 2026-11-27 23:40 UTC to 2026-11-28 00:40 UTC.\n`notifier list` shows what is open.\n"
        ),
        html=(
            "<p>2,113 customers are cut off from Fable 5 since 18:32 UTC and nobody was told.</p>"
            "<p>From 2026-11-27 23:40 UTC to 2026-11-28 00:40 UTC.</p>"
            "<p>`notifier list` shows what is open.</p>"
        ),
        letters=[Letter(0, "ops@example.com", {}), Letter(0, "night@example.com", {})],
        installation_id="",
    )
    assert "<script>" not in mail(replace(STRANGE, text="<script>"), ["o@example.com"], "x").html
    assert len(mail(replace(RAISED, text="x" * 400), ["o@example.com"], "x").subject) == LONGEST_SUBJECT
    assert "Since 2026-11-27 23:40 UTC." in mail(RAISED, ["o@example.com"], "x").text


@pytest.mark.parametrize("address", ["ida.moe@example.com", "ida%40example.com", '"ida"@example.com'])
def test_what_looks_like_an_address_never_goes_out(address: str) -> None:
    """Alarms have none by contract; whoever breaks it is caught here."""
    leaking = replace(RAISED, text=f"The provider refused {address}: look at it.")
    bodies = [
        orjson.dumps(standard(leaking)),
        orjson.dumps(slack(leaking)),
        orjson.dumps(pagerduty(leaking, "key")),
        body_of(mail(leaking, ["ops@example.org"], "Example AI <n@example.net>")),
    ]
    for body in bodies:
        assert b"ida" not in body
        assert b"example.com" not in body
        assert b"[address]" in body
