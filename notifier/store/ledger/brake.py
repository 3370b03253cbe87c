"""The brake: one row that everything asks before it leaves; and what may still leave after it."""

from dataclasses import dataclass
from datetime import datetime

from notifier.store import Tx, many, one, run, value

EVERYTHING = "*"
"""The key of the brake that a person pulls. Every other row stops every notice too: the product pulled it itself,
because this database may not be the one that sent (`notifier.store.running.installation`)."""
ANOTHER_SERVER, OLDER = "another server", "older than what was sent"

NOTHING_HOLDS = """
SELECT NOT EXISTS (SELECT FROM brake) AND NOT EXISTS (SELECT FROM installation i, server_now() s
  WHERE i.system_identifier <> s.system_identifier OR i.timeline <> s.timeline OR i.table_oid <> i.tableoid
     OR i.database_oid <> (SELECT oid FROM pg_database WHERE datname = current_database()))"""
"""Directly before a request leaves: the server may have been exchanged since the task began."""


def open_attempts(tx: Tx, notice_id: int | None = None) -> int:
    """Letters that may still leave after a brake.

    Those of open attempts, and of attempts without an answer whose process may only be asleep: until they are
    presumed lost, or, where everything stops, until a person has dropped them. Tests and copies too (`singles`),
    whose process is taken for dead after an hour.
    """
    return value(
        tx,
        """
SELECT coalesce(sum(a.n), 0)::bigint + (SELECT count(*) FROM single s
  WHERE (s.outcome = 'open'
    OR (s.outcome = 'unknown' AND s.ended_at IS NULL AND s.at > now() - interval '1 hour'))
    AND s.notice_id = coalesce(%(id)s, s.notice_id))
FROM attempt a JOIN chunk k USING (chunk_id)
WHERE (a.outcome = 'open'
  OR (a.outcome = 'unknown' AND a.http_status IS NULL
    AND (k.state IN ('unknown', 'dead') OR (k.state = 'cancelled' AND k.notice_id = %(id)s))))
  AND k.notice_id = coalesce(%(id)s, k.notice_id)""",
        id=notice_id,
    )


def pull_brake(tx: Tx, *, actor: str, now: datetime) -> bool:
    """The row names who and when, for the audit chain is entered later. False: it was on already."""
    statement = (
        "INSERT INTO brake (key, actor, at) VALUES (%(key)s, %(actor)s, %(now)s) ON CONFLICT DO NOTHING"
    )
    return run(tx, statement, key=EVERYTHING, actor=actor, now=now) == 1


@dataclass(frozen=True, slots=True)
class Pulled:
    """Who pulled the brake, and when."""

    actor: str
    at: datetime
    entered: bool
    """In the audit chain."""


def release_brake(tx: Tx) -> Pulled | None:
    """None: it was not on."""
    return one(
        tx,
        Pulled,
        "DELETE FROM brake WHERE key = %(key)s RETURNING actor, at, entered_at IS NOT NULL AS entered",
        key=EVERYTHING,
    )


def enter(tx: Tx, *, now: datetime) -> list[Pulled]:
    """The pulls that are not in the audit chain: in this transaction somebody enters them."""
    return many(
        tx,
        Pulled,
        "UPDATE brake SET entered_at = %(now)s WHERE entered_at IS NULL RETURNING actor, at, false AS entered",
        now=now,
    )


def brake_is_on(tx: Tx) -> bool:
    return value(tx, "SELECT EXISTS (SELECT FROM brake)")


@dataclass(frozen=True, slots=True)
class Hold:
    """The product has stopped everything itself."""

    key: str
    why: str


def hold(tx: Tx, key: str, *, why: str, now: datetime) -> bool:
    """False: it was held so already, and says `why` now. Who holds enters it in the audit chain, with this."""
    return bool(
        value(
            tx,
            """
INSERT INTO brake (key, actor, at, entered_at, why)
VALUES (%(key)s, 'system', %(now)s, %(now)s, %(why)s)
ON CONFLICT (key) DO UPDATE SET why = excluded.why
WHERE brake.why <> excluded.why
RETURNING xmax = 0""",
            key=key,
            why=why,
            now=now,
        )
    )


def holds(tx: Tx) -> list[Hold]:
    return many(tx, Hold, "SELECT key, why FROM brake WHERE key <> %(key)s ORDER BY key", key=EVERYTHING)


def release_holds(tx: Tx) -> list[Hold]:
    return many(tx, Hold, "DELETE FROM brake WHERE key <> %(key)s RETURNING key, why", key=EVERYTHING)


def is_stale(tx: Tx, notice_id: int, *, seconds: float) -> bool:
    """Approved, and nothing of it moved for so long: a restored backup, a queue that slept."""
    return value(
        tx,
        # Its attempts are asked for last, and only for late ones: a long send must not read itself each time.
        """
SELECT CASE
  WHEN coalesce(greatest(n.approved_at, n.let_go_at, n.resumed_at, (
      SELECT max(finished_at) FROM notice earlier
      WHERE earlier.disruption_id = n.disruption_id AND earlier.seq < n.seq))
    >= now() - make_interval(secs => %(seconds)s), n.approved_at IS NULL) THEN false
  ELSE NOT EXISTS (SELECT FROM attempt JOIN chunk USING (chunk_id)
    WHERE chunk.notice_id = n.notice_id AND claimed_at >= now() - make_interval(secs => %(seconds)s)) END
FROM notice n
WHERE notice_id = %(id)s""",
        id=notice_id,
        seconds=seconds,
    )


def nothing_hinders(tx: Tx, notice_id: int) -> bool:
    """No brake is on, and the provider does not want to be asked later."""
    return value(
        tx,
        """
SELECT NOT EXISTS (SELECT FROM brake)
       AND NOT EXISTS (SELECT FROM provider WHERE not_before > now() OR breaker_until > now())
       AND EXISTS (SELECT FROM notice WHERE notice_id = %(id)s AND state IN ('approved', 'sending'))""",
        id=notice_id,
    )
