from datetime import UTC, datetime

import pytest

from notifier.model.signal import Posted, Signal, SignalState
from notifier.pipeline.intake import TakenIn, accept, delivery_key, services_of
from notifier.store import Db
from notifier.store.company import catalogue
from notifier.store.company.catalogue import Source
from notifier.store.disruptions import alarms, signals

NOW = datetime(2026, 11, 27, 23, 40, tzinfo=UTC)
KNOWN = {"fable-5", "mythos-5"}
MAPPING = {"label": "app", "map": {"fable-prod": "fable-5", "old": "gone-1"}}
SOURCE = Source("prometheus", "alertmanager", None, MAPPING, None, open=True)


def signal(state: SignalState = SignalState.FIRING, key: str = "f1:start", **labels: str) -> Signal:
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


def test_what_counts_as_said_before() -> None:
    first = delivery_key("a", signal(), ("fable-5",))
    assert first == delivery_key("a", signal(), ("fable-5",))
    others = {
        delivery_key("b", signal(), ("fable-5",)),
        delivery_key("a", signal(SignalState.RESOLVED), ("fable-5",)),
        delivery_key("a", signal(key="f1:later"), ("fable-5",)),
        delivery_key("a", signal(), ()),
    }
    assert len(others | {first}) == 5


@pytest.fixture
def declared(db: Db) -> Db:
    with db.transaction() as tx:
        catalogue.put_service(tx, "fable-5", "Fable 5")
        catalogue.put_source(tx, SOURCE)
    return db


def test_the_same_words_are_stored_once_and_a_better_map_makes_them_news(declared: Db) -> None:
    posted = Posted((signal(app="fable-prod"), signal(key="f2:start", app="what"), signal(app="fable-prod")))
    with declared.transaction() as tx:
        assert accept(tx, SOURCE, posted, NOW) == TakenIn(2, 1)
    better = Source(
        "prometheus",
        "alertmanager",
        None,
        {"label": "app", "map": {"fable-prod": "fable-5", "what": "fable-5"}},
        None,
    )
    with declared.transaction() as tx:
        assert accept(tx, better, posted, NOW) == TakenIn(1, 2)
        heard = [(h.dedupe_key, h.services) for h in signals.take_unjudged(tx, 10)]
    assert sorted(heard) == [("f1:start", ["fable-5"]), ("f2:start", []), ("f2:start", ["fable-5"])]


def test_what_the_tool_left_out_is_an_alarm_until_it_leaves_nothing_out(declared: Db) -> None:
    with declared.transaction() as tx:
        accept(tx, SOURCE, Posted((signal(app="fable-prod"),), left_out=7), NOW)
        assert next(a.text for a in alarms.open_ones(tx)).startswith("prometheus left 7 alerts out")
        accept(tx, SOURCE, Posted(()), NOW)
        assert alarms.open_ones(tx) == []
