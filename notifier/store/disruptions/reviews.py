"""'Wrong for you?': objections of customers, each with a deadline, an end and a notice of its own."""

from dataclasses import dataclass
from datetime import datetime

from notifier.model.vocabulary import ReviewEnding
from notifier.store import Tx, many, run, value, values


def insert(
    tx: Tx,
    disruption_id: int,
    customer_id: int,
    *,
    asked_by: str,
    why: str,
    actor: str,
    now: datetime,
    due_at: datetime,
) -> int | None:
    """The new id; None: there is an open one of this customer already."""
    return value(
        tx,
        """
INSERT INTO review (disruption_id, customer_id, asked_by, why, opened_by, opened_at, due_at)
VALUES (%(disruption)s, %(customer)s, %(asked_by)s, %(why)s, %(actor)s, %(now)s, %(due_at)s)
ON CONFLICT (disruption_id, customer_id) WHERE ended_at IS NULL DO NOTHING
RETURNING review_id""",
        disruption=disruption_id,
        customer=customer_id,
        asked_by=asked_by,
        why=why,
        actor=actor,
        now=now,
        due_at=due_at,
    )


def lock(tx: Tx, review_id: int) -> bool:
    """Nobody else ends it until this transaction does; False: there is none."""
    return value(
        tx,
        "SELECT count(*) = 1 FROM (SELECT FROM review WHERE review_id = %(id)s FOR NO KEY UPDATE) locked",
        id=review_id,
    )


def end(
    tx: Tx, review_id: int, ended_as: ReviewEnding, *, why: str | None, actor: str, now: datetime
) -> None:
    run(
        tx,
        """
UPDATE review SET ended_at = %(now)s, ended_as = %(as)s, ended_by = %(actor)s, ended_why = %(why)s
WHERE review_id = %(id)s AND ended_at IS NULL""",
        **{"id": review_id, "now": now, "as": ended_as, "actor": actor, "why": why},
    )


def set_notice(tx: Tx, review_id: int, notice_id: int) -> None:
    run(
        tx,
        "UPDATE review SET notice_id = %(notice)s WHERE review_id = %(id)s",
        id=review_id,
        notice=notice_id,
    )


def move_notice(tx: Tx, old: int, new: int) -> None:
    """A draft was replaced by a fresh one with the same words."""
    run(tx, "UPDATE review SET notice_id = %(new)s WHERE notice_id = %(old)s", old=old, new=new)


def released(tx: Tx, disruption_id: int) -> list[int]:
    """Customers whom the last review that was ended has taken out of a disruption."""
    return values(
        tx,
        """
SELECT customer_id
FROM (
  SELECT DISTINCT ON (customer_id) customer_id, ended_as
  FROM review
  WHERE disruption_id = %(id)s AND ended_at IS NOT NULL
  ORDER BY customer_id, ended_at DESC, review_id DESC) latest
WHERE ended_as = 'released'
ORDER BY 1""",
        id=disruption_id,
    )


@dataclass(frozen=True, slots=True)
class Overdue:
    disruption_id: int
    reviews: int


def overdue(tx: Tx, now: datetime) -> list[Overdue]:
    return many(
        tx,
        Overdue,
        """
SELECT disruption_id, count(*) AS reviews FROM review
WHERE ended_at IS NULL AND due_at < %(now)s
GROUP BY 1 ORDER BY 1""",
        now=now,
    )


def people(tx: Tx, disruption_id: int, customer_id: int) -> int:
    """How many people a notice about one customer may go to: those who were, or may yet be, told of it."""
    return value(
        tx,
        """
SELECT count(DISTINCT l.recipient_id) FROM line l JOIN notice n USING (notice_id)
JOIN delivery d ON d.notice_id = l.notice_id AND d.recipient_id = l.recipient_id
WHERE n.disruption_id = %(disruption)s AND l.customer_id = %(customer)s
  AND l.told_as IN ('affected', 'possibly') AND d.exclusion IS NULL
  AND n.state IN ('approved', 'sending', 'held', 'finished')""",
        disruption=disruption_id,
        customer=customer_id,
    )


def still_cut_off(tx: Tx, disruption_id: int, customer_id: int) -> list[str]:
    """Names of the services that the data says this customer is cut off from."""
    return values(
        tx,
        """
SELECT DISTINCT s.name FROM entitlement e JOIN service s USING (service_id)
WHERE e.customer_id = %(customer)s AND e.suspended_at IS NOT NULL AND (e.of_view OR e.vanished_at IS NULL)
  AND s.slug = ANY(SELECT unnest(services) FROM scope_revision WHERE disruption_id = %(disruption)s)
ORDER BY 1""",
        disruption=disruption_id,
        customer=customer_id,
    )
