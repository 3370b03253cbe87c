"""Evidence: what a tool, or the company's own database, says about a service."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

DATABASE = "database"
"""The source that is the company's own data; no tool may be called that."""


class SignalState(StrEnum):
    FIRING = "firing"
    RESOLVED = "resolved"


@dataclass(frozen=True, slots=True)
class Signal:
    """One piece of evidence as a dialect reads it, before anybody knows which service of ours it means."""

    dedupe_key: str
    """One trouble, from firing to resolved. Resolved ends a key for ever: the next trouble has another."""
    state: SignalState
    occurred_at: datetime
    """UTC; never later than the moment it arrived, whatever the tool's clock says."""
    labels: Mapping[str, str]
    summary: str
    """One line, at most 300 characters, without any address."""


@dataclass(frozen=True, slots=True)
class Posted:
    """What one request of a tool says."""

    signals: tuple[Signal, ...]
    left_out: int = 0
    """Pieces of evidence that the tool cut from its message: they exist, and nobody here knows them."""


@dataclass(frozen=True, slots=True)
class Evidence:
    """A signal in our own words, ready to be stored once."""

    source: str
    dedupe_key: str
    delivery_key: str
    """The same words again are stored once, however often a tool repeats them."""
    state: SignalState
    services: tuple[str, ...]
    """Slugs; empty if it names no service of ours."""
    summary: str
    occurred_at: datetime
