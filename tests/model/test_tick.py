"""What ought to run and does not: a sentence for each, with its cure."""

from datetime import UTC, datetime, timedelta

import pytest

from notifier.model.tick import PACE, Alive, ProcessKind, Tick, TickKind, due, longest, silent

NOW = datetime(2026, 11, 27, 23, 40, tzinfo=UTC)
EVERYBODY = [Alive(kind, 1, 1, NOW - timedelta(hours=1)) for kind in ProcessKind]


def ran(seconds_ago: float = 1, **others: float | None) -> list[Tick]:
    ages = {kind: others.get(kind.value, seconds_ago) for kind in TickKind}
    return [
        Tick(kind, None, runs=False, ended_at=None if age is None else NOW - timedelta(seconds=age))
        for kind, age in ages.items()
    ]


def test_nothing_is_said_while_everything_runs() -> None:
    assert silent(EVERYBODY, ran(), 5, NOW) == []


def test_where_nothing_runs_one_sentence_says_so() -> None:
    (said,) = silent([], [], 5, NOW)
    assert said.startswith("Nothing runs: nobody is told anything, and no evidence is received; ")
    assert said.endswith("start `notifier worker`, `notifier beat` and `notifier web`.")
    assert silent([], [], 5, NOW, embedded=True)[0].endswith("start `notifier up`.")


@pytest.mark.parametrize("kind", ProcessKind)
def test_a_missing_process_is_named_once_with_the_command_that_starts_it(kind: ProcessKind) -> None:
    others = [each for each in EVERYBODY if each.kind != kind]
    late = kind in {ProcessKind.TICKS, ProcessKind.BEAT}  # of course no tick has run then
    (said,) = silent(others, ran(9999 if late else 1), 5, NOW)
    command = ProcessKind.WORKER if kind is ProcessKind.TICKS else kind
    assert said.endswith(f"start `notifier {command}`.")


@pytest.mark.parametrize("kind", TickKind)
def test_a_tick_that_has_not_run_is_named_each_with_its_own_patience(kind: TickKind) -> None:
    age = longest(kind) + 300
    (said,) = silent(EVERYBODY, ran(**{kind: age}), 5, NOW)
    assert said.startswith(f"The tick `{kind}` has not run since ")
    (said,) = silent(EVERYBODY, ran(**{kind: None}), 5, NOW)
    assert said.startswith(f"The tick `{kind}` has not run yet")


def test_a_long_tick_has_its_time_and_what_started_just_now_too() -> None:
    assert silent(EVERYBODY, ran(snapshot=1700), 5, NOW) == []
    fresh = [Alive(each.kind, 1, 1, NOW) for each in EVERYBODY]
    assert silent(fresh, ran(9999, judge=None), 5, NOW) == []


def test_each_kind_has_its_turn_at_every_nth_sweep() -> None:
    turns = [due(nth) for nth in range(12)]
    assert turns[0] == [*TickKind], "a clock that has just begun asks for everything"
    assert {kind: sum(kind in turn for turn in turns) for kind in TickKind} == {
        kind: 12 // sweeps for kind, sweeps in PACE.items()
    }
