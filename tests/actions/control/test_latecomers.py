"""The tick for latecomers: what it reads does not grow with customers, and nobody waits for it."""

import os
import subprocess
import sys
import threading
from collections import Counter
from collections.abc import Generator
from contextlib import contextmanager
from typing import Any

import psycopg
import pytest

from notifier.actions.control import latecomers
from notifier.actions.control.who_is_late import Sizes
from notifier.store import Db
from notifier.store.disruptions.disruptions import DECLARE_LOCK
from tests.lab import Lab
from tests.waiting import until

GROWS = (
    "'contact', 'customer', 'entitlement', 'recipient', 'line', 'delivery', 'delivery_first', 'chunk', 'fate'"
)


MANY = 4_000
"""So many that a look at all of them is told from a look at a few."""


def told(lab: Lab, people: int) -> str:
    """A disruption that so many people were told of, and a tick has looked at all of them."""
    lab.policy(chunk_people=1000)
    lab.people(people)
    reference = lab.suspend()
    lab.settle()
    lab.rows("ANALYZE")
    tick(lab)
    return reference


def tick(lab: Lab) -> None:
    """The next one, however short the time since the last."""
    lab.rows("UPDATE latecomers SET asked_at = asked_at - interval '1 hour'")
    lab.tick("late")


def read_by_a_tick(lab: Lab) -> Counter[str]:
    """Rows, by the tables that grow with customers and with what they were told."""
    settled(lab)
    before = rows_read(lab)
    lab.rows("UPDATE latecomers SET asked_at = asked_at - interval '1 hour'")
    rings = latecomers.look(lab.app.db, lab.app.writer, lab.now()).rings
    settled(lab)
    read = rows_read(lab) - before
    lab.ring(rings)
    lab.settle()
    return read


def settled(lab: Lab) -> None:
    """A session that ends has told the statistics of all that it read."""
    others = "FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid()"
    lab.rows(f"SELECT pg_terminate_backend(pid) {others}")
    until(lambda: lab.value(f"SELECT count(*) {others}") == 0)


def rows_read(lab: Lab) -> Counter[str]:
    return Counter(
        dict(
            lab.rows(
                "SELECT relname, (seq_tup_read + coalesce(idx_tup_fetch, 0))::bigint FROM pg_stat_user_tables"
                " WHERE relname IN ('contact', 'customer', 'entitlement', 'recipient', 'line', 'delivery_first',"
                " 'chunk', 'fate', 'suppression')"
            )
        )
    )


def late_catch_ups(lab: Lab) -> list[str]:
    return [row[0] for row in lab.rows("SELECT state FROM notice WHERE kind = 'catch_up' ORDER BY notice_id")]


def test_a_tick_reads_nobody_while_nothing_has_changed(lab: Lab) -> None:
    told(lab, MANY)
    assert read_by_a_tick(lab) == Counter()


def test_a_tick_reads_those_who_came_and_not_those_who_were_there(lab: Lab) -> None:
    told(lab, MANY)
    lab.people(3, "late")
    assert 0 < max(read_by_a_tick(lab).values()) < MANY / 10
    assert late_catch_ups(lab) == ["draft"]


def test_nobody_is_looked_at_again_for_a_catch_up_that_has_left(lab: Lab) -> None:
    told(lab, MANY)
    lab.policy(catch_up_ceiling=10)
    lab.people(3, "late")
    tick(lab)
    assert late_catch_ups(lab) == ["finished"]
    assert max(read_by_a_tick(lab).values()) < MANY / 10
    assert lab.sink.counts["late1@example.com"] == 1


@contextmanager
def others_wait_for(lab: Lab, tables: str) -> Generator[psycopg.Connection[Any]]:
    """Whoever reads one of these tables waits until this is over."""
    with psycopg.connect(lab.database_url) as blocker:
        blocker.execute(f"LOCK TABLE {tables} IN ACCESS EXCLUSIVE MODE")  # pyright: ignore[reportArgumentType, reportCallIssue]
        yield blocker


def holders(lab: Lab, lock: int) -> int:
    """How many hold this advisory lock."""
    return lab.value(
        "SELECT count(*) FROM pg_locks WHERE locktype = 'advisory' AND granted AND objsubid = 1"
        " AND (classid::bigint << 32) + objid::bigint = %s AND database ="
        " (SELECT oid FROM pg_database WHERE datname = current_database())",
        lock,
    )


def someone_waits(lab: Lab) -> bool:
    return lab.value(
        "SELECT EXISTS (SELECT FROM pg_locks WHERE NOT granted AND locktype = 'relation' AND database ="
        " (SELECT oid FROM pg_database WHERE datname = current_database()))"
    )


def test_while_a_tick_looks_nobody_waits_for_it(lab: Lab) -> None:
    """It is stopped in the middle of its reading; a person declares something meanwhile."""
    told(lab, 20)
    lab.people(3, "late")
    lab.rows("UPDATE latecomers SET asked_at = asked_at - interval '1 hour'")
    with others_wait_for(lab, "line"):
        thread = threading.Thread(target=lab.tick, args=("late",))
        thread.start()
        until(lambda: someone_waits(lab))
        assert holders(lab, DECLARE_LOCK) == 0
    thread.join()
    assert late_catch_ups(lab) == ["draft"]


def test_a_person_declares_while_a_tick_is_in_the_middle(lab: Lab) -> None:
    told(lab, 20)
    lab.people(3, "late")
    lab.people(2, "other", services="mythos-5")
    lab.rows("UPDATE latecomers SET asked_at = asked_at - interval '1 hour'")
    declared: list[str] = []

    def reached(point: str) -> None:
        if point == "people looked at":
            declared.append(lab.suspend(services=("mythos-5",)))

    latecomers.look(lab.app.db, lab.app.writer, lab.now(), reached)
    assert len(declared) == 1
    assert late_catch_ups(lab) == ["draft"]


@pytest.mark.parametrize("ceiling", [None, 10])
def test_what_is_decided_under_a_lock_reads_nobody(lab: Lab, ceiling: int | None) -> None:
    """The short step that drafts, or lets go: it goes by what was found, whatever the number of customers."""
    lab.policy(catch_up_ceiling=ceiling)
    told(lab, 20)
    lab.people(3, "late")
    lab.rows("UPDATE latecomers SET asked_at = asked_at - interval '1 hour'")
    lab.rows(f"ALTER DATABASE {lab.value('SELECT quote_ident(current_database())')} SET lock_timeout = '3s'")
    blockers: list[psycopg.Connection[Any]] = []

    def reached(point: str) -> None:
        if point == "who is late is known":
            blocker = psycopg.connect(lab.database_url)
            blocker.execute("LOCK TABLE contact, line, delivery, recipient IN ACCESS EXCLUSIVE MODE")
            blockers.append(blocker)

    with Db(lab.database_url) as db:  # connections of its own, which know of the timeout
        drafted = latecomers.look(db, lab.app.writer, lab.now(), reached).drafted
    blockers[0].close()
    assert len(drafted) == 1
    assert late_catch_ups(lab) == ["draft" if ceiling is None else "approved"]


def test_everybody_is_looked_at_in_ranges_over_several_ticks(lab: Lab) -> None:
    """A bulk change, or a new scope: no transaction reads everybody, and nothing is decided before the last."""
    told(lab, 20)
    lab.people(3, "late")
    lab.rows("UPDATE latecomers SET asked_at = asked_at - interval '1 hour'")
    few = Sizes(in_range=5, named=0, ranges=2)
    ranges: list[str] = []
    ticks = 0
    while not late_catch_ups(lab):
        latecomers.look(lab.app.db, lab.app.writer, lab.now(), ranges.append, few)
        ticks += 1
    assert ranges.count("range looked at") == 5
    assert ticks == 3
    (alarm,) = lab.alarms()
    assert alarm.startswith("3 people are affected")


def test_a_change_that_commits_while_everybody_is_looked_at_is_found(lab: Lab) -> None:
    """Its person was looked at before: the change is not there yet, and must not be taken for seen."""
    told(lab, 8)
    lab.people(1, "late", services="mythos-5")
    lab.rows("UPDATE latecomers SET seen = NULL, asked_at = asked_at - interval '1 hour'")
    with psycopg.connect(lab.database_url) as slow:
        slow.execute(
            "INSERT INTO entitlement (customer_id, service_id) SELECT customer_id, service_id"
            " FROM customer, service WHERE ext_id = 'late1' AND slug = 'fable-5'"
        )
        lab.tick("late")
        assert late_catch_ups(lab) == []
        lab.people(1, "other", services="mythos-5")
        tick(lab)
        slow.commit()
    tick(lab)
    assert late_catch_ups(lab) == ["draft"]


def test_a_server_that_has_started_anew_has_everybody_looked_at(lab: Lab) -> None:
    """What was seen before it says nothing: a restored dump counts its transactions anew."""
    told(lab, 8)
    lab.people(1, "late")
    lab.rows("DELETE FROM changed")
    tick(lab)
    assert late_catch_ups(lab) == [], "nobody is looked at without a mark"
    lab.rows("UPDATE latecomers SET seen = replace(seen, split_part(seen, '|', 1), '1.5')")
    tick(lab)
    assert late_catch_ups(lab) == ["draft"]


def test_what_is_over_leaves_nothing_to_look_at(lab: Lab) -> None:
    reference = told(lab, 8)
    lab.people(1, "late")
    tick(lab)
    assert lab.value("SELECT count(*) FROM late_person") == 1
    lab.restore(reference)
    lab.settle()
    tick(lab)
    assert lab.value("SELECT count(*) FROM late_person") == 0
    assert lab.rows("SELECT FROM latecomers WHERE seen IS NOT NULL OR reached IS NOT NULL") == []


# ---------------------------------------------------------------- several processes

ONE_RANGE = """
import sys
from datetime import UTC, datetime
from notifier.actions.control.who_is_late import Search, Sizes
from notifier.store import Db
with Db(sys.argv[1]) as db:
    Search(db, datetime.now(UTC), Sizes(in_range=5, ranges=1)).finds(int(sys.argv[2]))
"""


def test_processes_that_look_in_turn_go_on_where_the_other_ended(lab: Lab) -> None:
    """What they look for has one name in all of them: each has hashes of its own, and so its own order of sets."""
    lab.people(20)
    lab.suspend()
    lab.settle()
    lab.rows("DELETE FROM latecomers")
    disruption_id = lab.value("SELECT disruption_id FROM disruption")
    reached: list[int] = []
    for seed in ("1", "2", "1"):
        subprocess.run(
            [sys.executable, "-c", ONE_RANGE, lab.database_url, str(disruption_id)],
            env=os.environ | {"PYTHONHASHSEED": seed},
            check=True,
        )
        reached.append(lab.value("SELECT reached FROM latecomers"))
    assert reached == [5, 10, 15]
