"""One tick: promises are watched, and what was approved to leave by itself is let go at its time."""

from datetime import datetime, timedelta

from notifier.actions.control.approve import count
from notifier.actions.notices.draft import Writer, still_as_approved
from notifier.actions.notices.rule import notice_rule
from notifier.errors import NotifierError
from notifier.model.ring import Ring
from notifier.model.vocabulary import Kind, NoticeKind
from notifier.pipeline import promise
from notifier.pipeline.audience import gap_is_accepted
from notifier.pipeline.promise import Departure, Ruling, Waiting
from notifier.store import Db, Tx, audit
from notifier.store.company import catalogue
from notifier.store.disruptions import alarms, approvals, disruptions, notices, promises
from notifier.store.disruptions.notices import Notice
from notifier.store.ledger import brake

POLICY = "policy"


def proposal(tx: Tx, kind: Kind, now: datetime, disruption_id: int | None = None) -> datetime | None:
    """When people hear next, as policy has it for this kind; with a disruption, else as long as last time."""
    minutes = catalogue.policy(tx).next_update_minutes.get(kind)
    last = promises.last_made(tx, disruption_id) if disruption_id is not None else None
    return promise.proposed(now, minutes, last.next_update_at - last.at if last else None)


def tick(db: Db, writer: Writer, now: datetime) -> tuple[Ring, ...]:
    """Safe to run twice at once: a row lock lets one of two beats let a notice go, the other finds it gone."""
    _watch(db, now)
    with db.transaction() as tx:
        waiting = promises.waiting(tx)
    return tuple(ring for notice_id in waiting for ring in _look_at(db, writer, now, notice_id))


def _watch(db: Db, now: datetime) -> None:
    with db.transaction() as tx:
        texts = {
            row.disruption_id: text
            for row in promises.due(tx)
            if (text := promise.alarm(row.reference, row.due, now))
        }
        alarms.raise_only(tx, "promise", texts, now)


def _look_at(db: Db, writer: Writer, now: datetime, notice_id: int) -> tuple[Ring, ...]:
    """If the process dies before the commit nothing has happened; after it, the sweeper rings for the notice."""
    with db.transaction() as tx:
        first = promise.judge(_waiting(tx, writer, notices.by_id(tx, notice_id), now), now, _patience(tx))
        if first.departure is Departure.WAIT:
            return ()
        # Everybody is looked at for this: before the locks, for which a person would wait.
        differ = _differ(tx, notices.by_id(tx, notice_id)) if first.departure is Departure.LEAVE else 0
    with db.transaction() as tx:
        disruptions.lock_declarations(tx)
        disruption_id = notices.by_id(tx, notice_id).disruption_id
        disruptions.lock(tx, disruption_id)
        drafts = notices.drafts(tx, disruption_id)
        notice = notices.locked(tx, notice_id)
        if not notice.waits:
            return ()
        judged = promise.judge(_waiting(tx, writer, notice, now, differ), now, _patience(tx))
        if judged.departure is not Departure.LEAVE:
            _stop(tx, notice, judged, now)
            return ()
        if notice.kind is NoticeKind.HOLDING:
            for draft in drafts:  # a first notice after this one would tell everybody once more
                notices.void(tx, draft.notice_id)
        promises.let_go(tx, notice_id, now=now)
        disruptions.set_declared(tx, disruption_id, now=now)
        alarms.clear(tx, f"holding:{notice_id}", now)
        _record(tx, notice, "let go", now)
        return (Ring("freeze", notice_id),)


def _patience(tx: Tx) -> timedelta:
    return timedelta(seconds=catalogue.policy(tx).stale_seconds)


def _differ(tx: Tx, notice: Notice) -> int:
    """Customers between cut off and told, if their number is not the one that was acknowledged."""
    _, gap = count(tx, notice, notice_rule(tx, notice))
    return 0 if gap_is_accepted(gap, approvals.acknowledged(tx, notice.notice_id)) else gap.difference


def _waiting(tx: Tx, writer: Writer, notice: Notice, now: datetime, differ: int = 0) -> Waiting:
    assert notice.go_at is not None
    return Waiting(
        go_at=notice.go_at,
        over=disruptions.by_id(tx, notice.disruption_id).ended_at is not None,
        braked=brake.brake_is_on(tx),
        as_approved=now < notice.go_at or _as_approved(tx, writer, notice),
        differ=differ,
    )


def _as_approved(tx: Tx, writer: Writer, notice: Notice) -> bool:
    try:
        return still_as_approved(tx, writer, notice)
    except NotifierError:  # templates that cannot be read any more say nothing that was approved
        return False


def _stop(tx: Tx, notice: Notice, judged: Ruling, now: datetime) -> None:
    if judged.departure is Departure.CANCEL:
        notices.cancel(tx, notice.notice_id)
    elif judged.departure is Departure.HOLD:
        notices.hold(tx, notice.notice_id, judged.why)
        reference = disruptions.by_id(tx, notice.disruption_id).reference
        text = f"The notice {reference}/{notice.seq} did not leave by itself: {judged.why}."
        alarms.raise_once(tx, f"holding:{notice.notice_id}", text, notice.disruption_id, now)
    else:
        return
    _record(tx, notice, f"not let go: {judged.why}", now)


def _record(tx: Tx, notice: Notice, act: str, now: datetime) -> None:
    audit.append(
        tx,
        actor=POLICY,
        act=act,
        at=now,
        disruption_id=notice.disruption_id,
        after={"notice": notice.notice_id, "words": notice.words_hash, "rule": notice.rule_hash},
    )
