"""Promises that were made to people, and notices that leave by themselves at their time."""

from dataclasses import dataclass
from datetime import datetime

from notifier.model.vocabulary import NoticeKind
from notifier.store import Tx, many, one, run, values


@dataclass(frozen=True, slots=True)
class SaidRow:
    """A notice to everybody of which something has left."""

    disruption_id: int
    reference: str
    kind: NoticeKind
    next_update_at: datetime | None


@dataclass(frozen=True, slots=True)
class Made:
    """The last promise on a timeline."""

    at: datetime
    next_update_at: datetime


def said(tx: Tx) -> list[SaidRow]:
    """Of every disruption that is told and not over, in the order of its notices."""
    return many(
        tx,
        SaidRow,
        """
SELECT d.disruption_id, d.reference, n.kind, t.next_update_at
FROM disruption d JOIN notice n USING (disruption_id)
JOIN timeline t ON t.timeline_id = n.timeline_id
WHERE d.ended_at IS NULL AND d.declared_at IS NOT NULL AND n.only_customer IS NULL
  AND (n.state = 'finished'
    OR EXISTS (SELECT FROM chunk k
      WHERE k.notice_id = n.notice_id AND k.state IN ('accepted', 'claimed', 'unknown')))
ORDER BY d.disruption_id, n.seq""",
    )


def last_made(tx: Tx, disruption_id: int) -> Made | None:
    return one(
        tx,
        Made,
        """
SELECT at, next_update_at FROM timeline
WHERE disruption_id = %(id)s AND next_update_at IS NOT NULL
ORDER BY timeline_id DESC LIMIT 1""",
        id=disruption_id,
    )


def schedule(tx: Tx, notice_id: int, *, go_at: datetime, since: datetime) -> None:
    """A draft that shall leave by itself once it is approved."""
    run(
        tx,
        """
UPDATE notice SET go_at = %(go_at)s, go_since = %(since)s
WHERE notice_id = %(id)s AND state = 'draft'""",
        id=notice_id,
        go_at=go_at,
        since=since,
    )


def waiting(tx: Tx) -> list[int]:
    """Approved, and neither let go nor stopped; the earliest first."""
    return values(
        tx,
        """
SELECT notice_id FROM notice
WHERE go_at IS NOT NULL AND let_go_at IS NULL AND state = 'approved'
ORDER BY go_at, notice_id""",
    )


def let_go(tx: Tx, notice_id: int, *, now: datetime) -> bool:
    """True for exactly one caller, ever."""
    return (
        run(
            tx,
            """
UPDATE notice SET let_go_at = %(now)s
WHERE notice_id = %(id)s AND let_go_at IS NULL AND state = 'approved'""",
            id=notice_id,
            now=now,
        )
        == 1
    )


def cancel_waiting(tx: Tx, disruption_id: int, *, but: int) -> int:
    """Somebody speaks: whatever was to leave by itself does not."""
    return run(
        tx,
        """
WITH waiting AS (
  SELECT notice_id FROM notice
  WHERE disruption_id = %(id)s AND notice_id <> %(but)s AND go_at IS NOT NULL AND let_go_at IS NULL
    AND state IN ('approved', 'held')
  ORDER BY notice_id FOR NO KEY UPDATE)
UPDATE notice SET state = 'cancelled'
FROM waiting
WHERE notice.notice_id = waiting.notice_id""",
        id=disruption_id,
        but=but,
    )
