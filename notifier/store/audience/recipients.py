"""Whom a notice tells: by the scope, or by what they were told before. Statements that freezing builds on.

Each yields lines (recipient_id, customer_id, service_id, slug, contact_id, verdict, told_as, manner, vals), with
the organisation's name (customer) and its contact's voice (locale, tz, name), of the people with
`after < recipient_id <= upto`.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from psycopg import sql

from notifier.model.kinds import MERGING
from notifier.model.vocabulary import NoticeKind, Standing
from notifier.store import Tx, many, one
from notifier.store.audience import corrections
from notifier.store.audience.contacts import SUPPRESSED, usable
from notifier.store.audience.corrections import cut_off, works
from notifier.store.audience.owed import LAST, Asked, owed, owed_params
from notifier.store.audience.verdicts import LocaleCount, Rule, deciding_values, hits, plan_for_many
from notifier.store.audience.whom import Whom

VARIANT = """CASE WHEN max(manner) <> '' THEN max(manner)
     WHEN bool_or(told_as IN ('released', 'restored'))
          AND bool_or(told_as IN ('affected', 'possibly')) THEN 'still_' ELSE '' END ||
CASE WHEN NOT bool_or(told_as = 'possibly') THEN 'affected'
     WHEN bool_or(told_as = 'affected') THEN 'both' ELSE 'possibly' END"""
"""Which words somebody reads, over all their lines; `model/people.py` has the same."""

TOLD_BY_SCOPE = """
WITH theirs AS MATERIALIZED (
  SELECT array_agg(DISTINCT customer_id) AS ids FROM contact
  WHERE recipient_id > %(after)s AND recipient_id <= %(upto)s)
SELECT k.recipient_id, hit.customer_id, hit.service_id, hit.slug, min(k.contact_id) AS contact_id,
       CASE max(rank) WHEN 2 THEN 'affected' ELSE 'possibly' END AS verdict,
       CASE WHEN max(rank) = 2 OR %(possibly)s = 'include' THEN 'affected' ELSE 'possibly' END AS told_as,
       '' AS manner, {vals} AS vals, min(hit.customer) AS customer,
       min(k.locale) AS locale, min(k.tz) AS tz, min(k.name) AS name
FROM ({usable} AND k.recipient_id > %(after)s AND k.recipient_id <= %(upto)s) k
JOIN ({hit} AND e.customer_id = ANY ((SELECT ids FROM theirs)::bigint[])
            AND c.customer_id = ANY ((SELECT ids FROM theirs)::bigint[])) hit USING (customer_id)
GROUP BY 1, 2, 3, 4 HAVING max(rank) >= %(told_rank)s"""
"""A range looks its customers up by their ids, so that a million are not read again for each range."""

LINES = """
SELECT recipient_id, customer_id, service_id, slug, contact_id,
       CASE rank WHEN 2 THEN 'affected' WHEN 1 THEN 'possibly' ELSE 'not' END AS verdict,
       {told_as} AS told_as, {manner} AS manner, vals, customer, locale, tz, name
FROM (SELECT *, bool_or({ends}) OVER (PARTITION BY recipient_id) AS ends,
             bool_or(told <> 'none') OVER (PARTITION BY recipient_id) AS knows,
             bool_or(kind = 'catch_up') OVER (PARTITION BY recipient_id) AS sure FROM owed) owed
WHERE {wanted}
WINDOW theirs AS (PARTITION BY recipient_id)"""

BEGINS = "kind IN ('first', 'catch_up')"
STILL_OUT = "heard IN ('affected', 'possibly')"

MERGED = "coalesce(%(merges)s AND " + BEGINS + ", false)"

FIRST_ONLY = "kind = 'first' AND NOT sure"
"""Who is owed a catch-up as well hears all of it there."""
CATCHING_UP = (
    BEGINS
    + """ AND (sure OR NOT stopped AND NOT EXISTS (SELECT FROM notice mine JOIN notice n USING (timeline_id)
    WHERE mine.notice_id = %(notice_id)s AND n.kind = 'first' AND n.state <> 'void'))"""
)
"""Beside a first notice of the same entry only those who knew something already; alone, everybody late. Whom a
person has stopped is not late: the next notice that a person writes tells them."""
ENDS = "kind = {end} AND (%(only)s::bigint IS NULL OR customer_id = %(only)s)"
ENDING_LINES = (
    "ends AND (({ends}) OR (unsure AND heard = %(ends)s) OR ("
    + STILL_OUT
    + " AND coalesce(kind, '') NOT IN ('released', 'restored')))"
)
"""Whoever hears that something ends hears in the same mail what does not, and what may have ended unheard."""
REST = "bool_or(coalesce(kind, '') <> {end} AND heard IN ('affected', 'possibly')) OVER theirs"
HEDGED = "(heard = 'possibly' OR heard <> 'affected' AND coalesce('possibly' = ANY(perhaps), false))"
SURE = "(heard = 'affected' OR coalesce('affected' = ANY(perhaps), false))"
HEARD = f"""CASE WHEN {{rest}} THEN ''
     WHEN NOT coalesce(bool_or({HEDGED}) FILTER (WHERE kind = {{end}}) OVER theirs, false) THEN ''
     WHEN bool_or({SURE}) FILTER (WHERE kind = {{end}}) OVER theirs THEN 'was_both_' ELSE 'was_possibly_' END"""
"""How sure those had been told of it for whom all of it ends. Without a hedge: as everybody."""

WORKING = """CASE WHEN {rest} THEN ''
     WHEN bool_or({cut}) OVER theirs THEN 'cut_'
     WHEN bool_and({works}) OVER theirs THEN 'works_' ELSE '' END"""
"""Whether it works for those to whom nothing applies any more, where the data says so."""

NEWS = (
    "(%(merges)s AND "
    + BEGINS
    + ") OR ("
    + STILL_OUT
    + """ AND slug = ANY(%(services)s)
    AND (%(only)s::bigint IS NULL OR customer_id = %(only)s) AND customer_id <> ALL(%(released)s::bigint[]))"""
)
"""Whoever knows that something is out, and in one mail that tells all of it, whoever should."""


LATE = BEGINS + " AND NOT knows"
"""Beside a correction: whom nothing has reached so far."""


@dataclass(frozen=True, slots=True)
class Later:
    """To whom a notice goes that follows others of its disruption."""

    asked: Asked
    kind: NoticeKind
    merges: bool = False
    """Also to those who do not know yet."""
    only: int | None = None
    """The one customer whose people it goes to; None: to all of them."""
    about: int | None = None
    """The notice that this one corrects or withdraws."""
    about_locales: list[str] | None = None
    was_first: bool = False
    """What is withdrawn is the first that anybody heard."""


@dataclass(frozen=True, slots=True)
class StandingCount:
    people: int
    customers: int


def count_later(tx: Tx, later: Later) -> StandingCount:
    """The audience of a later notice, people with a usable address."""
    statement = sql.SQL("""
SELECT count(DISTINCT recipient_id) AS people, count(DISTINCT customer_id) AS customers FROM ({told}) told
WHERE NOT EXISTS ({suppressed})""").format(
        told=told_later(tx, later), suppressed=sql.SQL(SUPPRESSED).format(person=sql.SQL("told.recipient_id"))
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
    statement = sql.SQL("""
SELECT DISTINCT locale AS asked, variant FROM (
  SELECT (array_agg(locale ORDER BY customer_id) FILTER (WHERE locale IS NOT NULL))[1] AS locale,
         {variant} AS variant FROM ({told}) told GROUP BY recipient_id) person
ORDER BY 1, 2""").format(variant=sql.SQL(VARIANT), told=told_later(tx, later))
    return many(tx, Needed, statement, after=0, upto=LAST, **later_params(later))


def readers(tx: Tx, later: Later) -> list[LocaleCount]:
    """The people of a later notice by the locale they asked for."""
    statement = sql.SQL("""
SELECT locale, count(*) AS people FROM (
  SELECT (array_agg(locale ORDER BY customer_id) FILTER (WHERE locale IS NOT NULL))[1] AS locale
  FROM ({told}) told WHERE NOT EXISTS ({suppressed}) GROUP BY recipient_id) person
GROUP BY 1 ORDER BY 1""").format(
        told=told_later(tx, later), suppressed=sql.SQL(SUPPRESSED).format(person=sql.SQL("told.recipient_id"))
    )
    return many(tx, LocaleCount, statement, after=0, upto=LAST, **later_params(later))


def told_by_scope(rule: Rule) -> sql.Composed:
    """Lines of everybody whom the scope puts in; expects `after` and `upto` beside `rule_params`."""
    return sql.SQL(TOLD_BY_SCOPE).format(
        usable=usable(rule.roles), hit=hits(rule), vals=deciding_values(rule)
    )


def told_later(tx: Tx, later: Later, whom: Whom = Whom.ALL) -> sql.Composed:
    """Lines of everybody whom a later notice goes to; expects what `whom` does beside `later_params`.

    Corrections and retractions know `Whom.ALL` only.
    """
    if whom is not Whom.NAMED:
        plan_for_many(tx)
    match later.kind:
        case NoticeKind.RETRACTION:
            return corrections.withdrawn()
        case NoticeKind.CORRECTION:
            late = owed(tx, later.asked) + _lines(sql.SQL("present"), sql.SQL("'late_'"), sql.SQL(LATE))
            return sql.SQL("({}) UNION ALL ({})").format(corrections.corrected(), late)
        case _:
            return owed(tx, later.asked, whom) + _theirs(later.kind)


def told_late(tx: Tx, asked: Asked, kinds: Sequence[NoticeKind], whom: Whom) -> sql.Composed:
    """Lines of everybody to whom one of these notices goes, with the kind as `owes`: all of them by one look.

    Expects what `told_later` does. `asked` by the rule that says of most what is not back.
    """
    each = [
        sql.SQL("SELECT {}::text AS owes, recipient_id, customer_id, service_id FROM ({}) told").format(
            sql.Literal(kind.value), _theirs(kind, sql.Literal(_ending(kind)))
        )
        for kind in kinds
    ]
    return owed(tx, asked, whom) + sql.SQL(" UNION ALL ").join(each)


def _theirs(kind: NoticeKind, end: sql.Composable | None = None) -> sql.Composed:
    """Over the CTE `owed`: the lines of those whom this kind of notice tells."""
    match kind:
        case NoticeKind.FIRST:
            return _lines(sql.SQL("present"), sql.SQL("''"), sql.SQL(FIRST_ONLY))
        case NoticeKind.CATCH_UP:
            return _lines(sql.SQL("present"), sql.SQL("''"), sql.SQL(CATCHING_UP))
        case NoticeKind.RELEASED | NoticeKind.PARTIAL | NoticeKind.RESTORED:
            end = end or sql.Placeholder("ends")
            ends = sql.SQL(ENDS).format(end=end)
            told_as = sql.SQL("CASE WHEN kind = {end} THEN {end} ELSE heard END").format(end=end)
            heard = sql.SQL(WORKING if kind is NoticeKind.RELEASED else HEARD).format(
                end=end,
                rest=sql.SQL(REST).format(end=end),
                works=works("owed"),
                cut=cut_off("owed"),
            )
            return _lines(told_as, heard, sql.SQL(ENDING_LINES).format(ends=ends), ends)
        case _:
            told_as = sql.SQL(f"CASE WHEN {MERGED} THEN present ELSE heard END")
            return _lines(told_as, sql.SQL(f"CASE WHEN {MERGED} THEN 'late_' ELSE '' END"), sql.SQL(NEWS))


def _lines(
    told_as: sql.Composable,
    manner: sql.Composable,
    wanted: sql.Composable,
    ends: sql.Composable | None = None,
) -> sql.Composed:
    return sql.SQL(LINES).format(told_as=told_as, manner=manner, ends=ends or sql.SQL("false"), wanted=wanted)


def _ending(kind: NoticeKind) -> str:
    """What people are told as who hear of this end."""
    return str(Standing.RELEASED if kind is NoticeKind.RELEASED else Standing.RESTORED)


def later_params(later: Later) -> dict[str, object]:
    return owed_params(later.asked) | {
        "ends": _ending(later.kind),
        "merges": later.merges,
        "merging": list(MERGING),
        "only": later.only,
        "about": later.about,
        "about_locales": later.about_locales,
        "was_first": later.was_first,
    }
