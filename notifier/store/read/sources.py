"""What people look at when a tool is quiet: what it last posted, what was refused, what nobody understood."""

from dataclasses import dataclass
from datetime import datetime

from notifier.model.terms import May
from notifier.store import Tx, many


@dataclass(frozen=True, slots=True)
class SourceRow:
    name: str
    dialect: str
    posted_at: datetime | None
    said: str
    refused_at: datetime | None
    refused_why: str
    strange: int
    """How many of its own posts were not understood."""
    strange_at: datetime | None
    troubles: int
    """Of which it has not said that they are over."""
    may: May = May.ANNOUNCE
    """What it may lead to at most."""


@dataclass(frozen=True, slots=True)
class KeptPost:
    received_at: datetime
    why: str
    body: str
    """Its beginning; addresses are taken out."""


def source_rows(tx: Tx) -> list[SourceRow]:
    return many(
        tx,
        SourceRow,
        """
SELECT s.name, s.dialect, p.posted_at, coalesce(p.said, '') AS said, p.refused_at,
       coalesce(p.refused_why, '') AS refused_why, coalesce(p.strange, 0) AS strange, p.strange_at,
       coalesce(t.firing, 0) AS troubles, s.may
FROM source s LEFT JOIN source_post p ON p.source = s.name
LEFT JOIN (SELECT source, count(*) AS firing FROM trouble WHERE state = 'firing' GROUP BY 1) t ON t.source = s.name
ORDER BY s.name""",
    )


def kept_posts(tx: Tx, source: str) -> list[KeptPost]:
    """The newest first."""
    return many(
        tx,
        KeptPost,
        """
SELECT received_at, why, body FROM kept_post
WHERE source = %(source)s ORDER BY kept_post_id DESC""",
        source=source,
    )
