"""'Wrong for you?': an objection is written down with a deadline, decided by a person, and answered.

Who is released hears so and is left out of whatever follows; who is confirmed hears that it was looked at again.
Only the people of that customer hear of it.
"""

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import timedelta

from notifier.actions.control.approve import Consent, Gate, approve_in
from notifier.actions.notices.draft import Writer, draft_notice
from notifier.actions.notices.named import Name, find, known, name_of
from notifier.actions.notices.reasons import reason
from notifier.errors import BadInput, Refused
from notifier.model.act import Act
from notifier.model.vocabulary import NoticeKind, ReviewEnding
from notifier.store import Db, Tx, audit
from notifier.store.company import catalogue
from notifier.store.disruptions import disruptions, promises, reviews
from notifier.store.locks import retried
from notifier.store.read.reviews import Review, by_id

ANSWERS: Mapping[ReviewEnding, NoticeKind] = {
    "released": NoticeKind.RELEASED,
    "confirmed": NoticeKind.CONFIRMED,
}


@dataclass(frozen=True, slots=True)
class Objection:
    customer: str
    """The company's own id."""
    by: str
    why: str


@dataclass(frozen=True, slots=True)
class Decision:
    ending: ReviewEnding
    why: str
    statements: Mapping[str, str] = field(default_factory=dict[str, str])


@dataclass(frozen=True, slots=True)
class Decided:
    review: Review
    still_cut_off: list[str]
    """Services that the data still cuts a released customer off from."""
    name: Name | None = None
    """Its notice; None: nobody of theirs was told by mail, so a mail answers nobody."""
    gate: Gate | None = None


@retried
def add(db: Db, act: Act, reference: str, objection: Objection) -> Review:
    """Raises `BadInput` for a customer nobody knows, `Refused` if theirs is open already."""
    by, why = reason("--by", objection.by), reason("--why", objection.why)
    with db.transaction() as tx:
        disruption = find(tx, reference)
        if disruption.ended_at is not None:
            raise Refused(
                f"D-{disruption.reference} is over ({disruption.ended_as}): there is nothing to review."
            )
        customer = known(tx, objection.customer)
        review_id = reviews.insert(
            tx,
            disruption.disruption_id,
            customer.customer_id,
            asked_by=by,
            why=why,
            actor=act.actor,
            now=act.now,
            due_at=act.now + timedelta(hours=catalogue.policy(tx).review_hours),
        )
        if review_id is None:
            raise Refused(
                f"A review for {objection.customer} is open already: `notifier reviews` shows its number."
            )
        review = _locked(tx, review_id)
        _record(tx, act, review, "review opened", why)
        return review


@retried
def decide(db: Db, writer: Writer, act: Act, review_id: int, decision: Decision, consent: Consent) -> Decided:
    """End a review and answer it; the decision stands from the commit on, whenever its notice is let go.

    From then on a released customer is left out of every list that is frozen.
    """
    why = reason("--why", decision.why)
    with db.transaction() as tx:
        disruptions.lock_declarations(tx)
        review = _locked(tx, review_id)
        disruptions.lock(tx, review.disruption_id)
        if not review.is_open:
            raise Refused(f"Review {review_id} has ended: {review.ended_as} by {review.ended_by}.")
        reviews.end(tx, review_id, decision.ending, why=why, actor=act.actor, now=act.now)
        _record(tx, act, review, f"review {decision.ending}", why)
        notice = _answer(tx, writer, act, review, decision, consent)
        cut_off = (
            reviews.still_cut_off(tx, review.disruption_id, review.customer_id)
            if decision.ending == "released"
            else []
        )
        return Decided(_locked(tx, review_id), cut_off, *notice)


def _answer(
    tx: Tx, writer: Writer, act: Act, review: Review, decision: Decision, consent: Consent
) -> tuple[Name | None, Gate | None]:
    """The notice to that customer's people, through the gate; its ceiling is their number."""
    people = reviews.people(tx, review.disruption_id, review.customer_id)
    if not people or disruptions.by_id(tx, review.disruption_id).ended_at is not None:
        return None, None
    kind = ANSWERS[decision.ending]
    timeline_id = disruptions.add_entry(
        tx,
        review.disruption_id,
        kind=kind,
        actor=act.actor,
        facts={},
        statements=decision.statements,
        next_update_at=promises.standing(tx, review.disruption_id, now=act.now),
        now=act.now,
    )
    notice_id = draft_notice(
        tx, writer, review.disruption_id, kind, timeline_id, act.now, only_customer=review.customer_id
    )
    reviews.set_notice(tx, review.review_id, notice_id)
    bounded = replace(consent, ceiling=people if consent.yes else None)
    return name_of(tx, notice_id), approve_in(tx, act, notice_id, bounded)


def _locked(tx: Tx, review_id: int) -> Review:
    found = by_id(tx, review_id) if reviews.lock(tx, review_id) else None
    if found is None:
        raise BadInput(f"There is no review {review_id}: `notifier reviews` shows them.")
    return found


def _record(tx: Tx, act: Act, review: Review, what: str, why: str) -> None:
    """The reason itself stays with the review: it may say of a customer what the chain must not hold."""
    audit.append(
        tx,
        actor=act.actor,
        act=what,
        at=act.now,
        disruption_id=review.disruption_id,
        after={
            "review": review.review_id,
            "customer": review.customer_id,
            "why_sha256": hashlib.sha256(why.encode()).hexdigest(),
        },
    )
