"""The processes that `up` runs beside the servers: what they are called, how they are started and ended."""

import signal
import sys
import time
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path

from notifier.local import processes
from notifier.local.home import log_file
from notifier.local.processes import Process
from notifier.local.runfile import StartedProcess
from notifier.settings import Settings, for_children


class Program(StrEnum):
    POSTGRES = "postgres"
    BROKER = "broker"
    SANDBOX = "sandbox"
    WORKER = "worker"
    BEAT = "beat"
    WEB = "web"


EVERYTHING = frozenset(Program)

COMMANDS: Mapping[Program, tuple[str, ...]] = {
    Program.SANDBOX: ("-m", "notifier", "sandbox"),
    Program.WORKER: ("-m", "notifier", "worker"),
    Program.BEAT: ("-m", "notifier", "beat"),
    Program.WEB: ("-m", "notifier", "web"),
}
"""Arguments of the interpreter. The sandbox gets `--port N` too and prints `sandbox URL` when it is ready."""

STOPPING: tuple[tuple[frozenset[str], int], ...] = (
    (frozenset({Program.WEB, Program.BEAT}), 8),
    (frozenset({Program.WORKER}), 40),
    (frozenset({Program.SANDBOX}), 5),
)
"""The order in which they are asked by SIGTERM, and how many seconds each step may take before SIGKILL.

A worker ends its task first, at most 20 s and one request; what it is killed in is *unknown*, not lost.
"""

STABLE_SECONDS = 60
LONGEST_PAUSE = 30.0
SAID_ALOUD = 3


@dataclass(frozen=True, slots=True)
class Again:
    """When one that ended is started again, and what the operator hears of it, if anything."""

    failures: int
    pause: float
    words: str | None


def again(name: str, failures: int, *, lived: float) -> Again:
    """`failures`: how often it had ended already without a stable time between; `lived`: seconds, this time."""
    failures = 1 if lived >= STABLE_SECONDS else failures + 1
    pause = min(LONGEST_PAUSE, 0.1 * 2 ** (failures - 1))
    if failures <= SAID_ALOUD:
        return Again(failures, pause, f"{name} ended by itself and is started again.")
    if failures == SAID_ALOUD + 1:
        return Again(failures, pause, f"{name} keeps ending. It is tried again, every 30 s at last.")
    return Again(failures, pause, None)


def spawn(name: str, arguments: Iterable[str], settings: Settings, *, leash: bool = False) -> Process:
    """A Python process with these settings as its environment and nothing else of ours.

    It stands in the home, where no `.env` of the user is, and `-P` keeps the modules of that folder out.
    """
    return processes.spawn(
        [sys.executable, "-P", *arguments], env=for_children(settings), log=log_file(settings.home, name),
        cwd=settings.home, leash=leash,
    )  # fmt: skip


def line_of(file: Path, offset: int, start: str, *, seconds: float, alive: Callable[[], bool]) -> str | None:
    """The rest of the first line behind `offset` that begins with `start`; None if it does not come."""
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        lives = alive()
        with file.open("rb") as log:
            log.seek(offset)
            for line in log.read().decode(errors="replace").splitlines(keepends=True):
                if line.startswith(start) and line.endswith("\n"):
                    return line.removeprefix(start).strip()
        if not lives:
            return None
        time.sleep(0.05)
    return None


def end(started: Iterable[tuple[str, Process]]) -> None:
    """End them in order, all of a step at once, in bounded time."""
    left = list(started)
    for parts, seconds in STOPPING:
        step = [process for part, process in left if part in parts]
        for process in step:
            process.tell(signal.SIGTERM)
        deadline = time.monotonic() + seconds
        for process in step:
            process.ended(seconds=max(0.0, deadline - time.monotonic()))
            process.bury()


def end_leftovers(started: Iterable[StartedProcess]) -> None:
    """After a kill -9 of `up`. Only those that are still who they were: a number alone proves nothing."""
    end((one.part, Process(one.who)) for one in started if one.who.alive())
