"""What became of each letter: to whom, in which notice, about what, when, and its fate. Addresses come along:
for the eyes of whoever asks, never for a log.
"""

from dataclasses import dataclass
from datetime import datetime
from typing import LiteralString

from psycopg import sql

from notifier.model.vocabulary import FOR_LATE_READERS, Mode, NoticeKind, NoticeState
from notifier.store import Tx, many, value
from notifier.store.ledger import threads

STANDS: LiteralString = """CASE
      WHEN d.unreachable THEN coalesce(d.exclusion, d.fate)
      WHEN d.notice_state = 'draft' AND coalesce(d.account, 'waiting') IN ('held', 'waiting') THEN 'not_approved'
      ELSE coalesce(d.account, 'waiting') END"""
"""Its account, in a person's words; `d` is of `delivery_standing`."""


@dataclass(frozen=True, slots=True)
class LetterRow:
    recipient_id: int
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
    """`told`, or an `Untold` of `notifier.store.read.call_list`."""
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
SELECT d.recipient_id, p.reference, p.mode, d.seq, d.kind, d.notice_state,
       CASE WHEN w.subject IS NOT NULL THEN coalesce({subject}, w.subject) END AS subject,
       coalesce(w.variant = ANY({for_late}), false) AS late, d.vars ->> 'n' AS name, c.role, r.address,
       d.vars -> 'o' AS about, {stands} AS stands, d.fate, d.fate_at, a.ended_at AS left_at,
       coalesce(a.again, false) AS again, d.root_chunk_id IS NULL AND d.exclusion IS NULL
         AND coalesce(d.people_n > d.ceiling, false) AS above_ceiling,
       array(SELECT reason FROM suppression s WHERE s.recipient_id = d.recipient_id ORDER BY 1) AS suppressions
FROM mine m JOIN delivery_standing d ON d.notice_id = m.notice_id AND d.recipient_id = m.recipient_id
JOIN disruption p ON p.disruption_id = d.disruption_id
JOIN recipient r ON r.recipient_id = d.recipient_id LEFT JOIN contact c ON c.contact_id = m.contact_id
LEFT JOIN content w ON w.content_id = d.content_id
LEFT JOIN attempt a ON a.attempt_id = d.attempt_id AND a.outcome = 'accepted'
WHERE d.notice_state <> 'void' AND p.mode = coalesce(%(mode)s, p.mode)
  AND d.disruption_id = coalesce(%(disruption)s, d.disruption_id)
ORDER BY d.notice_id, r.address""")

OF_CUSTOMER = sql.SQL(
    """
SELECT notice_id, recipient_id, min(contact_id) AS contact_id
FROM line
WHERE customer_id = %(whose)s AND recipient_id IS NOT NULL AND told_as <> 'none'
GROUP BY 1, 2"""
)
OF_PERSON = sql.SQL(
    "SELECT notice_id, recipient_id, NULL::bigint AS contact_id FROM delivery WHERE recipient_id = %(whose)s"
)


def _letters(mine: sql.SQL) -> sql.Composed:
    for_late = sql.Literal(list(FOR_LATE_READERS))
    return LETTER.format(mine=mine, stands=sql.SQL(STANDS), subject=threads.OF_DELIVERY, for_late=for_late)


def in_disruption(tx: Tx, disruption_id: int, customer_id: int) -> list[LetterRow]:
    """Everything that a customer's people got, or were to get, of one disruption."""
    statement = _letters(OF_CUSTOMER)
    return many(tx, LetterRow, statement, whose=customer_id, disruption=disruption_id, mode=None)


def to_customer(tx: Tx, customer_id: int, mode: Mode) -> list[LetterRow]:
    """Everything about this customer, in the order in which it was written."""
    return many(tx, LetterRow, _letters(OF_CUSTOMER), whose=customer_id, disruption=None, mode=mode)


def to_person(tx: Tx, recipient_id: int, mode: Mode) -> list[LetterRow]:
    return many(tx, LetterRow, _letters(OF_PERSON), whose=recipient_id, disruption=None, mode=mode)


def recipient(tx: Tx, address_key: str) -> int | None:
    """Who has this address; `address_key` is normalised as at import."""
    return value(tx, "SELECT recipient_id FROM recipient WHERE address_key = %(key)s", key=address_key)
