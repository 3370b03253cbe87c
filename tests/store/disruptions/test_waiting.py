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


def test_when_the_first_of_what_waits_began_and_still_goes_on(db: Db) -> None:
    def heard(key: str, minutes: int, *, source: str = "eu", slug: str = "fable-5") -> Evidence:
        at = NOW - timedelta(minutes=minutes)
        return Evidence(source, key, 1, key, SignalState.FIRING, (slug, "other"), "sum", at)

    with db.transaction() as tx:
        rows = [
            heard("now", 1), heard("first", 5), heard("other", 9, slug="mythos-5"), heard("stale", 90),
            heard("over", 7), heard("stranger", 8, source="us"), heard("judged", 9),
        ]  # fmt: skip
        signals.insert(tx, rows, received_at=NOW)
        tx.execute(
            "INSERT INTO trouble (source, key, state, round, fired, stale, services, changed_at, heard_at,"
            " changes)"
            " SELECT source, dedupe_key, CASE dedupe_key WHEN 'over' THEN 'resolved' ELSE 'firing' END, 1, true,"
            " dedupe_key = 'stale', services, received_at, received_at, 1 FROM signal"
        )
        tx.execute("UPDATE signal SET judged_at = received_at WHERE dedupe_key = 'judged'")
        assert waiting.began(tx, "fable-5", ["eu"]) == NOW - timedelta(minutes=5)
        assert waiting.began(tx, "fable-5", ["us", "eu"]) == NOW - timedelta(minutes=8)
        assert waiting.began(tx, "fable-5", []) is None


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
