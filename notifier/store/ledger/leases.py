"""Attempts that nobody reports on: a lease that ran out, a process that died."""

from datetime import datetime

from notifier.store import Tx, run


def expire_leases(tx: Tx, *, now: datetime) -> int:
    """A lease that ran out leaves an unknown: the request may have left before its process died.

    Waits for nobody: a chunk that somebody has at this moment is found again, its attempt unknown already.
    """
    return run(
        tx,
        """
WITH late AS (
  SELECT a.attempt_id FROM attempt a JOIN chunk k USING (attempt_id)
  WHERE k.state = 'claimed' AND k.lease_until < now()
  FOR NO KEY UPDATE OF a SKIP LOCKED),
noted AS (
  UPDATE attempt SET outcome = 'unknown', reason = 'the worker did not report back', ended_at = %(now)s
  FROM late
  WHERE attempt.attempt_id = late.attempt_id AND attempt.outcome = 'open'),
over AS (
  SELECT k.chunk_id FROM late JOIN chunk k USING (attempt_id)
  WHERE k.state = 'claimed' AND k.lease_until < now()
  FOR NO KEY UPDATE OF k SKIP LOCKED)
UPDATE chunk SET state = 'unknown', lease_until = NULL
FROM over
WHERE chunk.chunk_id = over.chunk_id""",
        now=now,
    )


def expire_forsaken(tx: Tx, *, lease_seconds: float, now: datetime) -> int:
    """Attempts that nobody will report on, and whose chunk evidence has taken from them: unknown, not open.

    Their process died after an earlier attempt had been proved. Left open, they would count for ever in what
    may still leave after a brake.
    """
    return run(
        tx,
        """
WITH forsaken AS (
  SELECT a.attempt_id FROM attempt a JOIN chunk k USING (chunk_id)
  WHERE a.outcome = 'open' AND a.claimed_at < clock_timestamp() - make_interval(secs => %(lease)s)
    AND NOT (k.state = 'claimed' AND k.attempt_id = a.attempt_id)
  FOR NO KEY UPDATE OF a SKIP LOCKED)
UPDATE attempt SET outcome = 'unknown', reason = 'the worker did not report back', ended_at = %(now)s
FROM forsaken
WHERE attempt.attempt_id = forsaken.attempt_id""",
        lease=lease_seconds,
        now=now,
    )
