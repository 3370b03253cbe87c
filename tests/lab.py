"""One lab for experiments on the ledger: a real Postgres, the real tasks, and a sink that stands for SendGrid.

The tasks of `entry/tasks.py` run in this process, one after the other, as a worker would run them; what they ring
for is put in a list, and `settle` works it off. Requests go over real HTTP to `Sink`, which can lose, swallow,
refuse and delay those that a test chooses. Time passes by `pass_time`: every moment in the database moves back.
"""

import base64
import json
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from io import BytesIO
from pathlib import Path
from typing import Any, Self

import psycopg
from cryptography.hazmat.primitives.asymmetric.ec import ECDSA
from cryptography.hazmat.primitives.hashes import SHA256

from notifier.actions.announce import correct, declare, rescope, timeline
from notifier.actions.announce.restore import RestoredPart
from notifier.actions.background import deliver, feedback
from notifier.actions.company import apply_company
from notifier.actions.company.import_customers import import_customers
from notifier.actions.control.approve import Consent, approve
from notifier.app import App, opened
from notifier.edges import company_file
from notifier.entry.tasks import TASKS
from notifier.local.sandbox.signing import new_key, public_key
from notifier.model.act import Act
from notifier.model.ring import Ring
from notifier.model.vocabulary import Reason
from notifier.settings import Settings, from_env
from notifier.store.ledger import accounting
from tests.raw_sql import RawSql

LIND = "person:lind"
YES = Consent(yes=True)
COMPANY = """
[[services]]
slug = "fable-5"
name = "Fable 5"
[[services]]
slug = "mythos-5"
name = "Mythos 5"
[attributes]
nationality = { type = "text", sensitive = true }
seats = "number"
[facts]
company = "Example AI"
phone = "+1 555 0100"
data = "kept"
[policy]
chunk_people = 10
lanes = 1
"""
MOST_STEPS = 2_000
UNTOUCHED = ("migration", "audit")
"""Tables whose times are no part of what happens: applied files, and a chain that is sealed over them."""


@dataclass(frozen=True)
class Mail:
    """One letter as somebody got it: only what the sink has really taken."""

    address: str
    attempt_id: str
    notice_id: int
    recipient_id: int
    subject: str
    text: str
    installation_id: str = ""


@dataclass(frozen=True)
class Request:
    """One POST; `number` counts them from 1 in the order in which they came."""

    number: int
    attempt_id: str
    notice_id: int
    body: dict[str, Any]
    mails: tuple[Mail, ...]

    @property
    def addresses(self) -> list[str]:
        return [mail.address for mail in self.mails]


@dataclass(frozen=True)
class Answer:
    """What becomes of a request."""

    takes: bool
    """Its mails arrive."""
    status: int | None
    """None: the connection ends without an answer."""
    body: bytes = b""
    headers: tuple[tuple[str, str], ...] = ()
    gate: threading.Event | None = None
    """It is answered only once this is set; its mails have arrived before."""


ACCEPT = Answer(takes=True, status=202)
LOSE = Answer(takes=False, status=None)
SWALLOW = Answer(takes=True, status=None)


def refuse(status: int, message: str = "no", field_: str | None = None, **headers: str) -> Answer:
    """A definite answer of the provider; `headers` with underscores for hyphens."""
    body = json.dumps({"errors": [{"message": message, "field": field_, "help": None}]}).encode()
    named = tuple((name.replace("_", "-"), value) for name, value in headers.items())
    return Answer(takes=False, status=status, body=body, headers=named)


def delayed(gate: threading.Event) -> Answer:
    return Answer(takes=True, status=202, gate=gate)


Chooses = Callable[[Request], bool]


def nth(*numbers: int) -> Chooses:
    """The n-th requests that the sink sees, from 1."""
    return lambda request: request.number in numbers


def to(address: str) -> Chooses:
    return lambda request: address in request.addresses


def every(_: Request) -> bool:
    return True


@dataclass
class _Rule:
    chooses: Chooses
    then: Answer
    times: int | None


class Sink:
    """Speaks as much of `POST /v3/mail/send` as a worker needs; remembers what arrived, and in which order."""

    def __init__(self) -> None:
        self.requests: list[Request] = []
        self.mails: list[Mail] = []
        self._rules: list[_Rule] = []
        self._lock = threading.Lock()
        sink = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"
            disable_nagle_algorithm = True

            def do_POST(self) -> None:
                body = self.rfile.read(int(self.headers["Content-Length"]))
                sink.answer(self, json.loads(body))

            def log_message(self, *_: object) -> None:
                pass

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self._server.daemon_threads = True
        self.url = f"http://127.0.0.1:{self._server.server_address[1]}"

    def on(self, chooses: Chooses, then: Answer, *, times: int | None = None) -> None:
        """From here on; the newest rule that fits and is not used up decides, else a request is accepted."""
        with self._lock:
            self._rules.insert(0, _Rule(chooses, then, times))

    def heal(self) -> None:
        """Every request is accepted again."""
        with self._lock:
            self._rules.clear()

    def answer(self, handler: BaseHTTPRequestHandler, body: dict[str, Any]) -> None:
        with self._lock:
            request = _read(len(self.requests) + 1, body)
            self.requests.append(request)
            then = self._decide(request)
            if then.takes:
                self.mails += request.mails
        if then.gate:
            then.gate.wait()
        if then.status is None:
            handler.close_connection = True
            return
        handler.send_response(then.status)
        for name, value in then.headers:
            handler.send_header(name, value)
        if then.status == 202:
            handler.send_header("X-Message-Id", f"sink-{request.number}")
        handler.send_header("Content-Length", str(len(then.body)))
        handler.end_headers()
        handler.wfile.write(then.body)

    def _decide(self, request: Request) -> Answer:
        for rule in self._rules:
            if rule.times != 0 and rule.chooses(request):
                rule.times = None if rule.times is None else rule.times - 1
                return rule.then
        return ACCEPT

    def to(self, address: str) -> list[Mail]:
        """What this address got, in its order."""
        return [mail for mail in self.mails if mail.address == address]

    @property
    def counts(self) -> Counter[str]:
        """How many mails each address got."""
        return Counter(mail.address for mail in self.mails)

    def __enter__(self) -> Self:
        threading.Thread(target=self._server.serve_forever, args=(0.02,), daemon=True).start()
        return self

    def __exit__(self, *_: object) -> None:
        self._server.shutdown()
        self._server.server_close()


def _read(number: int, body: dict[str, Any]) -> Request:
    attempt_id = body["custom_args"]["notifier_attempt"]
    notice_id = int(body["custom_args"].get("notifier_notice") or 0)
    text = next(part["value"] for part in body["content"] if part["type"] == "text/plain")
    mails = tuple(
        Mail(
            address=person["to"][0]["email"].lower(),
            attempt_id=attempt_id,
            notice_id=notice_id,
            recipient_id=int((person.get("custom_args") or {}).get("notifier_recipient") or 0),
            subject=_filled(person.get("subject", body["subject"]), person["substitutions"]),
            text=_filled(text, person["substitutions"]),
            installation_id=body["custom_args"].get("notifier_installation", ""),
        )
        for person in body["personalizations"]
    )
    return Request(number, attempt_id, notice_id, body, mails)


def _filled(text: str, substitutions: dict[str, str]) -> str:
    for tag, value in substitutions.items():
        text = text.replace(tag, value)
    return text


@dataclass
class Lab(RawSql):
    """What an experiment needs: customers, a person's commands, ticks, time, and the sink."""

    app: App
    sink: Sink
    database_url: str
    sign: Callable[[bytes], dict[str, str]]
    rings: list[Ring] = field(default_factory=list[Ring])

    # ------------------------------------------------------------ the world

    def people(self, n: int, name: str = "p", services: str = "fable-5", **columns: str) -> list[str]:
        """So many customers with one contact each; their addresses. `columns`: attributes, the same for all."""
        rows = [",".join(["customer", "name", "email", "services", *columns])]
        rows += [
            ",".join(
                [f"{name}{i}", f"Customer {name}{i}", f"{name}{i}@example.com", services, *columns.values()]
            )
            for i in range(1, n + 1)
        ]
        self.customers("\n".join(rows))
        return [f"{name}{i}@example.com" for i in range(1, n + 1)]

    def customers(self, csv: str) -> None:
        import_customers(self.app.db, self.act(), BytesIO(csv.encode()))

    def company(self, toml: str) -> None:
        """More of the company's file."""
        wanted = company_file.read(toml.encode())
        apply_company.apply(self.app.db, self.act(), wanted, apply_company.difference(self.app.db, wanted))

    def policy(self, **values: object) -> None:
        self.rows("UPDATE company SET value = value || %s::jsonb WHERE key = 'policy'", json.dumps(values))

    def pass_time(self, seconds: float, *, away: bool = False) -> None:
        """So much time goes by: every moment that the ledger holds is so much longer ago.

        `away`: in an outage on our side, in which nobody swept and nobody took events.
        """
        columns = self.rows(
            "SELECT quote_ident(c.table_name), string_agg(format('%%1$I = %%1$I - make_interval(secs => %%2$s)',"
            " c.column_name, %s::text), ', ') FROM information_schema.columns c JOIN pg_class t"
            " ON t.relname = c.table_name AND t.relnamespace = 'public'::regnamespace"
            " WHERE c.table_schema = 'public' AND c.data_type = 'timestamp with time zone'"
            " AND t.relkind IN ('r', 'p') AND NOT t.relispartition AND c.table_name <> ALL(%s) GROUP BY 1",
            str(seconds),
            list(UNTOUCHED),
        )
        with psycopg.connect(self.database_url) as connection:
            for table, shifts in columns:
                connection.execute(f"UPDATE {table} SET {shifts}")  # pyright: ignore[reportArgumentType]
            if not away:  # whoever watches has done so all the time
                connection.execute("UPDATE vigil SET at = clock_timestamp()")

    def act(self) -> Act:
        return Act(LIND, self.now())

    def now(self) -> datetime:
        return datetime.now(UTC)

    # ------------------------------------------------------------ a person

    def suspend(
        self, where: str | None = None, *, services: Sequence[str] = ("fable-5",), consent: Consent = YES
    ) -> str:
        """Declared and let go, live; its reference. Nothing has left before `settle`."""
        wish = declare.Wish(services=tuple(services), reason=Reason.LEGAL, where=where)
        done = declare.suspend(self.app.db, self.app.writer, self.act(), wish, consent)
        assert done.gate.approved or not consent.is_given, done.gate.refusal
        self.ring(done.gate.rings)
        return done.name.reference

    def update(
        self, reference: str, words: str = "We know more now.", consent: Consent = YES
    ) -> timeline.Said:
        news = timeline.News(statements={"en": words})
        return self._said(timeline.update(self.app.db, self.app.writer, self.act(), reference, news, consent))

    def restore(
        self, reference: str, part: RestoredPart | None = None, consent: Consent = YES
    ) -> timeline.Said:
        return self._said(
            timeline.restore(
                self.app.db,
                self.app.writer,
                self.act(),
                reference,
                timeline.News(),
                consent,
                part or RestoredPart(),
            )
        )

    def correct(
        self,
        reference: str,
        words: str = "That was wrong.",
        consent: Consent = YES,
        which: int | None = None,
    ) -> timeline.Said:
        news = timeline.News(statements={"en": words})
        return self._said(
            correct.correct(self.app.db, self.app.writer, self.act(), reference, news, consent, which)
        )

    def approve(self, notice_id: int, consent: Consent = YES) -> None:
        """Let a draft go."""
        gate = approve(self.app.db, self.act(), notice_id, consent)
        assert gate.approved, gate.refusal
        self.ring(gate.rings)

    def rescope(
        self, reference: str, where: str | None = None, consent: Consent = YES, **change: Any
    ) -> rescope.Rescoped:
        wanted = rescope.ScopeChange(where=where, everybody=where is None and not change, **change)
        news = timeline.News()
        done = rescope.rescope(self.app.db, self.app.writer, self.act(), reference, wanted, news, consent)
        for said in done.said:
            self._said(said)
        return done

    def _said(self, said: timeline.Said) -> timeline.Said:
        self.ring(said.gate.rings)
        return said

    # ------------------------------------------------------------ workers and ticks

    def ring(self, rings: Iterable[Ring]) -> None:
        self.rings += rings

    def run(self, ring: Ring) -> None:
        """One task, as a worker would run it; what it rings for comes to the end of the list."""
        self.ring(TASKS[ring.task](self.app, ring.id or 0))

    def finish(self, notice_id: int) -> None:
        """What a task does at its end: the notice is finished if nothing of it is left."""
        deliver._finish(self.app.db, self.now(), notice_id)

    def settle(self) -> None:
        """Work off what was rung for, each bell once at a time."""
        for _ in range(MOST_STEPS):
            if not self.rings:
                return
            self.rings = list(dict.fromkeys(self.rings))
            self.run(self.rings.pop(0))
        raise AssertionError(f"it never comes to rest: {self.rings[:5]}")

    def tick(self, *names: str) -> None:
        """These ticks once (the sweep, if none is named), and what they ring for."""
        for name in names or ("sweep",):
            self.run(Ring(name))
        self.settle()

    # ------------------------------------------------------------ the provider reports

    def report(self, kind: str, mails: Iterable[Mail], **fields: object) -> None:
        """One signed post of the event webhook about these mails; `fields` change what each event says."""
        stamp = int(time.time())
        events = [
            {
                "event": kind,
                "email": mail.address,
                "timestamp": stamp,
                "sg_event_id": f"{kind}-{mail.attempt_id}-{mail.recipient_id}",
                "notifier_installation": mail.installation_id,
                "notifier_attempt": mail.attempt_id,
                "notifier_notice": str(mail.notice_id),
                "notifier_recipient": str(mail.recipient_id),
            }
            | fields
            for mail in mails
        ]
        self.post_events([{k: v for k, v in event.items() if v is not None} for event in events])

    def post_events(self, events: list[dict[str, object]]) -> feedback.RecordedEvents:
        """A body of the event webhook, signed; folded as the web process does it."""
        raw = json.dumps(events).encode()
        recorded = feedback.record_events(self.app.db, self.app.settings, self.sign(raw), raw, self.now())
        self.ring(recorded.rings)
        return recorded

    # ------------------------------------------------------------ what stands in the ledger

    def notice_id(self, reference: str, seq: int) -> int:
        return self.value(
            "SELECT notice_id FROM notice JOIN disruption USING (disruption_id)"
            " WHERE reference = %s AND seq = %s",
            reference,
            seq,
        )

    def accounts(self, notice_id: int) -> dict[str, int]:
        """The named states of a notice; their sum must be its audience, whatever happened."""
        with self.app.db.transaction() as tx:
            found = {str(row.account): row.people for row in accounting.accounts(tx, notice_id)}
        audience = self.value("SELECT audience_n FROM notice WHERE notice_id = %s", notice_id)
        assert sum(found.values()) == audience, f"{found} is not {audience}"
        assert "None" not in found, "a delivery without a leaf chunk"
        return found

    def states(self, notice_id: int) -> Counter[str]:
        """How many chunks are in each state."""
        return Counter(
            dict(self.rows("SELECT state, count(*) FROM chunk WHERE notice_id = %s GROUP BY 1", notice_id))
        )

    def alarms(self) -> list[str]:
        """Texts of the alarms that are open."""
        return [
            row[0] for row in self.rows("SELECT text FROM alarm WHERE cleared_at IS NULL ORDER BY alarm_id")
        ]

    def acts(self) -> list[str]:
        return [row[0] for row in self.rows("SELECT act FROM audit ORDER BY seq")]


def settings_of(database_url: str, sink_url: str, home: Path, event_key: str) -> Settings:
    """Live, and on loopback: the dummy key and the URL are all that tells it from the provider."""
    return from_env(
        {
            "NOTIFIER_HOME": str(home),
            "NOTIFIER_DATABASE_URL": database_url,
            "SENDGRID_API_KEY": "SG.lab",
            "NOTIFIER_SENDGRID_URL": sink_url,
            "NOTIFIER_SENDGRID_EVENT_KEYS": event_key,
            "NOTIFIER_MAIL_FROM": "Example AI <notices@example.com>",
        }
    )


@contextmanager
def a_lab(database_url: str, home: Path, company: str = COMPANY) -> Iterator[Lab]:
    """On a migrated, empty database."""
    key = new_key()

    def sign(raw: bytes) -> dict[str, str]:
        stamp = str(int(time.time()))
        signature = base64.b64encode(key.sign(stamp.encode() + raw, ECDSA(SHA256()))).decode()
        return {
            "x-twilio-email-event-webhook-signature": signature,
            "x-twilio-email-event-webhook-timestamp": stamp,
        }

    with Sink() as sink:
        settings = settings_of(database_url, sink.url, home, public_key(key))
        with opened(settings) as app:
            wanted = company_file.read(company.encode())
            now = datetime.now(UTC)
            apply_company.apply(app.db, Act(LIND, now), wanted, apply_company.difference(app.db, wanted))
            yield Lab(app, sink, database_url, sign)
