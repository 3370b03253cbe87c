"""Evidence whose turn it is, and evidence that waits for its turn, for another witness or for its time."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from notifier.store import Tx, many, run, value, values


@dataclass(frozen=True, slots=True)
class WaitingReports:
    """Reports of one source that wait for their turn, for one reason."""

    source: str
    why: str
    reports: int


def is_there(tx: Tx, *, now: datetime) -> bool:
    """Is there evidence that nobody has judged, and whose turn it is?"""
    return bool(
        values(tx, "SELECT 1 FROM signal WHERE judged_at IS NULL AND judge_after <= %(now)s LIMIT 1", now=now)
    )


def waiting(tx: Tx) -> list[WaitingReports]:
    """What has to wait for its turn."""
    return many(
        tx,
        WaitingReports,
        """
SELECT source, judgement AS why, count(*) AS reports FROM signal
WHERE judged_at IS NULL AND judge_after > '-infinity' AND judgement IS NOT NULL
GROUP BY 1, 2 ORDER BY 1, 2""",
    )


def began(tx: Tx, service: str, sources: Sequence[str]) -> datetime | None:
    """When the first trouble of this service began that one of these sources reports now, if nobody has judged it
    or it waits. What had begun too long ago counts for nothing.
    """
    return value(
        tx,
        """
SELECT min(s.occurred_at)
FROM signal s JOIN trouble t ON t.source = s.source AND t.key = s.dedupe_key AND t.round = s.round
WHERE s.judged_at IS NULL AND s.state = 'firing' AND s.source = ANY(%(sources)s)
  AND s.services @> ARRAY[%(service)s] AND t.state = 'firing' AND NOT t.stale""",
        service=service,
        sources=sorted(sources),
    )


def wake(tx: Tx, services: Sequence[str], *, now: datetime) -> int:
    """It is the turn of everything that waits and is about one of these; how much. The caller holds the
    declarations.
    """
    return run(
        tx,
        """
WITH waits AS (
  SELECT signal_id FROM signal
  WHERE judged_at IS NULL AND judge_after > %(now)s AND services && %(services)s
  ORDER BY signal_id FOR NO KEY UPDATE)
UPDATE signal SET judge_after = %(now)s FROM waits WHERE signal.signal_id = waits.signal_id""",
        services=sorted(services),
        now=now,
    )
