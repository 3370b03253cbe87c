"""Alertmanager 0.25 posted the payloads in `alertmanager/` (its address and one alert are made up)."""

import json
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from notifier.edges.webhooks.alertmanager import parse
from notifier.edges.webhooks.texts import one_line
from notifier.errors import BadInput
from notifier.model.signal import SignalState

PAYLOADS = Path(__file__).parent / "alertmanager"
NOW = datetime(2026, 11, 23, 22, 45, tzinfo=UTC)
FIRING, RESOLVED = SignalState.FIRING, SignalState.RESOLVED


def payload(name: str) -> dict[str, Any]:
    return json.loads((PAYLOADS / f"{name}.json").read_text())


def raw(message: dict[str, Any]) -> bytes:
    return json.dumps(message).encode()


def changed(**alert: object) -> bytes:
    message = payload("firing")
    message["alerts"][0].update(alert)
    return raw(message)


def test_a_firing_alert_began_when_it_says() -> None:
    (signal,) = parse(raw(payload("firing")), NOW).signals
    assert signal.state is FIRING
    assert signal.occurred_at == datetime(2026, 11, 23, 22, 41, 24, 579904, tzinfo=UTC)
    assert signal.hints == ("fable-prod",)
    assert signal.summary == "Fable 5 answers 403 to 31% of requests"


def test_firing_and_resolved_are_the_same_trouble() -> None:
    (fired,) = parse(raw(payload("firing")), NOW).signals
    (resolved,) = parse(raw(payload("resolved")), NOW).signals
    assert resolved.state is RESOLVED
    assert (fired.key, fired.began_at) == (resolved.key, resolved.began_at)
    assert resolved.occurred_at == datetime(2026, 11, 23, 22, 41, 28, tzinfo=UTC)


def test_the_same_start_in_another_zone_is_the_same_trouble() -> None:
    (utc,) = parse(changed(startsAt="2026-11-23T22:41:24.579904896Z"), NOW).signals
    (est,) = parse(changed(startsAt="2026-11-23T17:41:24.579904896-05:00"), NOW).signals
    assert (utc.key, utc.began_at) == (est.key, est.began_at)


def test_a_group_that_still_fires_says_which_of_its_alerts_are_resolved() -> None:
    states = {s.hints[0]: s.state for s in parse(raw(payload("mixed")), NOW).signals}
    assert states == {"fable-prod": FIRING, "mythos-prod": RESOLVED}


def test_several_services_are_several_troubles() -> None:
    signals = parse(raw(payload("several_services")), NOW).signals
    assert len({s.key for s in signals}) == 3


def test_alerts_that_were_left_out_are_counted() -> None:
    posted = parse(raw(payload("truncated")), NOW)
    assert (len(posted.signals), posted.left_out) == (2, 1)


def test_a_clock_that_is_ahead_never_puts_evidence_into_the_future() -> None:
    (signal,) = parse(changed(startsAt="2026-11-24T03:00:00Z"), NOW).signals
    assert signal.occurred_at == NOW


@pytest.mark.parametrize(
    "zero", ["0001-01-01T00:00:00Z", "0001-01-01T00:00:00+05:00", "9999-12-31T23:59:59-05:00"]
)
def test_a_time_that_is_none_is_the_moment_of_arrival(zero: str) -> None:
    assert parse(changed(startsAt=zero), NOW).signals[0].occurred_at == NOW
    assert parse(changed(status="resolved", endsAt=zero), NOW).signals[0].occurred_at == NOW


def test_unknown_fields_of_newer_versions_are_left_alone() -> None:
    message = payload("firing") | {"notification_reason": "first", "routeLabels": {"a": [1]}}
    assert len(parse(raw(message), NOW).signals) == 1


def test_no_alerts_are_no_evidence_and_no_fault() -> None:
    assert parse(raw(payload("firing") | {"alerts": []}), NOW).signals == ()


@pytest.mark.parametrize(
    "body",
    [
        raw(payload("firing") | {"version": "3"}),
        raw(payload("firing") | {"version": 4}),
        raw({k: v for k, v in payload("firing").items() if k != "alerts"}),
        raw(payload("firing") | {"alerts": {}}),
        raw(payload("firing") | {"alerts": [None]}),
        raw(payload("firing") | {"truncatedAlerts": -1}),
        changed(status="pending"),
        changed(startsAt="yesterday"),
        changed(startsAt="2026-11-23T22:41:24"),
        changed(labels=["service"]),
        changed(labels={"service": 5}),
        changed(labels={"service": "fable-5\x00"}),
        changed(annotations={"summary": "a\x00b"}),
        changed(fingerprint=""),
        changed(fingerprint="someone@example.com"),
        changed(fingerprint="a\x00"),
        raw(payload("firing")).replace(b"Fable 5", b"Fable \xff"),
        raw(payload("firing")).replace(b"Fable 5", b"Fable \\ud800"),
    ],
)
def test_anything_else_is_refused(body: bytes) -> None:
    with pytest.raises(BadInput):
        parse(body, NOW)


def test_a_refusal_does_not_repeat_what_was_posted() -> None:
    with pytest.raises(BadInput) as refused:
        parse(changed(status="someone@example.com"), NOW)
    assert "someone" not in str(refused.value)


@pytest.mark.parametrize(
    ("text", "line"),
    [
        ("two\n lines\t\u2028here", "two lines here"),
        ("ask oncall@example.com or <a@b>, now", "ask [address] or [address] now"),
        ("see http://x/?u=a%40b.c", "see [address]"),
        ("", ""),
    ],
)
def test_a_summary_is_one_line_without_addresses(text: str, line: str) -> None:
    assert one_line(text) == line


@given(st.text(alphabet=st.sampled_from("ab @\n%40.é"), max_size=2000))
def test_a_summary_is_short_and_holds_no_address(text: str) -> None:
    line = one_line(text)
    assert len(line) <= 300
    assert "@" not in line
    assert "\n" not in line


def test_a_hostile_summary_costs_no_time() -> None:
    before = datetime.now(UTC)
    one_line("a" * 1_000_000)
    one_line("@" * 1_000_000)
    assert datetime.now(UTC) - before < timedelta(seconds=1)
