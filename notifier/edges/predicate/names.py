"""Which column a word names."""

import difflib
import unicodedata
from collections.abc import Mapping

from notifier.edges.predicate.place import Misread, shown
from notifier.model.scope import Column

LONGEST_NAME = 40
"""Characters of a stranger's word that a sentence repeats."""


def column_called(at: tuple[int, int], word: str, columns: Mapping[str, Column]) -> Column:
    """Exactly so written, or in another letter case. Raises `Misread` with the nearest name."""
    name = unicodedata.normalize("NFC", word)
    if name in columns:
        return columns[name]
    alike = [c for c in columns.values() if c.name.lower() == name.lower()]
    if len(alike) == 1:
        return alike[0]
    if alike:
        raise Misread(at, f'Several columns are called {name}: write the one meant as "{alike[0].name}".')
    raise Misread(at, _unknown(name, columns))


def _unknown(name: str, columns: Mapping[str, Column]) -> str:
    names = {c.name.lower(): c.name for c in columns.values()}
    near = difflib.get_close_matches(name.lower()[:LONGEST_NAME], names, n=1, cutoff=0.6)
    hint = f"did you mean {names[near[0]]}?" if near else f"there are {_listed(sorted(names.values()))}."
    return f"There is no column {short(name)}: {hint}"


def _listed(names: list[str]) -> str:
    return ", ".join(names[:10]) + (f" and {len(names) - 10} more" if len(names) > 10 else "")


def short(name: str) -> str:
    return shown(name[:LONGEST_NAME]) + ("..." if len(name) > LONGEST_NAME else "")
