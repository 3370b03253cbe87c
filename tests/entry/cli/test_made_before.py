"""A database of a version before 0.1.0: every command and process says the same sentence, and does nothing."""

import os
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest

from notifier.local import postgres
from notifier.local.endpoints import serving
from notifier.local.home import prepare
from notifier.local.sockets import socket_folder
from notifier.store.migrate import LEDGER_BEFORE, MADE_BEFORE
from tests import warm

COMMANDS = (
    ("list",),
    ("pause", "--all"),
    ("show", "7K2M"),
    ("suspend", "fable-5", "--reason", "legal", "--rehearse", "--yes"),
    ("import", "people.csv"),
    ("migrate",),
)
PROCESSES = (("worker",), ("beat",), ("web",))


@pytest.fixture
def home() -> Iterator[Path]:
    folder = Path(tempfile.mkdtemp(prefix="nt-cli-")).resolve()
    (folder / "people.csv").write_text("customer,name,email,services\na,A,a@example.com,\n")
    yield folder
    shutil.rmtree(socket_folder(folder), ignore_errors=True)
    shutil.rmtree(folder)


def notifier(home: Path, *args: str, **environment: str) -> "subprocess.CompletedProcess[str]":
    ours = {"NOTIFIER_HOME": str(home), "NOTIFIER_PORT": "0"}
    return warm.run(*args, cwd=home, env=os.environ | ours | environment)


def make_old(url: str) -> None:
    with psycopg.connect(url, autocommit=True) as admin:
        admin.execute("UPDATE migration SET sha256 = %s", (LEDGER_BEFORE,))
        admin.execute("INSERT INTO migration (name, sha256) VALUES ('0023_recount.sql', 'x')")


def rows(url: str) -> int:
    with psycopg.connect(url) as reader:
        found = reader.execute(
            "SELECT (SELECT count(*) FROM brake) + (SELECT count(*) FROM customer)"
            " + (SELECT count(*) FROM process)"
        ).fetchone()
        return int(found[0]) if found else 0


@pytest.mark.parametrize("command", [*COMMANDS, *PROCESSES], ids=" ".join)
def test_an_own_database(home: Path, database_url: str, command: tuple[str, ...]) -> None:
    make_old(database_url)
    done = notifier(
        home, *command, NOTIFIER_DATABASE_URL=database_url, NOTIFIER_BROKER_URL="redis://127.0.0.1:1/0"
    )
    assert (done.returncode, done.stdout, done.stderr) == (3, "", f"{MADE_BEFORE}\n")
    assert rows(database_url) == 0


def test_doctor_names_it_among_its_faults(home: Path, database_url: str) -> None:
    make_old(database_url)
    done = notifier(home, "doctor", NOTIFIER_DATABASE_URL=database_url)
    assert done.returncode == 4
    assert f"FAULT  database   {MADE_BEFORE}" in done.stdout
    assert done.stderr == ""


def test_a_home(home: Path) -> None:
    assert notifier(home, "migrate").returncode == 0
    with serving(prepare(home), with_broker=False):
        make_old(postgres.url(home))
        for command in (*COMMANDS, ("up",)):
            done = notifier(home, *command)
            assert (done.returncode, done.stdout, done.stderr) == (3, "", f"{MADE_BEFORE}\n"), command
        assert rows(postgres.url(home)) == 0
        assert MADE_BEFORE in notifier(home, "doctor").stdout
    other = home / "empty"
    assert notifier(home, "list", NOTIFIER_HOME=str(other)).returncode == 0
    shutil.rmtree(socket_folder(other), ignore_errors=True)
