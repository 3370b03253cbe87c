"""`snapshot`: keep what the company's own database shows, for the hour when it does not."""

from typing import TYPE_CHECKING, Annotated

import typer

from notifier.entry.cli.options import AsJson

if TYPE_CHECKING:
    from datetime import datetime

    from notifier.actions.company.snapshots import Snapshot

List = Annotated[bool, typer.Option("--list", help="Show those that are kept; take none.")]


def register(app: typer.Typer) -> None:
    app.command(help="Keep a copy of the audience in your own database, for suspend --as-of.")(snapshot)


def snapshot(listed: List = False, json: AsJson = False) -> None:
    from notifier.actions.company import snapshots
    from notifier.entry.cli import output
    from notifier.entry.cli.screens.audience_source import remarks
    from notifier.entry.cli.session import opened_app

    with opened_app() as app:
        if listed:
            found = snapshots.kept(app.db)
            if json:
                output.print_json(found)
            else:
                output.say(picture(found, app.clock.now()))
            return
        taken = snapshots.take(app.db, app.settings, app.clock.now())
    if json:
        output.print_json(taken)
        return
    kept = taken.snapshot
    output.say(
        f"Kept: {kept.customers:,} customers, {kept.people:,} people, {kept.rows_n:,} rows of the view."
    )
    for line in remarks(taken.copied):
        output.say(line)


def picture(found: "list[Snapshot]", now: "datetime") -> str:
    from notifier.actions.company.audience_copy import age
    from notifier.entry.cli.output import clock, table

    if not found:
        return (
            "No snapshot is kept: `notifier snapshot` takes one, snapshot_seconds in [policy] keeps taking."
        )
    rows = [("taken", "age", "customers", "people", "rows")]
    rows += [
        (clock(s.taken_at), age(now - s.taken_at), f"{s.customers:,}", f"{s.people:,}", f"{s.rows_n:,}")
        for s in found
    ]
    return table(rows)
