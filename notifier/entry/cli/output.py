"""How results reach the terminal: plain text of at most 80 columns, or JSON. Data is never read as markup."""

import dataclasses
import json
import sys
from collections.abc import Iterable, Mapping
from datetime import UTC, datetime
from enum import Enum
from pathlib import Path
from textwrap import wrap
from typing import Any, cast

from rich.console import Console

COLUMNS = 80
MAIL_COLUMNS = 76
console = Console(markup=False, highlight=False, soft_wrap=False, emoji=False)


def say(text: str = "") -> None:
    console.print(text, soft_wrap=True)


def is_terminal() -> bool:
    return sys.stdin.isatty() and sys.stdout.isatty()


def print_json(value: object) -> None:
    """The same value as the tables show, for programs."""
    sys.stdout.write(json.dumps(plain(value), ensure_ascii=False, indent=2) + "\n")


def plain(value: object) -> Any:
    """Dataclasses, enums and times as JSON has them."""
    if dataclasses.is_dataclass(value) and not isinstance(value, type):
        fields = {field.name: plain(getattr(value, field.name)) for field in dataclasses.fields(value)}
        return fields | {name: plain(getattr(value, name)) for name in _properties(value)}
    if isinstance(value, Mapping):
        return {str(key): plain(each) for key, each in cast("Mapping[object, object]", value).items()}
    if isinstance(value, list | tuple):
        return [plain(each) for each in cast("list[object]", value)]
    if isinstance(value, datetime):
        return value.isoformat()
    if isinstance(value, Path):
        return str(value)
    return value.value if isinstance(value, Enum) else value


def _properties(value: object) -> list[str]:
    return [name for name, member in vars(type(value)).items() if isinstance(member, property)]


def set_off(lines: Iterable[str]) -> list[str]:
    """Lines of a mail, set off from what the notifier itself says.

    A mail counts on usual values: a line with a longer one is broken here, so that it fits 80 columns.
    """
    return [f"  | {part}".rstrip() for line in lines for part in _broken(line)]


def _broken(line: str) -> list[str]:
    if len(line) <= MAIL_COLUMNS:
        return [line]
    return wrap(line, MAIL_COLUMNS, break_long_words=False, break_on_hyphens=False)


def wrapped(line: str, further: str = "  ") -> list[str]:
    """With its own indent at first, and `further` where it goes on."""
    indent = line[: len(line) - len(line.lstrip())]
    return wrap(line.strip(), COLUMNS, initial_indent=indent, subsequent_indent=further)


def clock(moment: datetime | None) -> str:
    """`Fri 27 Nov 18:41 EST (23:41 UTC)`: the operator's zone, and UTC."""
    if moment is None:
        return "-"
    here = moment.astimezone()
    utc = moment.astimezone(UTC)
    if here.utcoffset() == utc.utcoffset():
        return f"{utc:%a %d %b %H:%M} UTC"
    return f"{here:%a %d %b %H:%M %Z} ({utc:%H:%M} UTC)"


def table(rows: list[tuple[str, ...]], *, left: int = 1, indent: str = "  ") -> str:
    """Columns padded to their widest cell; the first `left` flush left, the rest flush right."""
    widths = [max(len(row[i]) for row in rows) for i in range(len(rows[0]))]
    lines: list[str] = []
    for row in rows:
        cells = [
            cell.ljust(width) if i < left else cell.rjust(width)
            for i, (cell, width) in enumerate(zip(row, widths, strict=True))
        ]
        lines.append((indent + "  ".join(cells)).rstrip())
    return "\n".join(lines)
