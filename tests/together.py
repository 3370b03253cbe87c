"""Which tests run in one process, one after the other: those that share what is dear to start.

xdist hands out tests one by one; a running product, or the run of a demo, would then be started in every process.
"""

from pathlib import Path

import pytest
from xdist.remote import Producer
from xdist.scheduler.loadscope import LoadScopeScheduling

PRODUCTS = 3
"""Running at the same time, however many processes run tests: each of them ticks all the while."""
STORIES = Path(__file__).parent / "acceptance"
OF_THEIR_OWN = ("tests/acceptance/test_demo.py", "tests/test_wheel.py", "tests/store/test_locks.py")
"""Files that start one thing for all their tests, and no product."""


def unit_of(nodeid: str) -> str:
    """What a test is handed out with: itself alone, its file, or all stories of one running product.

    >>> unit_of("tests/acceptance/test_demo.py::test_a[x]"), unit_of("tests/test_docs.py::test_b")
    ('tests/acceptance/test_demo.py', 'tests/test_docs.py::test_b')
    """
    file = nodeid.partition("::")[0]
    if file in OF_THEIR_OWN:
        return file
    if Path(file).parent.name == STORIES.name:
        files = sorted(each.name for each in STORIES.glob("test_*.py"))
        return f"product {files.index(Path(file).name) % PRODUCTS}"
    return nodeid


class Together(LoadScopeScheduling):
    """Units in the order in which their first test was collected."""

    def _split_scope(self, nodeid: str) -> str:
        return unit_of(nodeid)


def pytest_xdist_make_scheduler(config: pytest.Config, log: Producer) -> Together | None:
    if config.getoption("dist") != "load":
        return None
    config.option.loadscopereorder = False
    return Together(config, log)
