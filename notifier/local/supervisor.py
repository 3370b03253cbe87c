"""Watches over started processes and starts again what ends by itself."""

import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, field

from notifier.errors import NotifierError
from notifier.local import children
from notifier.local.children import Program
from notifier.local.processes import Process
from notifier.local.runfile import StartedProcess

LOOK_EVERY = 1.0


@dataclass(slots=True)
class Tended:
    """One process and how to start it again. `again_at`: it ended, and is started at that (monotonic) time."""

    name: str
    part: Program
    start: Callable[[], Process]
    process: Process
    since: float = field(default_factory=time.monotonic)
    failures: int = 0
    again_at: float | None = None


class Supervisor:
    """One thread that looks every second. `changed` is called, by it too, whenever a process was started."""

    def __init__(self, say: Callable[[str], None], changed: Callable[[], None]) -> None:
        self._say, self._changed = say, changed
        self._tended: list[Tended] = []
        self._lock = threading.RLock()
        self._over = threading.Event()
        self._thread = threading.Thread(target=self._watch, name="supervisor", daemon=True)

    def add(self, name: str, part: Program, start: Callable[[], Process]) -> Process:
        """Start it now; from now on it is tended."""
        with self._lock:
            tended = Tended(name, part, start, start())
            self._tended.append(tended)
            self._changed()
            return tended.process

    def watch(self) -> None:
        self._thread.start()

    def started(self) -> tuple[StartedProcess, ...]:
        with self._lock:
            return tuple(StartedProcess(t.name, t.part, t.process.who) for t in self._tended)

    def pids(self, part: Program) -> tuple[int, ...]:
        with self._lock:
            return tuple(t.process.pid for t in self._tended if t.part == part and t.process.alive())

    def end(self) -> None:
        """Tend no more, then end everything but the servers, whose last user stops them."""
        self._over.set()
        if self._thread.is_alive():
            self._thread.join()
        children.end((t.part, t.process) for t in self._tended)

    def release(self) -> None:
        for tended in self._tended:
            tended.process.release()

    def _watch(self) -> None:
        while not self._over.wait(LOOK_EVERY):
            for tended in self._tended[:]:
                if not self._over.is_set():
                    self._look(tended)

    def _look(self, tended: Tended) -> None:
        now = time.monotonic()
        with self._lock:
            if tended.again_at is None:
                if not tended.process.alive():
                    tended.process.bury()
                    self._failed(tended, now)
            elif now >= tended.again_at:
                self._start_again(tended, now)

    def _start_again(self, tended: Tended, now: float) -> None:
        tended.since, tended.again_at = now, None
        try:
            tended.process = tended.start()
        except (NotifierError, OSError):
            self._failed(tended, now)
            return
        self._changed()

    def _failed(self, tended: Tended, now: float) -> None:
        verdict = children.again(tended.name, tended.failures, lived=now - tended.since)
        tended.failures, tended.again_at = verdict.failures, now + verdict.pause
        if verdict.words:
            self._say(verdict.words)
