"""Signs of life of a process that never forks: a thread of its own leaves them."""

import threading
from collections.abc import Callable
from typing import Self

from notifier.actions.running.signs import Sign
from notifier.actions.running.ticks import Here
from notifier.app import App
from notifier.model.tick import SIGN_SECONDS

LOOK_EVERY = 1.0


def nothing() -> None:
    """There is nothing to look after."""


class Pulse(threading.Thread):
    """`with Pulse(...)`: a sign every few seconds, and `look` every second; at its end the sign is taken away.

    `here`: what runs in this process; ticks that have ended here unseen are free again by a sign.
    """

    def __init__(
        self, app: App, sign: Sign, here: Here | None = None, look: Callable[[], None] = nothing
    ) -> None:
        super().__init__(name="pulse", daemon=True)
        self._app, self._sign, self._here, self._look = app, sign, here, look
        self._over = threading.Event()

    def __enter__(self) -> Self:
        self.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._over.set()
        self.join()
        self._sign.end(self._app.db.transaction)

    def run(self) -> None:
        signed = None
        while not self._over.is_set():
            now = self._app.clock.monotonic()
            if signed is None or now - signed >= SIGN_SECONDS:
                signed = now
                self._sign.leave(self._app.db.transaction, self._here)
            self._look()
            self._over.wait(LOOK_EVERY)
