"""The routes, and `serve`."""

import asyncio
import re
import signal
from collections.abc import Callable
from functools import partial
from pathlib import Path

from notifier.errors import BadInput, Unreachable
from notifier.local.sandbox import answers, api, control, signing
from notifier.local.sandbox.answers import Response
from notifier.local.sandbox.events import EventWebhook, is_loopback_target
from notifier.local.sandbox.state import Sandbox
from notifier.local.sandbox.wire import Request, converse
from notifier.settings import SANDBOX_KEY

Route = Callable[..., Response]

ROUTES: list[tuple[str, re.Pattern[str], Route]] = [
    (method, re.compile(path), route)
    for method, path, route in (
        ("POST", r"/v3/mail/batch", api.new_batch),
        ("GET", r"/v3/user/scheduled_sends", api.scheduled_sends),
        ("POST", r"/v3/user/scheduled_sends", api.schedule),
        ("DELETE", r"/v3/user/scheduled_sends/([^/]+)", api.unschedule),
        ("GET", r"/v3/suppression/(\w+)", api.suppressed),
        ("GET", r"/v3/suppression/(\w+)/([^/]+)", api.suppressed),
        ("DELETE", r"/v3/suppression/(\w+)/([^/]+)", api.unsuppress),
        ("GET", r"/messages", control.messages),
        ("DELETE", r"/messages", control.forget),
        ("GET", r"/messages/count", control.count),
        ("GET", r"/messages/index", control.index),
        ("GET", r"/requests", control.requests),
        ("GET", r"/faults", control.faults),
        ("POST", r"/faults", control.plan_fault),
        ("DELETE", r"/faults", control.forget_faults),
        ("POST", r"/suppressions", control.suppress),
        ("GET", r"/events/public-key", control.public_key),
        ("POST", r"/events/target", control.set_target),
    )
]
MAIL_SEND = "/v3/mail/send"
LOCAL_HOST = re.compile(r"(localhost|127\.\d+\.\d+\.\d+|\[::1\])(:\d+)?", re.ASCII)
READ_AHEAD = 1 << 20


def serve(
    port: int = 0,
    key: str = SANDBOX_KEY,
    latency: float = 0.0,
    counting: bool = False,
    event_key: Path | None = None,
    events_to: str | None = None,
) -> None:
    """Run on 127.0.0.1 until SIGTERM or SIGINT; prints one line, `sandbox http://127.0.0.1:PORT`, when ready.

    `port` 0 takes a free one. `latency`: seconds before each answer of mail/send. `counting`: count requests and
    addresses without keeping any mail, for measurements. `event_key`: a file with the private key for events,
    made if it is missing, so that it outlives a restart. `events_to`: where events go, on loopback.
    Raises `Unreachable` if the port is taken or the file is no key, `BadInput` for another target.
    """
    if events_to is not None and not is_loopback_target(events_to):
        raise BadInput("--events-to takes an http address of this machine: 127.0.0.1, ::1 or localhost.")
    events = EventWebhook(signing.key_at(event_key) if event_key else signing.new_key(), events_to)
    asyncio.run(_serve(Sandbox(key, latency, counting=counting, events=events), port))


async def _serve(box: Sandbox, port: int) -> None:
    stop = asyncio.Event()
    for signum in (signal.SIGTERM, signal.SIGINT):
        asyncio.get_running_loop().add_signal_handler(signum, stop.set)
    talk = partial(converse, partial(answer, box))
    try:
        server = await asyncio.start_server(talk, "127.0.0.1", port, limit=READ_AHEAD, backlog=1024)
    except OSError as error:
        why = f"The sandbox cannot listen on port {port} ({error.strerror}): give another with --port."
        raise Unreachable(why) from None
    print(f"sandbox http://127.0.0.1:{server.sockets[0].getsockname()[1]}", flush=True)  # noqa: T201
    await stop.wait()
    server.close()


async def answer(box: Sandbox, request: Request) -> Response | None:
    """Find the route; mail/send first, for it is the one that has to be fast."""
    if "origin" in request.headers or not LOCAL_HOST.fullmatch(request.headers.get("host", "")):
        # It may hold the addresses of a rehearsal on live data, and any page in a browser can reach loopback.
        return control.refused(403, "The sandbox answers programs of this machine only, no web pages.")
    if request.path.startswith("/v3/") and request.headers.get("authorization") != f"Bearer {box.key}":
        return answers.errors(401, [answers.WRONG_KEY])
    if request.path == MAIL_SEND and request.method == "POST":
        return await api.mail_send(box, request)
    found = {method: (m, route) for method, path, route in ROUTES if (m := path.fullmatch(request.path))}
    if request.method in found:
        match, route = found[request.method]
        return route(box, request, *match.groups())
    known = found or request.path == MAIL_SEND
    return answers.errors(405, [answers.WRONG_METHOD]) if known else answers.errors(404, [answers.NOT_FOUND])
