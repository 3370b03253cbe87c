"""Events in general forms: Standard Webhooks, CloudEvents, and any JSON by paths that the company's file gives."""

from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any, cast
from urllib.parse import unquote

from notifier.edges.webhooks.bodies import unpacked
from notifier.edges.webhooks.idiom import Fits, Idiom, Names, read_message
from notifier.edges.webhooks.incoming import Incoming
from notifier.errors import BadInput
from notifier.model.signal import Posted

_OPENS = ("*.started", "*.opened", "*.triggered", "*.firing", "*.down")
_ENDS = ("*.ended", "*.closed", "*.resolved", "*.recovered", "*.up")
_NOTHING = {"*.test": "a test", "test": "a test", "*.ping": "a test", "ping": "a test"}
_IN_DATA: dict[str, Any] = {
    "state": "type",
    "opens": _OPENS,
    "ends": _ENDS,
    "neither": _NOTHING,
    "summary": ("data.summary", "data.title", "data.name"),
}

STANDARD = Idiom(
    when=(Fits("type"),),
    key=("{data.key}", "{data.id}"),
    opened_at=("timestamp",),
    ended_at=("timestamp",),
    hints=("data.services[]", "data.service", Names("data.labels")),
    delivery=("{header:webhook-id}", "{header:svix-id}"),
    **_IN_DATA,
)
"""github.com/standard-webhooks: the envelope is standard, what `type` and `data` hold is the sender's own; here
as `disruption.started` and `disruption.ended` with `key` and `services`, and otherwise by the file's `read`.
"""

CLOUDEVENT = Idiom(
    each="[]",
    key=("{data.key}", "{data.id}", "{subject}"),
    opened_at=("time",),
    ended_at=("time",),
    hints=("data.services[]", "data.service", Names("data.labels"), "subject"),
    delivery=("{source} {id}",),
    **_IN_DATA,
)
"""cloudevents/spec, http-webhook.md. Source and id together name a delivery."""


def in_cloudevents(incoming: Incoming) -> list[Any]:
    """Structured, batch, or binary with the attributes in `ce-` headers, percent-encoded: always a list of
    events.
    """
    message = unpacked(incoming)
    kind = incoming.headers.get("content-type", "").lower()
    if kind.startswith("application/cloudevents-batch"):
        if not isinstance(message, list):
            raise BadInput("This batch of CloudEvents is no list.")
        return cast("list[Any]", message)
    if "ce-id" not in incoming.headers:
        if not isinstance(message, dict):
            raise BadInput("This is no CloudEvent.")
        return [cast("dict[str, Any]", message)]
    attributes = {
        name.removeprefix("ce-"): unquote(value, errors="replace")
        for name, value in incoming.headers.items()
        if name.startswith("ce-")
    }
    return [attributes | {"data": message}]


def cloudevents(options: Mapping[str, Any]) -> Callable[[Incoming, datetime], Posted]:
    idiom, label = by_file(options, CLOUDEVENT), str(options.get("label") or "service")

    def read(incoming: Incoming, received_at: datetime) -> Posted:
        return read_message("CloudEvents", (idiom,), in_cloudevents(incoming), incoming, received_at, label)

    return read


def by_file(options: Mapping[str, Any], usual: Idiom | None = None) -> Idiom:
    """`read` of the company's file, over what is usual for the dialect."""
    given: Mapping[str, Any] = options.get("read") or {}
    usual = usual or Idiom()
    ignored = cast("dict[str, str]", given.get("ignore") or {})
    return Idiom(
        when=usual.when if not given else (),
        each=str(given.get("each") or usual.each),
        nothing=tuple(Fits(path, word, "the file says so") for path, word in ignored.items()),
        state=str(given.get("state") or usual.state),
        opens=_words(given, "opens", usual.opens),
        ends=_words(given, "ends", usual.ends),
        neither=dict.fromkeys(given["nothing"], "that word is neither")
        if given.get("nothing")
        else usual.neither,
        key=(str(given["key"]),) if given.get("key") else usual.key,
        opened_at=_words(given, "at", usual.opened_at),
        ended_at=_words(given, "ended_at", _words(given, "at", usual.ended_at)),
        naive_is_utc=bool(given.get("times_are_utc")),
        hints=_hints(given) or usual.hints,
        summary=_words(given, "summary", usual.summary),
        delivery=(str(given["delivery"]),) if given.get("delivery") else usual.delivery,
    )


def _words(given: Mapping[str, Any], name: str, usual: tuple[str, ...]) -> tuple[str, ...]:
    found = given.get(name)
    if not found:
        return usual
    return (found,) if isinstance(found, str) else tuple(found)


def _hints(given: Mapping[str, Any]) -> tuple[str | Names, ...]:
    return (*_words(given, "names", ()), *(Names(path) for path in _words(given, "labels", ())))
