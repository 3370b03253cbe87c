"""Notices: their frozen words, their approvals, their state."""

from dataclasses import dataclass
from datetime import datetime

from notifier.model.kinds import ENDINGS, KINDS, RESCOPED
from notifier.model.vocabulary import HeldFor, NoticeKind, NoticeState
from notifier.store import Tx, many, one, run, select_from, value, values


@dataclass(frozen=True, slots=True)
class Notice:
    notice_id: int
    disruption_id: int
    seq: int
    kind: NoticeKind
    timeline_id: int
    rev: int
    state: NoticeState
    hold_reason: str | None
    nonce: str
    words_hash: str | None
    rule_hash: str | None
    list_hash: str | None
    ceiling: int | None
    audience_n: int
    people_n: int
    customers_n: int
    frozen_upto: int
    freeze_asked: datetime | None
    closed_at: datetime | None
    created_at: datetime
    approved_at: datetime | None
    resumed_at: datetime | None
    finished_at: datetime | None
    only_customer: int | None = None
    """It goes to the people of this customer only."""
    about: int | None = None
    """The notice that this one corrects or withdraws."""
    about_locales: list[str] | None = None
    about_first: bool = False
    go_at: datetime | None = None
    """It leaves by itself at this time, if nobody speaks before; None: when it is approved."""
    go_since: datetime | None = None
    let_go_at: datetime | None = None
    replaced: bool = False
    """Cancelled because another notice takes its place, not because somebody has stopped it."""

    @property
    def waits(self) -> bool:
        """It was approved to leave by itself, and its time has not come."""
        return self.state is NoticeState.APPROVED and self.go_at is not None and self.let_go_at is None


NOTICE = select_from(Notice, "notice")


def insert(
    tx: Tx,
    disruption_id: int,
    *,
    kind: NoticeKind,
    timeline_id: int,
    rev: int,
    nonce: str,
    words_hash: str,
    rule_hash: str,
    now: datetime,
) -> int:
    """A draft; the next number of its disruption."""
    return value(
        tx,
        """
INSERT INTO notice (disruption_id, seq, kind, timeline_id, rev, nonce, words_hash, rule_hash, created_at)
SELECT %(disruption_id)s, coalesce(max(seq), 0) + 1, %(kind)s, %(timeline_id)s, %(rev)s, %(nonce)s,
       %(words_hash)s, %(rule_hash)s, %(now)s
FROM notice
WHERE disruption_id = %(disruption_id)s
RETURNING notice_id""",
        disruption_id=disruption_id,
        kind=kind,
        timeline_id=timeline_id,
        rev=rev,
        nonce=nonce,
        words_hash=words_hash,
        rule_hash=rule_hash,
        now=now,
    )


def by_id(tx: Tx, notice_id: int) -> Notice:
    found = one(tx, Notice, NOTICE + " WHERE notice_id = %(id)s", id=notice_id)
    assert found is not None
    return found


def locked(tx: Tx, notice_id: int) -> Notice:
    """The notice, and nobody else may change it until this transaction ends."""
    found = one(tx, Notice, NOTICE + " WHERE notice_id = %(id)s FOR NO KEY UPDATE", id=notice_id)
    assert found is not None
    return found


def lock_said(tx: Tx, disruption_id: int) -> None:
    """All of a disruption that somebody has let go: for whoever ends or stops several. After its drafts."""
    statement = """
SELECT FROM notice
WHERE disruption_id = %(id)s AND state NOT IN ('draft', 'void')
ORDER BY notice_id FOR NO KEY UPDATE"""
    run(tx, statement, id=disruption_id)


def of_disruption(tx: Tx, disruption_id: int) -> list[Notice]:
    return many(tx, Notice, NOTICE + " WHERE disruption_id = %(id)s ORDER BY seq", id=disruption_id)


def confine(tx: Tx, notice_id: int, customer_id: int) -> None:
    """The notice goes to the people of this customer only."""
    run(
        tx,
        "UPDATE notice SET only_customer = %(customer)s WHERE notice_id = %(id)s",
        id=notice_id,
        customer=customer_id,
    )


def drafts(tx: Tx, disruption_id: int) -> list[Notice]:
    """Those to everybody that leave when they are approved; a draft to one customer is no news to the others."""
    return many(
        tx,
        Notice,
        NOTICE
        + """
WHERE disruption_id = %(id)s AND state = 'draft' AND only_customer IS NULL AND go_at IS NULL
ORDER BY notice_id FOR NO KEY UPDATE""",
        id=disruption_id,
    )


def lock_drafts(tx: Tx, disruption_ids: list[int]) -> list[Notice]:
    """All that nobody has let go of these, also what shall leave by itself."""
    statement = " WHERE disruption_id = ANY(%(ids)s) AND state = 'draft' ORDER BY notice_id FOR NO KEY UPDATE"
    return many(tx, Notice, NOTICE + statement, ids=disruption_ids)


def approve(tx: Tx, notice_id: int, *, ceiling: int | None, now: datetime) -> None:
    """Let the notice go."""
    statement = """
UPDATE notice SET state = 'approved', ceiling = %(ceiling)s, approved_at = %(now)s
WHERE notice_id = %(id)s"""
    run(tx, statement, id=notice_id, ceiling=ceiling, now=now)


def raise_ceiling(tx: Tx, notice_id: int, *, ceiling: int, now: datetime) -> None:
    """Those who were above the ceiling may go."""
    run(
        tx,
        "UPDATE notice SET ceiling = %(ceiling)s, resumed_at = %(now)s WHERE notice_id = %(id)s",
        id=notice_id,
        ceiling=ceiling,
        now=now,
    )


def start(tx: Tx, notice_id: int) -> bool:
    """Its first chunk was accepted; False: it had started before."""
    statement = "UPDATE notice SET state = 'sending' WHERE notice_id = %(id)s AND state = 'approved'"
    return run(tx, statement, id=notice_id) == 1


def void(tx: Tx, notice_id: int) -> None:
    run(tx, "UPDATE notice SET state = 'void' WHERE notice_id = %(id)s AND state = 'draft'", id=notice_id)


def hold(tx: Tx, notice_id: int, reason: str, held_for: HeldFor | None = None) -> bool:
    """Stop a notice with a reason for people; False if it was not on its way."""
    statement = """
UPDATE notice SET state = 'held', hold_reason = %(reason)s, held_for = %(held_for)s
WHERE notice_id = %(id)s AND state IN ('approved', 'sending')"""
    return run(tx, statement, id=notice_id, reason=reason, held_for=held_for) == 1


def release(tx: Tx, notice_id: int) -> bool:
    """Let a held notice go on, its first chunk alone if none was accepted yet; False if it was not held."""
    statement = """
UPDATE notice
SET hold_reason = NULL, held_for = NULL, resumed_at = now(),
  state = CASE
    WHEN EXISTS (SELECT FROM attempt JOIN chunk USING (chunk_id)
      WHERE chunk.notice_id = %(id)s AND outcome = 'accepted') THEN 'sending'
    ELSE 'approved' END
WHERE notice_id = %(id)s AND state = 'held'"""
    return run(tx, statement, id=notice_id) == 1


def set_resumed(tx: Tx) -> None:
    """Everything that the brake stopped is fresh again."""
    statement = """
WITH stopped AS (
  SELECT notice_id FROM notice
  WHERE state IN ('approved', 'sending')
  ORDER BY notice_id FOR NO KEY UPDATE)
UPDATE notice SET resumed_at = now()
FROM stopped
WHERE notice.notice_id = stopped.notice_id"""
    run(tx, statement)


def cancel(tx: Tx, notice_id: int, *, replaced: bool = False) -> int | None:
    """Nothing more of it leaves. How many chunks were stopped; None if it was not on its way.

    `replaced`: another notice takes its place, which counts what is under way as told.
    """
    statement = """
WITH gone AS (
  UPDATE notice SET state = 'cancelled', replaced = %(replaced)s
  WHERE notice_id = %(id)s AND state IN ('approved', 'sending', 'held')
  RETURNING notice_id),
left_over AS (
  SELECT k.chunk_id FROM gone JOIN chunk k USING (notice_id)
  WHERE k.state IN ('due', 'dead')
  ORDER BY k.chunk_id FOR NO KEY UPDATE OF k),
stopped AS (
  UPDATE chunk SET state = 'cancelled'
  FROM left_over
  WHERE chunk.chunk_id = left_over.chunk_id
  RETURNING 1)
SELECT (SELECT count(*) FROM stopped) FROM gone"""
    return value(tx, statement, id=notice_id, replaced=replaced)


def finish(tx: Tx, notice_id: int, *, now: datetime) -> bool:
    """Closed, and nothing due, claimed or unknown: finished. False if it is not so far."""
    statement = """
UPDATE notice SET state = 'finished', finished_at = %(now)s
WHERE notice_id = %(id)s AND state IN ('approved', 'sending') AND closed_at IS NOT NULL
  AND NOT EXISTS (SELECT FROM chunk
    WHERE chunk.notice_id = %(id)s AND chunk.state IN ('due', 'claimed', 'unknown'))"""
    return run(tx, statement, id=notice_id, now=now) == 1


def is_next(tx: Tx, notice: Notice) -> bool:
    """Notices of one disruption leave one after another: none before this one is still on its way.

    A correction and a new scope do not wait for what they cancel, only for its requests that are in flight; a
    correction does wait for an end that is still to be told.
    Nobody waits for a notice to one customer: held, it would hold up everybody else.
    """
    return not value(
        tx,
        """
SELECT EXISTS (SELECT FROM notice
  WHERE disruption_id = %(disruption)s AND seq < %(seq)s AND only_customer IS NULL
    AND (go_at IS NULL OR let_go_at IS NOT NULL)
    AND CASE
      WHEN (%(replaces)s AND kind <> ALL(%(endings)s)) OR (rev < %(rev)s AND kind = ANY(%(rescoped)s))
        THEN EXISTS (SELECT FROM chunk
          WHERE chunk.notice_id = notice.notice_id AND chunk.state = 'claimed')
      ELSE state IN ('approved', 'sending', 'held') AND (closed_at IS NULL
        OR EXISTS (SELECT FROM chunk
          WHERE chunk.notice_id = notice.notice_id AND chunk.state IN ('due', 'claimed'))) END)""",
        disruption=notice.disruption_id,
        seq=notice.seq,
        rev=notice.rev,
        rescoped=list(RESCOPED),
        replaces=KINDS[notice.kind].corrects,
        endings=list(ENDINGS),
    )


def open_ids(tx: Tx) -> list[int]:
    """Notices that a worker may have something to do for."""
    statement = """
SELECT notice_id FROM notice
WHERE (state IN ('approved', 'sending') AND (go_at IS NULL OR let_go_at IS NOT NULL))
  OR (state = 'draft' AND freeze_asked IS NOT NULL AND closed_at IS NULL)
ORDER BY notice_id"""
    return values(tx, statement)


def waiting_behind(tx: Tx, notice: Notice) -> list[int]:
    """Later notices of the same disruption that were waiting for this one."""
    statement = """
SELECT notice_id FROM notice
WHERE disruption_id = %(disruption)s AND seq > %(seq)s AND state IN ('approved', 'sending')
ORDER BY seq"""
    return values(tx, statement, disruption=notice.disruption_id, seq=notice.seq)


def reopen(tx: Tx, notice_id: int) -> None:
    """A finished notice has work again: a person retries what had given up."""
    statement = """
UPDATE notice SET state = 'sending', finished_at = NULL, resumed_at = now()
WHERE notice_id = %(id)s AND state = 'finished'"""
    run(tx, statement, id=notice_id)
