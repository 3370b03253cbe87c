"""On which terms evidence counts: how many witnesses it takes, for how long, and what it may lead to at most."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum


class May(StrEnum):
    """What evidence may lead to at most."""

    RECORD = "record"
    """It is kept; nothing is drafted."""
    DRAFT = "draft"
    ANNOUNCE = "announce"
    """Within a ceiling; without one it only drafts."""


@dataclass(frozen=True, slots=True)
class Terms:
    """Of one service. Where both are said, either is enough: so many witnesses, or one of them for so long."""

    needs: int | None = None
    witnesses: tuple[str, ...] = ()
    """Names of sources and probes that count; none named: all."""
    after: timedelta | None = None
    may: May = May.ANNOUNCE
    announce_ceiling: int | None = None
    """To at most so many people; None: as its sources may."""


ANY = Terms()


@dataclass(frozen=True, slots=True)
class Voice:
    """A service, and one source that says that it is out."""

    service: str
    source: str
    since: datetime
    """Since when it has said so without a pause; our clock."""
    flapping: bool = False
    """It comes back again and again: that is taken for having fired for long enough."""


@dataclass(frozen=True, slots=True)
class Lack:
    """What is missing until evidence is enough for a service."""

    service: str
    have: int
    needs: int
    until: datetime | None
    """When it is enough if nothing changes; None: only another witness makes it so."""

    def __str__(self) -> str:
        return f"{self.have} of {self.needs} for {self.service}"


def lack(
    service: str, terms: Terms, said: Sequence[Voice], patience: Mapping[str, timedelta], now: datetime
) -> Lack | None:
    """None: it is enough. `patience`: for how long a source must have said something before it counts."""
    counted = [t for t in said if t.service == service and t.source in (terms.witnesses or {t.source})]
    ripe: dict[str, datetime] = {}
    for t in sorted(counted, key=lambda t: t.since, reverse=True):  # the longest of a source stays
        ripe[t.source] = now if t.flapping else t.since + patience.get(t.source, timedelta(0))
    have = sum(at <= now for at in ripe.values())
    moments = _moments(terms, counted, sorted(ripe.values()), now)
    if moments and min(moments) <= now:
        return None
    return Lack(service, have, terms.needs or 1, min(moments, default=None))


def _moments(
    terms: Terms, counted: Sequence[Voice], ripe: Sequence[datetime], now: datetime
) -> list[datetime]:
    """When it is enough, in each way that it may become so by time alone."""
    needs = terms.needs or (None if terms.after else 1)
    moments = [ripe[needs - 1]] if needs and len(ripe) >= needs else []
    if terms.after and counted:
        moments.append(min(now if t.flapping else t.since + terms.after for t in counted))
    return moments
