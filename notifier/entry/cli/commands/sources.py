"""`sources`: what each tool last said and what we last saw ourselves, and what a body or a look would do."""

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from notifier.entry.cli.options import AsJson
from notifier.model.terms import May

if TYPE_CHECKING:
    from notifier.actions.background.posts import TriedPost, WouldSay
    from notifier.actions.background.probes import TriedLook
    from notifier.app import App
    from notifier.store.read.heard import WaitsFor
    from notifier.store.read.sources import DatabaseRow, KeptPost, ProbeRow, SourceRow

SourceName = Annotated[str, typer.Argument(metavar="NAME", help="The source, as `[[sources]]` calls it.")]


def register(app: typer.Typer) -> None:
    group = typer.Typer(
        help="What each tool last said, what was refused and why, and what each probe last saw.",
        invoke_without_command=True,
    )
    group.callback()(listed)
    group.command("try", help="What a body, or one look of a probe, would do, without doing it.")(tried)
    group.command(help="What a tool posted that nobody here understood.")(kept)
    app.add_typer(group, name="sources")


def listed(context: typer.Context, json: AsJson = False) -> None:
    if context.invoked_subcommand is not None:
        return
    from notifier.entry.cli import output
    from notifier.entry.cli.session import opened_app
    from notifier.store.read import heard, sources

    with opened_app() as app, app.db.transaction() as tx:
        tools, looks = sources.source_rows(tx), sources.probe_rows(tx)
        database, waits = sources.database_row(tx), heard.waits_for(tx)
    if json:
        output.print_json(
            [
                output.plain(row) | {"waits": [w for w in waits if w.source == row.name]}
                for row in (*tools, *looks, database)
            ]
        )
    else:
        output.say(
            "\n".join(
                [
                    picture(tools, looks, waits),
                    *(_look(look, _of(look.name, waits)) for look in looks),
                    _database(database),
                ]
            )
        )


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
    file: Annotated[
        Path | None,
        typer.Argument(metavar="[FILE]", exists=True, dir_okay=False, help="A body; a probe looks itself."),
    ] = None,
    headers: Annotated[
        Path | None,
        typer.Option(metavar="FILE", exists=True, dir_okay=False, help="Its headers, `Name: value` or JSON."),
    ] = None,
    json: AsJson = False,
) -> None:
    from notifier.entry.cli import output
    from notifier.entry.cli.session import opened_app

    with opened_app() as app:
        found, words = _tried(app, name, file, headers)
    if json:
        output.print_json(found)
    else:
        output.say(words)


def _tried(app: "App", name: str, file: Path | None, headers: Path | None) -> tuple[object, str]:
    """As it is, and in words."""
    from notifier.actions.background import probes
    from notifier.actions.background.posts import try_post
    from notifier.edges.webhooks.bodies import headers_of
    from notifier.entry.cli import output
    from notifier.errors import BadInput

    if probes.is_probe(app.db, name):
        if file is not None:
            raise BadInput(f"{name} is a probe, it looks itself: leave the file out.")
        look = probes.try_probe(app.db, app.settings, name, app.clock.now)
        return output.plain(look), what_it_saw(look)
    if file is None:
        raise BadInput(f"{name} is a tool: name a file with a body of its.")
    given = headers_of(headers.read_bytes()) if headers else None
    post = try_post(app.db, name, given, file.read_bytes(), app.clock.now())
    return output.plain(post), what_it_would_do(post)


def picture(rows: "list[SourceRow]", looks: "list[ProbeRow]", waits: "Sequence[WaitsFor]" = ()) -> str:
    """A source with something to look at is marked."""
    if not rows and not looks:
        return "No source is declared: write it into company.toml, notifier apply."
    return "\n".join(_entry(row, _of(row.name, waits)) for row in rows) or "No tool reports."


def _of(source: str, waits: "Sequence[WaitsFor]") -> "list[WaitsFor]":
    return [each for each in waits if each.source == source]


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
    lines.append(_open_troubles(row))
    lines += [_waiting(each) for each in waits]
    return "\n    ".join(lines)


def _look(row: "ProbeRow", waits: "Sequence[WaitsFor]") -> str:
    from notifier.entry.cli.output import clock

    to_see = not row.off and (row.outcome in {"trouble", "unknown"} or row.looked_at is None)
    state = "off" if row.off else row.outcome or "not looked at yet"
    lines = [f"{'!' if to_see else ' '} {row.name}  ({row.dialect})  {state}"]
    if row.looked_at:
        lines.append(f"last look     {clock(row.looked_at)}: {row.said}")
    if row.outcome == "trouble" and not row.troubles:
        so_far = f"{row.bad:,} of {row.fails:,} bad looks in a row"
        lines.append(f"not reported  {so_far if row.bad < row.fails else 'until another host was reached'}")
    if row.unknown_since:
        lines.append(f"says nothing  since {clock(row.unknown_since)}")
    if row.refused_at:
        lines.append(f"last refused  {clock(row.refused_at)}: {row.refused_why}")
    if not row.off:
        lines.append(f"next look     {clock(row.next_at)}")
    lines.append(_open_troubles(row))
    lines += [_waiting(each) for each in waits]
    return "\n    ".join(lines)


def _open_troubles(row: "SourceRow | ProbeRow") -> str:
    return f"open troubles {row.troubles:,}{', only recorded' if row.may is May.RECORD else ''}"


def _waiting(waits: "WaitsFor") -> str:
    from notifier.entry.cli.output import clock

    return f"waiting       since {clock(waits.since)}: {waits.why}"


def _database(row: "DatabaseRow") -> str:
    from notifier.entry.cli.output import clock

    asked = (
        f"{clock(row.looked_at)}" if row.looked_at else "never: start `notifier worker` and `notifier beat`"
    )
    lines = [f"  {row.name}  (who is cut off in the data)", f"last look     {asked}"]
    return "\n    ".join([*lines, f"open troubles {row.troubles:,}"])


def what_it_saw(found: "TriedLook") -> str:
    lines = [f"{found.outcome}: {found.why}"]
    lines += [line for signal in found.signals for line in _would_say(signal)]
    if found.signals:
        lines.append(f"{found.new:,} of {len(found.signals):,} would be news.")
    elif found.outcome == "trouble" and found.trouble != "theirs":
        lines.append(
            "Nothing would be reported: no other host was reached since, so it may be the network here."
        )
    elif found.outcome == "trouble":
        lines.append(f"Nothing would be reported: {found.bad:,} of {found.fails:,} bad looks in a row.")
    return "\n".join(lines)


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

    none = "over" if signal.state == "resolved" else f"NO SERVICE OF YOURS: map one of {list(signal.hints)}"
    services = ", ".join(signal.services) or none
    return [
        f"{signal.state}  {signal.key}  {services}",
        f"    since {clock(signal.occurred_at)}  {signal.summary}",
    ]
