"""People from the company's database into our tables: rows are staged by COPY, then merged in sets.

The customers, people and contacts of the copy are merged by the same statements as an import's
(`store/company/customers.py`), over a table `staged` of the same columns. All stands in one transaction.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from psycopg import sql

from notifier.model.contract import CopiedRow
from notifier.model.vocabulary import PeopleFrom
from notifier.store import Tx, one, run, value
from notifier.store.audience.verdicts import Rule, hits, rule_params


def create_staging(tx: Tx) -> None:
    run(
        tx,
        """
CREATE TEMP TABLE staged (line int, ext_id text COLLATE "C", name text, address text,
  address_key text COLLATE "C", contact_name text, role text, locale text, tz text,
  service text COLLATE "C", region text, suspended_at timestamptz, attrs jsonb, rank int, phone text)
ON COMMIT DROP""",
    )


def stage(tx: Tx, rows: Iterable[CopiedRow]) -> int:
    """Copy the rows as they come, without holding them; how many there were."""
    with tx.cursor() as cursor:
        with cursor.copy("COPY staged FROM STDIN") as copy:
            for row in rows:
                copy.write_row((
                row.line, row.customer, row.name, row.address, row.address_key, row.contact_name, row.role,
                row.locale, row.timezone, row.service, row.region, row.suspended_at, row.attrs, row.rank,
                row.phone,
            ))  # fmt: skip
        return cursor.rowcount


def gather_customers(tx: Tx) -> int:
    """One staged row for each customer; how many. Each service keeps values of its own: see `held_now`."""
    return run(
        tx,
        """
CREATE TEMP TABLE staged_customer ON COMMIT DROP AS
SELECT ext_id, (array_agg(name ORDER BY line DESC) FILTER (WHERE name IS NOT NULL))[1] AS name,
       string_agg(DISTINCT phone, ', ') AS phone,
       (array_agg(attrs ORDER BY rank DESC, line))[1] AS attrs
FROM staged
GROUP BY 1""",
    )


def gather_held(tx: Tx) -> int:
    """One row for each entitlement that the copy shows; how many.

    Rows of one entitlement that differ: the values of the weightiest verdict count, the earliest cut-off.
    """
    return run(
        tx,
        """
CREATE TEMP TABLE held_now ON COMMIT DROP AS
SELECT c.customer_id, v.service_id, s.region, min(s.suspended_at) AS suspended_at, max(s.rank) AS rank,
       (array_agg(s.attrs ORDER BY s.rank DESC, s.line))[1] AS attrs,
       min(s.attrs::text) <> max(s.attrs::text) AS differs
FROM staged s JOIN customer c USING (ext_id) JOIN service v ON v.slug = s.service
GROUP BY 1, 2, 3""",
    )


def differing(tx: Tx) -> int:
    """Customers with rows of one entitlement that have different attributes."""
    return value(tx, "SELECT count(DISTINCT customer_id) FROM held_now WHERE differs")


def reappear(tx: Tx) -> int:
    """Entitlements whose values, cut-off or presence in the view changed. What the view says counts."""
    return run(
        tx,
        """
UPDATE entitlement e
SET attrs = h.attrs, suspended_at = h.suspended_at, of_view = true, vanished_at = NULL
FROM held_now h
WHERE (e.customer_id, e.service_id) = (h.customer_id, h.service_id)
  AND e.region IS NOT DISTINCT FROM h.region
  AND (e.attrs, e.suspended_at, e.of_view, e.vanished_at) IS DISTINCT FROM
  (h.attrs, h.suspended_at, true, NULL::timestamptz)""",
    )


def appear(tx: Tx) -> int:
    """Entitlements that we did not know."""
    return run(
        tx,
        """
INSERT INTO entitlement (customer_id, service_id, region, attrs, suspended_at, of_view)
SELECT customer_id, service_id, region, attrs, suspended_at, true
FROM held_now
ORDER BY customer_id, service_id
ON CONFLICT (customer_id, service_id, region) DO NOTHING""",
    )


def vanish(tx: Tx, services: list[str], now: datetime) -> int:
    """Mark what the view has shown and shows no longer: it may be the cut-off that deleted it."""
    return run(
        tx,
        """
UPDATE entitlement e SET vanished_at = %(now)s
FROM service s
WHERE s.service_id = e.service_id AND s.slug = ANY(%(services)s) AND e.of_view AND e.vanished_at IS NULL
  AND NOT EXISTS (SELECT FROM held_now h
    WHERE (h.customer_id, h.service_id) = (e.customer_id, e.service_id)
      AND h.region IS NOT DISTINCT FROM e.region)""",
        services=services,
        now=now,
    )


def forget_vanished(tx: Tx, services: list[str], before: datetime) -> int:
    """Those gone since before then have left; not while an open disruption is about their service."""
    return run(
        tx,
        """
DELETE FROM entitlement e USING service s
WHERE s.service_id = e.service_id AND e.vanished_at < %(before)s AND s.slug = ANY(%(services)s)
  AND NOT EXISTS (SELECT FROM disruption d JOIN scope_revision r USING (disruption_id)
    WHERE d.ended_at IS NULL AND s.slug = ANY(r.services))""",
        services=services,
        before=before,
    )


@dataclass(frozen=True, slots=True)
class Vanished:
    customers: int
    told: int
    """Those of them whom the rule puts in, by what was last known."""


def vanished(tx: Tx, rule: Rule) -> Vanished:
    """Customers whom the view has shown with one of the rule's services and shows so no longer."""
    statement = sql.SQL(
        """
SELECT count(DISTINCT e.customer_id) AS customers,
       count(DISTINCT e.customer_id) FILTER (WHERE hit.rank >= %(told_rank)s) AS told
FROM ({hit}) hit JOIN entitlement e USING (customer_id, service_id)
WHERE e.vanished_at IS NOT NULL AND e.of_view"""
    ).format(hit=hits(rule))
    found = one(tx, Vanished, statement, **rule_params(rule))
    assert found is not None
    return found


def newer_than_copy(tx: Tx, services: list[str]) -> int:
    """Customers of the view whom this copy does not show, and a later one does."""
    return value(
        tx,
        """
SELECT count(DISTINCT customer_id) FROM entitlement e JOIN service s USING (service_id)
WHERE s.slug = ANY(%(services)s) AND e.of_view AND e.vanished_at IS NULL
  AND NOT EXISTS (SELECT FROM held_now h
    WHERE (h.customer_id, h.service_id) = (e.customer_id, e.service_id)
      AND h.region IS NOT DISTINCT FROM e.region)""",
        services=services,
    )


def follow_addresses(tx: Tx) -> int:
    """A contact's address has changed: the contact stays, so that what they were told is not lost.

    Only where one address went and one came for a customer and role; who is who is not clear else.
    """
    return run(
        tx,
        """
WITH gone AS (
  SELECT k.customer_id, k.role, min(k.contact_id) AS contact_id
  FROM contact k
  WHERE k.customer_id IN (SELECT customer_id FROM staged_contact)
    AND NOT EXISTS (SELECT FROM staged_contact s
      WHERE (s.customer_id, s.recipient_id) = (k.customer_id, k.recipient_id))
  GROUP BY 1, 2
  HAVING count(*) = 1),
come AS (
  SELECT s.customer_id, coalesce(s.role, 'owner') AS role, min(s.recipient_id) AS recipient_id
  FROM staged_contact s
  WHERE NOT EXISTS (SELECT FROM contact k
    WHERE (s.customer_id, s.recipient_id) = (k.customer_id, k.recipient_id))
  GROUP BY 1, 2
  HAVING count(*) = 1)
UPDATE contact k SET recipient_id = come.recipient_id
FROM gone JOIN come USING (customer_id, role)
WHERE k.contact_id = gone.contact_id""",
    )


def drop_contacts(tx: Tx) -> int:
    """People who are no contacts of their customer any more. Who has no address at all now keeps the last one."""
    return run(
        tx,
        """
DELETE FROM contact k
WHERE k.customer_id IN (SELECT customer_id FROM staged_contact)
  AND NOT EXISTS (SELECT FROM staged_contact s
    WHERE (s.customer_id, s.recipient_id) = (k.customer_id, k.recipient_id)
      AND coalesce(s.role, k.role) = k.role)""",
    )


def old_addresses(tx: Tx, told_rank: int) -> int:
    """Customers to be told whom the copy gives no usable address, and of whom we know one from before."""
    return value(
        tx,
        """
SELECT count(DISTINCT h.customer_id) FROM held_now h JOIN contact k USING (customer_id)
JOIN recipient r USING (recipient_id)
WHERE h.rank >= %(told_rank)s AND r.address IS NOT NULL
  AND NOT EXISTS (SELECT FROM staged_contact s WHERE s.customer_id = h.customer_id)""",
        told_rank=told_rank,
    )


def analyze_staging(tx: Tx) -> None:
    """Fresh tables have no statistics, and the joins would be planned for ten rows."""
    run(tx, "ANALYZE staged")


def analyze_held(tx: Tx) -> None:
    run(tx, "ANALYZE held_now")


def note_people(tx: Tx, disruption_id: int, source: PeopleFrom, at: datetime) -> None:
    """By which copy of the company's own database people are told."""
    run(
        tx,
        "UPDATE disruption SET people_from = %(source)s, people_at = %(at)s WHERE disruption_id = %(id)s",
        id=disruption_id,
        source=source,
        at=at,
    )
