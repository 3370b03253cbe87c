"""`approve`, `pause`, `resume`, `cancel`: the gate and the brake."""

from typing import TYPE_CHECKING, Annotated

import typer

from notifier.entry.cli.options import AcceptGap, AsJson, BreakGlass, Ceiling, Yes
from notifier.errors import BadInput
from notifier.model.approval import Part

if TYPE_CHECKING:
    from notifier.actions.control.above_ceiling import LetGo
    from notifier.actions.notices.named import Name
    from notifier.app import App

NoticeName = Annotated[str, typer.Argument(metavar="NOTICE", help="7K2M (its newest notice) or 7K2M/2.")]
MaybeNotice = Annotated[str, typer.Argument(metavar="[NOTICE]", help="7K2M (its newest notice) or 7K2M/2.")]
All = Annotated[bool, typer.Option("--all", help="Everything, not one notice.")]


def register(app: typer.Typer) -> None:
    app.command(help="Let a draft go, after its list was shown.")(approve)
    app.command(help="Stop a notice, or --all; says how many mails may still leave.")(pause)
    app.command(help="Let a stopped notice go on with exactly the rest.")(resume)
    app.command(help="Nothing more of this notice leaves, ever.")(cancel)
    app.command(help="Chunks that gave up: send them again, or drop them.")(dead)


def approve(
    notice: NoticeName,
    ceiling: Ceiling = None,
    yes: Yes = False,
    accept_gap: AcceptGap = None,
    held: Annotated[
        int | None, typer.Option("--held", metavar="N", min=1, help="Let the N held above the ceiling go.")
    ] = None,
    part: Annotated[Part, typer.Option(help="Only this part; somebody else gives the other.")] = Part.BOTH,
    break_glass: BreakGlass = None,
    json: AsJson = False,
) -> None:
    if held is not None:
        if ceiling is not None or accept_gap is not None or part is Part.WORDS:
            raise BadInput(
                "--held N names its people by their number: leave out --ceiling, --accept-gap and --part words."
            )
        _let_go(notice, held, break_glass, as_json=json)
        return
    from notifier.actions.control import approve as gate
    from notifier.actions.control.approve import Consent
    from notifier.actions.notices.named import name_of
    from notifier.entry.cli import arguments, output, sending
    from notifier.entry.cli.screens import standing
    from notifier.entry.cli.session import opened_app
    from notifier.store.read import views

    with opened_app() as app:
        notice_id = arguments.notice(app, notice)
        sending.require_workers(app)
        with app.db.transaction() as tx:
            name = name_of(tx, notice_id)
            rule = gate.rule_of_draft(tx, notice_id)
            row = views.disruption(tx, name.reference)
        if row is not None and row.declared_at is None and not json:
            output.say("\n".join(standing.kind_lines(row)))
        sending.refresh_people(app, name.reference, quiet=json, required=True, rule=rule)
        consent = Consent(
            yes=yes,
            ceiling=ceiling if yes else None,
            accept_gap=accept_gap,
            part=part,
            break_glass=break_glass,
        )
        said = gate.approve(app.db, app.act(), notice_id, consent)
        if yes and said.changed and not said.waits:  # somebody has looked at a list, and left it
            name = _renewed(app, notice_id)
            said = gate.approve(app.db, app.act(), name.notice_id, consent)
        started = sending.Started(name, said, consent, ceiling)
        sending.follow(app, started, as_json=json)


def _renewed(app: "App", notice_id: int) -> "Name":
    from notifier.actions.control.lists import renew
    from notifier.actions.notices.named import name_of

    fresh = renew(app.db, app.writer, app.clock.now(), notice_id)
    with app.db.transaction() as tx:
        return name_of(tx, fresh)


def _let_go(notice: str, people: int, break_glass: str | None, *, as_json: bool) -> None:
    from notifier.actions.control.above_ceiling import approve_held
    from notifier.entry.cli import arguments, output
    from notifier.entry.cli.session import opened_app
    from notifier.entry.tasks import ring

    with opened_app() as app:
        notice_id = arguments.notice(app, notice)
        said = approve_held(app.db, app.act(), notice_id, people, break_glass)
        ring(app.settings, said.rings)
        if as_json:
            output.print_json(said)
        else:
            output.say(_said(said, notice))


def _said(said: "LetGo", notice: str) -> str:
    who = "the person who was" if said.people == 1 else f"the {said.people:,} people who were"
    above = f"{who} above the ceiling"
    if said.hold_reason is None and not said.braked:
        return f"Going on: {above} {'is' if said.people == 1 else 'are'} being told. See: notifier watch"
    why = "everything is stopped" if said.braked else f"the notice is held ({said.hold_reason})"
    again = " and then ".join(
        [*(["notifier resume --all"] if said.braked else []), *([_again(notice)] if said.hold_reason else [])]
    )
    return f"Approved, but {why}: {above} may be told once it goes on. Go on: {again}"


def pause(notice: MaybeNotice = "", everything: All = False, json: AsJson = False) -> None:
    from notifier.actions.control import brake
    from notifier.entry.cli import arguments, output
    from notifier.entry.cli.session import opened_app

    _one_or_all(notice, everything=everything)
    with opened_app() as app:
        said = (
            brake.pause_all(app.db, app.act())
            if everything
            else brake.pause(app.db, app.act(), arguments.notice(app, notice))
        )
        if json:
            output.print_json(said)
        else:
            output.say(f"Stopped. At most {said.at_most:,} more mails leave. Go on: {_again(notice)}")


def resume(
    notice: MaybeNotice = "",
    everything: All = False,
    trust_database: Annotated[
        bool,
        typer.Option("--trust-database", help="With --all: it counts, though it is not the one that sent."),
    ] = False,
    as_copy: Annotated[
        bool,
        typer.Option("--as-copy", help="With --all: a copy beside the one that sends; open notices stay."),
    ] = False,
    json: AsJson = False,
) -> None:
    from notifier.actions.control import brake, older_database
    from notifier.entry.cli import arguments, output
    from notifier.entry.cli.session import opened_app
    from notifier.entry.tasks import ring
    from notifier.errors import BadInput

    _one_or_all(notice, everything=everything)
    if ((trust_database or as_copy) and not everything) or (trust_database and as_copy):
        raise BadInput("Say one of --trust-database and --as-copy, together with --all.")
    whole = (
        older_database.trust if trust_database else older_database.as_copy if as_copy else brake.resume_all
    )
    with opened_app() as app:
        said = (
            whole(app.db, app.act())
            if everything
            else brake.resume(app.db, app.act(), arguments.notice(app, notice))
        )
        ring(app.settings, said.rings)
        if json:
            output.print_json(said)
        else:
            output.say(f"Going on: {said.waiting:,} people of frozen lists are still to be told.")


def cancel(notice: NoticeName, json: AsJson = False) -> None:
    from notifier.actions.control import brake
    from notifier.entry.cli import arguments, output
    from notifier.entry.cli.session import opened_app

    with opened_app() as app:
        notice_id = arguments.notice(app, notice)
        said = brake.cancel(app.db, app.act(), notice_id)
        if json:
            output.print_json(said)
        else:
            output.say(
                "Dropped: it was a draft, nobody was told of it."
                if said.was_draft
                else f"Cancelled. At most {said.at_most:,} more mails leave."
            )
            for sentence in said.left:
                output.say(f"! {sentence}")


def dead(
    notice: NoticeName,
    retry: Annotated[
        bool, typer.Option("--retry", help="Send them again; marked where they may repeat.")
    ] = False,
    drop: Annotated[bool, typer.Option("--drop", help="Tell these people nothing.")] = False,
    json: AsJson = False,
) -> None:
    from notifier.actions.control import brake
    from notifier.entry.cli import arguments, output
    from notifier.entry.cli.session import opened_app
    from notifier.entry.tasks import ring
    from notifier.errors import BadInput

    if retry == drop:
        raise BadInput("Say what to do with the chunks that gave up: --retry or --drop.")
    with opened_app() as app:
        settle = brake.retry_dead if retry else brake.drop_dead
        said = settle(app.db, app.act(), arguments.notice(app, notice))
        ring(app.settings, said.rings)
        if json:
            output.print_json(said)
        else:
            output.say(f"{said.people:,} people are {'being told again' if retry else 'given up'}.")
            if said.overtaken:
                output.say(f"! {said.overtaken:,} others are not: something newer has gone to them.")


def _one_or_all(notice: str, *, everything: bool) -> None:
    from notifier.errors import BadInput

    if bool(notice) == everything:
        raise BadInput("Name one notice (7K2M/1), or say --all.")


def _again(notice: str) -> str:
    return f"notifier resume {notice or '--all'}"
