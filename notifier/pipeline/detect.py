"""Is it real? What one signal means for the disruptions that are open, and what becomes of a draft.

Decisions only: nothing here reads or writes. Evidence alone never tells anybody anything; it opens, widens and
ends drafts. A tool's "resolved" ends only a draft that tools opened, and never a disruption that was declared.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from notifier.model.signal import DATABASE, SignalState
from notifier.store.disruptions import OpenDisruption
from notifier.store.signals import Extent, Heard, Past, Trouble

TOGETHER = timedelta(hours=1)
"""What begins this close together is one draft, until a person says otherwise."""

QUIET = timedelta(minutes=10)
"""How long all evidence must be gone before its draft is void. Alertmanager tells a flapping alert at most once
in its group_interval, five minutes by default: it comes back within this time, and finds the same draft."""


class Act(StrEnum):
    OPEN = "open"
    WIDEN = "widen"
    ATTACH = "attach"
    NOTE = "note"
    IGNORE = "ignore"


class Why(StrEnum):
    UNEXPLAINED = "no open disruption covers this"
    BEGAN_TOGETHER = "began together with an open draft"
    COVERED = "an open disruption covers this"
    DRAFT_LOSES_EVIDENCE = "the draft loses this evidence"
    DECLARED = "resolved for the source, but the disruption is declared: a person ends it"
    NO_SERVICE_OF_OURS = "names no service of ours"
    RESOLVED_WITHOUT_FIRING = "resolved, and never heard firing"
    RESOLVED_BEFORE = "arrived after its own resolution"
    OVER = "its disruption is over"


@dataclass(frozen=True, slots=True)
class Judgement:
    act: Act
    why: Why
    disruption_id: int | None = None
    services: tuple[str, ...] = ()
    """What a draft is to be opened for, or widened by."""


@dataclass(frozen=True, slots=True)
class MayAnnounce:
    """A source may tell at most so many people by itself what it alone reports."""

    source: str
    ceiling: int


def judge(heard: Heard, past: Sequence[Past], open_ones: Sequence[OpenDisruption]) -> Judgement:
    """`past`: the other signals of the same trouble; `open_ones`: what is open now, the oldest first."""
    if heard.state is SignalState.RESOLVED:
        return _resolved(past, open_ones)
    if not heard.services:
        return Judgement(Act.IGNORE, Why.NO_SERVICE_OF_OURS)
    if any(other.state is SignalState.RESOLVED for other in past):
        return Judgement(Act.IGNORE, Why.RESOLVED_BEFORE)
    return _firing(heard, open_ones)


def _firing(heard: Heard, open_ones: Sequence[OpenDisruption]) -> Judgement:
    services = set(heard.services)
    uncovered = services.difference(*(one.services for one in open_ones))
    if not uncovered:
        closest = max(open_ones, key=lambda one: len(services & set(one.services)))
        return Judgement(Act.ATTACH, Why.COVERED, closest.disruption_id)
    for draft in open_ones:
        if draft.declared_at is None and abs(draft.effective_at - heard.occurred_at) <= TOGETHER:
            return Judgement(Act.WIDEN, Why.BEGAN_TOGETHER, draft.disruption_id, tuple(sorted(uncovered)))
    return Judgement(Act.OPEN, Why.UNEXPLAINED, services=tuple(sorted(uncovered)))


def _resolved(past: Sequence[Past], open_ones: Sequence[OpenDisruption]) -> Judgement:
    if not any(other.state is SignalState.FIRING for other in past):
        return Judgement(Act.IGNORE, Why.RESOLVED_WITHOUT_FIRING)
    of = next((other.disruption_id for other in reversed(past) if other.disruption_id is not None), None)
    if of is None:
        return Judgement(Act.IGNORE, Why.NO_SERVICE_OF_OURS)
    for one in open_ones:
        if one.disruption_id == of:
            draft = one.declared_at is None
            return (
                Judgement(Act.ATTACH, Why.DRAFT_LOSES_EVIDENCE, of)
                if draft
                else Judgement(Act.NOTE, Why.DECLARED, of)
            )
    return Judgement(Act.IGNORE, Why.OVER, of)


def all_gone(troubles: Sequence[Trouble]) -> bool:
    return bool(troubles) and not any(trouble.firing for trouble in troubles)


def is_void(draft: OpenDisruption, troubles: Sequence[Trouble], now: datetime) -> bool:
    """Nobody confirmed it, every source took back what it had said, and it has been quiet since."""
    if draft.declared_at is not None or not all_gone(troubles):
        return False
    return now - max(trouble.heard_at for trouble in troubles) >= QUIET


def may_announce(draft: OpenDisruption, troubles: Sequence[Trouble]) -> MayAnnounce | None:
    """Which source may let this draft go: one with a ceiling that reports all of it, now, by itself."""
    if draft.declared_at is not None:
        return None
    reported: dict[MayAnnounce, set[str]] = {}
    for trouble in troubles:
        if trouble.firing and trouble.announce_ceiling is not None:
            may = MayAnnounce(trouble.source, trouble.announce_ceiling)
            reported.setdefault(may, set()).update(trouble.services)
    able = [may for may, services in reported.items() if services >= set(draft.services)]
    return max(able, key=lambda may: may.ceiling, default=None)


def draft_alarm(
    draft: OpenDisruption, names: Sequence[str], extent: Extent, troubles: Sequence[Trouble], now: datetime
) -> str:
    """One sentence about a draft that tells nobody yet."""
    named = _listed(names)
    if all_gone(troubles):
        return (
            f"The evidence for {named} is gone: the draft D-{draft.reference} will be void if it stays away."
        )
    if extent.customers and extent.since is not None:
        are = "customer is" if extent.customers == 1 else "customers are"
        since = _clock(extent.since, now)
        return f"{extent.customers:,} {are} cut off from {named} since {since} and nobody was told."
    said_by = _reporters(troubles)
    return f"{said_by} trouble with {named} since {_clock(draft.effective_at, now)} and nobody was told."


def resolved_alarm(reference: str, names: Sequence[str], troubles: Sequence[Trouble]) -> str:
    """One sentence about a declared disruption that its evidence contradicts."""
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
