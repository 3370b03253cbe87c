"""What a complete file does not hold any more: found, ended, or kept until a disruption that is open is over.

Whoever may have to hear that something is over must not be missing when it is: what an open disruption is about
stays listed, marked `vanished_at`, as what a view shows no longer. An entitlement that is marked and not of a view
has been given up by a person, and goes when nothing open is about its service.
"""

from datetime import datetime

from notifier.model.leaving import Leaving, LeavingCustomer
from notifier.store import Tx, many, one, run, value
from notifier.store.company.catalogue import CATALOGUE_LOCK


def gather(tx: Tx) -> int:
    """What the database has and the file, merged already, has not; how many. What is of a view is the view's."""
    return run(
        tx,
        """
CREATE TEMP TABLE leaving ON COMMIT DROP AS
WITH each_service AS MATERIALIZED (
  SELECT service_id, slug, EXISTS (SELECT FROM disruption d JOIN scope_revision r USING (disruption_id)
    WHERE d.ended_at IS NULL AND s.slug = ANY(r.services)) AS is_kept
  FROM service s),
ours AS (
  SELECT entitlement_id, customer_id, service_id, slug, region, suspended_at IS NOT NULL AS is_cut_off, is_kept
  FROM entitlement e JOIN each_service USING (service_id)
  WHERE NOT of_view AND vanished_at IS NULL),
there AS (
  SELECT c.customer_id, bool_or(s.services IS NOT NULL) AS says
  FROM staged s JOIN customer c USING (ext_id)
  GROUP BY 1)
SELECT entitlement_id, customer_id, slug, is_cut_off, is_kept, true AS is_absent FROM ours
WHERE NOT EXISTS (SELECT FROM there t WHERE t.customer_id = ours.customer_id)
UNION ALL
SELECT entitlement_id, customer_id, slug, is_cut_off, is_kept, false FROM ours
JOIN there USING (customer_id)
WHERE says AND NOT EXISTS (SELECT FROM staged_entitlement h
  WHERE (h.customer_id, h.service_id) = (ours.customer_id, ours.service_id)
    AND coalesce(h.region, ours.region, '') = coalesce(ours.region, ''))""",
    )


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
       count(DISTINCT customer_id) FILTER (WHERE is_kept) AS kept,
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
       bool_or(l.is_absent) AS is_absent, bool_or(l.is_cut_off) AS is_cut_off, bool_or(l.is_kept) AS is_kept
FROM leaving l JOIN customer c USING (customer_id)
GROUP BY c.customer_id
ORDER BY 1 LIMIT %(most)s""",
        most=most,
    )


def end(tx: Tx) -> int:
    """What no open disruption is about; who has held it stays, with all that they were told."""
    return run(
        tx,
        "DELETE FROM entitlement e USING leaving l WHERE l.entitlement_id = e.entitlement_id AND NOT l.is_kept",
    )


def keep_until_over(tx: Tx, now: datetime) -> int:
    """What an open disruption is about."""
    return run(
        tx,
        """
UPDATE entitlement e SET vanished_at = %(now)s
FROM leaving l
WHERE l.entitlement_id = e.entitlement_id AND l.is_kept""",
        now=now,
    )


def come_back(tx: Tx) -> int:
    """What a file, merged already, holds again."""
    return run(
        tx,
        """
UPDATE entitlement e SET vanished_at = NULL
FROM staged_entitlement h
WHERE (h.customer_id, h.service_id) = (e.customer_id, e.service_id)
  AND coalesce(h.region, e.region, '') = coalesce(e.region, '') AND e.vanished_at IS NOT NULL AND NOT e.of_view""",
    )


def end_kept(tx: Tx) -> int:
    """What was kept, and nothing open is about any more. Not while somebody imports: the next tick finds it."""
    if not value(tx, "SELECT pg_try_advisory_xact_lock(%(lock)s)", lock=CATALOGUE_LOCK):
        return 0
    return run(
        tx,
        """
DELETE FROM entitlement e USING service s
WHERE s.service_id = e.service_id AND e.vanished_at IS NOT NULL AND NOT e.of_view
  AND NOT EXISTS (SELECT FROM disruption d JOIN scope_revision r USING (disruption_id)
    WHERE d.ended_at IS NULL AND s.slug = ANY(r.services))""",
    )
