"""Customers live in a database of the company's own, which was not made for us: from the view to the mailboxes."""

import os
from collections import Counter
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest

from notifier.local.stack import Stack
from tests.databases import a_database
from tests.shop import Shop, a_shop

from .conftest import COMPANY, Box, Place, a_deployment, one_sentence

OURS = COMPANY.replace('plan = "text"\n', 'since = "date"\n').replace("nationality", "country")
SUSPEND = ("suspend", "fable-5", "--reason", "legal", "--where", "country <> 'US'", "--rehearse")
AWAY = {"NOTIFIER_AUDIENCE_URL": "postgresql:///nowhere?host=/tmp&user=nobody"}


@pytest.fixture(scope="module")
def house(
    running: tuple[Stack, dict[str, str]],
    server: Path,
    provider: Box,
    tmp_path_factory: pytest.TempPathFactory,
) -> Iterator[tuple[Place, Shop]]:
    """A shop, and beside it a notifier of its own with one worker for all stories."""
    folder = tmp_path_factory.mktemp("house")
    with (
        a_database(server) as url,
        a_shop(server, f"shop{os.urandom(4).hex()}") as shop,
        a_deployment(running[0], url, folder, provider) as place,
    ):
        place.environment["NOTIFIER_AUDIENCE_URL"] = shop.url
        (folder / "company.toml").write_text(OURS)
        assert place("apply", "company.toml", "--yes").code == 0
        place.start("worker")
        yield place, shop


@pytest.fixture
def shop(house: tuple[Place, Shop]) -> Shop:
    shop = house[1]
    shop.begin_anew()
    return shop


@pytest.fixture
def place(house: tuple[Place, Shop], shop: Shop, tmp_path: Path) -> Iterator[Place]:
    assert shop.url == house[0].environment["NOTIFIER_AUDIENCE_URL"]
    place = replace(house[0], folder=tmp_path, started=[])
    place.clean()
    with place.company_kept():
        yield place
    place.end()


def told(shop: Shop, *customers: int) -> Counter[str]:
    return Counter(f"ann{i}@example.com" for i in customers if shop.country(i) != "US")


def test_from_the_view_to_the_mailboxes(place: Place, shop: Shop) -> None:
    shop.people(40)
    dry = place(*SUSPEND, "--dry-run", "--json").json()
    assert {v["rank"]: (v["customers"], v["people"]) for v in dry["verdicts"]} == {
        2: (24, 24),
        1: (8, 8),
        0: (8, 0),
    }
    assert dry["people_copied"]["source"] == "view"
    assert place.rows("SELECT 1 FROM customer") == []  # nothing is stored by a dry run
    done = place(*SUSPEND, "--yes")
    assert done.code == 0, done.said
    assert "People as the company's database shows them" in done.out
    assert place.sandbox.addresses() == told(shop, *range(1, 41))
    german = next(m for m in place.sandbox.messages() if m["address"] == "ann1@example.com")
    assert "Ann Nr. 1" in str(german)
    assert "gesperrt" in str(german)
    assert "People as the company's database shows them" in place("show", place.references[-1]).out
    assert place.shown()[0]["accounts"]["told"] == 32


def test_why_can_be_said_of_members_and_of_others_but_only_members_addresses_are_here(
    place: Place, shop: Shop
) -> None:
    shop.people(20)
    assert place(*SUSPEND, "--yes").code == 0
    lines = place.rows(
        "SELECT ext_id::int, verdict, vals ->> 'country' FROM line JOIN customer USING (customer_id) ORDER BY 1"
    )
    verdicts = {"US": "not", None: "possibly"}
    assert lines == [(i, verdicts.get(shop.country(i), "affected"), shop.country(i)) for i in range(1, 21)]
    everything = "\n".join(
        str(row)
        for (table,) in place.rows(
            "SELECT format('%%I', tablename) FROM pg_tables WHERE schemaname = 'public'"
        )
        for row in place.rows(f"SELECT {table}::text FROM {table}".replace("%", "%%"))
    )
    for i in range(1, 21):
        assert (f"ann{i}@example.com" in everything) == (shop.country(i) != "US")
    assert shop.run("SELECT count(*) FROM pg_stat_user_tables WHERE relname LIKE 'notifier%%'") == [(0,)]


def test_a_database_that_is_down_is_one_sentence_and_a_snapshot_is_the_way_out(
    place: Place, shop: Shop
) -> None:
    shop.people(20)
    taken = place("snapshot", "--json").json()
    assert taken["snapshot"]["customers"] == 20
    refused = place(*SUSPEND, "--yes", **AWAY)
    assert refused.code == 4
    assert one_sentence(refused), refused.err
    assert "does not answer" in refused.err
    assert "--as-of latest: people as of " in refused.err
    assert place.references == []
    dry = place(*SUSPEND, "--as-of", "latest", "--dry-run", **AWAY)
    assert "! PEOPLE AS OF " in dry.out
    assert " a snapshot, " in dry.out
    kept = place(*SUSPEND, "--as-of", "latest", **AWAY)  # nobody can be asked here: the draft is kept
    assert kept.code == 3
    gate = place("approve", place.references[-1], "--yes", **AWAY)
    assert gate.code == 0, gate.said
    assert "! PEOPLE AS OF " in gate.out
    assert place.sandbox.addresses() == told(shop, *range(1, 21))
    shown = place("show", place.references[-1])
    assert "! PEOPLE AS OF " in shown.out
    row = place("show", place.references[-1], "--json").json()["disruption"]
    assert row["people_from"] == "snapshot"
    assert row["people_at"] == place("snapshot", "--list", "--json").json()[0]["taken_at"]


def test_without_a_snapshot_the_sentence_says_so(place: Place) -> None:
    refused = place(*SUSPEND, "--yes", **AWAY)
    assert refused.code == 4
    assert refused.err.rstrip().endswith("No snapshot is kept for --as-of.")
    assert place(*SUSPEND, "--as-of", "latest", "--yes").code == 3


def test_whom_the_cut_off_deleted_is_told_because_a_snapshot_was_kept_by_schedule(
    place: Place, shop: Shop
) -> None:
    shop.people(20)
    (place.folder / "company.toml").write_text(OURS + "snapshot_seconds = 1\n")
    assert place("apply", "company.toml", "--yes").code == 0
    place.start("beat")
    place.until(lambda: place.rows("SELECT 1 FROM snapshot"))
    shop.run("DELETE FROM customer WHERE customer_id <= 10")
    done = place(*SUSPEND, "--yes")
    assert done.code == 0, done.said
    assert "! 10 customers are in the company's database no longer; 8 TOLD" in " ".join(done.out.split())
    assert place.sandbox.addresses() == told(shop, *range(1, 21))


def test_an_update_leaves_although_the_database_is_down(place: Place, shop: Shop) -> None:
    shop.people(10)
    assert place(*SUSPEND, "--yes").code == 0
    done = place("update", place.references[-1], "--nothing-new", "--yes", **AWAY)
    assert done.code == 0, done.said
    assert "does not answer" in done.out
    assert place.sandbox.addresses() == told(shop, *range(1, 11), *range(1, 11))


def test_who_came_after_the_declaration_hears_with_the_next_update(place: Place, shop: Shop) -> None:
    shop.people(4)
    assert place(*SUSPEND, "--yes").code == 0
    shop.people(3, first=101)
    assert place("update", place.references[-1], "--nothing-new", "--yes").code == 0
    assert place.sandbox.addresses() == told(shop, *range(1, 5), *range(1, 5), 101, 102, 103)


def test_a_draft_of_evidence_is_not_approved_for_people_nobody_has_seen(place: Place, shop: Shop) -> None:
    shop.people(4)
    place.start("beat")
    shop.run("UPDATE subscription SET blocked_on = %s", datetime(2026, 11, 1, tzinfo=UTC))
    assert place("snapshot").code == 0  # the watch finds in it that somebody is cut off
    place.until(lambda: place.rows("SELECT 1 FROM notice WHERE state = 'draft'"))
    refused = place("approve", place.references[-1], "--yes", SENDGRID_API_KEY="SG.acceptance", **AWAY)
    assert refused.code == 4
    assert "--as-of latest" in refused.err


def test_doctor_checks_the_view_column_by_column(place: Place, shop: Shop) -> None:
    shop.people(4)
    found = {check["name"]: check for check in place("doctor", "--json").json()}
    assert [n for n in found if n.startswith("view.")] == [
        f"view.{name}" for name in ("customer", "name", "email", "contact_name", "phone", "role", "locale",
                                    "timezone", "service", "region", "suspended_at", "attrs")
    ]  # fmt: skip
    del found["processes"], found["replication"]  # no beat runs here, and the tests' server waits for no disk
    faults = [check["found"] for check in found.values() if not check["ok"]]
    assert faults == [  # the first company.toml of this place declares them
        "no row has a value of nationality, plan: add it to attrs, or it is unknown for everybody."
    ]
    shop.run("DROP VIEW notifier_audience")
    shop.run(
        "CREATE VIEW notifier_audience AS SELECT customer_id AS customer, first_name AS name, email,"
        " product AS service, blocked_on::timestamp AS suspended_at FROM customer"
        " JOIN subscription USING (customer_id)"
    )
    done = place("doctor")
    assert done.code == 4
    assert "reader" in done.out
    assert f"GRANT SELECT ON notifier_audience TO {shop.role};" in done.out
    for line in (
        "FAULT  view.customer     is integer and must be text: cast it, `customer::text AS customer`.",
        "FAULT  view.locale       is missing: add `... AS locale`, a language tag: en, de-AT, or `NULL",
        "FAULT  view.suspended_at is timestamp without time zone and must be timestamptz: say its zone,",
        "ok     view.email        character varying: an address of the customer",
    ):
        assert line in done.out, done.out


def test_waiting_for_a_cut_off_there_needs_somebody_who_looks(place: Place, shop: Shop) -> None:
    shop.people(4)
    refused = place(*SUSPEND, "--effective", "on-cutoff", "--yes")
    assert refused.code == 3
    assert "snapshot_seconds" in refused.err
    (place.folder / "company.toml").write_text(OURS + "snapshot_seconds = 1\n")
    assert place("apply", "company.toml", "--yes").code == 0
    place.start("beat")
    waiting = place.start(*SUSPEND, "--effective", "on-cutoff", "--yes")
    place.until(lambda: place.states() == ["approved"])
    assert place.sandbox.count() == 0
    shop.run("UPDATE subscription SET blocked_on = now() WHERE customer_id <= 3")
    waiting.communicate()
    assert place.sandbox.addresses() == told(shop, 1, 2, 3, 4)


def test_a_wider_scope_reads_those_who_were_left_out_before(place: Place, shop: Shop) -> None:
    shop.people(8)
    assert place(*SUSPEND, "--yes").code == 0
    dry = place("rescope", place.references[-1], "--everybody", "--dry-run", "--json").json()
    assert {d["what"]: d["people"] for d in dry["differences"]}["first"] == 2
    assert place.value("SELECT count(*) FROM recipient") == 6  # undone
    done = place("rescope", place.references[-1], "--everybody", "--yes")
    assert done.code == 0, done.said
    assert {"ann4@example.com", "ann8@example.com"} <= set(place.sandbox.addresses())


def test_a_scope_is_approved_for_those_who_came_while_it_was_a_draft(place: Place, shop: Shop) -> None:
    shop.people(8)
    assert place(*SUSPEND, "--yes").code == 0
    reference = place.references[-1]
    assert place("rescope", reference, "--everybody").code == 3  # nobody can be asked here: the draft is kept
    shop.people(4, first=101)  # 104 is in the US: only the new scope puts them in
    assert place("approve", f"{reference}/2", "--yes").code == 0  # a first notice to those of the US
    found = place.shown()[1]["accounts"]
    assert (found["told"], found["unreachable"]) == (6, 0), found
    assert {"ann4@example.com", "ann8@example.com", "ann104@example.com"} <= set(place.sandbox.addresses())


def test_released_by_a_narrower_scope_and_late_afterwards(place: Place, shop: Shop) -> None:
    """Saturday in the company's own database: who left hears so, who comes by schedule hears once."""
    shop.people(8)
    (place.folder / "company.toml").write_text(
        OURS + "snapshot_seconds = 1\nlatecomers_seconds = 1\ncatch_up_ceiling = 5\n"
    )
    assert place("apply", "company.toml", "--yes").code == 0
    place.start("beat")
    assert place(*SUSPEND, "--yes").code == 0
    before = place.sandbox.addresses()
    done = place("rescope", place.references[-1], "--where", "country = 'DE'", "--yes")
    assert done.code == 0, done.said
    left = {f"ann{i}@example.com" for i in range(1, 9) if shop.country(i) in {"JP", "GB"}}
    heard = place.sandbox.addresses() - before
    assert set(heard) == left
    shop.people(4, first=101)
    germans = {f"ann{i}@example.com" for i in range(101, 105) if shop.country(i) == "DE"}
    place.until(lambda: germans <= set(place.sandbox.addresses()))
    assert not {f"ann{i}@example.com" for i in range(101, 105)} - germans & set(place.sandbox.addresses())
    assert all(n == 1 for a, n in place.sandbox.addresses().items() if a in germans)


def test_a_value_that_only_newcomers_have_is_no_slip(place: Place, shop: Shop) -> None:
    """Whether a value is a slip is asked of the people as they are there now, not of our last copy."""
    shop.people(8)
    assert place(*SUSPEND, "--yes").code == 0
    shop.run("INSERT INTO country VALUES (9, 'Ghana', 'GH')")
    shop.run("INSERT INTO city VALUES (9, 'Accra', 9)")
    shop.people(1, first=201)
    shop.run("UPDATE address SET city_id = 9 WHERE address_id = 201")
    for country, unseen in (("GH", False), ("GX", True)):
        done = place(
            "rescope", place.references[-1], "--where", f"country IN ('DE', '{country}')", "--dry-run"
        )
        assert done.code == 0, done.said
        assert ("No customer has the country that you name." in done.out) is unseen, done.out
