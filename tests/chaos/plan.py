"""What goes wrong in one run, all of it drawn from a seed: the same seed and number give the same plan."""

import random
from collections.abc import Callable
from dataclasses import dataclass, replace

POINTS = (
    "before claim",
    "after claim",
    "before post",
    "during post",
    "after post",
    "before record commits",
    "after record",
)
RANGE = "before range commits"
FEW = (30, 70)
"""People of a range."""
LEASE, DEADLINE, CLAIM_AGE, SWEEP = 1.2, 0.5, 0.4, 0.2
WATERMARK, UNKNOWN_DEADLINE = 1.6, 3.0
"""Events carry whole seconds, so that an event may look a second older than it is."""
PEOPLE = 400


@dataclass(frozen=True, slots=True)
class Trap:
    """What befalls the process that is the `nth` to reach a point."""

    point: str
    nth: int
    act: str
    """`child`: SIGKILL for the process that sends; `worker`: for its parent too; `stop`: SIGSTOP."""
    seconds: float = 0.0
    """Until the kill, by a timer, so that what begins at the point is under way; or how long it sleeps."""


@dataclass(frozen=True, slots=True)
class Blow:
    """What the suite does from outside once so many attempts were claimed."""

    what: str
    after: int
    seconds: float = 0.0
    """How long the server is away."""
    people: range = range(0)
    """Who is suppressed."""


@dataclass(frozen=True, slots=True)
class Answer:
    """A fault of the sandbox, in its own words."""

    kind: str
    times: int
    after: int
    seconds: float = 1.0


@dataclass(frozen=True, slots=True)
class Plan:
    seed: int
    index: int
    people: int
    chunk_people: int
    range_people: int
    """With few, two ranges of the list are counted side by side."""
    faults: tuple[str, ...] = ()
    traps: tuple[Trap, ...] = ()
    blows: tuple[Blow, ...] = ()
    answers: tuple[Answer, ...] = ()
    events: bool = True
    beats: int = 1
    doubled_rings: bool = False
    person: str = ""
    """`retry` or `drop`: what is unknown waits for a person (`unknown_held`), who decides so; empty: policy."""

    @property
    def name(self) -> str:
        """The fault that the run counts under; a second one is drawn now and then."""
        return self.faults[0]

    @property
    def evidence_arrives(self) -> bool:
        """Every accepted request is reported well before anybody decides without: nothing may be repeated."""
        late = {"lost-events", "late-events"} & {answer.kind for answer in self.answers}
        away = {"Postgres restarted"} & {blow.what for blow in self.blows}
        asleep = any(trap.act == "stop" for trap in self.traps)
        return self.events and not late and not away and not asleep

    @property
    def suppressed(self) -> int:
        """At most so many are suppressed while they wait."""
        return sum(len(blow.people) for blow in self.blows)

    def __str__(self) -> str:
        return f"{' + '.join(self.faults)}{'' if self.events else ', no events'}"


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
    """Something stays unknown, mostly without evidence, and lies with a person until they decide."""

    def draw(dice: random.Random, plan: Plan) -> Plan:
        doubt = (
            _kill("during post"),
            _kill("after post"),
            _answer("accept-then-drop"),
            _evidence("lost-events"),
        )
        for each in dice.sample(doubt, 2):
            plan = each(dice, plan)
        return replace(plan, person=decision, events=dice.random() < 0.4)

    return draw


def _suppressions(dice: random.Random, plan: Plan) -> Plan:
    """Many addresses at once, in the middle, as requests are slow: whole chunks of them, or one in three."""
    first = dice.randint(1, plan.people - 60)
    who = range(first, dice.randint(first + 40, plan.people) + 1, dice.choice((1, 1, 3)))
    blow = Blow("suppressions", dice.randint(1, 5), people=who)
    slow = Answer("slow", 30, 0, dice.uniform(0.15, 0.25))
    return replace(plan, blows=(*plan.blows, blow), answers=(*plan.answers, slow))


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
}


def plan_of(seed: int, index: int) -> Plan:
    """Run number `index` of a seed. The first fault goes round, so that every one gets its share."""
    dice = random.Random(f"{seed}/{index}")
    names = list(FAULTS)
    faults = [names[index % len(names)]]
    if dice.random() < 0.3:
        faults.append(dice.choice(names))
    plan = Plan(
        seed,
        index,
        people=dice.randint(150, PEOPLE),
        chunk_people=dice.choice((20, 30, 50)),
        range_people=dice.choice((64_000, *FEW)),
        faults=tuple(faults),
        events=any("events" in fault for fault in faults) or dice.random() < 0.85,
    )
    for fault in faults:
        plan = FAULTS[fault](dice, plan)
    return plan
