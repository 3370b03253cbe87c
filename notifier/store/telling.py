"""Whom a notice tells: by the scope, or by what they were told before. Statements that freezing builds on.

Each yields lines (recipient_id, customer_id, service_id, slug, contact_id, verdict, told_as, manner, vals), with
the organisation's name (customer) and its contact's voice (locale, tz, name), of the people with
`after < recipient_id <= upto`.
"""

from dataclasses import dataclass

from psycopg import sql

from notifier.store import Tx, correcting, many, one
from notifier.store.audience import (
    Rule,
    deciding_values,
    hits,
    plan_for_many,
    rule_params,
)
from notifier.store.voices import SUPPRESSED, usable

LAST = 2**63 - 1
"""Beyond every recipient_id."""

VARIANT = """CASE WHEN max(manner) <> '' THEN max(manner)
     WHEN bool_or(told_as IN ('released', 'restored'))
          AND bool_or(told_as IN ('affected', 'possibly')) THEN 'still_' ELSE '' END ||
CASE WHEN NOT bool_or(told_as = 'possibly') THEN 'affected'
     WHEN bool_or(told_as = 'affected') THEN 'both' ELSE 'possibly' END"""
"""Which words somebody reads, over all their lines; `model/people.py` has the same."""

TOLD_BY_SCOPE = """
SELECT k.recipient_id, hit.customer_id, hit.service_id, hit.slug, min(k.contact_id) AS contact_id,
       CASE max(rank) WHEN 2 THEN 'affected' ELSE 'possibly' END AS verdict,
       CASE WHEN max(rank) = 2 OR %(possibly)s = 'include' THEN 'affected' ELSE 'possibly' END AS told_as,
       '' AS manner, {vals} AS vals, min(hit.customer) AS customer,
       min(k.locale) AS locale, min(k.tz) AS tz, min(k.name) AS name
FROM ({usable} AND k.recipient_id > %(after)s AND k.recipient_id <= %(upto)s) k
JOIN ({hit}) hit USING (customer_id)
GROUP BY 1, 2, 3, 4 HAVING max(rank) >= %(told_rank)s"""

TOLD_BY_STANDING = """
SELECT recipient_id, customer_id, service_id, slug, contact_id, verdict,
       coalesce(%(told_as)s, told_as) AS told_as, '' AS manner, vals, customer, locale, tz, name
FROM (SELECT DISTINCT ON (l.recipient_id, l.customer_id, l.service_id) l.*, s.slug,
             c.name AS customer, v.locale, v.tz, v.name
      FROM line l JOIN customer c ON c.customer_id = l.customer_id
      LEFT JOIN contact v ON v.contact_id = l.contact_id
      JOIN notice n ON n.notice_id = l.notice_id JOIN service s ON s.service_id = l.service_id
      JOIN delivery d ON d.notice_id = l.notice_id AND d.recipient_id = l.recipient_id
      JOIN chunk k ON k.root_id = d.root_chunk_id AND k.state <> 'split' AND d.pos >= k.lo AND d.pos < k.hi
      LEFT JOIN fate f ON f.notice_id = d.notice_id AND f.recipient_id = d.recipient_id
      WHERE n.disruption_id = %(disruption_id)s AND l.recipient_id > %(after)s AND l.recipient_id <= %(upto)s
        AND k.state IN ('accepted', 'claimed', 'unknown')
        AND coalesce(f.fate, '') NOT IN ('rejected', 'suppressed', 'dropped', 'bounced')
        AND (%(only)s::bigint IS NULL OR l.customer_id = %(only)s)
        AND (%(told_as)s = 'released' OR l.customer_id <> ALL(%(released)s::bigint[]))
      ORDER BY l.recipient_id, l.customer_id, l.service_id, n.seq DESC) standing
WHERE told_as IN ('affected', 'possibly') AND slug = ANY(%(services)s)"""

LEFT_OUT = """
SELECT recipient_id, customer_id, service_id, slug, contact_id, verdict, told_as, 'late_' AS manner, vals,
       customer, locale, tz, name
FROM ({by_scope}) scope
WHERE NOT EXISTS (
  SELECT FROM delivery d JOIN notice n ON n.notice_id = d.notice_id
  LEFT JOIN chunk k ON k.root_id = d.root_chunk_id AND k.state <> 'split' AND d.pos >= k.lo AND d.pos < k.hi
  WHERE n.disruption_id = %(disruption_id)s AND n.notice_id <> %(notice_id)s
    AND d.recipient_id = scope.recipient_id AND n.state NOT IN ('draft', 'void')
    AND CASE WHEN d.exclusion IS NOT NULL THEN true
             WHEN k.state IS NULL THEN n.state <> 'cancelled' AND NOT %(replaces)s
             WHEN k.state = 'due' THEN NOT %(replaces)s
             ELSE k.state <> 'cancelled' END)"""
"""Whom the scope puts in and no notice of the disruption has reached or may still reach: latecomers, and those
whom a cancelled notice left out. They get one mail that tells all of it, never two."""


@dataclass(frozen=True, slots=True)
class Later:
    """To whom a notice goes that follows others of its disruption."""

    notice_id: int
    disruption_id: int
    rule: Rule
    told_as: str | None
    """What they are told now; None keeps what they were told before."""
    merges: bool
    """Also to those whom no notice has reached."""
    replaces: bool
    """What is left of earlier notices is cancelled when this one is approved."""
    only: int | None = None
    """The one customer whose people it goes to; None: to all of them."""
    about: int | None = None
    """The notice that this one corrects or withdraws."""
    about_locales: list[str] | None = None
    withdraws: bool = False
    was_first: bool = False
    """What is withdrawn is the first that anybody heard."""


@dataclass(frozen=True, slots=True)
class StandingCount:
    people: int
    customers: int


def count_later(tx: Tx, later: Later) -> StandingCount:
    """The audience of a later notice, people with a usable address."""
    plan_for_many(tx)
    statement = sql.SQL("""
SELECT count(DISTINCT recipient_id) AS people, count(DISTINCT customer_id) AS customers FROM ({told}) told
WHERE NOT EXISTS ({suppressed})""").format(
        told=told_later(later), suppressed=sql.SQL(SUPPRESSED).format(person=sql.SQL("told.recipient_id"))
    )
    found = one(tx, StandingCount, statement, after=0, upto=LAST, **later_params(later))
    assert found is not None
    return found


@dataclass(frozen=True, slots=True)
class Needed:
    """A text that somebody would read, by the locale they asked for."""

    asked: str | None
    variant: str


def needed(tx: Tx, later: Later) -> list[Needed]:
    """Every text that the people of a later notice would read now."""
    plan_for_many(tx)
    statement = sql.SQL("""
SELECT DISTINCT locale AS asked, variant FROM (
  SELECT (array_agg(locale ORDER BY customer_id) FILTER (WHERE locale IS NOT NULL))[1] AS locale,
         {variant} AS variant FROM ({told}) told GROUP BY recipient_id) person
ORDER BY 1, 2""").format(variant=sql.SQL(VARIANT), told=told_later(later))
    return many(tx, Needed, statement, after=0, upto=LAST, **later_params(later))


def told_by_scope(rule: Rule) -> sql.Composed:
    """Lines of everybody whom the scope puts in; expects `after` and `upto` beside `rule_params`."""
    return sql.SQL(TOLD_BY_SCOPE).format(
        usable=usable(rule.roles), hit=hits(rule), vals=deciding_values(rule)
    )


def told_later(later: Later) -> sql.Composed:
    if later.withdraws:
        return correcting.withdrawn()
    corrects = later.about is not None
    standing = correcting.corrected() if corrects else sql.Composed([sql.SQL(TOLD_BY_STANDING)])
    if not later.merges:
        return standing
    left_out = sql.SQL(LEFT_OUT).format(by_scope=told_by_scope(later.rule))
    return sql.SQL("({}) UNION ALL {}").format(standing, left_out)


def later_params(later: Later) -> dict[str, object]:
    return rule_params(later.rule) | {
        "notice_id": later.notice_id,
        "disruption_id": later.disruption_id,
        "told_as": later.told_as,
        "replaces": later.replaces,
        "only": later.only,
        "about": later.about,
        "about_locales": later.about_locales,
        "was_first": later.was_first,
    }
