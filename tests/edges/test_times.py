from datetime import UTC, datetime, timedelta, timezone

import pytest

from notifier.edges.times import read_time
from notifier.errors import BadInput

NOW = datetime(2026, 11, 27, 18, 40, 30, tzinfo=timezone(timedelta(hours=-5)))


@pytest.mark.parametrize(
    ("text", "moment"),
    [
        ("now", NOW),
        (" now ", NOW),
        ("+3h", NOW + timedelta(hours=3)),
        ("+45m", NOW + timedelta(minutes=45)),
        ("+45 min", NOW + timedelta(minutes=45)),
        ("+2d", NOW + timedelta(days=2)),
        ("22:00", NOW.replace(hour=22, minute=0, second=0)),
        ("9:05", NOW.replace(day=28, hour=9, minute=5, second=0)),
        ("18:40", NOW.replace(day=28, hour=18, minute=40, second=0)),
        ("2026-11-27T22:00-05:00", datetime(2026, 11, 28, 3, tzinfo=UTC)),
        ("2026-11-28T03:00Z", datetime(2026, 11, 28, 3, tzinfo=UTC)),
    ],
)
def test_times_as_operators_write_them(text: str, moment: datetime) -> None:
    found = read_time(text, NOW)
    assert found == moment
    assert found.tzinfo is not None


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("soon", "is not a time"),
        ("", "is not a time"),
        ("24:00", "not a time of day"),
        ("10:60", "not a time of day"),
        ("2026-11-27T22:00", "has no time zone"),
        ("2026-11-27", "has no time zone"),
        ("+3", "is not a time"),
        ("+99999h", "is not a time"),
        ("-3h", "is not a time"),
        ("2026-13-40T00:00Z", "is not a time"),
    ],
)  # fmt: skip
def test_what_is_no_time_is_one_sentence(text: str, says: str) -> None:
    with pytest.raises(BadInput, match=says) as wrong:
        read_time(text, NOW)
    assert str(wrong.value).endswith(".")
