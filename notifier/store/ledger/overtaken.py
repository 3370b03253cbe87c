"""Letters that are no longer to be sent: something newer has gone to their readers, or they are not true any more.

Asked directly before a chunk leaves that has been on its way before, or that something has come after.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import LiteralString, NamedTuple

from psycopg import sql

from notifier.model.kinds import CORRECTING, KINDS
from notifier.model.vocabulary import NoticeKind
from notifier.store import Tx, many, value, values
from notifier.store.audience.owed import PRESENT, elsewhere, truth_params
from notifier.store.audience.verdicts import Rule, hits
from notifier.store.disruptions.notices import Notice
from notifier.store.ledger.planning import plan_for_few


class Stale(NamedTuple):
    """One letter that must not leave."""

    chunk_id: int
    pos: int


@dataclass(frozen=True, slots=True)
class Question:
    """Which letters of a notice are asked about, and what is true now."""

    notice: Notice
    rule: Rule
    """In force now."""
    over: bool = False
    """Its disruption has ended in a way that leaves nothing of it true."""
    states: bool = True
    """It says how something is, which may be otherwise by now; a retraction only takes back what was said."""


SEATS = """
WITH seat AS MATERIALIZED (
  SELECT k.chunk_id, d.pos, d.recipient_id FROM chunk k JOIN delivery d ON d.notice_id = k.notice_id
    AND d.root_chunk_id = k.root_id AND d.pos >= k.lo AND d.pos < k.hi
  WHERE k.notice_id = %(notice_id)s AND k.chunk_id = ANY(%(chunks)s::bigint[])),
said AS MATERIALIZED (
  SELECT s.chunk_id, s.pos, l.customer_id, l.service_id, l.told_as
  FROM seat s JOIN line l ON l.notice_id = %(notice_id)s AND l.recipient_id = s.recipient_id
  WHERE l.told_as <> 'none'),
theirs AS MATERIALIZED (SELECT array_agg(DISTINCT customer_id) AS ids FROM said),
hit AS (
  SELECT customer_id, service_id, max(rank) AS rank, bool_or(back) AS back
  FROM ({hit} AND e.customer_id = ANY((SELECT ids FROM theirs)::bigint[])) hit GROUP BY 1, 2),
stands AS (
  SELECT b.chunk_id, b.pos, b.customer_id, b.service_id, b.told_as, {present} AS present
  FROM (SELECT said.*, hit.rank, hit.back FROM said LEFT JOIN hit USING (customer_id, service_id)) b
  JOIN service s USING (service_id)),
elsewhere AS ({elsewhere})"""
"""The letters of these chunks, found by the chunks: whatever became of them, no `delivery_standing` is asked."""

NEWER = """
SELECT s.chunk_id, s.pos FROM seat s WHERE EXISTS (
  SELECT FROM delivery_standing later
  WHERE later.recipient_id = s.recipient_id AND later.disruption_id = %(disruption_id)s AND later.seq > %(seq)s
    AND later.notice_state NOT IN ('draft', 'void', 'cancelled') AND later.kind = ANY(%(kinds)s::text[])
    AND later.chunk_state IN ('due', 'claimed', 'accepted', 'unknown') AND NOT later.unreachable OFFSET 0)"""
"""On its list and not kept back: they have it, or will have it whatever becomes of this letter.

`OFFSET 0` keeps it asked for each letter, notice by notice: a join would read all that its people ever got."""

UNTRUE = """
SELECT chunk_id, pos FROM stands s JOIN unnest(%(t_told)s::text[], %(t_present)s::text[]) AS t (told, present)
  ON t.told = s.told_as AND t.present = s.present WHERE %(states)s
UNION
SELECT chunk_id, pos FROM stands s JOIN elsewhere e USING (customer_id, service_id) WHERE s.told_as = 'restored'
UNION
SELECT chunk_id, pos FROM seat WHERE %(over)s"""
"""Whoever reads it would be owed something else at once: it says what is not so."""


def stale(tx: Tx, asked: Question, chunk_ids: Sequence[int]) -> list[Stale]:
    """Of these chunks the letters that are overtaken or untrue. The rest of the transaction is planned for few."""
    statement = _asking(tx, asked, "{seats} {newer} UNION {untrue} ORDER BY 1, 2")
    return many(tx, Stale, statement, **_params(asked, chunk_ids))


def untold(tx: Tx, asked: Question, attempt_ids: Sequence[str]) -> int:
    """People whom these attempts have reached after all, for whom it is over, and who heard nothing later.

    The rest of the transaction is planned for few.
    """
    statement = _asking(tx, asked, "{seats} SELECT count(*) FROM (({untrue}) EXCEPT ({newer})) told_last")
    return value(tx, statement, **_params(asked, reached(tx, asked.notice.notice_id, attempt_ids)))


def reached(tx: Tx, notice_id: int, attempt_ids: Sequence[str]) -> list[int]:
    """The chunks of a notice that hold the letters of these attempts now."""
    return values(
        tx,
        """
SELECT DISTINCT k.chunk_id FROM attempt a JOIN chunk p USING (chunk_id)
JOIN chunk k ON k.root_id = p.root_id AND k.lo >= p.lo AND k.hi <= p.hi AND k.state <> 'split'
WHERE a.attempt_id = ANY(%(ids)s::uuid[]) AND k.notice_id = %(notice_id)s
ORDER BY 1""",
        ids=list(attempt_ids),
        notice_id=notice_id,
    )


def _asking(tx: Tx, asked: Question, text: LiteralString) -> sql.Composed:
    plan_for_few(tx)
    seats = sql.SQL(SEATS).format(
        hit=hits(asked.rule), present=sql.SQL(PRESENT), elsewhere=elsewhere(asked.rule)
    )
    return sql.SQL(text).format(seats=seats, newer=sql.SQL(NEWER), untrue=sql.SQL(UNTRUE))


def _params(asked: Question, chunk_ids: Sequence[int]) -> dict[str, object]:
    notice = asked.notice
    return truth_params(asked.rule) | {
        "notice_id": notice.notice_id,
        "disruption_id": notice.disruption_id,
        "seq": notice.seq,
        "chunks": list(chunk_ids),
        "kinds": list(overtaking(notice)),
        "over": asked.over,
        "states": asked.states,
    }


def overtaking(notice: Notice) -> tuple[NoticeKind, ...]:
    """Kinds of later notices after which this one is old.

    What answers one customer is not said by a notice to everybody, and a correction only by another.
    """
    if notice.only_customer is not None:
        return ()
    return CORRECTING if KINDS[notice.kind].corrects else tuple(NoticeKind)


def dead_chunks(tx: Tx, notice_id: int) -> list[int]:
    """Chunks that wait for a person."""
    return values(
        tx,
        "SELECT chunk_id FROM chunk WHERE notice_id = %(id)s AND state = 'dead' ORDER BY chunk_id",
        id=notice_id,
    )
