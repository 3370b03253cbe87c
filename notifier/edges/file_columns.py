"""The header of a customer file -> names of columns, as the file or a person calls them."""

import csv
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from notifier.errors import BadInput
from notifier.model.file_format import column_fault
from notifier.model.quoting import quoted

SEPARATORS: Mapping[str, str] = {",": "commas", ";": "semicolons", "\t": "tabs", "|": "bars"}
ID = "customer"
FATAL = (ID, "services", "suspended")
"""A row that does not say these, or says them wrong, is a bad row; of the others it may say nothing."""


@dataclass(frozen=True, slots=True)
class Header:
    names: tuple[str, ...]
    """In the order of the file; an empty name is left out."""
    empty_at_end: int
    """Columns behind the last one that has a name."""
    needed: int
    """So many columns a row must have at least: those behind them can be unknown."""


def plain(name: str) -> str:
    return " ".join(name.split()).lower()


class Renamed:
    """Names of columns as we call them: in lower case, or as somebody mapped them."""

    def __init__(self, mapping: Mapping[str, str]) -> None:
        self._mapping = {plain(column): name for column, name in mapping.items()}

    def __call__(self, column: str) -> str:
        return self._mapping.get(plain(column), column.strip().lower())

    def leaves_out(self, column: str) -> bool:
        return self._mapping.get(plain(column)) == ""

    def strangers(self, columns: Iterable[str]) -> list[str]:
        """What was mapped and is no column of the file."""
        there = {plain(column) for column in columns}
        return [column for column in self._mapping if column not in there]


def separator_of(first: str, renamed: Renamed) -> str:
    """The one that finds a column `customer` in the first line, and the most columns; of equals the comma."""

    def found(separator: str) -> tuple[bool, int]:
        try:
            cells = next(csv.reader([first], delimiter=separator, skipinitialspace=True), list[str]())
        except csv.Error:
            return False, 0
        return ID in map(renamed, cells), len(cells)

    return max(SEPARATORS, key=found)


def header_of(cells: Sequence[str], renamed: Renamed) -> Header:
    """Raises `BadInput` with every fault of the header."""
    columns = list(cells)
    while columns and not columns[-1].strip():
        columns.pop()
    names = [renamed(column) for column in columns]
    faults = [f"Column {n} has no name." for n, column in enumerate(columns, 1) if not column.strip()]
    faults += [
        f"Column {quoted(name)} stands there twice: remove one, or give it another name."
        for name in sorted(doubled(names))
    ]
    faults += [
        f"Column {quoted(column.strip(), 60)} {fault}."
        for column, name in zip(columns, names, strict=True)
        if name and (fault := column_fault(name))
    ]
    faults += [
        f"There is no column {quoted(column, 60)}, which was to be mapped."
        for column in renamed.strangers(columns)
    ]
    if ID not in names:
        faults.append(
            "There is no column 'customer', the company's own id of a customer: if it has another name,"
            " say which, --map 'COLUMN=customer'."
        )
    if faults:
        raise BadInput("The header of the file is not right:", details=tuple(faults))
    needed = max(n for n, name in enumerate(names, 1) if name in FATAL)
    return Header(tuple(names), len(cells) - len(columns), needed)


def doubled(names: Sequence[str]) -> set[str]:
    return {name for name in names if name and names.count(name) > 1}
