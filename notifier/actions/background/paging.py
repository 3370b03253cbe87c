"""Alarms reach somebody: one tick tells what is owed to each destination, and says that we live.

Outside every audience and accounting, and under no brake: what stops everything is what somebody must hear of. No
transaction spans a request. Each try is written ahead; if the process dies between the request and its record, the
same message goes once more, under the same `webhook-id` and `dedup_key`: an alarm may be told twice, and never not
at all.
"""

import uuid
from collections.abc import Callable, Collection, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from functools import partial

from notifier.actions.background.deliver import Post
from notifier.actions.running.destinations import all_destinations
from notifier.actions.running.signs import life
from notifier.edges import alarm_bodies, alarm_command, alarm_webhook
from notifier.edges.webhooks.texts import without_addresses
from notifier.errors import BadInput, Refused
from notifier.model.alarm import (
    FAILING,
    GIVEN_UP_AFTER,
    HEARTBEAT,
    OF_A_PROCESS,
    PAGER,
    AlarmEvent,
    AlarmNews,
    Channel,
    Destination,
    Reception,
    TryResult,
    debts,
    given_up_at,
    next_try,
)
from notifier.model.mail import Outcome, Result
from notifier.model.policy import Policy
from notifier.model.ring import Ring
from notifier.model.vocabulary import Mode
from notifier.settings import Settings, without_ours
from notifier.store import Db, Tx
from notifier.store.disruptions import alarm_messages, alarms, destination_health
from notifier.store.disruptions.alarm_messages import OwedMessage
from notifier.store.disruptions.destination_health import DestinationHealth
from notifier.store.locks import retried
from notifier.store.running import installation
from notifier.telemetry import log

TASK_SECONDS = 20.0
"""How long a tick begins new requests: with the longest of them it ends well before it is taken for stuck."""
AT_ONCE = 4
"""Destinations that are told side by side: those that hang hold up no other."""
LEASE = timedelta(seconds=120)
"""Longer than any try: what nobody has recorded by then is tried again."""
BEAT_EVERY = timedelta(seconds=55)
"""With the rhythm of the tick, once a minute."""
TEXT = "This is a test of the notifier: nothing has happened, and nobody need do anything."


def tick(db: Db, post: Post, now: datetime) -> tuple[Ring, ...]:
    """Safe to run twice at once. A process in which everything is a rehearsal pages nobody, does not say that we
    live, and takes nothing away from those that do.
    """
    settings = post.writer.settings
    if settings.rehearsals_only:
        return ()
    there = _look(db, settings, now)
    until = post.clock.monotonic() + TASK_SECONDS
    jobs: list[Callable[[], bool]] = [partial(_tell_all, db, post, to, until) for to in there]
    if settings.heartbeat_url:
        jobs.append(partial(_beat, db, post, settings.heartbeat_url))
    with ThreadPoolExecutor(AT_ONCE) as threads:
        begun = [threads.submit(job) for job in jobs]
    left = [job.result() for job in begun]
    _alarm_about_failing(db, {*(to.name for to in there), *OF_A_PROCESS}, post.clock.now())
    return (Ring("alarms"),) if any(left) else ()


@retried
def _look(db: Db, settings: Settings, now: datetime) -> list[Destination]:
    """Who is to be told, and what is owed to whom from now on."""
    with db.transaction() as tx:
        there = all_destinations(tx, settings)
        names = [to.name for to in there]
        _owe(tx, there, now)
        alarm_messages.withdraw_others(tx, names, sorted(OF_A_PROCESS), now - GIVEN_UP_AFTER, now)
        beats = (HEARTBEAT,) if settings.heartbeat_url else ()
        destination_health.forget_others(tx, [*names, *beats], sorted(OF_A_PROCESS), now - GIVEN_UP_AFTER)
    return there


def _owe(tx: Tx, there: Collection[Destination], now: datetime) -> None:
    found = debts(alarm_messages.open_alarms(tx), alarm_messages.rounds(tx), there, now)
    if found.raised:
        alarm_messages.owe(tx, AlarmEvent.RAISED, found.raised, now)
    if found.cleared:
        alarm_messages.owe(tx, AlarmEvent.CLEARED, found.cleared, now)
    if ended := (*found.cleared, *found.closed):
        alarm_messages.close(tx, ended, now)


def _tell_all(db: Db, post: Post, to: Destination, until: float) -> bool:
    """Until nothing is due, or it is to be spared. True: the time was over before."""
    while post.clock.monotonic() < until:
        now = post.clock.now()
        with db.transaction() as tx:
            if post.stopping() or not destination_health.may_go(tx, to.name, now):
                return False
            owed = alarm_messages.claim(tx, to.name, LEASE, now)
            ours = installation.installation_id(tx) if owed else ""
        if owed is None:
            return False
        _record(db, to, owed, tell(post, to, news_of(owed, ours)), post.clock.now())
    return True


def news_of(owed: OwedMessage, installation_id: str) -> AlarmNews:
    return AlarmNews(
        what=owed.what,
        message_id=owed.message_id,
        incident=f"notifier-{installation_id}-{owed.alarm_id}",
        key=owed.key,
        text=owed.text,
        reference=owed.reference,
        raised_at=owed.raised_at.astimezone(UTC),
        cleared_at=owed.cleared_at.astimezone(UTC) if owed.cleared_at else None,
    )


def tell(post: Post, to: Destination, news: AlarmNews) -> TryResult:
    """One try. Never raises for what a destination can do."""
    if to.lacks:
        return TryResult(Reception.FAILED, f"{to.lacks}.")
    match to.channel:
        case Channel.MAIL:
            return _mail(post, to, news)
        case Channel.COMMAND:
            return alarm_command.run(to.command, news, without_ours())
        case _:
            return alarm_webhook.post(to, news, post.clock.now())


def _mail(post: Post, to: Destination, news: AlarmNews) -> TryResult:
    """Through the provider where there is a key, else into the sandbox: never to a customer."""
    settings = post.writer.settings
    try:
        sender = post.senders(Mode.LIVE if settings.sendgrid_key else Mode.REHEARSAL, Policy())
    except Refused as error:
        return TryResult(Reception.FAILED, str(error))
    envelope = alarm_bodies.mail(news, to.addresses, settings.mail_from)
    outcome = sender.send(envelope, lambda: True)
    others = [letter for n, letter in enumerate(envelope.letters) if n not in outcome.culprits]
    if outcome.result is not Result.REJECTED or not outcome.culprits or not others:
        return judged_mail(outcome)
    # A 400 has mailed nobody: one address that the provider refuses must not silence the rest.
    log().warning("addresses of on_call were refused", n=len(outcome.culprits), reason=outcome.reason)
    return judged_mail(sender.send(replace(envelope, letters=others), lambda: True), outcome)


def judged_mail(outcome: Outcome, refused: Outcome | None = None) -> TryResult:
    """`refused`: what was said before about addresses that are left out now."""
    match outcome.result:
        case Result.ACCEPTED:
            without = (
                f" Without {len(refused.culprits)} of the addresses: {refused.reason}" if refused else ""
            )
            return TryResult(Reception.TOLD, f"{outcome.reason}{without}")
        case Result.REJECTED:
            return TryResult(Reception.REFUSED, outcome.reason)
        case result:
            maybe = result is Result.UNKNOWN
            return TryResult(Reception.FAILED, outcome.reason, maybe=maybe, again_at=outcome.retry_at)


@retried
def _record(db: Db, to: Destination, owed: OwedMessage, result: TryResult, now: datetime) -> None:
    with db.transaction() as tx:
        if result.reception is Reception.TOLD:
            alarm_messages.told(tx, owed.message_id, now)
            said = f"{owed.what}: {without_addresses(owed.text)}"
            destination_health.note_told(tx, to.name, said, now)
            return
        failures = destination_health.failures(tx, to.name) + 1
        next_ = next_try(result, owed.tries, failures, given_up_at(owed.what, owed.owed_at), now)
        alarm_messages.not_told(tx, owed.message_id, next_.due_at, maybe=result.maybe, now=now)
        destination_health.note_failed(tx, to.name, result.said, next_.again_at, now)
    log().warning("an alarm was not told", destination=to.name, reason=result.said, n=owed.tries)


# ---------------------------------------------------------------- that we live


def _beat(db: Db, post: Post, url: str) -> bool:
    """A sign of life for whoever watches us from outside, as long as everything runs that ought to."""
    now = post.clock.now()
    with db.transaction() as tx:
        if not destination_health.take_turn(tx, HEARTBEAT, now + BEAT_EVERY, now):
            return False
        silent = life(tx, embedded=post.writer.settings.embedded).silent
    if silent:
        result = TryResult(Reception.FAILED, f"It is kept back: {' '.join(silent)}")
    else:
        result = alarm_webhook.beat(url, now)
    with db.transaction() as tx:
        if result.reception is Reception.TOLD:
            destination_health.note_told(tx, HEARTBEAT, result.said, now, now + BEAT_EVERY)
        else:
            destination_health.note_failed(tx, HEARTBEAT, result.said, now + BEAT_EVERY, now)
    return False


# ---------------------------------------------------------------- who is not reached


def _alarm_about_failing(db: Db, there: Collection[str], now: datetime) -> None:
    """For `list`, `doctor` and the other destinations: none is told of itself by a way that does not work."""
    with db.transaction() as tx:
        texts = {
            each.destination: failing_text(each)
            for each in destination_health.all_health(tx)
            if each.destination in there and each.failures >= FAILING
        }
        alarms.raise_only(tx, PAGER, texts, now)


def failing_text(each: DestinationHealth) -> str:
    since = f"since {each.failing_since.astimezone(UTC):%d %b %H:%M} UTC" if each.failing_since else ""
    if each.destination == HEARTBEAT:
        return f"The heartbeat does not reach NOTIFIER_HEARTBEAT_URL {since}: {each.failed_why}"
    return f"Alarms do not reach {each.destination} {since}: {each.failed_why} See notifier alarms."


# ---------------------------------------------------------------- a test


@dataclass(frozen=True, slots=True)
class TriedDestination:
    name: str
    told: bool
    said: str
    """What was answered."""


def test(db: Db, post: Post, name: str | None) -> list[TriedDestination]:
    """Tell one destination, or all, of a test, from this process. Raises `BadInput` for a name that is none."""
    with db.transaction() as tx:
        there = all_destinations(tx, post.writer.settings)
        ours = installation.installation_id(tx)
    wanted = [to for to in there if name in {None, to.name}]
    if not wanted:
        raise BadInput(_none(name, [to.name for to in there]))
    return [_test(db, post, to, ours) for to in wanted]


def _none(name: str | None, there: Sequence[str]) -> str:
    if not there:
        return "Alarms go nowhere: name destinations under [[alarms]] of the company's file, notifier apply."
    return f"No destination is called {name!r}: there are {', '.join(there)}."


def _test(db: Db, post: Post, to: Destination, ours: str) -> TriedDestination:
    now, message_id = post.clock.now(), str(uuid.uuid4())
    news = AlarmNews(
        AlarmEvent.TEST,
        message_id,
        f"notifier-{ours}-test-{message_id}",
        "test",
        TEXT,
        None,
        now.astimezone(UTC),
    )
    result = tell(post, to, news)
    told = result.reception is Reception.TOLD
    with db.transaction() as tx:
        if told:
            destination_health.note_told(tx, to.name, f"test: {TEXT}", now)
        else:
            failures = destination_health.failures(tx, to.name) + 1
            next_ = next_try(result, 1, failures, None, now)
            destination_health.note_failed(tx, to.name, result.said, next_.again_at, now)
    return TriedDestination(to.name, told, result.said)
