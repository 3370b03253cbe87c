"""What an import costs: `python -m tests.bench.files --n 1000000`.

One row for each customer, as an export has them: a name, a person of their own, language, zone, one service or
two, who is cut off, three attributes. Imported into empty tables, then again with a tenth changed, then as a
complete file that lacks a thousandth. The command runs in a process of its own, as a person starts it, on a
Postgres with its default durability; CPU seconds are told apart by who used them, for the machine may be busy.
"""

import argparse
import os
import random
import subprocess
import sys
import tempfile
import time
from collections.abc import Generator
from contextlib import contextmanager
from pathlib import Path

import psycopg

from notifier.local import postgres
from notifier.settings import data_folder
from notifier.store.migrate import migrate

COMPANY = """
[[services]]
slug = "fable-5"
name = "Fable 5"
[[services]]
slug = "mythos-5"
name = "Mythos 5"
[attributes]
nationality = { type = "text", sensitive = true }
plan = "text"
seats = "number"
"""
HEADER = "customer,name,email,contact_name,role,locale,timezone,services,suspended,nationality,plan,seats\n"
ZONES = ("Europe/Berlin", "America/New_York", "Asia/Tokyo")
TICKS = os.sysconf("SC_CLK_TCK")


def rows(n: int, *, changed: int = 0) -> Generator[str]:
    """`changed`: every so many-th customer has another plan and is cut off."""
    chance = random.Random(7)
    yield HEADER
    for i in range(n):
        another = changed and i % changed == 0
        held = "fable-5@eu;mythos-5" if i % 2 else "fable-5"
        yield (
            f"C-{i:07},Customer {i} Ltd,person{i}@customer{i % 5000}.example,Person {i},owner,"
            f"{('en', 'de', 'ja', '')[i % 4]},{ZONES[i % 3]},{held},{'fable-5' if i % 10 == 0 or another else ''},"
            f"{chance.choice(('US', 'DE', 'GB', ''))},{'enterprise' if another else 'team'},{i % 500}\n"
        )


def written(folder: Path, name: str, n: int, *, changed: int = 0) -> Path:
    file = folder / name
    with file.open("w") as to:
        to.writelines(rows(n, changed=changed))
    return file


def server_cpu(server: int) -> float:
    """Seconds of Postgres and its children, ended ones with them, but for what the vacuum uses."""
    total = 0.0
    for stat in Path("/proc").glob("[0-9]*/stat"):
        try:
            fields = stat.read_text().rpartition(")")[2].split()
        except OSError:
            continue
        if int(stat.parent.name) == server:
            total += sum(map(int, fields[11:15])) / TICKS
        elif int(fields[1]) == server:
            total += sum(map(int, fields[11:13])) / TICKS
    return total


def measured(name: str, n: int, server: int, environment: dict[str, str], *args: str) -> None:
    before, server_before = time.perf_counter(), server_cpu(server)
    process = subprocess.Popen(
        [sys.executable, "-m", "notifier", "import", *args],
        env=environment,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
    )
    assert process.stdout
    assert process.stderr
    said, complaint = process.stdout.read().decode(), process.stderr.read().decode()
    _, status, used = os.wait4(process.pid, 0)
    wall = time.perf_counter() - before
    assert status == 0, said + complaint
    ours, theirs = used.ru_utime + used.ru_stime, server_cpu(server) - server_before
    print(
        f"{name:<34} {wall:6.1f} s   cpu: ours {ours:5.1f} s ({ours / n * 1e6:4.1f} µs a row),"
        f" Postgres {theirs:5.1f} s   our memory at most {used.ru_maxrss // 1024} MB",
        flush=True,
    )


@contextmanager
def database() -> Generator[tuple[str, int]]:
    """An empty one, migrated, and the pid of its server."""
    home = Path(tempfile.mkdtemp(prefix="nt-files-"))
    process = postgres.start(home)
    try:
        with psycopg.connect(postgres.url(home, "postgres"), autocommit=True) as admin:
            admin.execute("CREATE DATABASE files")
        url = postgres.url(home, "files")
        migrate(url, data_folder("migrations"))
        with psycopg.connect(url) as connection:
            ((pid,),) = connection.execute("SELECT pg_backend_pid()").fetchall()
            server = int(Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[1])
        yield url, server
    finally:
        postgres.stop(process)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--n", type=int, default=1_000_000)
    n: int = parser.parse_args().n
    folder = Path(tempfile.mkdtemp(prefix="nt-rows-"))
    first, again = written(folder, "first.csv", n), written(folder, "again.csv", n, changed=10)
    whole = written(folder, "whole.csv", n - n // 1000)
    (folder / "company.toml").write_text(COMPANY)
    with database() as (url, server):
        environment = os.environ | {"NOTIFIER_DATABASE_URL": url, "NOTIFIER_REHEARSALS_ONLY": "1"}
        apply = [sys.executable, "-m", "notifier", "apply", str(folder / "company.toml"), "--yes"]
        subprocess.run(apply, env=environment, check=True, capture_output=True)
        size = first.stat().st_size / 1e6
        print(f"{n:,} rows, {size:.0f} MB, {os.cpu_count()} cores, load {os.getloadavg()[0]:.1f}", flush=True)
        measured("into empty tables", n, server, environment, str(first))
        measured("again, a tenth changed", n, server, environment, str(again))
        gone = ("--complete", "--gone", str(n // 1000))
        measured("complete, a thousandth left", n, server, environment, str(whole), *gone)
    for file in folder.iterdir():
        file.unlink()
    folder.rmdir()


if __name__ == "__main__":
    main()
