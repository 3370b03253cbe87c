"""The clock: rings for every tick that is neither queued nor running. Two beats do no harm: both ask Postgres."""

from typing import Any, ClassVar

from celery.beat import ScheduleEntry, Scheduler

from notifier.actions.background import sweep
from notifier.actions.running.signs import Sign
from notifier.app import App, opened
from notifier.entry.tasks import broker, ring_tick
from notifier.model.tick import SIGN_SECONDS, ProcessKind, TickKind, every
from notifier.settings import Settings
from notifier.telemetry import configure

SIGN = "sign"


def run_beat(settings: Settings) -> None:
    """Until SIGTERM. Its sign of life is an entry of its own clock: a clock that hangs leaves none."""
    configure()
    celery = broker(settings)
    with opened(settings, connections=1) as ours:
        seconds = every(sweep.sweep_seconds(ours.db))
        celery.conf.beat_schedule = {SIGN: {"task": SIGN, "schedule": SIGN_SECONDS}} | {
            str(kind): {"task": str(kind), "schedule": between} for kind, between in seconds.items()
        }
        TickScheduler.ours = ours
        TickScheduler.sign = Sign(ProcessKind.BEAT, connections=1, buries=True)
        TickScheduler.sign.leave(ours.db.transaction)  # Celery's own first is a round later
        celery.Beat(scheduler_cls=f"{__name__}:{TickScheduler.__name__}", loglevel="WARNING").run()


class TickScheduler(Scheduler):
    """Celery's scheduler in memory; what is due is asked for in Postgres and rung, never sent on its own."""

    ours: ClassVar[App]
    sign: ClassVar[Sign]

    def apply_entry(self, entry: ScheduleEntry, producer: Any = None) -> None:  # noqa: ARG002 - Celery's
        if entry.task != SIGN:
            ring_tick(self.ours.settings, self.ours.db, TickKind(entry.task))
            return
        self.sign.leave(self.ours.db.transaction)

    def close(self) -> None:
        """Told to end: nobody need wait until this beat is taken for dead."""
        super().close()
        self.sign.end(self.ours.db.transaction)
