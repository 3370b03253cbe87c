"""Attempts whose outcome nobody saw: what is known around them, and what was decided."""

from dataclasses import dataclass
from datetime import datetime

from notifier.model.vocabulary import NoticeKind
from notifier.store import Tx, many, run, value


@dataclass(frozen=True, slots=True)
class Unknown:
    attempt_id: str
    chunk_id: int
    notice_id: int
    disruption_id: int
    kind: NoticeKind
    cancelled: bool
    """Of its notice nothing leaves any more."""
    tries: int
    age_seconds: float
    """For how long evidence could have come: since it was claimed, or, after an outage on our side, since we watch
    again; 0 while no web process takes events. By the database's clock."""
    silent_seconds: float | None
    """How long ago the first events of enough later attempts came, at most `age_seconds`; None: the stream is not
    known to be alive."""
    open_seconds: float = 0.0
    """Since it was claimed, whatever happened to us meanwhile."""


def unknowns(tx: Tx, *, chunks: int, gap_seconds: float = 60.0) -> list[Unknown]:
    """The oldest of them. `chunks`: how many later attempts must have events for the stream to count as alive.

    `gap_seconds`: a web process that has left no sign of life for so long takes no events.
    """
    return many(
        tx,
        Unknown,
        """
WITH watched AS (
  SELECT clock_timestamp() AS now,
         coalesce((SELECT max(CASE WHEN who = 'web' AND at < clock_timestamp() - make_interval(secs => %(gap)s)
                              THEN clock_timestamp() ELSE since END) FROM vigil), '-infinity') AS since)
SELECT x.attempt_id::text, k.chunk_id, k.notice_id, n.disruption_id, n.kind,
       n.state = 'cancelled' AS cancelled, k.tries,
       extract(epoch FROM w.now - x.claimed_at)::float8 AS open_seconds,
       greatest(0, extract(epoch FROM w.now - greatest(x.claimed_at, w.since)))::float8 AS age_seconds,
       (SELECT greatest(0, extract(epoch FROM w.now - greatest(heard.at, w.since)))::float8
        FROM (SELECT a.first_event_at AS at FROM attempt a
              WHERE a.provider = x.provider AND a.first_event_at > x.claimed_at AND a.claimed_at > x.claimed_at
              ORDER BY 1 LIMIT 1 OFFSET %(chunks)s - 1) heard) AS silent_seconds
FROM chunk k JOIN attempt x ON x.attempt_id = k.attempt_id AND x.chunk_id = k.chunk_id
JOIN notice n ON n.notice_id = k.notice_id
CROSS JOIN watched w
WHERE x.outcome = 'unknown' AND k.state = 'unknown' ORDER BY x.claimed_at LIMIT 100""",
        chunks=chunks,
        gap=gap_seconds,
    )


def presume_lost(tx: Tx, unknown: Unknown, *, reason: str, now: datetime) -> str | None:
    """The whole chunk is due again, marked so, or of a cancelled notice cancelled: its people were told nothing.

    What the chunk became; None if evidence was faster.
    """
    return value(
        tx,
        # Only together: an attempt given up while its chunk lies with a person would be repeated unmarked.
        """
WITH both_wait AS (
  SELECT a.attempt_id FROM attempt a JOIN chunk k USING (chunk_id)
  WHERE a.attempt_id = %(attempt_id)s AND a.outcome = 'unknown' AND k.attempt_id = a.attempt_id
    AND k.state = 'unknown'
  FOR NO KEY UPDATE),
given_up AS (
  UPDATE attempt SET outcome = 'presumed_lost', reason = %(reason)s, ended_at = %(now)s
  FROM both_wait
  WHERE attempt.attempt_id = both_wait.attempt_id
  RETURNING attempt.attempt_id),
moved AS (
  UPDATE chunk
  SET again = true, not_before = NULL, lost = n.state = 'cancelled',
    state = CASE n.state WHEN 'cancelled' THEN 'cancelled' ELSE 'due' END
  FROM given_up, notice n
  WHERE chunk.attempt_id = given_up.attempt_id AND chunk.state = 'unknown'
    AND n.notice_id = chunk.notice_id
  RETURNING chunk.state)
SELECT state FROM moved""",
        attempt_id=unknown.attempt_id,
        reason=reason,
        now=now,
    )


def wait_for_a_person(tx: Tx, unknown: Unknown) -> bool:
    """The chunk is dead until somebody retries or drops it; its attempt stays unknown, evidence still counts."""
    return 1 == run(  # noqa: SIM300
        tx,
        """
UPDATE chunk SET state = 'dead'
WHERE chunk_id = %(chunk_id)s AND attempt_id = %(attempt_id)s AND state = 'unknown'""",
        chunk_id=unknown.chunk_id,
        attempt_id=unknown.attempt_id,
    )


def retry_dead(tx: Tx, notice_id: int, *, now: datetime) -> int:
    """A person sends the dead chunks again; letters. What may have arrived before is marked `again`."""
    return value(
        tx,
        # `dead` counts `given_up`: the attempts are locked first.
        """
WITH doubted AS (
  SELECT a.attempt_id FROM attempt a JOIN chunk k USING (chunk_id)
  WHERE k.notice_id = %(id)s AND k.state = 'dead' AND a.outcome = 'unknown'
  ORDER BY a.attempt_id FOR NO KEY UPDATE OF a),
given_up AS (
  UPDATE attempt SET outcome = 'presumed_lost', ended_at = %(now)s
  FROM doubted
  WHERE attempt.attempt_id = doubted.attempt_id
  RETURNING attempt.chunk_id),
dead AS (
  SELECT chunk_id FROM chunk
  WHERE notice_id = %(id)s AND state = 'dead' AND (SELECT count(*) FROM given_up) >= 0
  ORDER BY chunk_id FOR NO KEY UPDATE),
back AS (
  UPDATE chunk
  SET state = 'due', not_before = NULL,
    again = again OR chunk.chunk_id IN (SELECT chunk_id FROM given_up)
  FROM dead
  WHERE chunk.chunk_id = dead.chunk_id
  RETURNING hi - lo AS n)
SELECT coalesce(sum(n), 0)::bigint FROM back""",
        id=notice_id,
        now=now,
    )


def drop_dead(tx: Tx, notice_id: int) -> int:
    """A person gives the dead chunks up; letters."""
    return value(
        tx,
        """
WITH dead AS (
  SELECT chunk_id FROM chunk
  WHERE notice_id = %(id)s AND state = 'dead'
  ORDER BY chunk_id FOR NO KEY UPDATE),
gone AS (
  UPDATE chunk SET state = 'cancelled'
  FROM dead
  WHERE chunk.chunk_id = dead.chunk_id
  RETURNING hi - lo AS n)
SELECT coalesce(sum(n), 0)::bigint FROM gone""",
        id=notice_id,
    )
