"""One running product for all stories: real Postgres, broker, workers, beat, web, and two sandboxes.

The stack's own sandbox takes rehearsals; a second one, with another key, stands where SendGrid stands for live
disruptions. Each story begins with empty tables and empty mailboxes.
"""

import json
import os
import pty
import select
import shutil
import socket
import subprocess
import sys
import tempfile
import time
import urllib.request
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime
from io import BytesIO
from itertools import cycle
from pathlib import Path
from typing import Any

import psycopg
import pytest

from notifier.actions.company.import_customers import import_customers
from notifier.local.sockets import socket_folder
from notifier.local.stack import Stack
from notifier.settings import from_env
from notifier.store import Db

RIGHT_KEY = "SG.acceptance"
COMPANY = """
[[services]]
slug = "fable-5"
name = "Fable 5"
[[services]]
slug = "mythos-5"
name = "Mythos 5"
[[services]]
slug = "sonnet-5"
name = "Sonnet 5"
[[sources]]
name = "prometheus"
dialect = "alertmanager"
open = true
label = "service"
map = { fable-prod = "fable-5" }
[attributes]
nationality = { type = "text", sensitive = true }
plan = "text"
seats = "number"
[facts]
company = "Example AI"
phone = "+1 555 0100"
data = "kept"
[policy]
sweep_seconds = 0.5
lease_seconds = 3.0
claim_age_seconds = 1.0
deadline_seconds = 1.5
lanes = 1
"""
KEPT = ("migration", "company", "service", "service_dependency", "source", "attribute", "process", "tick")


@dataclass(frozen=True)
class Box:
    """A sandbox, over HTTP."""

    url: str

    def ask(self, method: str, path: str, body: object = None) -> Any:
        data = None if body is None else json.dumps(body).encode()
        request = urllib.request.Request(self.url + path, data, method=method)
        with urllib.request.urlopen(request, timeout=20) as answer:
            text = answer.read()
        return json.loads(text) if text else None

    def messages(self, fate: str = "delivered") -> list[dict[str, Any]]:
        return [m for m in self.ask("GET", "/messages") if m["fate"] == fate]

    def addresses(self) -> Counter[str]:
        """How many mails each address got."""
        return Counter(m["address"].lower() for m in self.messages())

    def count(self) -> int:
        return int(self.ask("GET", "/messages/count")["messages"])

    def fault(self, kind: str, **more: float) -> None:
        self.ask("POST", "/faults", {"kind": kind, **more})

    def clear(self) -> None:
        self.ask("DELETE", "/messages")
        self.ask("DELETE", "/faults")


@dataclass(frozen=True)
class Done:
    code: int
    out: str
    err: str

    @property
    def said(self) -> str:
        return self.out + self.err

    def json(self) -> Any:
        return json.loads(self.out)


@dataclass
class Place:
    """What a person at a terminal sees: the command line, the mailboxes, and for proofs the database."""

    environment: dict[str, str]
    folder: Path
    database_url: str
    sandbox: Box
    provider: Box
    started: list["subprocess.Popen[str]"] = field(default_factory=list)

    def start(self, *args: str, **environment: str) -> "subprocess.Popen[str]":
        process = subprocess.Popen(
            [sys.executable, "-m", "notifier", *args], env=self.environment | environment, cwd=self.folder,
            stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
        )  # fmt: skip
        self.started.append(process)
        return process

    def __call__(self, *args: str, stdin: str = "", timeout: float = 60, **environment: str) -> Done:
        """Run one command to its end. Whatever goes wrong, nobody ever sees a traceback."""
        process = self.start(*args, **environment)
        out, err = process.communicate(stdin, timeout=timeout)
        assert "Traceback" not in out + err, err
        return Done(process.returncode, out, err)

    def on_a_terminal(self, *args: str, answers: tuple[tuple[str, str | Callable[[], str]], ...]) -> Done:
        """Both ends are a terminal; each answer is typed once its question is on the screen. One that is called
        lets something happen before.
        """
        ours, theirs = pty.openpty()
        process = subprocess.Popen(
            [sys.executable, "-m", "notifier", *args], env=self.environment | {"TERM": "dumb"},
            cwd=self.folder, stdin=theirs, stdout=theirs, stderr=theirs,
        )  # fmt: skip
        os.close(theirs)
        screen, left = "", list(answers)
        deadline = time.monotonic() + 40
        while time.monotonic() < deadline:
            if select.select([ours], [], [], 0.1)[0]:
                try:
                    screen += os.read(ours, 65536).decode(errors="replace")
                except OSError:  # the other end is closed
                    break
            if left and left[0][0] in screen:
                answer = left.pop(0)[1]
                os.write(ours, f"{answer if isinstance(answer, str) else answer()}\n".encode())
        code = process.wait(timeout=10)
        os.close(ours)
        assert "Traceback" not in screen, screen
        assert not left, screen
        return Done(code, screen, "")

    def customers(self, csv: str) -> None:
        with Db(self.database_url) as db:
            import_customers(db, BytesIO(csv.encode()), actor="person:test", now=datetime.now(UTC))

    def people(
        self, n: int, name: str = "p", services: str = "fable-5", header: str = "", cells: str = ""
    ) -> None:
        """So many customers with one contact each, `name1@example.com` and so on.

        `header` and `cells` add columns, for instance `,plan` and `,team`.
        """
        rows = [f"customer,name,email,services{header}"]
        rows += [f"{name}{i},Customer {i},{name}{i}@example.com,{services}{cells}" for i in range(1, n + 1)]
        self.customers("\n".join(rows) + "\n")

    def rows(self, statement: str, *params: object) -> list[tuple[Any, ...]]:
        with psycopg.connect(self.database_url, autocommit=True) as connection:
            cursor = connection.execute(statement, params)  # pyright: ignore[reportArgumentType]
            return cursor.fetchall() if cursor.description is not None else []

    def value(self, statement: str, *params: object) -> Any:
        return self.rows(statement, *params)[0][0]

    @property
    def references(self) -> list[str]:
        return [row[0] for row in self.rows("SELECT reference FROM disruption ORDER BY disruption_id")]

    def shown(self, reference: str = "") -> list[dict[str, Any]]:
        """The notices of a disruption, as `show --json` prints them; each must add up."""
        notices = self("show", reference or self.references[-1], "--json").json()["notices"]
        assert all(notice["adds_up"] for notice in notices)
        return notices

    def until(self, true: Callable[[], object], seconds: float = 20) -> None:
        deadline = time.monotonic() + seconds
        while not true():
            assert time.monotonic() < deadline, "it did not come true in time"
            time.sleep(0.1)

    def until_state(self, state: str, notice: int = -1, seconds: float = 20) -> None:
        self.until(lambda: self.states()[notice] == state, seconds)

    def states(self) -> list[str]:
        """Of every notice that is not void."""
        return [r[0] for r in self.rows("SELECT state FROM notice WHERE state <> 'void' ORDER BY notice_id")]

    def clean(self) -> None:
        tables = self.rows(
            "SELECT string_agg(quote_ident(relname), ', ') FROM pg_class WHERE relkind IN ('r', 'p')"
            " AND relnamespace = 'public'::regnamespace AND NOT relispartition AND relname <> ALL(%s)",
            list(KEPT),
        )
        self.until(lambda: self.emptied(tables[0][0]), seconds=60)
        self.sandbox.clear()
        self.provider.clear()

    def emptied(self, tables: str) -> bool:
        """False: somebody is at work in them. Who waits for us would wait for ever, so we give way first."""
        try:
            with psycopg.connect(self.database_url, options="-c lock_timeout=300ms") as connection:
                connection.execute(f"TRUNCATE {tables}")  # pyright: ignore[reportArgumentType]
        except (psycopg.errors.LockNotAvailable, psycopg.errors.DeadlockDetected):
            return False
        return True

    def end(self) -> None:
        for process in self.started:
            if process.poll() is None:
                process.terminate()
        for process in self.started:
            try:
                process.communicate(timeout=15)
            except subprocess.TimeoutExpired:
                process.kill()
                process.communicate()
        self.started.clear()


def one_sentence(done: Done) -> bool:
    """One line on standard error, and it ends."""
    return done.err.count("\n") == 1 and done.err.rstrip().endswith((".", "`"))


def free_port() -> int:
    with socket.socket() as listening:
        listening.bind(("127.0.0.1", 0))
        return int(listening.getsockname()[1])


def a_sandbox(*args: str) -> tuple["subprocess.Popen[str]", Box]:
    process = subprocess.Popen(
        [sys.executable, "-m", "notifier", "sandbox", "--port", "0", *args], text=True, stdout=subprocess.PIPE
    )
    assert process.stdout
    return process, Box(process.stdout.readline().split()[1])


def stopped(process: "subprocess.Popen[str]") -> None:
    process.terminate()
    process.communicate(timeout=30)


@pytest.fixture(scope="session")
def provider() -> Iterator[Box]:
    """Where SendGrid would be."""
    process, box = a_sandbox("--key", RIGHT_KEY)
    yield box
    stopped(process)


def environment_of(home: Path, **more: str) -> dict[str, str]:
    return {
        "PATH": os.environ["PATH"],
        "PYTHONPATH": os.pathsep.join(p for p in sys.path if p),
        "PYTHONUNBUFFERED": "1",
        "NOTIFIER_HOME": str(home),
        "NOTIFIER_MAIL_FROM": "Example AI <notices@example.com>",
        "NOTIFIER_ACTOR": "person:lind",
        "COLUMNS": "200",
    } | more


@pytest.fixture(scope="session")
def running(provider: Box) -> Iterator[tuple[Stack, dict[str, str]]]:
    home = Path(tempfile.mkdtemp(prefix="nt-story-")).resolve()
    ours = environment_of(
        home, SENDGRID_API_KEY=RIGHT_KEY, NOTIFIER_SENDGRID_URL=provider.url, NOTIFIER_PORT="0"
    )
    (home / "company.toml").write_text(COMPANY)
    subprocess.run(
        [sys.executable, "-m", "notifier", "apply", "company.toml", "--yes"], env=ours, cwd=home,
        check=True, capture_output=True,
    )  # fmt: skip
    with Stack(from_env(ours)) as stack:
        yield stack, ours
    shutil.rmtree(socket_folder(home), ignore_errors=True)
    shutil.rmtree(home, ignore_errors=True)


@pytest.fixture
def stack(running: tuple[Stack, dict[str, str]]) -> Stack:
    return running[0]


@pytest.fixture
def notifier(running: tuple[Stack, dict[str, str]], provider: Box, tmp_path: Path) -> Iterator[Place]:
    """The running product, with nothing in it but the company's file."""
    stack, ours = running
    place = Place(
        ours, tmp_path, stack.settings.database_url or "", Box(stack.settings.sandbox_url or ""), provider
    )
    place.clean()
    yield place
    place.end()


_vhosts = cycle(range(1, 16))
"""The broker has sixteen; what an older story left in one rings for work that its database does not know."""


@pytest.fixture
def deployment(
    stack: Stack, database_url: str, tmp_path: Path, provider: Box, a_box: Callable[..., Box]
) -> Iterator[Place]:
    """A database and a broker of the company's own, no `up`: the test starts workers, with the key it wants."""
    box = a_box()
    ours = environment_of(
        tmp_path / "home",
        NOTIFIER_DATABASE_URL=database_url,
        NOTIFIER_BROKER_URL=f"{stack.settings.broker_url}?virtual_host={next(_vhosts)}",
        NOTIFIER_SANDBOX_URL=box.url,
        NOTIFIER_SENDGRID_URL=provider.url,
    )
    place = Place(ours, tmp_path, database_url, box, provider)
    provider.clear()
    (tmp_path / "company.toml").write_text(COMPANY)
    assert place("apply", "company.toml", "--yes").code == 0
    yield place
    place.end()


@pytest.fixture
def a_box() -> Iterator[Callable[..., Box]]:
    """Starts another sandbox for one test."""
    started: list[subprocess.Popen[str]] = []

    def start(*args: str) -> Box:
        process, box = a_sandbox(*args)
        started.append(process)
        return box

    yield start
    for process in started:
        stopped(process)
