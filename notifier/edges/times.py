"""Times as operators write them: `2026-11-27T22:00-05:00`, `22:00` (today or tomorrow, here), `+3h`, `now`."""

import re
from datetime import datetime, timedelta

from notifier.errors import BadInput

EXAMPLES = "'2026-11-27T22:00-05:00', '22:00' or '+3h'"
AHEAD = re.compile(r"\+(\d{1,4})\s*(m|min|h|d)")
UNITS = {
    "m": timedelta(minutes=1),
    "min": timedelta(minutes=1),
    "h": timedelta(hours=1),
    "d": timedelta(days=1),
}


def read_time(text: str, now: datetime) -> datetime:
    """An aware moment. `now` is aware; its zone is the one that a bare clock time means."""
    text = text.strip()
    if text == "now":
        return now
    if match := AHEAD.fullmatch(text):
        return now + int(match[1]) * UNITS[match[2]]
    if re.fullmatch(r"\d{1,2}:\d{2}", text):
        return _next_clock_time(text, now)
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        raise BadInput(f"{text!r} is not a time: write it like {EXAMPLES}.") from None
    if moment.tzinfo is None:
        raise BadInput(f"{text!r} has no time zone: write it like {EXAMPLES}.")
    return moment


def _next_clock_time(text: str, now: datetime) -> datetime:
    hour, minute = (int(part) for part in text.split(":"))
    if hour > 23 or minute > 59:
        raise BadInput(f"{text!r} is not a time of day: write it like {EXAMPLES}.")
    moment = now.replace(hour=hour, minute=minute, second=0, microsecond=0)
    return moment if moment > now else moment + timedelta(days=1)
