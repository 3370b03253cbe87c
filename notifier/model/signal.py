"""Evidence: what a tool, or the company's own database, says about a service."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from notifier.model.vocabulary import Kind

DATABASE = "database"
"""The source that is the company's own data; no tool may be called that."""


class SignalState(StrEnum):
    FIRING = "firing"
    RESOLVED = "resolved"


@dataclass(frozen=True, slots=True)
class Signal:
    """One piece of evidence as a dialect reads it, before anybody knows which service of ours it means."""

    key: str
    """One trouble as the tool names it, the same from firing to resolved. It may come again."""
    state: SignalState
    occurred_at: datetime
    """UTC; never later than the moment it arrived, whatever the tool's clock says."""
    hints: tuple[str, ...]
    """Names that may mean a service of ours, the likeliest first."""
    summary: str
    """One line, at most 300 characters, without any address."""
    began_at: datetime | None = None
    """When this trouble began, where the tool says that in both states. It may move to an earlier time: two
    replicas saw it.
    """
    kind: Kind | None = None
    """What it looked like to whoever saw it; None: its source says what people read it as."""
    seen: bool = False
    """We saw it ourselves, and now: it is no replay of something old, whenever it began."""
    delivery_key: str = ""
    """Its own, where one request carries several messages; otherwise that of the request."""


@dataclass(frozen=True, slots=True)
class Posted:
    """What one request of a tool says."""

    signals: tuple[Signal, ...]
    left_out: int = 0
    """Pieces of evidence that the tool cut from its message: they exist, and nobody here knows them."""
    group: str = ""
    """What the message is about, in the tool's words, where it tells some of its messages apart by that."""
    delivery_key: str = ""
    """The sender's own, the same on each attempt; otherwise `sha256:` and the hash of the body, which a tool that
    repeats itself sends again on purpose.
    """
    why: str = ""
    """Why nothing is concluded, although it was understood: `a test`, `acknowledged is neither`."""
    faults: tuple[str, ...] = ()
    """What in it was not understood, a sentence each, without the words of the tool."""
    warning: str = ""
    """What the operator must hear at once, in one sentence: that the tool ends its subscription, for instance."""
    confirm: str = ""
    """The address to visit once to confirm the subscription; its host was checked."""


@dataclass(frozen=True, slots=True)
class Evidence:
    """A signal in our own words, ready to be stored once."""

    source: str
    key: str
    """Which trouble of that source."""
    round: int
    """From 1."""
    delivery_key: str
    """A second row of the same key is not stored."""
    state: SignalState
    services: tuple[str, ...]
    """Slugs; empty if it names no service of ours."""
    summary: str
    occurred_at: datetime
    kind: Kind | None = None
    """What it looked like; None: as its source says."""
