"""The first rows of a file as an import would store them; nothing is stored."""

from dataclasses import dataclass
from datetime import datetime
from itertools import islice
from typing import BinaryIO

from notifier.actions.company.complete import Gone, find_what_is_gone
from notifier.actions.company.import_customers import context, merge_file, require_somebody
from notifier.edges.customer_file import opened
from notifier.edges.customer_row import rows
from notifier.model.attributes import Stored
from notifier.model.customer import BadRow, CustomerRow, Cut
from notifier.model.file_format import FileFormat
from notifier.store import Db
from notifier.store.company import catalogue, leaving

SENSITIVE = "(sensitive)"


@dataclass(frozen=True, slots=True)
class PreviewedRow:
    """One row; None is unknown. The address itself is not shown, nor a sensitive value."""

    line: int
    customer: str
    name: str | None
    email: bool
    """Mail can be written to it."""
    contact_name: str | None
    role: str | None
    locale: str | None
    timezone: str | None
    phone: str | None
    services: tuple[str, ...]
    suspended: tuple[str, ...] | None
    """None: the file does not say who is cut off."""
    attributes: dict[str, Stored | None]
    unknown: dict[str, str]
    """Columns whose cell cannot be used, with the reason."""


@dataclass(frozen=True, slots=True)
class ImportPreview:
    read_as: str
    rows: tuple[PreviewedRow | BadRow, ...]


def preview_import(db: Db, now: datetime, stream: BinaryIO, known: FileFormat, *, most: int) -> ImportPreview:
    """At most so many rows. Raises `BadInput` for a file that cannot be read."""
    with db.transaction() as tx:
        sensitive = {attribute.name for attribute in catalogue.attributes(tx) if attribute.sensitive}
        judged_by = context(tx, now)
    file = opened(stream, known)
    found = islice(rows(file.records, judged_by), most)
    return ImportPreview(
        file.read_as, tuple(row if isinstance(row, BadRow) else _shown(row, sensitive) for row in found)
    )


def preview_gone(db: Db, now: datetime, stream: BinaryIO, known: FileFormat) -> Gone:
    """What would end if the file held everybody: all of it is read. Raises `BadInput`."""
    with db.transaction(keep=False) as tx:
        catalogue.lock(tx)
        holders = leaving.holders(tx)
        require_somebody(merge_file(tx, now, stream, skip_bad=False, known=known))
        return find_what_is_gone(tx, holders)


def _shown(row: CustomerRow, sensitive: set[str]) -> PreviewedRow:
    return PreviewedRow(
        line=row.line,
        customer=row.customer,
        name=row.name,
        email=row.address is not None,
        contact_name=row.contact_name,
        role=row.role,
        locale=row.locale,
        timezone=row.timezone,
        phone=row.phone,
        services=tuple(f"{slug}@{region}" if region else slug for slug, region in row.services or ()),
        suspended=None if row.suspended is None else tuple(map(_cut, row.suspended)),
        attributes={
            name: SENSITIVE if name in sensitive and value is not None else value
            for name, value in row.attributes.items()
        },
        unknown=dict(row.misfits),
    )


def _cut(cut: Cut) -> str:
    held = f"{cut.service}@{cut.region}" if cut.region else cut.service
    return f"{held}={cut.since.isoformat()}" if cut.since else held
