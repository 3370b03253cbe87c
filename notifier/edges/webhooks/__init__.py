"""What tools post to `/hooks/{source}`, one dialect each, unmodified."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime

from notifier.edges.webhooks import alertmanager
from notifier.model.signal import Posted


@dataclass(frozen=True, slots=True)
class Dialect:
    verify: Callable[[Mapping[str, str], bytes, str], bool]
    """Headers (their names in lower case), the raw body, the secret: did the one who knows it send this?"""
    parse: Callable[[bytes, datetime], Posted]
    """The raw body and when it arrived. Raises `BadInput`, one sentence for the tool's operator."""


DIALECTS: Mapping[str, Dialect] = {
    "alertmanager": Dialect(alertmanager.verify, alertmanager.parse),
}
