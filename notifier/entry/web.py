"""The web process: hooks, events and health in one application."""

import contextlib
import socket

import uvicorn
from starlette.applications import Starlette
from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from notifier.app import App, opened
from notifier.entry.events import Events
from notifier.entry.hooks import Hooks
from notifier.entry.metrics import exposition
from notifier.entry.problem import HANDLERS, problem
from notifier.errors import NotifierError, Unreachable
from notifier.settings import Settings, data_folder
from notifier.store.migrate import schema
from notifier.store.views import Vitals, vitals
from notifier.telemetry import configure, log

STOP_SECONDS = 5
"""How long requests under way may take to finish when the process is told to stop."""


def web(app: App) -> Starlette:
    """The application over an open `App`."""
    health = Health(app)
    routes = [
        *Hooks(app).routes,
        *Events(app).routes,
        Route("/healthz", health.alive),
        Route("/readyz", health.ready),
        Route("/metrics", health.metrics),
    ]
    application = Starlette(routes=routes, exception_handlers=HANDLERS)
    application.router.redirect_slashes = False  # tools do not follow redirects: 404 says what is wrong
    return application


class Health:
    def __init__(self, app: App) -> None:
        self.app = app

    async def alive(self, _request: Request) -> Response:
        """The process answers, whatever became of the database."""
        return JSONResponse({"status": "alive"})

    async def ready(self, _request: Request) -> Response:
        """Evidence can be stored: the database answers, and has what this version needs; it may have more."""
        try:
            found = await run_in_threadpool(schema, self.app.db.url, data_folder("migrations"))
        except NotifierError as error:
            log().warning("not ready", problem=str(error))
            return problem(503, "The database does not answer, or its schema was edited: notifier doctor.")
        if found.missing:
            return problem(503, "The database lacks the schema of this version: notifier migrate.")
        return JSONResponse({"status": "ready"})

    async def metrics(self, _request: Request) -> Response:
        """Numbers for Prometheus; they name no customer."""
        return Response(
            exposition(await run_in_threadpool(self._vitals)), media_type="text/plain; version=0.0.4"
        )

    def _vitals(self) -> Vitals:
        with self.app.db.transaction() as tx:
            return vitals(tx)


def serve(settings: Settings) -> None:
    """Serve on `settings.port` until SIGTERM or Ctrl-C: embedded for this machine only, else for everybody.

    Raises `Unreachable` if the port is taken.
    """
    configure()
    with opened(settings) as app, listening(settings) as listener:
        config = uvicorn.Config(
            web(app),
            log_config=None,
            log_level="critical",  # a traceback may hold what a customer wrote; ours are logged by their kind
            access_log=False,
            lifespan="off",
            server_header=False,
            timeout_graceful_shutdown=STOP_SECONDS,
        )
        log().info("web listens", url=f"http://127.0.0.1:{listener.getsockname()[1]}")
        with contextlib.suppress(KeyboardInterrupt):
            uvicorn.Server(config).run(sockets=[listener])


def listening(settings: Settings) -> socket.socket:
    host = "127.0.0.1" if settings.embedded else ""
    try:
        return socket.create_server((host, settings.port), backlog=128)
    except OSError as error:
        raise Unreachable(
            f"Port {settings.port} cannot be used ({error.strerror}): set NOTIFIER_PORT to another."
        ) from error
