"""Where the people of a declaration come from, on every screen of it: the company's database, or a snapshot."""

from datetime import UTC, datetime

from notifier.actions.company.audience_copy import AudienceCopy, age
from notifier.entry.cli.output import clock
from notifier.model.vocabulary import PeopleFrom
from notifier.store.read.views import DisruptionRow


def copied_lines(found: AudienceCopy) -> list[str]:
    """For the dry run."""
    return [source_line(found.source, found.at, found.asked_at), *remarks(found)]


def disruption_line(row: DisruptionRow) -> str:
    """For the gate and for `show`; empty where customers are imported. The age is that at the declaration."""
    if row.people_from is None or row.people_at is None:
        return ""
    return source_line(row.people_from, row.people_at, row.declared_at or datetime.now(UTC))


def source_line(source: PeopleFrom, at: datetime, seen: datetime) -> str:
    if source is PeopleFrom.SNAPSHOT:
        return f"! PEOPLE AS OF {clock(at)}: a snapshot, {age(seen - at)} old."
    return f"  People as the company's database shows them, {clock(at)}."


def remarks(found: AudienceCopy) -> list[str]:
    """What is odd about a copy, with numbers; nobody is dropped without a line here."""
    counted = (
        (found.old_addresses, "have no address there any more: the last known one is used."),
        (found.newer, "came after the snapshot: told as well."),
        (found.differing, "have rows that contradict each other: the weightier verdict counts."),
    )
    lines = [vanished_line(found)] if found.vanished.customers else []
    lines += [f"! {customers(n)} {says}" for n, says in counted if n]
    if found.contacts_gone:
        lines.append(f"! {found.contacts_gone:,} contacts are gone from there: not told.")
    if found.nameless:
        lines.append(f"! {found.nameless:,} rows name no customer: NOBODY CAN BE TOLD of them.")
    lines += [
        f"! {u.name}: unusable in {u.rows:,} rows, so unknown; the first is of customer {u.customer}."
        for u in found.unfit
    ]
    return lines


def vanished_line(found: AudienceCopy) -> str:
    gone = found.vanished
    are = "is" if gone.customers == 1 else "are"
    told = f"{gone.told:,} TOLD all the same, by what was last known."
    return f"! {customers(gone.customers)} {are} in the company's database no longer; {told}"


def customers(n: int) -> str:
    return f"{n:,} customer{'' if n == 1 else 's'}"
