"""What was last heard of each trouble, what a disruption rests on, and what a source says about it now."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import LiteralString

from psycopg.types.json import Jsonb

from notifier.model.rounds import LastHeard
from notifier.model.terms import Voice
from notifier.store import Tx, many, run, value, values

SOURCE_LOCK = 0x736F75  # 'sou': who takes in what one source says does it alone

OFTEN = timedelta(hours=1)
"""A trouble that begins three times within this flaps."""
CALM = timedelta(minutes=30)
"""What flaps counts as firing until nothing has changed for so long."""
FLAPPING = {"often": OFTEN, "calm": CALM}
FLAPS: LiteralString = """(t.round >= 3 AND t.changed_at > %(now)s - %(calm)s AND EXISTS (SELECT FROM signal s
    WHERE s.source = t.source AND s.dedupe_key = t.key AND s.round = t.round - 2 AND s.state = 'firing'
      AND s.received_at > t.changed_at - %(often)s))"""
"""Of `trouble t`; with the parameters `FLAPPING`."""


@dataclass(frozen=True, slots=True)
class Witness:
    """What one source says about one disruption now, all its troubles together."""

    disruption_id: int
    source: str
    firing: int
    """How many of its troubles were not said to be over."""
    lost: int
    """How many of those it has stopped repeating, although it repeats itself."""
    lost_since: datetime | None
    """When it said one of those for the last time."""
    services: list[str]
    """What it reports: fires, and is not lost."""
    changed_at: datetime
    """When something it says changed last."""
    announce_ceiling: int | None
    """To at most how many people it may announce; None: it only ever drafts."""
    flapping: int = 0
    """How many of its troubles are over and come back again and again: they count as firing until it is quiet."""


@dataclass(frozen=True, slots=True)
class OldTrouble:
    """Troubles that had begun too long ago when they were first heard, and that still fire."""

    source: str
    services: list[str]
    since: datetime


def alone_with(tx: Tx, source: str) -> None:
    """Until this transaction ends nobody else takes in what this source says."""
    run(
        tx,
        "SELECT pg_advisory_xact_lock(%(lock)s::int, hashtext(%(source)s))",
        lock=SOURCE_LOCK,
        source=source,
    )


def posted_first(tx: Tx, source: str, delivery_keys: Sequence[str], *, now: datetime) -> set[str]:
    """Which of these deliveries nobody has taken in before; from here on they are."""
    new = values(
        tx,
        """
INSERT INTO posted (source, delivery_key, received_at)
SELECT %(source)s, given, %(now)s FROM unnest(%(keys)s::text[]) AS given ORDER BY 2
ON CONFLICT DO NOTHING RETURNING delivery_key""",
        source=source,
        keys=sorted(set(delivery_keys)),
        now=now,
    )
    return set(new)


REPEATS = timedelta(days=30)
"""No tool sends a delivery again after so long: those that we know give up within days."""


def forget_posted(tx: Tx, *, now: datetime) -> int:
    """Deliveries that come no more: older than `REPEATS`, and than twice what their source lets matter."""
    return run(
        tx,
        """
DELETE FROM posted p
WHERE p.received_at < %(before)s AND NOT EXISTS (SELECT FROM source s
  WHERE s.name = p.source AND p.received_at >= %(now)s - 2 * make_interval(secs => s.max_age_seconds))""",
        before=now - REPEATS,
        now=now,
    )


def last_heard(tx: Tx, source: str, keys: Sequence[str]) -> dict[str, LastHeard]:
    """By key; what was never heard is missing."""
    found = many(
        tx,
        LastHeard,
        """
SELECT key, state, round, fired, stale, services, newest_at, gone_at, changed_at, heard_at, changes,
       repeats
FROM trouble WHERE source = %(source)s AND key = ANY(%(keys)s)""",
        source=source,
        keys=sorted(set(keys)),
    )
    return {each.key: replace(each, services=tuple(each.services)) for each in found}


def put(tx: Tx, source: str, heard: Sequence[LastHeard]) -> None:
    """From here on this is what was last heard. The caller is alone with the source."""
    run(
        tx,
        """
INSERT INTO trouble (source, key, state, round, fired, stale, services, newest_at, gone_at, changed_at, heard_at,
  changes, repeats)
SELECT %(source)s, key, state, round, fired, stale, services, newest_at, gone_at, changed_at, heard_at, changes,
  repeats
FROM jsonb_to_recordset(%(rows)s) AS given(key text, state text, round int, fired boolean, stale boolean,
  services text[], newest_at timestamptz, gone_at timestamptz, changed_at timestamptz, heard_at timestamptz,
  changes int, repeats int)
ORDER BY key
ON CONFLICT (source, key) DO UPDATE SET state = excluded.state, round = excluded.round, fired = excluded.fired,
  stale = excluded.stale, services = excluded.services, newest_at = excluded.newest_at,
  gone_at = excluded.gone_at, changed_at = excluded.changed_at, heard_at = excluded.heard_at,
  changes = excluded.changes, repeats = excluded.repeats""",
        source=source,
        rows=Jsonb([_columns(each) for each in heard]),
    )


def _columns(each: LastHeard) -> dict[str, object]:
    return {
        "key": each.key,
        "state": each.state,
        "round": each.round,
        "fired": each.fired,
        "stale": each.stale,
        "services": list(each.services),
        "newest_at": each.newest_at and each.newest_at.isoformat(),
        "gone_at": each.gone_at and each.gone_at.isoformat(),
        "changed_at": each.changed_at.isoformat(),
        "heard_at": each.heard_at.isoformat(),
        "changes": each.changes,
        "repeats": each.repeats,
    }


def rest_on(tx: Tx, counted: Sequence[tuple[int, str, str, Sequence[str]]]) -> None:
    """These disruptions rest on these troubles from here on: (disruption, source, key, services)."""
    run(
        tx,
        """
INSERT INTO disruption_trouble (disruption_id, source, key, services)
SELECT disruption_id, source, key, array_agg(DISTINCT slug)
FROM jsonb_to_recordset(%(rows)s) AS given(disruption_id bigint, source text, key text, services text[])
CROSS JOIN unnest(services) AS slug
GROUP BY 1, 2, 3 ORDER BY 1, 2, 3
ON CONFLICT (disruption_id, source, key) DO UPDATE SET services = (
  SELECT array_agg(DISTINCT slug ORDER BY slug) FROM unnest(disruption_trouble.services || excluded.services) slug)
WHERE NOT excluded.services <@ disruption_trouble.services""",
        rows=Jsonb(
            [
                {"disruption_id": id_, "source": source, "key": key, "services": list(services)}
                for id_, source, key, services in counted
            ]
        ),
    )


def witnesses(tx: Tx, disruption_ids: Sequence[int], *, now: datetime) -> list[Witness]:
    """What stands behind these disruptions, a row for each source. However often a trouble came again, it is one.

    One that names other services now says nothing about the disruption any more; one that names none is taken for
    what it was: the map of the source may be wrong.
    """
    return many(
        tx,
        Witness,
        f"""
SELECT d.disruption_id, d.source, count(DISTINCT d.key) FILTER (WHERE fires) AS firing,
       count(DISTINCT d.key) FILTER (WHERE lost) AS lost, max(t.heard_at) FILTER (WHERE lost) AS lost_since,
       coalesce(array_agg(DISTINCT slug) FILTER (WHERE fires AND NOT lost AND slug IS NOT NULL), '{{}}')
         AS services,
       max(t.changed_at) AS changed_at,
       min(source.announce_ceiling) FILTER (WHERE source.may = 'announce') AS announce_ceiling,
       count(DISTINCT d.key) FILTER (WHERE t.state = 'resolved' AND about AND flaps) AS flapping
FROM disruption_trouble d JOIN trouble t USING (source, key)
LEFT JOIN source ON source.name = d.source
LEFT JOIN LATERAL unnest(t.services) AS slug ON true
CROSS JOIN LATERAL (
  SELECT about, about AND t.state = 'firing' AS fires
  FROM (SELECT t.services = '{{}}' OR t.services && d.services AS about) a) f
CROSS JOIN LATERAL (SELECT {FLAPS} AS flaps) g
CROSS JOIN LATERAL (
  SELECT fires AND coalesce(t.heard_at < %(now)s - make_interval(secs => source.silence_seconds), false) AS lost) l
WHERE d.disruption_id = ANY(%(ids)s)
GROUP BY 1, 2 ORDER BY 1, 2""",  # noqa: S608 - a constant of this module
        ids=list(disruption_ids),
        now=now,
        **FLAPPING,
    )


def voices(tx: Tx, services: Sequence[str], *, now: datetime) -> list[Voice]:
    """Who says now that these services are out, a row for each service and source: its oldest such trouble.

    What is lost, or had begun too long ago when it was first heard, says nothing; so does what is only recorded.
    """
    return many(
        tx,
        Voice,
        f"""
SELECT slug AS service, t.source, min(t.changed_at) AS since, bool_or(flaps) AS flapping
FROM trouble t CROSS JOIN unnest(t.services) AS slug
LEFT JOIN source ON source.name = t.source
CROSS JOIN LATERAL (SELECT {FLAPS} AS flaps) f
WHERE t.services && %(services)s AND slug = ANY(%(services)s) AND (t.state = 'firing' OR t.round >= 3)
  AND (t.state = 'firing' OR flaps) AND NOT t.stale AND coalesce(source.may, 'announce') <> 'record'
  AND NOT (t.state = 'firing'
    AND coalesce(t.heard_at < %(now)s - make_interval(secs => source.silence_seconds), false))
GROUP BY 1, 2 ORDER BY 1, 2""",  # noqa: S608 - a constant of this module
        services=sorted(services),
        now=now,
        **FLAPPING,
    )


def unmapped(tx: Tx, sources: Sequence[str]) -> list[str]:
    """Which of these sources report trouble now with something that is no service of ours."""
    return values(
        tx,
        """
SELECT DISTINCT source FROM trouble
WHERE source = ANY(%(sources)s) AND state = 'firing' AND services = '{}' ORDER BY 1""",
        sources=list(sources),
    )


def stale(tx: Tx) -> list[OldTrouble]:
    """What still fires and is too old to be drafted for, by source and services."""
    return many(
        tx,
        OldTrouble,
        """
SELECT source, services, min(newest_at) AS since FROM trouble
WHERE state = 'firing' AND stale AND services <> '{}' GROUP BY 1, 2 ORDER BY 1, 2""",
    )


def put_left_out(tx: Tx, source: str, group: str, n: int, *, now: datetime) -> None:
    """The last message about this group was cut by so many."""
    run(
        tx,
        """
INSERT INTO left_out (source, group_key, n, heard_at) VALUES (%(source)s, %(group)s, %(n)s, %(now)s)
ON CONFLICT (source, group_key) DO UPDATE SET n = excluded.n, heard_at = excluded.heard_at""",
        source=source,
        group=group,
        n=n,
        now=now,
    )


def drop_left_out(tx: Tx, source: str, group: str, *, before: datetime) -> None:
    """A group is whole; of groups that were last heard of before this nobody will ever say so."""
    run(
        tx,
        """
DELETE FROM left_out WHERE source = %(source)s AND (group_key = %(group)s OR heard_at < %(before)s)""",
        source=source,
        group=group,
        before=before,
    )


def left_out(tx: Tx, source: str) -> int:
    """How much this source has cut from what it said last about each of its groups."""
    return value(tx, "SELECT coalesce(sum(n), 0)::bigint FROM left_out WHERE source = %(s)s", s=source)
