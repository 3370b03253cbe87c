"""Ticks: who rings for one asks Postgres first, who runs one says so there. Twice does no harm, it only costs."""

import time
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field

from notifier.errors import Unreachable
from notifier.model.ring import Ring
from notifier.model.tick import ProcessKind, Tick, TickKind, longest, may_queue
from notifier.store import Db, Tx
from notifier.store.running import processes, ticks
from notifier.telemetry import log


@dataclass(slots=True)
class Here:
    """The ticks that run in this process, one thread each."""

    process_id: str
    _since: dict[TickKind, float] = field(default_factory=dict[TickKind, float])

    def begin(self, kind: TickKind) -> None:
        self._since[kind] = time.monotonic()

    def end(self, kind: TickKind) -> None:
        self._since.pop(kind, None)

    @property
    def kinds(self) -> list[str]:
        return [str(kind) for kind in list(self._since)]

    def stuck(self) -> list[TickKind]:
        """Those that take longer than they may: a thread cannot be ended, its process can."""
        now = time.monotonic()
        return [kind for kind, since in list(self._since.items()) if now - since > longest(kind)]


def ask(db: Db, *kinds: TickKind, news: bool = False) -> tuple[TickKind, ...]:
    """For which of these a ring may go into the broker now: none is there, and none runs.

    With `news`, one that runs is queued again at its end: it may not have seen what the ring is for.
    If the process dies after the commit and before it has rung, the ring is taken for lost after some seconds.
    """
    with db.transaction() as tx:
        found = _locked(tx, kinds)
        queued = any(tick.queued_age is not None for tick in found)
        heard = not queued or processes.lives(tx, ProcessKind.TICKS)
        free = tuple(tick.kind for tick in found if may_queue(tick, heard=heard))
        if free:
            ticks.queue(tx, free)
        if news:
            for tick in found:
                if tick.runs:
                    ticks.want_again(tx, tick.kind)
        return free


def _locked(tx: Tx, kinds: Sequence[TickKind]) -> list[Tick]:
    found = ticks.locked(tx, kinds)
    if len(found) < len(kinds):
        ticks.register(tx, kinds)
        found = ticks.locked(tx, kinds)
    return found


def take_back(db: Db, kind: TickKind) -> None:
    """The broker did not take the ring: whoever comes next may ring at once."""
    with db.transaction() as tx:
        ticks.unqueue(tx, kind)


def run(
    db: Db, here: Here, kind: TickKind, work: Callable[[], Iterable[Ring]], *, asked: bool
) -> tuple[Ring, ...]:
    """One tick, unless the same runs in a process that lives; what is to be rung for then.

    `asked`: its ring was counted in Postgres; it does nothing if another has come for that. If the process dies
    in here, the tick is free again once the process is taken for dead, or its successor says so.
    """
    with db.transaction() as tx:
        (tick,) = _locked(tx, (kind,))
        if tick.runs or (asked and tick.queued_age is None):
            return ()
        ticks.begin(tx, kind, here.process_id)
        here.begin(kind)
    done = False
    try:
        rings = tuple(work())
        done = True
    finally:
        again = _end(db, here, kind, done=done)
    return (*rings, Ring(kind)) if again and Ring(kind) not in rings else rings


def _end(db: Db, here: Here, kind: TickKind, *, done: bool) -> bool:
    try:
        with db.transaction() as tx:
            return ticks.end(tx, kind, here.process_id, done=done)
    except Unreachable:
        log().warning("tick ended unseen", task=kind)  # the next sign of life lets it go
        return False
    finally:
        here.end(kind)
