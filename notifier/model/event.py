"""What the provider reports later about a mail, reduced to what the ledger keeps. No address of it is stored."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum


class Fate(StrEnum):
    """What became of one delivery. The highest rank wins, so the order of arrival does not matter."""

    PROCESSED = "processed"
    DEFERRED = "deferred"
    DELIVERED = "delivered"
    DROPPED = "dropped"
    BOUNCED = "bounced"
    SUPPRESSED = "suppressed"
    REJECTED = "rejected"

    @property
    def rank(self) -> int:
        return RANKS[self]


RANKS: Mapping[Fate, int] = {
    Fate.SUPPRESSED: 5,
    Fate.PROCESSED: 10,
    Fate.DEFERRED: 20,
    Fate.DELIVERED: 30,
    Fate.DROPPED: 40,
    Fate.BOUNCED: 50,
    Fate.REJECTED: 90,
}
"""`suppressed` and `rejected` never come from an event. Who was left out of a request as suppressed may have been
in an earlier one: what is reported of that one says more, so it outranks. Nothing denies `rejected`."""


class Suppressing(StrEnum):
    """Why an address must not be written to."""

    BOUNCE = "bounce"
    INVALID = "invalid"
    SPAM_REPORT = "spam_report"
    UNSUBSCRIBED = "unsubscribed"
    """Does not keep a mandatory notice back."""


@dataclass(frozen=True, slots=True)
class ProviderEvent:
    sg_event_id: str
    occurred_at: datetime
    attempt_id: str | None
    """None, like the two below: the event names no mail of ours."""
    notice_id: int | None
    recipient_id: int | None
    kind: str
    """As the provider names it; unknown ones too."""
    permanent: bool = False
    """A bounce of the type `bounce`; one of the type `blocked` says nothing about later mails."""
    reason: str = ""
    """Why the provider dropped a mail, in its few fixed words."""
    installation_id: str | None = None
    """Whose request it was; None: nobody said so, or it left before requests said it."""
    address_key: str | None = field(default=None, repr=False)
    """Of an event that does not name our mail: whom it is about, to look for them, and never to store it."""
    message_id: str | None = None
    """Of such an event: the provider's own id of the request, if it says so."""
    names_us: bool = False
    """It carries an argument of ours, readable or not."""
    nameless: bool = False
    """The provider gave it no id: ours is made of what it says, without the address."""
