"""HTTP/1.1 by hand on asyncio streams: cheaper than a framework, and free to hang up without an answer."""

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from http import HTTPStatus
from urllib.parse import parse_qsl, unquote, urlsplit

from notifier.local.sandbox.answers import Response, html

LARGEST_BODY = 30 * 1024 * 1024
"""SendGrid's limit for a whole mail, attachments included: docs.sendgrid.com, mail-send limitations."""
LARGEST_HEAD = 1 << 20
DRAIN_SECONDS = 2.0


@dataclass(frozen=True, slots=True)
class Request:
    method: str
    path: str
    query: Mapping[str, str]
    headers: Mapping[str, str]
    """Names in lower case."""
    body: bytes = field(repr=False)


Handler = Callable[[Request], Awaitable[Response | None]]
"""None: close the connection without an answer."""


class Malformed(Exception):
    """The bytes are no request: answer 400 and close."""


async def converse(handle: Handler, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    """Answer the requests of one connection, one after the other, until either side closes it."""
    try:
        while await _turn(handle, reader, writer):
            pass
    except (ConnectionError, asyncio.IncompleteReadError, asyncio.CancelledError):
        pass  # the other side has gone, or the sandbox stops
    except (asyncio.LimitOverrunError, ValueError, Malformed):
        writer.write(_bytes(html(400), keep=False))
    finally:
        writer.close()


async def _turn(handle: Handler, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> bool:
    """One request and its answer; False: that was the last one."""
    try:
        head = await reader.readuntil(b"\r\n\r\n")
    except asyncio.IncompleteReadError:
        return False
    method, target, headers = _parsed(head)
    length = int(headers.get("content-length", "0"))
    if "transfer-encoding" in headers:
        writer.write(_bytes(html(411), keep=False))
        return False
    if length > LARGEST_BODY:
        return await _too_large(reader, writer)
    if headers.get("expect", "").lower() == "100-continue":
        writer.write(b"HTTP/1.1 100 Continue\r\n\r\n")
    body = await reader.readexactly(length)
    url = urlsplit(target)
    response = await handle(Request(method, unquote(url.path), dict(parse_qsl(url.query)), headers, body))
    if response is None:
        return False
    keep = headers.get("connection", "").lower() != "close"
    writer.write(_bytes(response, keep=keep))
    await writer.drain()
    return keep


async def _too_large(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> bool:
    """Like nginx: refuse at once, then swallow for a while, or a reset would take the answer away."""
    writer.write(_bytes(html(413), keep=False))
    await writer.drain()
    try:
        async with asyncio.timeout(DRAIN_SECONDS):
            while await reader.read(1 << 16):
                pass
    except TimeoutError:
        pass
    return False


def _parsed(head: bytes) -> tuple[str, str, dict[str, str]]:
    first, *lines = head[:-4].decode("latin-1").split("\r\n")
    method, target, version = first.split(" ")
    if not version.startswith("HTTP/1."):
        raise Malformed
    pairs = (line.split(":", 1) for line in lines)
    return method, target, {name.lower(): value.strip() for name, value in pairs}


def _bytes(response: Response, *, keep: bool) -> bytes:
    lines = [
        f"HTTP/1.1 {response.status} {HTTPStatus(response.status).phrase}",
        "Server: nginx",
        f"Content-Length: {len(response.body)}",
        f"Connection: {'keep-alive' if keep else 'close'}",
        *(f"{name}: {value}" for name, value in response.headers.items()),
    ]
    return ("\r\n".join(lines) + "\r\n\r\n").encode("latin-1") + response.body
