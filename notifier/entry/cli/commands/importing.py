"""`import`: who the customers are."""

import sys
from collections.abc import Generator
from contextlib import contextmanager
from io import RawIOBase
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, BinaryIO, cast

import typer

from notifier.errors import BadInput, Refused

if TYPE_CHECKING:
    from notifier.actions.company.complete import Everybody
    from notifier.actions.company.import_customers import Imported
    from notifier.app import App
    from notifier.model.file_format import FileFormat

PREVIEWED = 10


def register(app: typer.Typer) -> None:
    app.command("import")(import_)


def import_(
    file: Annotated[Path, typer.Argument(metavar="FILE", help="CSV or JSON lines; - reads standard input.")],
    skip_bad: Annotated[
        bool, typer.Option("--skip-bad", help="Leave bad rows out, import the rest.")
    ] = False,
    encoding: Annotated[
        str | None, typer.Option(help="What its letters are, where it is not Unicode: windows-1252.")
    ] = None,
    mapped: Annotated[
        list[str],
        typer.Option("--map", metavar="COLUMN=NAME", help="'Account ID=customer'; 'Notes=' leaves it out."),
    ] = [],  # noqa: B006
    called: Annotated[
        str | None, typer.Option("--as", metavar="NAME", help="Read it as [imports.NAME] says; --map on top.")
    ] = None,
    complete: Annotated[
        bool, typer.Option("--complete", help="The file holds everybody: what it does not hold ends.")
    ] = False,
    gone: Annotated[
        int | None,
        typer.Option(min=0, metavar="N", help="Acknowledge that what N customers hold ends by --complete."),
    ] = None,
    preview: Annotated[
        bool, typer.Option("--preview", help="Show the first rows as they would be stored; store nothing.")
    ] = False,
    json: Annotated[bool, typer.Option("--json", help="Print the result as JSON.")] = False,
) -> None:
    """Customers, contacts and entitlements from a file: merged into what is there, all or nothing."""
    from notifier.actions.company.complete import Everybody
    from notifier.actions.company.import_format import named_format
    from notifier.entry.cli import output
    from notifier.entry.cli.screens import imported as screen
    from notifier.entry.cli.session import opened_app
    from notifier.model.file_format import FileFormat

    if gone is not None and not complete:
        raise BadInput("--gone goes with --complete: only then anything ends.")
    known = FileFormat(_encoding(encoding), _columns(mapped))
    with opened_app() as app:
        if called is not None:
            known = named_format(app.db, called, known)
        if preview:
            _preview(app, file, known, complete=complete, as_json=json)
            return
        if complete:
            done = _everybody(app, file, known, Everybody(gone), skip_bad=skip_bad, quiet=json)
        else:
            done = _imported(app, file, known, None, skip_bad=skip_bad)
    if json:
        output.print_json(done)
    else:
        typer.echo("\n".join(screen.lines(done)))


def _imported(
    app: "App", file: Path, known: "FileFormat", everybody: "Everybody | None", *, skip_bad: bool
) -> "Imported":
    from notifier.actions.company.import_customers import import_customers
    from notifier.entry.cli.arguments import opened_file

    with opened_file(file) as stream, _progress(stream, file) as shown:
        return import_customers(app.db, app.act(), shown, skip_bad=skip_bad, known=known, everybody=everybody)


def _everybody(
    app: "App", file: Path, known: "FileFormat", everybody: "Everybody", *, skip_bad: bool, quiet: bool
) -> "Imported":
    """Asked on a terminal, the number that was typed holds for the file as it is then read again."""
    from notifier.actions.company.complete import Everybody, Unacknowledged
    from notifier.entry.cli.screens.imported import gone_lines

    try:
        return _imported(app, file, known, everybody, skip_bad=skip_bad)
    except Unacknowledged as refused:
        if not quiet:
            typer.echo("\n".join(gone_lines(refused.gone)))
        if not refused.may_be_asked or quiet or not _is_read_again(file) or not sys.stdin.isatty():
            raise
        n, digest = refused.gone.count.customers, refused.gone.digest
    typed = typer.prompt(
        f"Type {n} to end what {n:,} {'customer holds' if n == 1 else 'customers hold'}",
        default="",
        show_default=False,
        err=True,
    )
    if str(typed).strip().replace(",", "") != str(n):
        raise Refused("Nothing was imported.")
    return _imported(app, file, known, Everybody(n, digest), skip_bad=skip_bad)


def _is_read_again(file: Path) -> bool:
    """Standard input, and pipes as the shell's `<(zcat x)` is one, have been read when they were read once."""
    return str(file) != "-" and not file.is_fifo() and not file.is_char_device()


def _encoding(given: str | None) -> str | None:
    from notifier.model.file_format import ENCODINGS

    if given is not None and given.lower() not in ENCODINGS:
        raise BadInput(f"--encoding {given} is not known: use one of {', '.join(ENCODINGS)}.")
    return given.lower() if given else None


def _columns(mapped: list[str]) -> dict[str, str]:
    from notifier.model.file_format import column_fault

    found: dict[str, str] = {}
    for each in mapped:
        column, equals, name = (part.strip() for part in each.rpartition("="))
        if not equals or not column:
            raise BadInput(f"--map {each!r} names no column: write --map 'Account ID=customer'.")
        if name and (fault := column_fault(name)):
            raise BadInput(f"--map {each!r}: {name!r} {fault}.")
        found[column] = name
    return found


def _preview(app: "App", file: Path, known: "FileFormat", *, complete: bool, as_json: bool) -> None:
    from notifier.actions.company.preview_import import preview_gone, preview_import
    from notifier.entry.cli import output
    from notifier.entry.cli.arguments import opened_file
    from notifier.entry.cli.screens.import_preview import lines
    from notifier.entry.cli.screens.imported import gone_lines

    if complete and not _is_read_again(file):
        raise BadInput(
            "--preview --complete reads the file twice: name a file instead of standard input or a pipe."
        )
    with opened_file(file) as stream:
        found = preview_import(app.db, app.clock.now(), stream, known, most=PREVIEWED)
    gone = None
    if complete:
        with opened_file(file) as stream, _progress(stream, file) as shown:
            gone = preview_gone(app.db, app.clock.now(), shown, known)
    if as_json:
        output.print_json(output.plain(found) | ({"gone": output.plain(gone)} if gone else {}))
    else:
        typer.echo("\n".join([*lines(found), *(gone_lines(gone) if gone else [])]))


@contextmanager
def _progress(stream: BinaryIO, file: Path) -> Generator[BinaryIO]:
    """A bar on standard error while the file is read, and that it is stored then; nothing where nobody watches."""
    if str(file) == "-" or not sys.stderr.isatty():
        yield stream
        return
    from rich.console import Console
    from rich.progress import BarColumn, DownloadColumn, Progress, TimeElapsedColumn

    columns = ("{task.description}", BarColumn(), DownloadColumn(), TimeElapsedColumn())
    with Progress(*columns, console=Console(stderr=True)) as bar:
        task = bar.add_task("Reading", total=file.stat().st_size)

        class Watched(RawIOBase):
            def readable(self) -> bool:
                return True

            def readinto(self, buffer: Any) -> int:
                block = stream.read(len(buffer))
                buffer[: len(block)] = block
                bar.update(task, advance=len(block), description="Reading" if block else "Storing")
                return len(block)

        yield cast("BinaryIO", Watched())
