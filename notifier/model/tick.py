"""What runs by the clock, and how one tells that it does not: decisions only."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum


class TickKind(StrEnum):
    SWEEP = "sweep"
    PROMISES = "promises"
    JUDGE = "judge"
    WATCH = "watch"
    LATE = "late"
    SNAPSHOT = "snapshot"
    PROBES = "probes"
    ALARMS = "alarms"


class ProcessKind(StrEnum):
    WORKER = "worker"
    TICKS = "ticks"
    BEAT = "beat"
    WEB = "web"


SIGN_SECONDS = 5.0
"""How often a process says that it lives."""
ALIVE_SECONDS = 18.0
"""A process that was silent for so long is taken for dead: what it ran is free again."""
LOST_SECONDS = 5.0
"""A ring that nobody has taken for so long is taken for lost."""
UNHEARD_SECONDS = 60.0
"""The same while no process takes ticks: nothing piles up in the broker until one comes."""

LONGEST_SECONDS = 120.0
LONG_SECONDS: Mapping[TickKind, float] = {TickKind.SNAPSHOT: 1800.0}
"""Ticks that may take longer than others: they read everybody."""

PACE: Mapping[TickKind, int] = {
    TickKind.SWEEP: 1,
    TickKind.PROMISES: 2,
    TickKind.JUDGE: 2,
    TickKind.WATCH: 2,
    TickKind.LATE: 2,
    TickKind.SNAPSHOT: 6,
    TickKind.PROBES: 6,
    TickKind.ALARMS: 6,
}
"""Each kind is due at every n-th sweep. What is urgent is rung for when it happens; this is for the rest."""


@dataclass(frozen=True, slots=True)
class Tick:
    """Where one kind of tick stands; ages in seconds by the database's clock."""

    kind: TickKind
    queued_age: float | None
    """Since a ring for it was put into the broker; None: none is there."""
    runs: bool
    """In a process that lives."""
    ended_at: datetime | None


def may_queue(tick: Tick, *, heard: bool) -> bool:
    """Neither queued nor running, or what was queued is lost. `heard`: a process lives that takes ticks."""
    if tick.runs:
        return False
    return tick.queued_age is None or tick.queued_age > (LOST_SECONDS if heard else UNHEARD_SECONDS)


def longest(kind: TickKind) -> float:
    """Seconds after which a tick is stuck: its process ends itself, and what it had begun is rolled back."""
    return LONG_SECONDS.get(kind, LONGEST_SECONDS)


def due(nth: int) -> list[TickKind]:
    """Whose turn it is at the n-th sweep of a clock, the first being 0: they are asked for together."""
    return [kind for kind, sweeps in PACE.items() if nth % sweeps == 0]


def every(sweep_seconds: float) -> dict[TickKind, float]:
    """How often each kind is rung for, in seconds."""
    return {kind: sweep_seconds * sweeps for kind, sweeps in PACE.items()}


@dataclass(frozen=True, slots=True)
class Alive:
    """Processes of one kind that live."""

    kind: ProcessKind
    processes: int
    connections: int
    """The most that they may hold to the database, all together."""
    since: datetime
    """When the oldest of them was started."""


NEEDED: Mapping[ProcessKind, str] = {
    ProcessKind.WORKER: "nothing is sent",
    ProcessKind.TICKS: "nobody looks after what was sent, promises and evidence",
    ProcessKind.BEAT: "nothing happens by the clock",
    ProcessKind.WEB: "nobody receives evidence and events",
}


def silent(
    alive: Collection[Alive],
    ticks: Collection[Tick],
    sweep_seconds: float,
    now: datetime,
    *,
    embedded: bool = False,
) -> list[str]:
    """What ought to run and does not, a sentence for each with its cure; `now` is the database's."""
    if not alive:
        ours = "`notifier up`" if embedded else "`notifier worker`, `notifier beat` and `notifier web`"
        return [f"Nothing runs: nobody is told anything, and no evidence is received; start {ours}."]
    there = {each.kind: each for each in alive}
    missing = [kind for kind in ProcessKind if kind not in there]
    words = [f"No {_called(kind)}: {NEEDED[kind]}; {_cure(kind, embedded=embedded)}." for kind in missing]
    if ProcessKind.TICKS in missing or ProcessKind.BEAT in missing:
        return words  # of course no tick has run
    since = max(there[ProcessKind.TICKS].since, there[ProcessKind.BEAT].since)
    ended = {tick.kind: tick.ended_at for tick in ticks}
    for kind, seconds in every(sweep_seconds).items():
        patience = timedelta(seconds=30 + 6 * seconds + (longest(kind) if kind in LONG_SECONDS else 0))
        last = ended.get(kind)
        if now - max(since, last or since) > patience:
            how = f"since {last:%Y-%m-%d %H:%M:%S} UTC" if last else "yet"
            words.append(f"The tick `{kind}` has not run {how}: the log of `notifier worker` tells why.")
    return words


def _called(kind: ProcessKind) -> str:
    return "process runs the ticks" if kind is ProcessKind.TICKS else f"{kind} runs"


def _cure(kind: ProcessKind, *, embedded: bool) -> str:
    if embedded:
        return "start `notifier up`"
    return f"start `notifier {ProcessKind.WORKER if kind is ProcessKind.TICKS else kind}`"
