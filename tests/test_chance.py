"""An ordinary run is the same each time; a search runs everything that is drawn, and says from which seed."""

import subprocess
import sys
from pathlib import Path

from hypothesis import given, settings
from hypothesis import strategies as st

from notifier.pipeline.disruption import new_reference

from .chance import MORE

HERE = Path(__file__)
seen: list[int] = []


@settings(max_examples=20)
@given(n=st.integers(0, 10**9))
def test_examples_are_drawn(n: int) -> None:
    seen.append(n)
    assert settings.default is not None
    searched = settings.get_current_profile_name() == "search"
    assert settings.default.derandomize is not searched
    assert settings.default.database is None
    assert len(seen) <= (20 * MORE if searched else 20)


def test_references_are_the_same_each_time() -> None:
    assert [new_reference() for _ in range(3)] == ["E3NR", "F85R", "YRCF"]


def test_a_search_runs_what_is_drawn_and_prints_its_seed() -> None:
    ran = subprocess.run(
        [sys.executable, "-m", "pytest", "-m", "long", "-p", "no:cacheprovider", str(HERE)],
        cwd=HERE.parents[1], capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert "--hypothesis-seed=" in ran.stdout
    assert "1 passed, 2 deselected" in ran.stdout, ran.stdout
