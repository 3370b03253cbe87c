"""A decision and its entry in the audit chain: both or neither; the brake at once, its entry by whoever comes."""

from collections.abc import Callable, Generator
from contextlib import contextmanager
from datetime import timedelta

import psycopg
import pytest

from notifier.actions.announce import holding
from notifier.actions.control import brake
from notifier.actions.control.approve import Consent
from notifier.errors import Refused, Unreachable
from notifier.model.act import Act
from notifier.store import Db
from notifier.store.audit import CHAIN_LOCK
from tests.lab import LIND, LOSE, YES, Lab, every, nth, refuse

Decision = Callable[[Lab, Db, int], object]


@contextmanager
def chain_taken(lab: Lab) -> Generator[Db]:
    """Somebody is in the middle of a commit and does not get on; through this nobody waits long for a lock."""
    with psycopg.connect(lab.database_url) as other:
        name = other.info.dbname
        other.execute(f"ALTER DATABASE {name} SET lock_timeout = '50ms'")  # pyright: ignore[reportArgumentType, reportCallIssue]
        other.commit()
        other.execute("SELECT pg_advisory_xact_lock(%s)", (CHAIN_LOCK,))
        with Db(lab.database_url) as db:
            yield db
        other.rollback()


def world(lab: Lab, state: str) -> int:
    """A notice to 30 people in 3 chunks, in this state; its first chunk has given up."""
    lab.people(30)
    notice_id = lab.notice_id(lab.suspend(), 1)
    while lab.rings and lab.rings[0].task == "freeze":
        lab.run(lab.rings.pop(0))
    lab.rings.clear()
    first = "(SELECT min(chunk_id) FROM chunk WHERE notice_id = %s)"
    lab.rows(f"UPDATE chunk SET state = 'dead' WHERE chunk_id = {first}", notice_id)
    lab.rows("UPDATE notice SET state = %s WHERE notice_id = %s", state, notice_id)
    return notice_id


DECISIONS: dict[str, tuple[str, Decision]] = {
    "pause": ("sending", lambda lab, db, id_: brake.pause(db, lab.act(), id_)),
    "resume": ("held", lambda lab, db, id_: brake.resume(db, lab.act(), id_)),
    "cancel": ("sending", lambda lab, db, id_: brake.cancel(db, lab.act(), id_)),
    "retry dead": ("sending", lambda lab, db, id_: brake.retry_dead(db, lab.act(), id_)),
    "drop dead": ("sending", lambda lab, db, id_: brake.drop_dead(db, lab.act(), id_)),
}


def ledger(lab: Lab) -> list[tuple[object, ...]]:
    return lab.rows("SELECT state FROM notice ORDER BY notice_id") + lab.rows(
        "SELECT chunk_id, state FROM chunk ORDER BY 1"
    )


@pytest.mark.parametrize("act", DECISIONS)
def test_what_cannot_be_entered_in_the_chain_is_not_decided(lab: Lab, act: str) -> None:
    state, decide = DECISIONS[act]
    notice_id = world(lab, state)
    before = ledger(lab)
    with chain_taken(lab) as db, pytest.raises(Unreachable, match="try again"):
        decide(lab, db, notice_id)
    assert ledger(lab) == before
    assert act not in lab.acts()
    decide(lab, lab.app.db, notice_id)
    assert ledger(lab) != before
    assert lab.acts()[-1] == act


def test_everything_stops_also_while_the_chain_cannot_be_written_and_the_tick_enters_it(lab: Lab) -> None:
    world(lab, "sending")
    pulled_at = lab.now()
    with chain_taken(lab) as db:
        assert brake.pause_all(db, Act(LIND, pulled_at)).at_most == 0
        assert lab.value("SELECT count(*) FROM brake") == 1
    assert "pause all" not in lab.acts()
    lab.tick()
    lab.tick()
    entered = lab.rows("SELECT actor, at FROM audit WHERE act = 'pause all'")
    assert entered == [(LIND, pulled_at)]


def test_who_releases_the_brake_enters_who_pulled_it(lab: Lab) -> None:
    with chain_taken(lab) as db:
        brake.pause_all(db, Act("person:first", lab.now()))
    brake.resume_all(lab.app.db, lab.act())
    assert lab.rows("SELECT actor, act FROM audit ORDER BY seq DESC LIMIT 2") == [
        (LIND, "resume all"),
        ("person:first", "pause all"),
    ]
    lab.tick()
    assert lab.acts().count("pause all") == 1


def test_a_brake_that_is_pulled_twice_is_entered_twice(lab: Lab) -> None:
    brake.pause_all(lab.app.db, Act("person:first", lab.now()))
    brake.pause_all(lab.app.db, lab.act())
    lab.tick()
    assert lab.rows("SELECT actor FROM audit WHERE act = 'pause all' ORDER BY seq") == [
        ("person:first",),
        (LIND,),
    ]


def test_a_release_that_cannot_be_entered_leaves_the_brake_on(lab: Lab) -> None:
    brake.pause_all(lab.app.db, lab.act())
    with chain_taken(lab) as db, pytest.raises(Unreachable, match="try again"):
        brake.resume_all(db, lab.act())
    assert lab.value("SELECT count(*) FROM brake") == 1
    brake.resume_all(lab.app.db, lab.act())
    with pytest.raises(Refused, match="not on"):
        brake.resume_all(lab.app.db, lab.act())


def digests(lab: Lab) -> list[tuple[int, str, dict[str, int]]]:
    """Notices with what has ended them and their accounts, as they stand in the chain."""
    return lab.rows(
        "SELECT (after ->> 'notice')::int, act, after -> 'accounts' FROM audit"
        " WHERE after ? 'attempts' ORDER BY seq"
    )


def test_a_cancelled_notice_is_sealed_once_its_last_request_is_known(lab: Lab) -> None:
    lab.people(30)
    lab.sink.on(nth(1), LOSE)
    notice_id = lab.notice_id(lab.suspend(), 1)
    while not lab.sink.requests:
        lab.run(lab.rings.pop(0))
    lab.rings.clear()
    lab.rows("UPDATE chunk SET state = 'due' WHERE state = 'accepted'")
    brake.cancel(lab.app.db, lab.act(), notice_id)
    lab.tick()
    assert digests(lab) == [], "one request may have arrived"
    lab.pass_time(1000)
    lab.tick()
    lab.tick()
    assert digests(lab) == [(notice_id, "cancelled", {"cancelled": 30})]


def test_whoever_cancels_a_notice_its_digest_is_in_the_chain(lab: Lab) -> None:
    """A correction, a new scope, and somebody who speaks before what was prepared."""
    lab.people(30)
    reference = lab.suspend()
    while any(ring.task == "freeze" for ring in lab.rings):
        lab.run(lab.rings.pop(0))
    lab.rings.clear()
    plan = holding.Plan(at=lab.now() + timedelta(hours=1))
    consent = Consent(yes=True, ceiling=100)
    prepared = holding.prepare(lab.app.db, lab.app.writer, lab.act(), reference, plan, consent)
    assert prepared.gate.approved
    lab.correct(reference)
    lab.rescope(reference, "customer <> 'p1'", consent=YES)
    cancelled = lab.rows("SELECT notice_id FROM notice WHERE state = 'cancelled' ORDER BY 1")
    assert len(cancelled) >= 2
    lab.rings.clear()
    lab.tick()
    assert sorted((id_,) for id_, act, _ in digests(lab) if act == "cancelled") == cancelled


def test_what_policy_stops_by_itself_has_its_place_in_the_chain(lab: Lab) -> None:
    """A key that is refused, and a send that slept: once each, however many requests say so."""
    lab.people(30)
    lab.sink.on(every, refuse(401))
    notice_id = lab.notice_id(lab.suspend(), 1)
    lab.settle()
    assert lab.value("SELECT state FROM notice") == "held"
    brake.resume(lab.app.db, lab.act(), notice_id)
    lab.pass_time(10_000)
    lab.tick()
    held = lab.rows("SELECT actor, after FROM audit WHERE act = 'hold' ORDER BY seq")
    assert held == [
        ("policy", {"notice": notice_id, "why": "the provider refused it"}),
        ("policy", {"notice": notice_id, "why": "stale"}),
    ]
