"""What leaves: one request to the provider, and what came of it."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import NamedTuple, Protocol


class Letter(NamedTuple):
    """One recipient of a chunk. The address goes to the provider and nowhere else."""

    recipient_id: int
    address: str
    substitutions: Mapping[str, str]
    """Placeholder tag -> value, raw for subject and text, escaped for HTML (two tags for one value)."""
    subject: str | None = None
    """Their own, where it is not that of the request."""

    def __repr__(self) -> str:
        return f"Letter(recipient_id={self.recipient_id})"


@dataclass(frozen=True, slots=True)
class Envelope:
    """One attempt: a frozen content for up to 1,000 people (the provider's limit for one request)."""

    attempt_id: str
    notice_id: int
    sender: str
    """`Name <address>`"""
    reply_to: str | None
    headers: Mapping[str, str]
    """The same for every recipient of the request."""
    subject: str
    text: str
    html: str
    letters: Sequence[Letter]
    installation_id: str = ""
    """Whose request it is: an event with it about no request of this ledger proves that the ledger is old."""


class Result(StrEnum):
    """What a POST proves, by what the provider documents. What proves nothing is `UNKNOWN` and never simply tried
    again; see `rules.md`, *evidence before a second try*.
    """

    ACCEPTED = "accepted"
    """202: every letter of the request is queued at the provider."""
    REJECTED = "rejected"
    """400: nobody was mailed; `culprits` names the letters if the provider did."""
    TOO_LARGE = "too_large"
    """413: nobody was mailed; a smaller chunk may pass."""
    FORBIDDEN = "forbidden"
    """401, 403, or a 400 about the message itself: nobody was mailed, and no other chunk will pass either (key,
    credits, sender identity)."""
    LATER = "later"
    """429: nobody was mailed; `retry_at` says when to come back."""
    NOT_SENT = "not_sent"
    """The request never left: no connection."""
    STOPPED = "stopped"
    """The request never left: directly before its first byte it was no longer ours to send."""
    NOBODY = "nobody"
    """There is nobody left in the request to write to."""
    OVERTAKEN = "overtaken"
    """The request never left: `culprits` would have read what is old or untrue by now."""
    POISON = "poison"
    """The letters of this chunk could not be put together: no other try will do better."""
    UNKNOWN = "unknown"
    """The request may have been accepted: 5xx, a broken or timed out answer, anything not understood."""


@dataclass(frozen=True, slots=True)
class Outcome:
    result: Result
    reason: str
    """One short English sentence for the operator; it never holds an address."""
    http_status: int | None = None
    message_id: str | None = None
    """`X-Message-Id` of a 202."""
    retry_at: datetime | None = None
    remaining: int | None = None
    """`X-RateLimit-Remaining`: requests that the provider still takes before `retry_at`."""
    culprits: tuple[int, ...] = ()
    """Indexes into `Envelope.letters` that a 400 named."""


class Sender(Protocol):
    """One provider, one key. Implementations hold one connection for each thread."""

    name: str

    def send(self, envelope: Envelope, still_ours: Callable[[], bool]) -> Outcome:
        """Connect, ask `still_ours` directly before the first byte of the body leaves, POST, classify.

        Never raises for what a network or a provider can do; returns within the sender's deadline.
        """
        ...

    def check(self) -> Outcome:
        """Have a mail validated and not sent (SendGrid's `sandbox_mode`): ACCEPTED on 200."""
        ...


class Clock(Protocol):
    def now(self) -> datetime:
        """Aware, UTC: what decisions use."""
        ...

    def monotonic(self) -> float:
        """Seconds since some fixed moment: what ages and deadlines use."""
        ...
