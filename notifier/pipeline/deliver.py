"""Chunks leave through the provider, and every outcome is recorded.

Claim (commit), read the letters, connect, read the brake, POST, record in a step that never sends.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import pairwise

from notifier.model.mail import Envelope, Outcome, Result, Sender
from notifier.store import Db, ledger, notices
from notifier.store.ledger import Claim, Record, Seat

BACKOFF_SECONDS = (0.5, 2, 5, 15, 60, 120)


@dataclass(frozen=True, slots=True)
class Next:
    """What an outcome means for the attempt, the chunk and the notice."""

    attempt: str
    chunk: str
    not_before: datetime | None = None
    hold: str | None = None
    """Why the whole notice must stop."""
    halves: bool = False
    """Cut the chunk and try both parts: one letter in it is not accepted, and which one is not known."""
    culprits: tuple[int, ...] = ()
    """Letters that the provider refuses; the rest goes on without them."""


def what_next(outcome: Outcome, letters: int, tries: int, now: datetime) -> Next:
    """The table of facts: only a definite no may be sent again, and an unknown outcome is a state."""
    if outcome.result in (Result.REJECTED, Result.TOO_LARGE):
        return _refused(outcome, letters)
    table = {
        Result.ACCEPTED: Next("accepted", "accepted"),
        Result.UNKNOWN: Next("unknown", "unknown"),
        Result.FORBIDDEN: Next("refused", "due", hold=outcome.reason),
        Result.LATER: Next("refused", "due", not_before=outcome.retry_at or now + timedelta(seconds=1)),
        Result.NOT_SENT: Next("not_sent", "due", not_before=now + backoff(tries)),
        Result.STOPPED: Next("not_sent", "due"),
    }
    return table[outcome.result]


def _refused(outcome: Outcome, letters: int) -> Next:
    """Nobody of the request was mailed: leave the culprits out, or look for them by halves."""
    if outcome.culprits:
        return Next("refused", "split", culprits=outcome.culprits)
    if letters > 1:
        return Next("refused", "split", halves=True)
    if outcome.result is Result.REJECTED:
        return Next("refused", "split", culprits=(0,))
    return Next("refused", "dead")


def backoff(tries: int) -> timedelta:
    return timedelta(seconds=BACKOFF_SECONDS[min(max(tries, 1), len(BACKOFF_SECONDS)) - 1])


def cuts(lo: int, hi: int, next_: Next) -> list[tuple[int, int]]:
    """The positions that go on, as ranges: both halves, or everything between the culprits."""
    if next_.halves:
        middle = (lo + hi) // 2
        return [(lo, middle), (middle, hi)]
    edges = [lo - 1, *(lo + index for index in next_.culprits), hi]
    return [(a + 1, b) for a, b in pairwise(edges) if a + 1 < b]


Seal = Callable[[Claim, Sequence[Seat]], Envelope]
"""Puts a claimed chunk's words and letters into one request."""


@dataclass(frozen=True, slots=True)
class Lane:
    """Everything that one request in flight needs; several lanes run side by side in one process."""

    db: Db
    sender: Sender
    seal: Seal
    now: Callable[[], datetime]
    monotonic: Callable[[], float]
    claim_age_seconds: float
    """An older claim, by the monotonic clock, is not sent: the process may have slept past its lease."""


def send_claimed(lane: Lane, claimed: Claim, claimed_at: float) -> Outcome:
    """Send one committed claim and record what came of it.

    If the process dies in here, the lease ends and the attempt is unknown: evidence decides, never a retry.
    """
    with lane.db.transaction() as tx:
        letters = ledger.seats(tx, claimed)
    envelope = lane.seal(claimed, letters)
    outcome = lane.sender.send(envelope, lambda: _still_ours(lane, claimed, claimed_at))
    record(lane.db, claimed, outcome, lane.now())
    return outcome


def _still_ours(lane: Lane, claimed: Claim, claimed_at: float) -> bool:
    with lane.db.transaction() as tx:
        may_leave = ledger.may_leave(tx, claimed.notice_id)
    return may_leave and lane.monotonic() - claimed_at <= lane.claim_age_seconds


def record(db: Db, claimed: Claim, outcome: Outcome, now: datetime) -> None:
    """Write what came of an attempt. It never sends, and it may run late."""
    next_ = what_next(outcome, claimed.hi - claimed.lo, claimed.tries, now)
    with db.transaction() as tx:
        if next_.culprits:
            positions = [claimed.lo + index for index in next_.culprits]
            ledger.reject(tx, claimed, positions, now=now)
        told = ledger.record(
            tx,
            Record(
                attempt_id=claimed.attempt_id,
                outcome=next_.attempt,
                chunk_state=next_.chunk,
                reason=outcome.reason,
                http_status=outcome.http_status,
                message_id=outcome.message_id,
                not_before=next_.not_before,
            ),
            now=now,
        )
        if told and next_.chunk == "split":
            ledger.split(tx, claimed, cuts(claimed.lo, claimed.hi, next_))
        if next_.hold:
            notices.hold(tx, claimed.notice_id, next_.hold)
