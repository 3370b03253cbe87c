"""Snapshots of the audience: for the hour when the company's database is down, or the cut-off deleted the rows.

Nobody knows yet which scope will be asked for, so a snapshot holds the people of every declared service with their
addresses. It is therefore kept only where `[policy]` or a person says so.
"""

from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from notifier.actions.company.audience_copy import AudienceCopy, merge_view, stage_view
from notifier.errors import BadInput, Refused
from notifier.model.policy import Policy
from notifier.model.ring import Ring
from notifier.model.vocabulary import Possibly
from notifier.settings import Settings
from notifier.store import Db, Tx
from notifier.store.audience.verdicts import Rule
from notifier.store.company import catalogue, customers, merge, snapshots
from notifier.store.company.audience_view import CompanyUnreachable
from notifier.store.company.snapshots import Snapshot
from notifier.store.disruptions import alarms

ALARM = "audience:snapshot"


@dataclass(frozen=True, slots=True)
class Taken:
    snapshot: Snapshot
    copied: AudienceCopy
    """The same rows are what we know of customers from here on: who is cut off is noticed by them."""


def take(db: Db, settings: Settings, now: datetime) -> Taken:
    """Take one now.

    Raises `Refused` while another is being taken, `CompanyUnreachable` if that database does not answer.
    """
    with db.transaction() as tx:
        if not snapshots.alone(tx):
            raise Refused(
                "A snapshot is being taken at this moment: `notifier snapshot --list` shows it soon."
            )
        return _take(tx, settings, catalogue.policy(tx), now)


def keep(db: Db, settings: Settings, now: datetime) -> tuple[Ring, ...]:
    """One tick: take one if policy says that it is time. Twice at once: the second finds nothing to do."""
    if settings.audience_url is None:
        return ()
    try:
        with db.transaction() as tx:
            policy = catalogue.policy(tx)
            if not snapshots.alone(tx) or not is_due(snapshots.newest(tx), policy, now):
                return ()
            _take(tx, settings, policy, now)
            alarms.clear(tx, ALARM, now)
    except CompanyUnreachable as error:
        with db.transaction() as tx:
            alarms.raise_once(tx, ALARM, f"No snapshot of the audience: {error}", None, now)
    return ()


def is_due(newest: Snapshot | None, policy: Policy, now: datetime) -> bool:
    """A clock that was set back makes nothing due twice."""
    if not policy.snapshot_seconds:
        return False
    return newest is None or now - newest.taken_at >= timedelta(seconds=policy.snapshot_seconds)


def kept(db: Db) -> list[Snapshot]:
    """The newest first."""
    with db.transaction() as tx:
        return snapshots.kept(tx)


def _take(tx: Tx, settings: Settings, policy: Policy, now: datetime) -> Taken:
    if settings.audience_url is None:
        raise BadInput("NOTIFIER_AUDIENCE_URL is not set: a snapshot is taken of your own database.")
    catalogue.lock(tx)
    everybody = Rule([service.slug for service in catalogue.services(tx)], None, Possibly.HEDGE)
    tally, rows = stage_view(tx, settings.audience_url, everybody)
    merge.analyze_staging(tx)
    customers.insert_recipients(tx)
    snapshots.keep(tx, now)
    copied = merge_view(tx, tally, rows, everybody, now)
    snapshots.forget_rows(tx, policy.snapshots_kept)
    snapshots.forget(tx, policy.snapshots_kept)
    taken = snapshots.newest(tx)
    assert taken is not None
    return Taken(taken, replace(copied, at=taken.taken_at))
