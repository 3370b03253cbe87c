"""The first line of a mail outside the accounting: that it is a test, or a copy of what was sent."""

import re
from dataclasses import dataclass
from datetime import datetime

from notifier.pipeline.compose import moments
from notifier.pipeline.compose.names import escaped
from notifier.pipeline.compose.phrases import Phrases
from notifier.pipeline.compose.wrapping import wrapped

BODY = re.compile(r"<body\b[^>]*>", re.IGNORECASE)
STYLE = (
    "padding: 12px 16px; color: #3a2b00; font-family: Arial, sans-serif; font-size: 15px; line-height: 22px;"
    " font-weight: 700"
)


@dataclass(frozen=True, slots=True)
class Mark:
    sent_at: datetime | None = None
    """When the original left; None: this is a test."""
    tz: str | None = None
    """The reader's zone."""


def line(spoken: Phrases, mark: Mark) -> str:
    if mark.sent_at is None:
        return spoken["test"]
    return spoken["copy"].replace("{when}", moments.full(spoken, mark.sent_at, mark.tz))


def on_text(text: str, said: str) -> str:
    return f"{wrapped(said, '', '', {})}\n\n{text}"


def on_html(html: str, said: str, spoken: Phrases) -> str:
    """Before everything in the body, so that no layout of a company's own can lose it.

    With a language and a direction of its own, as every block of a mail: webmail drops those of the body.
    """
    found = BODY.search(html)
    at = found.end() if found else 0
    bar = (
        f'<table role="presentation" bgcolor="#fff0c2" lang="{spoken.locale}" dir="{spoken.direction}"'
        ' width="100%" cellpadding="0" cellspacing="0" border="0" style="background-color: #fff0c2">'
        f'<tr><td align="center" style="{STYLE}">{escaped(said)}</td></tr></table>'
    )
    return f"{html[:at]}\n{bar}{html[at:]}"
