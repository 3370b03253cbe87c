"""One person's letter of a notice: as its list has it, or as it would be frozen now."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from psycopg import sql

from notifier.store import Tx, many, one, values
from notifier.store.audience.contacts import SUPPRESSED
from notifier.store.audience.freezing import VARS, persons
from notifier.store.audience.recipients import Later, later_params, told_by_scope, told_later
from notifier.store.audience.since import since
from notifier.store.audience.verdicts import Rule, rule_params


@dataclass(frozen=True, slots=True)
class Listed:
    """A letter of a frozen list."""

    recipient_id: int
    content_id: int | None
    """None: nobody is written to, or in words that nobody approved."""
    vars: dict[str, Any] | None
    excluded: bool
    accepted: bool
    """The provider took it."""
    left_at: datetime | None


@dataclass(frozen=True, slots=True)
class NextLetter:
    """A letter that the next freezing would put on the list."""

    variant: str
    locale: str | None
    """As the person asked."""
    vars: dict[str, Any]
    excluded: bool


def listed(tx: Tx, notice_id: int, people: Sequence[int]) -> list[Listed]:
    return many(
        tx,
        Listed,
        """
SELECT d.recipient_id, coalesce(d.content_id, d.held_content_id) AS content_id, d.vars,
       d.exclusion IS NOT NULL AS excluded, coalesce(d.chunk_state = 'accepted', false) AS accepted,
       a.ended_at AS left_at
FROM delivery_standing d
LEFT JOIN attempt a ON a.attempt_id = d.attempt_id AND a.outcome = 'accepted'
WHERE d.notice_id = %(id)s AND d.recipient_id = ANY(%(people)s)
ORDER BY d.recipient_id""",
        id=notice_id,
        people=list(people),
    )


def owed(tx: Tx, rule: Rule, later: Later | None, recipient_id: int) -> NextLetter | None:
    """By the statements that freeze; None: this person is not in the notice."""
    told = told_by_scope(rule) if later is None else told_later(tx, later)
    params = rule_params(rule) if later is None else later_params(later)
    quotes = later is not None and later.about is not None
    statement = sql.SQL(
        """
{persons}
SELECT variant, locale, {vars} AS vars, EXISTS ({suppressed}) AS excluded
FROM person p LEFT JOIN since b USING (recipient_id)"""
    ).format(
        persons=persons(told, since(tx, later.asked if later else None, quotes=quotes)),
        vars=sql.SQL(VARS),
        suppressed=sql.SQL(SUPPRESSED).format(person=sql.SQL("p.recipient_id")),
    )
    return one(tx, NextLetter, statement, **params | {"after": recipient_id - 1, "upto": recipient_id})


def people_of(tx: Tx, notice_id: int, customer_id: int) -> list[int]:
    """Who of a customer's people the list of a notice has, as far as it is frozen."""
    return values(
        tx,
        """
SELECT DISTINCT recipient_id FROM line
WHERE notice_id = %(id)s AND customer_id = %(customer)s AND recipient_id IS NOT NULL AND told_as <> 'none'
ORDER BY 1""",
        id=notice_id,
        customer=customer_id,
    )


def contacts_of(tx: Tx, customer_id: int) -> list[int]:
    return values(
        tx,
        """
SELECT DISTINCT recipient_id FROM contact
WHERE customer_id = %(customer)s AND recipient_id IS NOT NULL
ORDER BY 1""",
        customer=customer_id,
    )
