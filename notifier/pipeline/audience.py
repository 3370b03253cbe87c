"""Who exactly, and why? How a list is frozen; the verdicts are SQL's own (`store/audience.py`)."""

import hashlib
import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime

from notifier.model.earlier import About
from notifier.model.scope import canonical
from notifier.model.words import NoticeKind
from notifier.store import Tx, freezing, revisions, unreachable
from notifier.store.audience import Gap, Rule
from notifier.store.freezing import Range
from notifier.store.notices import Notice
from notifier.store.owed import LAST, Asked
from notifier.store.telling import Later

FIRST_RANGE, LAST_RANGE = 2_000, 64_000
"""People in a range: small at first, so that the first mail does not wait for the millionth row, and never so
many that senders run dry while the next one is counted."""

UNBOUNDED = 2**31


@dataclass(frozen=True, slots=True)
class Following:
    """How a kind of notice follows the ledger."""

    merges: bool = False
    """It also goes to those who do not know yet what is out for them: one mail that tells all of it."""
    replaces: bool = False
    """It cancels what is left of earlier notices."""


FOLLOWING: Mapping[NoticeKind, Following] = {
    NoticeKind.UPDATE: Following(merges=True),
    NoticeKind.CORRECTION: Following(merges=True, replaces=True),
    NoticeKind.RETRACTION: Following(replaces=True),
    NoticeKind.CATCH_UP: Following(),
    NoticeKind.PARTIAL: Following(),
    NoticeKind.RESTORED: Following(),
    NoticeKind.RELEASED: Following(),
    NoticeKind.CONFIRMED: Following(),
}
"""Notices whose people depend on what they were told before, as a first notice's do once others went before it."""


class Overtaken(Exception):
    """The notice was ended or approved differently while its list was counted: nothing of this step counts."""


BEGINNING = (NoticeKind.FIRST, NoticeKind.CATCH_UP)
"""They say that something is out: a customer whom nobody can be written to for is a member too."""


def later(tx: Tx, notice: Notice, rule: Rule) -> Later | None:
    """To whom a notice goes that follows others; None: it goes by the scope alone."""
    how = FOLLOWING.get(notice.kind)
    if how is None:
        if notice.kind is not NoticeKind.FIRST or not revisions.has_earlier(tx, notice):
            return None
        how = Following()
    takes_over = how.merges and notice.only_customer is None
    asked = Asked(notice.disruption_id, rule, notice.rev, notice.notice_id, how.replaces, takes_over)
    about = notice.about, notice.about_locales, notice.about_first
    return Later(asked, notice.kind, how.merges, notice.only_customer, *about)


def of_a_draft(
    kind: NoticeKind, disruption_id: int, rule: Rule, rev: int, about: About | None
) -> Later | None:
    """As `later`, for a notice that is still being written."""
    how = FOLLOWING.get(kind)
    if how is None:
        return None
    asked = Asked(disruption_id, rule, rev, replaces=how.replaces, takes_over=how.merges)
    if about is None:
        return Later(asked, kind, how.merges)
    locales = list(about.locales) if about.locales else None
    return Later(asked, kind, how.merges, None, about.notice_id, locales, about.first)


def range_people(frozen_so_far: int) -> int:
    """How many people the next range takes: it quadruples what is frozen already."""
    return max(FIRST_RANGE, min(LAST_RANGE, frozen_so_far * 3))


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
    following = later(tx, notice, rule)
    if following is not None:
        frozen = freezing.freeze_later(tx, following, part)
    else:
        frozen = freezing.freeze_by_scope(tx, rule, part)
    if not freezing.advance(tx, part, frozen, ceiling=notice.ceiling):
        raise Overtaken
    return upto == LAST


def close(tx: Tx, notice: Notice, rule: Rule, now: datetime) -> None:
    """Everybody is frozen: add those who cannot be written to, and seal the list. Raises `Overtaken`."""
    following = later(tx, notice, rule)
    if following is None:
        mute = freezing.freeze_unreachable(tx, notice.notice_id, rule)
    elif notice.kind in BEGINNING and notice.only_customer is None:
        mute = unreachable.freeze_unreachable_later(tx, following.asked)
    else:
        mute = 0
    closed = freezing.close(
        tx,
        notice.notice_id,
        unreachable=mute,
        customers=freezing.customers(tx, notice.notice_id),
        list_hash=freezing.list_hash(tx, notice.notice_id),
        now=now,
    )
    if not closed:
        raise Overtaken
