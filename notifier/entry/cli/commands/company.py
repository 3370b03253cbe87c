"""`apply` and `import`: what the company and its customers are."""

import sys
from collections.abc import Generator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, BinaryIO

import typer

from notifier.errors import BadInput, Refused

if TYPE_CHECKING:
    from notifier.actions.company.apply_company import CompanyChange, CompanyDifference, Retyped
    from notifier.actions.company.import_customers import Imported, Merged
    from notifier.model.file_format import FileFormat

PREVIEWED = 10
JsonFlag = Annotated[bool, typer.Option("--json", help="Print the result as JSON.")]


def register(app: typer.Typer) -> None:
    app.command("apply")(apply)
    app.command("import")(import_)


def apply(
    file: Annotated[Path | None, typer.Argument(metavar="FILE.toml", show_default=False)] = None,
    schema: Annotated[bool, typer.Option("--schema", help="Print the JSON Schema of the file.")] = False,
    yes: Annotated[bool, typer.Option("--yes", help="Apply without asking.")] = False,
    json: JsonFlag = False,
) -> None:
    """Services, sources, attributes, facts and policy as a file: shows the difference, then applies it."""
    from notifier.actions.company import apply_company
    from notifier.edges import company_file
    from notifier.entry.cli.session import opened_app

    if schema:
        typer.echo(company_file.schema())
        return
    if file is None:
        raise BadInput("Name the file to apply: notifier apply company.toml.")
    with _reading(file) as stream:
        wanted = company_file.read(stream.read())
    with opened_app() as app:
        shown = apply_company.difference(app.db, wanted)
        if not json:
            _show_difference(shown)
        try:
            _consent(shown, yes=yes)
        except Refused:
            _print_applied(shown, (), applied=False, json=json)
            raise
        retyped = apply_company.apply(app.db, app.act(), wanted, shown)
    _print_applied(shown, retyped, applied=True, json=json)


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
    preview: Annotated[
        bool, typer.Option("--preview", help="Show the first rows as they would be stored; store nothing.")
    ] = False,
    json: JsonFlag = False,
) -> None:
    """Customers, contacts and entitlements from a file: merged into what is there, all or nothing."""
    from notifier.actions.company.import_customers import import_customers
    from notifier.entry.cli.session import opened_app
    from notifier.model.file_format import FileFormat

    known = FileFormat(_encoding(encoding), _columns(mapped))
    if preview:
        _preview(file, known, as_json=json)
        return
    with _reading(file) as stream, opened_app() as app, _progress(stream, file) as shown:
        imported = import_customers(app.db, app.act(), shown, skip_bad=skip_bad, known=known)
    if json:
        from notifier.entry.cli.output import print_json

        print_json(imported)
    else:
        _show_import(imported)


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


def _preview(file: Path, known: "FileFormat", *, as_json: bool) -> None:
    from notifier.actions.company.preview_import import preview_import
    from notifier.entry.cli.output import print_json
    from notifier.entry.cli.screens.import_preview import lines
    from notifier.entry.cli.session import opened_app

    with _reading(file) as stream, opened_app() as app:
        found = preview_import(app.db, app.clock.now(), stream, known, most=PREVIEWED)
    if as_json:
        print_json(found)
    else:
        typer.echo("\n".join(lines(found)))


@contextmanager
def _reading(file: Path) -> Generator[BinaryIO]:
    if str(file) == "-":
        yield sys.stdin.buffer
        return
    try:
        stream = file.open("rb")
    except OSError as error:
        raise BadInput(f"{file} cannot be read: {error.strerror}.") from error
    with stream:
        yield stream


@contextmanager
def _progress(stream: BinaryIO, file: Path) -> Generator[BinaryIO]:
    """A bar on standard error while the file is read; nothing where nobody watches."""
    if str(file) == "-" or not sys.stderr.isatty():
        yield stream
        return
    from rich.console import Console
    from rich.progress import wrap_file

    console = Console(stderr=True)
    with wrap_file(stream, file.stat().st_size, description="Reading", console=console) as wrapped:
        yield wrapped


def _consent(shown: "CompanyDifference", *, yes: bool) -> None:
    if yes or not shown.changes:
        return
    if not sys.stdin.isatty():
        raise Refused("Nothing was applied: nobody can be asked here, add --yes to apply this.")
    if not typer.confirm("Apply this?", err=True):
        raise Refused("Nothing was applied.")


def _show_difference(shown: "CompanyDifference") -> None:
    for change in shown.changes:
        typer.echo(f"{'+' if change.before is None else '~'} {change.what} {change.name}{_detail(change)}")
    new = sum(change.before is None for change in shown.changes)
    typer.echo(
        f"{new} added, {len(shown.changes) - new} changed, {shown.unchanged} unchanged. "
        "Nothing is removed: what the file does not name stays."
    )


def _detail(change: "CompanyChange") -> str:
    before: Mapping[str, Any] = change.before or {}
    parts = [
        f"{field}: {_brief(value)}"
        if change.before is None
        else f"{field}: {_brief(before.get(field))} -> {_brief(value)}"
        for field, value in change.after.items()
        if before.get(field) != value
    ]
    return f" ({'; '.join(parts)})" if parts else ""


def _brief(value: object) -> str:
    match value:
        case None | "" | []:
            return "none"
        case bool():
            return "yes" if value else "no"
        case str() | int() | float():
            return str(value)
        case _:
            from orjson import dumps

            return dumps(value).decode()


def _print_applied(
    shown: "CompanyDifference", retyped: "tuple[Retyped, ...]", *, applied: bool, json: bool
) -> None:
    if json:
        from notifier.entry.cli.output import print_json

        print_json(
            {"applied": applied, "changes": shown.changes, "unchanged": shown.unchanged, "retyped": retyped}
        )
        return
    for r in retyped:
        typer.echo(
            f"{r.name} has a new type: {r.customers:,} customers looked at,"
            f" for {r.unknown:,} of them the value does not fit and is unknown now."
        )
    if applied:
        typer.echo("Applied." if shown.changes else "Nothing to change.")


def _show_import(imported: "Imported") -> None:
    typer.echo(f"Read as {imported.read_as}.")
    typer.echo(f"Imported {imported.rows:,} rows, {imported.merged.customers:,} customers.")
    for label, value in _figures(imported.merged):
        typer.echo(f"  {label:<34}{value}")
    for line in _remarks(imported):
        typer.echo(line)


def _figures(m: "Merged") -> list[tuple[str, str]]:
    return [
        ("customers new / changed", f"{m.customers_new:,} / {m.customers_changed:,}"),
        ("people new", f"{m.people_new:,}"),
        ("contacts new / changed", f"{m.contacts_new:,} / {m.contacts_changed:,}"),
        ("services held, new", f"{m.entitlements_new:,}"),
        ("cut off / time corrected", f"{m.cut_off:,} / {m.cut_off_corrected:,}"),
        ("no longer cut off", f"{m.reinstated:,}"),
    ]


def _remarks(imported: "Imported") -> list[str]:
    lines: list[str] = []
    if n := imported.merged.customers_without_address:
        lines.append(f"! {n:,} customers have no usable address: they cannot be told by mail.")
    if imported.undeclared:
        names = ", ".join(imported.undeclared)
        lines.append(f"! Undeclared, imported as text: {names}. Declare them under [attributes] and apply.")
    lines += [
        f"! {u.name}: {u.cells:,} unknown, for what stands there cannot be used. Line {u.line}: {u.why}."
        for u in imported.unknown
    ]
    if n := imported.short_rows:
        lines.append(
            f"! {n:,} rows end before the header does, the first in line {imported.short_line}:"
            " what they lack is unknown."
        )
    lines += [
        f"! {c.name}: {c.customers:,} customers have several values, their last row counts,"
        f" first in line {c.line}."
        for c in imported.contradictions
    ]
    lines += [f"! line {row.line}: {row.problem}" for row in imported.bad_rows]
    if imported.bad:
        lines.append(f"! {imported.bad:,} bad rows were left out.")
    return lines
