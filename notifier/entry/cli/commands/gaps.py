"""`gaps`: who is cut off and was not told, and whom somebody has to call."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from notifier.entry.cli.options import AsJson, DisruptionName

if TYPE_CHECKING:
    from notifier.store.read.call_list import CallRow, WhyCount

SHOWN = 20
Csv = Annotated[
    Path | None, typer.Option("--csv", metavar="FILE", help="Write all of them there, to be called.")
]


def register(app: typer.Typer) -> None:
    app.command(help="Who is cut off and was not told, and whom to call.")(gaps)


def gaps(disruption: DisruptionName, csv: Csv = None, json: AsJson = False) -> None:
    from notifier.actions.inspect.call_list import write
    from notifier.actions.notices.named import find
    from notifier.actions.notices.rule import rule_at
    from notifier.entry.cli import output
    from notifier.entry.cli.session import opened_app
    from notifier.model.vocabulary import NoticeKind
    from notifier.store.read import call_list

    with opened_app() as app, app.db.transaction() as tx:
        found = find(tx, disruption)
        here = found.disruption_id, rule_at(tx, found.disruption_id, NoticeKind.FIRST)
        written = write(csv, call_list.not_told(tx, *here)) if csv else 0
        counts = call_list.counts(tx, *here)
        if json:
            named = {"reference": found.reference, "mode": found.mode, "reasons": counts}
            output.print_json(named | {"customers": list(call_list.not_told(tx, *here))})
            return
        first = call_list.to_call(tx, *here, most=SHOWN)
    output.say(picture(f"D-{found.reference}", counts, first))
    if csv:
        output.say(f"\n{written:,} row{'' if written == 1 else 's'} written to {csv}.")


def picture(reference: str, counts: "list[WhyCount]", first: "list[CallRow]") -> str:
    """The reasons with their numbers, then the first of those who have to be called."""
    from notifier.entry.cli.output import table
    from notifier.entry.cli.screens.letters import WHY
    from notifier.model.customer import n_customers

    if not counts:
        return f"{reference}: everybody who is cut off, or was to be told, was told."
    total, cut_off = sum(c.customers for c in counts), sum(c.cut_off for c in counts)
    rows = [(WHY[c.why], f"{c.customers:,}", f"{c.cut_off:,}") for c in counts]
    lines = [
        f"{reference}: {n_customers(total)} not told, {cut_off:,} of them cut off in the data.\n",
        table([("", "customers", "cut off"), *rows]),
    ]
    if first:
        to_call = sum(c.to_call for c in counts)
        lines.append(f"\nTo be called, for no mail gets there: {n_customers(to_call)}.")
        lines += [
            f"  {row.customer}  {row.name}: {', '.join(row.services)} ({WHY[row.why]})"
            + (f", {row.phone}" if row.phone else "")
            for row in first
        ]
        lines.append(f"As a file: notifier gaps {reference} --csv FILE")
    return "\n".join(lines)
