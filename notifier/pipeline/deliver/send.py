"""Claim (commit), read the letters, connect, read the brake, POST, record in a step that never sends."""

import time
import uuid
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from notifier.errors import Unreachable
from notifier.model.mail import Envelope, Outcome, Result, Sender
from notifier.model.policy import Policy
from notifier.model.words import NoticeState
from notifier.pipeline.deliver.decide import Next, Wait, bounded, cuts, overtaken, rest_of, what_next
from notifier.pipeline.deliver.overtaken import say_overtaken
from notifier.store import Db, Tx, alarms, events, holds, leases, ledger, notices, pace
from notifier.store.ledger import Claim, Record, Seat
from notifier.store.left_out import leave_out
from notifier.store.locks import retried
from notifier.store.notices import Notice

SHORT = 0.1
GAVE_UP = "A chunk gave up: `notifier show` tells why, `notifier dead` retries or drops it."
PROBE_SECONDS = 1.0
"""Between probes of a provider whose answers are unclear; grows with the row of unclear answers."""

Seal = Callable[[Claim, Sequence[Seat]], Envelope]
"""Puts a claimed chunk's words and letters into one request."""

Overtaken = Callable[[Tx, Claim], Sequence[int]]
"""Positions of a claimed chunk whose letters are old or untrue by now; asked of those that may be."""


def none_overtaken(_tx: Tx, _claimed: Claim) -> Sequence[int]:
    """Where nothing comes later."""
    return ()


ArrivedLate = Callable[[Tx, Claim, datetime], None]
"""Called in the transaction that learns of a request which had been given up."""


def nothing_late(_tx: Tx, _claimed: Claim, _now: datetime) -> None:
    """Where nobody has to be told."""


Reached = Callable[[str], None]
"""Called with the name of each point where a process may die; does nothing outside the chaos suite."""


def unmoved(_point: str) -> None:
    """What production does at every point."""


@dataclass(frozen=True, slots=True)
class Lane:
    """Everything that one request in flight needs; several lanes run side by side in one process."""

    db: Db
    sender: Sender
    seal: Seal
    now: Callable[[], datetime]
    monotonic: Callable[[], float]
    policy: Policy
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
        claimed = ledger.claim(
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
    found = pace.pace(tx, name)
    wait = rest_of(found)
    if wait is not None:
        return wait
    if found is not None and found.broken:
        pace.one_at_a_time(tx, f"probe:{name}")
        if pace.request_is_open(tx, name):
            return _patiently(tx, lane, "a probe is under way")
    if not _canary_lives(tx, lane, notice):
        return _patiently(tx, lane, "the first chunk is being judged")
    if per_second and not _under_its_ceiling(tx, notice.notice_id, per_second):
        return Wait(SHORT, "the notice's own rate")
    if found is not None and found.limited and not pace.take_token(tx, name):
        return Wait(SHORT, "the provider's rate")
    return None


def _under_its_ceiling(tx: Tx, notice_id: int, per_second: float) -> bool:
    """Counted one claim after another: claims that are not committed do not see each other."""
    pace.one_at_a_time(tx, f"rate:{notice_id}")
    most = max(1, int(per_second))
    return pace.asked_lately(tx, notice_id, seconds=most / per_second) < most


def _canary_lives(tx: Tx, lane: Lane, notice: Notice) -> bool:
    """The first chunk leaves alone; once it was accepted, and reported on if policy wants that, all may."""
    if notice.state != NoticeState.APPROVED:
        return True
    pace.one_at_a_time(tx, f"canary:{notice.notice_id}")
    canary = ledger.canary(tx, notice.notice_id)
    if canary.open or (lane.policy.canary_waits_for_events and canary.accepted and not canary.reported):
        return False
    if canary.accepted:
        notices.start(tx, notice.notice_id)
    return True


def _patiently(tx: Tx, lane: Lane, reason: str) -> Wait:
    """Wait for somebody's request, and look whether that one died: the sweeper may stand in line behind us."""
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
        seats = ledger.seats(tx, claimed)
        skip = tuple(seat.pos for seat in seats if seat.left_out)
        if skip:
            leave_out(tx, claimed, skip, now=lane.now())
    return replace(claimed, skip=skip), [seat for seat in seats if not seat.left_out]


def _still_ours(lane: Lane, claimed: Claim, claimed_at: float) -> bool:
    lane.reached("before post")
    try:
        with lane.db.transaction() as tx:
            may_leave = ledger.may_leave(tx, claimed)
    except Unreachable:
        return False
    ours = may_leave and lane.monotonic() - claimed_at <= lane.policy.claim_age_seconds
    lane.reached("during post")
    return ours


def _record_at_last(lane: Lane, claimed: Claim, outcome: Outcome) -> None:
    """Record, also over a database that is away for a moment: a known outcome must not become unknown."""
    until = lane.monotonic() + lane.policy.lease_seconds
    while True:
        try:
            record(lane, claimed, outcome)
        except Unreachable:
            if lane.monotonic() > until:
                raise
            time.sleep(SHORT)
        else:
            return


def record(lane: Lane, claimed: Claim, outcome: Outcome) -> None:
    """Write what came of an attempt. It never sends, it may run late, and twice."""
    now = lane.now()
    wanted = what_next(outcome, len(claimed.positions), claimed.tries, now)
    next_ = bounded(wanted, claimed.tries, lane.policy)
    with lane.db.transaction() as tx:
        if next_.hold:
            holds.by_policy(tx, claimed.notice_id, next_.hold, why="the provider refused it", now=now)
        moved = ledger.record(
            tx,
            Record(
                attempt_id=claimed.attempt_id,
                outcome=next_.attempt,
                chunk_state=next_.chunk,
                reason=outcome.reason,
                http_status=outcome.http_status,
                message_id=outcome.message_id,
                not_before=next_.not_before,
                lost=next_.lost,
            ),
            now=now,
        )
        if not moved and outcome.result is Result.ACCEPTED:
            # Given up, sent again and split meanwhile: the late 202 speaks for every part.
            events.accept_leaves(tx, lane.sender.name, [claimed.attempt_id])
            lane.arrived_late(tx, claimed, now)
        if moved and next_.chunk == "split":
            _split(tx, claimed, next_, now)
        if moved and next_.lost:
            say_overtaken(tx, claimed, outcome, now)
        _raise_alarms(tx, lane, claimed, next_, now)
        lane.reached("before record commits")
    with lane.db.transaction() as tx:
        accepted = outcome.result is Result.ACCEPTED
        if accepted and not lane.policy.canary_waits_for_events:
            notices.start(tx, claimed.notice_id)
        learn(tx, lane.sender.name, outcome, now)
        if accepted:
            alarms.clear_unless_held(tx, f"provider:{lane.sender.name}", now)
    lane.reached("after record")


def _raise_alarms(tx: Tx, lane: Lane, claimed: Claim, next_: Next, now: datetime) -> None:
    if next_.chunk == "dead":
        alarms.raise_once(tx, f"dead:{claimed.notice_id}", GAVE_UP, None, now)
    if next_.hold:
        alarms.raise_once(tx, f"provider:{lane.sender.name}", next_.hold, None, now)


def _split(tx: Tx, claimed: Claim, next_: Next, now: datetime) -> None:
    """Only for a chunk that still waits for the answer: evidence may have proved that these letters arrived."""
    if next_.lost:
        ledger.split(tx, claimed, overtaken(claimed, next_), lost=True)
    elif next_.culprits:
        letters = claimed.positions
        ledger.reject(tx, claimed, [letters[index] for index in next_.culprits], now=now)
    ledger.split(tx, claimed, cuts(claimed, next_))


def learn(tx: Tx, provider: str, outcome: Outcome, now: datetime) -> None:
    """What one answer teaches all workers about the provider's pace."""
    match outcome.result:
        case Result.UNKNOWN:
            pace.doubt(tx, provider, rest_seconds=PROBE_SECONDS)
        case Result.LATER:
            pace.slow_down(tx, provider, until=outcome.retry_at or now + timedelta(seconds=1))
        case Result.NOT_SENT | Result.STOPPED | Result.POISON | Result.NOBODY | Result.OVERTAKEN:
            pass
        case result:
            pace.trust(tx, provider, accepted=result is Result.ACCEPTED)
    if outcome.result is Result.ACCEPTED and outcome.retry_at is not None:
        pace.rest(tx, provider, until=outcome.retry_at)
