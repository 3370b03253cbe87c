"""What a run is made of: all that goes wrong in it, and what people do meanwhile. `faults.py` draws plans."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum

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
LATECOMERS_SECONDS = 0.1
PEOPLE = 400


class Deed(StrEnum):
    """What a person does while something else goes wrong."""

    UPDATE = "update"
    CORRECT = "correct"
    SAME = "rescope: nobody's standing changes"
    NARROWER = "rescope: narrower"
    WIDER = "rescope: wider"
    PART = "restore a part"
    RESTORE = "restore"
    CANCEL = "cancel"
    SECOND = "a second disruption"


class Copy(StrEnum):
    """How an older state of the database comes back, in the words of a blow."""

    DUMP = "a restored dump in the database's place"
    FOLDER = "an older data folder in the database's place"


class When(StrEnum):
    """The moment at which a person acts, by what the ledger says; if that never comes: when all is quiet."""

    CLAIMED = "so many attempts were claimed"
    ACCEPTED = "so many attempts were accepted"
    UNKNOWN = "so many chunks are unknown"
    """Long before their deadline."""
    DEADLINE = "the first of so many unknown chunks is about to reach its deadline"
    GIVEN_UP = "so many attempts were given up, or wait for a person"
    QUIET = "nothing moves any more"


@dataclass(frozen=True, slots=True)
class Later:
    """One more decision of a person about the disruption that they have declared."""

    act: Deed
    when: When
    count: int = 1
    bound: int = 0
    """The new scope, the restored part or the second disruption is about people with so many seats at most."""
    answers: tuple["Answer", ...] = ()
    """What goes wrong with the requests from here on."""


@dataclass(frozen=True, slots=True)
class Trap:
    """What befalls the process that is the `nth` to reach a point."""

    point: str
    nth: int
    act: str
    """`child`: SIGKILL for the process that sends; `worker`: for its parent too; `stop`: SIGSTOP.

    `call`: it waits there, with whoever comes after it, until the suite has struck.
    """
    seconds: float = 0.0
    """Until the kill, by a timer, so that what begins at the point is under way; or how long it sleeps."""


@dataclass(frozen=True, slots=True)
class Blow:
    """What the suite does from outside once so many attempts were claimed, or a process has come to a point."""

    what: str
    after: int
    seconds: float = 0.0
    """How long the server is away."""
    people: range = range(0)
    """Who is suppressed."""
    point: str = ""
    """Named: `after` counts the processes that come to it, and the last of them waits for the blow."""
    more: int = 0
    """Requests, claimed and accepted, between the copy of a database and when it takes the original's place."""


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
    laters: tuple[Later, ...] = ()
    """One after the other."""
    policy: Mapping[str, object] = field(default_factory=dict[str, object])
    """What the company's file says differently for this run."""
    round: int = 0
    """How often every fault has had its turn before."""
    answers_are_seen: bool = False
    """No process dies, no answer is swallowed: every outcome is known to somebody, and must not be forgotten."""

    @property
    def name(self) -> str:
        """The fault that the run counts under; a second one is drawn now and then."""
        return self.faults[0]

    @property
    def evidence_arrives(self) -> bool:
        """Every accepted request is reported well before anybody decides without: nothing may be repeated."""
        late = {"lost-events", "late-events"} & {answer.kind for answer in self.every_answer}
        away = {"Postgres restarted", "Postgres away"} & {blow.what for blow in self.blows}
        asleep = any(trap.act == "stop" for trap in self.traps)
        return self.events and not late and not away and not asleep

    @property
    def every_answer(self) -> tuple[Answer, ...]:
        return sum((later.answers for later in self.laters), self.answers)

    @property
    def copies(self) -> bool:
        """An older state of the database takes its place."""
        return any(blow.what in list(Copy) for blow in self.blows)

    @property
    def suppressed(self) -> int:
        """At most so many are suppressed while they wait."""
        return sum(len(blow.people) for blow in self.blows)

    def __str__(self) -> str:
        return f"{' + '.join(self.faults)}{'' if self.events else ', no events'}"
