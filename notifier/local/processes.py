"""Processes that may outlive us: who they are, whether they live, and how they are ended.

A pid alone proves nothing: by now it may be somebody else's. An `Identity` is a pid and when it was born.
"""

import os
import signal
import subprocess
import time
from dataclasses import dataclass
from functools import cache
from pathlib import Path

PROC = Path("/proc")
BOOT = PROC / "sys/kernel/random/boot_id"


@dataclass(frozen=True, slots=True)
class Identity:
    pid: int
    born: str
    """Linux: the boot and the clock ticks since then. Elsewhere: what `ps` says, to the second."""

    def alive(self) -> bool:
        return identity(self.pid) == self


def identity(pid: int) -> Identity | None:
    """Who has this pid now. None for nobody and for a zombie: where PID 1 does not reap, those stay."""
    if PROC.joinpath("self/stat").exists():
        return _from_proc(pid)
    return _from_ps(pid)


def command(pid: int) -> str:
    """Its command line, arguments separated by NUL (Linux) or blanks; empty when there is no such process."""
    if PROC.joinpath("self/stat").exists():
        try:
            return PROC.joinpath(str(pid), "cmdline").read_text("utf-8", errors="surrogateescape")
        except OSError:
            return ""
    return _ps(pid, "command=")


@dataclass(slots=True)
class Process:
    """One process, the leader of a group of its own. `child` is None for one that somebody else started."""

    who: Identity
    child: "subprocess.Popen[bytes] | None" = None

    @property
    def pid(self) -> int:
        return self.who.pid

    def alive(self) -> bool:
        return self.who.alive() if self.child is None else self.child.poll() is None

    def tell(self, number: signal.Signals) -> None:
        if self.alive():
            _kill(self.pid, number)

    def ended(self, *, seconds: float) -> bool:
        """Wait until it is gone, no longer than `seconds`."""
        deadline = time.monotonic() + seconds
        while self.alive():
            if time.monotonic() >= deadline:
                return False
            time.sleep(0.02)
        return True

    def bury(self) -> None:
        """Kill what is left of its group: a pool's processes must not go on without their head."""
        _kill(-self.pid, signal.SIGKILL)
        self.ended(seconds=5)

    def end(self, number: signal.Signals, *, seconds: float) -> None:
        """Ask by signal, wait, then kill."""
        if self.alive():
            _kill(self.pid, number)
            self.ended(seconds=seconds)
            self.bury()

    def release(self) -> None:
        """It lives on, and somebody else will end it: no longer our child to wait for."""
        if self.child is not None and self.child.poll() is None:
            self.child.returncode = 0
            self.child = None


def spawn(
    command: list[str], *, env: dict[str, str], log: Path, cwd: Path | None = None, leash: bool = False
) -> Process:
    """Start it in a session of its own, so that Ctrl-C in our terminal reaches us only.

    With a leash, its standard input is a pipe that ends when we die.
    """
    with log.open("ab") as output:
        child = subprocess.Popen(
            command, env=env, cwd=cwd, stdin=subprocess.PIPE if leash else subprocess.DEVNULL,
            stdout=output, stderr=output, start_new_session=True,
        )  # fmt: skip
    return Process(identity(child.pid) or Identity(child.pid, "gone"), child)


def _kill(pid: int, number: signal.Signals) -> None:
    try:
        os.kill(pid, number)
    except (ProcessLookupError, PermissionError):
        return  # gone meanwhile; macOS answers EPERM for a group of zombies


def _from_proc(pid: int) -> Identity | None:
    try:
        # The name in parentheses may hold anything, so count from its end: proc_pid_stat(5), fields 3 and 22.
        fields = PROC.joinpath(str(pid), "stat").read_text().rpartition(")")[2].split()
    except OSError:
        return None
    return None if fields[0] in "ZX" else Identity(pid, f"{_boot()}:{fields[19]}")


@cache
def _boot() -> str:
    return BOOT.read_text().strip()


def _from_ps(pid: int) -> Identity | None:
    state, _, born = _ps(pid, "state=,lstart=").partition(" ")
    return Identity(pid, born.strip()) if born and not state.startswith("Z") else None


def _ps(pid: int, columns: str) -> str:
    answer = subprocess.run(
        ["ps", "-o", columns, "-p", str(pid)],  # noqa: S607 - wherever this system keeps it
        env={"LC_ALL": "C", "PATH": os.environ.get("PATH", os.defpath)}, capture_output=True, check=False,
    )  # fmt: skip
    return answer.stdout.decode(errors="replace").strip()
