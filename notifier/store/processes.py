"""Signs of life: each process of the product has a row, and says by it that it lives."""

from datetime import datetime

from notifier.model.tick import ALIVE_SECONDS, Alive, ProcessKind
from notifier.store import Tx, many, run, value

FORGOTTEN_SECONDS = 86_400.0
"""A process that was silent for so long leaves no trace."""


def sign(
    tx: Tx, process_id: str, kind: ProcessKind, *, host: str, pid: int, connections: int, started_at: datetime
) -> None:
    """It lives: by the database's clock."""
    run(
        tx,
        "INSERT INTO process (process_id, kind, host, pid, connections, started_at, seen_at) VALUES"
        " (%(id)s, %(kind)s, %(host)s, %(pid)s, %(connections)s, %(started)s, clock_timestamp())"
        " ON CONFLICT (process_id) DO UPDATE SET seen_at = excluded.seen_at",
        id=process_id,
        kind=kind,
        host=host,
        pid=pid,
        connections=connections,
        started=started_at,
    )


def leave(tx: Tx, process_ids: list[str]) -> None:
    """They ended, and somebody knows it."""
    run(tx, "DELETE FROM process WHERE process_id = ANY(%(ids)s::uuid[])", ids=process_ids)


def forget(tx: Tx) -> None:
    """Those of whom nobody knows how they ended."""
    run(
        tx,
        "DELETE FROM process WHERE seen_at < clock_timestamp() - make_interval(secs => %(seconds)s)",
        seconds=FORGOTTEN_SECONDS,
    )


def alive(tx: Tx) -> list[Alive]:
    """By kind; a kind of which none lives is not in it."""
    return many(
        tx,
        Alive,
        "SELECT kind, count(*) AS processes, sum(connections) AS connections, min(started_at) AS since"
        " FROM process WHERE seen_at > clock_timestamp() - make_interval(secs => %(alive)s) GROUP BY kind",
        alive=ALIVE_SECONDS,
    )


def lives(tx: Tx, kind: ProcessKind) -> bool:
    return value(
        tx,
        "SELECT EXISTS (SELECT FROM process WHERE kind = %(kind)s"
        " AND seen_at > clock_timestamp() - make_interval(secs => %(alive)s))",
        kind=kind,
        alive=ALIVE_SECONDS,
    )
