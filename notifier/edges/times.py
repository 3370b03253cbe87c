"""Times as operators write them: `2026-11-27T22:00-05:00`, `22:00` (today or tomorrow, here), `+3h`, `now`.

Where clocks are changed, a time of day comes twice or not at all. If that leaves two moments, neither is taken:
a promise an hour off is broken to everybody, while whoever is asked once more copies one of the two that the
sentence offers. If one of the two is on the wrong side of now, it is the other, as on every day. Everything else
that reads a time (files, facts, scopes, webhooks, the company's database) wants it with its offset.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta, tzinfo

from notifier.errors import BadInput

EXAMPLES = "'2026-11-27T22:00-05:00', '22:00' or '+3h'"
AHEAD = re.compile(r"\+(\d{1,4})\s*(m|min|h|d)")
UNITS = {
    "m": timedelta(minutes=1),
    "min": timedelta(minutes=1),
    "h": timedelta(hours=1),
    "d": timedelta(days=1),
}

DURATION_PATTERN = "^[1-9][0-9]{0,4}[smhd]$"
DURATIONS = "'90s', '5m', '24h' or '7d'"
SECONDS = {"s": 1, "m": 60, "h": 3_600, "d": 86_400}


def read_duration(text: str) -> int:
    """In seconds; more than none. Raises `ValueError`."""
    if not re.match(DURATION_PATTERN, text.strip()):
        raise ValueError(f"is not a duration: write it like {DURATIONS}")
    return int(text.strip()[:-1]) * SECONDS[text.strip()[-1]]


def read_time(text: str, now: datetime, here: tzinfo | None = None, *, past: bool = False) -> datetime:
    """An aware moment. A bare clock time is the next one; with `past` the last one.

    `here`: the zone of a bare clock time; None: this machine's. Raises `BadInput`.
    """
    text = text.strip()
    if text == "now":
        return now
    if match := AHEAD.fullmatch(text):
        return (
            now.astimezone(UTC) + int(match[1]) * UNITS[match[2]]
        )  # not by the clock here, which may change
    if re.fullmatch(r"\d{1,2}:\d{2}", text):
        return _clock_time(text, now, here, past=past)
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        raise BadInput(f"{text!r} is not a time: write it like {EXAMPLES}.") from None
    if moment.tzinfo is None:
        raise BadInput(f"{text!r} has no time zone: write it like {EXAMPLES}.")
    return moment


def _clock_time(text: str, now: datetime, here: tzinfo | None, *, past: bool) -> datetime:
    hour, minute = (int(part) for part in text.split(":"))
    if hour > 23 or minute > 59:
        raise BadInput(f"{text!r} is not a time of day: write it like {EXAMPLES}.")
    asked = _Asked(text, time(hour, minute), now, here, past)
    today = now.astimezone(here).date()
    days = (today, today + timedelta(days=-1 if past else 1))
    return next(filter(None, map(asked.on, days)))


@dataclass(frozen=True, slots=True)
class _Asked:
    text: str
    clock: time
    now: datetime
    here: tzinfo | None
    past: bool

    def on(self, day: date) -> datetime | None:
        """When the clock shows it on a day; None: that is on the wrong side of now."""
        wall = datetime.combine(day, self.clock)
        readings = sorted({wall.replace(tzinfo=self.here, fold=fold).astimezone(UTC) for fold in (0, 1)})
        shown = [each for each in readings if self._wall(each) == wall]
        if not shown and (wall > self._wall(self.now)) == self.past:
            return None
        left = [each for each in shown or readings if (each <= self.now if self.past else each > self.now)]
        if not shown:
            raise self._refused("is left out", "forward", left)
        if len(left) > 1:
            raise self._refused("comes twice", "back", left)
        return left[0] if left else None

    def _wall(self, moment: datetime) -> datetime:
        return moment.astimezone(self.here).replace(tzinfo=None)

    def _refused(self, what: str, put: str, moments: Sequence[datetime]) -> BadInput:
        local = [moment.astimezone(self.here) for moment in moments]
        either = " or ".join(
            f"{each.isoformat(timespec='minutes')} ({each.astimezone(UTC):%H:%M} UTC)" for each in local
        )
        return BadInput(
            f"{self.text!r} {what} on {local[0]:%a %d %b}, when clocks here are put {put}: write {either}."
        )
