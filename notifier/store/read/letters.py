"""What became of each letter: to whom, in which notice, about what, when, and its fate. Addresses come along:
for the eyes of whoever asks, never for a log.
"""

from dataclasses import dataclass
from datetime import datetime
from typing import LiteralString

from psycopg import sql

from notifier.model.words import Mode, NoticeKind, NoticeState
from notifier.store import Tx, many, value

STANDS: LiteralString = """CASE
      WHEN d.exclusion IS NOT NULL THEN d.exclusion
      WHEN f.fate IN ('rejected', 'suppressed', 'dropped', 'bounced') THEN f.fate
      WHEN k.state = 'accepted' THEN 'told'
      WHEN k.state = 'claimed' THEN 'in_flight'
      WHEN k.state = 'unknown' THEN 'unknown'
      WHEN k.state = 'cancelled' OR n.state = 'cancelled' THEN 'cancelled'
      WHEN n.state = 'draft' THEN 'not_approved'
      WHEN d.root_chunk_id IS NULL OR k.state = 'dead' OR n.state = 'held' THEN 'held'
      ELSE 'waiting' END"""
"""Where one delivery stands; goes with `LEAF` and `n` for its notice, `d` for itself."""

LEAF: LiteralString = """
  LEFT JOIN chunk k ON k.root_id = d.root_chunk_id AND k.state <> 'split' AND d.pos >= k.lo AND d.pos < k.hi
  LEFT JOIN fate f ON f.notice_id = d.notice_id AND f.recipient_id = d.recipient_id"""


@dataclass(frozen=True, slots=True)
class Letter:
    reference: str
    mode: Mode
    seq: int
    kind: NoticeKind
    notice_state: NoticeState
    late: bool
    """It told somebody all of it who had been left out until then."""
    subject: str | None
    """None: it never got as far as an envelope."""
    name: str | None
    role: str | None
    address: str | None
    """None: erased."""
    about: list[tuple[str, str, list[str]]]
    """Customer's name, what they were told of it, slugs."""
    stands: str
    """`told`, or a `Why` of `notifier.store.read.call_list`."""
    fate: str | None
    fate_at: datetime | None
    left_at: datetime | None
    """When the provider took it."""
    again: bool
    """It was sent although an earlier try may have arrived."""
    above_ceiling: bool
    suppressions: list[str]
    """Why nobody may write to this address, as far as is known now."""


LETTER = sql.SQL("""
WITH mine AS ({mine})
SELECT p.reference, p.mode, n.seq, n.kind, n.state AS notice_state, w.subject,
       coalesce(w.variant LIKE 'late%%', false) AS late, d.vars ->> 'n' AS name, c.role, r.address,
       d.vars -> 'o' AS about, {stands} AS stands, f.fate, f.at AS fate_at, a.ended_at AS left_at,
       coalesce(a.again, false) AS again, d.root_chunk_id IS NULL AND d.exclusion IS NULL
         AND coalesce(n.people_n > n.ceiling, false) AS above_ceiling,
       array(SELECT reason FROM suppression s WHERE s.recipient_id = d.recipient_id ORDER BY 1) AS suppressions
FROM mine m JOIN delivery d ON d.notice_id = m.notice_id AND d.recipient_id = m.recipient_id
JOIN notice n ON n.notice_id = d.notice_id JOIN disruption p ON p.disruption_id = n.disruption_id
JOIN recipient r ON r.recipient_id = d.recipient_id LEFT JOIN contact c ON c.contact_id = m.contact_id {leaf}
LEFT JOIN content w ON w.content_id = k.content_id
LEFT JOIN attempt a ON a.attempt_id = k.attempt_id AND a.outcome = 'accepted'
WHERE n.state <> 'void' AND p.mode = coalesce(%(mode)s, p.mode)
  AND n.disruption_id = coalesce(%(disruption)s, n.disruption_id)
ORDER BY n.notice_id, r.address""")

OF_CUSTOMER = sql.SQL(
    "SELECT notice_id, recipient_id, min(contact_id) AS contact_id FROM line WHERE customer_id = %(whose)s"
    " AND recipient_id IS NOT NULL AND told_as <> 'none' GROUP BY 1, 2"
)
OF_PERSON = sql.SQL(
    "SELECT notice_id, recipient_id, NULL::bigint AS contact_id FROM delivery WHERE recipient_id = %(whose)s"
)


def _letters(mine: sql.SQL) -> sql.Composed:
    return LETTER.format(mine=mine, stands=sql.SQL(STANDS), leaf=sql.SQL(LEAF))


def in_disruption(tx: Tx, disruption_id: int, customer_id: int) -> list[Letter]:
    """Everything that a customer's people got, or were to get, of one disruption."""
    statement = _letters(OF_CUSTOMER)
    return many(tx, Letter, statement, whose=customer_id, disruption=disruption_id, mode=None)


def to_customer(tx: Tx, customer_id: int, mode: Mode) -> list[Letter]:
    """Everything about this customer, in the order in which it was written."""
    return many(tx, Letter, _letters(OF_CUSTOMER), whose=customer_id, disruption=None, mode=mode)


def to_person(tx: Tx, recipient_id: int, mode: Mode) -> list[Letter]:
    return many(tx, Letter, _letters(OF_PERSON), whose=recipient_id, disruption=None, mode=mode)


def recipient(tx: Tx, address_key: str) -> int | None:
    """Who has this address; `address_key` is normalised as at import."""
    return value(tx, "SELECT recipient_id FROM recipient WHERE address_key = %(key)s", key=address_key)
