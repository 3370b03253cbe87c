"""The sweeper: finds what is due in Postgres, whatever became of the rings. Safe to run twice at once."""

from collections.abc import Sequence
from datetime import UTC, datetime

from notifier.actions.background import digests
from notifier.actions.background.freeze import may_freeze
from notifier.actions.control.brake import enter_pulls
from notifier.actions.control.older_database import is_the_one
from notifier.actions.estimate.forecast import PROVIDERS
from notifier.model.policy import Policy
from notifier.model.ring import Ring
from notifier.pipeline.deliver import Recorder
from notifier.pipeline.feedback import ALARMING
from notifier.pipeline.unknown import Belief, Believed, believe
from notifier.store import Db, Tx, audit
from notifier.store.company import catalogue, leaving, probes
from notifier.store.disruptions import (
    alarm_messages,
    alarms,
    naming,
    notices,
    policy_holds,
    reviews,
    revisions,
    troubles,
)
from notifier.store.disruptions.notices import Notice
from notifier.store.ledger import accounting, leases, rate_limit, singles, strays, unknowns
from notifier.store.ledger.accounting import Refusals
from notifier.store.ledger.rate_limit import RateLimited
from notifier.store.ledger.unknowns import Unknown
from notifier.store.locks import retried
from notifier.store.running import vigil

BECAME = {
    "due": "presumed lost",
    "cancelled": "presumed lost, never told",
    "dead": "a person must decide",
}
"""What was decided about an attempt without an answer, by what its chunk became. Whether it really goes again is
asked when it leaves: something newer may have overtaken it."""
DEAF, STRAYS = "events:away", "events:stray"
LATER_SECONDS = 30.0
"""A provider that limits our rate says *later* now and then; who takes nothing for so long is a disruption too."""


def sweep_seconds(db: Db) -> float:
    """How often policy wants a tick."""
    with db.transaction() as tx:
        return catalogue.policy(tx).sweep_seconds


def sweep(db: Db, now: datetime, recorder: Recorder | None = None) -> tuple[Ring, ...]:
    """One tick: what nobody saw is judged, bad sends are held, and everything that is due is rung for.

    What a process that died here had been answered is written first.
    """
    if recorder is not None:
        recorder.pick_up()
    with db.transaction() as tx:
        policy = catalogue.policy(tx)
        vigil.watch(tx, "sweeper", gap_seconds=policy.gap_seconds)
        leases.expire_leases(tx, now=now)
    with db.transaction() as tx:
        leases.expire_forsaken(tx, lease_seconds=policy.lease_seconds, now=now)
        singles.expire(tx, lease_seconds=policy.lease_seconds, now=now)
    enter_pulls(db, now)
    digests.enter_cancelled(db, now)
    if is_the_one(db, now):  # of what an older ledger takes for unknown, a truer one knew more
        _judge_unknowns(db, policy, now)
    _alarm_about_later(db, now)
    _alarm_about_strays(db, now)
    _alarm_about_reviews(db, now)
    _alarm_about_stopped(db, now)
    _forget(db, now)
    rings: list[Ring] = []
    with db.transaction() as tx:
        open_ids = notices.open_ids(tx)
    for notice_id in open_ids:
        with db.transaction() as tx:  # one row each: a person who decides about one waits for no other
            notice = notices.by_id(tx, notice_id)
            _hold_if_refused(tx, notice, policy, now)
            if may_freeze(notice):
                rings.append(Ring("freeze", notice_id))
            # Also without due chunks: the last one may have ended in a process that died before `finish`.
            if notice.approved_at is not None:
                rings.append(Ring("deliver", notice_id))
    return (*rings, *_whose_turn_it_is(db, now))


def _judge_unknowns(db: Db, policy: Policy, now: datetime) -> None:
    with db.transaction() as tx:
        found = unknowns.unknowns(tx, chunks=policy.unknown_watermark_chunks, gap_seconds=policy.gap_seconds)
        _alarm_about_deafness(tx, found, policy, now)
    for unknown in found:
        believed = believe(unknown, policy)
        if believed.belief is not Belief.WAIT:
            _act_on(db, unknown, believed, now)


@retried
def _act_on(db: Db, unknown: Unknown, believed: Believed, now: datetime) -> None:
    """A recorded decision of policy. Two sweepers at once: the second finds that nothing moves."""
    with db.transaction() as tx:
        notices.locked(
            tx, unknown.notice_id
        )  # who cancels it at this moment decides what becomes of the chunk
        if believed.belief is Belief.LOST:
            moved = unknowns.presume_lost(tx, unknown, reason=believed.reason, now=now)
        else:
            moved = "dead" if unknowns.wait_for_a_person(tx, unknown) else None
            name = naming.named(tx, unknown.notice_id)
            text = (
                f"A chunk of {name} may or may not have been sent: `notifier dead` --retry or --drop decides."
            )
            alarms.raise_once(tx, f"dead:{unknown.notice_id}", text, unknown.disruption_id, now)
        if moved:
            audit.append(
                tx,
                actor="policy",
                act=f"unknown: {BECAME[moved]}",
                at=now,
                disruption_id=unknown.disruption_id,
                after={"notice": unknown.notice_id, "attempt": unknown.attempt_id, "why": believed.reason},
            )


def _alarm_about_deafness(tx: Tx, found: Sequence[Unknown], policy: Policy, now: datetime) -> None:
    """Silence is no evidence while nobody listens: then the chunks wait, and somebody must know why."""
    since = vigil.away_since(tx, "web", gap_seconds=policy.gap_seconds) if found else None
    if since is None:
        alarms.clear(tx, DEAF, now)
        return
    text = (
        f"Nobody takes the provider's events since {since.astimezone(UTC):%H:%M} UTC, and requests without an"
        " answer wait for them: start `notifier web`."
    )
    alarms.raise_once(tx, DEAF, text, None, now)


def _alarm_about_later(db: Db, now: datetime) -> None:
    """The provider takes nothing: nobody is lost, each is tried again, and somebody must know who waits."""
    with db.transaction() as tx:
        waiting: dict[int, list[RateLimited]] = {}
        for one in rate_limit.waiting(tx, PROVIDERS, seconds=LATER_SECONDS):
            waiting.setdefault(one.disruption_id, []).append(one)
        texts: dict[int, str] = {}
        for disruption_id, rows in waiting.items():
            people = sum(accounting.waiting(tx, row.notice_id) for row in rows)
            who = "1 person waits" if people == 1 else f"{people:,} people wait"
            texts[disruption_id] = (
                f"{rows[0].reference}: {who}, because the provider says *later* to every request since"
                f" {rows[0].since.astimezone(UTC):%H:%M} UTC. It is asked again at least every minute."
            )
        alarms.raise_only(tx, "later", texts, now)


def _alarm_about_strays(db: Db, now: datetime) -> None:
    """Nothing that the provider has signed goes by unseen, also what is about nobody's mail that we know."""
    with db.transaction() as tx:
        n = strays.lately(tx, ALARMING, now=now)
        if not n:
            alarms.clear(tx, STRAYS, now)
            return
        were = "1 event" if n == 1 else f"{n:,} events"
        text = (
            f"The provider has reported {were} that cannot be read or that fit more than one mail: who bounced is"
            " not written to again, but look at the provider's activity for what became of their notices."
        )
        alarms.raise_once(tx, STRAYS, text, None, now)


def _alarm_about_reviews(db: Db, now: datetime) -> None:
    """Somebody said that it is wrong for them, and the promised time to look at it is over."""
    with db.transaction() as tx:
        texts: dict[int, str] = {}
        for late in reviews.overdue(tx, now):
            who = "customer waits" if late.reviews == 1 else "customers wait"
            texts[late.disruption_id] = (
                f"{late.reviews:,} {who} too long for a review: `notifier reviews` lists them."
            )
        alarms.raise_only(tx, "review", texts, now)


def _alarm_about_stopped(db: Db, now: datetime) -> None:
    """A scope was proposed and dropped: what it had stopped waits for a person, and none need know of it."""
    with db.transaction() as tx:
        keys: list[str] = []
        for left in revisions.left_stopped(tx):
            keys.append(f"stopped:{left.notice_id}")
            alarms.raise_once(tx, keys[-1], left.how, left.disruption_id, now)
        alarms.clear_others(tx, "stopped", keys, now)


def _forget(db: Db, now: datetime) -> None:
    """What nobody asks for: what was held until something open was over, and deliveries of long ago."""
    with db.transaction() as tx:
        troubles.forget_posted(tx, now=now)
        leaving.end_kept(tx)


def _whose_turn_it_is(db: Db, now: datetime) -> tuple[Ring, ...]:
    """Ticks that are rung for seldom by the clock, and at once where something waits for them."""
    with db.transaction() as tx:
        due = {"probes": probes.is_due(tx, now=now), "alarms": alarm_messages.is_due(tx, now)}
    return tuple(Ring(task) for task, is_due in due.items() if is_due)


def _hold_if_refused(tx: Tx, notice: Notice, policy: Policy, now: datetime) -> None:
    refused = accounting.refused(tx, notice.notice_id, least=policy.refused_least)
    if refused and too_many_refused(refused, policy):
        share = 100 * refused.people // refused.sent
        reason = f"{refused.people:,} people ({share} %) were rejected, dropped or bounced; look, then resume"
        policy_holds.by_policy(tx, notice.notice_id, reason, why="too many refused", now=now)


def too_many_refused(refused: Refusals, policy: Policy) -> bool:
    """The rolling hold: a number and a share, counted since a person last let the notice go."""
    return refused.people >= policy.refused_least and refused.people >= policy.refused_share * refused.sent
