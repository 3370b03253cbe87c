"""Signs of life: every process leaves one in Postgres every few seconds; `list`, `doctor`, `/readyz` read them."""

import os
import socket
import uuid
from collections.abc import Callable, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import TypeAlias

from notifier.actions.running.ticks import Here
from notifier.errors import Defect, Unreachable
from notifier.model import tick
from notifier.model.tick import Alive, ProcessKind
from notifier.store import Tx
from notifier.store.company import catalogue
from notifier.store.read.views import database_now
from notifier.store.running import processes, ticks
from notifier.telemetry import log

Transaction: TypeAlias = Callable[[], AbstractContextManager[Tx]]


@dataclass(slots=True)
class Sign:
    """Who signs. `before`: processes that are known to be dead, and whose work is free by that.

    Where the database cannot be reached, that is logged: the next sign makes it good, and who has none is taken
    for dead a little later.
    """

    kind: ProcessKind
    connections: int
    process_id: str = field(default_factory=lambda: str(uuid.uuid4()))
    before: Sequence[str] = ()
    started_at: datetime = field(default_factory=lambda: datetime.now(UTC))
    buries: bool = False
    """It takes away the signs of those who have been silent for long."""

    def leave(self, transaction: Transaction, here: Here | None = None) -> None:
        """Say that this process lives."""
        try:
            self._leave(transaction, here)
        except (Unreachable, Defect):
            log().warning("no sign of life", kind=self.kind)

    def end(self, transaction: Transaction) -> None:
        """It ends in order: nobody need wait until it is taken for dead."""
        try:
            with transaction() as tx:
                processes.leave(tx, [self.process_id])
        except (Unreachable, Defect):
            log().warning("its sign of life is left behind", kind=self.kind)

    def _leave(self, transaction: Transaction, here: Here | None) -> None:
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
            if self.buries:
                processes.forget(tx)
        self.before = ()


@dataclass(frozen=True, slots=True)
class Life:
    alive: list[Alive]
    silent: list[str]
    """What ought to run and does not: a sentence for each, with its cure."""


def life(tx: Tx, *, embedded: bool) -> Life:
    found = processes.alive(tx)
    seconds = catalogue.policy(tx).sweep_seconds
    return Life(found, tick.silent(found, ticks.ticks(tx), seconds, database_now(tx), embedded=embedded))
