"""What `[policy]` of the company's file decides: how patient the machinery is. Everything is in seconds."""

from collections.abc import Mapping
from dataclasses import dataclass, fields
from typing import Any


@dataclass(frozen=True, slots=True)
class Policy:
    """Raises `ValueError`, as one sentence, for values that would break a rule of the ledger."""

    sweep_seconds: float = 5.0
    """How often the sweeper looks for what is due: a lost ring costs at most this."""
    lease_seconds: float = 60.0
    """How long a claimed chunk is its worker's own."""
    deadline_seconds: float = 30.0
    """The total deadline of one request; shorter than the lease, so that no answer comes after it."""
    claim_age_seconds: float = 5.0
    """A worker whose claim is older than this before it posts records *not sent* instead."""
    lanes: int = 8
    """Requests in flight in one process, each with its own claim and connection."""

    def __post_init__(self) -> None:
        if min(self.sweep_seconds, self.lease_seconds, self.deadline_seconds, self.claim_age_seconds) <= 0:
            raise ValueError("every time must be more than 0 seconds")
        if not 1 <= self.lanes <= 64:
            raise ValueError("lanes must be between 1 and 64")
        if self.claim_age_seconds + self.deadline_seconds >= self.lease_seconds:
            raise ValueError(
                "claim_age_seconds and deadline_seconds together must be less than lease_seconds: "
                "a request must end before another worker may take its chunk"
            )

    @staticmethod
    def from_mapping(stored: Mapping[str, Any]) -> "Policy":
        """Read `company.policy`; keys that this version does not know are left alone."""
        known = {f.name for f in fields(Policy)}
        return Policy(**{key: value for key, value in stored.items() if key in known})
