"""How soon tools are answered while a send runs: `python -m tests.bench.acks --n 100000`.

10,000 alerts of one outage from 20 sources, spread over a minute, every message twice and nothing in its order,
by the real processes: web, workers, broker and Postgres, while a notice to n people leaves for the counting
sandbox. An acknowledgement is timed from the request to the answer, over one connection for each source, as tools
keep them. Before it another minute of it without a send, and after it what became of it: one disruption.
"""

import argparse
import http.client
import json
import os
import random
import threading
import time
from collections.abc import Generator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from urllib.parse import urlsplit

import psycopg

from notifier.actions.announce.declare import Wish, suspend
from notifier.actions.control.approve import Consent
from notifier.app import opened
from notifier.entry.tasks import ring
from notifier.local.children import Program
from notifier.local.stack import Stack
from notifier.model.act import Act
from notifier.model.vocabulary import Reason
from tests.bench import seed
from tests.bench.run import counted, sandbox, stack

SOURCES = tuple(f"tool-{n}" for n in range(20))
DOWN = "opus-5"
COMPANY = f'[[services]]\nslug = "{DOWN}"\nname = "Opus 5"\n' + "".join(
    f'[[sources]]\nname = "{name}"\ndialect = "alertmanager"\nopen = true\n' for name in SOURCES
)


def messages(
    alerts: int, each: int, began: datetime, source: int, seconds: float, name: str
) -> list[tuple[float, bytes]]:
    """What one source posts, and when: each message twice, the second time at any later moment."""
    drawn = random.Random(source)
    found: list[tuple[float, bytes]] = []
    for first in range(0, alerts, each):
        listed = [
            {
                "status": "firing",
                "labels": {"alertname": "Down", "instance": f"{name} {n}", "service": DOWN},
                "startsAt": (began - timedelta(seconds=drawn.randrange(60))).isoformat(),
                "endsAt": "0001-01-01T00:00:00Z",
                "fingerprint": f"{name} {source} {n}",
            }
            for n in range(first, min(first + each, alerts))
        ]
        body = json.dumps({"version": "4", "groupKey": "{}", "alerts": listed}).encode()
        found += [(drawn.uniform(0, seconds), body) for _ in range(2)]
    return sorted(found, key=lambda message: message[0])


def post_all(
    url: str, source: int, posted: list[tuple[float, bytes]], began: float, took: list[float]
) -> None:
    connection = http.client.HTTPConnection(urlsplit(url).netloc)
    for at, body in posted:
        time.sleep(max(0.0, began + at - time.perf_counter()))
        before = time.perf_counter()
        connection.request("POST", f"/hooks/{SOURCES[source]}", body, {"Content-Type": "application/json"})
        answer = connection.getresponse()
        answer.read()
        took.append(time.perf_counter() - before)
        assert answer.status == 202, answer.status


def minute(running: Stack, given: argparse.Namespace, name: str) -> None:
    """All of them, from a thread each."""
    took: list[float] = []
    each = given.alerts // len(SOURCES)
    now, began = datetime.now(UTC), time.perf_counter() + 0.5
    threads = [
        threading.Thread(
            target=post_all,
            args=(running.web_url, n, messages(each, given.each, now, n, given.seconds, name), began, took),
        )
        for n in range(len(SOURCES))
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    took.sort()
    p50, p99 = took[len(took) // 2], took[len(took) * 99 // 100]
    print(
        f"  {name:<18} {len(took):,} posts in {time.perf_counter() - began:.0f} s:"
        f" half in {p50 * 1e3:.1f} ms, 99 of 100 in {p99 * 1e3:.1f} ms, longest {took[-1] * 1e3:.0f} ms",
        flush=True,
    )


@contextmanager
def a_send(running: Stack) -> Generator[None]:
    """A rehearsal to everybody is on its way."""
    with opened(running.settings) as app:
        wish = Wish(seed.SERVICES, Reason.LEGAL, rehearse=True)
        done = suspend(app.db, app.writer, Act("person:bench", app.clock.now()), wish, Consent(yes=True))
        assert done.gate.approved, done.gate.refusal
        ring(running.settings, done.gate.rings)
    yield


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--n", type=int, default=100_000)
    parser.add_argument("--alerts", type=int, default=10_000)
    parser.add_argument("--each", type=int, default=10, help="alerts in a message")
    parser.add_argument("--seconds", type=float, default=60.0)
    parser.add_argument("--latency", type=float, default=0.1)
    parser.add_argument("--workers", type=int, default=2)
    given = parser.parse_args()
    seed.COMPANY += COMPANY
    with sandbox(given.latency) as url, stack(url, given.workers, Program.WEB) as running:
        database = running.settings.database_url or ""
        seed.seed(database, given.n)
        load = os.getloadavg()[0]
        print(
            f"{given.alerts:,} alerts, {given.each} a post, {os.cpu_count()} cores, load {load:.1f}",
            flush=True,
        )
        with psycopg.connect(database, autocommit=True) as connection:
            minute(running, given, "nothing is sent")
            with a_send(running):
                minute(running, given, f"{given.n:,} sent to")
            told, _ = counted(url)
            while connection.execute("SELECT FROM signal WHERE judged_at IS NULL LIMIT 1").fetchall():
                time.sleep(0.2)
            drafts = connection.execute(
                "SELECT count(*) FROM disruption WHERE services = %s", ([DOWN],)
            ).fetchall()
            troubles = connection.execute(
                "SELECT count(*) FROM trouble WHERE source <> 'database'"
            ).fetchall()
    print(
        f"  {told:,} mails left by then; {troubles[0][0]:,} troubles are {drafts[0][0]} disruption",
        flush=True,
    )


if __name__ == "__main__":
    main()
