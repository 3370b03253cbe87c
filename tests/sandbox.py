"""The sandbox as a process of its own, spoken to over HTTP only; and mails as it got them from our own sender."""

import http.client
import json
import subprocess
import sys
from collections.abc import Generator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any, NamedTuple

from notifier.edges.sendgrid import SendGrid
from notifier.model.mail import Envelope, Letter, Result
from notifier.model.notice_context import NoticeContext
from notifier.model.people import Person
from notifier.pipeline.compose import Words, headers, sample, used_tags

KEY = "SG.a-key-of-the-tests"
FROM = "Example AI <notices@example.com>"


@dataclass(frozen=True)
class Running:
    url: str
    process: subprocess.Popen[str]
    key: str = KEY

    def call(self, method: str, path: str, body: Any = None, **extra: str) -> tuple[int, Any, dict[str, str]]:
        """(status, JSON or text, headers with lower-case names); bytes leave as they are."""
        connection = http.client.HTTPConnection(self.url.removeprefix("http://"))
        try:
            data = body if isinstance(body, bytes | None) else json.dumps(body).encode()
            sent = {"Authorization": f"Bearer {self.key}", "Content-Type": "application/json"}
            sent |= {name.replace("_", "-"): value for name, value in extra.items()}
            connection.request(method, path, data, sent)
            answer = connection.getresponse()
            text = answer.read().decode()
            got = {name.lower(): value for name, value in answer.getheaders()}
        finally:
            connection.close()
        return answer.status, json.loads(text) if "json" in got.get("content-type", "") else text, got

    def get(self, path: str) -> Any:
        return self.call("GET", path)[1]

    def send(self, mail: Any) -> tuple[int, Any, dict[str, str]]:
        return self.call("POST", "/v3/mail/send", mail)

    def fault(self, kind: str, **more: float) -> None:
        assert self.call("POST", "/faults", {"kind": kind, **more})[0] == 201

    def addresses(self) -> list[str]:
        return sorted(message["address"] for message in self.get("/messages"))


@contextmanager
def started(**arguments: Any) -> Generator[Running]:
    code = f"from notifier.local.sandbox import serve; serve(**{ ({'key': KEY} | arguments)!r})"
    process = subprocess.Popen([sys.executable, "-c", code], stdout=subprocess.PIPE, text=True)
    try:
        assert process.stdout is not None
        line = process.stdout.readline()
        assert line.startswith("sandbox http://127.0.0.1:"), line
        yield Running(line.split()[1], process)
    finally:
        process.terminate()
        assert process.stdout is not None
        rest, _ = process.communicate()
        assert rest == "", "one line and no more is printed"


class Wish(NamedTuple):
    """One mail that somebody is to get."""

    told: NoticeContext
    locale: str
    who: Person


class Arrived(NamedTuple):
    subject: str
    text: str
    html: str
    headers: Mapping[str, str]


def arrived(words: Words, wishes: Mapping[str, Wish]) -> dict[str, Arrived]:
    """By name: each goes to an address of its own, as a worker sends it, and is what the sandbox got for it."""
    with started() as sandbox:
        sender = SendGrid("sandbox", sandbox.url, sandbox.key, deadline=60)
        for n, wish in enumerate(wishes.values()):
            outcome = sender.send(_envelope(words, n, wish), lambda: True)
            assert outcome.result is Result.ACCEPTED, outcome
        got = {mail["address"]: mail for mail in sandbox.get("/messages")}
    assert len(got) == len(wishes)
    mails = [got[_address(n)] for n in range(len(wishes))]
    return {
        name: Arrived(mail["subject"], mail["text"], mail["html"], mail["headers"])
        for name, mail in zip(wishes, mails, strict=True)
    }


def _envelope(words: Words, n: int, wish: Wish) -> Envelope:
    told, locale, who = wish
    made = words.render(told, locale, who.variant, sample.NONCE)
    used = used_tags(sample.NONCE, made.subject, made.text, made.html)
    fill = words.filler(told, locale, sample.NONCE, used)
    return Envelope(
        f"attempt-{n}", n, FROM, told.reply_to, headers(told, "example.com"), made.subject, made.text, made.html,
        letters=[Letter(n, _address(n), fill(who))],
    )  # fmt: skip


def _address(n: int) -> str:
    return f"reader-{n}@example.com"
