"""How tests wait: for a condition, never for a time. Whoever waits in vain is ended by the suite's own limit."""

import time
from collections.abc import Callable
from typing import TypeVar

SOON, LATER = 0.02, 0.1
"""Seconds between two looks, at first and once it takes longer: a look may cost a connection."""
T = TypeVar("T")


def until(found: Callable[[], T]) -> T:
    """What it finds once that is true. It never gives up: pytest-timeout does, and shows where we waited."""
    pause = SOON
    while not (value := found()):
        time.sleep(pause)
        pause = min(LATER, 1.15 * pause)
    return value
