"""Disruptions, the revisions of their scope, their timeline."""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from functools import partial
from typing import Any

from psycopg.types.json import Jsonb

from notifier.model.declaration import Declaration
from notifier.model.scope import Json, to_json
from notifier.model.vocabulary import Kind, Mode, PeopleFrom, Possibly, Reason
from notifier.store import Tx, many, one, run, select_from, value

DECLARE_LOCK = 0x6465636C  # 'decl': who declares, widens or adopts does it alone


@dataclass(frozen=True, slots=True)
class Disruption:
    disruption_id: int
    reference: str
    mode: Mode
    kind: Kind
    reason: Reason
    title: str | None
    services: list[str]
    opened_by: str
    opened_at: datetime
    declared_at: datetime | None
    effective_at: datetime
    awaits_cutoff: bool
    declare_key: str
    ended_at: datetime | None
    ended_as: str | None
    roles: list[str]
    people_from: PeopleFrom | None = None
    """None: customers were imported."""
    people_at: datetime | None = None
    """When the company's own database showed them."""


DISRUPTION = select_from(Disruption, "disruption")


@dataclass(frozen=True, slots=True)
class OpenDisruption:
    disruption_id: int
    reference: str
    services: list[str]
    """Of the latest revision."""
    opened_by: str
    declared_at: datetime | None
    effective_at: datetime
    declare_key: str
    kind: Kind = Kind.SUSPENSION
    follows: int | None = None
    without: list[str] = field(default_factory=list[str])
    """Slugs that a person took out of this draft: evidence puts none back."""
    arranged_by: str | None = None
    """Who merged or split it last."""
    said_by: list[str] = field(default_factory=list[str])
    """By whose word it was opened, widened or taken up again."""


@dataclass(frozen=True, slots=True)
class Revision:
    rev: int
    text: str
    predicate: Json
    services: list[str]
    possibly: Possibly
    roles: tuple[str, ...] = ()
    """Of the disruption."""


@dataclass(frozen=True, slots=True)
class Entry:
    """One update on the timeline."""

    timeline_id: int
    kind: str
    at: datetime
    actor: str
    facts: dict[str, Any]
    statements: dict[str, str]
    next_update_at: datetime | None


def lock_declarations(tx: Tx) -> None:
    """Until this transaction ends nobody else opens or widens a disruption: eight at once become one."""
    run(tx, "SELECT pg_advisory_xact_lock(%(lock)s)", lock=DECLARE_LOCK)


def try_lock_declarations(tx: Tx) -> bool:
    """As `lock_declarations`, without waiting; False: somebody else holds it."""
    return value(tx, "SELECT pg_try_advisory_xact_lock(%(lock)s)", lock=DECLARE_LOCK)


def insert(
    tx: Tx,
    declaration: Declaration,
    *,
    reference: str,
    opened_by: str,
    now: datetime,
) -> int | None:
    """The new id; None if the reference is taken or the same declaration is open."""
    statement = """
INSERT INTO disruption (reference, mode, kind, reason, title, services, opened_by, opened_at,
  effective_at, awaits_cutoff, declare_key, roles)
VALUES (%(reference)s, %(mode)s, %(kind)s, %(reason)s, %(title)s, %(services)s, %(opened_by)s, %(now)s,
  %(effective_at)s, %(awaits)s, %(key)s, %(roles)s)
ON CONFLICT DO NOTHING
RETURNING disruption_id"""
    return value(tx, statement, reference=reference, opened_by=opened_by, now=now, **_columns(declaration))


def redraft(tx: Tx, disruption_id: int, declaration: Declaration) -> None:
    """A person says what a draft, of evidence or of their own, is about."""
    statement = """
UPDATE disruption
SET mode = %(mode)s, kind = %(kind)s, reason = %(reason)s, title = %(title)s, services = %(services)s,
  effective_at = %(effective_at)s, awaits_cutoff = %(awaits)s, declare_key = %(key)s, roles = %(roles)s
WHERE disruption_id = %(id)s"""
    run(tx, statement, id=disruption_id, **_columns(declaration))


def _columns(declaration: Declaration) -> dict[str, object]:
    return {
        "mode": declaration.mode,
        "kind": declaration.kind,
        "reason": declaration.reason,
        "title": declaration.title,
        "services": sorted(declaration.services),
        "effective_at": declaration.effective_at,
        "awaits": declaration.awaits_cutoff,
        "key": declaration.key,
        "roles": list(declaration.roles),
    }


def set_declared(tx: Tx, disruption_id: int, *, now: datetime) -> None:
    """The approval of its first notice declares it, once."""
    run(
        tx,
        "UPDATE disruption SET declared_at = %(now)s WHERE disruption_id = %(id)s AND declared_at IS NULL",
        id=disruption_id,
        now=now,
    )


def take_effect(tx: Tx, disruption_id: int, *, effective_at: datetime, now: datetime) -> None:
    """The cut-off that this disruption was waiting for is there: what was approved for it goes on."""
    statement = """
WITH there AS (
  UPDATE disruption SET effective_at = %(at)s, awaits_cutoff = false
  WHERE disruption_id = %(id)s
  RETURNING disruption_id),
waits AS (
  SELECT notice_id FROM notice JOIN there USING (disruption_id)
  WHERE state = 'approved'
  ORDER BY notice_id FOR NO KEY UPDATE)
UPDATE notice SET resumed_at = %(now)s
FROM waits
WHERE notice.notice_id = waits.notice_id"""
    run(tx, statement, id=disruption_id, at=effective_at, now=now)


def set_services(tx: Tx, disruption_id: int, *, services: list[str], declare_key: str) -> None:
    run(
        tx,
        "UPDATE disruption SET services = %(services)s, declare_key = %(key)s WHERE disruption_id = %(id)s",
        id=disruption_id,
        services=services,
        key=declare_key,
    )


def end(tx: Tx, disruption_id: int, *, ended_as: str, now: datetime) -> None:
    statement = """
UPDATE disruption SET ended_at = %(now)s, ended_as = %(ended_as)s
WHERE disruption_id = %(id)s AND ended_at IS NULL"""
    run(tx, statement, id=disruption_id, ended_as=ended_as, now=now)


def open_ones(tx: Tx, mode: Mode) -> list[OpenDisruption]:
    """Everything that is not over, drafts included, oldest first."""
    statement = """
SELECT d.disruption_id, d.reference, r.services, d.opened_by, d.declared_at, d.effective_at, d.declare_key,
       d.kind, d.follows, d.without, d.arranged_by,
       array(SELECT DISTINCT actor FROM scope_revision WHERE disruption_id = d.disruption_id AND NOT proposed)
         AS said_by FROM disruption d
JOIN LATERAL (
  SELECT services FROM scope_revision WHERE disruption_id = d.disruption_id AND NOT proposed
  ORDER BY rev DESC LIMIT 1) r ON true
WHERE d.ended_at IS NULL AND d.mode = %(mode)s
ORDER BY d.disruption_id"""
    return many(tx, OpenDisruption, statement, mode=mode)


def by_id(tx: Tx, disruption_id: int) -> Disruption:
    found = one(tx, Disruption, DISRUPTION + " WHERE disruption_id = %(id)s", id=disruption_id)
    assert found is not None
    return found


def lock(tx: Tx, disruption_id: int) -> None:
    """Nobody else decides about it until this transaction ends. Who begins a notice holds the declarations."""
    run(tx, "SELECT FROM disruption WHERE disruption_id = %(id)s FOR NO KEY UPDATE", id=disruption_id)


def by_reference(tx: Tx, reference: str) -> Disruption | None:
    return one(tx, Disruption, DISRUPTION + " WHERE reference = %(ref)s", ref=reference)


def by_declare_key(tx: Tx, declare_key: str) -> Disruption | None:
    """The open disruption that this very declaration made."""
    statement = DISRUPTION + " WHERE declare_key = %(key)s AND ended_at IS NULL"
    return one(tx, Disruption, statement, key=declare_key)


def add_revision(
    tx: Tx,
    disruption_id: int,
    declaration: Declaration,
    *,
    actor: str,
    now: datetime,
    by_evidence: bool = False,
) -> int:
    """Every revision of the scope is kept; its number. `by_evidence`: a person arranged what evidence says."""
    predicate = declaration.predicate
    return value(
        tx,
        """
INSERT INTO scope_revision (disruption_id, rev, text, predicate, services, possibly, actor, at, by_evidence)
SELECT %(id)s, coalesce(max(rev), 0) + 1, %(text)s, %(predicate)s, %(services)s, %(possibly)s, %(actor)s,
       %(now)s, %(by_evidence)s
FROM scope_revision
WHERE disruption_id = %(id)s
RETURNING rev""",
        id=disruption_id,
        text=declaration.where,
        predicate=None if predicate is None else Jsonb(to_json(predicate)),
        services=sorted(declaration.services),
        possibly=declaration.possibly,
        actor=actor,
        now=now,
        by_evidence=by_evidence,
    )


def revision(tx: Tx, disruption_id: int, rev: int | None = None) -> Revision:
    """The given revision, or the latest that is in force."""
    statement = """
SELECT rev, text, predicate, s.services, possibly, roles
FROM scope_revision s JOIN disruption USING (disruption_id)
WHERE disruption_id = %(id)s AND coalesce(rev = %(rev)s, NOT proposed)
ORDER BY rev DESC LIMIT 1"""
    found = one(tx, Revision, statement, id=disruption_id, rev=rev)
    assert found is not None
    return found


def add_entry(
    tx: Tx,
    disruption_id: int,
    *,
    kind: str,
    actor: str,
    facts: Mapping[str, Any],
    statements: Mapping[str, str],
    next_update_at: datetime | None,
    now: datetime,
) -> int:
    return value(
        tx,
        """
INSERT INTO timeline (disruption_id, kind, at, actor, facts, statements, next_update_at)
VALUES (%(id)s, %(kind)s, %(now)s, %(actor)s, %(facts)s, %(statements)s, %(next)s)
RETURNING timeline_id""",
        id=disruption_id,
        kind=kind,
        actor=actor,
        facts=Jsonb(dict(facts), dumps=partial(json.dumps, default=str)),
        statements=Jsonb(dict(statements)),
        next=next_update_at,
        now=now,
    )


def timeline(tx: Tx, disruption_id: int) -> list[Entry]:
    statement = """
SELECT timeline_id, kind, at, actor, facts, statements, next_update_at
FROM timeline
WHERE disruption_id = %(id)s
ORDER BY timeline_id"""
    return many(tx, Entry, statement, id=disruption_id)
