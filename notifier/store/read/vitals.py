"""What a monitoring system must see of a send: counts, of nobody in particular."""

from dataclasses import dataclass

from notifier.store import Tx, one


@dataclass(frozen=True, slots=True)
class Vitals:
    oldest_due_seconds: float
    """How long the oldest chunk that may leave has been waiting; 0: none is. Silent workers show here."""
    due: int
    claimed: int
    unknown: int
    dead: int
    alarms: int
    alarms_owed: int
    """Messages about alarms that nobody has taken yet."""
    alarms_given_up: int
    """Messages about alarms that nobody took for a day, within a day."""
    destinations_failing: int
    """Of alarms, and the heartbeat."""
    unjudged: int
    """Signals that nobody has looked at."""
    held: int
    """Notices."""
    strays: int
    """Events of today and yesterday in which no mail of ours was found."""
    braked: bool


def vitals(tx: Tx) -> Vitals:
    found = one(
        tx,
        Vitals,
        """
WITH open_chunk AS (
  SELECT k.state, k.not_before, greatest(n.approved_at, n.resumed_at, k.not_before) AS since
  FROM chunk k JOIN notice n ON n.notice_id = k.notice_id
  WHERE n.state IN ('approved', 'sending', 'held') AND k.state IN ('due', 'claimed', 'unknown', 'dead'))
SELECT coalesce(max(extract(epoch FROM now() - since)) FILTER (WHERE state = 'due'
         AND (not_before IS NULL OR not_before <= now())), 0)::float8 AS oldest_due_seconds,
       count(*) FILTER (WHERE state = 'due') AS due, count(*) FILTER (WHERE state = 'claimed') AS claimed,
       count(*) FILTER (WHERE state = 'unknown') AS unknown, count(*) FILTER (WHERE state = 'dead') AS dead,
       (SELECT count(*) FROM alarm WHERE cleared_at IS NULL) AS alarms,
       (SELECT count(*) FROM alarm_message WHERE state = 'owed') AS alarms_owed,
       (SELECT count(*) FROM alarm_message
        WHERE state = 'given_up' AND ended_at >= now() - interval '1 day') AS alarms_given_up,
       (SELECT count(*) FROM destination_health WHERE failing_since IS NOT NULL) AS destinations_failing,
       (SELECT count(*) FROM signal WHERE judged_at IS NULL) AS unjudged,
       (SELECT count(*) FROM notice WHERE state = 'held') AS held,
       (SELECT coalesce(sum(n), 0)::bigint FROM stray WHERE day >= current_date - 1) AS strays,
       EXISTS (SELECT FROM brake) AS braked
FROM open_chunk""",
    )
    assert found is not None
    return found
