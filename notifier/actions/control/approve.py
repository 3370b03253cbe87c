"""The gate: what was approved is what is sent."""

from collections.abc import Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass, replace
from datetime import datetime

from notifier.actions.control import wordless
from notifier.actions.control.consent import Consent, approval_of, round_of
from notifier.actions.control.lists import changes
from notifier.actions.control.recall import Recall
from notifier.actions.notices.approved_words import words_are_unaltered
from notifier.actions.notices.context import about_of
from notifier.actions.notices.rule import notice_rule
from notifier.errors import Refused
from notifier.model.act import Act
from notifier.model.approval import ALL, Part, parts
from notifier.model.kinds import KINDS
from notifier.model.ring import Ring
from notifier.model.vocabulary import NoticeKind, NoticeState
from notifier.pipeline.audience import (
    gap_is_accepted,
    gap_objection,
    later,
    list_objection,
    rule_hash,
    takes_the_place,
)
from notifier.store import Db, Tx, audit
from notifier.store.audience import owed, recipients, verdicts
from notifier.store.audience.recount import ListChange
from notifier.store.audience.verdicts import Gap, Rule
from notifier.store.disruptions import approvals, disruptions, notices, promises, revisions, succession
from notifier.store.disruptions.notices import Notice
from notifier.store.locks import retried


@dataclass(frozen=True, slots=True)
class Gate:
    """What the gate said."""

    approved: bool
    people: int
    """With a usable address, counted now."""
    gap: Gap
    refusal: str | None = None
    """Why the draft was kept, as one sentence."""
    waits: bool = False
    """Nothing more that this person could approve: it waits for somebody else."""
    asks: frozenset[Part] = ALL
    """What this person may approve of it."""
    changed: tuple[ListChange, ...] = ()
    """What is not true any more of the list that is frozen: it is made anew, and looked at again."""
    rings: tuple[Ring, ...] = ()


def rule_of_draft(tx: Tx, notice_id: int) -> Rule:
    """By which rule its people are to be read: a proposed scope puts in others than the one in force."""
    return notice_rule(tx, notices.by_id(tx, notice_id))


NO_GAP = Gap(0, 0, 0)
COUNTED = Recall[tuple[int, Gap]]()
"""Of a draft that policy may let go, by its notice: it is asked at every tick while the draft stands."""


@retried
def approve(db: Db, act: Act, notice_id: int, consent: Consent) -> Gate:
    """Let a draft go. A draft of evidence is declared by its approval."""
    with db.transaction() as tx:
        return approve_in(tx, act, notice_id, consent)


def approve_by_policy(
    db: Db, act: Act, disruption_id: int, ceiling: int, services: Sequence[str]
) -> tuple[Ring, ...]:
    """Only policy turns evidence into mail: to at most `ceiling` people, and only where the data shows who is cut
    off and nothing differs. A draft whose list somebody has looked at, and which is not true any more, stays; so
    does one that is about other services by now than policy was asked for, or that a person has arranged.
    """
    with db.transaction() as tx:
        there = [n for n in notices.of_disruption(tx, disruption_id) if _leaves_when_approved(n)]
        if not there:
            return ()
        notice = there[-1]
        # Everybody is looked at for this: before the locks, for which a person would wait.
        counted = COUNTED.ask(
            db, tx, notice.notice_id, act.now, lambda: count(tx, notice, notice_rule(tx, notice))
        )
        if counted[0] > ceiling:
            return ()
    return _approve_by_policy(db, act, notice, ceiling, services, counted)


def _leaves_when_approved(notice: Notice) -> bool:
    return notice.state is NoticeState.DRAFT and notice.only_customer is None and notice.go_at is None


@retried
def _approve_by_policy(
    db: Db,
    act: Act,
    notice: Notice,
    ceiling: int,
    services: Sequence[str],
    counted: tuple[int, Gap],
) -> tuple[Ring, ...]:
    with db.transaction() as tx:
        disruptions.lock(tx, notice.disruption_id)
        drafts = notices.drafts(tx, notice.disruption_id)
        about = disruptions.revision(tx, notice.disruption_id).services
        if not drafts or drafts[-1].notice_id != notice.notice_id or set(about) != set(services):
            return ()  # a person was faster, or it was written anew: at the next tick
        if succession.ties(tx, notice.disruption_id).arranged:
            return ()
        consent = Consent(yes=True, ceiling=ceiling, by_policy=True)
        return approve_in(tx, act, notice.notice_id, consent, counted=counted).rings


def approve_in(
    tx: Tx,
    act: Act,
    notice_id: int,
    consent: Consent,
    *,
    counted: tuple[int, Gap] | None = None,
) -> Gate:
    """As `approve`, inside the caller's transaction. `counted`: what `count` has just said; None: it is asked."""
    disruptions.lock(tx, notices.by_id(tx, notice_id).disruption_id)
    notice = notices.locked(tx, notice_id)
    if notice.state is not NoticeState.DRAFT:
        raise Refused(f"This notice is {notice.state} already: there is nothing to approve.")
    rule = notice_rule(tx, notice)
    same_rule = rule_hash(notice.kind, rule, about_of(notice)) == notice.rule_hash
    if not (same_rule and words_are_unaltered(tx, notice)):
        raise Refused("The words or the scope are not those that this draft was written with: write it anew.")
    people, gap = counted or count(tx, notice, rule)
    here = round_of(tx, notice, act.actor, consent, gap)
    refusal = objection(consent, gap, notice, people, here.giving)
    if refusal is not None:
        return Gate(approved=False, people=people, gap=gap, refusal=refusal, asks=here.giving)
    of_list = Part.AUDIENCE in here.giving
    changed = changes(tx, notice, rule) if of_list or not here.missing else ()
    stale = Gate(
        approved=False,
        people=people,
        gap=gap,
        refusal=list_objection(changed),
        asks=here.giving,
        changed=changed,
    )
    if changed and of_list:
        return stale
    if here.giving:
        _record(tx, act, notice, consent, here.giving, people)
    if here.missing:
        return Gate(approved=False, people=people, gap=gap, refusal=here.waits(), waits=True)
    if changed:  # whoever approved the list did so before; these words stay approved
        return replace(stale, waits=True)
    _open(tx, notice, act.now)
    return Gate(approved=True, people=people, gap=gap, rings=(_next(tx, notice, act.now),))


def objection(
    consent: Consent, gap: Gap, notice: Notice, people: int, giving: AbstractSet[Part]
) -> str | None:
    """Why this consent does not cover what it would approve; None: it does."""
    if Part.AUDIENCE in giving:
        return _audience_objection(consent, gap, notice, people)
    if Part.WORDS in giving and not consent.is_given:
        return "Nobody has confirmed the words: read them and approve them, or add --yes."
    return None


def _audience_objection(consent: Consent, gap: Gap, notice: Notice, people: int) -> str | None:
    if consent.by_policy and notice.kind is NoticeKind.FIRST and not gap.cut_off:
        return "The data shows nobody who is cut off: a person has to confirm it."
    if not gap_is_accepted(gap, consent.accept_gap):
        return gap_objection(gap)
    if notice.go_at is not None and (consent.ceiling is None or not consent.yes):
        return "It leaves by itself, nobody looks at its list then: approve it with --yes --ceiling N."
    if consent.list_hash is not None and consent.list_hash != notice.list_hash:
        return "The list has changed since it was shown: look at it again."
    if not consent.is_given:
        return f"Nobody has confirmed that {people:,} people are told: approve it, or add --yes."
    return None


def count(tx: Tx, notice: Notice, rule: Rule) -> tuple[int, Gap]:
    """People with a usable address who would be in this notice now, and the gap.

    The gap is scope against reality: for a new scope who is cut off and not told, for a restoration who is still
    cut off.
    """
    following = later(tx, notice, rule)
    proposed = revisions.is_proposed(tx, notice.disruption_id, notice.rev)
    if following is None:
        found = verdicts.survey(tx, rule)
        return found.people, NO_GAP if KINDS[notice.kind].follows else found.gap
    people = recipients.count_later(tx, following).people
    if notice.kind is NoticeKind.FIRST or proposed:
        return people, verdicts.survey(tx, rule).gap
    if not KINDS[notice.kind].back:
        return people, NO_GAP
    still = owed.back_but_cut_off(tx, rule)
    return people, Gap(cut_off=still, cut_off_not_told=still, told_not_cut_off=0)


def _speak(tx: Tx, notice: Notice, now: datetime) -> None:
    """Somebody speaks now: what was to leave by itself does not. What waits itself declares nothing yet."""
    if notice.only_customer is None:
        promises.cancel_waiting(tx, notice.disruption_id, but=notice.notice_id)
    if notice.go_at is None:
        disruptions.set_declared(tx, notice.disruption_id, now=now)


def _record(
    tx: Tx,
    act: Act,
    notice: Notice,
    consent: Consent,
    giving: AbstractSet[Part],
    people: int,
) -> None:
    ceiling = None if consent.list_hash else people if consent.ceiling is None else consent.ceiling
    approval = approval_of(notice, act.actor, consent, giving, ceiling)
    approvals.give(tx, notice.notice_id, approval, now=act.now)
    audit.append(
        tx,
        actor=act.actor,
        act="approve",
        at=act.now,
        disruption_id=notice.disruption_id,
        after={
            "notice": notice.notice_id,
            "part": approval.part,
            "words": approval.words_hash,
            "rule": approval.rule_hash,
            "list": approval.list_hash,
            "ceiling": approval.ceiling,
            "gap": approval.gap,
            "break_glass": approval.override_reason,
        },
    )


def _next(tx: Tx, notice: Notice, now: datetime) -> Ring:
    if notice.closed_at is None:
        return Ring("freeze", notice.notice_id)
    wordless.say(tx, notice, now)
    return Ring("deliver", notice.notice_id)


def _open(tx: Tx, notice: Notice, now: datetime) -> None:
    """Both parts are approved: the notice goes, and with it what it means for its disruption.

    Other notices are locked here, at the end: who pauses one does not wait until people are counted. A range that
    just commits belongs to what is cancelled.
    """
    notices.lock_said(tx, notice.disruption_id)
    audience_part = next(a for a in approvals.given(tx, notice) if Part.AUDIENCE in parts(a.part))
    notices.approve(tx, notice.notice_id, ceiling=audience_part.ceiling, now=now)
    _speak(tx, notice, now)
    kind = KINDS[notice.kind]
    if kind.corrects:
        for earlier in notices.of_disruption(tx, notice.disruption_id):
            if earlier.seq < notice.seq and takes_the_place(notice, earlier):
                notices.cancel(tx, earlier.notice_id, replaced=True)
    if notice.kind is NoticeKind.RETRACTION and notice.about_first:
        disruptions.end(tx, notice.disruption_id, ended_as="retracted", now=now)
    if revisions.put_in_force(tx, notice.disruption_id, notice.rev, now=now):
        revisions.cancel_rescoped(tx, notice.disruption_id, rev=notice.rev)
    if kind.back:
        revisions.restore(tx, notice.timeline_id)
    if notice.kind is NoticeKind.RESTORED:
        disruptions.end(tx, notice.disruption_id, ended_as="restored", now=now)
