"""Who is cut off and was not told: the list of those to be called by telephone. And what every attempt came to."""

from dataclasses import dataclass

from notifier.store import Tx, many


@dataclass(frozen=True, slots=True)
class NotReached:
    customer: str
    """The company's own id."""
    name: str
    why: str


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


def not_reached(tx: Tx, notice_id: int) -> list[NotReached]:
    """Customers who are cut off now from what this notice is about, and of whom nobody was told by it."""
    return many(
        tx,
        NotReached,
        """
WITH reached AS (
  SELECT l.customer_id, max(CASE
    WHEN l.told_as = 'none' THEN 0
    WHEN l.recipient_id IS NULL OR d.exclusion IS NOT NULL
      OR f.fate IN ('rejected', 'suppressed', 'dropped', 'bounced') THEN 1
    WHEN k.state = 'accepted' THEN 4 WHEN k.state = 'unknown' THEN 3 ELSE 2 END) AS best
  FROM line l LEFT JOIN delivery d ON d.notice_id = l.notice_id AND d.recipient_id = l.recipient_id
  LEFT JOIN chunk k ON k.root_id = d.root_chunk_id AND k.state <> 'split' AND d.pos >= k.lo AND d.pos < k.hi
  LEFT JOIN fate f ON f.notice_id = l.notice_id AND f.recipient_id = l.recipient_id
  WHERE l.notice_id = %(id)s GROUP BY 1)
SELECT c.ext_id AS customer, c.name,
       (ARRAY['outside the scope', 'no usable address', 'not sent yet', 'unknown whether it left'])[best + 1]
         AS why
FROM reached JOIN customer c USING (customer_id)
WHERE best < 4 AND EXISTS (
  SELECT FROM entitlement e JOIN line l USING (customer_id, service_id)
  WHERE e.customer_id = c.customer_id AND l.notice_id = %(id)s AND e.suspended_at IS NOT NULL)
ORDER BY best DESC, c.ext_id""",
        id=notice_id,
    )


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
        "SELECT a.attempt_id::text, a.outcome, a.n - cardinality(a.skip) AS letters FROM attempt a"
        " JOIN chunk k USING (chunk_id) JOIN notice n USING (notice_id)"
        " WHERE n.disruption_id = %(id)s ORDER BY a.claimed_at",
        id=disruption_id,
    )
