"""An approval of a list is of these people: what is true at that moment is held against it, not a number."""

from dataclasses import replace

import pytest

from notifier.actions.background.freeze import freeze
from notifier.actions.control import approve as gate
from notifier.actions.control import lists
from notifier.actions.control.approve import Consent, Gate
from notifier.actions.control.lists import ShownList
from notifier.model.act import Act
from notifier.model.approval import Part
from tests.lab import LIND, Lab

OSEI = "person:osei"
ABROAD = "nationality <> 'US'"


def looked_at(lab: Lab, reference: str, seq: int = 1) -> ShownList:
    """A person asks for the list, and workers freeze it."""
    shown, rings = lists.show_list(lab.app.db, lab.app.writer, lab.now(), lab.notice_id(reference, seq))
    lab.ring(rings)
    lab.settle()
    return replace(lists.shown_list(lab.app.db, shown.notice_id), changed=shown.changed)


def agree(lab: Lab, shown: ShownList, actor: str = LIND, **more: object) -> Gate:
    consent = replace(Consent(list_hash=shown.list_hash), **more)  # pyright: ignore[reportArgumentType]
    said = gate.approve(lab.app.db, Act(actor, lab.now()), shown.notice_id, consent)
    lab.ring(said.rings)
    lab.settle()
    return said


def move(lab: Lab, nationality: str, *names: str) -> None:
    rows = "\n".join(f"{name},{nationality}" for name in names)
    lab.customers(f"customer,nationality\n{rows}")


def a_draft(lab: Lab) -> tuple[str, ShownList]:
    """30 people abroad are on its list; 10 at home are not."""
    lab.people(30, nationality="DE")
    lab.people(10, "home", nationality="US")
    reference = lab.suspend(ABROAD, consent=Consent())
    return reference, looked_at(lab, reference)


def overnight(lab: Lab) -> None:
    """Five leave and five come: the number stays."""
    move(lab, "US", *(f"p{i}" for i in range(1, 6)))
    move(lab, "DE", *(f"home{i}" for i in range(1, 6)))


def test_as_many_others_are_not_the_same_people(lab: Lab) -> None:
    reference, shown = a_draft(lab)
    overnight(lab)
    said = agree(lab, shown)
    assert not said.approved
    assert lab.sink.mails == []
    assert said.refusal is not None
    assert (
        "5 people came (home1 Customer home1, home2 Customer home2, home3 Customer home3, ...)"
        in said.refusal
    )
    assert "5 people left (p1 Customer p1, p2 Customer p2, p3 Customer p3, ...)" in said.refusal
    assert "changed" not in said.refusal.split("left")[1]
    assert said.refusal.endswith("look at it again.")

    again = looked_at(lab, reference)
    assert again.notice_id != shown.notice_id, "a list closes once: a fresh draft has the list that is true"
    assert [(c.what, c.people) for c in again.changed] == [("came", 5), ("left", 5), ("changed", 0)]
    assert agree(lab, again).approved
    assert set(lab.sink.counts) == {f"p{i}@example.com" for i in range(6, 31)} | {
        f"home{i}@example.com" for i in range(1, 6)
    }


def test_what_is_still_true_is_approved(lab: Lab) -> None:
    reference, shown = a_draft(lab)
    move(lab, "US", "p1")
    move(lab, "DE", "p1")
    lab.people(3, "other", services="mythos-5", nationality="DE")
    assert looked_at(lab, reference).notice_id == shown.notice_id
    assert agree(lab, shown).approved
    assert len(lab.sink.counts) == 30


def test_a_certainty_that_changed_is_another_list(lab: Lab) -> None:
    _, shown = a_draft(lab)
    lab.customers("customer,nationality\np7,")
    said = agree(lab, shown)
    assert not said.approved
    assert "1 person changed (p7 Customer p7)" in (said.refusal or "")
    assert lab.sink.mails == []


def test_another_customer_of_the_same_person_is_another_list(lab: Lab) -> None:
    _, shown = a_draft(lab)
    lab.customers("customer,name,email,services,nationality\nextra,Extra Ltd,p7@example.com,fable-5,DE")
    said = agree(lab, shown)
    assert not said.approved
    assert "1 person changed (extra Extra Ltd)" in (said.refusal or "")


def test_who_must_not_be_written_to_any_more_has_left(lab: Lab) -> None:
    _, shown = a_draft(lab)
    lab.rows(
        "INSERT INTO suppression (recipient_id, reason, source, at)"
        " SELECT recipient_id, 'bounce', 'test', now() FROM recipient WHERE address = 'p7@example.com'"
    )
    said = agree(lab, shown)
    assert not said.approved
    assert "1 person left (p7 Customer p7)" in (said.refusal or "")


def test_a_customer_whom_nobody_can_be_written_to_for_is_on_the_list_too(lab: Lab) -> None:
    _, shown = a_draft(lab)
    lab.customers("customer,name,services,nationality\nmute,Mute Ltd,fable-5,DE")
    said = agree(lab, shown)
    assert not said.approved
    assert "1 customer without an address came (mute Mute Ltd)" in (said.refusal or "")


@pytest.mark.parametrize("first", ["audience", "words"])
def test_two_people_do_not_let_a_stale_list_go(lab: Lab, first: str) -> None:
    lab.policy(four_eyes="both")
    reference, shown = a_draft(lab)
    parts = [Part.AUDIENCE, Part.WORDS] if first == "audience" else [Part.WORDS, Part.AUDIENCE]
    assert agree(lab, shown, OSEI, part=parts[0]).waits
    overnight(lab)
    said = agree(lab, shown, "person:third", part=parts[1])
    assert not said.approved
    assert "5 people left" in (said.refusal or "")
    assert lab.sink.mails == []
    again = looked_at(lab, reference)
    assert agree(lab, again, OSEI, part=Part.AUDIENCE).approved, "the words were approved, and stay so"
    assert "p1@example.com" not in lab.sink.counts
    assert lab.sink.counts.total() == 30


def test_a_ceiling_does_not_let_a_stale_list_go_either(lab: Lab) -> None:
    _, shown = a_draft(lab)
    overnight(lab)
    said = gate.approve(lab.app.db, lab.act(), shown.notice_id, Consent(yes=True))
    assert not said.approved
    assert [c.people for c in said.changed] == [5, 5, 0]
    fresh = lists.renew(lab.app.db, lab.app.writer, lab.now(), shown.notice_id)
    said = gate.approve(lab.app.db, lab.act(), fresh, Consent(yes=True))
    lab.ring(said.rings)
    lab.settle()
    assert "p1@example.com" not in lab.sink.counts
    assert lab.sink.counts.total() == 30


def test_what_was_frozen_before_somebody_stopped_looking_is_held_against_the_truth_too(lab: Lab) -> None:
    """Half a list, and then no worker for a night: the ranges that are frozen are as old as the others."""
    lab.policy(range_people=2_000)
    lab.people(30, nationality="DE")
    reference = lab.suspend(ABROAD, consent=Consent())
    notice_id = lab.notice_id(reference, 1)
    shown, _ = lists.show_list(lab.app.db, lab.app.writer, lab.now(), notice_id)
    last = lab.value("SELECT recipient_id FROM recipient ORDER BY 1 OFFSET 9 LIMIT 1")
    lab.rows(
        "INSERT INTO recipient (address, address_key)"
        " SELECT a, a FROM (SELECT 'x' || i || '@example.org' AS a FROM generate_series(1, 4000) i) x"
    )
    freeze(lab.app.db, lab.app.writer.words, lab.now(), notice_id)
    assert last < lab.value("SELECT frozen_upto FROM notice WHERE notice_id = %s", notice_id) < 2**63 - 1
    assert shown.list_hash is None
    move(lab, "US", "p1")
    said = gate.approve(lab.app.db, lab.act(), notice_id, Consent(yes=True))
    assert not said.approved
    assert "1 person left (p1 Customer p1)" in (said.refusal or "")


def test_the_list_of_an_update_is_held_against_the_truth_too(lab: Lab) -> None:
    lab.people(20, nationality="DE")
    lab.people(5, "home", nationality="US")
    reference = lab.suspend(ABROAD)
    lab.settle()
    lab.update(reference, consent=Consent())
    shown = looked_at(lab, reference, 2)
    lab.people(1, "late", nationality="DE")
    said = agree(lab, shown)
    assert not said.approved
    assert "1 person came (late1 Customer late1)" in (said.refusal or "")
    assert agree(lab, looked_at(lab, reference, 2)).approved
    assert lab.sink.counts["late1@example.com"] == 1
    assert len(lab.sink.to("p1@example.com")) == 2


def test_a_catch_up_that_a_person_has_looked_at_leaves_as_it_is_true(lab: Lab) -> None:
    lab.people(3, nationality="DE")
    reference = lab.suspend(ABROAD)
    lab.settle()
    lab.people(2, "late", nationality="DE")
    lab.tick("late")
    looked_at(lab, reference, 2)
    move(lab, "US", "late1")
    lab.people(1, "later", nationality="DE")
    lab.policy(catch_up_ceiling=9)
    for _ in range(3):
        lab.rows("UPDATE latecomers SET asked_at = asked_at - interval '1 day'")
        lab.tick("late")
    assert lab.sink.to("late1@example.com") == []
    assert lab.sink.counts["late2@example.com"] == lab.sink.counts["later1@example.com"] == 1
