"""`sources`: what each tool last said, what was refused and why, and what a body would do."""

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from notifier.entry.cli.options import AsJson
from notifier.model.terms import May

if TYPE_CHECKING:
    from notifier.actions.background.posts import TriedPost, WouldSay
    from notifier.store.read.heard import WaitsFor
    from notifier.store.read.sources import KeptPost, SourceRow

SourceName = Annotated[str, typer.Argument(metavar="NAME", help="The source, as `[[sources]]` calls it.")]


def register(app: typer.Typer) -> None:
    group = typer.Typer(
        help="What each tool last said, and what was refused and why.", invoke_without_command=True
    )
    group.callback()(listed)
    group.command("try", help="What a body would do, without doing it.")(tried)
    group.command(help="What a tool posted that nobody here understood.")(kept)
    app.add_typer(group, name="sources")


def listed(context: typer.Context, json: AsJson = False) -> None:
    if context.invoked_subcommand is not None:
        return
    from notifier.entry.cli import output
    from notifier.entry.cli.session import opened_app
    from notifier.store.read import heard, sources

    with opened_app() as app, app.db.transaction() as tx:
        rows, waits = sources.source_rows(tx), heard.waits_for(tx)
    if json:
        output.print_json(
            [output.plain(row) | {"waits": [w for w in waits if w.source == row.name]} for row in rows]
        )
    else:
        output.say(picture(rows, waits))


def kept(name: SourceName, json: AsJson = False) -> None:
    from notifier.entry.cli import output
    from notifier.entry.cli.session import opened_app
    from notifier.store.read import sources

    with opened_app() as app, app.db.transaction() as tx:
        rows = sources.kept_posts(tx, name)
    if json:
        output.print_json([output.plain(row) for row in rows])
    else:
        output.say("\n\n".join(map(_kept, rows)) or f"Everything that {name} posted was understood.")


def tried(
    name: SourceName,
    file: Annotated[Path, typer.Argument(metavar="FILE", exists=True, dir_okay=False, help="A body.")],
    headers: Annotated[
        Path | None,
        typer.Option(metavar="FILE", exists=True, dir_okay=False, help="Its headers, `Name: value` or JSON."),
    ] = None,
    json: AsJson = False,
) -> None:
    from notifier.actions.background.posts import try_post
    from notifier.edges.webhooks.bodies import headers_of
    from notifier.entry.cli import output
    from notifier.entry.cli.session import opened_app

    given = headers_of(headers.read_bytes()) if headers else None
    with opened_app() as app:
        found = try_post(app.db, name, given, file.read_bytes(), app.clock.now())
    if json:
        output.print_json(output.plain(found))
    else:
        output.say(what_it_would_do(found))


def picture(rows: "list[SourceRow]", waits: "Sequence[WaitsFor]" = ()) -> str:
    """A source with something to look at is marked."""
    entries = [_entry(row, [each for each in waits if each.source == row.name]) for row in rows]
    return "\n".join(entries) or "No source is declared: write it into company.toml, notifier apply."


def _entry(row: "SourceRow", waits: "Sequence[WaitsFor]") -> str:
    from notifier.entry.cli.output import clock

    refused_last = row.refused_at and (row.posted_at is None or row.refused_at > row.posted_at)
    lines = [f"{'!' if refused_last or row.posted_at is None else ' '} {row.name}  ({row.dialect})"]
    if row.posted_at:
        lines.append(f"last post     {clock(row.posted_at)}: {row.said}")
    else:
        lines.append(f"last post     never: let it post to /hooks/{row.name}, a test will do")
    if row.refused_at:
        lines.append(f"last refused  {clock(row.refused_at)}: {row.refused_why}")
    if row.strange:
        last = f"the last time {clock(row.strange_at)}: notifier sources kept {row.name}"
        lines.append(f"not understood  {row.strange:,}, {last}")
    lines.append(f"open troubles {row.troubles:,}{', only recorded' if row.may is May.RECORD else ''}")
    lines += [f"waiting       since {clock(w.since)}: {w.why}" for w in waits]
    return "\n    ".join(lines)


def _kept(row: "KeptPost") -> str:
    from notifier.entry.cli.output import clock

    return f"{clock(row.received_at)}: {row.why}\n{row.body}"


def what_it_would_do(found: "TriedPost") -> str:
    lines = [_BELIEVED[found.believed]]
    lines += [line for signal in found.signals for line in _would_say(signal)]
    if found.signals:
        lines.append(f"{found.new:,} of {len(found.signals):,} would be news.")
    if found.left_out:
        lines.append(f"! The tool left {found.left_out:,} out.")
    lines += [f"! Not understood: {fault}" for fault in found.faults]
    if found.why:
        lines.append(f"Nothing is concluded: {found.why}.")
    return "\n".join(lines)


_BELIEVED = {
    None: "Whether it would be believed is not known: give its headers with --headers.",
    True: "It would be believed.",
    False: "! It would be refused: it does not prove that it is this source's.",
}


def _would_say(signal: "WouldSay") -> list[str]:
    from notifier.entry.cli.output import clock

    services = ", ".join(signal.services) or f"NO SERVICE OF YOURS: map one of {list(signal.hints)}"
    return [
        f"{signal.state}  {signal.key}  {services}",
        f"    since {clock(signal.occurred_at)}  {signal.summary}",
    ]
