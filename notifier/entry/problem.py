"""Every error over HTTP: one sentence, as `application/problem+json` (RFC 9457)."""

from collections.abc import Mapping
from http import HTTPStatus

import orjson
from starlette.exceptions import HTTPException
from starlette.requests import ClientDisconnect, Request
from starlette.responses import Response

from notifier.actions.background.posts import NotSigned, UnknownSource
from notifier.errors import BadInput, Defect, NotifierError, Refused, Unreachable
from notifier.telemetry import log

STATUSES: Mapping[type[NotifierError], int] = {
    UnknownSource: 404,
    NotSigned: 401,
    BadInput: 400,
    Refused: 409,
    Unreachable: 503,
}
"""The first that fits."""

HEADERS: Mapping[int, Mapping[str, str]] = {
    401: {"WWW-Authenticate": 'Bearer, Basic realm="notifier"'},
    413: {"Connection": "close"},
    503: {"Retry-After": "5"},
}


def problem(status: int, sentence: str, headers: Mapping[str, str] | None = None) -> Response:
    title = HTTPStatus(status).phrase
    body = orjson.dumps({"type": "about:blank", "title": title, "status": status, "detail": sentence})
    return Response(
        body,
        status,
        headers={**HEADERS.get(status, {}), **(headers or {})},
        media_type="application/problem+json",
    )


def of_ours(_request: Request, error: Exception) -> Response:
    assert isinstance(error, NotifierError)
    status = next((status for kind, status in STATUSES.items() if isinstance(error, kind)), 500)
    if status < 500:
        return problem(status, str(error))
    # Where the database stands is nobody's business out there.
    log().error("request failed", http_status=status, problem=str(error))
    return problem(status, "Nothing was stored, for something needed does not answer: send it again later.")


def of_http(_request: Request, error: Exception) -> Response:
    assert isinstance(error, HTTPException)
    sentences = {404: "There is nothing at this address.", 405: "This address does not take that method."}
    return problem(error.status_code, sentences.get(error.status_code, error.detail), error.headers)


def of_nobody(_request: Request, error: Exception) -> Response:
    """A fault of ours: its kind is logged, its words may hold what nobody should read."""
    kind = str(error) if isinstance(error, Defect) else type(error).__name__
    log().error("request failed", http_status=500, problem=kind)
    return problem(500, "Something is wrong in the notifier, and it is logged there: send it again later.")


def of_silence(_request: Request, _error: Exception) -> Response:
    return problem(400, "The request ended before its body did.")


HANDLERS = {
    NotifierError: of_ours,
    HTTPException: of_http,
    ClientDisconnect: of_silence,
    Exception: of_nobody,
}
