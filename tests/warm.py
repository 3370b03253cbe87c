"""Processes of the product that need not import it first: each is forked from one that has.

`Warm("worker", env=...)` is `python -m notifier worker` as a `subprocess.Popen`: a process with an id,
environment, folder, streams and signals of its own, which whoever holds it may kill. Only the second of a core
that Python takes for imports was spent before, once for all tests of a process. Where the start itself is the
point, tests start Python.
"""

import atexit
import importlib
import json
import os
import runpy
import select
import signal
import socket
import subprocess
import sys
import time
import traceback
from functools import cache
from pathlib import Path
from typing import Any

STREAMS = 3
LONGEST = 1 << 20
"""Bytes of one wish: arguments, environment and folder."""
WIDTH = 8
"""Of a pid, or of how a process ended, in a pipe that carries one after the other."""


class Warm(subprocess.Popen[str]):
    """`notifier *args`. Its parent is a process that waits for it and tells us how it ended."""

    def __init__(self, *args: str, env: dict[str, str], cwd: Path, **streams: Any) -> None:
        super().__init__([*args], env=env, cwd=str(cwd), text=True, **streams)

    def _execute_child(self, *given: Any) -> None:  # where `Popen` forks; its streams are made by now
        args, env, cwd = given[0], given[6], given[5]
        pipes = given[10:16]
        theirs = [
            ours if end == -1 else end
            for end, ours in zip((pipes[0], pipes[3], pipes[5]), range(STREAMS), strict=True)
        ]
        self._told, tells = os.pipe()
        wish = json.dumps({"args": args, "env": env, "cwd": cwd}).encode()
        try:
            socket.send_fds(_warm(), [wish], [*theirs, tells])
        finally:
            os.close(tells)
            self._close_pipe_fds(*pipes)  # pyright: ignore[reportAttributeAccessIssue]
        self.pid = int(os.read(self._told, WIDTH))
        self._child_created = True

    def _try_wait(self, wait_flags: int) -> tuple[int, int]:
        """As `os.waitpid`: the pid and how it ended, or 0 where it goes on and nobody waits for it."""
        if wait_flags & os.WNOHANG and not select.select([self._told], [], [], 0)[0]:
            return 0, 0
        said = os.read(self._told, WIDTH)
        os.close(self._told)
        return self.pid, int(said or signal.SIGKILL)

    def _internal_poll(self, *_: Any, **__: Any) -> int | None:
        if self.returncode is None and self._waitpid_lock.acquire(blocking=False):  # pyright: ignore[reportAttributeAccessIssue]
            try:
                pid, status = self._try_wait(os.WNOHANG) if self.returncode is None else (0, 0)
                if pid:
                    self._handle_exitstatus(status)  # pyright: ignore[reportAttributeAccessIssue]
            finally:
                self._waitpid_lock.release()  # pyright: ignore[reportAttributeAccessIssue]
        return self.returncode


def run(*args: str, env: dict[str, str], cwd: Path, stdin: str = "") -> "subprocess.CompletedProcess[str]":
    """To its end, as `subprocess.run` with everything that it says kept."""
    process = Warm(
        *args, env=env, cwd=cwd, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE
    )
    out, err = process.communicate(stdin)
    return subprocess.CompletedProcess([*args], process.returncode, out, err)


@cache
def _warm() -> socket.socket:
    """The process that has imported everything; it ends when we do."""
    ours, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
    with theirs:
        process = subprocess.Popen(
            [sys.executable, "-m", "tests.warm", str(theirs.fileno())], pass_fds=[theirs.fileno()],
            env={"PATH": os.environ["PATH"], "PYTHONPATH": os.pathsep.join(p for p in sys.path if p)},
        )  # fmt: skip

    def end() -> None:
        ours.close()
        process.wait()

    atexit.register(end)
    return ours


def serve(wishes: socket.socket) -> None:
    """Until nobody can wish any more."""
    for name in ("beat", "web", "worker"):
        importlib.import_module(f"notifier.entry.{name}")
    signal.signal(signal.SIGCHLD, signal.SIG_IGN)  # those who wait for others: nobody waits for them
    while True:
        wish, given, _, _ = socket.recv_fds(wishes, LONGEST, STREAMS + 1)
        if not wish:
            return
        if not os.fork():
            wishes.close()
            signal.signal(signal.SIGCHLD, signal.SIG_DFL)
            _wait_for(json.loads(wish), given[:STREAMS], given[STREAMS])
        for fd in given:
            os.close(fd)


def _wait_for(wish: dict[str, Any], streams: list[int], tells: int) -> None:
    """Never returns. Fork it, say who it is, and in the end how it ended."""
    pid = os.fork()
    if not pid:
        os.close(tells)
        _be(wish, streams)
    for fd in (*streams, *range(STREAMS)):
        os.close(fd)
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, signal.SIG_IGN)  # said to everybody of a group; it tells us by ending
    os.write(tells, f"{pid:{WIDTH}}".encode())
    status = os.waitpid(pid, 0)[1]
    os.write(tells, f"{status:{WIDTH}}".encode())
    os._exit(0)


def _be(wish: dict[str, Any], streams: list[int]) -> None:
    """Never returns: `python -m notifier`, as far as it sees."""
    code = 1
    try:
        for number, fd in enumerate(streams):
            os.dup2(fd, number)
        for fd in streams:
            os.close(fd)
        os.environ.clear()
        os.environ.update(wish["env"])
        time.tzset()
        os.chdir(wish["cwd"])
        sys.stdin = os.fdopen(0)
        sys.stdout, sys.stderr = (os.fdopen(fd, "w", buffering=1) for fd in (1, 2))
        sys.argv = ["notifier", *wish["args"]]
        runpy.run_module("notifier", run_name="__main__", alter_sys=True)
        code = 0
    except SystemExit as end:
        code = end.code if isinstance(end.code, int) else int(bool(end.code))
        if isinstance(end.code, str):
            sys.stderr.write(f"{end.code}\n")
    finally:
        if sys.exc_info()[1]:
            traceback.print_exc()
        atexit._run_exitfuncs()
        for stream in (sys.stdout, sys.stderr):
            stream.flush()
        os._exit(code)


if __name__ == "__main__":
    with socket.socket(fileno=int(sys.argv[1])) as asked:
        serve(asked)
