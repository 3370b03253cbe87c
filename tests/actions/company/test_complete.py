"""A file that holds everybody: what it does not hold ends, acknowledged by number, and nobody is forgotten."""

import io
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from notifier.actions.company.complete import LISTED, Everybody, Gone, Unacknowledged
from notifier.actions.company.import_customers import Imported, import_customers
from notifier.actions.company.preview_import import preview_gone
from notifier.entry.cli.screens.imported import NAMED, gone_lines, lines
from notifier.errors import BadInput
from notifier.model.act import Act
from notifier.model.file_format import FileFormat
from notifier.model.leaving import Leaving, LeavingCustomer
from notifier.store import Db
from notifier.store.company import catalogue, leaving
from tests.raw_sql import rows_of

NOW = datetime(2026, 11, 27, 23, 40, tzinfo=UTC)
HELD = (
    "customer,name,services,suspended\nc1,Acme,fable-5@eu;mythos-5,\nc2,Beta,fable-5,fable-5\n"
    "c3,Gamma,mythos-5,\n"
)


@pytest.fixture(autouse=True)
def held(db: Db) -> None:
    with db.transaction() as tx:
        catalogue.put_service(tx, "fable-5", "Fable 5")
        catalogue.put_service(tx, "mythos-5", "Mythos 5")
    load(db, HELD)


def load(db: Db, text: str, everybody: Everybody | None = None, *, skip_bad: bool = False) -> Imported:
    stream = io.BytesIO(text.encode())
    return import_customers(db, Act("person:test", NOW), stream, skip_bad=skip_bad, everybody=everybody)


def complete(db: Db, text: str, acknowledged: int | None = None) -> Imported:
    return load(db, text, Everybody(acknowledged))


def entitlements(db: Db) -> list[tuple[object, ...]]:
    return rows_of(
        db,
        "SELECT ext_id, slug, region, vanished_at IS NOT NULL FROM entitlement JOIN customer USING (customer_id)"
        " JOIN service USING (service_id) ORDER BY 1, 2, 3",
    )


def open_disruption(db: Db, service: str) -> None:
    with db.transaction() as tx:
        tx.execute(
            "WITH d AS (INSERT INTO disruption (reference, mode, kind, reason, services, opened_by, opened_at,"
            " effective_at, declare_key) VALUES ('7K2M', 'live', 'outage', 'fault', ARRAY[%(s)s], 'person:test',"
            " now(), now(), 'key') RETURNING disruption_id)"
            " INSERT INTO scope_revision (disruption_id, rev, text, services, possibly, actor, at)"
            " SELECT disruption_id, 1, '', ARRAY[%(s)s], 'hedge', 'person:test', now() FROM d",
            {"s": service},
        )


ALL = [
    ("c1", "fable-5", "eu", False),
    ("c1", "mythos-5", None, False),
    ("c2", "fable-5", None, False),
    ("c3", "mythos-5", None, False),
]
LEFT = "customer,name,services\nc1,Acme,fable-5\nc4,Delta,fable-5\n"


def test_nobody_ends_unacknowledged_and_nothing_is_imported(db: Db) -> None:
    with pytest.raises(Unacknowledged) as refused:
        complete(db, LEFT)
    assert refused.value.may_be_asked
    assert "acknowledge the number with --gone 3" in str(refused.value)
    gone = refused.value.gone
    assert gone.count == Leaving(customers=3, absent=2, entitlements=3, cut_off=1, kept=0, holders=3)
    assert [(each.customer, each.services, each.is_absent, each.is_cut_off) for each in gone.customers] == [
        ("c1", ["mythos-5"], False, False),
        ("c2", ["fable-5"], True, True),
        ("c3", ["mythos-5"], True, False),
    ]
    assert entitlements(db) == ALL
    assert rows_of(db, "SELECT ext_id FROM customer WHERE ext_id = 'c4'") == []
    shown = gone_lines(gone)
    assert max(map(len, shown)) <= 80
    assert "NOT IN THIS FILE: what 3 customers of 3 hold. It would end." in shown
    assert "  c2 Beta: fable-5 (cut off)" in shown


def test_the_screen_promises_no_more_names_than_are_kept() -> None:
    few = Leaving(customers=LISTED, absent=LISTED, entitlements=LISTED, cut_off=0, kept=0, holders=LISTED)
    many = replace(few, customers=LISTED + 1)
    named = tuple(LeavingCustomer(f"c{n}", "", ["fable-5"], True, False, False) for n in range(NAMED))
    assert gone_lines(Gone(few, named, ""))[-1] == "  and 9,980 more: --preview --json names them"
    assert gone_lines(Gone(many, named, ""))[-1].endswith(" names the first 10,000 of all")


def test_acknowledged_it_ends_and_the_customers_stay(db: Db) -> None:
    imported = complete(db, LEFT, 3)
    assert imported.gone is not None
    assert entitlements(db) == [("c1", "fable-5", "eu", False), ("c4", "fable-5", None, False)]
    assert [name for (name,) in rows_of(db, "SELECT name FROM customer ORDER BY 1")] == [
        "Acme",
        "Beta",
        "Delta",
        "Gamma",
    ]
    assert f"  {'services ended, for customers':<34}3" in lines(imported)
    ((gone,),) = rows_of(db, "SELECT after -> 'gone' FROM audit ORDER BY seq DESC LIMIT 1")
    assert (gone["customers"], gone["ids"]) == (3, ["c1", "c2", "c3"])
    again = complete(db, LEFT)
    assert again.gone is not None
    assert again.gone.count.customers == 0


@pytest.mark.parametrize("acknowledged", [0, 2, 4])
def test_another_number_than_was_acknowledged_is_refused(db: Db, acknowledged: int) -> None:
    """Somebody imported between the question and the answer, or the file is another one by now."""
    with pytest.raises(Unacknowledged) as refused:
        complete(db, LEFT, acknowledged)
    assert f"--gone {acknowledged} was acknowledged, and for 3 customers" in str(refused.value)
    assert not refused.value.may_be_asked
    assert entitlements(db) == ALL


def test_as_many_others_than_were_shown_are_not_acknowledged(db: Db) -> None:
    with pytest.raises(Unacknowledged) as shown:
        complete(db, "customer,services\nc1,fable-5;mythos-5\nc2,fable-5\n")
    digest = shown.value.gone.digest
    with pytest.raises(Unacknowledged, match="others than were shown"):
        load(db, "customer,services\nc1,fable-5;mythos-5\nc3,mythos-5\n", Everybody(1, digest))
    assert entitlements(db) == ALL
    load(db, "customer,services\nc1,fable-5;mythos-5\nc2,fable-5\n", Everybody(1, digest))
    assert entitlements(db) == ALL[:3]


def test_a_number_for_a_file_that_lacks_nobody_is_refused(db: Db) -> None:
    with pytest.raises(Unacknowledged):
        complete(db, HELD, 1)
    assert complete(db, HELD).gone is not None


def test_a_file_that_does_not_say_what_is_held_ends_nothing_of_whom_it_names(db: Db) -> None:
    assert complete(db, "customer,name\nc1,Acme\nc2,\n", 1).gone is not None
    assert entitlements(db) == ALL[:3]
    lines = '{"customer": "c1"}\n{"customer": "c2", "services": []}\n'
    assert complete(db, lines, 1).gone is not None
    assert entitlements(db) == ALL[:2]


def test_rows_of_one_customer_add_up(db: Db) -> None:
    text = "customer,services,suspended\nc1,mythos-5,\nc1,,\nc1,fable-5@eu,\nc2,,fable-5\nc3,mythos-5,\n"
    assert complete(db, text).gone is not None
    assert entitlements(db) == ALL


def test_a_bad_row_would_end_somebody(db: Db) -> None:
    with pytest.raises(BadInput, match="do not go together"):
        load(db, LEFT, Everybody(3), skip_bad=True)
    with pytest.raises(BadInput, match="1 row is bad"):
        complete(db, LEFT + "#N/A,,\n", 3)
    assert entitlements(db) == ALL


def test_a_file_of_nobody_is_the_wrong_one(db: Db) -> None:
    with pytest.raises(BadInput, match="The file holds nobody"):
        complete(db, "customer,services\n", 3)
    assert entitlements(db) == ALL


def many(n: int, first: str = "m") -> str:
    return "customer,services\n" + "".join(f"{first}{i},fable-5\n" for i in range(n))


def test_a_file_that_was_cut_off_needs_the_number_beforehand(db: Db) -> None:
    load(db, many(97))
    with pytest.raises(Unacknowledged) as refused:
        complete(db, many(50))
    assert not refused.value.may_be_asked
    assert "what 50 of 100 customers hold is not in the file, as if it had been cut off" in str(refused.value)
    with pytest.raises(Unacknowledged) as refused:
        complete(db, many(90))
    assert refused.value.may_be_asked  # the last tenth
    assert complete(db, many(50), 50).gone is not None


def test_the_wrong_file_needs_it_too_however_many_it_brings(db: Db) -> None:
    """Who is new does not make those fewer who are gone."""
    load(db, many(97))
    with pytest.raises(Unacknowledged) as refused:
        complete(db, many(2_000, "other"))
    assert refused.value.gone.count.holders == 100
    assert not refused.value.may_be_asked


def test_what_an_open_disruption_is_about_stays_until_it_is_over(db: Db) -> None:
    open_disruption(db, "fable-5")
    imported = complete(db, LEFT, 3)
    assert imported.gone is not None
    assert imported.gone.count.kept == 1
    kept = ("c2", "fable-5", None, True)
    assert entitlements(db) == [("c1", "fable-5", "eu", False), kept, ("c4", "fable-5", None, False)]
    assert complete(db, LEFT).gone is not None  # nobody is asked twice
    with db.transaction() as tx:
        assert leaving.end_kept(tx) == 0
        tx.execute("UPDATE disruption SET ended_at = now()")
    with db.transaction() as tx:
        assert leaving.end_kept(tx) == 1
    assert kept not in entitlements(db)


def test_who_comes_back_in_time_stays(db: Db) -> None:
    open_disruption(db, "fable-5")
    complete(db, LEFT, 3)
    load(db, "customer,services\nc2,fable-5\n")
    assert ("c2", "fable-5", None, False) in entitlements(db)


def test_what_is_of_a_view_is_the_views(db: Db) -> None:
    with db.transaction() as tx:
        tx.execute("UPDATE entitlement SET of_view = true, vanished_at = %s", (NOW - timedelta(days=9),))
    assert complete(db, "customer,services\nc9,fable-5\n").gone is not None
    assert len(entitlements(db)) == 5
    with db.transaction() as tx:
        assert leaving.end_kept(tx) == 0


def test_a_preview_says_who_would_go_and_stores_nothing(db: Db) -> None:
    gone = preview_gone(db, NOW, io.BytesIO(LEFT.encode()), FileFormat())
    assert gone.count.customers == 3
    assert entitlements(db) == ALL
    assert rows_of(db, "SELECT count(*) FROM audit WHERE act = 'import'") == [(1,)]
    with pytest.raises(BadInput, match="1 row is bad"):
        preview_gone(db, NOW, io.BytesIO(b"customer,services\n#N/A,\n"), FileFormat())
