"""Celery: the doorbell. A task carries an id, calls one action and rings what that says; Postgres is the truth."""

import gc
import multiprocessing
import os
from collections.abc import Callable, Iterable
from contextlib import ExitStack
from functools import cache
from typing import Any

from celery import Celery, signals
from kombu.exceptions import OperationalError

from notifier.actions import deliver, evidence, freeze, latecomers, promises, snapshots, sweep
from notifier.actions.deliver import Reached, unmoved
from notifier.app import App, opened
from notifier.model.ring import Ring
from notifier.settings import Settings
from notifier.telemetry import configure, log

QUEUE = "notifier"
TICKS = "notifier-ticks"
"""Workers take from both queues in turn: a tick does not stand in line behind what it has rung for."""
SNAPSHOT_SECONDS = 10.0
"""How often somebody looks whether policy wants a snapshot of the company's own database."""
TASK_SECONDS = 120
LONG_SECONDS = {"snapshot": 1800}
"""Tasks that may take longer than others: they read everybody."""
SELDOM = 100_000
"""Objects made before cycles are looked for."""
WATCH_SECONDS = 5.0
"""How often the database is asked who is cut off although nobody was told."""


@cache
def celery_app(broker_url: str) -> Celery:
    """The tasks by name, over one broker."""
    app = Celery("notifier", broker=broker_url, set_as_current=False)
    app.conf.update(
        task_default_queue=QUEUE,
        task_default_queue_type="quorum" if broker_url.startswith("amqp") else "classic",
        task_acks_late=True,
        task_reject_on_worker_lost=True,
        task_acks_on_failure=True,  # the sweeper retries, never the broker
        task_acks_on_timeout=True,
        task_ignore_result=True,
        task_time_limit=TASK_SECONDS,
        worker_lost_wait=1,  # no result is awaited from a process that died: its place is free again at once
        worker_prefetch_multiplier=1,
        worker_hijack_root_logger=False,
        worker_cancel_long_running_tasks_on_connection_loss=False,
        broker_connection_retry_on_startup=True,
        broker_transport_options=transport_options(broker_url),
    )
    for name, work in TASKS.items():
        app.task(name=name, time_limit=LONG_SECONDS.get(name, TASK_SECONDS))(_task(work))
    return app


def transport_options(broker_url: str) -> dict[str, Any]:
    if broker_url.startswith("amqp"):
        return {"confirm_publish": True}
    # Above the longest task; the other two bring redelivery after a kill down from 90 s (kombu 5.7).
    return {"visibility_timeout": 150, "unacked_restore_interval": 2, "unacked_restore_throttle": 1}


def ring(settings: Settings, rings: Iterable[Ring]) -> None:
    """Publish after commit, once. A lost ring costs seconds: the sweeper finds the same work in Postgres."""
    if settings.broker_url is None:
        return
    for each in rings:
        try:
            celery_app(settings.broker_url).send_task(
                each.task, args=[each.id], queue=QUEUE, retry=False, ignore_result=True
            )
        except (OperationalError, OSError) as error:
            log().warning("ring lost", task=each.task, problem=type(error).__name__)
            return


Work = Callable[[App, int], Iterable[Ring]]

TASKS: dict[str, Work] = {
    "freeze": lambda app, id_: freeze.freeze(app.db, app.desk.words, app.clock.now(), id_, app.reached),
    "deliver": lambda app, id_: deliver.deliver(app.db, app.post, id_),
    "sweep": lambda app, _: sweep.sweep(app.db, app.clock.now()),
    "promises": lambda app, _: promises.tick(app.db, app.desk, app.clock.now()),
    "judge": lambda app, _: evidence.judge_signals(app.db, app.desk, app.clock.now()).rings,
    "late": lambda app, _: latecomers.look(app.db, app.desk, app.clock.now()).rings,
    "snapshot": lambda app, _: snapshots.keep(app.db, app.settings, app.clock.now()),
    "watch": lambda app, _: evidence.watch_cut_offs(app.db, app.desk, app.clock.now()).rings,
}


def _task(work: Work) -> Callable[[int | None], None]:
    def task(id_: int | None = None) -> None:
        app = _Worker.opened_app()
        ring(app.settings, work(app, id_ or 0))

    return task


class _Worker:
    """What one worker process keeps: opened after the fork, never before."""

    settings: Settings
    stopping = multiprocessing.Event()
    reached: Reached = staticmethod(unmoved)
    _app: App | None = None
    _open = ExitStack()

    @classmethod
    def opened_app(cls) -> App:
        if cls._app is None:
            cls._app = cls._open.enter_context(
                opened(cls.settings, stopping=cls.stopping.is_set, reached=cls.reached)
            )
            # Each chunk makes some ten thousand objects and drops them again: to look for cycles among them
            # took a ninth of a send's processor time (measured).
            gc.freeze()
            gc.set_threshold(SELDOM)
        return cls._app


def run_worker(settings: Settings, concurrency: int | None = None, reached: Reached = unmoved) -> None:
    """One worker: a parent and its forked children, until SIGTERM; requests in flight are finished first."""
    configure()
    _Worker.settings = settings
    _Worker.reached = staticmethod(reached)
    signals.worker_shutting_down.connect(_stop, weak=False)
    _broker(settings).worker_main(
        [
            "worker",
            "--loglevel=WARNING",
            f"--hostname=w{os.getpid()}@%h",
            f"--concurrency={concurrency or (os.cpu_count() or 1) + 1}",
            f"--queues={QUEUE},{TICKS}",
            "--without-gossip",
            "--without-mingle",
            "--without-heartbeat",
        ]
    )


def _stop(**_: object) -> None:
    _Worker.stopping.set()


def run_beat(settings: Settings) -> None:
    """Ticks. Two beats do no harm: every tick finds in Postgres whether there is something to do."""
    configure()
    app = _broker(settings)
    with opened(settings, connections=1) as ours:
        seconds = sweep.sweep_seconds(ours.db)
    tick = {"expires": 60, "queue": TICKS}
    app.conf.beat_schedule = {
        "sweep": {"task": "sweep", "schedule": seconds, "args": [None], "options": tick},
        "watch": {"task": "watch", "schedule": WATCH_SECONDS, "args": [None], "options": tick},
        "late": {"task": "late", "schedule": WATCH_SECONDS, "args": [None], "options": tick},
        "snapshot": {"task": "snapshot", "schedule": SNAPSHOT_SECONDS, "args": [None], "options": tick},
        "promises": {"task": "promises", "schedule": seconds, "args": [None], "options": tick},
        "judge": {"task": "judge", "schedule": seconds, "args": [None], "options": tick},
    }
    app.Beat(scheduler_cls="celery.beat:Scheduler", loglevel="WARNING").run()


def _broker(settings: Settings) -> Celery:
    from notifier.errors import Unreachable

    if settings.broker_url is None:
        raise Unreachable("No broker is set: start `notifier up`, or set NOTIFIER_BROKER_URL.")
    return celery_app(settings.broker_url)
