"""Signs of life: each process of the product has a row, and says by it that it lives."""

from dataclasses import dataclass
from datetime import datetime

from notifier.model.tick import ALIVE_SECONDS, Alive, ProcessKind
from notifier.store import Tx, many, one, run, value

FORGOTTEN_SECONDS = 86_400.0
"""A process that was silent for so long leaves no trace."""


def sign(
    tx: Tx, process_id: str, kind: ProcessKind, *, host: str, pid: int, connections: int, started_at: datetime
) -> None:
    """It lives: by the database's clock."""
    run(
        tx,
        """
INSERT INTO process (process_id, kind, host, pid, connections, started_at, seen_at)
VALUES (%(id)s, %(kind)s, %(host)s, %(pid)s, %(connections)s, %(started)s, clock_timestamp())
ON CONFLICT (process_id) DO UPDATE SET seen_at = excluded.seen_at""",
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
        """
SELECT kind, count(*) AS processes, sum(connections) AS connections, min(started_at) AS since
FROM process
WHERE seen_at > clock_timestamp() - make_interval(secs => %(alive)s)
GROUP BY kind""",
        alive=ALIVE_SECONDS,
    )


def lives(tx: Tx, kind: ProcessKind) -> bool:
    return value(
        tx,
        """
SELECT EXISTS (SELECT FROM process
  WHERE kind = %(kind)s AND seen_at > clock_timestamp() - make_interval(secs => %(alive)s))""",
        kind=kind,
        alive=ALIVE_SECONDS,
    )


@dataclass(frozen=True, slots=True)
class Room:
    """How many connections the server has for us, and what bounds them."""

    connections: int
    bound: str


def room(tx: Tx) -> Room:
    """What is kept for superusers is not ours, even if we are one; a pooler in between may have fewer."""
    found = one(
        tx,
        Room,
        """
SELECT connections, bound
FROM (
  SELECT current_setting('max_connections')::int - current_setting('superuser_reserved_connections')::int
         - coalesce(current_setting('reserved_connections', true)::int, 0) AS connections,
         'max_connections, less what is reserved' AS bound
  UNION ALL
  SELECT rolconnlimit, 'the limit of this role' FROM pg_roles
  WHERE rolname = current_user AND rolconnlimit >= 0
  UNION ALL
  SELECT datconnlimit, 'the limit of this database'
  FROM pg_database
  WHERE datname = current_database() AND datconnlimit >= 0) bounds
ORDER BY 1 LIMIT 1""",
    )
    assert found is not None
    return found
