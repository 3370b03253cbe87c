"""Chunks, attempts and outcomes; the brake; the accounting.

Write ahead: `claim` is committed before anything leaves, `record` is a step of its own that never sends.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from notifier.model.people import Person
from notifier.model.words import Account
from notifier.store import Tx, many, one, run, value

EVERYTHING = "*"
"""The key of the brake that stops every notice."""


@dataclass(frozen=True, slots=True)
class Claim:
    """One chunk that is ours until its lease ends."""

    chunk_id: int
    notice_id: int
    content_id: int
    root_id: int
    lo: int
    hi: int
    tries: int
    attempt_id: str


@dataclass(frozen=True, slots=True)
class Seat:
    """One letter of a chunk."""

    recipient_id: int
    address: str | None
    vars: dict[str, object]

    @property
    def person(self) -> Person:
        return Person.from_vars(self.vars)


@dataclass(frozen=True, slots=True)
class AccountRow:
    account: Account | None
    """None: a delivery without a leaf chunk, a fault that no sum may hide."""
    people: int


@dataclass(frozen=True, slots=True)
class Due:
    """What a notice still has to do."""

    due: int
    claimed: int
    unknown: int


def claim(
    tx: Tx, notice_id: int, *, attempt_id: str, provider: str, lease_seconds: float, now: datetime
) -> Claim | None:
    """Take one due chunk of a notice that may leave. The lease runs by the database's clock.

    Commit before sending: if the process dies after that, the lease ends and the attempt is unknown.
    """
    return one(
        tx,
        Claim,
        "WITH free AS (SELECT k.chunk_id FROM chunk k JOIN notice n USING (notice_id)"
        "  WHERE k.notice_id = %(notice_id)s AND k.state = 'due' AND n.state IN ('approved', 'sending')"
        "  AND (k.not_before IS NULL OR k.not_before <= now())"
        "  ORDER BY k.chunk_id LIMIT 1 FOR UPDATE OF k SKIP LOCKED),"
        " mine AS (UPDATE chunk SET state = 'claimed', attempt_id = %(attempt_id)s, tries = tries + 1,"
        "  not_before = NULL, lease_until = now() + make_interval(secs => %(lease)s) FROM free"
        "  WHERE chunk.chunk_id = free.chunk_id RETURNING chunk.*),"
        " opened AS (INSERT INTO attempt (attempt_id, chunk_id, provider, n, claimed_at)"
        "  SELECT attempt_id, chunk_id, %(provider)s, hi - lo, %(now)s FROM mine)"
        " SELECT chunk_id, notice_id, content_id, root_id, lo, hi, tries, attempt_id::text FROM mine",
        notice_id=notice_id,
        attempt_id=attempt_id,
        provider=provider,
        lease=lease_seconds,
        now=now,
    )


def seats(tx: Tx, claimed: Claim) -> list[Seat]:
    """The letters of a claimed chunk, in their order."""
    return many(
        tx,
        Seat,
        "SELECT d.recipient_id, r.address, d.vars FROM delivery d JOIN recipient r USING (recipient_id)"
        " WHERE d.notice_id = %(notice_id)s AND d.root_chunk_id = %(root_id)s"
        " AND d.pos >= %(lo)s AND d.pos < %(hi)s ORDER BY d.pos",
        notice_id=claimed.notice_id,
        root_id=claimed.root_id,
        lo=claimed.lo,
        hi=claimed.hi,
    )


def may_leave(tx: Tx, notice_id: int) -> bool:
    """The brake, read after the claim is committed and directly before the request leaves."""
    return value(
        tx,
        "SELECT NOT EXISTS (SELECT FROM brake WHERE key = %(everything)s) AND EXISTS"
        " (SELECT FROM notice WHERE notice_id = %(id)s AND state IN ('approved', 'sending'))",
        id=notice_id,
        everything=EVERYTHING,
    )


@dataclass(frozen=True, slots=True)
class Record:
    """What an attempt came to, and what becomes of its chunk."""

    attempt_id: str
    outcome: str
    chunk_state: str
    reason: str
    http_status: int | None
    message_id: str | None
    not_before: datetime | None


def record(tx: Tx, outcome: Record, *, now: datetime) -> bool:
    """Write an outcome on its attempt, and move the chunk if it still waits for this attempt.

    The attempt is told whatever its chunk has become since: a late 202 counts. False if the attempt already
    had an outcome that this one cannot change.
    """
    return bool(
        value(
            tx,
            "WITH told AS (UPDATE attempt SET outcome = %(outcome)s, reason = %(reason)s,"
            "  http_status = %(status)s, x_message_id = %(message)s, ended_at = %(now)s"
            "  WHERE attempt_id = %(attempt_id)s AND (outcome = 'open' OR (%(outcome)s = 'accepted'"
            "  AND outcome IN ('unknown', 'presumed_lost'))) RETURNING attempt_id),"
            " moved AS (UPDATE chunk SET state = %(state)s, lease_until = NULL, not_before = %(not_before)s"
            "  FROM told WHERE chunk.attempt_id = told.attempt_id AND (chunk.state = 'claimed'"
            "  OR (%(state)s = 'accepted' AND chunk.state IN ('unknown', 'due', 'cancelled', 'dead'))))"
            " SELECT count(*) FROM told",
            attempt_id=outcome.attempt_id,
            outcome=outcome.outcome,
            state=outcome.chunk_state,
            reason=outcome.reason,
            status=outcome.http_status,
            message=outcome.message_id,
            not_before=outcome.not_before,
            now=now,
        )
    )


def split(tx: Tx, claimed: Claim, cuts: Sequence[tuple[int, int]]) -> None:
    """Replace a chunk by due children that cover `cuts`; positions in no cut have a fate already."""
    for lo, hi in cuts:
        run(
            tx,
            "INSERT INTO chunk (notice_id, content_id, root_id, lo, hi)"
            " VALUES (%(notice_id)s, %(content_id)s, %(root_id)s, %(lo)s, %(hi)s)",
            notice_id=claimed.notice_id,
            content_id=claimed.content_id,
            root_id=claimed.root_id,
            lo=lo,
            hi=hi,
        )


def expire_leases(tx: Tx, *, now: datetime) -> int:
    """A lease that ran out leaves an unknown: the request may have left before its process died."""
    return run(
        tx,
        "WITH late AS (SELECT chunk_id, attempt_id FROM chunk WHERE state = 'claimed' AND lease_until < now()"
        "  FOR UPDATE SKIP LOCKED),"
        " noted AS (UPDATE attempt SET outcome = 'unknown', reason = 'the worker did not report back',"
        "  ended_at = %(now)s FROM late WHERE attempt.attempt_id = late.attempt_id"
        "  AND attempt.outcome = 'open')"
        " UPDATE chunk SET state = 'unknown', lease_until = NULL FROM late"
        " WHERE chunk.chunk_id = late.chunk_id",
        now=now,
    )


def open_attempts(tx: Tx, notice_id: int | None = None) -> int:
    """Letters that may still leave after a brake.

    Those of open attempts, and of attempts whose lease ran out and whose process may only be asleep.
    """
    return value(
        tx,
        "SELECT coalesce(sum(a.n), 0)::bigint FROM attempt a JOIN chunk k USING (chunk_id)"
        " WHERE (a.outcome = 'open' OR (a.outcome = 'unknown' AND a.http_status IS NULL"
        " AND k.state = 'unknown')) AND k.notice_id = coalesce(%(id)s, k.notice_id)",
        id=notice_id,
    )


def due(tx: Tx, notice_id: int) -> Due:
    found = one(
        tx,
        Due,
        "SELECT count(*) FILTER (WHERE state = 'due' AND (not_before IS NULL OR not_before <= now())) AS due,"
        " count(*) FILTER (WHERE state = 'claimed') AS claimed,"
        " count(*) FILTER (WHERE state = 'unknown') AS unknown FROM chunk WHERE notice_id = %(id)s",
        id=notice_id,
    )
    assert found is not None
    return found


def pull_brake(tx: Tx, *, actor: str, now: datetime) -> None:
    run(
        tx,
        "INSERT INTO brake (key, actor, at) VALUES (%(key)s, %(actor)s, %(now)s) ON CONFLICT DO NOTHING",
        key=EVERYTHING,
        actor=actor,
        now=now,
    )


def release_brake(tx: Tx) -> bool:
    return run(tx, "DELETE FROM brake WHERE key = %(key)s", key=EVERYTHING) == 1


def brake_is_on(tx: Tx) -> bool:
    return value(tx, "SELECT EXISTS (SELECT FROM brake WHERE key = %(key)s)", key=EVERYTHING)


def accounts(tx: Tx, notice_id: int) -> list[AccountRow]:
    """Where every delivery of a notice stands (LEDGER, accounting)."""
    return many(
        tx,
        AccountRow,
        """
SELECT CASE
  WHEN d.exclusion IS NOT NULL OR f.fate IN ('rejected', 'suppressed', 'dropped', 'bounced')
    THEN 'unreachable'
  WHEN k.state = 'accepted' THEN 'told'
  WHEN k.state = 'claimed' THEN 'in_flight'
  WHEN k.state = 'unknown' THEN 'unknown'
  WHEN k.state = 'cancelled' OR n.state = 'cancelled' THEN 'cancelled'
  WHEN d.root_chunk_id IS NULL OR k.state = 'dead' OR n.state = 'held' THEN 'held'
  WHEN k.state = 'due' THEN 'waiting' END AS account, count(*) AS people
FROM delivery d JOIN notice n ON n.notice_id = d.notice_id
LEFT JOIN chunk k ON k.root_id = d.root_chunk_id AND k.state <> 'split' AND d.pos >= k.lo AND d.pos < k.hi
LEFT JOIN fate f ON f.notice_id = d.notice_id AND f.recipient_id = d.recipient_id
WHERE d.notice_id = %(id)s GROUP BY 1""",
        id=notice_id,
    )


def reject(tx: Tx, claimed: Claim, positions: Sequence[int], *, now: datetime) -> None:
    """The provider refused these addresses: their fate is committed before the rest goes on."""
    run(
        tx,
        "INSERT INTO fate (notice_id, recipient_id, fate, rank, at)"
        " SELECT notice_id, recipient_id, 'rejected', 90, %(now)s FROM delivery"
        " WHERE notice_id = %(notice_id)s AND root_chunk_id = %(root_id)s AND pos = ANY(%(positions)s)"
        " ON CONFLICT (notice_id, recipient_id) DO UPDATE"
        " SET fate = excluded.fate, rank = excluded.rank, at = excluded.at WHERE fate.rank < excluded.rank",
        notice_id=claimed.notice_id,
        root_id=claimed.root_id,
        positions=list(positions),
        now=now,
    )


def waiting(tx: Tx, notice_id: int) -> int:
    """Letters of chunks that are still to leave."""
    return value(
        tx,
        "SELECT coalesce(sum(hi - lo), 0)::bigint FROM chunk WHERE notice_id = %(id)s AND state = 'due'",
        id=notice_id,
    )


def digest(tx: Tx, notice_id: int) -> dict[str, object]:
    """What the ledger of a finished notice seals into the audit chain: its accounts and its attempts."""
    sealed = value(
        tx,
        "SELECT encode(sha256(convert_to(coalesce(string_agg(concat_ws('|', a.attempt_id, a.chunk_id, a.n,"
        " a.outcome, a.x_message_id), E'\\n' ORDER BY a.attempt_id), ''), 'UTF8')), 'hex')"
        " FROM attempt a JOIN chunk USING (chunk_id) WHERE notice_id = %(id)s",
        id=notice_id,
    )
    accounts_now = {row.account or "fault": row.people for row in accounts(tx, notice_id)}
    return {"notice": notice_id, "attempts": sealed, "accounts": accounts_now}
