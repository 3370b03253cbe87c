"""The provider's pace, shared by all workers: what a 429 teaches, one bucket, the breaker's row of doubts."""

import time
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from uuid import uuid4

import pytest

from notifier.store import Db, Tx
from notifier.store.ledger import rate_limit
from notifier.store.ledger.rate_limit import Pace

PAST = datetime(2026, 1, 1, tzinfo=UTC)


def requests(tx: Tx, n: int, ago: float = 0.1, provider: str = "p") -> None:
    for _ in range(n):
        tx.execute(
            "INSERT INTO attempt (attempt_id, chunk_id, provider, n, claimed_at)"
            " VALUES (%s, 1, %s, 1, clock_timestamp() - make_interval(secs => %s))",
            (str(uuid4()), provider, ago),
        )


def rate(tx: Tx, provider: str = "p") -> float | None:
    row = tx.execute("SELECT rate FROM provider WHERE name = %s", (provider,)).fetchone()
    return row[0] if row else None


def known(tx: Tx) -> Pace:
    found = rate_limit.pace(tx, "p")
    assert found
    return found


def test_nothing_limits_before_the_first_trouble(db: Db) -> None:
    with db.transaction() as tx:
        assert rate_limit.pace(tx, "p") is None
        rate_limit.trust(tx, "p", accepted=True)
        assert rate_limit.pace(tx, "p") is None


def test_a_429_halves_what_was_asked_in_the_last_second(db: Db) -> None:
    with db.transaction() as tx:
        requests(tx, 40)
        requests(tx, 100, ago=3)
        requests(tx, 7, provider="another")
        rate_limit.slow_down(tx, "p", until=PAST)
        assert rate(tx) == 20
        assert known(tx) == Pace(0, limited=True, broken=False, resting_seconds=0)
        rate_limit.slow_down(tx, "p", until=PAST)
        assert rate(tx) == 10
        for _ in range(9):
            rate_limit.slow_down(tx, "p", until=PAST)
        assert rate(tx) == 1, "it never stops altogether"
        assert rate(tx, "another") is None


def test_a_first_429_without_any_recent_request_still_gives_a_rate(db: Db) -> None:
    with db.transaction() as tx:
        rate_limit.slow_down(tx, "p", until=PAST)
        assert rate(tx) == 1


def test_accepted_requests_let_the_rate_grow_until_it_is_forgotten(db: Db) -> None:
    with db.transaction() as tx:
        requests(tx, 40)
        rate_limit.slow_down(tx, "p", until=PAST)
        rate_limit.trust(tx, "p", accepted=False)
        assert rate(tx) == 20
        rate_limit.trust(tx, "p", accepted=True)
        assert rate(tx) == pytest.approx(22)  # pyright: ignore[reportUnknownMemberType]
        for _ in range(40):
            rate_limit.trust(tx, "p", accepted=True)
        assert rate(tx) is None
        assert not known(tx).limited


def test_rest_is_never_shortened(db: Db) -> None:
    with db.transaction() as tx:
        now = datetime.now(UTC)
        rate_limit.rest(tx, "p", until=now + timedelta(seconds=600))
        rate_limit.rest(tx, "p", until=now + timedelta(seconds=5))
        rate_limit.slow_down(tx, "p", until=now + timedelta(seconds=5))
        assert known(tx).wait_seconds > 500


def test_all_workers_take_from_one_bucket(db: Db) -> None:
    with db.transaction() as tx:
        requests(tx, 40)
        rate_limit.slow_down(tx, "p", until=PAST)

    def ask(_: int) -> bool:
        with db.transaction() as tx:
            return rate_limit.take_token(tx, "p")

    began = time.monotonic()
    with ThreadPoolExecutor(4) as workers:
        taken = sum(workers.map(ask, range(120)))
    seconds = time.monotonic() - began
    # One token at the start, 20 a second after that, however many ask.
    assert 1 <= taken <= 2 + 20 * seconds


def test_the_bucket_fills_with_time_but_never_over_one_second_of_it(db: Db) -> None:
    with db.transaction() as tx:
        requests(tx, 10)
        rate_limit.slow_down(tx, "p", until=PAST)
        assert rate_limit.take_token(tx, "p")
        tx.execute("UPDATE provider SET tokens = 0, refilled_at = clock_timestamp() - interval '1 hour'")
        assert sum(rate_limit.take_token(tx, "p") for _ in range(20)) in {5, 6}


def test_two_doubts_in_a_row_break_it_and_more_make_the_rest_longer(db: Db) -> None:
    with db.transaction() as tx:
        rate_limit.doubt(tx, "p", rest_seconds=10)
        assert not known(tx).broken
        rate_limit.doubt(tx, "p", rest_seconds=10)
        assert known(tx).broken
        assert 15 < known(tx).resting_seconds <= 20
        for _ in range(100):
            rate_limit.doubt(tx, "p", rest_seconds=10)
        assert 290 < known(tx).resting_seconds <= 300, "it asks again within minutes, however bad it was"


@pytest.mark.parametrize("accepted", [True, False])
def test_any_clear_answer_ends_the_row(db: Db, *, accepted: bool) -> None:
    with db.transaction() as tx:
        rate_limit.doubt(tx, "p", rest_seconds=10)
        rate_limit.trust(tx, "p", accepted=accepted)
        rate_limit.doubt(tx, "p", rest_seconds=10)
        assert not known(tx).broken
        rate_limit.doubt(tx, "p", rest_seconds=10)
        rate_limit.trust(tx, "p", accepted=accepted)
        assert known(tx) == Pace(0, limited=False, broken=False, resting_seconds=0)


def test_the_lock_of_a_claim_holds_for_all_until_its_transaction_ends(db: Db) -> None:
    def too() -> bool:
        with db.transaction() as theirs:
            rate_limit.one_at_a_time(theirs, "probe:p")
            return True

    with ThreadPoolExecutor(1) as other:
        with db.transaction() as tx:
            rate_limit.one_at_a_time(tx, "probe:p")
            waiting = other.submit(too)
            time.sleep(0.2)
            assert not waiting.done()
        assert waiting.result(timeout=5)
