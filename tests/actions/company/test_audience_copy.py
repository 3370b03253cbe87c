"""People from the company's own database: who crosses, what is kept, what is said."""

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from io import BytesIO
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st
from psycopg import sql
from psycopg.types.json import Jsonb

from notifier.actions.company import snapshots
from notifier.actions.company.audience_copy import AudienceCopy, bring, copy_view
from notifier.actions.company.import_customers import import_customers
from notifier.edges.predicate import parse
from notifier.errors import Refused
from notifier.model.act import Act
from notifier.model.attributes import typed
from notifier.model.scope import Column, scope_columns
from notifier.model.vocabulary import AttributeType, PeopleFrom, Possibly
from notifier.settings import Settings, from_env
from notifier.store import Db
from notifier.store.audience import verdicts
from notifier.store.audience.verdicts import Rule
from notifier.store.company import audience_view, audience_view_values, catalogue
from notifier.store.company.audience_view import CompanyUnreachable
from notifier.store.company.merge import Vanished
from tests.raw_sql import rows_of
from tests.shop import VIEW, Shop, a_shop

NOW = datetime(2026, 11, 27, 23, 40, tzinfo=UTC)
LATER = NOW + timedelta(minutes=20)
NAMES = {"country": AttributeType.TEXT, "seats": AttributeType.NUMBER, "since": AttributeType.DATE}
COLUMNS = scope_columns(Column(name, type_) for name, type_ in NAMES.items())


@pytest.fixture
def shop(server: Path) -> Iterator[Shop]:
    with a_shop(server, f"shop{os.urandom(4).hex()}") as made:
        yield made


@pytest.fixture(autouse=True)
def declared(db: Db) -> None:
    with db.transaction() as tx:
        catalogue.put_service(tx, "fable-5", "Fable 5")
        catalogue.put_service(tx, "mythos-5", "Mythos 5")
        for name, type_ in NAMES.items():
            catalogue.put_attribute(tx, name, type_, sensitive=False)


def rule(where: str | None = None, *services: str, possibly: Possibly = Possibly.HEDGE) -> Rule:
    predicate = parse(where, COLUMNS).predicate if where else None
    return Rule(list(services or ("fable-5",)), predicate, possibly)


def copy(db: Db, shop: Shop, wanted: Rule, now: datetime = NOW) -> AudienceCopy:
    with db.transaction() as tx:
        return copy_view(tx, shop.url, wanted, now)


def known(db: Db) -> dict[str, str | None]:
    """Customer -> address."""
    return dict(
        rows_of(
            db,
            "SELECT ext_id, address FROM customer LEFT JOIN contact USING (customer_id)"
            " LEFT JOIN recipient USING (recipient_id)",
        )
    )


def counted(db: Db, wanted: Rule) -> dict[int, tuple[int, int, int]]:
    with db.transaction() as tx:
        return {v.rank: (v.customers, v.people, v.unreachable) for v in verdicts.survey(tx, wanted).verdicts}


def test_members_come_with_addresses_and_others_without(db: Db, shop: Shop) -> None:
    shop.people(40)
    wanted = rule("country <> 'US'")
    copied = copy(db, shop, wanted)
    assert (copied.rows, copied.customers, copied.source, copied.at) == (40, 40, PeopleFrom.VIEW, NOW)
    for customer, address in known(db).items():
        country = shop.country(int(customer))
        assert address == (None if country == "US" else f"ann{customer}@example.com")
    assert counted(db, wanted) == {2: (24, 24, 0), 1: (8, 8, 0), 0: (8, 0, 8)}


def test_with_exclude_those_of_whom_too_little_is_known_stay_there_as_well(db: Db, shop: Shop) -> None:
    shop.people(40)
    copy(db, shop, rule("country <> 'US'", possibly=Possibly.EXCLUDE))
    crossed = {int(c) for c, address in known(db).items() if address}
    assert crossed == {i for i in range(1, 41) if shop.country(i) not in {"US", None}}


def test_nothing_else_of_a_non_member_crosses_either(db: Db, shop: Shop) -> None:
    shop.people(4)
    copy(db, shop, rule("country = 'JP'"))
    assert rows_of(db, "SELECT count(*) FROM contact") == [(1,)]
    assert rows_of(db, "SELECT count(*) FROM recipient") == [(1,)]


def test_a_wider_scope_brings_the_others_and_a_narrower_one_takes_nobody_away(db: Db, shop: Shop) -> None:
    shop.people(20)
    copy(db, shop, rule("country = 'JP'"))
    few = {c for c, address in known(db).items() if address}
    copy(db, shop, rule())
    assert all(known(db).values())
    copy(db, shop, rule("country = 'JP'"), LATER)
    assert all(known(db).values())
    assert len(few) == 8


def with_attrs(shop: Shop, values: list[dict[str, Any]]) -> None:
    """One customer for each, with these attributes in the view."""
    shop.people(len(values))
    shop.run("CREATE TABLE given (customer text PRIMARY KEY, attrs jsonb)")
    for number, attrs in enumerate(values, start=1):
        shop.run("INSERT INTO given VALUES (%s, %s)", str(number), json.dumps(attrs))
    definition = shop.run("SELECT pg_get_viewdef('notifier_audience')")[0][0].rstrip(";")
    shop.run(
        "CREATE OR REPLACE VIEW notifier_audience AS SELECT v.customer, v.name, v.email, v.contact_name, v.role,"
        f" v.locale, v.timezone, v.service, v.region, v.suspended_at, g.attrs FROM ({definition}) v"
        " LEFT JOIN given g USING (customer)".replace("%", "%%")
    )


def test_an_attribute_that_does_not_fit_is_unknown_counted_and_ends_nothing(db: Db, shop: Shop) -> None:
    seats = [5, "5", " 5.0 ", "n/a", [5], None, "", 10**19, "1e999", True]
    with_attrs(shop, [{"seats": value} for value in seats])
    copied = copy(db, shop, rule("seats > 4"))
    assert [(u.name, u.rows, u.customer) for u in copied.unfit] == [("seats", 5, "4")]
    assert counted(db, rule("seats > 4")) == {2: (3, 3, 0), 1: (7, 7, 0)}
    stored = rows_of(
        db,
        "SELECT e.attrs ->> 'seats' FROM entitlement e JOIN customer USING (customer_id) ORDER BY ext_id::int",
    )
    assert [s for (s,) in stored] == ["5", "5", "5", *[None] * 7]


NUMBERS = (
    "0", "-0", "-0.0", "+0", "007", "00.50", "-.5e1", "0.1e1", "1e17", "999999999999999999", "1e18", "1e400",
    "-1e400", "1e-7", "1e-400", "5e-324", "4.9e-324", "2e-324", "1e-999", "2.220446049250313e-16",
    "1.7976931348623157e-308", "1e", "e5", "1e1000", "0x10", "1_000", "1,5", "\uff15", "inf", "-Infinity", "NaN",
    "0." + "0" * 330 + "1", "9" * 401,
)  # fmt: skip
DOUBLES = (0.0, -0.0, 5e-324, 2.220446049250313e-16, -1.7976931348623157e-308, 1e-70, 0.1, 1e17, 1e18, 1e300)
ADDRESSES = (
    "ann@acme.example", "Ann <ann@acme.example>", "mailto:a@b.cd", "j\u00f6rg@m\u00fcller.example", "@ann",
    "fable-5@eu", "a @ b.example", "lib@2.10", "a@b.", "https://x.example/@ann.b", "a\t@b.cd",
    "a@b\n.cd", "a]@b.]", "a@b.c]",
)  # fmt: skip

CELLS = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(-(10**19), 10**19),
    st.floats(allow_nan=False, allow_infinity=False),
    st.text(st.characters(codec="utf-8", exclude_characters="\0"), max_size=8),
    st.sampled_from(
        [
            "2026-02-29",
            "2024-02-29",
            "1900-02-29",
            "2000-02-29",
            "2026-04-31",
            "0000-01-01",
            "2026-1-1",
            "2026-12-31",
            "2026-11-27T18:32:00Z",
            "2026-11-27 18:32+05:30",
            "2026-11-27T24:00Z",
            "2026-02-30T10:00Z",
            "2026-11-27T18:32:00.123456789-0500",
            "2026-11-27T18:32",
            "+.5",
            "5.",
            "1e3",
            "1E-3",
            "0.1",
            "--1",
            "NaN",
            "YES",
            "f",
            "0",
            "e\u0301",
            " padded ",
            "infinity",
            "0.12345678901234567",
            "123456789012345678",
            *NUMBERS,
        ]
    ),
    st.lists(st.integers(), max_size=1),
)


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(values=st.lists(CELLS, min_size=1, max_size=12), type_=st.sampled_from(AttributeType))
@example(values=[2.220446049250313e-16], type_=AttributeType.NUMBER)
@example(values=[*NUMBERS, *DOUBLES], type_=AttributeType.NUMBER)
@example(values=[*NUMBERS, *DOUBLES], type_=AttributeType.TEXT)
@example(values=ADDRESSES, type_=AttributeType.TEXT)
def test_their_server_makes_of_a_value_what_an_import_makes_of_a_cell(
    db: Db, values: list[Any], type_: AttributeType
) -> None:
    """The verdict that is computed there stands on the same values as the one that is computed here."""
    statement = sql.SQL(
        "SELECT {together} AS attrs, {misfits} AS misfits FROM jsonb_array_elements(%(rows)s) WITH ORDINALITY"
        " AS r (value, n), LATERAL (SELECT jsonb_build_object('a', r.value)) AS v (attrs), LATERAL {cells} cell,"
        " LATERAL {values} value ORDER BY n"
    ).format(
        together=audience_view_values.together({"a": type_}),
        misfits=audience_view_values.misfits({"a": type_}),
        cells=audience_view_values.cells({"a": type_}, unicode=True),
        values=audience_view_values.values({"a": type_}, unicode=True),
    )
    with db.transaction() as tx:
        found = tx.execute(
            statement, {"rows": Jsonb(values), **audience_view_values.parameters(["a"])}
        ).fetchall()
    for value, (attrs, misfits) in zip(values, found, strict=True):
        cell = as_cell(value)
        expected = typed(cell, type_) if cell is not None else None
        if expected is not None and type_ is AttributeType.TIMESTAMP and "." in str(cell):
            assert attrs["a"][:25] == str(expected)[:25]  # they round what we cut off
        else:
            assert attrs["a"] == expected, (value, type_)
            assert type(attrs["a"]) is type(expected) or type_ is AttributeType.NUMBER
        is_there = value is not None and (cell is None or bool(cell.strip()))
        assert misfits == ([0] if is_there and attrs["a"] is None else [])


def test_a_rule_on_numbers_says_the_same_of_a_view_and_of_a_file(db: Db, shop: Shop) -> None:
    """However they are written: with signs and exponents, tiny, not to be held, or no numbers at all."""
    values = [*NUMBERS, *DOUBLES]
    with_attrs(shop, [{"seats": value} for value in values])
    copied = copy(db, shop, rule("seats < 0.001"))
    ours = [typed(as_cell(value) or "", AttributeType.NUMBER) for value in values]
    fitting = [float(value) for value in ours if value is not None]
    assert sum(u.rows for u in copied.unfit) == len(ours) - len(fitting)
    found = counted(db, rule("seats < 0.001"))
    small, unknown = sum(value < 0.001 for value in fitting), len(ours) - len(fitting)
    large = len(fitting) - small
    assert found == {2: (small, small, 0), 1: (unknown, unknown, 0), 0: (large, 0, large)}


def as_cell(value: Any) -> str | None:
    """The text of it, as a company that exports a file would write it; None: a list is no value."""
    match value:
        case None | list():
            return None
        case bool():
            return "true" if value else "false"
        case float():
            return format(Decimal(repr(value)) or Decimal("0.0"), "f")  # JSON in Postgres knows no -0.0
        case _:
            return str(value).strip()


def test_rows_that_contradict_each_other_make_nobody_a_stranger_to_their_own_address(
    db: Db, shop: Shop
) -> None:
    """Two rows of one service, one in the scope and one not: the address crosses, and the verdict is theirs."""
    shop.people(1)
    shop.run("INSERT INTO subscription (customer_id, product, seats) VALUES (1, 'fable-5', 900)")
    copied = copy(db, shop, rule("seats > 100"))
    assert copied.differing == 1
    assert known(db) == {"1": "ann1@example.com"}
    assert counted(db, rule("seats > 100")) == {2: (1, 1, 0)}


def test_each_service_keeps_values_of_its_own(db: Db, shop: Shop) -> None:
    shop.people(1)
    shop.run("INSERT INTO subscription (customer_id, product, seats) VALUES (1, 'mythos-5', 900)")
    both = rule("seats > 100", "fable-5", "mythos-5")
    copy(db, shop, both)
    copy(db, shop, rule(None, "fable-5"), LATER)
    assert counted(db, rule("seats > 100", "mythos-5")) == {2: (1, 1, 0)}
    assert counted(db, rule("seats > 100", "fable-5")) == {0: (1, 1, 0)}


def test_what_cannot_be_used_in_a_row_is_named_and_the_customer_stays(db: Db, shop: Shop) -> None:
    shop.people(3)
    shop.run("UPDATE customer SET email = 'not an address' WHERE customer_id = 2")
    copied = copy(db, shop, rule())
    assert [(u.name, u.rows, u.customer) for u in copied.unfit] == [("email", 1, "2")]
    assert counted(db, rule()) == {2: (3, 2, 1)}


# ---------------------------------------------------------------- what is there no longer


def test_whom_the_cut_off_deleted_is_told_by_what_was_last_known_and_said(db: Db, shop: Shop) -> None:
    shop.people(10)
    assert copy(db, shop, rule()).vanished == Vanished(0, 0)
    shop.run("DELETE FROM subscription WHERE customer_id <= 3")
    shop.run("DELETE FROM customer WHERE customer_id = 3")
    copied = copy(db, shop, rule(), LATER)
    assert copied.vanished == Vanished(3, 3)
    assert counted(db, rule()) == {2: (10, 10, 0)}
    shop.run("INSERT INTO subscription (customer_id, product) VALUES (1, 'fable-5')")
    assert copy(db, shop, rule(), LATER).vanished == Vanished(2, 2)


def test_who_is_gone_for_days_has_left_but_not_while_a_disruption_is_about_it(db: Db, shop: Shop) -> None:
    shop.people(2)
    copy(db, shop, rule())
    shop.run("DELETE FROM subscription WHERE customer_id = 1")
    copy(db, shop, rule(), LATER)
    with db.transaction() as tx:
        tx.execute(
            "INSERT INTO disruption (reference, mode, kind, reason, services, opened_by, opened_at,"
            " effective_at, declare_key) VALUES ('R1', 'live', 'suspension', 'legal', '{fable-5}', 'person:a',"
            " now(), now(), 'k')"
        )
        tx.execute(
            "INSERT INTO scope_revision SELECT disruption_id, 1, '', NULL, '{fable-5}', 'hedge', 'person:a', now()"
            " FROM disruption"
        )
    assert copy(db, shop, rule(), LATER + timedelta(days=4)).vanished == Vanished(1, 1)
    with db.transaction() as tx:
        tx.execute("UPDATE disruption SET ended_at = now(), ended_as = 'restored'")
    assert copy(db, shop, rule(), LATER + timedelta(days=4)).vanished == Vanished(0, 0)
    assert counted(db, rule()) == {2: (1, 1, 0)}


def test_imported_customers_do_not_vanish(db: Db, shop: Shop) -> None:
    shop.people(2)
    csv = b"customer,name,email,services\nC-9,Nine,nine@example.com,fable-5\n"
    import_customers(db, Act("person:a", NOW), BytesIO(csv))
    copied = copy(db, shop, rule())
    assert copied.vanished == Vanished(0, 0)
    assert counted(db, rule()) == {2: (3, 3, 0)}
    assert copy(db, shop, rule(), LATER + timedelta(days=9)).vanished == Vanished(0, 0)
    assert counted(db, rule()) == {2: (3, 3, 0)}


def test_a_changed_address_is_followed_by_the_contact_it_belongs_to(db: Db, shop: Shop) -> None:
    shop.people(2)
    copy(db, shop, rule())
    before = rows_of(db, "SELECT contact_id FROM contact ORDER BY 1")
    shop.run("UPDATE customer SET email = 'new@example.com' WHERE customer_id = 1")
    assert copy(db, shop, rule(), LATER).contacts_gone == 0
    assert known(db) == {"1": "new@example.com", "2": "ann2@example.com"}
    assert rows_of(db, "SELECT contact_id FROM contact ORDER BY 1") == before


def test_who_has_lost_every_address_there_keeps_the_last_known_one(db: Db, shop: Shop) -> None:
    shop.people(2)
    copy(db, shop, rule())
    shop.run("UPDATE customer SET email = NULL WHERE customer_id = 1")
    copied = copy(db, shop, rule(), LATER)
    assert copied.old_addresses == 1
    assert known(db)["1"] == "ann1@example.com"


def test_a_contact_who_left_is_dropped_and_said(db: Db, shop: Shop) -> None:
    shop.people(2)
    copy(db, shop, rule())
    with db.transaction() as tx:
        tx.execute("INSERT INTO recipient (address, address_key) VALUES ('ex@example.com', 'ex@example.com')")
        tx.execute(
            "INSERT INTO contact (customer_id, recipient_id) SELECT customer_id, recipient_id"
            " FROM customer, recipient WHERE ext_id = '1' AND address_key = 'ex@example.com'"
        )
    assert copy(db, shop, rule(), LATER).contacts_gone == 1
    assert sorted(known(db).values(), key=str) == ["ann1@example.com", "ann2@example.com"]


WITH_PHONE = VIEW.replace("c.email,", "c.email, '+1 555 010' || c.customer_id AS phone,")


def test_how_to_call_comes_over_for_those_who_are_told_and_stays_in_a_snapshot(server: Path, db: Db) -> None:
    with a_shop(server, f"shop{os.urandom(4).hex()}", WITH_PHONE) as shop:
        shop.people(12)
        copy(db, shop, rule("country = 'JP'"))
        assert rows_of(db, "SELECT count(phone), count(*) FROM customer") == [(4, 12)]
        snapshots.take(db, settings_of(shop), NOW)
        with db.transaction() as tx:
            tx.execute("UPDATE customer SET phone = NULL")
        with db.transaction() as tx:
            bring(tx, None, rule(), LATER, LATER)
        differing = "SELECT ext_id FROM customer WHERE phone NOT LIKE '+1 555 010' || ext_id || ' (%'"
        assert rows_of(db, differing) == []
        assert rows_of(db, "SELECT count(phone), count(*) FROM customer") == [(12, 12)]


def test_the_cut_off_is_as_the_view_says(db: Db, shop: Shop) -> None:
    shop.people(3)
    shop.run("UPDATE subscription SET blocked_on = %s WHERE customer_id = 1", NOW)
    copy(db, shop, rule())
    assert rows_of(db, "SELECT suspended_at FROM entitlement WHERE suspended_at IS NOT NULL") == [(NOW,)]
    shop.run("UPDATE subscription SET blocked_on = NULL")
    copy(db, shop, rule(), LATER)
    assert rows_of(db, "SELECT count(suspended_at) FROM entitlement") == [(0,)]


# ---------------------------------------------------------------- that database itself


def test_the_role_cannot_write_and_neither_do_we(shop: Shop) -> None:
    with (
        audience_view.reading(shop.url) as there,
        pytest.raises(CompanyUnreachable, match="ReadOnlySqlTransaction"),
        there.asking() as tx,
    ):
        tx.execute("CREATE TABLE t (i int)")


def test_a_database_that_is_away_offers_the_newest_snapshot_and_leaves_all_as_it_was(
    db: Db, shop: Shop
) -> None:
    shop.people(3)
    away = shop.url.replace("/shop", "/nowhere")
    with (
        pytest.raises(CompanyUnreachable, match=r"does not answer.*No snapshot is kept for --as-of\.$"),
        db.transaction() as tx,
    ):
        bring(tx, away, rule(), NOW, None)
    snapshots.take(db, settings_of(shop), NOW)
    with pytest.raises(CompanyUnreachable) as refused, db.transaction() as tx:
        bring(tx, away, rule(), LATER, None)
    assert str(refused.value).endswith(
        "Or repeat with --as-of latest: people as of Fri 27 Nov 23:40 UTC, 20 min old."
    )
    assert "reader" not in str(refused.value)


@pytest.mark.parametrize(
    ("view", "found"),
    [
        ("", "shows no view notifier_audience"),
        (VIEW.replace("c.email,", ""), "email: is missing: add `... AS email`"),
        (
            VIEW.replace("c.customer_id::text ", "c.customer_id "),
            "customer: is integer and must be text: cast it,",
        ),
        (
            VIEW.replace("s.blocked_on ", "s.blocked_on::timestamp "),
            "suspended_at: is timestamp without time zone and must be timestamptz: say its zone,",
        ),
    ],
)
def test_a_view_that_is_not_as_agreed_is_refused_column_by_column(
    server: Path, db: Db, view: str, found: str
) -> None:
    with a_shop(server, f"shop{os.urandom(4).hex()}", view) as shop:
        with pytest.raises(CompanyUnreachable) as refused:
            copy(db, shop, rule())
        assert found in "\n".join((str(refused.value), *refused.value.details))


def test_a_view_that_breaks_while_it_is_read_says_no_value_of_anybody(db: Db, shop: Shop) -> None:
    shop.people(3)
    broken = VIEW.replace("CREATE VIEW", "CREATE OR REPLACE VIEW").replace(
        "c.email,", "(c.email::int)::text AS email,"
    )
    shop.run("DROP VIEW notifier_audience")
    shop.run(broken)
    shop.run(f"GRANT SELECT ON notifier_audience TO {shop.role}")
    with pytest.raises(CompanyUnreachable) as refused:
        copy(db, shop, rule())
    assert "InvalidTextRepresentation" in str(refused.value)
    assert "example" not in str(refused.value)


# ---------------------------------------------------------------- snapshots


def settings_of(shop: Shop) -> Settings:
    return from_env({"NOTIFIER_AUDIENCE_URL": shop.url})


def test_a_snapshot_brings_back_whom_the_cut_off_deleted(db: Db, shop: Shop) -> None:
    shop.people(12)
    taken = snapshots.take(db, settings_of(shop), NOW)
    assert (taken.snapshot.customers, taken.snapshot.people, taken.snapshot.rows_n) == (12, 12, 12)
    with db.transaction() as tx:
        tx.execute("DELETE FROM entitlement")  # whatever became of our own copy
        tx.execute("DELETE FROM contact")
    with db.transaction() as tx:
        copied = bring(tx, None, rule("country = 'JP'"), LATER, LATER)
    assert copied is not None
    assert (copied.source, copied.at, copied.customers) == (PeopleFrom.SNAPSHOT, NOW, 12)
    assert counted(db, rule("country = 'JP'")) == {2: (2, 2, 0), 1: (2, 2, 0), 0: (8, 8, 0)}


def test_the_snapshot_of_a_time_is_the_last_one_before_it(db: Db, shop: Shop) -> None:
    shop.people(2)
    snapshots.take(db, settings_of(shop), NOW)
    shop.people(3, first=10)
    snapshots.take(db, settings_of(shop), LATER)
    with db.transaction(keep=False) as tx:
        copied = bring(tx, None, rule(), LATER, LATER - timedelta(seconds=1))
    assert copied is not None
    assert (copied.at, copied.customers, copied.newer) == (NOW, 2, 3)
    with (
        db.transaction(keep=False) as tx,
        pytest.raises(Refused, match="no snapshot that old: the oldest is of Fri"),
    ):
        bring(tx, None, rule(), LATER, NOW - timedelta(seconds=1))


def test_an_erased_person_does_not_come_back_by_a_snapshot(db: Db, shop: Shop) -> None:
    shop.people(2)
    snapshots.take(db, settings_of(shop), NOW)
    with db.transaction() as tx:
        tx.execute("UPDATE recipient SET address = NULL WHERE address_key = 'ann1@example.com'")
        bring(tx, None, rule(), LATER, LATER)
    assert known(db)["1"] is None
    assert counted(db, rule()) == {2: (2, 1, 1)}


def test_policy_says_when_and_how_many_are_kept(db: Db, shop: Shop) -> None:
    shop.people(2)
    ours = settings_of(shop)
    snapshots.keep(db, ours, NOW)
    assert snapshots.kept(db) == []
    with db.transaction() as tx:
        catalogue.put_company(tx, "policy", {"snapshot_seconds": 60, "snapshots_kept": 2})
    times = [NOW + timedelta(seconds=s) for s in (0, 30, 60, 125, 130)]
    for now in times:
        snapshots.keep(db, ours, now)
    assert [s.taken_at for s in snapshots.kept(db)] == [times[3], times[2]]
    assert rows_of(db, "SELECT count(*), count(DISTINCT snapshot_id) FROM snapshot_row") == [(4, 2)]


def test_a_snapshot_that_cannot_be_taken_raises_an_alarm_until_one_can(db: Db, shop: Shop) -> None:
    with db.transaction() as tx:
        catalogue.put_company(tx, "policy", {"snapshot_seconds": 60})
    away = from_env({"NOTIFIER_AUDIENCE_URL": shop.url.replace("/shop", "/nowhere")})
    snapshots.keep(db, away, NOW)
    assert rows_of(db, "SELECT count(*) FROM alarm WHERE cleared_at IS NULL") == [(1,)]
    snapshots.keep(db, settings_of(shop), LATER)
    assert rows_of(db, "SELECT count(*) FROM alarm WHERE cleared_at IS NULL") == [(0,)]


@pytest.mark.long
@pytest.mark.timeout(600)
def test_two_hundred_thousand_rows_are_never_in_memory(db: Db, shop: Shop) -> None:
    """Resident memory of a process of its own, after a first small copy has loaded everything that it needs."""
    shop.people(1_000, "mythos-5", first=500_000)
    shop.people(200_000)
    program = (
        "import sys, resource\n"
        "from datetime import UTC, datetime\n"
        "from notifier.actions.company.audience_copy import stage_view\n"
        "from notifier.model.vocabulary import Possibly\n"
        "from notifier.store import Db\n"
        "from notifier.store.audience.verdicts import Rule\n"
        "def copied(service):\n"
        "    with Db(sys.argv[1]) as db, db.transaction(keep=False) as tx:\n"
        "        rows = stage_view(tx, sys.argv[2], Rule([service], None, Possibly.HEDGE))[1]\n"
        "    return rows, resource.getrusage(resource.RUSAGE_SELF).ru_maxrss\n"
        "print(*copied('mythos-5'), *copied('fable-5'))\n"
    )
    ran = subprocess.run(
        [sys.executable, "-c", program, db.url, shop.url], capture_output=True, text=True, check=True
    )
    few, before, many, after = map(int, ran.stdout.split())
    assert (few, many) == (1_000, 200_000)
    assert after - before < 8_000  # kB
