"""The one form in which an attribute's value is stored, so that a scope may compare it without any cast.

| type      | JSON in `attrs`                                | ordered by              |
|-----------|------------------------------------------------|-------------------------|
| text      | string, trimmed, NFC; no address               | code point              |
| number    | number, at most 18 digits before the point     | value                   |
| boolean   | true, false                                    | not at all              |
| date      | string `YYYY-MM-DD`                            | code point = time       |
| timestamp | string `YYYY-MM-DDTHH:MM:SS.ffffffZ`, UTC      | code point = time       |

An absent key is an unknown value. Constants of a scope go through `typed` too, so both sides are spelt alike.
"""

import re
import unicodedata
from collections.abc import Mapping
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import LiteralString

from notifier.model.quoting import looks_like_address
from notifier.model.vocabulary import AttributeType

Stored = str | int | float | bool
"""A value as JSON holds it."""

TRUE = frozenset({"true", "t", "yes", "y", "1"})
FALSE = frozenset({"false", "f", "no", "n", "0"})
NUMBER = re.compile(r"[+-]?(\d+(\.\d*)?|\.\d+)(e[+-]?\d{1,3})?", re.ASCII | re.IGNORECASE)
DATE = re.compile(r"\d{4}-\d{2}-\d{2}", re.ASCII)
MOMENT = re.compile(
    r"(\d{4}-\d{2}-\d{2})[T ](\d{2}:\d{2})(:\d{2})?(\.\d{1,9})? ?(Z|[+-]\d{2}(?::?\d{2})?)",
    re.ASCII | re.IGNORECASE,
)
LARGEST = 10**18
"""Integers below it pass every JSON encoder and fit a bigint."""
LONGEST_NUMBER = 400
"""Characters: the smallest doubles, written out as a company's server writes them, have some 340."""
SHAPES: Mapping[AttributeType, LiteralString] = {
    AttributeType.DATE: "[0-9]{4}-[0-9]{2}-[0-9]{2}",
    AttributeType.TIMESTAMP: "[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}[.][0-9]{6}Z",
}
"""Strings of another shape (imported before the attribute had its type) are unknown, in Postgres too."""


def typed(cell: str, type_: AttributeType) -> Stored | None:
    """The stored form of a cell, or None: the cell is empty, or does not fit its type and so is unknown.

    Never raises. An empty cell is one with `cell.strip() == ""`; every other None is a misfit to be counted.
    """
    cell = cell.strip()
    match type_:
        case _ if not cell:
            return None
        case AttributeType.TEXT:
            return _text(cell)
        case AttributeType.NUMBER:
            return _number(cell)
        case AttributeType.BOOLEAN:
            word = cell.lower()
            return True if word in TRUE else False if word in FALSE else None
        case AttributeType.DATE:
            return _date(cell)
        case AttributeType.TIMESTAMP:
            return _timestamp(cell)


def _text(cell: str) -> str | None:
    # jsonb refuses U+0000, UTF-8 refuses half a surrogate pair: one such cell would abort a whole import.
    if "\0" in cell or any("\ud800" <= c <= "\udfff" for c in cell) or looks_like_address(cell):
        return None
    return unicodedata.normalize("NFC", cell)


def _number(cell: str) -> int | float | None:
    """Exactly what is written, or nothing: a fraction that no double holds (15 to 17 digits) is a misfit."""
    if len(cell) > LONGEST_NUMBER or not NUMBER.fullmatch(cell):
        return None
    exact = Decimal(cell)
    if abs(exact) >= LARGEST:
        return None
    if exact == exact.to_integral_value():
        return int(exact)
    near = float(exact)
    return near if Decimal(repr(near)) == exact else None


def _date(cell: str) -> str | None:
    try:
        return date.fromisoformat(cell).isoformat() if DATE.fullmatch(cell) else None
    except ValueError:
        return None


def _timestamp(cell: str) -> str | None:
    """A moment without an offset is a misfit: which zone it was meant in is not known."""
    if not (found := MOMENT.fullmatch(cell)):
        return None
    day, minute, second, fraction, offset = found.groups(default="")
    try:
        moment = datetime.fromisoformat(f"{day}T{minute}{second or ':00'}{fraction}{offset.upper()}")
        return spelt(moment)
    except (ValueError, OverflowError):
        return None


def spelt(moment: datetime) -> str:
    """An aware moment in its stored form. Raises `OverflowError` at the edges of the calendar."""
    return moment.astimezone(UTC).isoformat(timespec="microseconds").replace("+00:00", "Z")


def known(value: object, type_: AttributeType) -> str | bool | Decimal | None:
    """A JSON value from `attrs` as it is compared, or None: it is null or not of this type, hence unknown."""
    match value:
        case bool():
            return value if type_ is AttributeType.BOOLEAN else None
        case int() | float() | Decimal():
            return Decimal(str(value)) if type_ is AttributeType.NUMBER else None
        case str() if type_ is AttributeType.TEXT:
            return value
        case str() if type_ in SHAPES:
            return value if re.fullmatch(SHAPES[type_], value) else None
        case _:
            return None
