"""`import --preview`: the first rows as they would be stored."""

from textwrap import wrap

from notifier.actions.company.preview_import import ImportPreview, PreviewedRow
from notifier.model.customer import BadRow

COLUMNS = 80


def lines(preview: ImportPreview) -> list[str]:
    """At most 80 columns wide; what is unknown is not listed."""
    shown = wrap(f"PREVIEW. Nothing is stored. Read as {preview.read_as}.", COLUMNS)
    for row in preview.rows:
        parts = [f"bad row: {row.problem}"] if isinstance(row, BadRow) else _parts(row)
        shown.append(f"line {row.line}")
        shown += [
            line
            for part in parts
            for line in wrap(part, COLUMNS, initial_indent="  ", subsequent_indent="    ")
        ]
    return shown


def _parts(row: PreviewedRow) -> list[str]:
    contact = (row.contact_name, row.role, row.locale, row.timezone, row.phone)
    said = [
        f"customer {row.customer}" + (f", name {row.name}" if row.name else ""),
        ", ".join(["contact with an address" if row.email else "no usable address", *filter(None, contact)]),
        f"services: {', '.join(row.services) or 'none'}",
    ]
    if row.suspended is not None:
        said.append(f"cut off from: {', '.join(row.suspended) or 'nothing'}")
    if known := [f"{name} = {value}" for name, value in row.attributes.items() if value is not None]:
        said.append(", ".join(known))
    return said + [f"! {column} is unknown: {why}" for column, why in row.unknown.items()]
