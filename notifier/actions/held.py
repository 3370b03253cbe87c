"""Let those go who are held above a ceiling: an approval of its own, which names their number."""

from datetime import datetime

from notifier.actions.brake import Settled
from notifier.errors import Refused
from notifier.model.ring import Ring
from notifier.model.words import NoticeState
from notifier.store import Db, Tx, audit, catalogue, held, notices
from notifier.store.notices import Approval, Notice

MAY = frozenset({NoticeState.APPROVED, NoticeState.SENDING, NoticeState.FINISHED, NoticeState.HELD})


def approve_held(db: Db, actor: str, now: datetime, notice_id: int, people: int) -> Settled:
    """`people`: how many the approver was shown; any other number is refused."""
    with db.transaction() as tx:
        notice = notices.locked(tx, notice_id)
        _may_go(tx, notice, people)
        seated = held.let_go(tx, notice_id, chunk_people=catalogue.policy(tx).chunk_people)
        assert seated == people, "nobody else changes a closed list"
        assert notice.words_hash is not None
        assert notice.rule_hash is not None
        ceiling = (notice.ceiling or 0) + people
        notices.raise_ceiling(
            tx, notice_id, Approval(actor, notice.words_hash, notice.rule_hash, ceiling=ceiling), now=now
        )
        notices.reopen(tx, notice_id)
        audit.append(
            tx,
            actor=actor,
            act="approve held",
            at=now,
            disruption_id=notice.disruption_id,
            after={"notice": notice_id, "people": people, "ceiling": ceiling},
        )
    return Settled(people, (Ring("deliver", notice_id),))


def _may_go(tx: Tx, notice: Notice, people: int) -> None:
    if notice.state not in MAY:
        raise Refused(f"This notice is {notice.state}: nobody is held above its ceiling.")
    if notice.closed_at is None:
        raise Refused("The list is still being frozen, so the number may grow: try again when it is closed.")
    if held.is_overtaken(tx, notice.notice_id):
        raise Refused("A later notice was approved since: whoever is held here is told by that one.")
    found = held.above_ceiling(tx, notice.notice_id).people
    if found == 0:
        raise Refused("Nobody is held above the ceiling of this notice.")
    if found != people:
        raise Refused(f"{found:,} people are held above the ceiling: say --held {found} to tell them.")
