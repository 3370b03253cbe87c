"""Where something stands in a message: `alerts[].labels.service`, `incident_updates[0].id`, `"a.b".c`.

`$.` begins at the whole message where the path is of one of several troubles in it; `header:` and `query:` look
at the request. `{path}` inside a text is filled with what stands there.
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache
from hashlib import sha256
from typing import Any, cast

import orjson

from notifier.edges.webhooks.incoming import Incoming
from notifier.edges.webhooks.texts import LONGEST, text_of

STEP = re.compile(r'"([^"]*)"|\[(\d*)\]|([^.\[\]"]+)')
HOLES = re.compile(r"\{([^{}]*)\}")
ADDRESS_LIKE = re.compile(r"[^\s@]@[^\s@]+\.[^\s@.]")


@dataclass(frozen=True, slots=True)
class Spot:
    """One trouble in a message, the message, and the request that brought it."""

    here: Any
    message: Any
    incoming: Incoming
    no_value: frozenset[str] = frozenset()
    """Texts with which this tool says that it has none."""

    def all(self, path: str) -> Iterator[Any]:
        """Every value that stands there; none of them is None."""
        kind, colon, name = path.partition(":")
        if colon and kind in {"header", "query"}:
            asked = self.incoming.headers if kind == "header" else self.incoming.query
            return iter([asked[name]] if name in asked else [])
        start, path = (self.message, path[2:]) if path.startswith("$.") else (self.here, path)
        return _walk(start, _steps(path))

    def text(self, path: str) -> str:
        """The first text there; empty if there is none."""
        return next((text for value in self.all(path) if (text := self._said(value))), "")

    def texts(self, path: str) -> list[str]:
        return [text for value in self.all(path) if (text := self._said(value))]

    def filled(self, templates: Sequence[str]) -> str:
        """The first of these that has something in each of its holes. What is long, or reads like an address of
        somebody, becomes a hash: it still tells one from another.
        """
        for template in templates:
            found = [self._fill(path) for path in HOLES.findall(template)]
            if all(found):
                values = iter(found)
                text = HOLES.sub(lambda _hole: next(values), template)  # noqa: B023 - used at once
                too_much = len(text) > LONGEST or ADDRESS_LIKE.search(text)
                return sha256(text.encode()).hexdigest() if too_much else text
        return ""

    def _fill(self, path: str) -> str:
        if path.startswith("#"):  # names a thing by everything that is said of it
            return _digest(next(self.all(path[1:]), None))
        return self.text(path)

    def _said(self, value: Any) -> str:
        text = text_of(value)
        return "" if text in self.no_value else text


def _digest(value: Any) -> str:
    try:
        return sha256(orjson.dumps(value, option=orjson.OPT_SORT_KEYS)).hexdigest()[:16] if value else ""
    except orjson.JSONEncodeError:  # nested too deeply
        return ""


@lru_cache(maxsize=1000)
def _steps(path: str) -> tuple[str | int | None, ...]:
    """A name, a place in a list, or None for all of a list."""
    found: list[str | int | None] = []
    for step in STEP.finditer(path):
        quoted, index, name = step.groups()
        if index is not None:
            found.append(int(index) if index else None)
        else:
            found.append(quoted if quoted is not None else name)
    return tuple(found)


def _walk(value: Any, steps: tuple[str | int | None, ...]) -> Iterator[Any]:
    if not steps:
        if value is not None:
            yield value
        return
    step, rest = steps[0], steps[1:]
    if isinstance(step, str):
        if isinstance(value, dict):
            yield from _walk(cast("dict[str, Any]", value).get(step), rest)
    elif isinstance(value, list):
        items = cast("list[Any]", value)
        for item in items if step is None else items[step : step + 1]:
            yield from _walk(item, rest)
