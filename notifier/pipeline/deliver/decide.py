"""Decisions of delivery: what an outcome means, and whether one more request may begin."""

import random
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from itertools import pairwise

from notifier.model.mail import Outcome, Result
from notifier.model.policy import Policy
from notifier.store.ledger.chunks import Claim
from notifier.store.ledger.rate_limit import Pace
from notifier.store.ledger.refusals import ALONE, Kin

EVERYBODYS = "Both halves of a request were refused in the same words, so it is no single address. {reason}"
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
    """Letters that the provider refuses, or that are overtaken; the rest goes on without them."""
    untried: bool = False
    """The provider only wants to be asked later: however often that happens, it says nothing about the chunk."""
    lost: bool = False
    """Who does not get this letter was told nothing by it, and nobody has decided so: they may be owed another."""


def what_next(outcome: Outcome, letters: int, tries: int, now: datetime, kin: Kin = ALONE) -> Next:
    """The table of facts: only a definite no may be sent again, and an unknown outcome is a state."""
    if outcome.result in (Result.REJECTED, Result.TOO_LARGE):
        return _refused(outcome, letters, kin, now + backoff(tries))
    if outcome.result is Result.LATER:
        return Next("refused", "due", not_before=outcome.retry_at or now + timedelta(seconds=1), untried=True)
    if outcome.result is Result.OVERTAKEN:
        rest = len(outcome.culprits) < letters
        return Next("not_sent", "split" if rest else "cancelled", culprits=outcome.culprits, lost=True)
    table = {
        Result.ACCEPTED: Next("accepted", "accepted"),
        Result.UNKNOWN: Next("unknown", "unknown"),
        Result.FORBIDDEN: Next("refused", "due", hold=outcome.reason),
        Result.NOT_SENT: Next("not_sent", "due", not_before=now + backoff(tries)),
        Result.POISON: Next("not_sent", "dead"),
        Result.STOPPED: Next("not_sent", "due"),
        Result.NOBODY: Next("not_sent", "cancelled"),
    }
    return table[outcome.result]


def bounded(next_: Next, tries: int, policy: Policy) -> Next:
    """Retries end: a chunk that was claimed too often is dead, visibly, until a person decides."""
    if (
        next_.chunk == "due"
        and not next_.hold
        and not next_.untried
        and next_.not_before is not None
        and tries >= policy.most_tries
    ):
        return replace(next_, chunk="dead", not_before=None)
    return next_


def _refused(outcome: Outcome, letters: int, kin: Kin, soon: datetime) -> Next:
    """Nobody of the request was mailed: leave the culprits out, or look for them by halves.

    What both halves are refused for in the same words is everybody's: to look further would make thousands of
    requests, and end with everybody called rejected.
    """
    if outcome.culprits:
        return Next("refused", "split", culprits=outcome.culprits)
    if kin.refused:
        return Next("refused", "due", hold=EVERYBODYS.format(reason=outcome.reason))
    if letters > 1:
        return Next("refused", "split", halves=True)
    if kin.open:
        return Next("refused", "due", not_before=soon)  # the other half may be refused as well
    if outcome.result is Result.REJECTED:
        return Next("refused", "split", culprits=(0,))
    return Next("refused", "dead")


def backoff(tries: int) -> timedelta:
    """Longer with each try, bounded, and spread so that chunks do not come back all at once."""
    seconds = BACKOFF_SECONDS[min(max(tries, 1), len(BACKOFF_SECONDS)) - 1]
    return timedelta(seconds=seconds * random.uniform(0.5, 1.5))  # noqa: S311


def cuts(claimed: Claim, next_: Next) -> list[tuple[int, int]]:
    """The positions that go on, as ranges: both halves, or everything between the culprits.

    Who was left out stays in a range: an earlier request that carried them may still be proved.
    """
    lo, hi, letters = claimed.lo, claimed.hi, claimed.positions
    if next_.halves:
        middle = letters[len(letters) // 2]
        return [(lo, middle), (middle, hi)]
    edges = [lo - 1, *(letters[index] for index in next_.culprits), hi]
    return [(a + 1, b) for a, b in pairwise(edges) if a + 1 < b]


def overtaken(claimed: Claim, next_: Next) -> list[tuple[int, int]]:
    """The positions that never leave, as ranges: what `cuts` leaves out between those that go on."""
    edges = [claimed.lo, *(edge for cut in cuts(claimed, next_) for edge in cut), claimed.hi]
    return [(a, b) for a, b in zip(edges[::2], edges[1::2], strict=True) if a < b]


@dataclass(frozen=True, slots=True)
class Wait:
    """Nothing may be claimed now; why, and for how long at least."""

    seconds: float
    reason: str


def rest_of(pace: Pace | None) -> Wait | None:
    """What the provider's pace says to one more request; None: go on."""
    if pace is None:
        return None
    if pace.wait_seconds > 0:
        return Wait(pace.wait_seconds, "the provider wants to be asked later")
    if pace.broken and pace.resting_seconds > 0:
        return Wait(pace.resting_seconds, "the provider's answers are unclear: one probe at a time")
    return None
