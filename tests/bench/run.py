"""The benchmark: `python -m tests.bench.run --n 10000 100000 [--latency 0.1]`.

Each size is sent by the real processes (workers, broker, Postgres with its default durability) to the counting
sandbox; before and after by the bare loop of `floor.py` on the same servers: read the ratio, not the seconds.
"""

import argparse
import json
import os
import shutil
import subprocess
import sys
import tempfile
import urllib.request
from collections.abc import Generator
from contextlib import contextmanager
from pathlib import Path

from notifier.local.children import Program
from notifier.local.sockets import socket_folder
from notifier.local.stack import Stack
from notifier.settings import from_env
from tests.bench import floor, ours, seed

LANES = 16
"""Connections of the floor to a provider that takes its time: ours has about as many requests in flight."""
PARTS = frozenset({Program.POSTGRES, Program.BROKER, Program.WORKER, Program.BEAT})


@contextmanager
def sandbox(latency: float) -> Generator[str]:
    """Counts what it accepts and keeps nothing."""
    command = [sys.executable, "-m", "notifier", "sandbox", "--port", "0", "--counting"]
    process = subprocess.Popen([*command, "--latency", str(latency)], stdout=subprocess.PIPE, text=True)
    assert process.stdout
    try:
        yield process.stdout.readline().split()[1]
    finally:
        process.terminate()
        process.communicate(timeout=30)


def counted(url: str) -> tuple[int, int]:
    """Messages and distinct addresses since the last call."""
    with urllib.request.urlopen(f"{url}/messages/count") as answer:
        totals = json.load(answer)
    urllib.request.urlopen(urllib.request.Request(f"{url}/messages", method="DELETE")).close()
    return totals["messages"], totals["addresses"]


@contextmanager
def stack(sandbox_url: str, workers: int, *more: Program) -> Generator[Stack]:
    """Fresh servers with a company and nobody in it; `more` runs beside `PARTS`."""
    home = Path(tempfile.mkdtemp(prefix="nt-bench-")).resolve()
    environment = {
        "NOTIFIER_HOME": str(home),
        "NOTIFIER_SANDBOX_URL": sandbox_url,
        "NOTIFIER_REHEARSALS_ONLY": "1",
    }
    (home / "company.toml").write_text(seed.COMPANY)
    subprocess.run(
        [sys.executable, "-m", "notifier", "apply", str(home / "company.toml"), "--yes"],
        env=os.environ | environment, check=True, capture_output=True,
    )  # fmt: skip
    try:
        with Stack(from_env(environment), parts=PARTS | {*more}, workers=workers) as running:
            yield running
    finally:
        shutil.rmtree(socket_folder(home), ignore_errors=True)
        shutil.rmtree(home, ignore_errors=True)


def one_size(n: int, sandbox_url: str, given: argparse.Namespace) -> None:
    with stack(sandbox_url, given.workers) as running:
        url = running.settings.database_url or ""
        seed.seed(url, n)
        wide = max(given.floor_processes, LANES if given.latency else 0)
        floors: list[floor.Floor] = []

        def bare() -> None:
            found = floor.floor(url, sandbox_url, n, processes=given.floor_processes, connections=wide)
            assert counted(sandbox_url) == (n, n)
            floors.append(found)

        bare()
        us = ours.run(running)
        assert counted(sandbox_url) == (n, n), "the sandbox got something else than one mail each"
        bare()
    report(n, us, floors)


def report(n: int, us: ours.Ours, floors: list[floor.Floor]) -> None:
    each = us.posting / us.requests
    wide = f"over {floors[0].connections} connections"
    first, last = (sum(getattr(bare, name) for bare in floors) / len(floors) for name in ("first", "last"))
    runs = " and ".join(f"{bare.last:.2f}" for bare in floors)
    for line in (
        f"{n:>10,} people   load of the machine {os.getloadavg()[0]:.1f}",
        f"    ours    first {us.first:6.2f} s   last {us.last:7.2f} s   {n / us.last:9,.0f} people/s",
        f"    floor   first {first:6.2f} s   last {last:7.2f} s   {n / last:9,.0f} people/s   {wide}",
        f"    ratio   {us.last / last:.2f} x the floor (mean of a run before and one after: {runs} s)",
        f"    where   dry run {us.dry_run:.2f} s, declared {us.declared:.2f} s, list closed {us.frozen:.2f} s",
        f"            {us.requests:,} requests, at most {us.in_flight} at once, {each:.3f} s each",
        "    cpu     " + ", ".join(f"{kind} {used:.1f} s" for kind, used in sorted(us.cpu.items())),
        "    memory  " + ", ".join(f"{kind} {mb} MB" for kind, mb in sorted(us.peaks.items())),
    ):
        print(line, flush=True)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--n", type=int, nargs="+", default=[10_000, 100_000])
    parser.add_argument(
        "--latency", type=float, default=0.0, help="seconds before each answer of the provider"
    )
    parser.add_argument("--workers", type=int, default=2)
    parser.add_argument("--floor-processes", type=int, default=2)
    given = parser.parse_args()
    print(f"{os.cpu_count()} cores, latency {given.latency:g} s, {given.workers} workers", flush=True)
    with sandbox(given.latency) as url:
        for n in given.n:
            one_size(n, url, given)


if __name__ == "__main__":
    main()
