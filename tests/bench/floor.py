"""The floor: what nobody who keeps a ledger can do without, and nothing else.

A bare loop in a few processes: a delivery row for each recipient with its unique key, read back by chunk, three
substitutions each, encoded, posted 1,000 at a time over a kept connection, one row updated for each chunk.
"""

import argparse
import gc
import http.client
import subprocess
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import UTC, datetime
from urllib.parse import urlsplit

import orjson
import psycopg

CHUNK = 1_000
RANGE = 10_000
"""Rows of one INSERT."""
TABLES = """
DROP TABLE IF EXISTS floor_delivery, floor_chunk;
CREATE TABLE floor_delivery (notice_id bigint NOT NULL, recipient_id bigint NOT NULL, chunk_id bigint NOT NULL,
                             vars jsonb NOT NULL, UNIQUE (notice_id, recipient_id));
CREATE INDEX ON floor_delivery (notice_id, chunk_id);
CREATE TABLE floor_chunk (chunk_id bigint PRIMARY KEY, state text NOT NULL)"""
INSERT = """
WITH k AS (INSERT INTO floor_chunk SELECT i, 'due' FROM generate_series(%(lo)s / 1000, (%(hi)s - 1) / 1000) i)
INSERT INTO floor_delivery (notice_id, recipient_id, chunk_id, vars)
SELECT 1, i, (i - 1) / 1000, jsonb_build_object('n', 'Person ' || i, 'o', 'Customer ' || i, 'z', 'Europe/Berlin')
FROM generate_series(%(lo)s + 1, %(hi)s) i"""
READ = """
SELECT d.recipient_id, r.address, d.vars FROM floor_delivery d JOIN recipient r USING (recipient_id)
WHERE d.notice_id = 1 AND d.chunk_id = %s"""
TEXT = "Dear n1xR, we have suspended your access since n2xR: n3xR. " + "What it means, in plain words. " * 40


@dataclass(frozen=True)
class Floor:
    first: float
    """Seconds to the first accepted request."""
    last: float
    recipients: int
    processes: int
    connections: int


def floor(database_url: str, sandbox_url: str, n: int, *, processes: int, connections: int) -> Floor:
    """Run it now, beside the tables of `seed`; raises if a process fails."""
    with psycopg.connect(database_url, autocommit=True) as connection:
        connection.execute(TABLES)
    each = max(1, connections // processes)
    options = [database_url, sandbox_url, str(n), str(processes), str(each)]
    workers = [
        subprocess.Popen(
            [sys.executable, "-m", "tests.bench.floor", *options, str(part)],
            stdout=subprocess.PIPE,
            stdin=subprocess.PIPE,
            text=True,
        )
        for part in range(processes)
    ]
    for worker in workers:
        assert worker.stdout
        assert worker.stdout.readline() == "ready\n"
    began = time.time()
    for worker in workers:
        assert worker.stdin
        worker.stdin.write("\n")
        worker.stdin.flush()
    times = [orjson.loads(worker.communicate()[0]) for worker in workers]
    ran = [t for t in times if t[0]]
    return Floor(
        min(t[0] for t in ran) - began, max(t[1] for t in ran) - began, n, processes, each * processes
    )


@dataclass
class Bare:
    """One thread: its connection to the database, its connection to the provider."""

    database_url: str
    sandbox_url: str

    def __post_init__(self) -> None:
        self.db = psycopg.connect(self.database_url, autocommit=True)
        self.http = http.client.HTTPConnection(urlsplit(self.sandbox_url).netloc)

    def range(self, lo: int, hi: int) -> list[float]:
        self.db.execute(INSERT, {"lo": lo, "hi": hi})
        return [self.chunk(chunk) for chunk in range(lo // CHUNK, (hi - 1) // CHUNK + 1)]

    def chunk(self, chunk: int) -> float:
        rows = self.db.execute(READ, (chunk,)).fetchall()
        headers = {"Authorization": "Bearer SG.sandbox", "Content-Type": "application/json"}
        self.http.request("POST", "/v3/mail/send", body_of(chunk, rows), headers)
        answer = self.http.getresponse()
        answer.read()
        assert answer.status == 202, answer.status
        self.db.execute("UPDATE floor_chunk SET state = 'accepted' WHERE chunk_id = %s", (chunk,))
        return datetime.now(UTC).timestamp()


def body_of(chunk: int, rows: list[tuple[int, str, dict[str, str]]]) -> bytes:
    return orjson.dumps({
        "from": {"email": "notices@example.com"},
        "subject": "Your access",
        "content": [{"type": "text/plain", "value": TEXT}, {"type": "text/html", "value": f"<p>{TEXT}</p>"}],
        "custom_args": {"notifier_attempt": f"floor-{chunk}"},
        "personalizations": [
            {
                "to": [{"email": address}],
                "substitutions": {"n1xR": v["n"], "n2xR": v["z"], "n3xR": v["o"]},
                "custom_args": {"notifier_recipient": str(recipient)},
            }
            for recipient, address, v in rows
        ],
    })  # fmt: skip


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("database_url")
    parser.add_argument("sandbox_url")
    for name in ("n", "processes", "threads", "part"):
        parser.add_argument(name, type=int)
    given = parser.parse_args()
    step = min(RANGE, max(CHUNK, -(-given.n // (given.processes * given.threads) // CHUNK) * CHUNK))
    ranges = [
        (lo, min(lo + step, given.n)) for lo in range(given.part * step, given.n, step * given.processes)
    ]
    threads = [Bare(given.database_url, given.sandbox_url) for _ in range(given.threads)]
    gc.disable()
    print("ready", flush=True)
    sys.stdin.readline()

    def work(index: int) -> list[float]:
        mine = ranges[index :: given.threads]
        return [at for lo, hi in mine for at in threads[index].range(lo, hi)]

    with ThreadPoolExecutor(given.threads) as pool:
        done = sorted(at for found in pool.map(work, range(given.threads)) for at in found)
    print(orjson.dumps([done[0], done[-1]] if done else [0, 0]).decode())


if __name__ == "__main__":
    main()
