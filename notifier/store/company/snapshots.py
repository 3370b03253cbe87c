"""Snapshots of the audience: what the company's view showed at a time. Addresses stand in `recipient` here too."""

from dataclasses import dataclass
from datetime import datetime

from notifier.store import Tx, many, one, run, select_from, value

SNAPSHOT_LOCK = 0x736E6170  # 'snap': one is taken at a time


@dataclass(frozen=True, slots=True)
class Snapshot:
    snapshot_id: int
    taken_at: datetime
    customers: int
    people: int
    """Different addresses."""
    rows_n: int


SNAPSHOT = select_from(Snapshot, "snapshot")


def alone(tx: Tx) -> bool:
    """Nobody else takes one until this transaction ends."""
    return value(tx, "SELECT pg_try_advisory_xact_lock(%(lock)s)", lock=SNAPSHOT_LOCK)


def keep(tx: Tx, now: datetime) -> int:
    """Keep what is staged, once its people are recipients; the new snapshot's id."""
    return value(
        tx,
        """
WITH new AS (
  INSERT INTO snapshot (taken_at, customers, people, rows_n)
  SELECT %(now)s, count(DISTINCT ext_id), count(DISTINCT address_key), count(*)
  FROM staged
  RETURNING snapshot_id),
kept AS (
  INSERT INTO snapshot_row (snapshot_id, ext_id, name, recipient_id, contact_name, role, locale, tz,
    service, region, suspended_at, attrs, phone)
  SELECT snapshot_id, s.ext_id, s.name, r.recipient_id, s.contact_name, s.role, s.locale, s.tz, s.service,
         s.region, s.suspended_at, s.attrs, s.phone
  FROM new CROSS JOIN staged s LEFT JOIN recipient r USING (address_key))
SELECT snapshot_id FROM new""",
        now=now,
    )


def forget_rows(tx: Tx, keep: int) -> int:
    """Of all but so many of the newest."""
    return run(
        tx,
        """
DELETE FROM snapshot_row
WHERE snapshot_id IN (SELECT snapshot_id FROM snapshot ORDER BY taken_at DESC OFFSET %(keep)s)""",
        keep=keep,
    )


def forget(tx: Tx, keep: int) -> int:
    return run(
        tx,
        """
DELETE FROM snapshot
WHERE snapshot_id IN (SELECT snapshot_id FROM snapshot ORDER BY taken_at DESC OFFSET %(keep)s)""",
        keep=keep,
    )


def newest(tx: Tx, until: datetime | None = None) -> Snapshot | None:
    """The newest, or the newest that was taken by then."""
    return one(
        tx,
        Snapshot,
        SNAPSHOT + " WHERE taken_at <= coalesce(%(until)s, taken_at) ORDER BY taken_at DESC LIMIT 1",
        until=until,
    )


def kept(tx: Tx) -> list[Snapshot]:
    """The newest first."""
    return many(tx, Snapshot, SNAPSHOT + " ORDER BY taken_at DESC")


def stage(tx: Tx, snapshot_id: int, services: list[str]) -> int:
    """The rows of these services back into `staged`. An address that was erased since then does not come back."""
    return run(
        tx,
        """
INSERT INTO staged (line, ext_id, name, address, address_key, contact_name, role, locale, tz, service,
  region, suspended_at, attrs, rank, phone)
SELECT row_number() OVER (), s.ext_id, s.name, r.address,
       CASE WHEN r.address IS NOT NULL THEN r.address_key END, s.contact_name, s.role, s.locale, s.tz,
       s.service, s.region, s.suspended_at, s.attrs, 2, s.phone
FROM snapshot_row s LEFT JOIN recipient r USING (recipient_id)
WHERE s.snapshot_id = %(id)s AND s.service = ANY(%(services)s)""",
        id=snapshot_id,
        services=services,
    )
