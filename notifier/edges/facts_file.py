"""The TOML of `--facts` -> its table, or every fault at once, each with its line."""

import re
import tomllib
from collections.abc import Mapping
from typing import Any

from notifier.errors import BadInput
from notifier.model.facts import Facts

NAMED = re.compile(r"The fact (\w+)")


def read(text: str, name: str) -> dict[str, Any]:
    """`name` is what the file is called in messages. Raises `BadInput`."""
    try:
        tables = tomllib.loads(text)
    except (tomllib.TOMLDecodeError, RecursionError) as error:
        raise BadInput(f"{name} is not TOML: {error}.") from None
    surplus = sorted(tables.keys() - {"facts"}) if isinstance(tables.get("facts"), Mapping) else []
    faults = [f"{key!r} stands outside of [facts] and would be left out: move it below." for key in surplus]
    places = [line_of(text, key) for key in surplus]
    for fault in faults_of(tables):
        faults.append(fault)
        places.append(line_of(text, key_of(fault)))
    if faults:
        said = [f"{name}, line {line}: {fault}" for line, fault in zip(places, faults, strict=True)]
        raise BadInput(said[0], details=tuple(said[1:]))
    return tables


def faults_of(tables: Mapping[str, Any]) -> tuple[str, ...]:
    try:
        Facts.from_mapping(tables)
    except BadInput as error:
        return str(error), *error.details
    return ()


def line_of(text: str, key: str) -> int:
    """Where a fact stands in the file, as a key, a dotted key or a table of its own; 1 if nowhere."""
    lines = text.split("\n")
    head = next((n for n, line in enumerate(lines) if re.match(r"\s*\[\s*facts\b", line)), 0)
    start = re.compile(rf"""\s*\[?\s*(facts\s*\.\s*)?["']?{re.escape(key)}["']?\s*[\].=]""")
    order = [*range(head, len(lines)), *range(head)]
    return next((n + 1 for n in order if start.match(lines[n])), 1)


def key_of(fault: str) -> str:
    """Which fact a fault is about."""
    found = NAMED.match(fault)
    return found[1] if found else ""
