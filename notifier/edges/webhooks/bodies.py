"""The body as one value, however it was packed: JSON, a form, or a query."""

import re
from typing import Any
from urllib.parse import parse_qsl

import orjson

from notifier.edges.webhooks.incoming import Incoming
from notifier.errors import BadInput

MOST_FIELDS = 1000
NAME = re.compile(rb'\bname="([^"]*)"')


def unpacked(incoming: Incoming) -> Any:
    """Raises `BadInput`."""
    kind = incoming.headers.get("content-type", "").lower()
    if incoming.method == "GET":
        return _fields(dict(incoming.query))
    # `curl -d`, and whoever forgets to say otherwise, calls everything a form.
    if incoming.raw.lstrip(b"\xef\xbb\xbf \t\r\n")[:1] in {b"{", b"["}:
        return from_json(incoming.raw)
    if kind.startswith("application/x-www-form-urlencoded"):
        return _fields(_form(incoming.raw))
    if kind.startswith("multipart/form-data"):
        return _fields(_parts(incoming.raw, incoming.headers["content-type"]))
    return from_json(incoming.raw)


def from_json(raw: bytes | str) -> Any:
    """Raises `BadInput`."""
    try:
        return orjson.loads(raw.removeprefix(b"\xef\xbb\xbf") if isinstance(raw, bytes) else raw)
    except orjson.JSONDecodeError as error:
        raise BadInput(f"This is not JSON in UTF-8: {error.msg}, at character {error.pos}.") from error


def _fields(fields: dict[str, str]) -> Any:
    """A form whose one field holds the message, or fields of which some hold JSON."""
    for only in ("data", "payload"):
        if set(fields) == {only}:
            return from_json(fields[only])
    return {name: _embedded(value) for name, value in fields.items() if name != "secret"}


def _embedded(value: str) -> Any:
    if value.lstrip()[:1] not in {"{", "["} and value != "null":
        return value
    try:
        return orjson.loads(value)
    except orjson.JSONDecodeError:
        return value


def _form(raw: bytes) -> dict[str, str]:
    try:
        return dict(parse_qsl(raw.decode(), keep_blank_values=True, max_num_fields=MOST_FIELDS))
    except ValueError as error:  # not UTF-8, or fields without end
        raise BadInput("This is no form that can be read.") from error


def _parts(raw: bytes, content_type: str) -> dict[str, str]:
    boundary = re.search(r'boundary="?([^";]+)', content_type)
    if boundary is None:
        raise BadInput("This is a form of several parts without a boundary between them.")
    fields: dict[str, str] = {}
    # The dashes before it are written, and counted, in more than one way.
    between = boundary[1].strip("- ").encode("latin-1", errors="replace")
    if not between:
        raise BadInput("This is a form of several parts without a boundary between them.")
    for piece in raw.split(between, MOST_FIELDS)[1:]:
        part = piece.rstrip(b"-")
        head, _, value = part.replace(b"\r\n", b"\n").partition(b"\n\n")
        if name := NAME.search(head):
            fields[name[1].decode(errors="replace")] = value.decode(errors="replace").strip("\n")
    return fields


def headers_of(raw: bytes) -> dict[str, str]:
    """A file with the headers of a post: `Name: value` a line, or JSON. Raises `BadInput`."""
    text = raw.decode("utf-8-sig", errors="replace").strip()
    if text.startswith("{"):
        table = from_json(text)
        return {str(name).lower(): str(value) for name, value in table.items()}
    lines = [line.partition(":") for line in text.splitlines() if line.strip()]
    if not all(colon for _, colon, _ in lines):
        raise BadInput("The headers are not readable: write `Name: value`, one a line, or JSON.")
    return {name.strip().lower(): value.strip() for name, _, value in lines}
