"""Who exactly, and why? How a list is frozen; the verdicts are SQL's own (`store/audience.py`)."""

import hashlib
import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime

from notifier.model.earlier import About
from notifier.model.scope import canonical
from notifier.model.words import NoticeKind, Standing
from notifier.store import Tx, freezing
from notifier.store.audience import Gap, Rule
from notifier.store.freezing import Range
from notifier.store.notices import Notice
from notifier.store.telling import LAST, Later

FIRST_RANGE, LAST_RANGE = 2_000, 64_000
"""People in a range: small at first, so that the first mail does not wait for the millionth row, and never so
many that senders run dry while the next one is counted."""

UNBOUNDED = 2**31
UNWRITTEN = 0
"""The id of no notice."""


@dataclass(frozen=True, slots=True)
class Following:
    """How a kind of notice follows the ledger."""

    told_as: str | None
    """What its people are told now; None: what they were told before."""
    merges: bool
    """It also goes to those whom no notice has reached: one mail that tells all of it."""
    replaces: bool = False
    """It cancels what is left of earlier notices."""


FOLLOWING: Mapping[NoticeKind, Following] = {
    NoticeKind.UPDATE: Following(None, merges=True),
    NoticeKind.CORRECTION: Following(None, merges=True, replaces=True),
    NoticeKind.RETRACTION: Following(None, merges=False, replaces=True),
    NoticeKind.RESTORED: Following(Standing.RESTORED, merges=False),
    NoticeKind.RELEASED: Following(Standing.RELEASED, merges=False),
    NoticeKind.CONFIRMED: Following(None, merges=False),
}
"""Notices to those who were last told that something is out for them; the other kinds follow the scope."""


class Overtaken(Exception):
    """The notice was ended or approved differently while its list was counted: nothing of this step counts."""


def later(notice: Notice, rule: Rule) -> Later | None:
    """To whom a following notice goes; None: this kind follows the scope."""
    how = FOLLOWING.get(notice.kind)
    if how is None:
        return None
    return Later(
        notice.notice_id,
        notice.disruption_id,
        rule,
        how.told_as,
        how.merges,
        how.replaces,
        notice.only_customer,
        notice.about,
        notice.about_locales,
        withdraws=notice.kind is NoticeKind.RETRACTION,
        was_first=notice.about_first,
    )


def of_a_draft(kind: NoticeKind, disruption_id: int, rule: Rule, about: About | None) -> Later | None:
    """As `later`, for a notice that is still being written."""
    how = FOLLOWING.get(kind)
    if how is None:
        return None
    return Later(
        UNWRITTEN,
        disruption_id,
        rule,
        how.told_as,
        how.merges,
        how.replaces,
        about=about.notice_id if about else None,
        about_locales=list(about.locales) if about and about.locales else None,
        withdraws=kind is NoticeKind.RETRACTION,
        was_first=about is not None and about.first,
    )


def range_people(frozen_so_far: int) -> int:
    """How many people the next range takes: it quadruples what is frozen already."""
    return max(FIRST_RANGE, min(LAST_RANGE, frozen_so_far * 3))


def room(notice: Notice) -> int:
    """How many more people may leave under the ceiling."""
    return UNBOUNDED if notice.ceiling is None else max(0, notice.ceiling - notice.people_n)


def rule_hash(kind: NoticeKind, rule: Rule, about: About | None = None) -> str:
    """What an approval names as the rule of an audience: scope, services, treatment of *possibly*, roles.

    Of a correction also what it is about: it goes to exactly those whom that reached.
    """
    roles = sorted(rule.roles) or "all roles"
    parts = [kind, canonical(rule.predicate), sorted(rule.services), rule.possibly, roles]
    parts += [[about.notice_id, about.locales]] if about else []
    return hashlib.sha256(json.dumps(parts).encode()).hexdigest()


def gap_is_accepted(gap: Gap, accepted: int | None) -> bool:
    """A difference between cut off and told is acknowledged by its number, never by a bare yes."""
    return gap.difference in (0, accepted)


def freeze_next_range(
    tx: Tx, notice: Notice, rule: Rule, resolve: Callable[[str | None], str], chunk_people: int
) -> bool:
    """Freeze the next range of people, in the caller's transaction; True once no people are left.

    If the process dies before the commit, the range was never frozen and the next call takes it again. Raises
    `Overtaken`.
    """
    few = notice.only_customer is not None
    upto = LAST if few else freezing.range_end(tx, notice.frozen_upto, range_people(notice.audience_n))
    asked = freezing.asked_locales(tx, after=notice.frozen_upto, upto=upto)
    part = Range(
        notice_id=notice.notice_id,
        after=notice.frozen_upto,
        upto=upto,
        room=room(notice),
        asked=asked,
        resolved=[resolve(locale) for locale in asked],
        default=resolve(None),
        chunk_people=chunk_people,
    )
    following = later(notice, rule)
    if following is not None:
        frozen = freezing.freeze_later(tx, following, part)
    else:
        frozen = freezing.freeze_by_scope(tx, rule, part)
    if not freezing.advance(tx, part, frozen, ceiling=notice.ceiling):
        raise Overtaken
    return upto == LAST


def close(tx: Tx, notice: Notice, rule: Rule, now: datetime) -> None:
    """Everybody is frozen: add those who cannot be written to, and seal the list. Raises `Overtaken`."""
    follows = notice.kind in FOLLOWING
    unreachable = 0 if follows else freezing.freeze_unreachable(tx, notice.notice_id, rule)
    closed = freezing.close(
        tx,
        notice.notice_id,
        unreachable=unreachable,
        customers=freezing.customers(tx, notice.notice_id),
        list_hash=freezing.list_hash(tx, notice.notice_id),
        now=now,
    )
    if not closed:
        raise Overtaken
