"""An end says no more than its reader had been told, and whether it works where the data shows that."""

from datetime import timedelta

import pytest

from notifier.actions.announce import correct, declare, timeline
from notifier.actions.announce.restore import RestoredPart
from notifier.actions.control.approve import Consent
from notifier.model.vocabulary import Reason
from tests.lab import YES, Lab

WHERE = "nationality <> 'US'"


def newest(lab: Lab, address: str) -> str:
    return " ".join(lab.sink.to(address)[-1].text.split())


def variants(lab: Lab) -> set[str]:
    """Of the newest notice, what somebody really reads."""
    rows = lab.rows(
        "SELECT DISTINCT w.variant FROM chunk JOIN content w USING (content_id)"
        " WHERE chunk.notice_id = (SELECT max(notice_id) FROM notice)"
    )
    return {variant for (variant,) in rows}


def test_who_had_been_told_surely_hedged_and_both_hears_of_the_end_in_words_of_their_own(lab: Lab) -> None:
    lab.people(1, "sure", nationality="GB")
    lab.people(1, "maybe")
    lab.customers(
        "customer,name,email,services,nationality\n"
        "X,Xeno,two@example.com,fable-5,GB\nY,Yves,two@example.com,fable-5,\n"
    )
    reference = lab.suspend(WHERE)
    lab.settle()
    lab.restore(reference)
    lab.settle()
    assert variants(lab) == {"affected", "was_possibly_affected", "was_both_affected"}
    assert newest(lab, "sure1@example.com").startswith("Your access is back")
    hedged = newest(lab, "maybe1@example.com")
    assert hedged.startswith("What may have affected you is over")
    assert "We told you that access to the following might be suspended for you." in hedged
    assert "had been without it" not in hedged
    both = newest(lab, "two@example.com")
    assert "you can use the following:" in both
    assert "is back for you" not in both


def test_who_learnt_that_it_is_out_after_a_hedge_hears_that_it_is_back(lab: Lab) -> None:
    lab.people(1, "maybe")
    reference = lab.suspend(WHERE)
    lab.settle()
    lab.people(1, "maybe", nationality="GB")
    lab.update(reference)
    lab.settle()
    lab.restore(reference)
    lab.settle()
    heard = "affected" if "May" not in lab.sink.to("maybe1@example.com")[-2].text else "possibly"
    assert newest(lab, "maybe1@example.com").startswith("Your access is back") == (heard == "affected")


def test_a_part_is_back_for_whoever_still_waits_for_the_rest(lab: Lab) -> None:
    lab.people(1, "maybe", services="fable-5;mythos-5")
    reference = lab.suspend(WHERE, services=("fable-5", "mythos-5"))
    lab.settle()
    lab.restore(reference, RestoredPart(("mythos-5",)))
    lab.settle()
    text = newest(lab, "maybe1@example.com")
    assert text.startswith("Part of your access is available")
    assert "you can use the following: Mythos 5" in text
    assert "May still be suspended for you: Fable 5" in text
    assert "is back" not in text


def test_what_is_lifted_before_it_began_will_not_happen(lab: Lab) -> None:
    lab.people(2)
    wish = declare.Wish(("fable-5",), Reason.LEGAL, effective_at=lab.now() + timedelta(days=2))
    said = declare.suspend(lab.app.db, lab.app.writer, lab.act(), wish, YES)
    lab.ring(said.gate.rings)
    lab.settle()
    lab.restore(said.name.reference)
    lab.settle()
    text = newest(lab, "p1@example.com")
    assert text.startswith("Your access will not be suspended after all")
    assert "That will not happen:" in text
    assert "back" not in text


def cut_off(lab: Lab, customer: str) -> None:
    lab.rows(
        "UPDATE entitlement SET suspended_at = now() FROM customer c"
        " WHERE c.customer_id = entitlement.customer_id AND c.ext_id = %s",
        customer,
    )


def released(lab: Lab, data: str) -> str:
    """What p1 reads once the scope leaves them out; `data`: who is cut off then."""
    lab.people(2, nationality="GB")
    lab.people(1, "other", nationality="FR")
    reference = lab.suspend(WHERE)
    lab.settle()
    cut_off(lab, data)
    lab.rescope(reference, "nationality = 'FR'", Consent(yes=True, accept_gap=2 if data == "p1" else None))
    lab.settle()
    return newest(lab, "p1@example.com")


@pytest.mark.parametrize(
    ("data", "says"),
    [
        ("nobody", None),
        ("other1", "According to our data, you have access to it."),
        ("p1", "According to our data, it is still suspended for you at present."),
    ],
)
def test_who_is_released_reads_what_the_data_shows(lab: Lab, data: str, says: str | None) -> None:
    text = released(lab, data)
    assert text.startswith("You are not affected after all")
    assert ("According to our data" in text) == (says is not None)
    assert says is None or says in text


@pytest.mark.parametrize(("data", "works"), [("nobody", False), ("other1", True), ("p1", False)])
def test_a_first_notice_that_is_withdrawn_says_whether_it_works(lab: Lab, data: str, works: bool) -> None:
    lab.people(1, nationality="GB")
    lab.people(1, "other", nationality="US")
    reference = lab.suspend(WHERE)
    lab.settle()
    cut_off(lab, data)
    done = correct.retract(lab.app.db, lab.app.writer, lab.act(), reference, timeline.News(), YES)
    lab.ring(done.gate.rings)
    lab.settle()
    text = newest(lab, "p1@example.com")
    assert text.startswith("We withdraw what we wrote to you")
    assert ("According to our data, you have access to it." in text) == works
