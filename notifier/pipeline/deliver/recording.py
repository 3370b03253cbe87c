"""What came of a request is written: a step of its own that never sends, and that may run late, and twice."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from notifier.model.mail import Outcome, Result
from notifier.model.policy import Policy
from notifier.model.vocabulary import HeldFor
from notifier.pipeline.deliver.decide import Next, bounded, cuts, overtaken, what_next
from notifier.pipeline.deliver.overtaken import say_overtaken
from notifier.store import Db, Tx
from notifier.store.disruptions import alarms, naming, notices, policy_holds
from notifier.store.ledger import chunks, events, rate_limit, refusals
from notifier.store.ledger.chunks import Claim, Record
from notifier.store.ledger.refusals import ALONE, Kin
from notifier.store.running import installation

PROBE_SECONDS = 1.0
"""Between probes of a provider whose answers are unclear; grows with the row of unclear answers."""

Reached = Callable[[str], None]
"""Called with the name of each point where a process may die; does nothing outside the chaos suite."""


def unmoved(_point: str) -> None:
    """What production does at every point."""


ArrivedLate = Callable[[Tx, Claim, datetime], None]
"""Called in the transaction that learns of a request which had been given up."""


def nothing_late(_tx: Tx, _claimed: Claim, _now: datetime) -> None:
    """Where nobody has to be told."""


@dataclass(frozen=True, slots=True)
class Known:
    """What the provider answered to one request, or that it never left: until it is written, only we know."""

    provider: str
    claimed: Claim
    outcome: Outcome
    at: datetime


Keep = Callable[[Known], None]
"""Takes over what could not be written now, and writes it as soon as it can; never raises."""


def write(
    db: Db, known: Known, policy: Policy, arrived_late: ArrivedLate = nothing_late, reached: Reached = unmoved
) -> None:
    """Write what came of an attempt. It never sends, it may run late, and twice."""
    claimed, outcome, now = known.claimed, known.outcome, known.at
    with db.transaction() as tx:
        wanted = what_next(outcome, len(claimed.positions), claimed.tries, now, _kin(tx, known))
        next_ = bounded(wanted, claimed.tries, policy)
        if next_.hold:
            policy_holds.by_policy(
                tx,
                claimed.notice_id,
                next_.hold,
                why="the provider refused it",
                now=now,
                held_for=HeldFor.PROVIDER,
            )
        moved = chunks.record(
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
                untried=next_.untried,
            ),
            now=now,
        )
        if not moved and outcome.result is Result.ACCEPTED:
            # Given up, sent again and split meanwhile: the late 202 speaks for every part.
            events.accept_leaves(tx, known.provider, [claimed.attempt_id])
            arrived_late(tx, claimed, now)
        if moved and next_.chunk == "split":
            _split(tx, claimed, next_, now)
        if moved and next_.lost:
            say_overtaken(tx, claimed, outcome, now)
        _raise_alarms(tx, known, next_, now)
        reached("before record commits")
    with db.transaction() as tx:
        accepted = outcome.result is Result.ACCEPTED
        if accepted and not moved and installation.hold_if_never_made(tx, [claimed.attempt_id], now):
            return  # its claim was committed and is not here: another server stands where that one stood
        if accepted and not policy.canary_waits_for_events:
            notices.start(tx, claimed.notice_id)
        learn(tx, known.provider, outcome)
        if accepted:
            alarms.clear_unless_held(tx, f"provider:{known.provider}:", now)
    reached("after record")


def _kin(tx: Tx, known: Known) -> Kin:
    """Two halves at once: the second is recorded when the first is, or both would think the other is fine."""
    outcome = known.outcome
    if outcome.result is not Result.REJECTED or outcome.culprits:
        return ALONE
    rate_limit.one_at_a_time(tx, f"refused:{known.claimed.root_id}")
    return refusals.kin(tx, known.claimed, reason=outcome.reason, http_status=outcome.http_status)


def _raise_alarms(tx: Tx, known: Known, next_: Next, now: datetime) -> None:
    if next_.chunk != "dead" and not next_.hold:
        return
    notice_id = known.claimed.notice_id
    name = naming.named(tx, notice_id)
    if next_.chunk == "dead":
        text = f"A chunk of {name} gave up: `notifier show {name}` tells why, `notifier dead` retries or drops it."
        alarms.raise_once(tx, f"dead:{notice_id}", text, name.disruption_id, now)
    if next_.hold:
        key = f"provider:{known.provider}:{notice_id}"
        alarms.raise_once(tx, key, f"{name} is held: {next_.hold}", name.disruption_id, now)


def _split(tx: Tx, claimed: Claim, next_: Next, now: datetime) -> None:
    """Only for a chunk that still waits for the answer: evidence may have proved that these letters arrived."""
    if next_.lost:
        chunks.split(tx, claimed, overtaken(claimed, next_), lost=True)
    elif next_.culprits:
        letters = claimed.positions
        chunks.reject(tx, claimed, [letters[index] for index in next_.culprits], now=now)
    chunks.split(tx, claimed, cuts(claimed, next_))


def learn(tx: Tx, provider: str, outcome: Outcome) -> None:
    """What one answer teaches all workers about the provider's pace."""
    match outcome.result:
        case Result.UNKNOWN:
            rate_limit.doubt(tx, provider, rest_seconds=PROBE_SECONDS)
        case Result.LATER:
            rate_limit.slow_down(tx, provider, until=outcome.retry_at)
        case Result.NOT_SENT | Result.STOPPED | Result.POISON | Result.NOBODY | Result.OVERTAKEN:
            pass
        case result:
            rate_limit.trust(tx, provider, accepted=result is Result.ACCEPTED)
    if outcome.result is Result.ACCEPTED and outcome.retry_at is not None:
        rate_limit.rest(tx, provider, until=outcome.retry_at)
