"""Mails outside every audience: a test, or a marked copy; one request to one address, in the table `single`.

Written ahead like an attempt, but no chunk, delivery or fate knows of it: whatever becomes of it, the accounting
of its notice stays as it is.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from notifier.store import Tx, many, run, value, values
from notifier.store.ledger.brake import NOTHING_HOLDS

TEST, COPY = "test", "copy"


@dataclass(frozen=True, slots=True)
class To:
    """Whom it goes to, without the address."""

    recipient_id: int | None
    digest: str | None
    """Of an address that is no recipient's."""


@dataclass(frozen=True, slots=True)
class Single:
    kind: str
    locale: str
    actor: str
    reason: str | None
    at: datetime
    outcome: str
    said: str | None
    reported: str | None
    """The weightiest of what the provider has reported: bounce, dropped, delivered, deferred, processed."""


@dataclass(frozen=True, slots=True)
class New:
    """A mail that is about to leave."""

    attempt_id: str
    notice_id: int
    kind: str
    to: To
    locale: str
    actor: str
    reason: str | None
    provider: str


def open_single(tx: Tx, new: New, *, now: datetime) -> int:
    """Commit before it is sent: if the process dies after that, the sweeper makes it unknown."""
    return value(
        tx,
        """
INSERT INTO single (attempt_id, notice_id, kind, recipient_id, digest, locale, actor, reason, provider, at)
VALUES (%(attempt_id)s, %(notice_id)s, %(kind)s, %(recipient_id)s, %(digest)s, %(locale)s, %(actor)s,
  %(reason)s, %(provider)s, %(now)s)
RETURNING single_id""",
        attempt_id=new.attempt_id,
        notice_id=new.notice_id,
        kind=new.kind,
        recipient_id=new.to.recipient_id,
        digest=new.to.digest,
        locale=new.locale,
        actor=new.actor,
        reason=new.reason,
        provider=new.provider,
        now=now,
    )


def may_leave(tx: Tx, attempt_id: str) -> bool:
    """The brake, read after it was committed and directly before it leaves."""
    return value(
        tx,
        NOTHING_HOLDS + " AND EXISTS (SELECT FROM single WHERE attempt_id = %(id)s AND outcome = 'open')",
        id=attempt_id,
    )


@dataclass(frozen=True, slots=True)
class Came:
    attempt_id: str
    outcome: str
    said: str
    http_status: int | None
    message_id: str | None


def record(tx: Tx, came: Came, *, now: datetime) -> None:
    """What came of it; an event may have been faster, and its proof stays."""
    run(
        tx,
        """
UPDATE single
SET outcome = %(outcome)s, said = %(said)s, http_status = %(status)s, x_message_id = %(message)s,
  ended_at = %(now)s
WHERE attempt_id = %(id)s AND outcome IN ('open', 'unknown')""",
        id=came.attempt_id,
        outcome=came.outcome,
        said=came.said,
        status=came.http_status,
        message=came.message_id,
        now=now,
    )


def prove(tx: Tx, provider: str, attempt_ids: Sequence[str]) -> int:
    """Events name these: the provider has accepted them, whatever we thought."""
    return run(
        tx,
        """
WITH doubted AS (
  SELECT attempt_id FROM single
  WHERE attempt_id = ANY(%(ids)s::uuid[]) AND provider = %(provider)s AND outcome <> 'accepted'
  ORDER BY attempt_id FOR NO KEY UPDATE)
UPDATE single s SET outcome = 'accepted', said = 'proved by an event'
FROM doubted
WHERE s.attempt_id = doubted.attempt_id""",
        ids=list(attempt_ids),
        provider=provider,
    )


def expire(tx: Tx, *, lease_seconds: float, now: datetime) -> int:
    """Nobody has reported back. `ended_at` stays empty: the process may only be asleep."""
    return run(
        tx,
        """
WITH late AS (
  SELECT single_id FROM single
  WHERE outcome = 'open' AND at < %(now)s - make_interval(secs => %(lease)s)
  FOR NO KEY UPDATE SKIP LOCKED)
UPDATE single SET outcome = 'unknown', said = 'the process did not report back'
FROM late
WHERE single.single_id = late.single_id""",
        lease=lease_seconds,
        now=now,
    )


def earlier_copy(tx: Tx, notice_id: int, to: To) -> str | None:
    """The outcome of the newest copy to this address that left, or may have; None: there is none."""
    found = values(
        tx,
        """
SELECT outcome FROM single
WHERE notice_id = %(id)s AND kind = 'copy'
  AND (recipient_id, digest) IS NOT DISTINCT FROM (%(recipient_id)s::bigint, %(digest)s)
  AND outcome IN ('open', 'accepted', 'unknown')
ORDER BY single_id DESC LIMIT 1""",
        id=notice_id,
        recipient_id=to.recipient_id,
        digest=to.digest,
    )
    return found[0] if found else None


def of_notice(tx: Tx, notice_id: int) -> list[Single]:
    """In their order."""
    return many(
        tx,
        Single,
        """
SELECT kind, locale, actor, reason, at, outcome, said,
       (SELECT e.kind FROM event e
         WHERE e.attempt_id = s.attempt_id
         ORDER BY array_position(
           ARRAY['bounce', 'dropped', 'delivered', 'deferred', 'processed'], e.kind) NULLS LAST
         LIMIT 1) AS reported
FROM single s
WHERE notice_id = %(id)s
ORDER BY single_id""",
        id=notice_id,
    )


@dataclass(frozen=True, slots=True)
class Copied:
    """A copy that went to somebody of a customer's."""

    seq: int
    at: datetime
    actor: str
    reason: str
    outcome: str


def copies_to(tx: Tx, disruption_id: int, customer_id: int) -> list[Copied]:
    """Those to addresses of a customer's contacts, whatever was copied; in their order."""
    return many(
        tx,
        Copied,
        """
SELECT n.seq, s.at, s.actor, s.reason, s.outcome FROM single s
JOIN notice n USING (notice_id)
WHERE n.disruption_id = %(id)s AND s.kind = 'copy'
  AND EXISTS (SELECT FROM contact k
    WHERE k.customer_id = %(customer)s AND k.recipient_id = s.recipient_id)
ORDER BY s.single_id""",
        id=disruption_id,
        customer=customer_id,
    )


def suppressions(tx: Tx, recipient_id: int) -> list[str]:
    """Why this address must not be written to. Who has unsubscribed still gets what somebody asks for."""
    return values(
        tx,
        "SELECT reason FROM suppression WHERE recipient_id = %(id)s AND reason <> 'unsubscribed' ORDER BY 1",
        id=recipient_id,
    )
