"""What became of each mail: events prove attempts, decide fates and suppress addresses.

Every step may see its events doubled, late and in any order: the same set ends in the same state.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from notifier.model.event import Fate, ProviderEvent, Suppressing
from notifier.store import Tx
from notifier.store.disruptions import alarms
from notifier.store.ledger import events, planning, singles, strays
from notifier.store.ledger.events import Became, Proved, Suppress

FATES: Mapping[str, Fate] = {
    "processed": Fate.PROCESSED,
    "deferred": Fate.DEFERRED,
    "delivered": Fate.DELIVERED,
    "dropped": Fate.DROPPED,
    "bounce": Fate.BOUNCED,
    # Whoever opens, clicks, complains or unsubscribes has got it, though `delivered` may be missing.
    "open": Fate.DELIVERED,
    "click": Fate.DELIVERED,
    "spamreport": Fate.DELIVERED,
    "unsubscribe": Fate.DELIVERED,
    "group_unsubscribe": Fate.DELIVERED,
    "group_resubscribe": Fate.DELIVERED,
}
SUPPRESSING: Mapping[str, Suppressing] = {
    "spamreport": Suppressing.SPAM_REPORT,
    "unsubscribe": Suppressing.UNSUBSCRIBED,
    "group_unsubscribe": Suppressing.UNSUBSCRIBED,
}
DROPPED_FOR: Mapping[str, Suppressing] = {
    "Bounced Address": Suppressing.BOUNCE,
    "Spam Reporting Address": Suppressing.SPAM_REPORT,
    "Invalid": Suppressing.INVALID,
    "Unsubscribed Address": Suppressing.UNSUBSCRIBED,
}
"""The other reasons are about the mail or the account (spam content, package quota), not about the address."""

CONTRADICTED = frozenset({"refused", "not_sent"})


def fate_of(event: ProviderEvent) -> Fate | None:
    """None for a kind that we do not know: it proves the attempt and nothing else."""
    return FATES.get(event.kind)


def suppression_of(event: ProviderEvent) -> Suppressing | None:
    """Why this address is not to be written to again. A blocked bounce says nothing about the next mail."""
    if event.kind == "bounce":
        return Suppressing.BOUNCE if event.permanent else None
    if event.kind == "dropped":
        return DROPPED_FOR.get(event.reason)
    return SUPPRESSING.get(event.kind)


@dataclass(frozen=True, slots=True)
class Folded:
    proved: tuple[Proved, ...]
    notices: tuple[int, ...]
    """Chunks of theirs were not known to be accepted."""


def fold(
    tx: Tx,
    provider: str,
    new: Sequence[ProviderEvent],
    now: datetime,
    people: Sequence[tuple[ProviderEvent, Suppressing]] = (),
) -> Folded:
    """Carry events of one provider into the ledger. `people`: whom to suppress, whichever mail it was."""
    folded = _fold(tx, provider, new, now)
    if people:
        strays.suppress(tx, provider, people)
    _raise_alarms(tx, folded.proved, now)
    return folded


def _fold(tx: Tx, provider: str, new: Sequence[ProviderEvent], now: datetime) -> Folded:
    attempt_ids = sorted({event.attempt_id for event in new if event.attempt_id})
    if not attempt_ids:
        return Folded((), ())
    planning.plan_for_few(tx)  # also while nobody has analysed what was sent just now
    proved = events.prove(tx, provider, attempt_ids, now=now)
    singles.prove(tx, provider, attempt_ids)
    events.lock_chunks(tx, provider, attempt_ids)
    notices = {
        *events.accept_chunks(tx, provider, attempt_ids),
        *events.accept_leaves(tx, provider, attempt_ids),
    }
    became, suppress = said_about_people(new)
    if became:
        events.put_fates(tx, provider, became)
    if suppress:
        events.suppress(tx, provider, suppress)
    return Folded(tuple(proved), tuple(sorted(notices)))


def said_about_people(new: Sequence[ProviderEvent]) -> tuple[list[Became], list[Suppress]]:
    became: list[Became] = []
    suppress: list[Suppress] = []
    for event in new:
        if event.attempt_id is None or event.recipient_id is None:
            continue
        if fate := fate_of(event):
            became.append(Became(event.attempt_id, event.recipient_id, fate, event.occurred_at))
        if reason := suppression_of(event):
            suppress.append(Suppress(event.attempt_id, event.recipient_id, reason, event.occurred_at))
    return became, suppress


def _raise_alarms(tx: Tx, proved: Sequence[Proved], now: datetime) -> None:
    contradicted = {each.notice_id: each for each in proved if each.was in CONTRADICTED}
    for one in sorted(contradicted.values(), key=lambda each: each.notice_id):
        alarms.raise_once(
            tx,
            f"contradicted:{one.notice_id}",
            f"The provider reports mails of D-{one.reference} that it had refused or that never left, as far as"
            " we knew: they count as told now; look at the provider's activity before you send anything again.",
            one.disruption_id,
            now,
        )
