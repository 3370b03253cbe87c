"""Objections as people look at them: what somebody has to do, and what became of each."""

from dataclasses import dataclass
from datetime import datetime

from notifier.model.vocabulary import NoticeState, ReviewEnding
from notifier.store import Tx, many, one


@dataclass(frozen=True, slots=True)
class Review:
    review_id: int
    disruption_id: int
    reference: str
    customer_id: int
    customer: str
    """The company's own id."""
    name: str
    asked_by: str
    why: str
    opened_by: str
    opened_at: datetime
    due_at: datetime
    ended_at: datetime | None
    ended_as: ReviewEnding | None
    ended_by: str | None
    ended_why: str | None
    notice: str | None
    """How people call its notice: `7K2M/3`."""
    notice_state: NoticeState | None

    @property
    def is_open(self) -> bool:
        return self.ended_at is None


REVIEW = """
SELECT r.review_id, r.disruption_id, d.reference, r.customer_id, c.ext_id AS customer, c.name, r.asked_by, r.why,
       r.opened_by, r.opened_at, r.due_at, r.ended_at, r.ended_as, r.ended_by, r.ended_why,
       d.reference || '/' || n.seq AS notice, n.state AS notice_state
FROM review r JOIN disruption d USING (disruption_id) JOIN customer c USING (customer_id)
LEFT JOIN notice n ON n.notice_id = r.notice_id """


def by_id(tx: Tx, review_id: int) -> Review | None:
    return one(tx, Review, REVIEW + "WHERE r.review_id = %(id)s", id=review_id)


def work_list(tx: Tx, *, everything: bool = False, reference: str | None = None) -> list[Review]:
    """What somebody has to do, the most urgent first: open ones, and those whose notice nobody has let go."""
    return many(
        tx,
        Review,
        REVIEW
        + """
WHERE (%(everything)s OR r.ended_at IS NULL OR n.state = 'draft')
  AND d.reference = coalesce(%(reference)s, d.reference)
ORDER BY r.ended_at IS NOT NULL, r.due_at, r.review_id LIMIT 1000""",
        everything=everything,
        reference=reference,
    )


def of_customer(tx: Tx, disruption_id: int, customer_id: int) -> list[Review]:
    return many(
        tx,
        Review,
        REVIEW
        + "WHERE r.disruption_id = %(disruption)s AND r.customer_id = %(customer)s ORDER BY r.review_id",
        disruption=disruption_id,
        customer=customer_id,
    )
