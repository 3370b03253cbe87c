"""How many looks make a report, whose trouble it is, and what silence proves: decisions, no looks."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from itertools import product

import pytest

from notifier.model.probe import (
    COMPARABLE,
    Damping,
    Finding,
    OtherProbe,
    ProbeOutcome,
    Rows,
    Sight,
    Streak,
    Whose,
    next_look,
    says_nothing_for_long,
    shown,
    step,
    whose,
)
from notifier.model.signal import SignalState
from notifier.model.vocabulary import Kind

NOW = datetime(2026, 11, 27, 18, 40, tzinfo=UTC)
MINUTE = timedelta(minutes=1)
OUT = Finding("http", ("fable-5",), "it answers 500", Kind.OUTAGE)
CUT = replace(OUT, summary="it answers 451", kind=Kind.SUSPENSION)
FINE, BAD, CUT_OFF, UNKNOWN = (
    Sight((), "fine"),
    Sight((OUT,), "500"),
    Sight((CUT,), "451"),
    Sight(None, "429"),
)
TWICE = Damping(fails=2, recovers=2)
FIRING, RESOLVED = SignalState.FIRING, SignalState.RESOLVED


def looks(*seen: Sight, damping: Damping = TWICE, trouble: Whose = Whose.THEIRS) -> list[list[SignalState]]:
    """What each look in turn reports, a minute after the one before."""
    streaks, said = list[Streak](), list[list[SignalState]]()
    for n, look in enumerate(seen):
        streaks, signals = step(streaks, look, damping, NOW + n * MINUTE, trouble)
        said.append([signal.state for signal in signals])
    return said


def test_so_many_bad_looks_in_a_row_fire_and_so_many_good_ones_end_that() -> None:
    assert looks(BAD, BAD, FINE, FINE, FINE) == [[], [FIRING], [], [RESOLVED], []]
    assert looks(BAD, FINE, BAD, FINE, BAD) == [[]] * 5
    assert looks(BAD, BAD, FINE, BAD, FINE, FINE) == [[], [FIRING], [], [FIRING], [], [RESOLVED]]
    assert looks(BAD, FINE, damping=Damping(1, 1)) == [[FIRING], [RESOLVED]]
    assert looks(FINE, FINE) == [[], []]


def test_what_says_nothing_changes_nothing() -> None:
    assert looks(BAD, UNKNOWN, BAD) == [[], [], [FIRING]]
    assert looks(BAD, BAD, UNKNOWN, FINE, UNKNOWN, FINE) == [[], [FIRING], [], [], [], [RESOLVED]]
    assert (FINE.outcome, BAD.outcome, UNKNOWN.outcome) == tuple(ProbeOutcome)


def test_it_began_at_the_first_bad_look_or_when_it_says_so_itself() -> None:
    streaks, _ = step([], BAD, TWICE, NOW)
    streaks, (signal,) = step(streaks, BAD, TWICE, NOW + MINUTE)
    assert (signal.occurred_at, signal.began_at, signal.kind) == (NOW, NOW, Kind.OUTAGE)
    assert signal.hints == ("fable-5",)
    _, (again,) = step(streaks, BAD, TWICE, NOW + 2 * MINUTE)
    assert again.occurred_at == NOW, "the same trouble, said again"
    long_ago = NOW - timedelta(days=3)
    _, (told,) = step([], Sight((replace(OUT, began_at=long_ago),), ""), Damping(1, 1), NOW)
    assert told.occurred_at == long_ago
    _, (future,) = step([], Sight((replace(OUT, began_at=NOW + MINUTE),), ""), Damping(1, 1), NOW)
    assert future.occurred_at == NOW


def test_alternating_kinds_fire_and_a_kind_that_stays_is_another_trouble() -> None:
    assert looks(BAD, CUT_OFF) == [[], [FIRING]]
    assert looks(BAD, BAD, CUT_OFF, BAD, CUT_OFF, CUT_OFF) == [
        [], [FIRING], [FIRING], [FIRING], [FIRING], [RESOLVED, FIRING],
    ]  # fmt: skip
    streaks, _ = step([], BAD, Damping(1, 1), NOW)
    _, (ended, began) = step(streaks, CUT_OFF, Damping(1, 1), NOW + MINUTE)
    assert (ended.occurred_at, began.occurred_at, began.kind) == (NOW + MINUTE, NOW + MINUTE, Kind.SUSPENSION)


def test_what_vanished_from_a_page_is_over_and_the_rest_goes_on() -> None:
    one, other = (Finding(key, (key,), "") for key in ("one", "other"))
    streaks, said = step([], Sight((one, other), ""), Damping(1, 1), NOW)
    assert {signal.key for signal in said} == {"one", "other"}
    streaks, said = step(streaks, Sight((other,), ""), Damping(1, 1), NOW + MINUTE)
    assert {(signal.key, signal.state) for signal in said} == {("one", RESOLVED), ("other", FIRING)}
    assert [streak.key for streak in streaks] == ["other"]


def test_every_sequence_of_looks_reports_ends_only_of_what_it_reported() -> None:
    for seen in product((FINE, BAD, CUT_OFF, UNKNOWN), repeat=6):
        open_ = False
        for said in looks(*seen):
            for state in said:
                assert open_ or state is FIRING
                open_ = state is FIRING


# ---------------------------------------------------------------- whose trouble


def other(looked: datetime | None, *, reached: bool | None, before: datetime | None = None) -> OtherProbe:
    """Its last look: reached somebody, did not, or asked nobody (None); when it had reached somebody before."""
    return OtherProbe("status.example", looked, looked if reached else before, unreached=reached is False)


@pytest.mark.parametrize(
    ("others", "verdict"),
    [
        ([], Whose.THEIRS),
        ([other(NOW, reached=True)], Whose.THEIRS),
        ([other(NOW - MINUTE, reached=True)], Whose.OPEN),
        ([other(None, reached=None)], Whose.OPEN),
        ([other(NOW - MINUTE, reached=False)], Whose.OURS),
        ([other(NOW, reached=False), other(NOW - MINUTE, reached=True)], Whose.OPEN),
        ([other(NOW, reached=False), other(NOW + MINUTE, reached=True)], Whose.THEIRS),
        # It has looked since, and its own trouble keeps it from asking: nobody to compare with.
        ([other(NOW, reached=None)], Whose.THEIRS),
        ([other(NOW, reached=None, before=NOW - MINUTE)], Whose.THEIRS),
        ([other(NOW - MINUTE, reached=None)], Whose.OPEN),
        ([other(NOW, reached=None), other(NOW, reached=False)], Whose.OURS),
        ([other(NOW + MINUTE, reached=None, before=NOW)], Whose.THEIRS),
        # What it did not reach long before says nothing of now.
        ([other(NOW - COMPARABLE - MINUTE, reached=False)], Whose.OPEN),
    ],
)
def test_it_is_theirs_once_somebody_else_was_reached_since(others: list[OtherProbe], verdict: Whose) -> None:
    assert whose(NOW, others, NOW + MINUTE) is verdict


@pytest.mark.parametrize(
    ("others", "verdict"),
    [
        ([other(NOW - MINUTE, reached=True)], Whose.THEIRS),
        ([other(None, reached=None)], Whose.THEIRS),
        ([other(NOW, reached=False), other(None, reached=None)], Whose.OURS),
    ],
)
def test_whoever_does_not_look_is_waited_for_so_long_and_no_longer(
    others: list[OtherProbe], verdict: Whose
) -> None:
    assert whose(NOW, others, NOW + COMPARABLE - MINUTE) is Whose.OPEN
    assert whose(NOW, others, NOW + COMPARABLE) is verdict


def test_while_nobody_knows_it_is_counted_and_while_it_is_ours_it_is_not() -> None:
    streaks, said = step([], BAD, TWICE, NOW, Whose.OPEN)
    streaks, said = step(streaks, BAD, TWICE, NOW, Whose.OPEN)
    assert (said, streaks[0].bad, streaks[0].firing) == ([], 2, False)
    _, said = step(streaks, BAD, TWICE, NOW, Whose.THEIRS)
    assert [signal.state for signal in said] == [FIRING]
    assert step(streaks, BAD, TWICE, NOW, Whose.OURS) == ([], [])
    firing = [replace(streaks[0], firing=True)]
    assert step(firing, BAD, TWICE, NOW, Whose.OURS) == (firing, []), "what fires goes on"


# ---------------------------------------------------------------- rows


def test_rows_name_services_or_say_yes() -> None:
    named = Rows(
        ("service", "kind"),
        ({"service": "fable-5", "kind": "suspension"}, {"service": " iris ", "kind": "?"}),
    )
    assert [(f.key, f.hints, f.kind) for f in shown(named, ()).findings or ()] == [
        ("service:fable-5", ("fable-5",), Kind.SUSPENSION),
        ("service:iris", ("iris",), None),
    ]
    assert shown(Rows(("service",), ()), ()).findings == ()
    assert [f.hints for f in shown(Rows(("service",), ({"service": None},)), ()).findings or ()] == [()]
    assert [f.hints for f in shown(Rows(("down",), ({"down": True},)), ("iris",)).findings or ()] == [
        ("iris",)
    ]
    assert shown(Rows(("down",), ({"down": False},)), ("iris",)).findings == ()


@pytest.mark.parametrize(
    "rows",
    [
        Rows(("down",), ()),
        Rows(("down",), ({"down": None},)),
        Rows(("down",), ({"down": 1},)),
        Rows(("a", "b"), ({"a": True, "b": True},)),
        Rows(("down",), ({"down": True}, {"down": True})),
        Rows(("service",), ({"service": "a"},), more=True),
    ],
)
def test_any_other_rows_say_nothing(rows: Rows) -> None:
    assert shown(rows, ("iris",)).findings is None


# ---------------------------------------------------------------- when


def test_looks_are_spread_and_a_blind_probe_is_alarmed_about_after_a_while() -> None:
    assert next_look(60, NOW, 0.5) == NOW + MINUTE
    assert next_look(60, NOW, 0) == NOW + timedelta(seconds=54)
    assert next_look(60, NOW, 1) == NOW + timedelta(seconds=66)
    assert not says_nothing_for_long(NOW, 60, NOW + 14 * MINUTE)
    assert says_nothing_for_long(NOW, 60, NOW + 15 * MINUTE)
    assert not says_nothing_for_long(NOW, 3600, NOW + timedelta(hours=2))
    assert says_nothing_for_long(NOW, 3600, NOW + timedelta(hours=3))
