"""What goes wrong on demand: `POST /faults {"kind", "times", "after", "seconds"}`."""

from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum
from typing import Any


class FaultKind(StrEnum):
    TOO_MANY = "429"
    """Refused; `seconds` until `X-RateLimit-Reset`."""
    TOO_MANY_BARE = "429-bare"
    """Refused, and no header says until when."""
    BAD_REQUEST = "400"
    """Refused without saying for whose sake, nothing is mailed."""
    BAD_MESSAGE = "400-message"
    """Refused for what is the same for everybody, nothing is mailed."""
    TOO_LARGE = "413-html"
    """A page of nginx, nothing is mailed."""
    SERVER_ERROR = "500"
    """JSON, nothing is mailed."""
    UNAVAILABLE = "503-html"
    """A page of nginx, nothing is mailed."""
    SLOW = "slow"
    """Mailed, answered after `seconds`."""
    ACCEPT_THEN_DROP = "accept-then-drop"
    """Mailed, and the connection is closed without an answer."""
    LOST_EVENTS = "lost-events"
    """Mailed, and no event is ever sent."""
    LATE_EVENTS = "late-events"
    """Mailed, and the events come `seconds` later."""
    DOUBLED_EVENTS = "doubled-events"
    """Mailed, and each event comes twice, the second time `seconds` later."""


OF_EVENTS = frozenset({FaultKind.LOST_EVENTS, FaultKind.LATE_EVENTS, FaultKind.DOUBLED_EVENTS})


@dataclass(slots=True)
class PlannedFault:
    kind: FaultKind
    times: int = 1
    after: int = 0
    """Requests that pass before the first one it befalls."""
    seconds: float = 1.0


@dataclass(frozen=True, slots=True)
class FaultsDue:
    """What befalls one request: at most one fault of its answer and one of its events."""

    answer: PlannedFault | None = None
    events: PlannedFault | None = None


def fault_from(asked: Any) -> PlannedFault:
    """Raises `ValueError` or `TypeError` for anything but the documented object."""
    kind = FaultKind(asked["kind"])
    fault = PlannedFault(
        kind, int(asked.get("times", 1)), int(asked.get("after", 0)), float(asked.get("seconds", 1))
    )
    if fault.times < 1 or fault.after < 0 or fault.seconds < 0:
        raise ValueError("times must be 1 or more, after and seconds 0 or more")
    return fault


class Faults:
    def __init__(self) -> None:
        self.planned: list[PlannedFault] = []

    def next_request(self) -> FaultsDue:
        """Count one request against everything that is planned."""
        answers = [fault for fault in self.planned if fault.kind not in OF_EVENTS]
        events = [fault for fault in self.planned if fault.kind in OF_EVENTS]
        due = FaultsDue(_first(answers), _first(events))
        self.planned = [fault for fault in self.planned if fault.times > 0]
        return due


def _first(faults: Iterable[PlannedFault]) -> PlannedFault | None:
    """The first that is ripe befalls this request; those still waiting have it pass."""
    due = None
    for fault in faults:
        if fault.after > 0:
            fault.after -= 1
        elif due is None:
            fault.times -= 1
            due = fault
    return due
