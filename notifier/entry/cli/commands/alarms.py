"""`alarms`: where alarms go, what was told last and what failed; and a test."""

from typing import TYPE_CHECKING, Annotated

import typer

from notifier.entry.cli.options import AsJson

if TYPE_CHECKING:
    from notifier.actions.background.paging import TriedDestination
    from notifier.actions.running.destinations import DestinationRow


def register(app: typer.Typer) -> None:
    group = typer.Typer(
        help="Where alarms go, and what failed on the way and why.", invoke_without_command=True
    )
    group.callback()(listed)
    group.command("test", help="Send one test alarm, from here, and say what was answered.")(send_test)
    app.add_typer(group, name="alarms")


def listed(context: typer.Context, json: AsJson = False) -> None:
    if context.invoked_subcommand is not None:
        return
    from notifier.actions.running import destinations
    from notifier.entry.cli import output
    from notifier.entry.cli.session import opened_app

    with opened_app() as app, app.db.transaction() as tx:
        rows = destinations.rows(tx, app.settings, app.clock.now())
    if json:
        output.print_json(rows)
    else:
        output.say(picture(rows))


def send_test(
    name: Annotated[
        str | None, typer.Argument(metavar="NAME", help="The destination; all of them if left out.")
    ] = None,
    json: AsJson = False,
) -> None:
    from notifier.actions.background import paging
    from notifier.entry.cli import output
    from notifier.entry.cli.session import opened_app

    with opened_app() as app:
        tested = paging.test(app.db, app.post, name)
    if json:
        output.print_json(tested)
    else:
        output.say("\n".join(map(_tested, tested)))
    if not all(each.told for each in tested):
        raise typer.Exit(4)


def picture(rows: "list[DestinationRow]") -> str:
    """A destination that does not work is marked."""
    return "\n".join(map(_entry, rows)) or (
        "Alarms go nowhere but to `notifier list`: name destinations under [[alarms]], notifier apply."
    )


def _entry(row: "DestinationRow") -> str:
    from notifier.entry.cli.output import clock

    lines = [f"{' ' if row.works else '!'} {row.name}  ({row.channel})"]
    if row.lacks:
        lines.append(f"not from here {row.lacks}.")
    lines.append(f"last told     {clock(row.told_at)}: {row.told}" if row.told_at else "last told     never")
    if row.failed_at:
        lines.append(f"last failed   {clock(row.failed_at)}: {row.failed_why}")
    if row.failing_since:
        lines.append(f"failing since {clock(row.failing_since)}, {row.failures:,} times in a row")
    if row.bounced:
        lines.append("bounced       the last mail did not arrive: look at the addresses of on_call")
    if row.owed or row.given_up:
        lines.append(f"owed          {row.owed:,}, given up within a day {row.given_up:,}")
    return "\n    ".join(lines)


def _tested(each: "TriedDestination") -> str:
    return f"{' ' if each.told else '!'} {each.name}  {each.said}"
