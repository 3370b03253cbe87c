"""Words that say that something is not sure. Each catalogue names those of its language in the message `hedges`.

No mail says that message: lint looks for its words where the English is not sure.
"""

import re
from dataclasses import dataclass
from typing import Final

from notifier.pipeline.compose.catalogue import Catalogue

NAME: Final = "hedges"
BETWEEN: Final = "|"


@dataclass(frozen=True, slots=True)
class Hedges:
    _words: tuple[str, ...]
    _whole: re.Pattern[str]

    def are_in(self, text: str) -> bool:
        """Of a form: with the names of what is filled in."""
        small = text.lower()
        return any(each in small for each in self._words) and self._whole.search(small) is not None


def of(spoken: Catalogue, english: Catalogue) -> Hedges | None:
    """None where a language has not said its own: those of another prove nothing."""
    if NAME not in spoken:
        return None
    said = spoken.pattern(NAME)
    words = tuple(each.strip().lower() for each in said.split(BETWEEN) if each.strip())
    foreign = spoken.babel.language != english.babel.language and said == english.pattern(NAME)
    return None if foreign or not words else Hedges(words, re.compile("|".join(map(_whole, words))))


def _whole(words: str) -> str:
    """`may` is not in `Mayor`. A script without capitals may have its words joined to others: there it is."""
    ends = (words[0], words[-1])
    before, after = (r"(?<!\w)", r"(?!\w)")
    has_capitals = [letter.lower() != letter.upper() for letter in ends]
    return f"{before if has_capitals[0] else ''}{re.escape(words)}{after if has_capitals[1] else ''}"
