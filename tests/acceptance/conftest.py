"""One running product for all stories: real Postgres, broker, workers, beat, web, and two sandboxes.

The stack's own sandbox takes rehearsals; a second one, with another key, stands where SendGrid stands for live
disruptions. Each story begins with empty tables and empty mailboxes. After the last story it ends: it would tick
beside all other tests.

A story's own commands run in this process (tests/in_process.py), which costs a twentieth of a process each. Where
the process is the point it asks for one: `place.process`, `place.start`, `place.on_a_terminal`.
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
import urllib.request
from collections import Counter
from collections.abc import Callable, Generator, Iterator
from contextlib import contextmanager, nullcontext
from dataclasses import dataclass, field
from datetime import UTC, datetime
from io import BytesIO
from itertools import cycle
from pathlib import Path
from typing import Any

import pytest

from notifier.actions.company.import_customers import import_customers
from notifier.local.sockets import socket_folder
from notifier.local.stack import Stack
from notifier.model.act import Act
from notifier.settings import from_env
from notifier.store import Db
from tests import in_process
from tests.raw_sql import RawSql
from tests.waiting import SOON, until
from tests.warm import Warm

RIGHT_KEY = "SG.acceptance"
SERVING = ("worker", "beat", "web")
LAST_LINES = 40
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
sweep_seconds = 1.0
lanes = 1
"""
SHORT_LEASE = {"lease_seconds": 3.0, "claim_age_seconds": 1.0, "deadline_seconds": 1.5}
"""For a story that waits for a lease. On a busy machine it runs out by itself: such a story counts the unknown."""
KEPT = ("migration", "company", "service", "service_dependency", "source", "attribute", "process", "tick")


@dataclass(frozen=True)
class Box:
    """A sandbox, over HTTP."""

    url: str

    def ask(self, method: str, path: str, body: object = None) -> Any:
        data = None if body is None else json.dumps(body).encode()
        request = urllib.request.Request(self.url + path, data, method=method)
        with urllib.request.urlopen(request) as answer:
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
class Place(RawSql):
    """What a person at a terminal sees: the command line, the mailboxes, and for proofs the database."""

    environment: dict[str, str]
    folder: Path
    database_url: str
    sandbox: Box
    provider: Box
    started: list["subprocess.Popen[str]"] = field(default_factory=list)

    def start(self, *args: str, **environment: str) -> "subprocess.Popen[str]":
        """A process. Those that serve write into a file, which a failing story shows: nobody reads their pipes."""
        serves = args[:1] and args[0] in SERVING
        with self.log_of(args[0]).open("ab") if serves else nullcontext(subprocess.PIPE) as says:
            process = Warm(
                *args,
                env=self.environment | environment,
                cwd=self.folder,
                stdin=subprocess.PIPE,
                stdout=says,
                stderr=says,
            )
        self.started.append(process)
        return process

    def log_of(self, part: str) -> Path:
        self.logs.mkdir(parents=True, exist_ok=True)
        return self.logs / f"{part}.log"

    @property
    def logs(self) -> Path:
        return Path(self.environment["NOTIFIER_HOME"]) / "logs"

    def __call__(self, *args: str, stdin: str = "", **environment: str) -> Done:
        """Run one command to its end, in this process. Whatever goes wrong, nobody ever sees a traceback."""
        return _without_traceback(
            Done(*in_process.run(args, self.environment | environment, self.folder, stdin))
        )

    def process(self, *args: str, stdin: str = "", **environment: str) -> Done:
        """The same in a process of its own, from its first import on."""
        done = subprocess.run(
            [sys.executable, "-m", "notifier", *args], env=self.environment | environment, cwd=self.folder,
            input=stdin, capture_output=True, text=True, check=False,
        )  # fmt: skip
        return _without_traceback(Done(done.returncode, done.stdout, done.stderr))

    def on_a_terminal(self, *args: str, answers: tuple[tuple[str, str | Callable[[], str]], ...]) -> Done:
        """Both ends are a terminal; each answer is typed once its question is on the screen. One that is called
        lets something happen before.
        """
        ours, theirs = pty.openpty()
        process = Warm(
            *args,
            env=self.environment | {"TERM": "dumb"},
            cwd=self.folder,
            stdin=theirs,
            stdout=theirs,
            stderr=theirs,
        )
        os.close(theirs)
        try:
            screen, left = _typed(ours, list(answers))
            code = process.wait()
        finally:
            process.kill()
            os.close(ours)
        assert not left, screen
        return _without_traceback(Done(code, screen, ""))

    def customers(self, csv: str) -> None:
        with Db(self.database_url) as db:
            import_customers(db, Act("person:test", datetime.now(UTC)), BytesIO(csv.encode()))

    def people(
        self, n: int, name: str = "p", services: str = "fable-5", header: str = "", cells: str = ""
    ) -> None:
        """So many customers with one contact each, `name1@example.com` and so on.

        `header` and `cells` add columns, for instance `,plan` and `,team`.
        """
        rows = [f"customer,name,email,services{header}"]
        rows += [f"{name}{i},Customer {i},{name}{i}@example.com,{services}{cells}" for i in range(1, n + 1)]
        self.customers("\n".join(rows) + "\n")

    @property
    def references(self) -> list[str]:
        return [row[0] for row in self.rows("SELECT reference FROM disruption ORDER BY disruption_id")]

    def shown(self, reference: str = "") -> list[dict[str, Any]]:
        """The notices of a disruption, as `show --json` prints them; each must add up."""
        notices = self("show", reference or self.references[-1], "--json").json()["notices"]
        assert all(notice["adds_up"] for notice in notices)
        return notices

    def until(self, true: Callable[[], object]) -> None:
        until(true)

    def until_state(self, state: str, notice: int = -1) -> None:
        until(lambda: self.states()[notice] == state)

    def until_nothing_is_in_flight(self) -> None:
        until(lambda: not self.rows("SELECT FROM attempt WHERE outcome = 'open'"))

    def until_it_ran(self, kind: str) -> None:
        """A tick that began after now has ended."""
        for _ in range(2):
            before = self.ended(kind)
            until(lambda before=before: self.ended(kind) != before)

    def ended(self, kind: str) -> Any:
        rows = self.rows("SELECT ended_at FROM tick WHERE kind = %s", kind)
        return rows[0][0] if rows else None

    def policy(self, **changed: object) -> None:
        """Another policy for what begins from here on; `notifier` begins with the company's again."""
        self.rows("UPDATE company SET value = value || %s::jsonb WHERE key = 'policy'", json.dumps(changed))

    @contextmanager
    def company_kept(self) -> Iterator[None]:
        """What a story makes of the company and its policy ends with it."""
        company = self.rows("SELECT key, value::text FROM company")
        try:
            yield
        finally:
            self.rows("DELETE FROM company WHERE key <> ALL(%s)", [key for key, _ in company])
            for key, value in company:
                self.rows("UPDATE company SET value = %s::jsonb WHERE key = %s", value, key)

    def states(self) -> list[str]:
        """Of every notice that is not void."""
        return [r[0] for r in self.rows("SELECT state FROM notice WHERE state <> 'void' ORDER BY notice_id")]

    def clean(self) -> None:
        until(lambda: self.emptied(KEPT))
        self.sandbox.clear()
        self.provider.clear()

    def end(self) -> None:
        for process in self.started:
            process.terminate()
        try:
            for process in self.started:
                process.communicate()
        finally:
            for process in self.started:
                process.kill()
            self.started.clear()


def _without_traceback(done: Done) -> Done:
    assert "Traceback" not in done.said, done.said
    return done


def _typed(screen: int, left: list[tuple[str, str | Callable[[], str]]]) -> tuple[str, list[object]]:
    """Everything that was said until the other end was closed, and the answers that nobody asked for."""
    said = ""
    while True:
        if select.select([screen], [], [], SOON)[0]:
            try:
                said += os.read(screen, 65536).decode(errors="replace")
            except OSError:  # the other end is closed
                return said, [*left]
        if left and left[0][0] in said:
            answer = left.pop(0)[1]
            os.write(screen, f"{answer if isinstance(answer, str) else answer()}\n".encode())


def one_sentence(done: Done) -> bool:
    """One line on standard error, and it ends."""
    return done.err.count("\n") == 1 and done.err.rstrip().endswith((".", "`"))


def free_port() -> int:
    with socket.socket() as listening:
        listening.bind(("127.0.0.1", 0))
        return int(listening.getsockname()[1])


def a_sandbox(*args: str) -> tuple["subprocess.Popen[str]", Box]:
    process = Warm(
        "sandbox", "--port", "0", *args, env=dict(os.environ), cwd=Path.cwd(), stdout=subprocess.PIPE
    )
    assert process.stdout
    return process, Box(process.stdout.readline().split()[1])


def stopped(process: "subprocess.Popen[str]") -> None:
    process.terminate()
    process.communicate()


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(item: pytest.Item) -> Generator[None, pytest.TestReport, pytest.TestReport]:
    """A story that fails shows what its processes said last."""
    report = yield
    places = [each for each in getattr(item, "funcargs", {}).values() if isinstance(each, Place)]
    if report.failed:
        for log in sorted({log for place in places for log in place.logs.glob("*.log")}):
            last = log.read_text(errors="replace").splitlines()[-LAST_LINES:]
            report.sections.append((str(log), "\n".join(last)))
    return report


@pytest.fixture(scope="package")
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


@pytest.fixture(scope="package")
def running(provider: Box) -> Iterator[tuple[Stack, dict[str, str]]]:
    home = Path(tempfile.mkdtemp(prefix="nt-story-")).resolve()
    ours = environment_of(
        home, SENDGRID_API_KEY=RIGHT_KEY, NOTIFIER_SENDGRID_URL=provider.url, NOTIFIER_PORT="0"
    )
    (home / "company.toml").write_text(COMPANY)
    code, _, complaint = in_process.run(("apply", "company.toml", "--yes"), ours, home, "")
    assert code == 0, complaint
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
    with place.company_kept():
        yield place
    place.end()


_vhosts = cycle(range(1, 16))
"""The broker has sixteen; what an older story left in one rings for work that its database does not know."""


@pytest.fixture
def deployment(stack: Stack, database_url: str, tmp_path: Path, provider: Box) -> Iterator[Place]:
    """A database and a broker of the company's own, no `up`: the test starts workers, with the key it wants."""
    with a_deployment(stack, database_url, tmp_path, provider) as place:
        yield place


@contextmanager
def a_deployment(stack: Stack, database_url: str, folder: Path, provider: Box) -> Iterator[Place]:
    process, box = a_sandbox()
    ours = environment_of(
        folder / "home",
        NOTIFIER_DATABASE_URL=database_url,
        NOTIFIER_BROKER_URL=f"{stack.settings.broker_url}?virtual_host={next(_vhosts)}",
        NOTIFIER_SANDBOX_URL=box.url,
        NOTIFIER_SENDGRID_URL=provider.url,
    )
    place = Place(ours, folder, database_url, box, provider)
    provider.clear()
    (folder / "company.toml").write_text(COMPANY)
    try:
        assert place("apply", "company.toml", "--yes").code == 0
        yield place
        place.end()
    finally:
        stopped(process)
