"""The sandbox as a process of its own, spoken to over HTTP only."""

import http.client
import json
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

import pytest

KEY = "SG.a-key-of-the-tests"


@dataclass(frozen=True)
class Running:
    url: str
    process: subprocess.Popen[str]
    key: str = KEY

    def call(
        self, method: str, path: str, body: Any = None, **headers: str
    ) -> tuple[int, Any, dict[str, str]]:
        """(status, JSON or text, headers with lower-case names); bytes leave as they are."""
        connection = http.client.HTTPConnection(self.url.removeprefix("http://"))
        try:
            data = body if isinstance(body, bytes | None) else json.dumps(body).encode()
            sent = {"Authorization": f"Bearer {self.key}", "Content-Type": "application/json"}
            sent |= {name.replace("_", "-"): value for name, value in headers.items()}
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
def started(**arguments: Any) -> Iterator[Running]:
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


@pytest.fixture
def sandboxes() -> Any:
    """Starts one more: `with sandboxes(port=...) as running`."""
    return started


@pytest.fixture(scope="session")
def one_sandbox() -> Iterator[Running]:
    with started() as running:
        yield running


@pytest.fixture
def sandbox(one_sandbox: Running) -> Running:
    """Empty: no mails, no faults, no suppressions, no target."""
    one_sandbox.call("DELETE", "/messages")
    one_sandbox.call("DELETE", "/faults")
    one_sandbox.call("POST", "/events/target", {"url": None})
    for name in ("bounces", "spam_reports", "invalid_emails", "unsubscribes"):
        for entry in one_sandbox.get(f"/v3/suppression/{name}"):
            one_sandbox.call("DELETE", f"/v3/suppression/{name}/{entry['email']}")
    return one_sandbox
