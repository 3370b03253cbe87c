"""SendGrid's own routes: mail/send, batches and scheduled sends, suppressions."""

import asyncio
import math
import re
import secrets
import time
from collections.abc import Mapping
from typing import Any

import orjson

from notifier.local.sandbox import answers
from notifier.local.sandbox.answers import Problem, Response
from notifier.local.sandbox.faults import FaultKind, PlannedFault
from notifier.local.sandbox.limits import problems
from notifier.local.sandbox.mailbox import Accepted, Json, Suppressed
from notifier.local.sandbox.schedule import Status
from notifier.local.sandbox.state import Sandbox
from notifier.local.sandbox.wire import Request

LIMIT = 10_000
"""Requests a second: the last figure published for mail/send. Shown, not enforced: a fault does that."""
TO = re.compile(rb'"to":\[\{"email":"([^"]*)"')
ATTEMPT = re.compile(rb'"notifier_attempt":"([^"]*)"')
CHECKED_ONLY = b'"sandbox_mode":{"enable":true}'


async def mail_send(box: Sandbox, request: Request) -> Response | None:
    """`POST /v3/mail/send`. None: hang up without an answer."""
    if box.latency:
        await asyncio.sleep(box.latency)
    due = box.faults.next_request()
    if due.answer and (refusal := _refusal(due.answer)):
        return refusal
    answer = _counted(box, request.body) if box.counting else _taken(box, request, due.events)
    match due.answer:
        case PlannedFault(kind=FaultKind.SLOW, seconds=seconds):
            await asyncio.sleep(seconds)
        case PlannedFault(kind=FaultKind.ACCEPT_THEN_DROP):
            return None
        case _:
            pass
    return answer


REFUSALS: Mapping[FaultKind, Response] = {
    FaultKind.TOO_MANY_BARE: answers.errors(429, [answers.TOO_MANY]),
    FaultKind.BAD_REQUEST: answers.errors(400, [Problem("Bad Request")]),
    FaultKind.BAD_MESSAGE: answers.errors(
        400, [Problem("The from address is not a verified sender.", "from")]
    ),
    FaultKind.TOO_LARGE: answers.html(413),
    FaultKind.SERVER_ERROR: answers.errors(500, [Problem("Internal Server Error")]),
    FaultKind.UNAVAILABLE: answers.html(503),
}


def _refusal(fault: PlannedFault) -> Response | None:
    if fault.kind is not FaultKind.TOO_MANY:
        return REFUSALS.get(fault.kind)
    reset = math.ceil(time.time() + fault.seconds)
    headers = {"X-RateLimit-Limit": str(LIMIT), "X-RateLimit-Remaining": "0", "X-RateLimit-Reset": str(reset)}
    return answers.errors(429, [answers.TOO_MANY], headers)


def _taken(box: Sandbox, request: Request, fault: PlannedFault | None) -> Response:
    """Validate as SendGrid does, before anything is mailed: one bad personalization refuses the whole request."""
    if request.headers.get("content-type", "").partition(";")[0].strip().lower() != "application/json":
        return answers.errors(415, [answers.WRONG_TYPE])
    try:
        mail: Any = orjson.loads(request.body)
    except orjson.JSONDecodeError:
        return _unreadable(request.body)
    now = time.time()
    found = problems(mail, now)
    if not found and mail.get("batch_id", "") not in box.schedule.batches | {""}:
        found = [Problem("The batch_id must be a valid batch ID.", "batch_id")]
    if found:
        return answers.errors(400, found)
    if mail.get("mail_settings", {}).get("sandbox_mode", {}).get("enable"):
        return Response(200)
    accepted = Accepted(secrets.token_urlsafe(16), now, mail, fault)
    box.schedule.accept(accepted)
    return _accepted(accepted.message_id)


def _unreadable(body: bytes) -> Response:
    try:
        body.decode()
    except UnicodeDecodeError:
        return answers.errors(415, [answers.INVALID_UTF8])
    return answers.errors(400, [answers.BAD_REQUEST])


def _accepted(message_id: str) -> Response:
    now = int(time.time())
    headers = {"X-RateLimit-Limit": str(LIMIT), "X-RateLimit-Remaining": str(LIMIT - 1)}
    return Response(202, headers={"X-Message-Id": message_id, "X-RateLimit-Reset": str(now + 1), **headers})


def _counted(box: Sandbox, body: bytes) -> Response:
    """For measurements: compact JSON with one recipient in each personalization, counted without parsing."""
    if CHECKED_ONLY in body:
        return Response(200)
    addresses = TO.findall(body)
    if not addresses:
        return answers.errors(400, [answers.BAD_REQUEST])
    attempt = ATTEMPT.search(body)
    box.mailbox.tally.add(attempt[1].decode() if attempt else "", addresses)
    return _accepted(secrets.token_urlsafe(16))


def new_batch(box: Sandbox, _request: Request) -> Response:
    return answers.json(201, {"batch_id": box.schedule.new_batch()})


def schedule(box: Sandbox, request: Request) -> Response:
    """`{"batch_id", "status": "pause" | "cancel"}`."""
    try:
        asked: Json = orjson.loads(request.body)
        batch, status = str(asked["batch_id"]), Status(asked["status"])
    except (ValueError, KeyError, TypeError):
        return answers.errors(400, [answers.BAD_REQUEST])
    if batch not in box.schedule.batches:
        return answers.errors(404, [Problem("batch id not found")])
    box.schedule.set_status(batch, status)
    return answers.json(201, {"batch_id": batch, "status": status})


def scheduled_sends(box: Sandbox, _request: Request) -> Response:
    return answers.json(200, [{"batch_id": b, "status": s} for b, s in box.schedule.statuses.items()])


def unschedule(box: Sandbox, _request: Request, batch: str) -> Response:
    if batch not in box.schedule.statuses:
        return answers.errors(404, [answers.NOT_FOUND])
    box.schedule.set_status(batch, None)
    return Response(204)


def suppressed(box: Sandbox, _request: Request, name: str, address: str | None = None) -> Response:
    """A list, or the entries of one address (at most one)."""
    if name not in set(Suppressed):
        return answers.errors(404, [answers.NOT_FOUND])
    entries = box.mailbox.lists[Suppressed(name)].items()
    asked = None if address is None else address.lower()
    return answers.json(
        200,
        [
            {"created": int(at), "email": email, "reason": Suppressed(name).reason}
            for email, at in entries
            if asked in (None, email)
        ],
    )


def unsuppress(box: Sandbox, _request: Request, name: str, address: str) -> Response:
    if name not in set(Suppressed):
        return answers.errors(404, [answers.NOT_FOUND])
    gone = box.mailbox.lists[Suppressed(name)].pop(address.lower(), None)
    return answers.errors(404, [answers.NOT_FOUND]) if gone is None else Response(204)
