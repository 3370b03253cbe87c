"""`apply`: what the company is."""

import sys
from collections.abc import Mapping
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, cast
from urllib.parse import urlsplit

import typer

from notifier.errors import BadInput, Refused

if TYPE_CHECKING:
    from notifier.actions.company.apply_company import CompanyChange, CompanyDifference, Retyped

JsonFlag = Annotated[bool, typer.Option("--json", help="Print the result as JSON.")]


def register(app: typer.Typer) -> None:
    app.command("apply")(apply)


def apply(
    file: Annotated[Path | None, typer.Argument(metavar="FILE.toml", show_default=False)] = None,
    schema: Annotated[bool, typer.Option("--schema", help="Print the JSON Schema of the file.")] = False,
    yes: Annotated[bool, typer.Option("--yes", help="Apply without asking.")] = False,
    json: JsonFlag = False,
) -> None:
    """Services, sources, attributes, facts and policy as a file: shows the difference, then applies it."""
    from notifier.actions.company import apply_company
    from notifier.edges import company_file
    from notifier.entry.cli.arguments import opened_file
    from notifier.entry.cli.session import opened_app

    if schema:
        typer.echo(company_file.schema())
        return
    if file is None:
        raise BadInput("Name the file to apply: notifier apply company.toml.")
    with opened_file(file) as stream:
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

            return dumps(_with_hosts(value)).decode()


def _with_hosts(value: object) -> Any:
    """A probe's `url` as its host only: a path or a query may hold a secret."""
    match value:
        case Mapping():
            pairs = cast("Mapping[str, object]", value).items()
            return {
                key: urlsplit(inner).hostname
                if key == "url" and isinstance(inner, str)
                else _with_hosts(inner)
                for key, inner in pairs
            }
        case _:
            return value


def _print_applied(
    shown: "CompanyDifference", retyped: "tuple[Retyped, ...]", *, applied: bool, json: bool
) -> None:
    if json:
        from notifier.entry.cli.output import print_json

        changes = [_with_hosts(asdict(change)) for change in shown.changes]
        print_json({"applied": applied, "changes": changes, "unchanged": shown.unchanged, "retyped": retyped})
        return
    for r in retyped:
        typer.echo(
            f"{r.name} has a new type: {r.customers:,} customers looked at,"
            f" for {r.unknown:,} of them the value does not fit and is unknown now."
        )
    if applied:
        typer.echo("Applied." if shown.changes else "Nothing to change.")
