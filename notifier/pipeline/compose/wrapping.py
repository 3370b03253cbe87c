"""Lines of plain text: at most so wide, broken where the script allows it. No link and no word is ever broken.

Who fills in what differs from person to person is the provider, and it wraps nothing. So a moment counts as the
widest that anybody can read there, and names bring their line ends along.
"""

import re
from collections.abc import Iterator, Mapping
from functools import lru_cache

from wcwidth import width

COLUMNS = 78
OF_VALUES = COLUMNS - len("> ")
"""Names stand in quotations too."""

HANGING = "  "
"""Where a list has a line for each organisation, before what continues one."""

_UNSPACED = re.compile(r"[\u3001-\u30ff\u3400-\u9fff\uf900-\ufaff\uff01-\uffef]")
"""Japanese and Chinese: words are not parted by spaces, and a line may end nearly anywhere."""

_NEVER_FIRST = frozenset("、。，．・：；？！）」』】〕〉》〟ー々ぁぃぅぇぉっゃゅょゎァィゥェォッャュョヮ％")  # noqa: RUF001
_NEVER_LAST = frozenset("（「『【〔〈《〝")  # noqa: RUF001
_OPENS, _CLOSES = frozenset("\u2066\u2067\u2068"), "\u2069"


def is_unspaced(letter: str) -> bool:
    return _UNSPACED.fullmatch(letter) is not None


def wrapped(text: str, first: str, rest: str, widths: Mapping[str, int]) -> str:
    """At most `COLUMNS` wide as shown; `widths`: placeholder -> columns of the widest that may stand there."""
    return _wrapped(text, first, rest, tuple((mark, n) for mark, n in widths.items() if mark in text))


def value_in_lines(value: str) -> str:
    """What one person reads where a placeholder stands, at most `OF_VALUES` wide."""
    if len(value) + len(value.encode()) <= 2 * OF_VALUES:  # what is two columns wide has three bytes or more
        return value  # nearly everybody
    given = value.split("\n")
    between = f"\n{HANGING}" if len(given) > 1 else "\n"
    return "\n".join(between.join(_lines(line, OF_VALUES - len(HANGING), ())) for line in given)


@lru_cache(maxsize=4096)
def _wrapped(text: str, first: str, rest: str, widths: tuple[tuple[str, int], ...]) -> str:
    """Kept: the mails of one notice share most of their paragraphs, and lint reads them all."""
    lines = (line for given in text.split("\n") for line in _lines(given, COLUMNS - len(rest), widths))
    return "\n".join((rest if number else first) + line for number, line in enumerate(lines))


def _lines(text: str, room: int, widths: tuple[tuple[str, int], ...]) -> Iterator[str]:
    line, taken = "", 0
    for glue, unit, columns in _fitting(text, room, widths):
        if line and taken + len(glue) + columns > room:
            yield line
            line, taken = unit, columns
        else:
            between = glue if line else ""
            line, taken = f"{line}{between}{unit}", taken + len(between) + columns
    yield line


def _fitting(text: str, room: int, widths: tuple[tuple[str, int], ...]) -> Iterator[tuple[str, str, int]]:
    """(what stands before it, unit, its columns). What is kept together and wider than a line is not."""
    for glue, unit in _units(text):
        columns = _columns(unit, widths)
        if columns <= room:
            yield glue, unit, columns
            continue
        for number, (between, word) in enumerate(_units(unit, together=False)):
            yield between if number else glue, word, _columns(word, widths)


def _units(text: str, *, together: bool = True) -> Iterator[tuple[str, str]]:
    """What stays in one piece, with what stands before it.

    `together`: so does what runs in a direction of its own, for a line end would end that.
    """
    glue, start, depth = "", 0, 0
    for at, letter in enumerate(text):
        if letter in _OPENS:
            depth += 1
        elif letter == _CLOSES:
            depth = max(0, depth - 1)
        elif depth and together:
            continue
        elif letter == " ":
            yield glue, text[start:at]
            glue, start = " ", at + 1
        elif at > start and _may_break(text[at - 1], letter):
            yield glue, text[start:at]
            glue, start = "", at
    yield glue, text[start:]


def _may_break(before: str, after: str) -> bool:
    if not (is_unspaced(before) or is_unspaced(after)):
        return False
    return before not in _NEVER_LAST and after not in _NEVER_FIRST


def _columns(text: str, widths: tuple[tuple[str, int], ...]) -> int:
    filled = 0
    for mark, columns in widths:
        filled += columns * text.count(mark)
        text = text.replace(mark, "")
    return filled + (len(text) if text.isascii() else width(text))
