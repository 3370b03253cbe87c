"""The leaves of sqlglot's tree: where they stand, which column they name, which constant they are."""

from collections.abc import Mapping

from sqlglot import exp

from notifier.edges.predicate.names import column_called, short
from notifier.edges.predicate.place import Misread
from notifier.model import pattern
from notifier.model.attributes import typed
from notifier.model.scope import Column, Constant, constant_of
from notifier.model.vocabulary import AttributeType

WRITE: Mapping[AttributeType, str] = {
    AttributeType.TEXT: "is text: put the value in single quotes.",
    AttributeType.NUMBER: "is a number: write the value without quotes, for instance 5 or -1.5.",
    AttributeType.BOOLEAN: "is yes or no: write TRUE or FALSE, without quotes.",
    AttributeType.DATE: "is a date: write it as 'YYYY-MM-DD'.",
    AttributeType.TIMESTAMP: "is a moment: write it with its offset, as '2026-11-27 18:32:00-05:00'.",
}


def spot(node: exp.Expr) -> tuple[int, int]:
    """Start and end of the first word of a node; TRUE and NULL carry no place, what is around them does."""
    at: exp.Expr | None = node
    while at is not None:
        places = [(n.meta["start"], n.meta["end"] + 1) for n in at.walk() if "start" in n.meta]
        if places:
            return min(places)
        at = at.parent
    return 0, 1


def column_named(node: exp.Column, columns: Mapping[str, Column]) -> Column:
    return column_called(spot(node), node.name, columns)


def not_quoted(node: exp.Column, columns: Mapping[str, Column]) -> str | None:
    """`country = US` and `country = "US"`: a name where a text was meant."""
    if node.name.lower() in {name.lower() for name in columns}:
        return None
    word = short(node.name)
    how = (
        "in double quotes is read as a column"
        if node.this.args.get("quoted")
        else "without quotes is read as a column"
    )
    return f"{word} {how}: write the text as '{word}'."


def constant(node: exp.Expr, column: Column) -> Constant:
    """The constant in the form that the column is stored in. Raises `Misread` if it does not fit."""
    match node:
        case exp.Boolean():
            raw, kinds = str(node.this), {AttributeType.BOOLEAN}
        case exp.Literal() if node.is_string:
            raw, kinds = node.name, {AttributeType.TEXT, AttributeType.DATE, AttributeType.TIMESTAMP}
        case exp.Literal():
            raw, kinds = node.name, {AttributeType.NUMBER}
        case _:
            raw, kinds = f"-{node.name}", {AttributeType.NUMBER}
    if column.type not in kinds or (isinstance(node, exp.Neg) and _not_a_number(node.this)):
        raise Misread(spot(node), f"{column.name} {WRITE[column.type]}")
    stored = typed(raw, column.type)
    if stored is None:
        raise Misread(spot(node), _misfit(raw, column))
    return constant_of(stored, column.type)


def pattern_of(node: exp.Expr, column: Column) -> str:
    """What a text column is matched with. Raises `Misread` for another column, and where Postgres would fail."""
    if column.type is not AttributeType.TEXT:
        raise Misread(spot(node), f"Only text is matched by LIKE: {column.name} {WRITE[column.type]}")
    if sentence := pattern.fault(node.name):
        raise Misread(spot(node), sentence)
    return pattern.normal(node.name)


def _not_a_number(node: exp.Expr) -> bool:
    return not isinstance(node, exp.Literal) or node.is_string


def _misfit(raw: str, column: Column) -> str:
    if not raw.strip():
        return f"An empty value is stored as unknown: ask for it with {column.name} IS NULL."
    if column.type is AttributeType.NUMBER:
        return "This number is longer than any that is stored: 18 digits, or 15 with a fraction, are exact."
    if column.type is AttributeType.TEXT:
        return "This text holds a character that cannot be stored."
    return f"{column.name} {WRITE[column.type]}"
