"""The list of those who were not told, as a file for whoever calls them."""

import csv
from collections.abc import Iterable
from pathlib import Path

from notifier.errors import BadInput
from notifier.store.read.call_list import CallRow


def write(file: Path, rows: Iterable[CallRow]) -> int:
    """Every customer who was not told, without addresses; returns how many rows."""
    written = 0
    try:
        with file.open("w", encoding="utf-8", newline="") as stream:
            out = csv.writer(stream)
            out.writerow(("customer", "name", "services", "reason", "to_call", "cut_off", "phone"))
            for row in rows:
                flags = ("yes" if flag else "no" for flag in (row.why.is_unreachable, row.cut_off))
                out.writerow(
                    (
                        *map(_cell, (row.customer, row.name, "; ".join(row.services))),
                        row.why,
                        *flags,
                        _cell(row.phone or ""),
                    )
                )
                written += 1
    except OSError as error:
        raise BadInput(f"{file} cannot be written ({error.strerror}): name another file.") from error
    return written


def _cell(text: str) -> str:
    """A customer named `=cmd()` is no formula in anybody's spreadsheet."""
    return f"'{text}" if text.startswith(("=", "+", "-", "@", "\t", "\r")) else text
