"""'Wrong for you?': written down, on a work list with a deadline, and answered to that customer's people only."""

import json

import pytest

from notifier.store.audit import GENESIS, seal

from .conftest import Place, one_sentence

SUSPEND = ("suspend", "fable-5", "--reason", "legal", "--where", "nationality <> 'US'", "--yes")
CUSTOMERS = """customer,name,email,contact_name,services,nationality
C-1,Acme Ltd,ann@example.com,Ann Okafor,fable-5,GB
C-1,Acme Ltd,bob@example.com,Bob Acme,fable-5,GB
C-2,Bolt GmbH,ann@example.com,Ann Okafor,fable-5,DE
C-3,Cord Inc,cy@example.com,Cy Cord,fable-5,
C-4,Dune Ltd,,,fable-5,FR
"""


@pytest.fixture
def told(notifier: Place) -> str:
    """Three customers are told, one cannot be; the reference."""
    notifier.customers(CUSTOMERS)
    assert notifier(*SUSPEND).code == 0
    assert notifier.provider.addresses() == dict.fromkeys(
        ("ann@example.com", "bob@example.com", "cy@example.com"), 1
    )
    return notifier.references[0]


def last_mail(place: Place, address: str) -> dict[str, str]:
    return [m for m in place.provider.messages() if m["address"] == address][-1]


def add(place: Place, reference: str, customer: str, why: str = "we are a US company") -> int:
    done = place("reviews", "add", reference, customer, "--by", "Ann, by phone", "--why", why, "--json")
    assert done.code == 0, done.said
    return int(done.json()["review_id"])


def chain_holds(place: Place) -> bool:
    before = GENESIS
    columns = ("seq", "disruption_id", "actor", "act", "before", "after", "at")
    for *entry, prev, sealed in place.rows(
        f"SELECT {', '.join(columns)}, prev_hash, hash FROM audit ORDER BY seq"
    ):
        found = dict(zip(columns, entry, strict=True))
        if prev != before or sealed != seal(prev, found | {"at": found["at"].isoformat()}):
            return False
        before = sealed
    return True


def test_a_confirmed_review_tells_that_customers_people_and_nobody_else(notifier: Place, told: str) -> None:
    review = add(notifier, told, "C-1")
    assert notifier("reviews").out.startswith("1 open\n")
    done = notifier("reviews", "confirm", str(review), "--why", "seat in London", "--yes")
    assert done.code == 0, done.said
    assert notifier.provider.addresses() == {"ann@example.com": 2, "bob@example.com": 2, "cy@example.com": 1}
    mail = last_mail(notifier, "ann@example.com")
    assert "Acme Ltd" in mail["text"].replace("\xa0", " ")
    assert "Bolt" not in mail["text"].replace("\xa0", " ")
    assert "A person has looked at it again" in " ".join(mail["text"].split())
    assert "+1 555 0100" in mail["text"].replace("\xa0", " ")
    # What was said and decided about them stays inside.
    assert not any(word in json.dumps(mail) for word in ("London", "US company", "nationality", "GB"))
    _, answer = notifier.shown(told)
    assert (answer["notice"]["kind"], answer["notice"]["people_n"], answer["notice"]["ceiling"]) == (
        "confirmed", 2, 2,
    )  # fmt: skip
    assert notifier("reviews").out.strip() == "No review is open."
    assert "confirmed by person:lind" in notifier("reviews", "--all").out
    # It stands, so they stay with those who are kept up to date.
    assert notifier("update", told, "--nothing-new", "--yes").code == 0
    assert notifier.provider.addresses()["bob@example.com"] == 3


def test_who_decides_stands_in_the_audit_chain_without_what_was_said(notifier: Place, told: str) -> None:
    review = add(notifier, told, "C-1", why="my passport is American")
    assert notifier("reviews", "confirm", str(review), "--why", "passport seen", "--yes").code == 0
    acts = notifier.rows("SELECT act, actor, after FROM audit WHERE act LIKE 'review%%' ORDER BY seq")
    assert [(act, actor) for act, actor, _ in acts] == [
        ("review opened", "person:lind"), ("review confirmed", "person:lind")
    ]  # fmt: skip
    assert "passport" not in json.dumps([after for _, _, after in acts])
    assert chain_holds(notifier)


def test_the_work_list_says_what_is_overdue_and_the_sweeper_raises_an_alarm(
    notifier: Place, told: str
) -> None:
    first, second = add(notifier, told, "C-1"), add(notifier, told, "C-3")
    notifier.rows("UPDATE review SET due_at = now() - interval '1 hour' WHERE review_id = %s", second)
    shown = notifier("reviews", COLUMNS="80").out
    assert shown.startswith("2 open, 1 OVERDUE\n")
    assert shown.index(f"! {second:>3}") < shown.index(f"  {first:>3}  D-")
    assert max(map(len, shown.splitlines())) <= 80
    assert [(r["review_id"], r["overdue"]) for r in notifier("reviews", "--json").json()] == [
        (second, True), (first, False)
    ]  # fmt: skip
    notifier.until(lambda: "1 customer waits too long for a review" in notifier("list").out)
    assert notifier("reviews", "confirm", str(second), "--why", "seen", "--yes").code == 0
    notifier.until(lambda: "too long" not in notifier("list").out)


def test_without_a_yes_and_a_terminal_the_decision_stands_and_its_notice_is_a_draft(
    notifier: Place, told: str
) -> None:
    review = add(notifier, told, "C-1")
    done = notifier("reviews", "confirm", str(review), "--why", "seen")
    assert done.code == 3
    assert f"notifier approve {told}/2" in done.err
    assert f"NOT YET SENT: notifier approve {told}/2" in notifier("reviews").out
    # An update to everybody does not take it away.
    assert notifier("update", told, "--nothing-new", "--yes").code == 0
    assert notifier("approve", f"{told}/2", "--yes").code == 0
    assert notifier.provider.addresses()["bob@example.com"] == 3
    assert notifier("reviews").out.strip() == "No review is open."


def test_nobody_was_told_by_mail_so_no_mail_answers(notifier: Place, told: str) -> None:
    review = add(notifier, told, "C-4")
    done = notifier("reviews", "confirm", str(review), "--why", "seen", "--yes")
    assert done.code == 0
    assert "Nobody of theirs was told by mail" in done.out
    assert len(notifier.shown(told)) == 1


def test_what_cannot_be_is_refused_in_one_sentence(notifier: Place, told: str) -> None:
    review = str(add(notifier, told, "C-1"))
    by = ("--by", "Ann", "--why", "no")
    for args, code, words in (
        (("add", told, "C-1", *by), 3, "open already"),
        (("add", told, "C-9", *by), 2, "no customer 'C-9'"),
        (("add", "ZZZZ", "C-1", *by), 2, "no disruption"),
        (("add", told, "C-2", "--by", "ann@example.com", "--why", "no"), 2, "holds an address"),
        (("add", told, "C-2", "--by", "Ann", "--why", " "), 2, "needs a text"),
        (("confirm", "999999", "--why", "x", "--yes"), 2, "no review 999999"),
    ):
        done = notifier("reviews", *args)
        assert done.code == code, done.said
        assert words in done.err
        assert one_sentence(done)
        assert "ann@example.com" not in done.said
    assert notifier("reviews", "confirm", review, "--why", "x", "--yes").code == 0
    again = notifier("reviews", "confirm", review, "--why", "x", "--yes")
    assert (again.code, "has ended: confirmed by person:lind" in again.err) == (3, True)


def test_two_who_decide_at_once_answer_once(notifier: Place, told: str) -> None:
    review = str(add(notifier, told, "C-1"))
    both = [notifier.start("reviews", "confirm", review, "--why", "seen", "--yes") for _ in range(2)]
    for process in both:
        process.communicate()
    assert sorted(process.returncode for process in both) == [0, 3]
    assert notifier.provider.addresses()["bob@example.com"] == 2


def test_who_is_released_hears_so_and_nothing_as_affected_ever_after(notifier: Place, told: str) -> None:
    notifier.customers("customer,suspended\nC-1,fable-5\n")
    review = add(notifier, told, "C-1")
    done = notifier("reviews", "release", str(review), "--why", "a US company after all", "--yes")
    assert done.code == 0, done.said
    assert "Acme Ltd (C-1) is released" in done.out
    assert "The data still cuts them off: Fable 5" in done.out
    assert notifier.provider.addresses() == {"ann@example.com": 2, "bob@example.com": 2, "cy@example.com": 1}
    mail = last_mail(notifier, "bob@example.com")["text"]
    assert "does not apply to you" in " ".join(mail.split())
    assert "US company" not in mail
    assert notifier.shown(told)[1]["notice"]["kind"] == "released"

    found = notifier("explain", told, "C-1", "--json").json()
    assert found["place"] == "released"
    assert [r["told_as"] for r in found["reasons"]] == ["affected", "released"]
    shown = notifier("explain", told, "C-1").out
    assert "NOT IN IT: a review released them." in shown
    assert "released by person:lind: a US company after all" in " ".join(shown.split())

    # Ann stays with Bolt GmbH; Bob has nothing left to hear.
    assert notifier("update", told, "--nothing-new", "--yes").code == 0
    assert notifier.provider.addresses() == {"ann@example.com": 3, "bob@example.com": 2, "cy@example.com": 2}
    kept = last_mail(notifier, "ann@example.com")["text"]
    assert "Bolt GmbH" in kept
    assert "Acme" not in kept
    assert notifier("restore", told, "--accept-gap", "1", "--yes").code == 0
    assert notifier.provider.addresses() == {"ann@example.com": 4, "bob@example.com": 2, "cy@example.com": 3}


def test_a_person_with_another_organisation_hears_what_is_still_out(notifier: Place, told: str) -> None:
    review = add(notifier, told, "C-1")
    assert notifier("reviews", "release", str(review), "--why", "wrong", "--yes").code == 0
    text = last_mail(notifier, "ann@example.com")["text"]
    assert text.index("Acme Ltd") < text.index("Still suspended for you") < text.index("Bolt GmbH")
    assert "Bolt" not in last_mail(notifier, "bob@example.com")["text"]


def test_who_is_released_before_a_first_notice_leaves_is_on_no_list(notifier: Place, told: str) -> None:
    review = add(notifier, told, "C-1")
    assert notifier("reviews", "release", str(review), "--why", "wrong", "--yes").code == 0
    notifier.customers("customer,name,email,services,nationality\nC-1,Acme Ltd,new@example.com,fable-5,GB\n")
    assert notifier("update", told, "--nothing-new", "--yes").code == 0
    assert "new@example.com" not in notifier.provider.addresses()
    # A later review that confirms takes the release back: what is owed then is owed again.
    review = add(notifier, told, "C-1")
    assert notifier("reviews", "confirm", str(review), "--why", "seen again", "--yes").code == 0
    assert notifier("explain", told, "C-1", "--json").json()["place"] == "in"
