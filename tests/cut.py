"""A line to Postgres that can be cut: a Unix socket of the test's own, in front of the server's."""

import os
import select
import shutil
import socket
import tempfile
import threading
from contextlib import suppress
from pathlib import Path
from typing import Self
from urllib.parse import parse_qs, quote, urlsplit

NAME = ".s.PGSQL.5432"


class Line:
    """`url` leads through it. While it is cut, what was connected is closed, and who connects is hung up on."""

    def __init__(self, url: str) -> None:
        parts = urlsplit(url)
        query = {name: values[0] for name, values in parse_qs(parts.query).items()}
        self._server = str(Path(query["host"]) / NAME)
        self._folder = tempfile.mkdtemp(prefix="nt-line-")
        self.url = f"{parts.scheme}://{parts.path}?host={quote(self._folder)}&user={query['user']}"
        self.refused = 0
        """How many have tried to connect while it was cut."""
        self._open = threading.Event()
        self._open.set()
        self._pairs: set[tuple[socket.socket, socket.socket]] = set()
        self._lock = threading.Lock()
        self._listener = socket.socket(socket.AF_UNIX)
        self._listener.bind(os.path.join(self._folder, NAME))  # noqa: PTH118 - a path of bounded length
        self._listener.listen(64)

    def cut(self) -> None:
        self._open.clear()
        with self._lock:
            pairs = list(self._pairs)
        for pair in pairs:
            for end in pair:
                with suppress(OSError):
                    end.shutdown(socket.SHUT_RDWR)

    def mend(self) -> None:
        self._open.set()

    def _accept(self) -> None:
        while True:
            try:
                client, _ = self._listener.accept()
            except OSError:
                return
            if not self._open.is_set():
                self.refused += 1
                client.close()
                continue
            server = socket.socket(socket.AF_UNIX)
            server.connect(self._server)
            threading.Thread(target=self._carry, args=(client, server), daemon=True).start()

    def _carry(self, client: socket.socket, server: socket.socket) -> None:
        pair = (client, server)
        with self._lock:
            self._pairs.add(pair)
        other = {client: server, server: client}
        with suppress(OSError), client, server:
            while self._open.is_set():
                for end in select.select(pair, (), ())[0]:
                    data = end.recv(1 << 16)
                    if not data:
                        return
                    other[end].sendall(data)
        with self._lock:
            self._pairs.discard(pair)

    def __enter__(self) -> Self:
        threading.Thread(target=self._accept, daemon=True).start()
        return self

    def __exit__(self, *_: object) -> None:
        self.cut()
        with suppress(OSError):
            self._listener.shutdown(socket.SHUT_RDWR)
        self._listener.close()
        shutil.rmtree(self._folder)
