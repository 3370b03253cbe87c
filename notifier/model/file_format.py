"""What a person says of a customer file, where its own beginning does not say it."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from notifier.model.customer import COLUMNS, attribute_fault

ENCODINGS: Mapping[str, str] = {
    "utf-8": "utf-8", "utf-16": "utf-16", "windows-1250": "cp1250", "windows-1251": "cp1251",
    "windows-1252": "cp1252", "iso-8859-1": "iso8859-1", "iso-8859-15": "iso8859-15", "macintosh": "mac-roman",
    "shift_jis": "cp932", "gb18030": "gb18030", "big5": "big5", "euc-kr": "cp949",
}  # fmt: skip
"""By the names of the Encoding Standard (encoding.spec.whatwg.org), and what Python calls them."""


@dataclass(frozen=True, slots=True)
class FileFormat:
    encoding: str | None = None
    """A name of `ENCODINGS`; None: Unicode, which a file shows by itself."""
    columns: Mapping[str, str] = field(default_factory=dict[str, str])
    """A column as the file calls it -> as we call it; an empty name leaves it out."""


def column_fault(name: str) -> str | None:
    """Why a column of a file cannot be called that, as the end of a sentence."""
    return None if name in COLUMNS else attribute_fault(name)
