"""Times as a reader says them: in their zone, and in UTC."""

from datetime import UTC, datetime, timedelta
from functools import lru_cache
from zoneinfo import ZoneInfo

from babel.dates import format_datetime

from notifier.pipeline.compose.phrases import Phrases

SOON = timedelta(days=6)
"""Within a week the name of the day is enough."""


def full(phrases: Phrases, at: datetime, tz: str | None) -> str:
    """`Friday 27 November, 18:32 EST (23:32 UTC)`; only UTC for a zone that this machine does not know."""
    local = at.astimezone(zone(tz))
    day = format_datetime(local, phrases["day"], locale=phrases.babel)
    text = phrases["time"].replace("{day}", day)
    return _with_utc(phrases, _clock(phrases, text, local), local)


def soon(phrases: Phrases, at: datetime, tz: str | None, now: datetime) -> str:
    """`Friday 22:00 EST (03:00 UTC Saturday)`, if it is near."""
    if not timedelta(0) <= at - now < SOON:
        return full(phrases, at, tz)
    local = at.astimezone(zone(tz))
    text = phrases["time.soon"].replace("{weekday}", _weekday(phrases, local))
    return _with_utc(phrases, _clock(phrases, text, local), local)


@lru_cache(maxsize=1024)
def zone(name: str | None) -> ZoneInfo:
    """UTC for a name that is unknown here. Names come from imports and are not trusted."""
    try:
        return ZoneInfo(name or "UTC")
    except (KeyError, ValueError, OSError):
        return ZoneInfo("UTC")


def _clock(phrases: Phrases, text: str, local: datetime) -> str:
    return text.replace("{clock}", f"{local:%H:%M}").replace("{zone}", _zone_name(phrases, local))


def _zone_name(phrases: Phrases, local: datetime) -> str:
    """Babel calls Berlin `+0100`: use the abbreviation if it is one, else the distance from UTC."""
    if not local.utcoffset():
        return "UTC"
    name = local.tzname() or ""
    if name.isascii() and name.isalpha():
        return phrases.zone(name)
    sign = f"{local:%z}"
    return f"UTC{sign[:3]}:{sign[3:5]}"


def _with_utc(phrases: Phrases, text: str, local: datetime) -> str:
    if not local.utcoffset():
        return text
    utc = local.astimezone(UTC)
    pattern = phrases["time.utc"] if utc.date() == local.date() else phrases["time.utc-other-day"]
    same = pattern.replace("{clock}", f"{utc:%H:%M}").replace("{weekday}", _weekday(phrases, utc))
    return f"{text} ({same})"


def _weekday(phrases: Phrases, at: datetime) -> str:
    return format_datetime(at, phrases["day.weekday"], locale=phrases.babel)
