"""`holding`: what leaves by itself at its time, unless somebody speaks first."""

from typing import TYPE_CHECKING, Annotated

import typer

from notifier.entry.cli.options import AcceptGap, AsJson, BreakGlass, FactsFile, NextUpdate, Statement, Yes
from notifier.model.kinds import KINDS

if TYPE_CHECKING:
    from notifier.actions.announce.holding import Prepared


def register(app: typer.Typer) -> None:
    app.command(help="Approve now what leaves by itself at its time, unless somebody speaks first.")(holding)


def holding(
    disruption: Annotated[str, typer.Argument(metavar="DISRUPTION", help="7K2M or D-7K2M, also a draft.")],
    at: Annotated[str, typer.Option("--at", metavar="TIME", help="When it leaves: 18:57, +15m, ISO 8601.")],
    ceiling: Annotated[int, typer.Option(min=1, metavar="N", help="To at most N people; the rest is held.")],
    facts: FactsFile = None,
    statement: Statement = [],  # noqa: B006
    next_update: NextUpdate = None,
    yes: Yes = False,
    accept_gap: AcceptGap = None,
    break_glass: BreakGlass = None,
    json: AsJson = False,
) -> None:
    from notifier.actions.announce import holding as actions
    from notifier.actions.control.approve import Consent
    from notifier.entry.cli import arguments, output, sending
    from notifier.entry.cli.session import opened_app
    from notifier.errors import Refused

    with opened_app() as app:
        go_at = arguments.future(at, app, "--at")
        assert go_at is not None
        next_at, no_promise = arguments.promise(next_update, app)
        plan = actions.Plan(
            at=go_at,
            facts=arguments.facts(facts),
            statements=arguments.statements(statement),
            next_update_at=next_at,
            no_promise=no_promise,
        )
        sending.require_workers(app)
        agreed = yes or _agreed(ceiling, output.clock(go_at), as_json=json)
        consent = Consent(
            yes=agreed,
            ceiling=ceiling if agreed else None,
            accept_gap=accept_gap,
            break_glass=break_glass,
        )
        said = actions.prepare(app.db, app.writer, app.act(), disruption, plan, consent)
        if not said.gate.approved:
            gap = f" --accept-gap {said.gate.gap.difference}" if said.gate.gap.difference else ""
            raise Refused(
                f"{said.gate.refusal} The draft is kept:",
                details=(f"notifier approve {said.name} --yes --ceiling {ceiling}{gap}",),
            )
        if json:
            output.print_json(said)
            return
        output.say(_picture(said, ceiling))


def _agreed(ceiling: int, clock: str, *, as_json: bool) -> bool:
    from notifier.entry.cli import output

    if as_json or not output.is_terminal():
        return False
    try:
        typed = input(f"Type {ceiling} to let it go by itself at {clock} to at most {ceiling:,} people: ")
    except (EOFError, KeyboardInterrupt):
        return False
    return typed.strip().replace(",", "") == str(ceiling)


def _picture(said: "Prepared", ceiling: int) -> str:
    from notifier.entry.cli import output
    from notifier.entry.cli.screens import standing

    return "\n".join(
        (
            f"{KINDS[said.kind].title} D-{said.name} is approved.",
            f"  It leaves by itself at {output.clock(said.at)},",
            f"  to at most {ceiling:,} people ({said.gate.people:,} now),",
            "  unless a notice is approved before, or its words or scope change.",
            standing.promise_line(said.next_update_at),
            f"  Stop it: notifier cancel {said.name}",
        )
    )
