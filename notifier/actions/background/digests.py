"""The ledger enters the audit chain as one digest for each notice that is over: finished, or cancelled."""

from datetime import datetime

from notifier.store import Db, Tx, audit
from notifier.store.disruptions import notices
from notifier.store.disruptions.notices import Notice
from notifier.store.ledger import accounting
from notifier.store.locks import retried


def enter(tx: Tx, notice: Notice, act: str, now: datetime) -> None:
    """How many people stand where, and what became of every request."""
    audit.append(
        tx,
        actor="system",
        act=act,
        at=now,
        disruption_id=notice.disruption_id,
        after=accounting.digest(tx, notice.notice_id),
    )


def enter_cancelled(db: Db, now: datetime) -> None:
    """One tick: whoever has cancelled a notice, its digest is entered once its last request is known.

    Two ticks at once, or a process that dies: the row says whether it was entered.
    """
    with db.transaction() as tx:
        found = accounting.unsealed(tx)
    for notice_id in found:
        _enter_cancelled(db, now, notice_id)


@retried
def _enter_cancelled(db: Db, now: datetime, notice_id: int) -> None:
    with db.transaction() as tx:
        notice = notices.locked(tx, notice_id)
        if accounting.seal(tx, notice_id, now=now):
            enter(tx, notice, "cancelled", now)
