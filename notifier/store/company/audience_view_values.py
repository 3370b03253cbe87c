"""The attributes of a row of the company's view in the form in which we store them, as SQL of their server.

The same guards as at import (`notifier.model.attributes`), without anything that can raise: a value that does not
fit its type is NULL. So a verdict computed there is the verdict computed here.
"""

from collections.abc import Mapping, Sequence
from typing import LiteralString

from psycopg import sql

from notifier.model.attributes import FALSE, LONGEST_NUMBER, TRUE
from notifier.model.quoting import ADDRESS
from notifier.model.vocabulary import AttributeType

PAIRS = 40
"""In one `jsonb_build_object`: a function takes 100 arguments."""

DAY: LiteralString = (
    "(?!0000)([0-9]{4}-((0[13578]|1[02])-(0[1-9]|[12][0-9]|3[01])|(0[469]|11)-(0[1-9]|[12][0-9]|30)"
    "|02-(0[1-9]|1[0-9]|2[0-8]))"
    "|([0-9]{2}(0[48]|[2468][048]|[13579][26])|([02468][048]|[13579][26])00)-02-29)"
)
"""A day of the calendar, leap years and all: a cast of any other raises, and Postgres 15 cannot ask first."""
MOMENT: LiteralString = (
    "(?=[12])" + DAY + "[T ]([01][0-9]|2[0-3]):[0-5][0-9](:[0-5][0-9]([.][0-9]{1,9})?)?"
    " ?(Z|[+-](0[0-9]|1[0-4])(:?[0-5][0-9])?)"
)
"""With an offset, in the years 1000 to 2999: beyond them a moment in UTC could leave the calendar."""
NUMBER: LiteralString = "[+-]?([0-9]+([.][0-9]*)?|[.][0-9]+)(e[+-]?[0-9]{1,3})?"

BLANKS = "\t\n\x0b\x0c\r\x1c\x1d\x1e\x1f "
UNICODE_BLANKS = (
    BLANKS + "\x85\xa0\u1680" + "".join(map(chr, range(0x2000, 0x200B))) + "\u2028\u2029\u202f\u205f\u3000"
)
"""What `str.strip` takes away; a server with another encoding than UTF-8 cannot be told of all of it."""
CELL = sql.SQL(
    """
CASE
  WHEN jsonb_typeof({v}) IN ('string', 'number', 'boolean')
    THEN nullif(btrim({v} #>> '{{}}', {blanks}), '') END"""
)
"""A value as the text of a cell; NULL for none, an empty one, a list or an object."""

# CASE alone promises that a cast is not reached for what would make it raise.
NUMBER_OF = sql.SQL(
    """
(SELECT CASE
    WHEN abs(x) >= 1e18 THEN NULL
    WHEN x = trunc(x) THEN trunc(x)
    WHEN abs(x) < 4.9e-324 THEN NULL
    WHEN x::float8::text::numeric = x THEN trim_scale(x) END
  FROM (
    SELECT CASE WHEN length({cell}) <= {longest} AND {cell} ~* {shape} THEN {cell}::numeric END
    OFFSET 0) n (x))"""
)
MOMENT_OF = sql.SQL(
    """
CASE
  WHEN {cell} ~ {shape}
    THEN to_char({cell}::timestamptz AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"') END"""
)


def stored(type_: AttributeType, cell: sql.Composable, *, unicode: bool) -> sql.Composed:
    """What `notifier.model.attributes.typed` makes of a cell. `unicode`: the server can compose letters."""
    match type_:
        case AttributeType.TEXT:
            text = sql.SQL("normalize({})" if unicode else "({})").format(cell)
            return sql.SQL("CASE WHEN {} !~ {} THEN {} END").format(cell, sql.Literal(ADDRESS), text)
        case AttributeType.NUMBER:
            return NUMBER_OF.format(cell=cell, longest=sql.Literal(LONGEST_NUMBER), shape=_whole(NUMBER))
        case AttributeType.BOOLEAN:
            return sql.SQL(
                """
CASE
  WHEN lower({0} COLLATE "C") = ANY({1}) THEN true
  WHEN lower({0} COLLATE "C") = ANY({2}) THEN false END"""
            ).format(cell, sql.Literal(sorted(TRUE)), sql.Literal(sorted(FALSE)))
        case AttributeType.DATE:
            return sql.SQL("CASE WHEN {0} ~ {1} THEN {0} END").format(cell, _whole(DAY))
        case AttributeType.TIMESTAMP:
            return MOMENT_OF.format(cell=cell, shape=_whole(MOMENT))


def _whole(pattern: LiteralString) -> sql.Literal:
    return sql.Literal(f"^({pattern})$")


def cells(attributes: Mapping[str, AttributeType], *, unicode: bool) -> sql.Composed:
    """`(SELECT ... AS cell_0, ...)` over the column `attrs` of `v`; the names travel as `attr_0`, ..."""
    blanks = sql.Literal(UNICODE_BLANKS if unicode else BLANKS)
    listed = [
        sql.SQL("{} AS {}").format(
            CELL.format(
                v=sql.SQL("(v.attrs -> {}::text)").format(sql.Placeholder(f"attr_{n}")), blanks=blanks
            ),
            _cell(n),
        )
        for n in range(len(attributes))
    ]
    return sql.SQL("(SELECT {} OFFSET 0)").format(sql.SQL(", ").join([*listed, sql.SQL("NULL AS no_cell")]))


def values(attributes: Mapping[str, AttributeType], *, unicode: bool) -> sql.Composed:
    """`(SELECT ... AS value_0, ...)`: each cell in its stored form."""
    listed = [
        sql.SQL("to_jsonb({}) AS {}").format(stored(t, _cell(n), unicode=unicode), _value(n))
        for n, t in enumerate(attributes.values())
    ]
    return sql.SQL("(SELECT {} OFFSET 0)").format(sql.SQL(", ").join([*listed, sql.SQL("NULL AS no_value")]))


def together(attributes: Mapping[str, AttributeType]) -> sql.Composable:
    """All of them as one JSON object; unknown ones are null in it."""
    pairs = [
        sql.SQL("{}::text, {}").format(sql.Placeholder(f"attr_{n}"), _value(n))
        for n in range(len(attributes))
    ]
    objects = [
        sql.SQL("jsonb_build_object({})").format(sql.SQL(", ").join(pairs[at : at + PAIRS]))
        for at in range(0, len(pairs), PAIRS)
    ]
    return sql.SQL(" || ").join(objects) if objects else sql.SQL("'{}'::jsonb")


def misfits(attributes: Mapping[str, AttributeType]) -> sql.Composed:
    """The positions of attributes that have a value, but none that fits their type. Lists and objects too."""
    listed = [_misfit(n) for n in range(len(attributes))]
    return sql.SQL("array_remove(ARRAY[{}]::int[], NULL)").format(sql.SQL(", ").join(listed))


def _misfit(n: int) -> sql.Composed:
    raw = sql.SQL("(v.attrs -> {}::text)").format(sql.Placeholder(f"attr_{n}"))
    return sql.SQL(
        """
CASE
  WHEN {value} IS NULL AND ({cell} IS NOT NULL OR jsonb_typeof({raw}) IN ('array', 'object')) THEN {n} END"""
    ).format(value=_value(n), cell=_cell(n), raw=raw, n=sql.Literal(n))


def parameters(names: Sequence[str]) -> dict[str, object]:
    return {f"attr_{n}": name for n, name in enumerate(names)}


def _cell(n: int) -> sql.Identifier:
    return sql.Identifier(f"cell_{n}")


def _value(n: int) -> sql.Identifier:
    return sql.Identifier(f"value_{n}")
