"""Since when something is out for somebody who was not among the first: frozen with their letter.

Whoever was on the first list of a disruption reads since when the disruption began. Of everybody else a letter
holds the minute at which the data cut them off (`s`); where it does not know, the revision that had left them out
until then (`r`): the next one that came in force put them in. Neither: nothing better than the beginning is known.
"""

from typing import LiteralString

from psycopg import sql

from notifier.model.vocabulary import FOR_LATE_READERS
from notifier.store import Tx, value
from notifier.store.audience.owed import Asked

NOBODY: LiteralString = "{name} AS (SELECT NULL::bigint AS recipient_id, NULL::jsonb AS vars WHERE false)"

SINCE: LiteralString = """
concerned AS MATERIALIZED (SELECT array_agg(DISTINCT customer_id) AS ids FROM told),
began AS MATERIALIZED (
  SELECT min(seq) AS seq FROM notice WHERE disruption_id = %(disruption_id)s AND state NOT IN ('draft', 'void')),
listed AS (
  SELECT l.customer_id, l.service_id,
         bool_or(n.seq = began.seq AND l.told_as IN ('affected', 'possibly')) AS at_first,
         max(n.rev) FILTER (WHERE n.rev < %(rev)s AND l.told_as IN ('none', 'released', 'restored')) AS rev
  FROM line l JOIN notice n USING (notice_id) CROSS JOIN began
  WHERE n.disruption_id = %(disruption_id)s AND n.notice_id <> %(notice_id)s AND n.state NOT IN ('draft', 'void')
    AND l.customer_id = ANY ((SELECT ids FROM concerned)::bigint[])
  GROUP BY 1, 2),
elsewhere_before AS (
  SELECT s.service_id, max(v.rev) AS rev FROM service s
  JOIN scope_revision v ON v.disruption_id = %(disruption_id)s AND v.rev < %(rev)s AND NOT v.proposed
                       AND s.slug <> ALL(v.services) GROUP BY 1),
cut AS (
  SELECT customer_id, service_id, min(suspended_at) AS at FROM entitlement
  WHERE customer_id = ANY ((SELECT ids FROM concerned)::bigint[]) GROUP BY 1, 2),
each AS (
  SELECT t.recipient_id, cut.at, CASE WHEN l.at_first THEN l.rev ELSE greatest(l.rev, b.rev) END AS rev,
         coalesce(l.at_first, false) AND l.rev IS NULL AS at_first
  FROM told t LEFT JOIN listed l USING (customer_id, service_id) LEFT JOIN elsewhere_before b USING (service_id)
  LEFT JOIN cut USING (customer_id, service_id) WHERE t.told_as <> 'released'),
read AS (
  SELECT d.recipient_id, (array_agg((d.vars ->> 's')::bigint ORDER BY n.seq DESC))[1] AS minute
  FROM delivery d JOIN notice n USING (notice_id)
  WHERE n.disruption_id = %(disruption_id)s AND n.notice_id <> %(notice_id)s AND n.state NOT IN ('draft', 'void')
    AND d.vars ? 's' AND d.recipient_id > %(after)s AND d.recipient_id <= %(upto)s GROUP BY 1),
{name} AS (
  SELECT recipient_id, CASE
      WHEN bool_and(at IS NOT NULL) THEN jsonb_build_object('s', floor(extract(epoch FROM min(at)) / 60))
      WHEN min(minute) IS NOT NULL
        THEN jsonb_build_object('s', least(min(minute), floor(extract(epoch FROM min(at)) / 60)))
      WHEN min(rev) IS NOT NULL THEN jsonb_build_object('r', min(rev)) END AS vars
  FROM each LEFT JOIN read USING (recipient_id) GROUP BY 1 HAVING NOT bool_or(at_first))"""
"""Over `told`, expects `owed_params`. With one organisation out since the beginning, all of the letter is. Once
access is back the data knows no more; then counts what they have read."""

READ: LiteralString = """,
since AS (
  SELECT recipient_id, coalesce(o.vars, '{}') || coalesce(q.vars, '{}') AS vars
  FROM out_since o FULL JOIN (
    SELECT d.recipient_id, jsonb_build_object('w', jsonb_strip_nulls(jsonb_build_object(
      'z', d.vars -> 'z', 's', d.vars -> 's', 'r', d.vars -> 'r',
      't', floor(extract(epoch FROM a.ended_at) / 60)))) AS vars
    FROM delivery_standing d LEFT JOIN attempt a ON a.attempt_id = d.attempt_id AND a.outcome = 'accepted'
    WHERE d.notice_id = %(about)s AND d.recipient_id > %(after)s AND d.recipient_id <= %(upto)s
      AND d.chunk_state IN ('accepted', 'claimed', 'unknown')) q USING (recipient_id))"""
"""Of those who got what is corrected also when, in which zone, and since when it said that something is out."""


def differs(tx: Tx, asked: Asked) -> bool:
    """Something may be out for some people since another time than for the first; seldom, so it is asked first."""
    return value(
        tx,
        """
SELECT EXISTS (SELECT FROM scope_revision
  WHERE disruption_id = %(id)s AND rev > 1 AND rev <= %(rev)s AND (NOT proposed OR rev = %(rev)s))
       OR EXISTS (SELECT FROM notice
         WHERE disruption_id = %(id)s AND kind = 'catch_up' AND state NOT IN ('draft', 'void'))
       OR EXISTS (SELECT FROM chunk k JOIN content USING (content_id)
         JOIN notice n ON n.notice_id = k.notice_id
         WHERE n.disruption_id = %(id)s AND content.variant = ANY(%(for_late)s))
       OR EXISTS (SELECT FROM service s JOIN disruption d ON d.disruption_id = %(id)s
         WHERE s.slug = ANY(%(services)s)
           AND (SELECT max(suspended_at) FROM entitlement e
             WHERE e.service_id = s.service_id AND suspended_at IS NOT NULL)
             >= d.effective_at + interval '1 minute')""",
        id=asked.disruption_id,
        rev=asked.rev,
        services=asked.rule.services,
        for_late=list(FOR_LATE_READERS),
    )


def since(tx: Tx, asked: Asked | None, *, quotes: bool = False) -> sql.Composed:
    """The CTE `since` (recipient_id, vars) with those that it needs; None: these are the first.

    `quotes`: the notice is about an earlier one, `about`.
    """
    found = sql.SQL(SINCE if asked is not None and differs(tx, asked) else NOBODY)
    if not quotes:
        return found.format(name=sql.SQL("since"))
    return found.format(name=sql.SQL("out_since")) + sql.SQL(READ)
