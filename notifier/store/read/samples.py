"""A few real people of an audience, for somebody who wants to read what they would read."""

from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from psycopg import sql

from notifier.model.people import Person, ToldServices
from notifier.model.vocabulary import Standing
from notifier.store import Tx, many, run, value
from notifier.store.audience.contacts import usable
from notifier.store.audience.recipients import told_by_scope
from notifier.store.audience.verdicts import Rule, hits, rule_params

CANDIDATES = 50
"""Looked at for a sample: enough to find a long name, few enough to answer at once."""


@dataclass(frozen=True, slots=True)
class _SampleRow:
    customer: str
    told_as: Standing
    services: list[str]
    name: str | None
    tz: str | None
    locale: str | None


def candidate(tx: Tx, rule: Rule, rank: int) -> int | None:
    """The longest name among the first people of a verdict; None: there is nobody."""
    run(tx, "SET LOCAL enable_nestloop = on")  # few are looked up, also where many were counted before
    statement = sql.SQL("""
SELECT k.recipient_id FROM ({usable} AND k.customer_id = ANY(array(
    SELECT customer_id FROM ({hit}) hit WHERE rank = %(rank)s LIMIT %(candidates)s))) k
ORDER BY length(k.name) DESC NULLS LAST, k.recipient_id LIMIT 1""").format(
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
    rows = many(tx, _SampleRow, statement, **rule_params(rule) | within)
    found = Person(
        name=next((row.name for row in rows if row.name), None),
        tz=next((row.tz for row in rows if row.tz), None),
        held=tuple(ToldServices(row.customer, row.told_as, tuple(row.services)) for row in rows),
    )
    return found, next((row.locale for row in rows if row.locale), None)


class Way(StrEnum):
    """In which way a mail may look bad."""

    LONGEST_NAME = "longest_name"
    RIGHT_TO_LEFT = "right_to_left"
    LEAST_KNOWN = "least_known"
    """No name, no time zone: whoever is asked for the least."""
    LONGEST_LIST = "longest_list"


@dataclass(frozen=True, slots=True)
class Bad:
    way: Way
    recipient_id: int
    content_id: int
    vars: dict[str, Any]


def worst(tx: Tx, notice_id: int) -> list[Bad]:
    """At most one mail for each way, of those that a notice really made."""
    return many(
        tx,
        Bad,
        """
WITH letter AS MATERIALIZED (
  SELECT d.recipient_id, k.content_id, d.vars,
         greatest(length(d.vars ->> 'n'), (SELECT max(length(o ->> 0)) FROM jsonb_array_elements(d.vars -> 'o') o))
           AS longest,
         d.vars::text ~ '[\u0590-\u08ff\ufb1d-\ufdff\ufe70-\ufeff]' AS right_to_left,
         num_nonnulls(d.vars ->> 'n', d.vars ->> 'z') AS known,
         (SELECT sum(jsonb_array_length(o -> 2)) FROM jsonb_array_elements(d.vars -> 'o') o) AS services
  FROM delivery d JOIN chunk k ON k.chunk_id = d.root_chunk_id WHERE d.notice_id = %(id)s)
SELECT * FROM (
  (SELECT 'longest_name' AS way, recipient_id, content_id, vars FROM letter ORDER BY longest DESC NULLS LAST,
     recipient_id LIMIT 1)
  UNION ALL (SELECT 'right_to_left', recipient_id, content_id, vars FROM letter WHERE right_to_left
     ORDER BY longest DESC, recipient_id LIMIT 1)
  UNION ALL (SELECT 'least_known', recipient_id, content_id, vars FROM letter WHERE known < 2
     ORDER BY known, recipient_id LIMIT 1)
  UNION ALL (SELECT 'longest_list', recipient_id, content_id, vars FROM letter WHERE services > 1
     ORDER BY services DESC, recipient_id LIMIT 1)) worst""",
        id=notice_id,
    )
