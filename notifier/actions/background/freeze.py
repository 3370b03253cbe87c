"""Freeze one range of a notice's list; rings for the next one and for what may leave already."""

from datetime import datetime

from notifier.actions.control import wordless
from notifier.actions.notices.rule import notice_rule
from notifier.model.policy import Policy
from notifier.model.ring import Ring
from notifier.model.vocabulary import NoticeState
from notifier.pipeline import audience
from notifier.pipeline.audience import Overtaken, Place, Unaccounted
from notifier.pipeline.compose import Words
from notifier.pipeline.deliver import Reached, unmoved
from notifier.store import Db, Tx
from notifier.store.audience import freezing, verdicts
from notifier.store.audience.owed import LAST
from notifier.store.company import catalogue
from notifier.store.disruptions import alarms, disruptions, notices, policy_holds
from notifier.store.disruptions.notices import Notice
from notifier.store.locks import retried

ON_ITS_WAY = (NoticeState.APPROVED, NoticeState.SENDING)


def freeze(
    db: Db, words: Words, now: datetime, notice_id: int, reached: Reached = unmoved
) -> tuple[Ring, ...]:
    """One range in one transaction: if the process dies, the sweeper rings again and the range is taken anew.

    A list that is not what a count of its own says is rolled back and counted once more; then it is stopped.
    """
    try:
        return _freeze(db, words, now, notice_id, reached)
    except Unaccounted:
        pass
    try:
        return _freeze(db, words, now, notice_id, reached)
    except Unaccounted:
        _stop(db, now, notice_id)
        return ()


UNACCOUNTED = (
    "the list is not what a second count by the verdicts says, and nothing that changed explains it; "
    "look into it, then resume it or cancel it"
)


@retried
def _stop(db: Db, now: datetime, notice_id: int) -> None:
    """Nothing more of it leaves, and a draft's list is not tried again, before a person has looked."""
    with db.transaction() as tx:
        disruption_id = notices.by_id(tx, notice_id).disruption_id
        disruption = disruptions.by_id(tx, disruption_id)
        notice = notices.locked(tx, notice_id)
        freezing.stop_freezing(tx, notice_id)
        text = f"{disruption.reference}/{notice.seq}: {UNACCOUNTED}."
        alarms.raise_once(tx, _key(notice_id), text, disruption_id, now)
        policy_holds.by_policy(tx, notice_id, UNACCOUNTED, why="the list does not add up", now=now)


def _key(notice_id: int) -> str:
    return f"list:{notice_id}"


def _freeze(db: Db, words: Words, now: datetime, notice_id: int, reached: Reached) -> tuple[Ring, ...]:
    try:
        with db.transaction() as tx:
            policy = catalogue.policy(tx)
            found = _ours(tx, notice_id, policy)
            if found is None:
                return ()
            notice, place = found
            if _awaits_cutoff(tx, notice):
                return _take_effect(tx, notice, now)
            complete = place.after == LAST or _freeze_range(tx, words, notice, place, policy)
            reached("before range commits")
        if complete:
            with db.transaction() as tx:
                found = _ours(tx, notice_id, policy)
                if found is None or found[1].after != LAST:
                    return ()
                audience.close(tx, found[0], notice_rule(tx, found[0]), now)
                alarms.clear(tx, _key(notice_id), now)
                if found[0].state in ON_ITS_WAY:
                    wordless.say(tx, found[0], now)
    except Overtaken:
        return (Ring("freeze", notice_id),)
    side_by_side = 2 if audience.may_go_ahead(notice, policy.range_people) else 1
    again = () if complete else (Ring("freeze", notice_id),) * side_by_side
    deliver = (Ring("deliver", notice_id),) if notice.state in ON_ITS_WAY else ()
    return deliver + again


def _ours(tx: Tx, notice_id: int, policy: Policy) -> tuple[Notice, Place] | None:
    """The notice and a place in its list, if it may be frozen now and others leave one free."""
    found = audience.take_place(tx, notice_id, policy.range_people)
    return found if found and may_freeze(found[0]) and notices.is_next(tx, found[0]) else None


def may_freeze(notice: Notice) -> bool:
    """Drafts only when a person wants to see the list; only a ceiling may leave before it is closed."""
    if notice.closed_at is not None or notice.waits:
        return False
    return notice.state in ON_ITS_WAY or (
        notice.state is NoticeState.DRAFT and notice.freeze_asked is not None
    )


def _awaits_cutoff(tx: Tx, notice: Notice) -> bool:
    return notice.state is not NoticeState.DRAFT and disruptions.by_id(tx, notice.disruption_id).awaits_cutoff


def _take_effect(tx: Tx, notice: Notice, now: datetime) -> tuple[Ring, ...]:
    """A notice that waits for the cut-off goes on once the data shows one, and says since when.

    A transaction of its own: who pauses such a notice does not wait until a range is counted.
    """
    cut_at = verdicts.cut_off_since(tx, disruptions.by_id(tx, notice.disruption_id).services)
    if cut_at is None:
        return ()
    disruptions.take_effect(tx, notice.disruption_id, effective_at=cut_at, now=now)
    return (Ring("freeze", notice.notice_id),)


def _freeze_range(tx: Tx, words: Words, notice: Notice, place: Place, policy: Policy) -> bool:
    def resolve(asked: str | None) -> str:
        return words.resolve(asked, notice.kind)

    return audience.freeze_range(tx, notice, place, notice_rule(tx, notice), resolve, policy)
