"""Everything that a laptop needs to run the product: `with Stack(settings) as stack: ...`.

Started in order: Postgres, broker, schema, sandbox, workers, beat, web. Whatever ends by itself is started again.
Stopped in the opposite order, in bounded time.
"""

import os
import socket
import sys
import threading
import time
from collections.abc import Callable, Mapping
from collections.abc import Set as AbstractSet
from contextlib import ExitStack
from dataclasses import replace
from pathlib import Path
from typing import Self
from urllib.parse import urlsplit

from notifier.errors import Unreachable
from notifier.local import broker, children, postgres, reaper, runfile
from notifier.local.children import COMMANDS, EVERYTHING, Program
from notifier.local.endpoints import serving
from notifier.local.home import UP_LOCK, locked, log_file, prepare
from notifier.local.processes import Process, identity
from notifier.local.runfile import RunFile
from notifier.local.sandbox import signing
from notifier.local.supervisor import Supervisor
from notifier.settings import Settings, data_folder
from notifier.store.migrate import migrate

EVENT_KEY = "sandbox-event-key.pem"
READY_SECONDS = 30
CLEANING_SECONDS = 90
"""How long a start waits for the reaper of a killed run to finish its work."""


class Stack:
    """`settings` names no database. After the start, `stack.settings` names everything that was started.

    `parts`: what to start; Postgres always is. `say`: one line for the operator, also from another thread.
    `stopping`: set by a signal handler; a start under way then ends with KeyboardInterrupt.
    `commands`: the interpreter's arguments for each part.
    """

    def __init__(
        self,
        settings: Settings,
        *,
        parts: AbstractSet[str] = EVERYTHING,
        workers: int = 2,
        say: Callable[[str], None] | None = None,
        stopping: threading.Event | None = None,
        commands: Mapping[Program, tuple[str, ...]] = COMMANDS,
    ) -> None:
        self.settings = settings
        self.web_url: str | None = None
        self._parts, self._workers, self._commands = parts, workers, commands
        self._say = say or _to_stderr
        self._stopping = stopping or threading.Event()
        self._supervisor = Supervisor(self._say, self._write)
        self._closing, self._servers = ExitStack(), ExitStack()
        self._reaper: Process | None = None

    @property
    def worker_pids(self) -> tuple[int, ...]:
        return self._supervisor.pids(Program.WORKER)

    def __enter__(self) -> Self:
        self.settings = replace(self.settings, home=prepare(self.settings.home))
        with ExitStack() as opening:
            self._alone(opening)
            if reaper.clean_up(self.settings.home):
                self._say("The last run was killed: what it left running has been ended. Nothing is lost.")
            opening.callback(self._stop)
            self._start_servers()
            self._start_processes()
            self._closing = opening.pop_all()
        return self

    def __exit__(self, *_: object) -> None:
        self._closing.close()

    def _stop(self) -> None:
        # Interrupted in here, the run file stays, and the reaper ends what is left when we are gone.
        self._supervisor.end()
        self._servers.close()
        self._supervisor.release()
        runfile.remove(self.settings.home)
        if self._reaper:
            reaper.dismiss(self._reaper)

    def _alone(self, opening: ExitStack) -> None:
        """One `up` for a home. If the reaper of a killed one is still cleaning, wait for it."""
        home, deadline = self.settings.home, time.monotonic() + CLEANING_SECONDS
        while True:
            try:
                opening.enter_context(locked(home, UP_LOCK, seconds=0.2))
            except Unreachable:
                if runfile.running(self.settings) or time.monotonic() > deadline:
                    raise Unreachable(
                        f"`notifier up` already runs on {home}: use that one, end it, or set NOTIFIER_HOME."
                    ) from None
            else:
                return

    def _start_servers(self) -> None:
        home, given = self.settings.home, self.settings.broker_url
        with_broker = Program.BROKER in self._parts and given is None
        self.settings = replace(
            self.settings,
            database_url=postgres.url(home),
            broker_url=broker.url(home) if with_broker else given,
            port=self._port() if Program.WEB in self._parts else self.settings.port,
            on_embedded=True,
        )
        self._write()
        self._reaper = children.spawn("reaper", reaper.command(home), self.settings, leash=True)
        self._servers.enter_context(serving(home, with_broker=with_broker))
        migrate(postgres.url(home), data_folder("migrations"))
        self._supervisor.add("postgres", Program.POSTGRES, lambda: postgres.start(home))
        if with_broker:
            self._supervisor.add("broker", Program.BROKER, lambda: broker.start(home))

    def _start_processes(self) -> None:
        if Program.SANDBOX in self._parts:
            self._start_sandbox()
        if Program.WORKER in self._parts:
            for number in range(1, self._workers + 1):
                self._add(f"worker-{number}", Program.WORKER)
        if Program.BEAT in self._parts:
            self._add("beat", Program.BEAT)
        if Program.WEB in self._parts:
            self._start_web()
        self._go_on()
        self._supervisor.watch()

    def _start_sandbox(self) -> None:
        """The first start takes any free port; a later one takes that port again, which others know by then."""
        key = signing.key_at(self._event_key)
        self.settings = replace(self.settings, sandbox_event_key=signing.public_key(key))
        log = log_file(self.settings.home, Program.SANDBOX)
        offset = log.stat().st_size if log.exists() else 0
        process = self._add(Program.SANDBOX, Program.SANDBOX, self._sandbox_options)
        url = children.line_of(
            log, offset, "sandbox ", seconds=READY_SECONDS, alive=lambda: process.alive() and self._go_on()
        )
        if url is None:
            raise Unreachable(f"The sandbox did not start: see {log}.")
        self.settings = replace(self.settings, sandbox_url=url)
        self._write()

    def _start_web(self) -> None:
        port = self.settings.port
        process = self._add(Program.WEB, Program.WEB)
        deadline = time.monotonic() + READY_SECONDS
        while not _listens(port):
            self._go_on()
            if not process.alive() or time.monotonic() > deadline:
                raise Unreachable(
                    f"The web process did not start: see {log_file(self.settings.home, Program.WEB)}."
                )
            time.sleep(0.05)
        self.web_url = f"http://127.0.0.1:{port}"
        self._write()

    def _add(self, name: str, part: Program, more: Callable[[], tuple[str, ...]] = tuple) -> Process:
        return self._supervisor.add(
            name, part, lambda: children.spawn(name, (*self._commands[part], *more()), self.settings)
        )

    @property
    def _event_key(self) -> Path:
        return self.settings.home / EVENT_KEY

    def _sandbox_options(self) -> tuple[str, ...]:
        """The same at every start: it signs with the same key and reports to the same place."""
        options = ("--port", str(self._sandbox_port()), "--event-key", str(self._event_key))
        if Program.WEB not in self._parts:
            return options
        return (*options, "--events-to", f"http://127.0.0.1:{self.settings.port}/events/sendgrid")

    def _sandbox_port(self) -> int:
        ours = Program.SANDBOX in {one.part for one in self._supervisor.started()}
        return urlsplit(self.settings.sandbox_url or "").port or 0 if ours else 0

    def _port(self) -> int:
        """The port of the settings, or for 0 any free one."""
        with socket.socket() as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            try:
                probe.bind(("127.0.0.1", self.settings.port))
            except OSError as error:
                raise Unreachable(
                    f"Port {self.settings.port} cannot be used ({error.strerror}): set NOTIFIER_PORT to another."
                ) from error
            return int(probe.getsockname()[1])

    def _go_on(self) -> bool:
        if self._stopping.is_set():
            raise KeyboardInterrupt
        return True

    def _write(self) -> None:
        up, settings = identity(os.getpid()), self.settings
        assert up is not None, "this process lives"
        runfile.write(
            settings.home,
            RunFile(
                up=up,
                database_url=postgres.url(settings.home),
                broker_url=settings.broker_url,
                sandbox_url=settings.sandbox_url,
                web_url=self.web_url,
                children=self._supervisor.started(),
            ),
        )


def _listens(port: int) -> bool:
    with socket.socket() as client:
        client.settimeout(1)
        return client.connect_ex(("127.0.0.1", port)) == 0


def _to_stderr(words: str) -> None:
    sys.stderr.write(f"{words}\n")
