"""The process of a worker that runs the ticks: a thread for each kind, so that none waits for another.

Celery ends no thread that takes too long. A tick that is stuck therefore ends this process: whatever it had begun
is rolled back, and the parent starts the next.
"""

import os
import signal
import sys
import threading
from typing import Any

from celery import signals

from notifier.actions.deliver import Reached
from notifier.actions.signs import Sign
from notifier.actions.ticks import Here
from notifier.app import App
from notifier.entry.tasks import TICKS, Process, broker
from notifier.errors import Unreachable
from notifier.model.tick import SIGN_SECONDS, ProcessKind, TickKind
from notifier.settings import Settings
from notifier.telemetry import log

SPARE = 2
"""Threads for rings of what runs already: they end at once."""
LOOK_EVERY = 1.0
STUCK = 70


def run(settings: Settings, reached: Reached, process_id: str, dead: list[str]) -> None:
    """Until SIGTERM, or until its parent is gone."""
    threads = len(TickKind) + SPARE
    Process.settings, Process.reached = settings, staticmethod(reached)
    Process.connections, Process.here = threads + 1, Here(process_id)
    app = Process.opened_app()
    pulse = Pulse(app, Process.here, Sign(ProcessKind.TICKS, Process.connections, process_id, dead))
    signals.worker_ready.connect(_ignore_hangup, weak=False)
    pulse.start()
    try:
        broker(settings).worker_main(
            [
                "worker",
                "--loglevel=WARNING",
                f"--hostname=t{os.getpid()}@%h",
                "--pool=threads",
                f"--concurrency={threads}",
                f"--queues={TICKS}",
                "--without-gossip",
                "--without-mingle",
                "--without-heartbeat",
            ]
        )
    finally:
        pulse.end()


def _ignore_hangup(**_: Any) -> None:
    signal.signal(signal.SIGHUP, signal.SIG_IGN)  # Celery would start itself anew; our parent was told


class Pulse(threading.Thread):
    """Leaves signs of life; ends the process when a tick is stuck, or when its parent is gone."""

    def __init__(self, app: App, here: Here, sign: Sign) -> None:
        super().__init__(name="pulse", daemon=True)
        self._app, self._here, self._sign, self._parent = app, here, sign, os.getppid()
        self._over = threading.Event()

    def run(self) -> None:
        signed = None
        while not self._over.is_set():
            now = self._app.clock.monotonic()
            if signed is None or now - signed >= SIGN_SECONDS:
                signed = now
                self._leave()
            self._look()
            self._over.wait(LOOK_EVERY)

    def end(self) -> None:
        self._over.set()
        self.join()
        try:
            self._sign.end(self._app.db.transaction)
        except Unreachable:
            return

    def _leave(self) -> None:
        try:
            self._sign.leave(self._app.db.transaction, self._here)
        except Unreachable:
            log().warning("no sign of life", kind=self._sign.kind)

    def _look(self) -> None:
        for kind in self._here.stuck():
            log().error("a tick is stuck: its process ends", task=kind)
            sys.stderr.flush()
            os._exit(STUCK)
        if os.getppid() != self._parent:
            os.kill(os.getpid(), signal.SIGTERM)
