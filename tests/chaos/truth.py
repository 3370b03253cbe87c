"""What is true of whom, by what the plan did: counted here in Python, never read from the ledger."""

from dataclasses import dataclass, field
from enum import StrEnum

from .plan import PEOPLE


class Truth(StrEnum):
    AFFECTED = "affected"
    RESTORED = "restored"
    RELEASED = "released"
    """It was out for them by a scope that was in force, and is not."""
    NEVER = "never affected"


@dataclass
class Declared:
    """A disruption as the suite has declared and changed it. Customer number n has n seats."""

    reference: str
    disruption_id: int
    notice_id: int
    """Its first notice."""
    bounds: list[int]
    """Each scope in its turn: people with so many seats at most."""
    every: int = 1
    """Only every so many-th person has the service."""
    parts: list[int] = field(default_factory=list[int])
    """Restored for people with so many seats at most."""
    ended: bool = False
    cancelled: set[int] = field(default_factory=set[int])
    """Notices that a person has cancelled."""
    done: list[str] = field(default_factory=list[str])
    """What was decided, in its order."""

    @property
    def people(self) -> int:
        """Of the scope in force."""
        return sum(self.is_in(n, self.bounds[-1]) for n in range(1, PEOPLE + 1))

    def is_in(self, n: int, bound: int) -> bool:
        return n <= bound and n % self.every == 0

    def truths(self, n: int) -> frozenset[Truth]:
        """What may be said to person number n at the end.

        Two for one: whose part was restored, and whom a later scope leaves out. It is over for them either way.
        """
        if not any(self.is_in(n, bound) for bound in self.bounds):
            return frozenset({Truth.NEVER})
        back = self.ended or any(n <= part for part in self.parts)
        if self.is_in(n, self.bounds[-1]):
            return frozenset({Truth.RESTORED if back else Truth.AFFECTED})
        return frozenset({Truth.RELEASED, Truth.RESTORED} if back else {Truth.RELEASED})
