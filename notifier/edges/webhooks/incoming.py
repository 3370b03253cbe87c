"""What came to `/hooks/{source}`, as dialects look at it: nothing is parsed yet."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from notifier.model.signal import Posted


@dataclass(frozen=True, slots=True)
class Incoming:
    headers: Mapping[str, str]
    """Names in lower case; values as Latin-1, as they arrive."""
    raw: bytes
    query: Mapping[str, str] = field(default_factory=dict[str, str])
    """Decoded once, the last of each name."""
    method: str = "POST"


Proof = Callable[[Incoming, Sequence[str], datetime], bool]
"""Did one who knows one of these secrets send this, and not long ago where the tool signs a time? It looks at
the raw bytes, compares in constant time and never raises.
"""


@dataclass(frozen=True, slots=True)
class Dialect:
    """How one tool speaks, with what the company's file says of this source."""

    verify: Proof
    read: Callable[[Incoming, datetime], Posted]
    """What it says, and when it arrived. Raises `BadInput`, one sentence for the tool's operator."""
    methods: frozenset[str] = frozenset({"POST", "PUT"})
    vouched: bool = False
    """It proves itself without a secret of ours: by a certificate of the tool's maker."""
