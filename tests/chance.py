"""What chance decides, decided in one place: fixed in every run, and searched by `-m long`.

An ordinary run draws the same examples, references and nonces each time. `-m long` runs every `@given` test once
more with three times as many examples, or as many as it says if it is for long runs only, from a seed that it
prints (`--hypothesis-seed` repeats it); what it finds becomes an `@example`.
"""

import os
import random
import secrets
import tempfile
from pathlib import Path

import pytest
import structlog
from hypothesis import HealthCheck, is_hypothesis_test, settings
from hypothesis.internal.conjecture import providers

from notifier.actions.estimate import samples
from notifier.actions.notices import draft
from notifier.pipeline import disruption

MORE = 3
"""Times as many examples in a search."""
FIRST = (
    "tests/acceptance/test_demo.py",
    "tests/acceptance",
    "tests/store/test_locks.py",
    "tests/chaos",
    "tests/test_architecture.py::test_the_tools_are_content",
    "tests/test_wheel.py",
    "tests/stories",
)
"""Where tests take longest: a run in several processes that began them last would end with one of them alone."""

os.environ.setdefault(
    "HYPOTHESIS_STORAGE_DIRECTORY", str(Path(tempfile.gettempdir()) / "notifier-hypothesis")
)
settings.register_profile("fixed", derandomize=True, database=None)
settings.register_profile("search", derandomize=False, database=None, print_blob=True)
settings.load_profile("fixed")  # before any test reads it


class Dice(random.Random):
    """In the place of `secrets` where what is drawn can be read in a letter or on a screen."""

    def token_hex(self, n: int) -> str:
        return self.randbytes(n).hex()

    def randbits(self, n: int) -> int:
        return self.getrandbits(n)


DICE = Dice(0)
for _module in (samples, draft, disruption):
    _module.secrets = DICE  # pyright: ignore[reportAttributeAccessIssue]


def searches(config: pytest.Config) -> bool:
    return config.option.markexpr == "long"


@pytest.hookimpl(tryfirst=True)
def pytest_configure(config: pytest.Config) -> None:
    """Before Hypothesis reads the option, and before xdist hands it to its workers."""
    if searches(config):
        settings.load_profile("search")
        if config.option.hypothesis_seed is None:
            config.option.hypothesis_seed = str(secrets.randbits(32))
    else:  # constants of the modules that happen to be loaded would be drawn, too
        providers._get_local_constants = providers.Constants  # pyright: ignore[reportPrivateUsage]


def pytest_report_header(config: pytest.Config) -> str | None:
    seed = config.option.hypothesis_seed
    return f"a search by chance: --hypothesis-seed={seed}" if searches(config) else None


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Before `-m` chooses."""
    if searches(config):
        for item in items:
            if isinstance(item, pytest.Function) and is_hypothesis_test(item.function):
                _search(item)
    items.sort(key=_place)


def _search(item: pytest.Function) -> None:
    times = 1 if item.get_closest_marker("long") else MORE
    item.add_marker(pytest.mark.long)
    item.add_marker(pytest.mark.timeout(3_600))
    test = item.function
    if not hasattr(test, "is_searched"):  # one function may be several items
        test.is_searched = True
        own = test._hypothesis_internal_use_settings
        test._hypothesis_internal_use_settings = settings(
            own, max_examples=times * own.max_examples, suppress_health_check=list(HealthCheck)
        )


def _place(item: pytest.Item) -> int:
    return next((n for n, where in enumerate(FIRST) if item.nodeid.startswith(where)), len(FIRST))


@pytest.hookimpl(tryfirst=True)
def pytest_runtest_setup(item: pytest.Item) -> None:
    """Nor does a test write its log where one before it, of which chance decides which, has had it."""
    DICE.seed(item.nodeid)
    structlog.reset_defaults()
