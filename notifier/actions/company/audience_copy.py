"""The people of a declaration, where customers live in the company's own database.

Its view is read and what the scope needs of it is merged into our tables, before anything is frozen: members with
their addresses, all others without. Freezing then works as it does for imported customers. What the view shows no
longer is kept and said, for it may be the cut-off that deleted it.
"""

from collections import Counter
from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from notifier.edges.audience_row import Unusable, read
from notifier.errors import Refused
from notifier.model.contract import CopiedRow, OuterRow, examine, faults
from notifier.model.vocabulary import AttributeType, PeopleFrom
from notifier.store import Tx
from notifier.store.audience.verdicts import Rule
from notifier.store.company import audience_view, catalogue, customers, merge, snapshots
from notifier.store.company.audience_view import CompanyUnreachable, Outer
from notifier.store.company.merge import Vanished
from notifier.store.company.snapshots import Snapshot

NOBODY = Vanished(0, 0)
MANY = 1_000
"""Rows from which on the tables deserve fresh statistics."""


@dataclass(frozen=True, slots=True)
class Unfit:
    """Values of one column or attribute that cannot be used, and are unknown therefore."""

    name: str
    rows: int
    customer: str
    """The first of them, by the company's own id."""


@dataclass(frozen=True, slots=True)
class AudienceCopy:
    """What one copy brought, and what is odd about it."""

    source: PeopleFrom
    at: datetime
    """When the company's database showed these."""
    asked_at: datetime
    """When they were copied: a snapshot is older."""
    rows: int
    customers: int
    unfit: tuple[Unfit, ...] = ()
    nameless: int = 0
    """Rows that name no customer: nobody can be told of them."""
    differing: int = 0
    """Customers with rows of one service that contradict each other; the weightiest verdict counts."""
    vanished: Vanished = NOBODY
    """Customers whom the view has shown with one of the services and shows no longer."""
    old_addresses: int = 0
    """Customers whom the view gives no usable address any more: the last known one is used."""
    contacts_gone: int = 0
    """People who are no contacts of their customer any more."""
    newer: int = 0
    """Customers who came after the snapshot: told as well."""


@dataclass(slots=True)
class CopyTally:
    """What is learnt of the rows while they stream by."""

    attributes: tuple[str, ...]
    nameless: int = 0
    unfit: Counter[str] = field(default_factory=Counter[str])
    first: dict[str, str] = field(default_factory=dict[str, str])

    def usable(self, rows: Iterator[OuterRow]) -> Iterator[CopiedRow]:
        for line, row in enumerate(rows, start=1):
            copied, columns = read(row, line)
            if isinstance(copied, Unusable):
                self.nameless += 1
                continue
            for name in (*columns, *(self.attributes[n] for n in row.misfits)):
                self.unfit[name] += 1
                self.first.setdefault(name, copied.customer)
            yield copied

    @property
    def found(self) -> tuple[Unfit, ...]:
        return tuple(Unfit(name, rows, self.first[name]) for name, rows in sorted(self.unfit.items()))


def bring(tx: Tx, url: str | None, rule: Rule, now: datetime, as_of: datetime | None) -> AudienceCopy | None:
    """The people of this rule into our tables, from a snapshot or from the view; None: they are imported ones.

    Raises `CompanyUnreachable`, offering a snapshot, and `Refused` where there is no snapshot.
    """
    if as_of is not None:
        return copy_snapshot(tx, rule, as_of, now)
    if url is None:
        return None
    try:
        return copy_view(tx, url, rule, now)
    except CompanyUnreachable as error:
        raise offer(error, snapshots.newest(tx), now) from error


def copy_view(tx: Tx, url: str, rule: Rule, now: datetime) -> AudienceCopy:
    """Read the rule's services from the view into our tables, in the caller's transaction.

    Raises `CompanyUnreachable`, and then nothing has changed. If the process dies before the commit: the same.
    """
    catalogue.lock(tx)
    tally, rows = stage_view(tx, url, rule)
    merge.analyze_staging(tx)
    return merge_view(tx, tally, rows, rule, now)


def stage_view(tx: Tx, url: str, rule: Rule) -> tuple[CopyTally, int]:
    """Stream what the view shows into `staged`; that database is let go of before anything is merged."""
    attributes = {a.name: AttributeType(a.type) for a in catalogue.attributes(tx)}
    tally = CopyTally(tuple(attributes))
    merge.create_staging(tx)
    with audience_view.reading(url) as there:
        require_contract(there)
        with closing(audience_view.audience(there, rule, attributes)) as shown:
            return tally, merge.stage(tx, tally.usable(shown))


def require_contract(there: Outer) -> None:
    """Raises `CompanyUnreachable`, naming every column that is not as agreed."""
    present = audience_view.columns(there)
    if not present:
        raise CompanyUnreachable(
            f"{there.where} shows no view notifier_audience: `notifier doctor` says how to make it."
        )
    if not audience_view.rights(there).may_read:
        raise CompanyUnreachable(
            f"{there.where} does not let us read notifier_audience: `notifier doctor` says how."
        )
    if wrong := faults(examine(present)):
        raise CompanyUnreachable(f"{there.where} has a view that is not as agreed:", details=wrong)


def merge_view(tx: Tx, tally: CopyTally, rows: int, rule: Rule, now: datetime) -> AudienceCopy:
    """What is staged becomes what we know; what is missing in it is marked."""
    found = _merge(tx)
    followed = merge.follow_addresses(tx)
    _merge_contacts(tx)
    gone = merge.drop_contacts(tx)
    policy = catalogue.policy(tx)
    merge.vanish(tx, rule.services, now)
    merge.forget_vanished(tx, rule.services, now - timedelta(seconds=policy.vanished_seconds))
    if rows + followed >= MANY:
        customers.analyze(tx)
    return AudienceCopy(
        source=PeopleFrom.VIEW,
        at=now,
        asked_at=now,
        rows=rows,
        customers=found,
        unfit=tally.found,
        nameless=tally.nameless,
        differing=merge.differing(tx),
        vanished=merge.vanished(tx, rule),
        old_addresses=merge.old_addresses(tx, rule.told_rank),
        contacts_gone=gone,
    )


def copy_snapshot(tx: Tx, rule: Rule, until: datetime, now: datetime) -> AudienceCopy:
    """The newest snapshot that was taken by then becomes what we know. Nobody is dropped for not being in it.

    Raises `Refused` if there is none.
    """
    catalogue.lock(tx)
    snapshot = snapshots.newest(tx, until)
    if snapshot is None:
        raise Refused(_no_snapshot(tx))
    merge.create_staging(tx)
    rows = snapshots.stage(tx, snapshot.snapshot_id, rule.services)
    merge.analyze_staging(tx)
    found = _merge(tx)
    _merge_contacts(tx)
    if rows >= MANY:
        customers.analyze(tx)
    return AudienceCopy(
        source=PeopleFrom.SNAPSHOT,
        at=snapshot.taken_at,
        asked_at=now,
        rows=rows,
        customers=found,
        differing=merge.differing(tx),
        vanished=merge.vanished(tx, rule),
        newer=merge.newer_than_copy(tx, rule.services),
    )


def _merge(tx: Tx) -> int:
    """Customers and what they hold; how many customers. In the order in which the tables need each other."""
    found = merge.gather_customers(tx)
    customers.insert_recipients(tx)
    customers.update_customers(tx)
    customers.insert_customers(tx)
    merge.gather_held(tx)
    merge.analyze_held(tx)
    merge.reappear(tx)
    merge.appear(tx)
    customers.gather_contacts(tx)
    return found


def _merge_contacts(tx: Tx) -> None:
    # Roles that are named come first: a row without one then finds them.
    for named in (True, False):
        customers.update_contacts(tx, with_role=named)
        customers.insert_contacts(tx, with_role=named)


def _no_snapshot(tx: Tx) -> str:
    oldest = snapshots.kept(tx)[-1:]
    if oldest:
        return f"There is no snapshot that old: the oldest is of {oldest[0].taken_at:%a %d %b %H:%M} UTC."
    return (
        "There is no snapshot: `notifier snapshot` takes one, snapshot_seconds in [policy] keeps taking them."
    )


def offer(error: CompanyUnreachable, newest: Snapshot | None, now: datetime) -> CompanyUnreachable:
    """The same refusal, with the way out."""
    if newest is None:
        way = "No snapshot is kept for --as-of."
    else:
        way = (
            f"Or repeat with --as-of latest: people as of {newest.taken_at:%a %d %b %H:%M} UTC,"
            f" {age(now - newest.taken_at)} old."
        )
    return CompanyUnreachable(f"{error} {way}", details=error.details)


def age(passed: timedelta) -> str:
    """`40 s`, `20 min`, `3 h 05 min`, `2 days`."""
    minutes, seconds = divmod(max(0, int(passed.total_seconds())), 60)
    if not minutes:
        return f"{seconds} s"
    if minutes < 60:
        return f"{minutes} min"
    return f"{minutes // 60} h {minutes % 60:02} min" if minutes < 48 * 60 else f"{minutes // 1440} days"
