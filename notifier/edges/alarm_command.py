"""The command of `NOTIFIER_ALARM_COMMAND`: one alarm as JSON on its standard input, for a bounded time."""

import os
import signal
import subprocess
import time
from collections.abc import Mapping, Sequence
from contextlib import suppress
from tempfile import TemporaryFile

import orjson

from notifier.edges.alarm_bodies import standard
from notifier.edges.sendgrid import redacted
from notifier.model.alarm import AlarmNews, Reception, TryResult

SECONDS = 10.0
LONGEST_COMPLAINT = 1000
"""Bytes of the end of its standard error that are kept, in memory: it may write as much as it likes."""
AT_ONCE = 1 << 16
"""Bytes: no less than a pipe holds."""
LOOK_EVERY = 0.05
"""Seconds between two looks at a silent one. It is over at its exit: what it leaves running may hold the pipe."""


def run(
    command: Sequence[str], news: AlarmNews, env: Mapping[str, str], seconds: float = SECONDS
) -> TryResult:
    """Exit code 0: it has told somebody. Without a shell; when its time is over, its group is ended. What it
    leaves running holds nobody up.
    """
    until = time.monotonic() + seconds
    try:
        process = _begun(command, env, orjson.dumps(standard(news)))
    except OSError as error:  # also a full disk: nothing could be given to it
        return TryResult(Reception.FAILED, f"{command[0]} cannot be run: {error.strerror}.")
    with process:  # closes the pipe
        complaint, code = _watched(process, until)
        if code is None:
            os.killpg(process.pid, signal.SIGKILL)  # nobody has waited for it yet: the group is still its own
            process.wait()
            return TryResult(
                Reception.FAILED, f"It took longer than {seconds:g} s and was ended.", maybe=True
            )
    if code == 0:
        return TryResult(Reception.TOLD, "It ended well.")
    return TryResult(Reception.FAILED, f"It ended with {code}{_said(complaint)}.", maybe=True)


def _begun(command: Sequence[str], env: Mapping[str, str], given: bytes) -> subprocess.Popen[bytes]:
    with TemporaryFile() as file:
        file.write(given)
        file.seek(0)
        return subprocess.Popen(
            list(command),
            stdin=file,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.PIPE,
            start_new_session=True,
            env=env,
        )


def _watched(process: subprocess.Popen[bytes], until: float) -> tuple[bytes, int | None]:
    """The end of what it said, and its exit code; None: its time is over."""
    assert process.stderr is not None
    pipe, said = process.stderr.fileno(), b""
    os.set_blocking(pipe, False)
    while (left := until - time.monotonic()) > 0:
        code = process.poll()  # first: what it has written before it ended is in the pipe then
        read = _read(pipe)
        said = (said + read)[-LONGEST_COMPLAINT:]
        if code is not None:
            return said, code
        if not read:
            with suppress(subprocess.TimeoutExpired):
                process.wait(min(left, LOOK_EVERY))
    return said, process.poll()


def _read(pipe: int) -> bytes:
    """All that it holds; nothing if it is empty, or closed."""
    try:
        return os.read(pipe, AT_ONCE)
    except BlockingIOError:
        return b""


def _said(complaint: bytes) -> str:
    last = complaint.decode(errors="replace").strip().rpartition("\n")[2]
    return f", and said: {redacted(last).rstrip('.')}" if last else ""
