"""A notice that a person approves beforehand: it leaves by itself at its time, unless somebody speaks first."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from notifier.actions.control.approve import Consent, Gate, approve_in
from notifier.actions.control.promises import proposal
from notifier.actions.notices.context import context_of
from notifier.actions.notices.draft import Writer, draft_notice
from notifier.actions.notices.named import Name, find, name_of
from notifier.errors import BadInput, Refused
from notifier.model.act import Act
from notifier.model.facts import Facts
from notifier.model.vocabulary import NoticeKind
from notifier.pipeline.compose import check_own_words
from notifier.store import Db, audit
from notifier.store.disruptions import disruptions, notices, promises
from notifier.store.locks import retried


@dataclass(frozen=True, slots=True)
class Plan:
    """What shall leave, and when, as the operator gave it."""

    at: datetime
    facts: Mapping[str, Any] = field(default_factory=dict[str, Any])
    statements: Mapping[str, str] = field(default_factory=dict[str, str])
    next_update_at: datetime | None = None
    no_promise: bool = False


@dataclass(frozen=True, slots=True)
class Prepared:
    name: Name
    kind: NoticeKind
    at: datetime
    next_update_at: datetime | None
    gate: Gate


@retried
def prepare(db: Db, writer: Writer, act: Act, reference: str, plan: Plan, consent: Consent) -> Prepared:
    """To a draft of which nobody was told, the holding notice: what is known, and that more follows. To a
    disruption that is told, an update: nothing new, if that is how it is. It takes the place of an earlier one.

    Raises `Refused` if the disruption is over, `BadInput` for a time that is past or after what it promises.
    """
    check_own_words(Facts.from_mapping(plan.facts), plan.statements)
    if plan.at <= act.now:
        raise BadInput("--at is in the past: give a time to come.")
    with db.transaction() as tx:
        disruptions.lock_declarations(tx)
        disruptions.lock(tx, find(tx, reference).disruption_id)
        disruption = find(tx, reference)
        if disruption.ended_at is not None:
            raise Refused(
                f"D-{disruption.reference} is over ({disruption.ended_as}): nothing is left to say."
            )
        next_at = plan.next_update_at
        if next_at is None and not plan.no_promise:
            next_at = proposal(tx, disruption.kind, plan.at, disruption.disruption_id)
        if next_at is not None and next_at <= plan.at:
            raise BadInput("--next-update is before --at: the notice would promise what is past.")
        kind = NoticeKind.HOLDING if disruption.declared_at is None else NoticeKind.UPDATE
        timeline_id = disruptions.add_entry(
            tx,
            disruption.disruption_id,
            kind=kind,
            actor=act.actor,
            facts=plan.facts,
            statements=plan.statements,
            next_update_at=next_at,
            now=act.now,
        )
        notice_id = draft_notice(tx, writer, disruption.disruption_id, kind, timeline_id, act.now)
        since = context_of(tx, writer.settings, notices.by_id(tx, notice_id)).since[0]
        promises.schedule(tx, notice_id, go_at=plan.at, since=since)
        audit.append(
            tx,
            actor=act.actor,
            act="prepare",
            at=act.now,
            disruption_id=disruption.disruption_id,
            after={"notice": notice_id, "at": plan.at.isoformat()},
        )
        gate = approve_in(tx, act, notice_id, consent)
        return Prepared(name_of(tx, notice_id), kind, plan.at, next_at, gate)
