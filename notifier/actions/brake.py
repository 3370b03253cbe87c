"""The brake: it works when everything else is broken, because it is one row in Postgres."""

from dataclasses import dataclass
from datetime import datetime

from notifier.actions import latecomers
from notifier.errors import Refused
from notifier.model.ring import Ring
from notifier.model.words import NoticeKind, NoticeState
from notifier.store import (
    Db,
    Tx,
    accounts,
    alarms,
    audit,
    brake,
    disruptions,
    held,
    notices,
    revisions,
    unknowns,
)
from notifier.store.notices import Notice


@dataclass(frozen=True, slots=True)
class Braked:
    at_most: int
    """Letters that may still leave: those of open attempts."""


@dataclass(frozen=True, slots=True)
class Cancelled:
    at_most: int
    """Letters that may still leave: those of open attempts."""
    was_draft: bool = False
    """Nobody had let it go yet."""
    left: tuple[str, ...] = ()
    """What it had stopped and what is to be decided now, a sentence each."""


@dataclass(frozen=True, slots=True)
class Released:
    waiting: int
    """People who are still to be told by what goes on now."""
    rings: tuple[Ring, ...]


def pause_all(db: Db, actor: str, now: datetime) -> Braked:
    """Stop everything: no request leaves after those that are open when this has committed."""
    with db.transaction() as tx:
        brake.pull_brake(tx, actor=actor, now=now)
    with db.transaction() as tx:
        audit.append(tx, actor=actor, act="pause all", at=now)
        return Braked(brake.open_attempts(tx))


def resume_all(db: Db, actor: str, now: datetime) -> Released:
    """Release the brake that `pause_all` pulled; notices that are held for their own reasons stay held."""
    with db.transaction() as tx:
        if not brake.release_brake(tx):
            raise Refused("Nothing is stopped: the brake is not on.")
        notices.set_resumed(tx)
        audit.append(tx, actor=actor, act="resume all", at=now)
        ids = notices.open_ids(tx)
        waiting = sum(accounts.waiting(tx, notice_id) for notice_id in ids)
        return Released(waiting, tuple(Ring("deliver", notice_id) for notice_id in ids))


def pause(db: Db, actor: str, now: datetime, notice_id: int) -> Braked:
    """Hold one notice."""
    with db.transaction() as tx:
        notice = notices.locked(tx, notice_id)
        if not notices.hold(tx, notice_id, f"paused by {actor}"):
            raise Refused(f"This notice is {notice.state}: there is nothing to pause.")
    # The hold is committed: only now can the open attempts be counted.
    with db.transaction() as tx:
        _audit(db, notice, actor, "pause", now)
        return Braked(brake.open_attempts(tx, notice_id))


def resume(db: Db, actor: str, now: datetime, notice_id: int) -> Released:
    """Let a held notice go on with exactly the rest."""
    with db.transaction() as tx:
        notice = notices.locked(tx, notice_id)
        if not notices.release(tx, notice_id):
            raise Refused(f"This notice is {notice.state}, not held: there is nothing to resume.")
        waiting = accounts.waiting(tx, notice_id)
    _audit(db, notice, actor, "resume", now)
    return Released(waiting, (Ring("freeze", notice_id), Ring("deliver", notice_id)))


def cancel(db: Db, actor: str, now: datetime, notice_id: int) -> Cancelled:
    """Nothing more of this notice leaves, ever; a draft is void."""
    with db.transaction() as tx:
        notice = notices.locked(tx, notice_id)
        if notice.state is NoticeState.DRAFT:
            return _drop(tx, notice, actor, now)
        if notices.cancel(tx, notice_id) is None:
            raise Refused(f"This notice is {notice.state}: there is nothing to cancel.")
    with db.transaction() as tx:
        _audit(db, notice, actor, "cancel", now)
        return Cancelled(brake.open_attempts(tx, notice_id))


def _drop(tx: Tx, notice: Notice, actor: str, now: datetime) -> Cancelled:
    """Of a disruption that people know of; else the draft is all there is of it."""
    if notice.only_customer is not None:
        raise Refused("This draft answers a review that has ended: approve it, its customer waits for it.")
    if disruptions.by_id(tx, notice.disruption_id).declared_at is None:
        raise Refused(
            "This draft is all there is of its disruption, and nothing leaves while it is not approved."
        )
    notices.void(tx, notice.notice_id)
    _record(tx, notice, actor, "drop draft", now)
    if notice.kind is NoticeKind.CATCH_UP:
        latecomers.decline(tx, notice.disruption_id, now)
    left = revisions.left_stopped(tx, notice.disruption_id)
    return Cancelled(0, was_draft=True, left=tuple(each.how for each in left))


@dataclass(frozen=True, slots=True)
class Settled:
    people: int
    rings: tuple[Ring, ...] = ()


def retry_dead(db: Db, actor: str, now: datetime, notice_id: int) -> Settled:
    """Send the chunks that gave up once more; those that may have arrived are marked."""
    with db.transaction() as tx:
        notice = notices.locked(tx, notice_id)
        _may_be_sent_again(tx, notice)
        people = unknowns.retry_dead(tx, notice_id, now=now)
        if people:
            notices.reopen(tx, notice_id)
            alarms.clear(tx, f"dead:{notice_id}", now)
    _audit(db, notice, actor, "retry dead", now)
    return Settled(people, (Ring("deliver", notice_id),))


def _may_be_sent_again(tx: Tx, notice: Notice) -> None:
    if notice.state is NoticeState.CANCELLED:
        raise Refused("This notice is cancelled, nothing more of it leaves: --drop settles what gave up.")
    if held.is_corrected(tx, notice.notice_id):
        raise Refused("A correction has taken these words back: --drop settles what gave up.")


def drop_dead(db: Db, actor: str, now: datetime, notice_id: int) -> Settled:
    """Give the chunks up: their people count as cancelled."""
    with db.transaction() as tx:
        notice = notices.locked(tx, notice_id)
        people = unknowns.drop_dead(tx, notice_id)
        alarms.clear(tx, f"dead:{notice_id}", now)
    _audit(db, notice, actor, "drop dead", now)
    return Settled(people)


def _audit(db: Db, notice: Notice, actor: str, act: str, now: datetime) -> None:
    with db.transaction() as tx:
        _record(tx, notice, actor, act, now)


def _record(tx: Tx, notice: Notice, actor: str, act: str, now: datetime) -> None:
    audit.append(
        tx,
        actor=actor,
        act=act,
        at=now,
        disruption_id=notice.disruption_id,
        after={"notice": notice.notice_id},
    )
