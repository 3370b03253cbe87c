"""When do people hear next? What policy proposes, when somebody must be reminded, what may leave by itself.

Decisions only: nothing here reads or writes.
"""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from enum import StrEnum

AHEAD = timedelta(minutes=30)
"""How long before a promise is due somebody is reminded."""
STEP = timedelta(minutes=15)
"""Promises are made for a quarter of an hour: people say and remember that."""


def proposed(now: datetime, minutes: float | None, last: timedelta | None = None) -> datetime | None:
    """What policy proposes (`minutes`), else as long as the last promise took; None: no promise is proposed."""
    ahead = timedelta(minutes=minutes) if minutes is not None else last
    if ahead is None or ahead <= timedelta(0):
        return None
    at = (now + ahead).astimezone(UTC)
    hour = at.replace(minute=0, second=0, microsecond=0)
    steps = -((at - hour) // -STEP)
    return hour + steps * STEP


def alarm(reference: str, due: datetime, now: datetime) -> str | None:
    """One sentence for those who must keep a promise; None while there is time."""
    if now < due - AHEAD:
        return None
    clock = f"{due.astimezone(UTC):%H:%M} UTC"
    if due.astimezone(UTC).date() != now.astimezone(UTC).date():
        clock = f"{due.astimezone(UTC):%d %b} {clock}"
    keep = f"notifier update {reference}, or with --nothing-new"
    if now < due:
        return f"The next update is promised by {clock}: {keep}."
    return f"The update promised by {clock} is OVERDUE: {keep}."


class Departure(StrEnum):
    """What becomes of a notice that was approved to leave by itself."""

    WAIT = "wait"
    LEAVE = "leave"
    CANCEL = "cancel"
    HOLD = "hold"


@dataclass(frozen=True, slots=True)
class Ruling:
    departure: Departure
    why: str = ""


@dataclass(frozen=True, slots=True)
class Waiting:
    """A notice that was approved to leave by itself, as things stand now."""

    go_at: datetime
    over: bool
    """Its disruption has ended."""
    braked: bool
    as_approved: bool
    """Words, scope and moments are still those that were approved."""
    differ: int = 0
    """Customers between cut off and told whom nobody has acknowledged; only asked of what would leave."""


def judge(waiting: Waiting, now: datetime, patience: timedelta) -> Ruling:
    """What becomes of it at this tick. It leaves as it was approved, or it does not leave."""
    if waiting.over:
        return Ruling(Departure.CANCEL, "the disruption is over")
    if now < waiting.go_at:
        return Ruling(Departure.WAIT)
    why = _why_not(waiting, now, patience)
    return Ruling(Departure.HOLD, why) if why else Ruling(Departure.LEAVE)


def _why_not(waiting: Waiting, now: datetime, patience: timedelta) -> str | None:
    if waiting.braked:
        return "everything was stopped at its time; look at it, then resume it"
    if now - waiting.go_at > patience:
        return "nothing ran at its time, and now it is late; cancel it and say what is true"
    if not waiting.as_approved:
        return "its words or its scope have changed since it was approved; cancel it, prepare it again"
    if waiting.differ:
        who = "1 customer differs" if waiting.differ == 1 else f"{waiting.differ:,} customers differ"
        return f"{who} between cut off and told, and nobody agreed to that; cancel it, prepare it again"
    return None
