"""What may be repeated of somebody's data in a message: never what looks like an address."""

import re
from typing import LiteralString

ADDRESS: LiteralString = "[^ \t\r\n(/@]@[^ \t\r\n/@]+[.][^] \t\r\n./@0-9]"
"""For Python and for Postgres alike: something, an @, a domain with a dot. `@ann` is none, `a@2.1` neither."""
_ADDRESS = re.compile(ADDRESS)


def looks_like_address(text: str) -> bool:
    return "@" in text and _ADDRESS.search(text) is not None


def quoted(text: str, most: int = 40) -> str:
    """`'boss'`: the beginning of it in quotation marks, or only that it is an address."""
    return "(an address)" if looks_like_address(text) else repr(text[:most])
