"""`/metrics` over real HTTP: what a monitoring system must see of a send."""

import threading
import urllib.request
from collections.abc import Iterator
from dataclasses import replace

import psycopg
import pytest
import uvicorn

from notifier.app import opened
from notifier.entry.web import listening, web
from notifier.settings import from_env


@pytest.fixture
def numbers(database_url: str) -> Iterator:
    settings = replace(
        from_env({"NOTIFIER_REHEARSALS_ONLY": "1", "NOTIFIER_PORT": "0"}), database_url=database_url
    )
    with opened(settings) as app, listening(settings) as listener:
        server = uvicorn.Server(uvicorn.Config(web(app), log_config=None, lifespan="off"))
        thread = threading.Thread(target=server.run, kwargs={"sockets": [listener]})
        thread.start()

        def read() -> dict[str, float]:
            url = f"http://127.0.0.1:{listener.getsockname()[1]}/metrics"
            with urllib.request.urlopen(url) as answer:
                lines = answer.read().decode().splitlines()
            return {line.split()[0]: float(line.split()[1]) for line in lines if not line.startswith("#")}

        yield read
        server.should_exit = True
        thread.join()


def test_an_idle_notifier_shows_nothing_due(numbers):
    found = numbers()
    assert found["notifier_oldest_due_seconds"] == 0
    assert found["notifier_braked"] == 0


def test_a_chunk_that_nobody_takes_grows_old(numbers, database_url: str):
    with psycopg.connect(database_url) as tx:
        tx.execute(
            "INSERT INTO disruption (reference, mode, kind, reason, services, opened_by, opened_at,"
            " effective_at, declare_key) VALUES"
            " ('7K2M', 'live', 'suspension', 'legal', '{}', 'x', now(), now(), 'k')"
        )
        tx.execute("INSERT INTO timeline (disruption_id, kind, at, actor) VALUES (1, 'declared', now(), 'x')")
        tx.execute(
            "INSERT INTO notice (disruption_id, seq, kind, timeline_id, rev, state, nonce, created_at,"
            " approved_at) VALUES (1, 1, 'first', 1, 1, 'sending', 'n', now(), now() - interval '90 s')"
        )
        tx.execute("INSERT INTO chunk (notice_id, content_id, root_id, lo, hi) VALUES (1, 1, 1, 0, 10)")
        tx.execute("INSERT INTO brake VALUES ('*', 'x', now())")
    found = numbers()
    assert 90 <= found["notifier_oldest_due_seconds"] < 150
    assert found["notifier_due"] == 1
    assert found["notifier_braked"] == 1
