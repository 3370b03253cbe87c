"""`python -m notifier.local.reaper HOME`: waits for the death of the `up` that started it, then cleans up.

Its standard input is a pipe from that `up`. However that dies, the pipe ends, on every system; and nothing goes
on sending without somebody who could stop it. If this process is killed too, the next `up` does the same.
"""

import signal
import sys
from pathlib import Path

from notifier.errors import Unreachable
from notifier.local import children, runfile
from notifier.local.endpoints import stop_unused
from notifier.local.home import UP_LOCK, locked
from notifier.local.processes import Process


def command(home: Path) -> tuple[str, ...]:
    """The arguments of the interpreter."""
    return ("-m", "notifier.local.reaper", str(home))


def dismiss(reaper: Process) -> None:
    """The run ended in order and its file is gone: nothing to keep any more."""
    if reaper.child is not None and reaper.child.stdin is not None:
        reaper.child.stdin.close()
    reaper.end(signal.SIGTERM, seconds=5)


def main(home: Path) -> None:
    sys.stdin.buffer.read()
    if runfile.read(home) is None:
        return  # it stopped everything itself
    try:
        # The kernel may end the pipe of a dead process a moment before it lets go of its locks.
        with locked(home, UP_LOCK, seconds=10):
            clean_up(home)
    except Unreachable:
        return  # the next `up` is there already, and has cleaned up


def clean_up(home: Path) -> bool:
    """End what a dead `up` left behind; was there anything? For one who holds the lock of `up`.

    Dies this process in the middle, the run file is still there for the next one.
    """
    run = runfile.read(home)
    if run is None:
        return False
    children.end_leftovers(run.children)
    stop_unused(home)
    runfile.remove(home)
    return True


if __name__ == "__main__":
    main(Path(sys.argv[1]))
