"""One table: what a signal means, given what else was heard of it and what is open."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from notifier.model.signal import SignalState
from notifier.pipeline.detect import (
    QUIET,
    Consequence,
    Grounds,
    Judgement,
    MayAnnounce,
    draft_alarm,
    is_void,
    judge,
    may_announce,
    resolved_alarm,
)
from notifier.store.disruptions.disruptions import OpenDisruption
from notifier.store.disruptions.signals import Extent, Heard, Past, Trouble

NOW = datetime(2026, 11, 27, 23, 40, tzinfo=UTC)
BEGAN = NOW - timedelta(minutes=8)
FIRING, RESOLVED = SignalState.FIRING, SignalState.RESOLVED


def heard(state: SignalState, *services: str, at: datetime = BEGAN) -> Heard:
    return Heard(9, "prometheus", "f1:start", state, list(services), at)


def disruption(
    id_: int, *services: str, declared: bool = False, effective_at: datetime = BEGAN
) -> OpenDisruption:
    return OpenDisruption(
        disruption_id=id_,
        reference="7K2M",
        services=list(services),
        opened_by="source:prometheus",
        declared_at=NOW if declared else None,
        effective_at=effective_at,
        declare_key="k",
    )


def past(state: SignalState, disruption_id: int | None = None) -> Past:
    return Past(state, disruption_id)


LONG_AGO = NOW - timedelta(days=3)

TABLE = {
    "firing, nothing open": (
        heard(FIRING, "fable-5"), [], [],
        Judgement(Consequence.OPEN, Grounds.UNEXPLAINED, None, ("fable-5",)),
    ),
    "firing, a declared disruption covers it": (
        heard(FIRING, "fable-5"), [], [disruption(1, "fable-5", "mythos-5", declared=True)],
        Judgement(Consequence.ATTACH, Grounds.COVERED, 1),
    ),
    "firing, a draft covers it": (
        heard(FIRING, "fable-5"), [], [disruption(1, "mythos-5"), disruption(2, "fable-5")],
        Judgement(Consequence.ATTACH, Grounds.COVERED, 2),
    ),
    "firing, two disruptions cover it together": (
        heard(FIRING, "a", "b", "c"), [], [disruption(1, "a"), disruption(2, "b", "c")],
        Judgement(Consequence.ATTACH, Grounds.COVERED, 2),
    ),
    "firing, began together with a draft": (
        heard(FIRING, "mythos-5", "fable-5"), [], [disruption(1, "fable-5")],
        Judgement(Consequence.WIDEN, Grounds.BEGAN_TOGETHER, 1, ("mythos-5",)),
    ),
    "firing, the draft is an old story": (
        heard(FIRING, "mythos-5"), [], [disruption(1, "fable-5", effective_at=LONG_AGO)],
        Judgement(Consequence.OPEN, Grounds.UNEXPLAINED, None, ("mythos-5",)),
    ),
    "firing, what is declared is never widened": (
        heard(FIRING, "mythos-5"), [], [disruption(1, "fable-5", declared=True)],
        Judgement(Consequence.OPEN, Grounds.UNEXPLAINED, None, ("mythos-5",)),
    ),
    "firing, only the rest is drafted": (
        heard(FIRING, "fable-5", "mythos-5"), [], [disruption(1, "fable-5", declared=True)],
        Judgement(Consequence.OPEN, Grounds.UNEXPLAINED, None, ("mythos-5",)),
    ),
    "firing, no service": (heard(FIRING), [], [], Judgement(Consequence.IGNORE, Grounds.NO_SERVICE_OF_OURS)),
    "firing, late": (
        heard(FIRING, "fable-5"), [past(RESOLVED)], [], Judgement(Consequence.IGNORE, Grounds.RESOLVED_BEFORE),
    ),
    "resolved, a draft": (
        heard(RESOLVED, "fable-5"), [past(FIRING, 1)], [disruption(1, "fable-5")],
        Judgement(Consequence.ATTACH, Grounds.DRAFT_LOSES_EVIDENCE, 1),
    ),
    "resolved, a person declared it": (
        heard(RESOLVED, "fable-5"), [past(FIRING, 1)], [disruption(1, "fable-5", declared=True)],
        Judgement(Consequence.NOTE, Grounds.NOT_OURS_TO_END, 1),
    ),
    "resolved, it is over": (
        heard(RESOLVED, "fable-5"), [past(FIRING, 1)], [], Judgement(Consequence.IGNORE, Grounds.OVER, 1),
    ),
    "resolved, never firing": (
        heard(RESOLVED, "fable-5"), [], [disruption(1, "fable-5")],
        Judgement(Consequence.IGNORE, Grounds.RESOLVED_WITHOUT_FIRING),
    ),
    "resolved, had named no service": (
        heard(RESOLVED), [past(FIRING)], [], Judgement(Consequence.IGNORE, Grounds.NO_SERVICE_OF_OURS),
    ),
    "resolved, its last word counts": (
        heard(RESOLVED, "fable-5"), [past(FIRING), past(FIRING, 2), past(FIRING)], [disruption(2, "fable-5")],
        Judgement(Consequence.ATTACH, Grounds.DRAFT_LOSES_EVIDENCE, 2),
    ),
}  # fmt: skip


@pytest.mark.parametrize("case", TABLE)
def test_judge(case: str) -> None:
    signal, others, open_ones, expected = TABLE[case]
    drafts = {one.disruption_id for one in open_ones if one.declared_at is None}
    assert judge(signal, others, open_ones, drafts) == expected


def test_a_draft_that_a_person_took_over_is_theirs() -> None:
    theirs = [disruption(1, "fable-5")]
    assert judge(heard(FIRING, "mythos-5"), [], theirs, set()).consequence is Consequence.OPEN
    assert judge(heard(RESOLVED, "fable-5"), [past(FIRING, 1)], theirs, set()).why is Grounds.NOT_OURS_TO_END


def test_the_table_knows_every_reason() -> None:
    assert {expected.why for *_, expected in TABLE.values()} == set(Grounds)


def trouble(
    source: str = "prometheus",
    *services: str,
    firing: bool = True,
    heard_at: datetime = BEGAN,
    ceiling: int | None = None,
) -> Trouble:
    return Trouble(1, source, firing, list(services or ("fable-5",)), heard_at, ceiling)


GONE = trouble(firing=False, heard_at=NOW - QUIET)


@pytest.mark.parametrize(
    ("troubles", "void"),
    [
        ([GONE], True),
        ([GONE, trouble("database")], False),
        ([trouble(firing=False, heard_at=NOW - QUIET + timedelta(seconds=1))], False),
        ([GONE, trouble(firing=False, heard_at=NOW)], False),
        ([], False),
    ],
)
def test_a_draft_is_void_when_all_evidence_has_been_gone_for_a_while(
    troubles: list[Trouble], *, void: bool
) -> None:
    assert is_void(troubles, NOW) is void


@pytest.mark.parametrize(
    ("troubles", "may"),
    [
        ([trouble(ceiling=500)], None),
        ([trouble("prometheus", "fable-5", "mythos-5", ceiling=500)], 500),
        ([trouble(ceiling=500), trouble("prometheus", "mythos-5", ceiling=500)], 500),
        ([trouble(ceiling=500), trouble("other", "mythos-5", ceiling=500)], None),
        ([trouble(ceiling=500), trouble("prometheus", "mythos-5", ceiling=500, firing=False)], None),
        ([trouble("prometheus", "fable-5", "mythos-5")], None),
    ],
)
def test_a_source_announces_only_what_it_reports_itself_now(troubles: list[Trouble], may: int | None) -> None:
    draft = disruption(1, "fable-5", "mythos-5")
    assert may_announce(draft, troubles, {"prometheus", "other"}) == (may and MayAnnounce("prometheus", may))


def test_nobody_announces_for_whom_no_secret_vouches_or_what_such_a_source_began() -> None:
    troubles = [trouble("prometheus", "fable-5", ceiling=500), trouble("other", "fable-5")]
    draft = disruption(1, "fable-5")
    assert may_announce(draft, troubles, set()) is None
    assert may_announce(draft, troubles, {"other"}) is None
    assert may_announce(draft, troubles, {"prometheus"}) == MayAnnounce("prometheus", 500)
    assert may_announce(replace(draft, opened_by="source:other"), troubles, {"prometheus"}) is None
    assert may_announce(replace(draft, opened_by="database"), troubles, {"prometheus"}) is not None


def test_the_alarm_of_a_draft() -> None:
    draft, names = disruption(1, "fable-5"), ["Fable 5"]
    since = datetime(2026, 11, 27, 23, 32, tzinfo=UTC)
    told = draft_alarm(draft, names, Extent(31_480, since), [trouble("database")], NOW)
    assert told == "31,480 customers are cut off from Fable 5 since 23:32 UTC and nobody was told."
    one = draft_alarm(draft, names, Extent(1, since), [], NOW + timedelta(days=1))
    assert one == "1 customer is cut off from Fable 5 since 27 Nov 23:32 UTC and nobody was told."
    tools = [trouble("prometheus"), trouble("grafana")]
    reported = draft_alarm(draft, ["Fable 5", "Mythos 5"], Extent(0, None), tools, NOW)
    assert reported == (
        "Grafana and prometheus report trouble with Fable 5 and Mythos 5 since 23:32 UTC and nobody was told."
    )
    gone = draft_alarm(draft, names, Extent(0, None), [GONE], NOW)
    assert gone == "The evidence for Fable 5 is gone: D-7K2M told nobody and may not be needed."
    assert draft_alarm(draft, names, Extent(0, None), [], NOW) is None


def test_the_alarm_when_a_tool_contradicts_a_person() -> None:
    assert resolved_alarm("7K2M", ["Fable 5"], [GONE, trouble("database", firing=False)]) == (
        "Prometheus and the database report that Fable 5 is back, and D-7K2M is still open:"
        " if that is true, notifier restore 7K2M."
    )
