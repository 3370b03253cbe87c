"""The scope language: a person's SQL predicate in, a `Predicate` out; their text goes no further.

    text -> words (sqlglot's tokens, each one known) -> tree (sqlglot's nodes, each one known) -> Predicate

What is asked: comparisons of one column with one constant, IN, BETWEEN, LIKE, IS [NOT] NULL, a boolean column
alone, AND, OR, NOT, parentheses. What is refused is refused for a reason: nothing may run code, and nothing
may turn "unknown" into yes or no without saying so, because an unknown is a person who *may* be affected.
"""

from collections.abc import Mapping
from dataclasses import dataclass

from notifier.edges.predicate.named import NamedText
from notifier.edges.predicate.place import refusal
from notifier.model.scope import Column, Predicate

LONGEST = 4000
"""Characters. Bounds the parser's work, and what a person can still review."""


@dataclass(frozen=True, slots=True)
class Parsed:
    predicate: Predicate
    warnings: tuple[str, ...]
    """Sentences about what is allowed and may surprise."""
    named: tuple[NamedText, ...] = ()
    """The texts that a column is asked to be equal to, in order of appearance."""


def parse(text: str, columns: Mapping[str, Column]) -> Parsed:
    """Read a scope over these columns (name -> column).

    Raises `BadInput`, one sentence; its details are the line and a caret under the word.
    """
    if not text.strip():
        raise refusal("", 0, 0, "The scope is empty: leave it out to mean everybody.")
    if len(text) > LONGEST:
        raise refusal(
            text,
            LONGEST,
            LONGEST + 1,
            f"The scope is longer than {LONGEST:,} characters: use IN (...) lists.",
        )
    # sqlglot takes 120 ms to import: only those pay who write a scope.
    from notifier.edges.predicate.tree import read
    from notifier.edges.predicate.words import words_of

    try:
        return Parsed(*read(text, words_of(text, columns), columns))
    except RecursionError:
        # The parser needs about 20 frames for each parenthesis; a caller deep in its stack leaves it less.
        raise refusal(text, 0, 1, "The scope is nested too deeply: use fewer parentheses and NOTs.") from None
