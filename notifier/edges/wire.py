"""One POST of ready bytes over a kept connection, and exactly what is known when it fails.

    nothing of the request left          -> NotSent
    something left, no whole answer came -> NoAnswer: it may have been acted on

That line is what keeps people from being mailed twice, so every doubt is `NoAnswer`. No proxy, no redirect,
no retry but one: a kept connection that took not one byte of the request is replaced by a new one.
"""

import http.client
import io
import os
import socket
import ssl
import threading
import time
import weakref
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, cast
from urllib.parse import SplitResult, urlsplit

from notifier.edges.name_lookup import resolved

LONGEST_IDLE = 15.0
"""Seconds. Servers and firewalls drop idle connections, some silently: a request into one is *unknown*."""
LARGEST_ANSWER = 1 << 20
"""Bytes of a body that are read: a 400 that names each of 1,000 letters has some 250 kB."""


class NotSent(Exception):
    """No byte of the request left; the message is one sentence without data."""


class Stopped(NotSent):
    """Directly before its first byte the request was no longer ours to send."""


class NoAnswer(Exception):
    """Bytes of the request left and no whole answer came back; the message is one sentence without data."""


@dataclass(frozen=True, slots=True)
class Answer:
    status: int
    headers: Mapping[str, str]
    """Names in lower case."""
    body: bytes = field(repr=False)


class Poster:
    """Keeps one connection for each thread of each process; safe to share, and to carry over a fork."""

    def __init__(self, *, deadline: float, monotonic: Callable[[], float] = time.monotonic) -> None:
        """`deadline`: seconds for connecting, the TLS handshake, sending and reading, all together."""
        self._deadline = deadline
        self._monotonic = monotonic
        self._tls = ssl.create_default_context()
        self._kept = threading.local()

    def post(
        self, url: str, headers: Mapping[str, str], body: bytes, still_ours: Callable[[], bool]
    ) -> Answer:
        """Raises `NotSent` or `NoAnswer`. `still_ours` is asked once connected, before the first byte."""
        target = urlsplit(url)
        until = self._monotonic() + self._deadline
        head = _head(target, headers, len(body))
        for connection in self._connections(target, until):
            if not still_ours():
                self._keep(connection)
                raise Stopped("It was no longer ours to send when it could have left.")
            try:
                sent = connection.begin(head, until)
            except OSError:
                continue  # the kernel took no byte, so the other side cannot have read one
            return self._exchange(connection, (memoryview(head)[sent:], memoryview(body)), until)
        raise NotSent("The connection was lost before the request could leave.")

    def _connections(self, target: SplitResult, until: float) -> Iterator["Connection"]:
        """The kept one if it can still be used, then a new one."""
        kept: Connection | None = self._kept.__dict__.pop("connection", None)
        if kept and kept.is_usable(target):
            yield kept
        yield Connection(target, self._connect(target, until), self._monotonic)

    def _keep(self, connection: "Connection") -> None:
        self._kept.connection = connection

    def _exchange(self, connection: "Connection", parts: tuple[memoryview, ...], until: float) -> Answer:
        """Ended early, even by a signal, the connection is not kept: its answer is not the next request's."""
        try:
            answer, reusable = connection.exchange(parts, until)
        except TimeoutError:
            raise NoAnswer(
                f"No whole answer came within {self._deadline:g} s after the request had begun to leave."
            ) from None
        except (OSError, http.client.HTTPException, ValueError) as error:
            raise NoAnswer(f"The answer broke off or cannot be read ({type(error).__name__}).") from None
        if reusable:
            self._keep(connection)
        return answer

    def _connect(self, target: SplitResult, until: float) -> socket.socket:
        host = target.hostname or ""
        try:
            plain = self._open(host, target.port or (443 if target.scheme == "https" else 80), until)
            plain.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            if target.scheme != "https":
                return plain
            plain.settimeout(
                self._left(until)
            )  # CPython holds it over the whole handshake, not over each read
            return self._tls.wrap_socket(plain, server_hostname=host)
        except socket.gaierror:
            raise NotSent(f"The name {host} is not known.") from None
        except ssl.SSLCertVerificationError as error:
            raise NotSent(f"The certificate of {host} is not trusted: {error.verify_message}.") from None
        except OSError as error:
            why = "it does not answer in time" if isinstance(error, TimeoutError) else error.strerror
            raise NotSent(f"{host} cannot be reached: {why or type(error).__name__}.") from None

    def _open(self, host: str, port: int, until: float) -> socket.socket:
        """Each address gets its share of the time: one that swallows packets leaves some for the next."""
        addresses = resolved(host, port, self._left(until))
        failure: OSError = socket.gaierror()
        for n, address in enumerate(addresses):
            try:
                return socket.create_connection(address, timeout=self._left(until) / (len(addresses) - n))
            except OSError as error:
                failure = error
        raise failure

    def _left(self, until: float) -> float:
        return _left(until, self._monotonic)


class Connection:
    """An open connection, good for a next request only while nothing at all waits to be read from it."""

    def __init__(self, target: SplitResult, sock: socket.socket, monotonic: Callable[[], float]) -> None:
        self._owner = (os.getpid(), target.scheme, target.netloc)
        self._sock = sock
        self._monotonic = monotonic
        self._stream = _Stream(sock, monotonic)
        self._reader = _AnswerReader(self._stream)
        self._idle_since = monotonic()
        # Closes with the last reference, in whatever order; no `shutdown`: after a fork the parent still uses it.
        weakref.finalize(self, sock.close)

    def is_usable(self, target: SplitResult) -> bool:
        """False: closed by the other side, bytes nobody asked for, idle for long, inherited over a fork."""
        ours = self._owner == (os.getpid(), target.scheme, target.netloc)
        if not ours or self._monotonic() - self._idle_since > LONGEST_IDLE:
            return False
        self._stream.until = None
        try:
            return not self._reader.peek(1) and not self._stream.ended
        except OSError:
            return False

    def begin(self, head: bytes, until: float) -> int:
        """Bytes of `head` that left, at least one. Raises `OSError` if none did.

        Under TLS a failed write may leave part of a record behind, which no receiver can decrypt.
        """
        self._sock.settimeout(_left(until, self._monotonic))
        return self._sock.send(head)

    def exchange(self, parts: tuple[memoryview, ...], until: float) -> tuple[Answer, bool]:
        """Send the rest and read the answer: (answer, whether the connection may be used again)."""
        self._stream.until = until
        try:
            for part in parts:
                self._send(part, until)
        except TimeoutError:
            raise
        except OSError:
            # A server may refuse by its answer alone and close before it has read all (nginx, 413).
            answer, _ = self._read()
            if 400 <= answer.status < 500:
                return answer, False
            raise
        return self._read()

    def _send(self, part: memoryview, until: float) -> None:
        while part:
            self._sock.settimeout(_left(until, self._monotonic))
            part = part[self._sock.send(part) :]

    def _read(self) -> tuple[Answer, bool]:
        response = http.client.HTTPResponse(cast("socket.socket", self), method="POST")
        response.begin()
        if response.length is None and not response.chunked:
            raise http.client.IncompleteRead(b"")  # without a length, cut off and complete look the same
        body = response.read(LARGEST_ANSWER)
        if response.length and len(body) < LARGEST_ANSWER:
            raise http.client.IncompleteRead(b"", response.length)
        self._idle_since = self._monotonic()
        headers = {name.lower(): value for name, value in response.getheaders()}
        return Answer(response.status, headers, body), response.isclosed() and not response.will_close

    def makefile(self, _mode: str) -> io.BufferedReader:
        """What `HTTPResponse` asks a socket for."""
        return self._reader


class _Stream(io.RawIOBase):
    """The reading side of a socket, within a deadline however slowly the bytes drip."""

    def __init__(self, sock: socket.socket, monotonic: Callable[[], float]) -> None:
        super().__init__()
        self._sock = sock
        self._monotonic = monotonic
        self.until: float | None = None
        """None: do not wait at all."""
        self.ended = False

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any, /) -> int | None:
        self._sock.settimeout(0 if self.until is None else _left(self.until, self._monotonic))
        try:
            n = self._sock.recv_into(buffer)
        except (BlockingIOError, ssl.SSLWantReadError):
            return None
        self.ended = n == 0
        return n


class _AnswerReader(io.BufferedReader):
    """Outlives each answer, so that bytes behind an answer are seen and not taken for the next one."""

    def close(self) -> None:
        """`HTTPResponse` closes its file at the end of each answer."""


def _left(until: float, monotonic: Callable[[], float]) -> float:
    left = until - monotonic()
    if left <= 0:
        raise TimeoutError("deadline")
    return left


def _head(target: SplitResult, headers: Mapping[str, str], length: int) -> bytes:
    lines = [
        f"POST {target.path or '/'} HTTP/1.1",
        f"Host: {target.netloc.rpartition('@')[2]}",
        f"Content-Length: {length}",
        *(f"{name}: {value}" for name, value in headers.items()),
    ]
    return ("\r\n".join(lines) + "\r\n\r\n").encode("latin-1")
