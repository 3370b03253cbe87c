"""Statements name their columns: a column that a newer version adds changes nothing for this one."""

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from notifier.settings import data_folder

STORE = Path(__file__).parents[2] / "notifier/store"
ALL_OF = re.compile(r"\bSELECT\s+(?:DISTINCT\s+)?\*.*?\bFROM\s+(\w+)", re.DOTALL)
ALL_OF_ALIAS = re.compile(r"\b(\w+)\.\*")
RETURNS_ALL = re.compile(r"\bRETURNING\s+\*")
WITHOUT_LIST = re.compile(r"\b(?:INSERT\s+INTO|COPY)\s+(\w+)\s+(?!\(|AS\b|DEFAULT VALUES)", re.DOTALL)


def tables() -> set[str]:
    files = "\n".join(path.read_text("utf-8") for path in data_folder("migrations").glob("*.sql"))
    return set(re.findall(r"CREATE (?:TABLE|VIEW) (\w+)", files)) | {"migration"}


def texts(source: str) -> Iterator[str]:
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Constant) and isinstance(node.value, str):
            yield node.value


def faults(text: str, ours: set[str]) -> Iterator[str]:
    """Where a statement takes whatever columns a table of ours happens to have."""
    for match in ALL_OF.finditer(text):
        if match[1] in ours:
            yield f"SELECT * FROM {match[1]}"
    for match in ALL_OF_ALIAS.finditer(text):
        named = re.search(rf"\b(\w+)(?:\s+AS)?\s+{match[1]}\b", text[match.end() :])
        if {match[1], named and named[1]} & ours:
            yield match[0]
    yield from (match[0] for match in RETURNS_ALL.finditer(text))
    yield from (f"no columns: {match[1]}" for match in WITHOUT_LIST.finditer(text) if match[1] in ours)


@pytest.mark.parametrize("path", sorted(STORE.rglob("*.py")), ids=lambda path: str(path.relative_to(STORE)))
def test_no_statement_takes_whatever_columns_there_are(path: Path) -> None:
    ours = tables()
    assert [fault for text in texts(path.read_text("utf-8")) for fault in faults(text, ours)] == []


@pytest.mark.parametrize(
    "statement",
    [
        "SELECT * FROM notice WHERE notice_id = 1",
        "SELECT *, count(*) OVER ()\n FROM chunk",
        "WITH mine AS (UPDATE chunk SET tries = 1 RETURNING chunk.*) SELECT 1 FROM mine",
        "SELECT a.* FROM approval a JOIN notice USING (notice_id)",
        "UPDATE chunk SET tries = 1 RETURNING *",
        "INSERT INTO snapshot_row SELECT 1",
        "INSERT INTO brake VALUES ('*')",
        "COPY customer FROM STDIN",
    ],
)
def test_each_way_to_do_it_is_noticed(statement: str) -> None:
    assert list(faults(statement, tables()))
