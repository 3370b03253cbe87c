"""A scope as a value: what a person's predicate means, free of their text and of SQL."""

import operator
import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Any, Literal, TypeAlias

from notifier.model.attributes import known, spelt
from notifier.model.pattern import matches
from notifier.model.vocabulary import AttributeType

Constant: TypeAlias = str | Decimal | bool | date | datetime
Comparison: TypeAlias = Literal["=", "<>", "<", "<=", ">", ">="]
OPERATORS: Mapping[Comparison, Callable[[Any, Any], bool]] = {
    "=": operator.eq,
    "<>": operator.ne,
    "<": operator.lt,
    "<=": operator.le,
    ">": operator.gt,
    ">=": operator.ge,
}
PLAIN_NAME = re.compile(r"[a-z_][a-z0-9_]*", re.ASCII)


@dataclass(frozen=True, slots=True)
class Column:
    """A column that a scope may name: `region` and `service` (its slug) of the entitlement, `customer` (the
    company's own id), or an attribute of the catalogue.
    """

    name: str
    type: AttributeType
    sensitive: bool = False


REGION = Column("region", AttributeType.TEXT)
"""Of the entitlement; an attribute of that name would never be asked."""
CUSTOMER = Column("customer", AttributeType.TEXT)
"""The company's own id of the customer."""
SERVICE = Column("service", AttributeType.TEXT)
"""The slug: one scope may ask different things of the services that are cut off."""
BUILT_IN = (REGION, CUSTOMER, SERVICE)


def scope_columns(attributes: Iterable[Column]) -> dict[str, Column]:
    """Everything a scope may name: the built-in columns and the attributes of the catalogue."""
    return {column.name: column for column in (*attributes, *BUILT_IN)}


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
class Like:
    column: Column
    pattern: str
    any_case: bool = False
    """ILIKE: the case of a to z does not matter."""
    negated: bool = False

    @property
    def operator(self) -> str:
        return f"{'NOT ' if self.negated else ''}{'ILIKE' if self.any_case else 'LIKE'}"


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


Predicate: TypeAlias = Compare | In | Like | IsNull | Not | And | Or


def columns(predicate: Predicate | None) -> tuple[Column, ...]:
    """The columns a predicate asks for, each once, in order of appearance."""
    return tuple(dict.fromkeys(_columns(predicate))) if predicate is not None else ()


def _columns(predicate: Predicate) -> Iterator[Column]:
    match predicate:
        case Compare(column=column) | In(column=column) | Like(column=column) | IsNull(column=column):
            yield column
        case Not(part=part):
            yield from _columns(part)
        case And(parts=parts) | Or(parts=parts):
            for part in parts:
                yield from _columns(part)


def canonical(predicate: Predicate | None) -> str:
    """The same text for the same meaning written with other white space, letter case, operators or order of
    IN values; used in `declare_key`. The empty text means everybody.
    """
    return "" if predicate is None else written(predicate)


def written(predicate: Predicate) -> str:
    """The predicate in the scope language again, in one spelling; reading it gives an equal predicate."""
    match predicate:
        case Compare(column=c, op=op, value=value):
            return f"{_name(c)} {op} {_literal(value)}"
        case In(column=c, values=values, negated=negated):
            listed = ", ".join(sorted({_literal(v) for v in values}))
            return f"{_name(c)} {'NOT ' if negated else ''}IN ({listed})"
        case Like(column=c, pattern=pattern):
            return f"{_name(c)} {predicate.operator} {_literal(pattern)}"
        case IsNull(column=c, negated=negated):
            return f"{_name(c)} IS {'NOT ' if negated else ''}NULL"
        case Not(part=part):
            return f"NOT ({written(part)})"
        case And(parts=parts) | Or(parts=parts):
            return (" AND " if isinstance(predicate, And) else " OR ").join(_part(p) for p in parts)


def _part(predicate: Predicate) -> str:
    return f"({written(predicate)})" if isinstance(predicate, And | Or) else written(predicate)


def _name(column: Column) -> str:
    return column.name if PLAIN_NAME.fullmatch(column.name) else '"' + column.name.replace('"', '""') + '"'


def _literal(value: Constant) -> str:
    match value:
        case bool():
            return "TRUE" if value else "FALSE"
        case Decimal():
            return format(value.normalize(), "f")
        case _:
            return "'" + str(comparable(value)).replace("'", "''") + "'"


def comparable(value: Constant) -> str | bool | Decimal:
    """A constant as stored values are compared with it (`notifier.model.attributes`)."""
    match value:
        case datetime():
            return spelt(value)
        case date():
            return value.isoformat()
        case _:
            return value


def verdict_of(predicate: Predicate, values: Mapping[str, object]) -> bool | None:
    """True affected, None possibly, False not; the same as Postgres says of the rendered predicate.

    `values`: column name -> JSON value as stored. An absent name, null, and a value of another JSON type than
    the column's are unknown.
    """
    match predicate:
        case Compare(column=c, op=op, value=value):
            found = known(values.get(c.name), c.type)
            return None if found is None else OPERATORS[op](found, comparable(value))
        case In(column=c, values=constants, negated=negated):
            found = known(values.get(c.name), c.type)
            return None if found is None else (found in {comparable(v) for v in constants}) is not negated
        case Like(column=c, pattern=pattern, any_case=any_case, negated=negated):
            found = known(values.get(c.name), c.type)
            return None if found is None else matches(str(found), pattern, any_case=any_case) is not negated
        case IsNull(column=c, negated=negated):
            return (known(values.get(c.name), c.type) is None) is not negated
        case Not(part=part):
            verdict = verdict_of(part, values)
            return None if verdict is None else not verdict
        case And(parts=parts) | Or(parts=parts):
            return _decided([verdict_of(p, values) for p in parts], by=isinstance(predicate, Or))


def _decided(verdicts: list[bool | None], *, by: bool) -> bool | None:
    """One FALSE decides AND, one TRUE decides OR; else one unknown leaves it open."""
    return by if by in verdicts else None if None in verdicts else not by


Json: TypeAlias = "str | int | float | bool | list[Json] | dict[str, Json] | None"


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
        case Like(column=c, pattern=pattern):
            return {"op": predicate.operator.lower(), "column": _column_json(c), "value": pattern}
        case IsNull(column=c, negated=negated):
            return {"op": "is not null" if negated else "is null", "column": _column_json(c)}
        case Not(part=part):
            return {"op": "not", "part": to_json(part)}
        case And(parts=parts) | Or(parts=parts):
            op = "and" if isinstance(predicate, And) else "or"
            return {"op": op, "parts": [to_json(p) for p in parts]}


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
            values = tuple(constant_of(v, column.type) for v in _list(tree["values"]))
            return In(column, values, negated=op == "not in")
        case "like" | "ilike" | "not like" | "not ilike" as op:
            pattern = str(tree["value"])
            return Like(column, pattern, any_case="ilike" in op, negated=op.startswith("not"))
        case "is null" | "is not null" as op:
            return IsNull(column, negated=op == "is not null")
        case "=" | "<>" | "<" | "<=" | ">" | ">=" as op:
            return Compare(column, op, constant_of(tree["value"], column.type))
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


def constant_of(value: Json, type_: AttributeType) -> Constant:
    """The constant that a stored value of this type stands for. Raises `ValueError` if it is none."""
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
