"""What the suite does to the servers and the data from outside, in the middle of a run."""

import shutil
import signal
import socket
import subprocess
import time
from collections.abc import Callable
from contextlib import closing

import psycopg

from notifier.local import broker, postgres
from notifier.local.sockets import socket_folder

from .island import PATIENCE, Island
from .plan import Blow, Copy


def strike(island: Island, blow: Blow, let_go: Callable[[], object]) -> None:
    """`let_go`: whoever waits at the blow's point goes on from there."""
    match blow.what:
        case "broker emptied":
            with socket.socket(socket.AF_UNIX) as client:
                client.connect(str(socket_folder(island.home) / "broker.sock"))
                client.sendall(b"FLUSHALL\r\n")
                client.recv(100)
        case "broker restarted":
            island.servers["broker"].end(signal.SIGKILL, seconds=PATIENCE)
            time.sleep(blow.seconds)
            island.servers["broker"] = broker.start(island.home)
        case "Postgres restarted" | "Postgres away":
            stop_postgres(island)
            let_go()
            time.sleep(blow.seconds)
            island.servers["postgres"] = postgres.start(island.home, "-c", "fsync=off")
        case "suppressions":
            suppress(island, blow.people)
        case Copy.DUMP | Copy.FOLDER:
            copy(island, Copy(blow.what))
        case what:
            raise ValueError(what)
    let_go()


def stop_postgres(island: Island) -> None:
    """At once: open transactions are gone, the log is replayed."""
    island.servers["postgres"].tell(signal.SIGQUIT)
    island.servers["postgres"].ended(seconds=PATIENCE)


def copy(island: Island, how: Copy) -> None:
    """Keep the database as it is now."""
    if how is Copy.DUMP:
        _tool(island, "pg_dump", "--format=custom", f"--file={island.home / 'copy.dump'}", "notifier")
    else:
        stop_postgres(island)
        shutil.copytree(island.home / "postgres", island.home / "postgres.copy", symlinks=True)
        island.servers["postgres"] = postgres.start(island.home, "-c", "fsync=off")


def put_in_place(island: Island, how: Copy, *, events: bool) -> None:
    """From here on everybody talks to the copy. What was attempted since it was made stands nowhere any more.

    The provider's events, which nobody took so far, come from here on.
    """
    if how is Copy.DUMP:
        truer = _restore(island)
    else:
        truer = _stopped(island)
        shutil.rmtree(island.home / "postgres")
        (island.home / "postgres.copy").rename(island.home / "postgres")
        island.servers["postgres"] = postgres.start(island.home, "-c", "fsync=off")
    island.foreign = truer - _attempts(island)
    island.swapped_at = island.rows("SELECT clock_timestamp()")[0][0]
    if events:
        island.report_to(island.events_url)


def _restore(island: Island) -> set[str]:
    """The attempts of the database that is gone."""
    admin_url = postgres.url(island.home, "postgres")
    with psycopg.connect(admin_url, autocommit=True) as admin:
        admin.execute("CREATE DATABASE copied")
        _tool(island, "pg_restore", "--dbname=copied", str(island.home / "copy.dump"))
        # Whoever is connected stays until he is sent away; nobody comes back before the copy stands there.
        admin.execute("ALTER DATABASE notifier ALLOW_CONNECTIONS false")
        admin.execute("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = 'notifier'")
        while admin.execute("SELECT FROM pg_stat_activity WHERE datname = 'notifier'").fetchall():
            time.sleep(0.01)
        admin.execute("ALTER DATABASE notifier RENAME TO truer")
        admin.execute("ALTER DATABASE truer ALLOW_CONNECTIONS true")
        with psycopg.connect(postgres.url(island.home, "truer")) as truer:
            found = truer.execute("SELECT attempt_id::text FROM attempt").fetchall()
        admin.execute("ALTER DATABASE copied RENAME TO notifier")
        admin.execute("DROP DATABASE truer WITH (FORCE)")
    return {row[0] for row in found}


def _stopped(island: Island) -> set[str]:
    """Stop the server, with these attempts: none is made after they are read."""
    with closing(psycopg.connect(island.settings.database_url or "")) as alone:
        alone.execute("LOCK TABLE attempt IN SHARE MODE")
        found = alone.execute("SELECT attempt_id::text FROM attempt").fetchall()
        stop_postgres(island)
    return {row[0] for row in found}


def _attempts(island: Island) -> set[str]:
    return {row[0] for row in island.rows("SELECT attempt_id::text FROM attempt")}


def _tool(island: Island, name: str, *arguments: str) -> None:
    subprocess.run(
        [str(postgres.binaries() / name), "-h", str(socket_folder(island.home)), "-U", "notifier", *arguments],
        env=postgres.environment(), check=True, capture_output=True,
    )  # fmt: skip


def suppress(island: Island, numbers: range) -> None:
    gone = island.rows(
        "INSERT INTO suppression (recipient_id, reason, source) SELECT recipient_id, 'manual', 'chaos'"
        " FROM contact JOIN customer USING (customer_id) JOIN recipient USING (recipient_id)"
        " WHERE ext_id = ANY(%s) ORDER BY 1 RETURNING (SELECT lower(address) FROM recipient r"
        " WHERE r.recipient_id = suppression.recipient_id)",
        [f"c{n}" for n in numbers],
    )
    committed = island.rows("SELECT clock_timestamp()")[0][0]
    island.suppressed.update({address: committed for (address,) in gone})
