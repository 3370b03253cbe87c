"""Customers, their contacts and entitlements: an import's staged rows (`staging.py`) are merged in sets.

Everything stands in one transaction. If the process or the database dies here, the staged rows and whatever
was merged vanish with it.
"""

from dataclasses import dataclass
from datetime import datetime

from notifier.store import Tx, one, run, value


@dataclass(frozen=True, slots=True)
class Customer:
    customer_id: int
    ext_id: str
    """The company's own id."""
    name: str


def by_ext_id(tx: Tx, ext_id: str) -> Customer | None:
    return one(
        tx, Customer, "SELECT customer_id, ext_id, name FROM customer WHERE ext_id = %(id)s", id=ext_id
    )


def gather_customers(tx: Tx) -> int:
    """One staged row for each customer; how many. A value in any row wins over an empty cell in another."""
    return run(
        tx,
        """
CREATE TEMP TABLE staged_customer ON COMMIT DROP AS
SELECT ext_id, (array_agg(name ORDER BY line DESC) FILTER (WHERE name IS NOT NULL))[1] AS name,
       string_agg(DISTINCT phone, ', ') AS phone,
       CASE count(*)
         WHEN 1 THEN (array_agg(s.attrs))[1]
         ELSE coalesce((SELECT jsonb_object_agg(e.key, e.value ORDER BY e.value <> 'null', r.n)
             FROM unnest(array_agg(s.attrs ORDER BY line))
             WITH ORDINALITY AS r(attrs, n), jsonb_each(r.attrs) e), '{}') END AS attrs
FROM staged s
GROUP BY ext_id""",
    )


def insert_recipients(tx: Tx) -> int:
    """The spelling of the first line stays; how many people are new."""
    return run(
        tx,
        """
INSERT INTO recipient (address, address_key)
SELECT DISTINCT ON (address_key) address, address_key FROM staged
WHERE address_key IS NOT NULL
ORDER BY address_key, line
ON CONFLICT (address_key) DO NOTHING""",
    )


def update_customers(tx: Tx) -> int:
    return run(
        tx,
        """
UPDATE customer c SET name = coalesce(s.name, c.name), phone = coalesce(s.phone, c.phone),
  attrs = jsonb_strip_nulls(c.attrs || s.attrs)
FROM staged_customer s
WHERE c.ext_id = s.ext_id
  AND (c.name, c.phone, c.attrs) IS DISTINCT FROM
  (coalesce(s.name, c.name), coalesce(s.phone, c.phone), jsonb_strip_nulls(c.attrs || s.attrs))""",
    )


def insert_customers(tx: Tx) -> int:
    """Without a name the company's own id has to do."""
    return run(
        tx,
        """
INSERT INTO customer (ext_id, name, phone, attrs)
SELECT s.ext_id, coalesce(s.name, s.ext_id), s.phone, jsonb_strip_nulls(s.attrs)
FROM staged_customer s
WHERE NOT EXISTS (SELECT FROM customer c WHERE c.ext_id = s.ext_id)
ORDER BY s.ext_id""",
    )


def gather_contacts(tx: Tx) -> int:
    """One staged row for each customer, person and role (NULL: the file does not say)."""
    return run(
        tx,
        """
CREATE TEMP TABLE staged_contact ON COMMIT DROP AS
SELECT c.customer_id, r.recipient_id, s.role,
       (array_agg(s.locale ORDER BY line DESC) FILTER (WHERE s.locale IS NOT NULL))[1] AS locale,
       (array_agg(s.tz ORDER BY line DESC) FILTER (WHERE s.tz IS NOT NULL))[1] AS tz,
       (array_agg(s.contact_name ORDER BY line DESC) FILTER (WHERE s.contact_name IS NOT NULL))[1] AS name
FROM staged s JOIN customer c USING (ext_id) JOIN recipient r USING (address_key)
GROUP BY 1, 2, 3""",
    )


def update_contacts(tx: Tx, *, with_role: bool) -> int:
    """Those that are there; without a role in the file: whatever role they have."""
    return run(
        tx,
        """
UPDATE contact k
SET locale = coalesce(s.locale, k.locale), tz = coalesce(s.tz, k.tz), name = coalesce(s.name, k.name)
FROM staged_contact s
WHERE (s.customer_id, s.recipient_id) = (k.customer_id, k.recipient_id)
  AND (s.role IS NOT NULL) = %(with_role)s AND coalesce(s.role, k.role) = k.role
  AND (k.locale, k.tz, k.name) IS DISTINCT FROM (coalesce(s.locale, k.locale), coalesce(s.tz, k.tz),
    coalesce(s.name, k.name))""",
        with_role=with_role,
    )


def insert_contacts(tx: Tx, *, with_role: bool) -> int:
    """Those that are missing; without a role in the file: owners, unless they have another role already."""
    return run(
        tx,
        """
INSERT INTO contact (customer_id, recipient_id, role, locale, tz, name)
SELECT s.customer_id, s.recipient_id, coalesce(s.role, 'owner'), s.locale, s.tz, s.name
FROM staged_contact s
WHERE (s.role IS NOT NULL) = %(with_role)s
  AND NOT EXISTS (SELECT FROM contact k
    WHERE (s.customer_id, s.recipient_id) = (k.customer_id, k.recipient_id)
      AND coalesce(s.role, k.role) = k.role)
ORDER BY s.recipient_id, s.customer_id""",
        with_role=with_role,
    )


def gather_entitlements(tx: Tx) -> int:
    """What the file says is held. Who is cut off from a service holds it, listed or not."""
    return run(
        tx,
        """
CREATE TEMP TABLE staged_entitlement ON COMMIT DROP AS
SELECT DISTINCT c.customer_id, v.service_id, e.value ->> 1 AS region
FROM staged s
JOIN customer c USING (ext_id), jsonb_array_elements(coalesce(s.services, '[]') || coalesce(s.suspended, '[]')) e
JOIN service v ON v.slug = e.value ->> 0""",
    )


def insert_entitlements(tx: Tx, *, with_region: bool) -> int:
    """Those that are missing; without a region in the file: only where the service is not held at all."""
    return run(
        tx,
        """
INSERT INTO entitlement (customer_id, service_id, region)
SELECT s.customer_id, s.service_id, s.region
FROM staged_entitlement s
WHERE (s.region IS NOT NULL) = %(with_region)s
  AND NOT EXISTS (SELECT FROM entitlement e
    WHERE (s.customer_id, s.service_id) = (e.customer_id, e.service_id)
      AND coalesce(s.region, e.region, '') = coalesce(e.region, ''))
ORDER BY 1, 2""",
        with_region=with_region,
    )


def gather_cuts(tx: Tx) -> int:
    """Every entitlement of the customers whose rows say who is cut off: whether it is, and since when.

    The earliest time of several counts; `since` NULL: the file gives no time.
    """
    return run(
        tx,
        """
CREATE TEMP TABLE staged_cut ON COMMIT DROP AS
WITH said AS (
  SELECT DISTINCT c.customer_id FROM staged s JOIN customer c USING (ext_id)
  WHERE s.suspended IS NOT NULL),
cut AS (
  SELECT c.customer_id, v.service_id, p.value ->> 1 AS region, (p.value ->> 2)::timestamptz AS since
  FROM staged s JOIN customer c USING (ext_id), jsonb_array_elements(s.suspended) p
  JOIN service v ON v.slug = p.value ->> 0)
SELECT e.entitlement_id, count(cut.customer_id) > 0 AS is_cut, min(cut.since) AS since
FROM said JOIN entitlement e USING (customer_id)
LEFT JOIN cut ON (cut.customer_id, cut.service_id) = (e.customer_id, e.service_id)
  AND coalesce(cut.region, e.region, '') = coalesce(e.region, '')
GROUP BY 1""",
    )


def cut_off(tx: Tx, now: datetime) -> int:
    """Entitlements that were not cut off before."""
    return run(
        tx,
        """
UPDATE entitlement e SET suspended_at = coalesce(s.since, %(now)s)
FROM staged_cut s
WHERE s.entitlement_id = e.entitlement_id AND s.is_cut AND e.suspended_at IS NULL""",
        now=now,
    )


def correct_cut_off(tx: Tx) -> int:
    """Entitlements that were cut off, but at another time than the file says."""
    return run(
        tx,
        """
UPDATE entitlement e SET suspended_at = s.since
FROM staged_cut s
WHERE s.entitlement_id = e.entitlement_id AND s.is_cut AND e.suspended_at <> s.since""",
    )


def reinstate(tx: Tx) -> int:
    """Entitlements that the file no longer lists as cut off."""
    return run(
        tx,
        """
UPDATE entitlement e SET suspended_at = NULL
FROM staged_cut s
WHERE s.entitlement_id = e.entitlement_id AND NOT s.is_cut AND e.suspended_at IS NOT NULL""",
    )


def without_address(tx: Tx) -> int:
    """How many customers of the import nobody can be written to for."""
    return value(
        tx,
        """
SELECT count(*) FROM staged_customer s JOIN customer c USING (ext_id)
WHERE NOT EXISTS (SELECT FROM contact k JOIN recipient r USING (recipient_id)
  WHERE k.customer_id = c.customer_id AND r.address IS NOT NULL)""",
    )


def analyze(tx: Tx) -> None:
    """Without statistics the first audience over a fresh import would be planned for ten rows."""
    run(tx, "ANALYZE recipient, customer, contact, entitlement")
