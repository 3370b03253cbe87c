"""Which part of a disruption is back, as an operator gives it."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from notifier.actions.notices.scope import read_scope
from notifier.edges.predicate import AskedScope
from notifier.errors import BadInput
from notifier.model.scope import to_json
from notifier.model.vocabulary import NoticeKind
from notifier.store import Tx
from notifier.store.disruptions import disruptions, revisions
from notifier.store.disruptions.disruptions import Disruption
from notifier.store.disruptions.revisions import Restoration


@dataclass(frozen=True, slots=True)
class RestoredPart:
    services: tuple[str, ...] = ()
    """Slugs; none: all that the disruption is about."""
    where: str | None = None
    """For whom; None: for everybody. Whoever it cannot be said of hears nothing."""
    only: tuple[str, ...] = ()
    leave_out: tuple[str, ...] = ()
    as_written: bool = False


EVERYTHING = RestoredPart()


def read_part(tx: Tx, disruption: Disruption, part: RestoredPart, now: datetime) -> tuple[Restoration, ...]:
    """Raises `BadInput` for a service that this disruption is not about, and for what is no scope."""
    out = disruptions.revision(tx, disruption.disruption_id).services
    for slug in part.services:
        if slug not in out:
            raise BadInput(f"D-{disruption.reference} is not about {slug!r}, only about {', '.join(out)}.")
    asked = AskedScope(part.where, part.only, part.leave_out, part.as_written)
    found = read_scope(tx, asked, now).predicate
    predicate = None if found is None else to_json(found)
    return tuple(Restoration(slug, predicate) for slug in dict.fromkeys(part.services or out))


def kind_of(tx: Tx, disruption: Disruption, backs: Sequence[Restoration]) -> NoticeKind:
    """Restored, once everything is back for everybody; until then it is a part."""
    revision = disruptions.revision(tx, disruption.disruption_id)
    before = revisions.restored(tx, disruption.disruption_id, revision.rev)
    whole = {back.service for back in (*before, *backs) if back.predicate is None}
    return NoticeKind.RESTORED if whole >= set(revision.services) else NoticeKind.PARTIAL
