"""Texts and times of a stranger's message: what can be stored, and one line of it without an address."""

import re
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from typing import Any

SUMMARY_CHARACTERS = 300
LONGEST = 500
ADDRESS = re.compile(r"\S*(?:@|%40)\S*", re.IGNORECASE)
ADDRESS_IN_DATA = re.compile(
    r"[^\s\"'<>(),:;=&\[\]{}\\]{1,64}(?:@|%40)[^\s\"'<>(),:;=&\[\]{}\\]+", re.IGNORECASE
)
LONGEST_KEPT = 1 << 15
HOLE = re.compile(r"\$[A-Z][A-Z0-9_.]*(?:\[[^\]]*\])?\$?|\{+[^{}]*\}+|\*\w+\*")
"""What a template of a tool left as it was: `$X`, `$X$`, `{X}`, `{{ .x }}`, `*x*`."""


def one_line(text: str) -> str:
    """The beginning, on one line, with everything taken out that looks like an address."""
    line = " ".join(text.replace("\x00", "")[: 2 * SUMMARY_CHARACTERS].split())
    return without_addresses(line)[:SUMMARY_CHARACTERS]


def without_addresses(text: str) -> str:
    return ADDRESS.sub("[address]", text)


def kept(raw: bytes) -> str:
    """The beginning of a body, for people to look at: addresses are taken out."""
    text = raw[:LONGEST_KEPT].decode(errors="replace").replace("\x00", "")
    return ADDRESS_IN_DATA.sub("[address]", text)


def text_of(value: Any) -> str:
    """Texts and whole numbers as one text that Postgres can store; empty for anything else, and for holes.

    A number with a point names nothing: that is what becomes of whole numbers above 64 bits, and two of them
    may have become one.
    """
    match value:
        case bool():
            return str(value).lower()
        case str():
            text = value.replace("\x00", "").strip()
            return "" if HOLE.fullmatch(text) else text
        case int():
            return str(value)
        case _:
            return ""


def moment(value: Any, *, naive_is_utc: bool = False) -> datetime | None:
    """ISO 8601, RFC 1123, or seconds, milliseconds or nanoseconds since 1970; in UTC. None for what is no time,
    for the zero time, and for one without its offset unless that is known to be UTC.
    """
    number = value if isinstance(value, int | float) and not isinstance(value, bool) else None
    text = text_of(value)[:64]
    if number is None and re.fullmatch(r"\d{1,20}(\.\d{1,9})?", text):
        number = float(text) if "." in text else int(text)
    try:
        found = _since_1970(number) if number is not None else _written(text)
        if found is not None and found.tzinfo is None:
            found = found.replace(tzinfo=UTC) if naive_is_utc else None
        utc = found.astimezone(UTC) if found else None
    except (ValueError, OverflowError, OSError, TypeError, IndexError):
        return None
    return utc if utc and utc.year > 1 else None


def _since_1970(number: float) -> datetime | None:
    if not 1e9 <= number < 1e19:  # before 2001: zero is how tools write that they do not know
        return None
    for scale in (1_000_000_000, 1_000_000, 1000):
        if number >= scale * 100_000_000:
            whole, rest = divmod(number, scale)
            return datetime.fromtimestamp(whole, UTC).replace(microsecond=int(rest * 1_000_000 // scale))
    return datetime.fromtimestamp(number, UTC)


def _written(text: str) -> datetime | None:
    if not text:
        return None
    return datetime.fromisoformat(text) if text[:4].isdigit() else parsedate_to_datetime(text)
