import os
import shutil
import signal
import subprocess
import sys
import tempfile
import urllib.request
from collections.abc import Iterator
from pathlib import Path

import pytest
import typer
from typer.testing import CliRunner

from notifier.entry.cli.commands import processes
from notifier.errors import BadInput, Unreachable
from notifier.local.sockets import socket_folder


@pytest.fixture
def home() -> Iterator[Path]:
    folder = Path(tempfile.mkdtemp(prefix="nt-cli-")).resolve()
    yield folder
    shutil.rmtree(socket_folder(folder), ignore_errors=True)
    shutil.rmtree(folder)


@pytest.fixture
def app() -> typer.Typer:
    app = typer.Typer()
    processes.register(app)
    return app


def test_up_brings_its_own_database_and_takes_no_other(app: typer.Typer, home: Path) -> None:
    environment = {"NOTIFIER_HOME": str(home), "NOTIFIER_DATABASE_URL": "postgresql://db/x"}
    error = CliRunner().invoke(app, ["up"], env=environment).exception
    assert isinstance(error, BadInput)
    assert "NOTIFIER_DATABASE_URL is set" in str(error)


@pytest.mark.parametrize("command", ["worker", "beat", "web"])
def test_a_process_that_stands_alone_needs_both_urls(app: typer.Typer, home: Path, command: str) -> None:
    environment = {"NOTIFIER_HOME": str(home), "NOTIFIER_DATABASE_URL": "postgresql://db/x"}
    error = CliRunner().invoke(app, [command], env=environment).exception
    assert isinstance(error, Unreachable)
    assert "NOTIFIER_BROKER_URL" in str(error)


def test_migrate_says_what_it_applied_and_the_second_time_nothing(app: typer.Typer, home: Path) -> None:
    first = CliRunner().invoke(app, ["migrate"], env={"NOTIFIER_HOME": str(home)})
    second = CliRunner().invoke(app, ["migrate"], env={"NOTIFIER_HOME": str(home)})
    assert "applied 0001_" in first.output
    assert second.output == "The schema is up to date.\n"


def test_up_says_what_is_true_and_ctrl_c_ends_it_with_0(home: Path) -> None:
    environment = os.environ | {"NOTIFIER_HOME": str(home), "NOTIFIER_PORT": "0", "PYTHONUNBUFFERED": "1"}
    up = subprocess.Popen(
        [sys.executable, "-m", "notifier", "up", "--workers", "1"], env=environment, cwd=home, text=True,
        stdout=subprocess.PIPE, stderr=subprocess.PIPE,
    )  # fmt: skip
    assert up.stdout
    try:
        mode, web, sandbox, *_ = [up.stdout.readline() for _ in range(5)]
        assert mode.startswith("REHEARSALS ONLY"), up.communicate()
        for line, path in ((web, "/readyz"), (sandbox, "")):
            with urllib.request.urlopen(line.split()[1] + path) as answer:
                assert answer.status == 200
        up.send_signal(signal.SIGINT)
        assert up.wait() == 0
    finally:
        if up.poll() is None:
            up.terminate()
        up.communicate()
