"""Who came late: cut off, or imported, or given an address after the notices had left. They get one catch-up.

The next update or correction tells them as well. Until then they are drafted for, and alarmed about; policy may
let the catch-up go by itself, to so many people and no more.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from notifier.actions.approve import Consent, Name, approve_in, name_of
from notifier.actions.desk import Desk, draft_notice, rule_at
from notifier.actions.lists import renew_in
from notifier.model.policy import Policy
from notifier.model.ring import Ring
from notifier.model.words import NoticeKind, NoticeState
from notifier.store import (
    Db,
    Tx,
    alarms,
    approvals,
    audience,
    audit,
    catalogue,
    disruptions,
    late,
    notices,
    telling,
)
from notifier.store.late import OpenOne
from notifier.store.notices import Notice
from notifier.store.owed import Asked
from notifier.store.telling import Later

POLICY = "policy"
ON_ITS_WAY = (NoticeState.APPROVED, NoticeState.SENDING, NoticeState.HELD)
TELLS_THE_LATE = (NoticeKind.FIRST, NoticeKind.UPDATE, NoticeKind.CORRECTION, NoticeKind.CATCH_UP)


@dataclass(frozen=True, slots=True)
class Looked:
    drafted: tuple[int, ...]
    """Notices."""
    rings: tuple[Ring, ...]


def look(db: Db, desk: Desk, now: datetime) -> Looked:
    """One tick: every open disruption that nothing is on its way for, each at most as often as policy says.

    Two ticks at once: the second finds that the first has asked just now.
    """
    with db.transaction() as tx:
        policy = catalogue.policy(tx)
        open_ones = late.open_ones(tx)
        alarms.clear_others(tx, "late", [_key(one.disruption_id) for one in open_ones], now)
    since = now - timedelta(seconds=policy.latecomers_seconds)
    drafted: list[int] = []
    rings: list[Ring] = []
    for one in open_ones:
        if one.asked_at is not None and one.asked_at > since:
            continue
        with db.transaction() as tx:
            # A person who is declaring something goes first; the next tick finds the same people.
            if disruptions.try_lock_declarations(tx) and late.ask(
                tx, one.disruption_id, since=since, now=now
            ):
                notice_id, rung = _look_at(tx, desk, policy, one, now)
                drafted += [] if notice_id is None else [notice_id]
                rings += rung
    return Looked(tuple(drafted), tuple(rings))


def _look_at(
    tx: Tx, desk: Desk, policy: Policy, one: OpenOne, now: datetime
) -> tuple[int | None, tuple[Ring, ...]]:
    disruption_id = one.disruption_id
    there = [n for n in notices.of_disruption(tx, disruption_id) if n.only_customer is None]
    drafts = [n for n in there if n.state is NoticeState.DRAFT]
    if any(n.state in ON_ITS_WAY and not _is_quiet(n) for n in there):
        return None, ()
    in_force = disruptions.revision(tx, disruption_id).rev
    if any(n.kind is not NoticeKind.CATCH_UP or n.rev != in_force for n in drafts):
        return None, ()  # what a person has drafted tells them as well, or is about to change who they are
    people = count(tx, disruption_id)
    if not people:
        for draft in drafts:
            notices.void(tx, draft.notice_id)
        late.decline(tx, disruption_id, people=0)
    if not people or (not drafts and people <= one.declined):
        alarms.clear(tx, _key(disruption_id), now)
        return None, ()
    notice_id = drafts[-1].notice_id if drafts else _draft(tx, desk, disruption_id, now)
    few = policy.catch_up_ceiling is not None and people <= policy.catch_up_ceiling
    if few and not _was_stopped(there) and _is_sure(tx, disruption_id):
        consent = Consent(by_policy=True, yes=True, ceiling=policy.catch_up_ceiling)
        alarms.clear(tx, _key(disruption_id), now)
        said = approve_in(tx, notice_id, POLICY, now, consent)
        if said.changed:  # somebody looked at its list and left it: it goes to whom it is owed now
            notice_id = renew_in(tx, desk, drafts[-1], now)
            said = approve_in(tx, notice_id, POLICY, now, consent)
        return notice_id, said.rings
    alarms.raise_once(tx, _key(disruption_id), _text(name_of(tx, notice_id), people), disruption_id, now)
    return notice_id, ()


def decline(tx: Tx, disruption_id: int, now: datetime) -> None:
    """A person has dropped the draft: it comes back when more people are late than now."""
    late.decline(tx, disruption_id, people=count(tx, disruption_id))
    alarms.clear(tx, _key(disruption_id), now)


def count(tx: Tx, disruption_id: int) -> int:
    """People who are owed a catch-up."""
    return telling.count_later(tx, _later(tx, disruption_id)).people


def _later(tx: Tx, disruption_id: int) -> Later:
    rule = rule_at(tx, disruption_id, NoticeKind.CATCH_UP)
    asked = Asked(disruption_id, rule, disruptions.revision(tx, disruption_id).rev)
    return Later(asked, NoticeKind.CATCH_UP)


def _is_sure(tx: Tx, disruption_id: int) -> bool:
    """May it go by itself: does the data say of each of them that they are cut off? Where it says so of nobody, it
    goes by the scope, if a person has approved that; what a source has announced went by the data alone.
    """
    later = _later(tx, disruption_id)
    if audience.cut_off_since(tx, later.asked.rule.services) is None:
        return approvals.by_person(tx, disruption_id)
    return telling.not_cut_off(tx, later) == 0


def _was_stopped(there: Sequence[Notice]) -> bool:
    """A person has cancelled a notice and let none go since: whom it had not reached would look late."""
    cancelled = max((n.seq for n in there if n.state is NoticeState.CANCELLED and not n.replaced), default=0)
    told = [n.seq for n in there if n.state is NoticeState.FINISHED and n.kind in TELLS_THE_LATE]
    return cancelled > max(told, default=0)


def _is_quiet(notice: Notice) -> bool:
    """Held with its list closed: whom it keeps is not late, and that may last for days."""
    return notice.state is NoticeState.HELD and notice.closed_at is not None


def _draft(tx: Tx, desk: Desk, disruption_id: int, now: datetime) -> int:
    timeline_id = disruptions.add_entry(
        tx,
        disruption_id,
        kind=NoticeKind.CATCH_UP,
        actor=POLICY,
        facts={},
        statements={},
        next_update_at=disruptions.promised(tx, disruption_id, now=now),
        now=now,
    )
    audit.append(tx, actor=POLICY, act="draft catch-up", at=now, disruption_id=disruption_id)
    return draft_notice(tx, desk, disruption_id, NoticeKind.CATCH_UP, timeline_id, now)


def _key(disruption_id: int) -> str:
    return f"late:{disruption_id}"


def _text(name: Name, people: int) -> str:
    who, have = ("1 person is", "has") if people == 1 else (f"{people:,} people are", "have")
    return f"{who} affected and {have} not been told: notifier approve {name}"
