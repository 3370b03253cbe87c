"""`correct`: what was written is wrong."""

from typing import Annotated

import typer

from notifier.entry.cli.options import AsJson, BreakGlass, Ceiling, FactsFile, NextUpdate, Statement, Yes


def register(app: typer.Typer) -> None:
    app.command(help="What was written is wrong: stop the rest of it, and tell exactly those who got it.")(
        correct
    )


def correct(
    disruption: Annotated[str, typer.Argument(metavar="DISRUPTION", help="7K2M, or 7K2M/2 for that notice.")],
    statement: Statement = [],  # noqa: B006
    retract: Annotated[
        bool, typer.Option("--retract", help="Withdraw all of it; the words are there in every language.")
    ] = False,
    facts: FactsFile = None,
    next_update: NextUpdate = None,
    ceiling: Ceiling = None,
    yes: Yes = False,
    break_glass: BreakGlass = None,
    json: AsJson = False,
) -> None:
    from notifier.actions.announce import correct as actions
    from notifier.actions.announce.timeline import News
    from notifier.actions.control.approve import Consent
    from notifier.entry.cli import arguments, sending
    from notifier.entry.cli.session import opened_app

    with opened_app() as app:
        next_at, no_promise = arguments.promise(next_update, app)
        news = News(
            facts=arguments.facts(facts),
            statements=arguments.statements(statement),
            next_update_at=next_at,
            no_promise=no_promise,
        )
        reference, which = arguments.one_of(disruption)
        sending.require_workers(app)
        sending.refresh_people(app, reference, quiet=json)
        consent = Consent(yes=yes, ceiling=ceiling if yes else None, break_glass=break_glass)
        say = actions.retract if retract else actions.correct
        said = say(app.db, app.writer, app.act(), reference, news, consent, which)
        sending.follow(
            app, sending.Started(said.name, said.gate, consent, ceiling, said.untranslated), as_json=json
        )
