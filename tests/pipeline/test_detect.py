"""One table: what a signal means, given what else was heard of it and what is open."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from notifier.model.signal import SignalState
from notifier.pipeline.detect import (
    QUIET,
    Consequence,
    DraftRoom,
    Grounds,
    Judgement,
    MayAnnounce,
    draft_alarm,
    is_void,
    judge,
    may_announce,
    must_wait,
    resolved_alarm,
    stale_alarm,
    waiting_alarm,
)
from notifier.store.disruptions.disruptions import OpenDisruption
from notifier.store.disruptions.signals import Extent, Heard, Past
from notifier.store.disruptions.troubles import OldTrouble, Witness

NOW = datetime(2026, 11, 27, 23, 40, tzinfo=UTC)
BEGAN = NOW - timedelta(minutes=8)
FIRING, RESOLVED = SignalState.FIRING, SignalState.RESOLVED


def heard(state: SignalState, *services: str, at: datetime = BEGAN) -> Heard:
    return Heard(9, "prometheus", "f1", 1, state, list(services), at)


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


def past(state: SignalState, disruption_id: int | None = None, *services: str) -> Past:
    return Past(1, "prometheus", "f1", 1, state, list(services), disruption_id)


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
    "resolved, and nothing was drafted": (
        heard(RESOLVED, "fable-5"), [past(FIRING, None, "fable-5")], [],
        Judgement(Consequence.IGNORE, Grounds.NOTHING_RESTS_ON_IT),
    ),
    "firing, began too long ago": (
        replace(heard(FIRING, "fable-5"), stale=True), [], [],
        Judgement(Consequence.IGNORE, Grounds.TOO_OLD),
    ),
    "firing, began too long ago, and a disruption covers it": (
        replace(heard(FIRING, "fable-5"), stale=True), [], [disruption(1, "fable-5", declared=True)],
        Judgement(Consequence.ATTACH, Grounds.COVERED, 1),
    ),
    "firing, began too long ago, and widens nothing": (
        replace(heard(FIRING, "mythos-5"), stale=True), [], [disruption(1, "fable-5")],
        Judgement(Consequence.IGNORE, Grounds.TOO_OLD),
    ),
    "firing, over before its turn": (
        replace(heard(FIRING, "fable-5"), waited=True, over=True), [], [],
        Judgement(Consequence.IGNORE, Grounds.OVER_BEFORE_ITS_TURN),
    ),
    "firing, over before anybody looked": (
        replace(heard(FIRING, "fable-5"), over=True), [], [],
        Judgement(Consequence.OPEN, Grounds.UNEXPLAINED, None, ("fable-5",)),
    ),
    "firing, its turn has come": (
        replace(heard(FIRING, "fable-5"), waited=True), [], [],
        Judgement(Consequence.OPEN, Grounds.UNEXPLAINED, None, ("fable-5",)),
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


OPENS = Judgement(Consequence.OPEN, Grounds.UNEXPLAINED, services=("fable-5",))
ROOM = DraftRoom(drafts=20, per_hour=10)


@pytest.mark.parametrize(
    ("judgement", "source", "open_drafts", "lately", "why"),
    [
        (OPENS, "prometheus", 19, 9, Grounds.UNEXPLAINED),
        (OPENS, "prometheus", 20, 0, Grounds.TOO_MANY_DRAFTS),
        (OPENS, "prometheus", 0, 10, Grounds.TOO_MANY_OF_IT),
        (OPENS, "database", 20, 10, Grounds.UNEXPLAINED),
        (Judgement(Consequence.ATTACH, Grounds.COVERED, 1), "prometheus", 20, 10, Grounds.COVERED),
        (
            Judgement(Consequence.WIDEN, Grounds.BEGAN_TOGETHER, 1),
            "prometheus",
            20,
            10,
            Grounds.BEGAN_TOGETHER,
        ),
    ],
)
def test_what_would_open_too_much_waits(
    judgement: Judgement, source: str, open_drafts: int, lately: int, why: Grounds
) -> None:
    decided = must_wait(judgement, source, open_drafts, lately, ROOM)
    assert decided.why is why
    assert (decided.consequence is Consequence.WAIT) is (why in WAITS)


WAITS = {Grounds.TOO_MANY_DRAFTS, Grounds.TOO_MANY_OF_IT}


def test_the_table_knows_every_reason() -> None:
    assert {expected.why for *_, expected in TABLE.values()} == set(Grounds) - WAITS


def test_a_source_that_nobody_declares_any_more_has_no_limit_of_its_own() -> None:
    assert must_wait(OPENS, "gone", 0, 10_000, DraftRoom(20, None)) is OPENS


def witness(
    source: str = "prometheus",
    *services: str,
    firing: int = 1,
    lost: int = 0,
    changed_at: datetime = BEGAN,
    ceiling: int | None = None,
) -> Witness:
    said = list(services or ("fable-5",)) if firing > lost else []
    return Witness(1, source, firing, lost, BEGAN if lost else None, said, changed_at, ceiling)


GONE = witness(firing=0, changed_at=NOW - QUIET)
LOST = witness(lost=1, changed_at=NOW - timedelta(hours=9), ceiling=500)


@pytest.mark.parametrize(
    ("witnesses", "void"),
    [
        ([GONE], True),
        ([GONE, witness("database")], False),
        ([witness(firing=0, changed_at=NOW - QUIET + timedelta(seconds=1))], False),
        ([GONE, witness(firing=0, changed_at=NOW)], False),
        ([GONE, LOST], False),
        ([LOST], False),
        ([], False),
    ],
)
def test_a_draft_is_void_when_all_evidence_has_been_gone_for_a_while(
    witnesses: list[Witness], *, void: bool
) -> None:
    assert is_void(witnesses, NOW) is void


@pytest.mark.parametrize(
    ("witnesses", "may"),
    [
        ([witness(ceiling=500)], None),
        ([witness("prometheus", "fable-5", "mythos-5", ceiling=500)], 500),
        ([witness(ceiling=500), witness("other", "mythos-5", ceiling=500)], None),
        ([witness("prometheus", "fable-5", "mythos-5")], None),
        ([LOST], None),
    ],
)
def test_a_source_announces_only_what_it_reports_itself_now(
    witnesses: list[Witness], may: int | None
) -> None:
    draft = disruption(1, "fable-5", "mythos-5")
    assert may_announce(draft, witnesses, {"prometheus", "other"}) == (may and MayAnnounce("prometheus", may))


def test_what_is_lost_announces_nothing() -> None:
    draft = disruption(1, "fable-5")
    assert may_announce(draft, [witness(ceiling=500)], {"prometheus"}) is not None
    assert may_announce(draft, [LOST], {"prometheus"}) is None


def test_nobody_announces_for_whom_no_secret_vouches_or_what_such_a_source_began() -> None:
    witnesses = [witness("prometheus", "fable-5", ceiling=500), witness("other", "fable-5")]
    draft = disruption(1, "fable-5")
    assert may_announce(draft, witnesses, set()) is None
    assert may_announce(draft, witnesses, {"other"}) is None
    assert may_announce(draft, witnesses, {"prometheus"}) == MayAnnounce("prometheus", 500)
    assert may_announce(replace(draft, opened_by="source:other"), witnesses, {"prometheus"}) is None
    assert may_announce(replace(draft, opened_by="database"), witnesses, {"prometheus"}) is not None


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
