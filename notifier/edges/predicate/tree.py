"""sqlglot's tree -> `Predicate`. A node, and each of its arguments, is known here or refused."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TypeAlias

from sqlglot import Token, exp
from sqlglot.errors import ParseError

from notifier.edges.predicate.leaves import WRITE, column_named, constant, not_quoted, pattern_of, spot
from notifier.edges.predicate.named import NamedText
from notifier.edges.predicate.place import Misread
from notifier.edges.predicate.words import DEEPEST, POSTGRES, span
from notifier.model.pattern import folds_less_than_meant
from notifier.model.scope import (
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
)
from notifier.model.vocabulary import AttributeType

MOST_CONDITIONS = 250
MOST_VALUES = 1000

Read: TypeAlias = tuple[Predicate, tuple[str, ...], tuple[NamedText, ...]]
"""The predicate, its warnings, and the texts it names."""

COMPARISONS: Mapping[type[exp.Expr], Comparison] = {
    exp.EQ: "=",
    exp.NEQ: "<>",
    exp.LT: "<",
    exp.LTE: "<=",
    exp.GT: ">",
    exp.GTE: ">=",
}
MIRRORED: Mapping[Comparison, Comparison] = {"=": "=", "<>": "<>", "<": ">", "<=": ">=", ">": "<", ">=": "<="}
ARGUMENTS: Mapping[type[exp.Expr], frozenset[str]] = {
    **dict.fromkeys(COMPARISONS, frozenset({"this", "expression"})),
    exp.And: frozenset({"this", "expression"}),
    exp.Or: frozenset({"this", "expression"}),
    exp.Not: frozenset({"this"}),
    exp.Paren: frozenset({"this"}),
    exp.Column: frozenset({"this"}),
    exp.In: frozenset({"this", "expressions"}),
    exp.Is: frozenset({"this", "expression", "negate"}),
    exp.Between: frozenset({"this", "low", "high"}),
    **dict.fromkeys((exp.Like, exp.ILike), frozenset({"this", "expression", "negate"})),
}
"""What the allowed nodes may carry; anything else (a sub-select, SYMMETRIC, a table) is refused."""

SHAPE = (
    "A scope compares one column with a constant, for instance country = 'US' or plan IN ('team', 'free')."
)
TWO_COLUMNS = "Columns are compared with constants, not with each other."
ONE_NAME = "A column has one name, without a table before it."
EMPTY: tuple[object, ...] = (None, False, [], "")
WARNING = (
    "{name} IS [NOT] NULL answers yes or no where {name} is unknown: those customers are not counted as"
    " possibly affected by this condition."
)
NOT_FOLDED = (
    "ILIKE knows the two cases of a to z only: in the pattern for {name}, write other letters"
    " as they are stored."
)


def read(text: str, tokens: list[Token], columns: Mapping[str, Column]) -> Read:
    """Raises `Misread`, and `RecursionError` where the parser runs out."""
    try:
        nodes = POSTGRES.parser().parse_into(exp.Condition, tokens, text)
    except ParseError as error:
        raise _unreadable(tokens, error) from None
    match nodes:
        case [exp.Expr() as node]:
            reader = _PredicateReader(text, columns)
            return reader.read(node, 1), tuple(reader.warnings), tuple(reader.named)
        case _:
            # Some words (ELSE) make the parser stop without a word of complaint.
            raise Misread(span(tokens[0]), "The scope cannot be read from here on.")


def _unreadable(tokens: Sequence[Token], error: ParseError) -> Misread:
    """Points at the word the parser stood at; its own sentences speak of its classes."""
    fault = error.errors[0]
    ends = {(t.line, t.col): t for t in tokens}
    at = ends.get((fault["line"], fault["col"]), tokens[-1])
    missing = str(fault["description"]).startswith(("Required", "Expecting"))
    why = "something is missing after this word" if missing else "this word does not belong here"
    return Misread(span(at), f"The scope cannot be read: {why}.")


@dataclass(slots=True)
class _PredicateReader:
    text: str
    columns: Mapping[str, Column]
    warnings: dict[str, None] = field(default_factory=dict[str, None])
    named: list[NamedText] = field(default_factory=list[NamedText])
    conditions: int = 0

    def read(self, node: exp.Expr, depth: int) -> Predicate:
        self._allowed(node)
        if depth > DEEPEST:
            raise self._no(node, f"The scope is nested deeper than {DEEPEST} levels.")
        match node:
            case exp.Paren():
                return self.read(node.this, depth)
            case exp.Not():
                return _negated(self.read(node.this, depth + 1))
            case exp.And():
                return And(tuple(self._parts(node, exp.And, depth + 1)))
            case exp.Or():
                return Or(tuple(self._parts(node, exp.Or, depth + 1)))
            case _:
                return self._condition(node)

    def _parts(self, node: exp.Expr, kind: type[exp.Expr], depth: int) -> Iterator[Predicate]:
        """The parts of a chain, in order; the tree leans to the left and may be hundreds of levels deep."""
        todo = [node]
        while todo:
            part = todo.pop().unnest()
            if type(part) is kind:
                self._allowed(part)
                todo += [part.args["expression"], part.this]
            else:
                yield self.read(part, depth)

    def _condition(self, node: exp.Expr) -> Predicate:
        self.conditions += 1
        if self.conditions > MOST_CONDITIONS:
            raise self._no(node, f"The scope has more than {MOST_CONDITIONS} conditions: use IN (...) lists.")
        match node:
            case exp.In():
                return self._in(node)
            case exp.Between():
                return self._between(node)
            case exp.Like() | exp.ILike():
                return self._like(node)
            case exp.Is():
                return self._is(node)
            case exp.Column():
                return self._bare(node)
            case _:
                return self._compare(node, COMPARISONS[type(node)])

    def _compare(self, node: exp.Expr, op: Comparison) -> Predicate:
        left, right = node.this.unnest(), node.args["expression"].unnest()
        if isinstance(right, exp.Column) and not isinstance(left, exp.Column):
            left, right, op = right, left, MIRRORED[op]
        column = self._column(left)
        if isinstance(right, exp.Column):
            self._allowed(right)
            raise self._no(right, not_quoted(right, self.columns) or TWO_COLUMNS)
        if op not in {"=", "<>"}:
            self._ordered(left, column)
            return Compare(column, op, self._constant(right, column))
        return Compare(column, op, self._equal_to(right, column))

    def _in(self, node: exp.In) -> Predicate:
        column = self._column(node.this.unnest())
        items = [item.unnest() for item in node.expressions]
        if not 0 < len(items) <= MOST_VALUES:
            raise self._no(node, f"A list after IN holds between 1 and {MOST_VALUES:,} constants.")
        return In(column, tuple(self._equal_to(item, column) for item in items))

    def _between(self, node: exp.Between) -> Predicate:
        subject = node.this.unnest()
        column = self._column(subject)
        self._ordered(subject, column)
        low, high = (self._constant(node.args[end].unnest(), column) for end in ("low", "high"))
        return And((Compare(column, ">=", low), Compare(column, "<=", high)))

    def _like(self, node: exp.Like | exp.ILike) -> Predicate:
        column = self._column(node.this.unnest())
        right = node.args["expression"].unnest()
        if isinstance(right, exp.Column):
            raise self._no(right, not_quoted(right, self.columns) or TWO_COLUMNS)
        if not isinstance(right, exp.Literal) or not right.is_string:
            raise self._no(right, f"{column.name} {WRITE[AttributeType.TEXT]}")
        pattern = pattern_of(right, column)
        any_case = isinstance(node, exp.ILike)
        if any_case and folds_less_than_meant(pattern):
            self.warnings[NOT_FOLDED.format(name=column.name)] = None
        return Like(column, pattern, any_case=any_case, negated=bool(node.args.get("negate")))

    def _is(self, node: exp.Is) -> Predicate:
        if not isinstance(node.expression, exp.Null):
            raise self._no(node, SHAPE)
        column = self._column(node.this.unnest())
        self.warnings[WARNING.format(name=column.name)] = None
        return IsNull(column, negated=bool(node.args.get("negate")))

    def _bare(self, node: exp.Column) -> Predicate:
        column = self._column(node)
        if column.type is not AttributeType.BOOLEAN:
            raise self._no(
                node, f"{column.name} alone is neither true nor false: compare it with a constant."
            )
        return Compare(column, "=", value=True)

    def _ordered(self, node: exp.Expr, column: Column) -> None:
        if column.type is AttributeType.BOOLEAN:
            raise self._no(node, f"{column.name} is yes or no and has no order: compare it with = or <>.")

    def _column(self, node: exp.Expr) -> Column:
        if not isinstance(node, exp.Column):
            raise self._no(node, SHAPE)
        self._allowed(node)
        return column_named(node, self.columns)

    def _constant(self, node: exp.Expr, column: Column) -> Constant:
        if isinstance(node, exp.Column):
            raise self._no(node, not_quoted(node, self.columns) or TWO_COLUMNS)
        if not isinstance(node, exp.Literal | exp.Boolean | exp.Neg):
            raise self._no(node, SHAPE)
        return constant(node, column)

    def _equal_to(self, node: exp.Expr, column: Column) -> Constant:
        """A constant that the data may know, or not."""
        value = self._constant(node, column)
        if column.type is AttributeType.TEXT:
            self.named.append(NamedText(column, str(value), self.text, *spot(node)))
        return value

    def _allowed(self, node: exp.Expr) -> None:
        known = ARGUMENTS.get(type(node))
        if known is None or {name for name, value in node.args.items() if value not in EMPTY} - known:
            raise self._no(node, ONE_NAME if isinstance(node, exp.Column) else SHAPE)

    def _no(self, node: exp.Expr, sentence: str) -> Misread:
        return Misread(spot(node), sentence)


def _negated(part: Predicate) -> Predicate:
    """NOT IN and IS NOT NULL reach us as NOT around the rest; both mean the same in three values."""
    match part:
        case In(column=column, values=values, negated=negated):
            return In(column, values, negated=not negated)
        case Like(column=column, pattern=pattern, any_case=any_case, negated=negated):
            return Like(column, pattern, any_case=any_case, negated=not negated)
        case IsNull(column=column, negated=negated):
            return IsNull(column, negated=not negated)
        case _:
            return Not(part)
