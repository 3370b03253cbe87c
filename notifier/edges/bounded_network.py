"""The network as a careful request sees it: one deadline over everything, and only addresses that were checked.

Certificates are verified by whoever gives the context. A name is looked up once, and the address that was checked
is the one that is connected to, so that it cannot mean another in between. No proxy: that would look it up anew.
"""

import ssl
import time
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from enum import StrEnum
from types import TracebackType
from typing import Any, Self

import httpcore2
import httpx2

from notifier.edges.name_lookup import resolved
from notifier.edges.public_addresses import may_connect

PIECE = 16 << 10
"""Bytes that are given to the network at once, each within what is left of the deadline."""


class Failure(StrEnum):
    """How far it came, in the order in which things happen."""

    REQUEST = "request"
    """It is no request that can be made: an address without http or https, a header that is none."""
    RESOLVE = "resolve"
    """The name is not known, or nobody said in time."""
    REFUSED = "refused"
    """All that the name stands for is inside a network: not asked."""
    CONNECT = "connect"
    """No connection came about; also if nobody answered in time."""
    CERTIFICATE = "certificate"
    """It is not trusted, out of date, or another host's."""
    TLS = "tls"
    TIMEOUT = "timeout"
    """Connected, and the whole answer did not come in time."""
    BROKEN = "broken"
    """Connected, and what came is no whole answer."""
    TOO_LARGE = "too large"
    REDIRECT = "redirect"
    """More of them than allowed, or one that leads from https to http, or nowhere."""


@dataclass(frozen=True, slots=True)
class Bounds:
    seconds: float = 10.0
    """For all of it together."""
    largest: int = 1 << 20
    """Bytes of the body, also once it is unpacked."""
    redirects: int = 0
    """For GET and HEAD only. With 0, a redirect is an answer like any other."""
    allow_private: bool = False


@dataclass(frozen=True, slots=True)
class Unanswered:
    failure: Failure
    why: str
    """One sentence."""
    status: int | None = None
    """Its status had come, and the rest did not, or not all of it."""

    @property
    def reached(self) -> bool:
        """Somebody at the other end was there: the network between us works."""
        return self.failure not in {Failure.REQUEST, Failure.RESOLVE, Failure.REFUSED, Failure.CONNECT}


class Ended(Exception):
    """Goes through the client as it is: none of its own errors."""

    def __init__(self, failure: Failure, why: str, status: int | None = None) -> None:
        super().__init__(why)
        self.how = Unanswered(failure, why, status)


@dataclass(frozen=True, slots=True)
class Limits:
    bounds: Bounds
    until: float

    def left(self) -> float:
        """Seconds; raises `TimeoutError` if there are none."""
        if (left := self.until - time.monotonic()) <= 0:
            raise TimeoutError
        return left


class Transport(httpx2.BaseTransport):
    """`httpx2.HTTPTransport` takes no network of one's own: this one does."""

    def __init__(self, limits: Limits, tls: ssl.SSLContext) -> None:
        self._pool = httpcore2.ConnectionPool(ssl_context=tls, network_backend=CheckedNetwork(limits))

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        exc_type: type[BaseException] | None = None,
        exc_value: BaseException | None = None,
        traceback: TracebackType | None = None,
    ) -> None:
        self._pool.close()

    def handle_request(self, request: httpx2.Request) -> httpx2.Response:
        url = request.url
        try:
            response = self._pool.handle_request(
                httpcore2.Request(
                    request.method,
                    httpcore2.URL(
                        scheme=url.raw_scheme, host=url.raw_host, port=url.port, target=url.raw_path
                    ),
                    headers=request.headers.raw,
                    content=request.read(),
                )
            )
        except Exception as error:
            raise _said(error) from error
        return httpx2.Response(response.status, headers=response.headers, stream=StreamedBody(response))


class StreamedBody(httpx2.SyncByteStream):
    def __init__(self, response: httpcore2.Response) -> None:
        self._response = response

    def __iter__(self) -> Iterator[bytes]:
        try:
            yield from self._response.iter_stream()
        except Exception as error:
            raise _said(error) from error

    def close(self) -> None:
        self._response.close()


def _said(error: Exception) -> Exception:
    """In the words of the client."""
    for theirs, ours in (
        (httpcore2.TimeoutException, httpx2.ReadTimeout),
        (httpcore2.NetworkError, httpx2.NetworkError),
        (httpcore2.RemoteProtocolError, httpx2.RemoteProtocolError),
        (httpcore2.ProtocolError, httpx2.LocalProtocolError),
        (httpcore2.UnsupportedProtocol, httpx2.UnsupportedProtocol),
    ):
        if isinstance(error, theirs):
            return ours("")
    return error


class CheckedNetwork(httpcore2.NetworkBackend):
    """Looks the name up itself, and connects to an address that it has checked."""

    def __init__(self, limits: Limits) -> None:
        self._limits, self._below = limits, httpcore2.SyncBackend()

    def connect_tcp(
        self,
        host: str,
        port: int,
        timeout: float | None = None,  # noqa: ARG002 - there is one deadline for everything
        local_address: str | None = None,
        socket_options: Iterable[Any] | None = None,
    ) -> "BoundedStream":
        addresses, why = self._allowed(host, port), "no connection"
        for n, address in enumerate(addresses):
            share = self._left(host) / (len(addresses) - n)
            try:
                below = self._below.connect_tcp(address, port, share, local_address, socket_options)
            except httpcore2.TimeoutException:
                why = "it does not answer in time"
            except httpcore2.NetworkError as error:
                cause = error.__cause__
                why = (cause.strerror if isinstance(cause, OSError) else None) or why
            else:
                return BoundedStream(below, self._limits, host)
        raise Ended(Failure.CONNECT, f"{host} cannot be reached: {why}.")

    def _allowed(self, host: str, port: int) -> list[str]:
        try:
            found = [address for address, _ in resolved(host, port, self._left(host))]
        except TimeoutError:
            raise Ended(Failure.RESOLVE, f"Nobody said in time what {host} stands for.") from None
        except OSError:
            raise Ended(Failure.RESOLVE, f"The name {host} is not known.") from None
        found = [each.partition("%")[0] for each in found]
        private = self._limits.bounds.allow_private
        if not (allowed := [each for each in found if may_connect(each, allow_private=private)]):
            raise Ended(Failure.REFUSED, f"{host} is inside a network: it is asked only if that is allowed.")
        return allowed

    def _left(self, host: str) -> float:
        try:
            return self._limits.left()
        except TimeoutError:
            raise Ended(Failure.CONNECT, f"{host} cannot be reached: it does not answer in time.") from None


class BoundedStream(httpcore2.NetworkStream):
    """What is left of the deadline is all that any step may take: a server that drips gains nothing."""

    def __init__(self, below: httpcore2.NetworkStream, limits: Limits, host: str) -> None:
        self._below, self._limits, self._host = below, limits, host

    def read(self, max_bytes: int, timeout: float | None = None) -> bytes:  # noqa: ARG002
        return self._below.read(max_bytes, self._limits.left())

    def write(self, buffer: bytes, timeout: float | None = None) -> None:  # noqa: ARG002
        for start in range(0, len(buffer), PIECE):
            self._below.write(buffer[start : start + PIECE], self._limits.left())

    def close(self) -> None:
        self._below.close()

    def start_tls(
        self,
        ssl_context: ssl.SSLContext,
        server_hostname: str | None = None,
        timeout: float | None = None,  # noqa: ARG002
    ) -> "BoundedStream":
        try:
            below = self._below.start_tls(ssl_context, server_hostname, self._limits.left())
        except (httpcore2.NetworkError, ssl.SSLError) as error:
            cause = error.__cause__ if isinstance(error, httpcore2.NetworkError) else error
            if isinstance(cause, ssl.SSLCertVerificationError):
                why = f"The certificate of {self._host} is not trusted: {cause.verify_message}."
                raise Ended(Failure.CERTIFICATE, why) from None
            raise Ended(Failure.TLS, f"{self._host} and we do not agree on TLS.") from None
        return BoundedStream(below, self._limits, self._host)

    def get_extra_info(self, info: str) -> Any:
        return self._below.get_extra_info(info)
