"""A home that is cleaned up whatever a test leaves running in it, and a look at what still runs for a home."""

import os
import shutil
import signal
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from notifier.local.sockets import socket_folder

AN_UP = Path(__file__).parent / "an_up.py"


@pytest.fixture
def home() -> Iterator[Path]:
    folder = Path(tempfile.mkdtemp(prefix="nt-home-")).resolve()
    sockets = socket_folder(folder)
    yield folder
    for pid in _left_running(folder):
        os.kill(pid, signal.SIGKILL)
    shutil.rmtree(sockets, ignore_errors=True)
    shutil.rmtree(folder, ignore_errors=True)


def _left_running(home: Path) -> dict[int, str]:
    """Pid and command of every process that has the home in its arguments, environment or working folder."""
    if not Path("/proc/self/stat").exists():
        pytest.skip("looks for processes in /proc")
    found: dict[int, str] = {}
    for entry in Path("/proc").iterdir():
        if not entry.name.isdecimal() or int(entry.name) == os.getpid():
            continue
        try:
            words = (entry / "cmdline").read_bytes()
            everything = words + (entry / "environ").read_bytes() + bytes((entry / "cwd").readlink())
        except OSError:
            continue  # gone meanwhile, or a zombie
        if str(home).encode() in everything:
            found[int(entry.name)] = words.replace(b"\0", b" ").decode(errors="replace")
    return found


@pytest.fixture
def left_running() -> Callable[[Path], dict[int, str]]:
    return _left_running


@pytest.fixture
def start_up(home: Path) -> Iterator[Callable[[], "subprocess.Popen[str]"]]:
    """Starts an `up` of this home in a process of its own; its first line says that everything runs."""
    started: list[subprocess.Popen[str]] = []

    def start() -> "subprocess.Popen[str]":
        up = subprocess.Popen(
            [sys.executable, str(AN_UP), str(home)], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
        )
        started.append(up)
        return up

    yield start
    for up in started:
        if up.poll() is None:
            up.kill()
        up.communicate()
