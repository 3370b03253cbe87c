"""Let those go who are held above a ceiling: an approval of its own, which names their number."""

from dataclasses import dataclass

from notifier.actions.control.consent import Consent, approval_of, require_another
from notifier.errors import Refused
from notifier.model.act import Act
from notifier.model.approval import Part
from notifier.model.ring import Ring
from notifier.model.vocabulary import NoticeState
from notifier.store import Db, Tx, audit
from notifier.store.company import catalogue
from notifier.store.disruptions import approvals, disruptions, notices
from notifier.store.disruptions.notices import Notice
from notifier.store.ledger import brake, seating
from notifier.store.locks import retried
from notifier.store.read import held

MAY = frozenset({NoticeState.APPROVED, NoticeState.SENDING, NoticeState.FINISHED, NoticeState.HELD})


@dataclass(frozen=True, slots=True)
class LetGo:
    people: int
    hold_reason: str | None
    """The notice is held for a reason of its own: nobody is told before it is resumed."""
    braked: bool
    """Everything is stopped."""
    rings: tuple[Ring, ...]


@retried
def approve_held(db: Db, act: Act, notice_id: int, people: int, break_glass: str | None = None) -> LetGo:
    """`people`: how many the approver was shown; any other number is refused. What stopped the notice stays.

    `break_glass`: why somebody approves what policy wants another to approve.
    """
    with db.transaction() as tx:
        # A later notice counts who is held here as nobody told: none may begin or be approved before this commits.
        disruptions.lock_declarations(tx)
        disruption_id = notices.by_id(tx, notice_id).disruption_id
        disruptions.lock(tx, disruption_id)
        notices.drafts(tx, disruption_id)
        notice = notices.locked(tx, notice_id)
        _may_go(tx, notice, people)
        seated = seating.let_go(tx, notice_id, chunk_people=catalogue.policy(tx).chunk_people)
        assert seated == people, "nobody else changes a closed list"
        ceiling = (notice.ceiling or 0) + people
        consent = Consent(ceiling=ceiling, break_glass=break_glass)
        require_another(tx, notice, act.actor, Part.AUDIENCE, consent)
        given = approval_of(notice, act.actor, consent, {Part.AUDIENCE}, ceiling)
        approvals.give(tx, notice_id, given, now=act.now)
        notices.raise_ceiling(tx, notice_id, ceiling=ceiling, now=act.now)
        notices.reopen(tx, notice_id)
        audit.append(
            tx,
            actor=act.actor,
            act="approve held",
            at=act.now,
            disruption_id=notice.disruption_id,
            after={
                "notice": notice_id,
                "people": people,
                "ceiling": ceiling,
                "break_glass": given.override_reason,
            },
        )
        return LetGo(people, notice.hold_reason, brake.brake_is_on(tx), (Ring("deliver", notice_id),))


def _may_go(tx: Tx, notice: Notice, people: int) -> None:
    if notice.state not in MAY:
        raise Refused(f"This notice is {notice.state}: nobody is held above its ceiling.")
    if notice.closed_at is None:
        raise Refused("The list is still being frozen, so the number may grow: try again when it is closed.")
    if held.is_overtaken(tx, notice.notice_id):
        raise Refused(
            "A later notice has taken over, so these words are old: "
            "`notifier update` tells whoever was left out all of it."
        )
    found = held.above_ceiling(tx, notice.notice_id).people
    if found == 0:
        raise Refused("Nobody is held above the ceiling of this notice.")
    if found != people:
        raise Refused(f"{found:,} people are held above the ceiling: say --held {found} to tell them.")
