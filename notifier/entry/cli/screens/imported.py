"""What an import has done, and what `import --complete` would end."""

from notifier.actions.company.complete import LISTED, Gone
from notifier.actions.company.import_customers import Imported, Merged
from notifier.entry.cli.output import wrapped
from notifier.model.customer import n_customers
from notifier.model.leaving import LeavingCustomer

NAMED = 20
"""Customers that a screen names."""


def lines(imported: Imported) -> list[str]:
    merged = imported.merged
    return [
        f"Read as {imported.read_as}.",
        f"Imported {imported.rows:,} rows, {merged.customers:,} customers.",
        *(f"  {label:<34}{value}" for label, value in _figures(merged)),
        *_ended(imported.gone),
        *_remarks(imported),
    ]


def _ended(gone: Gone | None) -> list[str]:
    if gone is None:
        return []
    rows = [("services ended, for customers", f"{gone.count.customers:,}")]
    rows += [("  some only once it is over", f"{gone.count.kept:,}")] if gone.count.kept else []
    return [f"  {label:<34}{value}" for label, value in rows]


def gone_lines(gone: Gone) -> list[str]:
    """What would end, at most 80 columns wide."""
    count = gone.count
    if not count.customers:
        return ["Everything that anybody holds is in this file."]
    fewer = count.customers - count.absent
    said = [
        f"NOT IN THIS FILE: what {n_customers(count.customers)} of {count.holders:,} hold. It would end.",
        f"{count.absent:,} are not in it at all, {fewer:,} hold less in it; {count.entitlements:,} services.",
    ]
    if count.cut_off:
        said.append(f"! Cut off from some of it now: {n_customers(count.cut_off)}.")
    if count.kept:
        said.append(
            f"! Part of a disruption that is open: {n_customers(count.kept)}. They hear of it like everybody,"
            " and of its end; then it ends for them too."
        )
    shown = [line for part in said for line in wrapped(part, "")]
    for each in gone.customers[:NAMED]:
        shown += wrapped(f"  {_customer(each)}", "    ")
    if (more := count.customers - NAMED) > 0:
        whom = "them" if count.customers <= LISTED else f"the first {LISTED:,} of all"
        shown.append(f"  and {more:,} more: --preview --json names {whom}")
    return shown


def _customer(each: LeavingCustomer) -> str:
    marks = [
        "" if each.is_absent else "still in the file",
        "cut off" if each.is_cut_off else "",
        "in an open disruption" if each.is_kept else "",
    ]
    said = ", ".join(filter(None, marks))
    return f"{each.customer} {each.name}: {', '.join(each.services)}" + (f" ({said})" if said else "")


def _figures(m: Merged) -> list[tuple[str, str]]:
    return [
        ("customers new / changed", f"{m.customers_new:,} / {m.customers_changed:,}"),
        ("people new", f"{m.people_new:,}"),
        ("contacts new / changed", f"{m.contacts_new:,} / {m.contacts_changed:,}"),
        ("services held, new", f"{m.entitlements_new:,}"),
        ("cut off / time corrected", f"{m.cut_off:,} / {m.cut_off_corrected:,}"),
        ("no longer cut off", f"{m.reinstated:,}"),
    ]


def _remarks(imported: Imported) -> list[str]:
    lines: list[str] = []
    if n := imported.merged.customers_without_address:
        lines.append(f"! {n:,} customers have no usable address: they cannot be told by mail.")
    if imported.undeclared:
        names = ", ".join(imported.undeclared)
        lines.append(f"! Undeclared, imported as text: {names}. Declare them under [attributes] and apply.")
    lines += [
        f"! {u.name}: {u.cells:,} unknown, for what stands there cannot be used. Line {u.line}: {u.why}."
        for u in imported.unknown
    ]
    if n := imported.short_rows:
        lines.append(
            f"! {n:,} rows end before the header does, the first in line {imported.short_line}:"
            " what they lack is unknown."
        )
    lines += [
        f"! {c.name}: {c.customers:,} customers have several values, their last row counts,"
        f" first in line {c.line}."
        for c in imported.contradictions
    ]
    lines += [f"! line {row.line}: {row.problem}" for row in imported.bad_rows]
    if imported.bad:
        lines.append(f"! {imported.bad:,} bad rows were left out.")
    return lines
