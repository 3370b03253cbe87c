"""Evidence, and what the company's own data says about who is cut off."""

import json
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from datetime import datetime
from functools import partial

from psycopg.types.json import Jsonb

from notifier.model.signal import Evidence, SignalState
from notifier.model.vocabulary import Kind, Mode
from notifier.store import Tx, many, one, run, value, values


@dataclass(frozen=True, slots=True)
class Heard:
    """A stored signal."""

    signal_id: int
    source: str
    key: str
    """Which trouble of that source."""
    round: int
    state: SignalState
    services: list[str]
    occurred_at: datetime
    stale: bool = False
    """It had begun too long ago when its round was first heard."""
    waited: bool = False
    """It is judged again: it had to wait for its turn."""
    over: bool = False
    """Its round has ended meanwhile."""
    kind: Kind | None = None
    """What it looked like; None: as its source says."""


@dataclass(frozen=True, slots=True)
class Past:
    """What was heard of the same round before."""

    signal_id: int
    source: str
    key: str
    round: int
    state: SignalState
    services: list[str]
    disruption_id: int | None


@dataclass(frozen=True, slots=True)
class JudgedSignal:
    """What became of one signal."""

    signal_id: int
    why: str
    disruption_id: int | None
    again_at: datetime | None = None
    """Not decided, at least not all of it: then it is judged again."""


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
    key: str


@dataclass(frozen=True, slots=True)
class Extent:
    customers: int
    since: datetime | None


def insert(tx: Tx, rows: Sequence[Evidence], *, received_at: datetime) -> int:
    """Store these, in this order, but for what is there already; how many. The caller is alone with the source."""
    return run(
        tx,
        """
INSERT INTO signal (source, dedupe_key, round, state, services, summary, occurred_at, delivery_key, received_at,
  kind)
SELECT source, key, round, state, services, summary, occurred_at, delivery_key, %(received_at)s, kind
FROM jsonb_to_recordset(%(rows)s) AS given(n int, source text, key text, round int, state text, services text[],
  summary text, occurred_at timestamptz, delivery_key text, kind text)
ORDER BY n
ON CONFLICT DO NOTHING""",
        rows=Jsonb([_columns(n, row) for n, row in enumerate(rows)]),
        received_at=received_at,
    )


def _columns(n: int, row: Evidence) -> dict[str, object]:
    fields: dict[str, object] = {name: getattr(row, name) for name in Evidence.__slots__}
    return fields | {"n": n, "occurred_at": row.occurred_at.isoformat()}


def is_known(tx: Tx, source: str, delivery_key: str) -> bool:
    """The same was said before."""
    return value(
        tx,
        "SELECT EXISTS (SELECT FROM signal WHERE source = %(source)s AND delivery_key = %(key)s)",
        source=source,
        key=delivery_key,
    )


def take_unjudged(tx: Tx, limit: int, *, now: datetime) -> list[Heard]:
    """Whose turn it is, the oldest first, for this transaction alone."""
    return many(
        tx,
        Heard,
        """
WITH taken AS MATERIALIZED (
  SELECT signal_id, source, dedupe_key AS key, round, state, services, occurred_at, judge_after, kind
  FROM signal
  WHERE judged_at IS NULL AND judge_after <= %(now)s
  ORDER BY judge_after, signal_id LIMIT %(limit)s FOR NO KEY UPDATE SKIP LOCKED)
SELECT signal_id, source, key, taken.round, taken.state, taken.services, occurred_at,
       coalesce(t.stale AND t.round = taken.round, false) AS stale,
       judge_after > '-infinity' AS waited,
       coalesce(t.round > taken.round OR t.state = 'resolved', false) AS over, taken.kind
FROM taken LEFT JOIN trouble t USING (source, key)
ORDER BY judge_after, signal_id""",
        limit=limit,
        now=now,
    )


def past_of(tx: Tx, signal_ids: Sequence[int]) -> list[Past]:
    """What else was heard of the same rounds as these, the oldest first. A round is short, however many there are
    of its trouble.
    """
    return many(
        tx,
        Past,
        """
WITH asked AS (
  SELECT DISTINCT source, dedupe_key, round FROM signal WHERE signal_id = ANY(%(ids)s))
SELECT p.signal_id, source, dedupe_key AS key, round, p.state, p.services, p.disruption_id
FROM asked JOIN signal p USING (source, dedupe_key, round)
WHERE p.signal_id <> ALL(%(ids)s)
ORDER BY p.signal_id""",
        ids=list(signal_ids),
    )


def write_judgements(tx: Tx, judged: Sequence[JudgedSignal], *, now: datetime) -> None:
    """What was counted for a disruption stays so when nothing more comes of it."""
    run(
        tx,
        """
UPDATE signal SET judged_at = CASE WHEN again_at IS NULL THEN %(now)s::timestamptz END, judgement = why,
  judge_after = coalesce(again_at, judge_after),
  disruption_id = coalesce(given.disruption_id, signal.disruption_id)
FROM jsonb_to_recordset(%(rows)s) AS given(signal_id bigint, why text, disruption_id bigint, again_at timestamptz)
WHERE signal.signal_id = given.signal_id AND signal.signal_id = ANY(%(ids)s)""",
        ids=[each.signal_id for each in judged],
        rows=Jsonb([asdict(each) for each in judged], dumps=partial(json.dumps, default=str)),
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
      AND NOT starts_with(r.actor, 'source:') AND NOT r.by_evidence)""",
        mode=mode,
    )


AGAIN = """
WITH covered AS (SELECT coalesce(array_agg(slug), '{}') AS slugs
                 FROM disruption d JOIN LATERAL (SELECT services FROM scope_revision
                   WHERE disruption_id = d.disruption_id AND NOT proposed ORDER BY rev DESC LIMIT 1) r ON true
                 CROSS JOIN unnest(r.services) AS slug
                 WHERE d.ended_at IS NULL AND d.mode = %(mode)s),
     taken AS (SELECT DISTINCT ON (disruption_id) disruption_id, r.services, r.at
               FROM disruption d JOIN scope_revision r USING (disruption_id)
               WHERE d.ended_at IS NULL AND d.mode = %(mode)s
                 AND r.actor <> 'database' AND NOT starts_with(r.actor, 'source:') AND NOT r.by_evidence
               ORDER BY disruption_id, r.rev),
     again AS (
       SELECT signal_id
       FROM covered, taken JOIN disruption_trouble d USING (disruption_id) JOIN trouble t USING (source, key)
       JOIN signal ON signal.source = t.source AND signal.dedupe_key = t.key AND signal.round = t.round
       WHERE t.state = 'firing' AND NOT d.services <@ taken.services AND NOT d.services <@ covered.slugs
         AND signal.disruption_id = taken.disruption_id AND signal.state = 'firing'
         AND signal.judged_at <= taken.at
         AND NOT signal.services <@ taken.services AND NOT signal.services <@ covered.slugs)
"""
"""Firing evidence of a draft that somebody took over for other services, and that nothing covers now."""


def is_to_be_judged_again(tx: Tx, mode: Mode) -> bool:
    """Is there such evidence?"""
    return value(tx, AGAIN + "SELECT EXISTS (SELECT FROM again)", mode=mode)  # noqa: S608 - constants


def judge_again(tx: Tx, mode: Mode) -> int:
    """From here on nobody has judged it. The caller holds the declarations."""
    statement = """,
rows AS (SELECT signal_id FROM signal JOIN again USING (signal_id) ORDER BY signal_id FOR NO KEY UPDATE OF signal)
UPDATE signal SET judged_at = NULL FROM rows WHERE signal.signal_id = rows.signal_id"""
    return run(tx, AGAIN + statement, mode=mode)


def cut_offs(tx: Tx, mode: Mode, *, now: datetime) -> list[CutOff]:
    """Services from which the data says customers are cut off, and no open disruption explains it.

    Who has left by a complete file is not in the data any more, here and below: what is kept of them until
    something is over would keep it open.
    """
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
            AND (of_view OR vanished_at IS NULL)
          ORDER BY suspended_at LIMIT 1) AS since,
         (SELECT suspended_at FROM entitlement WHERE service_id = s.service_id AND suspended_at <= %(now)s
            AND (of_view OR vanished_at IS NULL)
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
SELECT s.slug AS service, f.dedupe_key AS key
FROM service s CROSS JOIN LATERAL (  -- an episode begins only when the one before it is over: the last one counts
  SELECT dedupe_key FROM signal WHERE source = 'database' AND state = 'firing' AND services[1] = s.slug
  ORDER BY signal_id DESC LIMIT 1) f
WHERE NOT EXISTS (SELECT FROM signal r WHERE r.source = 'database' AND r.dedupe_key = f.dedupe_key
                  AND r.state = 'resolved')
  AND NOT coalesce((SELECT true FROM entitlement e
                    WHERE e.service_id = s.service_id AND suspended_at IS NOT NULL
                      AND (of_view OR vanished_at IS NULL)
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
WHERE slug = ANY(%(services)s) AND suspended_at <= %(now)s AND (of_view OR vanished_at IS NULL)""",
        services=list(services),
        now=now,
    )
    assert found is not None
    return found
