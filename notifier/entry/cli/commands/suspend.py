"""`suspend`, `update`, `correct`: say what has happened."""

from typing import Annotated

import typer

from notifier.entry.cli.options import (
    AcceptGap,
    AsJson,
    AsWritten,
    BreakGlass,
    Ceiling,
    FactsFile,
    LeaveOut,
    NextUpdate,
    Only,
    Roles,
    Statement,
    Yes,
)
from notifier.model.vocabulary import Kind, Possibly, Reason


def register(app: typer.Typer) -> None:
    app.command(help="Declare a suspension and tell everybody it affects.")(suspend)
    app.command(help="Keep those who were told up to date.")(update)


def suspend(
    services: Annotated[list[str], typer.Argument(metavar="SERVICE...", help="What is cut off.")],
    reason: Annotated[Reason, typer.Option(help="Why.")],
    kind: Annotated[
        Kind | None, typer.Option(help="What people read it as; by the reason if left out.")
    ] = None,
    where: Annotated[
        str | None, typer.Option(metavar="PREDICATE", help="For whom: nationality <> 'US'")
    ] = None,
    only: Only = [],  # noqa: B006
    leave_out: LeaveOut = [],  # noqa: B006
    as_written: AsWritten = False,
    roles: Roles = [],  # noqa: B006
    with_dependents: Annotated[
        bool, typer.Option("--with-dependents", help="Also the services that cannot work without these.")
    ] = False,
    possibly: Annotated[Possibly, typer.Option(help="People of whom we do not know.")] = Possibly.HEDGE,
    facts: FactsFile = None,
    statement: Statement = [],  # noqa: B006
    next_update: NextUpdate = None,
    effective: Annotated[str, typer.Option(metavar="now|on-cutoff|TIME", help="Since when.")] = "now",
    title: Annotated[
        str | None, typer.Option(help="The subject; made from the services if left out.")
    ] = None,
    dry_run: Annotated[
        bool, typer.Option("--dry-run", help="Count and show; store and send nothing.")
    ] = False,
    rehearse: Annotated[bool, typer.Option("--rehearse", help="The real path, into the sandbox.")] = False,
    ceiling: Ceiling = None,
    yes: Yes = False,
    accept_gap: AcceptGap = None,
    break_glass: BreakGlass = None,
    again: Annotated[bool, typer.Option("--again", help="Also if the same is declared already.")] = False,
    as_of: Annotated[
        str | None,
        typer.Option("--as-of", metavar="latest|TIME", help="People by a snapshot of your database."),
    ] = None,
    json: AsJson = False,
) -> None:
    from notifier.actions.announce import declare
    from notifier.actions.control.approve import Consent
    from notifier.entry.cli import arguments, output, sending
    from notifier.entry.cli.screens import dry_run as dry_run_screen
    from notifier.entry.cli.screens import standing
    from notifier.entry.cli.session import opened_app

    with opened_app() as app:
        next_at, no_promise = arguments.promise(next_update, app)
        wish = declare.Wish(
            services=tuple(services),
            reason=reason,
            kind=kind,
            where=where,
            only=tuple(only),
            leave_out=tuple(leave_out),
            as_written=as_written,
            roles=arguments.roles(roles),
            with_dependents=with_dependents,
            possibly=possibly,
            facts=arguments.facts(facts),
            statements=arguments.statements(statement),
            next_update_at=next_at,
            no_promise=no_promise,
            effective_at=None if effective in {"now", "on-cutoff"} else arguments.moment(effective, app),
            on_cutoff=effective == "on-cutoff",
            title=title,
            rehearse=rehearse,
            again=again,
            as_of=arguments.as_of(as_of, app),
        )
        if not dry_run:
            sending.require_workers(app)
            wish = declare.with_people(app.db, app.writer, app.clock.now(), wish)
        if wish.effective_at and not json:
            output.say(standing.effective_line(wish.effective_at, app.clock.now()))
        dry = declare.dry_run(app.db, app.writer, app.clock.now(), wish)
        counted = dry.estimate
        if dry_run:
            sending.show_dry_run(dry, as_json=json)
            return
        if not json:
            output.say(standing.mode_line(counted.mode))
            output.say(dry_run_screen.picture(counted))
        consent = Consent(
            yes=yes, ceiling=ceiling if yes else None, accept_gap=accept_gap, break_glass=break_glass
        )
        declared = declare.suspend(app.db, app.writer, app.act(), wish, consent)
        if not json:
            output.say(standing.promise_line(declared.next_update_at))
        sending.follow(app, sending.Started(declared.name, declared.gate, consent, ceiling), as_json=json)


def update(
    disruption: Annotated[str, typer.Argument(metavar="DISRUPTION")],
    statement: Statement = [],  # noqa: B006
    facts: FactsFile = None,
    next_update: NextUpdate = None,
    nothing_new: Annotated[bool, typer.Option("--nothing-new", help="Only keep the promise.")] = False,
    ceiling: Ceiling = None,
    yes: Yes = False,
    break_glass: BreakGlass = None,
    json: AsJson = False,
) -> None:
    from notifier.actions.announce import timeline
    from notifier.actions.control.approve import Consent
    from notifier.entry.cli import arguments, output, sending
    from notifier.entry.cli.screens import standing
    from notifier.entry.cli.session import opened_app

    with opened_app() as app:
        next_at, no_promise = arguments.promise(next_update, app)
        news = timeline.News(
            facts=arguments.facts(facts),
            statements=arguments.statements(statement),
            next_update_at=next_at,
            no_promise=no_promise,
            nothing_new=nothing_new,
        )
        sending.require_workers(app)
        sending.refresh_people(app, disruption, quiet=json)
        consent = Consent(yes=yes, ceiling=ceiling if yes else None, break_glass=break_glass)
        said = timeline.update(app.db, app.writer, app.act(), disruption, news, consent)
        if not json:
            output.say(standing.promise_line(said.next_update_at))
        sending.follow(
            app, sending.Started(said.name, said.gate, consent, ceiling, said.untranslated), as_json=json
        )
