"""The composition root: the only place that wires edges to the pipeline."""

import time
from collections.abc import Generator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime

from notifier.errors import Unreachable
from notifier.settings import Settings
from notifier.store import Db


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


@contextmanager
def opened(settings: Settings, *, connections: int = 4) -> Generator[App]:
    """An `App` with open connections. `settings` must name a database: `local` fills in the embedded one."""
    if settings.database_url is None:
        raise Unreachable("No database is set: start `notifier up`, or set NOTIFIER_DATABASE_URL.")
    with Db(settings.database_url, size=connections) as db:
        yield App(settings, db, SystemClock())
