"""Whatever dies, sleeps, comes twice or never, and whatever is said meanwhile: nobody is lost, nobody is silently
mailed twice, it adds up, and the last that everybody reads is true.

Real workers, beat, web, broker, Postgres and sandbox. A normal run plays some of each family, `pytest -m long`
every fault with several seeds, and `python -m tests.chaos.run` as many as are asked for.
"""

import os
from collections.abc import Sequence

import pytest

from .faults import FAULTS, NOT_YET, TOO_LONG, plan_of
from .run import indexes_of, play_all, said, table

SEED = int(os.environ.get("CHAOS_SEED", "7"))
HERE = (
    "SIGKILL after post",
    "SIGKILL before record commits",
    "every task twice, shuffled",
    "Postgres restarted",
    "accept-then-drop",
    "events missing",
    "a restored dump in the database's place",
    "correct while chunks are unknown",
)
"""Played in every run of the tests, one of each family; `-m long` plays these with the same seed, and all."""
ROUNDS = 50
"""Runs of a seed in which every fault has its turn."""


def passes(seed: int, indexes: Sequence[int], islands: int) -> None:
    verdicts = play_all(seed, indexes, islands)
    wrong = [said(verdict) for verdict in verdicts if verdict.wrong]
    assert not wrong, "\n".join([*wrong, table(verdicts)])
    assert len(verdicts) == len(indexes)


@pytest.mark.timeout(900)
def test_nobody_is_lost_nobody_is_silently_told_twice_and_the_last_word_is_true() -> None:
    indexes = indexes_of(HERE, ROUNDS)[: len(HERE)]
    assert {plan_of(SEED, index).name for index in indexes} == set(HERE) - set(NOT_YET)
    passes(SEED, indexes, islands=2)


@pytest.mark.long
@pytest.mark.timeout(1800)
@pytest.mark.parametrize("seed", [SEED, SEED + 4])
def test_every_fault_with_several_seeds(seed: int) -> None:
    passes(seed, indexes_of(set(FAULTS) - set(NOT_YET) - set(TOO_LONG), ROUNDS), islands=3)


def test_a_seed_names_the_same_runs_every_time_and_every_fault_has_its_turn() -> None:
    plans = [plan_of(3, index) for index in range(ROUNDS)]
    assert plans == [plan_of(3, index) for index in range(ROUNDS)]
    assert {plan.name for plan in plans} == set(FAULTS)
    assert plans != [plan_of(4, index) for index in range(ROUNDS)]
    assert {*NOT_YET, *TOO_LONG, *HERE} <= set(FAULTS)
