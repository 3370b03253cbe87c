"""Send what is due of one notice: several requests in flight, each in a lane of its own."""

import time
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import datetime
from functools import cache

from notifier.actions.background import digests, freeze
from notifier.actions.background.turns import Others
from notifier.actions.background.untold import say_untold
from notifier.actions.control.older_database import is_the_one
from notifier.actions.notices.approved_words import words_are_unaltered
from notifier.actions.notices.context import context_of
from notifier.actions.notices.draft import Writer
from notifier.actions.notices.rule import question
from notifier.errors import Refused
from notifier.model.mail import Clock, Envelope, Letter, Result, Sender
from notifier.model.people import Person
from notifier.model.policy import Policy
from notifier.model.ring import Ring
from notifier.model.vocabulary import Mode
from notifier.pipeline.compose import headers, used_tags
from notifier.pipeline.deliver import Lane, Reached, Recorder, Wait, claim_next, send_claimed, unmoved
from notifier.store import Db, Tx
from notifier.store.company import catalogue
from notifier.store.disruptions import disruptions, notices, policy_holds
from notifier.store.disruptions.contents import contents as contents_of
from notifier.store.disruptions.notices import Notice
from notifier.store.ledger import brake, chunks
from notifier.store.ledger.chunks import Claim, Seat
from notifier.store.ledger.overtaken import stale
from notifier.store.locks import retried
from notifier.store.running import installation

TASK_SECONDS = 20.0
"""How long one task sends before it rings again: shorter than any redelivery of the broker."""
LONGEST_WAIT = 2.0
"""A lane that has to wait longer ends and leaves its process to others; the sweeper rings again."""
STALE = "stale: it was approved and has not moved for longer than policy allows; look at it, then resume"

ALTERED = "its words are not those that were approved: cancel it, and write it anew"

Senders = Callable[[Mode, Policy], Sender]
"""The provider for live disruptions, the sandbox for rehearsals; raises `Refused` if that one is not set up."""


@dataclass(frozen=True, slots=True)
class Post:
    """The ports of sending."""

    writer: Writer
    senders: Senders
    clock: Clock
    stopping: Callable[[], bool]
    """True once this process shall end: what is in flight is finished, nothing new is claimed."""
    reached: Reached = unmoved
    recorder: Recorder | None = None
    """Writes what a lane knows and could not write; None: each lane tries by itself."""


def deliver(db: Db, post: Post, notice_id: int) -> tuple[Ring, ...]:
    """Claim, send and record until nothing is due or the time is over; rings again if something is left.

    Its lanes give way to other disruptions that wait: all worker processes may be at this notice.
    """
    if post.recorder is not None:
        post.recorder.pick_up()
    if not is_the_one(db, post.clock.now()):
        return ()
    with db.transaction() as tx:
        notice = notices.by_id(tx, notice_id)
        if not chunks.due(tx, notice_id).due or not notices.is_next(tx, notice):
            return _finish(db, post.clock.now(), notice_id)
    lane = _prepared(db, post, notice_id)
    if lane is None:
        return ()
    others = _others(db, post, notice)
    _run_lanes(lane, post, notice_id, others)
    return (*_finish(db, post.clock.now(), notice_id), *others.rings)


def _prepared(db: Db, post: Post, notice_id: int) -> Lane | None:
    """What its requests need; None: nothing of it may leave now, and why not is written down."""
    with db.transaction() as tx:
        notice = notices.by_id(tx, notice_id)
        policy = catalogue.policy(tx)
        mode = disruptions.by_id(tx, notice.disruption_id).mode
        if brake.brake_is_on(tx):
            return None  # each claim would count as a try of its chunk, at every tick of a long stop
        if brake.is_stale(tx, notice_id, seconds=policy.stale_seconds):
            policy_holds.by_policy(tx, notice_id, STALE, why="stale", now=post.clock.now())
            return None
        if not words_are_unaltered(tx, notice):
            policy_holds.by_policy(tx, notice_id, ALTERED, why="altered words", now=post.clock.now())
            return None
    try:
        sender = post.senders(mode, policy)
    except Refused as error:
        _hold(db, notice_id, str(error), post.clock.now())
        return None
    return Lane(
        db=db,
        sender=sender,
        seal=_seal(db, post.writer, notice_id),
        now=post.clock.now,
        monotonic=post.clock.monotonic,
        policy=policy,
        keep=post.recorder.keep if post.recorder else None,
        reached=post.reached,
        overtaken=overtaken,
        arrived_late=arrived_late,
    )


def _others(db: Db, post: Post, notice: Notice) -> Others:
    """What a lane of this notice does in between for those of other disruptions."""
    now = post.clock.now

    @cache
    def lane_of(notice_id: int) -> Lane | None:
        return _prepared(db, post, notice_id)

    def freeze_on(notice_id: int) -> tuple[Ring, ...] | None:
        return freeze.freeze(db, post.writer.words, now(), notice_id, post.reached) or None

    def send_one(notice_id: int) -> tuple[Ring, ...] | None:
        lane = lane_of(notice_id)
        claimed = claim_next(lane, notice_id) if lane else None
        if lane is None or claimed is None or isinstance(claimed, Wait):
            return None
        send_claimed(lane, *claimed)
        with db.transaction() as tx:
            left = chunks.due(tx, notice_id)
        return () if left.due or left.claimed else _finish(db, now(), notice_id)

    return Others(db, notice.disruption_id, freeze_on, send_one)


def _run_lanes(lane: Lane, post: Post, notice_id: int, others: Others) -> None:
    end = post.clock.monotonic() + TASK_SECONDS

    def more() -> bool:
        return post.clock.monotonic() < end and not post.stopping()

    count = lane.policy.lanes
    with ThreadPoolExecutor(count) as lanes:
        for done in [lanes.submit(_run_lane, lane, notice_id, more, others) for _ in range(count)]:
            done.result()


def _run_lane(lane: Lane, notice_id: int, more: Callable[[], bool], others: Others) -> None:
    waited = 0.0
    while True:
        others.give_way(more)
        if not more():
            return
        claimed = claim_next(lane, notice_id)
        if claimed is None:
            return
        if isinstance(claimed, Wait):
            waited += claimed.seconds
            if waited > LONGEST_WAIT:
                return
            time.sleep(claimed.seconds)
            continue
        waited = 0.0
        outcome = send_claimed(lane, *claimed)
        if outcome.result in {Result.FORBIDDEN, Result.STOPPED}:
            return


def overtaken(tx: Tx, claimed: Claim) -> Sequence[int]:
    """What must not leave any more of a chunk that has been on its way before."""
    asked = question(tx, notices.by_id(tx, claimed.notice_id))
    return [letter.pos for letter in stale(tx, asked, [claimed.chunk_id])]


def arrived_late(tx: Tx, claimed: Claim, now: datetime) -> None:
    """Its process had been taken for dead, and reports an acceptance after all."""
    say_untold(tx, claimed.notice_id, [claimed.attempt_id], now)


def _seal(db: Db, writer: Writer, notice_id: int) -> Callable[[Claim, Sequence[Seat]], Envelope]:
    """Contents and context are frozen with the notice: read once for a task."""
    with db.transaction() as tx:
        notice = notices.by_id(tx, notice_id)
        context = context_of(tx, writer.settings, notice)
        contents = {content.content_id: content for content in contents_of(tx, notice_id)}
        ours = installation.installation_id(tx)
    sender_domain = writer.settings.mail_from.rsplit("@", 1)[-1].rstrip(">")
    shared = headers(context, sender_domain)

    @cache
    def fill_of(content_id: int) -> Callable[[Person], dict[str, str]]:
        # The tags of the stored words, not of today's templates: a deployment in the middle changes no mail.
        content = contents[content_id]
        used = used_tags(notice.nonce, content.subject, content.text, content.html)
        return writer.words.filler(context, content.locale, notice.nonce, used)

    def seal(claimed: Claim, seats: Sequence[Seat]) -> Envelope:
        content, fill = contents[claimed.content_id], fill_of(claimed.content_id)
        return Envelope(
            attempt_id=claimed.attempt_id,
            notice_id=notice_id,
            sender=writer.settings.mail_from,
            reply_to=context.reply_to,
            headers=shared,
            subject=content.subject,
            text=content.text,
            html=content.html,
            letters=[
                Letter(seat.recipient_id, seat.address or "", fill(seat.person), seat.subject)
                for seat in seats
            ],
            installation_id=ours,
        )

    return seal


@retried
def _finish(db: Db, now: datetime, notice_id: int) -> tuple[Ring, ...]:
    with db.transaction() as tx:
        # First the row, then the look at its chunks: a person may be letting some go again at this moment.
        notices.locked(tx, notice_id)
        if notices.finish(tx, notice_id, now=now):
            notice = notices.by_id(tx, notice_id)
            digests.enter(tx, notice, "finished", now)
            later = notices.waiting_behind(tx, notice)
            return tuple(Ring("freeze", each) for each in later)
        # Nothing is rung for what a pace, a brake or an earlier notice keeps: the sweeper comes back to it.
        left = (
            chunks.due(tx, notice_id).due
            and brake.nothing_hinders(tx, notice_id)
            and notices.is_next(tx, notices.by_id(tx, notice_id))
        )
        return (Ring("deliver", notice_id),) if left else ()


@retried
def _hold(db: Db, notice_id: int, reason: str, now: datetime) -> None:
    with db.transaction() as tx:
        policy_holds.by_policy(tx, notice_id, reason, why="nowhere to send it", now=now)
