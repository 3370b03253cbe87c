"""Times as a reader says them: in their zone, and in UTC."""

import re
from datetime import UTC, datetime, timedelta
from functools import lru_cache
from itertools import product
from zoneinfo import ZoneInfo

from babel import Locale
from babel.dates import format_datetime
from wcwidth import width

from notifier.model.vocabulary import Confidence
from notifier.pipeline.compose.ftl import ZONE
from notifier.pipeline.compose.phrases import Phrases

SOON = timedelta(days=6)
"""Within a week the name of the day is enough."""

FIRST_OF_MONTH = {"fr": "1er", "pt": "1º"}
"""Languages that count the first day of a month and number the others: CLDR has no pattern for that."""

ONE_O_CLOCK = {"es": re.compile(r"\b(la)s(?= 01:)"), "pt": re.compile(r"\b(à|[dn]?a)s(?= 01:)")}
"""Languages in which an hour has an article, and one o'clock a singular one: `a la 01:00`, `à 01:00`."""

_NUMBER_OF_DAY = re.compile(r"('[^']*')|(?<!d)d(?!d)")


def full(phrases: Phrases, at: datetime, tz: str | None, *, about: bool = False) -> str:
    """`Friday 27 November, 18:32 EST (23:32 UTC)`; only UTC for a zone that this machine does not know.

    `about`: of a time of day that is not sure, `about 18:32 EST`.
    """
    local = at.astimezone(zone(tz))
    at_clock = clock(phrases, local)
    if about:
        at_clock = phrases["time.about"].replace("{at}", at_clock)
    return phrases["time"].replace("{day}", day(phrases, local)).replace("{at}", at_clock)


def soon(phrases: Phrases, at: datetime, tz: str | None, now: datetime) -> str:
    """`Friday 22:00 EST (03:00 UTC Saturday)`, if it is near."""
    if not timedelta(0) <= at - now < SOON:
        return full(phrases, at, tz)
    local = at.astimezone(zone(tz))
    text = phrases["time.soon"].replace("{weekday}", weekday(phrases, local))
    return text.replace("{at}", clock(phrases, local))


def columns(phrases: Phrases, sure: Confidence = Confidence.CONFIRMED) -> int:
    """Nothing that `full`, `soon` and `since` say is wider, whoever reads it and on whatever day."""
    day, weekday = (_widest_day(phrases[key], phrases.babel) for key in ("day", "day.weekday"))
    zones = (_FURTHEST, *(phrases.zone(name) for name in phrases.catalogue.choices("zone").get(ZONE, ())))
    named = {"zone": max(zones, key=width), "weekday": weekday, "day": day, "clock": "00:00", "utc": "00:00"}

    def said(key: str, **filled: str) -> str:
        text = phrases[key]
        for name, value in (named | filled).items():
            text = text.replace(f"{{{name}}}", value)
        return text

    at = max((said(key) for key in ("time.at", "time.utc", "time.utc-other-day")), key=width)
    if sure is Confidence.BELIEVED:
        at = said("time.about", at=at)
    when = max((said(key, at=at) for key in ("time", "time.soon")), key=width)
    return width(said("time.latest", when=when) if sure is Confidence.UNKNOWN else when)


_FURTHEST = "UTC-00:00"
"""As wide as a zone that has no name of its own."""


@lru_cache(maxsize=64)
def _widest_day(pattern: str, babel: Locale) -> str:
    """Every weekday of every month; days of two digits, or one sign more for a first that is counted."""
    days = (datetime(2026, month, day, tzinfo=UTC) for month, day in product(range(1, 13), range(20, 27)))
    said = max((format_datetime(day, pattern, locale=babel) for day in days), key=width)
    return said + " " * max(0, len(FIRST_OF_MONTH.get(babel.language, "")) - 2)


def since(phrases: Phrases, at: datetime, tz: str | None, sure: Confidence) -> str:
    """A moment that is not sure never reads as certain."""
    when = full(phrases, at, tz, about=sure is Confidence.BELIEVED)
    return phrases["time.latest"].replace("{when}", when) if sure is Confidence.UNKNOWN else when


@lru_cache(maxsize=1024)
def zone(name: str | None) -> ZoneInfo:
    """UTC for a name that is unknown here. Names come from imports and are not trusted."""
    try:
        return ZoneInfo(name or "UTC")
    except (KeyError, ValueError, OSError):
        return ZoneInfo("UTC")


def clock(phrases: Phrases, local: datetime) -> str:
    """`18:32 EST (23:32 UTC)`: with UTC, and with its day if that is another one."""
    utc = local.astimezone(UTC)
    if not local.utcoffset():
        text = phrases["time.at"]
    else:
        text = phrases["time.utc" if utc.date() == local.date() else "time.utc-other-day"]
    text = text.replace("{clock}", f"{local:%H:%M}").replace("{zone}", _zone_name(phrases, local))
    text = text.replace("{utc}", f"{utc:%H:%M}").replace("{weekday}", weekday(phrases, utc))
    plural = ONE_O_CLOCK.get(phrases.babel.language)
    return plural.sub(r"\1", text) if plural else text


def _zone_name(phrases: Phrases, local: datetime) -> str:
    """Babel calls Berlin `+0100`: use the abbreviation if it is one, else the distance from UTC."""
    if not local.utcoffset():
        return "UTC"
    name = local.tzname() or ""
    if name.isascii() and name.isalpha():
        return phrases.zone(name)
    sign = f"{local:%z}"
    return f"UTC{sign[:3]}:{sign[3:5]}"


def day(phrases: Phrases, local: datetime) -> str:
    pattern = phrases["day"]
    first = FIRST_OF_MONTH.get(phrases.babel.language)
    if first and local.day == 1:
        pattern = _NUMBER_OF_DAY.sub(lambda found: found[1] or f"'{first}'", pattern)
    return format_datetime(local, pattern, locale=phrases.babel)


def weekday(phrases: Phrases, at: datetime) -> str:
    return format_datetime(at, phrases["day.weekday"], locale=phrases.babel)
