"""`/hooks/{source}`, by POST or PUT: a tool says that something is wrong, or right again.

202 after a durable insert, also for what is the tool's own and not understood: senders that hear of a fault
drop the message, or switch us off. 401 without the source's secret or signature; 404 unknown source; 413 above
16 MiB; 503 when the database does not answer, or too much comes at once, so that the tool sends it again. Never
a redirect, which counts as a failure at some, and never 429, after which others do not come again.

Uptime Kuma may post by GET; CloudEvents ask first, by OPTIONS.
"""

import asyncio
from collections.abc import Mapping
from typing import Self

from starlette.background import BackgroundTask
from starlette.concurrency import run_in_threadpool
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from notifier.actions.background.posts import (
    RecordedPost,
    Speaker,
    UnknownSource,
    note_refused,
    record_signals,
    speaker,
)
from notifier.app import App
from notifier.errors import Unreachable
from notifier.model.customer import SLUG

LARGEST_BODY = 16 << 20
MOST_AT_ONCE = 64 << 20
"""Bytes of all bodies that one process is taking in."""
SMALL_BODY = 256 << 10
"""Bytes of each body that count for nothing there: what tools usually post is never crowded out."""
SLOWEST_BODY = 30.0
"""Seconds in which a body must have come: Statuspage and healthchecks, the most patient tools, wait as long."""
USUAL_RATE = "120"


class Crowded(Unreachable):
    """Too much is posted at once: send it again later."""


class Hall:
    """How many bytes are being taken in; whoever comes when it is full is asked to come again."""

    def __init__(self, most: int = MOST_AT_ONCE) -> None:
        self.most, self.taken = most, 0

    def take(self, size: int) -> None:
        if self.taken + size > self.most:
            raise Crowded
        self.taken += size

    def leave(self, size: int) -> None:
        self.taken -= size


class Guest:
    """One body in it; what it took is free again in the end."""

    def __init__(self, hall: Hall) -> None:
        self.hall, self.came, self.size = hall, 0, 0

    def take(self, size: int) -> None:
        self.came += size
        if (more := max(self.came - SMALL_BODY, 0) - self.size) > 0:
            self.hall.take(more)
            self.size += more

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.hall.leave(self.size)


class Hooks:
    def __init__(self, app: App) -> None:
        self.app, self.hall = app, Hall()

    @property
    def routes(self) -> list[Route]:
        return [Route("/hooks/{source}", self.receive, methods=["POST", "PUT", "GET", "OPTIONS"])]

    async def receive(self, request: Request) -> Response:
        source = str(request.path_params["source"])
        if not SLUG.fullmatch(source):
            raise UnknownSource
        # Before a byte of it is read: a stranger's body takes no room.
        speaks = await run_in_threadpool(speaker, self.app.db, source)
        _require(request.method, speaks.dialect.methods)
        if request.method == "OPTIONS":
            return _agreement(request.headers)
        with Guest(self.hall) as guest:
            raw = await self._body(source, request, guest)
            recorded = await self._record(speaks, request, raw)
        # Rung after the answer: the evidence is stored, and a broker that hangs must not keep the tool waiting.
        answer: dict[str, object] = {"new": recorded.new, "duplicates": recorded.duplicates}
        if recorded.why:
            answer["nothing"] = recorded.why
        if recorded.faults:
            answer["not_understood"] = list(recorded.faults)
        return JSONResponse(answer, status_code=202, background=BackgroundTask(self._ring, recorded))

    async def _body(self, source: str, request: Request, guest: Guest) -> bytes:
        try:
            async with asyncio.timeout(SLOWEST_BODY):
                return await bounded(request, LARGEST_BODY, guest)
        except TimeoutError as late:
            raise HTTPException(408, "The body did not come in time: send it again.") from late
        except HTTPException as refused:
            await run_in_threadpool(
                note_refused, self.app.db, source, str(refused.detail), self.app.clock.now()
            )
            raise

    async def _record(self, speaks: Speaker, request: Request, raw: bytes) -> RecordedPost:
        return await run_in_threadpool(
            record_signals,
            self.app.db,
            speaks,
            request.headers,
            raw,
            self.app.clock.now(),
            query=dict(request.query_params),
            method=request.method,
        )

    def _ring(self, recorded: RecordedPost) -> None:
        from notifier.entry.tasks import ring

        ring(self.app.settings, recorded.rings, self.app.db)


def _require(method: str, methods: frozenset[str]) -> None:
    if method not in methods:
        raise HTTPException(405, headers={"Allow": ", ".join(sorted(methods))})


def _agreement(headers: Mapping[str, str]) -> Response:
    """cloudevents/spec http-webhook.md, section 4: the sender's origin, and as fast as it asks for."""
    allowed = {
        "Allow": "POST, PUT, OPTIONS",
        "WebHook-Allowed-Origin": headers.get("webhook-request-origin", "*"),
        "WebHook-Allowed-Rate": headers.get("webhook-request-rate", USUAL_RATE),
    }
    return Response(status_code=200, headers=allowed)


async def bounded(request: Request, largest: int, guest: Guest | None = None) -> bytes:
    """The body, counted as it comes: what `Content-Length` says may be a lie, or missing."""
    body = bytearray()
    async for piece in request.stream():
        if guest:
            guest.take(len(piece))
        body += piece
        if len(body) > largest:
            raise HTTPException(413, f"The body is longer than {largest:,} bytes: send less at once.")
    return bytes(body)
