"""A scope as a value: what a person's predicate means, free of their text and of SQL."""

import json
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Literal, TypeAlias

from notifier.model.words import AttributeType

Constant: TypeAlias = str | Decimal | bool | date | datetime
Comparison: TypeAlias = Literal["=", "<>", "<", "<=", ">", ">="]


@dataclass(frozen=True, slots=True)
class Column:
    """A column that a scope may name: `region` of the entitlement, `customer` (the company's own id), or an
    attribute of the catalogue.
    """

    name: str
    type: AttributeType
    sensitive: bool = False


@dataclass(frozen=True, slots=True)
class Compare:
    column: Column
    op: Comparison
    value: Constant


@dataclass(frozen=True, slots=True)
class In:
    column: Column
    values: tuple[Constant, ...]
    negated: bool = False


@dataclass(frozen=True, slots=True)
class IsNull:
    column: Column
    negated: bool = False


@dataclass(frozen=True, slots=True)
class Not:
    part: "Predicate"


@dataclass(frozen=True, slots=True)
class And:
    parts: tuple["Predicate", ...]


@dataclass(frozen=True, slots=True)
class Or:
    parts: tuple["Predicate", ...]


Predicate: TypeAlias = Compare | In | IsNull | Not | And | Or


def columns(predicate: Predicate | None) -> tuple[Column, ...]:
    """The columns a predicate asks for, each once, in order of appearance."""
    return tuple(dict.fromkeys(_columns(predicate))) if predicate is not None else ()


def _columns(predicate: Predicate) -> Iterator[Column]:
    match predicate:
        case Compare(column=column) | In(column=column) | IsNull(column=column):
            yield column
        case Not(part=part):
            yield from _columns(part)
        case And(parts=parts) | Or(parts=parts):
            for part in parts:
                yield from _columns(part)


def canonical(predicate: Predicate | None) -> str:
    """The same text for the same meaning written with other white space or letters; used in `declare_key`."""
    return "" if predicate is None else json.dumps(to_json(predicate), sort_keys=True, ensure_ascii=False)


Json: TypeAlias = "str | int | bool | list[Json] | dict[str, Json] | None"


def to_json(predicate: Predicate) -> Json:
    """For `scope_revision.predicate`; `from_json` is the way back."""
    match predicate:
        case Compare(column=c, op=op, value=value):
            return {"op": op, "column": _column_json(c), "value": _constant_json(value)}
        case In(column=c, values=values, negated=negated):
            return {
                "op": "not in" if negated else "in",
                "column": _column_json(c),
                "values": [_constant_json(v) for v in values],
            }
        case IsNull(column=c, negated=negated):
            return {"op": "is not null" if negated else "is null", "column": _column_json(c)}
        case Not(part=part):
            return {"op": "not", "part": to_json(part)}
        case And(parts=parts):
            return {"op": "and", "parts": [to_json(p) for p in parts]}
        case Or(parts=parts):
            return {"op": "or", "parts": [to_json(p) for p in parts]}


def from_json(tree: Json) -> Predicate:
    """Read what `to_json` wrote. Raises `KeyError` or `ValueError` on anything else."""
    assert isinstance(tree, dict)
    match tree["op"]:
        case "not":
            return Not(from_json(tree["part"]))
        case "and":
            return And(tuple(from_json(p) for p in _list(tree["parts"])))
        case "or":
            return Or(tuple(from_json(p) for p in _list(tree["parts"])))
        case _:
            return _leaf(tree)


def _leaf(tree: dict[str, Json]) -> Predicate:
    column = _column(tree["column"])
    match tree["op"]:
        case "in" | "not in" as op:
            values = tuple(_constant(v, column.type) for v in _list(tree["values"]))
            return In(column, values, negated=op == "not in")
        case "is null" | "is not null" as op:
            return IsNull(column, negated=op == "is not null")
        case "=" | "<>" | "<" | "<=" | ">" | ">=" as op:
            return Compare(column, op, _constant(tree["value"], column.type))
        case other:
            raise ValueError(f"unknown operator {other!r}")


def _list(value: Json) -> list[Json]:
    assert isinstance(value, list)
    return value


def _column_json(column: Column) -> Json:
    return {"name": column.name, "type": column.type.value, "sensitive": column.sensitive}


def _column(tree: Json) -> Column:
    assert isinstance(tree, dict)
    return Column(str(tree["name"]), AttributeType(str(tree["type"])), sensitive=bool(tree["sensitive"]))


def _constant_json(value: Constant) -> Json:
    if isinstance(value, bool | str):
        return value
    return value.isoformat() if isinstance(value, date | datetime) else str(value)


def _constant(value: Json, type_: AttributeType) -> Constant:
    match type_:
        case AttributeType.BOOLEAN:
            return bool(value)
        case AttributeType.NUMBER:
            return Decimal(str(value))
        case AttributeType.DATE:
            return date.fromisoformat(str(value))
        case AttributeType.TIMESTAMP:
            return datetime.fromisoformat(str(value))
        case AttributeType.TEXT:
            return str(value)
