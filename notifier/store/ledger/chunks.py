"""Chunks, attempts and outcomes.

Write ahead: `claim` is committed before anything leaves, `record` is a step of its own that never sends.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import NamedTuple

import orjson
from psycopg import sql

from notifier.model.event import Fate
from notifier.model.people import Person
from notifier.store import Tx, many, one, run, value
from notifier.store.ledger import planning, threads
from notifier.store.ledger.brake import NOTHING_HOLDS


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
    skip: tuple[int, ...] = ()
    """Positions that are left out of the request."""
    doubtful: bool = False
    """It has been on its way before, or something has come after it: it may be overtaken, or untrue by now."""

    @property
    def positions(self) -> list[int]:
        """Where the letters of the request sit, in their order."""
        left_out = set(self.skip)
        return [pos for pos in range(self.lo, self.hi) if pos not in left_out]


class Seat(NamedTuple):
    """One letter of a chunk."""

    pos: int
    recipient_id: int
    address: str | None
    vars: str
    """JSON, read by orjson: psycopg's own reader took a sixth of the time of a send."""
    left_out: bool
    """Suppressed or erased since the list was frozen, or left out by an earlier attempt."""
    subject: str | None = None
    """That of their first mail of the disruption; None: this is the first."""

    @property
    def person(self) -> Person:
        return Person.from_vars(orjson.loads(self.vars))


@dataclass(frozen=True, slots=True)
class Due:
    """What a notice still has to do."""

    due: int
    claimed: int
    unknown: int


def claim(tx: Tx, notice_id: int, *, attempt_id: str, provider: str, lease_seconds: float) -> Claim | None:
    """Take one due chunk of a notice that may leave. The lease runs by the database's clock.

    Commit before sending: if the process dies after that, the lease ends and the attempt is unknown.
    """
    return one(
        tx,
        Claim,
        """
WITH free AS (
  SELECT k.chunk_id FROM chunk k JOIN notice n USING (notice_id)
  WHERE k.notice_id = %(notice_id)s AND k.state = 'due' AND n.state IN ('approved', 'sending')
    AND (k.not_before IS NULL OR k.not_before <= now())
  ORDER BY k.chunk_id LIMIT 1 FOR NO KEY UPDATE OF k SKIP LOCKED),
mine AS (
  UPDATE chunk
  SET state = 'claimed', attempt_id = %(attempt_id)s, tries = tries + 1, not_before = NULL,
    lease_until = now() + make_interval(secs => %(lease)s)
  FROM free
  WHERE chunk.chunk_id = free.chunk_id
  RETURNING chunk.chunk_id, notice_id, content_id, root_id, lo, hi, tries, chunk.attempt_id, again),
opened AS (
  INSERT INTO attempt (attempt_id, chunk_id, provider, n, again, claimed_at)
  SELECT attempt_id, chunk_id, %(provider)s, hi - lo, again, clock_timestamp() FROM mine)
SELECT chunk_id, notice_id, content_id, root_id, lo, hi, tries, attempt_id::text,
       again OR tries > 1 OR n.resumed_at IS NOT NULL
       OR EXISTS (SELECT FROM notice later
         WHERE later.disruption_id = n.disruption_id AND later.seq > n.seq
           AND later.state NOT IN ('draft', 'void')) AS doubtful
FROM mine JOIN notice n USING (notice_id)""",
        notice_id=notice_id,
        attempt_id=attempt_id,
        provider=provider,
        lease=lease_seconds,
    )


def seats(tx: Tx, claimed: Claim) -> list[Seat]:
    """The letters of a claimed chunk, in their order. The rest of this transaction is planned for few rows."""
    planning.plan_for_few(tx)
    return many(
        tx,
        Seat,
        sql.SQL("""
SELECT d.pos, d.recipient_id, r.address, d.vars::text AS vars,
       r.address IS NULL OR d.pos = ANY(array(
         SELECT unnest(a.skip) FROM attempt a JOIN chunk k USING (chunk_id) WHERE k.root_id = %(root_id)s))
       OR EXISTS (SELECT FROM suppression u
         WHERE u.recipient_id = d.recipient_id AND u.reason <> 'unsubscribed') AS left_out,
       {subject} AS subject
FROM delivery d JOIN recipient r USING (recipient_id)
WHERE d.notice_id = %(notice_id)s AND d.root_chunk_id = %(root_id)s AND d.pos >= %(lo)s AND d.pos < %(hi)s
ORDER BY d.pos""").format(subject=threads.OF_DELIVERY),
        notice_id=claimed.notice_id,
        root_id=claimed.root_id,
        lo=claimed.lo,
        hi=claimed.hi,
    )


def may_leave(tx: Tx, claimed: Claim) -> bool:
    """The brake, read after the claim is committed and directly before the request leaves.

    Also False once the chunk is no longer claimed by this attempt: evidence of an earlier one has arrived.
    """
    statement = (
        NOTHING_HOLDS
        + """
AND EXISTS (SELECT FROM chunk JOIN notice USING (notice_id)
  WHERE chunk_id = %(id)s AND chunk.state = 'claimed' AND chunk.attempt_id = %(attempt_id)s
    AND notice.state IN ('approved', 'sending'))"""
    )
    return value(tx, statement, id=claimed.chunk_id, attempt_id=claimed.attempt_id)


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
    lost: bool = False
    """With a chunk that is cancelled: nobody has decided so, its people were told nothing and may be late."""
    untried: bool = False
    """The claim counts as no try."""


def record(tx: Tx, outcome: Record, *, now: datetime) -> bool:
    """Write an outcome on its attempt, and move the chunk if it still waits for this attempt.

    The attempt is told whatever its chunk has become since: a late 202 counts, and so does a late refusal of
    an attempt that was given up as unknown, and the ids of a 202 that an event was faster than. False if the
    chunk did not move: it no longer waits for this attempt. What did not leave of a notice that was cancelled
    meanwhile never leaves; if another notice took its place, which counted on it, it is lost.
    """
    return bool(
        value(
            tx,
            """
WITH told AS (
  UPDATE attempt
  SET outcome = %(outcome)s, reason = %(reason)s, http_status = %(status)s, x_message_id = %(message)s,
    ended_at = %(now)s
  WHERE attempt_id = %(attempt_id)s
    AND (outcome IN ('open', 'unknown') OR (%(outcome)s = 'accepted'
      AND (outcome = 'presumed_lost' OR (outcome = 'accepted' AND http_status IS NULL))))
  RETURNING attempt_id, chunk_id),
moved AS (
  UPDATE chunk
  SET lease_until = NULL, not_before = %(not_before)s,
    tries = greatest(0, chunk.tries - %(untried)s::int),
    state = CASE WHEN n.state = 'cancelled' AND %(state)s IN ('due', 'dead') THEN 'cancelled' ELSE %(state)s END,
    lost = %(lost)s OR (n.state = 'cancelled' AND n.replaced AND %(state)s IN ('due', 'dead'))
  FROM told, notice n
  WHERE chunk.chunk_id = told.chunk_id AND n.notice_id = chunk.notice_id
    AND ((chunk.attempt_id = told.attempt_id AND chunk.state IN ('claimed', 'unknown'))
      OR (%(state)s = 'accepted' AND chunk.state IN ('claimed', 'unknown', 'due', 'cancelled', 'dead')))
  RETURNING 1)
SELECT count(*) FROM moved""",
            attempt_id=outcome.attempt_id,
            outcome=outcome.outcome,
            state=outcome.chunk_state,
            reason=outcome.reason,
            status=outcome.http_status,
            message=outcome.message_id,
            not_before=outcome.not_before,
            lost=outcome.lost,
            untried=int(outcome.untried),
            now=now,
        )
    )


def has_attempt(tx: Tx, attempt_id: str) -> bool:
    """Was this request made by what stands in this database?"""
    return value(tx, "SELECT EXISTS (SELECT FROM attempt WHERE attempt_id = %(id)s)", id=attempt_id)


def split(tx: Tx, claimed: Claim, cuts: Sequence[tuple[int, int]], *, lost: bool = False) -> None:
    """Replace a chunk by due children that cover `cuts`; positions in no cut have a fate already.

    What may have arrived before the split is still marked after it. `lost`: these children never leave, nor do
    any whose notice was cancelled meanwhile.
    """
    statement = """
INSERT INTO chunk (notice_id, content_id, root_id, lo, hi, again, state, lost)
SELECT k.notice_id, content_id, root_id, %(lo)s, %(hi)s, again,
       CASE WHEN %(lost)s OR n.state = 'cancelled' THEN 'cancelled' ELSE 'due' END,
       %(lost)s OR (n.state = 'cancelled' AND n.replaced)
FROM chunk k JOIN notice n USING (notice_id)
WHERE chunk_id = %(chunk_id)s"""
    for lo, hi in cuts:
        run(tx, statement, chunk_id=claimed.chunk_id, lo=lo, hi=hi, lost=lost)


def due(tx: Tx, notice_id: int) -> Due:
    statement = """
SELECT count(*) FILTER (WHERE state = 'due' AND (not_before IS NULL OR not_before <= now())) AS due,
       count(*) FILTER (WHERE state = 'claimed') AS claimed,
       count(*) FILTER (WHERE state = 'unknown') AS unknown
FROM chunk
WHERE notice_id = %(id)s AND state IN ('due', 'claimed', 'unknown')"""
    found = one(tx, Due, statement, id=notice_id)
    assert found is not None
    return found


def reject(tx: Tx, claimed: Claim, positions: Sequence[int], *, now: datetime) -> None:
    """The provider refused these addresses: their fate is committed before the rest goes on."""
    run(
        tx,
        # By its place, then sorted: else the whole notice may be read in the order of its people.
        """
WITH theirs AS MATERIALIZED (
  SELECT notice_id, recipient_id, pos FROM delivery
  WHERE notice_id = %(notice_id)s AND root_chunk_id = %(root_id)s AND pos >= %(lo)s AND pos < %(hi)s)
INSERT INTO fate (notice_id, recipient_id, fate, rank, at)
SELECT notice_id, recipient_id, %(fate)s, %(rank)s, %(now)s FROM theirs
WHERE pos = ANY(%(positions)s)
ORDER BY recipient_id
ON CONFLICT (notice_id, recipient_id) DO UPDATE SET fate = excluded.fate, rank = excluded.rank,
  at = excluded.at
WHERE fate.rank < excluded.rank""",
        notice_id=claimed.notice_id,
        root_id=claimed.root_id,
        lo=claimed.lo,
        hi=claimed.hi,
        positions=list(positions),
        fate=Fate.REJECTED,
        rank=Fate.REJECTED.rank,
        now=now,
    )


@dataclass(frozen=True, slots=True)
class Canary:
    """The first chunk of a notice, judged before others leave."""

    open: bool
    accepted: bool
    reported: bool
    """The provider has sent an event about it."""


def canary(tx: Tx, notice_id: int) -> Canary:
    statement = """
SELECT coalesce(bool_or(k.state = 'claimed'), false) AS open,
       coalesce(bool_or(a.outcome = 'accepted'), false) AS accepted,
       coalesce(bool_or(a.first_event_at IS NOT NULL), false) AS reported
FROM chunk k JOIN attempt a USING (chunk_id)
WHERE k.notice_id = %(id)s AND k.state IN ('claimed', 'accepted', 'split')"""
    found = one(tx, Canary, statement, id=notice_id)
    assert found is not None
    return found
