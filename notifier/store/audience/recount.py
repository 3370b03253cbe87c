"""A list against a count of its own: who belongs on it by the verdicts now, and who stands on it.

Nothing here is taken from the statements that freeze a list. Who the verdicts put in is asked for anew, line by
line; what differs from the list is named.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from psycopg import sql

from notifier.model.kinds import KINDS
from notifier.store import Tx, many, run
from notifier.store.audience.contacts import SUPPRESSED, USABLE, usable
from notifier.store.audience.own_count import MARK
from notifier.store.audience.recipients import Later, later_params, told_later
from notifier.store.audience.verdicts import Rule, hits, plan_for_many, rule_params
from notifier.store.disruptions.notices import Notice

BY_VERDICT = """
verdict AS MATERIALIZED (
  SELECT customer_id, service_id, max(rank) AS rank FROM ({hit}) hit
  GROUP BY 1, 2 HAVING max(rank) >= %(told_rank)s),
own AS MATERIALIZED (
  SELECT k.recipient_id, v.customer_id, v.service_id,
         CASE WHEN v.rank = 2 THEN 'affected' ELSE 'possibly' END AS verdict,
         CASE WHEN v.rank < 2 AND %(possibly)s <> 'include' THEN 'possibly' ELSE 'affected' END AS told_as
  FROM (SELECT DISTINCT customer_id, recipient_id FROM ({usable}) k WHERE recipient_id <= %(upto)s) k
  JOIN verdict v USING (customer_id)),
mute AS MATERIALIZED (
  SELECT DISTINCT customer_id FROM verdict v
  WHERE %(closed)s AND NOT EXISTS ({speaks} AND k.customer_id = v.customer_id))"""

BY_STANDING = """
own AS MATERIALIZED (
  SELECT recipient_id, customer_id, service_id, verdict, told_as FROM ({told}) told),
mute AS MATERIALIZED (
  SELECT DISTINCT hit.customer_id FROM ({hit}) hit WHERE %(closed)s AND %(begins)s AND hit.rank >= %(told_rank)s
  AND NOT EXISTS (SELECT FROM ({usable}) k WHERE k.customer_id = hit.customer_id)
  AND NOT EXISTS (SELECT FROM line l JOIN notice n USING (notice_id) WHERE n.disruption_id = %(disruption_id)s
    AND n.state NOT IN ('draft', 'void') AND n.notice_id <> %(notice_id)s
    AND l.told_as IN ('affected', 'possibly')
    AND l.customer_id = hit.customer_id AND l.service_id = hit.service_id))"""

CHANGES = """
WITH {own},
unlike_part AS MATERIALIZED (
  SELECT part FROM (SELECT recipient_id / 1000 AS part, {mark} FROM own GROUP BY 1) ours
  FULL JOIN (SELECT recipient_id / 1000 AS part, {mark} FROM line
             WHERE notice_id = %(notice_id)s AND recipient_id IS NOT NULL GROUP BY 1) listed USING (part)
  WHERE (ours.mark, ours.lines) IS DISTINCT FROM (listed.mark, listed.lines)),
unlike AS MATERIALIZED (
  SELECT recipient_id, customer_id FROM (
    SELECT recipient_id, customer_id, service_id, verdict, told_as, 1 AS n FROM own
    WHERE recipient_id / 1000 IN (TABLE unlike_part)
    UNION ALL
    SELECT recipient_id, customer_id, service_id, verdict, told_as, -1 FROM line
    WHERE notice_id = %(notice_id)s AND recipient_id / 1000 IN (TABLE unlike_part)) both_sides
  GROUP BY recipient_id, customer_id, service_id, verdict, told_as HAVING sum(n) <> 0
  UNION
  SELECT l.recipient_id, l.customer_id FROM delivery d JOIN line l USING (notice_id, recipient_id)
  WHERE d.notice_id = %(notice_id)s AND (d.exclusion IS NOT NULL) <> EXISTS ({suppressed_then})),
person AS (SELECT DISTINCT recipient_id FROM unlike),
coming AS (SELECT DISTINCT recipient_id FROM own p JOIN person USING (recipient_id)
           WHERE NOT EXISTS ({suppressed_now})),
standing AS (SELECT recipient_id FROM delivery JOIN person USING (recipient_id)
             WHERE notice_id = %(notice_id)s AND exclusion IS NULL),
named AS (
  SELECT recipient_id, CASE WHEN c.recipient_id IS NULL THEN 'left' WHEN s.recipient_id IS NULL THEN 'came'
                            ELSE 'changed' END AS what
  FROM coming c FULL JOIN standing s USING (recipient_id)),
unheard AS (
  SELECT customer_id, CASE WHEN sum(n) > 0 THEN 'came' ELSE 'left' END AS what FROM (
    SELECT customer_id, 1 AS n FROM mute UNION ALL
    SELECT customer_id, -1 FROM delivery WHERE notice_id = %(notice_id)s AND recipient_id IS NULL) both_sides
  GROUP BY 1 HAVING sum(n) <> 0),
concerned AS (
  SELECT what, customer_id FROM named JOIN unlike USING (recipient_id)
  UNION SELECT what, customer_id FROM unheard)
SELECT kind.what,
       (SELECT count(*) FROM named WHERE named.what = kind.what) AS people,
       (SELECT count(*) FROM unheard WHERE unheard.what = kind.what) AS unreachable,
       (SELECT count(DISTINCT customer_id) FROM concerned WHERE concerned.what = kind.what) AS customers,
       (SELECT coalesce(jsonb_agg(jsonb_build_array(ext_id, name) ORDER BY ext_id), '[]')
        FROM (SELECT c.ext_id, c.name FROM concerned JOIN customer c USING (customer_id)
              WHERE concerned.what = kind.what ORDER BY c.ext_id LIMIT 3) few) AS samples
FROM unnest(ARRAY['came', 'left', 'changed']) WITH ORDINALITY AS kind (what, nth) ORDER BY nth"""
"""Parts of a thousand people are compared by the marks of their lines first: only what differs is looked at."""


@dataclass(frozen=True, slots=True)
class ListChange:
    """What happened to so many since a list was made."""

    what: str
    """came, left, changed: they are told, but of other services or with another certainty."""
    people: int
    """With a usable address."""
    unreachable: int
    """Customers without one."""
    customers: int
    samples: list[list[str]]
    """Id and name of a few of these customers."""

    @property
    def any(self) -> bool:
        return self.people > 0 or self.unreachable > 0


def changes(
    tx: Tx, notice: Notice, rule: Rule, later: Later | None, *, complete: bool = False
) -> list[ListChange]:
    """Who came, left and changed since a list was made, in this order; all of them zero: it is true now. Of a list
    that is not complete it is asked as far as it goes. `complete`: it is about to be closed.

    Compared are the people, their customers and services, what each is told to be, who must not be written to, and
    who cannot be.
    """
    statement = sql.SQL(CHANGES).format(
        own=_own(tx, rule, later),
        mark=sql.SQL(MARK),
        suppressed_then=sql.SQL(SUPPRESSED).format(person=sql.SQL("d.recipient_id")),
        suppressed_now=sql.SQL(SUPPRESSED).format(person=sql.SQL("p.recipient_id")),
    )
    plan_for_many(tx)
    run(tx, "SET LOCAL work_mem = '256MB'")
    params = rule_params(rule) if later is None else later_params(later) | {"begins": _begins(later)}
    part = {
        "notice_id": notice.notice_id,
        "after": 0,
        "upto": notice.frozen_upto,
        "closed": complete or notice.closed_at is not None,
    }
    return many(tx, ListChange, statement, **params | part)


def note(tx: Tx, notice_id: int, found: Sequence[ListChange], *, now: datetime) -> None:
    """Keep what had changed by the time that the list was closed; once."""
    by = {change.what: change for change in found}
    run(
        tx,
        """
INSERT INTO recount (notice_id, at, came, gone, changed, came_mute, gone_mute)
VALUES (%(id)s, %(now)s, %(came)s, %(gone)s, %(changed)s, %(came_mute)s, %(gone_mute)s)
ON CONFLICT DO NOTHING""",
        id=notice_id,
        now=now,
        came=by["came"].people,
        gone=by["left"].people,
        changed=by["changed"].people,
        came_mute=by["came"].unreachable,
        gone_mute=by["left"].unreachable,
    )


def _own(tx: Tx, rule: Rule, later: Later | None) -> sql.Composed:
    if later is None:
        speaks = sql.SQL("SELECT FROM own k WHERE true" if rule.roles else USABLE)
        return sql.SQL(BY_VERDICT).format(hit=hits(rule), usable=usable(rule.roles), speaks=speaks)
    told = told_later(tx, later)
    return sql.SQL(BY_STANDING).format(told=told, hit=hits(rule), usable=sql.SQL(USABLE))


def _begins(later: Later) -> bool:
    return KINDS[later.kind].begins and later.only is None
