"""What the provider reported: each event once, and what it proves about attempts, chunks and people.

An event counts only through an attempt of ours at the provider that signed it: ids of another installation on the
same account, or of a rehearsal, prove nothing. Rows are locked in the order attempt, chunk, fate, each by its key.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from notifier.model.event import Fate, ProviderEvent, Suppressing
from notifier.store import Tx, many, run, values


@dataclass(frozen=True, slots=True)
class Proved:
    """An attempt that was not known to be accepted."""

    attempt_id: str
    was: str
    notice_id: int
    disruption_id: int
    reference: str


@dataclass(frozen=True, slots=True)
class Became:
    """What one event says about one person's delivery."""

    attempt_id: str
    recipient_id: int
    fate: Fate
    at: datetime


@dataclass(frozen=True, slots=True)
class Suppress:
    attempt_id: str
    recipient_id: int
    reason: Suppressing
    at: datetime


@dataclass(frozen=True, slots=True)
class _Key:
    sg_event_id: str
    occurred_at: datetime


def insert(tx: Tx, events: Sequence[ProviderEvent]) -> list[ProviderEvent]:
    """Store them; returns those that were not stored before, each once."""
    new = many(
        tx,
        _Key,
        """
INSERT INTO event (sg_event_id, occurred_at, attempt_id, notice_id, recipient_id, kind)
SELECT *
FROM unnest(%(ids)s::text[], %(times)s::timestamptz[], %(attempts)s::uuid[], %(notices)s::bigint[],
  %(people)s::bigint[], %(kinds)s::text[])
ORDER BY 1, 2
ON CONFLICT DO NOTHING
RETURNING sg_event_id, occurred_at""",
        ids=[event.sg_event_id for event in events],
        times=[event.occurred_at for event in events],
        attempts=[event.attempt_id for event in events],
        notices=[event.notice_id for event in events],
        people=[event.recipient_id for event in events],
        kinds=[event.kind for event in events],
    )
    by_key = {(event.sg_event_id, event.occurred_at): event for event in events}
    return [by_key[key.sg_event_id, key.occurred_at] for key in new]


def prove(tx: Tx, provider: str, attempt_ids: Sequence[str], *, now: datetime) -> list[Proved]:
    """Whatever these attempts were thought to be: the provider has accepted them. Returns those that were doubted.

    The first event about an attempt leaves its time there: the silence of others is judged by it, and no statement
    that runs by the clock reads events.
    """
    return many(
        tx,
        Proved,
        """
WITH mine AS (
  SELECT attempt_id, outcome FROM attempt
  WHERE attempt_id = ANY(%(ids)s::uuid[]) AND provider = %(provider)s
    AND (outcome <> 'accepted' OR first_event_at IS NULL)
  ORDER BY attempt_id FOR NO KEY UPDATE),
proved AS (
  UPDATE attempt a
  SET outcome = 'accepted', first_event_at = coalesce(a.first_event_at, now()),
    reason = CASE WHEN m.outcome = 'accepted' THEN a.reason ELSE 'proved by an event' END,
    ended_at = coalesce(a.ended_at, %(now)s)
  FROM mine m
  WHERE a.attempt_id = m.attempt_id
  RETURNING a.attempt_id, a.chunk_id, m.outcome)
SELECT p.attempt_id::text, p.outcome AS was, n.notice_id, n.disruption_id, r.reference
FROM proved p JOIN chunk USING (chunk_id) JOIN notice n USING (notice_id)
JOIN disruption r USING (disruption_id)
WHERE p.outcome <> 'accepted'
ORDER BY 1""",
        ids=list(attempt_ids),
        provider=provider,
        now=now,
    )


def lock_chunks(tx: Tx, provider: str, attempt_ids: Sequence[str]) -> None:
    """Those of these attempts and the parts of them, in one order, before any of them is accepted."""
    run(
        tx,
        """
SELECT FROM chunk
WHERE state <> 'accepted'
  AND chunk_id IN (SELECT k.chunk_id FROM attempt a JOIN chunk p USING (chunk_id)
    JOIN chunk k ON k.root_id = p.root_id AND k.lo >= p.lo AND k.hi <= p.hi
    WHERE a.attempt_id = ANY(%(ids)s::uuid[]) AND a.provider = %(provider)s
      AND (k.chunk_id = p.chunk_id OR p.state = 'split'))
ORDER BY chunk_id FOR NO KEY UPDATE""",
        ids=list(attempt_ids),
        provider=provider,
    )


def accept_chunks(tx: Tx, provider: str, attempt_ids: Sequence[str]) -> list[int]:
    """The chunks of these attempts are accepted; returns the notices of those that were not.

    Also one that a newer attempt has claimed: the sender asks for its claim directly before the first byte, so
    the repeat stops here. A split chunk is locked too: its leaves are for `accept_leaves`, after this.
    """
    return values(
        tx,
        """
WITH mine AS (
  SELECT chunk_id, state FROM chunk
  WHERE chunk_id IN (SELECT a.chunk_id FROM attempt a
    WHERE a.attempt_id = ANY(%(ids)s::uuid[]) AND a.provider = %(provider)s)
    AND state <> 'accepted'
  ORDER BY chunk_id FOR NO KEY UPDATE)
UPDATE chunk SET state = 'accepted', lease_until = NULL, not_before = NULL
FROM mine
WHERE chunk.chunk_id = mine.chunk_id AND mine.state <> 'split'
RETURNING chunk.notice_id""",
        ids=list(attempt_ids),
        provider=provider,
    )


def accept_leaves(tx: Tx, provider: str, attempt_ids: Sequence[str]) -> list[int]:
    """As `accept_chunks`, for the parts into which a chunk of these attempts was split since."""
    return values(
        tx,
        """
WITH leaf AS (
  SELECT k.chunk_id FROM attempt a JOIN chunk p USING (chunk_id)
  JOIN chunk k ON k.root_id = p.root_id AND k.lo >= p.lo AND k.hi <= p.hi
  WHERE a.attempt_id = ANY(%(ids)s::uuid[]) AND a.provider = %(provider)s AND p.state = 'split'
    AND k.state NOT IN ('split', 'accepted')
  ORDER BY k.chunk_id FOR NO KEY UPDATE OF k)
UPDATE chunk SET state = 'accepted', lease_until = NULL, not_before = NULL
FROM leaf
WHERE chunk.chunk_id = leaf.chunk_id
RETURNING chunk.notice_id""",
        ids=list(attempt_ids),
        provider=provider,
    )


DELIVERED_BY = """
FROM unnest(%(attempts)s::uuid[], %(people)s::bigint[], %(words)s::text[], %(ranks)s::int[],
            %(times)s::timestamptz[]) AS e (attempt_id, recipient_id, word, rank, at)
JOIN LATERAL (SELECT chunk_id, skip FROM attempt
              WHERE attempt_id = e.attempt_id AND provider = %(provider)s OFFSET 0) a ON true
JOIN LATERAL (SELECT notice_id, root_id, lo, hi FROM chunk WHERE chunk_id = a.chunk_id OFFSET 0) k ON true
JOIN LATERAL (SELECT root_chunk_id, pos FROM delivery
              WHERE notice_id = k.notice_id AND recipient_id = e.recipient_id OFFSET 0) d
  ON d.root_chunk_id = k.root_id AND d.pos >= k.lo AND d.pos < k.hi AND d.pos <> ALL(a.skip) """
"""One row for each thing said about somebody whom that attempt really carried.

Each is looked up from its own words on: without statistics the planner reads all attempts, or everybody of the
chunk for each of them, or everybody of the notice. The chunk is the attempt's own, also if it was split since:
`delivery_standing` has only where a letter is now.
"""


def put_fates(tx: Tx, provider: str, became: Sequence[Became]) -> int:
    """The highest rank wins; of two equal ones the earlier: the same whatever order they come in."""
    return run(
        tx,
        """
INSERT INTO fate (notice_id, recipient_id, fate, rank, at)
SELECT DISTINCT ON (k.notice_id, e.recipient_id) k.notice_id, e.recipient_id, e.word, e.rank, e.at"""
        + DELIVERED_BY
        + """
ORDER BY k.notice_id, e.recipient_id, e.rank DESC, e.at
ON CONFLICT (notice_id, recipient_id) DO UPDATE SET fate = excluded.fate, rank = excluded.rank,
  at = excluded.at
WHERE fate.rank < excluded.rank OR (fate.rank = excluded.rank AND excluded.at < fate.at)""",
        provider=provider,
        attempts=[each.attempt_id for each in became],
        people=[each.recipient_id for each in became],
        words=[each.fate.value for each in became],
        ranks=[each.fate.rank for each in became],
        times=[each.at for each in became],
    )


def suppress(tx: Tx, provider: str, found: Sequence[Suppress]) -> int:
    """Addresses that are not written to again. Never from a rehearsal: its bounces are make-believe."""
    return run(
        tx,
        """
INSERT INTO suppression (recipient_id, reason, source, at)
SELECT e.recipient_id, e.word, %(provider)s, min(e.at)"""
        + DELIVERED_BY
        + """
JOIN notice n ON n.notice_id = k.notice_id JOIN disruption r USING (disruption_id)
WHERE r.mode = 'live'
GROUP BY 1, 2 ORDER BY 1, 2
ON CONFLICT (recipient_id, reason) DO UPDATE SET at = excluded.at
WHERE suppression.source = excluded.source AND excluded.at < suppression.at""",
        provider=provider,
        attempts=[each.attempt_id for each in found],
        people=[each.recipient_id for each in found],
        words=[each.reason.value for each in found],
        ranks=[0 for _ in found],
        times=[each.at for each in found],
    )
