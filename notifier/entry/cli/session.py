"""Opens what a command needs and closes it again."""

from collections.abc import Generator
from contextlib import contextmanager

from notifier.app import App, opened
from notifier.settings import from_env


@contextmanager
def opened_app() -> Generator[App]:
    """Settings from the environment, the embedded servers if they are ours to use, a database pool."""
    from notifier.local.endpoints import attached

    with attached(from_env()) as settings, opened(settings) as app:
        yield app
