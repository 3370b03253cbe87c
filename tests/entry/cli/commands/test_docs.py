"""What ships with the package is found from the command line."""

from pathlib import Path

import typer
from typer.testing import CliRunner

import notifier
from notifier.entry.cli.commands.docs import documents, register
from notifier.errors import BadInput

FOLDER = Path(notifier.__file__).parent / "docs"


def run(*arguments: str):
    app = typer.Typer()
    app.callback()(lambda: None)  # so that the one command is named, as among others
    register(app)
    return CliRunner().invoke(app, ["docs", *arguments])


def test_without_a_name_it_names_all() -> None:
    found = run()
    assert found.exit_code == 0
    assert list(documents()) == sorted(path.stem for path in FOLDER.glob("*.md"))
    assert all(name in found.stdout for name in documents())


def test_with_a_name_it_prints_one_as_it_stands() -> None:
    assert run("operating").stdout == (FOLDER / "operating.md").read_text("utf-8")
    assert run("rules.md").stdout == (FOLDER / "rules.md").read_text("utf-8")


def test_another_name_is_refused_with_those_that_there_are() -> None:
    error = run("oprating").exception
    assert isinstance(error, BadInput)
    assert "operating" in str(error)
