"""What becomes of a request that nobody knows of, once something newer has gone to its people."""

from collections.abc import Callable

import pytest

from notifier.actions.announce import correct, timeline
from notifier.actions.announce.restore import RestoredPart
from notifier.actions.control import above_ceiling, brake
from notifier.actions.control.approve import Consent
from notifier.errors import Refused
from notifier.model.ring import Ring
from notifier.model.vocabulary import Possibly
from tests.lab import LOSE, SWALLOW, Answer, Lab, Request, nth, refuse

BEYOND = 1000
"""Seconds: longer than the deadline of what is unknown."""


def an_unknown(lab: Lab, *, people: int = 30, answer: Answer = LOSE, **columns: str) -> str:
    """A first notice in requests of ten, the second without an answer."""
    lab.people(people, **columns)
    lab.sink.on(nth(2), answer)
    reference = lab.suspend()
    lab.settle()
    assert lab.states(lab.notice_id(reference, 1)) == {"accepted": people // 10 - 1, "unknown": 1}
    return reference


def the_deadline(lab: Lab) -> None:
    lab.pass_time(BEYOND)
    lab.tick("sweep", "sweep")


def the_ten(lab: Lab) -> list[str]:
    """Whom the second request would have told."""
    return lab.sink.requests[1].addresses


def kinds(lab: Lab, address: str) -> list[str]:
    """The notices that somebody got, in their order."""
    names = dict(lab.rows("SELECT notice_id, kind FROM notice"))
    return [names[mail.notice_id] for mail in lab.sink.to(address)]


def late(lab: Lab) -> None:
    """The tick that looks who was not told."""
    lab.pass_time(100)
    lab.tick("late")


# ---------------------------------------------------------------- something newer has gone to them


def test_nobody_hears_of_a_suspension_after_its_end(lab: Lab) -> None:
    """e1: restore counts the unknown as heard and goes to all; then the deadline comes."""
    reference = an_unknown(lab)
    ten = the_ten(lab)
    lab.restore(reference)
    lab.settle()
    the_deadline(lab)
    for address in lab.sink.counts:
        assert kinds(lab, address) == (["restored"] if address in ten else ["first", "restored"])
    first = lab.notice_id(reference, 1)
    assert lab.accounts(first) == {"told": 20, "cancelled": 10}
    assert lab.value("SELECT state FROM notice WHERE notice_id = %s", first) == "finished"
    assert "overtaken, not sent" in lab.acts()
    assert not [act for act in lab.acts() if "again" in act]
    late(lab)
    assert lab.value("SELECT count(*) FROM notice") == 2


def test_a_person_does_not_retry_what_is_over(lab: Lab) -> None:
    """e2: what waits for a person is asked the same question, and the person is told."""
    lab.policy(unknown_held=["first"])
    reference = an_unknown(lab)
    the_deadline(lab)
    first = lab.notice_id(reference, 1)
    assert lab.accounts(first)["held"] == 10
    lab.restore(reference)
    lab.settle()
    with pytest.raises(Refused, match="--drop settles it"):
        brake.retry_dead(lab.app.db, lab.act(), first)
    assert lab.accounts(first)["held"] == 10
    brake.drop_dead(lab.app.db, lab.act(), first)
    assert lab.accounts(first)["cancelled"] == 10


def test_of_what_a_person_retries_only_what_is_still_true_leaves(lab: Lab) -> None:
    """Some of a chunk are back meanwhile: they are cut out of it, the others are told at last."""
    lab.policy(unknown_held=["first"])
    lab.customers(
        "customer,name,email,services,seats\n"
        + "\n".join(f"p{n},P{n},p{n}@example.com,fable-5,{n}" for n in range(1, 21))
    )
    lab.sink.on(nth(2), LOSE)
    reference = lab.suspend()
    lab.settle()
    the_deadline(lab)
    first = lab.notice_id(reference, 1)
    ten = the_ten(lab)
    back = [ten[n] for n in (0, 1, 4, 9)]
    seats = ", ".join(address.partition("@")[0].removeprefix("p") for address in back)
    lab.restore(reference, RestoredPart(where=f"seats IN ({seats})"))
    lab.settle()
    said = brake.retry_dead(lab.app.db, lab.act(), first)
    assert (said.people, said.overtaken) == (6, 4)
    lab.ring(said.rings)
    lab.settle()
    for address in ten:
        # Who may have read that it is out hears that it is back, whatever becomes of the first.
        assert kinds(lab, address) == (["partial"] if address in back else ["first"])
    assert lab.accounts(first) == {"told": 16, "cancelled": 4}


@pytest.mark.parametrize("evidence", ["deadline", "silence"])
def test_a_newer_update_is_not_followed_by_the_older_one(lab: Lab, evidence: str) -> None:
    lab.policy(unknown_held=[])
    lab.people(30)
    reference = lab.suspend()
    lab.settle()
    lab.sink.on(nth(5), LOSE)
    lab.update(reference, "Older words.")
    lab.settle()
    lab.update(reference, "Newer words.")
    lab.settle()
    if evidence == "silence":
        lab.report("processed", [mail for r in lab.sink.requests[5:] for mail in r.mails])
        lab.pass_time(200)
        lab.tick("sweep", "sweep")
    else:
        the_deadline(lab)
    for address in lab.sink.counts:
        assert "Newer words." in lab.sink.to(address)[-1].text
    assert lab.accounts(lab.notice_id(reference, 2)) == {"told": 20, "cancelled": 10}


def test_without_anything_newer_it_is_sent_again_and_marked(lab: Lab) -> None:
    reference = an_unknown(lab)
    the_deadline(lab)
    assert set(lab.sink.counts.values()) == {1}
    assert lab.accounts(lab.notice_id(reference, 1)) == {"told": 30}
    assert lab.value("SELECT count(*) FROM attempt WHERE again") == 1
    assert "unknown: presumed lost" in lab.acts()


def test_what_proves_it_late_counts_although_it_was_let_go_of(lab: Lab) -> None:
    reference = an_unknown(lab, answer=SWALLOW)
    lost = list(lab.sink.requests[1].mails)
    lab.restore(reference)
    lab.settle()
    the_deadline(lab)
    first = lab.notice_id(reference, 1)
    assert lab.accounts(first)["cancelled"] == 10
    lab.report("delivered", lost)
    assert lab.accounts(first) == {"told": 30}


def test_a_correction_that_comes_too_late_is_known_to_a_person(lab: Lab) -> None:
    """Their access is back, so a correction that says otherwise does not leave; but the wrong sentence stands."""
    lab.people(30)
    reference = lab.suspend()
    lab.settle()
    lab.sink.on(nth(5), LOSE)
    lab.correct(reference)
    lab.settle()
    lab.restore(reference)
    lab.settle()
    the_deadline(lab)
    for address in lab.sink.requests[4].addresses:
        assert kinds(lab, address) == ["first", "restored"]
    assert [text for text in lab.alarms() if text.startswith("10 people do not get the correction 2")]


def test_a_correction_goes_again_after_an_update(lab: Lab) -> None:
    """What was wrong is not made right by news."""
    lab.people(10)
    reference = lab.suspend()
    lab.settle()
    lab.sink.on(nth(2), LOSE)
    lab.correct(reference)
    lab.settle()
    lab.update(reference)
    lab.settle()
    the_deadline(lab)
    assert set(map(tuple, (kinds(lab, a) for a in lab.sink.counts))) == {("first", "update", "correction")}


def test_what_withdraws_a_notice_goes_again_whatever_is_true(lab: Lab) -> None:
    """It ends the disruption, and says nothing that could be old."""
    lab.people(10)
    reference = lab.suspend()
    lab.settle()
    lab.sink.on(nth(2), LOSE)
    retracted = correct.retract(
        lab.app.db, lab.app.writer, lab.act(), reference, timeline.News(), Consent(yes=True)
    )
    lab.ring(retracted.gate.rings)
    lab.settle()
    the_deadline(lab)
    assert {tuple(kinds(lab, address)) for address in lab.sink.counts} == {("first", "retraction")}


def test_what_was_withdrawn_does_not_go_again(lab: Lab) -> None:
    reference = an_unknown(lab)
    ten = the_ten(lab)
    retracted = correct.retract(
        lab.app.db, lab.app.writer, lab.act(), reference, timeline.News(), Consent(yes=True)
    )
    lab.ring(retracted.gate.rings)
    lab.settle()
    the_deadline(lab)
    late(lab)
    assert {tuple(kinds(lab, address)) for address in ten} == {("retraction",)}


def test_whoever_is_held_above_a_ceiling_is_not_told_what_is_not_true(lab: Lab) -> None:
    """Let go days later: of those above the ceiling only they are told whom it still concerns."""
    lab.people(20, nationality="DE")
    reference = lab.suspend("nationality = 'DE'", consent=Consent(yes=True, ceiling=10))
    lab.settle()
    first = lab.notice_id(reference, 1)
    above = sorted({f"p{n}@example.com" for n in range(1, 21)} - set(lab.sink.counts))
    gone = above[3].partition("@")[0]
    lab.rows('UPDATE customer SET attrs = \'{"nationality": "US"}\' WHERE ext_id = %s', gone)
    lab.ring(above_ceiling.approve_held(lab.app.db, lab.act(), first, 10).rings)
    lab.settle()
    assert set(above) - set(lab.sink.counts) == {above[3]}
    assert lab.accounts(first) == {"told": 19, "cancelled": 1}


def test_whoever_was_released_while_a_notice_was_held_is_not_told_when_it_goes_on(lab: Lab) -> None:
    """A long hold: what was approved may not be true any more for some of its people."""
    lab.customers(
        "customer,name,email,services,nationality\n"
        + "\n".join(f"p{n},P{n},p{n}@example.com,fable-5,DE" for n in range(1, 21))
    )
    lab.sink.on(nth(1), refuse(401, "bad key"))
    reference = lab.suspend("nationality <> 'US'")
    lab.settle()
    first = lab.notice_id(reference, 1)
    assert lab.value("SELECT state FROM notice WHERE notice_id = %s", first) == "held"
    lab.customers("customer,name,email,services,nationality\np3,P3,p3@example.com,fable-5,US")
    lab.sink.heal()
    lab.ring(brake.resume(lab.app.db, lab.act(), first).rings)
    lab.settle()
    assert lab.sink.counts["p3@example.com"] == 0
    assert sum(lab.sink.counts.values()) == 19
    assert lab.accounts(first) == {"told": 19, "cancelled": 1}


# ---------------------------------------------------------------- a notice that is cancelled while it is unknown


def test_a_scope_that_changes_nothing_forgets_nobody(lab: Lab) -> None:
    """e3: the rescope cancels notice 1, whose unknown is presumed lost afterwards: these people are late."""
    reference = an_unknown(lab, nationality="DE")
    ten = the_ten(lab)
    lab.rescope(reference, "nationality <> 'US'")
    lab.settle()
    the_deadline(lab)
    first = lab.notice_id(reference, 1)
    assert lab.accounts(first) == {"told": 20, "cancelled": 10}
    assert "unknown: presumed lost, never told" in lab.acts()
    late(lab)
    assert any("10 people are affected and have not been told" in text for text in lab.alarms())
    lab.policy(catch_up_ceiling=100)
    late(lab)
    assert all(lab.sink.counts[address] == 1 for address in lab.sink.counts)
    assert set(ten) <= set(lab.sink.counts)
    assert len(lab.sink.counts) == 30


def test_what_did_not_leave_of_a_replaced_notice_is_late(lab: Lab) -> None:
    """The new scope counted the request in flight as heard; a definite no came after: the same thought."""
    lab.people(20, nationality="DE")
    rescoped = _while_a_request_is_under_way(2, lambda: lab.rescope(_reference(lab), "nationality <> 'US'"))
    lab.sink.on(rescoped, refuse(429, "slow down"))
    lab.suspend()
    lab.settle()
    first = lab.notice_id(_reference(lab), 1)
    assert lab.value("SELECT state FROM notice WHERE notice_id = %s", first) == "cancelled"
    lab.policy(catch_up_ceiling=100)
    late(lab)
    assert len(lab.sink.counts) == 20
    assert set(lab.sink.counts.values()) == {1}
    assert sum(lab.accounts(first).values()) == 20


def test_whoever_a_person_has_stopped_stays_stopped(lab: Lab) -> None:
    """What was waiting when somebody cancelled is their decision; what was under way and got lost is not."""
    lab.policy(catch_up_ceiling=100)
    lab.people(30)
    lab.sink.on(nth(2), refuse(401, "bad key"))
    lab.sink.on(nth(1), LOSE)
    reference = lab.suspend()
    lab.settle()
    first = lab.notice_id(reference, 1)
    brake.cancel(lab.app.db, lab.act(), first)
    the_deadline(lab)
    late(lab)
    assert not lab.sink.mails, "after a cancel nothing goes by itself"
    assert any("10 people are affected" in text for text in lab.alarms())
    assert lab.accounts(first) == {"cancelled": 30}


def test_whoever_needs_words_that_nobody_approved_is_late(lab: Lab) -> None:
    """There are too many texts for all languages: these ten ask for another one since the words were approved."""
    lab.people(30, nationality="DE")
    reference = lab.suspend()
    lab.rescope(reference, "nationality <> 'US'")
    lab.sink.on(nth(2), LOSE)
    lab.settle()
    lab.correct(reference)
    lab.rows(
        "UPDATE contact SET locale = 'de' FROM recipient r"
        " WHERE r.recipient_id = contact.recipient_id AND r.address = ANY(%s)",
        the_ten(lab),
    )
    lab.pass_time(BEYOND)
    lab.run(Ring("sweep"))
    lab.settle()
    assert lab.accounts(lab.notice_id(reference, 3)) == {"told": 20, "held": 10}
    late(lab)
    assert any("10 people are affected and have not been told" in text for text in lab.alarms())
    lab.policy(catch_up_ceiling=100)
    late(lab)
    assert {address: kinds(lab, address) for address in the_ten(lab)} == {
        a: ["catch_up"] for a in the_ten(lab)
    }


def test_an_end_that_a_correction_did_not_let_out_is_told(lab: Lab) -> None:
    """A correction of the very notice that says what is back: its rest is cancelled, and drafted anew."""
    lab.people(20, services="fable-5;mythos-5")
    reference = lab.suspend(services=("fable-5", "mythos-5"))
    lab.settle()
    lab.restore(reference, RestoredPart(services=("fable-5",)))
    lab.sink.on(nth(4), refuse(401, "bad key"))
    lab.settle()
    partial = lab.notice_id(reference, 2)
    assert lab.accounts(partial) == {"told": 10, "held": 10}
    lab.sink.heal()
    lab.correct(reference, which=2)
    lab.settle()
    late(lab)
    assert any(
        text.startswith("It is over for 10 people, who have not been told so") for text in lab.alarms()
    )
    lab.approve(lab.notice_id(reference, 4))
    lab.settle()
    got = [kinds(lab, address) for address in sorted(lab.sink.counts)]
    assert sum(each[-1] == "partial" for each in got) == 10
    assert sum(each == ["first", "partial", "correction"] for each in got) == 10
    late(lab)
    assert not lab.alarms()


def test_who_is_claimed_while_a_narrower_scope_is_counted_is_released(lab: Lab) -> None:
    """Nobody had heard of it as the new scope was counted; then a request left: they are owed their release."""
    lab.people(10, nationality="US")
    rescoped = _while_a_request_is_under_way(1, lambda: lab.rescope(_reference(lab), "nationality <> 'US'"))
    lab.sink.on(rescoped, SWALLOW)
    lab.suspend()
    lab.settle()
    lab.report("delivered", lab.sink.mails)
    late(lab)
    for (notice_id,) in lab.rows("SELECT notice_id FROM notice WHERE state = 'draft'"):
        lab.approve(notice_id)
    lab.settle()
    assert {tuple(kinds(lab, address)) for address in lab.sink.counts} == {("first", "released")}


def test_who_drops_a_drafted_end_is_not_asked_again_for_the_same_people(lab: Lab) -> None:
    lab.people(10, nationality="US")
    reference = lab.suspend()
    lab.settle()
    lab.rows("UPDATE customer SET attrs = '{}'")
    lab.rescope(reference, "nationality = 'DE'", possibly=Possibly.EXCLUDE)
    lab.settle()
    lab.rows('UPDATE customer SET attrs = \'{"nationality": "US"}\'')
    late(lab)
    (draft,) = lab.rows("SELECT notice_id FROM notice WHERE state = 'draft' AND kind = 'released'")
    brake.cancel(lab.app.db, lab.act(), draft[0])
    late(lab)
    assert not lab.rows("SELECT notice_id FROM notice WHERE state = 'draft'")
    assert not lab.alarms()


def _reference(lab: Lab) -> str:
    return lab.value("SELECT reference FROM disruption")


def _while_a_request_is_under_way(number: int, act: Callable[[], object]) -> Callable[[Request], bool]:
    """Chooses that request, and does something before it is answered."""

    def chooses(request: Request) -> bool:
        if request.number != number:
            return False
        act()
        return True

    return chooses
