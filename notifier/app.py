"""The composition root: the only place that wires edges to the pipeline."""

import time
from collections.abc import Callable, Generator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import cache
from pathlib import Path

from notifier.actions.background.deliver import Post, Reached, arrived_late, unmoved
from notifier.actions.notices.draft import Writer
from notifier.edges.sendgrid import SendGrid
from notifier.errors import Refused, Unreachable
from notifier.model.act import Act
from notifier.model.mail import Sender
from notifier.model.policy import Policy
from notifier.model.vocabulary import Mode
from notifier.pipeline.compose import Words, checked
from notifier.pipeline.deliver import Recorder
from notifier.settings import SANDBOX_KEY, Settings, data_folder
from notifier.store import Db

ANSWERS = "answers"
"""The folder of the home in which a process leaves what it knows of its requests and could not write."""
RECORD_SECONDS = 15.0
"""How long a process that ends waits for its database to take what it knows; the rest stays in that folder."""


class SystemClock:
    def now(self) -> datetime:
        return datetime.now(UTC)

    def monotonic(self) -> float:
        return time.monotonic()


@dataclass(frozen=True, slots=True)
class App:
    settings: Settings
    db: Db
    clock: SystemClock
    stopping: Callable[[], bool]
    reached: Reached = unmoved
    recorder: Recorder | None = None
    """Writes what this process knows of its requests for as long as it lives; None: it sends nothing."""

    def act(self) -> Act:
        """Whoever this process works for does something now."""
        return Act(self.settings.actor, self.clock.now())

    @property
    def writer(self) -> Writer:
        return Writer(self.settings, words(self.settings.templates))

    @property
    def post(self) -> Post:
        def senders(mode: Mode, policy: Policy) -> Sender:
            return sender(self.settings, mode, policy.deadline_seconds)

        return Post(self.writer, senders, self.clock, self.stopping, self.reached, self.recorder)


@cache
def words(own: Path | None = None) -> Words:
    """The packaged words, under those of the folder that `NOTIFIER_TEMPLATES` names."""
    return checked(data_folder("templates") / "email", own)


@cache
def sender(settings: Settings, mode: Mode, deadline_seconds: float) -> Sender:
    """Where a disruption of this mode goes: a rehearsal to the sandbox only, a live one to the provider only.

    Raises `Refused` if that place is not set up: the notice is held, never sent elsewhere.
    """
    if mode is Mode.LIVE:
        if settings.sendgrid_key is None:
            raise Refused("SENDGRID_API_KEY is not set for the workers: set it, then resume.")
        return SendGrid(
            "sendgrid",
            settings.sendgrid_url,
            settings.sendgrid_key,
            sender=settings.mail_from,
            deadline=deadline_seconds,
        )
    if settings.sandbox_url is None:
        raise Refused("No sandbox runs: start `notifier up`, or set NOTIFIER_SANDBOX_URL, then resume.")
    return SendGrid(
        "sandbox", settings.sandbox_url, SANDBOX_KEY, sender=settings.mail_from, deadline=deadline_seconds
    )


def _never() -> bool:
    return False


@contextmanager
def opened(
    settings: Settings,
    *,
    connections: int = 20,
    stopping: Callable[[], bool] = _never,
    reached: Reached = unmoved,
) -> Generator[App]:
    """An `App` with a pool. `settings` must name a database: `local` fills in the embedded one."""
    if settings.database_url is None:
        raise Unreachable("No database is set: start `notifier up`, or set NOTIFIER_DATABASE_URL.")
    with Db(settings.database_url, size=connections) as db:
        recorder = Recorder(db, settings.home / ANSWERS, arrived_late, reached)
        try:
            yield App(settings, db, SystemClock(), stopping, reached, recorder)
        finally:
            recorder.wait(RECORD_SECONDS)
