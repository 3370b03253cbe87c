"""A record of a customer file -> a typed row, or what makes it unusable. What else is wrong costs only itself."""

import re
import unicodedata
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import lru_cache
from typing import TypeVar
from zoneinfo import available_timezones

from notifier.edges.addresses import Address, normalised
from notifier.edges.customer_file import FileRow
from notifier.model.artefacts import artefact
from notifier.model.attributes import Stored, typed
from notifier.model.customer import COLUMNS, ROLES, BadRow, CustomerRow, Cut
from notifier.model.locales import spelt
from notifier.model.quoting import looks_like_address, quoted
from notifier.model.vocabulary import AttributeType

T = TypeVar("T")

LONGEST_ID = 200
"""Characters: ids and regions stand in unique indexes, whose entries Postgres bounds to 2,704 bytes."""
SHORT = 40
"""Characters of a cell that may be one of few; longer ones are remembered by nobody."""
CLOCK_SKEW = timedelta(minutes=5)
PHONE = re.compile(
    r"(?=(?:\D*\d){3})[+(]?[\d(][\d\s()./+\u2013-]{1,30}(\s*(ext\.?|x|#)\s*\d{1,6})?", re.IGNORECASE
)
AN_ADDRESS = "is an address, and no attribute is one"


@dataclass(frozen=True, slots=True)
class RowContext:
    """What a row is judged against."""

    services: frozenset[str]
    attributes: Mapping[str, AttributeType]
    """What is not in here is text."""
    now: datetime


class RowFault(ValueError):
    """One thing that is wrong with a row; its text names the column."""


def rows(records: Iterable[FileRow | BadRow], known: RowContext) -> Iterator[CustomerRow | BadRow]:
    """Every row of the file, in order."""
    for found in records:
        yield found if isinstance(found, BadRow) else judged(found, known)


def judged(record: FileRow, known: RowContext) -> CustomerRow | BadRow:
    """The typed row. Only id, services and suspended make it a bad one; any other cell can be unknown."""
    faults: list[str] = []
    misfits: dict[str, str] = {}
    cells = record.cells

    def needed(column: str, parse: Callable[[str], T]) -> T | None:
        """None for a column that is not there, an empty cell, or one that is at fault."""
        cell = cells.get(column, "").strip()
        try:
            return parse(cell) if cell else None
        except RowFault as fault:
            faults.append(str(fault))
            return None

    def read(column: str, parse: Callable[[str], T]) -> T | None:
        cell = cells.get(column, "").strip()
        if not cell:
            return None
        try:
            return parse(cell)
        except RowFault as fault:
            misfits[column] = str(fault)
            return None

    customer = needed("customer", read_id)
    if customer is None and not faults:
        faults.append("has no customer id")
    services = needed("services", lambda cell: _services(cell, known.services)) or ()
    suspended = needed("suspended", lambda cell: _cuts(cell, known.services, known.now)) or ()
    faults += _strays(services, suspended)
    if customer is None or faults:
        return BadRow(record.line, "; ".join(faults))
    address = read("email", read_address)
    return CustomerRow(
        line=record.line,
        customer=customer,
        name=read("name", read_words),
        address=address.deliverable if address else None,
        address_key=address.key if address else None,
        contact_name=read("contact_name", read_words),
        role=read("role", read_role),
        locale=read("locale", read_locale),
        timezone=read("timezone", read_timezone),
        services=services if "services" in cells else None,
        suspended=suspended if "suspended" in cells else None,
        phone=labelled(read("phone", read_phone), cells.get("contact_name", "")),
        attributes=_attributes(cells, known.attributes, misfits),
        misfits=misfits,
        is_short=record.is_short,
    )


def read_id(cell: str) -> str:
    if len(cell) > LONGEST_ID:
        raise RowFault(f"the customer id is longer than {LONGEST_ID} characters")
    if looks_like_address(cell):
        raise RowFault(
            "the customer id is an address, and ids stand on screens and in logs: name another column with"
            " --map 'COLUMN=customer', or make an id of it, a hash for instance"
        )
    if damage := artefact(cell):
        raise RowFault(
            f"the customer id {quoted(cell)} {damage}: export the column as text, from where it is right"
        )
    return cell


def read_words(cell: str) -> str:
    """A name stands on one line, whatever the file has."""
    if "\0" in cell:
        raise RowFault("holds no text")
    if looks_like_address(cell):
        raise RowFault("is an address, which belongs into the column email")
    return unicodedata.normalize("NFC", " ".join(cell.split()))  # one name, whoever typed it


def read_address(cell: str) -> Address:
    found = normalised(cell)
    if isinstance(found, str):
        raise RowFault(found)
    return found


def read_role(cell: str) -> str:
    if cell.lower() not in ROLES:
        raise RowFault(f"{quoted(cell)} is no role: use {', '.join(sorted(ROLES))}, or leave it empty")
    return cell.lower()


def read_phone(cell: str) -> str:
    """As it is written: only people read it. What a spreadsheet has rounded is no number any more."""
    if not PHONE.fullmatch(cell):
        raise RowFault("is no telephone number")
    return read_words(cell)


def labelled(phone: str | None, contact_name: str) -> str | None:
    """`+1 555 0100 (Ann Okafor)`, for whoever calls."""
    whose = " ".join(contact_name.split())
    fits = phone and whose and "\0" not in whose and not looks_like_address(whose)
    return f"{phone} ({whose})" if fits else phone


@lru_cache(1024)
def read_locale(cell: str) -> str:
    """`de_at` -> `de-AT`. A language that we have no words in is fine, what is no language is not."""
    tag = None if looks_like_address(cell) else spelt(cell)
    if tag is None:
        raise RowFault(f"{quoted(cell)} is no language: use a language tag like en or de-AT")
    return tag


@lru_cache(1024)
def read_timezone(cell: str) -> str:
    """`europe/berlin` -> `Europe/Berlin`: no two names differ by their case alone (theory.html of tz)."""
    zone = _zones().get(cell.lower())
    if zone is None:
        raise RowFault(f"{quoted(cell)} is no time zone: use a name like Europe/Berlin")
    return zone


@lru_cache(1)
def _zones() -> Mapping[str, str]:
    return {zone.lower(): zone for zone in available_timezones()}


@lru_cache(4096)
def _services(cell: str, known: frozenset[str]) -> tuple[tuple[str, str | None], ...]:
    """Many customers hold the same: a cell is read once."""
    return tuple(_service(part, known) for part in cell.split(";") if part.strip())


def _service(part: str, known: frozenset[str]) -> tuple[str, str | None]:
    slug, at, region = (word.strip() for word in part.partition("@"))
    if slug not in known:
        named = quoted(part.strip() if looks_like_address(part) else slug, 60)
        raise RowFault(f"no service is called {named}: declare it with `notifier apply`, or correct it")
    if at and not 0 < len(region) <= LONGEST_ID:
        raise RowFault(f"{slug}@ must be followed by the name of a region")
    return slug, region or None


def _strays(services: Iterable[tuple[str, str | None]], suspended: Iterable[Cut]) -> list[str]:
    """Cut off from what the same row does not hold. A list that lost its quotation marks looks like that too: what
    follows its first service stands in the next column then, and would cut somebody off.
    """
    held = {slug for slug, _ in services}
    strays = sorted({cut.service for cut in suspended} - held) if held else []
    return [
        f"suspended names {quoted(slug)}, which services does not: name it in both" for slug in strays[:1]
    ]


@lru_cache(4096)
def _cuts(cell: str, known: frozenset[str], now: datetime) -> tuple[Cut, ...]:
    return tuple(_cut(part, known, now) for part in cell.split(";") if part.strip())


def _cut(part: str, known: frozenset[str], now: datetime) -> Cut:
    held, equals, time = (word.strip() for word in part.partition("="))
    slug, region = _service(held, known)
    return Cut(slug, region, _moment(time, now) if equals else None)


def _moment(text: str, now: datetime) -> datetime:
    try:
        moment = datetime.fromisoformat(text)
    except ValueError as error:
        raise RowFault(f"{quoted(text)} is no time: write it like 2026-11-27T18:32-05:00") from error
    if moment.tzinfo is None:
        raise RowFault(
            f"{quoted(text)} does not say its zone: write it like 2026-11-27T18:32-05:00, or end in Z"
        )
    if moment > now + CLOCK_SKEW:
        raise RowFault(f"{quoted(text)} lies in the future: name only what is cut off now")
    return moment


_typed = lru_cache(4096)(typed)


def _attributes(
    cells: Mapping[str, str], types: Mapping[str, AttributeType], misfits: dict[str, str]
) -> dict[str, Stored | None]:
    """Stored values. What does not fit is entered in `misfits`."""
    stored: dict[str, Stored | None] = {}
    for name, cell in cells.items():
        if name in COLUMNS:
            continue
        read = _typed if len(cell) <= SHORT else typed
        value = stored[name] = read(cell, types.get(name, AttributeType.TEXT))
        if value is None and cell.strip():
            misfits[name] = AN_ADDRESS if looks_like_address(cell) else "does not fit its type"
    return stored
