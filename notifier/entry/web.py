"""The web process: hooks, events and health in one application."""

import asyncio
import contextlib
import socket
import threading
from collections.abc import Callable
from functools import partial
from types import FrameType

import uvicorn
from starlette.applications import Starlette
from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from notifier.actions.running.signs import Life, Sign, life
from notifier.actions.running.vigil import stand_watch
from notifier.app import App, opened
from notifier.entry.events import Events
from notifier.entry.hooks import Hooks
from notifier.entry.metrics import exposition
from notifier.entry.problem import HANDLERS, problem
from notifier.entry.pulse import Pulse
from notifier.errors import NotifierError, Unreachable
from notifier.model.tick import ProcessKind
from notifier.settings import Settings, data_folder
from notifier.store.migrate import schema
from notifier.store.read.vitals import Vitals, vitals
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

    async def ready(self, request: Request) -> Response:
        """Evidence can be stored: the database answers, and has what this version needs; it may have more.

        Says too what else ought to run and does not. That takes no evidence away, so it is 200 all the same: a
        balancer would shut out the only part that works. `?all` is for whoever watches: then it is 503.
        """
        try:
            found = await run_in_threadpool(schema, self.app.db.url, data_folder("migrations"))
        except NotifierError as error:
            log().warning("not ready", problem=str(error))
            return problem(503, "The database does not answer, or its schema is not ours: notifier doctor.")
        if found.missing:
            return problem(503, "The database lacks the schema of this version: notifier migrate.")
        now = await run_in_threadpool(self._life)
        if now.silent and "all" in request.query_params:
            return problem(503, " ".join(now.silent))
        processes = {str(each.kind): each.processes for each in now.alive}
        return JSONResponse({"status": "ready", "processes": processes, "silent": now.silent})

    async def metrics(self, _request: Request) -> Response:
        """Numbers for Prometheus; they name no customer."""
        return Response(
            exposition(*await run_in_threadpool(self._vitals)), media_type="text/plain; version=0.0.4"
        )

    def _life(self) -> Life:
        with self.app.db.transaction() as tx:
            return life(tx, embedded=self.app.settings.embedded)

    def _vitals(self) -> tuple[Vitals, int]:
        with self.app.db.transaction() as tx:
            return vitals(tx), len(life(tx, embedded=self.app.settings.embedded).silent)


def serve(settings: Settings) -> None:
    """Serve on `settings.port` until SIGTERM or Ctrl-C: embedded for this machine only, else for everybody.

    Raises `Unreachable` if the port is taken.
    """
    configure()
    with (
        opened(settings) as app,
        listening(settings) as listener,
        Pulse(app, Sign(ProcessKind.WEB, app.db.size)),
    ):
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
        over = threading.Event()
        threading.Thread(target=stand_watch, args=(app.db, over), daemon=True).start()
        with contextlib.suppress(KeyboardInterrupt):
            Server(config).run(sockets=[listener])
        over.set()


class Server(uvicorn.Server):
    """The original looks ten times a second whether it shall end: a quarter of a percent of a core, for ever.

    Told to end, this one is woken. In `on_tick(0)` is what is done once a second: the `Date` of answers.
    """

    _wake: Callable[[], object] | None = None

    async def main_loop(self) -> None:
        told = asyncio.Event()
        self._wake = partial(asyncio.get_running_loop().call_soon_threadsafe, told.set)
        while not await self.on_tick(0):
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(told.wait(), 1.0)

    def handle_exit(self, sig: int, frame: FrameType | None) -> None:
        super().handle_exit(sig, frame)
        if self._wake is not None:
            self._wake()


def listening(settings: Settings) -> socket.socket:
    host = "127.0.0.1" if settings.embedded else ""
    try:
        return socket.create_server((host, settings.port), backlog=128)
    except OSError as error:
        raise Unreachable(
            f"Port {settings.port} cannot be used ({error.strerror}): set NOTIFIER_PORT to another."
        ) from error
