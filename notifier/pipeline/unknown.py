"""What to believe of an attempt whose outcome nobody saw: evidence first, then time, then policy or a person."""

from dataclasses import dataclass
from enum import StrEnum

from notifier.model.policy import Policy
from notifier.store.ledger.unknowns import Unknown

REPEATED_SECONDS = 86_400.0
"""For so long the provider repeats events that nobody took."""


NO_EVIDENCE = "no evidence either way; this kind of notice waits for a person"
NOBODY_LISTENED = "nobody took events for a day, and none is repeated any more: a person must look"


class Belief(StrEnum):
    WAIT = "wait"
    LOST = "lost"
    """Presume it lost and send the whole chunk again, marked."""
    ASK = "ask"
    """A person must decide."""


@dataclass(frozen=True, slots=True)
class Believed:
    belief: Belief
    reason: str


def believe(unknown: Unknown, policy: Policy) -> Believed:
    """Any event would have proved it accepted, so this one has none at all.

    Silence means something only while the stream is alive: events of enough *later* attempts have come, and
    are old enough that this one's should have come too.
    """
    heard = unknown.age_seconds >= policy.unknown_deadline_seconds
    alive = unknown.silent_seconds
    if unknown.cancelled and heard:
        return Believed(Belief.LOST, "no evidence either way, and nothing of this notice is sent any more")
    if alive is not None and alive >= policy.unknown_watermark_seconds and unknown.tries < policy.most_tries:
        return Believed(Belief.LOST, "no event, although those of later requests have come")
    if unknown.tries >= policy.most_tries and not unknown.cancelled:
        return Believed(Belief.ASK, f"it was tried {unknown.tries} times: a person must look")
    if not heard and unknown.open_seconds < REPEATED_SECONDS:
        return Believed(Belief.WAIT, "evidence may still come")
    if heard and unknown.kind not in policy.unknown_held:
        return Believed(Belief.LOST, "no evidence either way; of this kind of notice it is presumed lost")
    return Believed(Belief.ASK, NO_EVIDENCE if heard else NOBODY_LISTENED)
