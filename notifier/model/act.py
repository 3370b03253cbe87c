"""Who does it, and when: what every decision is written down with."""

from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True, slots=True)
class Act:
    actor: str
    """`person:NAME`, `source:NAME` of a tool whose evidence speaks, `database`, or `policy`."""
    now: datetime
    """Passed in: whoever asks has looked at the clock once, for everything that one act does."""
