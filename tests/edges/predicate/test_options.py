import subprocess
import sys
from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from notifier.edges.predicate import AskedScope, Parsed, parse, read
from notifier.errors import BadInput
from notifier.model.scope import Column, scope_columns, written
from notifier.model.vocabulary import AttributeType

NOW = datetime(2026, 11, 27, 23, 40, tzinfo=UTC)
COLUMNS = scope_columns(
    [
        Column("country", AttributeType.TEXT),
        Column("seats", AttributeType.NUMBER),
        Column("trial", AttributeType.BOOLEAN),
        Column("used", AttributeType.DATE),
        Column("seen", AttributeType.TIMESTAMP),
    ]
)


def build(text: str, *, leave_out: bool = False) -> Parsed:
    found = read(AskedScope(leave_out=(text,)) if leave_out else AskedScope(only=(text,)), COLUMNS, NOW)
    assert found is not None
    return found


def sql_of(text: str, *, leave_out: bool = False) -> str:
    return written(build(text, leave_out=leave_out).predicate)


@pytest.mark.parametrize(
    ("text", "only", "but"),
    [
        ("country=DE", "country = 'DE'", "country <> 'DE'"),
        ("country=DE,FR", "country IN ('DE', 'FR')", "country NOT IN ('DE', 'FR')"),
        (" COUNTRY = DE , FR ", "country IN ('DE', 'FR')", "country NOT IN ('DE', 'FR')"),
        ('country="a, ""b""",c', "country IN ('a, \"b\"', 'c')", "country NOT IN ('a, \"b\"', 'c')"),
        ("country=it's", "country = 'it''s'", "country <> 'it''s'"),
        ("country=a..b", "country = 'a..b'", "country <> 'a..b'"),
        ("country=a=b", "country = 'a=b'", "country <> 'a=b'"),
        ("seats=5", "seats = 5", "seats <> 5"),
        ("seats=10..50", "seats >= 10 AND seats <= 50", "NOT (seats >= 10 AND seats <= 50)"),
        ("seats=..-1.5", "seats <= -1.5", "NOT (seats <= -1.5)"),
        (
            "seats=5,10..,7",
            "seats IN (5, 7) OR seats >= 10",
            "seats NOT IN (5, 7) AND NOT (seats >= 10)",
        ),
        ("trial=yes", "trial = TRUE", "trial <> TRUE"),
        ("used=2026-11-01", "used = '2026-11-01'", "used <> '2026-11-01'"),
        ("used=90d..", "used >= '2026-08-29'", "NOT (used >= '2026-08-29')"),
        ("used=..365d", "used <= '2025-11-27'", "NOT (used <= '2025-11-27')"),
        ("seen=1d..", "seen >= '2026-11-26T23:40:00.000000Z'", "NOT (seen >= '2026-11-26T23:40:00.000000Z')"),
        ("service=fable-5", "service = 'fable-5'", "service <> 'fable-5'"),
    ],
)
def test_an_option_stands_for_sql_that_reads_back(text: str, only: str, but: str) -> None:
    assert sql_of(text) == only
    assert sql_of(text, leave_out=True) == but
    assert written(parse(only, COLUMNS).predicate) == only
    assert written(parse(but, COLUMNS).predicate) == but


@pytest.mark.parametrize(
    ("text", "word", "says"),
    [
        ("country", "country", "country=DE,FR"),
        ("=DE", "=DE", "country=DE,FR"),
        ("contry=DE", "contry", "did you mean country?"),
        ("country=", "=", "A value is missing"),
        ("country=DE,,FR", ",", "A value is missing"),
        ('country="a" b', '"', "double quotes"),
        ('country="a', '"', "double quotes"),
        ("seats=many", "many", "seats is a number"),
        ("seats=1..x", "1..x", "seats is a number"),
        ("seats=..", "..", "seats is a number"),
        ("seats=5,unknown", "unknown", "--possibly"),
        ("trial=perhaps", "perhaps", "yes or no"),
        ("used=27.11.2026", "27.11.2026", "90d"),
        ("used=99999d", "99999d", None),
        ("seen=2026-11-27", "2026-11-27", "is a moment"),
        ("country=a\0b", "a b", "is text"),
    ],
)
def test_a_wrong_option_is_pointed_at(text: str, word: str, says: str | None) -> None:
    if says is None:
        assert "used" in sql_of(text)
        return
    with pytest.raises(BadInput) as caught:
        build(text)
    assert says in str(caught.value)
    line, caret = caught.value.details
    assert line[caret.index("^") : len(caret)] == word


@given(
    st.text(max_size=40)
    | st.sampled_from(list(COLUMNS)).flatmap(lambda c: st.text().map(lambda t: f"{c}={t}"))
)
def test_any_option_is_read_or_refused_and_what_is_read_reads_back(text: str) -> None:
    for leave_out in (False, True):
        try:
            predicate = build(text, leave_out=leave_out).predicate
        except BadInput:
            return
        again = written(predicate)
        if len(again) <= 4000:
            assert written(parse(again, COLUMNS).predicate) == again


def test_the_named_texts_are_told_with_their_places() -> None:
    built = build('country=DE,"a, b"', leave_out=True)
    assert [(n.value, n.text[n.start : n.end]) for n in built.named] == [("DE", "DE"), ("a, b", "a, b")]
    assert build("seats=5").named == ()


def test_options_need_no_parser_of_sql() -> None:
    code = "import sys, notifier.edges.predicate.options; print('sqlglot' in sys.modules)"
    found = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert found.stdout == "False\n"
