import json
from collections.abc import Iterator
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

import psycopg
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from psycopg import sql
from psycopg.types.json import Jsonb

from notifier.edges.predicate import parse
from notifier.errors import BadInput
from notifier.model.scope import (
    CUSTOMER,
    REGION,
    SERVICE,
    And,
    Column,
    Compare,
    In,
    IsNull,
    Like,
    Not,
    Or,
    Predicate,
    columns,
    scope_columns,
    verdict_of,
    written,
)
from notifier.model.vocabulary import AttributeType, Possibly
from notifier.store import Db, Tx, run, values
from notifier.store.audience import verdicts
from notifier.store.audience.predicate import render
from notifier.store.audience.verdicts import Rule

COUNTRY = Column("country", AttributeType.TEXT)
SEATS = Column("seats", AttributeType.NUMBER)
VIP = Column("is_vip", AttributeType.BOOLEAN)
SINCE = Column("since", AttributeType.DATE)
SEEN = Column("seen", AttributeType.TIMESTAMP)
ODD = Column("100% {x} %(y)s 'odd\"", AttributeType.TEXT)
ATTRIBUTES = (COUNTRY, SEATS, VIP, SINCE, SEEN, ODD)
COLUMNS = scope_columns(ATTRIBUTES)

Row = dict[str, Any]


@pytest.fixture
def tx(db: Db) -> Iterator[Tx]:
    with db.transaction() as opened:
        yield opened


def verdicts_of(tx: Tx, predicate: Predicate | None, rows: list[Row]) -> list[bool | None]:
    """What Postgres says of each row; each is one customer with one entitlement, and nothing is stored."""
    rendered = render(predicate)
    statement = sql.SQL(
        "SELECT {} FROM jsonb_array_elements(%(rows)s) WITH ORDINALITY AS r (j, n),"
        " LATERAL (SELECT j ->> 'customer', COALESCE(j -> 'attrs', '{{}}')) AS c (ext_id, attrs),"
        " LATERAL (SELECT j ->> 'region', COALESCE(j -> 'own', '{{}}')) AS e (region, attrs),"
        " LATERAL (SELECT j ->> 'service') AS s (slug)"
        " WHERE %(marker)s::text = 'kept apart' ORDER BY n"
    ).format(rendered.sql)
    return values(tx, statement, rows=Jsonb(rows), marker="kept apart", **rendered.params)


def seen_by_python(row: Row) -> Row:
    return (
        row.get("attrs", {}) | row.get("own", {}) | {k: row.get(k) for k in ("region", "customer", "service")}
    )


def verdict(tx: Tx, predicate: Predicate, row: Row) -> bool | None:
    (found,) = verdicts_of(tx, predicate, [row])
    assert found is verdict_of(predicate, seen_by_python(row))
    return found


def test_no_predicate_is_everybody(tx: Tx) -> None:
    assert verdicts_of(tx, None, [{}, {"region": "EU"}]) == [True, True]


def test_reads_customers_and_entitlements_as_they_are_stored(tx: Tx) -> None:
    run(tx, "INSERT INTO service (slug, name) VALUES ('s', 'S')")
    run(
        tx,
        "INSERT INTO customer (ext_id, name, attrs) VALUES ('a', 'A', '{\"country\": \"US\"}'),"
        " ('b', 'B', '{\"country\": \"DE\"}'), ('c', 'C', '{}')",
    )
    run(
        tx,
        "INSERT INTO entitlement (customer_id, service_id, region) SELECT customer_id, service_id, 'EU'"
        " FROM customer, service",
    )
    rendered = render(parse("country <> 'US' AND region = 'EU' AND customer <> 'x'", COLUMNS).predicate)
    statement = sql.SQL(
        "SELECT {} FROM entitlement e JOIN customer c USING (customer_id) ORDER BY c.ext_id"
    ).format(rendered.sql)
    assert values(tx, statement, **rendered.params) == [False, True, None]


@pytest.mark.parametrize(
    ("predicate", "row", "expected"),
    [
        (Compare(REGION, "=", "EU"), {"region": "EU"}, True),
        (Compare(REGION, "=", "EU"), {"attrs": {"region": "EU"}}, None),
        (Compare(CUSTOMER, "=", "c-1"), {"customer": "c-1"}, True),
        (Compare(COUNTRY, "=", "US"), {"attrs": {"country": "DE"}, "own": {"country": "US"}}, True),
        (Compare(COUNTRY, "=", "US"), {"attrs": {"country": "US"}, "own": {"country": None}}, None),
        (Compare(COUNTRY, "=", "US"), {"attrs": {"country": "US"}, "own": {"country": 5}}, None),
        (Compare(COUNTRY, ">", "Z"), {"attrs": {"country": "a"}}, True),
        (
            Compare(COUNTRY, "=", "50% of %(rows)s {} \\ ' \""),
            {"attrs": {"country": "50% of %(rows)s {} \\ ' \""}},
            True,
        ),
        (Compare(ODD, "=", "x"), {"attrs": {ODD.name: "x"}}, True),
        (Compare(SEATS, "=", Decimal("0.1")), {"attrs": {"seats": 0.1}}, True),
        (Compare(SEATS, ">", Decimal(5)), {"attrs": {"seats": "n/a"}}, None),
        (In(SEATS, (Decimal(1), Decimal("2.5"))), {"attrs": {"seats": 2.5}}, True),
        (In(VIP, (False,), negated=True), {"attrs": {"is_vip": True}}, True),
        (Compare(VIP, "=", value=True), {"attrs": {"is_vip": "true"}}, None),
        (Compare(SINCE, ">=", date(2026, 1, 1)), {"attrs": {"since": "n/a"}}, None),
        (Compare(SINCE, ">=", date(2026, 1, 1)), {"attrs": {"since": "2026-01-01\n"}}, None),
        (
            Compare(SEEN, ">", datetime(2026, 1, 1, tzinfo=UTC)),
            {"attrs": {"seen": "2026-01-01T00:00:00.000001Z"}},
            True,
        ),
        (Like(COUNTRY, "U_"), {"attrs": {"country": "US"}}, True),
        (Like(COUNTRY, "u%"), {"attrs": {"country": "US"}}, False),
        (Like(COUNTRY, "u%", any_case=True), {"attrs": {"country": "US"}}, True),
        (Like(COUNTRY, "\u00e9", any_case=True), {"attrs": {"country": "\u00c9"}}, False),
        (Like(COUNTRY, "U%", negated=True), {"attrs": {}}, None),
        (Like(COUNTRY, "%"), {"attrs": {"country": 5}}, None),
        (Compare(SERVICE, "=", "fable-5"), {"service": "fable-5", "attrs": {"service": "x"}}, True),
        (IsNull(SEATS), {"attrs": {"seats": "n/a"}}, True),
        (IsNull(SEATS, negated=True), {"attrs": {}}, False),
    ],
)
def test_says_what_the_stored_value_means(
    tx: Tx, predicate: Predicate, row: Row, expected: bool | None
) -> None:
    assert verdict(tx, predicate, row) is expected


WORDS = st.sampled_from(
    ["", "US", "DE", "a", "Z", "\u00e9", "\U0001f600", "2026-01-01", "%(x)s", "it's", "\\"]
)
NUMBERS = st.integers(-3, 3) | st.sampled_from([0.1, -2.5, 10**17, 1e-7])
DAYS = st.dates(date(2025, 12, 30), date(2026, 1, 2))
MOMENTS = DAYS.map(lambda day: datetime(day.year, day.month, day.day, 1, 2, 3, tzinfo=UTC))
PATTERNS = (
    st.lists(
        st.sampled_from([*"%%%__aAuUsSZ-2\u00e9\u00c9'", "\\%", "\\_", "\\\\", "\\a"]), min_size=1, max_size=6
    )
    .map("".join)
    .filter(lambda pattern: bool(pattern.strip()))
)
CONSTANTS: dict[AttributeType, st.SearchStrategy[Any]] = {
    AttributeType.TEXT: WORDS,
    AttributeType.NUMBER: NUMBERS.map(lambda n: Decimal(str(n))),
    AttributeType.BOOLEAN: st.booleans(),
    AttributeType.DATE: DAYS,
    AttributeType.TIMESTAMP: MOMENTS,
}
JSON = (
    st.none()
    | WORDS
    | NUMBERS
    | st.booleans()
    | DAYS.map(date.isoformat)
    | MOMENTS.map(lambda m: m.isoformat(timespec="microseconds").replace("+00:00", "Z"))
    | st.sampled_from([[], {}, [1], {"a": "US"}])
)
ROWS = st.fixed_dictionaries(
    {},
    optional={
        "attrs": st.dictionaries(st.sampled_from([c.name for c in ATTRIBUTES]), JSON),
        "own": st.dictionaries(st.sampled_from([c.name for c in ATTRIBUTES]), JSON, max_size=1),
        "region": WORDS,
        "customer": WORDS,
        "service": WORDS,
    },
)


def leaves(column: Column) -> st.SearchStrategy[Predicate]:
    constant = CONSTANTS[column.type]
    operators = ["=", "<>"] if column.type is AttributeType.BOOLEAN else ["=", "<>", "<", "<=", ">", ">="]
    like = (
        [st.builds(Like, st.just(column), PATTERNS, st.booleans(), st.booleans())]
        if column.type is AttributeType.TEXT
        else []
    )
    return st.one_of(
        *like,
        st.builds(Compare, st.just(column), st.sampled_from(operators), constant),
        st.builds(In, st.just(column), st.lists(constant, min_size=1, max_size=3).map(tuple), st.booleans()),
        st.builds(IsNull, st.just(column), st.booleans()),
    )


PREDICATES = st.recursive(
    st.sampled_from(list(COLUMNS.values())).flatmap(leaves),
    lambda inner: (
        st.builds(Not, inner)
        | st.builds(And, st.lists(inner, min_size=2, max_size=3).map(tuple))
        | st.builds(Or, st.lists(inner, min_size=2, max_size=3).map(tuple))
    ),
    max_leaves=8,
)
SLOW = settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])


@SLOW
@given(PREDICATES, st.lists(ROWS, min_size=1, max_size=12))
def test_postgres_and_python_agree_and_every_row_has_one_verdict(
    tx: Tx, predicate: Predicate, rows: list[Row]
) -> None:
    found = verdicts_of(tx, predicate, rows)
    assert found == [verdict_of(predicate, seen_by_python(row)) for row in rows]
    opposite = verdicts_of(tx, Not(predicate), rows)
    assert [v is None for v in found] == [v is None for v in opposite]
    assert found.count(True) + found.count(None) + found.count(False) == len(rows)


HELD = st.fixed_dictionaries(
    {"attrs": st.dictionaries(st.sampled_from([c.name for c in ATTRIBUTES]), JSON)},
    optional={
        "own": st.dictionaries(st.sampled_from([c.name for c in ATTRIBUTES]), JSON, max_size=1),
        "more": st.dictionaries(st.sampled_from([c.name for c in ATTRIBUTES]), JSON, max_size=2),
    },
)
"""A customer with one entitlement, or two: then `more` is the other one's."""


@settings(SLOW, max_examples=60)
@given(PREDICATES, st.lists(HELD, min_size=1, max_size=8))
def test_affected_and_possibly_and_not_are_all_customers_and_each_is_one_of_them(
    db: Db, predicate: Predicate, rows: list[Row]
) -> None:
    with db.transaction() as tx:
        run(tx, "INSERT INTO service (slug, name) VALUES ('a', 'A'), ('b', 'B')")
        expected: list[int] = []
        for n, row in enumerate(rows):
            run(
                tx,
                "INSERT INTO customer (ext_id, name, attrs) VALUES (%(id)s, %(id)s, %(attrs)s)",
                id=f"c{n}",
                attrs=Jsonb(row["attrs"]),
            )
            verdicts_of_one: list[int] = []
            for slug, own in (("a", row.get("own", {})), ("b", row.get("more"))):
                if own is None:
                    continue
                run(
                    tx,
                    "INSERT INTO entitlement (customer_id, service_id, region, attrs) SELECT customer_id,"
                    " service_id, 'EU', %(own)s FROM customer, service WHERE ext_id = %(id)s AND slug = %(slug)s",
                    own=Jsonb(own),
                    id=f"c{n}",
                    slug=slug,
                )
                said = verdict_of(
                    predicate, row["attrs"] | own | {"region": "EU", "customer": f"c{n}", "service": slug}
                )
                verdicts_of_one.append(1 if said is None else 2 if said else 0)
            expected.append(max(verdicts_of_one))
        survey = verdicts.survey(tx, Rule(["a", "b"], predicate, Possibly.HEDGE))
        found = {v.rank: v.customers for v in survey.verdicts}
        assert sum(found.values()) == len(rows)
        assert found == {rank: expected.count(rank) for rank in set(expected)}
        raise psycopg.Rollback


@SLOW
@given(PREDICATES, st.lists(ROWS, min_size=1, max_size=6))
def test_what_is_written_is_read_back_and_means_the_same(
    tx: Tx, predicate: Predicate, rows: list[Row]
) -> None:
    if any(not str(v).strip() for v in constants_of(predicate)):
        return  # an empty text is not a value
    again = parse(written(predicate), COLUMNS).predicate
    assert verdicts_of(tx, again, rows) == verdicts_of(tx, predicate, rows)


def constants_of(predicate: Predicate) -> Iterator[object]:
    match predicate:
        case Compare(value=value):
            yield value
        case In(values=listed):
            yield from listed
        case Not(part=part):
            yield from constants_of(part)
        case Like(pattern=pattern):
            yield pattern
        case And(parts=parts) | Or(parts=parts):
            for part in parts:
                yield from constants_of(part)
        case IsNull():
            return


# ------------------------------------------------- the user's own text, run by Postgres on plain typed columns

ATOMS = st.sampled_from(
    [
        *(
            "country = 'US'",
            "country <> 'US'",
            "'US' != country",
            "country < 'a'",
            "country IN ('US', 'it''s')",
        ),
        *(
            "country NOT IN ('US')",
            "country LIKE '_S'",
            "country NOT LIKE 'U%'",
            "country IS NULL",
            "country IS NOT NULL",
            "\"country\" = 'DE'",
        ),
        *("country ILIKE '%''S'", "country ILIKE 'u\\_%'", "country LIKE '%\\\\%'"),
        *("seats > 1", "1 > seats", "seats = -1", "seats BETWEEN -1 AND 2", "seats NOT BETWEEN 0 AND 1.5"),
        *(
            "is_vip",
            "is_vip = TRUE",
            "is_vip <> FALSE",
            "(is_vip)",
            "since >= '2026-01-01'",
            "'2026-01-01' < since",
        ),
        *("seen > '2026-01-01 01:02:03+01'", "seen = '2025-12-31T20:02:03.000-05:00'"),
    ]
)
TEXTS = st.recursive(
    ATOMS,
    lambda inner: (
        inner.map(lambda t: f"NOT {t}")
        | inner.map(lambda t: f"({t})")
        | st.tuples(inner, st.sampled_from(["AND", "OR", "and", "oR"]), inner).map(" ".join)
    ),
    max_leaves=8,
)
TYPED_ROWS = st.fixed_dictionaries(
    {},
    optional={
        "country": st.sampled_from(["US", "DE", "it's", "a", "Z"]),
        "seats": st.sampled_from([-1, 0, 1, 1.5, 2, 3]),
        "is_vip": st.booleans(),
        "since": st.sampled_from(["2025-12-31", "2026-01-01", "2026-01-02"]),
        "seen": st.sampled_from(["2026-01-01T00:02:03.000000Z", "2026-01-01T01:02:03.000000Z"]),
    },
)


def said_by_postgres(tx: Tx, text: str, rows: list[Row]) -> list[bool | None]:
    plain = text.replace("%", "%%").replace("\u2028", " ")
    statement = (
        f'SELECT ({plain}) FROM jsonb_to_recordset(%s) AS r (n int, country text COLLATE "C", seats numeric,'
        " is_vip boolean, since date, seen timestamptz) ORDER BY n"
    )
    numbered = [row | {"n": n} for n, row in enumerate(rows)]
    return [v for (v,) in tx.execute(statement.encode(), [Jsonb(numbered)]).fetchall()]


@SLOW
@given(TEXTS, st.lists(TYPED_ROWS, min_size=1, max_size=12))
def test_a_scope_means_what_postgres_would_read_in_it(tx: Tx, text: str, rows: list[Row]) -> None:
    ours = verdicts_of(tx, parse(text, COLUMNS).predicate, [{"attrs": row} for row in rows])
    assert ours == said_by_postgres(tx, text, rows)


# ------------------------------------------------- hostile texts: refused, or answered with TRUE, FALSE or NULL

HOSTILE = [
    "country = 'US'; DROP TABLE customer; --",
    "country = 'US' OR 1=1",
    "country = '' OR ''=''",
    "country = 'x') OR (TRUE",
    "country IN (SELECT ext_id FROM customer)",
    "(SELECT pg_sleep(10)) IS NULL",
    "pg_sleep(10) IS NULL",
    "country = current_user",
    "country = $1",
    "country = %(rows)s",
    "country = '%(rows)s'",
    "country = '{}' AND country = '%s%%'",
    "country = $$US$$",
    "country = $x$US$x$",
    "country = E'\\' OR 1=1 --'",
    "country = '\\' OR is_vip --'",
    "country = 'a\\'' OR is_vip",
    "country = U&'\\0055'",
    "country = '''' OR '''' = ''''",
    "country = '\u2019 OR is_vip --'",
    "country = \uff07US\uff07",
    "country \uff1d 'US'",
    "\uff49s_vip",
    "is_v\u0131p",
    "country = 'a' UNION SELECT 'b'",
    "is_vip /*! OR TRUE */",
    "is_vip /* /* */ OR TRUE /* */ */",
    "is_vip -- ' \n OR TRUE",
    "is_vip\x00OR TRUE",
    "is_vip \u2028 OR NOT is_vip",
    "is_vip OR\u200bNOT is_vip",
    "(country).foo = 'x'",
    "country COLLATE \"C\" = 'x'",
    "country = ANY(ARRAY['x'])",
    "country @> '{}'",
    "seats = 1/0",
    "seats = 'NaN'",
    "seats = 9" + "9" * 400,
    "seats = 1e999999999",
    "country = '" + "x" * 3900 + "'",
    "country = '\ud800'",
    "country = 'a\x00b'",
    "seen > '-infinity'",
    "since = 'today'",
    "since = '10000-01-01'",
    "seats IN (" + ",".join(["1"] * 1500) + ")",
    "(" * 5000 + "is_vip" + ")" * 5000,
    "(" * 1900 + "is_vip" + ")" * 1900,
    "NOT " * 900 + "is_vip",
    "- " * 1500 + "1 = seats",
    "is_vip = " * 400 + "TRUE",
    "[" * 1900,
    "{{" * 900,
    "CASE " * 600,
    "xmin = '1'",
    "ctid = '(0,1)'",
    "attrs = '{}'",
    "c.attrs IS NULL",
    "customer.ext_id = 'x'",
    "country LIKE 'x\\'",
    "country LIKE '" + "%a" * 1900 + "'",
    "country LIKE 'a' ESCAPE ''",
    "country ILIKE ANY (ARRAY['x'])",
    "country LIKE 'a' || (SELECT 'b')",
    "country LIKE CURRENT_USER",
    "country ILIKE NULL",
    "service = 'x' OR service IN (SELECT slug FROM service)",
]
ROW = {"attrs": {"country": "US", "seats": 1, "is_vip": True}}


def answered(tx: Tx, text: str) -> list[bool | None]:
    """Refused (nothing), or what Postgres answers; anything else is a failure of the test."""
    try:
        predicate = parse(text, COLUMNS).predicate
    except BadInput:
        return []
    assert columns(predicate)
    return verdicts_of(tx, predicate, [ROW, {}])


@pytest.mark.parametrize("text", HOSTILE, ids=range(len(HOSTILE)))
def test_hostile_texts_are_refused_or_harmless(tx: Tx, text: str) -> None:
    found = answered(tx, text)
    assert set(found) <= {True, False, None}
    if found:
        assert found == said_by_postgres(tx, text, [ROW["attrs"], {}])


CUTS = st.integers(0, 60)


@SLOW
@given(st.sampled_from(HOSTILE), TEXTS, CUTS, CUTS)
def test_hostile_pieces_inside_a_scope_find_no_way_past_the_allow_list(
    tx: Tx, hostile: str, text: str, cut: int, at: int
) -> None:
    spliced = text[:at] + hostile[:cut] + text[at:]
    if found := answered(tx, spliced):
        assert found == said_by_postgres(tx, spliced, [ROW["attrs"], {}])


def test_a_hostile_text_changes_nothing(tx: Tx) -> None:
    run(tx, "INSERT INTO customer (ext_id, name, attrs) VALUES ('x', 'X', '{}')")
    for text in HOSTILE:
        answered(tx, text)
    assert values(tx, "SELECT ext_id FROM customer") == ["x"]


def test_the_text_of_a_person_never_reaches_the_statement(tx: Tx) -> None:
    rendered = render(Compare(ODD, "=", "SECRET' \" %"))
    statement = rendered.sql.as_string(tx)
    assert "SECRET" not in statement
    assert "odd" not in statement
    assert json.dumps(sorted(map(str, rendered.params.values()))) == json.dumps(
        sorted([ODD.name, "SECRET' \" %"])
    )


def test_two_predicates_share_a_statement(tx: Tx) -> None:
    one, other = (
        render(Compare(CUSTOMER, "=", "a"), prefix="now"),
        render(Compare(CUSTOMER, "=", "b"), prefix="was"),
    )
    statement = sql.SQL("SELECT ({} AND NOT {}) FROM (VALUES ('a')) AS c (ext_id)").format(one.sql, other.sql)
    assert values(tx, statement, **one.params, **other.params) == [True]


def test_the_driver_is_not_confused_by_an_undeclared_parameter(tx: Tx) -> None:
    rendered = render(Compare(CUSTOMER, "=", "a"))
    with pytest.raises(psycopg.ProgrammingError, match="scope_0"):
        values(tx, sql.SQL("SELECT {}").format(rendered.sql))
