"""The command line in this process, as far as possible as a process of its own would have it.

A process takes a second of the processor before it does anything. What it would have found is put in place: its
environment, folder, arguments, streams, width, time zone, and no configuration of logs; and set back afterwards.
Warnings are errors in tests, so here a command may cause none.
"""

import io
import logging
import os
import sys
import time
import warnings
from collections.abc import Generator, Mapping
from contextlib import ExitStack, contextmanager, redirect_stderr, redirect_stdout
from pathlib import Path
from types import ModuleType

import structlog

from notifier.entry import cli
from notifier.entry.cli import output


def run(
    args: tuple[str, ...], environment: Mapping[str, str], folder: Path, stdin: str
) -> tuple[int, str, str]:
    """Exit code, standard output, standard error of `notifier *args`."""
    out, err = _stream(), _stream()
    with ExitStack() as around:
        around.enter_context(_environment(environment))
        around.enter_context(_folder(folder))
        around.enter_context(_width(environment.get("COLUMNS")))
        around.enter_context(_called(args, _stream(stdin)))
        around.enter_context(_no_logging())
        around.enter_context(warnings.catch_warnings())
        around.enter_context(redirect_stdout(out))
        around.enter_context(redirect_stderr(err))
        code = _exit_code()
    return code, _text(out), _text(err)


def _exit_code() -> int:
    try:
        cli.main()
    except SystemExit as ended:
        if isinstance(ended.code, str):
            sys.stderr.write(f"{ended.code}\n")
            return 1
        return ended.code or 0
    return 0


def _stream(text: str = "") -> io.TextIOWrapper:
    return io.TextIOWrapper(io.BytesIO(text.encode()), encoding="utf-8", write_through=True)


def _text(stream: io.TextIOWrapper) -> str:
    stream.flush()
    stream.seek(0)
    return stream.read()


@contextmanager
def _environment(wanted: Mapping[str, str]) -> Generator[None]:
    """Other threads start processes meanwhile: at no moment it is empty."""
    before = dict(os.environ)
    _set(wanted)
    try:
        yield
    finally:
        _set(before)


def _set(wanted: Mapping[str, str]) -> None:
    os.environ.update(wanted)
    for name in os.environ.keys() - wanted.keys():
        del os.environ[name]
    time.tzset()


@contextmanager
def _folder(folder: Path) -> Generator[None]:
    before = Path.cwd()
    os.chdir(folder)
    try:
        yield
    finally:
        os.chdir(before)


@contextmanager
def _width(columns: str | None) -> Generator[None]:
    """The console has read it once, when its module was imported."""
    before = output.console._width
    output.console._width = int(columns) if columns else None
    try:
        yield
    finally:
        output.console._width = before


@contextmanager
def _called(args: tuple[str, ...], stdin: io.TextIOWrapper) -> Generator[None]:
    """`__main__` says how we were called; it is pytest's here."""
    before = sys.argv, sys.stdin, sys.modules["__main__"]
    sys.argv, sys.stdin, sys.modules["__main__"] = ["notifier", *args], stdin, ModuleType("__main__")
    try:
        yield
    finally:
        sys.argv, sys.stdin, sys.modules["__main__"] = before


@contextmanager
def _no_logging() -> Generator[None]:
    root = logging.getLogger()
    handlers, level, events = root.handlers[:], root.level, structlog.get_config()
    root.handlers[:] = []
    root.setLevel(logging.WARNING)
    structlog.reset_defaults()
    try:
        yield
    finally:
        root.handlers[:] = handlers
        root.setLevel(level)
        structlog.configure(**events)
