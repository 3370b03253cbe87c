"""Texts of a stranger's message: what can be stored, and one line of it without an address."""

import re
from typing import Annotated

from pydantic import AfterValidator

SUMMARY_CHARACTERS = 300
ADDRESS = re.compile(r"\S*(?:@|%40)\S*", re.IGNORECASE)


def _without_nul(text: str) -> str:
    if "\x00" in text:
        raise ValueError("it holds a NUL character")
    return text


Text = Annotated[str, AfterValidator(_without_nul)]
"""What Postgres can store."""


def one_line(text: str) -> str:
    """The beginning, on one line, with everything taken out that looks like an address."""
    line = " ".join(text[: 2 * SUMMARY_CHARACTERS].split())
    return ADDRESS.sub("[address]", line)[:SUMMARY_CHARACTERS]
