"""What a person asks for, read into a predicate and held against the values that the customers have."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from notifier.actions.notices.services import known_services
from notifier.edges.predicate import AskedScope, read
from notifier.edges.predicate.named import NamedText, judge_unseen
from notifier.edges.predicate.names import column_called
from notifier.edges.predicate.place import reading
from notifier.model.act import Act
from notifier.model.scope import BUILT_IN, CUSTOMER, Column, Predicate, scope_columns
from notifier.model.vocabulary import AttributeType
from notifier.store import Db, Tx, audit
from notifier.store.company import catalogue
from notifier.store.locks import retried
from notifier.store.read import attribute_values
from notifier.store.read.attribute_values import Counted

OFFERED = 1_000
"""The most frequent values, among which the one that was meant is looked for."""


@dataclass(frozen=True, slots=True)
class Scope:
    predicate: Predicate | None
    """None: everybody."""
    text: str
    """The predicate as SQL: the person's own, or what their options stand for."""
    warnings: tuple[str, ...] = ()


def read_scope(tx: Tx, asked: AskedScope, now: datetime) -> Scope:
    """Raises `BadInput`, pointing at the word: what cannot be read, and what is probably a slip."""
    found = read(asked, columns(tx), now)
    if found is None:
        return Scope(None, "")
    seldom = () if asked.as_written else _unseen_values(tx, found.named)
    return Scope(found.predicate, found.text, found.warnings + seldom)


def _unseen_values(tx: Tx, named: Sequence[NamedText]) -> tuple[str, ...]:
    """Warnings about values that no customer has. Raises `BadInput` where another one was probably meant."""
    warnings: list[str] = []
    for column in dict.fromkeys(n.column for n in named):
        unseen = attribute_values.unseen(tx, column, [n.value for n in named if n.column == column])
        if unseen:
            known = attribute_values.commonest(tx, column, OFFERED)
            warnings += judge_unseen([n for n in named if n.column == column and n.value in unseen], known)
    return tuple(warnings)


@dataclass(frozen=True, slots=True)
class Values:
    """One column: its values with the customers who have them."""

    column: Column
    built_in: bool
    counted: Counted | None
    """None: sensitive, and nobody who may see them has asked."""
    distinct: int
    known: int
    unknown: int


@dataclass(frozen=True, slots=True)
class Overview:
    customers: int
    """Who hold one of the services."""
    values: tuple[Values, ...]


@retried
def overview(
    db: Db,
    act: Act,
    names: Sequence[str],
    services: Sequence[str],
    most: int,
    *,
    sensitive: bool,
) -> Overview:
    """What a scope may ask for; all columns but the customers' ids, or those named.

    Who looks at values of sensitive attributes is written into the audit chain before they see them.
    """
    with db.transaction() as tx:
        wanted = _wanted(columns(tx), names)
        held = list(known_services(tx, services)) if services else None
        found = Overview(
            attribute_values.holders(tx, held),
            tuple(_values(tx, column, held, most, sensitive=sensitive) for column in wanted),
        )
        looked_at = sorted(column.name for column in wanted if column.sensitive)
        if sensitive and looked_at:
            after = {"attributes": looked_at, "services": sorted(services)}
            audit.append(tx, actor=act.actor, act="look", at=act.now, after=after)
        return found


def _wanted(known: dict[str, Column], names: Sequence[str]) -> list[Column]:
    if not names:
        return [column for column in known.values() if column != CUSTOMER]
    found: list[Column] = []
    for name in names:
        with reading(name):
            found.append(column_called((0, len(name)), name, known))
    return found


def _values(tx: Tx, column: Column, services: list[str] | None, most: int, *, sensitive: bool) -> Values:
    counted = attribute_values.count(tx, column, services, most)
    shown = counted if sensitive or not column.sensitive else None
    return Values(column, column in BUILT_IN, shown, counted.distinct, counted.known, counted.unknown)


def columns(tx: Tx) -> dict[str, Column]:
    """What a scope may name."""
    return scope_columns(
        Column(a.name, AttributeType(a.type), sensitive=a.sensitive) for a in catalogue.attributes(tx)
    )
