"""What a complete file does not hold any more: found, ended, or kept until a disruption that is open is over.

Whoever may have to hear that something is over must not be missing when it is: what an open disruption has told
somebody of, or is about to, stays listed, marked `vanished_at`, as what a view shows no longer. It is `kept_for`
those disruptions: no other is about it. It goes when none of them is open and has told them, or is about to.
"""

from datetime import datetime

from psycopg import sql

from notifier.model.kinds import TELLS_THE_LATE
from notifier.model.leaving import Leaving, LeavingCustomer
from notifier.store import Tx, many, one, run, value, values
from notifier.store.audience.verdicts import Rule, hits, rule_params
from notifier.store.company.catalogue import CATALOGUE_LOCK

IS_LISTING = """
(NOT EXISTS (SELECT FROM notice n
   WHERE n.disruption_id = d.disruption_id AND n.state <> 'void' AND n.closed_at IS NOT NULL)
 OR EXISTS (SELECT FROM notice n WHERE n.disruption_id = d.disruption_id AND n.approved_at IS NOT NULL
   AND n.state IN ('approved', 'sending', 'held') AND n.closed_at IS NULL AND n.kind = ANY(%(tells)s)))"""
"""Of an open disruption `d`: who was not told yet may still come onto its first list, or one that was let go."""


def gather(tx: Tx) -> None:
    """What the database has and the file, merged already, has not. What is of a view is the view's.

    Kept for nothing so far: see `keep_told`, `keep_listed`.
    """
    run(
        tx,
        """
CREATE TEMP TABLE leaving ON COMMIT DROP AS
WITH ours AS (
  SELECT entitlement_id, customer_id, service_id, slug, region, suspended_at IS NOT NULL AS is_cut_off,
         '{}'::bigint[] AS kept_for
  FROM entitlement e JOIN service USING (service_id)
  WHERE NOT of_view AND vanished_at IS NULL),
there AS (
  SELECT c.customer_id, bool_or(s.services IS NOT NULL) AS says
  FROM staged s JOIN customer c USING (ext_id)
  GROUP BY 1)
SELECT entitlement_id, customer_id, service_id, slug, is_cut_off, kept_for, true AS is_absent FROM ours
WHERE NOT EXISTS (SELECT FROM there t WHERE t.customer_id = ours.customer_id)
UNION ALL
SELECT entitlement_id, customer_id, service_id, slug, is_cut_off, kept_for, false FROM ours
JOIN there USING (customer_id)
WHERE says AND NOT EXISTS (SELECT FROM staged_entitlement h
  WHERE (h.customer_id, h.service_id) = (ours.customer_id, ours.service_id)
    AND coalesce(h.region, ours.region, '') = coalesce(ours.region, ''))""",
    )
    run(tx, "ANALYZE leaving")  # it would be planned for ten rows


def keep_told(tx: Tx) -> int:
    """Whom an open disruption has told of it, or is about to: they stand on one of its lists as told."""
    return run(
        tx,
        """
WITH told AS (
  SELECT customer_id, service_id, array_agg(DISTINCT n.disruption_id) AS ids
  FROM leaving JOIN line l USING (customer_id, service_id) JOIN notice n ON n.notice_id = l.notice_id
  JOIN disruption d ON d.disruption_id = n.disruption_id
  WHERE d.ended_at IS NULL AND n.state <> 'void' AND l.told_as <> 'none'
  GROUP BY 1, 2)
UPDATE leaving l
SET kept_for = array(SELECT DISTINCT each FROM unnest(l.kept_for || told.ids) each)
FROM told
WHERE (told.customer_id, told.service_id) = (l.customer_id, l.service_id)""",
    )


def keep_listed(tx: Tx, rule: Rule) -> int:
    """Whom a list that is not closed would put in, by its rule."""
    statement = sql.SQL("""
WITH listed AS (
  SELECT DISTINCT customer_id, service_id
  FROM ({hit} AND e.customer_id IN (SELECT customer_id FROM leaving)) hit WHERE rank >= %(told_rank)s)
UPDATE leaving l SET kept_for = l.kept_for || %(of_disruption)s::bigint
FROM listed
WHERE (listed.customer_id, listed.service_id) = (l.customer_id, l.service_id)
  AND %(of_disruption)s::bigint <> ALL(l.kept_for)""").format(hit=hits(rule))
    return run(tx, statement, **rule_params(rule))


def listing(tx: Tx) -> list[int]:
    """Open disruptions onto whose lists who was not told yet may still come."""
    statement = sql.SQL(
        "SELECT disruption_id FROM disruption d WHERE ended_at IS NULL AND {} ORDER BY 1"
    ).format(sql.SQL(IS_LISTING))
    return values(tx, statement, tells=list(TELLS_THE_LATE))


def holders(tx: Tx) -> int:
    """Customers who hold something that no view shows."""
    return value(
        tx, "SELECT count(DISTINCT customer_id) FROM entitlement WHERE NOT of_view AND vanished_at IS NULL"
    )


def found(tx: Tx, holders: int) -> Leaving:
    """`holders`: how many there were before the file."""
    summed = one(
        tx,
        Leaving,
        """
SELECT count(DISTINCT customer_id) AS customers,
       count(DISTINCT customer_id) FILTER (WHERE is_absent) AS absent, count(*) AS entitlements,
       count(DISTINCT customer_id) FILTER (WHERE is_cut_off) AS cut_off,
       count(DISTINCT customer_id) FILTER (WHERE kept_for <> '{}') AS kept,
       %(holders)s::bigint AS holders
FROM leaving""",
        holders=holders,
    )
    assert summed is not None
    return summed


def digest(tx: Tx) -> str:
    """Of exactly these."""
    return value(
        tx,
        "SELECT md5(coalesce(string_agg(entitlement_id::text, ',' ORDER BY entitlement_id), '')) FROM leaving",
    )


def customers(tx: Tx, *, most: int) -> list[LeavingCustomer]:
    """The first of them, by the company's own id."""
    return many(
        tx,
        LeavingCustomer,
        """
SELECT c.ext_id AS customer, c.name, array_agg(DISTINCT l.slug ORDER BY l.slug) AS services,
       bool_or(l.is_absent) AS is_absent, bool_or(l.is_cut_off) AS is_cut_off,
       bool_or(l.kept_for <> '{}') AS is_kept
FROM leaving l JOIN customer c USING (customer_id)
GROUP BY c.customer_id
ORDER BY 1 LIMIT %(most)s""",
        most=most,
    )


def end(tx: Tx) -> int:
    """What is kept for nothing; who has held it stays, with all that they were told.

    A worker may have frozen a list since it was asked: whoever is on it then stays, and `keep_told` finds them.
    """
    return run(
        tx,
        """
DELETE FROM entitlement e USING leaving l
WHERE l.entitlement_id = e.entitlement_id AND l.kept_for = '{}'
  AND NOT EXISTS (SELECT FROM line k JOIN notice n ON n.notice_id = k.notice_id
    JOIN disruption d ON d.disruption_id = n.disruption_id
    WHERE (k.customer_id, k.service_id) = (l.customer_id, l.service_id)
      AND d.ended_at IS NULL AND n.state <> 'void' AND k.told_as <> 'none')""",
    )


def keep_until_over(tx: Tx, now: datetime) -> int:
    """What has not ended."""
    return run(
        tx,
        """
UPDATE entitlement e SET vanished_at = %(now)s, kept_for = l.kept_for
FROM leaving l
WHERE l.entitlement_id = e.entitlement_id""",
        now=now,
    )


def come_back(tx: Tx) -> int:
    """What a file, merged already, holds again."""
    return run(
        tx,
        """
UPDATE entitlement e SET vanished_at = NULL, kept_for = NULL
FROM staged_entitlement h
WHERE (h.customer_id, h.service_id) = (e.customer_id, e.service_id)
  AND coalesce(h.region, e.region, '') = coalesce(e.region, '') AND e.vanished_at IS NOT NULL AND NOT e.of_view""",
    )


def end_kept(tx: Tx) -> int:
    """What was kept and is over, or was told to nobody. Not while somebody imports: the next tick finds it."""
    if not value(tx, "SELECT pg_try_advisory_xact_lock(%(lock)s)", lock=CATALOGUE_LOCK):
        return 0
    statement = sql.SQL("""
DELETE FROM entitlement e
WHERE e.vanished_at IS NOT NULL AND NOT e.of_view
  AND NOT EXISTS (SELECT FROM disruption d
    WHERE d.disruption_id = ANY(e.kept_for) AND d.ended_at IS NULL
      AND ({is_listing} OR EXISTS (SELECT FROM line k JOIN notice n ON n.notice_id = k.notice_id
        WHERE (k.customer_id, k.service_id) = (e.customer_id, e.service_id)
          AND n.disruption_id = d.disruption_id AND n.state <> 'void' AND k.told_as <> 'none')))""").format(
        is_listing=sql.SQL(IS_LISTING)
    )
    return run(tx, statement, tells=list(TELLS_THE_LATE))
