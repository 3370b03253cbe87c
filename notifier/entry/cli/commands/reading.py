"""`list`, `show`, `watch`: what is going on."""

from typing import Annotated

import typer

from notifier.entry.cli.options import AsJson, DisruptionName


def register(app: typer.Typer) -> None:
    app.command(name="list", help="What is disrupted, and what needs somebody.")(list_)
    app.command(help="One disruption with its notices and where everybody stands.")(show)
    app.command(help="Live progress.")(watch)


def list_(
    everything: Annotated[bool, typer.Option("--all", help="Also what is over.")] = False,
    json: AsJson = False,
) -> None:
    from notifier.actions.running.signs import life
    from notifier.entry.cli import output
    from notifier.entry.cli.screens import heard as screen
    from notifier.entry.cli.screens import standing
    from notifier.entry.cli.session import opened_app
    from notifier.store.read import heard, views

    with opened_app() as app:
        with app.db.transaction() as tx:
            alarms, rows = views.alarms(tx), views.disruptions(tx, ended=everything)
            waits = heard.waits_for(tx)
            stopped, holds = views.brake_is_on(tx), views.holds(tx)
            silent = life(tx, embedded=app.settings.embedded).silent
        if json:
            output.print_json(
                {"alarms": alarms, "disruptions": rows, "brake": stopped, "silent": silent, "waits": waits}
            )
            return
        if stopped and not holds:
            output.say("STOPPED: the brake is on, nothing leaves. Go on: notifier resume --all\n")
        for hold in holds:
            output.say(f"STOPPED: {hold.why}\n")
        if silent:
            output.say("\n".join(f"SILENT: {sentence}" for sentence in silent) + "\n")
        if alarms:
            output.say(standing.alarms(alarms) + "\n")
        output.say(standing.overview(rows))
        if lines := screen.waiting_lines(waits):
            output.say("\n".join(("", "WAITING", *lines)))


def show(disruption: DisruptionName, json: AsJson = False) -> None:
    from notifier.actions.notices.named import find
    from notifier.entry.cli import output, sending
    from notifier.entry.cli.screens import heard as screen
    from notifier.entry.cli.session import opened_app
    from notifier.store.read import heard

    with opened_app() as app:
        most = screen.MOST_JSON if json else screen.MOST
        with app.db.transaction() as tx:
            found = find(tx, disruption)
            related = heard.related(tx, found.disruption_id)
            said = heard.said_of(tx, found.disruption_id, most)
            acts = heard.concluded(tx, found.disruption_id, most)
        if json:
            history = {"related": related, "heard": said, "concluded": acts}
            output.print_json(sending.status(app, found.reference) | history)
            return
        output.say(sending.picture(app, found.reference)[0])
        more = [*screen.related_line(related), *screen.timeline(said, acts)]
        if more:
            output.say("\n".join(("", *more)))


def watch(disruption: DisruptionName) -> None:
    from notifier.actions.notices.named import find
    from notifier.entry.cli import sending
    from notifier.entry.cli.session import opened_app

    with opened_app() as app:
        with app.db.transaction() as tx:
            reference = find(tx, disruption).reference
        sending.watch(app, reference)
