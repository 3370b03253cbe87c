"""Why one customer is in a disruption, or not: what was frozen with its notices, and what is true now."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from psycopg import sql

from notifier.model.vocabulary import NoticeKind, NoticeState, Standing, Verdict
from notifier.store import Tx, many
from notifier.store.audience.verdicts import Rule, hits, rule_params
from notifier.store.disruptions.notices import NOTICE, Notice


@dataclass(frozen=True, slots=True)
class FrozenLine:
    """What one notice says of one service of a customer; the same for all of their people."""

    seq: int
    kind: NoticeKind
    notice_state: NoticeState
    at: datetime
    """When the notice was written."""
    rev: int
    service: str
    verdict: Verdict
    told_as: Standing
    vals: dict[str, Any] | None
    unreachable: bool
    """Nobody of theirs has a usable address."""


def frozen(tx: Tx, disruption_id: int, customer_id: int) -> list[FrozenLine]:
    return many(
        tx,
        FrozenLine,
        """
SELECT n.seq, n.kind, n.state AS notice_state, n.created_at AS at, n.rev, s.name AS service,
       (array_agg(l.verdict ORDER BY l.verdict))[1] AS verdict,
       (array_agg(l.told_as ORDER BY l.told_as))[1] AS told_as,
       (array_agg(l.vals ORDER BY l.verdict))[1] AS vals, bool_and(l.recipient_id IS NULL) AS unreachable
FROM line l JOIN notice n USING (notice_id) JOIN service s USING (service_id)
WHERE n.disruption_id = %(disruption)s AND l.customer_id = %(customer)s AND n.state <> 'void'
GROUP BY n.notice_id, s.service_id, s.name
ORDER BY n.seq, s.name""",
        disruption=disruption_id,
        customer=customer_id,
    )


@dataclass(frozen=True, slots=True)
class VerdictNow:
    """What the scope says of one service of a customer now."""

    service: str
    rank: int
    """2 affected, 1 possibly, 0 not."""
    told: bool
    """The scope puts them in."""
    vals: dict[str, Any] | None
    cut_off_since: datetime | None


def present(tx: Tx, rule: Rule, customer_id: int) -> list[VerdictNow]:
    statement = sql.SQL("""
SELECT s.name AS service, max(rank) AS rank, max(rank) >= %(told_rank)s AS told,
       (array_agg(hit.vals ORDER BY hit.rank DESC))[1] AS vals,
       min(hit.suspended_at) FILTER (WHERE hit.is_there) AS cut_off_since
FROM ({hit} AND e.customer_id = %(customer)s) hit JOIN service s USING (service_id)
GROUP BY s.service_id, s.name ORDER BY s.name""").format(hit=hits(rule))
    return many(tx, VerdictNow, statement, **rule_params(rule) | {"customer": customer_id})


def open_lists(tx: Tx, disruption_id: int) -> list[Notice]:
    """Notices whose list is not closed yet, drafts among them: somebody may still come onto it."""
    statement = """ WHERE disruption_id = %(id)s AND closed_at IS NULL
  AND state IN ('draft', 'approved', 'sending', 'held') ORDER BY seq"""
    return many(tx, Notice, NOTICE + statement, id=disruption_id)
