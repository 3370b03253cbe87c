"""Claim, record, expire: one owner for each chunk, and an outcome that is written once, late or not."""

import uuid
from datetime import UTC, datetime
from typing import Any

import pytest

from notifier.store import Db, Tx
from notifier.store.ledger import brake, chunks, leases
from notifier.store.ledger.chunks import Claim, Record

NOW = datetime(2026, 11, 27, 23, 40, tzinfo=UTC)


@pytest.fixture
def sending(db: Db) -> Db:
    """A notice on its way with two chunks of two people each."""
    with db.transaction() as tx:
        tx.execute(
            "INSERT INTO disruption (reference, mode, kind, reason, services, opened_by, opened_at,"
            " effective_at, declare_key) VALUES ('7K2M', 'rehearsal', 'suspension', 'legal', '{x}', 'a', now(),"
            " now(), 'k')"
        )
        tx.execute(
            "INSERT INTO timeline (disruption_id, kind, at, actor) SELECT disruption_id, 'declared', now(), 'a'"
            " FROM disruption"
        )
        tx.execute(
            "INSERT INTO notice (disruption_id, seq, kind, timeline_id, rev, state, nonce, created_at)"
            " SELECT disruption_id, 1, 'first', timeline_id, 1, 'sending', 'n', now() FROM timeline"
        )
        for chunk in (101, 102):
            tx.execute(
                "INSERT INTO chunk (chunk_id, notice_id, content_id, root_id, lo, hi)"
                " SELECT %(id)s, notice_id, 1, %(id)s, 0, 2 FROM notice",
                {"id": chunk},
            )
    return db


def notice_id(tx: Tx) -> int:
    row = tx.execute("SELECT notice_id FROM notice").fetchone()
    assert row
    return int(row[0])


def claim(tx: Tx, lease: float = 60) -> Claim | None:
    return chunks.claim(
        tx, notice_id(tx), attempt_id=str(uuid.uuid4()), provider="sandbox", lease_seconds=lease
    )


def record(tx: Tx, claimed: Claim, outcome: str, chunk: str) -> bool:
    return chunks.record(tx, Record(claimed.attempt_id, outcome, chunk, "r", 202, "m", None), now=NOW)


def states(tx: Tx, claimed: Claim) -> tuple[Any, ...]:
    row = tx.execute(
        "SELECT k.state, a.outcome FROM chunk k JOIN attempt a USING (chunk_id)"
        " WHERE chunk_id = %s AND a.attempt_id = %s",
        (claimed.chunk_id, claimed.attempt_id),
    ).fetchone()
    assert row
    return row


def test_two_who_claim_at_once_get_two_chunks_and_the_third_none(sending: Db) -> None:
    with sending.transaction() as one, sending.transaction() as two:
        first, second = claim(one), claim(two)
        assert first
        assert second
        assert first.chunk_id != second.chunk_id
    with sending.transaction() as tx:
        assert claim(tx) is None
        assert brake.open_attempts(tx) == 4


@pytest.mark.parametrize("state", ["draft", "held", "cancelled", "finished", "void"])
def test_nothing_is_claimed_of_a_notice_that_may_not_leave(sending: Db, state: str) -> None:
    with sending.transaction() as tx:
        tx.execute("UPDATE notice SET state = %s", (state,))
        assert claim(tx) is None


def test_a_claim_that_is_not_ours_any_more_does_not_leave(sending: Db) -> None:
    with sending.transaction() as tx:
        mine = claim(tx)
        assert mine
        assert chunks.may_leave(tx, mine)
        brake.pull_brake(tx, actor="a", now=NOW)
        assert not chunks.may_leave(tx, mine)
        brake.release_brake(tx)
        assert chunks.may_leave(tx, mine)
        tx.execute("UPDATE notice SET state = 'held'")
        assert not chunks.may_leave(tx, mine)


def test_an_outcome_is_written_once(sending: Db) -> None:
    with sending.transaction() as tx:
        mine = claim(tx)
        assert mine
        assert record(tx, mine, "accepted", "accepted")
        assert not record(tx, mine, "refused", "due")
        assert not record(tx, mine, "accepted", "accepted")
        assert states(tx, mine) == ("accepted", "accepted")


def test_a_lease_that_ran_out_is_unknown_and_is_claimed_by_nobody(sending: Db) -> None:
    with sending.transaction() as tx:
        mine, other = claim(tx, lease=0.01), claim(tx, lease=60)
        assert mine
        assert other
    with sending.transaction() as tx:
        tx.execute("SELECT pg_sleep(0.05)")
    with sending.transaction() as tx:
        assert leases.expire_leases(tx, now=NOW) == 1
        assert leases.expire_leases(tx, now=NOW) == 0
        assert states(tx, mine) == ("unknown", "unknown")
        assert states(tx, other) == ("claimed", "open")
        assert claim(tx) is None
        # Its process may only be asleep: its letters stay in the bound that a brake prints.
        assert brake.open_attempts(tx) == 4


@pytest.mark.parametrize(
    ("outcome", "chunk", "then"),
    [("accepted", "accepted", ("accepted", "accepted")), ("refused", "due", ("due", "refused"))],
)
def test_a_late_answer_counts(sending: Db, outcome: str, chunk: str, then: tuple[str, str]) -> None:
    with sending.transaction() as tx:
        mine = claim(tx, lease=-1)
        assert mine
        leases.expire_leases(tx, now=NOW)
        assert record(tx, mine, outcome, chunk)
        assert states(tx, mine) == then


def test_a_split_leaves_children_that_cover_the_rest(sending: Db) -> None:
    with sending.transaction() as tx:
        mine = claim(tx)
        assert mine
        record(tx, mine, "refused", "split")
        chunks.split(tx, mine, [(0, 1), (1, 2)])
        left = tx.execute(
            "SELECT lo, hi, root_id FROM chunk WHERE root_id = %s AND state = 'due' ORDER BY lo",
            (mine.root_id,),
        ).fetchall()
        assert left == [(0, 1, mine.root_id), (1, 2, mine.root_id)]
        assert chunks.due(tx, notice_id(tx)).due == 3


def test_the_parts_of_a_chunk_that_may_have_left_before_carry_its_mark(sending: Db) -> None:
    with sending.transaction() as tx:
        tx.execute("UPDATE chunk SET again = true WHERE chunk_id = 101")
        claimed = claim(tx)
        assert claimed
        record(tx, claimed, "refused", "split")
        chunks.split(tx, claimed, [(0, 1), (1, 2)])
        rows = tx.execute("SELECT lo, hi, again FROM chunk WHERE root_id = 101 AND state = 'due' ORDER BY lo")
        assert rows.fetchall() == [(0, 1, True), (1, 2, True)]


def test_an_attempt_that_evidence_made_needless_does_not_stay_open_when_its_worker_dies(sending: Db) -> None:
    with sending.transaction() as tx:
        claimed = claim(tx)
        assert claimed
        tx.execute("UPDATE chunk SET state = 'accepted', lease_until = NULL WHERE chunk_id = 101")
        assert leases.expire_forsaken(tx, lease_seconds=60, now=NOW) == 0, "its worker may still live"
        tx.execute("UPDATE attempt SET claimed_at = claimed_at - interval '61 s'")
        assert leases.expire_forsaken(tx, lease_seconds=60, now=NOW) == 1
        assert states(tx, claimed) == ("accepted", "unknown")
        assert brake.open_attempts(tx) == 0


def test_an_attempt_whose_chunk_still_waits_for_it_is_left_to_its_lease(sending: Db) -> None:
    with sending.transaction() as tx:
        claimed = claim(tx)
        assert claimed
        tx.execute("UPDATE attempt SET claimed_at = claimed_at - interval '61 s'")
        assert leases.expire_forsaken(tx, lease_seconds=60, now=NOW) == 0


def test_letters_are_looked_up_also_when_the_statistics_are_of_the_lists_beginning(sending: Db) -> None:
    """They were of eight chunks; each of those was taken for an eighth of everybody later."""
    with sending.transaction() as tx:
        tx.execute(
            "INSERT INTO recipient (address, address_key) SELECT a, a FROM"
            " (SELECT i || '@example.com' AS a FROM generate_series(1, 40000) i) x"
        )
        tx.execute("ANALYZE recipient")
        tx.execute(SEATED, {"lo": 36001, "hi": 40000})
        tx.execute("ANALYZE delivery")
        tx.execute(SEATED, {"lo": 1, "hi": 36000})
        tx.execute("UPDATE chunk SET root_id = 73, hi = 500")
        claimed = claim(tx)
        assert claimed
    with sending.transaction() as tx:
        before = rows_read(tx)
        assert len(chunks.seats(tx, claimed)) == 500
    with sending.transaction() as tx:
        assert rows_read(tx) - before <= 1000


SEATED = """
INSERT INTO delivery (notice_id, recipient_id, root_chunk_id, pos, vars)
SELECT notice_id, i, 1 + (i - 1) / 500, (i - 1) %% 500, '{"o": []}'
FROM notice, generate_series(%(lo)s::int, %(hi)s) i"""


def rows_read(tx: Tx) -> int:
    """Deliveries and recipients that statements have read until now."""
    tx.execute("SELECT pg_stat_force_next_flush()")
    row = tx.execute(
        "SELECT sum(seq_tup_read + idx_tup_fetch) FROM pg_stat_user_tables"
        " WHERE relname ~ '^delivery' OR relname = 'recipient'"
    ).fetchone()
    assert row
    return int(row[0])
