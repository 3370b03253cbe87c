"""A few real people of an audience, for somebody who wants to read what they would read."""

from dataclasses import dataclass

from psycopg import sql

from notifier.model.people import Held, Person
from notifier.model.words import Standing
from notifier.store import Tx, many, value
from notifier.store.audience import Rule, hits, rule_params
from notifier.store.telling import told_by_scope
from notifier.store.voices import usable

CANDIDATES = 50
"""Looked at for a sample: enough to find a long name, few enough to answer at once."""


@dataclass(frozen=True, slots=True)
class _Row:
    customer: str
    told_as: Standing
    services: list[str]
    name: str | None
    tz: str | None
    locale: str | None


def candidate(tx: Tx, rule: Rule, rank: int) -> int | None:
    """The longest name among the first people of a verdict; None: there is nobody."""
    statement = sql.SQL("""
SELECT k.recipient_id FROM (SELECT DISTINCT customer_id FROM (
    SELECT customer_id FROM ({hit}) hit WHERE rank = %(rank)s LIMIT %(candidates)s) early) few
JOIN ({usable}) k USING (customer_id) ORDER BY length(k.name) DESC NULLS LAST, k.recipient_id LIMIT 1""").format(
        hit=hits(rule), usable=usable(rule.roles)
    )
    return value(tx, statement, **rule_params(rule) | {"rank": rank, "candidates": CANDIDATES})


def person(tx: Tx, rule: Rule, recipient_id: int) -> tuple[Person, str | None]:
    """Everything that this person would be told, and the locale they asked for."""
    statement = sql.SQL("""
SELECT c.name AS customer, t.told_as, array_agg(t.slug ORDER BY t.slug) AS services,
       min(k.name) AS name, min(k.tz) AS tz, min(k.locale) AS locale
FROM ({told}) t JOIN customer c ON c.customer_id = t.customer_id JOIN contact k ON k.contact_id = t.contact_id
GROUP BY c.customer_id, c.name, t.told_as ORDER BY c.customer_id, t.told_as""").format(
        told=told_by_scope(rule)
    )
    within = {"after": recipient_id - 1, "upto": recipient_id}
    rows = many(tx, _Row, statement, **rule_params(rule) | within)
    found = Person(
        name=next((row.name for row in rows if row.name), None),
        tz=next((row.tz for row in rows if row.tz), None),
        held=tuple(Held(row.customer, row.told_as, tuple(row.services)) for row in rows),
    )
    return found, next((row.locale for row in rows if row.locale), None)
