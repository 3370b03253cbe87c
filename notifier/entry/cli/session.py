"""Opens what a command needs and closes it again."""

import logging
from collections.abc import Generator
from contextlib import contextmanager

from notifier.app import App, opened
from notifier.settings import from_env
from notifier.store.migrate import refuse_made_before
from notifier.telemetry import configure


@contextmanager
def opened_app() -> Generator[App]:
    """Settings from the environment, the embedded servers if they are ours to use, a database pool."""
    from notifier.local.endpoints import attached

    configure(level=logging.WARNING)  # to standard error: what is printed may be JSON for a program
    with attached(from_env()) as settings, opened(settings) as app:
        with app.db.transaction() as tx:
            refuse_made_before(tx)
        yield app
