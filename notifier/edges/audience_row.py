"""A row of the company's view -> a row to be copied. Nothing in it ends a copy: what is unusable is left out."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import TypeVar

from notifier.edges.customer_row import (
    LONGEST_ID,
    RowFault,
    labelled,
    read_address,
    read_locale,
    read_phone,
    read_role,
    read_timezone,
    read_words,
)
from notifier.model.contract import CopiedRow, OuterRow

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Unusable:
    """The row names no customer that could be told."""


def read(row: OuterRow, line: int) -> tuple[CopiedRow | Unusable, tuple[str, ...]]:
    """The row, and the names of the columns that could not be used."""
    faults: list[str] = []

    def usable(column: str, cell: str | None, parse: Callable[[str], T]) -> T | None:
        cell = (cell or "").strip()
        try:
            return parse(cell) if cell else None
        except RowFault:
            faults.append(column)
            return None

    if row.customer is None or max(len(row.customer), len(row.region or "")) > LONGEST_ID:
        return Unusable(), ()
    address = usable("email", row.email, read_address)
    copied = CopiedRow(
        line=line,
        customer=row.customer,
        name=usable("name", row.name, read_words),
        address=address.deliverable if address else None,
        address_key=address.key if address else None,
        contact_name=usable("contact_name", row.contact_name, read_words),
        role=usable("role", row.role, read_role),
        locale=usable("locale", row.locale, read_locale),
        timezone=usable("timezone", row.timezone, read_timezone),
        service=row.service,
        region=row.region,
        suspended_at=row.suspended_at,
        attrs=row.attrs,
        rank=row.rank,
        phone=labelled(usable("phone", row.phone, read_phone), row.contact_name or ""),
    )
    return copied, tuple(faults)
