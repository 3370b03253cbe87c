"""A connection to a database that is not ours, and that may fall silent: behind a pooler whose server is dead, the
network is well and no answer ever comes. `statement_timeout` asks the server itself to end, and keepalives are
answered by whoever is nearest; this is the bound that needs nobody there.
"""

import socket
import threading
import time
from collections.abc import Generator
from contextlib import contextmanager, suppress
from typing import Any

import psycopg


class BoundedConnection(psycopg.Connection[tuple[Any, ...]]):
    """Each wait for its server takes at most so long; after that the connection is cut, and what waited raises
    `psycopg.OperationalError`.
    """

    seconds: float | None = None
    """For each answer. None: no bound."""
    until: float | None = None
    """For all of them together, on the clock of `time.monotonic`. None: no bound."""

    def wait(self, *args: Any, **more: Any) -> Any:
        """What psycopg does with whatever is sent there, from BEGIN to the last row."""
        with _given_up(self.fileno(), self._left()):
            return super().wait(*args, **more)

    def _left(self) -> float | None:
        of_all = None if self.until is None else max(self.until - time.monotonic(), 0)
        return min((each for each in (self.seconds, of_all) if each is not None), default=None)


@contextmanager
def _given_up(fileno: int, seconds: float | None) -> Generator[None]:
    if seconds is None:
        yield
        return
    line = socket.socket(fileno=socket.dup(fileno))
    timer = threading.Timer(seconds, _cut, [line])
    timer.daemon = True
    timer.start()
    try:
        yield
    finally:
        timer.cancel()
        line.close()


def _cut(line: socket.socket) -> None:
    with suppress(OSError):  # it had ended
        line.shutdown(socket.SHUT_RDWR)
