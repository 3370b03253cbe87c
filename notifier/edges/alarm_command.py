"""The command of `NOTIFIER_ALARM_COMMAND`: one alarm as JSON on its standard input, for a bounded time."""

import os
import signal
import subprocess
from collections.abc import Sequence
from tempfile import TemporaryFile
from typing import BinaryIO

import orjson

from notifier.edges.alarm_bodies import standard
from notifier.edges.sendgrid import redacted
from notifier.model.alarm import AlarmNews, Reception, TryResult

SECONDS = 10.0
LONGEST_COMPLAINT = 1000
"""Bytes of the end of its standard error that are read."""


def run(command: Sequence[str], news: AlarmNews, seconds: float = SECONDS) -> TryResult:
    """Exit code 0: it has told somebody. Without a shell; when its time is over, its group is ended.

    Files and no pipes: what it leaves running cannot hold us by one.
    """
    with TemporaryFile() as given, TemporaryFile() as complaint:
        given.write(orjson.dumps(standard(news)))
        given.seek(0)
        try:
            process = subprocess.Popen(
                list(command),
                stdin=given,
                stdout=subprocess.DEVNULL,
                stderr=complaint,
                start_new_session=True,
            )
        except OSError as error:
            return TryResult(Reception.FAILED, f"{command[0]} cannot be run: {error.strerror}.")
        try:
            code = process.wait(seconds)
        except subprocess.TimeoutExpired:
            os.killpg(process.pid, signal.SIGKILL)  # nobody has waited for it yet: the group is still its own
            process.wait()
            return TryResult(
                Reception.FAILED, f"It took longer than {seconds:g} s and was ended.", maybe=True
            )
        if code == 0:
            return TryResult(Reception.TOLD, "It ended well.")
        return TryResult(Reception.FAILED, f"It ended with {code}{_said(complaint)}.", maybe=True)


def _said(complaint: BinaryIO) -> str:
    size = complaint.seek(0, os.SEEK_END)
    complaint.seek(max(0, size - LONGEST_COMPLAINT))
    last = complaint.read().decode(errors="replace").strip().rpartition("\n")[2]
    return f", and said: {redacted(last).rstrip('.')}" if last else ""
