"""`--only country=DE,FR` and `--except plan=free`: a predicate for people who do not write SQL.

    name=value[,value...]   a value with a comma in double quotes: city="Washington, DC",Paris
    name=from..to           numbers, dates and moments; one end may be left out
    name=90d..              dates and moments: the last 90 days

Both leave an unknown value unknown, as the SQL that they stand for does.
"""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from notifier.edges.predicate.named import UNKNOWN, NamedText, unknown_is_no_value
from notifier.edges.predicate.names import column_called
from notifier.edges.predicate.place import Misread
from notifier.model.attributes import typed
from notifier.model.scope import And, Column, Compare, Constant, In, Not, Or, Predicate, constant_of
from notifier.model.vocabulary import AttributeType

VALUE = re.compile(r'\s*(?:"((?:[^"]|"")*)"|([^",]*))\s*(,|$)')
DAYS = re.compile(r"(\d{1,5})d", re.ASCII)
WITH_RANGES = frozenset({AttributeType.NUMBER, AttributeType.DATE, AttributeType.TIMESTAMP})
WRITE: Mapping[AttributeType, str] = {
    AttributeType.TEXT: "is text",
    AttributeType.NUMBER: "is a number: write 5, 10..50, 10.. or ..50",
    AttributeType.BOOLEAN: "is yes or no: write yes or no",
    AttributeType.DATE: "is a date: write 2026-11-27, 2026-08-01..2026-11-27, or 90d.. for the last 90 days",
    AttributeType.TIMESTAMP: "is a moment: write 2026-11-27T18:32-05:00.., or 90d.. for the last 90 days",
}


@dataclass(frozen=True, slots=True)
class Built:
    predicate: Predicate
    named: tuple[NamedText, ...]


@dataclass(frozen=True, slots=True)
class _Value:
    raw: str
    start: int
    end: int
    quoted: bool


def build(text: str, columns: Mapping[str, Column], now: datetime, *, leave_out: bool) -> Built:
    """The predicate of one option; `leave_out` for `--except`. Raises `Misread`."""
    name, equals, _ = text.partition("=")
    if not equals or not name.strip():
        example = "plan=free" if leave_out else "country=DE,FR"
        raise Misread((0, len(text)), f"Write it as ATTRIBUTE=VALUE, for instance {example}.")
    start = len(name) - len(name.lstrip())
    column = column_called((start, start + len(name.strip())), name.strip(), columns)
    reader = _Option(column, now)
    values = list(_values(text, len(name) + 1))
    ranges = [found for value in values if (found := reader.range(value)) is not None]
    single = [value for value in values if not reader.is_range(value)]
    constants = tuple(reader.constant(value, value.raw) for value in single)
    named = tuple(
        NamedText(column, str(constant), text, value.start, value.end)
        for constant, value in zip(constants, single, strict=True)
        if column.type is AttributeType.TEXT
    )
    parts = ([_one_of(column, constants, leave_out=leave_out)] if constants else []) + [
        Not(found) if leave_out else found for found in ranges
    ]
    joined = And(tuple(parts)) if leave_out else Or(tuple(parts))
    return Built(parts[0] if len(parts) == 1 else joined, named)


def _one_of(column: Column, constants: tuple[Constant, ...], *, leave_out: bool) -> Predicate:
    if len(constants) == 1:
        return Compare(column, "<>" if leave_out else "=", constants[0])
    return In(column, constants, negated=leave_out)


def _values(text: str, at: int) -> Iterator[_Value]:
    """Between commas; a value in double quotes may hold commas, and a doubled quote."""
    while True:
        found = VALUE.match(text, at)
        if found is None:
            raise Misread((at, at + 1), 'A value with a comma stands in double quotes: city="A, B".')
        group = 2 if found[1] is None else 1
        raw = found[group].strip() if group == 2 else found[1].replace('""', '"').strip()
        if not raw:
            raise Misread(
                (found.start(group) - 1, found.end(group)), "A value is missing. Customers whose value is"
                " unknown are possibly affected: --possibly include|hedge|exclude decides about them.",
            )  # fmt: skip
        start = found.start(group)
        yield _Value(raw, start, start + len(found[group].rstrip()), quoted=group == 1)
        if not found[3]:
            return
        at = found.end()


@dataclass(frozen=True, slots=True)
class _Option:
    column: Column
    now: datetime

    def is_range(self, value: _Value) -> bool:
        return self.column.type in WITH_RANGES and not value.quoted and ".." in value.raw

    def range(self, value: _Value) -> Predicate | None:
        """From, to, or both, each included."""
        if not self.is_range(value):
            return None
        low, _, high = value.raw.partition("..")
        if not low.strip() and not high.strip():
            raise self._misfit(value)
        ends: list[Predicate] = []
        if low.strip():
            ends.append(Compare(self.column, ">=", self.constant(value, low.strip())))
        if high.strip():
            ends.append(Compare(self.column, "<=", self.constant(value, high.strip())))
        return ends[0] if len(ends) == 1 else And(tuple(ends))

    def constant(self, value: _Value, raw: str) -> Constant:
        """The constant as the column stores it; `90d` is 90 days ago."""
        stored = typed(self._days_ago(raw) or raw, self.column.type)
        if stored is None:
            raise self._misfit(value)
        return constant_of(stored, self.column.type)

    def _days_ago(self, raw: str) -> str | None:
        days = DAYS.fullmatch(raw)
        if days is None or self.column.type not in {AttributeType.DATE, AttributeType.TIMESTAMP}:
            return None
        try:
            then = self.now.astimezone(UTC).replace(microsecond=0) - timedelta(days=int(days[1]))
        except OverflowError:
            return None
        return then.date().isoformat() if self.column.type is AttributeType.DATE else then.isoformat()

    def _misfit(self, value: _Value) -> Misread:
        if value.raw.lower() == UNKNOWN:
            return Misread((value.start, value.end), unknown_is_no_value(self.column))
        sentence = f"{self.column.name} {WRITE[self.column.type]}."
        return Misread((value.start, value.end), sentence)
