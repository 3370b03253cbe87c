"""Whatever way messages about one trouble take, what is known in the end is what is true."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from notifier.model.rounds import Change, Habits, LastHeard, Report, hear
from notifier.model.signal import SignalState

FIRING, RESOLVED = SignalState.FIRING, SignalState.RESOLVED
NOON = datetime(2026, 11, 27, 12, 0, tzinfo=UTC)
HABITS = Habits(reopen_after=timedelta(minutes=5), max_age=timedelta(hours=24))
OURS = ("fable-5",)


def at(minutes: float) -> datetime:
    return NOON + timedelta(minutes=minutes)


def fires(began: float, *services: str, once: bool = False) -> Report:
    return Report(FIRING, at(began), services or OURS, once)


def began(at_: float) -> Report:
    """As tools that say with each message when the trouble began."""
    return replace(fires(at_), began=True)


def ends(ended: float, *, once: bool = False) -> Report:
    return Report(RESOLVED, at(ended), OURS, once)


def told(*messages: tuple[float, Report]) -> tuple[list[Change], LastHeard]:
    """Each is a message and the minute in which it arrives."""
    last, changes = None, list[Change]()
    for minute, said in messages:
        change, last = hear(last, "k", said, HABITS, at(minute))
        changes.append(change)
    assert last is not None
    return changes, last


BEGAN, NAMED, ENDED = Change.BEGAN, Change.NAMED, Change.ENDED
OVERTAKEN, REPEATED, LATE = Change.OVERTAKEN, Change.REPEATED, Change.LATE

TABLE = {
    "fires, and is over": ([(0, fires(0)), (3, ends(2))], [BEGAN, ENDED], RESOLVED, 1),
    "a tool repeats what it said": ([(0, fires(0)), (9, fires(0))], [BEGAN, REPEATED], FIRING, 1),
    "a lease lapses, and it goes on with the same beginning": (
        [(0, fires(0)), (6, ends(5)), (11, fires(0)), (20, ends(20))], [BEGAN, ENDED, BEGAN, ENDED], RESOLVED, 2,
    ),
    "a second replica has not heard of the end": (
        [(0, fires(0)), (6, ends(5)), (10.9, fires(0))], [BEGAN, ENDED, LATE], RESOLVED, 1,
    ),
    "and repeats the end too": (
        [(0, fires(0)), (6, ends(5)), (7, fires(0)), (8, ends(5))], [BEGAN, ENDED, LATE, REPEATED], RESOLVED, 1,
    ),
    "it begins anew, at once": ([(0, fires(0)), (6, ends(5)), (7, fires(5.5))], [BEGAN, ENDED, BEGAN], FIRING, 2),
    "in the very moment in which it ended": (
        [(0, fires(0)), (6, ends(5)), (6, fires(5))], [BEGAN, ENDED, BEGAN], FIRING, 2,
    ),
    "two replicas began at different times: the end names another beginning": (
        [(0, fires(0)), (1, fires(-3)), (16, ends(15))], [BEGAN, REPEATED, ENDED], RESOLVED, 1,
    ),
    "the end comes first": ([(6, ends(5)), (7, fires(0)), (8, fires(0))], [ENDED, OVERTAKEN, LATE], RESOLVED, 1),
    "the end came first, and it fires all the same": (
        [(6, ends(5)), (12, fires(0))], [ENDED, BEGAN], FIRING, 2,
    ),
    "an event that its sender has numbered is late, however late": (
        [(6, ends(5, once=True)), (600, fires(0, once=True))], [ENDED, OVERTAKEN], RESOLVED, 1,
    ),
    "the end of the round before comes after the next began": (
        [(0, fires(0)), (7, fires(6)), (8, ends(5))], [BEGAN, REPEATED, LATE], FIRING, 1,
    ),
    "its end was lost, and a week later it begins again": (
        [(0, began(0)), (9, began(0)), (10_080, began(10_079)), (10_081, began(10_079))],
        [BEGAN, REPEATED, BEGAN, REPEATED], FIRING, 2,
    ),
    "its end was lost, and it says its moments only": (
        [(0, fires(0)), (9, fires(9)), (10_080, fires(10_080))], [BEGAN, REPEATED, BEGAN], FIRING, 2,
    ),
    "the end of the round before comes late, where beginnings are said": (
        [(0, began(0)), (7, began(6)), (8, ends(5))], [BEGAN, BEGAN, LATE], FIRING, 2,
    ),
    "an incident is reopened, and says its old beginning": (
        [(0, began(0)), (6, ends(5)), (60, began(0))], [BEGAN, ENDED, BEGAN], FIRING, 2,
    ),
    "an end that was heard ends nothing again": (
        [(0, fires(0)), (6, ends(5)), (11, fires(0)), (12, ends(5))], [BEGAN, ENDED, BEGAN, LATE], FIRING, 2,
    ),
    "an end in whole seconds": (
        [(0, fires(0.999)), (1, Report(RESOLVED, at(0.999).replace(microsecond=0)))], [BEGAN, ENDED], RESOLVED, 1,
    ),
    "the map was put right": (
        [(0, fires(0, "typo")), (9, fires(0)), (18, fires(0))], [BEGAN, NAMED, REPEATED], FIRING, 1,
    ),
    "the same services in another order": (
        [(0, fires(0, "a", "b")), (9, fires(0, "b", "a"))], [BEGAN, REPEATED], FIRING, 1,
    ),
}  # fmt: skip


@pytest.mark.parametrize("case", TABLE)
def test_what_each_message_changes(case: str) -> None:
    messages, changes, state, round_ = TABLE[case]
    found, last = told(*messages)
    assert found == changes
    assert (last.state, last.round) == (state, round_)


def test_heard_last_moves_with_every_repeat_and_changed_only_with_a_change() -> None:
    _, last = told((0, fires(0)), (9, fires(0)))
    assert (last.changed_at, last.heard_at, last.changes) == (at(0), at(9), 1)
    _, late = told((0, fires(0)), (6, ends(5)), (7, fires(0)))
    assert (late.changed_at, late.heard_at, late.changes) == (at(6), at(6), 2)


def test_what_had_begun_too_long_ago_when_it_was_first_heard_is_stale_for_its_round() -> None:
    _, old = told((0, fires(-24 * 60 - 1)))
    assert old.stale
    _, mapped = told((0, fires(-24 * 60 - 1)), (1, fires(-24 * 60 - 1, "other")))
    assert mapped.stale
    _, again = told((0, fires(-24 * 60 - 1)), (2, ends(1)), (4, fires(3)))
    assert not again.stale
    _, long = told((0, fires(0)), (60 * 48, fires(0)))
    assert not long.stale


@st.composite
def deliveries(draw: st.DrawFn) -> tuple[list[Report], SignalState, datetime]:
    """What is true of one trouble, second by second, and messages about it: each at least once, in any order."""
    steps = draw(st.lists(st.integers(1, 5), min_size=1, max_size=9))
    once = draw(st.booleans())
    moment, truth = NOON, list[Report]()
    for n, seconds in enumerate(steps):
        moment += timedelta(seconds=seconds)
        truth.append(Report(RESOLVED if n % 2 else FIRING, moment, OURS, once))
    doubled = truth + draw(st.lists(st.sampled_from(truth), max_size=9))
    return draw(st.permutations(doubled)), truth[-1].state, moment


@given(deliveries(), st.booleans())
def test_in_any_order_and_doubled_the_end_is_the_truth(
    drawn: tuple[list[Report], SignalState, datetime], beginnings: bool
) -> None:
    messages, state, moment = drawn
    last = None
    for n, said in enumerate(messages):
        said_so = replace(said, began=beginnings and said.state is FIRING)
        _, last = hear(last, "k", said_so, HABITS, moment + timedelta(seconds=n))
    assert last is not None
    assert last.state is state


@given(deliveries(), st.lists(st.integers(0, 100_000), min_size=30, max_size=30))
def test_numbered_events_may_take_as_long_as_they_like(
    drawn: tuple[list[Report], SignalState, datetime], waits: list[int]
) -> None:
    messages, state, now = drawn
    last = None
    for said, wait in zip(messages, waits, strict=False):
        now += timedelta(seconds=wait)
        _, last = hear(last, "k", replace(said, once=True), HABITS, now)
    assert last is not None
    assert last.state is state


@given(st.lists(st.tuples(st.integers(6, 30), st.integers(0, 3)), min_size=1, max_size=8))
def test_a_tool_that_keeps_the_first_beginning_is_followed_through_every_lapse(
    turns: list[tuple[int, int]],
) -> None:
    """As Alertmanager does it, in order: each state lasts longer than the window, and is repeated meanwhile."""
    minute, last, changes = 0.0, None, 0
    for n, (lasts, repeats) in enumerate(turns):
        for repeat in range(repeats + 1):
            said = ends(minute) if n % 2 else fires(0)
            change, last = hear(last, "k", said, HABITS, at(minute + repeat))
            changes += change in {BEGAN, ENDED}
        minute += lasts
    assert last is not None
    assert last.state is (FIRING if len(turns) % 2 else RESOLVED)
    assert (changes, last.round) == (len(turns), (len(turns) + 1) // 2)


def test_how_often_a_round_was_only_said_again_is_counted_and_begins_anew_with_the_next() -> None:
    said = [(0, began(0)), (1, began(0)), (2, began(0))]
    assert told(*said)[1].repeats == 2
    assert told(*said, (3, ends(3)))[1].repeats == 2
    assert told(*said, (3, ends(3)), (9, began(8)))[1].repeats == 0
