"""The process of a worker that freezes and sends: Celery's own parent and its forked children."""

import multiprocessing
import os
import signal
from functools import partial
from typing import Any

from celery import signals

from notifier.actions.background.deliver import Reached
from notifier.actions.running.signs import Sign
from notifier.entry.tasks import QUEUE, WorkerProcess, broker
from notifier.model.tick import SIGN_SECONDS, ProcessKind
from notifier.settings import Settings
from notifier.store import one_transaction


def run(
    settings: Settings, concurrency: int | None, reached: Reached, process_id: str, _dead: list[str]
) -> None:
    """Until SIGTERM, or until its parent is gone; requests in flight are finished first."""
    children = concurrency or (os.cpu_count() or 1) + 1
    WorkerProcess.settings, WorkerProcess.reached = settings, staticmethod(reached)
    WorkerProcess.stopping = multiprocessing.Event()  # ours and our children's, nobody else's
    watch = Watch(settings, Sign(ProcessKind.WORKER, children * WorkerProcess.connections, process_id))
    signals.worker_shutting_down.connect(watch.stop, weak=False)
    signals.worker_ready.connect(watch.begin, weak=False)
    signals.worker_shutdown.connect(watch.end, weak=False)
    signals.worker_process_shutdown.connect(_write_what_is_known, weak=False)
    broker(settings).worker_main(
        [
            "worker",
            "--loglevel=WARNING",
            f"--hostname=w{os.getpid()}@%h",
            f"--concurrency={children}",
            f"--queues={QUEUE}",
            "--without-gossip",
            "--without-mingle",
            "--without-heartbeat",
        ]
    )


def _write_what_is_known(**_: object) -> None:
    """A child ends, and may have been answered while the database was away."""
    WorkerProcess.close()


class Watch:
    """Signs of life from the loop that also forks: no other thread may hold a lock or a socket while it forks.

    A loop that hangs, or that has lost the broker, leaves none.
    """

    def __init__(self, settings: Settings, sign: Sign) -> None:
        self._transaction = partial(one_transaction, settings.database_url or "")
        self._sign, self._parent = sign, os.getppid()
        self._timer: Any = None

    def begin(self, sender: Any, **_: object) -> None:
        """After each connection to the broker; the timers of the one before are gone or cancelled here."""
        signal.signal(signal.SIGHUP, signal.SIG_IGN)  # Celery would start itself anew; our parent was told
        if self._timer is not None:
            self._timer.cancel()
        self._timer = sender.timer.call_repeatedly(SIGN_SECONDS, self._look)
        self._look()

    def _look(self) -> None:
        if os.getppid() != self._parent:
            os.kill(os.getpid(), signal.SIGTERM)
        self._sign.leave(self._transaction)

    def stop(self, **_: object) -> None:
        """Told to end: children finish their requests and take no more."""
        WorkerProcess.stopping.set()

    def end(self, **_: object) -> None:
        """Its children have ended."""
        self._sign.end(self._transaction)
