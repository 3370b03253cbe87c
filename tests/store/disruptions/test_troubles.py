"""What was last heard of each trouble, and what that says about the disruptions that rest on it."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from notifier.model.act import Act
from notifier.model.rounds import LastHeard
from notifier.model.signal import Evidence, SignalState
from notifier.model.terms import May, Voice
from notifier.model.vocabulary import Kind, Mode
from notifier.pipeline.disruption import open_draft
from notifier.store import Db, Tx
from notifier.store.company import catalogue
from notifier.store.company.catalogue import Source
from notifier.store.disruptions import signals, troubles
from notifier.store.disruptions.troubles import OldTrouble, Witness

NOW = datetime(2026, 11, 27, 23, 40, tzinfo=UTC)
MINUTE = timedelta(minutes=1)
TOOL = Source("prometheus", "alertmanager", None, {}, 500, silence_seconds=1_200)
FIRES = LastHeard(
    key="f1",
    state=SignalState.FIRING,
    round=1,
    fired=True,
    stale=False,
    services=("fable-5",),
    newest_at=NOW - MINUTE,
    gone_at=None,
    changed_at=NOW,
    heard_at=NOW,
    changes=1,
)
OVER = replace(FIRES, state=SignalState.RESOLVED, gone_at=NOW)


@pytest.fixture
def tx(db: Db):
    with db.transaction() as tx:
        catalogue.put_source(tx, TOOL)
        yield tx


def draft(tx: Tx, *services: str) -> int:
    act = Act("source:prometheus", NOW)
    return open_draft(tx, act, mode=Mode.LIVE, kind=Kind.OUTAGE, services=services, effective_at=NOW)


def test_what_was_heard_last_comes_back_as_it_was_put(tx: Tx) -> None:
    other = replace(OVER, key="f2", services=(), newest_at=None, round=7, fired=False, stale=True)
    troubles.put(tx, "prometheus", [FIRES, other])
    assert troubles.last_heard(tx, "prometheus", ["f2", "f1", "f3"]) == {"f1": FIRES, "f2": other}
    assert troubles.last_heard(tx, "another", ["f1"]) == {}
    again = replace(FIRES, round=2, heard_at=NOW + MINUTE, services=("a", "b"))
    troubles.put(tx, "prometheus", [again])
    assert troubles.last_heard(tx, "prometheus", ["f1"]) == {"f1": again}


def test_a_delivery_is_the_first_of_its_name_once(tx: Tx) -> None:
    assert troubles.posted_first(tx, "prometheus", ["a", "b", "a"], now=NOW) == {"a", "b"}
    assert troubles.posted_first(tx, "prometheus", ["b", "c"], now=NOW) == {"c"}
    assert troubles.posted_first(tx, "another", ["b"], now=NOW) == {"b"}


def witness(tx: Tx, id_: int, now: datetime = NOW) -> Witness:
    (found,) = troubles.witnesses(tx, [id_], now=now)
    return found


def test_a_disruption_rests_on_a_trouble_until_its_source_takes_it_back(tx: Tx) -> None:
    id_ = draft(tx, "fable-5")
    troubles.rest_on(tx, [(id_, "prometheus", "f1", ["fable-5"]), (id_, "prometheus", "f2", ["fable-5"])])
    troubles.put(tx, "prometheus", [FIRES, replace(OVER, key="f2")])
    assert witness(tx, id_) == Witness(id_, "prometheus", 1, 0, None, ["fable-5"], NOW, 500)
    troubles.put(tx, "prometheus", [replace(OVER, changed_at=NOW + MINUTE)])
    assert witness(tx, id_) == Witness(id_, "prometheus", 0, 0, None, [], NOW + MINUTE, 500)
    troubles.put(tx, "prometheus", [replace(FIRES, round=2)])
    assert witness(tx, id_).firing == 1


def test_a_trouble_that_names_other_services_now_says_nothing_about_the_disruption(tx: Tx) -> None:
    id_ = draft(tx, "fable-5")
    troubles.rest_on(tx, [(id_, "prometheus", "f1", ["fable-5"])])
    troubles.put(tx, "prometheus", [replace(FIRES, services=("mythos-5",))])
    assert witness(tx, id_).firing == 0
    troubles.put(tx, "prometheus", [replace(FIRES, services=("fable-5", "mythos-5"))])
    assert (witness(tx, id_).firing, witness(tx, id_).services) == (1, ["fable-5", "mythos-5"])
    troubles.put(tx, "prometheus", [replace(FIRES, services=())])
    assert (witness(tx, id_).firing, witness(tx, id_).services) == (1, [])
    troubles.rest_on(tx, [(id_, "prometheus", "f1", ["mythos-5"]), (id_, "prometheus", "f1", ["sonnet-5"])])
    troubles.put(tx, "prometheus", [replace(FIRES, services=("sonnet-5",))])
    assert witness(tx, id_).firing == 1


def test_what_a_tool_has_stopped_repeating_is_lost_and_it_reports_it_no_more(tx: Tx) -> None:
    id_ = draft(tx, "fable-5", "mythos-5")
    troubles.rest_on(tx, [(id_, "prometheus", "f1", ["fable-5"]), (id_, "prometheus", "f2", ["mythos-5"])])
    quiet = replace(FIRES, key="f2", services=("mythos-5",), heard_at=NOW + 5 * MINUTE)
    troubles.put(tx, "prometheus", [FIRES, quiet])
    assert witness(tx, id_, NOW + 20 * MINUTE).lost == 0
    found = witness(tx, id_, NOW + 21 * MINUTE)
    assert (found.firing, found.lost, found.lost_since, found.services) == (2, 1, NOW, ["mythos-5"])
    found = witness(tx, id_, NOW + 60 * MINUTE)
    assert (found.firing, found.lost, found.lost_since, found.services) == (2, 2, NOW + 5 * MINUTE, [])
    troubles.put(tx, "prometheus", [OVER, replace(OVER, key="f2")])
    assert witness(tx, id_, NOW + 60 * MINUTE).lost == 0


def test_silence_means_nothing_where_nobody_has_said_so(tx: Tx) -> None:
    catalogue.put_source(tx, replace(TOOL, silence_seconds=None))
    id_ = draft(tx, "fable-5")
    troubles.rest_on(tx, [(id_, "prometheus", "f1", ["fable-5"]), (id_, "database", "c", ["fable-5"])])
    troubles.put(tx, "prometheus", [FIRES])
    troubles.put(tx, "database", [replace(FIRES, key="c")])
    found = troubles.witnesses(tx, [id_], now=NOW + timedelta(days=9))
    assert [(each.source, each.lost, each.announce_ceiling) for each in found] == [
        ("database", 0, None),
        ("prometheus", 0, 500),
    ]


def test_a_source_is_unmapped_while_it_reports_something_that_is_not_ours(tx: Tx) -> None:
    nameless = replace(FIRES, services=())
    troubles.put(tx, "prometheus", [nameless, replace(FIRES, key="f2")])
    troubles.put(tx, "other", [nameless])
    assert troubles.unmapped(tx, ["prometheus", "other"]) == ["other", "prometheus"]
    troubles.put(tx, "prometheus", [FIRES])
    troubles.put(tx, "other", [replace(nameless, state=SignalState.RESOLVED)])
    assert troubles.unmapped(tx, ["prometheus", "other"]) == []


def test_what_is_stale_is_known_for_as_long_as_it_fires(tx: Tx) -> None:
    old = replace(FIRES, stale=True)
    troubles.put(
        tx, "prometheus", [old, replace(old, key="f2", newest_at=NOW - 9 * MINUTE), replace(FIRES, key="f3")]
    )
    assert troubles.stale(tx) == [OldTrouble("prometheus", ["fable-5"], NOW - 9 * MINUTE)]
    troubles.put(tx, "prometheus", [replace(OVER, stale=True), replace(OVER, key="f2", stale=True)])
    assert troubles.stale(tx) == []


def test_what_was_left_out_is_known_for_each_group(tx: Tx) -> None:
    troubles.put_left_out(tx, "prometheus", "one", 5, now=NOW)
    troubles.put_left_out(tx, "prometheus", "two", 3, now=NOW)
    troubles.put_left_out(tx, "prometheus", "one", 4, now=NOW + MINUTE)
    assert (troubles.left_out(tx, "prometheus"), troubles.left_out(tx, "another")) == (7, 0)
    troubles.drop_left_out(tx, "prometheus", "three", before=NOW + MINUTE)
    assert troubles.left_out(tx, "prometheus") == 4
    troubles.drop_left_out(tx, "prometheus", "one", before=NOW)
    assert troubles.left_out(tx, "prometheus") == 0


def test_a_numbered_delivery_is_forgotten_when_nobody_sends_it_again(db: Db) -> None:
    with db.transaction() as tx:
        catalogue.put_source(tx, Source("usual", "alertmanager", None, {}, None, open=True))
        patient = Source("patient", "alertmanager", None, {}, None, open=True, max_age_seconds=40 * 86_400)
        catalogue.put_source(tx, patient)
        for days in (1, 31, 79, 81):
            for source in ("usual", "patient", "gone"):
                troubles.posted_first(tx, source, [f"d{days}"], now=NOW - timedelta(days=days))
        assert troubles.forget_posted(tx, now=NOW) == 3 + 1 + 3
        assert not troubles.posted_first(tx, "patient", ["d79"], now=NOW)
        assert not troubles.posted_first(tx, "usual", ["d1"], now=NOW)
        assert troubles.posted_first(tx, "usual", ["d31"], now=NOW)


def rounds(tx: Tx, key: str, *began: float) -> None:
    """What fired and was resolved again, so many minutes ago each; the last is over now."""
    rows = [
        Evidence("prometheus", key, n, f"{key}{n}", SignalState.FIRING, ("fable-5",), "", NOW)
        for n in range(1, len(began) + 1)
    ]
    for row, minutes in zip(rows, began, strict=True):
        signals.insert(tx, [row], received_at=NOW - minutes * MINUTE)


@pytest.mark.parametrize(
    ("began", "changed", "flaps"),
    [
        ((50, 30, 10), 9, True),
        ((90, 71, 70), 9, False),  # three, but not within an hour of the last change
        ((50, 30), 9, False),
        ((80, 60, 40), 31, False),  # quiet since
        ((300, 80, 60, 40), 29, True),
    ],
)
def test_what_begins_three_times_within_an_hour_flaps_until_it_has_been_calm(
    tx: Tx, began: tuple[float, ...], changed: float, *, flaps: bool
) -> None:
    id_ = draft(tx, "fable-5")
    troubles.rest_on(tx, [(id_, "prometheus", "f1", ["fable-5"])])
    rounds(tx, "f1", *began)
    now = replace(OVER, round=len(began), changed_at=NOW - changed * MINUTE)
    troubles.put(tx, "prometheus", [now])
    assert witness(tx, id_).flapping == int(flaps)
    assert [each.flapping for each in troubles.voices(tx, ["fable-5"], now=NOW)] == [True] * flaps
    troubles.put(tx, "prometheus", [replace(now, state=SignalState.FIRING)])
    assert witness(tx, id_).flapping == 0
    assert [each.flapping for each in troubles.voices(tx, ["fable-5"], now=NOW)] == [flaps]


def test_who_says_now_that_a_service_is_out(tx: Tx) -> None:
    later = NOW - 9 * MINUTE
    both = ("fable-5", "mythos-5")
    troubles.put(
        tx,
        "prometheus",
        [
            FIRES,
            replace(FIRES, key="f2", changed_at=later, services=both),
            replace(FIRES, key="f3", changed_at=NOW - 90 * MINUTE, stale=True),
            replace(FIRES, key="f4", changed_at=NOW - 90 * MINUTE, heard_at=NOW - 21 * MINUTE),
            replace(OVER, key="f5"),
        ],
    )
    troubles.put(tx, "eu", [replace(FIRES, services=both)])
    assert troubles.voices(tx, ["fable-5"], now=NOW) == [
        Voice("fable-5", "eu", NOW),
        Voice("fable-5", "prometheus", later),
    ]
    assert [each.source for each in troubles.voices(tx, ["mythos-5"], now=NOW)] == ["eu", "prometheus"]
    assert troubles.voices(tx, ["sonnet-5"], now=NOW) == []


def test_a_source_that_may_only_draft_is_no_announcer(tx: Tx) -> None:
    id_ = draft(tx, "fable-5")
    troubles.rest_on(tx, [(id_, "prometheus", "f1", ["fable-5"])])
    troubles.put(tx, "prometheus", [FIRES])
    catalogue.put_source(tx, replace(TOOL, may=May.DRAFT))
    assert witness(tx, id_).announce_ceiling is None
