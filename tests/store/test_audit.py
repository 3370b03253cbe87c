"""The chain of decisions: every link is sealed with the one before, and whoever changes one is found."""

import threading
from datetime import UTC, datetime
from typing import Any

import psycopg
import pytest

from notifier.store import Db, Tx, audit

NOW = datetime(2026, 11, 27, 23, 40, 1, 250, tzinfo=UTC)


def decisions(db: Db, n: int = 4) -> None:
    for number in range(1, n + 1):
        with db.transaction() as tx:
            audit.append(
                tx, actor="person:lind", act="approve", at=NOW, disruption_id=number,
                before={"state": "Entwurf ü"}, after={"ceiling": number, "list": None},
            )  # fmt: skip


def broken_at(tx: Tx) -> int | None:
    """The first entry that does not fit, computed again from what stands in the table; None: the chain holds."""
    rows: list[dict[str, Any]] = [
        row[0] for row in tx.execute("SELECT to_jsonb(audit) FROM audit ORDER BY seq").fetchall()
    ]
    prev = audit.GENESIS
    for number, row in enumerate(rows, 1):
        entry = {key: row[key] for key in ("seq", "disruption_id", "actor", "act", "before", "after")}
        entry["at"] = datetime.fromisoformat(row["at"]).astimezone(UTC).isoformat()
        if row["seq"] != number or row["prev_hash"] != prev or row["hash"] != audit.seal(prev, entry):
            return number
        prev = row["hash"]
    return None


def test_a_chain_that_nobody_touched_verifies(db: Db) -> None:
    decisions(db)
    with db.transaction() as tx:
        assert broken_at(tx) is None
        assert tx.execute("SELECT array_agg(seq ORDER BY seq) FROM audit").fetchone() == ([1, 2, 3, 4],)


@pytest.mark.parametrize(
    "tampering",
    [
        "UPDATE audit SET actor = 'person:other' WHERE seq = 2",
        "UPDATE audit SET after = jsonb_set(after, '{ceiling}', '9') WHERE seq = 2",
        "UPDATE audit SET at = at + interval '1 second' WHERE seq = 2",
        "UPDATE audit SET disruption_id = NULL WHERE seq = 2",
        "DELETE FROM audit WHERE seq = 2",
        "UPDATE audit SET hash = repeat('0', 64) WHERE seq = 2",
    ],
)
def test_tampering_shows(db: Db, tampering: str) -> None:
    decisions(db)
    with db.transaction() as tx:
        tx.execute(tampering)  # pyright: ignore[reportCallIssue, reportArgumentType]
        assert broken_at(tx) == 2


def test_an_entry_sealed_anew_breaks_the_next(db: Db) -> None:
    decisions(db)
    with db.transaction() as tx:
        tx.execute("UPDATE audit SET act = 'nothing', hash = repeat('a', 64) WHERE seq = 3")
        assert broken_at(tx) == 3


def test_whoever_decides_at_once_makes_no_fork(db: Db) -> None:
    threads = [threading.Thread(target=decisions, args=(db, 5)) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    with db.transaction() as tx:
        assert tx.execute("SELECT count(*), max(seq) FROM audit").fetchone() == (20, 20)
        assert broken_at(tx) is None


def test_a_decision_that_was_rolled_back_leaves_no_gap(db: Db) -> None:
    decisions(db, 1)
    with db.transaction() as tx:
        audit.append(tx, actor="a", act="b", at=NOW)
        raise psycopg.Rollback
    decisions(db, 1)
    with db.transaction() as tx:
        assert tx.execute("SELECT count(*), max(seq) FROM audit").fetchone() == (2, 2)
        assert broken_at(tx) is None
