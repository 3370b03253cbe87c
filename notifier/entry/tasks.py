"""Celery: the doorbell. A task carries an id, calls one action and rings what that says; Postgres is the truth."""

import gc
import multiprocessing
import threading
from collections.abc import Callable, Iterable
from contextlib import ExitStack
from functools import cache
from itertools import takewhile
from typing import Any, ClassVar

from celery import Celery
from kombu.exceptions import OperationalError

from notifier.actions.background import deliver, freeze, paging, probes, signals, sweep
from notifier.actions.background.deliver import Reached, unmoved
from notifier.actions.company import snapshots
from notifier.actions.control import latecomers, promises
from notifier.actions.running import ticks
from notifier.actions.running.ticks import Here
from notifier.app import App, opened
from notifier.errors import Unreachable
from notifier.model.ring import Ring
from notifier.model.tick import LONGEST_SECONDS, TickKind
from notifier.settings import Settings
from notifier.store import Db
from notifier.telemetry import log

QUEUE = "notifier"
TICKS = "notifier-ticks"
"""A queue and a process of their own: a tick waits for nothing that is sent or frozen."""
SELDOM = 100_000
"""Objects made before cycles are looked for."""
ASKED = 1
"""What the ring of a tick carries whose sender has asked Postgres first."""


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
        task_time_limit=int(LONGEST_SECONDS),
        worker_lost_wait=1,  # no result is awaited from a process that died: its place is free again at once
        worker_prefetch_multiplier=1,
        worker_hijack_root_logger=False,
        worker_cancel_long_running_tasks_on_connection_loss=False,
        broker_connection_retry_on_startup=True,
        broker_transport_options=transport_options(broker_url),
    )
    for name, work in TASKS.items():
        app.task(name=name)(_tick(TickKind(name), work) if name in list(TickKind) else _task(work))
    return app


def transport_options(broker_url: str) -> dict[str, Any]:
    if broker_url.startswith("amqp"):
        return {"confirm_publish": True}
    # Above the longest task; the other brings redelivery after a kill down from 90 s (kombu 5.7).
    return {"visibility_timeout": 150, "unacked_restore_throttle": 1}


def ring(settings: Settings, rings: Iterable[Ring], db: Db | None = None) -> None:
    """Publish after commit, once. A lost ring costs seconds: the sweeper finds the same work in Postgres.

    With a database each kind of tick is queued at most once; one that runs is queued again at its end.
    """
    for each in rings:
        if each.task in list(TickKind) and db is not None:
            kept = ring_ticks(settings, db, TickKind(each.task), news=True)
        else:
            kept = publish(settings, each.task, each.id)
        if not kept:
            return


def ring_ticks(settings: Settings, db: Db, *kinds: TickKind, news: bool = False) -> bool:
    """Ring for each of these, unless that is done already. False: the database or the broker is away."""
    try:
        asked = ticks.ask(db, *kinds, news=news)
        rung = len([*takewhile(lambda kind: publish(settings, kind, ASKED), asked)])
        for kind in asked[rung:]:  # a broker that hangs would make each of them wait for it
            ticks.take_back(db, kind)
    except Unreachable:
        for kind in kinds:
            log().warning("ring lost", task=kind, problem="Unreachable")
        return False
    return rung == len(asked)


def publish(settings: Settings, task: str, id_: int | None) -> bool:
    """False: the broker is away, or there is none."""
    if settings.broker_url is None:
        return False
    queue = TICKS if task in list(TickKind) else QUEUE
    try:
        celery_app(settings.broker_url).send_task(
            task, args=[id_], queue=queue, retry=False, ignore_result=True
        )
    except (OperationalError, OSError) as error:
        log().warning("ring lost", task=task, problem=type(error).__name__)
        return False
    return True


Work = Callable[[App, int], Iterable[Ring]]

TASKS: dict[str, Work] = {
    "freeze": lambda app, id_: freeze.freeze(app.db, app.writer.words, app.clock.now(), id_, app.reached),
    "deliver": lambda app, id_: deliver.deliver(app.db, app.post, id_),
    "sweep": lambda app, _: sweep.sweep(app.db, app.clock.now(), app.recorder),
    "promises": lambda app, _: promises.tick(app.db, app.writer, app.clock.now()),
    "judge": lambda app, _: signals.judge_signals(app.db, app.writer, app.clock.now()).rings,
    "late": lambda app, _: latecomers.look(app.db, app.writer, app.clock.now(), app.reached).rings,
    "snapshot": lambda app, _: snapshots.keep(app.db, app.settings, app.clock.now()),
    "probes": lambda app, _: probes.look(app.db, app.settings, app.clock.now),
    "alarms": lambda app, _: paging.tick(app.db, app.post, app.clock.now()),
    "watch": lambda app, _: signals.watch_cut_offs(app.db, app.writer, app.clock.now()).rings,
}


def _task(work: Work) -> Callable[[int | None], None]:
    def task(id_: int | None = None) -> None:
        app = WorkerProcess.opened_app()
        ring(app.settings, work(app, id_ or 0), app.db)

    return task


def _tick(kind: TickKind, work: Work) -> Callable[[int | None], None]:
    def task(asked: int | None = None) -> None:
        app = WorkerProcess.opened_app()
        rings = ticks.run(app.db, WorkerProcess.here, kind, lambda: work(app, 0), asked=asked == ASKED)
        ring(app.settings, rings, app.db)

    return task


class WorkerProcess:
    """What one process keeps that takes tasks: opened after the fork, never before."""

    settings: ClassVar[Settings]
    here: ClassVar[Here]
    stopping: ClassVar = multiprocessing.Event()
    """Set once the worker shall end; it and what it forks share it."""
    reached: ClassVar[Reached] = staticmethod(unmoved)
    connections: ClassVar = 20
    _app: ClassVar[App | None] = None
    _open: ClassVar = ExitStack()
    _lock: ClassVar = threading.Lock()

    @classmethod
    def opened_app(cls) -> App:
        with cls._lock:
            if cls._app is None:
                cls._app = cls._open.enter_context(
                    opened(
                        cls.settings,
                        connections=cls.connections,
                        stopping=cls.stopping.is_set,
                        reached=cls.reached,
                    )
                )
                # Each chunk makes some ten thousand objects and drops them again: to look for cycles among them
                # took a ninth of a send's processor time (measured).
                gc.freeze()
                gc.set_threshold(SELDOM)
            return cls._app

    @classmethod
    def close(cls) -> None:
        """A process that ends waits until what it knows is written."""
        cls._app = None
        cls._open.close()


def broker(settings: Settings) -> Celery:
    if settings.broker_url is None:
        raise Unreachable("No broker is set: start `notifier up`, or set NOTIFIER_BROKER_URL.")
    return celery_app(settings.broker_url)
