"""The gate: what was approved is what is sent."""

from dataclasses import dataclass
from datetime import datetime

from notifier.actions.desk import Desk, about_of, draft_notice, notice_rule
from notifier.errors import Refused
from notifier.model.ring import Ring
from notifier.model.words import Mode, NoticeKind, NoticeState
from notifier.pipeline.audience import FOLLOWING, gap_is_accepted, later
from notifier.store import (
    Db,
    Tx,
    audience,
    audit,
    disruptions,
    notices,
    owed,
    promises,
    reviews,
    revisions,
    telling,
)
from notifier.store.audience import Gap, Rule
from notifier.store.notices import Approval, Notice


@dataclass(frozen=True, slots=True)
class Consent:
    """How far somebody agrees before they have seen the frozen list."""

    yes: bool = False
    """Send to at most as many as are counted now."""
    ceiling: int | None = None
    accept_gap: int | None = None
    list_hash: str | None = None
    """Send to exactly this frozen list."""


@dataclass(frozen=True, slots=True)
class Gate:
    """What the gate said."""

    approved: bool
    people: int
    """With a usable address, counted now."""
    gap: Gap
    refusal: str | None = None
    """Why the draft was kept, as one sentence."""
    rings: tuple[Ring, ...] = ()


@dataclass(frozen=True, slots=True)
class Name:
    """How people call a notice: `7K2M/1`."""

    reference: str
    notice_id: int
    seq: int
    mode: Mode

    def __str__(self) -> str:
        return f"{self.reference}/{self.seq}"


def name_of(tx: Tx, notice_id: int) -> Name:
    notice = notices.by_id(tx, notice_id)
    disruption = disruptions.by_id(tx, notice.disruption_id)
    return Name(disruption.reference, notice_id, notice.seq, disruption.mode)


NO_GAP = Gap(0, 0, 0)


def approve(db: Db, actor: str, now: datetime, notice_id: int, consent: Consent) -> Gate:
    """Let a draft go. A draft of evidence is declared by its approval."""
    with db.transaction() as tx:
        return approve_in(tx, notice_id, actor, now, consent)


def approve_by_policy(
    db: Db, disruption_id: int, ceiling: int, actor: str, now: datetime
) -> tuple[Ring, ...]:
    """Only policy turns evidence into mail: to at most `ceiling` people, and only where nothing differs."""
    with db.transaction() as tx:
        drafts = notices.drafts(tx, disruption_id)
        if not drafts:
            return ()
        people, _ = count(tx, drafts[-1], notice_rule(tx, drafts[-1]))
        if people > ceiling:
            return ()
        return approve_in(tx, drafts[-1].notice_id, actor, now, Consent(yes=True, ceiling=ceiling)).rings


def approve_in(tx: Tx, notice_id: int, actor: str, now: datetime, consent: Consent) -> Gate:
    """As `approve`, inside the caller's transaction."""
    notice = notices.locked(tx, notice_id)
    if notice.state is not NoticeState.DRAFT:
        raise Refused(f"This notice is {notice.state} already: there is nothing to approve.")
    rule = notice_rule(tx, notice)
    people, gap = count(tx, notice, rule)
    refusal = objection(consent, gap, notice, people)
    if refusal is not None:
        return Gate(approved=False, people=people, gap=gap, refusal=refusal)
    ceiling = None if consent.list_hash else consent.ceiling if consent.ceiling is not None else people
    _record(tx, notice, actor, now, consent, ceiling)
    ring = "freeze" if notice.closed_at is None else "deliver"
    return Gate(approved=True, people=people, gap=gap, rings=(Ring(ring, notice_id),))


def objection(consent: Consent, gap: Gap, notice: Notice, people: int) -> str | None:
    """Why this consent does not open the gate; None: it does."""
    if not gap_is_accepted(gap, consent.accept_gap):
        return (
            f"{gap.difference:,} customers differ between cut off and told: correct the scope, "
            f"or add --accept-gap {gap.difference}."
        )
    if notice.go_at is not None and (consent.ceiling is None or not consent.yes):
        return "It leaves by itself, nobody looks at its list then: approve it with --yes --ceiling N."
    if consent.list_hash is not None and consent.list_hash != notice.list_hash:
        return "The list has changed since it was shown: look at it again."
    if consent.list_hash is None and not consent.yes and consent.ceiling is None:
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
        found = audience.survey(tx, rule)
        return found.people, found.gap if notice.kind in {NoticeKind.FIRST, NoticeKind.HOLDING} else NO_GAP
    people = telling.count_later(tx, following).people
    if notice.kind is NoticeKind.FIRST or proposed:
        return people, audience.survey(tx, rule).gap
    if notice.kind not in {NoticeKind.PARTIAL, NoticeKind.RESTORED}:
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
    notice: Notice,
    actor: str,
    now: datetime,
    consent: Consent,
    ceiling: int | None,
) -> None:
    assert notice.words_hash is not None
    assert notice.rule_hash is not None
    approval = Approval(
        actor=actor,
        words_hash=notice.words_hash,
        rule_hash=notice.rule_hash,
        list_hash=consent.list_hash,
        ceiling=ceiling,
        gap=consent.accept_gap,
    )
    notices.approve(tx, notice.notice_id, approval, now=now)
    _speak(tx, notice, now)
    if notice.kind in FOLLOWING and FOLLOWING[notice.kind].replaces:
        for earlier in notices.of_disruption(tx, notice.disruption_id):
            if earlier.seq < notice.seq:
                notices.locked(
                    tx, earlier.notice_id
                )  # a range that just commits belongs to what is cancelled
                notices.cancel(tx, earlier.notice_id)
    if notice.kind is NoticeKind.RETRACTION and notice.about_first:
        disruptions.end(tx, notice.disruption_id, ended_as="retracted", now=now)
    if revisions.put_in_force(tx, notice.disruption_id, notice.rev):
        revisions.cancel_rescoped(tx, notice.disruption_id, rev=notice.rev)
    if notice.kind in {NoticeKind.PARTIAL, NoticeKind.RESTORED}:
        revisions.restore(tx, notice.timeline_id)
    if notice.kind is NoticeKind.RESTORED:
        disruptions.end(tx, notice.disruption_id, ended_as="restored", now=now)
    audit.append(
        tx,
        actor=actor,
        act="approve",
        at=now,
        disruption_id=notice.disruption_id,
        after={
            "notice": notice.notice_id,
            "words": notice.words_hash,
            "rule": notice.rule_hash,
            "list": consent.list_hash,
            "ceiling": ceiling,
            "gap": consent.accept_gap,
        },
    )


@dataclass(frozen=True, slots=True)
class ShownList:
    """The list of a draft, as a person is shown it."""

    notice_id: int
    seq: int
    people: int
    list_hash: str | None
    """None: workers are still freezing it."""


def shown_list(db: Db, notice_id: int) -> ShownList:
    """The list as far as it is frozen now."""
    with db.transaction() as tx:
        return _shown(notices.by_id(tx, notice_id))


def _shown(notice: Notice) -> ShownList:
    return ShownList(notice.notice_id, notice.seq, notice.people_n, notice.list_hash)


def show_list(db: Db, desk: Desk, now: datetime, notice_id: int) -> tuple[ShownList, tuple[Ring, ...]]:
    """Ask workers to freeze a draft's list, so that a person approves exactly that list.

    A list closes once: where the people have changed since, the draft is replaced by a fresh one with the same
    words, and that one's list is frozen.
    """
    with db.transaction() as tx:
        notice = notices.locked(tx, notice_id)
        if notice.state is not NoticeState.DRAFT:
            raise Refused(f"This notice is {notice.state} already: there is nothing to approve.")
        if notice.go_at is not None:
            raise Refused("This notice leaves by itself: approve it with --yes --ceiling N.")
        if notice.closed_at is not None and count(tx, notice, notice_rule(tx, notice))[0] != notice.people_n:
            notices.void(tx, notice_id)
            notice_id = draft_notice(
                tx,
                desk,
                notice.disruption_id,
                notice.kind,
                notice.timeline_id,
                now,
                only_customer=notice.only_customer,
                about=about_of(notice),
                rev=notice.rev,
            )
            reviews.move_notice(tx, notice.notice_id, notice_id)
        notices.ask_to_freeze(tx, notice_id, now=now)
        return _shown(notices.by_id(tx, notice_id)), (Ring("freeze", notice_id),)
