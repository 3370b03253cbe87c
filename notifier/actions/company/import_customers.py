"""Customers in: a file becomes customers, contacts and entitlements, in one transaction or not at all."""

from collections import Counter
from collections.abc import Iterator
from dataclasses import asdict, dataclass, field, replace
from datetime import datetime
from typing import BinaryIO

from notifier.actions.company.complete import Everybody, Gone, end_what_is_gone
from notifier.edges.customer_file import opened
from notifier.edges.customer_row import AN_ADDRESS, RowContext, rows
from notifier.errors import BadInput
from notifier.model.act import Act
from notifier.model.customer import BadRow, CustomerRow
from notifier.model.file_format import FileFormat
from notifier.model.quoting import quoted
from notifier.store import Db, Tx, audit
from notifier.store.company import catalogue, customers, leaving, staging
from notifier.store.company.staging import Contradiction

NAMED = 10_000
"""Bad rows that are named; the rest is only counted, so that a wrong file does not fill the memory."""
MANY = 1_000
"""Rows from which on the tables deserve fresh statistics."""


@dataclass(frozen=True, slots=True)
class Misfit:
    """Cells of a column or an attribute that could not be used: imported as unknown."""

    name: str
    cells: int
    line: int
    """The first of them."""
    why: str
    """Of the first."""


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
    read_as: str
    """What the file was taken for."""
    rows: int
    merged: Merged
    undeclared: tuple[str, ...]
    """Attributes that no applied file declares: imported as text."""
    unknown: tuple[Misfit, ...]
    short_rows: int
    """They end before the header does: what they lack is unknown."""
    short_line: int | None
    """The first of them."""
    contradictions: tuple[Contradiction, ...]
    bad: int
    """Rows left out."""
    bad_rows: tuple[BadRow, ...]
    """The first `NAMED` of them."""
    gone: Gone | None = None
    """What has ended; None: nobody said that the file holds everybody."""


@dataclass(slots=True)
class ImportTally:
    """What is learnt of the rows while they stream by."""

    bad: int = 0
    bad_rows: list[BadRow] = field(default_factory=list[BadRow])
    misfits: Counter[str] = field(default_factory=Counter[str])
    first: dict[str, tuple[int, str]] = field(default_factory=dict[str, tuple[int, str]])
    """Of each column with a misfit: line and reason."""
    short: int = 0
    short_line: int | None = None
    attributes: set[str] = field(default_factory=set[str])
    valued: set[str] = field(default_factory=set[str])
    """Attributes of which some row had a value."""

    def refuse(self, row: BadRow) -> None:
        self.bad += 1
        if self.bad <= NAMED:
            self.bad_rows.append(row)

    def accept(self, row: CustomerRow) -> None:
        if not self.valued.issuperset(row.attributes):
            self.attributes.update(row.attributes)
            self.valued.update(name for name, value in row.attributes.items() if value is not None)
        for name, why in row.misfits.items():
            self.misfits[name] += 1
            self.first.setdefault(name, (row.line, why))
        if row.is_short:
            self.short += 1
            self.short_line = self.short_line or row.line

    @property
    def named(self) -> tuple[BadRow, ...]:
        """The bad rows by their lines: an id with two names is seen when all of them are read."""
        return tuple(sorted(self.bad_rows, key=lambda row: row.line))

    @property
    def new_attributes(self) -> set[str]:
        """A column that holds nothing but addresses is none."""
        return {
            name
            for name in self.attributes
            if name in self.valued or self.first.get(name, (0, ""))[1] != AN_ADDRESS
        }

    @property
    def unknown(self) -> tuple[Misfit, ...]:
        return tuple(Misfit(name, cells, *self.first[name]) for name, cells in sorted(self.misfits.items()))


def import_customers(
    db: Db,
    act: Act,
    stream: BinaryIO,
    *,
    skip_bad: bool = False,
    known: FileFormat = FileFormat(),  # noqa: B008
    everybody: Everybody | None = None,
) -> Imported:
    """Merge the file into what is there. `stream` is read once, never held. `known`: what somebody says of it.

    Raises `BadInput`, naming every bad row, if there is one and `skip_bad` is off, and `Unacknowledged` if
    `everybody` is asked for and another number is not in the file: then nothing is imported.
    Whatever ends this early (a killed process, a database that goes away) leaves everything as it was.
    """
    if everybody is not None and skip_bad:
        raise BadInput(
            "--complete and --skip-bad do not go together: for whoever stands in a bad row everything would end."
            " Correct the file, or leave one of them out."
        )
    with db.transaction() as tx:
        catalogue.lock(tx)
        holders = leaving.holders(tx) if everybody else 0
        imported = merge_file(tx, act.now, stream, skip_bad=skip_bad, known=known)
        after = {"rows": imported.rows, "bad": imported.bad, **asdict(imported.merged)}
        if everybody is not None:
            require_somebody(imported)
            gone = end_what_is_gone(tx, act.now, everybody, holders)
            imported, after = replace(imported, gone=gone), after | {"gone": gone.for_audit()}
        audit.append(tx, actor=act.actor, act="import", at=act.now, after=after)
        return imported


def merge_file(tx: Tx, now: datetime, stream: BinaryIO, *, skip_bad: bool, known: FileFormat) -> Imported:
    """In the caller's transaction, who holds the catalogue. Raises `BadInput`."""
    judged_by = context(tx, now)
    tally = ImportTally()
    staging.create_staging(tx)
    file = opened(stream, known)
    count = staging.stage(tx, _accepted(rows(file.records, judged_by), tally, skip_bad=skip_bad))
    count -= _take_out_two_names(tx, tally)
    if tally.bad and not skip_bad:
        raise _refusal(file.read_as, tally)
    declared = {a.name for a in catalogue.attributes(tx) if a.declared}
    undeclared = tuple(sorted(tally.new_attributes - declared))
    catalogue.add_undeclared(tx, undeclared)
    staging.analyze_staging(tx)
    contradictions = tuple(staging.contradictions(tx))
    merged = _merge(tx, now)
    if count >= MANY:
        customers.analyze(tx)
    return _imported(file.read_as, count, merged, undeclared, contradictions, tally)


def require_somebody(imported: Imported) -> None:
    """A file without a row says that nobody is left: it is the wrong one."""
    if not imported.rows:
        raise BadInput("The file holds nobody: with --complete everything would end. Export it anew.")


def context(tx: Tx, now: datetime) -> RowContext:
    """What the rows of a file are judged against."""
    return RowContext(
        services=frozenset(s.slug for s in catalogue.services(tx)),
        attributes={a.name: a.type for a in catalogue.attributes(tx)},
        now=now,
    )


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


def _take_out_two_names(tx: Tx, tally: ImportTally) -> int:
    """One id with two names is two customers, or a slip: no row of it can be trusted. How many rows."""
    if not staging.gather_two_names(tx):
        return 0
    named = staging.two_names(tx, most=NAMED)
    for row in named:
        tally.refuse(
            BadRow(
                row.line,
                f"the customer id {quoted(row.customer)} has two names in this file, in lines {row.first} and"
                f" {row.second}: two customers need two ids, and the name of a person stands in contact_name",
            )
        )
    gone = staging.drop_two_names(tx)
    tally.bad += gone - len(named)
    return gone


def _refusal(read_as: str, tally: ImportTally) -> BadInput:
    rows_are = "1 row is" if tally.bad == 1 else f"{tally.bad:,} rows are"
    more = (f"and {tally.bad - NAMED:,} more",) if tally.bad > NAMED else ()
    return BadInput(
        f"{rows_are} bad, nothing was imported: correct the file, or leave such rows out with --skip-bad.",
        details=tuple(f"line {row.line}: {row.problem}" for row in tally.named)
        + more
        + (f"The file was read as {read_as}.",),
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
    leaving.come_back(tx)
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
    read_as: str,
    count: int,
    merged: Merged,
    undeclared: tuple[str, ...],
    contradictions: tuple[Contradiction, ...],
    tally: ImportTally,
) -> Imported:
    return Imported(
        read_as=read_as,
        rows=count,
        merged=merged,
        undeclared=undeclared,
        unknown=tally.unknown,
        short_rows=tally.short,
        short_line=tally.short_line,
        contradictions=contradictions,
        bad=tally.bad,
        bad_rows=tally.named,
    )
