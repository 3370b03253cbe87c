"""README.md names every command and exit code there is, and its examples hold; `test_docs` asks all pages."""

import re
import subprocess
import tomllib
from datetime import UTC, datetime
from io import BytesIO

from notifier import errors
from notifier.edges import company_file
from notifier.edges.customer_file import opened
from notifier.edges.customer_row import RowContext, rows
from notifier.entry.cli.demo.play import INTERRUPTED

from .documents import DOCS, README, ROOT, fenced, options_of, rows_of_table

TEXT = README.read_text("utf-8")
LONGEST = 200
"""Lines: what is longer stands in a document of its own."""


def line_after(mark: str) -> str:
    found = re.findall(rf"^<!-- {mark} -->\n```sh\n(.*)\n```$", TEXT, re.MULTILINE)
    assert len(found) == 1, f"one single line after <!-- {mark} -->"
    return found[0]


def test_it_is_short() -> None:
    assert len(TEXT.splitlines()) <= LONGEST


def test_every_command_is_in_the_table() -> None:
    in_table = {
        name for row in rows_of_table(TEXT, "command") for name in re.findall(r"`notifier ([a-z]+)`", row[0])
    }
    assert in_table == {name for name in options_of() if name and " " not in name}


def test_every_exit_code_is_in_the_table() -> None:
    kinds = (errors.BadInput, errors.Refused, errors.Unreachable)
    in_table = [int(row[0]) for row in rows_of_table(TEXT, "exit code")]
    assert in_table == [0, 1, *(kind.exit_code for kind in kinds), INTERRUPTED]


def test_every_dependency_is_justified_and_no_other() -> None:
    table = rows_of_table((DOCS / "contributing.md").read_text("utf-8"), "part")
    in_table = {name for row in table for name in re.findall(r"`([a-z0-9.-]+)`", row[0])}
    assert in_table == runtime_dependencies()


def runtime_dependencies() -> set[str]:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]
    wanted = [*project["dependencies"], *project["optional-dependencies"]["local"]]
    return {re.split(r"[\[><=~ ]", each)[0] for each in wanted}


def test_the_company_it_shows_is_read_as_it_stands() -> None:
    (company,) = fenced(TEXT, "toml")
    assert [s.slug for s in company_file.read(dedented(company)).services] == ["fable-5"]


def test_the_customers_it_shows_can_be_imported() -> None:
    (customers,) = fenced(TEXT, "csv")
    known = RowContext(frozenset({"fable-5"}), {}, datetime.now(UTC))
    read = list(rows(opened(BytesIO(dedented(customers))).records, known))
    assert [getattr(row, "customer", row) for row in read] == ["C-1", "C-2"]


def dedented(text: str) -> bytes:
    return "".join(line.strip() + "\n" for line in text.splitlines()).encode()


def test_the_two_lines_and_the_long_tests_are_what_ci_runs() -> None:
    ran = subprocess.run(
        ["bash", str(ROOT / ".ci" / "run"), "--print"], capture_output=True, text=True, check=True
    )
    printed = [line.removeprefix("$ ") for line in ran.stdout.splitlines() if line.startswith("$ ")]
    assert printed == [
        line_after("run"),
        line_after("test"),
        ".venv/bin/python -m pytest -m long -n 3 --hypothesis-seed=7",
    ]
    assert printed[0].endswith("notifier demo")
    assert "pytest" in printed[1]
