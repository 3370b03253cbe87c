"""How tests wait: for a condition, never for a time. Whoever waits in vain is ended by the suite's own limit."""

import time
from collections.abc import Callable
from typing import TypeVar

SOON = 0.02
T = TypeVar("T")


def until(found: Callable[[], T], *, every: float = SOON) -> T:
    """What it finds once that is true. It never gives up: pytest-timeout does, and shows where we waited."""
    while not (value := found()):
        time.sleep(every)
    return value
