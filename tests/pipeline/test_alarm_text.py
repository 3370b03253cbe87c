"""What alarms about evidence say."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

from notifier.pipeline.alarm_text import (
    draft_alarm,
    resolved_alarm,
    stale_alarm,
    untouched_alarm,
    waiting_alarm,
)
from notifier.store.disruptions.signals import Extent
from notifier.store.disruptions.troubles import OldTrouble
from tests.pipeline.test_detect import BEGAN, GONE, LOST, NOW, disruption, witness


def test_the_alarm_of_a_draft() -> None:
    draft, names = disruption(1, "fable-5"), ["Fable 5"]
    since = datetime(2026, 11, 27, 23, 32, tzinfo=UTC)
    told = draft_alarm(draft, names, Extent(31_480, since), [witness("database")], NOW)
    assert told == "31,480 customers are cut off from Fable 5 since 23:32 UTC and nobody was told."
    one = draft_alarm(draft, names, Extent(1, since), [], NOW + timedelta(days=1))
    assert one == "1 customer is cut off from Fable 5 since 27 Nov 23:32 UTC and nobody was told."
    tools = [witness("prometheus"), witness("grafana"), replace(GONE, source="kuma")]
    reported = draft_alarm(draft, ["Fable 5", "Mythos 5"], Extent(0, None), tools, NOW)
    assert reported == (
        "Grafana and prometheus report trouble with Fable 5 and Mythos 5 since 23:32 UTC and nobody was told."
    )
    gone = draft_alarm(draft, names, Extent(0, None), [GONE], NOW)
    assert gone == "The evidence for Fable 5 is gone: D-7K2M told nobody and may not be needed."
    assert draft_alarm(draft, names, Extent(0, None), [], NOW) is None


def test_the_alarm_of_a_draft_says_what_a_tool_has_stopped_repeating() -> None:
    draft, names = disruption(1, "fable-5"), ["Fable 5"]
    assert draft_alarm(draft, names, Extent(0, None), [LOST], NOW) == (
        "Prometheus reports trouble with Fable 5 since 23:32 UTC and nobody was told; prometheus has not repeated"
        " it since 23:32 UTC: lost, not resolved."
    )
    some = witness(firing=5, lost=2)
    said = draft_alarm(draft, names, Extent(2, BEGAN), [some], NOW + timedelta(days=1))
    assert said == (
        "2 customers are cut off from Fable 5 since 27 Nov 23:32 UTC and nobody was told; prometheus has not"
        " repeated 2 of 5 troubles since 27 Nov 23:32 UTC: lost, not resolved."
    )


def test_the_alarm_of_what_is_too_old_to_be_drafted_for() -> None:
    days_ago = NOW - timedelta(days=3)
    stale = [
        OldTrouble("grafana", ["fable-5"], days_ago),
        OldTrouble("grafana", ["fable-5", "mythos-5"], NOW),
    ]
    assert stale_alarm("grafana", stale, NOW) == (
        "grafana reports trouble with fable-5 and mythos-5 since 24 Nov 23:40 UTC, which is older than its"
        " max_age, and nothing is drafted: if it is true, notifier suspend fable-5 mythos-5."
    )


def test_the_alarm_of_what_waits_for_its_turn() -> None:
    assert waiting_alarm(None, 1_200, ["grafana", "kuma"]) == (
        "1,200 reports of grafana and kuma wait: as many drafts of evidence are open as most_drafts of [policy]"
        " says, decide about some."
    )
    assert waiting_alarm("kuma", 1, ["kuma"]) == (
        "1 report of kuma waits: it has opened as many drafts within an hour as its drafts_per_hour says."
    )


def test_the_alarm_when_a_tool_contradicts_a_person() -> None:
    assert resolved_alarm("7K2M", ["Fable 5"], [GONE, witness("database", firing=0)]) == (
        "Prometheus and the database report that Fable 5 is back, and D-7K2M is still open:"
        " if that is true, notifier restore 7K2M."
    )


def test_the_alarm_of_what_comes_back_again_and_again() -> None:
    said = draft_alarm(
        disruption(1, "fable-5"), ["Fable 5"], Extent(0, None), [replace(GONE, flapping=1)], NOW
    )
    assert said == "Prometheus reports trouble with Fable 5 again and again, not now, and nobody was told."


def test_the_alarm_of_a_draft_that_nobody_touches() -> None:
    assert untouched_alarm("7K2M", ["Fable 5"], 30.0) == (
        "Nobody has touched D-7K2M (Fable 5) for 30 minutes, and nobody was told: approve it with notifier approve"
        " 7K2M, or prepare a notice with notifier holding 7K2M."
    )
