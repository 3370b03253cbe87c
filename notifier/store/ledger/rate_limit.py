"""How fast a provider is asked, learned by all workers together: rate, breaker, and when to come back."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from notifier.store import Tx, many, one, run, value


@dataclass(frozen=True, slots=True)
class Pace:
    """A row appears with the first trouble; without one nothing limits."""

    wait_seconds: float
    """Until the provider wants to be asked again; 0: now."""
    limited: bool
    """A rate is known: a request takes a token."""
    broken: bool
    """Two ambiguous outcomes in a row: one probe at a time."""
    resting_seconds: float
    """With `broken`: until the next probe."""


def pace(tx: Tx, provider: str) -> Pace | None:
    return one(
        tx,
        Pace,
        """
SELECT greatest(0, coalesce(extract(epoch FROM not_before - now()), 0))::float8 AS wait_seconds,
       rate IS NOT NULL AS limited, streak >= 2 AS broken,
       greatest(0, coalesce(extract(epoch FROM breaker_until - now()), 0))::float8 AS resting_seconds
FROM provider
WHERE name = %(provider)s""",
        provider=provider,
    )


def one_at_a_time(tx: Tx, key: str) -> None:
    """Until this transaction ends nobody else claims under this key: held for a claim only, never a request."""
    run(tx, "SELECT pg_advisory_xact_lock(hashtextextended(%(key)s, 0))", key=key)


def request_is_open(tx: Tx, provider: str) -> bool:
    """Somebody is asking this provider right now."""
    return value(
        tx,
        """
SELECT EXISTS (SELECT FROM attempt JOIN chunk USING (chunk_id)
  WHERE outcome = 'open' AND provider = %(provider)s AND chunk.state = 'claimed')""",
        provider=provider,
    )


def take_token(tx: Tx, provider: str) -> bool:
    """One token of the shared bucket, refilled by the database's clock; False: none is there yet."""
    return 1 == run(  # noqa: SIM300
        tx,
        """
UPDATE provider
SET refilled_at = clock_timestamp(), tokens = least(greatest(rate, 1),
  tokens + rate * extract(epoch FROM clock_timestamp() - refilled_at)) - 1
WHERE name = %(provider)s
  AND least(greatest(rate, 1), tokens + rate * extract(epoch FROM clock_timestamp() - refilled_at)) >= 1""",
        provider=provider,
    )


def slow_down(tx: Tx, provider: str, *, until: datetime | None) -> None:
    """A 429: rest until the provider says, then ask at half of what was asked in the last second.

    If it does not say, each round of them doubles the longest rest, up to a minute, and chance draws the rest from
    it (full jitter): who waits does not come back at once, and not all together. What was in flight is one round.
    """
    run(
        tx,
        """
INSERT INTO provider AS p (name, rate, tokens, refilled_at, laters, later_since, not_before)
SELECT %(provider)s, greatest(1, count(*) / 2.0), 1, clock_timestamp(), 1, clock_timestamp(),
       coalesce(%(until)s::timestamptz, now() + make_interval(secs => random()))
FROM attempt
WHERE provider = %(provider)s AND claimed_at > statement_timestamp() - interval '1 second'
ON CONFLICT (name) DO UPDATE SET rate = greatest(1, coalesce(p.rate, excluded.rate * 2) / 2), tokens = 1,
  refilled_at = clock_timestamp(), streak = 0,
  laters = CASE WHEN p.not_before > now() THEN greatest(p.laters, 1) ELSE p.laters + 1 END,
  later_since = coalesce(p.later_since, clock_timestamp()), not_before = CASE
    WHEN %(until)s::timestamptz IS NULL AND p.not_before > now() THEN p.not_before
    ELSE greatest(p.not_before,
      coalesce(%(until)s::timestamptz,
        now() + make_interval(secs => random() * least(60, 2 ^ least(p.laters, 6))))) END""",
        provider=provider,
        until=until,
    )


def rest(tx: Tx, provider: str, *, until: datetime) -> None:
    """The provider takes nothing more before `until`: said in the headers of a request that it accepted."""
    run(
        tx,
        """
INSERT INTO provider AS p (name, not_before)
VALUES (%(provider)s, %(until)s)
ON CONFLICT (name) DO UPDATE SET not_before = greatest(p.not_before, excluded.not_before)""",
        provider=provider,
        until=until,
    )


def doubt(tx: Tx, provider: str, *, rest_seconds: float) -> None:
    """One more ambiguous outcome; the longer the row of them, the longer until the next probe."""
    run(
        tx,
        """
INSERT INTO provider AS p (name, streak, breaker_until)
VALUES (%(provider)s, 1, now() + make_interval(secs => %(rest)s))
ON CONFLICT (name) DO UPDATE SET streak = p.streak + 1,
  breaker_until = now() + make_interval(secs => %(rest)s * least(p.streak + 1, 30))""",
        provider=provider,
        rest=rest_seconds,
    )


def trust(tx: Tx, provider: str, *, accepted: bool) -> None:
    """A clear answer ends a row of doubts; an accepted request lets the rate grow, and a high one be forgotten."""
    run(
        tx,
        """
UPDATE provider
SET streak = 0, breaker_until = NULL, laters = CASE WHEN %(accepted)s THEN 0 ELSE laters END,
  later_since = CASE WHEN %(accepted)s THEN NULL ELSE later_since END,
  rate = CASE WHEN NOT %(accepted)s THEN rate WHEN rate > 500 THEN NULL ELSE rate * 1.1 END
WHERE name = %(provider)s AND (streak > 0 OR rate IS NOT NULL OR laters > 0)""",
        provider=provider,
        accepted=accepted,
    )


def asked_lately(tx: Tx, notice_id: int, *, seconds: float) -> int:
    """Requests that one notice began in the last seconds."""
    return value(
        tx,
        """
SELECT count(*) FROM attempt JOIN chunk USING (chunk_id)
WHERE chunk.notice_id = %(id)s AND claimed_at > statement_timestamp() - make_interval(secs => %(seconds)s)""",
        id=notice_id,
        seconds=seconds,
    )


def seconds_each(tx: Tx, provider: str) -> float | None:
    """What its last requests took on average; None: it was never asked."""
    return value(
        tx,
        """
SELECT avg(extract(epoch FROM ended_at - claimed_at))::float8
FROM (
  SELECT claimed_at, ended_at FROM attempt
  WHERE provider = %(provider)s AND outcome = 'accepted' AND ended_at >= claimed_at
  ORDER BY claimed_at DESC LIMIT 200) latest""",
        provider=provider,
    )


@dataclass(frozen=True, slots=True)
class RateLimited:
    """A notice that cannot leave because its provider wants to be asked later."""

    notice_id: int
    disruption_id: int
    reference: str
    since: datetime


def waiting(tx: Tx, providers: Mapping[str, str], *, seconds: float) -> list[RateLimited]:
    """Notices with something due, whose provider has taken nothing for so long. `providers`: by mode."""
    return many(
        tx,
        RateLimited,
        """
SELECT n.notice_id, d.disruption_id, d.reference, p.later_since AS since
FROM provider p
JOIN unnest(%(modes)s::text[], %(names)s::text[]) AS m (mode, name) USING (name)
JOIN notice n ON n.state IN ('approved', 'sending')
JOIN disruption d ON d.disruption_id = n.disruption_id AND d.mode = m.mode
WHERE p.later_since < clock_timestamp() - make_interval(secs => %(seconds)s)
  AND EXISTS (SELECT FROM chunk k WHERE k.notice_id = n.notice_id AND k.state = 'due')
ORDER BY n.notice_id""",
        modes=list(providers),
        names=list(providers.values()),
        seconds=seconds,
    )
