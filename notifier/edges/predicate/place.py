"""Where in a person's text a refusal points."""

import unicodedata
from collections.abc import Generator
from contextlib import contextmanager

from notifier.errors import BadInput

WIDTH = 76
"""Terminal cells for the line that is shown; with an indent it fits 80."""
BEFORE = 30
"""Cells of a long line that stay to the left of the word."""
CUT = "..."


class Misread(Exception):
    """Words that have no place in a scope: `at` is where they begin and end in the text that is read."""

    def __init__(self, at: tuple[int, int], sentence: str) -> None:
        super().__init__(sentence)
        self.at, self.sentence = at, sentence


@contextmanager
def reading(text: str) -> Generator[None]:
    """The one place where what was misread becomes the error that a person sees."""
    try:
        yield
    except Misread as fault:
        raise refusal(text, *fault.at, fault.sentence) from None


def refusal(text: str, start: int, end: int, sentence: str) -> BadInput:
    """The error for `text[start:end]`; its details are the line and a caret line under the word."""
    if not text.strip():
        return BadInput(sentence)
    start = min(start, len(text.rstrip()))
    first = text.rfind("\n", 0, start) + 1
    last = text.find("\n", start)
    line = shown(text[first : None if last < 0 else last])
    return BadInput(sentence, details=_pointer(line, start - first, max(end - start, 1)))


def shown(text: str) -> str:
    """What may be printed of a stranger's text: no control, bidirectional or invisible characters."""
    return "".join(c if c.isprintable() else " " for c in text)


def _pointer(line: str, at: int, length: int) -> tuple[str, str]:
    left, right = _window(line, at)
    head, tail = CUT if left else "", CUT if right < len(line) else ""
    word = line[at : min(at + length, right)]
    indent = " " * (len(head) + _width(line[left:at]))
    return f"{head}{line[left:right]}{tail}", indent + "^" * max(_width(word), 1)


def _window(line: str, at: int) -> tuple[int, int]:
    """The part of the line that fits, with the word in it."""
    if _width(line) <= WIDTH:
        return 0, len(line)
    left = at
    while left > 0 and _width(line[left - 1 : at]) <= BEFORE:
        left -= 1
    right = at
    while right < len(line) and _width(line[left : right + 1]) <= WIDTH - 2 * len(CUT):
        right += 1
    return left, right


def _width(text: str) -> int:
    """Cells on a terminal: 2 for East Asian wide characters, 0 for combining marks."""
    return sum(
        0 if unicodedata.combining(c) else 2 if unicodedata.east_asian_width(c) in "WF" else 1 for c in text
    )
