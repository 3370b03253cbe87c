"""What a story came to, for whoever holds the ledger against what the provider really got."""

from dataclasses import dataclass, field

from notifier.model.vocabulary import NoticeKind
from notifier.store import Tx, many


@dataclass(frozen=True, slots=True)
class Weight:
    """Customers with one verdict; a customer counts once: affected before possibly before not."""

    verdict: str
    customers: int
    people: int
    """Who are written to."""


@dataclass(frozen=True, slots=True)
class Tried:
    attempt_id: str
    outcome: str
    letters: int
    notice_id: int
    locale: str


@dataclass(frozen=True, slots=True)
class Reader:
    """Somebody who was told something in their language, for all who were."""

    notice_id: int
    kind: NoticeKind
    locale: str
    people: int
    """Who were told the same in the same language."""
    address: str = field(repr=False)


def verdicts(tx: Tx, notice_id: int) -> list[Weight]:
    """The verdicts as they were frozen with the notice, the weightiest first."""
    return many(
        tx,
        Weight,
        """
WITH customer_rank AS (
  SELECT customer_id, max(CASE verdict WHEN 'affected' THEN 2 WHEN 'possibly' THEN 1 ELSE 0 END) AS rank
  FROM line WHERE notice_id = %(id)s GROUP BY 1),
person_rank AS (
  SELECT recipient_id, max(rank) AS rank FROM line JOIN customer_rank USING (customer_id)
  WHERE notice_id = %(id)s AND recipient_id IS NOT NULL AND told_as <> 'none' GROUP BY 1)
SELECT (ARRAY['not', 'affected', 'possibly'])[CASE rank WHEN 2 THEN 2 WHEN 1 THEN 3 ELSE 1 END] AS verdict,
       count(*) AS customers, (SELECT count(*) FROM person_rank p WHERE p.rank = c.rank) AS people
FROM customer_rank c GROUP BY rank ORDER BY rank DESC""",
        id=notice_id,
    )


def attempts(tx: Tx, disruption_id: int) -> list[Tried]:
    """Every request of a disruption, in the order in which they were claimed."""
    return many(
        tx,
        Tried,
        """
SELECT a.attempt_id::text, a.outcome, a.n - cardinality(a.skip) AS letters, notice_id, w.locale
FROM attempt a JOIN chunk k USING (chunk_id) JOIN notice n USING (notice_id)
JOIN content w USING (content_id, notice_id)
WHERE n.disruption_id = %(id)s
ORDER BY a.claimed_at""",
        id=disruption_id,
    )


def readers(tx: Tx, disruption_id: int) -> list[Reader]:
    """One reader of each notice in each of its languages, if there is one for whom all of it is sure."""
    return many(
        tx,
        Reader,
        """
SELECT DISTINCT ON (d.notice_id, w.locale) d.notice_id, d.kind, w.locale, r.address,
       count(*) OVER (PARTITION BY d.notice_id, w.locale) AS people
FROM delivery_standing d JOIN recipient r USING (recipient_id) JOIN content w ON w.content_id = d.content_id
WHERE d.disruption_id = %(id)s AND d.chunk_state = 'accepted'
ORDER BY d.notice_id, w.locale, w.variant, d.recipient_id""",
        id=disruption_id,
    )
