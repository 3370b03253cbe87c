"""Blanks between the closing quotation mark of a cell and the next separator, which the csv module refuses."""

import re
from collections.abc import Iterable, Iterator


class QuotedCells:
    """Lines without these blanks: `"Acme Ltd" ,2` -> `"Acme Ltd",2`. What stands inside a cell stays."""

    def __init__(self, lines: Iterable[str], separator: str) -> None:
        self._lines = iter(lines)
        self.at_a_row = True
        """The next line begins a row; else it goes on inside of a quoted cell."""
        end = rf"(?={re.escape(separator)}|[\r\n]|$)"
        whole = r' *"(?:[^"]|"")*'
        cell = rf'(?P<closed>{whole}") +{end}|{whole}"{end}|{whole}$|[^{re.escape(separator)}]+'
        self._cells = re.compile(cell, re.DOTALL)
        self._rest = re.compile(rf'(?P<closed>(?:[^"]|"")*") +{end}|(?:[^"]|"")*"{end}', re.DOTALL)

    def __iter__(self) -> Iterator[str]:
        return self

    def __next__(self) -> str:
        line = next(self._lines)
        inside, self.at_a_row = not self.at_a_row, False
        return self._tidy(line, inside=inside) if '" ' in line else line

    def _tidy(self, line: str, *, inside: bool) -> str:
        if not inside:
            return self._without_blanks(line)
        end = self._rest.match(line)
        if end is None:
            return line
        return (end["closed"] or end[0]) + self._without_blanks(line[end.end() :])

    def _without_blanks(self, cells: str) -> str:
        return self._cells.sub(lambda cell: cell["closed"] or cell[0], cells)
