"""The sandbox's own routes: what arrived, what shall go wrong, where events go."""

import time
from dataclasses import asdict
from typing import Any

import orjson

from notifier.local.sandbox import answers
from notifier.local.sandbox.answers import Response
from notifier.local.sandbox.events import is_loopback_target
from notifier.local.sandbox.faults import fault_from
from notifier.local.sandbox.mailbox import Suppressed
from notifier.local.sandbox.state import Sandbox
from notifier.local.sandbox.wire import Request


def refused(status: int, message: str) -> Response:
    return answers.json(status, {"error": message})


def messages(box: Sandbox, request: Request) -> Response:
    """`?address=`: the mails of one address; without it, of all."""
    return answers.json(200, box.mailbox.messages(request.query.get("address")))


def index(box: Sandbox, _request: Request) -> Response:
    """`[{"address", "attempt", "notice", "at", "fate"}]`, one for each mail: as `messages`, without the mails."""
    return answers.json(200, box.mailbox.index())


def forget(box: Sandbox, _request: Request) -> Response:
    box.mailbox.clear()
    return Response(204)


def count(box: Sandbox, _request: Request) -> Response:
    """`requests`, `messages`, distinct `addresses`; and, unless it only counts, how many met which fate."""
    return answers.json(200, box.mailbox.tally.totals() | ({} if box.counting else box.mailbox.fates()))


def requests(box: Sandbox, _request: Request) -> Response:
    """`[{"attempt", "requests", "messages"}]`: more than one request means an id was used twice."""
    return answers.json(200, box.mailbox.tally.attempts())


def faults(box: Sandbox, _request: Request) -> Response:
    return answers.json(200, [asdict(fault) for fault in box.faults.planned])


def plan_fault(box: Sandbox, request: Request) -> Response:
    try:
        fault = fault_from(orjson.loads(request.body))
    except (ValueError, KeyError, TypeError) as error:
        return refused(400, f"That is no fault: {error}.")
    box.faults.planned.append(fault)
    return answers.json(201, asdict(fault))


def forget_faults(box: Sandbox, _request: Request) -> Response:
    box.faults.planned.clear()
    return Response(204)


def suppress(box: Sandbox, request: Request) -> Response:
    """`{"address", "list"}`: as if the address had bounced, complained, unsubscribed or been found invalid."""
    try:
        asked: Any = orjson.loads(request.body)
        name, address = Suppressed(asked["list"]), str(asked["address"]).lower()
    except (ValueError, KeyError, TypeError):
        return refused(400, f'Give {{"address", "list"}}; lists are {", ".join(Suppressed)}.')
    box.mailbox.lists[name][address] = time.time()
    return Response(201)


def public_key(box: Sandbox, _request: Request) -> Response:
    return answers.json(200, {"public_key": box.events.public_key})


def set_target(box: Sandbox, request: Request) -> Response:
    """`{"url"}`; null: send no events."""
    try:
        asked: Any = orjson.loads(request.body)
        url = asked["url"]
    except (ValueError, KeyError, TypeError):
        return refused(400, 'Give {"url": "http://127.0.0.1:PORT/..."}.')
    if url is not None and not is_loopback_target(str(url)):
        return refused(400, "Events go to http addresses of this machine only: 127.0.0.1, ::1 or localhost.")
    box.events.target = url
    return answers.json(200, {"url": url})
