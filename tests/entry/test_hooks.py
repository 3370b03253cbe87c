"""Hooks and health over real HTTP: a real uvicorn, a real Postgres, raw sockets where a client lies."""

import contextlib
import http.client
import json
import os
import re
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import threading
from collections.abc import Generator, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from urllib.parse import unquote, urlencode

import pytest
import redis
import uvicorn
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from notifier.app import opened
from notifier.entry import hooks
from notifier.entry.hooks import LARGEST_BODY, MOST_AT_ONCE, SMALL_BODY, Crowded, Guest, Hall
from notifier.entry.web import listening, web
from notifier.errors import Unreachable
from notifier.local import broker, postgres
from notifier.settings import Settings, for_children, from_env
from notifier.store import Db
from notifier.store.company import catalogue
from notifier.store.company.catalogue import Source
from notifier.store.disruptions import posts, signals
from notifier.store.read.sources import source_rows
from tests.waiting import until

PAYLOADS = Path(__file__).parents[1] / "edges/webhooks/alertmanager"
SAMPLES = PAYLOADS.parent / "samples"
FIRING = (PAYLOADS / "firing.json").read_bytes()
MAPPING = {"label": "service", "map": {"fable-prod": "fable-5"}}
SECRET_ENV = "TEST_HTTP_HOOK_SECRET"


@dataclass(frozen=True)
class Answer:
    status: int
    headers: dict[str, str]
    body: dict[str, Any]


@dataclass(frozen=True)
class Site:
    port: int

    def ask(self, method: str, path: str, body: bytes = b"", headers: dict[str, str] | None = None) -> Answer:
        client = http.client.HTTPConnection("127.0.0.1", self.port)
        with contextlib.closing(client):
            client.request(method, path, body, headers or {})
            answer = client.getresponse()
            found = {name.lower(): value for name, value in answer.getheaders()}
            text = answer.read()
            return Answer(answer.status, found, json.loads(text) if text else {})

    def post(self, body: bytes, source: str = "prometheus", **headers: str) -> Answer:
        return self.ask("POST", f"/hooks/{source}", body, headers)


def ours(database_url: str) -> Settings:
    plain = from_env({"NOTIFIER_REHEARSALS_ONLY": "1", "NOTIFIER_PORT": "0"})
    return replace(plain, database_url=database_url, on_embedded=True)


@contextlib.contextmanager
def serving(database_url: str, broker_url: str | None = None) -> Generator[Site]:
    wired = replace(ours(database_url), broker_url=broker_url)
    with opened(wired) as app, listening(app.settings) as listener:
        server = uvicorn.Server(
            uvicorn.Config(web(app), log_config=None, log_level="critical", access_log=False, lifespan="off")
        )
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
    with db.transaction() as tx:
        catalogue.put_service(tx, "fable-5", "Fable 5")
        catalogue.put_source(tx, Source("prometheus", "alertmanager", None, MAPPING, None, open=True))
        catalogue.put_source(tx, Source("guarded", "alertmanager", SECRET_ENV, MAPPING, None))
    with serving(db.url) as site:
        yield site


def stored(db: Db) -> int:
    with db.transaction() as tx:
        return len(signals.take_unjudged(tx, 1000, now=datetime.now(UTC)))


def is_problem(answer: Answer, status: int) -> bool:
    assert answer.status == status
    assert answer.headers["content-type"] == "application/problem+json"
    assert answer.body["status"] == status
    assert answer.body["detail"].endswith(".")
    return True


def test_evidence_is_durable_when_it_is_answered(site: Site, db: Db) -> None:
    answer = site.post(FIRING)
    assert (answer.status, answer.body) == (202, {"new": 1, "duplicates": 0})
    assert stored(db) == 1
    assert site.post(FIRING).body == {"new": 0, "duplicates": 1}
    assert stored(db) == 1


@pytest.mark.usefixtures("site")
def test_new_evidence_rings_for_a_judge_once(db: Db) -> None:
    home = Path(tempfile.mkdtemp(prefix="nt-ring-"))
    process = broker.start(home)
    try:
        with (
            serving(db.url, broker.url(home)) as wired,
            redis.Redis(unix_socket_path=socket_of(home)) as queue,
        ):
            assert [wired.post(FIRING).body["new"] for _ in range(3)] == [1, 0, 0]
            until(lambda: queue.llen("notifier-ticks"))
            several = (PAYLOADS / "several_services.json").read_bytes()
            assert wired.post(several).body["new"] == 3
            (message,) = queue.lrange("notifier-ticks", 0, -1)
            assert json.loads(message)["headers"]["task"] == "judge"
            assert not queue.llen("notifier"), "it does not stand behind what is sent"
    finally:
        broker.stop(process)
        shutil.rmtree(home)


def socket_of(home: Path) -> str:
    return unquote(broker.url(home).removeprefix("redis+socket://"))


@pytest.mark.usefixtures("site")
def test_a_broker_that_does_not_answer_costs_no_evidence(db: Db) -> None:
    with serving(db.url, "redis://127.0.0.1:1/0") as wired:
        assert wired.post(FIRING).status == 202
    assert stored(db) == 1


def test_the_same_alert_posted_by_many_at_once_is_stored_once(site: Site, db: Db) -> None:
    body = (PAYLOADS / "several_services.json").read_bytes()
    with ThreadPoolExecutor(16) as pool:
        answers = list(pool.map(lambda _: site.post(body), range(32)))
    assert {a.status for a in answers} == {202}
    assert sum(a.body["new"] for a in answers) == 3
    assert stored(db) == 3


@pytest.mark.parametrize(
    "body",
    [b"", b"{", b"[]", b"null", b"{}", FIRING[:-2], b"\xff\xfe", b"\x00", FIRING.replace(b'"4"', b'"3"'),
     FIRING.replace(b"Fable 5", b"\xc3\x28"), b"[" * 100_000],
)  # fmt: skip
def test_what_cannot_be_read_is_taken_and_opens_nothing(site: Site, db: Db, body: bytes) -> None:
    answer = site.post(body)
    assert answer.status == 202
    assert answer.body["not_understood"]
    assert stored(db) == 0


@pytest.mark.parametrize("source", ["nobody", "Prometheus", "%00", "%ff", "a%20b", "..%2f", "x" * 5000])
def test_an_unknown_source(site: Site, source: str) -> None:
    assert is_problem(site.post(FIRING, source), 404)


def test_an_address_where_nothing_is(site: Site) -> None:
    assert is_problem(site.ask("GET", "/"), 404)
    assert is_problem(site.ask("POST", "/hooks/"), 404)


@pytest.mark.parametrize("method", ["GET", "HEAD", "DELETE", "PATCH", "OPTIONS"])
def test_another_method(site: Site, method: str) -> None:
    answer = site.ask(method, "/hooks/prometheus")
    assert answer.status == 405 if method == "HEAD" else is_problem(answer, 405)
    assert {"POST", "PUT"} <= set(answer.headers["allow"].split(", "))


def test_put_is_as_good_as_post(site: Site, db: Db) -> None:
    assert site.ask("PUT", "/hooks/prometheus", FIRING).status == 202
    assert stored(db) == 1


def test_uptime_kuma_may_get_and_a_secret_stand_in_the_address(site: Site, db: Db) -> None:
    with db.transaction() as tx:
        catalogue.put_source(tx, Source("kuma", "uptimekuma", SECRET_ENV, MAPPING, None))
    message = json.loads((SAMPLES / "uptimekuma/firing.json").read_text())
    query = urlencode({name: v if name == "msg" else json.dumps(v) for name, v in message.items()})
    os.environ[SECRET_ENV] = "s3cret"
    try:
        assert is_problem(site.ask("GET", f"/hooks/kuma?{query}"), 401)
        assert site.ask("GET", f"/hooks/kuma?{query}&secret=s3cret").body == {"new": 1, "duplicates": 0}
    finally:
        del os.environ[SECRET_ENV]


def test_a_heartbeat_knocks_with_its_secret_and_nothing_it_posts_is_looked_at(
    site: Site, db: Db, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("TEST_BEAT", "s3cret-of-the-billing-run")
    with db.transaction() as tx:
        catalogue.put_source(tx, Source("billing", "probe:heartbeat", "TEST_BEAT", {"map": {}}, None))
        catalogue.put_source(tx, Source("api", "probe:http", None, {"map": {}}, None))
    knock = "/hooks/billing?secret=s3cret-of-the-billing-run"
    for method, body in (("GET", b""), ("POST", b"not even JSON"), ("POST", b""), ("PUT", FIRING)):
        answer = site.ask(method, knock, body)
        assert (answer.status, answer.body) == (202, {"new": 0, "duplicates": 0, "nothing": "a knock"})
    assert is_problem(site.ask("POST", "/hooks/billing", b""), 401)
    assert is_problem(site.ask("POST", "/hooks/api", FIRING), 404)
    with db.transaction() as tx:
        assert posts.last_own(tx, "billing") is not None


def test_cloudevents_ask_first(site: Site, db: Db) -> None:
    with db.transaction() as tx:
        catalogue.put_source(tx, Source("cloud", "cloudevents", None, MAPPING, None, open=True))
    asked = (SAMPLES / "cloudevents/ping.txt").read_text().splitlines()[1:]
    headers = dict(line.split(": ", 1) for line in asked if line and not line.startswith("Host"))
    answer = site.ask("OPTIONS", "/hooks/cloud", headers=headers)
    assert answer.status == 200
    assert answer.headers["webhook-allowed-origin"] == "eventemitter.example.com"
    assert answer.headers["webhook-allowed-rate"] == "120"


def test_a_test_of_a_tool_is_answered_with_the_reason_why_it_concludes_nothing(site: Site, db: Db) -> None:
    with db.transaction() as tx:
        catalogue.put_source(tx, Source("grafana", "grafana", None, MAPPING, None, open=True))
    answer = site.post((SAMPLES / "grafana/ping.json").read_bytes(), "grafana")
    assert (answer.status, answer.body["nothing"]) == (202, "a test")


def test_more_than_there_is_room_for_is_asked_to_come_again() -> None:
    room = Hall(100)
    with Guest(room) as first, Guest(room) as second:
        first.take(SMALL_BODY - 1)
        first.take(61)
        second.take(SMALL_BODY + 40)
        with Guest(room) as third:
            third.take(SMALL_BODY)  # what tools usually post is never crowded out
            with pytest.raises(Crowded):
                third.take(1)
    assert room.taken == 0
    assert MOST_AT_ONCE == 4 * LARGEST_BODY


def test_the_secret(site: Site, db: Db) -> None:
    os.environ[SECRET_ENV] = "s3cret-ä"
    try:
        wrong = site.post(FIRING, "guarded", Authorization="Bearer s3cret")
        assert is_problem(wrong, 401)
        assert "www-authenticate" in wrong.headers
        assert is_problem(site.post(b"garbage", "guarded"), 401)
        assert stored(db) == 0
        right = site.post(FIRING, "guarded", Authorization="Bearer s3cret-ä".encode().decode("latin-1"))
        assert right.status == 202
    finally:
        del os.environ[SECRET_ENV]


def test_a_secret_that_is_missing_here_closes_the_source(site: Site) -> None:
    assert is_problem(site.post(FIRING, "guarded", Authorization="Bearer "), 401)


def test_the_largest_body_is_read_and_one_byte_more_is_not(site: Site, db: Db) -> None:
    filled = FIRING + b" " * (LARGEST_BODY - len(FIRING))
    assert site.post(filled).status == 202
    with contextlib.suppress(BrokenPipeError, ConnectionResetError):  # it may hang up before it has read all
        assert is_problem(site.post(filled + b" "), 413)
    with db.transaction() as tx:
        (found,) = [row for row in source_rows(tx) if row.name == "prometheus"]
    assert "longer than" in found.refused_why


def test_a_body_without_end_is_cut_off(site: Site) -> None:
    with socket.create_connection(("127.0.0.1", site.port)) as client:
        head = b"POST /hooks/prometheus HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n"
        client.sendall(head)
        with contextlib.suppress(OSError):
            for _ in range(LARGEST_BODY >> 15):
                client.sendall(b"10000\r\n" + b" " * 0x10000 + b"\r\n")
        with contextlib.suppress(OSError):
            assert client.recv(12) == b"HTTP/1.1 413"
    assert site.post(FIRING).status == 202


def test_a_stranger_is_turned_away_before_its_body_has_come(site: Site) -> None:
    with socket.create_connection(("127.0.0.1", site.port)) as client:
        client.sendall(b"POST /hooks/nobody HTTP/1.1\r\nHost: x\r\nContent-Length: 9999999\r\n\r\n")
        assert client.recv(12) == b"HTTP/1.1 404"


def test_a_body_that_does_not_come_is_not_waited_for(site: Site, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(hooks, "SLOWEST_BODY", 0.05)
    with socket.create_connection(("127.0.0.1", site.port)) as client:
        client.sendall(b"POST /hooks/prometheus HTTP/1.1\r\nHost: x\r\nContent-Length: 9999999\r\n\r\n")
        assert client.recv(12) == b"HTTP/1.1 408"


def test_a_client_that_leaves_in_the_middle_leaves_nothing(site: Site, db: Db) -> None:
    with socket.create_connection(("127.0.0.1", site.port)) as client:
        client.sendall(b"POST /hooks/prometheus HTTP/1.1\r\nHost: x\r\nContent-Length: 9999\r\n\r\n" + FIRING)
    assert stored(db) == 0
    assert site.post(FIRING).status == 202


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=9), inner, max_size=3),
    max_leaves=8,
)


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    key=st.sampled_from(["status", "labels", "annotations", "startsAt", "endsAt", "fingerprint"]), value=JSON
)
def test_no_value_in_an_alert_breaks_anything(site: Site, key: str, value: object) -> None:
    message = json.loads(FIRING)
    message["alerts"][0][key] = value
    assert site.post(json.dumps(message).encode()).status == 202


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(body=st.binary(max_size=300))
def test_no_bytes_break_anything(site: Site, body: bytes) -> None:
    assert site.post(body).status == 202


def test_without_a_database_the_tool_is_asked_to_come_again(tmp_path: Path) -> None:
    with serving(postgres.url(tmp_path)) as site:
        answer = site.post(FIRING)
        assert is_problem(answer, 503)
        assert int(answer.headers["retry-after"]) > 0
        assert str(tmp_path) not in answer.body["detail"]
        assert site.ask("GET", "/healthz").status == 200
        assert is_problem(site.ask("GET", "/readyz"), 503)


def test_ready_means_that_the_schema_is_this_versions(site: Site, db: Db) -> None:
    assert site.ask("GET", "/readyz").status == 200
    with db.transaction() as tx:
        tx.execute("DELETE FROM migration WHERE name LIKE '0001%'")
    assert is_problem(site.ask("GET", "/readyz"), 503)
    with db.transaction() as tx:
        tx.execute("INSERT INTO migration (name, sha256) VALUES ('9999_later.sql', '')")
    assert is_problem(site.ask("GET", "/readyz"), 503)
    assert site.ask("GET", "/healthz").status == 200


def test_a_fault_of_ours_shows_nothing_of_itself(site: Site, db: Db) -> None:
    with db.transaction() as tx:
        tx.execute("DROP INDEX signal_database")
        tx.execute("ALTER TABLE signal ALTER COLUMN services TYPE int USING 0")
    answer = site.post(FIRING)
    assert is_problem(answer, 500)
    assert "signal" not in answer.body["detail"]


def test_a_real_process_serves_until_it_is_told_to_stop(db: Db) -> None:
    run = "from notifier.entry.web import serve; from notifier.settings import from_env; serve(from_env())"
    env = for_children(ours(db.url))
    with subprocess.Popen([sys.executable, "-c", run], env=env, stderr=subprocess.PIPE) as process:
        assert process.stderr
        said = re.search(rb"http://127\.0\.0\.1:(\d+)", process.stderr.readline())
        assert said
        port = int(said[1])
        assert Site(port).ask("GET", "/readyz").status == 200
        with pytest.raises(Unreachable, match="NOTIFIER_PORT"):
            listening(replace(ours(db.url), port=port))
        process.send_signal(signal.SIGTERM)
        assert process.wait() in {0, -signal.SIGTERM}
        assert b"Traceback" not in process.stderr.read()
