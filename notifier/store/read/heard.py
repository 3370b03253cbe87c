"""What was heard of a disruption, what was concluded from it, and what waits: for `show`, `list` and `sources`."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from notifier.model.signal import SignalState
from notifier.store import Tx, many

ACTS = ("draft", "widen draft", "reopen draft", "void draft", "merge", "merged", "split", "declare")
"""Of the audit chain: what became of a draft."""


@dataclass(frozen=True, slots=True)
class SaidOfIt:
    """What one source said in one way, and what was concluded each time."""

    source: str
    state: SignalState
    services: list[str]
    why: str | None
    """The judgement; None: nobody has judged it yet."""
    reports: int
    troubles: int
    began_at: datetime
    """What the tool says: the earliest of these."""
    first_at: datetime
    last_at: datetime
    """When they came, the first and the last; our clock."""
    repeats: int
    """How often these troubles were only said again, in the round that they are in."""
    left_out: int
    """How many more such rows there are, all of them older."""


@dataclass(frozen=True, slots=True)
class Concluded:
    """An entry of the audit chain about what a disruption is about."""

    at: datetime
    actor: str
    act: str
    before: dict[str, Any] | None
    after: dict[str, Any] | None


@dataclass(frozen=True, slots=True)
class Related:
    how: str
    """merged into, took in, split from, parted with, follows, followed by."""
    reference: str


@dataclass(frozen=True, slots=True)
class WaitsFor:
    """Reports of one source that wait, for one reason."""

    source: str
    services: list[str]
    why: str
    reports: int
    since: datetime
    """When the first of them came."""


def said_of(tx: Tx, disruption_id: int, most: int) -> list[SaidOfIt]:
    """The newest `most` ways, the oldest first. A storm is few of them: what is alike is counted."""
    return many(
        tx,
        SaidOfIt,
        """
WITH alike AS (
  SELECT source, state, services, judgement AS why, count(*) AS reports, array_agg(DISTINCT dedupe_key) AS keys,
         min(occurred_at) AS began_at, min(received_at) AS first_at, max(received_at) AS last_at
  FROM signal WHERE disruption_id = %(id)s
  GROUP BY 1, 2, 3, 4),
newest AS (
  SELECT source, state, services, why, reports, keys, began_at, first_at, last_at, count(*) OVER () AS n
  FROM alike ORDER BY last_at DESC, source, state, why LIMIT %(most)s)
SELECT source, state, services, why, reports, cardinality(keys) AS troubles, began_at, first_at, last_at,
       CASE WHEN state = 'resolved' THEN 0 ELSE (SELECT coalesce(sum(t.repeats), 0)::bigint FROM trouble t
         WHERE t.source = newest.source AND t.key = ANY(newest.keys)) END AS repeats,
       greatest(n - %(most)s, 0) AS left_out
FROM newest ORDER BY first_at, source, state DESC, why""",
        id=disruption_id,
        most=most,
    )


def concluded(tx: Tx, disruption_id: int, most: int) -> list[Concluded]:
    """The newest `most`, the oldest first."""
    return many(
        tx,
        Concluded,
        """
SELECT at, actor, act, before, after
FROM (SELECT seq, at, actor, act, before, after FROM audit
      WHERE disruption_id = %(id)s AND act = ANY(%(acts)s) ORDER BY seq DESC LIMIT %(most)s) newest
ORDER BY seq""",
        id=disruption_id,
        acts=list(ACTS),
        most=most,
    )


def related(tx: Tx, disruption_id: int) -> list[Related]:
    """Drafts that were merged or split, and what follows what."""
    return many(
        tx,
        Related,
        """
SELECT how, o.reference
FROM disruption d CROSS JOIN disruption o CROSS JOIN LATERAL (VALUES
  ('merged into', d.merged_into = o.disruption_id), ('took in', o.merged_into = d.disruption_id),
  ('split from', d.split_from = o.disruption_id), ('parted with', o.split_from = d.disruption_id),
  ('follows', d.follows = o.disruption_id), ('followed by', o.follows = d.disruption_id)) r (how, is_so)
WHERE d.disruption_id = %(id)s AND is_so
ORDER BY o.disruption_id LIMIT 20""",
        id=disruption_id,
    )


def waits_for(tx: Tx) -> list[WaitsFor]:
    """What waits for another witness, for its time or for its turn, by source; the longest of each first."""
    return many(
        tx,
        WaitsFor,
        """
SELECT source, array_agg(DISTINCT slug) AS services, judgement AS why, count(DISTINCT signal_id) AS reports,
       min(received_at) AS since
FROM signal CROSS JOIN unnest(services) AS slug
WHERE judged_at IS NULL AND judge_after > '-infinity' AND judgement IS NOT NULL
GROUP BY 1, 3 ORDER BY 1, 5, 3 LIMIT 20""",
    )
