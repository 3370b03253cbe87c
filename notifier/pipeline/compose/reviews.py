"""Who stands for which message: a name under the English and the translation, as they stood."""

import hashlib
import re
import tomllib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import TypeAlias, cast

from notifier.pipeline.compose import template
from notifier.pipeline.compose.catalogue import Catalogue
from notifier.pipeline.compose.template import WordsFault


@dataclass(frozen=True, slots=True)
class Signature:
    by: str
    on: date
    english: str
    text: str
    """Hashes of what was read; a change of either voids the review."""


class NotReviewed(WordsFault):
    """Nobody stands for the words of a language, or for some of them."""

    def __init__(self, name: str, *, partly: bool) -> None:
        super().__init__(name, 1, f"nobody has reviewed {'all of it' if partly else 'it'}")


Reviews: TypeAlias = Mapping[str, Signature]
"""By the name of the message; its attributes belong to it."""


def load(files: Sequence[tuple[Path, str]]) -> Reviews:
    """A company's own over the packaged ones, message by message. Raises `WordsFault`."""
    found: dict[str, Signature] = {}
    for path, name in files:
        found |= _read(template.read(path, name), name)
    return found


def _read(text: str, name: str) -> dict[str, Signature]:
    try:
        rows = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        at = re.search(r"line (\d+)", str(error))
        raise WordsFault(name, int(at[1]) if at else 1, f"{error}") from None
    return {message: _review(row, message, text, name) for message, row in rows.items()}


def _review(row: object, message: str, text: str, name: str) -> Signature:
    fields = cast("Mapping[str, object]", row) if isinstance(row, Mapping) else dict[str, object]()
    by, on, english, own = (fields.get(key) for key in ("by", "on", "english", "text"))
    if (
        isinstance(by, str)
        and by
        and isinstance(on, date)
        and isinstance(english, str)
        and isinstance(own, str)
    ):
        return Signature(by, on, english, own)
    line = next((n for n, each in enumerate(text.split("\n"), 1) if each.lstrip().startswith(message)), 1)
    raise WordsFault(name, line, f"{message} needs by, on (2026-11-30), english and text; sign it anew")


def fingerprint(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()[:16]


def made(spoken: Catalogue, english: Catalogue, message: str, by: str, on: date) -> Signature:
    """What signing a message as it stands now says."""
    texts = (fingerprint(each.messages.get(message, "")) for each in (english, spoken))
    return Signature(by, on, *texts)


def holds(found: Signature | None, spoken: Catalogue, english: Catalogue, message: str) -> bool:
    return found is not None and found == made(spoken, english, message, found.by, found.on)


def written(signed: Reviews) -> str:
    """As a file, one line for each message."""
    rows = (
        f"{message} = {{ by = {_quoted(r.by)}, on = {r.on.isoformat()}, english = {_quoted(r.english)},"
        f" text = {_quoted(r.text)} }}\n"
        for message, r in sorted(signed.items())
    )
    return "".join(rows)


def _quoted(text: str) -> str:
    escaped = text.replace("\\", "\\\\").replace('"', '\\"')
    return '"' + "".join(c if c.isprintable() else " " for c in escaped) + '"'


def unsigned(signed: Reviews, spoken: Catalogue, english: Catalogue, names: Iterable[str]) -> list[str]:
    """Of these messages and those that stand in them: what nobody stands for as it is now."""
    messages = {name.partition(".")[0] for name, entry in spoken.needs(names).items() if entry}
    return sorted(each for each in messages if not holds(signed.get(each), spoken, english, each))
