"""`explain`, `receipts`: why them, or why not; and what they were told, when."""

from typing import Annotated

import typer

from notifier.entry.cli.options import AsJson, DisruptionName

Customer = Annotated[str, typer.Argument(metavar="CUSTOMER", help="The company's own id of them.")]


def register(app: typer.Typer) -> None:
    app.command(help="Why a customer is in a disruption, or is not, and what they got.")(explain)
    app.command(help="What a customer or an address was told, and when.")(receipts)


def explain(
    disruption: DisruptionName,
    customer: Customer,
    sensitive: Annotated[
        bool,
        typer.Option("--sensitive", help="Show values of sensitive attributes; recorded with your name."),
    ] = False,
    json: AsJson = False,
) -> None:
    from notifier.actions.inspect import explain as explaining
    from notifier.entry.cli import output
    from notifier.entry.cli.screens import explained
    from notifier.entry.cli.session import opened_app

    with opened_app() as app:
        found = explaining.explain(app.db, app.act(), disruption, customer, sensitive=sensitive)
    if json:
        output.print_json(found)
    else:
        output.say(explained.picture(found))


def receipts(
    whose: Annotated[str, typer.Argument(metavar="ADDRESS|CUSTOMER", help="An address, or an id of yours.")],
    rehearsals: Annotated[bool, typer.Option("--rehearsals", help="Rehearsals instead of the real.")] = False,
    json: AsJson = False,
) -> None:
    from notifier.actions.inspect import explain as explaining
    from notifier.entry.cli import output
    from notifier.entry.cli.screens import explained
    from notifier.entry.cli.session import opened_app
    from notifier.model.vocabulary import Mode

    with opened_app() as app:
        found = explaining.receipts(app.db, whose, Mode.REHEARSAL if rehearsals else Mode.LIVE)
    if json:
        output.print_json(found)
    else:
        output.say(explained.receipts_picture(found))
