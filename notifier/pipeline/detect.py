"""Is it real? What one signal means for the disruptions that are open, and what becomes of a draft.

Decisions only: nothing here reads or writes. Evidence alone never tells anybody anything; it opens, widens and
ends drafts that rest on evidence alone (`drafts`, by their ids). A tool's "resolved" ends only such a draft,
never what a person declared, drafted or took over.
"""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from notifier.model.signal import DATABASE, SignalState
from notifier.store.disruptions.disruptions import OpenDisruption
from notifier.store.disruptions.signals import Extent, Heard, Past, Trouble

TOGETHER = timedelta(hours=1)
"""What begins this close together is one draft, until a person says otherwise."""

QUIET = timedelta(minutes=10)
"""How long all evidence must be gone before its draft is void. Alertmanager tells a flapping alert at most once
in its group_interval, five minutes by default: it comes back within this time, and finds the same draft."""


class Consequence(StrEnum):
    """What a signal means for the disruptions that are open."""

    OPEN = "open"
    WIDEN = "widen"
    ATTACH = "attach"
    NOTE = "note"
    IGNORE = "ignore"


class Grounds(StrEnum):
    UNEXPLAINED = "no open disruption covers this"
    BEGAN_TOGETHER = "began together with an open draft"
    COVERED = "an open disruption covers this"
    DRAFT_LOSES_EVIDENCE = "the draft loses this evidence"
    NOT_OURS_TO_END = "resolved for its source, and only a person ends this disruption"
    NO_SERVICE_OF_OURS = "names no service of ours"
    RESOLVED_WITHOUT_FIRING = "resolved, and never heard firing"
    RESOLVED_BEFORE = "arrived after its own resolution"
    OVER = "its disruption is over"


@dataclass(frozen=True, slots=True)
class Judgement:
    consequence: Consequence
    why: Grounds
    disruption_id: int | None = None
    services: tuple[str, ...] = ()
    """What a draft is to be opened for, or widened by."""


@dataclass(frozen=True, slots=True)
class MayAnnounce:
    """A source may tell at most so many people by itself what it alone reports."""

    source: str
    ceiling: int


def judge(
    heard: Heard, past: Sequence[Past], open_ones: Sequence[OpenDisruption], drafts: Collection[int]
) -> Judgement:
    """`past`: what was heard of the same trouble before; `open_ones`: what is open now, the oldest first."""
    if heard.state is SignalState.RESOLVED:
        return _resolved(past, {one.disruption_id for one in open_ones}, drafts)
    if not heard.services:
        return Judgement(Consequence.IGNORE, Grounds.NO_SERVICE_OF_OURS)
    if any(earlier.state is SignalState.RESOLVED for earlier in past):
        return Judgement(Consequence.IGNORE, Grounds.RESOLVED_BEFORE)
    return _firing(heard, open_ones, drafts)


def _firing(heard: Heard, open_ones: Sequence[OpenDisruption], drafts: Collection[int]) -> Judgement:
    services = set(heard.services)
    uncovered = services.difference(*(one.services for one in open_ones))
    if not uncovered:
        closest = max(open_ones, key=lambda one: len(services & set(one.services)))
        return Judgement(Consequence.ATTACH, Grounds.COVERED, closest.disruption_id)
    rest = tuple(sorted(uncovered))
    for one in open_ones:
        if one.disruption_id in drafts and abs(one.effective_at - heard.occurred_at) <= TOGETHER:
            return Judgement(Consequence.WIDEN, Grounds.BEGAN_TOGETHER, one.disruption_id, rest)
    return Judgement(Consequence.OPEN, Grounds.UNEXPLAINED, services=rest)


def _resolved(past: Sequence[Past], open_ids: Collection[int], drafts: Collection[int]) -> Judgement:
    if not any(earlier.state is SignalState.FIRING for earlier in past):
        return Judgement(Consequence.IGNORE, Grounds.RESOLVED_WITHOUT_FIRING)
    of = next(
        (earlier.disruption_id for earlier in reversed(past) if earlier.disruption_id is not None), None
    )
    if of is None:
        return Judgement(Consequence.IGNORE, Grounds.NO_SERVICE_OF_OURS)
    if of not in open_ids:
        return Judgement(Consequence.IGNORE, Grounds.OVER, of)
    if of in drafts:
        return Judgement(Consequence.ATTACH, Grounds.DRAFT_LOSES_EVIDENCE, of)
    return Judgement(Consequence.NOTE, Grounds.NOT_OURS_TO_END, of)


def all_gone(troubles: Sequence[Trouble]) -> bool:
    return bool(troubles) and not any(trouble.firing for trouble in troubles)


def is_void(troubles: Sequence[Trouble], now: datetime) -> bool:
    """Of a draft that rests on evidence: every source took back what it had said, and it has been quiet since."""
    return all_gone(troubles) and now - max(trouble.heard_at for trouble in troubles) >= QUIET


def may_announce(
    draft: OpenDisruption, troubles: Sequence[Trouble], vouched: Collection[str]
) -> MayAnnounce | None:
    """Which source may let such a draft go: one with a ceiling that reports all of it, now, by itself.

    `vouched`: sources that only a holder of their secret can speak for. What another began says since when it is
    out, and customers read that: it waits for a person.
    """
    if draft.opened_by not in {DATABASE, *map(actor_of, vouched)}:
        return None
    reported: dict[MayAnnounce, set[str]] = {}
    for trouble in troubles:
        if trouble.firing and trouble.announce_ceiling is not None and trouble.source in vouched:
            may = MayAnnounce(trouble.source, trouble.announce_ceiling)
            reported.setdefault(may, set()).update(trouble.services)
    able = [may for may, services in reported.items() if services >= set(draft.services)]
    return max(able, key=lambda may: may.ceiling, default=None)


def only_drafts(source: str, secret_env: str | None) -> str:
    """One sentence about a source that has a ceiling, and whose secret nobody here could check."""
    cure = (
        f"{secret_env} is empty for the workers, set it to the secret that the tool sends"
        if secret_env
        else "it has an announce_ceiling and no secret, name one in its secret_env"
    )
    return f"{source} only drafts: {cure}."


def actor_of(source: str) -> str:
    """Who opens and widens drafts by what a source says."""
    return DATABASE if source == DATABASE else f"source:{source}"


def draft_alarm(
    draft: OpenDisruption, names: Sequence[str], extent: Extent, troubles: Sequence[Trouble], now: datetime
) -> str | None:
    """One sentence about a draft, anybody's, that tells nobody yet; None if nothing has happened so far."""
    if extent.customers and extent.since is not None:
        are = "customer is" if extent.customers == 1 else "customers are"
        since = _clock(extent.since, now)
        return f"{extent.customers:,} {are} cut off from {_listed(names)} since {since} and nobody was told."
    if any(trouble.firing for trouble in troubles):
        said_by, since = _reporters(troubles), _clock(draft.effective_at, now)
        return f"{said_by} trouble with {_listed(names)} since {since} and nobody was told."
    if troubles:
        return f"The evidence for {_listed(names)} is gone: D-{draft.reference} told nobody and may not be needed."
    return None


def resolved_alarm(reference: str, names: Sequence[str], troubles: Sequence[Trouble]) -> str:
    """One sentence about a disruption that tells people, and that its evidence contradicts."""
    return (
        f"{_reporters(troubles)} that {_listed(names)} is back, and D-{reference} is still open:"
        f" if that is true, notifier restore {reference}."
    )


def _reporters(troubles: Sequence[Trouble]) -> str:
    sources = sorted({"the database" if t.source == DATABASE else t.source for t in troubles})
    named = _listed(sources) if sources else "somebody"
    return f"{named[0].upper()}{named[1:]} {'report' if len(sources) > 1 else 'reports'}"


def _listed(names: Sequence[str]) -> str:
    return " and ".join(filter(None, (", ".join(names[:-1]), names[-1])))


def _clock(moment: datetime, now: datetime) -> str:
    """`18:32 UTC`, with its day if that is another one than today. Both are UTC."""
    return f"{moment:%H:%M} UTC" if moment.date() == now.date() else f"{moment:%d %b %H:%M} UTC"
