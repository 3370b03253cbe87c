"""People of a claimed chunk who must not be written to any more: suppressed or erased after the freezing."""

from collections.abc import Sequence
from datetime import datetime

from notifier.model.event import Fate
from notifier.store import Tx, run
from notifier.store.ledger.chunks import Claim


def leave_out(tx: Tx, claimed: Claim, positions: Sequence[int], *, now: datetime) -> None:
    """Their fate, and who is not in the request: commit before it leaves, or they would count as told.

    What an attempt that did carry them reported stays: it outranks this. Nothing is written if the attempt is
    over already: then nothing leaves either.
    """
    run(
        tx,
        # `theirs` by its place, then sorted: else the whole notice may be read in the order of its people.
        """
WITH mine AS (
  UPDATE attempt SET skip = %(positions)s, n = %(letters)s
  WHERE attempt_id = %(attempt_id)s AND outcome = 'open'
  RETURNING attempt_id),
theirs AS MATERIALIZED (
  SELECT notice_id, recipient_id, pos FROM delivery
  WHERE notice_id = %(notice_id)s AND root_chunk_id = %(root_id)s AND pos >= %(lo)s AND pos < %(hi)s)
INSERT INTO fate (notice_id, recipient_id, fate, rank, at)
SELECT d.notice_id, d.recipient_id, %(fate)s, %(rank)s, %(now)s
FROM mine CROSS JOIN theirs d
WHERE d.pos = ANY(%(positions)s)
ORDER BY d.recipient_id
ON CONFLICT DO NOTHING""",
        attempt_id=claimed.attempt_id,
        positions=list(positions),
        letters=claimed.hi - claimed.lo - len(positions),
        notice_id=claimed.notice_id,
        root_id=claimed.root_id,
        lo=claimed.lo,
        hi=claimed.hi,
        fate=Fate.SUPPRESSED,
        rank=Fate.SUPPRESSED.rank,
        now=now,
    )
