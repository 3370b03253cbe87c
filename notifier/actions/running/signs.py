"""Signs of life: every process leaves one in Postgres every few seconds; `list`, `doctor`, `/readyz` read them."""

import os
import socket
import uuid
from collections.abc import Callable, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass, field
from datetime import UTC, datetime

from notifier.actions.running.ticks import Here
from notifier.model import tick
from notifier.model.tick import Alive, ProcessKind
from notifier.store import Db, Tx
from notifier.store.company import catalogue
from notifier.store.read.views import database_now
from notifier.store.running import processes, ticks


@dataclass(slots=True)
class Sign:
    """Who signs. `before`: processes that are known to be dead, and whose work is free by that."""

    kind: ProcessKind
    connections: int
    process_id: str = field(default_factory=lambda: str(uuid.uuid4()))
    before: Sequence[str] = ()
    started_at: datetime = field(default_factory=lambda: datetime.now(UTC))

    def leave(self, transaction: Callable[[], AbstractContextManager[Tx]], here: Here | None = None) -> None:
        """Say that this process lives. Raises `Unreachable`; the next time makes it good."""
        with transaction() as tx:
            processes.sign(
                tx,
                self.process_id,
                self.kind,
                host=socket.gethostname(),
                pid=os.getpid(),
                connections=self.connections,
                started_at=self.started_at,
            )
            if self.before:
                processes.leave(tx, list(self.before))
            if here is not None:
                ticks.let_go(tx, here.process_id, but=here.kinds)
        self.before = ()

    def end(self, transaction: Callable[[], AbstractContextManager[Tx]]) -> None:
        """It ends in order: nobody need wait until it is taken for dead."""
        with transaction() as tx:
            processes.leave(tx, [self.process_id])


def forget_the_dead(db: Db) -> None:
    with db.transaction() as tx:
        processes.forget(tx)


@dataclass(frozen=True, slots=True)
class Life:
    alive: list[Alive]
    silent: list[str]
    """What ought to run and does not: a sentence for each, with its cure."""


def life(tx: Tx, *, embedded: bool) -> Life:
    found = processes.alive(tx)
    seconds = catalogue.policy(tx).sweep_seconds
    return Life(found, tick.silent(found, ticks.ticks(tx), seconds, database_now(tx), embedded=embedded))
