"""The audience by a count of its own: the verdicts asked once more, in the statement that freezes.

One statement sees one state of the data, so whatever differs between what it has inserted and what the verdicts
say is a fault of ours, never a customer who has just changed. Nothing here is built from what freezes a list: of
a later notice only who is owed it (`recipients.told_later`) is asked for in the same words.
"""

from dataclasses import dataclass

from psycopg import sql
from psycopg.errors import UniqueViolation

from notifier.store import Tx, one
from notifier.store.audience.contacts import SUPPRESSED, USABLE, usable
from notifier.store.audience.owed import LAST, Asked
from notifier.store.audience.recipients import Later, told_later
from notifier.store.audience.verdicts import Rule, hits

OF_SCOPE = """
whose AS MATERIALIZED (
  SELECT array_agg(DISTINCT customer_id) AS ids FROM contact
  WHERE recipient_id > %(after)s AND recipient_id <= %(upto)s),
verdict AS MATERIALIZED (
  SELECT customer_id, service_id, min(slug) AS slug, min(customer) AS customer, max(rank) AS rank
  FROM ({hit} AND e.customer_id = ANY ((SELECT ids FROM whose)::bigint[])
              AND c.customer_id = ANY ((SELECT ids FROM whose)::bigint[])) hit
  GROUP BY 1, 2 HAVING max(rank) >= %(told_rank)s),
own AS MATERIALIZED (
  SELECT k.recipient_id, v.customer_id, v.service_id, v.slug, v.customer,
         CASE WHEN v.rank = 2 THEN 'affected' ELSE 'possibly' END AS verdict,
         CASE WHEN v.rank < 2 AND %(possibly)s <> 'include' THEN 'possibly' ELSE 'affected' END AS told_as
  FROM (SELECT DISTINCT customer_id, recipient_id
        FROM ({usable} AND k.recipient_id > %(after)s AND k.recipient_id <= %(upto)s) k) k
  JOIN verdict v USING (customer_id))"""

OF_STANDING = """
own AS MATERIALIZED (
  SELECT recipient_id, customer_id, service_id, slug, customer, verdict, told_as FROM ({told}) told)"""

MARK = """bit_xor(hashint8extended(recipient_id, hashint8extended(customer_id, 8 * service_id
  + CASE verdict WHEN 'affected' THEN 0 WHEN 'possibly' THEN 1 ELSE 2 END)
  # hashtextextended(told_as, 0))) AS mark, count(*) AS lines"""
"""Of lines, whatever their order: the same lines have the same, and as many others another."""

OF_RANGE = """
{own},
reads AS MATERIALIZED (
  SELECT recipient_id,
         jsonb_agg(jsonb_build_array(customer, told_as, slugs) ORDER BY customer_id, told_as) AS held
  FROM (SELECT recipient_id, customer_id, told_as, min(customer) AS customer,
               jsonb_agg(slug ORDER BY slug) AS slugs FROM own GROUP BY 1, 2, 3) each GROUP BY 1),
may AS MATERIALIZED (SELECT recipient_id, NOT EXISTS ({suppressed}) AS is_written_to FROM reads r),
unlike_line AS (
  SELECT FROM (
    SELECT recipient_id, customer_id, service_id, verdict, told_as, 1 AS n FROM own UNION ALL
    SELECT recipient_id, customer_id, service_id, verdict, told_as, -1 FROM new_line) both_sides
  GROUP BY recipient_id, customer_id, service_id, verdict, told_as HAVING sum(n) <> 0),
unlike_letter AS (
  SELECT FROM (SELECT recipient_id, held, is_written_to FROM reads JOIN may USING (recipient_id)) r
  FULL JOIN new_delivery d USING (recipient_id)
  WHERE r.is_written_to IS DISTINCT FROM (d.exclusion IS NULL) OR r.held IS DISTINCT FROM d.vars -> 'o'),
unlike_seat AS (
  SELECT FROM (SELECT root_chunk_id, min(pos) AS lo, max(pos) AS last, count(*) AS people,
                      count(DISTINCT pos) AS seats
               FROM new_delivery WHERE root_chunk_id IS NOT NULL AND exclusion IS NULL GROUP BY 1) d
  FULL JOIN new_chunk k ON k.chunk_id = d.root_chunk_id
  WHERE (d.lo, d.last + 1, d.people, d.seats) IS DISTINCT FROM (k.lo, k.hi, (k.hi - k.lo)::bigint,
                                                                 (k.hi - k.lo)::bigint)),
above AS (SELECT count(*) AS n FROM new_delivery WHERE root_chunk_id IS NOT NULL)
SELECT (SELECT count(*) FROM may) AS audience,
       (SELECT count(*) FROM may WHERE is_written_to) AS people,
       (SELECT count(*) FROM new_delivery WHERE root_chunk_id IS NULL AND exclusion IS NULL) AS held,
       total.lines, total.mark,
       (SELECT count(*) FROM unlike_line) + (SELECT count(*) FROM unlike_letter)
         + (SELECT count(*) FROM unlike_seat) + greatest(0, above.n - %(room)s::bigint) AS unlike
FROM (SELECT {mark} FROM own) total, above"""
"""After the inserts of a range (`new_line`, `new_delivery`, `new_chunk`, each with what it has really stored):
lines one for one, a letter for each person that names what these lines name, a seat of its own for each letter."""

OF_MUTE = """
own_mute AS (SELECT customer_id FROM ({hit} {silent}) hit GROUP BY 1 HAVING max(rank) >= %(told_rank)s)"""

OF_MUTE_LATER = """
own_mute AS (
  SELECT DISTINCT hit.customer_id
  FROM ({hit} AND NOT EXISTS ({usable} AND k.customer_id = e.customer_id)) hit
  LEFT JOIN (SELECT l.customer_id, l.service_id FROM line l JOIN notice n USING (notice_id)
             WHERE n.disruption_id = %(disruption_id)s AND n.notice_id <> %(notice_id)s
               AND n.state NOT IN ('draft', 'void') AND l.told_as IN ('affected', 'possibly')
             GROUP BY 1, 2) known USING (customer_id, service_id)
  WHERE hit.rank >= %(told_rank)s AND known.customer_id IS NULL)"""

MUTE = """
SELECT (SELECT count(*) FROM own_mute) AS customers,
       (SELECT count(*) FROM (SELECT FROM (
          SELECT customer_id, 1 AS n FROM own_mute UNION ALL SELECT customer_id, -1 FROM new_delivery) both_sides
        GROUP BY customer_id HAVING sum(n) <> 0) x) AS unlike"""

SEALED = """
WITH part AS (
  SELECT after, upto, people, lines, mark, lag(upto, 1, 0::bigint) OVER (ORDER BY after) AS before
  FROM frozen_range WHERE notice_id = %(notice_id)s),
counted AS (
  SELECT bool_and(after = before) AND max(upto) = %(last)s AS is_whole, sum(people)::bigint AS people,
         sum(lines)::bigint AS lines, bit_xor(mark) AS mark FROM part),
kept AS (SELECT {mark} FROM line WHERE notice_id = %(notice_id)s AND recipient_id IS NOT NULL)
SELECT coalesce(is_whole, false) AS is_whole, c.people IS NULL
  OR (c.people, c.lines, c.mark) IS NOT DISTINCT FROM (k.people, k.lines, k.mark) AS is_kept
FROM counted c, (SELECT (SELECT count(*) FROM delivery WHERE notice_id = %(notice_id)s
                         AND recipient_id IS NOT NULL) AS people, lines, mark FROM kept) k"""


class Doubled(Exception):
    """Somebody stands on a list twice: nothing of this step counts."""


@dataclass(frozen=True, slots=True)
class Mute:
    """Customers whom nobody can be written to for."""

    customers: int
    unlike: int
    """On the list and not by the verdicts, or the other way round; anything but 0 is a fault."""


@dataclass(frozen=True, slots=True)
class Sealed:
    """A list whose people are all frozen, against what was counted of each range as it was frozen."""

    is_whole: bool
    """The ranges follow each other without a gap, to the last person."""
    is_kept: bool
    """Its lines and letters are those that were counted."""


def of_range(rule: Rule) -> sql.Composed:
    """The end of a statement that freezes a range by the scope: what it selects is `freezing.Frozen`."""
    return _of_range(sql.SQL(OF_SCOPE).format(hit=hits(rule), usable=usable(rule.roles)))


def of_later(tx: Tx, later: Later) -> sql.Composed:
    """As `of_range`, of those to whom a later notice is owed."""
    return _of_range(sql.SQL(OF_STANDING).format(told=told_later(tx, later)))


def _of_range(own: sql.Composed) -> sql.Composed:
    suppressed = sql.SQL(SUPPRESSED).format(person=sql.SQL("r.recipient_id"))
    return sql.SQL(OF_RANGE).format(own=own, suppressed=suppressed, mark=sql.SQL(MARK))


LISTED = "SELECT FROM line k WHERE k.notice_id = %(notice_id)s AND k.recipient_id IS NOT NULL"


def of_mute(rule: Rule) -> sql.Composed:
    """The end of a statement that freezes whom nobody can be written to for; goes with `mute`."""
    silent = f" AND NOT EXISTS ({LISTED if rule.roles else USABLE} AND k.customer_id = e.customer_id)"
    return sql.SQL(OF_MUTE + "\n" + MUTE).format(hit=hits(rule), silent=sql.SQL(silent))


def of_mute_later(asked: Asked) -> sql.Composed:
    """As `of_mute`, of customers that no earlier notice of the disruption has listed."""
    return sql.SQL(OF_MUTE_LATER + "\n" + MUTE).format(hit=hits(asked.rule), usable=sql.SQL(USABLE))


def mute(tx: Tx, statement: sql.Composed, **params: object) -> Mute:
    """Raises `Doubled`."""
    try:
        found = one(tx, Mute, statement, **params)
    except UniqueViolation as error:
        raise Doubled from error
    assert found is not None
    return found


def sealed(tx: Tx, notice_id: int) -> Sealed:
    """A list that an earlier version has begun has ranges that nobody counted: it is not whole."""
    statement = sql.SQL(SEALED).format(mark=sql.SQL(MARK))
    found = one(tx, Sealed, statement, notice_id=notice_id, last=LAST)
    assert found is not None
    return found
