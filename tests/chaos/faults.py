"""The faults, and how a seed draws a plan of them: the same seed and number give the same plan."""

import random
from collections.abc import Callable, Mapping
from dataclasses import replace

from .laters import LATERS
from .plan import (
    DEADLINE,
    FEW,
    LEASE,
    PEOPLE,
    POINTS,
    RANGE,
    UNKNOWN_DEADLINE,
    Answer,
    Blow,
    Copy,
    Plan,
    Trap,
)

Draw = Callable[[random.Random, Plan], Plan]


def _kill(point: str, nth: int = 8) -> Draw:
    def draw(dice: random.Random, plan: Plan) -> Plan:
        later = (
            dice.choice((0.0, 0.002, 0.01, 0.03))
            if point in {"during post", "before record commits"}
            else 0.0
        )
        traps = tuple(
            Trap(point, dice.randint(1, nth), dice.choice(("child", "worker")), later)
            for _ in range(dice.choice((1, 1, 2)))
        )
        return replace(plan, traps=plan.traps + traps)

    return draw


def _stop(point: str, nth: int = 8) -> Draw:
    def draw(dice: random.Random, plan: Plan) -> Plan:
        seconds = dice.choice((LEASE + 0.6, LEASE + 0.6, UNKNOWN_DEADLINE + 1.0))
        return replace(plan, traps=(*plan.traps, Trap(point, dice.randint(1, nth), "stop", seconds)))

    return draw


def _few(of: Draw) -> Draw:
    """In a list of several ranges."""
    return lambda dice, plan: of(dice, replace(plan, range_people=dice.choice(FEW)))


def _blow(what: str) -> Draw:
    def draw(dice: random.Random, plan: Plan) -> Plan:
        return replace(plan, blows=(*plan.blows, Blow(what, dice.randint(0, 6), dice.uniform(0, 0.8))))

    return draw


def _answer(kind: str, seconds: tuple[float, float] = (1.0, 1.0), most: int = 3) -> Draw:
    def draw(dice: random.Random, plan: Plan) -> Plan:
        answer = Answer(kind, dice.randint(1, most), dice.randint(0, 6), dice.uniform(*seconds))
        return replace(plan, answers=(*plan.answers, answer))

    return draw


def _evidence(kind: str, seconds: tuple[float, float] = (1.0, 1.0)) -> Draw:
    """What the events of these requests would have told is not known otherwise: their answers are dropped."""

    def draw(dice: random.Random, plan: Plan) -> Plan:
        times, after = dice.randint(1, 3), dice.randint(0, 6)
        both = Answer("accept-then-drop", times, after), Answer(kind, times, after, dice.uniform(*seconds))
        return replace(plan, answers=plan.answers + both)

    return draw


def _person(decision: str) -> Draw:
    """Something stays unknown, mostly without evidence, and lies with a person until they decide.

    The answer to the second request is a 500 that nothing explains later: there is always something to decide.
    """

    def draw(dice: random.Random, plan: Plan) -> Plan:
        doubt = (
            _kill("during post"),
            _kill("after post"),
            _answer("accept-then-drop"),
            _evidence("lost-events"),
        )
        plan = replace(plan, answers=(*plan.answers, Answer("500", 1, 1)))
        plan = dice.choice(doubt)(dice, plan)
        return replace(plan, person=decision, events=dice.random() < 0.4)

    return draw


def _suppressions(dice: random.Random, plan: Plan) -> Plan:
    """Many addresses at once, in the middle: whole chunks of them, or one in two.

    The whole list is frozen, and whoever is about to claim a chunk waits until it is done: all but one are due.
    """
    first = dice.randint(60, plan.people - 90)  # of each language somebody stays, and somebody goes
    who = range(first, plan.people + 1, dice.choice((1, 1, 2)))
    blow = Blow("suppressions", dice.randint(1, 2), people=who, point="before claim")
    return replace(plan, blows=(*plan.blows, blow), range_people=64_000)


AWAY: Mapping[int, float] = {10: 1.0, 45: 4.5, 100: 10.0}
"""Seconds that Postgres is away in production, and in a run. Everything that they are measured against is a tenth
as well (`TENTH`), so that 10 s are a small part of a lease, 45 s most of it, 100 s more than it, and all of them
less than the deadline of what is unknown."""
TENTH: Mapping[str, object] = {
    "lease_seconds": 6.0,
    "deadline_seconds": 3.0,
    "claim_age_seconds": 0.5,
    "unknown_deadline_seconds": 90.0,
    "unknown_watermark_seconds": 12.0,
}


def _away(seconds: int) -> Draw:
    """Postgres is away between an answer and its record: the process that has read the answer waits for that."""

    def draw(dice: random.Random, plan: Plan) -> Plan:
        blow = Blow("Postgres away", dice.randint(1, 4), AWAY[seconds], point="after post")
        events = dice.random() < 0.4  # they would heal it
        return replace(plan, blows=(*plan.blows, blow), policy=TENTH, answers_are_seen=True, events=events)

    return draw


PATIENT: Mapping[str, object] = {"unknown_deadline_seconds": 10.0, "unknown_watermark_seconds": 30.0}
"""What the truer database had heard of the copy's open requests is not said again: they wait for the deadline."""


def _copy(how: Copy) -> Draw:
    """An older state of the database comes back. The events of all requests come after that.

    Whoever is about to claim something waits until the copy is made: there is something left to be sent.
    """

    def draw(dice: random.Random, plan: Plan) -> Plan:
        blow = Blow(how, dice.randint(1, 3), more=dice.randint(2, 3), point="before claim")
        late = Answer("late-events", 1_000, 0, 2.0)
        slow = Answer("slow", 1_000, 0, 0.1)
        return replace(
            plan,
            people=dice.randint(250, PEOPLE),
            chunk_people=dice.choice((15, 20)),
            blows=(*plan.blows, blow),
            answers=(*plan.answers, late, slow),
            policy=PATIENT,
            events=how is Copy.FOLDER or plan.events,
        )

    return draw


FEW_TRIES: Mapping[str, object] = {"most_tries": 3}


def _refused_long(dice: random.Random, plan: Plan) -> Plan:
    """429 without any header, to more requests one after the other than a chunk may be tried.

    The pause after each doubles, so that these few last as long as a send.
    """
    return replace(plan, answers=(*plan.answers, Answer("429-bare", dice.randint(5, 6), 0)), policy=FEW_TRIES)


FAULTS: dict[str, Draw] = {
    **{f"SIGKILL {point}": _kill(point) for point in POINTS},
    **{f"SIGSTOP {point}": _stop(point) for point in POINTS[1:6]},
    f"SIGKILL {RANGE}": _few(_kill(RANGE, 3)),
    f"SIGSTOP {RANGE}": _few(_stop(RANGE, 3)),
    "every task twice, shuffled": lambda _, plan: replace(plan, doubled_rings=True),
    "two beats": lambda _, plan: replace(plan, beats=2),
    **{what: _blow(what) for what in ("broker emptied", "broker restarted", "Postgres restarted")},
    "429": _answer("429"),
    "500": _answer("500"),
    "503 HTML": _answer("503-html"),
    "slow": _answer("slow", (DEADLINE + 0.1, DEADLINE + 0.5)),
    "accept-then-drop": _answer("accept-then-drop"),
    "events late": _evidence("late-events", (0.5, UNKNOWN_DEADLINE + 2.0)),
    "events doubled": _evidence("doubled-events", (0.0, 1.0)),
    "events missing": _evidence("lost-events"),
    "a person retries": _person("retry"),
    "a person drops": _person("drop"),
    "suppressions": _suppressions,
    **{f"Postgres away for {seconds} s": _away(seconds) for seconds in AWAY},
    "429 without a header, for long": _refused_long,
    **{str(how): _copy(how) for how in Copy},
    **LATERS,
}
ALONE = {name for name in FAULTS if name.startswith(("Postgres away", "429 without")) or name in list(Copy)}
"""Nothing is drawn beside these: their judge knows what must be."""
BESIDE_LATERS = (
    "SIGKILL after post",
    "SIGKILL during post",
    "SIGKILL before record commits",
    "every task twice, shuffled",
    "two beats",
    "broker emptied",
    "429",
    "500",
    "503 HTML",
    "accept-then-drop",
    "events missing",
)
"""What may go wrong beside a later notice. No process is stopped and woken: what it had in hand it sends, whatever
was said meanwhile, within the age that a claim may have."""
NOT_YET: Mapping[str, str] = {}
"""Faults that the product does not stand yet, each with the reason: not played in the normal run."""
TOO_LONG: Mapping[str, str] = {
    "429 without a header, for long": "the pauses between requests double up to a minute, whatever policy says",
    "Postgres away for 100 s": "ten seconds of it are waited for; 45 s ask the same of a process that goes on",
}
"""Faults whose runs last too long for the normal run; `python -m tests.chaos.run` plays them."""


def plan_of(seed: int, index: int) -> Plan:
    """Run number `index` of a seed. The first fault goes round, so that every one gets its share."""
    dice = random.Random(f"{seed}/{index}")
    names = list(FAULTS)
    faults = [names[index % len(names)]]
    if dice.random() < 0.3 and (beside := _beside(faults[0])):
        faults.append(dice.choice(beside))
    plan = Plan(
        seed,
        index,
        people=dice.randint(150, PEOPLE),
        chunk_people=dice.choice((20, 30, 50)),
        range_people=dice.choice((64_000, *FEW)),
        faults=tuple(faults),
        events=any("events" in fault for fault in faults) or dice.random() < 0.85,
        round=index // len(names),
    )
    for fault in faults:
        plan = FAULTS[fault](dice, plan)
    return plan


def _beside(fault: str) -> tuple[str, ...]:
    if fault in ALONE:
        return ()
    if fault in LATERS:
        return BESIDE_LATERS
    return tuple(name for name in FAULTS if name not in LATERS and name not in ALONE)
