"""When it was last asked who came late: a question over everybody, too dear for every tick."""

from dataclasses import dataclass
from datetime import datetime

from notifier.store import Tx, many, run


@dataclass(frozen=True, slots=True)
class OpenOne:
    disruption_id: int
    asked_at: datetime | None
    declined: int
    """A person has dropped what was drafted for so many people."""


def open_ones(tx: Tx) -> list[OpenOne]:
    """Disruptions that tell people, of both modes."""
    return many(
        tx,
        OpenOne,
        "SELECT d.disruption_id, l.asked_at, coalesce(l.declined, 0) AS declined"
        " FROM disruption d LEFT JOIN latecomers l USING (disruption_id)"
        " WHERE d.declared_at IS NOT NULL AND d.ended_at IS NULL AND NOT d.awaits_cutoff"
        " ORDER BY d.disruption_id",
    )


def ask(tx: Tx, disruption_id: int, *, since: datetime, now: datetime) -> bool:
    """True: nobody has asked since then, and from here on somebody has."""
    return (
        run(
            tx,
            "INSERT INTO latecomers (disruption_id, asked_at) VALUES (%(id)s, %(now)s)"
            " ON CONFLICT (disruption_id) DO UPDATE SET asked_at = %(now)s"
            " WHERE latecomers.asked_at <= %(since)s",
            id=disruption_id,
            since=since,
            now=now,
        )
        == 1
    )


def decline(tx: Tx, disruption_id: int, *, people: int) -> None:
    """Nothing is drafted for so many people who came late; for more than those it is."""
    run(
        tx,
        "UPDATE latecomers SET declined = %(people)s WHERE disruption_id = %(id)s",
        id=disruption_id,
        people=people,
    )
