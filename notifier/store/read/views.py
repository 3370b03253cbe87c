"""What people look at: reads only, for the command line, the API and the console."""

from dataclasses import dataclass
from datetime import datetime

from notifier.model.vocabulary import Account, Kind, Mode, NoticeKind, NoticeState, PeopleFrom, Reason
from notifier.store import Tx, many, one, value
from notifier.store.disruptions.promises import HEARD, KEPT_BY
from notifier.store.ledger import accounting, brake
from notifier.store.ledger.brake import Hold


@dataclass(frozen=True, slots=True)
class DisruptionRow:
    disruption_id: int
    reference: str
    mode: Mode
    kind: Kind
    reason: Reason
    services: list[str]
    """Names, for people."""
    where: str
    possibly: str
    opened_by: str
    opened_at: datetime
    declared_at: datetime | None
    effective_at: datetime
    awaits_cutoff: bool
    ended_at: datetime | None
    ended_as: str | None
    next_update_at: datetime | None
    """What people were promised by what has left; not what a draft would promise."""
    people_from: PeopleFrom | None
    """None: customers were imported."""
    people_at: datetime | None
    """When the company's own database showed them."""
    broken_glass: int
    """Notices that somebody let go against policy."""


@dataclass(frozen=True, slots=True)
class NoticeRow:
    notice_id: int
    seq: int
    kind: NoticeKind
    state: NoticeState
    hold_reason: str | None
    ceiling: int | None
    audience_n: int
    people_n: int
    customers_n: int
    list_hash: str | None
    """Of the closed list: the same people, told the same, have the same hash, in a rehearsal as in a real run."""
    closed_at: datetime | None
    created_at: datetime
    approved_at: datetime | None
    approved_by: str | None
    broken_glass: str | None
    """Why somebody approved what policy wants another to approve."""
    finished_at: datetime | None
    first_accepted_at: datetime | None
    last_accepted_at: datetime | None
    again: int
    """Letters in attempts that were sent although an earlier one may have been accepted."""
    twice: int
    """Letters that more than one accepted attempt carried, whatever their chunk was split into between."""
    reference: str = ""
    go_at: datetime | None = None
    """It leaves by itself at this time, if nobody speaks before."""
    let_go_at: datetime | None = None

    @property
    def waits(self) -> bool:
        return self.state is NoticeState.APPROVED and self.go_at is not None and self.let_go_at is None


@dataclass(frozen=True, slots=True)
class AlarmRow:
    text: str
    reference: str | None
    raised_at: datetime


@dataclass(frozen=True, slots=True)
class ChunkTrouble:
    """Chunks that are not on their straight way, with the reason of their last attempt."""

    state: str
    """unknown, dead; again: due or claimed once more although an earlier attempt may have arrived."""
    reason: str
    people: int


@dataclass(frozen=True, slots=True)
class NotTold:
    reason: str
    people: int


DISRUPTION = f"""
SELECT d.disruption_id, d.reference, d.mode, d.kind, d.reason, d.opened_by, d.opened_at, d.declared_at,
       d.effective_at, d.awaits_cutoff, d.ended_at, d.ended_as, d.people_from, d.people_at,
       r.text AS where, r.possibly,
       array(SELECT coalesce(s.name, slug) FROM unnest(r.services) slug LEFT JOIN service s USING (slug)
             ORDER BY 1) AS services,
       {HEARD} AS next_update_at,
       (SELECT count(DISTINCT notice_id) FROM approval a JOIN notice n USING (notice_id)
        WHERE n.disruption_id = d.disruption_id AND a.override_reason IS NOT NULL) AS broken_glass
FROM disruption d JOIN LATERAL (SELECT text, possibly, services FROM scope_revision
  WHERE disruption_id = d.disruption_id AND NOT proposed ORDER BY rev DESC LIMIT 1) r ON true """  # noqa: S608 - a constant of the store


def disruptions(tx: Tx, *, ended: bool = False) -> list[DisruptionRow]:
    """Open ones, drafts included, the newest first; with `ended` all of them."""
    return many(
        tx,
        DisruptionRow,
        DISRUPTION + "WHERE %(ended)s OR d.ended_at IS NULL ORDER BY d.disruption_id DESC LIMIT 200",
        ended=ended,
        keeping=KEPT_BY,
    )


def disruption(tx: Tx, reference: str) -> DisruptionRow | None:
    return one(
        tx,
        DisruptionRow,
        DISRUPTION + "WHERE d.reference = %(reference)s",
        reference=reference,
        keeping=KEPT_BY,
    )


def notices(tx: Tx, disruption_id: int) -> list[NoticeRow]:
    """In their order, void drafts left out."""
    return many(
        tx,
        NoticeRow,
        """
SELECT n.notice_id, n.seq, n.kind, n.state, n.hold_reason, n.ceiling, n.audience_n, n.people_n, n.customers_n,
       n.list_hash, n.closed_at, n.created_at, n.approved_at, n.finished_at, n.go_at, n.let_go_at,
       (SELECT reference FROM disruption d WHERE d.disruption_id = n.disruption_id) AS reference,
       given.approved_by, given.broken_glass, sent.first_accepted_at, sent.last_accepted_at, sent.again, sent.twice
FROM notice n
CROSS JOIN LATERAL (
  SELECT string_agg(DISTINCT actor || CASE WHEN whole THEN '' ELSE ' (' || part || ')' END, ', ') AS approved_by,
         string_agg(actor || ': ' || override_reason, '; ' ORDER BY approval_id) AS broken_glass
  FROM (SELECT a.approval_id, a.actor, a.part, a.override_reason, bool_or(a.part = 'both') OVER () AS whole
        FROM approval a JOIN notice o USING (notice_id)
        WHERE o.notice_id = n.notice_id  -- or of a draft before it, whose list alone was frozen anew
           OR o.timeline_id = n.timeline_id AND o.kind = n.kind AND o.state = 'void' AND a.part = 'words'
              AND a.words_hash = n.words_hash) approval) given
CROSS JOIN LATERAL (
  WITH accepted AS MATERIALIZED (
    SELECT k.root_id, k.lo, k.hi, a.skip, a.n, a.again, a.ended_at FROM attempt a JOIN chunk k USING (chunk_id)
    WHERE k.notice_id = n.notice_id AND a.outcome = 'accepted'),
  carried_twice AS (
    SELECT root_id, pos FROM accepted CROSS JOIN LATERAL generate_series(lo, hi - 1) pos
    WHERE root_id IN (SELECT root_id FROM accepted GROUP BY 1 HAVING count(*) > 1)
    AND pos <> ALL(skip) GROUP BY 1, 2 HAVING count(*) > 1)
  SELECT min(ended_at) AS first_accepted_at, max(ended_at) AS last_accepted_at,
         coalesce(sum(n) FILTER (WHERE again), 0)::bigint AS again,
         (SELECT count(*) FROM carried_twice) AS twice FROM accepted) sent
WHERE n.disruption_id = %(id)s AND n.state <> 'void' ORDER BY n.seq""",
        id=disruption_id,
    )


def notice_id(tx: Tx, reference: str, seq: int | None) -> int | None:
    """The notice with this number, or the newest that is not void."""
    return value(
        tx,
        """
SELECT notice_id FROM notice JOIN disruption USING (disruption_id)
WHERE reference = %(reference)s AND notice.seq = coalesce(%(seq)s, notice.seq)
  AND (state <> 'void' OR %(seq)s IS NOT NULL)
ORDER BY notice.seq DESC LIMIT 1""",
        reference=reference,
        seq=seq,
    )


def accounts(tx: Tx, notice: NoticeRow) -> dict[Account, int]:
    """All seven states, those with nobody in them too."""
    found = {row.account: row.people for row in accounting.accounts(tx, notice.notice_id)}
    return {account: found.get(account, 0) for account in Account}


def fault(tx: Tx, notice: NoticeRow) -> int:
    """By how much the seven states miss the audience that the verdict query counted; 0: it adds up."""
    return notice.audience_n - sum(accounts(tx, notice).values())


def not_told(tx: Tx, notice_id: int) -> list[NotTold]:
    """People and customers who cannot be reached, by reason."""
    return many(
        tx,
        NotTold,
        """
SELECT coalesce(exclusion, fate) AS reason, count(*) AS people
FROM delivery_standing
WHERE notice_id = %(id)s AND unreachable
GROUP BY 1
ORDER BY 2 DESC""",
        id=notice_id,
    )


def troubles(tx: Tx, notice_id: int) -> list[ChunkTrouble]:
    return many(
        tx,
        ChunkTrouble,
        """
SELECT CASE WHEN k.state IN ('due', 'claimed') THEN 'again' ELSE k.state END AS state,
       coalesce(a.reason, 'no attempt yet') AS reason, sum(k.hi - k.lo)::bigint AS people
FROM chunk k LEFT JOIN attempt a USING (attempt_id)
WHERE k.notice_id = %(id)s
  AND (k.state IN ('unknown', 'dead') OR (k.again AND k.state IN ('due', 'claimed')))
GROUP BY 1, 2 ORDER BY 3 DESC
LIMIT 8""",
        id=notice_id,
    )


def alarms(tx: Tx) -> list[AlarmRow]:
    """What somebody must know, the newest first."""
    return many(
        tx,
        AlarmRow,
        """
SELECT a.text, d.reference, a.raised_at FROM alarm a
LEFT JOIN disruption d USING (disruption_id)
WHERE a.cleared_at IS NULL
ORDER BY a.alarm_id DESC LIMIT 50""",
    )


def brake_is_on(tx: Tx) -> bool:
    return brake.brake_is_on(tx)


def holds(tx: Tx) -> list[Hold]:
    """What holds everything beside a person's brake, with what to do about it."""
    return brake.holds(tx)


def open_attempts(tx: Tx) -> int:
    return brake.open_attempts(tx)


def database_now(tx: Tx) -> datetime:
    return value(tx, "SELECT clock_timestamp()")
