"""Debian's PgBouncer in transaction mode, in front of the embedded Postgres: what a company may have put there.

Each transaction may run on another connection of the server: what a session leaves behind is somebody else's.
"""

import shutil
import socket
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from urllib.parse import quote

import psycopg
import pytest
from psycopg.conninfo import conninfo_to_dict

from notifier.local import postgres
from tests.waiting import until

ABSENT = "Debian's pgbouncer is not installed"
CONFIG = """
[databases]
* = host={server} port=5432 user=notifier
[pgbouncer]
pool_mode = transaction
auth_type = any
listen_port = 6432
unix_socket_dir = {sockets}
default_pool_size = {connections}
server_idle_timeout = 0
logfile = {sockets}/log
"""


@contextmanager
def a_pooler(database_url: str, connections: int = 4) -> Iterator[str]:
    """The URL of the same database behind a pooler with so many connections to the server."""
    program = shutil.which("pgbouncer", path="/usr/sbin:/usr/bin")
    if program is None:
        pytest.skip(ABSENT)
    where = conninfo_to_dict(database_url)
    folder = Path(tempfile.mkdtemp(prefix="nt-pb-"))
    config = folder / "pgbouncer.ini"
    config.write_text(CONFIG.format(server=where["host"], sockets=folder, connections=connections))
    with (folder / "out").open("wb") as out:
        process = subprocess.Popen(
            [*postgres.as_nobody(), program, str(config)], stdout=out, stderr=subprocess.STDOUT
        )
    try:
        _await(process, folder)
        yield f"postgresql:///{where['dbname']}?host={quote(str(folder))}&port=6432&user=notifier"
    finally:
        process.terminate()
        process.wait()
        shutil.rmtree(folder)


def _await(process: subprocess.Popen[bytes], folder: Path) -> None:
    def answers() -> bool:
        assert process.poll() is None, (folder / "out").read_text()
        with socket.socket(socket.AF_UNIX) as client:
            return client.connect_ex(str(folder / ".s.PGSQL.6432")) == 0

    until(answers)


def plain_settings(pooled_url: str, names: list[str]) -> set[tuple[str, ...]]:
    """These settings as an ordinary client of the pooler finds them, on every connection to the server."""
    clients = [psycopg.connect(pooled_url) for _ in range(4)]
    try:
        query = "SELECT " + ", ".join(f"current_setting('{name}')" for name in names)
        return {client.execute(query).fetchall()[0] for client in clients}  # pyright: ignore[reportArgumentType, reportCallIssue]
    finally:
        for client in clients:
            client.close()
