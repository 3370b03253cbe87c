"""Which values the customers have: to look at before a scope is written, and to notice a slip in one."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import LiteralString

from psycopg import sql

from notifier.model.scope import BUILT_IN, CUSTOMER, REGION, SERVICE, Column
from notifier.model.vocabulary import AttributeType
from notifier.store import Tx, one, values
from notifier.store.audience.predicate import value_of

LOOKED_AT_FIRST = 10_000
"""Rows in which a value that is in use is nearly always found: then a million others are not read."""


@dataclass(frozen=True, slots=True)
class ValueCount:
    value: str
    customers: int


@dataclass(frozen=True, slots=True)
class Counted:
    """One column over the customers that hold a service. Who has two values counts under both."""

    top: list[ValueCount]
    """The most frequent first."""
    distinct: int
    known: int
    """Customers with a value."""
    unknown: int
    """Customers without one, for at least one of their services."""
    least: str | None
    most: str | None
    """The ends of what is ordered: numbers, dates, moments."""


@dataclass(frozen=True, slots=True)
class _ValueRow:
    top: list[tuple[str, int]]
    distinct: int
    known: int
    unknown: int
    least: str | None
    most: str | None


HAD = """
SELECT DISTINCT e.customer_id, {value} AS value
FROM entitlement e JOIN customer c USING (customer_id) JOIN service s USING (service_id)
WHERE %(services)s::text[] IS NULL OR s.slug = ANY(%(services)s::text[])"""
HAD_BY_CUSTOMERS = """
SELECT c.customer_id, {value} AS value
FROM customer c CROSS JOIN (SELECT '{{}}'::jsonb AS attrs OFFSET 0) e
WHERE EXISTS (SELECT FROM entitlement h JOIN service s USING (service_id) WHERE h.customer_id = c.customer_id
  AND (%(services)s::text[] IS NULL OR s.slug = ANY(%(services)s::text[])))"""
"""The same where no entitlement has a value of its own, in about half the time (300,000 customers, measured)."""

COUNT = """
WITH had AS MATERIALIZED ({had}),
counted AS MATERIALIZED (SELECT value, count(*) AS customers FROM had GROUP BY 1)
SELECT coalesce((SELECT jsonb_agg(jsonb_build_array(value::text, customers) ORDER BY customers DESC, value)
         FROM (SELECT * FROM counted WHERE value IS NOT NULL ORDER BY customers DESC, value
               LIMIT %(most)s) top), '[]') AS top,
       count(value) AS distinct,
       {known} AS known,
       coalesce(sum(customers) FILTER (WHERE value IS NULL), 0)::bigint AS unknown,
       {least} AS least, {most} AS most
FROM counted"""

KNOWN: LiteralString = "(SELECT count(DISTINCT customer_id) FROM had WHERE value IS NOT NULL)"
KNOWN_BY_CUSTOMERS: LiteralString = "coalesce(sum(customers) FILTER (WHERE value IS NOT NULL), 0)::bigint"

ORDERED = frozenset({AttributeType.NUMBER, AttributeType.DATE, AttributeType.TIMESTAMP})


def any_of_entitlements(tx: Tx, column: Column) -> bool:
    """Some entitlement has a value of its own, which then counts instead of its customer's."""
    return bool(values(tx, "SELECT 1 FROM entitlement WHERE attrs ? %(name)s LIMIT 1", name=column.name))


def count(tx: Tx, column: Column, services: list[str] | None, most: int) -> Counted:
    """The values of one column, of those who hold one of the services; None: of any."""
    plain = column not in BUILT_IN and not any_of_entitlements(tx, column)
    found_value = value_of(column)
    had = sql.SQL(HAD_BY_CUSTOMERS if plain else HAD).format(value=found_value.sql)
    known = sql.SQL(KNOWN_BY_CUSTOMERS if plain else KNOWN)
    ends = ("min(value)::text", "max(value)::text") if column.type in ORDERED else ("NULL::text",) * 2
    least, greatest = map(sql.SQL, ends)
    statement = sql.SQL(COUNT).format(had=had, known=known, least=least, most=greatest)
    found = one(tx, _ValueRow, statement, services=services, most=most, **found_value.params)
    assert found is not None
    top = [ValueCount(value, customers) for value, customers in found.top]
    return Counted(top, found.distinct, found.known, found.unknown, found.least, found.most)


ATTRIBUTE: LiteralString = """
SELECT DISTINCT asked FROM unnest(%(asked)s::text[]) asked WHERE to_jsonb(asked) IN (
  SELECT attrs -> %(name)s::text FROM (SELECT attrs FROM customer LIMIT %(first)s) c
  UNION ALL
  SELECT attrs -> %(name)s::text FROM (SELECT attrs FROM entitlement LIMIT %(first)s) e
  WHERE attrs ? %(name)s::text)"""
OF_BUILT_IN: dict[str, LiteralString] = {
    REGION.name: (
        """
SELECT DISTINCT asked FROM unnest(%(asked)s::text[]) asked
WHERE asked IN (SELECT region FROM (SELECT region FROM entitlement LIMIT %(first)s) e)"""
    ),
    CUSTOMER.name: "SELECT ext_id FROM customer WHERE ext_id = ANY(%(asked)s)",
    SERVICE.name: "SELECT slug FROM service WHERE slug = ANY(%(asked)s)",
}


def unseen(tx: Tx, column: Column, asked: Sequence[str]) -> set[str]:
    """Those of the texts that nobody has."""
    left = set(asked)
    for first in (LOOKED_AT_FIRST, None):
        if left:
            left -= known_among(tx, column, sorted(left), first=first)
    return left


def known_among(tx: Tx, column: Column, asked: Sequence[str], *, first: int | None) -> set[str]:
    """Those of the texts that somebody has; `first`: among so many rows only, None: among all."""
    statement = OF_BUILT_IN.get(column.name, ATTRIBUTE)
    return set(values(tx, statement, asked=list(asked), name=column.name, first=first))


def commonest(tx: Tx, column: Column, most: int) -> list[str]:
    """Texts that a column has, the most frequent first. Of customers' ids none: each is had once."""
    if column == CUSTOMER:
        return []
    if column == SERVICE:
        return values(tx, "SELECT slug FROM service")
    return [each.value for each in count(tx, column, None, most).top]


def holders(tx: Tx, services: list[str] | None) -> int:
    """Customers that hold one of the services; None: any."""
    (found,) = values(
        tx,
        """
SELECT count(DISTINCT customer_id) FROM entitlement JOIN service USING (service_id)
WHERE %(services)s::text[] IS NULL OR slug = ANY(%(services)s::text[])""",
        services=services,
    )
    return found
