"""The folder of the embedded servers, `NOTIFIER_HOME`: what stands where in it, and its three locks.

    up.lock      held alone by a running `up`, `demo` or test for all its life
    start.lock   held alone for the moment in which servers are started or stopped
    use.lock     shared by everybody who uses the servers: whoever leaves last stops them

The kernel lets go of a lock when its holder dies, however it dies.
"""

import fcntl
import time
from collections.abc import Generator
from contextlib import contextmanager
from pathlib import Path

from notifier.errors import Unreachable

UP_LOCK, START_LOCK, USE_LOCK = "up.lock", "start.lock", "use.lock"
START_SECONDS = 180
"""Longer than any start of a server: Postgres may have to recover first."""


def prepare(home: Path) -> Path:
    """Make the folder, which nobody else may enter; its real path, so that two names are one home."""
    try:
        home.mkdir(mode=0o700, parents=True, exist_ok=True)
        (home / "logs").mkdir(mode=0o700, exist_ok=True)
    except OSError as error:
        raise Unreachable(
            f"NOTIFIER_HOME cannot be written ({error.strerror}: {home}): set it to another folder."
        ) from error
    return home.resolve()


def log_file(home: Path, name: str) -> Path:
    return home / "logs" / f"{name}.log"


@contextmanager
def locked(home: Path, name: str, *, seconds: float = START_SECONDS) -> Generator[None]:
    """Hold the lock alone. Raises `Unreachable` if somebody else keeps it for longer than `seconds`."""
    with (home / name).open("ab") as file:
        deadline = time.monotonic() + seconds
        while not alone(file.fileno()):
            if time.monotonic() >= deadline:
                raise Unreachable(f"Another notifier keeps {home / name} locked: end it, then try again.")
            time.sleep(0.02)
        yield


def alone(descriptor: int) -> bool:
    """Take the lock alone if nobody else has it; a shared lock of our own is exchanged for it."""
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True
