from datetime import UTC, datetime, timedelta

from notifier.store import Db
from notifier.store.disruptions import alarms

NOW = datetime(2026, 11, 27, 23, 40, tzinfo=UTC)
LATER = NOW + timedelta(minutes=1)


def test_an_alarm_stands_once_and_says_how_things_are_now(db: Db) -> None:
    with db.transaction() as tx:
        alarms.raise_once(tx, "draft:1", "2,000 customers are cut off.", None, NOW)
        alarms.raise_once(tx, "draft:1", "31,480 customers are cut off.", None, LATER)
        (alarm,) = alarms.open_ones(tx)
    assert (alarm.text, alarm.raised_at) == ("31,480 customers are cut off.", NOW)


def test_a_cleared_alarm_can_be_raised_again(db: Db) -> None:
    with db.transaction() as tx:
        alarms.raise_once(tx, "secret:a", "one", None, NOW)
        alarms.clear(tx, "secret:a", NOW)
        assert alarms.open_ones(tx) == []
        alarms.raise_once(tx, "secret:a", "two", None, LATER)
        assert [a.raised_at for a in alarms.open_ones(tx)] == [LATER]


def test_only_the_others_of_a_kind_are_cleared(db: Db) -> None:
    with db.transaction() as tx:
        for key in ("draft:1", "draft:2", "drafty:3", "resolved:1"):
            alarms.raise_once(tx, key, key, None, NOW)
        alarms.clear_others(tx, "draft", ["draft:2"], LATER)
        assert [a.key for a in alarms.open_ones(tx)] == ["draft:2", "drafty:3", "resolved:1"]
        alarms.clear_others(tx, "draft", [], LATER)
        assert [a.key for a in alarms.open_ones(tx)] == ["drafty:3", "resolved:1"]
