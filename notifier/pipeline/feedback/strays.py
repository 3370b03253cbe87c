"""Events without our arguments: whose they are, by the provider's id of the request, or by address and time.

An address proves nothing about a request of ours: the account may send other mail to the same people. So only what
ends badly is looked for by address, among requests that were accepted anyway.
"""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, replace
from enum import StrEnum

from notifier.model.event import ProviderEvent, Suppressing
from notifier.pipeline.feedback.folding import FATES, suppression_of
from notifier.store import Tx
from notifier.store.ledger import strays
from notifier.store.ledger.strays import NamedRecipient

BAD = frozenset({"bounce", "dropped", "spamreport", "unsubscribe", "group_unsubscribe"})


class StrayReason(StrEnum):
    SEVERAL = "several mails fit"
    UNREADABLE = "our arguments cannot be read"
    NO_EVENT = "no event"
    NOT_OURS = "no mail of ours"


ALARMING = (StrayReason.SEVERAL, StrayReason.UNREADABLE, StrayReason.NO_EVENT)
"""What is about no mail of ours is another's on the same account: counted only."""


@dataclass(frozen=True, slots=True)
class Recognised:
    events: list[ProviderEvent]
    suppress: list[tuple[ProviderEvent, Suppressing]]
    """People of ours, whichever mail it was."""
    strays: Counter[tuple[str, str]]


def recognise(tx: Tx, provider: str, reported: Sequence[ProviderEvent]) -> Recognised:
    """Put our ids on events that lack them, where they are found."""
    lacking = [event for event in reported if _lacks(event)]
    if not lacking:
        return Recognised(list(reported), [], Counter())
    ids = sorted({event.message_id for event in lacking if event.message_id})
    requests = strays.by_message(tx, provider, ids) if ids else {}
    asked = [event for event in lacking if event.address_key]
    whom = strays.whose(tx, provider, [(event.address_key or "", event.occurred_at) for event in asked])
    found = {id(event): whom.get(n) for n, event in enumerate(asked)}
    done = Recognised([], [], Counter())
    for event in reported:
        if _lacks(event):
            attempt = event.attempt_id or requests.get(event.message_id or "")
            done.events.append(_sorted(done, replace(event, attempt_id=attempt), found.get(id(event))))
        else:
            done.events.append(_unique(event))
    return done


def _lacks(event: ProviderEvent) -> bool:
    return event.attempt_id is None or event.recipient_id is None


def _sorted(done: Recognised, event: ProviderEvent, whom: NamedRecipient | None) -> ProviderEvent:
    recipient = event.recipient_id or (whom.recipient_id if whom else None)
    event = _unique(replace(event, recipient_id=recipient))
    if event.attempt_id is not None:
        return event
    if whom and event.kind in BAD and whom.fits == 1 and whom.attempt_id is not None:
        return replace(event, attempt_id=whom.attempt_id)
    reason = suppression_of(event)
    if whom and whom.fits and whom.live and reason is not None:
        done.suppress.append((event, reason))
    kind = event.kind if event.kind in FATES else "other"
    if event.names_us:
        done.strays[StrayReason.UNREADABLE, kind] += 1
    elif event.kind in BAD:
        done.strays[StrayReason.SEVERAL if whom and whom.fits else StrayReason.NOT_OURS, kind] += 1
    return event


def _unique(event: ProviderEvent) -> ProviderEvent:
    """Two people of one post differ by nothing but their address, which the id that we make leaves out."""
    if not event.nameless:
        return event
    return replace(event, sg_event_id=f"{event.sg_event_id}.{event.recipient_id or 0}")
