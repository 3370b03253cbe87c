"""`notifier worker`: a parent that holds nothing, one process that sends and freezes, and one that runs the ticks.

The parent starts the ticks again when they end, and ends with the process that sends: whoever tends this service
starts both anew. A child whose parent was killed ends by itself.
"""

import os
import signal
import sys
import time
import uuid
from collections.abc import Callable
from dataclasses import dataclass, field
from functools import partial
from types import FrameType

from notifier.actions.background.deliver import Reached, unmoved
from notifier.entry import sending, ticking
from notifier.entry.tasks import broker
from notifier.local.children import again
from notifier.settings import Settings
from notifier.telemetry import configure, log

STOPS = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)
LOOK_EVERY = 0.25
TICK_STOP_SECONDS = 10.0
"""How long a tick may go on once the worker shall end: cut off, it is rolled back and done by another."""


def run_worker(settings: Settings, concurrency: int | None = None, reached: Reached = unmoved) -> None:
    """Until SIGTERM: requests in flight are finished first. Raises `SystemExit` if the sending process failed."""
    configure()
    broker(settings)  # a fault of the settings is said once, here
    sender = Child("sending", partial(sending.run, settings, concurrency, reached))
    ticks = Child("ticks", partial(ticking.run, settings, reached))
    told = Told((sender, ticks))
    sender.start()
    ticks.start()
    while not sender.ended():
        _tend(ticks, restart=told.at is None)
        if ticks.pid and told.at is not None and time.monotonic() - told.at > TICK_STOP_SECONDS:
            ticks.tell(signal.SIGKILL)
        time.sleep(LOOK_EVERY)
    _end(ticks)
    if sender.code:
        raise SystemExit(sender.code)


def _tend(ticks: "Child", *, restart: bool) -> None:
    """What it ran when it died is free at once: its successor says so."""
    if ticks.ended() and restart:
        verdict = again("the tick process", ticks.failures, lived=time.monotonic() - ticks.since)
        ticks.failures, ticks.again_at = verdict.failures, time.monotonic() + verdict.pause
        if verdict.words:
            log().warning(verdict.words)
    if not ticks.pid and restart and time.monotonic() >= ticks.again_at:
        ticks.start()


def _end(ticks: "Child") -> None:
    ticks.tell(signal.SIGTERM)
    deadline = time.monotonic() + TICK_STOP_SECONDS
    while ticks.pid and not ticks.ended():
        if time.monotonic() > deadline:
            ticks.tell(signal.SIGKILL)
        time.sleep(LOOK_EVERY)


class Told:
    """When somebody asked the worker to end; both children have been told then."""

    def __init__(self, children: "tuple[Child, ...]") -> None:
        self.at: float | None = None
        self._parent, self._children = os.getpid(), children
        for number in STOPS:
            signal.signal(number, self._tell)

    def _tell(self, _number: int, _frame: FrameType | None) -> None:
        if os.getpid() != self._parent:
            os._exit(0)  # forked a moment ago, it has begun nothing
        self.at = self.at or time.monotonic()
        for child in self._children:
            child.tell(signal.SIGTERM)


@dataclass(slots=True)
class Child:
    """One forked process. Its work is given who it is, and which processes before it are known to be dead."""

    name: str
    work: Callable[[str, list[str]], None]
    pid: int | None = None
    code: int = 0
    process_id: str = ""
    dead: list[str] = field(default_factory=list[str])
    since: float = 0.0
    failures: int = 0
    again_at: float = 0.0

    def start(self) -> None:
        self.process_id, self.since = str(uuid.uuid4()), time.monotonic()
        sys.stdout.flush()
        sys.stderr.flush()
        pid = os.fork()
        if not pid:
            self._be()
        self.pid = pid

    def _be(self) -> None:
        """Never returns: what stands above on the stack is the parent's."""
        code = 1
        try:
            for number in STOPS:
                signal.signal(number, signal.SIG_DFL)
            self.work(self.process_id, self.dead)
            code = 0
        except SystemExit as end:
            code = end.code if isinstance(end.code, int) else int(bool(end.code))
        finally:
            sys.stdout.flush()
            sys.stderr.flush()
            os._exit(code)

    def tell(self, number: signal.Signals) -> None:
        if self.pid:  # nobody else has its pid before it was waited for
            os.kill(self.pid, number)

    def ended(self) -> bool:
        """True once after each start: it has ended, and is waited for."""
        if not self.pid:
            return False
        pid, status = os.waitpid(self.pid, os.WNOHANG)
        if not pid:
            return False
        self.code = os.waitstatus_to_exitcode(status)
        self.dead.append(self.process_id)
        self.pid = None
        return True
