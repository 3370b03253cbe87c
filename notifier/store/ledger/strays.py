"""Events that do not name our mail: whose they may be, and how many of them were nobody's."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from notifier.model.event import ProviderEvent, Suppressing
from notifier.store import Tx, many, run, value

LONGEST_DAYS = 7
"""A server that took a mail may give it back days later."""


@dataclass(frozen=True, slots=True)
class AnsweredRequest:
    """An answered request, by the provider's own id."""

    message_id: str
    attempt_id: str


def by_message(tx: Tx, provider: str, message_ids: Sequence[str]) -> dict[str, str]:
    """The attempt of each of these ids of the provider."""
    rows = many(
        tx,
        AnsweredRequest,
        """
SELECT x_message_id AS message_id, attempt_id::text FROM attempt
WHERE x_message_id = ANY(%(ids)s) AND provider = %(provider)s""",
        ids=list(message_ids),
        provider=provider,
    )
    return {row.message_id: row.attempt_id for row in rows}


@dataclass(frozen=True, slots=True)
class NamedRecipient:
    """A recipient of ours whom an address names."""

    n: int
    recipient_id: int
    fits: int
    """How many mails of ours, tests and copies too, had been taken for them shortly before."""
    attempt_id: str | None
    """Of one of them."""
    live: bool


def whose(tx: Tx, provider: str, found: Sequence[tuple[str, datetime]]) -> dict[int, NamedRecipient]:
    """By place: whom these addresses are about, and which mail of ours it may be at that time.

    A mail went with the chunk of its attempt, which may have been split since: no `delivery_standing` has that.
    """
    rows = many(
        tx,
        NamedRecipient,
        """
SELECT e.n, r.recipient_id, count(c.live)::int AS fits, min(c.attempt_id::text) AS attempt_id,
       coalesce(bool_or(c.live), false) AS live
FROM unnest(%(ns)s::int[], %(keys)s::text[], %(times)s::timestamptz[]) AS e (n, key, at)
JOIN recipient r ON r.address_key = e.key
LEFT JOIN LATERAL (
  SELECT a.attempt_id, d.mode = 'live' AS live
  FROM notice o JOIN disruption d USING (disruption_id)
  JOIN delivery l ON l.notice_id = o.notice_id AND l.recipient_id = r.recipient_id
  JOIN chunk k ON k.root_id = l.root_chunk_id AND l.pos >= k.lo AND l.pos < k.hi
  JOIN attempt a ON a.chunk_id = k.chunk_id AND a.provider = %(provider)s AND a.outcome = 'accepted'
    AND l.pos <> ALL(a.skip)
  WHERE o.approved_at <= e.at + interval '5 minutes'
    AND coalesce(o.finished_at, 'infinity') >= e.at - make_interval(days => %(days)s)
    AND a.claimed_at BETWEEN e.at - make_interval(days => %(days)s) AND e.at + interval '5 minutes'
  UNION ALL
  SELECT NULL, true FROM single s WHERE s.recipient_id = r.recipient_id AND s.provider = %(provider)s
    AND s.at BETWEEN e.at - make_interval(days => %(days)s) AND e.at + interval '5 minutes') c ON true
GROUP BY 1, 2""",
        ns=list(range(len(found))),
        keys=[key for key, _ in found],
        times=[at for _, at in found],
        provider=provider,
        days=LONGEST_DAYS,
    )
    return {row.n: row for row in rows}


def suppress(tx: Tx, provider: str, found: Sequence[tuple[ProviderEvent, Suppressing]]) -> None:
    """Addresses of people of ours that are not written to again, whichever mail it was."""
    run(
        tx,
        """
INSERT INTO suppression (recipient_id, reason, source, at)
SELECT recipient_id, word, %(provider)s, min(at)
FROM unnest(%(people)s::bigint[], %(words)s::text[], %(times)s::timestamptz[]) AS e
  (recipient_id, word, at)
GROUP BY 1, 2 ORDER BY 1, 2
ON CONFLICT DO NOTHING""",
        provider=provider,
        people=[event.recipient_id for event, _ in found],
        words=[reason.value for _, reason in found],
        times=[event.occurred_at for event, _ in found],
    )


def count(tx: Tx, found: Mapping[tuple[str, str], int], *, now: datetime) -> None:
    """So many more of them, by why and kind."""
    ordered = sorted(Counter(found).items())
    run(
        tx,
        """
INSERT INTO stray AS s (day, why, kind, n, last_at)
SELECT %(now)s::timestamptz::date, why, kind, n, %(now)s
FROM unnest(%(whys)s::text[], %(kinds)s::text[], %(ns)s::bigint[]) AS e (why, kind, n)
ORDER BY 2, 3
ON CONFLICT (day, why, kind) DO UPDATE SET n = s.n + excluded.n, last_at = excluded.last_at""",
        whys=[why for (why, _), _ in ordered],
        kinds=[kind for (_, kind), _ in ordered],
        ns=[n for _, n in ordered],
        now=now,
    )


def lately(tx: Tx, whys: Sequence[str], *, now: datetime) -> int:
    """How many came on the days that had one within the last 24 hours."""
    return value(
        tx,
        """
SELECT coalesce(sum(n), 0)::bigint FROM stray
WHERE day >= (%(now)s::timestamptz)::date - 1 AND why = ANY(%(whys)s)
  AND last_at > %(now)s::timestamptz - interval '1 day'""",
        whys=list(whys),
        now=now,
    )
