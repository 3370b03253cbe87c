"""Reasons that people give and that are kept: short, and without addresses."""

import re

from notifier.errors import BadInput

ADDRESS = re.compile(r"\S@\S+\.\S")
LONGEST = 2_000


def reason(option: str, given: str) -> str:
    """On one line; raises `BadInput` if it is empty, endless, or holds an address."""
    text = " ".join(given.split())
    if not text or len(text) > LONGEST:
        raise BadInput(f"{option} needs a text of at most {LONGEST:,} characters.")
    if ADDRESS.search(text):
        raise BadInput(
            f"{option} holds an address: write a name or a role, addresses stand in one table only."
        )
    return text
