"""The brake: it works when everything else is broken, because it is one row in Postgres.

Every decision here is committed together with its entry in the audit chain, but for one: `pause_all` waits for
nobody, not even for the chain. Its row names who and when; what is missing in the chain is entered by the same
command directly after, else by the next tick (`enter_pulls`), and at the latest by who releases the brake.
"""

from dataclasses import dataclass
from datetime import datetime

from notifier.actions.control import latecomers
from notifier.actions.control.who_is_late import is_ours
from notifier.actions.notices.rule import question
from notifier.errors import Refused, Unreachable
from notifier.model.act import Act
from notifier.model.ring import Ring
from notifier.model.vocabulary import NoticeState
from notifier.store import Db, Tx, audit
from notifier.store.disruptions import alarms, disruptions, notices, revisions
from notifier.store.disruptions.notices import Notice
from notifier.store.ledger import accounting, brake, unknowns
from notifier.store.ledger.overtaken import dead_chunks, stale
from notifier.store.locks import retried, wait_at_most
from notifier.store.read import held

PAUSE_ALL = "pause all"


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


PATIENCE_MS = 2_000
"""So long the pull of the brake waits for the audit chain, once it has stopped everything."""


def pause_all(db: Db, act: Act) -> Braked:
    """Stop everything: no request leaves after those that are open when this has committed."""
    again = not _pull(db, act)
    with db.transaction() as tx:
        braked = Braked(brake.open_attempts(tx))
    try:
        enter_pulls(db, act.now, patience_ms=PATIENCE_MS)
        if again:
            _say_again(db, act)
    except Unreachable:
        pass  # everything is stopped, and the next tick enters it
    return braked


@retried
def _pull(db: Db, act: Act) -> bool:
    with db.transaction() as tx:
        return brake.pull_brake(tx, actor=act.actor, now=act.now)


def enter_pulls(db: Db, now: datetime, *, patience_ms: int = 0) -> None:
    """Enter in the chain what stopped everything and is not there: its process died, or could not wait for it."""
    with db.transaction() as tx:
        wait_at_most(tx, patience_ms)
        for pulled in brake.enter(tx, now=now):
            audit.append(tx, actor=pulled.actor, act=PAUSE_ALL, at=pulled.at)


def _say_again(db: Db, act: Act) -> None:
    """Somebody has stopped what was stopped already: it changes nothing, and who looks later wants to know."""
    with db.transaction() as tx:
        wait_at_most(tx, PATIENCE_MS)
        audit.append(tx, actor=act.actor, act=PAUSE_ALL, at=act.now)


@retried
def _release(db: Db, act: Act) -> None:
    with db.transaction() as tx:
        if held := brake.holds(tx):
            raise Refused(held[0].why)
        pulled = brake.release_brake(tx)
        if pulled is None:
            raise Refused("Nothing is stopped: the brake is not on.")
        notices.set_resumed(tx)
        if not pulled.entered:
            audit.append(tx, actor=pulled.actor, act=PAUSE_ALL, at=pulled.at)
        audit.append(tx, actor=act.actor, act="resume all", at=act.now)


def resume_all(db: Db, act: Act) -> Released:
    """Release the brake that `pause_all` pulled; notices that are held for their own reasons stay held.

    Raises `Refused` if this may not be the database that sent: see `older_database`.
    """
    said = going_on(db)  # counted while nothing leaves: afterwards workers are faster than the count
    _release(db, act)
    return said


def going_on(db: Db) -> Released:
    """What goes on once nothing holds everything any more, as it stands now."""
    with db.transaction() as tx:
        ids = notices.open_ids(tx)
        waiting = sum(accounting.waiting(tx, notice_id) for notice_id in ids)
        return Released(waiting, tuple(Ring("deliver", notice_id) for notice_id in ids))


def pause(db: Db, act: Act, notice_id: int) -> Braked:
    """Hold one notice."""
    _hold(db, act, notice_id)
    # The hold is committed: only now can the open attempts be counted.
    with db.transaction() as tx:
        return Braked(brake.open_attempts(tx, notice_id))


@retried
def _hold(db: Db, act: Act, notice_id: int) -> None:
    with db.transaction() as tx:
        notice = notices.locked(tx, notice_id)
        if not notices.hold(tx, notice_id, f"paused by {act.actor}"):
            raise Refused(f"This notice is {notice.state}: there is nothing to pause.")
        _record(tx, act, notice, "pause")


@retried
def resume(db: Db, act: Act, notice_id: int) -> Released:
    """Let a held notice go on with exactly the rest."""
    with db.transaction() as tx:
        notice = notices.locked(tx, notice_id)
        if not notices.release(tx, notice_id):
            raise Refused(f"This notice is {notice.state}, not held: there is nothing to resume.")
        _record(tx, act, notice, "resume")
        waiting = accounting.waiting(tx, notice_id)
        return Released(waiting, (Ring("freeze", notice_id), Ring("deliver", notice_id)))


def cancel(db: Db, act: Act, notice_id: int) -> Cancelled:
    """Nothing more of this notice leaves, ever; a draft is void."""
    dropped = _cancel(db, act, notice_id)
    if dropped is not None:
        return dropped
    # The cancellation is committed: only now can the open attempts be counted.
    with db.transaction() as tx:
        return Cancelled(brake.open_attempts(tx, notice_id))


@retried
def _cancel(db: Db, act: Act, notice_id: int) -> Cancelled | None:
    with db.transaction() as tx:
        if notices.by_id(tx, notice_id).state is NoticeState.DRAFT:
            # What is drafted is decided by who holds the declarations; what is on its way waits for nobody.
            disruptions.lock_declarations(tx)
        notice = notices.locked(tx, notice_id)
        if notice.state is NoticeState.DRAFT:
            return _drop(tx, act, notice)
        if notices.cancel(tx, notice_id) is None:
            raise Refused(f"This notice is {notice.state}: there is nothing to cancel.")
        _record(tx, act, notice, "cancel")
        return None


def _drop(tx: Tx, act: Act, notice: Notice) -> Cancelled:
    """Of a disruption that people know of; else the draft is all there is of it."""
    if notice.only_customer is not None:
        raise Refused("This draft answers a review that has ended: approve it, its customer waits for it.")
    if disruptions.by_id(tx, notice.disruption_id).declared_at is None:
        raise Refused(
            "This draft is all there is of its disruption, and nothing leaves while it is not approved."
        )
    notices.void(tx, notice.notice_id)
    _record(tx, act, notice, "drop draft")
    if is_ours(tx, notice):
        latecomers.decline(tx, notice.disruption_id, notice.kind, act.now)
    left = revisions.left_stopped(tx, notice.disruption_id)
    return Cancelled(0, was_draft=True, left=tuple(each.how for each in left))


@dataclass(frozen=True, slots=True)
class Settled:
    people: int
    overtaken: int = 0
    """People who are not told this any more: something newer has gone to them, or it is not true."""
    rings: tuple[Ring, ...] = ()


@retried
def retry_dead(db: Db, act: Act, notice_id: int) -> Settled:
    """Send the chunks that gave up once more; those that may have arrived are marked."""
    with db.transaction() as tx:
        notice = notices.locked(tx, notice_id)
        _may_be_sent_again(tx, notice)
        old = len(stale(tx, question(tx, notice), dead_chunks(tx, notice_id)))
        people = unknowns.retry_dead(tx, notice_id, now=act.now)
        if people and old == people:
            raise Refused(
                "Something newer has gone to all of these people, or it is not true any more: --drop settles it."
            )
        if people:
            notices.reopen(tx, notice_id)
            alarms.clear(tx, f"dead:{notice_id}", act.now)
        _record(tx, act, notice, "retry dead")
        return Settled(people - old, overtaken=old, rings=(Ring("deliver", notice_id),))


def _may_be_sent_again(tx: Tx, notice: Notice) -> None:
    if notice.state is NoticeState.CANCELLED:
        raise Refused("This notice is cancelled, nothing more of it leaves: --drop settles what gave up.")
    if held.is_corrected(tx, notice.notice_id):
        raise Refused("A correction has taken these words back: --drop settles what gave up.")


@retried
def drop_dead(db: Db, act: Act, notice_id: int) -> Settled:
    """Give the chunks up: their people count as cancelled."""
    with db.transaction() as tx:
        notice = notices.locked(tx, notice_id)
        people = unknowns.drop_dead(tx, notice_id)
        alarms.clear(tx, f"dead:{notice_id}", act.now)
        _record(tx, act, notice, "drop dead")
        return Settled(people)


def _record(tx: Tx, act: Act, notice: Notice, what: str) -> None:
    audit.append(
        tx,
        actor=act.actor,
        act=what,
        at=act.now,
        disruption_id=notice.disruption_id,
        after={"notice": notice.notice_id},
    )
