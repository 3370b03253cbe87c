"""How every command finds the embedded servers: those of a running `up`, or, for its own duration, Postgres."""

import fcntl
import time
from collections.abc import Generator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import IO

from notifier.local import broker, postgres
from notifier.local.home import START_LOCK, USE_LOCK, alone, locked, prepare
from notifier.local.processes import Process
from notifier.local.runfile import running
from notifier.settings import Settings, data_folder
from notifier.store.migrate import create_database, migrate

__all__ = ["attached", "running", "serving", "stop_unused"]


@contextmanager
def attached(settings: Settings, *, migrated: bool = True) -> Generator[Settings]:
    """Settings that name a database.

    With a database of its own: unchanged. Embedded: the endpoints of the running `up`; without one, only
    Postgres is started, and stopped by the last of the commands that use it. Then nothing sends: `broker_url`
    stays None, and a ring is lost, which the sweeper of the next `up` makes good.
    """
    if settings.database_url is not None:
        yield settings
        return
    home = prepare(settings.home)
    with serving(home, with_broker=False):
        run = running(settings)
        database_url = postgres.url(home)
        if migrated:
            migrate(database_url, data_folder("migrations"))
        yield replace(
            settings,
            home=home,
            database_url=database_url,
            broker_url=run.broker_url if run else settings.broker_url,
            sandbox_url=(run.sandbox_url if run else None) or settings.sandbox_url,
            on_embedded=True,
        )


@contextmanager
def serving(home: Path, *, with_broker: bool) -> Generator[None]:
    """Postgres, with the database `notifier` in it, and the broker if asked for, answer during the block."""
    with (home / USE_LOCK).open("ab") as use:
        servers: list[Process] = []
        try:
            with locked(home, START_LOCK):
                fcntl.flock(use, fcntl.LOCK_SH)
                servers.append(postgres.ensure(home))
                create_database(postgres.url(home, "postgres"), "notifier")
                if with_broker:
                    servers.append(broker.ensure(home))
            yield
        finally:
            _leave(home, use)
            for server in servers:
                server.release()


def stop_unused(home: Path) -> None:
    """Stop the servers that a killed process left behind, unless a command still uses them."""
    with (home / USE_LOCK).open("ab") as use:
        for _ in range(10):
            if _leave(home, use):
                return
            time.sleep(0.1)  # the kernel lets go of a dead process's locks one by one


def _leave(home: Path, use: IO[bytes]) -> bool:
    """Whoever leaves last stops the servers; were we the last?"""
    with locked(home, START_LOCK):
        fcntl.flock(use, fcntl.LOCK_UN)
        last = alone(use.fileno())
        if last:
            broker.stop_home(home)
            postgres.stop_home(home)
            fcntl.flock(use, fcntl.LOCK_UN)
        return last
