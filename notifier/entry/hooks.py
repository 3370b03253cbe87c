"""`POST /hooks/{source}`: a tool says that something is wrong, or right again.

202 after a durable insert; 401 without the source's secret; 400 unreadable; 404 unknown source; 413 above
1 MiB; 503 when the database does not answer, so that the tool sends it again.
"""

from starlette.background import BackgroundTask
from starlette.concurrency import run_in_threadpool
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from notifier.actions.background.signals import RecordedSignals, UnknownSource, record_signals
from notifier.app import App
from notifier.model.customer import SLUG

LARGEST_BODY = 1 << 20


class Hooks:
    def __init__(self, app: App) -> None:
        self.app = app

    @property
    def routes(self) -> list[Route]:
        return [Route("/hooks/{source}", self.receive, methods=["POST"])]

    async def receive(self, request: Request) -> Response:
        source = str(request.path_params["source"])
        if not SLUG.fullmatch(source):
            raise UnknownSource
        raw = await bounded(request)
        recorded = await run_in_threadpool(
            record_signals, self.app.db, source, request.headers, raw, self.app.clock.now()
        )
        # Rung after the answer: the evidence is stored, and a broker that hangs must not keep the tool waiting.
        return JSONResponse(
            {"new": recorded.new, "duplicates": recorded.duplicates},
            status_code=202,
            background=BackgroundTask(self._ring, recorded),
        )

    def _ring(self, recorded: RecordedSignals) -> None:
        from notifier.entry.tasks import ring

        ring(self.app.settings, recorded.rings, self.app.db)


async def bounded(request: Request, largest: int = LARGEST_BODY) -> bytes:
    """The body, counted as it comes: what `Content-Length` says may be a lie, or missing."""
    body = bytearray()
    async for piece in request.stream():
        body += piece
        if len(body) > largest:
            raise HTTPException(413, f"The body is longer than {largest:,} bytes: send less at once.")
    return bytes(body)
