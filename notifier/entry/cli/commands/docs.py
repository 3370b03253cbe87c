"""`docs`: the documents that ship with the package."""

from collections.abc import Mapping
from typing import Annotated

import typer

from notifier.errors import BadInput


def register(app: typer.Typer) -> None:
    app.command(help="The documents that came with this version: their names, or one of them.")(docs)


def docs(
    name: Annotated[
        str, typer.Argument(metavar="[NAME]", help="operating, words, ...; all names if left out.")
    ] = "",
) -> None:
    from notifier.entry.cli import output

    found = documents()
    if not name:
        output.say(output.table([(each, _title(text)) for each, text in found.items()], left=2))
        output.say("\nRead one: notifier docs operating")
        return
    text = found.get(name.removesuffix(".md"))
    if text is None:
        raise BadInput(f"There is no document {name!r}: take one of {', '.join(found)}.")
    typer.echo(text, nl=False)


def documents() -> Mapping[str, str]:
    """Name -> text."""
    from importlib.resources import files

    there = (files("notifier") / "docs").iterdir()
    pages = {each.name.removesuffix(".md"): each for each in there if each.name.endswith(".md")}
    return {name: pages[name].read_text("utf-8") for name in sorted(pages)}


def _title(text: str) -> str:
    return text.partition("\n")[0].removeprefix("# ")
