"""What do we say, and to whom is it owed? The life of a disruption, from evidence to its end."""

import secrets
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from notifier.model.act import Act
from notifier.model.declaration import Declaration
from notifier.model.signal import DATABASE
from notifier.model.vocabulary import Kind, Mode, Possibly, Reason
from notifier.store import Tx, audit
from notifier.store.disruptions import disruptions, succession
from notifier.store.disruptions.disruptions import Disruption, OpenDisruption
from notifier.store.disruptions.succession import Ties

REFERENCE_LETTERS = "23456789ABCDEFGHJKMNPQRSTVWXYZ"
"""Read over the telephone: nothing that looks or sounds like something else."""


READS_AS = {
    Kind.SUSPENSION: "a suspension",
    Kind.OUTAGE: "an outage",
    Kind.DEGRADATION: "a degradation",
    Kind.MAINTENANCE: "maintenance",
}
FOLLOWS = {
    Reason.LEGAL: Kind.SUSPENSION,
    Reason.SECURITY: Kind.SUSPENSION,
    Reason.SUPPLIER: Kind.OUTAGE,
    Reason.FAULT: Kind.OUTAGE,
    Reason.CAPACITY: Kind.DEGRADATION,
}
"""What somebody decided for a reason is a suspension; what failed nobody has suspended."""


def kind_of(reason: Reason, asked: Kind | None, drafted: Kind | None) -> Kind:
    """What people read it as: what was asked for, else by the reason, else as the draft has it (its source)."""
    return asked or FOLLOWS.get(reason) or drafted or Kind.SUSPENSION


def kind_line(kind: Kind, reason: Reason, source: str | None = None) -> str:
    """What people read it as, and why. `source`: who opened the draft, where no person did."""
    if FOLLOWS.get(reason) is kind:
        why = f"because the reason is {reason}"
    elif source is not None and reason is Reason.UNKNOWN:
        said = "the data shows who is cut off" if source == DATABASE else f"{source} reported it"
        why = f"because {said}"
    else:
        why = "as declared"
    return f"Reads as {READS_AS[kind]}, {why}"


def kind_of_source(source: str, mapping: Mapping[str, Any]) -> Kind:
    """A tool reports what broke, unless its declaration says otherwise; the data, who is cut off."""
    return Kind.SUSPENSION if source == DATABASE else Kind(mapping.get("kind", Kind.OUTAGE))


@dataclass(frozen=True, slots=True)
class Open:
    """Nothing stands in the way."""


@dataclass(frozen=True, slots=True)
class Adopt:
    """A draft for one of these services is there, of evidence or of a person."""

    draft: OpenDisruption


@dataclass(frozen=True, slots=True)
class Same:
    """The very same declaration is open."""

    other: OpenDisruption


@dataclass(frozen=True, slots=True)
class Overlap:
    """Another disruption already tells people about one of these services."""

    other: OpenDisruption


def how_to_declare(
    declaration: Declaration, open_ones: Sequence[OpenDisruption], *, again: bool
) -> Open | Adopt | Same | Overlap:
    """Decide between a new disruption, the draft of one, and a refusal."""
    for other in open_ones:
        if other.declare_key == declaration.key and other.declared_at is not None:
            return Same(other)
    if draft := draft_of(declaration.services, open_ones):
        return Adopt(draft)
    declared = _touching(declaration.services, open_ones)
    return Overlap(declared[0]) if declared and not again else Open()


def draft_of(services: Sequence[str], open_ones: Sequence[OpenDisruption]) -> OpenDisruption | None:
    """The draft that whoever declares these services takes over."""
    return next((one for one in _touching(services, open_ones) if one.declared_at is None), None)


def _touching(services: Sequence[str], open_ones: Sequence[OpenDisruption]) -> list[OpenDisruption]:
    return [one for one in open_ones if not set(services).isdisjoint(one.services)]


def new_reference() -> str:
    return "".join(secrets.choice(REFERENCE_LETTERS) for _ in range(4))


def sketch(declaration: Declaration, now: datetime) -> Disruption:
    """A disruption that is only thought of: for a dry run."""
    return Disruption(
        disruption_id=0,
        reference="XXXX",
        mode=declaration.mode,
        kind=declaration.kind,
        reason=declaration.reason,
        title=declaration.title,
        services=sorted(declaration.services),
        opened_by="nobody",
        opened_at=now,
        declared_at=None,
        effective_at=declaration.effective_at,
        awaits_cutoff=declaration.awaits_cutoff,
        declare_key=declaration.key,
        ended_at=None,
        ended_as=None,
        roles=list(declaration.roles),
    )


def open_disruption(tx: Tx, act: Act, declaration: Declaration) -> int:
    """Insert the disruption and its first revision. The caller holds `lock_declarations`."""
    disruption_id = None
    while disruption_id is None:  # a million references: the loop ends
        disruption_id = disruptions.insert(
            tx,
            declaration,
            reference=new_reference(),
            opened_by=act.actor,
            now=act.now,
        )
    disruptions.add_revision(tx, disruption_id, declaration, actor=act.actor, now=act.now)
    return disruption_id


def _evidence(
    mode: Mode, kind: Kind, services: Sequence[str], effective_at: datetime, key: str
) -> Declaration:
    # A draft's key is its own: nothing that a person declares may collide with it.
    return Declaration(
        mode=mode,
        kind=kind,
        reason=Reason.UNKNOWN,
        services=tuple(services),
        predicate=None,
        where=f"evidence {key}",
        possibly=Possibly.HEDGE,
        effective_at=effective_at,
        again=secrets.randbits(48),
    )


def open_draft(
    tx: Tx,
    act: Act,
    *,
    mode: Mode,
    kind: Kind,
    services: tuple[str, ...],
    effective_at: datetime,
    follows: int | None = None,
) -> int:
    """What evidence reports: a draft that tells nobody until a person or a policy confirms it. `follows`: one that
    has told people.
    """
    declaration = _evidence(mode, kind, services, effective_at, act.actor)
    disruption_id = open_disruption(tx, act, declaration)
    succession.follow(tx, disruption_id, follows)
    after = {"services": sorted(services), "kind": kind} | ({"follows": follows} if follows else {})
    audit.append(tx, actor=act.actor, act="draft", at=act.now, disruption_id=disruption_id, after=after)
    return disruption_id


def reopen_draft(
    tx: Tx, act: Act, disruption_id: int, services: tuple[str, ...], at: datetime, follows: int | None
) -> None:
    """What went away came back: the void draft goes on, about what is reported now; it began `at`."""
    before = disruptions.by_id(tx, disruption_id)
    succession.follow(tx, disruption_id, follows)
    succession.reopen(tx, disruption_id, effective_at=at, now=act.now)
    _say_services(tx, act, before, services, "reopen draft")


def widen_draft(
    tx: Tx, act: Act, disruption_id: int, services: tuple[str, ...], follows: int | None = None
) -> None:
    """More evidence: the draft names more services from here on."""
    draft = disruptions.by_id(tx, disruption_id)
    succession.follow(tx, disruption_id, follows)
    _say_services(tx, act, draft, (*draft.services, *services), "widen draft")


def _say_services(tx: Tx, act: Act, draft: Disruption, services: Sequence[str], what: str) -> None:
    """A revision in which evidence says what its draft is about; `what` stands in the audit chain."""
    about = sorted(set(services))
    declaration = _evidence(draft.mode, draft.kind, about, draft.effective_at, act.actor)
    disruptions.set_services(tx, draft.disruption_id, services=about, declare_key=declaration.key)
    # A person may have arranged it: it rests on evidence all the same.
    disruptions.add_revision(
        tx, draft.disruption_id, declaration, actor=act.actor, now=act.now, by_evidence=True
    )
    audit.append(
        tx,
        actor=act.actor,
        act=what,
        at=act.now,
        disruption_id=draft.disruption_id,
        before={"services": [*draft.services]},
        after={"services": about},
    )


def void_draft(tx: Tx, act: Act, disruption_id: int) -> None:
    """The evidence went away before anybody was told."""
    disruptions.end(tx, disruption_id, ended_as="void", now=act.now)
    audit.append(tx, actor=act.actor, act="void draft", at=act.now, disruption_id=disruption_id)


def may_arrange(name: str, draft: Disruption, *, by_evidence: bool, ties: Ties, holding: bool) -> str | None:
    """Why a person may not merge or split it, in a sentence; None: it is a draft of evidence that told nobody."""
    if draft.ended_at is not None:
        return f"{name} is over ({draft.ended_as}): nothing of it can be merged or split."
    if draft.declared_at is not None:
        return f"{name} has told people, and what they read stays: notifier rescope changes whom it is for."
    if holding:
        return f"A notice of {name} is approved to leave by itself: notifier cancel it first."
    if ties.approvals:
        return f"Somebody has approved a part of {name}: let it go, or declare it anew with notifier suspend."
    if not by_evidence:
        return (
            f"{name} is what a person has declared, and not what evidence says: notifier suspend changes it."
        )
    return None


def merge_drafts(tx: Tx, act: Act, stays: Disruption, other: Disruption) -> None:
    """The first takes in what the other is about and rests on; the other ends. The caller holds the declarations
    and both rows.
    """
    about = tuple(sorted({*stays.services, *other.services}))
    without = {*succession.ties(tx, stays.disruption_id).without} - {*other.services}
    succession.move_signals(tx, other.disruption_id, stays.disruption_id)
    succession.share_troubles(tx, other.disruption_id, stays.disruption_id)
    succession.drop_troubles(tx, other.disruption_id)
    disruptions.end(tx, other.disruption_id, ended_as="merged", now=act.now)
    succession.set_merged(tx, other.disruption_id, into=stays.disruption_id)
    began = min(stays.effective_at, other.effective_at)
    succession.arrange(tx, act, stays.disruption_id, effective_at=began, without=without)
    _say_services(tx, act, disruptions.by_id(tx, stays.disruption_id), about, "merge")
    audit.append(
        tx,
        actor=act.actor,
        act="merged",
        at=act.now,
        disruption_id=other.disruption_id,
        after={"into": stays.disruption_id},
    )


def split_draft(tx: Tx, act: Act, draft: Disruption, services: tuple[str, ...]) -> int:
    """A draft of its own for these services and what names only them; its id. What names others too counts for
    both. The caller holds the declarations and the row.
    """
    rest = tuple(sorted({*draft.services} - {*services}))
    declaration = _evidence(draft.mode, draft.kind, services, draft.effective_at, draft.opened_by)
    new_id = open_disruption(tx, Act(draft.opened_by, act.now), declaration)
    succession.set_split(tx, new_id, split_from=draft.disruption_id)
    succession.move_signals(tx, draft.disruption_id, new_id, services)
    succession.share_troubles(tx, draft.disruption_id, new_id, services)
    succession.drop_troubles(tx, draft.disruption_id, services)
    succession.narrow_troubles(tx, draft.disruption_id, services)
    without = {*succession.ties(tx, draft.disruption_id).without, *services}
    for id_, others in ((new_id, rest), (draft.disruption_id, without)):
        began = succession.began(tx, id_) or draft.effective_at
        succession.arrange(tx, act, id_, effective_at=began, without=others)
    _say_services(tx, act, draft, rest, "split")
    audit.append(
        tx,
        actor=act.actor,
        act="draft",
        at=act.now,
        disruption_id=new_id,
        after={"services": sorted(services), "kind": draft.kind, "split_from": draft.disruption_id},
    )
    return new_id
