"""A tick that is stuck: a thread cannot be ended, so its process ends, and the worker starts the next one."""

import subprocess
import sys

import pytest

PROGRAM = """
import os, time
from notifier.actions.running.ticks import Here
from notifier.entry import ticking
from notifier.model.tick import TickKind, longest
here = Here("p")
here.begin(TickKind.JUDGE)
ticking._look(here, {parent})
here._since[TickKind.JUDGE] -= {age} * longest(TickKind.JUDGE)
ticking._look(here, {parent})
time.sleep(1)
print("goes on")
"""


@pytest.mark.parametrize(
    ("age", "parent", "code"),
    [(0.5, "os.getppid()", 0), (1.0, "os.getppid()", 70), (0.5, "os.getppid() + 1", -15)],
    ids=["in time", "stuck", "its parent is gone"],
)
def test_a_process_ends_with_a_tick_that_is_stuck_or_with_its_parent(
    age: float, parent: str, code: int
) -> None:
    program = PROGRAM.format(age=age, parent=parent)
    ran = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=False)
    assert ran.returncode == code, ran.stderr
