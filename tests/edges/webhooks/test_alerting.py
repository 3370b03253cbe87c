"""Alertmanager 0.25 posted the payloads in `alertmanager/` (its address and one alert are made up)."""

import json
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from notifier.edges.webhooks import DIALECTS, Incoming
from notifier.edges.webhooks.idiom import MOST_TROUBLES
from notifier.errors import BadInput
from notifier.model.signal import Posted, SignalState

PAYLOADS = Path(__file__).parent / "alertmanager"
NOW = datetime(2026, 11, 23, 22, 45, tzinfo=UTC)
FIRING, RESOLVED = SignalState.FIRING, SignalState.RESOLVED


def parse(body: bytes, at: datetime) -> Posted:
    return DIALECTS["alertmanager"]({}).read(Incoming({}, body), at)


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
    assert posted.group == json.loads(raw(payload("truncated")))["groupKey"]


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
        raw({k: v for k, v in payload("firing").items() if k != "alerts"}),
        raw(payload("firing")).replace(b"Fable 5", b"Fable \xff"),
        raw(payload("firing")).replace(b"Fable 5", b"Fable \\ud800"),
    ],
)
def test_anything_else_is_refused(body: bytes) -> None:
    with pytest.raises(BadInput):
        parse(body, NOW)


@pytest.mark.parametrize(
    ("change", "fault"),
    [
        ({"status": "pending someone@example.com"}, "Its state is a word that is not known here."),
        ({"status": None}, "It says no state."),
        ({"fingerprint": "", "labels": {}}, "It does not say which trouble it means."),
    ],
)
def test_one_alert_that_cannot_be_read_costs_none_of_the_others(change: dict[str, Any], fault: str) -> None:
    message = payload("several_services")
    message["alerts"][1].update(change)
    posted = parse(raw(message), NOW)
    assert (len(posted.signals), posted.faults) == (2, (fault,))


def test_a_large_group_is_taken_whole() -> None:
    message = payload("firing")
    alert = message["alerts"][0]
    message["alerts"] = [alert | {"fingerprint": f"{n:016x}"} for n in range(1800)]
    assert len(parse(raw(message), NOW).signals) == 1800


def test_what_is_too_much_for_one_message_is_counted_as_left_out() -> None:
    message = payload("firing") | {"alerts": [{"status": "firing", "fingerprint": "a"}] * (MOST_TROUBLES + 3)}
    posted = parse(raw(message | {"truncatedAlerts": 4}), NOW)
    assert (len(posted.signals), posted.left_out) == (MOST_TROUBLES, 7)


def test_labels_that_are_nested_too_deeply_name_nothing() -> None:
    body = json.dumps(payload("firing") | {"alerts": [{"status": "firing", "labels": "X"}]})
    nested = body.replace('"X"', '{"a":' * 900 + "1" + "}" * 900)
    assert parse(nested.encode(), NOW).faults


def test_an_alert_without_a_fingerprint_is_its_labels() -> None:
    (first,) = parse(changed(fingerprint=None), NOW).signals
    (again,) = parse(changed(fingerprint=None, status="resolved"), NOW).signals
    (other,) = parse(changed(fingerprint=None, labels={"service": "mythos-prod"}), NOW).signals
    assert first.key == again.key != other.key


def test_the_label_that_the_file_names_says_the_service() -> None:
    read = DIALECTS["alertmanager"]({"label": "app"}).read
    body = changed(labels={"service": "a", "app": "b"})
    assert read(Incoming({}, body), NOW).signals[0].hints == ("b",)


@pytest.mark.parametrize(
    ("title", "key", "hints"),
    [
        ("[Triggered on {env:prod,service:a}] [P1] It burns", "It burns {env:prod,service:a}", ("a",)),
        ("[Triggered] It burns", "It burns", ()),
        ("[Triggered on {host:x}] [P2] [EU] It burns", "[EU] It burns {host:x}", ()),
    ],
)
def test_datadogs_default_title(title: str, key: str, hints: tuple[str, ...]) -> None:
    body = raw({"title": title, "id": "1", "date": "1795731300000"})
    (signal,) = DIALECTS["datadog"]({}).read(Incoming({}, body), NOW).signals
    assert (signal.key, signal.hints) == (key, hints)


def test_a_monitor_of_datadog_without_a_cycle_is_its_alert_and_scope() -> None:
    body = raw(
        {"alert_transition": "Recovered", "alert_cycle_key": "0", "alert_id": "7", "alert_scope": "host:x"}
    )
    assert DIALECTS["datadog"]({}).read(Incoming({}, body), NOW).signals[0].key == "7:host:x"


@pytest.mark.parametrize(
    "message",
    [
        {"event_title": "[TEST] [Triggered] fable", "alert_transition": "Triggered", "alert_cycle_key": "7"},
        {"title": "[TEST] [Triggered on {service:fable}] fable", "id": "1", "date": 1_764_000_000_000},
    ],
)
def test_a_test_of_datadog_opens_nothing(message: dict[str, Any]) -> None:
    posted = DIALECTS["datadog"]({}).read(Incoming({}, raw(message)), NOW)
    assert (posted.signals, posted.faults, posted.why) == ((), (), "a test")
