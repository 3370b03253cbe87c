"""What a person asks for, read into a predicate and held against the values that the customers have."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from notifier.actions.notices.services import known_services
from notifier.edges.predicate import parse
from notifier.edges.predicate.named import NamedText, nearest
from notifier.edges.predicate.names import column_called
from notifier.edges.predicate.options import UNKNOWN, build, unknown_is_no_value
from notifier.errors import BadInput
from notifier.model.act import Act
from notifier.model.scope import BUILT_IN, CUSTOMER, And, Column, Predicate, scope_columns, written
from notifier.model.words import AttributeType
from notifier.store import Db, Tx, audit
from notifier.store.company import catalogue
from notifier.store.locks import retried
from notifier.store.read import attribute_values
from notifier.store.read.attribute_values import Counted

LOOKED_AT_FIRST = 10_000
"""Rows in which a value that is in use is nearly always found: then a million others are not read."""
OFFERED = 1_000
"""The most frequent values, among which the one that was meant is looked for."""


@dataclass(frozen=True, slots=True)
class AskedScope:
    """For whom, as the operator gave it; everything together is combined with AND."""

    where: str | None = None
    only: tuple[str, ...] = ()
    leave_out: tuple[str, ...] = ()
    """`--except`."""
    as_written: bool = False
    """Take values that no customer has as they are."""

    @property
    def everybody(self) -> bool:
        return self.where is None and not self.only and not self.leave_out


@dataclass(frozen=True, slots=True)
class Scope:
    predicate: Predicate | None
    """None: everybody."""
    text: str
    """The predicate as SQL: the person's own, or what their options stand for."""
    warnings: tuple[str, ...] = ()


def read_scope(tx: Tx, asked: AskedScope, now: datetime) -> Scope:
    """Raises `BadInput`, pointing at the word: what cannot be read, and what is probably a slip."""
    known = columns(tx)
    parsed = parse(asked.where, known) if asked.where is not None else None
    built = [build(text, known, now, leave_out=False) for text in asked.only]
    built += [build(text, known, now, leave_out=True) for text in asked.leave_out]
    if parsed is None and not built:
        return Scope(None, "")
    named = [*(parsed.named if parsed else ()), *(n for b in built for n in b.named)]
    seldom = () if asked.as_written else _unseen_values(tx, named)
    if parsed is not None and not built:
        return Scope(parsed.predicate, (asked.where or "").strip(), parsed.warnings + seldom)
    parts = _flat(parsed.predicate if parsed else None) + [p for b in built for p in _flat(b.predicate)]
    text = written(parts[0] if len(parts) == 1 else And(tuple(parts)))
    # Read back: so what is stored is what a person can repeat, and the limits hold for the whole.
    whole = parse(text, known)
    return Scope(whole.predicate, text, whole.warnings + seldom)


def _flat(predicate: Predicate | None) -> list[Predicate]:
    match predicate:
        case None:
            return []
        case And(parts=parts):
            return list(parts)
        case _:
            return [predicate]


def _unseen_values(tx: Tx, named: Sequence[NamedText]) -> tuple[str, ...]:
    """Warnings about values that no customer has. Raises `BadInput` where another one was probably meant."""
    warnings: dict[str, None] = {}
    unseen = {column: _unseen(tx, column, named) for column in {n.column: None for n in named}}
    for each in named:
        if each.value not in unseen[each.column]:
            continue
        if each.value.lower() == UNKNOWN:
            raise each.refused(unknown_is_no_value(each.column))
        known = attribute_values.commonest(tx, each.column, OFFERED)
        if refusal := _slip(each, nearest(each.value, known)):
            raise refusal
        if known:  # where nobody has any value, there is nothing to compare with
            warnings[_seldom(each)] = None
    return tuple(warnings)


def _unseen(tx: Tx, column: Column, named: Sequence[NamedText]) -> set[str]:
    asked = {n.value for n in named if n.column == column}
    for first in (LOOKED_AT_FIRST, None):
        if asked:
            asked -= attribute_values.known_among(tx, column, sorted(asked), first=first)
    return asked


def _slip(each: NamedText, near: str | None) -> BadInput | None:
    """Of a sensitive attribute no value is said that the person has not written themselves."""
    name, anyway = each.column.name, "or add --as-written"
    if each.column == CUSTOMER:
        return each.refused(f"There is no customer with this id: correct it, {anyway}.")
    if near is None:
        return None
    if each.column.sensitive:
        return each.refused(
            f"No customer has this {name}, a similar one is in use: look with"
            f" `notifier scope {name} --sensitive`, {anyway}."
        )
    return each.refused(f"No customer has this {name}: did you mean '{near}'? Correct it, {anyway}.")


def _seldom(each: NamedText) -> str:
    which = (
        f"the {each.column.name} that you name"
        if each.column.sensitive
        else f"{each.column.name} '{each.value}'"
    )
    return f"No customer has {which}."


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
    return [column_called(name, (0, len(name)), name, known) for name in names]


def _values(tx: Tx, column: Column, services: list[str] | None, most: int, *, sensitive: bool) -> Values:
    counted = attribute_values.count(tx, column, services, most)
    shown = counted if sensitive or not column.sensitive else None
    return Values(column, column in BUILT_IN, shown, counted.distinct, counted.known, counted.unknown)


def columns(tx: Tx) -> dict[str, Column]:
    """What a scope may name."""
    return scope_columns(
        Column(a.name, AttributeType(a.type), sensitive=a.sensitive) for a in catalogue.attributes(tx)
    )
