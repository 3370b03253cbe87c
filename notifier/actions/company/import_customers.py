"""Customers in: a file becomes customers, contacts and entitlements, in one transaction or not at all."""

from collections import Counter
from collections.abc import Iterator
from dataclasses import asdict, dataclass, field
from datetime import datetime
from typing import BinaryIO

from notifier.edges.customer_row import RowContext, rows
from notifier.errors import BadInput
from notifier.model.act import Act
from notifier.model.customer import BadRow, CustomerRow
from notifier.store import Db, Tx, audit
from notifier.store.company import catalogue, customers
from notifier.store.company.customers import Contradiction

NAMED = 10_000
"""Bad rows that are named; the rest is only counted, so that a wrong file does not fill the memory."""
MANY = 1_000
"""Rows from which on the tables deserve fresh statistics."""


@dataclass(frozen=True, slots=True)
class Misfit:
    """Cells that do not fit their attribute's type: imported as unknown."""

    name: str
    cells: int
    line: int
    """The first of them."""


@dataclass(frozen=True, slots=True)
class Merged:
    customers: int
    """In the file; the counts below say what they changed."""
    customers_new: int
    customers_changed: int
    """Another name or attribute than before."""
    customers_without_address: int
    """Of those in the file: nobody can be written to."""
    people_new: int
    contacts_new: int
    contacts_changed: int
    entitlements_new: int
    cut_off: int
    """Entitlements that were not cut off before."""
    cut_off_corrected: int
    """Entitlements that were, but at another time."""
    reinstated: int


@dataclass(frozen=True, slots=True)
class Imported:
    rows: int
    merged: Merged
    undeclared: tuple[str, ...]
    """Attributes that no applied file declares: imported as text."""
    unknown: tuple[Misfit, ...]
    contradictions: tuple[Contradiction, ...]
    bad: int
    """Rows left out."""
    bad_rows: tuple[BadRow, ...]
    """The first `NAMED` of them."""


@dataclass(slots=True)
class ImportTally:
    """What is learnt of the rows while they stream by."""

    bad: int = 0
    bad_rows: list[BadRow] = field(default_factory=list[BadRow])
    misfits: Counter[str] = field(default_factory=Counter[str])
    misfit_lines: dict[str, int] = field(default_factory=dict[str, int])
    attributes: set[str] = field(default_factory=set[str])

    def refuse(self, row: BadRow) -> None:
        self.bad += 1
        if self.bad <= NAMED:
            self.bad_rows.append(row)

    def accept(self, row: CustomerRow) -> None:
        self.attributes.update(row.attributes)
        for name in row.misfits:
            self.misfits[name] += 1
            self.misfit_lines.setdefault(name, row.line)


def import_customers(db: Db, act: Act, stream: BinaryIO, *, skip_bad: bool = False) -> Imported:
    """Merge the file into what is there. `stream` is read once, never held.

    Raises `BadInput`, naming every bad row, if there is one and `skip_bad` is off: then nothing is imported.
    Whatever ends this early (a killed process, a database that goes away) leaves everything as it was.
    """
    with db.transaction() as tx:
        catalogue.lock(tx)
        attributes = catalogue.attributes(tx)
        known = RowContext(
            services=frozenset(s.slug for s in catalogue.services(tx)),
            attributes={a.name: a.type for a in attributes},
            now=act.now,
        )
        tally = ImportTally()
        customers.create_staging(tx)
        count = customers.stage(tx, _accepted(rows(stream, known), tally, skip_bad=skip_bad))
        if tally.bad and not skip_bad:
            raise _refusal(tally)
        undeclared = tuple(sorted(tally.attributes - {a.name for a in attributes if a.declared}))
        catalogue.add_undeclared(tx, undeclared)
        customers.analyze_staging(tx)
        contradictions = tuple(customers.contradictions(tx))
        merged = _merge(tx, act.now)
        if count >= MANY:
            customers.analyze(tx)
        after = {"rows": count, "bad": tally.bad, **asdict(merged)}
        audit.append(tx, actor=act.actor, act="import", at=act.now, after=after)
        return _imported(count, merged, undeclared, contradictions, tally)


def _accepted(
    found: Iterator[CustomerRow | BadRow], tally: ImportTally, *, skip_bad: bool
) -> Iterator[CustomerRow]:
    """The good rows; once the import is bound to fail, none: the rest is only read to name its faults."""
    for row in found:
        if isinstance(row, BadRow):
            tally.refuse(row)
        elif skip_bad or not tally.bad:
            tally.accept(row)
            yield row


def _refusal(tally: ImportTally) -> BadInput:
    rows_are = "1 row is" if tally.bad == 1 else f"{tally.bad:,} rows are"
    more = (f"and {tally.bad - NAMED:,} more",) if tally.bad > NAMED else ()
    return BadInput(
        f"{rows_are} bad, nothing was imported: correct the file, or leave such rows out with --skip-bad.",
        details=tuple(f"line {row.line}: {row.problem}" for row in tally.bad_rows) + more,
    )


def _merge(tx: Tx, now: datetime) -> Merged:
    """In the order in which the tables need each other."""
    in_file = customers.gather_customers(tx)
    people_new = customers.insert_recipients(tx)
    changed = customers.update_customers(tx)
    new = customers.insert_customers(tx)
    customers.gather_contacts(tx)
    contacts_changed, contacts_new = 0, 0
    # Roles and regions that the file names come first: a row without one then finds them.
    for named in (True, False):
        contacts_changed += customers.update_contacts(tx, with_role=named)
        contacts_new += customers.insert_contacts(tx, with_role=named)
    customers.gather_entitlements(tx)
    entitlements_new = sum(customers.insert_entitlements(tx, with_region=named) for named in (True, False))
    customers.gather_cuts(tx)
    return Merged(
        customers=in_file,
        customers_new=new,
        customers_changed=changed,
        customers_without_address=customers.without_address(tx),
        people_new=people_new,
        contacts_new=contacts_new,
        contacts_changed=contacts_changed,
        entitlements_new=entitlements_new,
        cut_off_corrected=customers.correct_cut_off(tx),
        cut_off=customers.cut_off(tx, now),
        reinstated=customers.reinstate(tx),
    )


def _imported(
    count: int,
    merged: Merged,
    undeclared: tuple[str, ...],
    contradictions: tuple[Contradiction, ...],
    tally: ImportTally,
) -> Imported:
    return Imported(
        rows=count,
        merged=merged,
        undeclared=undeclared,
        unknown=tuple(
            Misfit(name, cells, tally.misfit_lines[name]) for name, cells in sorted(tally.misfits.items())
        ),
        contradictions=contradictions,
        bad=tally.bad,
        bad_rows=tuple(tally.bad_rows),
    )
