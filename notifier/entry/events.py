"""`POST /events/sendgrid`: the provider reports what became of mails.

200 once they are stored and counted; 401 without a signature of a known key; 400 unreadable; 413 above 4 MiB;
503 when the database does not answer, so that the provider posts them again (it does for 24 h).
"""

from starlette.background import BackgroundTask
from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from notifier.actions.background.feedback import RecordedEvents, record_events
from notifier.app import App
from notifier.entry.hooks import bounded

LARGEST_POST = 4 << 20
"""SendGrid posts at 768 KB or after 30 s, whichever comes first."""


class Events:
    def __init__(self, app: App) -> None:
        self.app = app

    @property
    def routes(self) -> list[Route]:
        return [Route("/events/sendgrid", self.receive, methods=["POST"])]

    async def receive(self, request: Request) -> Response:
        raw = await bounded(request, LARGEST_POST)
        recorded = await run_in_threadpool(
            record_events, self.app.db, self.app.settings, request.headers, raw, self.app.clock.now()
        )
        counts = {"new": recorded.new, "duplicates": recorded.duplicates, "skipped": recorded.skipped}
        return JSONResponse(counts, background=BackgroundTask(self._ring, recorded))

    def _ring(self, recorded: RecordedEvents) -> None:
        from notifier.entry.tasks import ring

        ring(self.app.settings, recorded.rings, self.app.db)
