"""Who exactly, and why? How a list is frozen; the verdicts are SQL's own (`store/audience/verdicts.py`)."""

import hashlib
import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime

from notifier.model.earlier import About
from notifier.model.kinds import KINDS
from notifier.model.locales import is_missing
from notifier.model.policy import Policy
from notifier.model.scope import canonical
from notifier.model.vocabulary import NoticeKind
from notifier.store import Tx
from notifier.store.audience import freezing, own_count, recount, unreachable
from notifier.store.audience.freezing import Range
from notifier.store.audience.owed import LAST, Asked
from notifier.store.audience.own_count import Doubled, Mute
from notifier.store.audience.recipients import Later
from notifier.store.audience.recount import ListChange
from notifier.store.audience.verdicts import Gap, Rule
from notifier.store.disruptions import disruptions, notices, revisions
from notifier.store.disruptions.notices import Notice

FIRST_RANGE = 2_000
"""People in the first range: the first mail does not wait for the millionth row."""

UNBOUNDED = 2**31


class Overtaken(Exception):
    """The notice was ended or approved differently while its list was counted: nothing of this step counts."""


class Unaccounted(Exception):
    """The list is not what a count of its own says, and nothing explains it: nothing of this step counts."""


def rev_of(tx: Tx, notice: Notice) -> int:
    """By which revision of the scope its people are chosen.

    What also tells those who do not know yet goes by the scope in force when its list is frozen: approved before a
    new scope, it must put in nobody whom that leaves out.
    """
    if not KINDS[notice.kind].merges or notice.only_customer is not None:
        return notice.rev
    return max(notice.rev, disruptions.revision(tx, notice.disruption_id).rev)


def takes_the_place(notice: Notice, earlier: Notice) -> bool:
    """Whether a correction or a retraction cancels what is left of an earlier notice.

    An end that is still to be told is no less true because something else was wrong; what answers one customer
    neither.
    """
    return notice.kind is NoticeKind.RETRACTION or corrects(notice.about, earlier)


def corrects(about: int | None, earlier: Notice) -> bool:
    """Whether a correction of the notice `about` cancels what is left of an earlier one."""
    return earlier.notice_id == about or (not KINDS[earlier.kind].ends and earlier.only_customer is None)


def later(tx: Tx, notice: Notice, rule: Rule) -> Later | None:
    """To whom a notice goes that follows others; None: it goes by the scope alone."""
    how = KINDS[notice.kind]
    if not how.follows and (notice.kind is not NoticeKind.FIRST or not revisions.has_earlier(tx, notice)):
        return None
    asked = Asked(
        notice.disruption_id,
        rule,
        rev_of(tx, notice),
        notice.notice_id,
        replaces=how.corrects,
        takes_over=how.merges and notice.only_customer is None,
        last=notice.kind is NoticeKind.RESTORED,
    )
    about = notice.about, notice.about_locales, notice.about_first
    return Later(asked, notice.kind, how.merges, notice.only_customer, *about)


def of_a_draft(
    kind: NoticeKind, disruption_id: int, rule: Rule, rev: int, about: About | None
) -> Later | None:
    """As `later`, for a notice that is still being written."""
    how = KINDS[kind]
    if not how.follows:
        return None
    asked = Asked(disruption_id, rule, rev, replaces=how.corrects, takes_over=how.merges)
    if about is None:
        return Later(asked, kind, how.merges)
    locales = list(about.locales) if about.locales else None
    return Later(asked, kind, how.merges, None, about.notice_id, locales, about.first)


def range_people(frozen_so_far: int, most: int) -> int:
    """How many people the next range takes: it quadruples what is frozen already, up to `most`.

    Never so many that senders run dry while the next one is counted.
    """
    return min(most, max(FIRST_RANGE, frozen_so_far * 3))


def may_go_ahead(notice: Notice, most: int) -> bool:
    """Whether a range may be counted beside the one before it: a full one, and no ceiling is near."""
    large = range_people(notice.audience_n, most) == most
    return large and notice.only_customer is None and room(notice) >= most


def room(notice: Notice) -> int:
    """How many more people may leave under the ceiling."""
    return UNBOUNDED if notice.ceiling is None else max(0, notice.ceiling - notice.people_n)


def rule_hash(kind: NoticeKind, rule: Rule, about: About | None = None) -> str:
    """What an approval names as the rule of an audience: scope, services, treatment of *possibly*, roles, what is
    back.

    Of a correction also what it is about: it goes to exactly those whom that reached.
    """
    roles = sorted(rule.roles) or "all roles"
    parts: list[object] = [kind, canonical(rule.predicate), sorted(rule.services), rule.possibly, roles]
    if rule.restored:
        parts.append(sorted((back.service, canonical(back.predicate)) for back in rule.restored))
    if about:
        parts.append([about.notice_id, about.locales])
    return hashlib.sha256(json.dumps(parts).encode()).hexdigest()


def gap_is_accepted(gap: Gap, accepted: int | None) -> bool:
    """A difference between cut off and told is acknowledged by its number, never by a bare yes."""
    return gap.difference in (0, accepted)


def gap_objection(gap: Gap) -> str:
    """Why nothing leaves as long as nobody has acknowledged the difference."""
    those = "1 customer differs" if gap.difference == 1 else f"{gap.difference:,} customers differ"
    return f"{those} between cut off and told: correct the scope, or add --accept-gap {gap.difference}."


def list_objection(changed: Sequence[ListChange]) -> str:
    """Why a list is not approved as it was frozen: who differs, with a few customers by id and name."""
    parts = [_part(change) for change in changed if change.any]
    return f"The list is not true any more: {', '.join(parts)}: look at it again."


def _part(change: ListChange) -> str:
    people, mute = change.people, change.unreachable
    those = ["1 person" if people == 1 else f"{people:,} people"] if people else []
    if mute:
        those.append(f"{mute:,} customer{'' if mute == 1 else 's'} without an address")
    named = [f"{ext_id} {name}" for ext_id, name in change.samples]
    more = ["..."] if change.customers > len(named) else []
    return f"{' and '.join(those)} {change.what} ({', '.join(named + more)})"


@dataclass(frozen=True, slots=True)
class Place:
    """Where one transaction freezes: nobody else begins there."""

    after: int
    behind: int | None = None
    """Where the range before begins, while somebody is at it; None: everything before is frozen."""


def take_place(tx: Tx, notice_id: int, most: int) -> tuple[Notice, Place] | None:
    """The end of what is frozen, or one range ahead while somebody is at that; None: both are taken."""
    while True:
        notice = notices.by_id(tx, notice_id)
        place = _take(tx, notice, most)
        moved = notices.by_id(tx, notice_id).frozen_upto != notice.frozen_upto
        if not moved:
            return None if place is None else (notice, place)


def _take(tx: Tx, notice: Notice, most: int) -> Place | None:
    if freezing.alone(tx, notice.notice_id, notice.frozen_upto):
        return Place(notice.frozen_upto)
    if notice.frozen_upto == LAST or not may_go_ahead(notice, most):
        return None
    ahead = freezing.range_end(tx, notice.frozen_upto, most)
    if ahead == LAST or not freezing.alone(tx, notice.notice_id, ahead):
        return None
    return Place(ahead, behind=notice.frozen_upto)


def freeze_range(
    tx: Tx, notice: Notice, place: Place, rule: Rule, resolve: Callable[[str | None], str], policy: Policy
) -> bool:
    """Freeze the range of people at a place, in the caller's transaction; True once no people are left.

    If the process dies before the commit, the range was never frozen and the next call takes it again. Raises
    `Overtaken`.
    """
    few = notice.only_customer is not None
    people = range_people(notice.audience_n, policy.range_people)
    upto = LAST if few else freezing.range_end(tx, place.after, people)
    asked = freezing.asked_locales(tx, after=place.after, upto=upto)
    resolved = [resolve(locale) for locale in asked]
    part = Range(
        notice_id=notice.notice_id,
        after=place.after,
        upto=upto,
        room=room(notice),
        asked=asked,
        resolved=resolved,
        missing=[is_missing(locale, read) for locale, read in zip(asked, resolved, strict=True)],
        default=resolve(None),
        chunk_people=policy.chunk_people,
    )
    following = later(tx, notice, rule)
    try:
        if following is not None:
            frozen = freezing.freeze_later(tx, following, part)
        else:
            frozen = freezing.freeze_by_scope(tx, rule, part)
    except Doubled as error:
        raise Unaccounted from error
    if frozen.unlike:
        raise Unaccounted
    if place.behind is not None:
        freezing.wait_for(tx, notice.notice_id, place.behind)
        if frozen.people > room(notices.by_id(tx, notice.notice_id)):
            raise Overtaken  # the ceiling falls into this range: it is counted again after the one before
    if not freezing.advance(tx, part, frozen, ceiling=notice.ceiling):
        raise Overtaken
    return upto == LAST


def close(tx: Tx, notice: Notice, rule: Rule, now: datetime) -> None:
    """Everybody is frozen: add those who cannot be written to, and seal the list.

    Each range was what the verdicts said in the moment in which it was frozen. If the ranges are complete and as
    they were counted then, what differs now has changed since, and is kept by its numbers: who came, who left.
    Raises `Unaccounted` for what this does not explain, `Overtaken`.
    """
    following = later(tx, notice, rule)
    mute = _close_mute(tx, notice, rule, following)
    sealed = own_count.sealed(tx, notice.notice_id)
    found = recount.changes(tx, notice, rule, following, complete=True)
    if mute.unlike or not sealed.is_kept or (not sealed.is_whole and any(change.any for change in found)):
        raise Unaccounted
    recount.note(tx, notice.notice_id, found, now=now)
    closed = freezing.close(
        tx,
        notice.notice_id,
        unreachable=mute.customers,
        customers=freezing.customers(tx, notice.notice_id),
        list_hash=freezing.list_hash(tx, notice.notice_id),
        now=now,
    )
    if not closed:
        raise Overtaken


def _close_mute(tx: Tx, notice: Notice, rule: Rule, following: Later | None) -> Mute:
    try:
        if following is None:
            return unreachable.freeze_unreachable(tx, notice.notice_id, rule)
        if KINDS[notice.kind].begins and notice.only_customer is None:
            return unreachable.freeze_unreachable_later(tx, following.asked)
    except Doubled as error:
        raise Unaccounted from error
    return Mute(customers=0, unlike=0)
