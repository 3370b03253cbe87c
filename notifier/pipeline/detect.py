"""Is it real? What one signal means for the disruptions that are open, and what becomes of a draft.

Decisions only: nothing here reads or writes. Evidence alone never tells anybody anything; it opens, widens and
ends drafts that rest on evidence alone (`drafts`, by their ids). A tool's "resolved" ends only such a draft,
never what a person declared, drafted or took over.
"""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta

from notifier.model.signal import DATABASE, SignalState
from notifier.model.terms import ANY, Lack, May, Terms
from notifier.model.verdict import Consequence, Grounds
from notifier.model.vocabulary import Kind
from notifier.store.disruptions.disruptions import OpenDisruption
from notifier.store.disruptions.signals import Heard, Past
from notifier.store.disruptions.succession import EndedDisruption
from notifier.store.disruptions.troubles import Witness

TOGETHER = timedelta(hours=1)
"""What begins this close together is one draft, until a person says otherwise."""

QUIET = timedelta(minutes=10)
"""How long all evidence must be gone before its draft is void. Alertmanager tells a flapping alert at most once
in its group_interval, five minutes by default: it comes back within this time, and finds the same draft."""


@dataclass(frozen=True, slots=True)
class Judgement:
    consequence: Consequence
    why: Grounds
    disruption_id: int | None = None
    services: tuple[str, ...] = ()
    """What a draft is to be opened for, or widened by."""
    lacking: tuple[Lack, ...] = ()
    """For which of its services it is not enough yet: it is judged again for them."""
    follows: int | None = None
    """What the draft follows from here on, which has told people."""

    def __str__(self) -> str:
        """What is written down, for people."""
        missing = f" ({', '.join(map(str, self.lacking))})" if self.lacking else ""
        return f"{self.why}{missing}"


@dataclass(frozen=True, slots=True)
class Circumstances:
    """What the company says of the services that a signal names, and what was known a moment ago."""

    kindred: Mapping[str, frozenset[str]] = field(default_factory=dict[str, frozenset[str]])
    """By service: what it needs, and what needs it, directly or through others."""
    lacking: Mapping[str, Lack] = field(default_factory=dict[str, Lack])
    """Services for which what is reported is not enough."""
    only_recorded: frozenset[str] = frozenset()
    records: bool = False
    """Its source only records."""
    ended: Sequence[EndedDisruption] = ()
    """What ended a moment ago, the newest first."""
    kind: Kind | None = None
    """What its source's reports read as."""


NONE = Circumstances()


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
    services: tuple[str, ...] = ()
    """Of the draft, as it was: if it is about others now, this is asked again."""


def judge(
    heard: Heard,
    past: Sequence[Past],
    open_ones: Sequence[OpenDisruption],
    drafts: Collection[int],
    said: Circumstances = NONE,
) -> Judgement:
    """`past`: what was heard of the same round before; `open_ones`: what is open now, the oldest first."""
    if said.records:
        closest = _closest(heard, open_ones)
        return Judgement(Consequence.IGNORE, Grounds.ONLY_RECORDED, closest and closest.disruption_id)
    if heard.state is SignalState.RESOLVED:
        return _resolved(past, {one.disruption_id for one in open_ones}, drafts)
    if not heard.services:
        return Judgement(Consequence.IGNORE, Grounds.NO_SERVICE_OF_OURS)
    if any(earlier.state is SignalState.RESOLVED for earlier in past):
        return Judgement(Consequence.IGNORE, Grounds.RESOLVED_BEFORE)
    return _firing(heard, open_ones, drafts, said)


def _closest(heard: Heard, open_ones: Sequence[OpenDisruption]) -> OpenDisruption | None:
    services = set(heard.services)
    covering = [one for one in open_ones if services & set(one.services)]
    return max(covering, key=lambda one: len(services & set(one.services)), default=None)


def _firing(
    heard: Heard, open_ones: Sequence[OpenDisruption], drafts: Collection[int], said: Circumstances
) -> Judgement:
    uncovered = set(heard.services).difference(*(one.services for one in open_ones)) - said.only_recorded
    closest = _closest(heard, open_ones)
    if not uncovered and closest is not None:
        return Judgement(Consequence.ATTACH, Grounds.COVERED, closest.disruption_id)
    if not uncovered:
        return Judgement(Consequence.IGNORE, Grounds.ONLY_RECORDED)
    if heard.stale:
        return Judgement(Consequence.IGNORE, Grounds.TOO_OLD)
    lacking = tuple(said.lacking[slug] for slug in sorted(uncovered) if slug in said.lacking)
    if heard.over and (heard.waited or lacking):
        return Judgement(Consequence.IGNORE, Grounds.OVER_BEFORE_ITS_TURN)
    ready = uncovered.difference(said.lacking)
    if not ready:
        # What it names besides is covered: it is counted there while it waits.
        return Judgement(
            Consequence.WAIT, Grounds.TOO_FEW, closest and closest.disruption_id, lacking=lacking
        )
    return replace(_drafted(heard, ready, open_ones, drafts, said), lacking=lacking)


def _drafted(
    heard: Heard,
    ready: Collection[str],
    open_ones: Sequence[OpenDisruption],
    drafts: Collection[int],
    said: Circumstances,
) -> Judgement:
    """Which draft these services belong to: the one that was theirs, one that hangs together with them, one that
    began together with them, or one of their own. What has told people is never widened.
    """
    rest, services = tuple(sorted(ready)), set(ready)
    follows = told_before(heard.source, services, open_ones, said)
    # The last that was about this: a draft that reads as something else says nothing about it.
    before = next(
        (
            each
            for each in said.ended
            if services & set(each.services) and (each.told or each.kind is said.kind)
        ),
        None,
    )
    if before is not None and not before.told:
        return Judgement(Consequence.REOPEN, Grounds.CAME_BACK, before.disruption_id, rest, follows=follows)
    open_to_it = [
        one
        for one in open_ones
        if one.disruption_id in drafts
        and not services & set(one.without)
        # Its words are of one kind: whom a fault hits does not read that they were cut off.
        and said.kind in {None, one.kind}
    ]
    causes = {one.disruption_id for one in open_ones if _told(one) and _hangs(heard.source, ready, one, said)}
    for one in open_to_it:
        if one.follows in causes or _hangs(heard.source, ready, one, said):
            return Judgement(
                Consequence.WIDEN, Grounds.HANGS_TOGETHER, one.disruption_id, rest, follows=follows
            )
    for one in open_to_it:
        if abs(one.effective_at - heard.occurred_at) <= TOGETHER:
            return Judgement(
                Consequence.WIDEN, Grounds.BEGAN_TOGETHER, one.disruption_id, rest, follows=follows
            )
    why = Grounds.UNEXPLAINED
    if follows is not None:
        why = Grounds.CAUSED if follows in causes else Grounds.FOLLOWS
    return Judgement(Consequence.OPEN, why, services=rest, follows=follows)


def told_before(
    source: str, services: Collection[str], open_ones: Sequence[OpenDisruption], said: Circumstances
) -> int | None:
    """What has told people and these services come after, however their draft came about: the newest about them
    that ended a moment ago, else the oldest open one that is about them or hangs together with them. Only a person
    says more to those people. `source`: which reports them, or who opened their draft.
    """
    about = set(services)
    ended = [each.disruption_id for each in said.ended if each.told and about & set(each.services)]
    going_on = [
        one.disruption_id
        for one in open_ones
        if _told(one) and (about & set(one.services) or _hangs(source, services, one, said))
    ]
    return next(iter([*ended, *going_on]), None)


def _told(one: OpenDisruption) -> bool:
    return one.declared_at is not None


def _hangs(source: str, services: Collection[str], one: OpenDisruption, said: Circumstances) -> bool:
    """Whom somebody cut off is no consequence of a fault, and no cause of one."""
    if DATABASE in {source, one.opened_by}:
        return False
    return any(not said.kindred.get(slug, frozenset()).isdisjoint(one.services) for slug in services)


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
    if judgement.consequence not in {Consequence.OPEN, Consequence.REOPEN} or source == DATABASE:
        return judgement
    if open_drafts >= room.drafts:
        return Judgement(Consequence.WAIT, Grounds.TOO_MANY_DRAFTS)
    opens = judgement.consequence is Consequence.OPEN
    if opens and room.per_hour is not None and opened_lately >= room.per_hour:
        return Judgement(Consequence.WAIT, Grounds.TOO_MANY_OF_IT)
    return judgement


def all_gone(witnesses: Sequence[Witness]) -> bool:
    """Nobody reports it now, and nothing of it comes back again and again."""
    return bool(witnesses) and not any(witness.firing or witness.flapping for witness in witnesses)


def is_void(witnesses: Sequence[Witness], now: datetime) -> bool:
    """Of a draft that rests on evidence: every source took back what it had said, and it has been quiet since.

    What a source has only stopped repeating it has not taken back.
    """
    return all_gone(witnesses) and now - max(witness.changed_at for witness in witnesses) >= QUIET


def may_announce(
    draft: OpenDisruption,
    witnesses: Sequence[Witness],
    vouched: Collection[str],
    terms: Mapping[str, Terms],
) -> MayAnnounce | None:
    """Which source may let such a draft go: one with a ceiling that reports all of it, now, by itself. `terms`: of
    services; the smallest ceiling counts, and a service may forbid it.

    `vouched`: sources that only a holder of their secret can speak for. What another began, widened or took up
    again says what is out and since when, and customers read that: it waits for a person. So does what follows
    something that has told people, and what a person has merged or split.
    """
    if not {draft.opened_by, *draft.said_by} <= {DATABASE, *map(actor_of, vouched)}:
        return None
    if draft.follows is not None or draft.arranged_by is not None:
        return None
    asked = [terms.get(slug, ANY) for slug in draft.services]
    if any(each.may is not May.ANNOUNCE for each in asked):
        return None
    bounds = [each.announce_ceiling for each in asked if each.announce_ceiling is not None]
    able = [
        MayAnnounce(witness.source, min([witness.announce_ceiling, *bounds]), tuple(draft.services))
        for witness in witnesses
        if witness.announce_ceiling is not None
        and witness.source in vouched
        and set(witness.services) >= set(draft.services)
    ]
    return max(able, key=lambda may: may.ceiling, default=None)


def actor_of(source: str) -> str:
    """Who opens and widens drafts by what a source says."""
    return DATABASE if source == DATABASE else f"source:{source}"
