from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from notifier.model.signal import Posted, Signal, SignalState
from notifier.pipeline.intake import TakenIn, accept, own_key, services_of
from notifier.store import Db, Tx
from notifier.store.company import catalogue
from notifier.store.company.catalogue import Source
from notifier.store.disruptions import alarms, signals, troubles

NOW = datetime(2026, 11, 27, 23, 40, tzinfo=UTC)
LATER = NOW + timedelta(minutes=20)
KNOWN = {"fable-5", "mythos-5"}
MAPPING = {"label": "app", "map": {"fable-prod": "fable-5", "old": "gone-1"}}
SOURCE = Source("prometheus", "alertmanager", None, MAPPING, None, open=True)


def signal(state: SignalState = SignalState.FIRING, key: str = "f1", **labels: str) -> Signal:
    return Signal(key, state, NOW, tuple(labels.values()), "31% of requests fail")


@pytest.mark.parametrize(
    ("hints", "services"),
    [
        (["fable-prod"], ("fable-5",)),
        ([" fable-prod "], ("fable-5",)),
        (["mythos-5"], ("mythos-5",)),
        (["Checkout EU", "mythos-5", "fable-prod", "fable-5"], ("mythos-5", "fable-5")),
        (["Fable-Prod"], ()),
        (["old"], ()),
        (["unheard"], ()),
        ([], ()),
    ],
)
def test_a_name_means_a_service_by_the_map_or_by_its_slug(
    hints: list[str], services: tuple[str, ...]
) -> None:
    assert services_of(hints, MAPPING, KNOWN) == services


def test_without_a_map_a_name_is_a_slug() -> None:
    assert services_of(["fable-5"], {}, KNOWN) == ("fable-5",)


def test_what_names_no_service_may_have_a_usual_one() -> None:
    everything = {"map": {"*": "fable-5", "eu": "mythos-5"}}
    assert services_of([], everything, KNOWN) == services_of(["us"], everything, KNOWN) == ("fable-5",)
    assert services_of(["us", "eu"], everything, KNOWN) == ("mythos-5",)
    assert services_of([], {"map": {"*": "gone-1"}}, KNOWN) == ()


def test_only_what_its_sender_has_numbered_is_the_same_delivery() -> None:
    hashed, numbered = Posted((), delivery_key="sha256:1"), Posted((), delivery_key="evt-1")
    assert own_key(signal(), Posted(())) is None
    assert own_key(signal(), hashed) is None
    assert own_key(signal(), numbered) == "evt-1 firing f1"
    assert own_key(replace(signal(), delivery_key="msg-7"), hashed) == "msg-7 firing f1"
    assert own_key(replace(signal(), state=SignalState.RESOLVED), numbered) != own_key(signal(), numbered)
    assert own_key(replace(signal(), key="f2"), numbered) != own_key(signal(), numbered), "another account's"
    long = own_key(replace(signal(), delivery_key="x" * 5_000), hashed)
    assert long is not None
    assert len(long) < 100


@pytest.fixture
def declared(db: Db) -> Db:
    with db.transaction() as tx:
        catalogue.put_service(tx, "fable-5", "Fable 5")
        catalogue.put_source(tx, SOURCE)
    return db


def test_a_repeat_is_no_news_and_a_better_map_makes_it_news(declared: Db) -> None:
    posted = Posted((signal(app="fable-prod"), signal(key="f2", app="what"), signal(app="fable-prod")))
    with declared.transaction() as tx:
        assert accept(tx, SOURCE, posted, NOW) == TakenIn(2, 1)
    better = replace(SOURCE, services={"label": "app", "map": {"fable-prod": "fable-5", "what": "fable-5"}})
    with declared.transaction() as tx:
        assert accept(tx, better, posted, LATER) == TakenIn(1, 2)
        heard = [(h.key, h.round, h.services) for h in signals.take_unjudged(tx, 10, now=LATER)]
        last = troubles.last_heard(tx, "prometheus", ["f1", "f2"])
    assert heard == [("f1", 1, ["fable-5"]), ("f2", 1, []), ("f2", 1, ["fable-5"])]
    assert {(each.changed_at, each.heard_at) for each in last.values()} == {(NOW, LATER), (LATER, LATER)}


def test_the_same_delivery_again_changes_nothing(declared: Db) -> None:
    fires = Posted((signal(app="fable-prod"),), delivery_key="1")
    over = Posted((replace(signal(app="fable-prod"), state=SignalState.RESOLVED),), delivery_key="2")
    with declared.transaction() as tx:
        assert [accept(tx, SOURCE, each, NOW).new for each in (fires, over)] == [1, 1]
    with declared.transaction() as tx:
        assert [accept(tx, SOURCE, each, LATER).new for each in (fires, over)] == [0, 0]
        assert troubles.last_heard(tx, "prometheus", ["f1"])["f1"].heard_at == NOW


def test_messages_of_one_request_may_have_been_delivered_each_by_itself(declared: Db) -> None:
    one, two = (replace(signal(key=key, app="fable-prod"), delivery_key=key) for key in ("a", "b"))
    with declared.transaction() as tx:
        assert accept(tx, SOURCE, Posted((one,)), NOW) == TakenIn(1, 0)
        assert accept(tx, SOURCE, Posted((one, two)), NOW) == TakenIn(1, 1)


def test_a_body_that_a_tool_sends_again_on_purpose_is_heard(declared: Db) -> None:
    """A lease lapsed, and Alertmanager says in the very same words that it fires."""
    fires = Posted((signal(app="fable-prod"),), delivery_key="sha256:1")
    over = replace(
        signal(app="fable-prod"), state=SignalState.RESOLVED, occurred_at=NOW + timedelta(minutes=5)
    )
    with declared.transaction() as tx:
        assert accept(tx, SOURCE, fires, NOW).new == 1
        assert accept(tx, SOURCE, Posted((over,)), NOW + timedelta(minutes=6)).new == 1
        assert accept(tx, SOURCE, fires, NOW + timedelta(minutes=10)).new == 0
        patient = replace(SOURCE, reopen_seconds=3_600)
        assert accept(tx, patient, fires, NOW + timedelta(minutes=30)).new == 0
        assert accept(tx, SOURCE, fires, NOW + timedelta(minutes=30)).new == 1


def test_a_name_that_no_index_holds_is_one_trouble_all_the_same(declared: Db) -> None:
    long = signal(key="x" * 100_000, app="fable-prod")
    with declared.transaction() as tx:
        assert accept(tx, SOURCE, Posted((long,)), NOW) == TakenIn(1, 0)
        assert accept(tx, SOURCE, Posted((long,)), NOW) == TakenIn(0, 1)


def test_what_the_tool_left_out_is_an_alarm_until_each_group_is_whole(declared: Db) -> None:
    def text(tx: Tx) -> list[str]:
        return [alarm.text[:26] for alarm in alarms.open_ones(tx)]

    alert = (signal(app="fable-prod"),)
    with declared.transaction() as tx:
        accept(tx, SOURCE, Posted(alert, left_out=7, group="one"), NOW)
        accept(tx, SOURCE, Posted(alert, left_out=2, group="two"), NOW)
        assert text(tx) == ["prometheus left 9 alerts o"]
        accept(tx, SOURCE, Posted(alert, group="three"), NOW)
        assert text(tx) == ["prometheus left 9 alerts o"]
        accept(tx, SOURCE, Posted(alert, group="one"), NOW)
        assert text(tx) == ["prometheus left 2 alerts o"]
        accept(tx, SOURCE, Posted(alert, group="two"), NOW)
        assert text(tx) == []


def test_a_group_that_never_comes_again_is_forgotten_after_a_week(declared: Db) -> None:
    with declared.transaction() as tx:
        accept(tx, SOURCE, Posted((), left_out=7, group="one"), NOW)
        accept(tx, SOURCE, Posted(()), NOW + timedelta(days=6))
        assert len(alarms.open_ones(tx)) == 1
        accept(tx, SOURCE, Posted(()), NOW + timedelta(days=8))
        assert alarms.open_ones(tx) == []


def test_two_replicas_at_once_tell_of_one_trouble(declared: Db) -> None:
    """The second waits until the first has committed, and then hears a repeat."""
    with ThreadPoolExecutor(4) as pool:

        def post(_: int) -> int:
            with declared.transaction() as tx:
                return accept(tx, SOURCE, Posted((signal(app="fable-prod"),)), NOW).new

        assert sum(pool.map(post, range(12))) == 1
