"""What spreadsheets and exports make of ids: many different ones become the same few."""

import re
import unicodedata

MONTHS = "Jan|Feb|Mar|Apr|May|Jun|Jul|Aug|Sep|Oct|Nov|Dec"
MADE = tuple(
    (re.compile(pattern), sentence)
    for pattern, sentence in (
        ("=.*", "is a formula of a spreadsheet"),
        ("'.*", "begins with the mark by which a spreadsheet keeps a number as text"),
        (r"[+-]?\d([.,]\d+)?[eE][+-]\d{2,3}", "is a number that a spreadsheet rounded"),
        (rf"\d{{1,2}}-({MONTHS})|({MONTHS})-\d{{2}}", "is what a spreadsheet took for a date"),
        (r"#(N/[A-Z]|NV|GETTING_DATA|[A-Z0-9/]+[!?]|#+)", "is an error of a spreadsheet"),
        (
            r"(?i:\(?null\)?|\\n|n/a|nan|none|undefined|\(blank\))",
            "is how an export writes that there is none",
        ),
        (".*\ufffd.*", "holds a character that was lost"),
    )
)
ANY = re.compile("|".join(f"(?:{pattern.pattern})" for pattern, _ in MADE))
"""As Excel, LibreOffice, Google Sheets and databases write them, in the languages of their users."""
UNSEEN = frozenset({"Cc", "Cf", "Cs", "Zl", "Zp"})
"""Categories of Unicode: with one of them, two ids look alike and are not."""


def artefact(cell: str) -> str | None:
    """What happened to the cell, as a sentence that begins with the cell itself; None: nothing is seen."""
    if ANY.fullmatch(cell):
        return next(sentence for pattern, sentence in MADE if pattern.fullmatch(cell))
    if not cell.isprintable() and any(unicodedata.category(c) in UNSEEN for c in cell):
        return "holds a character that nobody can see"
    return None
