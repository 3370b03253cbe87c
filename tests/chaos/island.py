"""Servers and processes for many runs, one after the other; several islands may run beside each other."""

import json
import os
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass, field, replace
from datetime import UTC, datetime
from io import BytesIO
from pathlib import Path
from typing import Any

import psycopg

from notifier.actions.company import apply_company
from notifier.actions.company.import_customers import import_customers
from notifier.app import App, opened
from notifier.edges import company_file
from notifier.local import broker, postgres
from notifier.local.processes import Process
from notifier.model.act import Act
from notifier.settings import Settings, data_folder, from_env
from notifier.store import Db
from notifier.store.migrate import migrate
from tests.raw_sql import RawSql
from tests.waiting import until

from . import plan as numbers
from .plan import Plan, Trap
from .world import COMPANY, UNWRITABLE, people

ROOT = Path(__file__).parents[2]
WORKERS = 3
LONGEST_RUN = 300.0
"""Far more than any run needs: on a slow machine too, nothing but a run that never ends takes so long."""
PATIENCE = 120.0
"""Seconds for one answer, or one end, of a process of the suite's own."""
NOWHERE = "http://127.0.0.1:9/"
"""Nobody listens there: the sandbox tries again, later and later, and reads anew where events go."""
LIND = "person:lind"
KEPT = ("migration", "company", "service", "attribute", "customer", "contact", "recipient", "entitlement")
KEPT += ("process", "tick")
QUIET = 0.3
PRESUMED: dict[str, object] = {"unknown_held": [], "unknown_watermark_seconds": numbers.WATERMARK}
HELD: dict[str, object] = {"unknown_held": ["first"], "unknown_watermark_seconds": 10 * LONGEST_RUN}
"""What silence would prove is not waited for: only events, or the person, decide."""


IN_NO_HURRY = 3_600.0
"""Seconds: longer than any run."""


class Stuck(Exception):
    """Something still moves, or nothing moves and it is not over."""


@dataclass
class Island(RawSql):
    home: Path
    settings: Settings
    sandbox_url: str
    events_url: str
    servers: dict[str, Process]
    zygote: "subprocess.Popen[str]"
    alive: dict[int, str] = field(default_factory=dict[int, str])
    policy: dict[str, object] = field(default_factory=dict[str, object])
    """As the company's file says it."""
    of_run: dict[str, object] = field(default_factory=dict[str, object])
    """The policy of the run that is played."""
    foreign: set[str] = field(default_factory=set[str])
    """Attempts that were made between the copy and the moment when it took the original's place."""
    swapped_at: datetime | None = None
    log_ends: dict[str, int] = field(default_factory=dict[str, int])
    """Log -> how long it was when the run began."""
    suppressed: dict[str, datetime] = field(default_factory=dict[str, datetime])
    """Address: by when it surely was, on the database's clock."""

    def ask(self, method: str, path: str, body: object = None) -> Any:
        data = None if body is None else json.dumps(body).encode()
        request = urllib.request.Request(self.sandbox_url + path, data, method=method)
        with urllib.request.urlopen(request, timeout=PATIENCE) as answer:
            text = answer.read()
        return json.loads(text) if text else None

    @property
    def database_url(self) -> str:  # pyright: ignore[reportIncompatibleVariableOverride]
        return self.settings.database_url or ""

    def tell(self, word: str) -> str:
        assert self.zygote.stdin
        assert self.zygote.stdout
        self.zygote.stdin.write(f"{word}\n")
        self.zygote.stdin.flush()
        return self.zygote.stdout.readline().strip()

    def start(self, word: str) -> int:
        pid = int(self.tell(word))
        self.alive[pid] = word
        return pid

    def tend(self) -> None:
        """Start again what has ended, wake who has slept long enough."""
        for pid in map(int, self.tell("dead").split()):
            if word := self.alive.pop(pid, None):
                self.start(word)
        for file in self.home.glob("asleep-*"):
            until = file.read_text()
            if until and time.time() >= float(until):
                file.unlink()
                wake(int(file.name.removeprefix("asleep-")))

    def end(self, pid: int) -> None:
        if self.alive.pop(pid, None):
            os.killpg(pid, signal.SIGKILL)

    def web(self) -> str:
        """What the web process says of itself, where events go to."""
        try:
            with urllib.request.urlopen(
                self.events_url.replace("/events/sendgrid", "/readyz"), timeout=2
            ) as it:
                return f"{it.status} {it.read().decode()[:200]}"
        except (OSError, ValueError) as error:
            return repr(error)

    def sprung(self) -> int:
        """How many traps went off."""
        file = self.home / "sprung"
        return len(file.read_text().splitlines()) if file.exists() else 0

    def clean(self) -> None:
        until(lambda: self.emptied(KEPT))
        self.ask("DELETE", "/messages")
        self.ask("DELETE", "/faults")

    def prepare(self, plan: Plan) -> None:
        self.clean()
        usual = PRESUMED if plan.laters or not plan.person else HELD
        chunks = {"chunk_people": plan.chunk_people, "range_people": plan.range_people}
        self.of_run = self.policy | usual | chunks | dict(plan.policy)
        self.say_policy({})
        self.suppressed.clear()
        self.foreign, self.swapped_at = set(), None
        self.log_ends = {file.name: file.stat().st_size for file in self.home.glob("logs/*")}
        self.report_to((NOWHERE if plan.copies else self.events_url) if plan.events else None)
        for answer in plan.answers:
            self.ask("POST", "/faults", asdict(answer))
        for file in [*self.home.glob("*.[0-9]"), *self.home.glob("call*-*"), self.home / "sprung"]:
            file.unlink(missing_ok=True)
        fresh = self.home / "plan.json.new"
        # First the blows, so that a trap's number is that of the blow that it calls for.
        calls = [Trap(blow.point, blow.after if blow.point else 0, "call") for blow in plan.blows]
        traps = [asdict(trap) for trap in (*calls, *plan.traps)]
        fresh.write_text(json.dumps({"run": f"{plan.seed}-{plan.index}", "traps": traps}))
        fresh.replace(self.home / "plan.json")

    def say_policy(self, differs: dict[str, object]) -> None:
        policy = json.dumps(self.of_run | differs)
        self.rows("UPDATE company SET value = %s::jsonb WHERE key = 'policy'", policy)

    def report_to(self, url: str | None) -> None:
        """Where the provider's events go; None: there are none."""
        self.ask("POST", "/events/target", {"url": url})

    @property
    def gate(self) -> Path:
        """While this file is there, nobody claims anything."""
        return self.home / "call-gate"

    def logs(self, lines: int = 12) -> str:
        """The last words of every process in this run."""
        tails: list[str] = []
        for file in sorted(self.home.glob("logs/*")):
            with file.open(errors="replace") as log:
                log.seek(self.log_ends.get(file.name, 0))
                tails += [f"    {file.name}: {line.rstrip()[:300]}" for line in log.readlines()[-lines:]]
        return "\n".join(tails)


def wake(pid: int) -> None:
    try:
        os.kill(pid, signal.SIGCONT)
    except ProcessLookupError:
        return


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


@contextmanager
def an_island(
    company: str = COMPANY,
    customers: bytes | None = None,
    sandbox_options: tuple[str, ...] = ("--latency", "0.02"),
) -> Iterator[Island]:
    """Postgres, broker, sandbox, web, a beat and workers, with everybody imported."""
    home = Path(tempfile.mkdtemp(prefix="nt-chaos-")).resolve()
    (home / "logs").mkdir()
    (home / "plan.json").write_text('{"run": "", "traps": []}')
    started: list[Callable[[], object]] = []
    try:
        servers = {"postgres": postgres.start(home, "-c", "fsync=off")}
        started.append(lambda: postgres.stop(servers["postgres"]))
        with psycopg.connect(postgres.url(home, "postgres"), autocommit=True) as admin:
            admin.execute("CREATE DATABASE notifier")
        migrate(postgres.url(home), data_folder("migrations"))
        servers["broker"] = broker.start(home)
        started.append(lambda: broker.stop(servers["broker"]))
        port = free_port()
        sandbox, sandbox_url = a_sandbox(*sandbox_options)
        started.append(lambda: ended(sandbox))
        given = {
            "NOTIFIER_HOME": str(home),
            "NOTIFIER_REHEARSALS_ONLY": "1",
            "NOTIFIER_EMBEDDED": "1",
            "NOTIFIER_DATABASE_URL": postgres.url(home),
            "NOTIFIER_BROKER_URL": broker.url(home),
            "NOTIFIER_SANDBOX_URL": sandbox_url,
            "NOTIFIER_PORT": str(port),
        }
        with urllib.request.urlopen(f"{sandbox_url}/events/public-key", timeout=PATIENCE) as answer:
            given["NOTIFIER_SANDBOX_EVENT_KEY"] = json.loads(answer.read())["public_key"]
        zygote = subprocess.Popen(
            [sys.executable, "-m", "tests.chaos.worker", str(home)], cwd=ROOT, text=True,
            env={"PATH": os.environ["PATH"], "PYTHONPATH": str(ROOT)} | given,
            stdin=subprocess.PIPE, stdout=subprocess.PIPE,
        )  # fmt: skip
        started.append(lambda: (zygote.stdin.close(), zygote.wait(PATIENCE), zygote.stdout.close()))
        settings = from_env(given)
        with a_person(settings) as app:
            wanted = company_file.read(company.encode())
            now = datetime.now(UTC)
            shown = apply_company.difference(app.db, wanted)
            apply_company.apply(app.db, Act(LIND, now), wanted, shown)
            import_customers(app.db, Act(LIND, now), BytesIO(customers or people(second="mythos-5")))
        events_url = f"http://127.0.0.1:{port}/events/sendgrid"
        island = Island(home, settings, sandbox_url, events_url, servers, zygote)
        island.policy = island.rows("SELECT value FROM company WHERE key = 'policy'")[0][0]
        for n in range(1, UNWRITABLE + 1):
            island.rows(
                "UPDATE recipient SET address = %s WHERE address = %s", f"nobody{n}", f"p{n * 40}@example.com"
            )
        for word in ("web", "beat", *["worker"] * WORKERS):
            island.start(word)
        yield island
    finally:
        for stop in reversed(started):
            stop()
        shutil.rmtree(home, ignore_errors=True)


@contextmanager
def a_person(settings: Settings) -> Iterator[App]:
    """Somebody at a command line, whom a busy machine may leave in the middle of a transaction for long."""
    with (
        opened(settings, connections=1) as app,
        Db(app.db.url, size=1, idle_seconds=IN_NO_HURRY) as db,
    ):
        yield replace(app, db=db)


def a_sandbox(*options: str) -> tuple["subprocess.Popen[str]", str]:
    process = subprocess.Popen(
        [sys.executable, "-m", "notifier", "sandbox", "--port", "0", *options],
        text=True,
        stdout=subprocess.PIPE,
    )
    assert process.stdout
    return process, process.stdout.readline().split()[1]


def ended(process: "subprocess.Popen[str]") -> None:
    process.terminate()
    process.communicate(timeout=PATIENCE)
