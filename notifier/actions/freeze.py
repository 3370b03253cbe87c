"""Freeze one range of a notice's list; rings for the next one and for what may leave already."""

from datetime import datetime

from notifier.actions.desk import notice_rule
from notifier.model.ring import Ring
from notifier.model.words import NoticeState
from notifier.pipeline import audience
from notifier.pipeline.compose import Words
from notifier.store import Db, Tx, catalogue, disruptions, notices
from notifier.store import audience as verdicts
from notifier.store.notices import Notice

ON_ITS_WAY = (NoticeState.APPROVED, NoticeState.SENDING)


def freeze(db: Db, words: Words, now: datetime, notice_id: int) -> tuple[Ring, ...]:
    """One range in one transaction: if the process dies, the sweeper rings again and the range is taken anew."""
    with db.transaction() as tx:
        notice = notices.locked_unless_busy(tx, notice_id)
        if notice is None or not may_freeze(notice) or not notices.is_next(tx, notice):
            return ()
        if not _in_effect(tx, notice):
            return ()
        closed = _freeze_range(tx, words, notice, now)
        again = () if closed else (Ring("freeze", notice_id),)
        deliver = (Ring("deliver", notice_id),) if notice.state in ON_ITS_WAY else ()
        return deliver + again


def may_freeze(notice: Notice) -> bool:
    """Drafts only when a person wants to see the list; only a ceiling may leave before it is closed."""
    if notice.closed_at is not None:
        return False
    return notice.state in ON_ITS_WAY or (
        notice.state is NoticeState.DRAFT and notice.freeze_asked is not None
    )


def _in_effect(tx: Tx, notice: Notice) -> bool:
    """A notice that waits for the cut-off goes on once the data shows one, and says since when."""
    disruption = disruptions.by_id(tx, notice.disruption_id)
    if not disruption.awaits_cutoff or notice.state is NoticeState.DRAFT:
        return True
    cut_at = verdicts.cut_off_since(tx, disruption.services)
    if cut_at is not None:
        disruptions.take_effect(tx, notice.disruption_id, effective_at=cut_at)
    return cut_at is not None


def _freeze_range(tx: Tx, words: Words, notice: Notice, now: datetime) -> bool:
    rule = notice_rule(tx, notice)
    resolved = {asked: words.resolve(asked, notice.kind) for asked in verdicts.asked_locales(tx)}
    default = words.resolve(None, notice.kind)
    chunk_people = catalogue.policy(tx).chunk_people
    _, last = audience.freeze_next_range(tx, notice, rule, resolved, default, chunk_people)
    if last:
        audience.close(tx, notice, rule, now)
    return last
