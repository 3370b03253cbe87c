"""SendGrid's answers: JSON error bodies, nginx's HTML pages, rate limit headers."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from http import HTTPStatus
from typing import Any

import orjson

HELP = "http://sendgrid.com/docs/API_Reference/Web_API_v3/Mail/errors.html#message."


@dataclass(frozen=True, slots=True)
class Response:
    status: int
    body: bytes = field(default=b"", repr=False)
    headers: Mapping[str, str] = field(default_factory=dict[str, str])


@dataclass(frozen=True, slots=True)
class Problem:
    """One entry of `errors`."""

    message: str
    field: str | None = None
    """A path such as `personalizations.1.to.0.email`."""

    def as_json(self) -> dict[str, str | None]:
        anchor = ".".join(part for part in (self.field or "").split(".") if not part.isdecimal())
        return {
            "message": self.message,
            "field": self.field,
            "help": HELP + anchor.removesuffix(".email") if anchor else None,
        }


BAD_REQUEST = Problem("Bad Request")
"""All that is said about a wrong JSON type (gh sendgrid-python#201)."""
WRONG_KEY = Problem("The provided authorization grant is invalid, expired, or revoked")
NOT_FOUND = Problem("not found")
WRONG_METHOD = Problem("method not allowed")
TOO_MANY = Problem("too many requests")
INVALID_UTF8 = Problem("Invalid UTF8 in request")
WRONG_TYPE = Problem("Content-Type should be application/json.")


def errors(status: int, problems: Sequence[Problem], headers: Mapping[str, str] | None = None) -> Response:
    return json(status, {"errors": [problem.as_json() for problem in problems]}, headers)


def json(status: int, value: Any, headers: Mapping[str, str] | None = None) -> Response:
    return Response(status, orjson.dumps(value), {"Content-Type": "application/json", **(headers or {})})


def html(status: int) -> Response:
    """A page as nginx writes it: 413, 502, 503 and 504 come like this from SendGrid's front."""
    title = f"{status} {HTTPStatus(status).phrase}"
    page = (
        f"<html>\r\n<head><title>{title}</title></head>\r\n<body>\r\n"
        f"<center><h1>{title}</h1></center>\r\n<hr><center>nginx</center>\r\n</body>\r\n</html>\r\n"
    )
    return Response(status, page.encode(), {"Content-Type": "text/html"})
