"""What people look at when a tool is quiet: what it last posted, what was refused, what nobody understood."""

from dataclasses import dataclass
from datetime import datetime

from notifier.model.probe import PROBE, ProbeType
from notifier.model.signal import DATABASE
from notifier.model.terms import May
from notifier.store import Tx, many, one


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
class ProbeRow:
    name: str
    dialect: str
    type: ProbeType
    off: bool
    every_seconds: int
    looked_at: datetime | None
    next_at: datetime
    outcome: str
    """`fine`, `trouble`, `unknown`, or empty: nobody has looked."""
    said: str
    """What was seen, and why that means what it means."""
    bad: int
    """Bad looks in a row, of whatever had the most."""
    fails: int
    """So many make it fire."""
    unknown_since: datetime | None
    knocked_at: datetime | None
    refused_at: datetime | None
    refused_why: str
    troubles: int
    """That it reports, and that are not over."""
    may: May = May.ANNOUNCE
    """What it may lead to at most."""


@dataclass(frozen=True, slots=True)
class DatabaseRow:
    """The company's own data, as one of the sources."""

    name: str
    dialect: str
    looked_at: datetime | None
    troubles: int
    """Services from which it shows somebody cut off, and no disruption said so."""


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
WHERE NOT starts_with(s.dialect, %(probe)s)
ORDER BY s.name""",
        probe=PROBE,
    )


def probe_rows(tx: Tx) -> list[ProbeRow]:
    return many(
        tx,
        ProbeRow,
        """
SELECT p.name, s.dialect, p.type, p.off, p.every_seconds, r.looked_at, r.next_at, r.outcome, r.said,
       coalesce((SELECT max(bad) FROM probe_streak k WHERE k.name = p.name), 0) AS bad, p.fails, r.unknown_since,
       CASE WHEN p.type = %(heartbeat)s THEN o.posted_at END AS knocked_at, o.refused_at,
       coalesce(o.refused_why, '') AS refused_why,
       (SELECT count(*) FROM trouble t WHERE t.source = p.name AND t.state = 'firing') AS troubles, s.may
FROM probe p JOIN source s USING (name) JOIN probe_run r USING (name) LEFT JOIN source_post o ON o.source = p.name
ORDER BY p.name""",
        heartbeat=ProbeType.HEARTBEAT,
    )


def database_row(tx: Tx) -> DatabaseRow:
    """When it was asked last is when that tick ended last."""
    found = one(
        tx,
        DatabaseRow,
        """
SELECT %(name)s::text AS name, %(name)s::text AS dialect,
       (SELECT ended_at FROM tick WHERE kind = 'watch') AS looked_at,
       (SELECT count(*) FROM trouble WHERE source = %(name)s AND state = 'firing') AS troubles""",
        name=DATABASE,
    )
    assert found is not None
    return found


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
