"""The sweeper: finds what is due in Postgres, whatever became of the rings. Safe to run twice at once."""

from datetime import datetime

from notifier.actions.freeze import may_freeze
from notifier.model.ring import Ring
from notifier.store import Db, catalogue, ledger, notices


def sweep_seconds(db: Db) -> float:
    """How often policy wants a tick."""
    with db.transaction() as tx:
        return catalogue.policy(tx).sweep_seconds


def sweep(db: Db, now: datetime) -> tuple[Ring, ...]:
    """One tick: leases that ran out become unknown, and everything that is due is rung for."""
    with db.transaction() as tx:
        ledger.expire_leases(tx, now=now)
    rings: list[Ring] = []
    with db.transaction() as tx:
        for notice_id in notices.open_ids(tx):
            notice = notices.by_id(tx, notice_id)
            if may_freeze(notice):
                rings.append(Ring("freeze", notice_id))
            # Also without due chunks: the last one may have ended in a process that died before `finish`.
            if notice.approved_at is not None:
                rings.append(Ring("deliver", notice_id))
    return tuple(rings)
