"""Lines of plain text: at most so wide, broken where the script allows it."""

import re
import unicodedata
from collections.abc import Iterator
from functools import lru_cache

from notifier.pipeline.compose import tags

COLUMNS = 72

_UNSPACED = re.compile(r"[\u3001-\u30ff\u3400-\u9fff\uf900-\ufaff\uff01-\uffef]")
"""Japanese and Chinese: words are not parted by spaces, and a line may end nearly anywhere."""

_NEVER_FIRST = frozenset("、。，．・：；？！）」』】〕〉》〟ー々ぁぃぅぇぉっゃゅょゎァィゥェォッャュョヮ％")  # noqa: RUF001
_NEVER_LAST = frozenset("（「『【〔〈《〝")  # noqa: RUF001


def is_unspaced(letter: str) -> bool:
    return _UNSPACED.fullmatch(letter) is not None


@lru_cache(maxsize=4096)
def wrapped(text: str, nonce: str, first: str, rest: str) -> str:
    """At most `COLUMNS` wide, counting a placeholder as wide as its usual value.

    Kept: the mails of one notice share most of their paragraphs, and lint reads them all.
    """
    pattern = re.compile(rf"n{nonce}([a-z]+)N")
    lines: list[str] = []
    for given in text.split("\n"):
        line, width = "", 0
        for glue, unit in _units(given):
            columns = _width(pattern.sub(lambda m: "x" * tags.NAMES[m[1]].width, unit))
            if line and width + len(glue) + columns > COLUMNS - len(rest):
                lines.append(line)
                line, width = unit, columns
            else:
                line, width = (
                    (f"{line}{glue}{unit}", width + len(glue) + columns) if line else (unit, columns)
                )
        lines.append(line)
    return "\n".join((rest if number else first) + line for number, line in enumerate(lines))


def _units(text: str) -> Iterator[tuple[str, str]]:
    """What stays in one piece, with what stands before it."""
    for word in text.split(" "):
        start = 0
        for at in range(1, len(word)):
            if _may_break(word[at - 1], word[at]):
                yield ("" if start else " "), word[start:at]
                start = at
        yield ("" if start else " "), word[start:]


def _may_break(before: str, after: str) -> bool:
    if not (is_unspaced(before) or is_unspaced(after)):
        return False
    return before not in _NEVER_LAST and after not in _NEVER_FIRST


def _width(text: str) -> int:
    if text.isascii():
        return len(text)
    return sum(
        0
        if unicodedata.combining(c) or c in "\u2066\u2067\u2068\u2069"
        else 1 + (unicodedata.east_asian_width(c) in "WF")
        for c in text
    )
