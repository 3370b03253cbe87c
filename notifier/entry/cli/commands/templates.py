"""`templates`: the words as files."""

from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from notifier.entry.cli.options import AsJson
from notifier.model.vocabulary import Kind, Variant

if TYPE_CHECKING:
    from notifier.pipeline.compose.template import WordsFault

SHOWN = 4

templates = typer.Typer(
    help="The words of the mails: check them, look at them, change them.", no_args_is_help=True
)


def register(app: typer.Typer) -> None:
    app.add_typer(templates, name="templates")


@templates.command(help="Every fault of every file and mail, with its line; what waits for a review.")
def lint(json: AsJson = False) -> None:
    from notifier.actions.inspect import templates as actions
    from notifier.entry.cli import output
    from notifier.settings import from_env

    found = actions.lint(from_env())
    if json:
        named = {"faults": found.faults, "warnings": found.warnings}
        rows = {
            kind: [{"file": f.name, "line": f.line, "says": f.sentence} for f in faults]
            for kind, faults in named.items()
        }
        output.print_json(rows)
    else:
        for fault in found.faults:
            output.say(f"FAULT  {fault}")
        for says, files in _by_sentence(found.warnings).items():
            output.say(f"!      {says} {_shortened(files)}")
        output.say(_sum(len(found.faults), len(found.warnings)))
    if found.faults:
        raise typer.Exit(2)


def _by_sentence(warnings: "Sequence[WordsFault]") -> dict[str, list[str]]:
    files: dict[str, list[str]] = {}
    for warning in warnings:
        says = f"{warning.sentence.removesuffix('.')}:".replace("it is missing;", "missing,")
        files.setdefault(says[:1].upper() + says[1:], []).append(warning.name)
    return files


def _shortened(files: list[str]) -> str:
    more = f", and {len(files) - SHOWN} more (--json names all)" if len(files) > SHOWN else ""
    return ", ".join(files[:SHOWN]) + more


def _sum(faults: int, warnings: int) -> str:
    if faults:
        return f"{faults} fault{'' if faults == 1 else 's'}: the notifier refuses these words."
    more = f", {warnings} to look at" if warnings else ""
    return f"No fault{more}: every mail can be made."


@templates.command(help="Write mails as a made-up person would get them, as HTML and text.")
def preview(
    notice: Annotated[
        list[str], typer.Argument(metavar="[NOTICE]...", help="first, update, ... or all.")
    ] = [],  # noqa: B006
    locale: Annotated[list[str], typer.Option(help="de, ja, ...; all if left out.")] = [],  # noqa: B006
    variant: Annotated[list[Variant], typer.Option(help="Whom for; all if left out.")] = [],  # noqa: B006
    kind: Annotated[list[Kind], typer.Option(help="Of a suspension and an outage if left out.")] = [],  # noqa: B006
    bare: Annotated[bool, typer.Option("--bare", help="As if nothing were known.")] = False,
    every: Annotated[
        bool,
        typer.Option("--every", help="Instead of mails: every message in every form, beside the English."),
    ] = False,
    folder: Annotated[Path, typer.Option("-o", "--output", metavar="FOLDER")] = Path("preview"),
) -> None:
    from notifier.actions.inspect import templates as actions
    from notifier.entry.cli import output
    from notifier.errors import BadInput
    from notifier.settings import from_env

    if every:
        if {*notice} - {actions.ALL} or variant or kind or bare:
            raise BadInput("--every shows all messages: give it no notice, no variant and no kind.")
        for path in actions.every(from_env(), locale, folder):
            output.say(str(path))
        return
    wanted = actions.WantedMails(notice, locale, variant, bare, kind)
    written = actions.preview(from_env(), wanted, folder)
    if len(written) <= 12:
        for path in written:
            output.say(str(path))
    output.say(f"{len(written) // 2} mails, as HTML and as text, in {folder}.")


@templates.command(help="Copy packaged words to NOTIFIER_TEMPLATES, to be changed there.")
def new(
    name: Annotated[str, typer.Argument(metavar="NOTICE|LANGUAGE|layout")],
    messages: Annotated[
        list[str], typer.Argument(metavar="[MESSAGE]...", help="Of a language, only these.")
    ] = [],  # noqa: B006
) -> None:
    from notifier.actions.inspect import templates as actions
    from notifier.entry.cli import output
    from notifier.settings import from_env

    path = actions.copy(from_env(), name, messages)
    output.say(f"{path} is yours now. `notifier templates lint` says whether it holds.")


@templates.command(
    help="Put a name under messages that somebody has read; a change of one voids it. Read them in what"
    " `notifier templates preview --every` writes."
)
def sign(
    locale: Annotated[str, typer.Argument(metavar="LANGUAGE")],
    by: Annotated[str, typer.Option(metavar="NAME", help="Who has read them.")],
    messages: Annotated[
        list[str], typer.Argument(metavar="[MESSAGE]...", help="All that nobody stands for, if left out.")
    ] = [],  # noqa: B006
) -> None:
    from notifier.actions.inspect import templates as actions
    from notifier.entry.cli import output
    from notifier.settings import from_env

    path, signed = actions.sign(from_env(), locale, by, messages, datetime.now(UTC).date())
    output.say(f"{signed} message{'' if signed == 1 else 's'} signed by {by} in {path}.")
    output.say(f"Every form of them: `notifier templates preview --every --locale {locale}`.")
