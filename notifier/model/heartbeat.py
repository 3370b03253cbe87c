"""A job of the company's that knocks while it lives: when is a knock missed? Decisions only."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from notifier.model.probe import Finding, Sight

BEAT = "heartbeat"


@dataclass(frozen=True, slots=True)
class Listening:
    """Does anybody listen for knocks here, and since when without a gap?"""

    listens: bool
    since: datetime | None
    """None: no gap is known."""


def missed(
    knocked_at: datetime | None,
    expected_since: datetime | None,
    every: timedelta,
    grace: timedelta,
    watch: Listening,
    services: tuple[str, ...],
    now: datetime,
) -> Sight:
    """Did the job of theirs knock in time? While nobody listened here it may have, and nobody would know.

    `expected_since`: since when a job that has never knocked is expected to; None: from its first knock on.
    """
    last = knocked_at or expected_since
    if last is None:
        return Sight((), "It has not knocked yet, and is expected from its first knock on.")
    words = f"It knocked last at {last:%Y-%m-%d %H:%M:%S} UTC" if knocked_at else "It has never knocked"
    if now - last <= every + grace:
        return Sight((), f"{words}.")
    if not watch.listens:
        return Sight(None, f"{words}, and nobody listens here: no web process runs.")
    if watch.since is not None and now - max(last, watch.since) <= every + grace:
        return Sight(None, f"{words}; nobody listened here until {watch.since:%Y-%m-%d %H:%M:%S} UTC.")
    return Sight((Finding(BEAT, services, f"{words}.", began_at=last + every),), f"{words}.")
