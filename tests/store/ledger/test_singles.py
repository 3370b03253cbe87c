"""A test or a copy: written ahead, recorded once, proved by events of its own provider, unknown when forsaken."""

import uuid
from datetime import UTC, datetime, timedelta

import pytest

from notifier.errors import Defect
from notifier.store import Db
from notifier.store.ledger import brake, singles
from notifier.store.ledger.singles import Came, New, To

NOW = datetime.now(UTC)
ELSEWHERE = To(None, "a digest")


@pytest.fixture
def notice(db: Db) -> int:
    with db.transaction() as tx:
        row = tx.execute(
            "WITH d AS (INSERT INTO disruption (reference, mode, kind, reason, services, opened_by, opened_at,"
            " effective_at, declare_key) VALUES ('7K2M', 'rehearsal', 'suspension', 'legal', '{x}', 'a', now(),"
            " now(), 'k') RETURNING disruption_id), t AS (INSERT INTO timeline (disruption_id, kind, at, actor)"
            " SELECT disruption_id, 'declared', now(), 'a' FROM d RETURNING timeline_id, disruption_id)"
            " INSERT INTO notice (disruption_id, seq, kind, timeline_id, rev, state, nonce, created_at)"
            " SELECT disruption_id, 1, 'first', timeline_id, 1, 'sending', 'n', now() FROM t RETURNING notice_id"
        ).fetchone()
    assert row
    found: int = row[0]
    return found


def opened(db: Db, notice: int, kind: str = singles.COPY, to: To = ELSEWHERE, now: datetime = NOW) -> str:
    attempt = str(uuid.uuid4())
    with db.transaction() as tx:
        singles.open_single(tx, New(attempt, notice, kind, to, "en", "a", "why", "sandbox"), now=now)
    return attempt


def record(db: Db, attempt: str, outcome: str) -> None:
    with db.transaction() as tx:
        singles.record(tx, Came(attempt, outcome, "said", 202, "m"), now=NOW)


def outcomes(db: Db, notice: int) -> list[str]:
    with db.transaction() as tx:
        return [each.outcome for each in singles.of_notice(tx, notice)]


def may_leave(db: Db, attempt: str) -> bool:
    with db.transaction() as tx:
        return singles.may_leave(tx, attempt)


def expire(db: Db, now: datetime = NOW) -> int:
    with db.transaction() as tx:
        return singles.expire(tx, lease_seconds=30, now=now)


def prove(db: Db, provider: str, *attempts: str) -> int:
    with db.transaction() as tx:
        return singles.prove(tx, provider, attempts)


def bound(db: Db, notice: int | None = None) -> int:
    with db.transaction() as tx:
        return brake.open_attempts(tx, notice)


def test_it_may_leave_once_and_not_under_the_brake(db: Db, notice: int) -> None:
    attempt = opened(db, notice)
    assert may_leave(db, attempt)
    with db.transaction() as tx:
        brake.pull_brake(tx, actor="a", now=NOW)
    assert not may_leave(db, attempt)
    with db.transaction() as tx:
        brake.release_brake(tx)
    record(db, attempt, "accepted")
    assert not may_leave(db, attempt)
    assert not may_leave(db, str(uuid.uuid4()))


def test_who_sleeps_longer_than_its_lease_may_not_leave_any_more(db: Db, notice: int) -> None:
    attempt = opened(db, notice)
    assert expire(db, NOW + timedelta(seconds=29)) == 0
    assert expire(db, NOW + timedelta(seconds=31)) == 1
    assert outcomes(db, notice) == ["unknown"]
    assert not may_leave(db, attempt)
    assert expire(db, NOW + timedelta(seconds=60)) == 0


@pytest.mark.parametrize("outcome", ["accepted", "refused", "not_sent"])
def test_a_late_answer_decides_what_was_unknown_and_nothing_else(db: Db, notice: int, outcome: str) -> None:
    attempt = opened(db, notice)
    expire(db, NOW + timedelta(minutes=1))
    record(db, attempt, outcome)
    record(db, attempt, "unknown")
    assert outcomes(db, notice) == [outcome]


def test_only_its_own_provider_proves_it_whatever_it_was(db: Db, notice: int) -> None:
    attempts = [opened(db, notice) for _ in range(3)]
    record(db, attempts[1], "refused")
    expire(db, NOW + timedelta(minutes=1))
    assert prove(db, "sendgrid", *attempts) == 0
    assert prove(db, "sandbox", *attempts[:2], str(uuid.uuid4())) == 2
    assert outcomes(db, notice) == ["accepted", "accepted", "unknown"]
    assert prove(db, "sandbox", *attempts[:2]) == 0
    record(db, attempts[0], "not_sent")
    assert outcomes(db, notice)[0] == "accepted"


def test_the_bound_of_the_brake_counts_those_that_may_still_leave(db: Db, notice: int) -> None:
    assert bound(db) == 0
    attempt = opened(db, notice)
    opened(db, notice, now=NOW - timedelta(hours=2))
    assert (bound(db), bound(db, notice), bound(db, notice + 1)) == (2, 2, 0)
    expire(db, NOW + timedelta(minutes=1))
    assert bound(db) == 1, "who has been asleep for two hours is dead"
    record(db, attempt, "unknown")
    assert bound(db) == 0, "the provider's unclear answer means that it has left"


def test_an_earlier_copy_is_known_by_its_address_and_notice(db: Db, notice: int) -> None:
    def earlier(to: To = ELSEWHERE, of: int = notice) -> str | None:
        with db.transaction() as tx:
            return singles.earlier_copy(tx, of, to)

    opened(db, notice, singles.TEST)
    assert earlier() is None, "a test is no copy"
    record(db, opened(db, notice), "refused")
    assert earlier() is None, "it never left"
    attempt = opened(db, notice)
    assert earlier() == "open"
    record(db, attempt, "accepted")
    assert earlier() == "accepted"
    assert earlier(To(None, "another")) is None
    assert earlier(of=notice + 1) is None


def test_a_copy_goes_to_exactly_one_kind_of_address_and_has_a_reason(db: Db, notice: int) -> None:
    with pytest.raises(Defect, match="CheckViolation"):
        opened(db, notice, to=To(None, None))
    with pytest.raises(Defect, match="CheckViolation"), db.transaction() as tx:
        singles.open_single(
            tx, New(str(uuid.uuid4()), notice, "copy", ELSEWHERE, "en", "a", None, "x"), now=NOW
        )


def test_the_weightiest_report_is_shown(db: Db, notice: int) -> None:
    attempt = opened(db, notice)
    for number, kind in enumerate(("processed", "bounce", "delivered", "open")):
        with db.transaction() as tx:
            tx.execute(
                "INSERT INTO event (sg_event_id, occurred_at, attempt_id, kind) VALUES (%s, %s, %s, %s)",
                (str(number), NOW, attempt, kind),
            )
    with db.transaction() as tx:
        assert [each.reported for each in singles.of_notice(tx, notice)] == ["bounce"]
