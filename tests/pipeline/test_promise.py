from datetime import UTC, datetime, timedelta

import pytest

from notifier.pipeline.promise import Departure, Waiting, alarm, judge, proposed

NOW = datetime(2026, 11, 27, 23, 41, tzinfo=UTC)
AT_22 = NOW + timedelta(hours=1)


def test_a_promise_is_proposed_for_the_next_quarter_of_an_hour() -> None:
    assert proposed(NOW, 60) == datetime(2026, 11, 28, 0, 45, tzinfo=UTC)
    assert proposed(NOW, 19) == datetime(2026, 11, 28, 0, 0, tzinfo=UTC)
    assert proposed(NOW, None, timedelta(hours=3)) == datetime(2026, 11, 28, 2, 45, tzinfo=UTC)
    assert proposed(NOW, 60, timedelta(hours=3)) == datetime(2026, 11, 28, 0, 45, tzinfo=UTC)
    assert proposed(NOW, None) is None


def test_somebody_is_reminded_half_an_hour_ahead_and_when_it_is_overdue() -> None:
    due = datetime(2026, 11, 28, 0, 15, tzinfo=UTC)
    assert alarm("7K2M", due, due - timedelta(minutes=31)) is None
    soon = alarm("7K2M", due, due - timedelta(minutes=30))
    assert soon == (
        "The next update is promised by 28 Nov 00:15 UTC: notifier update 7K2M, or with --nothing-new."
    )
    late = alarm("7K2M", due, due)
    assert late
    assert "promised by 00:15 UTC is OVERDUE" in late


PATIENCE = timedelta(hours=2)


@pytest.mark.parametrize(
    ("late_by", "over", "braked", "as_approved", "departure"),
    [
        (-1, False, False, True, Departure.WAIT),
        (-1, False, True, False, Departure.WAIT),
        (0, False, False, True, Departure.LEAVE),
        (60, False, False, True, Departure.LEAVE),
        (121, False, False, True, Departure.HOLD),
        (0, False, False, False, Departure.HOLD),
        (0, False, True, True, Departure.HOLD),
        (-1, True, False, True, Departure.CANCEL),
        (0, True, False, True, Departure.CANCEL),
    ],
)
def test_what_waits_leaves_as_it_was_approved_or_not_at_all(
    late_by: int, over: bool, braked: bool, as_approved: bool, departure: Departure
) -> None:
    waiting = Waiting(NOW, over=over, braked=braked, as_approved=as_approved)
    judged = judge(waiting, NOW + timedelta(minutes=late_by), PATIENCE)
    assert judged.departure is departure
    assert bool(judged.why) == (departure in {Departure.HOLD, Departure.CANCEL})
