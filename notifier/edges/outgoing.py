"""One careful request to somebody else's server: a probe's look, an alarm's webhook.

Everything that can keep us waiting, fill us up or lead us astray is bounded: one deadline over names, connecting,
TLS, sending, reading and every redirect; so many bytes; so many redirects, none unless asked for. Whoever chose
the address may not reach into our own network with it: an address inside is refused, and the one that was checked
is the one that is connected to, so that a name cannot mean another in between. Certificates are verified, by
`SSL_CERT_FILE` where that is set; no proxy of the environment is used, for it would look the name up anew.

It never raises: what came is `Answered`, what did not is `Unanswered` with one sentence that holds neither a path
nor a secret. Safe to use from many threads; nothing is kept from one request to the next.
"""

import logging
import ssl
import time
import zlib
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from functools import cache

import httpx2

from notifier.edges.bounded_network import Bounds, Ended, Failure, Limits, Transport, Unanswered

for _library in ("httpx2", "httpcore2"):
    # They would log whole addresses: the path of a webhook is its secret.
    logging.getLogger(_library).setLevel(logging.WARNING)

FOLLOWED = frozenset({301, 302, 303, 307, 308})
SAFE = frozenset({"GET", "HEAD"})
"""Methods that are asked again where a redirect leads; any other would act twice, or as another."""


@dataclass(frozen=True, slots=True)
class Outgoing:
    url: str = field(repr=False)
    method: str = "GET"
    headers: Mapping[str, str] = field(default_factory=dict[str, str], repr=False)
    body: bytes = field(default=b"", repr=False)


@dataclass(frozen=True, slots=True)
class Answered:
    """A whole answer, whatever it says."""

    status: int
    headers: Mapping[str, str] = field(repr=False)
    """Names in lower case; the last of each name."""
    body: bytes = field(repr=False)


def ask(
    request: Outgoing, bounds: Bounds | None = None, *, tls: ssl.SSLContext | None = None
) -> Answered | Unanswered:
    """Make it once. `tls`: whom to trust, if not whom this system trusts."""
    bounds = bounds or Bounds()
    limits = Limits(bounds, time.monotonic() + bounds.seconds)
    try:
        with Transport(limits, tls or _trusted()) as transport, _client(transport) as client:
            return _followed(client, request, limits)
    except Ended as end:
        return end.how


@cache
def _trusted() -> ssl.SSLContext:
    return httpx2.create_ssl_context()


def _client(transport: httpx2.BaseTransport) -> httpx2.Client:
    headers = {"User-Agent": "disruption-notifier", "Accept": "*/*", "Accept-Encoding": "identity"}
    return httpx2.Client(
        transport=transport, headers=headers, trust_env=False, follow_redirects=False, timeout=None
    )


def _followed(client: httpx2.Client, request: Outgoing, limits: Limits) -> Answered:
    most = limits.bounds.redirects
    answer = _once(client, request, limits)
    for _ in range(most):
        if not _leads_on(request, answer):
            return answer
        request = _next(request, answer.headers["location"], answer.status)
        answer = _once(client, request, limits)
    if most and _leads_on(request, answer):
        raise Ended(Failure.REDIRECT, f"It redirects more than {most} times.", answer.status)
    return answer


def _leads_on(request: Outgoing, answer: Answered) -> bool:
    return request.method in SAFE and answer.status in FOLLOWED and "location" in answer.headers


def _next(request: Outgoing, location: str, status: int) -> Outgoing:
    """Elsewhere nobody hears what was meant for the first host only."""
    try:
        before = httpx2.URL(request.url)
        after = before.join(location)
    except httpx2.InvalidURL:
        raise Ended(Failure.REDIRECT, "It redirects to what is no address.", status) from None
    if after.scheme not in {"http", "https"} or (before.scheme, after.scheme) == ("https", "http"):
        raise Ended(Failure.REDIRECT, f"It redirects from {before.scheme} to {after.scheme}.", status)
    same = (before.scheme, before.host, before.port) == (after.scheme, after.host, after.port)
    return replace(request, url=str(after), headers=request.headers if same else {})


def _once(client: httpx2.Client, request: Outgoing, limits: Limits) -> Answered:
    status: int | None = None
    try:
        with client.stream(
            request.method, request.url, headers=dict(request.headers), content=request.body or None
        ) as response:
            status = response.status_code
            headers = {name.lower(): value for name, value in response.headers.items()}
            return Answered(status, headers, _body(response, limits.bounds.largest))
    except (httpx2.TimeoutException, TimeoutError):
        raise Ended(
            Failure.TIMEOUT, f"No whole answer came within {limits.bounds.seconds:g} s.", status
        ) from None
    except (httpx2.RemoteProtocolError, httpx2.NetworkError) as error:
        raise Ended(
            Failure.BROKEN, f"The answer broke off or cannot be read ({type(error).__name__}).", status
        ) from None
    except (httpx2.HTTPError, httpx2.InvalidURL, ValueError) as error:
        raise Ended(
            Failure.REQUEST, f"This is no request that can be made ({type(error).__name__}).", status
        ) from None


def _body(response: httpx2.Response, largest: int) -> bytes:
    came = bytearray()
    for piece in response.iter_raw():
        came += piece
        if len(came) > largest:
            raise _too_large(largest, response.status_code)
    if response.headers.get("content-encoding", "").lower() in {"gzip", "x-gzip", "deflate"} and came:
        return _unpacked(bytes(came), largest, response.status_code)
    return bytes(came)


def _unpacked(packed: bytes, largest: int, status: int) -> bytes:
    """Some pack what nobody asked to be packed. A small one may be enormous once it is unpacked."""
    try:
        body = zlib.decompressobj(zlib.MAX_WBITS | 32).decompress(packed, largest + 1)
    except zlib.error:
        raise Ended(Failure.BROKEN, "Its answer is packed and cannot be unpacked.", status) from None
    if len(body) > largest:
        raise _too_large(largest, status)
    return body


def _too_large(largest: int, status: int) -> Ended:
    return Ended(Failure.TOO_LARGE, f"Its answer is longer than {largest:,} bytes.", status)
