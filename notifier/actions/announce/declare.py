"""Suspend: declare that something is cut off, and say so to everybody it is cut off for."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any

from notifier.actions.announce.correct import unready
from notifier.actions.company.audience_copy import AudienceCopy, bring
from notifier.actions.control.approve import Consent, Gate, approve_in
from notifier.actions.control.promises import proposal
from notifier.actions.estimate.estimate import Estimate, estimate, rule_of
from notifier.actions.estimate.samples import Sample, sample_mails
from notifier.actions.notices.draft import Writer, draft_notice
from notifier.actions.notices.mode import mode_of
from notifier.actions.notices.named import Name, name_of
from notifier.actions.notices.scope import Scope, read_scope
from notifier.actions.notices.services import dependents, known_services
from notifier.edges.predicate import AskedScope
from notifier.errors import Refused
from notifier.model.act import Act
from notifier.model.declaration import Declaration
from notifier.model.facts import Facts
from notifier.model.vocabulary import Kind, NoticeKind, Possibly, Reason
from notifier.pipeline.compose import check_own_words
from notifier.pipeline.disruption import (
    Adopt,
    Open,
    Overlap,
    Same,
    draft_of,
    how_to_declare,
    kind_of,
    open_disruption,
)
from notifier.settings import Settings
from notifier.store import Db, Tx, audit
from notifier.store.audience import verdicts
from notifier.store.company import catalogue, merge
from notifier.store.disruptions import disruptions, notices
from notifier.store.disruptions.disruptions import Entry
from notifier.store.locks import retried


@dataclass(frozen=True, slots=True)
class Wish:
    """What the operator asked for, as they gave it."""

    services: tuple[str, ...]
    reason: Reason
    kind: Kind | None = None
    """None: it follows from the reason, or from the draft that it takes over."""
    with_dependents: bool = False
    """Also the services that cannot work without these."""
    where: str | None = None
    only: tuple[str, ...] = ()
    leave_out: tuple[str, ...] = ()
    as_written: bool = False
    roles: tuple[str, ...] = ()
    possibly: Possibly = Possibly.HEDGE
    facts: Mapping[str, Any] = field(default_factory=dict[str, Any])
    statements: Mapping[str, str] = field(default_factory=dict[str, str])
    next_update_at: datetime | None = None
    no_promise: bool = False
    """Nothing is promised, whatever policy proposes."""
    effective_at: datetime | None = None
    """None: since when the data says, else now."""
    on_cutoff: bool = False
    """Wait until the data shows that somebody is cut off, then leave by itself."""
    title: str | None = None
    rehearse: bool = False
    again: bool = False
    as_of: datetime | None = None
    """By the newest snapshot of the company's own database that was taken by then."""
    people: AudienceCopy | None = None
    """The copy of that database that is in our tables already: see `with_people`."""


@dataclass(frozen=True, slots=True)
class Declared:
    name: Name
    gate: Gate
    adopted: bool
    """Evidence had drafted it already."""
    next_update_at: datetime | None = None
    """What its first notice promises."""


def read(tx: Tx, settings: Settings, wish: Wish, now: datetime) -> tuple[Declaration, Scope]:
    """Check everything that was asked for against the catalogue; the declaration and its scope."""
    services = known_services(tx, wish.services)
    if wish.with_dependents:
        services += dependents(tx, services)
    scope = read_scope(tx, AskedScope(wish.where, wish.only, wish.leave_out, wish.as_written), now)
    check_own_words(Facts.from_mapping(wish.facts), wish.statements)
    cut_at = verdicts.cut_off_since(tx, list(services))
    mode = mode_of(settings, rehearse=wish.rehearse)
    draft = draft_of(services, disruptions.open_ones(tx, mode))
    declaration = Declaration(
        mode=mode,
        kind=kind_of(wish.reason, wish.kind, draft.kind if draft else None),
        reason=wish.reason,
        services=services,
        predicate=scope.predicate,
        where=scope.text,
        possibly=wish.possibly,
        effective_at=wish.effective_at or cut_at or now,
        awaits_cutoff=wish.on_cutoff and cut_at is None,
        title=wish.title,
        roles=tuple(sorted(set(wish.roles))),
    )
    return declaration, scope


@dataclass(frozen=True, slots=True)
class DryRun:
    estimate: Estimate
    samples: tuple[Sample, ...]


def with_people(db: Db, writer: Writer, now: datetime, wish: Wish) -> Wish:
    """The wish with its people in our tables, if they live in the company's own database.

    Raises `Unreachable`, offering a snapshot, if that database does not answer.
    """
    if wish.people is not None:
        return wish
    with db.transaction() as tx:
        return replace(wish, people=_bring(tx, writer, now, wish))


def _bring(tx: Tx, writer: Writer, now: datetime, wish: Wish) -> AudienceCopy | None:
    # Whether a value is a slip is asked of the people who come, not of those who happen to be here.
    declaration, _ = read(tx, writer.settings, replace(wish, as_written=True), now)
    return bring(tx, writer.settings.audience_url, rule_of(declaration), now, wish.as_of)


def _require_watch(tx: Tx, writer: Writer, declaration: Declaration) -> None:
    """What waits for a cut-off in the company's own database needs somebody to look there."""
    unwatched = writer.settings.audience_url and not catalogue.policy(tx).snapshot_seconds
    if declaration.awaits_cutoff and unwatched:
        raise Refused(
            "Nobody would see the cut-off come: set snapshot_seconds in [policy], or declare it once it is there."
        )


def dry_run(db: Db, writer: Writer, now: datetime, wish: Wish) -> DryRun:
    """Who would be told, with which words; nothing is stored, nothing leaves: what is copied is undone."""
    with db.transaction(keep=False) as tx:
        people = wish.people or _bring(tx, writer, now, wish)
        declaration, scope = read(tx, writer.settings, wish, now)
        _require_watch(tx, writer, declaration)
        warnings = (*scope.warnings, *unready(writer.words))
        counted = estimate(tx, writer, declaration, wish.statements, wish.facts, warnings)
        counted = replace(counted, people_copied=people)
        entry = Entry(
            0,
            "declared",
            now,
            "nobody",
            dict(wish.facts),
            dict(wish.statements),
            _promise(tx, wish, declaration.kind, now),
        )
        return DryRun(counted, sample_mails(tx, writer, declaration, entry, now))


def suspend(db: Db, writer: Writer, act: Act, wish: Wish, consent: Consent) -> Declared:
    """Declare, and approve if `consent` covers it: one transaction; workers do the rest.

    If the process dies before the commit nothing has happened; after it, nothing is missing.
    """
    return _suspend(db, writer, act, with_people(db, writer, act.now, wish), consent)


@retried
def _suspend(db: Db, writer: Writer, act: Act, wish: Wish, consent: Consent) -> Declared:
    with db.transaction() as tx:
        disruptions.lock_declarations(tx)
        declaration, _ = read(tx, writer.settings, wish, act.now)
        _require_watch(tx, writer, declaration)
        disruption_id, adopted = _open_or_adopt(tx, act, declaration, again=wish.again)
        if wish.people:
            merge.note_people(tx, disruption_id, wish.people.source, wish.people.at)
        next_update_at = _promise(tx, wish, declaration.kind, act.now)
        timeline_id = disruptions.add_entry(
            tx,
            disruption_id,
            kind="declared",
            actor=act.actor,
            facts=wish.facts,
            statements=wish.statements,
            next_update_at=next_update_at,
            now=act.now,
        )
        notice_id = draft_notice(tx, writer, disruption_id, NoticeKind.FIRST, timeline_id, act.now)
        audit.append(
            tx,
            actor=act.actor,
            act="declare",
            at=act.now,
            disruption_id=disruption_id,
            after=_public(declaration, wish.people),
        )
        gate = approve_in(tx, act, notice_id, consent)
        return Declared(name_of(tx, notice_id), gate, adopted, next_update_at)


def _promise(tx: Tx, wish: Wish, kind: Kind, now: datetime) -> datetime | None:
    """When people hear next: as the operator said, else as policy proposes."""
    if wish.next_update_at or wish.no_promise:
        return wish.next_update_at
    return proposal(tx, kind, now)


def _open_or_adopt(tx: Tx, act: Act, declaration: Declaration, *, again: bool) -> tuple[int, bool]:
    how = how_to_declare(declaration, disruptions.open_ones(tx, declaration.mode), again=again)
    match how:
        case Same(other) if not again:
            raise Refused(
                f"This is declared already: D-{other.reference}. See `notifier show {other.reference}`, "
                "or add --again to declare it once more."
            )
        case Overlap(other):
            raise Refused(
                f"D-{other.reference} already tells people about {', '.join(other.services)}: use `notifier "
                f"update {other.reference}`, or add --again to declare another disruption."
            )
        case Adopt(draft):
            disruptions.lock(tx, draft.disruption_id)
            for notice in notices.drafts(tx, draft.disruption_id):
                notices.void(tx, notice.notice_id)
            disruptions.redraft(tx, draft.disruption_id, declaration)
            disruptions.add_revision(tx, draft.disruption_id, declaration, actor=act.actor, now=act.now)
            return draft.disruption_id, True
        case Open() | Same():
            fresh = next_again(tx, declaration)
            return open_disruption(tx, act, fresh), False


def next_again(tx: Tx, declaration: Declaration) -> Declaration:
    """Count `--again` up until the key is free."""
    while disruptions.by_declare_key(tx, declaration.key):
        declaration = replace(declaration, again=declaration.again + 1)
    return declaration


def _public(declaration: Declaration, people: AudienceCopy | None) -> dict[str, object]:
    return {
        "people": people.source if people else "imported",
        "people_at": people.at.isoformat() if people else None,
        "mode": declaration.mode,
        "kind": declaration.kind,
        "reason": declaration.reason,
        "services": sorted(declaration.services),
        "possibly": declaration.possibly,
        "roles": list(declaration.roles),
        "key": declaration.key,
    }
