"""The clock: rings for every tick that is neither queued nor running. Two beats do no harm: both ask Postgres."""

from collections.abc import Iterator
from itertools import count
from typing import Any, ClassVar

from celery.beat import ScheduleEntry, Scheduler

from notifier.actions.background import sweep
from notifier.actions.running.signs import Sign
from notifier.app import App, opened
from notifier.entry.tasks import broker, ring_ticks
from notifier.model.tick import SIGN_SECONDS, ProcessKind, due
from notifier.settings import Settings
from notifier.telemetry import configure

SIGN, ROUND = "sign", "round"


def run_beat(settings: Settings) -> None:
    """Until SIGTERM. Its sign of life is an entry of its own clock: a clock that hangs leaves none."""
    configure()
    celery = broker(settings)
    with opened(settings, connections=1) as ours:
        celery.conf.beat_schedule = {
            SIGN: {"task": SIGN, "schedule": SIGN_SECONDS},
            ROUND: {"task": ROUND, "schedule": sweep.sweep_seconds(ours.db)},
        }
        TickScheduler.ours = ours
        TickScheduler.sign = Sign(ProcessKind.BEAT, connections=1, buries=True)
        TickScheduler.sign.leave(ours.db.transaction)  # Celery's own first is a round later
        celery.Beat(scheduler_cls=f"{__name__}:{TickScheduler.__name__}", loglevel="WARNING").run()


class TickScheduler(Scheduler):
    """Celery's scheduler in memory; what is due is asked for in Postgres and rung, never sent on its own."""

    ours: ClassVar[App]
    sign: ClassVar[Sign]
    rounds: ClassVar[Iterator[int]] = count()

    def apply_entry(self, entry: ScheduleEntry, producer: Any = None) -> None:  # noqa: ARG002 - Celery's
        if entry.task == SIGN:
            self.sign.leave(self.ours.db.transaction)
            return
        ring_ticks(self.ours.settings, self.ours.db, *due(next(self.rounds)))

    def close(self) -> None:
        """Told to end: nobody need wait until this beat is taken for dead."""
        super().close()
        self.sign.end(self.ours.db.transaction)
