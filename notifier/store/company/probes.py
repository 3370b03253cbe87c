"""Probes: what they look at, whose turn it is, and what was seen.

A probe is claimed before anybody looks, for as long as a look can take; what is written down afterwards is written
by whoever still holds the claim. If they die, the lease runs out and it is somebody else's turn.
"""

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from psycopg.types.json import Jsonb

from notifier.model.probe import COMPARABLE, OtherProbe, ProbeOutcome, ProbeType, Streak
from notifier.store import Tx, many, one, run, select_from, value


@dataclass(frozen=True, slots=True)
class Probe:
    """What the company's file says of it; its map and policy stand in its source."""

    name: str
    type: ProbeType
    asks: dict[str, Any]
    """What is looked at; no secret."""
    host: str
    """Whom it asks over the network; empty: nobody."""
    every_seconds: int
    fails: int
    recovers: int
    off: bool


@dataclass(frozen=True, slots=True)
class ClaimedProbe:
    """It is this process's turn, and only its."""

    name: str
    claim: UUID
    type: ProbeType
    asks: dict[str, Any]
    host: str
    every_seconds: int
    fails: int
    recovers: int
    declared_at: datetime
    memory: dict[str, Any]


@dataclass(frozen=True, slots=True)
class LastLook:
    """How the last looks went."""

    unreached_since: datetime | None
    """None: the last one reached somebody, or asked nobody."""
    unknown_since: datetime | None
    """None: the last one could say something."""


@dataclass(frozen=True, slots=True)
class WrittenLook:
    """What is written down of a look."""

    outcome: ProbeOutcome
    said: str
    next_at: datetime
    looked_at: datetime
    reached: bool
    unreached_since: datetime | None
    unknown_since: datetime | None
    memory: dict[str, object]


def probes(tx: Tx) -> list[Probe]:
    return many(tx, Probe, select_from(Probe, "probe") + " ORDER BY name")


def put(tx: Tx, wanted: Probe, *, now: datetime) -> None:
    """Its source is there. A heartbeat that is newly expected has its whole time from now."""
    run(
        tx,
        """
INSERT INTO probe (name, type, asks, host, every_seconds, fails, recovers, off, declared_at)
VALUES (%(name)s, %(type)s, %(asks)s, %(host)s, %(every)s, %(fails)s, %(recovers)s, %(off)s, %(now)s)
ON CONFLICT (name) DO UPDATE SET type = excluded.type, asks = excluded.asks, host = excluded.host,
  every_seconds = excluded.every_seconds, fails = excluded.fails, recovers = excluded.recovers,
  off = excluded.off,
  declared_at = CASE WHEN excluded.asks @> '{"expected": true}'
                      AND (probe.off OR NOT probe.asks @> '{"expected": true}')
                THEN excluded.declared_at ELSE probe.declared_at END""",
        name=wanted.name,
        type=wanted.type,
        asks=Jsonb(wanted.asks),
        host=wanted.host,
        every=wanted.every_seconds,
        fails=wanted.fails,
        recovers=wanted.recovers,
        off=wanted.off,
        now=now,
    )


def put_turn(tx: Tx, name: str, *, now: datetime) -> None:
    """It is looked at soon, and as if for the first time: what it remembers may be of another address, and so may
    what somebody sees who is looking at this moment. That is not written down.
    """
    run(
        tx,
        """
INSERT INTO probe_run (name, next_at)
VALUES (%(name)s, %(now)s)
ON CONFLICT (name) DO UPDATE SET next_at = excluded.next_at, claim = NULL, leased_until = NULL, looked_at = NULL,
  outcome = '', said = '', reached_at = NULL, unreached_since = NULL, memory = '{}'""",
        name=name,
        now=now,
    )


def claim_due(tx: Tx, most: int, *, lease_seconds: float, now: datetime) -> list[ClaimedProbe]:
    """Those whose turn came first. Nobody else gets them until the lease runs out, by the database's clock."""
    return many(
        tx,
        ClaimedProbe,
        """
WITH due AS (
  SELECT r.name FROM probe_run r JOIN probe p USING (name)
  WHERE NOT p.off AND r.next_at <= %(now)s
    AND (r.leased_until IS NULL OR r.leased_until < clock_timestamp())
  ORDER BY r.next_at, r.name LIMIT %(most)s FOR NO KEY UPDATE OF r SKIP LOCKED)
UPDATE probe_run r
SET claim = gen_random_uuid(), leased_until = clock_timestamp() + make_interval(secs => %(lease)s)
FROM due JOIN probe p USING (name)
WHERE r.name = due.name
RETURNING p.name, r.claim, p.type, p.asks, p.host, p.every_seconds, p.fails, p.recovers, p.declared_at,
  r.memory""",
        most=most,
        lease=lease_seconds,
        now=now,
    )


def is_due(tx: Tx, *, now: datetime) -> bool:
    """Somebody ought to look now."""
    return value(
        tx,
        """
SELECT EXISTS (
  SELECT FROM probe_run r JOIN probe p USING (name)
  WHERE NOT p.off AND r.next_at <= %(now)s
    AND (r.leased_until IS NULL OR r.leased_until < clock_timestamp()))""",
        now=now,
    )


def unclaimed(tx: Tx, name: str) -> ClaimedProbe | None:
    """For a look that is not written down: nobody's turn changes."""
    return one(
        tx,
        ClaimedProbe,
        """
SELECT p.name, gen_random_uuid() AS claim, p.type, p.asks, p.host, p.every_seconds, p.fails, p.recovers,
       p.declared_at, r.memory
FROM probe p JOIN probe_run r USING (name)
WHERE p.name = %(name)s""",
        name=name,
    )


def still_ours(tx: Tx, name: str, claim: UUID) -> bool:
    """Until this transaction ends nobody takes it. False: the lease ran out, and somebody else has looked."""
    return bool(
        value(
            tx,
            """
SELECT true FROM probe_run
WHERE name = %(name)s AND claim = %(claim)s ORDER BY name FOR NO KEY UPDATE""",
            name=name,
            claim=claim,
        )
    )


def last_look(tx: Tx, name: str) -> LastLook | None:
    return one(tx, LastLook, select_from(LastLook, "probe_run") + " WHERE name = %(name)s", name=name)


def write_look(tx: Tx, name: str, look: WrittenLook) -> None:
    """The claim ends with it."""
    run(
        tx,
        """
UPDATE probe_run SET claim = NULL, leased_until = NULL, next_at = %(next_at)s, looked_at = %(looked_at)s,
  outcome = %(outcome)s, said = %(said)s, unreached_since = %(unreached_since)s,
  unknown_since = %(unknown_since)s, memory = %(memory)s,
  reached_at = CASE WHEN %(reached)s THEN %(looked_at)s ELSE reached_at END
WHERE name = %(name)s""",
        name=name,
        next_at=look.next_at,
        looked_at=look.looked_at,
        outcome=look.outcome,
        said=look.said,
        unreached_since=look.unreached_since,
        unknown_since=look.unknown_since,
        memory=Jsonb(look.memory),
        reached=look.reached,
    )


def streaks(tx: Tx, name: str) -> list[Streak]:
    return many(
        tx,
        Streak,
        """
SELECT key, bad, good, turned, firing, kind, since FROM probe_streak
WHERE name = %(name)s ORDER BY key""",
        name=name,
    )


def put_streaks(tx: Tx, name: str, after: Sequence[Streak]) -> None:
    """These and no others."""
    run(
        tx,
        "DELETE FROM probe_streak WHERE name = %(name)s AND key <> ALL(%(keys)s)",
        name=name,
        keys=[each.key for each in after],
    )
    run(
        tx,
        """
INSERT INTO probe_streak (name, key, bad, good, turned, firing, kind, since)
SELECT %(name)s, key, bad, good, turned, firing, kind, since
FROM jsonb_to_recordset(%(rows)s) AS given(key text, bad int, good int, turned int, firing boolean, kind text,
  since timestamptz)
ORDER BY key
ON CONFLICT (name, key) DO UPDATE SET bad = excluded.bad, good = excluded.good, turned = excluded.turned,
  firing = excluded.firing, kind = excluded.kind, since = excluded.since""",
        name=name,
        rows=Jsonb([asdict(each) | {"since": each.since.isoformat()} for each in after]),
    )


def at_other_hosts(tx: Tx, host: str, *, inside: bool) -> list[OtherProbe]:
    """The last looks at every other host that somebody looks at over the network: inside one's own, or outside."""
    return many(
        tx,
        OtherProbe,
        """
SELECT host, looked_at, reached_at, unreached_since IS NOT NULL AS unreached
FROM probe JOIN probe_run USING (name)
WHERE NOT off AND host NOT IN ('', %(host)s) AND asks @> '{"allow_private": true}' = %(inside)s
ORDER BY name""",
        host=host,
        inside=inside,
    )


def hurry_others(tx: Tx, host: str, *, inside: bool, looked_before: datetime, now: datetime) -> int:
    """It is the turn of the other hosts now, to tell their trouble from ours; not of those that were looked at
    since, nor of those that could not be reached shortly before either: no two hurry each other for ever.
    """
    return run(
        tx,
        """
WITH others AS (
  SELECT r.name FROM probe_run r JOIN probe p USING (name)
  WHERE NOT off AND host NOT IN ('', %(host)s) AND next_at > %(now)s
    AND asks @> '{"allow_private": true}' = %(inside)s
    AND (looked_at IS NULL
         OR looked_at < CASE WHEN unreached_since IS NULL THEN %(before)s ELSE %(long_before)s END)
  ORDER BY r.name FOR NO KEY UPDATE OF r SKIP LOCKED)
UPDATE probe_run r SET next_at = %(now)s
FROM others
WHERE r.name = others.name""",
        host=host,
        inside=inside,
        before=looked_before,
        long_before=looked_before - COMPARABLE,
        now=now,
    )
