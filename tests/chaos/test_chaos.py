"""Whatever dies, sleeps, comes twice or never: nobody is lost, nobody is silently mailed twice, and it adds up.

Real workers, beat, web, broker, Postgres and sandbox. `python -m tests.chaos.run` plays many more.
"""

import os

import pytest

from .plan import FAULTS, plan_of
from .run import play_all, said, table

RUNS = 62
SEED = int(os.environ.get("CHAOS_SEED", "7"))
ISLANDS = 4


@pytest.mark.timeout(600)
def test_nobody_is_lost_and_nobody_is_silently_told_twice() -> None:
    verdicts = play_all(SEED, range(RUNS), ISLANDS)
    wrong = [said(verdict) for verdict in verdicts if verdict.wrong]
    assert not wrong, "\n".join([*wrong, table(verdicts)])
    assert len(verdicts) == RUNS
    assert sum(verdict.struck for verdict in verdicts) > RUNS / 2, table(verdicts)
    assert sum(verdict.asked for verdict in verdicts), table(verdicts)
    assert sum(verdict.left_out for verdict in verdicts), table(verdicts)


def test_a_seed_names_the_same_runs_every_time_and_every_fault_has_its_turn() -> None:
    plans = [plan_of(3, index) for index in range(RUNS)]
    assert plans == [plan_of(3, index) for index in range(RUNS)]
    assert {plan.name for plan in plans} == set(FAULTS)
    assert plans != [plan_of(4, index) for index in range(RUNS)]
