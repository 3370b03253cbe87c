"""Ticks: each kind is queued at most once and runs at most once. Its row is locked for a moment only."""

from collections.abc import Sequence

from notifier.model.tick import ALIVE_SECONDS, Tick, TickKind
from notifier.store import Tx, many, run, value

RUNS = """
run_by IS NOT NULL AND EXISTS (SELECT FROM process p WHERE p.process_id = tick.run_by
  AND p.seen_at > clock_timestamp() - make_interval(secs => %(alive)s))"""

READ = f"""
SELECT kind, extract(epoch FROM clock_timestamp() - queued_at)::float8 AS queued_age, {RUNS} AS runs, ended_at
FROM tick """  # noqa: S608 - constants of this module


def ticks(tx: Tx) -> list[Tick]:
    return many(
        tx, Tick, READ + "WHERE kind = ANY(%(kinds)s)", kinds=[*map(str, TickKind)], alive=ALIVE_SECONDS
    )


def register(tx: Tx, kinds: Sequence[TickKind]) -> None:
    run(
        tx,
        "INSERT INTO tick (kind) SELECT unnest(%(kinds)s::text[]) ON CONFLICT DO NOTHING",
        kinds=[*map(str, kinds)],
    )


def locked(tx: Tx, kinds: Sequence[TickKind]) -> list[Tick]:
    """Nobody else queues, begins or ends them until this transaction ends; of those that are registered.

    Locked in one order for everybody, so that no two wait in a circle.
    """
    return many(
        tx,
        Tick,
        READ + "WHERE kind = ANY(%(kinds)s) ORDER BY kind FOR NO KEY UPDATE",
        kinds=[*map(str, kinds)],
        alive=ALIVE_SECONDS,
    )


def queue(tx: Tx, kinds: Sequence[TickKind]) -> None:
    """A ring for each goes into the broker."""
    run(
        tx,
        "UPDATE tick SET queued_at = clock_timestamp() WHERE kind = ANY(%(kinds)s)",
        kinds=[*map(str, kinds)],
    )


def unqueue(tx: Tx, kind: TickKind) -> None:
    """The broker did not take the ring."""
    run(tx, "UPDATE tick SET queued_at = NULL WHERE kind = %(kind)s", kind=kind)


def want_again(tx: Tx, kind: TickKind) -> None:
    """There is news that the one which runs may not have seen."""
    run(tx, "UPDATE tick SET again = true WHERE kind = %(kind)s", kind=kind)


def begin(tx: Tx, kind: TickKind, process_id: str) -> None:
    """It runs in this process. If that dies, the tick is free once it is taken for dead."""
    run(
        tx,
        """
UPDATE tick SET queued_at = NULL, again = false, run_by = %(process)s, started_at = clock_timestamp()
WHERE kind = %(kind)s""",
        kind=kind,
        process=process_id,
    )


def end(tx: Tx, kind: TickKind, process_id: str, *, done: bool) -> bool:
    """It no longer runs; `done`: it did all of its work. True: there was news meanwhile."""
    return bool(
        value(
            tx,
            """
UPDATE tick SET run_by = NULL, ended_at = CASE WHEN %(done)s THEN clock_timestamp() ELSE ended_at END
WHERE kind = %(kind)s AND run_by = %(process)s
RETURNING again""",
            kind=kind,
            process=process_id,
            done=done,
        )
    )


def let_go(tx: Tx, process_id: str, *, but: list[str]) -> int:
    """What this process no longer runs, although the end of it could not be written: kinds in `but` do run."""
    return run(
        tx,
        "UPDATE tick SET run_by = NULL WHERE run_by = %(process)s AND kind <> ALL(%(but)s)",
        process=process_id,
        but=but,
    )
