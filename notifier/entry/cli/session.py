"""Opens what a command needs and closes it again."""

from collections.abc import Generator
from contextlib import contextmanager

from notifier.app import App, opened
from notifier.settings import from_env
from notifier.store.migrate import refuse_made_before


@contextmanager
def opened_app() -> Generator[App]:
    """Settings from the environment, the embedded servers if they are ours to use, a database pool."""
    from notifier.local.endpoints import attached

    with attached(from_env()) as settings, opened(settings) as app:
        with app.db.transaction() as tx:
            refuse_made_before(tx)
        yield app
