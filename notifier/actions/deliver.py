"""Send what is due of one notice: several requests in flight, each in a lane of its own."""

import uuid
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import datetime

from notifier.actions.desk import Desk, story_of
from notifier.errors import Refused
from notifier.model.mail import Clock, Envelope, Letter, Result, Sender
from notifier.model.policy import Policy
from notifier.model.ring import Ring
from notifier.model.words import Mode
from notifier.pipeline.compose import headers, used_tags
from notifier.pipeline.deliver import Lane, send_claimed
from notifier.store import Db, audit, catalogue, disruptions, ledger, notices
from notifier.store.ledger import Claim, Seat

TASK_SECONDS = 20.0
"""How long one task sends before it rings again: shorter than any redelivery of the broker."""

Senders = Callable[[Mode, Policy], Sender]
"""The provider for live disruptions, the sandbox for rehearsals; raises `Refused` if that one is not set up."""


@dataclass(frozen=True, slots=True)
class Post:
    """The ports of sending."""

    desk: Desk
    senders: Senders
    clock: Clock
    stopping: Callable[[], bool]
    """True once this process shall end: what is in flight is finished, nothing new is claimed."""


def deliver(db: Db, post: Post, notice_id: int) -> tuple[Ring, ...]:
    """Claim, send and record until nothing is due or the time is over; rings again if something is left."""
    with db.transaction() as tx:
        notice = notices.by_id(tx, notice_id)
        policy = catalogue.policy(tx)
        mode = disruptions.by_id(tx, notice.disruption_id).mode
        if not ledger.due(tx, notice_id).due or not notices.is_next(tx, notice):
            return _finish(db, post.clock.now(), notice_id)
    try:
        sender = post.senders(Mode(mode), policy)
    except Refused as error:
        _hold(db, notice_id, str(error))
        return ()
    lane = Lane(
        db=db,
        sender=sender,
        seal=_seal(db, post.desk, notice_id),
        now=post.clock.now,
        monotonic=post.clock.monotonic,
        claim_age_seconds=policy.claim_age_seconds,
    )
    end = post.clock.monotonic() + TASK_SECONDS

    def more() -> bool:
        return post.clock.monotonic() < end and not post.stopping()

    with ThreadPoolExecutor(policy.lanes) as lanes:
        for done in [lanes.submit(_run_lane, lane, policy, notice_id, more) for _ in range(policy.lanes)]:
            done.result()
    return _finish(db, post.clock.now(), notice_id)


def _run_lane(lane: Lane, policy: Policy, notice_id: int, more: Callable[[], bool]) -> None:
    while more():
        claimed_at = lane.monotonic()
        with lane.db.transaction() as tx:
            claimed = ledger.claim(
                tx,
                notice_id,
                attempt_id=str(uuid.uuid4()),
                provider=lane.sender.name,
                lease_seconds=policy.lease_seconds,
                now=lane.now(),
            )
            if claimed is not None:
                notices.start(tx, notice_id)
        if claimed is None:
            return
        outcome = send_claimed(lane, claimed, claimed_at)
        if outcome.result in {Result.FORBIDDEN, Result.STOPPED, Result.LATER}:
            return


def _seal(db: Db, desk: Desk, notice_id: int) -> Callable[[Claim, Sequence[Seat]], Envelope]:
    """Contents and story are frozen with the notice: read once for a task."""
    with db.transaction() as tx:
        notice = notices.by_id(tx, notice_id)
        story = story_of(tx, desk.settings, notice)
        contents = {content.content_id: content for content in notices.contents(tx, notice_id)}
    sender_domain = desk.settings.mail_from.rsplit("@", 1)[-1].rstrip(">")
    shared = headers(story, sender_domain)

    def seal(claimed: Claim, seats: Sequence[Seat]) -> Envelope:
        content = contents[claimed.content_id]
        # The tags of the stored words, not of today's templates: a deployment in the middle changes no mail.
        used = used_tags(notice.nonce, content.subject, content.text, content.html)
        fill = desk.words.filler(story, content.locale, notice.nonce, used)
        return Envelope(
            attempt_id=claimed.attempt_id,
            notice_id=notice_id,
            sender=desk.settings.mail_from,
            reply_to=story.reply_to,
            headers=shared,
            subject=content.subject,
            text=content.text,
            html=content.html,
            letters=[Letter(seat.recipient_id, seat.address or "", fill(seat.person)) for seat in seats],
        )

    return seal


def _finish(db: Db, now: datetime, notice_id: int) -> tuple[Ring, ...]:
    with db.transaction() as tx:
        if notices.finish(tx, notice_id, now=now):
            notice = notices.by_id(tx, notice_id)
            audit.append(
                tx,
                actor="system",
                act="finished",
                at=now,
                disruption_id=notice.disruption_id,
                after=ledger.digest(tx, notice_id),
            )
            later = notices.waiting_behind(tx, notice)
            return tuple(Ring("freeze", each) for each in later)
        left = ledger.due(tx, notice_id).due and ledger.may_leave(tx, notice_id)
        return (Ring("deliver", notice_id),) if left else ()


def _hold(db: Db, notice_id: int, reason: str) -> None:
    with db.transaction() as tx:
        notices.hold(tx, notice_id, reason)
