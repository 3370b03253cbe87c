"""One table: what a signal means, given what else was heard of it and what is open."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from notifier.model.dependencies import kindred
from notifier.model.signal import SignalState
from notifier.model.terms import Lack, May, Terms
from notifier.model.verdict import TURNS, Consequence, Grounds, concluded
from notifier.model.vocabulary import Kind
from notifier.pipeline.detect import (
    QUIET,
    Circumstances,
    DraftRoom,
    Judgement,
    MayAnnounce,
    is_void,
    judge,
    may_announce,
    must_wait,
)
from notifier.store.disruptions.disruptions import OpenDisruption
from notifier.store.disruptions.signals import Heard, Past
from notifier.store.disruptions.succession import EndedDisruption
from notifier.store.disruptions.troubles import Witness

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


API = {"api": ["database-a"], "console": ["api"], "database-a": [], "other": []}
GRAPH = Circumstances(kindred={slug: kindred(API, slug) for slug in API})
ONE_OF_TWO = Lack("fable-5", 1, 2, None)
VOID = EndedDisruption(7, ["fable-5", "mythos-5"], told=False, kind=Kind.OUTAGE)
TOLD = EndedDisruption(8, ["fable-5"], told=True, kind=Kind.OUTAGE)
OLD = {"effective_at": LONG_AGO}

TERMS = {
    "too few report it": (
        heard(FIRING, "fable-5"), [], Circumstances(lacking={"fable-5": ONE_OF_TWO}),
        Judgement(Consequence.WAIT, Grounds.TOO_FEW, lacking=(ONE_OF_TWO,)),
    ),
    "too few report it, and it is over": (
        replace(heard(FIRING, "fable-5"), over=True), [], Circumstances(lacking={"fable-5": ONE_OF_TWO}),
        Judgement(Consequence.IGNORE, Grounds.OVER_BEFORE_ITS_TURN),
    ),
    "too few report one of two": (
        heard(FIRING, "fable-5", "mythos-5"), [], Circumstances(lacking={"fable-5": ONE_OF_TWO}),
        Judgement(Consequence.OPEN, Grounds.UNEXPLAINED, None, ("mythos-5",), (ONE_OF_TWO,)),
    ),
    "too few report one of two, the other is covered": (
        heard(FIRING, "fable-5", "mythos-5"), [disruption(1, "mythos-5", declared=True)],
        Circumstances(lacking={"fable-5": ONE_OF_TWO}),
        Judgement(Consequence.WAIT, Grounds.TOO_FEW, 1, (), (ONE_OF_TWO,)),
    ),
    "too few report what is covered": (
        heard(FIRING, "fable-5"), [disruption(1, "fable-5")], Circumstances(lacking={"fable-5": ONE_OF_TWO}),
        Judgement(Consequence.ATTACH, Grounds.COVERED, 1),
    ),
    "too few would widen": (
        heard(FIRING, "fable-5"), [disruption(1, "mythos-5")], Circumstances(lacking={"fable-5": ONE_OF_TWO}),
        Judgement(Consequence.WAIT, Grounds.TOO_FEW, lacking=(ONE_OF_TWO,)),
    ),
    "its source only records": (
        heard(FIRING, "fable-5"), [], Circumstances(records=True),
        Judgement(Consequence.IGNORE, Grounds.ONLY_RECORDED),
    ),
    "its source only records, and a draft covers it": (
        heard(FIRING, "fable-5"), [disruption(1, "fable-5")], Circumstances(records=True),
        Judgement(Consequence.IGNORE, Grounds.ONLY_RECORDED, 1),
    ),
    "its source only records, and takes it back": (
        heard(RESOLVED, "fable-5"), [disruption(1, "fable-5")], Circumstances(records=True),
        Judgement(Consequence.IGNORE, Grounds.ONLY_RECORDED, 1),
    ),
    "the service is only recorded": (
        heard(FIRING, "fable-5"), [disruption(1, "mythos-5")], Circumstances(only_recorded=frozenset({"fable-5"})),
        Judgement(Consequence.IGNORE, Grounds.ONLY_RECORDED),
    ),
    "the service is only recorded, and somebody has declared it": (
        heard(FIRING, "fable-5"), [disruption(1, "fable-5", declared=True)],
        Circumstances(only_recorded=frozenset({"fable-5"})),
        Judgement(Consequence.ATTACH, Grounds.COVERED, 1),
    ),
    "one service is only recorded": (
        heard(FIRING, "fable-5", "mythos-5"), [], Circumstances(only_recorded=frozenset({"fable-5"})),
        Judgement(Consequence.OPEN, Grounds.UNEXPLAINED, None, ("mythos-5",)),
    ),
    "needs what a draft is about": (
        heard(FIRING, "console"), [disruption(1, "other"), disruption(2, "database-a", **OLD)], GRAPH,
        Judgement(Consequence.WIDEN, Grounds.HANGS_TOGETHER, 2, ("console",)),
    ),
    "a draft needs it: the cause comes later": (
        heard(FIRING, "database-a"), [disruption(2, "console", **OLD)], GRAPH,
        Judgement(Consequence.WIDEN, Grounds.HANGS_TOGETHER, 2, ("database-a",)),
    ),
    "needs what has told people": (
        heard(FIRING, "api"), [disruption(1, "database-a", declared=True)], GRAPH,
        Judgement(Consequence.OPEN, Grounds.CAUSED, None, ("api",), follows=1),
    ),
    "needs what has told people, and a draft follows that": (
        heard(FIRING, "console"),
        [disruption(1, "database-a", declared=True), replace(disruption(2, "other", **OLD), follows=1)], GRAPH,
        Judgement(Consequence.WIDEN, Grounds.HANGS_TOGETHER, 2, ("console",), follows=1),
    ),
    "somebody cut them off: no consequence of a fault": (
        replace(heard(FIRING, "api"), source="database"), [disruption(1, "database-a", **OLD)], GRAPH,
        Judgement(Consequence.OPEN, Grounds.UNEXPLAINED, None, ("api",)),
    ),
    "a person took it out of that draft": (
        heard(FIRING, "api"), [replace(disruption(1, "database-a"), without=["api"])], GRAPH,
        Judgement(Consequence.OPEN, Grounds.UNEXPLAINED, None, ("api",)),
    ),
    "a draft that began together reads as something else": (
        heard(FIRING, "fable-5"), [disruption(1, "mythos-5")], Circumstances(kind=Kind.OUTAGE),
        Judgement(Consequence.OPEN, Grounds.UNEXPLAINED, None, ("fable-5",)),
    ),
    "needs what a draft is about, which reads as something else": (
        heard(FIRING, "console"), [disruption(2, "database-a")], replace(GRAPH, kind=Kind.OUTAGE),
        Judgement(Consequence.OPEN, Grounds.UNEXPLAINED, None, ("console",)),
    ),
    "its draft was void a moment ago": (
        heard(FIRING, "fable-5"), [disruption(1, "mythos-5")], Circumstances(ended=(VOID,), kind=Kind.OUTAGE),
        Judgement(Consequence.REOPEN, Grounds.CAME_BACK, 7, ("fable-5",)),
    ),
    "a draft that was void reads as something else": (
        heard(FIRING, "fable-5"), [], Circumstances(ended=(VOID,), kind=Kind.SUSPENSION),
        Judgement(Consequence.OPEN, Grounds.UNEXPLAINED, None, ("fable-5",)),
    ),
    "what told people ended a moment ago": (
        heard(FIRING, "fable-5"), [], Circumstances(ended=(TOLD, VOID), kind=Kind.OUTAGE),
        Judgement(Consequence.OPEN, Grounds.FOLLOWS, None, ("fable-5",), follows=8),
    ),
    "what told people ended a moment ago, and another draft began together": (
        heard(FIRING, "fable-5"), [disruption(1, "mythos-5")], Circumstances(ended=(TOLD,)),
        Judgement(Consequence.WIDEN, Grounds.BEGAN_TOGETHER, 1, ("fable-5",), follows=8),
    ),
    "its draft was void a moment ago, and before that people were told of one of these": (
        heard(FIRING, "fable-5", "mythos-5"), [],
        Circumstances(ended=(replace(VOID, services=["mythos-5"]), TOLD), kind=Kind.OUTAGE),
        Judgement(Consequence.REOPEN, Grounds.CAME_BACK, 7, ("fable-5", "mythos-5"), follows=8),
    ),
    "its draft was void a moment ago, and it needs what has told people": (
        heard(FIRING, "api"), [disruption(1, "database-a", declared=True)],
        replace(GRAPH, ended=(replace(VOID, services=["api"]),), kind=Kind.OUTAGE),
        Judgement(Consequence.REOPEN, Grounds.CAME_BACK, 7, ("api",), follows=1),
    ),
    "what told people ended before a draft that was void and reads as something else": (
        heard(FIRING, "fable-5"), [], Circumstances(ended=(VOID, TOLD), kind=Kind.SUSPENSION),
        Judgement(Consequence.OPEN, Grounds.FOLLOWS, None, ("fable-5",), follows=8),
    ),
    "a draft that was void a moment ago reads as something else, and one before it does not": (
        heard(FIRING, "fable-5"), [],
        Circumstances(ended=(VOID, replace(VOID, disruption_id=6, kind=Kind.SUSPENSION)), kind=Kind.SUSPENSION),
        Judgement(Consequence.REOPEN, Grounds.CAME_BACK, 6, ("fable-5",)),
    ),
    "needs what has told people, and another draft began together": (
        heard(FIRING, "api"), [disruption(1, "database-a", declared=True), disruption(2, "other")], GRAPH,
        Judgement(Consequence.WIDEN, Grounds.BEGAN_TOGETHER, 2, ("api",), follows=1),
    ),
}  # fmt: skip


@pytest.mark.parametrize("case", TERMS)
def test_judge_by_what_the_company_says(case: str) -> None:
    signal, open_ones, said, expected = TERMS[case]
    drafts = {one.disruption_id for one in open_ones if one.declared_at is None}
    assert judge(signal, [], open_ones, drafts, said) == expected


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
        (Judgement(Consequence.REOPEN, Grounds.CAME_BACK, 1), "prometheus", 20, 0, Grounds.TOO_MANY_DRAFTS),
        (Judgement(Consequence.REOPEN, Grounds.CAME_BACK, 1), "prometheus", 19, 10, Grounds.CAME_BACK),
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
    assert (decided.consequence is Consequence.WAIT) is (why in TURNS)


def test_the_table_knows_every_reason() -> None:
    assert {expected.why for *_, expected in (*TABLE.values(), *TERMS.values())} == set(Grounds) - TURNS


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
        ([replace(GONE, flapping=1)], False),
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
    assert may_announce(draft, witnesses, {"prometheus", "other"}, {}) == (
        may and MayAnnounce("prometheus", may, ("fable-5", "mythos-5"))
    )


def test_what_is_lost_announces_nothing() -> None:
    draft = disruption(1, "fable-5")
    assert may_announce(draft, [witness(ceiling=500)], {"prometheus"}, {}) is not None
    assert may_announce(draft, [LOST], {"prometheus"}, {}) is None


def test_nobody_announces_for_whom_no_secret_vouches_or_what_such_a_source_began() -> None:
    witnesses = [witness("prometheus", "fable-5", ceiling=500), witness("other", "fable-5")]
    draft = disruption(1, "fable-5")
    assert may_announce(draft, witnesses, set(), {}) is None
    assert may_announce(draft, witnesses, {"other"}, {}) is None
    assert may_announce(draft, witnesses, {"prometheus"}, {}) == MayAnnounce("prometheus", 500, ("fable-5",))
    assert may_announce(replace(draft, opened_by="source:other"), witnesses, {"prometheus"}, {}) is None
    assert may_announce(replace(draft, opened_by="database"), witnesses, {"prometheus"}, {}) is not None
    for others in (["source:other"], ["source:other", "source:prometheus"], ["person:lind"]):
        assert may_announce(replace(draft, said_by=others), witnesses, {"prometheus"}, {}) is None
    ours = replace(draft, said_by=["database", "source:prometheus"])
    assert may_announce(ours, witnesses, {"prometheus"}, {}) is not None


@pytest.mark.parametrize(
    ("said", "ceiling"),
    [
        ({}, 500),
        ({"fable-5": Terms(announce_ceiling=900), "mythos-5": Terms(announce_ceiling=40)}, 40),
        ({"mythos-5": Terms(may=May.DRAFT)}, None),
        ({"mythos-5": Terms(may=May.RECORD)}, None),
        ({"sonnet-5": Terms(may=May.DRAFT, announce_ceiling=1)}, 500),
    ],
)
def test_a_service_limits_every_source(said: dict[str, Terms], ceiling: int | None) -> None:
    draft = disruption(1, "fable-5", "mythos-5")
    witnesses = [witness("prometheus", "fable-5", "mythos-5", ceiling=500)]
    may = may_announce(draft, witnesses, {"prometheus"}, said)
    assert (may and may.ceiling) == ceiling


def test_what_follows_what_told_people_or_was_arranged_by_a_person_waits_for_a_person() -> None:
    draft = disruption(1, "fable-5")
    witnesses = [witness(ceiling=500)]
    assert may_announce(draft, witnesses, {"prometheus"}, {}) is not None
    assert may_announce(replace(draft, follows=7), witnesses, {"prometheus"}, {}) is None
    assert may_announce(replace(draft, arranged_by="person:lind"), witnesses, {"prometheus"}, {}) is None


@pytest.mark.parametrize("grounds", Grounds)
def test_from_what_was_written_down_is_read_what_was_concluded(grounds: Grounds) -> None:
    told = [expected for *_, expected in (*TABLE.values(), *TERMS.values()) if expected.why is grounds]
    told += [Judgement(Consequence.WAIT, each) for each in TURNS if each is grounds]
    assert told
    assert {concluded(str(each)) for each in told} == {each.consequence for each in told}


def test_what_is_missing_is_written_down() -> None:
    judged = Judgement(Consequence.WAIT, Grounds.TOO_FEW, lacking=(ONE_OF_TWO,))
    assert str(judged) == "waits: too few report it (1 of 2 for fable-5)"
