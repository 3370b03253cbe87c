"""Why them, why not, and what they were told: for members, non-members and those no letter may go to."""

import json

import pytest

from .conftest import Place, one_sentence

SUSPEND = ("suspend", "fable-5", "mythos-5", "--reason", "legal", "--where")
CUSTOMERS = """customer,name,email,contact_name,services,nationality,plan
C-1,Acme Ltd,ann@example.com,Ann Okafor,fable-5;mythos-5,GB,team
C-2,Bolt GmbH,ann@example.com,Ann Okafor,fable-5,US,free
C-3,Cord Inc,cy@example.com,Cy Cord,fable-5,,team
C-4,Dune Ltd,,,fable-5,FR,team
C-5,Else Ltd,el@example.com,El Else,sonnet-5,FR,team
C-6,Fern Ltd,fay@example.com,Fay Fern,fable-5,FR,team
"""
SCOPE = "nationality <> 'US' AND plan IN ('team', 'pro')"


@pytest.fixture
def told(notifier: Place) -> str:
    notifier.customers(CUSTOMERS)
    notifier.rows(
        "INSERT INTO suppression (recipient_id, reason, source) SELECT recipient_id, 'bounce', 'test'"
        " FROM recipient WHERE address_key = 'fay@example.com'"
    )
    done = notifier(*SUSPEND, SCOPE, "--yes")
    assert done.code == 0, done.said
    return notifier.references[0]


def became(place: Place, fate: str) -> None:
    """What the provider reports of every letter."""
    place.rows(
        "INSERT INTO fate SELECT notice_id, recipient_id, %s, 3, now() FROM delivery WHERE exclusion IS NULL"
        " AND recipient_id IS NOT NULL", fate
    )  # fmt: skip


def explain(place: Place, reference: str, customer: str, *more: str) -> dict[str, object]:
    done = place("explain", reference, customer, "--json", *more)
    assert done.code == 0, done.said
    return done.json()


def test_a_member_with_the_clause_the_values_then_and_every_letter(notifier: Place, told: str) -> None:
    notifier.customers("customer,nationality,suspended\nC-1,US,fable-5\n")
    found = explain(notifier, told, "C-1", "--sensitive")
    assert (found["place"], found["mode"], len(found["reasons"])) == ("in", "live", 2)
    first = found["reasons"][0]
    assert (first["service"], first["verdict"], first["told_as"], first["notice"]) == (
        "Fable 5", "affected", "affected", 1,
    )  # fmt: skip
    assert first["clause"] == "nationality <> 'US' AND plan IN ('pro', 'team')"
    # As it was then, although the data says otherwise by now.
    assert [v["value"] for v in first["values"]] == ["GB", "team"]
    assert [(r["verdict"], r["values"][0]["value"]) for r in found["now"]] == [("not", "US")] * 2
    (letter,) = found["letters"]
    assert (letter["name"], letter["address"], letter["role"], letter["stands"]) == (
        "Ann Okafor", "ann@example.com", "owner", "told",
    )  # fmt: skip
    assert "handed over" in notifier("explain", told, "C-1").out
    became(notifier, "delivered")
    assert "  delivered" in notifier("explain", told, "C-1").out
    assert [cut["service"] for cut in found["cut_off"]] == ["Fable 5"]


def test_sensitive_values_are_hidden_unless_somebody_signs_for_them(notifier: Place, told: str) -> None:
    for customer in ("C-1", "C-2", "C-3"):
        for args in ((), ("--json",)):
            shown = notifier("explain", told, customer, *args).out
            assert "***" in shown or customer == "C-2"
            assert not any(word in shown for word in ("'US'", "GB", '"US"'))
    assert "Sensitive values are hidden" in notifier("explain", told, "C-1").out
    asked = "SELECT actor, after FROM audit WHERE act = 'look at sensitive values'"
    assert notifier.rows(asked) == []
    assert "nationality: GB" in notifier("explain", told, "C-1", "--sensitive").out
    customer_id = notifier.value("SELECT customer_id FROM customer WHERE ext_id = 'C-1'")
    assert notifier.rows(asked) == [("person:lind", {"customer": customer_id})]
    assert "GB" not in json.dumps(notifier.rows("SELECT to_jsonb(audit) FROM audit"))


def test_who_is_possibly_in_it(notifier: Place, told: str) -> None:
    found = explain(notifier, told, "C-3", "--sensitive")
    assert [(r["verdict"], r["told_as"], r["clause"]) for r in found["reasons"]] == [
        ("possibly", "possibly", "nationality <> 'US'")
    ]
    assert found["reasons"][0]["values"] == [{"name": "nationality", "value": None, "hidden": False}]
    assert "nationality: UNKNOWN" in notifier("explain", told, "C-3", "--sensitive").out


@pytest.mark.parametrize(
    ("customer", "place", "says"),
    [
        ("C-2", "out_of_scope", "the scope leaves them out"),
        ("C-5", "no_service", "they hold none of its services"),
        ("C-4", "in", "Nobody of theirs has a usable address: call them"),
        ("C-6", "in", "NOT TOLD: must not be written to (bounce)"),
    ],
)
def test_who_was_not_told_and_why(notifier: Place, told: str, customer: str, place: str, says: str) -> None:
    assert explain(notifier, told, customer)["place"] == place
    shown = notifier("explain", told, customer, COLUMNS="80").out
    assert says in shown
    assert max(map(len, shown.splitlines())) <= 80


def test_the_clause_that_left_a_non_member_out(notifier: Place, told: str) -> None:
    (reason,) = explain(notifier, told, "C-2", "--sensitive")["reasons"]
    assert (reason["verdict"], reason["told_as"]) == ("not", "none")
    assert reason["clause"] == "nationality <> 'US'"
    assert [(v["name"], v["value"]) for v in reason["values"]] == [("nationality", "US")]


def test_who_comes_late_and_hears_with_the_next_update(notifier: Place, told: str) -> None:
    notifier.customers(
        "customer,name,email,services,nationality,plan\nL-1,Late Ltd,late@example.com,fable-5,FR,pro\n"
    )
    found = explain(notifier, told, "L-1")
    # Until the sweeper has drafted a catch-up no list is open.
    assert found["place"] in {"late", "not_listed_yet"}
    assert found["letters"] == []
    assert [r["verdict"] for r in found["reasons"]] == ["affected"]
    assert notifier("update", told, "--nothing-new", "--yes").code == 0
    found = explain(notifier, told, "L-1")
    assert (found["place"], [letter["late"] for letter in found["letters"]]) == ("in", [True])
    assert "Catch-up" in notifier("explain", told, "L-1").out


def test_who_came_above_the_ceiling(notifier: Place) -> None:
    notifier.people(3)
    assert notifier("suspend", "fable-5", "--reason", "legal", "--yes", "--ceiling", "2").code == 0
    reference = notifier.references[0]
    stands: dict[str, str] = {}
    for i in (1, 2, 3):
        (letter,) = explain(notifier, reference, f"p{i}")["letters"]
        stands[f"p{i}"] = letter["stands"]
    assert stands == {"p1": "told", "p2": "told", "p3": "held"}
    assert "NOT TOLD: held above the ceiling" in notifier("explain", reference, "p3").out


def test_before_a_list_is_frozen(notifier: Place) -> None:
    notifier.people(2)
    assert notifier("suspend", "fable-5", "--reason", "legal").code == 3
    assert explain(notifier, notifier.references[0], "p1")["place"] == "not_listed_yet"


def test_receipts_by_address_and_by_customer(notifier: Place, told: str) -> None:
    assert notifier("update", told, "--nothing-new", "--yes").code == 0
    became(notifier, "bounced")
    assert notifier("receipts", "C-1").out.count("NOT TOLD: the address does not take mail") == 2
    notifier.rows("UPDATE fate SET fate = 'delivered'")
    by_customer = notifier("receipts", "C-1", "--json").json()
    # Written in another way, it is the same address as at import.
    by_address = notifier("receipts", " ANN@Example.COM ", "--json").json()
    for found in (by_customer, by_address):
        assert [(x["reference"], x["seq"], x["kind"], x["stands"]) for x in found["letters"]] == [
            (told, 1, "first", "told"), (told, 2, "update", "told")
        ]  # fmt: skip
        assert all(x["subject"].startswith("Suspension of Fable 5 and Mythos 5") for x in found["letters"])
        assert found["letters"][0]["about"] == [["Acme Ltd", "affected", ["fable-5", "mythos-5"]]]
    shown = notifier("receipts", "ann@example.com", COLUMNS="80").out
    assert shown.startswith("LIVE: 2 written to this address\n")
    assert max(map(len, shown.splitlines())) <= 80


def test_receipts_keep_rehearsals_apart(notifier: Place) -> None:
    notifier.people(1)
    assert notifier("suspend", "fable-5", "--reason", "legal", "--rehearse", "--yes").code == 0
    assert notifier("receipts", "p1").out.strip() == (
        "LIVE: nothing was written to Customer 1 (p1). Rehearsals are shown with --rehearsals."
    )
    shown = notifier("receipts", "p1", "--rehearsals").out
    assert shown.startswith("REHEARSALS, nobody was really told: 1 written")


def test_what_nobody_knows_is_said_in_one_sentence_without_the_address(notifier: Place, told: str) -> None:
    for args in (
        ("explain", told, "C-99"), ("explain", "ZZZZ", "C-1"), ("receipts", "C-99"),
        ("receipts", "nobody@example.com"), ("receipts", "not@an@address"),
    ):  # fmt: skip
        done = notifier(*args)
        assert (done.code, one_sentence(done)) == (2, True), done.said
        assert "@example.com" not in done.err.replace("name@example.com", "")
