"""Support's question, in one command: who is this, what were they told, in which words, what is to be said now?"""

import pytest

from tests.waiting import until

from .conftest import Place, one_sentence
from .test_explain import CUSTOMERS, SCOPE, SUSPEND


@pytest.fixture
def told(notifier: Place) -> str:
    notifier.customers(CUSTOMERS)
    done = notifier(*SUSPEND, SCOPE, "--next-update", "+2h", "--yes")
    assert done.code == 0, done.said
    return notifier.references[0]


def asked(place: Place, *words: str) -> str:
    done = place("customer", *words, COLUMNS="80")
    assert done.code == 0, done.said
    assert max(map(len, done.out.splitlines())) <= 80
    return " ".join(done.out.split())


@pytest.mark.usefixtures("told")
@pytest.mark.parametrize("words", [("c-1",), ("acme",), ("LTD", "acm"), ("okafor", "Ann")])
def test_whoever_is_meant_is_found(notifier: Place, words: tuple[str, ...]) -> None:
    found = notifier("customer", *words, "--json").json()
    if found["found"]:
        assert found["found"]["customer"] == "C-1"
    else:
        assert [each["ext_id"] for each in found["among"]] == ["C-1", "C-2"]  # Ann is a contact of both


def test_what_they_were_told_and_what_to_say_now(notifier: Place, told: str) -> None:
    shown = asked(notifier, "c-1")
    assert f"LIVE D-{told} Fable 5, Mythos 5 (legal) open Last told: First notice ({told}/1), handed" in shown
    assert "Say: Fable 5 and Mythos 5 are suspended since" in shown
    assert "The next mail is promised by" in shown
    assert f"notifier reviews add {told} C-1" in shown
    assert "| Hello Ann Okafor," in shown
    assert "| Your access is suspended" in shown
    assert "Say: Fable 5 may be suspended since" in asked(notifier, "cy@example.com")
    unreachable = asked(notifier, "C-4")
    assert (
        "NOT TOLD: nobody of theirs has a usable address. Call them. Say: Fable 5 is suspended" in unreachable
    )
    assert "No disruption concerns them" in asked(notifier, "C-5")
    assert "Not told: its scope leaves them out." in asked(notifier, "C-2")


def test_who_was_let_out_and_what_is_over(notifier: Place, told: str) -> None:
    assert (
        notifier("reviews", "add", told, "C-1", "--by", "Ann", "--why", "we are in it by mistake").code == 0
    )
    assert notifier("reviews", "release", "1", "--why", "true", "--yes").code == 0
    shown = asked(notifier, "C-1")
    assert "RELEASED by a review. Last told: " in shown
    assert "Say: Fable 5 and Mythos 5 do not concern them." in shown
    assert notifier("restore", told, "--yes").code == 0
    shown = asked(notifier, "C-3")
    assert "over (restored) Last told: Restored" in shown
    assert "Say: it is over since" in shown
    assert "No mail" not in shown
    # The newest words stand first.
    assert shown.index(f"LIVE {told}/3 to Cy Cord") < shown.index(f"LIVE {told}/1 to Cy Cord")


def test_drafts_and_rehearsals_are_marked_as_what_they_are(notifier: Place) -> None:
    notifier.people(1)
    assert notifier("suspend", "fable-5", "--reason", "legal").code == 3
    draft = asked(notifier, "p1@example.com")
    assert (
        "DRAFT Nobody was told of it: it is a draft. Say nothing of it yet: nobody has approved it" in draft
    )
    assert notifier("suspend", "fable-5", "--reason", "legal", "--rehearse", "--again", "--yes").code == 0
    both = asked(notifier, "P1")
    assert "LIVE D-" in both
    assert "REHEARSAL D-" in both
    assert "Say nothing of it: it is a rehearsal, no customer was told." in both
    assert "Say: " not in both


def test_what_is_only_prepared_is_not_said(notifier: Place, told: str) -> None:
    assert notifier("restore", told).code == 3
    notifier.rows(
        "UPDATE notice SET freeze_asked = now() WHERE seq = 2"
    )  # at a terminal somebody looks at it
    until(lambda: notifier.value("SELECT closed_at FROM notice WHERE seq = 2"))
    assert [r["told_as"] for r in notifier("explain", told, "C-3", "--json").json()["reasons"]][
        -1
    ] == "restored"
    shown = asked(notifier, "C-3")
    assert "Say: Fable 5 may be suspended since" in shown
    assert "is back" not in shown


def test_what_was_withdrawn_is_not_over(notifier: Place, told: str) -> None:
    assert notifier("correct", told, "--retract", "--yes").code == 0
    shown = asked(notifier, "C-1")
    assert "Say: what we had written of it was wrong, and we have withdrawn it." in shown
    assert "No mail" not in shown


def test_who_was_not_told_has_no_words_and_what_is_unknown_may_have_been_told(
    notifier: Place, told: str
) -> None:
    notifier.rows(
        "UPDATE chunk SET state = 'unknown' WHERE chunk_id IN (SELECT d.chunk_id FROM delivery_standing d"
        " JOIN recipient r USING (recipient_id) WHERE r.address_key = 'ann@example.com')"
    )
    shown = asked(notifier, "C-1")
    assert f"May have been told: First notice ({told}/1), not known whether it left." in shown


@pytest.mark.usefixtures("told")
def test_an_id_that_is_written_as_it_is_is_that_customers(notifier: Place) -> None:
    notifier.customers("customer,name,email,services\nc-1,Small Ltd,small@example.com,fable-5\n")
    assert asked(notifier, "c-1").startswith("c-1 Small Ltd")
    assert asked(notifier, "C-1").startswith("C-1 Acme Ltd")


@pytest.mark.usefixtures("told")
def test_nobody_and_several(notifier: Place) -> None:
    for words in ("nobody at all", "not@an@address", "%", "a\udcffb"):
        done = notifier("customer", words)
        assert done.code == 2
        assert one_sentence(done)
    assert asked(notifier, "example.com").startswith(
        "More than one could be meant; say which, by its id: C-1"
    )
