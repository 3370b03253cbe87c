"""One row of a customer file, read and judged; and the names such a file may use."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime

from notifier.model.attributes import Stored

COLUMNS = frozenset({
    "customer", "name", "email", "contact_name", "role", "locale", "timezone", "services", "suspended",
    "phone",
})  # fmt: skip
"""The columns of an import that are no attributes."""

RESERVED = COLUMNS | {"region", "service"}
"""What no attribute may be called: a scope or a file already means something else by it."""

ATTRIBUTE_NAME = re.compile(r"[a-z][a-z0-9_]{0,62}")
"""A name that a person can write in a scope without quotation marks."""

SLUG = re.compile(r"[a-z0-9][a-z0-9-]*")
ROLES = frozenset({"owner", "technical", "security", "billing"})


def attribute_fault(name: str) -> str | None:
    """Why an attribute cannot be called that, as the end of a sentence."""
    if name in RESERVED:
        return "is a reserved name: give the attribute another"
    if not ATTRIBUTE_NAME.fullmatch(name):
        return "is no name for an attribute: use a to z, 0 to 9 and _, and begin with a letter"
    return None


@dataclass(frozen=True, slots=True)
class Cut:
    """A service that a customer is cut off from."""

    service: str
    region: str | None
    """None: every region in which the customer holds the service."""
    since: datetime | None
    """None: now, or what was known before."""


@dataclass(frozen=True, slots=True)
class CustomerRow:
    """One contact of one customer. None means: the file does not say, leave what is there."""

    line: int
    customer: str
    name: str | None = None
    address: str | None = field(default=None, repr=False)
    address_key: str | None = field(default=None, repr=False)
    contact_name: str | None = field(default=None, repr=False)
    role: str | None = None
    locale: str | None = None
    timezone: str | None = None
    services: tuple[tuple[str, str | None], ...] | None = None
    """Slug and region. Empty: the customer holds nothing, of which only a complete file can convince anybody."""
    suspended: tuple[Cut, ...] | None = None
    """Empty: the customer is cut off from nothing."""
    attributes: Mapping[str, Stored | None] = field(default_factory=dict[str, Stored | None])
    """None as a value: unknown from now on."""
    phone: str | None = field(default=None, repr=False)
    """A number, and whose it is."""
    misfits: Mapping[str, str] = field(default_factory=dict[str, str])
    """Columns and attributes whose cell cannot be used, with the reason: unknown."""
    is_short: bool = False
    """The row of the file ended before its header did."""


@dataclass(frozen=True, slots=True)
class BadRow:
    line: int
    problem: str
    """What is wrong and what to do; it never holds an address."""


def n_customers(n: int) -> str:
    return "1 customer" if n == 1 else f"{n:,} customers"
