"""Who is told, as a person chooses it, and what those read of whom we do not know."""

from collections import Counter

import pytest

from .conftest import Place

SUSPEND = ("suspend", "fable-5", "--reason", "legal")
CUSTOMERS = """customer,name,email,services,nationality,plan,seats
c1,Acme,ann@example.com,fable-5,DE,team,5
c2,Beta,bob@example.com,fable-5,,team,
c3,Gamma,cy@example.com,fable-5,US,free,50
"""
SURE, HEDGED = "is suspended for you", "may be suspended for you"


@pytest.mark.parametrize(
    ("possibly", "told"),
    [
        ("hedge", {"ann@example.com": False, "bob@example.com": True}),
        ("include", {"ann@example.com": False, "bob@example.com": False}),
        ("exclude", {"ann@example.com": False}),
    ],
)
def test_people_of_whom_we_do_not_know_are_told_as_the_operator_decides(
    notifier: Place, possibly: str, told: dict[str, bool]
) -> None:
    notifier.customers(CUSTOMERS)
    done = notifier(*SUSPEND, "--where", "nationality <> 'US'", "--possibly", possibly, "--yes")
    assert done.code == 0, done.said
    mails = {m["address"]: " ".join(m["text"].split()) for m in notifier.provider.messages()}
    assert {address: HEDGED in text for address, text in mails.items()} == told
    assert {address: SURE in text for address, text in mails.items()} == {a: not h for a, h in told.items()}
    assert not any("US" in text or "nationality" in text for text in mails.values())


def test_options_choose_as_sql_does_and_are_shown_as_sql(notifier: Place) -> None:
    notifier.customers(CUSTOMERS)
    options = ("--only", "plan=team,free", "--except", "seats=50..", "--possibly", "exclude")
    shown = notifier(*SUSPEND, *options, "--dry-run", "--json").json()
    assert shown["where"] == "plan IN ('free', 'team') AND NOT (seats >= 50)"
    assert notifier(*SUSPEND, *options, "--yes").code == 0
    assert notifier.provider.addresses() == Counter({"ann@example.com": 1})
    again = notifier(*SUSPEND, "--where", shown["where"], "--possibly", "exclude", "--yes")
    assert again.code == 3  # the same declaration


def test_a_slip_in_a_value_stops_with_the_nearest_one(notifier: Place) -> None:
    notifier.customers(CUSTOMERS)
    done = notifier(*SUSPEND, "--only", "plan=teem", "--yes")
    assert done.code == 2
    assert done.err.splitlines() == [
        "No customer has this plan: did you mean 'team'? Correct it, or add --as-written.",
        "  plan=teem",
        "       ^^^^",
    ]
    assert notifier.references == []


def test_what_can_be_chosen_is_shown_but_nothing_sensitive_unasked(notifier: Place) -> None:
    notifier.customers(CUSTOMERS)
    screen = notifier("scope").out
    assert "DE" not in screen.split("nationality")[1].split("plan")[0]
    assert notifier.value("SELECT count(*) FROM audit WHERE act = 'look'") == 0
    found = notifier("scope", "nationality", "plan", "--sensitive", "--json").json()
    nationality, plan = found["values"]
    assert [(t["value"], t["customers"]) for t in plan["counted"]["top"]] == [("team", 2), ("free", 1)]
    assert nationality["unknown"] == 1
    assert notifier.value("SELECT actor FROM audit WHERE act = 'look'") == "person:lind"


def test_a_value_that_does_not_fit_its_type_never_stops_a_send(notifier: Place) -> None:
    notifier.customers(CUSTOMERS)
    notifier.rows("UPDATE customer SET attrs = attrs || '{\"seats\": \"n/a\"}' WHERE ext_id = 'c1'")
    notifier.rows("UPDATE customer SET attrs = attrs || '{\"seats\": [1]}' WHERE ext_id = 'c2'")
    done = notifier(*SUSPEND, "--where", "seats > 10 AND plan LIKE 'f%' OR seats < 1", "--yes")
    assert done.code == 0, done.said
    texts = {m["address"]: " ".join(m["text"].split()) for m in notifier.provider.messages()}
    assert {address: HEDGED in text for address, text in texts.items()} == {
        "ann@example.com": True,
        "bob@example.com": True,
        "cy@example.com": False,
    }


def test_a_changed_scope_and_a_part_that_is_back_are_chosen_in_the_same_way(notifier: Place) -> None:
    notifier.customers(CUSTOMERS)
    assert notifier(*SUSPEND, "--yes").code == 0
    (reference,) = notifier.references
    for change in ("rescope", "restore"):
        slip = notifier(change, reference, "--only", "plan=teem", "--yes")
        assert slip.code == 2
        assert slip.err.splitlines()[1:] == ["  plan=teem", "       ^^^^"]
    shown = notifier("rescope", reference, "--except", "plan=free", "--dry-run", "--json").json()
    assert shown["where"] == "plan <> 'free'"
    both = notifier("rescope", reference, "--everybody", "--only", "plan=team", "--yes")
    assert (both.code, both.err) == (2, "Say for whom, or --everybody, not both.\n")
    assert notifier("restore", reference, "--only", "plan=team", "--yes").code == 0
    back = [m["address"] for m in notifier.provider.messages() if "back" in m["text"].lower()]
    assert sorted(back) == ["ann@example.com", "bob@example.com"]
