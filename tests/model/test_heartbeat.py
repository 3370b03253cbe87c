"""When a knock is missed, and what nobody can know."""

from datetime import UTC, datetime, timedelta

from notifier.model.heartbeat import BEAT, Listening, missed
from notifier.model.probe import Sight

NOW = datetime(2026, 11, 27, 18, 40, tzinfo=UTC)
MINUTE = timedelta(minutes=1)
EVERY, GRACE = timedelta(minutes=10), timedelta(minutes=1)
LISTENS = Listening(listens=True, since=None)


def beat(ago: float | None, watch: Listening = LISTENS, expected: float | None = None) -> Sight:
    """`ago`: minutes since the last knock; `expected`: since when it is expected."""
    knocked = None if ago is None else NOW - ago * MINUTE
    since = None if expected is None else NOW - expected * MINUTE
    return missed(knocked, since, EVERY, GRACE, watch, ("fable-5",), NOW)


def test_a_heartbeat_is_missed_after_its_interval_and_its_grace() -> None:
    assert beat(0).findings == beat(11).findings == ()
    (found,) = beat(11.1).findings or ()
    assert (found.key, found.began_at, found.hints) == (BEAT, NOW - 1.1 * MINUTE, ("fable-5",))


def test_what_has_never_knocked_is_missed_only_if_it_is_expected() -> None:
    assert beat(None).findings == ()
    assert beat(None, expected=11).findings == ()
    assert [found.key for found in beat(None, expected=12).findings or ()] == [BEAT]


def test_while_nobody_listened_here_no_knock_is_missed_and_none_is_heard() -> None:
    away, back = Listening(listens=False, since=None), Listening(listens=True, since=NOW - 2 * MINUTE)
    for watch in (away, back):
        assert beat(30, watch).findings is None, "neither missed nor fine"
        assert beat(5, watch).findings == ()
        assert beat(None, watch, expected=60).findings is None
    assert beat(30, Listening(listens=True, since=NOW - 12 * MINUTE)).findings
