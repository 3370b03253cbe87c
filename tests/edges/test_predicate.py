import subprocess
import sys
import unicodedata
from datetime import UTC, date, datetime
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from notifier.edges.predicate import parse
from notifier.edges.predicate.named import nearest
from notifier.edges.predicate.place import refusal as refusal_at
from notifier.errors import BadInput
from notifier.model.scope import And, Column, Compare, In, IsNull, Like, Not, Or, canonical, scope_columns
from notifier.model.vocabulary import AttributeType

COUNTRY = Column("country", AttributeType.TEXT)
PLAN = Column("plan", AttributeType.TEXT)
SEATS = Column("seats", AttributeType.NUMBER)
VIP = Column("is_vip", AttributeType.BOOLEAN)
SINCE = Column("since", AttributeType.DATE)
SEEN = Column("seen", AttributeType.TIMESTAMP)
SPACED = Column("Account Manager", AttributeType.TEXT)
TRICKY = Column("case", AttributeType.TEXT)
COLUMNS = scope_columns([COUNTRY, PLAN, SEATS, VIP, SINCE, SEEN, SPACED, TRICKY])

US, DE = Compare(COUNTRY, "=", "US"), Compare(COUNTRY, "=", "DE")
IS_VIP = Compare(VIP, "=", value=True)


def refusal(text: str) -> BadInput:
    with pytest.raises(BadInput) as caught:
        parse(text, COLUMNS)
    return caught.value


def pointed_at(error: BadInput) -> str:
    """The word above the caret line, by terminal cells."""
    line, caret = error.details
    cells = "".join(c * (2 if unicodedata.east_asian_width(c) in "WF" else 1) for c in line)
    return cells[caret.index("^") : len(caret)]


@pytest.mark.parametrize(
    ("text", "predicate"),
    [
        ("country = 'US'", US),
        ("'US' = country", US),
        ("(country) = ('US')", US),
        ("\"country\" = 'US'", US),
        ("COUNTRY = 'US'", US),
        ("country <> 'US'", Compare(COUNTRY, "<>", "US")),
        ("country != 'US'", Compare(COUNTRY, "<>", "US")),
        ("country = 'it''s'", Compare(COUNTRY, "=", "it's")),
        ("country = 'a\\'", Compare(COUNTRY, "=", "a\\")),
        ("country = '%(now)s {0} --; /* '", Compare(COUNTRY, "=", "%(now)s {0} --; /*")),
        ("country = 'Sa\u0303o'", Compare(COUNTRY, "=", "S\u00e3o")),
        ("country\u00a0=\n'US'", US),
        ("5 < seats", Compare(SEATS, ">", Decimal(5))),
        ("5 >= seats", Compare(SEATS, "<=", Decimal(5))),
        ("seats = - 1.50", Compare(SEATS, "=", Decimal("-1.5"))),
        ("seats = 1e3", Compare(SEATS, "=", Decimal(1000))),
        ("is_vip", IS_VIP),
        ("(is_vip)", IS_VIP),
        ("is_vip = FALSE", Compare(VIP, "=", value=False)),
        ("TRUE <> is_vip", Compare(VIP, "<>", value=True)),
        ("since > '2026-11-27'", Compare(SINCE, ">", date(2026, 11, 27))),
        (
            "seen <= '2026-11-27 18:32:00-05:00'",
            Compare(SEEN, "<=", datetime(2026, 11, 27, 23, 32, tzinfo=UTC)),
        ),
        ("country IN ('US', 'DE')", In(COUNTRY, ("US", "DE"))),
        ("country NOT IN ('US')", In(COUNTRY, ("US",), negated=True)),
        ("NOT country IN ('US')", In(COUNTRY, ("US",), negated=True)),
        ("seats IN (-1, 2)", In(SEATS, (Decimal(-1), Decimal(2)))),
        (
            "seats BETWEEN -1 AND 2",
            And((Compare(SEATS, ">=", Decimal(-1)), Compare(SEATS, "<=", Decimal(2)))),
        ),
        ("country LIKE 'U_%'", Like(COUNTRY, "U_%")),
        ("country NOT LIKE 'U%'", Like(COUNTRY, "U%", negated=True)),
        ("NOT country ILIKE ('u\\%')", Like(COUNTRY, "u\\%", any_case=True, negated=True)),
        ("country LIKE 'Sa\u0303o %'", Like(COUNTRY, "S\u00e3o %")),
        ("service <> 'fable-5'", Compare(COLUMNS["service"], "<>", "fable-5")),
        ("NOT is_vip", Not(IS_VIP)),
        ("NOT country = 'US' AND is_vip", And((Not(US), IS_VIP))),
        ("is_vip OR country = 'US' AND country = 'DE'", Or((IS_VIP, And((US, DE))))),
        ("(is_vip OR country = 'US') AND country = 'DE'", And((Or((IS_VIP, US)), DE))),
        ("is_vip AND (country = 'US' AND country = 'DE')", And((IS_VIP, US, DE))),
        ("region = 'EU'", Compare(COLUMNS["region"], "=", "EU")),
        ("customer = 'c-1'", Compare(COLUMNS["customer"], "=", "c-1")),
        ("\"Account Manager\" = 'x'", Compare(SPACED, "=", "x")),
        ("\"case\" = 'x'", Compare(TRICKY, "=", "x")),
    ],
)
def test_reads_what_the_text_means(text: str, predicate: object) -> None:
    assert parse(text, COLUMNS).predicate == predicate


def test_asking_for_null_is_allowed_and_warns_once_for_each_column() -> None:
    parsed = parse("country IS NULL OR plan IS NOT NULL OR country IS NULL", COLUMNS)
    assert parsed.predicate == Or((IsNull(COUNTRY), IsNull(PLAN, negated=True), IsNull(COUNTRY)))
    assert [w.split()[0] for w in parsed.warnings] == ["country", "plan"]
    assert parse("country = 'US'", COLUMNS).warnings == ()


def test_other_letters_have_one_case_for_ilike_and_that_is_said() -> None:
    assert parse("country ILIKE 'm%'", COLUMNS).warnings == ()
    (warning,) = parse("country ILIKE 'M\u00dc%'", COLUMNS).warnings
    assert "a to z only" in warning


def test_names_the_texts_that_are_asked_for_and_where_they_stand() -> None:
    text = "country IN ('US', 'DE') AND (plan <> 'free' OR plan LIKE 'x' OR plan < 'y' OR seats = 5)"
    named = parse(text, COLUMNS).named
    assert [(n.column.name, n.value) for n in named] == [
        ("country", "US"),
        ("country", "DE"),
        ("plan", "free"),
    ]
    assert [n.text[n.start : n.end] for n in named] == ["'US'", "'DE'", "'free'"]
    assert pointed_at(refusal_at(named[1].text, named[1].start, named[1].end, "What?")) == "'DE'"


@pytest.mark.parametrize(
    ("value", "near"),
    [
        ("DEE", "DE"),
        ("de", "DE"),
        ("enterprize", "enterprise"),
        ("DK", None),
        ("ED", None),
        ("", None),
    ],
)
def test_the_nearest_value_is_offered_only_where_it_is_probably_meant(value: str, near: str | None) -> None:
    assert nearest(value, ["DE", "FR", "enterprise", "free"]) == near


@pytest.mark.parametrize(
    ("text", "word", "says"),
    [
        ("contry = 'US'", "contry", "did you mean country?"),
        ("zzz = 'US'", "zzz", "there are Account Manager, case"),
        ("is_vip AND\n  contry = 'US'\n  AND is_vip", "contry", "did you mean country?"),
        ("country = US", "US", "write the text as 'US'"),
        ('country = "US"', '"US"', "write the text as 'US'"),
        ("country IN ('DE', US)", "US", "write the text as 'US'"),
        ("country = \u201cUS\u201d", "\u201cUS\u201d", "single quotes"),
        ("country = plan", "plan", "not with each other"),
        ("country = 5", "5", "country is text"),
        ("country = TRUE", "country", "country is text"),
        ("country = ''", "''", "country IS NULL"),
        ("seats = '5'", "'5'", "seats is a number"),
        ("seats = 1e400", "1e400", "longer than any"),
        ("seats = 0.1234567890123456789", "0.1234567890123456789", "longer than any"),
        ("since = '27.11.2026'", "'27.11.2026'", "'YYYY-MM-DD'"),
        ("since = '2026-02-30'", "'2026-02-30'", "'YYYY-MM-DD'"),
        ("seen > '2026-11-27 18:32'", "'2026-11-27 18:32'", "with its offset"),
        ("is_vip = 'yes'", "'yes'", "TRUE or FALSE"),
        ("is_vip > FALSE", "is_vip", "no order"),
        ("is_vip BETWEEN FALSE AND TRUE", "is_vip", "no order"),
        ("plan", "plan", "neither true nor false"),
        ("country = NULL", "NULL", "IS NULL"),
        ("NULL <> country", "NULL", "IS NULL"),
        ("country IN ('US', NULL)", "NULL", "IS NULL"),
        ("country IS DISTINCT FROM 'US'", "IS", "turns an unknown value into yes or no"),
        ("is_vip IS TRUE", "IS", "turns an unknown value into yes or no"),
        ("is_vip IS NOT FALSE", "IS", "turns an unknown value into yes or no"),
        ("is_vip IS UNKNOWN", "IS", "turns an unknown value into yes or no"),
        ("COALESCE(country, 'US') = 'US'", "COALESCE", "turns an unknown value into yes or no"),
        ("CASE WHEN is_vip THEN TRUE ELSE FALSE END", "CASE", "turns an unknown value into yes or no"),
        ("country ISNULL", "ISNULL", "IS NULL"),
        ("country NOT NULL", "NOT", "IS NOT NULL"),
        ("seats LIKE '5%'", "'5%'", "seats is a number"),
        ("country LIKE 5", "5", "country is text"),
        ("country LIKE plan", "plan", "not with each other"),
        ("country LIKE US", "US", "write the text as 'US'"),
        ("country LIKE ''", "''", "IS NULL"),
        ("country LIKE 'a\\'", "'a\\'", "single backslash"),
        ("country LIKE 'a' ESCAPE 'b'", "ESCAPE", "backslash"),
        ("country LIKE ANY('{a}')", "ANY", "statements are refused"),
        ("country LIKE ('a', 'b')", "'a'", "country is text"),
        ("'US' LIKE country", "'US'", "one column with a constant"),
        ("country ~~ 'a'", "~~", "pattern"),
        ("country SIMILAR TO 'U%'", "SIMILAR TO", "pattern"),
        ("country ~ '^(a+)+$'", "~", "pattern"),
        ("country !~* 'a'", "!", "pattern"),
        ("country IN (SELECT 'US')", "SELECT", "statements are refused"),
        ("country = ANY('{US}')", "ANY", "statements are refused"),
        ("EXISTS (SELECT 1)", "EXISTS", "statements are refused"),
        ("is_vip UNION SELECT TRUE", "UNION", "statements are refused"),
        ("pg_sleep(3) = 1", "pg_sleep", "functions are refused"),
        ("country = current_user", "current_user", "functions are refused"),
        ("since > current_date", "current_date", "functions are refused"),
        ("country::int = 1", "::", "cast"),
        ("CAST(country AS int) = 1", "CAST", "cast"),
        ("seats + 1 = 2", "+", "Arithmetic"),
        ("seats -1 = 2", "-", "Arithmetic"),
        ("seats = - -1", "-", "Arithmetic"),
        ("country || 'x' = 'y'", "||", "Arithmetic"),
        ("c.country = 'US'", ".", "one name"),
        ("country = 'US'; DROP TABLE customer", ";", "one predicate"),
        ("is_vip;", ";", "one predicate"),
        ("is_vip -- really", "-- really", "Comments"),
        ("is_vip /* really */ AND is_vip", "/* really */", "Comments"),
        ("is_vip {# really #}", "{# really #}", "Comments"),
        ("/* open", "/*", "Comments"),
        ("country = $1", "$", "the value itself"),
        ("country = :x", ":", "the value itself"),
        ("country = ?", "?", "the value itself"),
        ("country = $$US$$", "$$US$$", "single quotes"),
        ("country = E'US'", "E'US'", "single quotes"),
        ("country = U&'US'", "U&'US'", "single quotes"),
        ("country = 'U'\n'S'", "'S'", "single quotes"),
        ("seats = 0x1F", "0x1F", "not part of"),
        ("country \u0131n ('US')", "\u0131n", "not part of"),
        ("country == 'US'", "==", "Write ="),
        ("country <=> 'US'", "<=>", "turns an unknown value"),
        ("WHERE is_vip", "WHERE", "Leave out the word WHERE"),
        ("case = 'x'", "case", 'write "case" in double quotes'),
        ("country = 'US", "'", "not closed"),
        ("\"country = 'US'", '"', "not closed"),
        ("is_vip AND", "AND", "missing"),
        ("ELSE is_vip", "ELSE", "cannot be read"),
        ("(is_vip", "is_vip", "missing"),
        ("is_vip)", ")", "does not belong"),
        ("is_vip country", "country", "does not belong"),
        ("seats = 1_000", "_000", "does not belong"),
        ("1 = 1", "1", "one column with a constant"),
        ("TRUE", "TRUE", "one column with a constant"),
        ("is_vip OR TRUE", "is_vip", "one column with a constant"),
        ("seats = 1 = 2", "seats", "one column with a constant"),
        ("(is_vip = TRUE) IS NULL", "is_vip", "one column with a constant"),
        ("seats BETWEEN SYMMETRIC 2 AND 1", "seats", "one column with a constant"),
        ("'US' IN (country)", "'US'", "one column with a constant"),
        ("country IN ()", "country", "between 1 and 1,000"),
        ("(country, plan) = ('a', 'b')", "country", "one column with a constant"),
        ("since = date '2026-11-27'", "'2026-11-27'", "one column with a constant"),
        ("\u6771\u4eac = '\u6771' ", "\u6771\u6771\u4eac\u4eac", "There is no column \u6771\u4eac"),
    ],
)
def test_refuses_with_the_reason_and_points_at_the_word(text: str, word: str, says: str) -> None:
    error = refusal(text)
    assert says in str(error)
    assert "\n" not in str(error)
    assert pointed_at(error) in {word, word[:1]}


def test_nothing_is_not_everybody() -> None:
    assert "empty" in str(refusal(" \n "))


def test_names_that_differ_only_in_case_are_told_apart_or_refused() -> None:
    columns = scope_columns([Column("Plan", AttributeType.TEXT), Column("PLAN", AttributeType.TEXT)])
    assert parse("\"PLAN\" = 'x'", columns).predicate == Compare(columns["PLAN"], "=", "x")
    with pytest.raises(BadInput, match="Several columns are called plan"):
        parse("plan = 'x'", columns)


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("is_vip AND " * 400 + "is_vip", "longer than 4,000"),
        (" OR ".join(["is_vip"] * 251), "more than 250 conditions"),
        (f"seats IN ({','.join('1' * 1001)})", "between 1 and 1,000"),
        ("(" * 21 + "is_vip" + ")" * 21, "deeper than 20"),
        ("NOT " * 21 + "is_vip", "deeper than 20"),
        ("NOT (" * 15 + "is_vip" + ")" * 15, None),
        ("NOT (is_vip OR " * 11 + "is_vip" + ")" * 11, "deeper than 20"),
        ("(" * 5000 + ")" * 5000, "longer than 4,000"),
        ("(" * 2000, "deeper than 20"),
    ],
)
def test_limits(text: str, says: str | None) -> None:
    if says is None:
        parse(text, COLUMNS)
    else:
        assert says in str(refusal(text))


def test_what_the_limits_allow_is_read_from_deep_in_a_stack() -> None:
    parse(f"seats IN ({','.join('1' * 1000)})", COLUMNS)
    parse(" AND ".join(["is_vip"] * 250), COLUMNS)
    deepest = "(" * 20 + "is_vip" + ")" * 20

    def down(levels: int) -> None:
        if levels:
            down(levels - 1)
        else:
            parse(deepest, COLUMNS)

    down(200)
    with pytest.raises(BadInput, match="nested too deeply"):
        down(sys.getrecursionlimit() - 350)


def test_a_long_line_is_cut_around_the_word_and_fits_a_terminal() -> None:
    error = refusal("is_vip AND " * 40 + "contry = '\u6771\u4eac' " + " AND is_vip" * 40)
    assert pointed_at(error) == "contry"
    line, caret = error.details
    assert line.startswith("...")
    assert line.endswith("...")
    assert max(len(line), len(caret)) <= 78


def test_what_a_terminal_would_act_on_is_not_printed() -> None:
    error = refusal("is_vip AND \x1b[31mcontry\u202e = 'US'")
    assert "\x1b" not in "".join([str(error), *error.details])
    assert "\u202e" not in "".join([str(error), *error.details])


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("country<>'US'", "  COUNTRY\n != ('US') "),
        ("country IN ('a', 'b')", "country in ('b','a','b')"),
        ("country NOT IN ('a')", "not country in ('a')"),
        ("seats = 1.50", "seats = 1.5"),
        ("seen < '2026-11-27T18:32:00-05:00'", "seen < '2026-11-27 23:32Z'"),
        ("is_vip", "is_vip = true"),
        ("'US' = country", "country = 'US'"),
        ("seats BETWEEN 1 AND 2", "seats >= 1 and seats <= 2"),
    ],
)
def test_the_same_meaning_has_one_canonical_text(one: str, other: str) -> None:
    assert canonical(parse(one, COLUMNS).predicate) == canonical(parse(other, COLUMNS).predicate)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("is_vip AND (country = 'a' OR plan = 'b')", "(is_vip AND country = 'a') OR plan = 'b'"),
        ("country = 'a'' OR country = ''b'", "country = 'a' OR country = 'b'"),
        ("country = 'us'", "country = 'US'"),
        ("country IS NULL", "country IS NOT NULL"),
        ("country LIKE 'a'", "country ILIKE 'a'"),
        ("country LIKE 'a'", "country NOT LIKE 'a'"),
    ],
)
def test_another_meaning_has_another_canonical_text(one: str, other: str) -> None:
    assert canonical(parse(one, COLUMNS).predicate) != canonical(parse(other, COLUMNS).predicate)


PIECES = st.sampled_from(
    [
        *COLUMNS,
        *("'US'", "5", "-1.5", "TRUE", "'2026-11-27'", "NULL", "ELSE", '"case"', "''", "'it''s'"),
        *("=", "<>", "<", ">=", "AND", "OR", "NOT", "IN", "IS", "IS NULL", "BETWEEN", "(", ")", ","),
        *(
            "SELECT",
            "pg_sleep(3)",
            "--",
            "/*",
            "*/",
            ";",
            "$$",
            "E'",
            "'",
            '"',
            "::text",
            "$1",
            ":x",
            "%(x)s",
        ),
        *("current_user", "COALESCE", "CASE WHEN", "END", "LIKE", "~", "XOR", "ANY", "ARRAY[1]", "{#", "{{"),
        *(
            "\u0131s",
            "\u017felect",
            "\u200b",
            "\u00a0",
            "\0",
            "\\",
            "`",
            "#",
            "@",
            "!",
            "0x1F",
            "\ud800",
            "\x85",
        ),
    ]
)


@given(
    st.text(max_size=60)
    | st.lists(PIECES, max_size=12).map(" ".join)
    | st.lists(PIECES, max_size=8).map("".join)
)
def test_any_text_is_read_or_refused_and_what_is_read_reads_back(text: str) -> None:
    try:
        predicate = parse(text, COLUMNS).predicate
    except BadInput:
        return
    again = canonical(predicate)
    assert canonical(parse(again.replace("case ", '"case" '), COLUMNS).predicate) == again


def test_the_parser_is_imported_only_by_those_who_write_a_scope() -> None:
    code = "import sys, notifier.edges.predicate; print('sqlglot' in sys.modules)"
    found = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert found.stdout == "False\n"
