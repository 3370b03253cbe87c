"""Bytes of a customer file -> records with the line each begins on. CSV with a header, or JSON lines.

A fault that leaves the rest of the file unreadable (encoding, an open quotation mark, the header) raises
`BadInput`, naming the line; a fault of one row is a `BadRow`. Nothing here holds more than one row.
"""

import csv
import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from itertools import chain
from typing import Any, BinaryIO, cast

from notifier.errors import BadInput
from notifier.model.customer import COLUMNS, BadRow, attribute_fault

BOM = b"\xef\xbb\xbf"
LONGEST_LINE = 1 << 20
"""Bytes. A file without line ends must not fill the memory; the csv module's own limit is 131,072 a cell."""


@dataclass(frozen=True, slots=True)
class FileRow:
    line: int
    cells: Mapping[str, str]
    """Column -> cell; a column that is not there was not given."""


class Lines:
    """The lines of a stream as text, counting them."""

    def __init__(self, stream: BinaryIO) -> None:
        self._stream = stream
        self.number = 0

    def __iter__(self) -> "Lines":
        return self

    def __next__(self) -> str:
        raw = self._stream.readline(LONGEST_LINE + 1)
        if not raw:
            raise StopIteration
        self.number += 1
        if len(raw) > LONGEST_LINE:
            raise BadInput(f"Line {self.number} is longer than 1 MB: that is no customer file.")
        try:
            return (raw.removeprefix(BOM) if self.number == 1 else raw).decode()
        except UnicodeDecodeError as error:
            raise BadInput(f"Line {self.number} is not UTF-8: save the file as UTF-8.") from error


def records(stream: BinaryIO) -> Iterator[FileRow | BadRow]:
    """Every row of the file, in order; the first character decides what the file is."""
    lines = Lines(stream)
    first = next((line for line in lines if line.strip()), None)
    if first is None:
        raise BadInput("The file is empty: its first line must name the columns.")
    if first.lstrip().startswith("["):
        raise BadInput(
            "The file is neither CSV with a header nor JSON lines: "
            "JSON is read as one object a line, without brackets around them."
        )
    if first.lstrip().startswith("{"):
        return _json_records(first, lines)
    return _csv_records(first, lines)


def _csv_records(first: str, lines: Lines) -> Iterator[FileRow | BadRow]:
    rows = _csv_rows(first, lines)
    _, header = next(rows)
    names = columns(header)
    for line, cells in rows:
        if not any(cells):
            continue
        if len(cells) != len(names):
            yield BadRow(line, f"has {len(cells)} cells, the header has {len(names)}")
        else:
            yield FileRow(line, dict(zip(names, cells, strict=True)))


def _csv_rows(first: str, lines: Lines) -> Iterator[tuple[int, list[str]]]:
    reader = csv.reader(chain([first], lines), strict=True)
    start = lines.number
    try:
        for cells in reader:
            yield start, cells
            start = lines.number + 1
    except csv.Error as error:
        raise BadInput(
            f"Line {start} cannot be read as CSV ({error}): look for a quotation mark that is not closed. "
            "The rest of the file was not read."
        ) from error


def columns(header: list[str]) -> list[str]:
    """The names of the columns, in lower case. Raises `BadInput` with every fault of the header."""
    names = [cell.strip().lower() for cell in header]
    faults = [f"Column {n} has no name." for n, name in enumerate(names, 1) if not name]
    faults += [f"Column '{name}' stands there twice." for name in sorted(_doubled(names)) if name]
    faults += [f"Column '{name}' {fault}." for name in names if name and (fault := column_fault(name))]
    if "customer" not in names:
        commas = " Separate the columns by commas." if len(names) == 1 and {";", "\t"} & set(names[0]) else ""
        faults.append(f"There is no column 'customer', the company's own id of a customer.{commas}")
    if faults:
        raise BadInput("The header of the file is not right:", details=tuple(faults))
    return names


def column_fault(name: str) -> str | None:
    return None if name in COLUMNS else attribute_fault(name)


def _doubled(names: list[str]) -> set[str]:
    return {name for name in names if names.count(name) > 1}


def _json_records(first: str, lines: Lines) -> Iterator[FileRow | BadRow]:
    for text in chain([first], lines):
        if text.strip():
            yield _json_record(lines.number, text)


def _json_record(line: int, text: str) -> FileRow | BadRow:
    if not text.lstrip().startswith("{"):
        return BadRow(line, "is no JSON object")
    try:
        # Numbers stay as they are written: an id of 20 digits must not become a float.
        found = json.loads(
            text, parse_int=str, parse_float=str, parse_constant=str, object_pairs_hook=_object
        )
        return FileRow(line, {name: _cell(name, value) for name, value in found})
    except RecursionError:
        return BadRow(line, "is nested too deeply")
    except json.JSONDecodeError as error:
        return BadRow(line, f"is no JSON object ({error.msg})")
    except (TypeError, ValueError) as error:
        return BadRow(line, str(error))


def _object(pairs: list[tuple[str, Any]]) -> list[tuple[str, Any]]:
    names = [name.strip().lower() for name, _ in pairs]
    if doubled := sorted(_doubled(names)):
        raise ValueError(f"names '{doubled[0]}' twice")
    for name in names:
        if fault := column_fault(name):
            raise ValueError(f"'{name}' {fault}")
    return list(zip(names, (value for _, value in pairs), strict=True))


def _cell(name: str, value: Any) -> str:
    """What the same value would be as a cell of the CSV."""
    match value:
        case None:
            return ""
        case bool():
            return "true" if value else "false"
        case str():
            if any("\ud800" <= c <= "\udfff" for c in value):
                raise ValueError(f"'{name}' holds half of a character")
            return value
        case list() if name in {"services", "suspended"}:
            return ";".join(_cell("", part) for part in cast("list[Any]", value))
        case _:
            raise ValueError(f"'{name}' must be a text, a number, true, false or null")
