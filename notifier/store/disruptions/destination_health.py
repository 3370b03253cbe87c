"""How each destination of alarms does, and the heartbeat: what was told last, what failed last and why."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from notifier.store import Tx, many, run, select_from, value


@dataclass(frozen=True, slots=True)
class DestinationHealth:
    destination: str
    told_at: datetime | None = None
    told: str = ""
    """The alarm, as it was told."""
    failed_at: datetime | None = None
    failed_why: str = ""
    failing_since: datetime | None = None
    """None: the last try succeeded."""
    failures: int = 0
    """Since then, in a row."""
    again_at: datetime | None = None
    """Nothing goes there before."""


def all_health(tx: Tx) -> list[DestinationHealth]:
    return many(tx, DestinationHealth, select_from(DestinationHealth, "destination_health"))


def forget_others(tx: Tx, names: Sequence[str], of_a_process: Sequence[str], unused_since: datetime) -> int:
    """Of destinations that are no more. One `of_a_process` is none only once no process has used it since."""
    return run(
        tx,
        """
WITH others AS (
  SELECT destination FROM destination_health
  WHERE destination <> ALL(%(names)s)
    AND (destination <> ALL(%(of_a_process)s)
      OR coalesce(greatest(told_at, failed_at, again_at) < %(unused_since)s, true))
  ORDER BY destination FOR NO KEY UPDATE)
DELETE FROM destination_health USING others WHERE destination_health.destination = others.destination""",
        names=list(names),
        of_a_process=list(of_a_process),
        unused_since=unused_since,
    )


def failures(tx: Tx, destination: str) -> int:
    """In a row, until now."""
    return (
        value(
            tx,
            "SELECT failures FROM destination_health WHERE destination = %(name)s",
            name=destination,
        )
        or 0
    )


def may_go(tx: Tx, destination: str, now: datetime) -> bool:
    """It is not being spared."""
    return not value(
        tx,
        "SELECT again_at > %(now)s FROM destination_health WHERE destination = %(name)s",
        name=destination,
        now=now,
    )


def take_turn(tx: Tx, destination: str, again_at: datetime, now: datetime) -> bool:
    """True for one of all who ask: it is its turn, and the next is at `again_at`."""
    return (
        run(
            tx,
            """
INSERT INTO destination_health (destination, again_at)
VALUES (%(name)s, %(again_at)s)
ON CONFLICT (destination) DO UPDATE SET again_at = excluded.again_at
WHERE destination_health.again_at IS NULL OR destination_health.again_at <= %(now)s""",
            name=destination,
            again_at=again_at,
            now=now,
        )
        == 1
    )


def note_told(tx: Tx, destination: str, told: str, now: datetime, again_at: datetime | None = None) -> None:
    run(
        tx,
        """
INSERT INTO destination_health (destination, told_at, told, again_at)
VALUES (%(name)s, %(now)s, %(told)s, %(again_at)s)
ON CONFLICT (destination) DO UPDATE SET told_at = excluded.told_at, told = excluded.told,
  failing_since = NULL, failures = 0, again_at = excluded.again_at""",
        name=destination,
        told=told,
        again_at=again_at,
        now=now,
    )


def note_failed(tx: Tx, destination: str, why: str, again_at: datetime | None, now: datetime) -> None:
    run(
        tx,
        """
INSERT INTO destination_health (destination, failed_at, failed_why, failing_since, failures, again_at)
VALUES (%(name)s, %(now)s, %(why)s, %(now)s, 1, %(again_at)s)
ON CONFLICT (destination) DO UPDATE SET failed_at = excluded.failed_at, failed_why = excluded.failed_why,
  failing_since = coalesce(destination_health.failing_since, excluded.failing_since),
  failures = destination_health.failures + 1, again_at = excluded.again_at""",
        name=destination,
        why=why,
        again_at=again_at,
        now=now,
    )
