"""`customer`: support's question, answered in one command."""

from typing import Annotated

import typer

from notifier.entry.cli.options import AsJson

Words = Annotated[
    list[str],
    typer.Argument(metavar="WORDS", help="An id in any case, an address, a domain, or words of a name."),
]


def register(app: typer.Typer) -> None:
    app.command(help="Who somebody is, what they were told, in which words, and what to say now.")(customer)


def customer(words: Words, json: AsJson = False) -> None:
    from notifier.actions.inspect.look_up import look_up
    from notifier.entry.cli import output
    from notifier.entry.cli.screens import support
    from notifier.entry.cli.session import opened_app

    with opened_app() as app:
        looked = look_up(app.db, app.writer, app.act(), words)
    if json:
        output.print_json(looked)
    elif looked.found is None:
        output.say(support.several(looked.among))
    else:
        output.say(support.picture(looked.found))
