"""What a file that holds everybody does not hold: how much of it, and whether to believe that."""

from collections.abc import Sequence
from dataclasses import dataclass

FEW = 10
LARGE_SHARE = 0.1


@dataclass(frozen=True, slots=True)
class Leaving:
    """What ends. Customers count once."""

    customers: int
    """Who lose something."""
    absent: int
    """Those of them who are not in the file at all; the others hold less in it."""
    entitlements: int
    cut_off: int
    """Customers who are cut off from something of it now."""
    kept: int
    """Customers of whom something stays listed until a disruption that is open is over."""
    holders: int
    """Customers who held something before."""

    @property
    def is_large(self) -> bool:
        """A file that was cut off, or the wrong file, looks like that."""
        return self.customers > FEW and self.customers > LARGE_SHARE * self.holders


@dataclass(frozen=True, slots=True)
class LeavingCustomer:
    customer: str
    """The company's own id."""
    name: str
    services: Sequence[str]
    """What ends."""
    is_absent: bool
    is_cut_off: bool
    is_kept: bool
