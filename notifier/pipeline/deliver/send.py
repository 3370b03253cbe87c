"""Claim (commit), read the letters, connect, read the brake, POST, record in a step that never sends."""

import time
import uuid
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from notifier.errors import Defect, Unreachable
from notifier.model.mail import Envelope, Outcome, Result, Sender
from notifier.model.policy import Policy
from notifier.model.vocabulary import NoticeState
from notifier.pipeline.deliver.decide import Wait, rest_of
from notifier.pipeline.deliver.recording import (
    ArrivedLate,
    Keep,
    Known,
    Reached,
    nothing_late,
    unmoved,
    write,
)
from notifier.store import Db, Tx
from notifier.store.disruptions import notices
from notifier.store.disruptions.notices import Notice
from notifier.store.ledger import chunks, leases, rate_limit
from notifier.store.ledger.chunks import Claim, Seat
from notifier.store.ledger.suppressed import leave_out
from notifier.store.locks import retried

SHORT = 0.1

Seal = Callable[[Claim, Sequence[Seat]], Envelope]
"""Puts a claimed chunk's words and letters into one request."""

Overtaken = Callable[[Tx, Claim], Sequence[int]]
"""Positions of a claimed chunk whose letters are old or untrue by now; asked of those that may be."""


def none_overtaken(_tx: Tx, _claimed: Claim) -> Sequence[int]:
    """Where nothing comes later."""
    return ()


@dataclass(frozen=True, slots=True)
class Lane:
    """Everything that one request in flight needs; several lanes run side by side in one process."""

    db: Db
    sender: Sender
    seal: Seal
    now: Callable[[], datetime]
    monotonic: Callable[[], float]
    policy: Policy
    keep: Keep | None
    """Takes what cannot be written now; None: the lane itself tries again until it is written."""
    reached: Reached = unmoved
    overtaken: Overtaken = none_overtaken
    arrived_late: ArrivedLate = nothing_late


@retried
def claim_next(lane: Lane, notice_id: int) -> tuple[Claim, float] | Wait | None:
    """Claim one chunk, in a transaction of its own; None: nothing is due. The float is the claim's own time.

    If the process dies after the commit, the lease ends and the attempt is unknown.
    """
    claimed_at = lane.monotonic()
    lane.reached("before claim")
    with lane.db.transaction() as tx:
        notice = notices.by_id(tx, notice_id)
        if notice.seq > 1 and not notices.is_next(tx, notice):
            return None  # a letter of an earlier one came back: it leaves first
        wait = _hindrance(tx, lane, notice)
        if wait is not None:
            return wait
        claimed = chunks.claim(
            tx,
            notice_id,
            attempt_id=str(uuid.uuid4()),
            provider=lane.sender.name,
            lease_seconds=lane.policy.lease_seconds,
        )
    lane.reached("after claim")
    return None if claimed is None else (claimed, claimed_at)


def _hindrance(tx: Tx, lane: Lane, notice: Notice) -> Wait | None:
    """Canary, breaker, rates: the locks taken here are held for this claim only."""
    name, per_second = lane.sender.name, lane.policy.requests_per_second
    found = rate_limit.pace(tx, name)
    wait = rest_of(found)
    if wait is not None:
        return wait
    if found is not None and found.broken:
        rate_limit.one_at_a_time(tx, f"probe:{name}")
        if rate_limit.request_is_open(tx, name):
            return _patiently(tx, lane, "a probe is under way")
    if not _canary_lives(tx, lane, notice):
        return _patiently(tx, lane, "the first chunk is being judged")
    if per_second and not _under_its_ceiling(tx, notice.notice_id, per_second):
        return Wait(SHORT, "the notice's own rate")
    if found is not None and found.limited and not rate_limit.take_token(tx, name):
        return Wait(SHORT, "the provider's rate")
    return None


def _under_its_ceiling(tx: Tx, notice_id: int, per_second: float) -> bool:
    """Counted one claim after another: claims that are not committed do not see each other."""
    rate_limit.one_at_a_time(tx, f"rate:{notice_id}")
    most = max(1, int(per_second))
    return rate_limit.asked_lately(tx, notice_id, seconds=most / per_second) < most


def _canary_lives(tx: Tx, lane: Lane, notice: Notice) -> bool:
    """The first chunk leaves alone; once it was accepted, and reported on if policy wants that, all may."""
    if notice.state != NoticeState.APPROVED:
        return True
    rate_limit.one_at_a_time(tx, f"canary:{notice.notice_id}")
    canary = chunks.canary(tx, notice.notice_id)
    if canary.open or (lane.policy.canary_waits_for_events and canary.accepted and not canary.reported):
        return False
    if canary.accepted:
        notices.start(tx, notice.notice_id)
    return True


def _patiently(tx: Tx, lane: Lane, reason: str) -> Wait:
    """Wait for somebody's request, and look whether that one died, sooner than the sweeper does."""
    leases.expire_leases(tx, now=lane.now())
    return Wait(SHORT, reason)


def send_claimed(lane: Lane, claimed: Claim, claimed_at: float) -> Outcome:
    """Send one committed claim and record what came of it.

    If the process dies in here, the lease ends and the attempt is unknown: evidence decides, never a retry.
    """
    try:
        if stale := _stale(lane, claimed):
            return _let_go_of(lane, claimed, stale)
        claimed, letters = _letters(lane, claimed)
        envelope = lane.seal(claimed, letters) if letters else None
    except Unreachable:
        outcome = Outcome(Result.NOT_SENT, "The database went away before the letters were read.")
    except Exception as error:  # noqa: BLE001 - whatever a chunk does to us must not stop the others
        outcome = Outcome(Result.POISON, f"The letters could not be written: {type(error).__name__}.")
    else:
        outcome = (
            lane.sender.send(envelope, lambda: _still_ours(lane, claimed, claimed_at))
            if envelope
            else Outcome(Result.NOBODY, "Everybody in it has been suppressed since the list was frozen.")
        )
    lane.reached("after post")
    _record_at_last(lane, claimed, outcome)
    return outcome


def _stale(lane: Lane, claimed: Claim) -> Sequence[int]:
    """After the claim is committed: no later notice begins while it is open, so what is read here stays."""
    if not claimed.doubtful:
        return ()
    with lane.db.transaction() as tx:
        return lane.overtaken(tx, claimed)


def _let_go_of(lane: Lane, claimed: Claim, stale: Sequence[int]) -> Outcome:
    """Nothing leaves now: the rest of the chunk comes back without them."""
    gone = set(stale)
    indexes = tuple(n for n, pos in enumerate(claimed.positions) if pos in gone)
    why = "Overtaken: something newer has gone to its readers, or it is not true any more."
    outcome = Outcome(Result.OVERTAKEN, why, culprits=indexes)
    _record_at_last(lane, claimed, outcome)
    return outcome


def _letters(lane: Lane, claimed: Claim) -> tuple[Claim, list[Seat]]:
    """Whom it still goes to. Who is left out is committed before anything leaves, in the same transaction."""
    with lane.db.transaction() as tx:
        seats = chunks.seats(tx, claimed)
        skip = tuple(seat.pos for seat in seats if seat.left_out)
        if skip:
            leave_out(tx, claimed, skip, now=lane.now())
    return replace(claimed, skip=skip), [seat for seat in seats if not seat.left_out]


def _still_ours(lane: Lane, claimed: Claim, claimed_at: float) -> bool:
    lane.reached("before post")
    try:
        with lane.db.transaction() as tx:
            may_leave = chunks.may_leave(tx, claimed)
    except Unreachable:
        return False
    ours = may_leave and lane.monotonic() - claimed_at <= lane.policy.claim_age_seconds
    lane.reached("during post")
    return ours


def _record_at_last(lane: Lane, claimed: Claim, outcome: Outcome) -> None:
    """A known outcome must not become unknown, however long the database is away.

    A lane belongs to a task, and a task is ended after its time, whatever it knows: somebody else goes on trying.
    """
    known = _known(lane, claimed, outcome)
    while True:
        try:
            write(lane.db, known, lane.policy, lane.arrived_late, lane.reached)
        except (Unreachable, Defect):
            if lane.keep is not None:
                lane.keep(known)
                return
            time.sleep(SHORT)
        else:
            return


def record(lane: Lane, claimed: Claim, outcome: Outcome) -> None:
    """Write what came of an attempt. It never sends, it may run late, and twice."""
    write(lane.db, _known(lane, claimed, outcome), lane.policy, lane.arrived_late, lane.reached)


def _known(lane: Lane, claimed: Claim, outcome: Outcome) -> Known:
    return Known(lane.sender.name, claimed, outcome, lane.now())
