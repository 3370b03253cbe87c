"""Evidence, and what the company's own data says about who is cut off."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from psycopg.types.json import Jsonb

from notifier.model.signal import Evidence, SignalState
from notifier.model.vocabulary import Mode
from notifier.store import Tx, many, one, run, value, values


@dataclass(frozen=True, slots=True)
class Heard:
    """A stored signal."""

    signal_id: int
    source: str
    dedupe_key: str
    state: SignalState
    services: list[str]
    occurred_at: datetime


@dataclass(frozen=True, slots=True)
class Past:
    """What was heard of the same trouble before."""

    state: SignalState
    disruption_id: int | None


@dataclass(frozen=True, slots=True)
class Trouble:
    """Everything that was heard about one trouble of one disruption."""

    disruption_id: int
    source: str
    firing: bool
    services: list[str]
    heard_at: datetime
    announce_ceiling: int | None
    """To at most how many people its source may announce; None: it only ever drafts."""


@dataclass(frozen=True, slots=True)
class CutOff:
    """Customers are cut off from one service."""

    service: str
    since: datetime
    latest: datetime
    episode: int
    """How often this service's cut-off has been reported over before."""


@dataclass(frozen=True, slots=True)
class Reinstated:
    service: str
    dedupe_key: str


@dataclass(frozen=True, slots=True)
class Extent:
    customers: int
    since: datetime | None


def insert(tx: Tx, rows: Sequence[Evidence], *, received_at: datetime) -> int:
    """Store what was not said before; how many. In one order for everybody, so that no two wait in a circle."""
    ordered = sorted(rows, key=lambda row: row.delivery_key)
    return run(
        tx,
        """
INSERT INTO signal (source, dedupe_key, state, services, summary, occurred_at, delivery_key, received_at)
SELECT source, dedupe_key, state, services, summary, occurred_at, delivery_key, %(received_at)s
FROM jsonb_to_recordset(%(rows)s) AS given(n int, source text, dedupe_key text, state text,
  services text[], summary text, occurred_at timestamptz, delivery_key text)
ORDER BY n
ON CONFLICT DO NOTHING""",
        rows=Jsonb([_columns(n, row) for n, row in enumerate(ordered)]),
        received_at=received_at,
    )


def _columns(n: int, row: Evidence) -> dict[str, object]:
    return {
        "n": n,
        "source": row.source,
        "dedupe_key": row.dedupe_key,
        "state": row.state,
        "services": list(row.services),
        "summary": row.summary,
        "occurred_at": row.occurred_at.isoformat(),
        "delivery_key": row.delivery_key,
    }


def is_known(tx: Tx, source: str, delivery_key: str) -> bool:
    """The same was said before."""
    return value(
        tx,
        "SELECT EXISTS (SELECT FROM signal WHERE source = %(source)s AND delivery_key = %(key)s)",
        source=source,
        key=delivery_key,
    )


def waits(tx: Tx) -> bool:
    """Is there evidence that nobody has judged?"""
    return bool(values(tx, "SELECT 1 FROM signal WHERE judged_at IS NULL LIMIT 1"))


def take_unjudged(tx: Tx, limit: int) -> list[Heard]:
    """The oldest ones, for this transaction alone."""
    return many(
        tx,
        Heard,
        """
SELECT signal_id, source, dedupe_key, state, services, occurred_at
FROM signal
WHERE judged_at IS NULL
ORDER BY signal_id LIMIT %(limit)s FOR NO KEY UPDATE SKIP LOCKED""",
        limit=limit,
    )


def past_of(tx: Tx, heard: Heard) -> list[Past]:
    """What was heard of the same trouble before, the oldest first."""
    return many(
        tx,
        Past,
        """
SELECT state, disruption_id FROM signal
WHERE source = %(source)s AND dedupe_key = %(key)s AND signal_id < %(id)s
ORDER BY signal_id""",
        source=heard.source,
        key=heard.dedupe_key,
        id=heard.signal_id,
    )


def write_judgement(
    tx: Tx, signal_id: int, judgement: str, disruption_id: int | None, *, now: datetime
) -> None:
    run(
        tx,
        """
UPDATE signal SET judged_at = %(now)s, judgement = %(judgement)s, disruption_id = %(disruption_id)s
WHERE signal_id = %(id)s""",
        id=signal_id,
        judgement=judgement,
        disruption_id=disruption_id,
        now=now,
    )


def drafts_on_evidence(tx: Tx, mode: Mode) -> list[int]:
    """Open drafts that rest on evidence alone: nobody has declared, taken over or changed them."""
    return values(
        tx,
        """
SELECT disruption_id FROM disruption
WHERE ended_at IS NULL AND declared_at IS NULL AND mode = %(mode)s
  AND NOT EXISTS (SELECT FROM scope_revision r
    WHERE r.disruption_id = disruption.disruption_id AND r.actor <> 'database'
      AND NOT starts_with(r.actor, 'source:'))""",
        mode=mode,
    )


def judge_again(tx: Tx, mode: Mode) -> int:
    """Firing evidence of a draft that somebody took over for other services, and that nothing covers now."""
    return run(
        tx,
        """
WITH covered AS (SELECT coalesce(array_agg(slug), '{}') AS slugs
                 FROM disruption d JOIN LATERAL (SELECT services FROM scope_revision
                   WHERE disruption_id = d.disruption_id AND NOT proposed ORDER BY rev DESC LIMIT 1) r ON true
                 CROSS JOIN unnest(r.services) AS slug
                 WHERE d.ended_at IS NULL AND d.mode = %(mode)s),
     taken AS (SELECT DISTINCT ON (disruption_id) disruption_id, r.services, r.at
               FROM disruption d JOIN scope_revision r USING (disruption_id)
               WHERE d.ended_at IS NULL AND d.mode = %(mode)s
                 AND r.actor <> 'database' AND NOT starts_with(r.actor, 'source:')
               ORDER BY disruption_id, r.rev)
UPDATE signal SET judged_at = NULL FROM taken, covered
WHERE taken.disruption_id = signal.disruption_id AND signal.state = 'firing' AND signal.judged_at <= taken.at
  AND NOT signal.services <@ taken.services AND NOT signal.services <@ covered.slugs
  AND NOT EXISTS (SELECT FROM signal r WHERE r.source = signal.source AND r.dedupe_key = signal.dedupe_key
                  AND r.state = 'resolved')""",
        mode=mode,
    )


def troubles(tx: Tx, disruption_ids: Sequence[int]) -> list[Trouble]:
    """The evidence behind these disruptions, one row for each trouble."""
    return many(
        tx,
        Trouble,
        """
SELECT g.disruption_id, g.source, bool_and(g.state = 'firing') AS firing, max(g.received_at) AS heard_at,
       coalesce(array_agg(DISTINCT slug) FILTER (WHERE slug IS NOT NULL), '{}') AS services,
       min(source.announce_ceiling) AS announce_ceiling
FROM signal g LEFT JOIN LATERAL unnest(g.services) AS slug ON true
LEFT JOIN source ON source.name = g.source
WHERE g.disruption_id = ANY(%(ids)s) AND g.judged_at IS NOT NULL
GROUP BY g.disruption_id, g.source, g.dedupe_key ORDER BY 1, 2""",
        ids=list(disruption_ids),
    )


def unmapped(tx: Tx, sources: Sequence[str]) -> list[str]:
    """Which of these sources report trouble now with something that is no service of ours."""
    return values(
        tx,
        """
SELECT DISTINCT source FROM (
  SELECT DISTINCT ON (source, dedupe_key) source, state, services FROM signal WHERE source = ANY(%(sources)s)
  ORDER BY source, dedupe_key, (state = 'resolved') DESC, signal_id DESC) latest
WHERE state = 'firing' AND services = '{}' ORDER BY 1""",
        sources=list(sources),
    )


def cut_offs(tx: Tx, mode: Mode, *, now: datetime) -> list[CutOff]:
    """Services from which the data says customers are cut off, and no open disruption explains it."""
    return many(
        tx,
        CutOff,
        """
WITH unexplained AS MATERIALIZED (
  SELECT service_id, slug FROM service s WHERE NOT EXISTS (
    SELECT FROM disruption d JOIN LATERAL (SELECT services FROM scope_revision
      WHERE disruption_id = d.disruption_id AND NOT proposed ORDER BY rev DESC LIMIT 1) r ON true
    WHERE d.ended_at IS NULL AND d.mode = %(mode)s AND s.slug = ANY(r.services)))
SELECT s.slug AS service, e.since, e.latest,
       (SELECT count(*) FROM signal WHERE source = 'database' AND state = 'resolved'
        AND services[1] = s.slug) AS episode
FROM unexplained s
CROSS JOIN LATERAL (  -- the two ends of an index, each by itself: nobody is counted at every tick
  SELECT (SELECT suspended_at FROM entitlement WHERE service_id = s.service_id AND suspended_at <= %(now)s
          ORDER BY suspended_at LIMIT 1) AS since,
         (SELECT suspended_at FROM entitlement WHERE service_id = s.service_id AND suspended_at <= %(now)s
          ORDER BY suspended_at DESC LIMIT 1) AS latest) e
WHERE e.since IS NOT NULL ORDER BY s.slug""",
        mode=mode,
        now=now,
    )


def reinstated(tx: Tx) -> list[Reinstated]:
    """Cut-offs that the database reported and that are over: nobody is cut off from that service now."""
    return many(
        tx,
        Reinstated,
        """
SELECT s.slug AS service, f.dedupe_key
FROM service s CROSS JOIN LATERAL (  -- an episode begins only when the one before it is over: the last one counts
  SELECT dedupe_key FROM signal WHERE source = 'database' AND state = 'firing' AND services[1] = s.slug
  ORDER BY signal_id DESC LIMIT 1) f
WHERE NOT EXISTS (SELECT FROM signal r WHERE r.source = 'database' AND r.dedupe_key = f.dedupe_key
                  AND r.state = 'resolved')
  AND NOT coalesce((SELECT true FROM entitlement e
                    WHERE e.service_id = s.service_id AND suspended_at IS NOT NULL
                    ORDER BY suspended_at LIMIT 1), false)  -- by the index, also where nobody is cut off
ORDER BY 1""",
    )


def extent(tx: Tx, services: Sequence[str], *, now: datetime) -> Extent:
    """How many customers are cut off from one of these services, and since when."""
    found = one(
        tx,
        Extent,
        """
SELECT count(DISTINCT customer_id) AS customers, min(suspended_at) AS since
FROM entitlement JOIN service USING (service_id)
WHERE slug = ANY(%(services)s) AND suspended_at <= %(now)s""",
        services=list(services),
        now=now,
    )
    assert found is not None
    return found
