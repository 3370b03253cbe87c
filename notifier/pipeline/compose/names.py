"""Names of people and organisations on their way into a mail. They are data from outside and can be anything."""

import html
import re
import unicodedata

LENGTH = 200
ISOLATES = "\u2066\u2067\u2068\u2069"
"""Ours alone: they are taken out of whatever comes from outside."""

_UNSAFE = re.compile(
    r"[\x00-\x1f\x7f-\x9f\u00ad\u061c\u180e\u200b\u200e\u200f\u2028-\u202e\u2060-\u2069\ufeff\ufff9-\ufffb\U000e0000-\U000e0fff]+"
)
"""Controls, line ends, and everything invisible that changes direction or hides; not the joiner of emoji."""

_PLAIN = re.compile(r"[!#$%(-;=?-~]+(?: [!#$%(-;=?-~]+)*")
_MARKUP = re.compile(r"[&<>\"'\n]")
_RTL = frozenset({"R", "AL", "AN"})
_LTR = frozenset({"L", "EN"})
"""Digits too: `5 pm` and `+1 555` fall apart between Arabic words."""


def is_plain(name: str) -> bool:
    """Neither `clean` nor `escaped` changes it, in any language written from left to right."""
    return len(name) <= LENGTH and _PLAIN.fullmatch(name) is not None


def clean(name: str, length: int, *, right_to_left: bool) -> str:
    """One line, at most `length` characters, set apart from the text around if it may run the other way."""
    if len(name) <= length and name.isascii() and name.isprintable() and not right_to_left:
        spaced = "  " in name or name[:1] == " " or name[-1:] == " "
        return " ".join(name.split()) if spaced else name  # nearly everybody
    line = " ".join(_UNSAFE.sub(" ", name).encode(errors="replace").decode().split())
    line = line if line.isascii() else unicodedata.normalize("NFC", line)
    if len(line) > length:
        line = _cut(line, length)
    return isolated(line, right_to_left=right_to_left)


def isolated(line: str, *, right_to_left: bool) -> str:
    """U+2068 and U+2069 around what holds a letter of the other direction."""
    if line.isascii() and not right_to_left:
        return line
    other = _LTR if right_to_left else _RTL
    if any(unicodedata.bidirectional(letter) in other for letter in line):
        return f"\u2068{line}\u2069"
    return line


def escaped(value: str) -> str:
    """For HTML: no markup, and a line end is one there too."""
    return html.escape(value).replace("\n", "<br>") if _MARKUP.search(value) else value


def _cut(line: str, length: int) -> str:
    """Never between a letter and its marks, nor inside a joined emoji."""
    end = length - 1
    while end and (
        unicodedata.combining(line[end]) or line[end] in "\u200d\ufe0f" or line[end - 1] == "\u200d"
    ):
        end -= 1
    return f"{line[:end].rstrip()}\u2026"
