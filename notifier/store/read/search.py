"""Which customer does somebody mean who writes an id, an address, a domain or a name? And what is there of them?

Addresses come along: for the eyes of whoever asks, never for a log.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from notifier.store import Tx, many, values


@dataclass(frozen=True, slots=True)
class FoundCustomer:
    customer_id: int
    ext_id: str
    """The company's own id."""
    name: str
    phone: str | None


@dataclass(frozen=True, slots=True)
class ContactRow:
    name: str | None
    role: str
    address: str | None
    """None: there is none, or it was erased."""
    locale: str | None
    suppressions: list[str]
    """Why nobody may write to this address."""


@dataclass(frozen=True, slots=True)
class HeldService:
    name: str
    places: int
    """Regions in which they hold it."""
    cut_off: int
    """In so many of them the data cuts them off."""
    cut_off_since: datetime | None


def by_exact_id(tx: Tx, ext_id: str) -> list[FoundCustomer]:
    """One, or none."""
    return many(
        tx,
        FoundCustomer,
        "SELECT customer_id, ext_id, name, phone FROM customer WHERE ext_id = %(id)s",
        id=ext_id,
    )


def by_id(tx: Tx, pattern: str, *, most: int) -> list[FoundCustomer]:
    """`pattern` is of `ILIKE`: an id in any case, or its beginning."""
    return many(
        tx,
        FoundCustomer,
        """
SELECT customer_id, ext_id, name, phone FROM customer WHERE ext_id ILIKE %(pattern)s
ORDER BY length(ext_id), ext_id LIMIT %(most)s""",
        pattern=pattern,
        most=most,
    )


def by_address(tx: Tx, address_key: str, *, most: int) -> list[FoundCustomer]:
    """Customers that have this contact; `address_key` is normalised as at import."""
    return many(
        tx,
        FoundCustomer,
        """
SELECT DISTINCT customer_id, ext_id, c.name, phone
FROM recipient JOIN contact USING (recipient_id) JOIN customer c USING (customer_id)
WHERE address_key = %(key)s ORDER BY ext_id LIMIT %(most)s""",
        key=address_key,
        most=most,
    )


def by_domain(tx: Tx, pattern: str, *, most: int) -> list[FoundCustomer]:
    """`pattern` is of `LIKE`, over normalised addresses."""
    return many(
        tx,
        FoundCustomer,
        """
SELECT DISTINCT customer_id, ext_id, c.name, phone
FROM recipient JOIN contact USING (recipient_id) JOIN customer c USING (customer_id)
WHERE address_key LIKE %(pattern)s ORDER BY ext_id LIMIT %(most)s""",
        pattern=pattern,
        most=most,
    )


def by_words(tx: Tx, patterns: Sequence[str], *, most: int) -> list[FoundCustomer]:
    """Every word stands in the customer's name, or every word in that of one of their contacts."""
    return many(
        tx,
        FoundCustomer,
        """
SELECT customer_id, ext_id, name, phone FROM customer
WHERE name ILIKE ALL(%(patterns)s)
  OR customer_id IN (SELECT customer_id FROM contact WHERE name ILIKE ALL(%(patterns)s))
ORDER BY length(name), name, ext_id LIMIT %(most)s""",
        patterns=list(patterns),
        most=most,
    )


def contacts(tx: Tx, customer_id: int) -> list[ContactRow]:
    return many(
        tx,
        ContactRow,
        """
SELECT c.name, c.role, r.address, c.locale,
       array(SELECT reason FROM suppression s WHERE s.recipient_id = c.recipient_id ORDER BY 1) AS suppressions
FROM contact c LEFT JOIN recipient r USING (recipient_id)
WHERE customer_id = %(id)s ORDER BY role <> 'owner', role, contact_id""",
        id=customer_id,
    )


def services(tx: Tx, customer_id: int) -> list[HeldService]:
    """What they hold, each once."""
    return many(
        tx,
        HeldService,
        """
SELECT s.name, count(*) AS places, count(e.suspended_at) AS cut_off, min(e.suspended_at) AS cut_off_since
FROM entitlement e JOIN service s USING (service_id)
WHERE e.customer_id = %(id)s AND (e.of_view OR e.vanished_at IS NULL)
GROUP BY s.service_id, s.name ORDER BY s.name""",
        id=customer_id,
    )


def disruptions_of(tx: Tx, customer_id: int, *, most: int) -> list[str]:
    """References: those that have them on a list, and open ones about a service that they hold; open ones first,
    then the newest.
    """
    return values(
        tx,
        """
SELECT d.reference FROM disruption d
WHERE EXISTS (
    SELECT FROM line l JOIN notice n USING (notice_id)
    WHERE l.customer_id = %(id)s AND n.disruption_id = d.disruption_id AND n.state <> 'void')
  OR d.ended_at IS NULL AND EXISTS (
    SELECT FROM entitlement e JOIN service s USING (service_id)
    WHERE e.customer_id = %(id)s AND s.slug = ANY((
      SELECT r.services FROM scope_revision r WHERE r.disruption_id = d.disruption_id AND NOT proposed
      ORDER BY rev DESC LIMIT 1)::text[]))
ORDER BY d.ended_at IS NOT NULL, d.disruption_id DESC LIMIT %(most)s""",
        id=customer_id,
        most=most,
    )
