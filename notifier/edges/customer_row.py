"""A record of a customer file -> a typed row, or everything that is wrong with it."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import lru_cache
from typing import BinaryIO, TypeVar
from zoneinfo import available_timezones

from notifier.edges.addresses import Address, normalised
from notifier.edges.customer_file import FileRow, records
from notifier.model.attributes import Stored, typed
from notifier.model.customer import COLUMNS, ROLES, BadRow, CustomerRow, Cut
from notifier.model.locales import spelt
from notifier.model.vocabulary import AttributeType

T = TypeVar("T")

LONGEST_ID = 200
"""Characters: ids and regions stand in unique indexes, whose entries Postgres bounds to 2,704 bytes."""
CLOCK_SKEW = timedelta(minutes=5)


@dataclass(frozen=True, slots=True)
class RowContext:
    """What a row is judged against."""

    services: frozenset[str]
    attributes: Mapping[str, AttributeType]
    """What is not in here is text."""
    now: datetime


class RowFault(ValueError):
    """One thing that is wrong with a row; its text names the column."""


def rows(stream: BinaryIO, known: RowContext) -> Iterator[CustomerRow | BadRow]:
    """Every row of the file, in order. Raises `BadInput` where the rest of the file cannot be read."""
    for found in records(stream):
        yield found if isinstance(found, BadRow) else judged(found, known)


def judged(record: FileRow, known: RowContext) -> CustomerRow | BadRow:
    """The typed row, or all of its faults in one sentence."""
    faults: list[str] = []
    cells = record.cells

    def read(column: str, parse: Callable[[str], T]) -> T | None:
        """None for a column that is not there, an empty cell, or one that is at fault."""
        cell = cells.get(column, "").strip()
        try:
            return parse(_printable(column, cell)) if cell else None
        except RowFault as fault:
            faults.append(str(fault))
            return None

    customer = read("customer", _customer)
    if customer is None and not faults:
        faults.append("has no customer id")
    address = read("email", read_address)
    attributes, misfits = _attributes(cells, known.attributes)
    row = CustomerRow(
        line=record.line,
        customer=customer or "",
        name=read("name", read_words),
        address=address.deliverable if address else None,
        address_key=address.key if address else None,
        contact_name=read("contact_name", read_words),
        role=read("role", read_role),
        locale=read("locale", read_locale),
        timezone=read("timezone", read_timezone),
        services=read("services", lambda cell: _services(cell, known)) or (),
        suspended=(read("suspended", lambda c: _cuts(c, known)) or ()) if "suspended" in cells else None,
        attributes=attributes,
        misfits=misfits,
    )
    return BadRow(record.line, "; ".join(faults)) if faults else row


def _printable(column: str, cell: str) -> str:
    if "\0" in cell:
        raise RowFault(f"{column} holds a NUL character")
    return cell


def _customer(cell: str) -> str:
    if len(cell) > LONGEST_ID:
        raise RowFault(f"the customer id is longer than {LONGEST_ID} characters")
    return cell


def read_words(cell: str) -> str:
    """A name stands on one line, whatever the file has."""
    return " ".join(cell.split())


def read_address(cell: str) -> Address:
    found = normalised(cell)
    if isinstance(found, str):
        raise RowFault(f"email cannot be written to: {found}")
    return found


def read_role(cell: str) -> str:
    if cell.lower() not in ROLES:
        raise RowFault(f"role is {cell[:40]!r}: use {', '.join(sorted(ROLES))}, or leave it empty")
    return cell.lower()


@lru_cache(1024)
def read_locale(cell: str) -> str:
    """`de_at` -> `de-AT`. A language that we have no words in is fine, what is no language is not."""
    tag = spelt(cell)
    if tag is None:
        raise RowFault(f"locale is {cell[:40]!r}: use a language tag like en or de-AT")
    return tag


@lru_cache(1024)
def read_timezone(cell: str) -> str:
    if cell not in _zones():
        raise RowFault(f"timezone is {cell[:40]!r}: use a name like Europe/Berlin")
    return cell


@lru_cache(1)
def _zones() -> frozenset[str]:
    return frozenset(available_timezones())


def _services(cell: str, known: RowContext) -> tuple[tuple[str, str | None], ...]:
    return tuple(_service(part, known) for part in cell.split(";") if part.strip())


def _service(part: str, known: RowContext) -> tuple[str, str | None]:
    slug, at, region = (word.strip() for word in part.partition("@"))
    if slug not in known.services:
        raise RowFault(f"no service is called {slug[:60]!r}: declare it with `notifier apply`, or correct it")
    if at and not 0 < len(region) <= LONGEST_ID:
        raise RowFault(f"{slug}@ must be followed by the name of a region")
    return slug, region or None


def _cuts(cell: str, known: RowContext) -> tuple[Cut, ...]:
    return tuple(_cut(part, known) for part in cell.split(";") if part.strip())


def _cut(part: str, known: RowContext) -> Cut:
    held, equals, time = (word.strip() for word in part.partition("="))
    slug, region = _service(held, known)
    return Cut(slug, region, _moment(time, known.now) if equals else None)


def _moment(text: str, now: datetime) -> datetime:
    try:
        moment = datetime.fromisoformat(text)
    except ValueError as error:
        raise RowFault(f"{text[:40]!r} is no time: write it like 2026-11-27T18:32-05:00") from error
    if moment.tzinfo is None:
        raise RowFault(
            f"{text[:40]!r} does not say its zone: write it like 2026-11-27T18:32-05:00, or end in Z"
        )
    if moment > now + CLOCK_SKEW:
        raise RowFault(f"{text[:40]!r} lies in the future: name only what is cut off now")
    return moment


def _attributes(
    cells: Mapping[str, str], types: Mapping[str, AttributeType]
) -> tuple[dict[str, Stored | None], tuple[str, ...]]:
    """Stored values, and the names of those whose cell did not fit."""
    stored = {
        name: typed(cell, types.get(name, AttributeType.TEXT))
        for name, cell in cells.items()
        if name not in COLUMNS
    }
    misfits = tuple(name for name, value in stored.items() if value is None and cells[name].strip())
    return stored, misfits
