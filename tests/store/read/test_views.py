"""`twice`: letters that more than one accepted attempt carried, exactly, also when a repeat was split."""

import uuid

import pytest

from notifier.store import Db, Tx
from notifier.store.read import views


@pytest.fixture
def sent(db: Db) -> Db:
    """A notice with one chunk of ten letters."""
    with db.transaction() as tx:
        tx.execute(
            "WITH d AS (INSERT INTO disruption (reference, mode, kind, reason, services, opened_by, opened_at,"
            " effective_at, declare_key) VALUES ('7K2M', 'rehearsal', 'suspension', 'legal', '{x}', 'a', now(),"
            " now(), 'k') RETURNING disruption_id), t AS (INSERT INTO timeline (disruption_id, kind, at, actor)"
            " SELECT disruption_id, 'declared', now(), 'a' FROM d RETURNING timeline_id, disruption_id)"
            " INSERT INTO notice (disruption_id, seq, kind, timeline_id, rev, state, nonce, created_at)"
            " SELECT disruption_id, 1, 'first', timeline_id, 1, 'sending', 'n', now() FROM t"
        )
        a_chunk(tx, 101, 0, 10)
    return db


def a_chunk(tx: Tx, chunk_id: int, lo: int, hi: int) -> None:
    tx.execute(
        "INSERT INTO chunk (chunk_id, notice_id, content_id, root_id, lo, hi)"
        " SELECT %s, notice_id, 1, 101, %s, %s FROM notice",
        (chunk_id, lo, hi),
    )


def an_attempt(tx: Tx, chunk_id: int, outcome: str, *, again: bool = False) -> None:
    tx.execute(
        "INSERT INTO attempt (attempt_id, chunk_id, provider, n, again, claimed_at, outcome, ended_at)"
        " SELECT %s, %s, 'sandbox', hi - lo, %s, now(), %s, now() FROM chunk WHERE chunk_id = %s",
        (uuid.uuid4(), chunk_id, again, outcome, chunk_id),
    )


def counted(db: Db) -> tuple[int, int]:
    """(again, twice)"""
    with db.transaction() as tx:
        row = tx.execute("SELECT disruption_id FROM notice").fetchone()
        assert row
        (notice,) = views.notices(tx, row[0])
    return notice.again, notice.twice


def test_one_accepted_attempt_is_nothing_twice(sent: Db) -> None:
    with sent.transaction() as tx:
        an_attempt(tx, 101, "presumed_lost")
        an_attempt(tx, 101, "accepted", again=True)
    assert counted(sent) == (10, 0)


def test_two_accepted_attempts_of_a_chunk_are_its_letters_twice(sent: Db) -> None:
    with sent.transaction() as tx:
        an_attempt(tx, 101, "accepted")
        an_attempt(tx, 101, "accepted", again=True)
        an_attempt(tx, 101, "accepted", again=True)
    assert counted(sent) == (20, 10)


def test_a_repeat_that_was_split_counts_the_letters_of_its_accepted_parts(sent: Db) -> None:
    """The fourth letter was named by a 400 and is in no part; the last part never left."""
    with sent.transaction() as tx:
        an_attempt(tx, 101, "accepted")
        an_attempt(tx, 101, "refused", again=True)
        for chunk_id, lo, hi in ((102, 0, 3), (103, 4, 8), (104, 8, 10)):
            a_chunk(tx, chunk_id, lo, hi)
        an_attempt(tx, 102, "accepted", again=True)
        an_attempt(tx, 103, "accepted", again=True)
    assert counted(sent) == (7, 7)


def test_parts_that_do_not_overlap_are_nothing_twice(sent: Db) -> None:
    with sent.transaction() as tx:
        an_attempt(tx, 101, "refused")
        for chunk_id, lo, hi in ((102, 0, 5), (103, 5, 10)):
            a_chunk(tx, chunk_id, lo, hi)
            an_attempt(tx, chunk_id, "accepted")
    assert counted(sent) == (0, 0)
