"""Whose turn it is: disruptions that wait while another one has at least as many requests in flight."""

from collections.abc import Collection
from dataclasses import dataclass

from notifier.store import Tx, one


@dataclass(frozen=True, slots=True)
class Turn:
    """A notice of another disruption that something can be done for."""

    notice_id: int
    due: bool
    """Letters may leave; else its list is to be frozen on."""


def waiting(tx: Tx, disruption_id: int, *, but: Collection[int]) -> Turn | None:
    """Of all other disruptions the one with the fewest requests in flight, if those are no more than ours.

    `but`: notices that were found hindered a moment ago. Reads what is open and in flight, never what is over.
    """
    return one(
        tx,
        Turn,
        """
WITH busy AS (SELECT disruption_id, count(*) AS requests FROM chunk k JOIN notice USING (notice_id)
  WHERE k.state = 'claimed' GROUP BY 1),
other AS (SELECT n.notice_id, n.disruption_id, n.closed_at,
    n.state <> 'draft' AND EXISTS (SELECT FROM chunk k WHERE k.notice_id = n.notice_id AND k.state = 'due'
      AND (k.not_before IS NULL OR k.not_before <= now())) AS due
  FROM notice n WHERE n.disruption_id <> %(ours)s AND n.notice_id <> ALL(%(but)s)
    AND n.state IN ('draft', 'approved', 'sending') AND (n.state <> 'draft' OR n.freeze_asked IS NOT NULL)
    AND (n.go_at IS NULL OR n.let_go_at IS NOT NULL))
SELECT notice_id, due FROM other LEFT JOIN busy USING (disruption_id)
WHERE (due OR closed_at IS NULL) AND coalesce(requests, 0) <=
  coalesce((SELECT requests FROM busy WHERE disruption_id = %(ours)s), 0)
ORDER BY coalesce(requests, 0), notice_id LIMIT 1""",
        ours=disruption_id,
        but=list(but),
    )
