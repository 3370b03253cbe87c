"""What tools post to `/hooks/{source}`, one dialect each, unmodified."""

from collections.abc import Callable, Mapping
from typing import Any

from notifier.edges.webhooks import alertmanager
from notifier.edges.webhooks.incoming import Dialect, Incoming

DIALECTS: Mapping[str, Callable[[Mapping[str, Any]], Dialect]] = {
    "alertmanager": alertmanager.dialect,
}
"""Each takes what the company's file says of the source (`Source.services`)."""

__all__ = ["DIALECTS", "Dialect", "Incoming"]
