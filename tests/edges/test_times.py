import re
import time
from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta, timezone
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from notifier.edges.times import read_duration, read_time
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
    found = read_time(text, NOW, NOW.tzinfo)
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
        read_time(text, NOW, NOW.tzinfo)
    assert str(wrong.value).endswith(".")


BERLIN, NEW_YORK, LORD_HOWE = (
    ZoneInfo(n) for n in ("Europe/Berlin", "America/New_York", "Australia/Lord_Howe")
)


def utc(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


@pytest.mark.parametrize(
    ("zone", "now", "text", "past", "says"),
    [
        (BERLIN, "2026-03-28 20:00", "2:30", False,
         ("'2:30' is left out on Sun 29 Mar, when clocks here are put forward: write 2026-03-29T01:30+01:00"
          " (00:30 UTC) or 2026-03-29T03:30+02:00 (01:30 UTC).")),
        (BERLIN, "2026-03-29 00:59", "02:30", False,
         ("'02:30' is left out on Sun 29 Mar, when clocks here are put forward: write 2026-03-29T03:30+02:00"
          " (01:30 UTC).")),
        (BERLIN, "2026-03-29 01:15", "02:30", True,
         ("'02:30' is left out on Sun 29 Mar, when clocks here are put forward: write 2026-03-29T01:30+01:00"
          " (00:30 UTC).")),
        (BERLIN, "2026-10-24 20:00", "02:00", False,
         ("'02:00' comes twice on Sun 25 Oct, when clocks here are put back: write 2026-10-25T02:00+02:00"
          " (00:00 UTC) or 2026-10-25T02:00+01:00 (01:00 UTC).")),
        (NEW_YORK, "2026-11-01 05:29", "01:30", False,
         ("'01:30' comes twice on Sun 01 Nov, when clocks here are put back: write 2026-11-01T01:30-04:00"
          " (05:30 UTC) or 2026-11-01T01:30-05:00 (06:30 UTC).")),
        (NEW_YORK, "2026-11-01 23:00", "01:30", True,
         ("'01:30' comes twice on Sun 01 Nov, when clocks here are put back: write 2026-11-01T01:30-04:00"
          " (05:30 UTC) or 2026-11-01T01:30-05:00 (06:30 UTC).")),
        (NEW_YORK, "2026-03-08 05:00", "02:00", False,
         ("'02:00' is left out on Sun 08 Mar, when clocks here are put forward: write 2026-03-08T01:00-05:00"
          " (06:00 UTC) or 2026-03-08T03:00-04:00 (07:00 UTC).")),
        (LORD_HOWE, "2026-10-03 12:00", "02:15", False,
         ("'02:15' is left out on Sun 04 Oct, when clocks here are put forward: write 2026-10-04T01:45+10:30"
          " (15:15 UTC) or 2026-10-04T02:45+11:00 (15:45 UTC).")),
        (LORD_HOWE, "2026-04-04 12:00", "01:45", False,
         ("'01:45' comes twice on Sun 05 Apr, when clocks here are put back: write 2026-04-05T01:45+11:00"
          " (14:45 UTC) or 2026-04-05T01:45+10:30 (15:15 UTC).")),
    ],
)  # fmt: skip
def test_a_time_that_clocks_show_twice_or_never_is_asked_for_once_more(
    zone: ZoneInfo, now: str, text: str, *, past: bool, says: str
) -> None:
    with pytest.raises(BadInput) as wrong:
        read_time(text, utc(now), zone, past=past)
    assert str(wrong.value) == says
    for offered in re.findall(r"\d{4}-\S+", says):
        read_time(offered, utc(now), zone)


@pytest.mark.parametrize(
    ("zone", "now", "text", "past", "moment"),
    [
        # by the clock of that day, not by today's offset
        (BERLIN, "2026-03-28 20:00", "09:00", False, "2026-03-29 07:00"),
        (BERLIN, "2026-10-24 20:00", "09:00", False, "2026-10-25 08:00"),
        (BERLIN, "2026-03-29 07:00", "22:00", True, "2026-03-28 21:00"),
        (NEW_YORK, "2026-10-31 20:00", "09:00", False, "2026-11-01 14:00"),
        (LORD_HOWE, "2026-10-03 12:00", "09:00", False, "2026-10-03 22:00"),
        (LORD_HOWE, "2026-10-03 12:00", "02:30", False, "2026-10-03 15:30"),
        # beside the change
        (BERLIN, "2026-03-28 20:00", "01:59", False, "2026-03-29 00:59"),
        (BERLIN, "2026-03-28 20:00", "03:00", False, "2026-03-29 01:00"),
        (BERLIN, "2026-10-24 20:00", "03:00", False, "2026-10-25 02:00"),
        # one of the two is over
        (NEW_YORK, "2026-11-01 05:40", "01:30", False, "2026-11-01 06:30"),
        (NEW_YORK, "2026-11-01 06:10", "01:30", True, "2026-11-01 05:30"),
        (NEW_YORK, "2026-11-01 06:40", "01:30", False, "2026-11-02 06:30"),
        # left out today, and today is over
        (BERLIN, "2026-03-29 12:00", "02:30", False, "2026-03-30 00:30"),
        (BERLIN, "2026-03-29 00:30", "02:30", True, "2026-03-28 01:30"),
        # hours pass, whatever clocks show
        (BERLIN, "2026-03-28 23:00", "+3h", False, "2026-03-29 02:00"),
        (BERLIN, "2026-03-28 12:00", "+1d", False, "2026-03-29 12:00"),
        (BERLIN, "2026-10-24 12:00", "2026-10-25T02:30+01:00", False, "2026-10-25 01:30"),
    ],
)  # fmt: skip
def test_a_time_of_day_is_read_by_the_clock_of_that_day(
    zone: ZoneInfo, now: str, text: str, *, past: bool, moment: str
) -> None:
    assert read_time(text, utc(now).astimezone(zone), zone, past=past) == utc(moment)


@pytest.fixture
def _berlin(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    monkeypatch.setenv("TZ", "Europe/Berlin")
    time.tzset()
    yield
    monkeypatch.undo()
    time.tzset()


@pytest.mark.usefixtures("_berlin")
def test_here_is_the_zone_of_this_machine_with_its_rules() -> None:
    assert read_time("09:00", utc("2026-03-28 20:00")) == utc("2026-03-29 07:00")
    assert read_time("22:00", utc("2026-03-29 07:00"), past=True) == utc("2026-03-28 21:00")
    for now, text in (("2026-03-28 20:00", "02:30"), ("2026-10-24 20:00", "02:30")):
        with pytest.raises(BadInput, match=r"clocks here are put"):
            read_time(text, utc(now))


CHANGES = {
    BERLIN: ("2026-03-29 01:00", "2026-10-25 01:00"),
    NEW_YORK: ("2026-03-08 07:00", "2026-11-01 06:00"),
    LORD_HOWE: ("2026-10-03 15:30", "2026-04-04 15:00"),
}


@settings(deadline=None)
@given(
    change=st.sampled_from([(zone, utc(at)) for zone, changes in CHANGES.items() for at in changes]),
    since=st.integers(-1600, 1600),
    clock=st.tuples(st.integers(0, 23), st.integers(0, 59))
    | st.tuples(st.integers(1, 3), st.integers(0, 59)),
    past=st.booleans(),
)
def test_no_clock_contradicts_what_is_taken_or_refused(
    change: tuple[ZoneInfo, datetime], since: int, clock: tuple[int, int], *, past: bool
) -> None:
    """Against every minute of two days around now, asked what the clock shows."""
    zone, now = change[0], change[1] + timedelta(minutes=since)
    text = f"{clock[0]:02}:{clock[1]:02}"
    near = [now + timedelta(minutes=n) for n in range(-2880, 2881)]
    showing = [at for at in near if f"{at.astimezone(zone):%H:%M}" == text]
    fitting = sorted(
        (at for at in showing if (at <= now if past else at > now)), key=lambda at: abs(at - now)
    )

    def day(at: datetime) -> date:
        return at.astimezone(zone).date()

    try:
        found = read_time(text, now, zone, past=past)
    except BadInput as refused:
        offered = sorted(datetime.fromisoformat(each) for each in re.findall(r"\d{4}-\S+", str(refused)))
        if "comes twice" in str(refused):
            assert offered == sorted(fitting[:2])
            assert day(offered[0]) == day(offered[1])
        else:
            assert not [at for at in showing if day(at) == day(offered[0])]
    else:
        assert found == fitting[0]
        assert not [at for at in fitting[1:] if day(at) == day(fitting[0])]


@pytest.mark.parametrize(("text", "seconds"), [("90s", 90), ("5m", 300), (" 24h ", 86_400), ("7d", 604_800)])
def test_a_duration_in_seconds(text: str, seconds: int) -> None:
    assert read_duration(text) == seconds


@pytest.mark.parametrize("text", ["", "5", "0m", "-5m", "5 m", "1.5h", "5M", "5w", "300000m", "5m\n5m"])
def test_what_is_no_duration(text: str) -> None:
    with pytest.raises(ValueError, match="'5m'"):
        read_duration(text)
