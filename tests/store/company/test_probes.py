"""Whose turn it is: each probe is looked at by one, and whoever dies with it loses it."""

import threading
from collections import Counter
from datetime import UTC, datetime, timedelta

import pytest

from notifier.model.probe import OtherProbe, ProbeOutcome, ProbeType, Streak
from notifier.model.vocabulary import Kind
from notifier.store import Db
from notifier.store.company import catalogue, probes
from notifier.store.company.catalogue import Source
from notifier.store.company.probes import ClaimedProbe, Probe, WrittenLook

NOW = datetime(2026, 11, 27, 18, 40, tzinfo=UTC)
LEASE = 90.0


def declare(db: Db, *names: str, host: str = "", off: bool = False) -> None:
    with db.transaction() as tx:
        for name in names:
            catalogue.put_source(tx, Source(name, "probe:http", None, {"map": {}}, None))
            probes.put(tx, Probe(name, ProbeType.HTTP, {"url": "x"}, host, 60, 2, 2, off), now=NOW)
            probes.put_turn(tx, name, now=NOW)


def claim(db: Db, most: int = 100, now: datetime = NOW, lease: float = LEASE) -> list[ClaimedProbe]:
    with db.transaction() as tx:
        return probes.claim_due(tx, most, lease_seconds=lease, now=now)


def look(claimed: ClaimedProbe, *, reached: bool = True) -> WrittenLook:
    since = None if reached else NOW
    return WrittenLook(
        ProbeOutcome.FINE,
        "fine",
        NOW + timedelta(seconds=60),
        NOW,
        reached,
        since,
        None,
        {"etag": claimed.name},
    )


def write(db: Db, claimed: ClaimedProbe, *, reached: bool = True) -> bool:
    with db.transaction() as tx:
        if not probes.still_ours(tx, claimed.name, claimed.claim):
            return False
        probes.write_look(tx, claimed.name, look(claimed, reached=reached))
        return True


def test_two_runners_at_once_claim_each_probe_once(db: Db) -> None:
    names = [f"p{n:02}" for n in range(40)]
    declare(db, *names)
    start, claimed = threading.Barrier(4), list[str]()

    def run() -> None:
        start.wait()
        while found := claim(db, most=3):
            claimed.extend(each.name for each in found)

    threads = [threading.Thread(target=run) for _ in range(4)]
    for each in threads:
        each.start()
    for each in threads:
        each.join()
    assert Counter(claimed) == Counter(names)


def test_who_holds_a_row_keeps_nobody_waiting(db: Db) -> None:
    declare(db, "a", "b")
    with db.transaction() as tx:
        assert [each.name for each in probes.claim_due(tx, 1, lease_seconds=LEASE, now=NOW)] == ["a"]
        assert [each.name for each in claim(db)] == ["b"], "the first is not waited for"


def test_what_a_dead_runner_held_is_free_after_its_lease_and_its_look_does_not_count(db: Db) -> None:
    declare(db, "api")
    (dead,) = claim(db)
    assert claim(db) == [], "it is somebody's"
    with db.transaction() as tx:
        tx.execute("UPDATE probe_run SET leased_until = clock_timestamp() - interval '1 second'")
    (alive,) = claim(db)
    assert alive.claim != dead.claim
    assert not write(db, dead), "it came back, and it is no longer its turn"
    assert write(db, alive)
    assert not write(db, alive), "once"
    assert claim(db) == []
    assert [each.memory for each in claim(db, now=NOW + timedelta(seconds=60))] == [{"etag": "api"}]


def test_turns_come_in_their_order_and_what_is_off_has_none(db: Db) -> None:
    declare(db, "b", "a")
    declare(db, "off", off=True)
    with db.transaction() as tx:
        probes.put_turn(tx, "b", now=NOW - timedelta(seconds=1))
    assert [each.name for each in claim(db, most=1)] == ["b"]
    assert [each.name for each in claim(db)] == ["a"]


def test_what_is_declared_anew_is_looked_at_anew_and_remembers_nothing(db: Db) -> None:
    declare(db, "api")
    (claimed,) = claim(db)
    write(db, claimed)
    declare(db, "api", host="elsewhere.example")
    (again,) = claim(db)
    assert (again.memory, again.host) == ({}, "elsewhere.example")


def test_a_look_at_the_old_address_writes_nothing_down_once_another_is_declared(db: Db) -> None:
    """Its `ETag` would mean what the old page showed."""
    declare(db, "api", host="old.example")
    (old,) = claim(db)
    declare(db, "api", host="new.example")
    (new,) = claim(db)
    assert not write(db, old)
    assert write(db, new)


def test_nor_does_the_old_address_stand_for_the_new_one(db: Db) -> None:
    declare(db, "api", host="old.example")
    declare(db, "torn", host="old.example")
    for each in claim(db):
        write(db, each, reached=each.name == "api")
    for name in ("api", "torn"):
        declare(db, name, host="new.example")
    with db.transaction() as tx:
        never = OtherProbe("new.example", None, None, unreached=False)
        assert probes.at_other_hosts(tx, "one.example", inside=False) == [never, never]


def test_streaks_are_what_was_written_last(db: Db) -> None:
    declare(db, "api")
    first = Streak("a", 2, 0, 1, firing=True, kind=Kind.SUSPENSION, since=NOW)
    other = Streak("b", 1, 0, 0, firing=False, kind=None, since=NOW)
    for wanted in ([first, other], [other], []):
        with db.transaction() as tx:
            probes.put_streaks(tx, "api", wanted)
            assert probes.streaks(tx, "api") == wanted


def test_other_hosts_are_compared_with_and_hurried_once(db: Db) -> None:
    declare(db, "a", host="one.example")
    declare(db, "b", "c", host="two.example")
    declare(db, "d", host="three.example")
    declare(db, "query")
    declare(db, "off", host="four.example", off=True)
    for each in claim(db):
        write(db, each, reached=each.name not in {"b", "d"})
    with db.transaction() as tx:
        assert probes.at_other_hosts(tx, "one.example", inside=False) == [
            OtherProbe("two.example", NOW, None, unreached=True),
            OtherProbe("two.example", NOW, NOW, unreached=False),
            OtherProbe("three.example", NOW, None, unreached=True),
        ]
        assert probes.at_other_hosts(tx, "one.example", inside=True) == []
        later = NOW + timedelta(seconds=10)
        assert probes.hurry_others(tx, "one.example", inside=False, looked_before=NOW, now=later) == 0, (
            "looked at since"
        )
        assert probes.hurry_others(tx, "one.example", inside=False, looked_before=later, now=later) == 1
    assert [each.name for each in claim(db, now=later)] == ["c"], "which was reached the last time"


@pytest.mark.parametrize("name", ["nobody", "prometheus"])
def test_a_look_that_is_not_written_down_needs_a_probe(db: Db, name: str) -> None:
    with db.transaction() as tx:
        catalogue.put_source(tx, Source("prometheus", "alertmanager", None, {}, None))
        assert probes.unclaimed(tx, name) is None
