"""Cut off and not told: every reason, the nearest to being told first, and told people leave the list."""

import csv
import json
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import psycopg
import pytest

from notifier.actions.inspect.call_list import write
from notifier.entry.cli.commands.gaps import picture
from notifier.entry.cli.screens.letters import WHY
from notifier.errors import BadInput
from notifier.settings import for_children, from_env
from notifier.store import Db
from notifier.store.read import call_list
from notifier.store.read.call_list import CallRow, Untold, WhyCount


class Ledger:
    """One disruption of two services; each customer has one person, who has the same name."""

    def __init__(self, db: Db) -> None:
        self.db = db
        self.run("INSERT INTO service (slug, name) VALUES ('fable-5', 'Fable 5'), ('mythos-5', 'Mythos 5')")
        for reference, mode in (("AAAA", "live"), ("BBBB", "rehearsal")):
            self.run(
                "WITH d AS (INSERT INTO disruption (reference, mode, kind, reason, services, opened_by, opened_at,"
                " effective_at, declare_key) VALUES (%s, %s, 'outage', 'fault', '{}', 't', now(), now(), %s)"
                " RETURNING disruption_id), r AS (INSERT INTO scope_revision SELECT disruption_id, 1, '', NULL,"
                " '{fable-5,mythos-5}', 'hedge', 't', now() FROM d), t AS (INSERT INTO timeline (disruption_id,"
                " kind, at, actor) SELECT disruption_id, 'declared', now(), 't' FROM d RETURNING *)"
                " INSERT INTO notice (disruption_id, seq, kind, timeline_id, rev, state, nonce, created_at)"
                " SELECT disruption_id, 1, 'first', timeline_id, 1, 'sending', 'x', now() FROM t",
                reference, mode, reference,
            )  # fmt: skip

    def run(self, statement: str, *params: object) -> None:
        with psycopg.connect(self.db.url) as connection:
            connection.execute(statement, params)  # pyright: ignore[reportArgumentType]

    def customer(self, name: str, *services: str, cut: bool = True) -> None:
        self.run("INSERT INTO customer (ext_id, name) VALUES (%s, %s)", name, name.title())
        self.run(
            "INSERT INTO recipient (address_key) VALUES (%s) ON CONFLICT DO NOTHING", f"{name}@example.com"
        )
        for service in services:
            self.run(
                "INSERT INTO entitlement (customer_id, service_id, suspended_at) SELECT customer_id, service_id,"
                " CASE WHEN %s THEN now() END FROM customer, service WHERE ext_id = %s AND slug = %s",
                cut, name, service,
            )  # fmt: skip

    def line(
        self, name: str, service: str = "fable-5", told_as: str = "affected", person: str | None = ""
    ) -> None:
        """`person` None: nobody is written to."""
        self.run(
            "INSERT INTO line (notice_id, recipient_id, customer_id, service_id, verdict, told_as) SELECT 1,"
            " (SELECT recipient_id FROM recipient WHERE address_key = %s || '@example.com'), customer_id,"
            " service_id, 'affected', %s FROM customer, service WHERE ext_id = %s AND slug = %s",
            name if person == "" else person, told_as, name, service,
        )  # fmt: skip

    def delivery(self, name: str, state: str, fate: str | None = None, exclusion: str | None = None) -> None:
        self.run(
            "WITH c AS (INSERT INTO chunk (chunk_id, notice_id, content_id, root_id, lo, hi, state, lease_until)"
            " SELECT recipient_id, 1, 1, recipient_id, 0, 1, %s::text, CASE %s::text WHEN 'claimed' THEN now() END"
            " FROM recipient WHERE address_key = %s RETURNING *), f AS (INSERT INTO fate SELECT 1, chunk_id, %s,"
            " 1, now() FROM c WHERE %s::text IS NOT NULL)"
            " INSERT INTO delivery (notice_id, recipient_id, root_chunk_id, pos, exclusion) SELECT 1, chunk_id,"
            " CASE WHEN %s::text IS NULL THEN chunk_id END, CASE WHEN %s::text IS NULL THEN 0 END, %s FROM c",
            state, state, f"{name}@example.com", fate, fate, exclusion, exclusion, exclusion,
        )  # fmt: skip

    def written_to(
        self, name: str, state: str, fate: str | None = None, exclusion: str | None = None
    ) -> None:
        self.customer(name, "fable-5")
        self.line(name)
        self.delivery(name, state, fate, exclusion)

    def reasons(self, disruption: int = 1) -> dict[str, Untold]:
        with self.db.transaction() as tx:
            return {row.customer: row.why for row in call_list.not_told(tx, disruption)}

    def counts(self) -> list[WhyCount]:
        with self.db.transaction() as tx:
            return call_list.counts(tx, 1)


@pytest.fixture
def ledger(db: Db) -> Ledger:
    return Ledger(db)


@pytest.mark.parametrize(
    ("state", "why"),
    [("accepted", None), ("claimed", Untold.IN_FLIGHT), ("unknown", Untold.UNKNOWN), ("due", Untold.WAITING),
     ("dead", Untold.HELD), ("cancelled", Untold.CANCELLED)],
)  # fmt: skip
def test_where_a_letter_stands(ledger: Ledger, state: str, why: Untold | None) -> None:
    ledger.written_to("acme", state)
    assert ledger.reasons() == ({"acme": why} if why else {})


@pytest.mark.parametrize("fate", ["bounced", "dropped", "rejected", "suppressed"])
def test_what_the_provider_says_later_brings_somebody_onto_the_list(ledger: Ledger, fate: str) -> None:
    ledger.written_to("acme", "accepted", fate)
    ledger.written_to("bolt", "accepted", "delivered")
    assert ledger.reasons() == {"acme": Untold(fate)}
    assert Untold(fate).is_unreachable


@pytest.mark.parametrize(
    ("state", "why"), [("held", "held"), ("draft", "not_approved"), ("cancelled", "cancelled"),
                       ("void", "not_listed")]
)  # fmt: skip
def test_where_the_notice_stands(ledger: Ledger, state: str, why: str) -> None:
    ledger.written_to("acme", "due")
    ledger.run("UPDATE notice SET state = %s WHERE notice_id = 1", state)
    assert ledger.reasons() == {"acme": Untold(why)}


def test_those_who_get_no_mail_at_all(ledger: Ledger) -> None:
    ledger.written_to("quiet", "due", exclusion="suppressed")
    ledger.customer("mute", "fable-5")
    ledger.line("mute", person=None)
    ledger.customer("outside", "fable-5")
    ledger.line("outside", told_as="none", person=None)
    ledger.customer("later", "mythos-5")
    assert ledger.reasons() == {
        "quiet": Untold.SUPPRESSED, "mute": Untold.NO_ADDRESS, "outside": Untold.OUT_OF_SCOPE,
        "later": Untold.NOT_LISTED,
    }  # fmt: skip


def test_who_is_not_cut_off_is_listed_only_if_they_were_to_be_told(ledger: Ledger) -> None:
    for name in ("outside", "mute", "free"):
        ledger.customer(name, "fable-5", cut=False)
    ledger.line("outside", told_as="none", person=None)
    ledger.line("mute", person=None)
    assert ledger.reasons() == {"mute": Untold.NO_ADDRESS}
    assert ledger.counts() == [WhyCount(Untold.NO_ADDRESS, 1, 0, 1)]


def test_a_customer_is_told_as_soon_as_one_of_its_people_is_for_each_service(ledger: Ledger) -> None:
    ledger.written_to("first", "accepted", "bounced")
    ledger.customer("second")
    ledger.delivery("second", "accepted", "delivered")
    ledger.line("first", person="second")
    assert ledger.reasons() == {}
    ledger.run("UPDATE entitlement SET service_id = 2")
    ledger.line("first", "mythos-5")
    with ledger.db.transaction() as tx:
        assert list(call_list.not_told(tx, 1)) == [
            CallRow("first", "First", ["Mythos 5"], Untold.BOUNCED, cut_off=True)
        ]


def test_the_nearest_reason_counts_and_those_to_call_come_first(ledger: Ledger) -> None:
    ledger.written_to("acme", "due")
    ledger.written_to("bolt", "accepted", "bounced")
    ledger.line("bolt", "mythos-5", person="acme")
    ledger.customer("cora", "fable-5", "mythos-5")
    ledger.line("cora", person=None)
    assert ledger.counts() == [WhyCount(Untold.WAITING, 2, 2, 1), WhyCount(Untold.NO_ADDRESS, 1, 1, 1)]
    with ledger.db.transaction() as tx:
        rows = [(row.customer, row.why) for row in call_list.not_told(tx, 1)]
        called = [row.customer for row in call_list.to_call(tx, 1, most=1)]
    assert rows == [
        ("bolt", Untold.BOUNCED), ("cora", Untold.NO_ADDRESS), ("acme", Untold.WAITING), ("bolt", Untold.WAITING),
        ("cora", Untold.NOT_LISTED),
    ]  # fmt: skip
    assert called == ["bolt"]


def test_a_rehearsal_tells_nobody_of_a_live_disruption(ledger: Ledger) -> None:
    ledger.written_to("acme", "accepted")
    assert ledger.reasons(1) == {}
    assert ledger.reasons(2) == {"acme": Untold.NOT_LISTED}


def test_being_told_that_it_is_over_is_not_being_told_that_it_is_out(ledger: Ledger) -> None:
    ledger.customer("acme", "fable-5")
    ledger.line("acme", told_as="restored")
    ledger.delivery("acme", "accepted")
    assert ledger.reasons() == {"acme": Untold.NOT_LISTED}


ROW = CallRow(
    "acme", "=cmd()", ["Fable 5", "Mythos 5"], Untold.BOUNCED, cut_off=True, phone="+1 555 0100 (Ann)"
)


def test_the_file_to_call_from(tmp_path: Path) -> None:
    file = tmp_path / "calls.csv"
    assert (
        write(file, [ROW, replace(ROW, name='Ünal, "Söhne"', why=Untold.WAITING, cut_off=False, phone=None)])
        == 2
    )
    with file.open(encoding="utf-8", newline="") as stream:
        header, first, second = csv.reader(stream)
    assert header == ["customer", "name", "services", "reason", "to_call", "cut_off", "phone"]
    assert first == ["acme", "'=cmd()", "Fable 5; Mythos 5", "bounced", "yes", "yes", "'+1 555 0100 (Ann)"]
    assert second == ["acme", 'Ünal, "Söhne"', "Fable 5; Mythos 5", "waiting", "no", "no", ""]
    with pytest.raises(BadInput, match="another file"):
        write(tmp_path, [])


def test_the_picture() -> None:
    assert set(WHY) == {why.value for why in Untold}
    assert picture("D-7K2M", [], []) == "D-7K2M: everybody who is cut off, or was to be told, was told."
    shown = picture(
        "D-7K2M", [WhyCount(Untold.WAITING, 2000, 1999, 0), WhyCount(Untold.BOUNCED, 1, 1, 1)], [ROW]
    )
    assert "2,001 customers not told, 2,000 of them cut off" in shown
    assert "To be called, for no mail gets there: 1 customer." in shown
    assert "acme  =cmd(): Fable 5, Mythos 5 (the address does not take mail), +1 555 0100 (Ann)" in shown


def test_the_command_in_a_process_of_its_own(ledger: Ledger, tmp_path: Path) -> None:
    ledger.written_to("acme", "accepted", "bounced")
    ledger.written_to("bolt", "accepted")
    ledger.run("UPDATE customer SET phone = '+1 555 0100' WHERE ext_id = 'acme'")
    env = for_children(replace(from_env({"NOTIFIER_HOME": str(tmp_path)}), database_url=ledger.db.url))

    def run(*arguments: str) -> "subprocess.CompletedProcess[str]":
        command = [sys.executable, "-m", "notifier", "gaps", *arguments]
        return subprocess.run(command, env=env, cwd=tmp_path, capture_output=True, text=True, check=False)

    shown = run("d-aaaa", "--csv", "calls.csv")
    assert shown.returncode == 0, shown.stderr
    assert "acme  Acme: Fable 5 (the address does not take mail), +1 555 0100" in shown.stdout
    assert "1 row written to calls.csv." in shown.stdout
    assert (tmp_path / "calls.csv").read_text().splitlines()[
        1
    ] == "acme,Acme,Fable 5,bounced,yes,yes,'+1 555 0100"
    asked = json.loads(run("AAAA", "--json").stdout)
    assert [(row["customer"], row["phone"]) for row in asked["customers"]] == [("acme", "+1 555 0100")]
    assert asked["reasons"] == [{"why": "bounced", "customers": 1, "cut_off": 1, "to_call": 1}]
    assert "@" not in shown.stdout + json.dumps(asked)
    missing = run("ZZZZ")
    assert (missing.returncode, missing.stdout) == (2, "")
