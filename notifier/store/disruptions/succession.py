"""Which draft of evidence became which: merged, split, taken up again, or following one that told people."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime

from notifier.model.act import Act
from notifier.model.vocabulary import Kind, Mode
from notifier.store import Tx, many, one, run, value, values


@dataclass(frozen=True, slots=True)
class EndedDisruption:
    """A disruption that is over."""

    disruption_id: int
    services: list[str]
    told: bool
    """It told people, or was about to; otherwise a draft whose evidence went away."""
    kind: Kind


@dataclass(frozen=True, slots=True)
class Ties:
    """What a draft has to do with others, and how far anybody has agreed to it."""

    merged_into: int | None
    split_from: int | None
    without: list[str]
    approvals: int
    """Of notices that are not dropped, in whole or in part."""
    arranged: bool
    """A person has merged or split it: only a person lets it go."""


def ended_lately(tx: Tx, mode: Mode, *, since: datetime) -> list[EndedDisruption]:
    """The newest first; what was merged goes on elsewhere."""
    return many(
        tx,
        EndedDisruption,
        """
SELECT d.disruption_id, r.services, d.declared_at IS NOT NULL AS told, d.kind
FROM disruption d
JOIN LATERAL (
  SELECT services FROM scope_revision
  WHERE disruption_id = d.disruption_id AND NOT proposed
  ORDER BY rev DESC LIMIT 1) r ON true
WHERE d.ended_at > %(since)s AND d.mode = %(mode)s AND (d.declared_at IS NOT NULL OR d.ended_as = 'void')
ORDER BY d.ended_at DESC, d.disruption_id DESC""",
        mode=mode,
        since=since,
    )


def reopen(tx: Tx, disruption_id: int, *, effective_at: datetime, now: datetime) -> None:
    """A draft that was void goes on: nobody was told of it."""
    run(
        tx,
        """
UPDATE disruption SET ended_at = NULL, ended_as = NULL, effective_at = %(at)s, reopened_at = %(now)s
WHERE disruption_id = %(id)s AND declared_at IS NULL AND ended_as = 'void'""",
        id=disruption_id,
        at=effective_at,
        now=now,
    )


def follow(tx: Tx, disruption_id: int, other: int | None) -> None:
    """None: nothing more is said, and what was said stays."""
    run(
        tx,
        "UPDATE disruption SET follows = %(other)s WHERE disruption_id = %(id)s AND %(other)s::bigint IS NOT NULL",
        id=disruption_id,
        other=other,
    )


def ties(tx: Tx, disruption_id: int) -> Ties:
    found = one(
        tx,
        Ties,
        """
SELECT merged_into, split_from, without,
       (SELECT count(*) FROM approval JOIN notice n USING (notice_id)
        WHERE n.disruption_id = d.disruption_id AND n.state NOT IN ('void', 'cancelled')) AS approvals,
       arranged_by IS NOT NULL AS arranged
FROM disruption d WHERE disruption_id = %(id)s""",
        id=disruption_id,
    )
    assert found is not None
    return found


def arrange(
    tx: Tx, act: Act, disruption_id: int, *, effective_at: datetime, without: Collection[str]
) -> None:
    """A person has decided what this draft is about."""
    run(
        tx,
        """
UPDATE disruption SET effective_at = %(at)s, without = %(without)s, arranged_by = %(actor)s, arranged_at = %(now)s
WHERE disruption_id = %(id)s""",
        id=disruption_id,
        at=effective_at,
        without=sorted(without),
        actor=act.actor,
        now=act.now,
    )


def set_merged(tx: Tx, disruption_id: int, *, into: int) -> None:
    run(
        tx,
        "UPDATE disruption SET merged_into = %(into)s WHERE disruption_id = %(id)s",
        id=disruption_id,
        into=into,
    )


def set_split(tx: Tx, disruption_id: int, *, split_from: int) -> None:
    run(
        tx,
        "UPDATE disruption SET split_from = %(other)s WHERE disruption_id = %(id)s",
        id=disruption_id,
        other=split_from,
    )


def split_off(tx: Tx, disruption_id: int, services: Sequence[str]) -> int | None:
    """The open draft for exactly these that was split from this one."""
    return value(
        tx,
        """
SELECT disruption_id FROM disruption
WHERE split_from = %(id)s AND ended_at IS NULL AND services = %(services)s
ORDER BY disruption_id DESC LIMIT 1""",
        id=disruption_id,
        services=sorted(services),
    )


def move_signals(tx: Tx, old: int, new: int, services: Sequence[str] | None = None) -> int:
    """What was heard for one is evidence of another from here on; how much. `services`: only what names no others.
    The caller holds the declarations.
    """
    return run(
        tx,
        """
WITH moves AS (
  SELECT signal_id FROM signal
  WHERE disruption_id = %(old)s AND (%(services)s::text[] IS NULL OR services <@ %(services)s)
  ORDER BY signal_id FOR NO KEY UPDATE)
UPDATE signal SET disruption_id = %(new)s FROM moves WHERE signal.signal_id = moves.signal_id""",
        old=old,
        new=new,
        services=None if services is None else sorted(services),
    )


def began(tx: Tx, disruption_id: int) -> datetime | None:
    """When the first had begun of what was heard for it."""
    return value(
        tx,
        "SELECT min(occurred_at) FROM signal WHERE disruption_id = %(id)s AND state = 'firing'",
        id=disruption_id,
    )


def share_troubles(tx: Tx, old: int, new: int, services: Sequence[str] | None = None) -> int:
    """The other rests on these troubles too, as far as they are about these services (None: all they name)."""
    return run(
        tx,
        """
INSERT INTO disruption_trouble (disruption_id, source, key, services)
SELECT %(new)s, source, key, array_agg(DISTINCT slug)
FROM disruption_trouble CROSS JOIN unnest(services) AS slug
WHERE disruption_id = %(old)s AND (%(services)s::text[] IS NULL OR slug = ANY(%(services)s))
GROUP BY 2, 3 ORDER BY 2, 3
ON CONFLICT (disruption_id, source, key) DO UPDATE SET services = (
  SELECT array_agg(DISTINCT slug ORDER BY slug)
  FROM unnest(disruption_trouble.services || excluded.services) slug)""",
        old=old,
        new=new,
        services=None if services is None else sorted(services),
    )


def drop_troubles(tx: Tx, disruption_id: int, services: Sequence[str] | None = None) -> None:
    """It rests no longer on what is only about these (None: on anything)."""
    run(
        tx,
        """
DELETE FROM disruption_trouble
WHERE disruption_id = %(id)s AND (%(services)s::text[] IS NULL OR services <@ %(services)s)""",
        id=disruption_id,
        services=None if services is None else sorted(services),
    )


def narrow_troubles(tx: Tx, disruption_id: int, services: Sequence[str]) -> None:
    """What it rests on says nothing about these any more."""
    run(
        tx,
        """
UPDATE disruption_trouble SET services = array(
  SELECT slug FROM unnest(services) AS slug WHERE slug <> ALL(%(services)s) ORDER BY 1)
WHERE disruption_id = %(id)s AND services && %(services)s""",
        id=disruption_id,
        services=sorted(services),
    )


def untouched(tx: Tx, disruption_ids: Sequence[int], *, before: datetime) -> list[int]:
    """Which of these drafts lie there since before then, and nobody has arranged, listed or approved any of it."""
    return values(
        tx,
        """
SELECT disruption_id FROM disruption d
WHERE disruption_id = ANY(%(ids)s) AND greatest(opened_at, arranged_at, reopened_at) <= %(before)s
  AND NOT EXISTS (SELECT FROM notice n
    WHERE n.disruption_id = d.disruption_id AND n.state NOT IN ('void', 'cancelled')
      AND (n.go_at IS NOT NULL OR n.freeze_asked IS NOT NULL
        OR EXISTS (SELECT FROM approval a WHERE a.notice_id = n.notice_id)))
ORDER BY 1""",
        ids=list(disruption_ids),
        before=before,
    )


def opened_lately(tx: Tx, actor: str, *, since: datetime) -> int:
    """How many disruptions this actor has opened; what a person split off counts once."""
    return value(
        tx,
        """
SELECT count(*) FROM disruption
WHERE opened_by = %(actor)s AND opened_at > %(since)s AND split_from IS NULL""",
        actor=actor,
        since=since,
    )
