"""What the company's data says about who is cut off; evidence stored once."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from notifier.model.act import Act
from notifier.model.signal import Evidence, SignalState
from notifier.model.vocabulary import Kind, Mode
from notifier.pipeline.disruption import open_draft
from notifier.store import Db, Tx
from notifier.store.company import catalogue
from notifier.store.disruptions import disruptions, signals, waiting
from notifier.store.disruptions.signals import CutOff, Extent, JudgedSignal, Reinstated
from notifier.store.disruptions.waiting import WaitingReports

NOW = datetime(2026, 11, 27, 23, 40, tzinfo=UTC)
CUT = NOW - timedelta(minutes=8)
ROW = Evidence("prometheus", "f1", 1, "d1", SignalState.FIRING, ("fable-5",), "sum", CUT)


@pytest.fixture
def friday(db: Db) -> Db:
    """Three customers; two are cut off from Fable 5 (one in two regions), one will be tomorrow."""
    with db.transaction() as tx:
        for slug in ("fable-5", "mythos-5"):
            catalogue.put_service(tx, slug, slug.title())
        tx.execute("INSERT INTO customer (ext_id, name) VALUES ('a', 'Acme'), ('b', 'Bolt'), ('c', 'Cora')")
        cut(tx, "a", "fable-5", CUT, "us")
        cut(tx, "a", "fable-5", CUT + timedelta(minutes=1), "eu")
        cut(tx, "b", "fable-5", CUT + timedelta(minutes=2))
        cut(tx, "c", "fable-5", None)
        cut(tx, "c", "mythos-5", NOW + timedelta(days=1))
    return db


def cut(tx: Tx, customer: str, service: str, at: datetime | None, region: str | None = None) -> None:
    tx.execute(
        "INSERT INTO entitlement (customer_id, service_id, region, suspended_at)"
        " SELECT customer_id, service_id, %s, %s FROM customer, service WHERE ext_id = %s AND slug = %s",
        (region, at, customer, service),
    )


def draft(tx: Tx, mode: Mode, *services: str) -> int:
    return open_draft(
        tx, Act("database", NOW), mode=mode, kind=Kind.SUSPENSION, services=services, effective_at=CUT
    )


def test_the_same_evidence_is_stored_once(db: Db) -> None:
    other = replace(ROW, delivery_key="d0", services=())
    with db.transaction() as tx:
        assert waiting.is_there(tx, now=NOW) is False
        assert signals.insert(tx, [ROW, other, ROW], received_at=NOW) == 2
        assert signals.insert(tx, [ROW], received_at=NOW) == 0
        assert waiting.is_there(tx, now=NOW) is True
        assert [h.services for h in signals.take_unjudged(tx, 10, now=NOW)] == [["fable-5"], []]


def test_who_judges_takes_what_nobody_else_judges(db: Db) -> None:
    with db.transaction() as tx:
        signals.insert(tx, [ROW, replace(ROW, delivery_key="d2")], received_at=NOW)
    with db.transaction() as one, db.transaction() as two:
        (mine,) = signals.take_unjudged(one, 1, now=NOW)
        (theirs,) = signals.take_unjudged(two, 5, now=NOW)
        assert mine.signal_id != theirs.signal_id
        assert signals.take_unjudged(two, 5, now=NOW) == [theirs]
    with db.transaction() as tx:
        done = JudgedSignal(mine.signal_id, "because", None)
        signals.write_judgements(tx, [done], now=NOW)
        assert signals.take_unjudged(tx, 5, now=NOW) == [theirs]


def test_what_has_to_wait_is_counted_and_is_nobodys_turn_until_its_time(db: Db) -> None:
    soon = NOW + timedelta(minutes=1)
    with db.transaction() as tx:
        signals.insert(tx, [ROW, replace(ROW, delivery_key="d2")], received_at=NOW)
        first, second = signals.take_unjudged(tx, 5, now=NOW)
        assert not first.waited
        wait = JudgedSignal(first.signal_id, "too many", None, soon)
        signals.write_judgements(tx, [wait], now=NOW)
        assert waiting.waiting(tx) == [WaitingReports("prometheus", "too many", 1)]
        assert signals.take_unjudged(tx, 5, now=NOW) == [second]
        signals.write_judgements(tx, [JudgedSignal(second.signal_id, "so", None)], now=NOW)
        assert not waiting.is_there(tx, now=NOW)
        (again,) = signals.take_unjudged(tx, 5, now=soon)
        assert (again.signal_id, again.waited) == (first.signal_id, True)
        signals.write_judgements(tx, [JudgedSignal(first.signal_id, "so", None)], now=soon)
        assert waiting.waiting(tx) == []


def test_the_past_of_a_signal_is_what_else_was_heard_of_its_round(db: Db) -> None:
    rows = [
        replace(ROW, delivery_key="1"),
        replace(ROW, delivery_key="2", state=SignalState.RESOLVED),
        replace(ROW, delivery_key="3", round=2),
        replace(ROW, delivery_key="4", key="f2", round=2),
        replace(ROW, delivery_key="5", round=2, state=SignalState.RESOLVED),
    ]
    with db.transaction() as tx:
        signals.insert(tx, rows, received_at=NOW)
        ids = [heard.signal_id for heard in signals.take_unjudged(tx, 9, now=NOW)]
        (past,) = signals.past_of(tx, ids[-1:])
    assert (past.signal_id, past.key, past.round, past.state) == (ids[2], "f1", 2, SignalState.FIRING)


def test_cut_offs_are_found_only_once_they_are_in_force_and_counted_in_customers(friday: Db) -> None:
    with friday.transaction() as tx:
        latest = CUT + timedelta(minutes=2)
        assert signals.cut_offs(tx, Mode.LIVE, now=NOW) == [CutOff("fable-5", CUT, latest, 0)]
        assert signals.extent(tx, ["fable-5", "mythos-5"], now=NOW) == Extent(2, CUT)
        assert [c.service for c in signals.cut_offs(tx, Mode.LIVE, now=NOW + timedelta(days=2))] == [
            "fable-5",
            "mythos-5",
        ]


def test_only_an_open_disruption_of_the_same_mode_explains_a_cut_off(friday: Db) -> None:
    with friday.transaction() as tx:
        rehearsal = draft(tx, Mode.REHEARSAL, "fable-5")
        draft(tx, Mode.LIVE, "mythos-5")
        assert len(signals.cut_offs(tx, Mode.LIVE, now=NOW)) == 1
        assert signals.cut_offs(tx, Mode.REHEARSAL, now=NOW) == []
        disruptions.end(tx, rehearsal, ended_as="void", now=NOW)
        assert len(signals.cut_offs(tx, Mode.REHEARSAL, now=NOW)) == 1


def test_a_cut_off_is_over_when_nobody_is_cut_off_any_more(friday: Db) -> None:
    reported = replace(ROW, source="database", key="cut-off:fable-5:0", delivery_key="c1")
    with friday.transaction() as tx:
        signals.insert(tx, [reported, ROW], received_at=NOW)
        assert signals.reinstated(tx) == []
        tx.execute("UPDATE entitlement SET suspended_at = NULL")
        assert signals.reinstated(tx) == [Reinstated("fable-5", "cut-off:fable-5:0")]
        over = replace(reported, delivery_key="c2", state=SignalState.RESOLVED)
        signals.insert(tx, [over], received_at=NOW)
        assert signals.reinstated(tx) == []
        tx.execute("UPDATE entitlement SET suspended_at = %s WHERE region = 'eu'", (CUT,))
        assert signals.cut_offs(tx, Mode.LIVE, now=NOW) == [CutOff("fable-5", CUT, CUT, 1)]
