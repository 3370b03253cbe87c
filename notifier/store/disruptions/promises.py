"""Promises that were made to people, and notices that leave by themselves at their time."""

from dataclasses import dataclass
from datetime import datetime
from typing import LiteralString

from notifier.model.kinds import KEEPING
from notifier.store import Tx, many, one, run, value, values

HAS_LEFT = """(n.state = 'finished' OR EXISTS (SELECT FROM chunk k
    WHERE k.notice_id = n.notice_id AND k.state IN ('accepted', 'claimed', 'unknown')))"""
"""Of `notice n`: somebody has it, or may have it."""


def _heard(which: LiteralString) -> LiteralString:
    """By when people of `disruption o` are owed the next word, by what has left; NULL: nothing is promised.

    What reaches everybody who was promised something (`KEEPING`) makes earlier promises void, also where it
    promises nothing itself; what reaches some of them only adds to them, and the earliest counts. A draft that
    was dropped, or one that nobody has let go yet, has promised nothing to anybody.
    """
    return f"""
SELECT disruption_id, reference, min(next_update_at) FILTER (WHERE seq >= kept) AS due
FROM (SELECT o.disruption_id, o.reference, n.seq, t.next_update_at,
             coalesce(max(n.seq) FILTER (WHERE n.kind = ANY(%(keeping)s)) OVER (PARTITION BY o.disruption_id), 0)
               AS kept
      FROM disruption o JOIN notice n USING (disruption_id) JOIN timeline t ON t.timeline_id = n.timeline_id
      WHERE {which} AND n.only_customer IS NULL AND {HAS_LEFT}) heard
GROUP BY disruption_id, reference"""  # noqa: S608 - constants of this module


HEARD = f"(SELECT due FROM ({_heard('o.disruption_id = d.disruption_id')}) promised)"  # noqa: S608
"""Of `disruption d`."""
KEPT_BY = sorted(KEEPING)
"""For the parameter `keeping` of `HEARD`."""


@dataclass(frozen=True, slots=True)
class DueRow:
    disruption_id: int
    reference: str
    due: datetime


@dataclass(frozen=True, slots=True)
class Made:
    """The last promise on a timeline."""

    at: datetime
    next_update_at: datetime


def due(tx: Tx) -> list[DueRow]:
    """The promises that are to be kept, of every disruption that is declared and not over."""
    return many(
        tx,
        DueRow,
        _heard("o.ended_at IS NULL AND o.declared_at IS NOT NULL")
        + "\nHAVING min(next_update_at) FILTER (WHERE seq >= kept) IS NOT NULL\nORDER BY disruption_id",
        keeping=KEPT_BY,
    )


def standing(tx: Tx, disruption_id: int, *, now: datetime) -> datetime | None:
    """What is repeated to whoever hears next: the promise that people have heard; None: none is left to keep.

    Where nothing has left yet it is the one that is about to, which was said last.
    """
    return value(
        tx,
        f"""
SELECT CASE WHEN p.at > %(now)s THEN p.at END
FROM disruption d CROSS JOIN LATERAL (
  SELECT CASE WHEN EXISTS (SELECT FROM notice n
      WHERE n.disruption_id = d.disruption_id AND n.only_customer IS NULL AND {HAS_LEFT})
    THEN {HEARD}
    ELSE (SELECT next_update_at FROM timeline t
      WHERE t.disruption_id = d.disruption_id AND next_update_at IS NOT NULL
      ORDER BY timeline_id DESC LIMIT 1) END AS at) p
WHERE d.disruption_id = %(id)s""",  # noqa: S608 - constants of this module
        id=disruption_id,
        now=now,
        keeping=KEPT_BY,
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
