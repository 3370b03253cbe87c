"""What do we say, and to whom is it owed? The life of a disruption, from evidence to its end."""

import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from notifier.model.act import Act
from notifier.model.declaration import Declaration
from notifier.model.vocabulary import Kind, Mode, Possibly, Reason
from notifier.store import Tx, audit
from notifier.store.disruptions import disruptions
from notifier.store.disruptions.disruptions import Disruption, OpenDisruption

REFERENCE_LETTERS = "23456789ABCDEFGHJKMNPQRSTVWXYZ"
"""Read over the telephone: nothing that looks or sounds like something else."""


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
    services = set(declaration.services)
    touching = [o for o in open_ones if services & set(o.services)]
    for other in open_ones:
        if other.declare_key == declaration.key and other.declared_at is not None:
            return Same(other)
    for other in touching:
        if other.declared_at is None:
            return Adopt(other)
    declared = [o for o in touching if o.declared_at is not None]
    return Overlap(declared[0]) if declared and not again else Open()


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


def _evidence(mode: Mode, services: Sequence[str], effective_at: datetime, key: str) -> Declaration:
    # A draft's key is its own: nothing that a person declares may collide with it.
    return Declaration(
        mode=mode,
        kind=Kind.SUSPENSION,
        reason=Reason.UNKNOWN,
        services=tuple(services),
        predicate=None,
        where=f"evidence {key}",
        possibly=Possibly.HEDGE,
        effective_at=effective_at,
        again=secrets.randbits(48),
    )


def open_draft(tx: Tx, act: Act, *, mode: Mode, services: tuple[str, ...], effective_at: datetime) -> int:
    """What evidence reports: a draft that tells nobody until a person or a policy confirms it."""
    declaration = _evidence(mode, services, effective_at, act.actor)
    disruption_id = open_disruption(tx, act, declaration)
    audit.append(
        tx,
        actor=act.actor,
        act="draft",
        at=act.now,
        disruption_id=disruption_id,
        after={"services": sorted(services)},
    )
    return disruption_id


def widen_draft(tx: Tx, act: Act, disruption_id: int, services: tuple[str, ...]) -> None:
    """More evidence: the draft names more services from here on."""
    draft = disruptions.by_id(tx, disruption_id)
    together = sorted({*draft.services, *services})
    declaration = _evidence(draft.mode, together, draft.effective_at, act.actor)
    disruptions.set_services(tx, disruption_id, services=together, declare_key=declaration.key)
    disruptions.add_revision(tx, disruption_id, declaration, actor=act.actor, now=act.now)
    audit.append(
        tx,
        actor=act.actor,
        act="widen draft",
        at=act.now,
        disruption_id=disruption_id,
        before={"services": [*draft.services]},
        after={"services": [*together]},
    )


def void_draft(tx: Tx, act: Act, disruption_id: int) -> None:
    """The evidence went away before anybody was told."""
    disruptions.end(tx, disruption_id, ended_as="void", now=act.now)
    audit.append(tx, actor=act.actor, act="void draft", at=act.now, disruption_id=disruption_id)
