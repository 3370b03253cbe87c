"""Marks of what changed: written with the change, whoever makes it, and found by whoever looks, in any order."""

from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import psycopg
import pytest

from notifier.store import Db
from notifier.store import values as all_values
from notifier.store.audience import changes

WORLD = """
INSERT INTO service (slug, name) VALUES ('fable-5', 'Fable 5'), ('mythos-5', 'Mythos 5');
INSERT INTO recipient (address, address_key)
  SELECT a, a FROM (VALUES ('p1@example.com'), ('p2@example.com')) v (a);
INSERT INTO customer (ext_id, name) VALUES ('c1', 'C1'), ('c2', 'C2');
INSERT INTO contact (customer_id, recipient_id) VALUES (1, 1), (2, 2);
INSERT INTO entitlement (customer_id, service_id, suspended_at) VALUES (1, 1, now()), (2, 1, NULL);
INSERT INTO suppression (recipient_id, reason, source) VALUES (2, 'manual', 'person:a');
INSERT INTO disruption (reference, mode, kind, reason, services, opened_by, opened_at, effective_at, declare_key)
  VALUES ('7K2M', 'live', 'suspension', 'legal', '{fable-5}', 'person:a', now(), now(), 'k');
INSERT INTO timeline (disruption_id, kind, at, actor) VALUES (1, 'first', now(), 'person:a');
INSERT INTO notice (disruption_id, seq, kind, timeline_id, rev, nonce, created_at)
  VALUES (1, 1, 'first', 1, 1, 'n', now());
INSERT INTO chunk (chunk_id, notice_id, content_id, root_id, lo, hi) VALUES (1, 1, 1, 1, 0, 2);
INSERT INTO attempt (attempt_id, chunk_id, provider, n, claimed_at)
  VALUES ('00000000-0000-0000-0000-000000000001', 1, 'p', 2, now());
INSERT INTO fate (notice_id, recipient_id, fate, rank, at) VALUES (1, 1, 'delivered', 3, now());
INSERT INTO review (disruption_id, customer_id, asked_by, why, opened_by, opened_at, due_at)
  VALUES (1, 2, 'owner', 'wrong', 'person:a', now(), now());
"""
UNSURE = "UPDATE chunk SET state = 'unknown'"
MANY = "INSERT INTO customer (ext_id, name) SELECT 'm' || i, 'M' FROM generate_series(1, 10001) i"
MARKED = [
    # What is known of a customer.
    ("INSERT INTO entitlement (customer_id, service_id) VALUES (1, 2)", {"customer 1"}),
    ("UPDATE entitlement SET attrs = '{\"seats\": 3}' WHERE customer_id = 2", {"customer 2"}),
    ("UPDATE entitlement SET suspended_at = now() WHERE customer_id = 2", {"customer 2"}),
    ("UPDATE entitlement SET region = 'eu' WHERE customer_id = 2", {"customer 2"}),
    ("DELETE FROM entitlement WHERE customer_id = 2", {"customer 2"}),
    ("UPDATE customer SET attrs = '{\"nationality\": \"DE\"}' WHERE customer_id = 1", {"customer 1"}),
    # Who their contacts are: also whom an address has left.
    ("INSERT INTO contact (customer_id, recipient_id) VALUES (1, 2)", {"customer 1"}),
    ("UPDATE contact SET role = 'billing' WHERE customer_id = 1", {"customer 1", "recipient 1"}),
    ("UPDATE contact SET recipient_id = 2 WHERE customer_id = 1", {"customer 1", "recipient 1"}),
    ("DELETE FROM contact WHERE customer_id = 1", {"customer 1", "recipient 1"}),
    # Whether a person can be written to.
    ("UPDATE recipient SET address = NULL WHERE recipient_id = 1", {"recipient 1"}),
    ("INSERT INTO suppression (recipient_id, reason, source) VALUES (1, 'bounce', 'p')", {"recipient 1"}),
    ("UPDATE suppression SET reason = 'unsubscribed'", {"recipient 2"}),
    ("DELETE FROM suppression", {"recipient 2"}),
    # What became of what was said.
    ("UPDATE review SET ended_at = now(), ended_as = 'released'", {"customer 2"}),
    ("UPDATE notice SET state = 'approved'", {"notice 1"}),
    ("UPDATE notice SET closed_at = now()", {"notice 1"}),
    ("UPDATE chunk SET state = 'cancelled'", {"notice 1"}),
    ("UPDATE chunk SET state = 'dead'", {"notice 1"}),
    ("UPDATE chunk SET again = true", {"notice 1"}),
    ("UPDATE attempt SET outcome = 'presumed_lost'", {"notice 1"}),
    ("UPDATE attempt SET outcome = 'unknown'", {"notice 1"}),
    ("UPDATE fate SET fate = 'bounced', rank = 5", {"recipient 1"}),
    ("INSERT INTO fate VALUES (1, 2, 'rejected', 9, now())", {"recipient 2"}),
    # Too many to name.
    (MANY + "; INSERT INTO entitlement (customer_id, service_id) SELECT customer_id, 2 FROM customer",
     {"everybody"}),
    (MANY + "; INSERT INTO contact (customer_id, role) SELECT customer_id, 'technical' FROM customer",
     {"everybody"}),
    (MANY + "; UPDATE customer SET attrs = '{\"plan\": \"team\"}'", {"everybody"}),
    # What makes no difference to who is told.
    ("UPDATE entitlement SET suspended_at = suspended_at - interval '9 min', vanished_at = now()", set[str]()),
    ("UPDATE customer SET name = 'Another'", set[str]()),
    ("UPDATE contact SET locale = 'de', name = 'Ann'", set[str]()),
    ("UPDATE recipient SET address = 'P1@Example.com' WHERE recipient_id = 1", set[str]()),
    ("INSERT INTO customer (ext_id, name) VALUES ('c3', 'C3')", set[str]()),
    ("UPDATE chunk SET state = 'claimed', lease_until = now()", set[str]()),
    ("UPDATE chunk SET state = 'accepted'", set[str]()),
    ("UPDATE attempt SET outcome = 'accepted'", set[str]()),
    ("INSERT INTO fate VALUES (1, 2, 'processed', 1, now())", set[str]()),
]  # fmt: skip


@pytest.fixture
def world(database_url: str) -> Iterator[psycopg.Connection[Any]]:
    with psycopg.connect(database_url, autocommit=True) as connection:
        connection.execute(WORLD)
        yield connection


def now_seen(db: Db) -> str:
    with db.transaction() as tx:
        return changes.seen(tx)


def since(db: Db, seen: str) -> set[str]:
    """What is marked, as `customer 1`."""
    with db.transaction() as tx:
        return set(
            all_values(
                tx,
                "SELECT CASE WHEN everybody THEN 'everybody' ELSE concat_ws(' ', CASE WHEN customer_id IS NOT NULL"
                " THEN 'customer' WHEN recipient_id IS NOT NULL THEN 'recipient' ELSE 'notice' END, customer_id,"
                " recipient_id, notice_id) END FROM (" + changes.SINCE + ") marks",
                seen=seen,
            )
        )


@pytest.mark.parametrize(("change", "marked"), MARKED)
def test_a_change_names_whom_it_concerns(
    db: Db, world: psycopg.Connection[Any], change: str, marked: set[str]
) -> None:
    before = now_seen(db)
    world.execute(change)  # pyright: ignore[reportArgumentType, reportCallIssue]
    assert since(db, before) == marked
    assert since(db, now_seen(db)) == set()


def test_a_letter_that_was_not_known_of_and_is_decided_is_marked(
    db: Db, world: psycopg.Connection[Any]
) -> None:
    world.execute(UNSURE)
    before = now_seen(db)
    world.execute("UPDATE chunk SET state = 'due'")
    assert since(db, before) == {"notice 1"}


def test_a_change_that_commits_late_is_not_passed_over(
    db: Db, database_url: str, world: psycopg.Connection[Any]
) -> None:
    """Its mark is older than others that were seen already."""
    with psycopg.connect(database_url) as slow:
        slow.execute("DELETE FROM entitlement WHERE customer_id = 1")
        world.execute("DELETE FROM entitlement WHERE customer_id = 2")
        seen = now_seen(db)
        assert since(db, seen) == set()
        world.execute('UPDATE customer SET attrs = \'{"plan": "team"}\' WHERE customer_id = 2')
        again = now_seen(db)
        slow.commit()
    assert since(db, seen) == {"customer 1", "customer 2"}
    assert since(db, again) == {"customer 1"}


@pytest.mark.usefixtures("world")
def test_what_is_undone_is_not_marked(db: Db, database_url: str) -> None:
    before = now_seen(db)
    with psycopg.connect(database_url) as other:
        other.execute("DELETE FROM entitlement")
        other.rollback()
    assert since(db, before) == set()


def test_what_another_server_has_seen_says_nothing_here(db: Db) -> None:
    """A dump that was restored elsewhere, or a server that has started anew."""
    here = now_seen(db)
    run, _, snapshot = here.partition("|")
    with db.transaction() as tx:
        assert not changes.is_lost(tx, here)
        assert changes.is_lost(tx, f"{float(run) - 1:f}|{snapshot}")
        assert changes.is_lost(tx, f"{run}|900000000000:900000000000:")


def test_marks_stay_longer_than_what_was_seen_is_good(db: Db, world: psycopg.Connection[Any]) -> None:
    before = now_seen(db)
    world.execute("DELETE FROM entitlement WHERE customer_id = 1")
    world.execute("UPDATE changed SET at = at - %s", (changes.KEPT + timedelta(hours=1),))
    with db.transaction() as tx:
        changes.forget(tx)
    assert since(db, before) == {"customer 1"}
    world.execute("UPDATE changed SET at = at - %s", (changes.KEPT,))
    with db.transaction() as tx:
        assert changes.forget(tx)
    assert since(db, before) == set()


def test_no_trigger_joins_the_rows_before_to_the_rows_after(db: Db) -> None:
    """A session plans such a join at its first change, of few rows or none, and keeps the plan: 10,000 customers
    cut off were then compared each with each.
    """
    with db.transaction() as tx:
        joining = "SELECT proname FROM pg_proc WHERE prosrc ~* 'gone\\s+join|join\\s+came'"
        assert all_values(tx, joining) == []
