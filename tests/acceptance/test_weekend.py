"""Saturday and Sunday: the scope changes, people are released and added, one model comes back for a part."""

from typing import Any

import pytest

from .conftest import Place

SUSPEND = ("suspend", "fable-5", "mythos-5", "--reason", "legal", "--where", "nationality <> 'US'", "--yes")
BOTH = "fable-5;mythos-5"


def friday(place: Place) -> str:
    """Five Germans, five Britons and three Americans with both models; of two nothing is known."""
    for name, n, nationality in (("de", 5, "DE"), ("gb", 5, "GB"), ("us", 3, "US"), ("who", 2, "")):
        place.people(n, name, BOTH, header=",nationality", cells=f",{nationality}")
    assert place(*SUSPEND).code == 0
    return place.references[0]


def group(name: str, n: int) -> set[str]:
    return {f"{name}{i}@example.com" for i in range(1, n + 1)}


def new_mails(place: Place, before: int) -> dict[str, list[dict[str, Any]]]:
    found: dict[str, list[dict[str, Any]]] = {}
    for mail in place.provider.messages()[before:]:
        found.setdefault(mail["address"], []).append(mail)
    return found


def test_the_weekend(notifier: Place) -> None:
    reference = friday(notifier)
    assert notifier.provider.addresses() == dict.fromkeys(
        group("de", 5) | group("gb", 5) | group("who", 2), 1
    )

    # Saturday: not the Germans, but the Americans. The difference comes first, and stores nothing.
    scope = ("rescope", reference, "--where", "nationality <> 'DE'")
    dry = notifier(*scope, "--dry-run")
    assert dry.code == 0, dry.said
    assert "newly affected: Customer 1 (us1), Customer 2 (us2), Customer 3 (us3)" in dry.out
    shown = {d["what"]: d for d in notifier(*scope, "--dry-run", "--json").json()["differences"]}
    assert {what: (d["customers"], d["people"]) for what, d in shown.items()} == {
        "first": (3, 3), "catch_up": (0, 0), "released": (5, 5), "restored": (0, 0), "unknown": (0, 0),
        "unchanged": (7, 7),
    }  # fmt: skip
    assert shown["released"]["samples"][0] == ["de1", "Customer 1"]
    assert len(notifier.states()) == 1

    before = notifier.provider.count()
    kept = notifier(*scope)
    assert kept.code == 3
    assert kept.err.count("notifier approve") == 2
    assert notifier.provider.count() == before
    assert "nationality <> 'US'" in notifier("show", reference).out, "a proposed scope decides nothing"

    done = notifier(*scope, "--yes")
    assert done.code == 0, done.said
    mails = new_mails(notifier, before)
    assert mails.keys() == group("us", 3) | group("de", 5)
    assert all(len(got) == 1 for got in mails.values())
    assert "Your access is suspended" in mails["us1@example.com"][0]["text"]
    assert "You are not affected after all" in mails["de1@example.com"][0]["text"]
    assert "nationality <> 'DE'" in notifier("show", reference).out

    # The same scope again owes nobody anything.
    again = notifier(*scope, "--yes")
    assert again.code == 0, again.said
    assert "Nobody has to hear of it." in again.out

    # Sunday: one model is back for the Americans.
    before = notifier.provider.count()
    back = notifier("restore", reference, "mythos-5", "--where", "nationality = 'US'", "--yes")
    assert back.code == 0, back.said
    mails = new_mails(notifier, before)
    assert mails.keys() == group("us", 3)
    text = mails["us2@example.com"][0]["text"]
    assert "Part of your access is available" in text
    assert "Mythos 5, for Customer 2" in text.split("Still suspended for you:")[0]
    assert "Fable 5, for Customer 2" in text.split("Still suspended for you:")[1]

    # And then all of it: the released hear nothing, the Americans only of what was still out.
    before = notifier.provider.count()
    assert notifier("restore", reference, "--yes").code == 0
    mails = new_mails(notifier, before)
    assert mails.keys() == group("us", 3) | group("gb", 5) | group("who", 2)
    assert "Mythos 5, for" not in mails["us3@example.com"][0]["text"]
    assert "Fable 5, for Customer 3" in mails["us3@example.com"][0]["text"]

    told = [(n["notice"]["kind"], n["accounts"]["told"]) for n in notifier.shown(reference)]
    assert told == [("first", 12), ("first", 3), ("released", 5), ("partial", 3), ("restored", 10)]
    assert sum(n for _, n in told) == notifier.provider.count()
    assert len({m["subject"] for m in notifier.provider.messages()}) == 1


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (("--where", "nation = 'US'"), "nation"),
        (("--where", "plan = 'x'", "--everybody"), "not both"),
        (("--services", "saga-9"), "saga-9"),
    ],
)
def test_a_scope_that_cannot_be_is_refused_in_one_sentence(
    notifier: Place, arguments: tuple[str, ...], says: str
) -> None:
    reference = friday(notifier)
    done = notifier("rescope", reference, *arguments, "--yes")
    assert done.code == 2
    assert says in done.err
    assert notifier.value("SELECT count(*) FROM scope_revision") == 1
