"""What the sandbox really got, and what the ledger knows of each letter and of each request."""

from collections import defaultdict
from dataclasses import dataclass, field
from datetime import datetime

from notifier.model.vocabulary import NoticeKind

from .island import Island

DOUBTED = frozenset({"unknown", "presumed_lost"})
"""Outcomes of attempts that nobody has evidence of."""


@dataclass(frozen=True, slots=True)
class Mail:
    """What the sandbox took, whatever became of it behind."""

    address: str
    attempt: str
    notice_id: int
    received_at: datetime
    fate: str


@dataclass(frozen=True, slots=True)
class Attempt:
    attempt_id: str
    outcome: str
    again: bool
    claimed_at: datetime

    @property
    def is_doubted(self) -> bool:
        return self.outcome in DOUBTED


@dataclass(frozen=True, slots=True)
class Place:
    """Where somebody stands in a notice."""

    notice_id: int
    kind: NoticeKind
    disruption_id: int
    address: str
    state: str
    """unreachable, held (above a ceiling), or the state of the chunk."""
    notice_state: str


@dataclass(frozen=True, slots=True)
class Carried:
    """One letter of an attempt, as the ledger has it."""

    attempt_id: str
    notice_id: int
    address: str


@dataclass
class Post:
    mails: list[Mail]
    attempts: dict[str, Attempt]
    places: list[Place]
    carried: list[Carried]
    numbers: dict[str, int]
    """Address -> number of the customer."""
    got: defaultdict[tuple[int, str], list[Mail]] = field(init=False)
    """(notice, address) -> its mails, in the order in which they arrived."""

    def __post_init__(self) -> None:
        self.got = defaultdict(list)
        for mail in self.mails:
            self.got[mail.notice_id, mail.address].append(mail)

    def is_late(self, mail: Mail, seconds: float) -> bool:
        """It arrived longer after its claim than a process may take that is let run."""
        attempt = self.attempts.get(mail.attempt)
        return attempt is not None and (mail.received_at - attempt.claimed_at).total_seconds() > seconds


PLACES = """
SELECT d.notice_id, n.kind, n.disruption_id, lower(r.address),
       CASE WHEN d.exclusion IS NOT NULL OR f.fate IN ('rejected', 'suppressed', 'dropped', 'bounced')
            THEN 'unreachable' WHEN d.root_chunk_id IS NULL THEN 'held'
            WHEN n.state = 'cancelled' AND k.state = 'due' THEN 'cancelled' ELSE coalesce(k.state, 'nowhere') END,
       n.state
FROM delivery d JOIN notice n USING (notice_id) JOIN recipient r USING (recipient_id)
LEFT JOIN chunk k ON k.root_id = d.root_chunk_id AND k.state <> 'split' AND d.pos >= k.lo AND d.pos < k.hi
LEFT JOIN fate f ON f.notice_id = d.notice_id AND f.recipient_id = d.recipient_id
WHERE n.state NOT IN ('draft', 'void') ORDER BY d.notice_id"""

CARRIED = """
SELECT a.attempt_id::text, d.notice_id, lower(r.address)
FROM attempt a JOIN chunk k USING (chunk_id) JOIN delivery d
  ON d.notice_id = k.notice_id AND d.root_chunk_id = k.root_id AND d.pos >= k.lo AND d.pos < k.hi
JOIN recipient r USING (recipient_id) WHERE d.pos <> ALL(a.skip)"""

NUMBERS = """
SELECT lower(r.address), substr(c.ext_id, 2)::int
FROM contact JOIN customer c USING (customer_id) JOIN recipient r USING (recipient_id)"""


def post_of(island: Island) -> Post:
    mails = [
        Mail(
            one["address"], one["attempt"], int(one["notice"]), datetime.fromisoformat(one["at"]), one["fate"]
        )
        for one in island.ask("GET", "/messages/index")
    ]
    rows = island.rows("SELECT attempt_id::text, outcome, again, claimed_at FROM attempt")
    return Post(
        mails=sorted(mails, key=lambda mail: mail.received_at),
        attempts={row[0]: Attempt(*row) for row in rows},
        places=[
            Place(row[0], NoticeKind(row[1]), row[2], row[3], row[4], row[5]) for row in island.rows(PLACES)
        ],
        carried=[Carried(*row) for row in island.rows(CARRIED)],
        numbers=dict(island.rows(NUMBERS)),
    )
