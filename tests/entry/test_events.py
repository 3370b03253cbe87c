"""`POST /events/sendgrid` over real HTTP, and the loop from the sandbox to the web process."""

import contextlib
import http.client
import json
import socket
import threading
import time
from collections.abc import Generator, Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import pytest
import uvicorn

from notifier.app import opened
from notifier.entry.events import LARGEST_POST
from notifier.entry.web import listening, web
from notifier.local import postgres
from notifier.local.sandbox import signing
from notifier.local.sandbox.events import EventWebhook
from notifier.settings import Settings, from_env
from notifier.store import Db
from tests.waiting import until

KEY = EventWebhook(signing.new_key(), None)
EVENT = {"sg_event_id": "e1", "timestamp": int(time.time()) - 5, "event": "processed"}


@dataclass(frozen=True)
class Site:
    port: int

    def ask(
        self, method: str, body: bytes = b"", headers: dict[str, str] | None = None
    ) -> tuple[int, Any, Any]:
        client = http.client.HTTPConnection("127.0.0.1", self.port)
        with contextlib.closing(client):
            client.request(method, "/events/sendgrid", body, headers or {})
            answer = client.getresponse()
            return answer.status, json.loads(answer.read() or b"null"), answer.headers

    def post(self, body: bytes, key: EventWebhook = KEY) -> tuple[int, Any, Any]:
        return self.ask("POST", body, key.signed(str(int(time.time())), body))


def wired(database_url: str, *keys: str) -> Settings:
    plain = from_env({"NOTIFIER_REHEARSALS_ONLY": "1", "NOTIFIER_PORT": "0"})
    return replace(plain, database_url=database_url, on_embedded=True, event_keys=keys)


@contextlib.contextmanager
def serving(settings: Settings) -> Generator[Site]:
    with opened(settings) as app, listening(settings) as listener:
        config = uvicorn.Config(
            web(app), log_config=None, log_level="critical", access_log=False, lifespan="off"
        )
        server = uvicorn.Server(config)
        thread = threading.Thread(target=server.run, kwargs={"sockets": [listener]})
        thread.start()
        try:
            until(lambda: server.started)
            yield Site(listener.getsockname()[1])
        finally:
            server.should_exit = True
            thread.join()


@pytest.fixture
def site(db: Db) -> Iterator[Site]:
    with serving(wired(db.url, KEY.public_key)) as running:
        yield running


def stored(db: Db) -> int:
    with db.transaction() as tx:
        row = tx.execute("SELECT count(*) FROM event").fetchone()
    assert row
    return row[0]


def test_events_are_durable_when_they_are_answered(site: Site, db: Db) -> None:
    body = json.dumps([EVENT, EVENT, "garbage"]).encode()
    assert site.post(body)[:2] == (200, {"new": 1, "duplicates": 1, "skipped": 1})
    assert stored(db) == 1
    assert site.post(body)[:2] == (200, {"new": 0, "duplicates": 2, "skipped": 1})
    assert site.post(b"[]")[0] == 200
    assert stored(db) == 1


def test_another_signature_an_altered_body_and_none_at_all(site: Site, db: Db) -> None:
    body = json.dumps([EVENT]).encode()
    for status, problem, _ in (
        site.post(body, EventWebhook(signing.new_key(), None)),
        site.ask("POST", body + b" ", KEY.signed(str(int(time.time())), body)),
        site.ask("POST", body),
        site.ask("POST", body, KEY.signed("never", body)),
    ):
        assert status == 401
        assert "NOTIFIER_SENDGRID_EVENT_KEYS" in problem["detail"]
    assert stored(db) == 0


def test_without_a_key_nothing_is_taken_and_the_answer_says_what_to_set(db: Db) -> None:
    with serving(wired(db.url)) as closed:
        status, problem, _ = closed.post(json.dumps([EVENT]).encode())
    assert status == 401
    assert "set NOTIFIER_SENDGRID_EVENT_KEYS" in problem["detail"]


@pytest.mark.parametrize("body", [b"", b"{}", b"[", b"\xff", b"null"])
def test_unreadable(site: Site, db: Db, body: bytes) -> None:
    assert site.post(body)[0] == 400
    assert stored(db) == 0


def test_the_largest_post_is_taken_and_one_byte_more_is_not(site: Site) -> None:
    body = json.dumps([EVENT]).encode()
    filled = body + b" " * (LARGEST_POST - len(body))
    assert site.post(filled)[0] == 200
    assert site.post(filled + b" ")[0] == 413


def test_a_body_without_end_is_cut_off(site: Site) -> None:
    with socket.create_connection(("127.0.0.1", site.port)) as client:
        client.sendall(b"POST /events/sendgrid HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n")
        with contextlib.suppress(OSError):
            for _ in range(128):
                client.sendall(b"10000\r\n" + b" " * 0x10000 + b"\r\n")
        with contextlib.suppress(OSError):
            assert client.recv(12) == b"HTTP/1.1 413"
    assert site.post(b"[]")[0] == 200


def test_without_a_database_the_provider_is_asked_to_come_again(tmp_path: Path) -> None:
    with serving(wired(postgres.url(tmp_path), KEY.public_key)) as site:
        status, problem, headers = site.post(json.dumps([EVENT]).encode())
    assert status == 503
    assert int(headers["retry-after"]) > 0
    assert str(tmp_path) not in problem["detail"]


def test_only_posts(site: Site) -> None:
    assert site.ask("GET")[0] == 405
