"""The process of a worker that runs the ticks: a thread for each kind, so that none waits for another.

Celery ends no thread that takes too long. A tick that is stuck therefore ends this process: whatever it had begun
is rolled back, and the parent starts the next.
"""

import os
import signal
import sys
from functools import partial
from typing import Any

from celery import signals

from notifier.actions.background.deliver import Reached
from notifier.actions.running.signs import Sign
from notifier.actions.running.ticks import Here
from notifier.entry.pulse import Pulse
from notifier.entry.tasks import TICKS, WorkerProcess, broker
from notifier.model.tick import ProcessKind, TickKind
from notifier.settings import Settings
from notifier.telemetry import log

SPARE = 2
"""Threads for rings of what runs already: they end at once."""
STUCK = 70


def run(settings: Settings, reached: Reached, process_id: str, dead: list[str]) -> None:
    """Until SIGTERM, or until its parent is gone."""
    threads = len(TickKind) + SPARE
    WorkerProcess.settings, WorkerProcess.reached = settings, staticmethod(reached)
    WorkerProcess.connections, WorkerProcess.here = threads + 1, Here(process_id)
    app = WorkerProcess.opened_app()
    _restore_seldom(settings)
    sign = Sign(ProcessKind.TICKS, WorkerProcess.connections, process_id, dead)
    signals.worker_ready.connect(_ignore_hangup, weak=False)
    with Pulse(app, sign, WorkerProcess.here, partial(_look, WorkerProcess.here, os.getppid())):
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


def _restore_seldom(settings: Settings) -> None:
    """What a dead process had taken is put back, for every queue, by the processes that send.

    Here, without their event loop, kombu would ask the broker for it every second.
    """
    broker(settings).conf.broker_transport_options.pop("unacked_restore_throttle", None)


def _ignore_hangup(**_: Any) -> None:
    signal.signal(signal.SIGHUP, signal.SIG_IGN)  # Celery would start itself anew; our parent was told


def _look(here: Here, parent: int) -> None:
    for kind in here.stuck():
        log().error("a tick is stuck: its process ends", task=kind)
        sys.stderr.flush()
        os._exit(STUCK)
    if os.getppid() != parent:
        os.kill(os.getpid(), signal.SIGTERM)
