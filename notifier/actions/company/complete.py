"""`import --complete`: the file holds everybody, so what it does not hold ends. A person acknowledges how much."""

from dataclasses import asdict, dataclass, replace
from datetime import datetime

from notifier.actions.notices.rule import notice_rule, rule_at
from notifier.errors import Refused
from notifier.model.customer import n_customers
from notifier.model.leaving import Leaving, LeavingCustomer
from notifier.model.scope import Json
from notifier.model.vocabulary import NoticeKind
from notifier.store import Tx
from notifier.store.company import leaving
from notifier.store.disruptions import disruptions
from notifier.store.read import membership

LISTED = 10_000
"""Customers that are named."""
IN_AUDIT = 1_000
"""Ids that stand in the audit chain."""


@dataclass(frozen=True, slots=True)
class Everybody:
    """The file holds everybody."""

    acknowledged: int | None = None
    """For so many customers what they hold may end."""
    digest: str | None = None
    """Of exactly what was shown to whoever acknowledged it; None: they gave the number beforehand."""


@dataclass(frozen=True, slots=True)
class Gone:
    """What has ended, or would."""

    count: Leaving
    customers: tuple[LeavingCustomer, ...]
    """The first `LISTED` of them."""
    digest: str
    """Of all of them."""

    def for_audit(self) -> dict[str, Json]:
        ids: list[Json] = [each.customer for each in self.customers[:IN_AUDIT]]
        return {**asdict(self.count), "ids": ids}


class Unacknowledged(Refused):
    """Customers are not in the file, and nobody has acknowledged so many."""

    def __init__(self, gone: Gone, acknowledged: int | None) -> None:
        super().__init__(_refusal(gone.count, acknowledged))
        self.gone = gone
        self.may_be_asked = acknowledged is None and not gone.count.is_large
        """Whoever sees the list can answer; else the number must have been given beforehand."""


def end_what_is_gone(tx: Tx, now: datetime, everybody: Everybody, holders: int) -> Gone:
    """The last step of an import, of rows that are merged. Raises `Unacknowledged` if it is another number."""
    gone = find_what_is_gone(tx, holders)
    if gone.count.customers != (everybody.acknowledged or 0) or everybody.digest not in {None, gone.digest}:
        raise Unacknowledged(gone, everybody.acknowledged)
    # Somebody may have declared since it was asked who is told of something: from here on nobody can.
    disruptions.lock_declarations(tx)
    _keep_who_is_told(tx)
    leaving.end(tx)
    leaving.keep_told(tx)
    leaving.keep_until_over(tx, now)
    return replace(gone, count=leaving.found(tx, holders))


def find_what_is_gone(tx: Tx, holders: int) -> Gone:
    """`holders`: how many customers held something before the rows were merged."""
    leaving.gather(tx)
    _keep_who_is_told(tx)
    return Gone(leaving.found(tx, holders), tuple(leaving.customers(tx, most=LISTED)), leaving.digest(tx))


def _keep_who_is_told(tx: Tx) -> None:
    """Who is told of something that is open, or is about to be, by the rule in force or that of an open list."""
    leaving.keep_told(tx)
    for disruption_id in leaving.listing(tx):
        leaving.keep_listed(tx, rule_at(tx, disruption_id, NoticeKind.FIRST))
        for notice in membership.open_lists(tx, disruption_id):
            leaving.keep_listed(tx, notice_rule(tx, notice))


def _refusal(count: Leaving, acknowledged: int | None) -> str:
    n = count.customers
    if acknowledged == n:
        return (
            f"Nothing was imported: {n_customers(n)} would lose something, and others than were shown."
            " Somebody else imported, or the file is another one by now: run the same command again."
        )
    if acknowledged is not None:
        return (
            f"Nothing was imported: --gone {acknowledged} was acknowledged, and for {n_customers(n)} what they"
            f" hold is not in the file. Look again with --preview, then say --gone {n}."
        )
    if count.is_large:
        return (
            f"Nothing was imported: what {n:,} of {count.holders:,} customers hold is not in the file, as if it"
            f" had been cut off. Look at them with --preview; if the file is whole, say --gone {n}."
        )
    return (
        f"Nothing was imported: for {n_customers(n)} what they hold is not in the file and would end."
        f" Look at them with --preview, then acknowledge the number with --gone {n}."
    )
