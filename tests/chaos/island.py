"""Servers and processes for many runs, one after the other; several islands may run beside each other."""

import json
import os
import random
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
from dataclasses import asdict, dataclass, field
from datetime import UTC, datetime
from io import BytesIO
from pathlib import Path
from typing import Any

import psycopg

from notifier.actions import apply_company, declare
from notifier.actions.approve import Consent
from notifier.actions.import_customers import import_customers
from notifier.app import opened
from notifier.edges import company_file
from notifier.entry.tasks import ring
from notifier.local import broker, postgres
from notifier.local.processes import Process
from notifier.local.sockets import socket_folder
from notifier.model.ring import Ring
from notifier.model.words import Reason
from notifier.settings import Settings, data_folder, from_env
from notifier.store.migrate import migrate

from . import plan as numbers
from .plan import Blow, Plan

ROOT = Path(__file__).parents[2]
WORKERS = 3
LONGEST_RUN = 45.0
COMPANY = f"""
[[services]]
slug = "fable-5"
name = "Fable 5"
[attributes]
seats = "number"
[facts]
company = "Example AI"
phone = "+1 555 0100"
data = "kept"
[policy]
sweep_seconds = {numbers.SWEEP}
lease_seconds = {numbers.LEASE}
claim_age_seconds = {numbers.CLAIM_AGE}
deadline_seconds = {numbers.DEADLINE}
unknown_deadline_seconds = {numbers.UNKNOWN_DEADLINE}
unknown_watermark_seconds = {numbers.WATERMARK}
lanes = 2
"""
KEPT = ("migration", "company", "service", "attribute", "customer", "contact", "recipient", "entitlement")
BOUNCING, UNWRITABLE = 3, 2
"""People whose mails bounce, and whose addresses the provider refuses by name."""
QUIET = 0.3
PRESUMED: dict[str, object] = {"unknown_held": [], "unknown_watermark_seconds": numbers.WATERMARK}
HELD: dict[str, object] = {"unknown_held": ["first"], "unknown_watermark_seconds": 10 * LONGEST_RUN}
"""What silence would prove is not waited for: only events, or the person, decide."""


class Stuck(Exception):
    """Something still moves, or nothing moves and it is not over."""


@dataclass
class Island:
    home: Path
    settings: Settings
    sandbox_url: str
    events_url: str
    servers: dict[str, Process]
    zygote: "subprocess.Popen[str]"
    alive: dict[int, str] = field(default_factory=dict[int, str])
    suppressed: dict[str, datetime] = field(default_factory=dict[str, datetime])
    """Address: by when it surely was, on the database's clock."""

    def ask(self, method: str, path: str, body: object = None) -> Any:
        data = None if body is None else json.dumps(body).encode()
        request = urllib.request.Request(self.sandbox_url + path, data, method=method)
        with urllib.request.urlopen(request, timeout=20) as answer:
            text = answer.read()
        return json.loads(text) if text else None

    def rows(self, statement: str, *params: object) -> list[tuple[Any, ...]]:
        with psycopg.connect(self.settings.database_url or "", autocommit=True) as connection:
            cursor = connection.execute(statement, params)
            return cursor.fetchall() if cursor.description is not None else []

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

    def sprung(self) -> int:
        """How many traps went off."""
        file = self.home / "sprung"
        return len(file.read_text().splitlines()) if file.exists() else 0

    def clean(self) -> None:
        tables = self.rows(
            "SELECT string_agg(quote_ident(relname), ', ') FROM pg_class WHERE relkind IN ('r', 'p')"
            " AND relnamespace = 'public'::regnamespace AND NOT relispartition AND relname <> ALL(%s)",
            list(KEPT),
        )[0][0]
        for _ in range(20):
            try:
                self.rows(f"TRUNCATE {tables}")
                break
            except psycopg.errors.DeadlockDetected:
                continue
        self.ask("DELETE", "/messages")
        self.ask("DELETE", "/faults")

    def prepare(self, plan: Plan) -> None:
        self.clean()
        policy: dict[str, object] = {
            "chunk_people": plan.chunk_people,
            "range_people": plan.range_people,
        } | (HELD if plan.person else PRESUMED)
        self.rows("UPDATE company SET value = value || %s::jsonb WHERE key = 'policy'", json.dumps(policy))
        self.suppressed.clear()
        self.ask("POST", "/events/target", {"url": self.events_url if plan.events else None})
        for answer in plan.answers:
            self.ask("POST", "/faults", asdict(answer))
        for file in [*self.home.glob("*.[0-9]"), self.home / "sprung"]:
            file.unlink(missing_ok=True)
        fresh = self.home / "plan.json.new"
        traps = [asdict(trap) for trap in plan.traps]
        fresh.write_text(json.dumps({"run": f"{plan.seed}-{plan.index}", "traps": traps}))
        fresh.replace(self.home / "plan.json")

    def declare(self, people: int) -> int:
        wish = declare.Wish(
            services=("fable-5",), reason=Reason.LEGAL, where=f"seats <= {people}", rehearse=True
        )
        # A pool of its own each time: connections that were open when Postgres was restarted are dead.
        with opened(self.settings, connections=1) as app:
            done = declare.suspend(app.db, app.desk, "person:lind", app.clock.now(), wish, Consent(yes=True))
        assert done.gate.approved, done.gate.refusal
        ring(self.settings, done.gate.rings)
        return done.name.notice_id

    @contextmanager
    def playing(self, plan: Plan) -> Iterator[int]:
        """One run, until nothing moves by itself; the notice. Raises `Stuck`."""
        self.prepare(plan)
        extra = [self.start("beat") for _ in range(plan.beats - 1)]
        try:
            notice_id = self.declare(plan.people)
            self.until_quiet(plan, notice_id, list(plan.blows))
            yield notice_id
        finally:
            for pid in extra:
                self.end(pid)

    def until_quiet(self, plan: Plan, notice_id: int, blows: list[Blow]) -> None:
        dice = random.Random(f"{plan.seed}/{plan.index}/rings")
        quiet_since = None
        deadline = time.monotonic() + LONGEST_RUN
        while quiet_since is None or time.monotonic() - quiet_since < QUIET:
            if time.monotonic() > deadline:
                raise Stuck(f"after {LONGEST_RUN:.0f} s: {self._moving(plan, notice_id)}")
            self.tend()
            if plan.doubled_rings:
                self._ring_shuffled(dice, notice_id)
            claimed = self.rows("SELECT count(*) FROM attempt")[0][0]
            for blow in [blow for blow in blows if blow.after <= claimed]:
                blows.remove(blow)
                self.strike(blow)
            still = not blows and not self._moving(plan, notice_id)
            quiet_since = (quiet_since or time.monotonic()) if still else None
            time.sleep(0.05)

    def _moving(self, plan: Plan, notice_id: int) -> str:
        """What still moves, in words; empty: nothing."""
        ((state, chunks, attempts),) = self.rows(
            "SELECT state, (SELECT count(*) FROM chunk k WHERE k.notice_id = n.notice_id"
            "  AND k.state IN ('due', 'claimed', 'unknown')),"
            " (SELECT count(*) FROM attempt WHERE outcome = 'open') FROM notice n WHERE notice_id = %s",
            notice_id,
        )
        if state in {"approved", "sending"} or chunks:
            return f"the notice is {state}, {chunks} chunks and {attempts} attempts are open"
        if attempts:
            return f"{attempts} attempts are open although nothing is to be sent"
        if list(self.home.glob("asleep-*")):
            return "a process sleeps"
        return "events are to come" if plan.events and self._events_missing(plan) else ""

    def _events_missing(self, plan: Plan) -> bool:
        sent = {mail["attempt"] for mail in self.ask("GET", "/messages/index")}
        heard = {row[0] for row in self.rows("SELECT DISTINCT attempt_id::text FROM event")}
        lost = sum(answer.times for answer in plan.answers if answer.kind == "lost-events")
        return len(sent - heard) > lost

    def _ring_shuffled(self, dice: random.Random, notice_id: int) -> None:
        rings = [Ring("deliver", notice_id), Ring("freeze", notice_id), Ring("sweep", 0)] * 2
        dice.shuffle(rings)
        ring(self.settings, rings)

    def strike(self, blow: Blow) -> None:
        match blow.what:
            case "broker emptied":
                with socket.socket(socket.AF_UNIX) as client:
                    client.connect(str(socket_folder(self.home) / "broker.sock"))
                    client.sendall(b"FLUSHALL\r\n")
                    client.recv(100)
            case "broker restarted":
                self.servers["broker"].end(signal.SIGKILL, seconds=5)
                time.sleep(blow.seconds)
                self.servers["broker"] = broker.start(self.home)
            case "Postgres restarted":
                self.servers["postgres"].tell(
                    signal.SIGQUIT
                )  # at once: open transactions are gone, the log is replayed
                self.servers["postgres"].ended(seconds=10)
                time.sleep(blow.seconds)
                self.servers["postgres"] = postgres.start(self.home, "-c", "fsync=off")
            case "suppressions":
                self.suppress(blow.people)
            case what:
                raise ValueError(what)

    def suppress(self, numbers: range) -> None:
        gone = self.rows(
            "INSERT INTO suppression (recipient_id, reason, source) SELECT recipient_id, 'manual', 'chaos'"
            " FROM contact JOIN customer USING (customer_id) JOIN recipient USING (recipient_id)"
            " WHERE ext_id = ANY(%s) ORDER BY 1 RETURNING (SELECT lower(address) FROM recipient r"
            " WHERE r.recipient_id = suppression.recipient_id)",
            [f"c{n}" for n in numbers],
        )
        committed = self.rows("SELECT clock_timestamp()")[0][0]
        self.suppressed.update({address: committed for (address,) in gone})


def wake(pid: int) -> None:
    try:
        os.kill(pid, signal.SIGCONT)
    except ProcessLookupError:
        return


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def people(count: int = numbers.PEOPLE) -> bytes:
    rows = ["customer,name,email,locale,services,seats"]
    for n in range(1, count + 1):
        name = "bounce" if n % 131 == 0 else "p"
        rows.append(f"c{n},Customer {n},{name}{n}@example.com,{'de' if n % 3 == 0 else 'en'},fable-5,{n}")
    return "\n".join(rows).encode()


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
        with urllib.request.urlopen(f"{sandbox_url}/events/public-key", timeout=10) as answer:
            given["NOTIFIER_SANDBOX_EVENT_KEY"] = json.loads(answer.read())["public_key"]
        zygote = subprocess.Popen(
            [sys.executable, "-m", "tests.chaos.worker", str(home)], cwd=ROOT, text=True,
            env={"PATH": os.environ["PATH"], "PYTHONPATH": str(ROOT)} | given,
            stdin=subprocess.PIPE, stdout=subprocess.PIPE,
        )  # fmt: skip
        started.append(lambda: (zygote.stdin.close(), zygote.wait(20), zygote.stdout.close()))
        settings = from_env(given)
        with opened(settings, connections=1) as app:
            wanted = company_file.read(company.encode())
            now = datetime.now(UTC)
            shown = apply_company.difference(app.db, wanted)
            apply_company.apply(app.db, wanted, shown, actor="person:lind", now=now)
            import_customers(app.db, BytesIO(customers or people()), actor="person:lind", now=now)
        events_url = f"http://127.0.0.1:{port}/events/sendgrid"
        island = Island(home, settings, sandbox_url, events_url, servers, zygote)
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
    process.communicate(timeout=20)
