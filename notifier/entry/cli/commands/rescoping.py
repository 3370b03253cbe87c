"""`rescope`, `restore`: for whom it is out changes."""

from typing import TYPE_CHECKING, Annotated

import typer

from notifier.entry.cli.options import (
    AcceptGap,
    AsJson,
    AsWritten,
    BreakGlass,
    Ceiling,
    DisruptionName,
    FactsFile,
    LeaveOut,
    NextUpdate,
    Only,
    Statement,
    Yes,
)
from notifier.model.vocabulary import Possibly

if TYPE_CHECKING:
    from notifier.actions.announce.rescope import Difference, Rescoped, ShownScope
    from notifier.actions.control.approve import Consent
    from notifier.app import App

Slugs = Annotated[
    str | None, typer.Option("--services", metavar="SLUG,...", help="What it is about from now on.")
]


def register(app: typer.Typer) -> None:
    app.command(help="The scope changes: shows the difference, then tells whoever is owed something.")(
        rescope
    )
    app.command(help="It is over, or a part of it is: tell everybody who was told.")(restore)


def rescope(
    disruption: DisruptionName,
    where: Annotated[
        str | None, typer.Option(metavar="PREDICATE", help="For whom from now on: nationality = 'DE'")
    ] = None,
    only: Only = [],  # noqa: B006
    leave_out: LeaveOut = [],  # noqa: B006
    as_written: AsWritten = False,
    everybody: Annotated[bool, typer.Option("--everybody", help="For everybody with the services.")] = False,
    possibly: Annotated[Possibly | None, typer.Option(help="People of whom we do not know.")] = None,
    services: Slugs = None,
    anew: Annotated[bool, typer.Option("--anew", help="What was restored is out again.")] = False,
    statement: Statement = [],  # noqa: B006
    facts: FactsFile = None,
    next_update: NextUpdate = None,
    dry_run: Annotated[
        bool, typer.Option("--dry-run", help="Show the difference; store and send nothing.")
    ] = False,
    ceiling: Ceiling = None,
    yes: Yes = False,
    accept_gap: AcceptGap = None,
    break_glass: BreakGlass = None,
    json: AsJson = False,
) -> None:
    from notifier.actions.announce import rescope as action
    from notifier.actions.announce.timeline import News
    from notifier.actions.company.refresh import undone
    from notifier.actions.control.approve import Consent
    from notifier.entry.cli import arguments, output, sending
    from notifier.entry.cli.session import opened_app

    with opened_app() as app:
        slugs = tuple(slug.strip() for slug in (services or "").split(",") if slug.strip())
        choice = (tuple(only), tuple(leave_out), as_written)
        change = action.ScopeChange(where, everybody, possibly, slugs, anew, *choice)
        now = app.clock.now()
        if dry_run:
            shown = action.preview(app.db, now, disruption, change, undone(app.settings, now))
            output.print_json(shown) if json else output.say(picture(shown, dry=True))
            return
        news = News(
            arguments.facts(facts),
            arguments.statements(statement),
            arguments.future(next_update, app, "--next-update"),
        )
        sending.require_workers(app)
        rule = action.wanted_rule(app.db, now, disruption, change)
        sending.refresh_people(app, disruption, quiet=json, rule=rule)
        shown = action.preview(app.db, now, disruption, change)
        if not json:
            output.say(picture(shown, dry=False))
        consent = Consent(
            yes=yes, ceiling=ceiling if yes else None, accept_gap=accept_gap, break_glass=break_glass
        )
        done = action.rescope(app.db, app.writer, app.act(), shown.reference, change, news, consent)
        _follow(app, done, consent, ceiling, as_json=json)


def _follow(app: "App", done: "Rescoped", consent: "Consent", ceiling: int | None, *, as_json: bool) -> None:
    from notifier.entry.cli import output, sending
    from notifier.entry.tasks import ring
    from notifier.errors import Refused

    ring(app.settings, [each for said in done.said for each in said.gate.rings])
    if done.kept and (consent.yes or as_json or not output.is_terminal()):
        said = done.kept[0].gate
        gap = f" --accept-gap {said.gap.difference}" if said.gap.difference else ""
        raise Refused(
            f"{said.refusal} The drafts are kept:"
            if len(done.kept) > 1
            else f"{said.refusal} The draft is kept:",
            details=tuple(f"notifier approve {kept.name}{gap}" for kept in done.kept),
        )
    for said in done.said:
        started = sending.Started(said.name, said.gate, consent, ceiling, said.untranslated)
        if as_json:
            sending.wait(app, said.name.reference, said.name.notice_id)
        else:
            sending.follow(app, started, as_json=False)
    if as_json:
        output.print_json(sending.status(app, done.reference))
    elif not done.said:
        output.say(f"The scope of D-{done.reference} is revision {done.rev}. Nobody has to hear of it.")


TITLES = {
    "first": ("newly affected", "a first notice"),
    "catch_up": ("now certain", "a catch-up"),
    "released": ("not any more", "that it is not theirs"),
    "restored": ("back", "that it is back"),
    "unknown": ("cannot be said", "nothing: no end on a guess"),
    "unchanged": ("unchanged", "nothing: they know"),
}


def picture(shown: "ShownScope", *, dry: bool) -> str:
    """The difference with its numbers, and a few customers of each kind."""
    scope = (
        f"where {shown.where}, possibly: {shown.possibly}" if shown.where else "everybody with the service"
    )
    lines = ["DRY RUN. Nothing is stored, nothing leaves.\n"] if dry else []
    lines += [f"{shown.mode.upper()}  D-{shown.reference}, {', '.join(shown.services)}", f"  {scope}\n"]
    lines.append(f"  {'':<16}{'customers':>11}{'people':>9}  they hear")
    lines += [_row(d) for d in shown.differences]
    lines += ["", *(_samples(d) for d in shown.differences if d.samples and d.what != "unchanged")]
    lines += [f"! {warning}" for warning in shown.warnings]
    if shown.gap.difference:
        lines += _gap(shown)
    lines.append(f"{shown.mails:,} mail{'' if shown.mails == 1 else 's'}.")
    return "\n".join(lines)


def _row(row: "Difference") -> str:
    title, hears = TITLES[row.what]
    call = f"; {row.unreachable:,} to call" if row.unreachable else ""
    return f"  {title:<16}{row.customers:>11,}{row.people:>9,}  {hears}{call}"


def _samples(row: "Difference") -> str:
    named = [f"{name} ({ext_id})" for ext_id, name in row.samples]
    more = row.customers - len(named)
    return f"  {TITLES[row.what][0]}: {', '.join(named)}" + (f" and {more:,} more" if more else "")


def _gap(shown: "ShownScope") -> list[str]:
    gap = shown.gap
    lines = [f"! {gap.cut_off_not_told:,} customers are CUT OFF in the data and outside the scope."]
    if gap.told_not_cut_off:
        lines.append(
            f"! {gap.told_not_cut_off:,} customers are inside the scope and NOT cut off in the data."
        )
    lines = lines if gap.cut_off_not_told else lines[1:]
    return [*lines, f"  To send all the same, acknowledge the number: --accept-gap {gap.difference}"]


def restore(
    disruption: DisruptionName,
    services: Annotated[
        list[str] | None, typer.Argument(metavar="[SERVICE...]", help="What is back; all of it if left out.")
    ] = None,
    where: Annotated[
        str | None, typer.Option(metavar="PREDICATE", help="For whom: nationality = 'US'")
    ] = None,
    only: Only = [],  # noqa: B006
    leave_out: LeaveOut = [],  # noqa: B006
    as_written: AsWritten = False,
    statement: Statement = [],  # noqa: B006
    facts: FactsFile = None,
    next_update: NextUpdate = None,
    ceiling: Ceiling = None,
    yes: Yes = False,
    accept_gap: AcceptGap = None,
    break_glass: BreakGlass = None,
    json: AsJson = False,
) -> None:
    from notifier.actions.announce import timeline
    from notifier.actions.announce.restore import RestoredPart
    from notifier.actions.control.approve import Consent
    from notifier.entry.cli import arguments, sending
    from notifier.entry.cli.session import opened_app

    with opened_app() as app:
        news = timeline.News(
            arguments.facts(facts),
            arguments.statements(statement),
            arguments.future(next_update, app, "--next-update"),
        )
        sending.require_workers(app)
        sending.refresh_people(app, disruption, quiet=json)
        consent = Consent(
            yes=yes, ceiling=ceiling if yes else None, accept_gap=accept_gap, break_glass=break_glass
        )
        part = RestoredPart(tuple(services or ()), where, tuple(only), tuple(leave_out), as_written)
        said = timeline.restore(app.db, app.writer, app.act(), disruption, news, consent, part)
        sending.follow(
            app, sending.Started(said.name, said.gate, consent, ceiling, said.untranslated), as_json=json
        )
