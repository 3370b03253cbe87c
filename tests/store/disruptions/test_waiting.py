"""Evidence that waits, and what calls it up."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

from notifier.model.signal import Evidence, SignalState
from notifier.store import Db
from notifier.store.disruptions import signals, waiting
from notifier.store.disruptions.signals import JudgedSignal

NOW = datetime(2026, 11, 27, 23, 40, tzinfo=UTC)
ROW = Evidence("eu", "f1", 1, "d1", SignalState.FIRING, ("fable-5",), "sum", NOW)


def test_what_is_about_the_same_is_called_up_before_its_time(db: Db) -> None:
    soon = NOW + timedelta(minutes=1)
    other = replace(ROW, key="f2", delivery_key="d2", services=("mythos-5",))
    with db.transaction() as tx:
        signals.insert(tx, [ROW, other], received_at=NOW)
        taken = signals.take_unjudged(tx, 5, now=NOW)
        signals.write_judgements(
            tx, [JudgedSignal(each.signal_id, "too few", None, soon) for each in taken], now=NOW
        )
        assert not waiting.is_there(tx, now=NOW)
        assert waiting.wake(tx, ["fable-5", "sonnet-5"], now=NOW) == 1
        assert waiting.wake(tx, ["fable-5"], now=NOW) == 0, "it is called up already"
        (again,) = signals.take_unjudged(tx, 5, now=NOW)
        assert (again.services, again.waited) == (["fable-5"], True)


def test_what_was_counted_for_a_disruption_stays_so_when_nothing_more_comes_of_it(db: Db) -> None:
    with db.transaction() as tx:
        tx.execute(
            "INSERT INTO disruption (reference, mode, kind, reason, services, opened_by, opened_at, effective_at,"
            " declare_key) VALUES ('A', 'live', 'outage', 'fault', '{}', 'source:eu', now(), now(), 'k')"
        )
        signals.insert(tx, [ROW], received_at=NOW)
        (taken,) = signals.take_unjudged(tx, 5, now=NOW)
        for judged in (
            JudgedSignal(taken.signal_id, "part", 1, NOW),
            JudgedSignal(taken.signal_id, "so", None),
        ):
            signals.write_judgements(tx, [judged], now=NOW)
        assert tx.execute("SELECT disruption_id, judgement FROM signal").fetchall() == [(1, "so")]
