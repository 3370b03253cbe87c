"""The processes of the chaos suite: real workers, beats and web, forked from one that has imported everything.

`python -m tests.chaos.worker FOLDER` reads `worker`, `beat`, `web` on standard input and prints a pid for each;
`dead` prints the pids that have ended since. At the end of its input it kills what is left.
FOLDER/plan.json holds the traps of the run; whoever springs one writes there how often each point was reached.
"""

import json
import os
import signal
import sys
import threading
import time
from collections.abc import Callable
from pathlib import Path

from notifier.entry import beat, web, worker
from notifier.settings import from_env

CALL_SECONDS = 300
"""A process that waits for the suite waits no longer: the run may have ended."""
GATE_POINT, GATE = "before claim", "call-gate"
"""Nobody passes this point while there is a file of that name."""


class Traps:
    """`reached` of a worker: counts over all processes, and dies or sleeps where the plan says."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self._read_at = 0
        self._plan: dict[str, object] = {"run": "", "traps": []}

    def __call__(self, point: str) -> None:
        for number, trap in enumerate(self._traps()):
            if trap["point"] != point:
                continue
            arrivals = self._arrivals(number)
            if trap["act"] == "call":
                self._call(number, arrivals, trap["nth"])
            elif arrivals == trap["nth"]:
                spring(self.folder, trap["act"], trap["seconds"])
        if point == GATE_POINT:
            wait_while((self.folder / GATE).exists)

    def _call(self, number: int, arrivals: int, nth: int) -> None:
        """Wait for the blow, as everybody does who comes to this point before it has fallen."""
        calling, called = self.folder / f"calling-{number}", self.folder / f"called-{number}"
        if arrivals == nth:
            calling.touch()
            called.touch()
            (self.folder / "sprung").open("a").write("call\n")
        if arrivals >= nth:
            wait_while(lambda: calling.exists() or not called.exists())

    def _traps(self) -> list[dict[str, object]]:
        file = self.folder / "plan.json"
        changed_at = file.stat().st_mtime_ns
        if changed_at != self._read_at:
            self._plan, self._read_at = json.loads(file.read_text()), changed_at
        return self._plan["traps"]

    def _arrivals(self, number: int) -> int:
        """How many have come by here, this one too: a byte each at the end of one file, which is atomic."""
        file = os.open(self.folder / f"{self._plan['run']}.{number}", os.O_CREAT | os.O_WRONLY | os.O_APPEND)
        try:
            os.write(file, b".")
            return os.lseek(file, 0, os.SEEK_CUR)
        finally:
            os.close(file)


def wait_while(true: Callable[[], bool]) -> None:
    patience = time.monotonic() + CALL_SECONDS
    while true() and time.monotonic() < patience:
        time.sleep(0.01)


def spring(folder: Path, act: str, seconds: float) -> None:
    (folder / "sprung").open("a").write(f"{act}\n")
    if act == "stop":
        (folder / f"asleep-{os.getpid()}").write_text(str(time.time() + seconds))
        os.kill(os.getpid(), signal.SIGSTOP)
    elif seconds:
        threading.Timer(seconds, die, [act]).start()
    else:
        die(act)


def die(act: str) -> None:
    if act == "worker":
        os.kill(os.getppid(), signal.SIGKILL)
    os.kill(os.getpid(), signal.SIGKILL)


def fork(work: Callable[[], None], log: Path) -> int:
    pid = os.fork()
    if pid:
        return pid
    os.setsid()
    output = os.open(log, os.O_CREAT | os.O_WRONLY | os.O_APPEND)
    nothing = os.open(os.devnull, os.O_RDONLY)
    for ours, theirs in ((nothing, 0), (output, 1), (output, 2)):
        os.dup2(ours, theirs)
    code = 1
    try:
        work()
        code = 0
    finally:
        sys.stderr.flush()
        os._exit(code)


def main(folder: Path) -> None:
    settings = from_env()
    traps = Traps(folder)
    works = {
        "worker": lambda: worker.run_worker(settings, concurrency=1, reached=traps),
        "beat": lambda: beat.run_beat(settings),
        "web": lambda: web.serve(settings),
    }
    alive: set[int] = set()
    for line in sys.stdin:
        word = line.strip()
        if word == "dead":
            dead = reap(alive)
            print(*dead, flush=True)
        else:
            pid = fork(works[word], folder / "logs" / f"{word}.log")
            alive.add(pid)
            print(pid, flush=True)
    for pid in alive:
        os.killpg(pid, signal.SIGKILL)


def reap(alive: set[int]) -> list[int]:
    dead = [pid for pid in alive if os.waitpid(pid, os.WNOHANG)[0]]
    alive.difference_update(dead)
    return dead


if __name__ == "__main__":
    main(Path(sys.argv[1]))
