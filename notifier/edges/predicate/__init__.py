"""The scope language: what a person asks for in, one `Parsed` out; their text goes no further.

    text -> words (sqlglot's tokens, each one known) -> tree (sqlglot's nodes, each one known) -> Predicate

What is asked: comparisons of one column with one constant, IN, BETWEEN, LIKE, IS [NOT] NULL, a boolean column
alone, AND, OR, NOT, parentheses. What is refused is refused for a reason: nothing may run code, and nothing
may turn "unknown" into yes or no without saying so, because an unknown is a person who *may* be affected.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from notifier.edges.predicate.named import NamedText
from notifier.edges.predicate.options import Built, build
from notifier.edges.predicate.place import Misread, reading
from notifier.model.scope import And, Column, Predicate, written

LONGEST = 4000
"""Characters. Bounds the parser's work, and what a person can still review."""


@dataclass(frozen=True, slots=True)
class AskedScope:
    """For whom, as the operator gave it; everything together is combined with AND."""

    where: str | None = None
    only: tuple[str, ...] = ()
    leave_out: tuple[str, ...] = ()
    """`--except`."""
    as_written: bool = False
    """Take values that no customer has as they are."""

    @property
    def everybody(self) -> bool:
        return self.where is None and not self.only and not self.leave_out


@dataclass(frozen=True, slots=True)
class Parsed:
    predicate: Predicate
    text: str
    """The predicate as SQL: the person's own, or what their options stand for."""
    warnings: tuple[str, ...]
    """Sentences about what is allowed and may surprise."""
    named: tuple[NamedText, ...] = ()
    """The texts that a column is asked to be equal to, in order of appearance."""


def read(asked: AskedScope, columns: Mapping[str, Column], now: datetime) -> Parsed | None:
    """All that was asked for, over these columns (name -> column); None: everybody.

    Raises `BadInput`, one sentence; its details are the line and a caret under the word.
    """
    parsed = [parse(asked.where, columns)] if asked.where is not None else []
    built: list[Built] = []
    for leave_out, texts in ((False, asked.only), (True, asked.leave_out)):
        for text in texts:
            with reading(text):
                built.append(build(text, columns, now, leave_out=leave_out))
    if not built:
        return parsed[0] if parsed else None
    parts = [part for each in (*parsed, *built) for part in _parts(each.predicate)]
    # Read back: so what is stored is what a person can repeat, and the limits hold for the whole.
    whole = parse(written(parts[0] if len(parts) == 1 else And(tuple(parts))), columns)
    return Parsed(
        whole.predicate, whole.text, whole.warnings, tuple(n for p in (*parsed, *built) for n in p.named)
    )


def _parts(predicate: Predicate) -> tuple[Predicate, ...]:
    return predicate.parts if isinstance(predicate, And) else (predicate,)


def parse(text: str, columns: Mapping[str, Column]) -> Parsed:
    """Read one scope in SQL. Raises `BadInput` as `read` does."""
    with reading(text):
        if not text.strip():
            raise Misread((0, 0), "The scope is empty: leave it out to mean everybody.")
        if len(text) > LONGEST:
            sentence = f"The scope is longer than {LONGEST:,} characters: use IN (...) lists."
            raise Misread((LONGEST, LONGEST + 1), sentence)
        # sqlglot takes 120 ms to import: only those pay who write a scope.
        from notifier.edges.predicate import tree, words

        try:
            predicate, warnings, named = tree.read(text, words.words_of(text, columns), columns)
        except RecursionError:
            # The parser needs about 20 frames for each parenthesis; a caller deep in its stack leaves it less.
            sentence = "The scope is nested too deeply: use fewer parentheses and NOTs."
            raise Misread((0, 1), sentence) from None
        return Parsed(predicate, text.strip(), warnings, named)
