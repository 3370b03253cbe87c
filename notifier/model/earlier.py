"""An earlier notice that a correction or a retraction is about."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime


@dataclass(frozen=True, slots=True)
class About:
    """Which notice was wrong, and where."""

    notice_id: int
    locales: tuple[str, ...] | None = None
    """The languages in which its words were wrong; None: all of them."""
    first: bool = False
    """Nobody had heard anything before it."""


@dataclass(frozen=True, slots=True)
class Earlier:
    at: datetime
    """When it was approved, and so began to leave."""
    passages: Mapping[str, str] = field(default_factory=dict[str, str])
    """Locale -> what of it was wrong, as Markdown with tags of the notice quoting it."""
    texts: Mapping[tuple[str, str], str] = field(default_factory=dict[tuple[str, str], str])
    """(locale, variant) -> the whole text that was wrong, as Markdown with tags of the notice quoting it."""
    stands: bool = False
    """Its readers had been told something before it, which still holds."""
    over: bool = False
    """Nothing is out any more for those who read this; only the words for `affected` are then needed."""
