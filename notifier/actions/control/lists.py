"""The frozen list of a draft: shown to a person, held against what is true now, and made anew where it is not."""

from dataclasses import dataclass
from datetime import datetime

from notifier.actions.notices.context import about_of
from notifier.actions.notices.draft import Writer, draft_notice
from notifier.actions.notices.rule import notice_rule
from notifier.errors import Refused
from notifier.model.ring import Ring
from notifier.model.vocabulary import NoticeState
from notifier.pipeline import audience
from notifier.store import Db, Tx
from notifier.store.audience import freezing, recount
from notifier.store.audience.recount import ListChange
from notifier.store.audience.verdicts import Rule
from notifier.store.disruptions import disruptions, notices, reviews
from notifier.store.disruptions.notices import Notice
from notifier.store.locks import retried


@dataclass(frozen=True, slots=True)
class ShownList:
    """The list of a draft, as a person is shown it."""

    notice_id: int
    seq: int
    people: int
    list_hash: str | None
    """None: workers are still freezing it."""
    changed: tuple[ListChange, ...] = ()
    """What was not true any more of the list before, which this one replaces."""
    stopped: bool = False
    """Workers have given it up: it is not what a second count says."""


def shown_list(db: Db, notice_id: int) -> ShownList:
    """The list as far as it is frozen now."""
    with db.transaction() as tx:
        return _shown(notices.by_id(tx, notice_id))


def _shown(notice: Notice, changed: tuple[ListChange, ...] = ()) -> ShownList:
    stopped = notice.closed_at is None and notice.freeze_asked is None
    return ShownList(notice.notice_id, notice.seq, notice.people_n, notice.list_hash, changed, stopped)


@retried
def show_list(db: Db, writer: Writer, now: datetime, notice_id: int) -> tuple[ShownList, tuple[Ring, ...]]:
    """Ask workers to freeze a draft's list, so that a person approves exactly that list.

    A list closes once: where it is not true any more, the draft is replaced by a fresh one with the same words,
    and that one's list is frozen.
    """
    with db.transaction() as tx:
        disruptions.lock_declarations(tx)  # it may write a notice
        notice = notices.locked(tx, notice_id)
        if notice.state is not NoticeState.DRAFT:
            raise Refused(f"This notice is {notice.state} already: there is nothing to approve.")
        if notice.go_at is not None:
            raise Refused("This notice leaves by itself: approve it with --yes --ceiling N.")
        changed = changes(tx, notice, notice_rule(tx, notice))
        if changed:
            notice_id = renew_in(tx, writer, notice, now)
        freezing.ask_to_freeze(tx, notice_id, now=now)
        return _shown(notices.by_id(tx, notice_id), changed), (Ring("freeze", notice_id),)


@retried
def renew(db: Db, writer: Writer, now: datetime, notice_id: int) -> int:
    """A fresh draft with the same words, and no list yet, in the place of one whose list is not true any more."""
    with db.transaction() as tx:
        disruptions.lock_declarations(tx)
        notice = notices.locked(tx, notice_id)
        if notice.state is not NoticeState.DRAFT:
            raise Refused(f"This notice is {notice.state} already: there is nothing to approve.")
        return renew_in(tx, writer, notice, now)


def renew_in(tx: Tx, writer: Writer, notice: Notice, now: datetime) -> int:
    """As `renew`, inside the transaction of a caller who holds `lock_declarations`."""
    notices.void(tx, notice.notice_id)
    notice_id = draft_notice(
        tx,
        writer,
        notice.disruption_id,
        notice.kind,
        notice.timeline_id,
        now,
        only_customer=notice.only_customer,
        about=about_of(notice),
        rev=notice.rev,
    )
    reviews.move_notice(tx, notice.notice_id, notice_id)
    return notice_id


def changes(tx: Tx, notice: Notice, rule: Rule) -> tuple[ListChange, ...]:
    """Who came, left and changed since the list was made, as far as it is made; empty: it is true."""
    if not notice.frozen_upto:
        return ()
    found = recount.changes(tx, notice, rule, audience.later(tx, notice, rule))
    return tuple(found) if any(change.any for change in found) else ()
