"""Patterns of LIKE and ILIKE, as Postgres matches them under the collation "C"."""

import re
import string
import unicodedata
from functools import lru_cache

LOWER = str.maketrans(string.ascii_uppercase, string.ascii_lowercase)
PIECE = re.compile(r"\\(.)|(%+)|(_)|([^\\%_]+)", re.DOTALL)


def fault(pattern: str) -> str | None:
    """Why Postgres could not match by it or store it, as a sentence; a statement must never fail over it."""
    if not pattern.strip():
        return "An empty pattern matches no value that is stored: ask for unknown values with IS NULL."
    if "\0" in pattern or any("\ud800" <= c <= "\udfff" for c in pattern):
        return "This pattern holds a character that cannot be stored."
    if (len(pattern) - len(pattern.rstrip("\\"))) % 2:
        return "A pattern cannot end with a single backslash: write two for the character itself."
    return None


def folds_less_than_meant(pattern: str) -> bool:
    """ILIKE knows the two cases of a to z only: what other letters do depends on a server's collation."""
    return any(not c.isascii() and c.lower() != c.upper() for c in pattern)


def normal(pattern: str) -> str:
    return unicodedata.normalize("NFC", pattern)


def matches(value: str, pattern: str, *, any_case: bool) -> bool:
    if any_case:
        value, pattern = value.translate(LOWER), pattern.translate(LOWER)
    return _compiled(pattern).fullmatch(value) is not None


@lru_cache(64)
def _compiled(pattern: str) -> re.Pattern[str]:
    """Every piece is found at its first place and never looked for again, so that no pattern is slow."""
    parts: list[str] = []
    piece, open_ = "", False
    for escaped, many, one, plain in PIECE.findall(pattern):
        if many:
            parts.append(f"(?>.*?{piece})" if open_ else piece)
            piece, open_ = "", True
        else:
            piece += "." if one else re.escape(escaped or plain)
    # What follows the last % stands at the end, wherever else it stands before.
    parts.append(f".*{piece}" if open_ else piece)
    return re.compile("".join(parts), re.DOTALL)
