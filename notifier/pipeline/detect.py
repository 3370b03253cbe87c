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
from notifier.store.disruptions.signals import Extent, Heard, Past
from notifier.store.disruptions.troubles import OldTrouble, Witness

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
    WAIT = "wait"
    """It would open a draft, and there are too many: its turn comes."""
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
    NOTHING_RESTS_ON_IT = "no disruption rests on this"
    OVER = "its disruption is over"
    TOO_OLD = "had begun too long ago when it was first heard"
    OVER_BEFORE_ITS_TURN = "was over before its turn came"
    TOO_MANY_DRAFTS = "waits: as many drafts of evidence are open as policy wants"
    TOO_MANY_OF_IT = "waits: its source has opened as many drafts within an hour as it may"


@dataclass(frozen=True, slots=True)
class Judgement:
    consequence: Consequence
    why: Grounds
    disruption_id: int | None = None
    services: tuple[str, ...] = ()
    """What a draft is to be opened for, or widened by."""


@dataclass(frozen=True, slots=True)
class DraftRoom:
    """How much a storm may open."""

    drafts: int
    """Drafts of evidence, open at once."""
    per_hour: int | None
    """Drafts of this source within an hour; None: nobody has said."""


@dataclass(frozen=True, slots=True)
class MayAnnounce:
    """A source may tell at most so many people by itself what it alone reports."""

    source: str
    ceiling: int


def judge(
    heard: Heard, past: Sequence[Past], open_ones: Sequence[OpenDisruption], drafts: Collection[int]
) -> Judgement:
    """`past`: what was heard of the same round before; `open_ones`: what is open now, the oldest first."""
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
    if heard.stale:
        return Judgement(Consequence.IGNORE, Grounds.TOO_OLD)
    if heard.waited and heard.over:
        return Judgement(Consequence.IGNORE, Grounds.OVER_BEFORE_ITS_TURN)
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
        named = any(earlier.services for earlier in past)
        why = Grounds.NOTHING_RESTS_ON_IT if named else Grounds.NO_SERVICE_OF_OURS
        return Judgement(Consequence.IGNORE, why)
    if of not in open_ids:
        return Judgement(Consequence.IGNORE, Grounds.OVER, of)
    if of in drafts:
        return Judgement(Consequence.ATTACH, Grounds.DRAFT_LOSES_EVIDENCE, of)
    return Judgement(Consequence.NOTE, Grounds.NOT_OURS_TO_END, of)


def must_wait(
    judgement: Judgement, source: str, open_drafts: int, opened_lately: int, room: DraftRoom
) -> Judgement:
    """A storm opens so many drafts and no more: whatever else would open one waits, and says so. What the
    company's own data shows never waits: there are no more of its drafts than services.
    """
    if judgement.consequence is not Consequence.OPEN or source == DATABASE:
        return judgement
    if open_drafts >= room.drafts:
        return Judgement(Consequence.WAIT, Grounds.TOO_MANY_DRAFTS)
    if room.per_hour is not None and opened_lately >= room.per_hour:
        return Judgement(Consequence.WAIT, Grounds.TOO_MANY_OF_IT)
    return judgement


def all_gone(witnesses: Sequence[Witness]) -> bool:
    return bool(witnesses) and not any(witness.firing for witness in witnesses)


def is_void(witnesses: Sequence[Witness], now: datetime) -> bool:
    """Of a draft that rests on evidence: every source took back what it had said, and it has been quiet since.

    What a source has only stopped repeating it has not taken back.
    """
    return all_gone(witnesses) and now - max(witness.changed_at for witness in witnesses) >= QUIET


def may_announce(
    draft: OpenDisruption, witnesses: Sequence[Witness], vouched: Collection[str]
) -> MayAnnounce | None:
    """Which source may let such a draft go: one with a ceiling that reports all of it, now, by itself.

    `vouched`: sources that only a holder of their secret can speak for. What another began says since when it is
    out, and customers read that: it waits for a person.
    """
    if draft.opened_by not in {DATABASE, *map(actor_of, vouched)}:
        return None
    able = [
        MayAnnounce(witness.source, witness.announce_ceiling)
        for witness in witnesses
        if witness.announce_ceiling is not None
        and witness.source in vouched
        and set(witness.services) >= set(draft.services)
    ]
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
    draft: OpenDisruption, names: Sequence[str], extent: Extent, witnesses: Sequence[Witness], now: datetime
) -> str | None:
    """One sentence about a draft, anybody's, that tells nobody yet; None if nothing has happened so far."""
    lost = "".join(f"; {sentence}" for sentence in lost_lines(witnesses, now))
    if extent.customers and extent.since is not None:
        are = "customer is" if extent.customers == 1 else "customers are"
        since = _clock(extent.since, now)
        return f"{extent.customers:,} {are} cut off from {_listed(names)} since {since} and nobody was told{lost}."
    if firing := [witness for witness in witnesses if witness.firing]:
        said_by, since = _reporters(firing), _clock(draft.effective_at, now)
        return f"{said_by} trouble with {_listed(names)} since {since} and nobody was told{lost}."
    if witnesses:
        return f"The evidence for {_listed(names)} is gone: D-{draft.reference} told nobody and may not be needed."
    return None


def lost_lines(witnesses: Sequence[Witness], now: datetime) -> list[str]:
    """A clause for each source that has stopped repeating what it had not taken back."""
    return [
        f"{w.source} has not repeated {'it' if w.lost == w.firing else f'{w.lost:,} of {w.firing:,} troubles'}"
        f" since {_clock(w.lost_since, now)}: lost, not resolved"
        for w in witnesses
        if w.lost and w.lost_since is not None
    ]


def stale_alarm(source: str, stale: Sequence[OldTrouble], now: datetime) -> str:
    """One sentence about trouble that had begun too long ago when it was first heard, and that nothing covers."""
    slugs = sorted({slug for each in stale for slug in each.services})
    since = _clock(min(each.since for each in stale), now)
    return (
        f"{source} reports trouble with {_listed(slugs)} since {since}, which is older than its max_age, and"
        f" nothing is drafted: if it is true, notifier suspend {' '.join(slugs)}."
    )


def waiting_alarm(source: str | None, reports: int, sources: Sequence[str]) -> str:
    """One sentence about reports that wait for their turn: `source` is the one that has opened too much, or None
    if too many drafts are open.
    """
    many = "report of {} waits" if reports == 1 else "reports of {} wait"
    wait = f"{reports:,} {many.format(_listed(sources))}"
    if source is None:
        return (
            f"{wait}: as many drafts of evidence are open as most_drafts of [policy] says, decide about some."
        )
    return f"{wait}: it has opened as many drafts within an hour as its drafts_per_hour says."


def resolved_alarm(reference: str, names: Sequence[str], witnesses: Sequence[Witness]) -> str:
    """One sentence about a disruption that tells people, and that its evidence contradicts."""
    return (
        f"{_reporters(witnesses)} that {_listed(names)} is back, and D-{reference} is still open:"
        f" if that is true, notifier restore {reference}."
    )


def _reporters(witnesses: Sequence[Witness]) -> str:
    sources = sorted({"the database" if w.source == DATABASE else w.source for w in witnesses})
    named = _listed(sources) if sources else "somebody"
    return f"{named[0].upper()}{named[1:]} {'report' if len(sources) > 1 else 'reports'}"


def _listed(names: Sequence[str]) -> str:
    return " and ".join(filter(None, (", ".join(names[:-1]), names[-1])))


def _clock(moment: datetime, now: datetime) -> str:
    """`18:32 UTC`, with its day if that is another one than today. Both are UTC."""
    return f"{moment:%H:%M} UTC" if moment.date() == now.date() else f"{moment:%d %b %H:%M} UTC"
