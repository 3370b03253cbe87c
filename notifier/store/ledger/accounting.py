"""The accounting: where everybody of a notice stands, and whether it adds up."""

from dataclasses import dataclass
from datetime import datetime

from notifier.model.vocabulary import Account
from notifier.store import Tx, many, one, run, value, values


@dataclass(frozen=True, slots=True)
class AccountRow:
    account: Account | None
    """None: a delivery without a leaf chunk, a fault that no sum may hide."""
    people: int


def accounts(tx: Tx, notice_id: int) -> list[AccountRow]:
    """Where every delivery of a notice stands; see `rules.md`, *the sum is the audience*."""
    return many(
        tx,
        AccountRow,
        "SELECT account, count(*) AS people FROM delivery_standing WHERE notice_id = %(id)s GROUP BY 1",
        id=notice_id,
    )


def digest(tx: Tx, notice_id: int) -> dict[str, object]:
    """What the ledger of a finished notice seals into the audit chain: its accounts and its attempts."""
    sealed = value(
        tx,
        """
SELECT encode(sha256(convert_to(coalesce(string_agg(
    concat_ws('|', a.attempt_id, a.chunk_id, a.n, a.outcome, a.x_message_id), E'\\n'
    ORDER BY a.attempt_id), ''), 'UTF8')), 'hex')
FROM attempt a JOIN chunk USING (chunk_id)
WHERE notice_id = %(id)s""",
        id=notice_id,
    )
    accounts_now = {row.account or "fault": row.people for row in accounts(tx, notice_id)}
    return {"notice": notice_id, "attempts": sealed, "accounts": accounts_now}


def unsealed(tx: Tx) -> list[int]:
    """Notices that are cancelled, and whose digest is not in the audit chain: some of them."""
    return values(
        tx,
        """
SELECT notice_id FROM notice
WHERE state = 'cancelled' AND sealed_at IS NULL
  AND NOT EXISTS (SELECT FROM chunk k
    WHERE k.notice_id = notice.notice_id AND k.state IN ('claimed', 'unknown', 'dead'))
ORDER BY notice_id LIMIT 100""",
    )


def seal(tx: Tx, notice_id: int, *, now: datetime) -> bool:
    """In this transaction somebody enters its digest; False: somebody has, or a request is not known yet."""
    return 1 == run(  # noqa: SIM300
        tx,
        """
UPDATE notice SET sealed_at = %(now)s
WHERE notice_id = %(id)s AND state = 'cancelled' AND sealed_at IS NULL
  AND NOT EXISTS (SELECT FROM chunk k
    WHERE k.notice_id = notice.notice_id AND k.state IN ('claimed', 'unknown', 'dead'))""",
        id=notice_id,
        now=now,
    )


def waiting(tx: Tx, notice_id: int) -> int:
    """Letters of chunks that are still to leave, or whose answer is still to come.

    A worker that looked before a brake may claim a chunk after it, and gives it back: nobody is left out of the
    count meanwhile.
    """
    return value(
        tx,
        """
SELECT coalesce(sum(hi - lo - (
    SELECT count(DISTINCT pos)
    FROM attempt a JOIN chunk o USING (chunk_id) CROSS JOIN unnest(a.skip) pos
    WHERE o.root_id = k.root_id AND pos >= k.lo AND pos < k.hi)), 0)::bigint
FROM chunk k
WHERE notice_id = %(id)s AND state IN ('due', 'claimed')""",
        id=notice_id,
    )


@dataclass(frozen=True, slots=True)
class Refusals:
    """Since a person last let the notice go."""

    people: int
    """Rejected, dropped or bounced."""
    sent: int
    """Letters that the provider took, and those of people whom it rejected; at least 1."""


def refused(tx: Tx, notice_id: int, *, least: int) -> Refusals | None:
    """None: they are fewer than `least`, and nobody has counted the letters."""
    return one(
        tx,
        Refusals,
        """
SELECT bad.people, greatest(1, bad.rejected + (
    SELECT coalesce(sum(n), 0) FROM attempt a JOIN chunk k USING (chunk_id)
    WHERE k.notice_id = %(id)s AND k.state IN ('accepted', 'split') AND a.outcome = 'accepted'
      AND a.ended_at > coalesce(bad.since, '-infinity'))::bigint) AS sent
FROM (
  SELECT count(*) AS people, count(*) FILTER (WHERE fate = 'rejected') AS rejected,
         max(n.resumed_at) AS since
  FROM notice n JOIN fate f USING (notice_id)
  WHERE n.notice_id = %(id)s AND fate IN ('rejected', 'dropped', 'bounced')
    AND f.at > coalesce(n.resumed_at, '-infinity')) bad
WHERE bad.people >= %(least)s""",
        id=notice_id,
        least=least,
    )
