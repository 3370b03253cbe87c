"""A `Predicate` as SQL over `c` (customer), `e` (entitlement), `s` (service).

TRUE is affected, NULL possibly, FALSE not.

Everything that a person wrote, constants and names of attributes alike, travels as a parameter. Nothing here can
raise for a stored value: one of another JSON type than its attribute has now is NULL, unknown.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field

from psycopg import sql

from notifier.model.attributes import SHAPES
from notifier.model.scope import (
    CUSTOMER,
    REGION,
    SERVICE,
    And,
    Column,
    Compare,
    Comparison,
    Constant,
    In,
    IsNull,
    Like,
    Not,
    Or,
    Predicate,
    comparable,
)
from notifier.model.vocabulary import AttributeType


@dataclass(frozen=True, slots=True)
class PredicateSql:
    sql: sql.Composed
    """In parentheses; goes where a boolean expression over `c`, `e` and `s` may stand."""
    params: dict[str, object]
    """To be passed with the statement's own: `store.many(tx, Row, statement, **rendered.params, now=now)`."""


def render(predicate: Predicate | None, *, prefix: str = "scope") -> PredicateSql:
    """TRUE for everybody where there is no predicate. `prefix` keeps two predicates of one statement apart."""
    renderer = _Renderer(prefix)
    text = sql.SQL("TRUE") if predicate is None else renderer.boolean(predicate)
    return PredicateSql(sql.SQL("({})").format(text), renderer.params)


def value_of(column: Column) -> PredicateSql:
    """The value of a column as it is compared: NULL where it is unknown, or of another type."""
    renderer = _Renderer("value")
    return PredicateSql(sql.SQL("({})").format(renderer.column(column)), renderer.params)


OPERATORS: dict[Comparison, sql.SQL] = {
    "=": sql.SQL("="),
    "<>": sql.SQL("<>"),
    "<": sql.SQL("<"),
    "<=": sql.SQL("<="),
    ">": sql.SQL(">"),
    ">=": sql.SQL(">="),
}
LIKES: dict[str, sql.SQL] = {
    "LIKE": sql.SQL("LIKE"),
    "NOT LIKE": sql.SQL("NOT LIKE"),
    "ILIKE": sql.SQL("ILIKE"),
    "NOT ILIKE": sql.SQL("NOT ILIKE"),
}
TYPES: dict[AttributeType, sql.SQL] = {
    AttributeType.TEXT: sql.SQL("text"),
    AttributeType.NUMBER: sql.SQL("numeric"),
    AttributeType.BOOLEAN: sql.SQL("boolean"),
    AttributeType.DATE: sql.SQL("text"),
    AttributeType.TIMESTAMP: sql.SQL("text"),
}
ATTRIBUTE = sql.SQL("COALESCE(e.attrs -> {name}::text, c.attrs -> {name}::text)")
"""The entitlement's own value where it has the key, even an unknown one; else the customer's."""
SHAPED = sql.SQL("(CASE WHEN ({v} #>> '{{}}') ~ {shape} THEN {v} #>> '{{}}' END)")
GUARDED: dict[AttributeType, sql.SQL] = {
    AttributeType.TEXT: sql.SQL("(CASE jsonb_typeof({v}) WHEN 'string' THEN {v} #>> '{{}}' END)"),
    AttributeType.NUMBER: sql.SQL("(CASE jsonb_typeof({v}) WHEN 'number' THEN ({v})::numeric END)"),
    AttributeType.BOOLEAN: sql.SQL("(CASE jsonb_typeof({v}) WHEN 'boolean' THEN ({v})::boolean END)"),
    AttributeType.DATE: SHAPED,
    AttributeType.TIMESTAMP: SHAPED,
}
"""Only CASE promises that the cast is not reached for a value of another type."""
BUILT_IN: dict[str, sql.Composable] = {
    REGION.name: sql.SQL('(e.region COLLATE "C")'),
    CUSTOMER.name: sql.SQL('(c.ext_id COLLATE "C")'),
    SERVICE.name: sql.SQL('(s.slug COLLATE "C")'),
}


@dataclass(slots=True)
class _Renderer:
    prefix: str
    params: dict[str, object] = field(default_factory=dict[str, object])
    columns: dict[Column, sql.Composable] = field(default_factory=dict[Column, sql.Composable])

    def boolean(self, predicate: Predicate) -> sql.Composed:
        match predicate:
            case Not(part=part):
                return sql.SQL("(NOT {})").format(self.boolean(part))
            case And(parts=parts):
                return sql.SQL("({})").format(sql.SQL(" AND ").join(self.boolean(p) for p in parts))
            case Or(parts=parts):
                return sql.SQL("({})").format(sql.SQL(" OR ").join(self.boolean(p) for p in parts))
            case _:
                return self._condition(predicate)

    def _condition(self, predicate: Compare | In | Like | IsNull) -> sql.Composed:
        match predicate:
            case Compare(column=c, op=op, value=value):
                constant = self._constant(c, value)
                return sql.SQL("({} {} {})").format(self.column(c), OPERATORS[op], constant)
            case In(column=c, values=values, negated=negated):
                listed = self._list(c, values)
                operator = sql.SQL("<> ALL" if negated else "= ANY")
                return sql.SQL("({} {} ({}))").format(self.column(c), operator, listed)
            case Like(column=c, pattern=pattern):
                operator = LIKES[predicate.operator]
                return sql.SQL("({} {} {}::text)").format(self.column(c), operator, self._placed(pattern))
            case IsNull(column=c, negated=negated):
                operator = sql.SQL("IS NOT NULL" if negated else "IS NULL")
                return sql.SQL("({} {})").format(self.column(c), operator)

    def column(self, column: Column) -> sql.Composable:
        if column not in self.columns:
            self.columns[column] = BUILT_IN.get(column.name) or self._attribute(column)
        return self.columns[column]

    def _attribute(self, column: Column) -> sql.Composed:
        v = ATTRIBUTE.format(name=self._placed(column.name))
        shape = sql.Literal(f"^{SHAPES.get(column.type, '')}$")
        guarded = GUARDED[column.type].format(v=v, shape=shape)
        # Text, dates and moments are ordered by code point on every server, whatever its collation.
        is_text = TYPES[column.type] == TYPES[AttributeType.TEXT]
        return sql.SQL('({} COLLATE "C")').format(guarded) if is_text else guarded

    def _constant(self, column: Column, value: Constant) -> sql.Composed:
        return sql.SQL("{}::{}").format(self._placed(comparable(value)), TYPES[column.type])

    def _list(self, column: Column, values: Sequence[Constant]) -> sql.Composed:
        listed = sorted({comparable(v) for v in values})
        return sql.SQL("{}::{}[]").format(self._placed(listed), TYPES[column.type])

    def _placed(self, value: object) -> sql.Placeholder:
        name = f"{self.prefix}_{len(self.params)}"
        self.params[name] = value
        return sql.Placeholder(name)
