"""Why somebody is in or not: the part of a scope that decided, and the values that it saw."""

from collections.abc import Mapping
from dataclasses import dataclass, replace

from notifier.model.scope import (
    And,
    Compare,
    In,
    IsNull,
    Like,
    Not,
    Or,
    Predicate,
    columns,
    verdict_of,
    written,
)

HIDDEN = "***"


@dataclass(frozen=True, slots=True)
class Value:
    """One attribute as it was."""

    name: str
    value: str | None
    """None: it is not known, or `hidden`."""
    hidden: bool = False
    """Sensitive, and not shown: not even whether it is known."""


def deciding(predicate: Predicate, values: Mapping[str, object]) -> Predicate:
    """The smallest part that settles the verdict: one FALSE settles AND, one TRUE settles OR, and where
    unknowns leave it open, they.
    """
    verdict = verdict_of(predicate, values)
    match predicate:
        case Not(part=part):
            return Not(deciding(part, values))
        case And(parts=parts):
            kept = _settling(parts, values, verdict, alone=False)
            return kept[0] if len(kept) == 1 else And(tuple(kept))
        case Or(parts=parts):
            kept = _settling(parts, values, verdict, alone=True)
            return kept[0] if len(kept) == 1 else Or(tuple(kept))
        case _:
            return predicate


def _settling(
    parts: tuple[Predicate, ...], values: Mapping[str, object], verdict: bool | None, *, alone: bool
) -> list[Predicate]:
    """The parts that say what the whole says; `alone`: the verdict that one of them settles by itself."""
    agreeing = [deciding(part, values) for part in parts if verdict_of(part, values) is verdict]
    return agreeing[:1] if verdict is alone else agreeing


def clause(predicate: Predicate, hidden: frozenset[str]) -> str:
    """The clause as people read it, without the constants that stand beside a hidden attribute."""
    return written(_masked(predicate, hidden))


def _masked(predicate: Predicate, hidden: frozenset[str]) -> Predicate:
    match predicate:
        case Not(part=part):
            return Not(_masked(part, hidden))
        case And(parts=parts):
            return And(tuple(_masked(part, hidden) for part in parts))
        case Or(parts=parts):
            return Or(tuple(_masked(part, hidden) for part in parts))
        case _:
            return _without_constants(predicate) if predicate.column.name in hidden else predicate


def _without_constants(leaf: Compare | In | Like | IsNull) -> Predicate:
    match leaf:
        case Compare():
            return replace(leaf, value=HIDDEN)
        case In():
            return replace(leaf, values=(HIDDEN,))
        case Like():
            return replace(leaf, pattern=HIDDEN)
        case IsNull():
            return leaf


def seen(predicate: Predicate, values: Mapping[str, object], hidden: frozenset[str]) -> tuple[Value, ...]:
    """What the clause asked for, as it was."""
    return tuple(
        Value(column.name, None, hidden=True)
        if column.name in hidden
        else Value(column.name, _spelt(values.get(column.name)))
        for column in columns(predicate)
    )


def _spelt(value: object) -> str | None:
    if isinstance(value, bool):
        return "true" if value else "false"
    return None if value is None else str(value)
