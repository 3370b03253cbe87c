"""Events of the provider in: stored and folded in one transaction, before they are answered.

Measured: 3,000 events take about 0.2 s, so nothing is left to be folded later. If the process
dies before the commit, the provider posts them again; after it, the same post finds nothing new.
"""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from notifier.actions.background.posts import NotSigned
from notifier.actions.background.untold import say_untold
from notifier.actions.control.older_database import compare
from notifier.edges.provider_events import parse, posted_at, verify
from notifier.model.ring import Ring
from notifier.pipeline.feedback import StrayReason, fold, recognise
from notifier.settings import Settings
from notifier.store import Db
from notifier.store.ledger import events, strays
from notifier.store.locks import retried
from notifier.telemetry import log

SOON = frozenset({"open", "unknown"})
"""Nobody had given these attempts up: whoever came after counted on them."""


class NoEventKey(NotSigned):
    """No key for events is set here: set NOTIFIER_SENDGRID_EVENT_KEYS to the public key of the event webhook."""


class WronglySigned(NotSigned):
    """The signature is too old or fits no key in NOTIFIER_SENDGRID_EVENT_KEYS: set the webhook's key there."""


@dataclass(frozen=True, slots=True)
class RecordedEvents:
    new: int
    duplicates: int
    skipped: int
    """Entries that are no events."""
    rings: tuple[Ring, ...]


@retried
def record_events(
    db: Db, settings: Settings, headers: Mapping[str, str], raw: bytes, now: datetime
) -> RecordedEvents:
    """Store what the provider posted and fold it into the ledger; durable when this returns.

    Header names are in lower case. Raises `NotSigned`, `BadInput` for a body that is no list, `Unreachable`.
    """
    provider = signer(settings, headers, raw, now)
    reported = parse(raw, posted_at(headers, now))
    if compare(db, reported.events, now):
        log().error("this database is older than what was sent")
    with db.transaction() as tx:
        found = recognise(tx, provider, reported.events)
        new = events.insert(tx, found.events)
        folded = fold(tx, provider, new, now, found.suppress)
        given_up = [one for one in folded.proved if one.was not in SOON]
        for notice_id in sorted({one.notice_id for one in given_up}):
            say_untold(tx, notice_id, [one.attempt_id for one in given_up if one.notice_id == notice_id], now)
        if lost := found.strays + Counter({(StrayReason.NO_EVENT.value, "-"): reported.skipped}):
            strays.count(tx, lost, now=now)
    for (why, kind), n in lost.items():
        log().warning("an event found no mail of ours", reason=why, kind=kind, n=n)
    for one in folded.proved:
        log().info("proved by an event", attempt=one.attempt_id, outcome=one.was, notice=one.notice_id)
    return RecordedEvents(
        new=len(new),
        duplicates=len(reported.events) - len(new),
        skipped=reported.skipped,
        rings=tuple(Ring("deliver", notice_id) for notice_id in folded.notices),
    )


def signer(settings: Settings, headers: Mapping[str, str], raw: bytes, now: datetime) -> str:
    """The provider whose key signed this: what the sandbox reports proves nothing about a live attempt."""
    sandbox = (settings.sandbox_event_key,) if settings.sandbox_event_key else ()
    for provider, keys in (("sendgrid", settings.event_keys), ("sandbox", sandbox)):
        if verify(headers, raw, keys, now):
            return provider
    refusal = WronglySigned if settings.event_keys or sandbox else NoEventKey
    log().warning("events refused", reason=refusal.__name__)
    raise refusal
