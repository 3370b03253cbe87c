"""The sandbox as the demo asks it: what each address got, and how slow it is."""

import json
from collections.abc import Generator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any
from urllib.parse import quote
from urllib.request import ProxyHandler, Request, build_opener

from notifier.app import App


@dataclass(frozen=True, slots=True)
class ArrivedMail:
    """One mail as it arrived."""

    notice_id: int
    subject: str
    text: str
    html: str


@dataclass(frozen=True, slots=True)
class Box:
    """What the sandbox says it got."""

    messages: int
    addresses: int
    attempts: dict[str, tuple[int, int]]
    """Attempt id -> requests, mails."""
    got: frozenset[tuple[str, str]]
    """Address and attempt id of every mail."""

    def reached(self, attempts: frozenset[str]) -> frozenset[str]:
        """Addresses that got a mail by one of these attempts."""
        return frozenset(address for address, attempt in self.got if attempt in attempts)


def box(app: App) -> Box:
    counted = _ask(app, "/messages/count")
    attempts = {a["attempt"]: (a["requests"], a["messages"]) for a in _ask(app, "/requests")}
    got = frozenset((one["address"], one["attempt"]) for one in _ask(app, "/messages/index"))
    return Box(counted["messages"], counted["addresses"], attempts, got)


def mails_of(app: App, address: str) -> tuple[ArrivedMail, ...]:
    """In the order in which they arrived."""
    return tuple(
        ArrivedMail(
            int(found["custom_args"]["notifier_notice"]), found["subject"], found["text"], found["html"]
        )
        for found in _ask(app, f"/messages?address={quote(address)}")
    )


@contextmanager
def slow(app: App, seconds: float, requests: int) -> Generator[None]:
    """So many requests are answered so late, at most until the end of this."""
    _ask(app, "/faults", "POST", {"kind": "slow", "seconds": seconds, "times": requests})
    yield
    _ask(app, "/faults", "DELETE")


def _ask(app: App, path: str, method: str = "GET", body: object = None) -> Any:
    sent = None if body is None else json.dumps(body).encode()
    asked = Request((app.settings.sandbox_url or "") + path, sent, method=method)  # noqa: S310 - our own sandbox
    # Loopback: no proxy of the environment has a part in it.
    with build_opener(ProxyHandler({})).open(asked, timeout=10) as answer:
        return json.loads(answer.read() or b"null")
