"""Customers in: merged, repeatable, all or nothing, whatever the file holds."""

import gc
import io
import json
import re
import threading
import time
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import psycopg
import pytest

from notifier.actions.company.import_customers import Imported, Misfit, import_customers
from notifier.edges.customer_file import FileRow
from notifier.errors import BadInput, Unreachable
from notifier.model.act import Act
from notifier.model.customer import CustomerRow
from notifier.model.file_format import FileFormat
from notifier.model.vocabulary import AttributeType
from notifier.store import Db, value
from notifier.store.company import catalogue
from notifier.store.company.staging import Contradiction
from tests.raw_sql import rows_of

NOW = datetime(2026, 11, 27, 23, 40, tzinfo=UTC)
LATER = NOW + timedelta(days=1)
CUT = datetime(2026, 11, 27, 23, 32, tzinfo=UTC)


@pytest.fixture(autouse=True)
def declared(db: Db) -> None:
    with db.transaction() as tx:
        catalogue.put_service(tx, "fable-5", "Fable 5")
        catalogue.put_service(tx, "mythos-5", "Mythos 5")
        catalogue.put_attribute(tx, "nationality", AttributeType.TEXT, sensitive=True)
        catalogue.put_attribute(tx, "seats", AttributeType.NUMBER, sensitive=False)


NO_FIT = "does not fit its type"


def load(
    db: Db,
    text: str | bytes,
    *,
    now: datetime = NOW,
    skip_bad: bool = False,
    known: FileFormat = FileFormat(),  # noqa: B008
) -> Imported:
    raw = text if isinstance(text, bytes) else text.encode()
    return import_customers(db, Act("person:test", now), io.BytesIO(raw), skip_bad=skip_bad, known=known)


def refusal(db: Db, text: str) -> BadInput:
    with pytest.raises(BadInput) as caught:
        load(db, text)
    assert snapshot(db)["customers"] == []
    return caught.value


def snapshot(db: Db) -> dict[str, list[tuple[Any, ...]]]:
    """Everything an import writes, by the company's own names."""
    return {
        "phones": rows_of(db, "SELECT ext_id, phone FROM customer WHERE phone IS NOT NULL ORDER BY 1"),
        "customers": rows_of(db, "SELECT ext_id, name, attrs FROM customer ORDER BY 1"),
        "contacts": rows_of(
            db,
            "SELECT ext_id, address, address_key, role, locale, tz, k.name FROM contact k"
            " JOIN customer USING (customer_id) JOIN recipient USING (recipient_id) ORDER BY 1, 3, 4",
        ),
        "entitlements": rows_of(
            db,
            "SELECT ext_id, slug, region, suspended_at FROM entitlement JOIN customer USING (customer_id)"
            " JOIN service USING (service_id) ORDER BY 1, 2, 3",
        ),
    }


HEADER = (
    "customer,name,email,contact_name,role,locale,timezone,services,suspended,nationality,seats,plan,phone\n"
)
STORY = HEADER + (
    "c1,Acme,ann@acme.example.com,Ann,owner,en,America/New_York,fable-5@eu;mythos-5,"
    "fable-5=2026-11-27T18:32-05:00,US,7,team,+49 30 5550\n"
    "c1,,bob@acme.example.com,Bob,technical,de,,,,,,,\n"
    "c2,Beta,Ann@ACME.example.com,,,,,mythos-5,,,n/a,,\n"
    "c3,Gamma,,,,,,fable-5,fable-5,DE,,,\n"
)


def test_several_rows_are_several_contacts_of_one_customer(db: Db):
    imported = load(db, STORY)
    assert snapshot(db) == {
        "phones": [("c1", "+49 30 5550 (Ann)")],
        "customers": [
            ("c1", "Acme", {"nationality": "US", "seats": 7, "plan": "team"}),
            ("c2", "Beta", {}),
            ("c3", "Gamma", {"nationality": "DE"}),
        ],
        "contacts": [
            ("c1", "ann@acme.example.com", "ann@acme.example.com", "owner", "en", "America/New_York", "Ann"),
            ("c1", "bob@acme.example.com", "bob@acme.example.com", "technical", "de", None, "Bob"),
            ("c2", "ann@acme.example.com", "ann@acme.example.com", "owner", None, None, None),
        ],
        "entitlements": [
            ("c1", "fable-5", "eu", CUT),
            ("c1", "mythos-5", None, None),
            ("c2", "mythos-5", None, None),
            ("c3", "fable-5", None, NOW),
        ],
    }
    m = imported.merged
    assert (imported.rows, m.customers, m.customers_new, m.customers_without_address) == (4, 3, 3, 1)
    assert (m.people_new, m.contacts_new, m.entitlements_new, m.cut_off) == (2, 3, 4, 2)
    assert imported.undeclared == ("plan",)
    assert imported.unknown == (Misfit("seats", 1, 4, NO_FIT),)
    assert (imported.bad, imported.contradictions) == (0, ())


def test_the_same_import_again_changes_nothing(db: Db):
    load(db, STORY)
    before = snapshot(db)
    m = load(db, STORY, now=LATER).merged
    assert snapshot(db) == before
    assert m.customers == 3
    assert {m.customers_new, m.customers_changed, m.people_new, m.contacts_new, m.contacts_changed} == {0}
    assert {m.entitlements_new, m.cut_off, m.cut_off_corrected, m.reinstated} == {0}


def test_json_lines_say_the_same(db: Db):
    load(db, STORY)
    expected = snapshot(db)
    header, *lines = (line.split(",") for line in STORY.splitlines())
    with db.transaction() as tx:
        tx.execute("TRUNCATE customer, contact, entitlement, recipient CASCADE")
    load(db, "\n".join(json.dumps(dict(zip(header, line, strict=True))) for line in lines))
    assert snapshot(db) == expected


def test_absent_rows_and_columns_stay_untouched_and_empty_attributes_become_unknown(db: Db):
    load(db, STORY)
    before = snapshot(db)
    m = load(db, "customer,name,nationality,locale\nc1,,,\n").merged
    after = snapshot(db)
    assert m.customers_changed == 1
    assert after["customers"][0] == ("c1", "Acme", {"seats": 7, "plan": "team"})
    assert after["customers"][1:] == before["customers"][1:]
    assert (after["contacts"], after["entitlements"]) == (before["contacts"], before["entitlements"])


def test_a_value_in_one_row_wins_over_an_empty_cell_in_another(db: Db):
    imported = load(db, "customer,email,nationality\nc1,a@x.example.com,\nc1,b@x.example.com,US\nc1,,\n")
    assert snapshot(db)["customers"] == [("c1", "c1", {"nationality": "US"})]
    assert imported.contradictions == ()


def test_rows_that_contradict_each_other_are_named_and_the_last_counts(db: Db):
    imported = load(db, "customer,nationality\nc1,US\nc2,US\nc1,DE\n")
    assert snapshot(db)["customers"][0] == ("c1", "c1", {"nationality": "DE"})
    assert imported.contradictions == (Contradiction("nationality", 1, 4),)


def test_an_unknown_value_replaces_a_known_one_if_the_new_one_does_not_fit(db: Db):
    load(db, "customer,seats\nc1,7\n")
    imported = load(db, "customer,seats\nc1,seven\nc2,many\n")
    assert snapshot(db)["customers"] == [("c1", "c1", {}), ("c2", "c2", {})]
    assert imported.unknown == (Misfit("seats", 2, 2, NO_FIT),)


def test_one_address_in_another_case_is_one_person_and_another_role_another_contact(db: Db):
    text = (
        "customer,email,role,contact_name\nc1,Ann@x.example.com,owner,Ann\nc1,ann@X.example.com,owner,\n"
        "c1,ANN@x.example.com,billing,Ann\nc2,ann@x.example.com,,\n"
    )
    m = load(db, text).merged
    assert (m.people_new, m.contacts_new) == (1, 3)
    assert [c[:4] + c[6:] for c in snapshot(db)["contacts"]] == [
        ("c1", "Ann@x.example.com", "ann@x.example.com", "billing", "Ann"),
        ("c1", "Ann@x.example.com", "ann@x.example.com", "owner", "Ann"),
        ("c2", "Ann@x.example.com", "ann@x.example.com", "owner", None),
    ]


def test_without_a_role_the_contact_that_is_there_is_meant(db: Db):
    load(db, "customer,email,role\nc1,a@x.example.com,technical\n")
    m = load(db, "customer,email,locale\nc1,a@x.example.com,de\nc1,b@x.example.com,en\n").merged
    assert (m.contacts_changed, m.contacts_new) == (1, 1)
    assert [(*c[1:5:3], c[3]) for c in snapshot(db)["contacts"]] == [
        ("a@x.example.com", "de", "technical"),
        ("b@x.example.com", "en", "owner"),
    ]


def test_without_a_region_the_service_that_is_held_is_meant(db: Db):
    load(db, "customer,services\nc1,fable-5@eu;fable-5@us\n")
    assert load(db, "customer,services\nc1,fable-5\n").merged.entitlements_new == 0
    assert load(db, "customer,services\nc1,fable-5@jp;mythos-5\n").merged.entitlements_new == 2


class TestSuspended:
    def cut(self, db: Db) -> list[tuple[Any, ...]]:
        return [(e[0], e[1], e[2], e[3]) for e in snapshot(db)["entitlements"] if e[3] is not None]

    def test_without_the_column_nobodys_state_changes(self, db: Db):
        load(db, "customer,services,suspended\nc1,fable-5,fable-5\n")
        load(db, "customer,services\nc1,fable-5;mythos-5\n", now=LATER)
        assert self.cut(db) == [("c1", "fable-5", None, NOW)]

    def test_with_the_column_the_listed_are_cut_off_and_the_customers_others_are_not(self, db: Db):
        load(db, "customer,services,suspended\nc1,fable-5;mythos-5,fable-5\nc2,fable-5,fable-5\n")
        m = load(db, "customer,suspended\nc1,mythos-5\n", now=LATER).merged
        assert (m.cut_off, m.reinstated) == (1, 1)
        assert self.cut(db) == [("c1", "mythos-5", None, LATER), ("c2", "fable-5", None, NOW)]

    def test_an_empty_cell_lets_the_customer_in_again(self, db: Db):
        load(db, "customer,services,suspended\nc1,fable-5,fable-5\nc2,fable-5,fable-5\n")
        assert load(db, "customer,suspended\nc1,\n").merged.reinstated == 1
        assert self.cut(db) == [("c2", "fable-5", None, NOW)]

    def test_several_rows_of_one_customer_add_up(self, db: Db):
        load(db, "customer,services,suspended\nc1,fable-5,fable-5\nc1,mythos-5,mythos-5\nc1,,\n")
        assert len(self.cut(db)) == 2

    def test_a_time_that_was_known_stays_unless_the_file_gives_another(self, db: Db):
        load(db, "customer,services,suspended\nc1,fable-5,fable-5\n")
        assert load(db, "customer,suspended\nc1,fable-5\n", now=LATER).merged.cut_off == 0
        assert self.cut(db)[0][3] == NOW
        m = load(db, "customer,suspended\nc1,fable-5=2026-11-27T23:32Z;fable-5=2026-11-27T23:39Z\n").merged
        assert (m.cut_off, m.cut_off_corrected) == (0, 1)
        assert self.cut(db)[0][3] == CUT

    def test_a_region_narrows_it_and_without_one_all_regions_are_meant(self, db: Db):
        load(db, "customer,services,suspended\nc1,fable-5@eu;fable-5@us,fable-5@eu\n")
        assert [c[2] for c in self.cut(db)] == ["eu"]
        load(db, "customer,suspended\nc1,fable-5\n")
        assert [c[2] for c in self.cut(db)] == ["eu", "us"]

    def test_who_is_cut_off_from_a_service_holds_it(self, db: Db):
        assert load(db, "customer,suspended\nc1,fable-5\n").merged.entitlements_new == 1
        assert self.cut(db) == [("c1", "fable-5", None, NOW)]


BAD = (
    "customer,email,role,services\nc1,a@x.example.com,,fable-5\n#N/A,c@x.example.com,,\n,b@x.example.com,,\n"
    "c4,,boss\nc5,,,fable-6\nc6,,,,x\nc7,d@x.example.com,,\n"
)


def test_every_bad_row_is_named_and_nothing_is_imported(db: Db):
    error = refusal(db, BAD)
    assert str(error).startswith("5 rows are bad, nothing was imported")
    assert [d.split(":")[0] for d in error.details[:5]] == [f"line {n}" for n in (3, 4, 5, 6, 7)]
    assert error.details[5] == "The file was read as UTF-8, columns separated by commas."
    assert error.exit_code == 2


def test_skip_bad_leaves_them_out_and_counts_them(db: Db):
    imported = load(db, BAD, skip_bad=True)
    assert (imported.rows, imported.bad, [b.line for b in imported.bad_rows]) == (2, 5, [3, 4, 5, 6, 7])
    assert [c[0] for c in snapshot(db)["customers"]] == ["c1", "c7"]


TWO_NAMES = (
    "customer,name,email\n1.5E,Beta,b@x.example.com\nc2,Delta,d@x.example.com\n1.5E,,e@x.example.com\n"
    "1.5E,Gamma,c@x.example.com\nc2,DELTA,f@x.example.com\n"
)


def test_one_id_with_two_names_is_refused_with_its_lines(db: Db):
    """Two customers that a spreadsheet made one would read each other's mail."""
    error = refusal(db, TWO_NAMES)
    assert str(error).startswith("3 rows are bad")
    assert [d.partition(":")[0] for d in error.details[:3]] == ["line 2", "line 4", "line 5"]
    assert all("'1.5E' has two names in this file, in lines 2 and 5" in d for d in error.details[:3])


def test_no_row_of_an_id_with_two_names_is_trusted(db: Db):
    imported = load(db, TWO_NAMES, skip_bad=True)
    assert (imported.rows, imported.bad, [b.line for b in imported.bad_rows]) == (2, 3, [2, 4, 5])
    assert [c[0] for c in snapshot(db)["customers"]] == ["c2"]


def test_a_customer_is_renamed_by_another_file(db: Db):
    load(db, "customer,name\nc1,Acme\n")
    assert load(db, "customer,name\nc1,Acme International\n").merged.customers_changed == 1


def test_a_cell_that_cannot_be_used_is_unknown_and_its_customer_is_there(db: Db):
    imported = load(
        db,
        "customer,name,email,role,locale,timezone,services,plan\n"
        "c1,Acme,N/A,boss,C,EST5,fable-5,team\nc2,b@x.example.com,,,,,fable-5,b@x.example.com\nc3,,-,,,,fable-5\n",
    )
    assert snapshot(db)["customers"] == [("c1", "Acme", {"plan": "team"}), ("c2", "c2", {}), ("c3", "c3", {})]
    assert [e[:2] for e in snapshot(db)["entitlements"]] == [(f"c{n}", "fable-5") for n in (1, 2, 3)]
    assert imported.merged.customers_without_address == 3
    counted = {u.name: (u.cells, u.line) for u in imported.unknown}
    assert counted == {
        "email": (2, 2), "locale": (1, 2), "name": (1, 3), "plan": (1, 3), "role": (1, 2), "timezone": (1, 2),
    }  # fmt: skip
    assert (imported.short_rows, imported.short_line) == (1, 4)
    assert "@" not in "".join(u.why.replace("@-sign", "") for u in imported.unknown)


def phones(db: Db) -> list[str | None]:
    return [phone for (phone,) in rows_of(db, "SELECT phone FROM customer ORDER BY ext_id")]


def test_a_customer_has_the_telephone_numbers_of_its_rows(db: Db):
    load(
        db,
        "customer,email,contact_name,phone\nc1,,Bob,+1 555 0101\nc1,,Ann,+1 555 0100\nc1,,Ann,+1 555 0100\n"
        "c2,a@x.example.com,,n/a\nc3,,,112\n",
    )
    assert phones(db) == ["+1 555 0100 (Ann), +1 555 0101 (Bob)", None, "112"]
    assert load(db, "customer,phone\nc1,\nc3,113\n").merged.customers_changed == 1
    assert phones(db) == ["+1 555 0100 (Ann), +1 555 0101 (Bob)", None, "113"]


def test_a_column_of_addresses_never_becomes_an_attribute(db: Db):
    header = "customer,email,billing_email,note\n"
    imported = load(db, header + "c1,a@x.example.com,b@x.example.com,\nc2,,,ask c@x.example.com\nc3,,,x\n")
    assert imported.undeclared == ("note",)
    assert [u.name for u in imported.unknown] == ["billing_email", "note"]
    assert rows_of(db, "SELECT name FROM attribute ORDER BY 1") == [("nationality",), ("note",), ("seats",)]
    assert snapshot(db)["customers"] == [("c1", "c1", {}), ("c2", "c2", {}), ("c3", "c3", {"note": "x"})]
    assert "@" not in "".join(str(row) for row in rows_of(db, "SELECT after::text FROM audit"))


def drawn(text: str) -> str:
    """As psql draws it; nothing in STORY is wider than its cell."""
    header, *rows = text.splitlines()
    table = [" | ".join(line.split(",")) for line in (header, *rows)]
    return "\n".join([table[0], "-" * 9 + "+" + "-" * 9, *table[1:], f"({len(rows)} rows)", ""])


STORY_UMLAUT = STORY.replace("Gamma", "Gärtner & Söhne").replace("Ann,", "Änne,")
HUBSPOT = (
    '"Record ID","Company name","Email","Contact","Role","Locale","Timezone","Products","Suspended","Nationality",'
    '"Seats","Plan","Phone"\n'
)
KINDS: dict[str, tuple[bytes, FileFormat]] = {
    "Excel, CSV UTF-8": (b"\xef\xbb\xbf" + STORY_UMLAUT.replace("\n", "\r\n").encode(), FileFormat()),
    "Excel, where a comma is a decimal point": (
        ("sep=;\n" + re.sub(r"[^,\n]*;[^,\n]*", r'"\g<0>"', STORY_UMLAUT).replace(",", ";")).encode(),
        FileFormat(),
    ),
    "Excel, Unicode text": (STORY_UMLAUT.replace(",", "\t").encode("utf-16"), FileFormat()),
    "Excel for Macintosh": (STORY_UMLAUT.replace("\n", "\r").encode("mac-roman"), FileFormat("macintosh")),
    "Excel, CSV": (STORY_UMLAUT.replace("\n", "\r\n").encode("cp1252") + b"\x1a", FileFormat("windows-1252")),
    "PowerShell, no mark": (STORY_UMLAUT.replace("\n", ",,\r\n").encode("utf-16-le"), FileFormat()),
    "Salesforce": (
        ('"' + STORY_UMLAUT.strip().replace(",", '" , "').replace("\n", '"\n"') + '"\n').encode(), FileFormat(),
    ),
    "psql, drawn": (drawn(STORY_UMLAUT).encode(), FileFormat()),
    "HubSpot, with names of its own": (
        (
            HUBSPOT + '"' + STORY_UMLAUT.partition("\n")[2].strip().replace(",", '","').replace("\n", '"\n"') + '"'
        ).encode(),
        FileFormat(
            None,
            {"Record ID": "customer", "Company name": "name", "Products": "services", "Contact": "contact_name"},
        ),
    ),
    "COPY": (re.sub("(?<=\t)(?=[\t\n])", r"\\N", STORY_UMLAUT.replace(",", "\t")).encode(), FileFormat()),
    "JSON lines": (
        "\n".join(
            json.dumps(dict(zip(HEADER.strip().split(","), line.split(","), strict=True)))
            for line in STORY_UMLAUT.splitlines()[1:]
        ).encode(), FileFormat(),
    ),
}  # fmt: skip


@pytest.mark.parametrize("kind", KINDS)
def test_the_same_customers_are_the_same_database_whatever_wrote_the_file(db: Db, kind: str):
    load(db, STORY_UMLAUT)
    expected = snapshot(db)
    with db.transaction() as tx:
        tx.execute("TRUNCATE customer, contact, entitlement, recipient CASCADE")
    raw, known = KINDS[kind]
    assert raw != STORY_UMLAUT.encode()
    imported = load(db, raw, known=known)
    assert (imported.bad, imported.rows) == (0, 4)
    assert snapshot(db) == expected


@pytest.mark.parametrize(
    "text",
    ["", 'customer,email\nc1,a@x.example.com\n"c2,', "customer,region\nc1,eu\n", "customer,customer\n1,2\n"],
)
def test_a_file_that_cannot_be_read_imports_nothing_even_with_skip_bad(db: Db, text):
    with pytest.raises(BadInput):
        load(db, text, skip_bad=True)
    assert snapshot(db)["customers"] == []


def test_a_header_without_rows_changes_nothing(db: Db):
    assert load(db, HEADER).merged.customers == 0


def test_hostile_cells_are_only_text(db: Db):
    hostile = [
        "'; DROP TABLE customer; --",
        "\\N",
        "\\.",
        "%(x)s",
        "{1,2}",
        '"',
        "a\tb",
        "[x](http://e)",
        "\u202e",
    ]
    text = "\n".join(json.dumps({"customer": f"c{n}", "name": h, "plan": h}) for n, h in enumerate(hostile))
    load(db, text)
    assert [(c[1], c[2]["plan"]) for c in snapshot(db)["customers"]] == [
        (" ".join(h.split()), h) for h in hostile
    ]


def test_the_import_is_a_decision_in_the_audit_chain_and_names_no_address(db: Db):
    load(db, STORY)
    ((actor, act, after),) = rows_of(db, "SELECT actor, act, after::text FROM audit")
    assert (actor, act) == ("person:test", "import")
    assert json.loads(after)["customers_new"] == 3
    assert "@" not in after


def test_twenty_thousand_rows(db: Db):
    text = "".join(
        f"c{n // 2},Customer {n // 2},p{n % 15_000}@d{n % 700}.example.com,fable-5;mythos-5@eu,"
        f"{'' if n % 3 else 'fable-5'},{'US' if n % 2 else ''}\n"
        for n in range(20_000)
    )
    m = load(db, "customer,name,email,services,suspended,nationality\n" + text).merged
    pairs = {(f"c{n // 2}", f"p{n % 15_000}@d{n % 700}") for n in range(20_000)}
    assert (m.customers_new, m.entitlements_new) == (10_000, 20_000)
    assert (m.people_new, m.contacts_new) == (len({p for _, p in pairs}), len(pairs))
    assert m.cut_off == len({n // 2 for n in range(0, 20_000, 3)})
    assert rows_of(db, "SELECT reltuples::int FROM pg_class WHERE relname = 'customer'") == [(10_000,)]


class Stalling(io.RawIOBase):
    """A file that pauses after its first rows, until it is let go."""

    def __init__(self) -> None:
        self.reached, self.go = threading.Event(), threading.Event()
        self.blocks: Iterator[bytes] = self._make()
        self.rest = b""

    def _make(self) -> Iterator[bytes]:
        yield b"customer,email,services\n"
        yield from (b"c%d,a%d@x.example.com,fable-5\n" % (n, n) for n in range(3_000))
        self.reached.set()
        self.go.wait(30)
        yield from (b"d%d,b%d@x.example.com,fable-5\n" % (n, n) for n in range(3_000))

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any) -> int:
        block = self.rest or next(self.blocks, b"")
        self.rest = block[len(buffer) :]
        buffer[: len(block)] = block[: len(buffer)]
        return min(len(block), len(buffer))


class Proxy:
    """As a task of Celery's that nobody has asked for yet: whoever asks what it is has it made."""

    @property
    def __class__(self) -> type:
        raise AssertionError


def rows_alive() -> int:
    """Asks no object what it is: any object of the process may be somebody's proxy."""
    return sum(type(each) in (CustomerRow, FileRow) for each in gc.get_objects())


def test_rows_go_by_and_are_not_held(db: Db):
    """So that a million cost no more memory than these."""
    living: list[int] = []
    proxy, before = Proxy(), rows_alive()  # what other tests hold goes by at most

    class Watching(Stalling):
        def _make(self) -> Iterator[bytes]:
            yield b"customer,email,services\n"
            for n in range(40):
                yield b"".join(
                    b"c%d,a%d@x.example.com,fable-5\n" % (i, i) for i in range(n * 500, n * 500 + 500)
                )
                living.append(rows_alive())

    imported = import_customers(db, Act("person:test", NOW), io.BufferedReader(Watching()))
    assert (imported.rows, len(living)) == (20_000, 40)
    assert max(living) - before < 10
    del proxy


def in_the_middle(db: Db, stream: Stalling) -> tuple[threading.Thread, list[object]]:
    """Start an import of the stalling file; it is inside its COPY when this returns."""
    outcome: list[object] = []

    def run() -> None:
        try:
            outcome.append(import_customers(db, Act("person:test", NOW), io.BufferedReader(stream)))
        except Unreachable as error:
            outcome.append(error)

    thread = threading.Thread(target=run)
    thread.start()
    assert stream.reached.wait(20)
    return thread, outcome


def test_a_database_that_goes_away_in_the_middle_leaves_nothing(db: Db, database_url: str):
    stream = Stalling()
    thread, outcome = in_the_middle(db, stream)
    with psycopg.connect(database_url, autocommit=True) as admin:
        admin.execute(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
            " WHERE datname = current_database() AND pid <> pg_backend_pid()"
        )
    stream.go.set()
    thread.join(30)
    assert isinstance(outcome[0], Unreachable)
    with psycopg.connect(database_url) as other:
        assert other.execute("SELECT count(*) FROM customer").fetchone() == (0,)


def test_two_imports_at_once_wait_for_each_other(db: Db):
    stream = Stalling()
    thread, outcome = in_the_middle(db, stream)
    second = threading.Thread(target=load, args=(db, "customer,name\nc1,Second\n"))
    second.start()
    time.sleep(0.2)
    assert second.is_alive()
    stream.go.set()
    thread.join(30)
    second.join(30)
    assert isinstance(outcome[0], Imported)
    with db.transaction() as tx:
        assert value(tx, "SELECT count(*) FROM customer") == 6_000
        assert value(tx, "SELECT name FROM customer WHERE ext_id = 'c1'") == "Second"
