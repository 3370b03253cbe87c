"""Lines of a customer file -> records with the line each begins on. CSV with a header, or JSON lines.

A fault that leaves the rest of the file unreadable (encoding, an open quotation mark, the header) raises
`BadInput`, naming the line; a fault of one row is a `BadRow`. Nothing here holds more than one row.
"""

import csv
import json
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import chain
from typing import Any, BinaryIO, cast

from notifier.edges.file_columns import (
    FATAL,
    ID,
    SEPARATORS,
    Header,
    Renamed,
    doubled,
    header_of,
    separator_of,
)
from notifier.edges.file_text import Lines
from notifier.edges.quoted_cells import QuotedCells
from notifier.errors import BadInput
from notifier.model.customer import BadRow
from notifier.model.file_format import FileFormat, column_fault
from notifier.model.quoting import quoted

NO_TEXT = "\0"
"""Stands for a value of JSON that is no text: whatever the column, it does not fit."""
NULL = "\\N"
"""As COPY of Postgres writes NULL."""
RULE = re.compile(r"-+(\+-+)*")
FOOTER = re.compile(r"\(\d+ rows?\)")
"""Around what psql draws as a table."""


@dataclass(frozen=True, slots=True)
class FileRow:
    line: int
    cells: Mapping[str, str]
    """Column -> cell; a column that is not there was not given."""
    is_short: bool = False
    """The row ends before the header does; what is missing is empty."""


@dataclass(frozen=True, slots=True)
class Opened:
    read_as: str
    """What the file was taken for: `UTF-16, columns separated by tabs`."""
    records: Iterator[FileRow | BadRow]
    """Every row of the file, in order."""


def opened(stream: BinaryIO, known: FileFormat = FileFormat()) -> Opened:  # noqa: B008
    """What the file is, by its beginning and by what somebody said of it. `stream` is read once."""
    lines = Lines(stream, known.encoding)
    first = next((line for line in lines if line.strip()), None)
    if first is None:
        raise BadInput("The file is empty: its first line must name the columns.")
    if first.lstrip().startswith("["):
        raise BadInput(
            "The file is neither CSV with a header nor JSON lines: "
            "JSON is read as one object a line, without brackets around them."
        )
    renamed = Renamed(known.columns)
    if first.lstrip().startswith("{"):
        return Opened(_said(lines, "JSON lines"), _json_records(first, lines, renamed))
    return _csv(first, lines, renamed)


def _said(lines: Lines, *more: str) -> str:
    encoding = "UTF-16" if lines.encoding.startswith("UTF-16") else lines.encoding
    parts = [f"{encoding} without a mark" if lines.without_mark else encoding, *more]
    return ", ".join(parts + (["lines that end in CR"] if lines.end_in_cr else []))


def _csv(first: str, lines: Lines, renamed: Renamed) -> Opened:
    separator = _declared_separator(first)
    if separator is None:
        separator = separator_of(first, renamed)
    else:
        first = next((line for line in lines if line.strip()), "")
    rows = _csv_rows(first, lines, separator)
    cells = next((cells for _, cells in rows), list[str]())
    header = header_of(cells, renamed)
    said = [f"columns separated by {SEPARATORS[separator]}"]
    if n := header.empty_at_end:
        said.append(f"{n} empty column{'' if n == 1 else 's'} at the end left out")
    if n := sum(not name for name in header.names):
        said.append(f"{n} column{'' if n == 1 else 's'} left out as you said")
    return Opened(_said(lines, *said), _csv_records(rows, header, lines))


def _declared_separator(first: str) -> str | None:
    """`sep=;` before the header: for Excel, and written by it."""
    line = first.strip(" \r\n")
    if not line.lower().startswith("sep="):
        return None
    if line[4:] not in SEPARATORS:
        raise BadInput(
            f"The file says {quoted(line)}, and columns are separated by a comma, a semicolon, a tab or a bar:"
            " export it with one of these."
        )
    return line[4:]


def _csv_records(
    rows: Iterator[tuple[int, list[str]]], header: Header, lines: Lines
) -> Iterator[FileRow | BadRow]:
    wide = len(header.names)
    for line, cells in rows:
        if any(cells) and not (len(cells) == 1 < wide and _is_drawn(cells[0])):
            yield _csv_record(line, cells, header, torn=lines.torn)


def _csv_record(line: int, cells: list[str], header: Header, *, torn: bool) -> FileRow | BadRow:
    """`torn`: nothing ends its last line, so the rest of it may be missing."""
    names, there = header.names, len(cells)
    if torn and there < len(names):
        return BadRow(
            line,
            f"ends after {there} of {len(names)} columns, and the file with it: part of it may be missing",
        )
    # A cell too many, also an empty one, may have put what follows it into another column.
    if there > len(names) + header.empty_at_end or any(cells[len(names) :]):
        return BadRow(line, f"has {there} cells, the header has {len(names)}")
    if there < header.needed:
        return BadRow(
            line, f"ends after {there} of {len(names)} columns, before {names[header.needed - 1]!r}"
        )
    found = dict(zip(names, cells, strict=False))
    if NULL in cells:
        found = {name: "" if cell == NULL else cell for name, cell in found.items()}
    found.pop("", None)
    if there >= len(names):
        return FileRow(line, found)
    return FileRow(line, found | dict.fromkeys(filter(None, names[there:]), ""), is_short=True)


def _is_drawn(cell: str) -> bool:
    """What psql puts below a header and below the last row."""
    return RULE.fullmatch(cell.strip()) is not None or FOOTER.fullmatch(cell.strip()) is not None


def _csv_rows(first: str, lines: Lines, separator: str) -> Iterator[tuple[int, list[str]]]:
    source = QuotedCells(chain([first], lines), separator)
    reader = csv.reader(source, delimiter=separator, strict=True, skipinitialspace=True)
    start = lines.number
    try:
        for cells in reader:
            yield start, cells
            start = lines.number + 1
            source.at_a_row = True
    except csv.Error as error:
        raise BadInput(
            f"Line {start} cannot be read as CSV ({error}): {_cure(str(error))}."
            " The rest of the file was not read."
        ) from error


def _cure(trouble: str) -> str:
    if trouble.startswith("new-line"):
        return "it holds a line end of another kind than the others, outside of quotation marks"
    if "expected after" in trouble:
        return (
            "nothing may follow the quotation mark that closes a cell, and one inside a cell is written twice"
        )
    return "look for a quotation mark that is not closed"


def _json_records(first: str, lines: Lines, renamed: Renamed) -> Iterator[FileRow | BadRow]:
    for text in chain([first], lines):
        if text.strip():
            yield _json_record(lines.number, text, renamed)


def _json_record(line: int, text: str, renamed: Renamed) -> FileRow | BadRow:
    if not text.lstrip().startswith("{"):
        return BadRow(line, "is no JSON object")
    try:
        # Numbers stay as they are written: an id of 20 digits must not become a float.
        found = json.loads(
            text, parse_int=str, parse_float=str, parse_constant=str,
            object_pairs_hook=lambda pairs: _object(pairs, renamed),
        )  # fmt: skip
        return FileRow(line, {name: _cell(name, value) for name, value in found})
    except RecursionError:
        return BadRow(line, "is nested too deeply")
    except json.JSONDecodeError as error:
        return BadRow(line, f"is no JSON object ({error.msg})")
    except (TypeError, ValueError) as error:
        return BadRow(line, str(error))


def _object(pairs: Sequence[tuple[str, Any]], renamed: Renamed) -> list[tuple[str, Any]]:
    found = [(renamed(name), value) for name, value in pairs if not renamed.leaves_out(name)]
    names = [name for name, _ in found]
    if twice := sorted(doubled(names)):
        raise ValueError(f"names {quoted(twice[0])} twice")
    for name in names:
        if fault := column_fault(name):
            raise ValueError(f"{quoted(name)} {fault}")
    return found


def _cell(name: str, value: Any) -> str:
    """What the same value would be as a cell of the CSV."""
    match value:
        case None:
            return ""
        case bool():
            return "true" if value else "false"
        case str() if not any("\ud800" <= c <= "\udfff" for c in value):
            return value
        case list() if name in {"services", "suspended"}:
            return ";".join(_cell(ID, part) for part in cast("list[Any]", value))
        case _ if name not in FATAL:
            return NO_TEXT
        case str():
            raise ValueError(f"'{name}' holds half of a character")
        case _:
            raise ValueError(f"'{name}' must be a text, a number, true, false or null")
