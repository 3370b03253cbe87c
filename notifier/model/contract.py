"""What the company's own database must show: one view with these columns, and how each fault is cured."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime

VIEW = "notifier_audience"
"""Found through the search path of the role that reads it."""


@dataclass(frozen=True, slots=True)
class ViewColumn:
    name: str
    type: str
    """text, timestamptz or jsonb."""
    means: str
    required: bool = False
    """Rows in which it is NULL cannot be used; in the other columns NULL means: not known."""
    may_lack: bool = False
    """A view without it is as agreed."""


COLUMNS = (
    ViewColumn("customer", "text", "your own id of the customer", required=True),
    ViewColumn("name", "text", "the customer's name"),
    ViewColumn("email", "text", "an address of the customer"),
    ViewColumn("contact_name", "text", "whose address that is"),
    ViewColumn("phone", "text", "how to call them where no mail gets there", may_lack=True),
    ViewColumn("role", "text", "owner, technical, security or billing"),
    ViewColumn("locale", "text", "a language tag: en, de-AT"),
    ViewColumn("timezone", "text", "an IANA name: Europe/Berlin"),
    ViewColumn("service", "text", "the slug of a service they hold", required=True),
    ViewColumn("region", "text", "where they hold it"),
    ViewColumn("suspended_at", "timestamptz", "since when they are cut off from it"),
    ViewColumn("attrs", "jsonb", "what a scope may ask for, by name"),
)

TEXT_TYPES = frozenset({"text", "character varying", "character", "name", "citext"})
ACCEPTED: Mapping[str, frozenset[str]] = {
    "text": TEXT_TYPES,
    "timestamptz": frozenset({"timestamp with time zone"}),
    "jsonb": frozenset({"jsonb"}),
}


@dataclass(frozen=True, slots=True)
class ColumnFinding:
    column: str
    ok: bool
    found: str
    """What is so, and for a fault what to change in the view."""


def examine(present: Mapping[str, str]) -> tuple[ColumnFinding, ...]:
    """Judge the view by its columns: name -> type as `format_type` spells it, without its length."""
    judged = [_judged(column, present.get(column.name)) for column in COLUMNS]
    known = {column.name for column in COLUMNS}
    extra = [
        ColumnFinding(name, ok=True, found="not read; an attribute goes into attrs")
        for name in present
        if name not in known
    ]
    return (*judged, *extra)


def faults(findings: Sequence[ColumnFinding]) -> tuple[str, ...]:
    return tuple(f"{f.column}: {f.found}" for f in findings if not f.ok)


def _judged(column: ViewColumn, found: str | None) -> ColumnFinding:
    if found is None and column.may_lack:
        return ColumnFinding(column.name, ok=True, found=f"not there, and need not be: {column.means}")
    if found is None:
        cure = f"is missing: add `... AS {column.name}`, {column.means}"
        if not column.required:
            cure += f", or `NULL::{column.type} AS {column.name}` if you do not know"
        return ColumnFinding(column.name, ok=False, found=f"{cure}.")
    if found not in ACCEPTED[column.type]:
        return ColumnFinding(column.name, ok=False, found=_cast(column, found))
    return ColumnFinding(column.name, ok=True, found=f"{found}: {column.means}")


def _cast(column: ViewColumn, found: str) -> str:
    if column.type == "timestamptz" and found == "timestamp without time zone":
        cure = f"say its zone, `({column.name} AT TIME ZONE 'UTC') AS {column.name}`"
    elif column.type == "jsonb" and found != "json":
        cure = f"build it, `jsonb_build_object('country', country, ...) AS {column.name}`"
    else:
        cure = f"cast it, `{column.name}::{column.type} AS {column.name}`"
    return f"is {found} and must be {column.type}: {cure}."


@dataclass(frozen=True, slots=True)
class OuterRow:
    """One contact of one customer and one service, as the view shows it."""

    customer: str | None
    name: str | None
    email: str | None = field(repr=False)
    contact_name: str | None = field(repr=False)
    phone: str | None = field(repr=False)
    role: str | None
    locale: str | None
    timezone: str | None
    """These six only of those who are to be told; of others they stay where they are."""
    service: str
    region: str | None
    suspended_at: datetime | None
    attrs: str
    """JSON: every attribute of the catalogue in its stored form, unknown ones null."""
    rank: int
    """2 affected, 1 possibly, 0 not."""
    misfits: list[int]
    """Positions of attributes whose value does not fit their type."""


@dataclass(frozen=True, slots=True)
class CopiedRow:
    """The same row once it is read: what does not fit is None."""

    line: int
    customer: str
    name: str | None
    address: str | None = field(repr=False)
    address_key: str | None = field(repr=False)
    contact_name: str | None = field(repr=False)
    role: str | None
    locale: str | None
    timezone: str | None
    service: str
    region: str | None
    suspended_at: datetime | None
    attrs: str
    rank: int
    phone: str | None = field(repr=False)
