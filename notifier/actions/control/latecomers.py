"""Who came late: cut off, or imported, or given an address after the notices had left. They get one catch-up.

The next update or correction tells them as well. Until then they are drafted for, and alarmed about; policy may
let the catch-up go by itself, to so many people and no more.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from notifier.actions.control.approve import NO_GAP, Consent, approve_in
from notifier.actions.control.lists import renew_in
from notifier.actions.control.who_is_late import POLICY, SIZES, Search, Sizes, is_busy, is_known
from notifier.actions.notices.draft import Writer, draft_notice
from notifier.actions.notices.named import Name, name_of
from notifier.model.act import Act
from notifier.model.kinds import FOR_THE_LATE, TELLS_THE_LATE
from notifier.model.policy import Policy
from notifier.model.ring import Ring
from notifier.model.vocabulary import NoticeKind, NoticeState
from notifier.pipeline.deliver import Reached, unmoved
from notifier.store import Db, Tx, audit
from notifier.store.audience import changes, late, verdicts
from notifier.store.audience.late import Late, OpenOne
from notifier.store.company import catalogue
from notifier.store.disruptions import alarms, approvals, disruptions, notices, promises
from notifier.store.disruptions.notices import Notice


@dataclass(frozen=True, slots=True)
class Looked:
    drafted: tuple[int, ...]
    """Notices."""
    rings: tuple[Ring, ...]


def look(db: Db, writer: Writer, now: datetime, reached: Reached = unmoved, sizes: Sizes = SIZES) -> Looked:
    """One tick: every open disruption that nothing is on its way for, each at most as often as policy says.

    Who is late is found first, without a lock that anybody waits for; then it is decided, by their number alone.
    Two ticks at once: the second finds that the first looks, or has asked just now.
    """
    with db.transaction() as tx:
        policy = catalogue.policy(tx)
        open_ones = late.open_ones(tx)
        keys = [_key(one.disruption_id, kind) for one in open_ones for kind in FOR_THE_LATE]
        alarms.clear_others(tx, "late", keys, now)
        late.forget_ended(tx)
        changes.forget(tx)
    since = now - timedelta(seconds=policy.latecomers_seconds)
    search = Search(db, now, sizes, reached)
    drafted: list[int] = []
    rings: list[Ring] = []
    for one in open_ones:
        if one.asked_at is not None and one.asked_at > since:
            continue
        if not search.finds(one.disruption_id):
            continue
        reached("who is late is known")
        with db.transaction() as tx:
            # A person who is declaring something goes first; the next tick finds the same people.
            if disruptions.try_lock_declarations(tx) and late.ask(
                tx, one.disruption_id, since=since, now=now
            ):
                ours, rung = _decide(tx, writer, policy, one, now)
                drafted += ours
                rings += rung
    return Looked(tuple(drafted), tuple(rings))


def _decide(
    tx: Tx, writer: Writer, policy: Policy, one: OpenOne, now: datetime
) -> tuple[tuple[int, ...], tuple[Ring, ...]]:
    disruption_id = one.disruption_id
    there = [n for n in notices.of_disruption(tx, disruption_id) if n.only_customer is None]
    if is_busy(tx, disruption_id, there) or not is_known(tx, disruption_id):
        return (), ()  # a person was faster
    drafted: list[int] = []
    rings: list[Ring] = []
    for kind in FOR_THE_LATE:
        mine = [n for n in there if n.state is NoticeState.DRAFT and n.kind is kind]
        found = late.count(tx, disruption_id, kind)
        if not found.people:
            for draft in mine:
                notices.void(tx, draft.notice_id)
            late.decline(tx, disruption_id, kind, people=0)
        if not found.people or (not mine and found.people <= late.declined(tx, disruption_id, kind)):
            alarms.clear(tx, _key(disruption_id, kind), now)
            continue
        notice_id = mine[-1].notice_id if mine else _draft(tx, writer, disruption_id, kind, now)
        drafted.append(notice_id)
        if kind is NoticeKind.CATCH_UP and _may_go(tx, policy, there, found, disruption_id):
            consent = Consent(by_policy=True, yes=True, ceiling=policy.catch_up_ceiling)
            alarms.clear(tx, _key(disruption_id, kind), now)
            if mine and mine[-1].frozen_upto:
                # Somebody looked at its list and left it: it goes to whom it is owed now.
                notice_id = renew_in(tx, writer, mine[-1], now)
            rings += approve_in(
                tx, Act(POLICY, now), notice_id, consent, counted=(found.people, NO_GAP)
            ).rings
            break  # what ends is told once this has left
        text = _text(kind, name_of(tx, notice_id), found.people)
        alarms.raise_once(tx, _key(disruption_id, kind), text, disruption_id, now)
    return tuple(drafted), tuple(rings)


def decline(tx: Tx, disruption_id: int, kind: NoticeKind, now: datetime) -> None:
    """A person has dropped the draft: it comes back when more people are late than were known of now."""
    late.decline(tx, disruption_id, kind, people=late.count(tx, disruption_id, kind).people)
    alarms.clear(tx, _key(disruption_id, kind), now)


def _may_go(tx: Tx, policy: Policy, there: Sequence[Notice], found: Late, disruption_id: int) -> bool:
    few = policy.catch_up_ceiling is not None and found.people <= policy.catch_up_ceiling
    return few and not _was_stopped(there) and _is_sure(tx, disruption_id, found)


def _is_sure(tx: Tx, disruption_id: int, found: Late) -> bool:
    """May it go by itself: does the data say of each of them that they are cut off? Where it says so of nobody, it
    goes by the scope, if a person has approved that; what a source has announced went by the data alone.
    """
    services = disruptions.revision(tx, disruption_id).services
    if verdicts.cut_off_since(tx, services) is None:
        return approvals.by_person(tx, disruption_id)
    return found.cut_off == found.people


def _was_stopped(there: Sequence[Notice]) -> bool:
    """A person has cancelled a notice and let none go since: whom it had not reached would look late."""
    cancelled = max((n.seq for n in there if n.state is NoticeState.CANCELLED and not n.replaced), default=0)
    told = [n.seq for n in there if n.state is NoticeState.FINISHED and n.kind in TELLS_THE_LATE]
    return cancelled > max(told, default=0)


def _draft(tx: Tx, writer: Writer, disruption_id: int, kind: NoticeKind, now: datetime) -> int:
    timeline_id = disruptions.add_entry(
        tx,
        disruption_id,
        kind=kind,
        actor=POLICY,
        facts={},
        statements={},
        next_update_at=promises.standing(tx, disruption_id, now=now),
        now=now,
    )
    act = f"draft {kind.replace('_', '-')}"
    audit.append(tx, actor=POLICY, act=act, at=now, disruption_id=disruption_id)
    return draft_notice(tx, writer, disruption_id, kind, timeline_id, now)


def _key(disruption_id: int, kind: NoticeKind) -> str:
    return f"late:{disruption_id}" if kind is NoticeKind.CATCH_UP else f"late:{disruption_id}:{kind}"


def _text(kind: NoticeKind, name: Name, people: int) -> str:
    who, are, have = ("1 person", "is", "has") if people == 1 else (f"{people:,} people", "are", "have")
    if kind is NoticeKind.CATCH_UP:
        return f"{who} {are} affected and {have} not been told: notifier approve {name}"
    return f"It is over for {who}, who {have} not been told so: notifier approve {name}"
