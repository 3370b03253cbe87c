"""README.md names every command, setting and exit code there is, and none that there is not."""

import re
import subprocess
import tomllib
from datetime import UTC, datetime
from io import BytesIO
from pathlib import Path

import psycopg
import typer

from notifier import errors, settings
from notifier.edges import company_file, facts_file
from notifier.edges.customer_row import Known, rows
from notifier.entry.cli import commands
from notifier.entry.cli.demo import INTERRUPTED
from notifier.model import contract
from notifier.store import outer

ROOT = Path(__file__).parents[1]
README = (ROOT / "README.md").read_text("utf-8")
SOURCES = "".join(path.read_text("utf-8") for path in (ROOT / "notifier").rglob("*.py"))
NOT_FOR_PEOPLE = {settings.EMBEDDED}


def line_after(mark: str) -> str:
    found = re.findall(rf"^<!-- {mark} -->\n```sh\n(.*)\n```$", README, re.MULTILINE)
    assert len(found) == 1, f"one single line after <!-- {mark} -->"
    return found[0]


def known_commands() -> set[str]:
    app = typer.Typer()
    commands.register(app)
    group = typer.main.get_command(app)
    return set(getattr(group, "commands"))  # noqa: B009 - click's group, which typer keeps to itself


def rows_of_table(head: str) -> list[list[str]]:
    """The rows of the table whose first heading is `head`."""
    lines = iter(README.splitlines())
    for line in lines:
        if line.startswith(f"| {head} |"):
            break
    next(lines)
    found: list[list[str]] = []
    for line in lines:
        if not line.startswith("|"):
            return found
        found.append([cell.strip() for cell in line.strip("|").split("|")])
    raise AssertionError(head)


def test_every_command_is_in_the_table_and_every_mention_exists() -> None:
    in_table = {
        name for row in rows_of_table("command") for name in re.findall(r"`notifier ([a-z]+)`", row[0])
    }
    assert in_table == known_commands()
    mentioned = set(re.findall(r"(?:`|^\s*|/)notifier ([a-z]+)\b", README, re.MULTILINE))
    assert mentioned <= known_commands()


def test_every_option_that_is_mentioned_exists() -> None:
    known = set(re.findall(r'"(--[a-z-]+)"', SOURCES))
    known |= {
        f"--{name.replace('_', '-')}" for name in re.findall(r"^    ([a-z_]+): ", SOURCES, re.MULTILINE)
    }
    mentioned = set(re.findall(r"(?<!\S)`?(--[a-z][a-z-]+)", README)) - {"--quiet"}
    assert mentioned
    assert mentioned <= known


def test_every_setting_is_in_the_table_and_every_mention_exists() -> None:
    source = Path(settings.__file__).read_text("utf-8")
    known = set(re.findall(r"\b(NOTIFIER_[A-Z_]+|SENDGRID_API_KEY)\b", source))
    in_table = {row[0].strip("`") for row in rows_of_table("variable")}
    assert in_table == known - NOT_FOR_PEOPLE
    assert set(re.findall(r"\bNOTIFIER_[A-Z_]+", README)) <= known


def test_every_exit_code_is_in_the_table() -> None:
    kinds = (errors.BadInput, errors.Refused, errors.Unreachable)
    in_table = [int(row[0]) for row in rows_of_table("exit code")]
    assert in_table == [0, *(kind.exit_code for kind in kinds), INTERRUPTED]


def test_every_file_that_is_mentioned_exists() -> None:
    for name in re.findall(r"`((?:notifier|templates|migrations|tests)/[\w./-]*)`", README):
        assert (ROOT / name).exists(), name


def test_every_dependency_is_justified_and_no_other() -> None:
    in_table = {name for row in rows_of_table("part") for name in re.findall(r"`([a-z0-9-]+)`", row[0])}
    assert in_table == runtime_dependencies()


def runtime_dependencies() -> set[str]:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]
    wanted = [*project["dependencies"], *project["optional-dependencies"]["local"]]
    return {re.split(r"[\[><=~ ]", each)[0] for each in wanted}


def test_the_files_it_shows_are_read_as_they_stand() -> None:
    company, facts, source = re.findall(r"```toml\n(.*?)```", README, re.DOTALL)
    assert facts_file.read(facts, "facts.toml")["facts"]["memo"]["public"] is False
    assert [s.slug for s in company_file.read(dedented(company + source)).services] == ["fable-5"]


def test_the_customers_it_shows_can_be_imported() -> None:
    found = re.search(r"```csv\n(.*?)```", README, re.DOTALL)
    assert found is not None
    known = Known(frozenset({"fable-5"}), {}, datetime.now(UTC))
    read = list(rows(BytesIO(dedented(found[1])), known))
    assert [getattr(row, "customer", row) for row in read] == ["C-1", "C-2"]


SHOP = """
CREATE TABLE country (id int PRIMARY KEY, iso char(2));
CREATE TABLE address (id int PRIMARY KEY, street text, country_id int REFERENCES country);
CREATE TABLE customer (id int PRIMARY KEY, company text, contact text, email text, lang varchar(5), plan text,
                       address_id int REFERENCES address);
CREATE TABLE subscription (customer_id int REFERENCES customer, product varchar(20), blocked_at timestamptz);
"""


def test_the_view_it_shows_keeps_the_contract(database_url: str) -> None:
    (example,) = re.findall(r"```sql\n(.*?)```", README, re.DOTALL)
    with psycopg.connect(database_url) as connection:
        connection.execute(f"CREATE SCHEMA shop; SET search_path = shop; {SHOP}{example}".encode())
        connection.commit()
        found = outer.columns(outer.Outer(connection, "The shop"))
        connection.execute("DROP OWNED BY notifier_reader; DROP ROLE notifier_reader")
    assert contract.faults(contract.examine(found)) == ()
    shown = {name for row in rows_of_table("in the view") for name in re.findall(r"`([a-z_]+)`", row[0])}
    assert shown == set(found) == {column.name for column in contract.COLUMNS}


def dedented(text: str) -> bytes:
    return "".join(line.strip() + "\n" for line in text.splitlines()).encode()


def test_the_two_lines_are_what_ci_runs() -> None:
    ran = subprocess.run(
        ["bash", str(ROOT / ".ci" / "run"), "--print"], capture_output=True, text=True, check=True
    )
    printed = [line.removeprefix("$ ") for line in ran.stdout.splitlines() if line.startswith("$ ")]
    assert printed == [line_after("run"), line_after("test")]
    assert printed[0].endswith("notifier demo")
    assert "pytest" in printed[1]


def test_it_is_plain_about_where_it_works() -> None:
    """No path of a build machine, and no host of a package registry."""
    assert not re.search(r"/work/|/home/|pypi|registry\.|index-url", README)
