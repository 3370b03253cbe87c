"""Two drafts of evidence that are one story, and one that is two: a person says so, nobody is told.

Whoever judges, declares or merges holds the declarations; whoever approves holds the row of the disruption. So an
approval is either before this, and it is refused, or it finds its notice void.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from notifier.actions.notices.draft import Writer, write_first
from notifier.actions.notices.named import find
from notifier.actions.notices.services import known_services
from notifier.errors import BadInput, Refused
from notifier.model.act import Act
from notifier.pipeline import disruption
from notifier.store import Db, Tx
from notifier.store.disruptions import alarms, disruptions, notices, signals, succession
from notifier.store.disruptions.disruptions import Disruption
from notifier.store.locks import retried


@dataclass(frozen=True, slots=True)
class Arranged:
    """Drafts as they are now."""

    reference: str
    services: tuple[str, ...]
    other: str
    """The one that ended, or the new one."""
    other_services: tuple[str, ...]
    """None of one that ended."""
    already: bool = False
    """It was so before: nothing was done."""


@retried
def merge(db: Db, writer: Writer, act: Act, reference: str, other: str) -> Arranged:
    """The first stays, and takes in services and evidence of the other, which ends. If the process dies before the
    commit nothing has happened.

    Raises `Refused` for what has told people, or what a person has declared or approved.
    """
    with db.transaction() as tx:
        disruptions.lock_declarations(tx)
        stays, ends = find(tx, reference), find(tx, other)
        if stays.disruption_id == ends.disruption_id:
            raise BadInput(f"D-{stays.reference} is one draft: name two.")
        _lock(tx, stays.disruption_id, ends.disruption_id)
        stays, ends = find(tx, reference), find(tx, other)
        if succession.ties(tx, ends.disruption_id).merged_into == stays.disruption_id:
            return Arranged(stays.reference, tuple(stays.services), ends.reference, (), already=True)
        for each in (stays, ends):
            _require_evidence(tx, each)
        if stays.mode is not ends.mode:
            raise Refused("One of them is a rehearsal and the other is live: they stay apart.")
        for notice in notices.drafts(tx, ends.disruption_id):
            notices.void(tx, notice.notice_id)
        _void_holding(tx, stays.disruption_id, ends.disruption_id)
        disruption.merge_drafts(tx, act, stays, ends)
        write_first(tx, writer, stays.disruption_id, act.actor, act.now)
        for kind in ("draft", "untouched", "words"):
            alarms.clear(tx, f"{kind}:{ends.disruption_id}", act.now)
        about = tuple(disruptions.by_id(tx, stays.disruption_id).services)
        return Arranged(stays.reference, about, ends.reference, ())


@retried
def split(db: Db, writer: Writer, act: Act, reference: str, services: Sequence[str]) -> Arranged:
    """These services, and the evidence that names only them, into a draft of their own; what is heard of them
    later goes there. Evidence that names others too counts for both.

    Raises `BadInput` if nothing would be left or it is not about them, `Refused` as `merge` does.
    """
    with db.transaction() as tx:
        disruptions.lock_declarations(tx)
        asked = tuple(sorted(known_services(tx, services)))
        _lock(tx, find(tx, reference).disruption_id)
        draft = find(tx, reference)
        there = succession.split_off(tx, draft.disruption_id, asked)
        if there is not None and not {*asked} & {*draft.services}:
            new = disruptions.by_id(tx, there)
            return Arranged(draft.reference, tuple(draft.services), new.reference, asked, already=True)
        _require_evidence(tx, draft)
        if not {*asked} < {*draft.services}:
            raise BadInput(
                f"D-{draft.reference} is about {', '.join(draft.services)}: name some of them, and not all."
            )
        _void_holding(tx, draft.disruption_id)
        new_id = disruption.split_draft(tx, act, draft, asked)
        for id_ in (draft.disruption_id, new_id):
            write_first(tx, writer, id_, act.actor, act.now)
        rest = tuple(disruptions.by_id(tx, draft.disruption_id).services)
        return Arranged(draft.reference, rest, disruptions.by_id(tx, new_id).reference, asked)


def _lock(tx: Tx, *disruption_ids: int) -> None:
    for disruption_id in sorted(disruption_ids):
        disruptions.lock(tx, disruption_id)
    notices.lock_drafts(tx, sorted(disruption_ids))


def _void_holding(tx: Tx, *disruption_ids: int) -> None:
    """What was prepared to leave by itself, and nobody has approved, speaks of services as they were."""
    for notice in notices.lock_drafts(tx, sorted(disruption_ids)):
        if notice.go_at is not None:
            notices.void(tx, notice.notice_id)


def _require_evidence(tx: Tx, draft: Disruption) -> None:
    why = disruption.may_arrange(
        f"D-{draft.reference}",
        draft,
        by_evidence=draft.disruption_id in signals.drafts_on_evidence(tx, draft.mode),
        ties=succession.ties(tx, draft.disruption_id),
        holding=any(notice.waits for notice in notices.of_disruption(tx, draft.disruption_id)),
    )
    if why:
        raise Refused(why)
