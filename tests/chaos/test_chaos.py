"""Whatever dies, sleeps, comes twice or never, and whatever is said meanwhile: nobody is lost, nobody is silently
mailed twice, it adds up, and the last that everybody reads is true.

Real workers, beat, web, broker, Postgres and sandbox. `python -m tests.chaos.run` plays many more.
"""

import os

import pytest

from .faults import FAULTS, NOT_YET, TOO_LONG, plan_of
from .run import indexes_of, play_all, said, table

RUNS = 50
SEED = int(os.environ.get("CHAOS_SEED", "7"))
ISLANDS = 4


@pytest.mark.timeout(900)
def test_nobody_is_lost_nobody_is_silently_told_twice_and_the_last_word_is_true() -> None:
    indexes = indexes_of(set(FAULTS) - set(NOT_YET) - set(TOO_LONG), RUNS)
    verdicts = play_all(SEED, indexes, ISLANDS)
    wrong = [said(verdict) for verdict in verdicts if verdict.wrong]
    assert not wrong, "\n".join([*wrong, table(verdicts)])
    assert len(verdicts) == len(indexes)


def test_a_seed_names_the_same_runs_every_time_and_every_fault_has_its_turn() -> None:
    plans = [plan_of(3, index) for index in range(RUNS)]
    assert plans == [plan_of(3, index) for index in range(RUNS)]
    assert {plan.name for plan in plans} == set(FAULTS)
    assert plans != [plan_of(4, index) for index in range(RUNS)]
    assert {*NOT_YET, *TOO_LONG} <= set(FAULTS)
