"""Values that a person has written down, and where: a word that nobody's data knows is often a slip."""

import difflib
from collections.abc import Collection
from dataclasses import dataclass

from notifier.edges.predicate.place import refusal
from notifier.errors import BadInput
from notifier.model.scope import Column

NEAR = 0.72
"""Of difflib's ratio: DEE is near DE, and a two-letter code is never near another."""


@dataclass(frozen=True, slots=True)
class NamedText:
    """A text that a column is asked to be equal to."""

    column: Column
    value: str
    text: str
    """All that the person wrote; the value stands at `text[start:end]`."""
    start: int
    end: int

    def refused(self, sentence: str) -> BadInput:
        """The sentence, pointing at the value."""
        return refusal(self.text, self.start, self.end, sentence)


def nearest(value: str, known: Collection[str]) -> str | None:
    """The known value that was probably meant; None: none is near."""
    folded = {each.casefold(): each for each in known}
    near = difflib.get_close_matches(value.casefold(), folded, n=1, cutoff=NEAR)
    return folded[near[0]] if near else None
