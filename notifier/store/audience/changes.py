"""What changed in the data that decides who is told, since somebody last looked. Triggers write it.

A look keeps what it saw (`seen`), taken before it reads anything, and asks the next time for what that did not
show. Marks are written by the very transaction that changes the data: whoever sees the one sees the other.
"""

from datetime import datetime, timedelta

from psycopg import sql

from notifier.store import Tx, run, value

KEPT = timedelta(days=1)
"""So long what was seen is good for something: marks stay twice as long. By the database's clock, both."""

SINCE = """
SELECT customer_id, recipient_id, notice_id, everybody FROM changed
WHERE xid >= pg_snapshot_xmin(split_part(%(seen)s, '|', 2)::pg_snapshot)
  AND NOT pg_visible_in_snapshot(xid, split_part(%(seen)s, '|', 2)::pg_snapshot)"""
"""Marks that `%(seen)s` did not show: one column is set, or `everybody`. A statement that changes more than 10,000
rows marks everybody. Those of the transaction that asks are among them, each time it asks.
"""


def seen(tx: Tx) -> str:
    """What this transaction sees now, to be kept; good for this run of the server only."""
    return value(
        tx, "SELECT concat(extract(epoch FROM pg_postmaster_start_time()), '|', pg_current_snapshot())"
    )


def is_lost(tx: Tx, before: str) -> bool:
    """Nothing can be said of what changed since: the server has started anew, or it is another one.

    A dump that was restored elsewhere meets numbers of transactions that are not those it was made with.
    """
    return value(
        tx,
        """
SELECT split_part(%(seen)s, '|', 1) <> extract(epoch FROM pg_postmaster_start_time())::text
       OR pg_snapshot_xmax(split_part(%(seen)s, '|', 2)::pg_snapshot) > pg_snapshot_xmax(pg_current_snapshot())""",
        seen=before,
    )


def any_customer(tx: Tx, before: str) -> bool:
    """Something has changed of customers or of who can be written to, or nothing can be said of that."""
    if is_lost(tx, before):
        return True
    statement = sql.SQL("SELECT EXISTS (SELECT FROM ({}) mark WHERE notice_id IS NULL)").format(
        sql.SQL(SINCE)
    )
    return value(tx, statement, seen=before)


def took_effect(tx: Tx, *, since: datetime, now: datetime) -> bool:
    """A cut-off that was written down for later has begun between the two: nothing was written then."""
    return value(
        tx,
        """
SELECT EXISTS (
  SELECT FROM service s CROSS JOIN LATERAL (  -- by the index, service by service
    SELECT FROM entitlement e
    WHERE e.service_id = s.service_id AND e.suspended_at > %(since)s AND e.suspended_at <= %(now)s
    ORDER BY e.suspended_at LIMIT 1) begun)""",
        since=since,
        now=now,
    )


def forget(tx: Tx) -> int:
    """Marks that nobody asks for any more."""
    return run(tx, "DELETE FROM changed WHERE at < now() - 2 * %(kept)s::interval", kept=KEPT)
