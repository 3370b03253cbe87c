"""One trouble of one source goes in rounds: it fires, is resolved, and may fire again. Decisions only.

What a tool says is compared with what was last heard of the same trouble, never with everything it has ever said.
Tools repeat what they said, send it twice, in another order, and through a second replica that has not heard of
the end yet; the end of such a sequence is the same in every order, as long as each message says when it happened.
"""

from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from enum import StrEnum

from notifier.model.signal import SignalState


class Change(StrEnum):
    """What one message changes."""

    BEGAN = "began"
    """A round begins: the first, or the next one after an end."""
    NAMED = "named"
    """The same round, but it names other services: the map was put right."""
    ENDED = "ended"
    OVERTAKEN = "overtaken"
    """It fired, and we know already that it is over: its end came first."""
    REPEATED = "repeated"
    """Nothing but that it was heard again."""
    LATE = "late"
    """Nothing: it speaks of what we know to have passed."""


NEWS = frozenset({Change.BEGAN, Change.NAMED, Change.ENDED, Change.OVERTAKEN})
"""What is kept as a signal, and judged."""


@dataclass(frozen=True, slots=True)
class Report:
    """What one message says of a trouble."""

    state: SignalState
    at: datetime
    """When it began, or ended; UTC, never later than the moment it arrived."""
    services: tuple[str, ...] = ()
    once: bool = False
    """Its sender has numbered the message and says its own moment, so it is an event and never a repeat: where
    it is older than the end that we know it is late, however late.
    """
    began: bool = False
    """`at` is when the trouble began, however often that is said; otherwise the moment that this message is of."""
    seen: bool = False
    """We see it ourselves: it is of now, whenever it began."""


@dataclass(frozen=True, slots=True)
class Habits:
    """What a source is like."""

    reopen_after: timedelta
    """So soon after an end a firing that began before it is a late repeat, of a second replica for instance."""
    max_age: timedelta
    """What had begun longer ago when it was first heard is kept, and nothing is drafted for it."""


@dataclass(frozen=True, slots=True)
class LastHeard:
    """What was last heard of one trouble."""

    key: str
    state: SignalState
    round: int
    """From 1."""
    fired: bool
    """It was said that this round fires; otherwise only its end was heard."""
    stale: bool
    """It had begun too long ago when this round was first heard: a replay of something old."""
    services: tuple[str, ...]
    """Slugs; what it named when it last fired."""
    newest_at: datetime | None
    """The newest beginning that this round was said to have."""
    gone_at: datetime | None
    """The newest end that was heard, of any round."""
    changed_at: datetime
    """When its state or its services were heard first; our clock."""
    heard_at: datetime
    """When they were heard last; our clock."""
    changes: int
    """How many signals were made of it, in all rounds."""
    repeats: int = 0
    """How often this round was only said again."""


def hear(
    last: LastHeard | None, key: str, said: Report, habits: Habits, now: datetime
) -> tuple[Change, LastHeard]:
    """What a message changes, and what is known after it."""
    if last is None:
        last = LastHeard(key, said.state, 0, False, False, (), None, None, now, now, 0)
        change = Change.ENDED if said.state is SignalState.RESOLVED else Change.BEGAN
        last = replace(last, round=1) if change is Change.ENDED else last
    elif said.state is SignalState.FIRING:
        change = _firing(last, said, habits, now)
    else:
        change = _resolved(last, said)
    return change, _after(last, said, change, habits, now)


def _firing(last: LastHeard, said: Report, habits: Habits, now: datetime) -> Change:
    newest = last.newest_at is not None and said.at > last.newest_at
    if last.state is SignalState.FIRING:
        # Its end was lost, or never sent: what began later is another, and people may not know of that.
        if newest and (said.began or now - last.heard_at > habits.max_age):
            return Change.BEGAN
        return Change.REPEATED if set(said.services) == set(last.services) else Change.NAMED
    # Began in the moment in which the other ended: it is another, if it is newer than all we had heard of that.
    if last.gone_at is None or said.at > last.gone_at or (said.at == last.gone_at and newest):
        return Change.BEGAN
    # Alertmanager says the old beginning again when what had only seemed to be over goes on.
    if not said.once and now - last.changed_at >= habits.reopen_after:
        return Change.BEGAN
    return Change.LATE if last.fired else Change.OVERTAKEN


def _resolved(last: LastHeard, said: Report) -> Change:
    """It ends the round that is open, whatever beginning it names, unless it is the end of an earlier one."""
    if last.state is SignalState.RESOLVED:
        return Change.REPEATED
    known = last.gone_at is not None and said.at <= last.gone_at
    # Some tools give ends in whole seconds.
    before = last.newest_at is not None and said.at < last.newest_at.replace(microsecond=0)
    return Change.LATE if known or before else Change.ENDED


def _after(last: LastHeard, said: Report, change: Change, habits: Habits, now: datetime) -> LastHeard:
    news = change in NEWS
    after = replace(last, changes=last.changes + news)
    if said.state is SignalState.RESOLVED:
        after = replace(after, gone_at=max(said.at, last.gone_at or said.at))
    elif change in {Change.REPEATED, Change.NAMED}:
        after = replace(after, newest_at=max(said.at, last.newest_at or said.at), services=said.services)
    elif change is Change.BEGAN:
        after = replace(
            after,
            round=last.round + 1,
            fired=True,
            stale=not said.seen and now - said.at > habits.max_age,
            services=said.services,
            newest_at=said.at,
            repeats=0,
        )
    if change is Change.REPEATED:
        after = replace(after, repeats=last.repeats + 1)
    if change is Change.OVERTAKEN:
        return replace(after, fired=True)
    if change is Change.LATE:
        return after
    return replace(after, state=said.state, heard_at=now, changed_at=now if news else last.changed_at)
