"""What a refusal that names nobody says: whether it is about one letter, or about everybody."""

from dataclasses import dataclass

from notifier.store import Tx, one
from notifier.store.ledger.chunks import Claim


@dataclass(frozen=True, slots=True)
class Kin:
    """How the other half of what was refused before stands; the provider has taken nothing of the notice since."""

    refused: bool
    """In the same words."""
    open: bool
    """It is still to be tried."""


ALONE = Kin(refused=False, open=False)
"""Not a half, or the provider takes others meanwhile, or a person has let it go since: nothing follows from it."""


def kin(tx: Tx, claimed: Claim, *, reason: str, http_status: int | None) -> Kin:
    """Of a chunk that waits for this answer, whose parent was cut in halves for the same words."""
    found = one(
        tx,
        Kin,
        """
WITH halves AS (
  SELECT me.notice_id, s.chunk_id, s.state, pa.claimed_at AS since
  FROM chunk me JOIN attempt mine ON mine.attempt_id = me.attempt_id AND mine.outcome IN ('open', 'unknown')
  JOIN notice n ON n.notice_id = me.notice_id
  JOIN LATERAL (SELECT p.lo, p.hi, p.attempt_id FROM chunk p WHERE p.root_id = me.root_id AND p.state = 'split'
      AND p.chunk_id <> me.chunk_id AND p.lo <= me.lo AND p.hi >= me.hi ORDER BY p.hi - p.lo LIMIT 1) p ON true
  JOIN attempt pa ON pa.attempt_id = p.attempt_id AND pa.outcome = 'refused' AND pa.reason = %(reason)s
    AND pa.http_status IS NOT DISTINCT FROM %(status)s
    AND pa.claimed_at >= coalesce(n.resumed_at, '-infinity')
  JOIN chunk s ON s.root_id = me.root_id AND s.lo = CASE WHEN me.lo = p.lo THEN me.hi ELSE p.lo END
    AND s.hi = CASE WHEN me.lo = p.lo THEN p.hi ELSE me.lo END
  WHERE me.chunk_id = %(chunk)s AND me.attempt_id = %(attempt)s AND me.state IN ('claimed', 'unknown'))
SELECT EXISTS (SELECT FROM attempt a WHERE a.chunk_id = halves.chunk_id AND a.outcome = 'refused'
         AND a.reason = %(reason)s AND a.http_status IS NOT DISTINCT FROM %(status)s) AS refused,
       state IN ('due', 'claimed') AS open
FROM halves WHERE NOT EXISTS (SELECT FROM attempt a JOIN chunk k USING (chunk_id)
  WHERE k.notice_id = halves.notice_id AND a.outcome = 'accepted' AND a.claimed_at > halves.since)""",
        chunk=claimed.chunk_id,
        attempt=claimed.attempt_id,
        reason=reason,
        status=http_status,
    )
    return found or ALONE
