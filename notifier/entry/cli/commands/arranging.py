"""`merge`, `split`: two drafts of evidence that are one, one that is two."""

from typing import TYPE_CHECKING, Annotated

import typer

from notifier.entry.cli.options import AsJson

if TYPE_CHECKING:
    from notifier.actions.control.arranging import Arranged

Draft = Annotated[str, typer.Argument(metavar="DRAFT", help="7K2M or D-7K2M: a draft of evidence.")]


def register(app: typer.Typer) -> None:
    app.command(help="Two drafts of evidence are one: the first stays, the other ends.")(merge)
    app.command(help="These services of a draft of evidence become a draft of their own.")(split)


def merge(
    stays: Draft,
    ends: Annotated[str, typer.Argument(metavar="OTHER", help="The one that ends; its evidence goes over.")],
    json: AsJson = False,
) -> None:
    from notifier.actions.control import arranging
    from notifier.entry.cli import output
    from notifier.entry.cli.session import opened_app

    with opened_app() as app:
        done = arranging.merge(app.db, app.writer, app.act(), stays, ends)
        if json:
            output.print_json(done)
        else:
            output.say(merged(done))


def split(
    draft: Draft,
    services: Annotated[list[str], typer.Argument(metavar="SERVICE...", help="What becomes another draft.")],
    json: AsJson = False,
) -> None:
    from notifier.actions.control import arranging
    from notifier.entry.cli import output
    from notifier.entry.cli.session import opened_app

    with opened_app() as app:
        done = arranging.split(app.db, app.writer, app.act(), draft, services)
        if json:
            output.print_json(done)
        else:
            output.say(parted(done))


def merged(done: "Arranged") -> str:
    was = "was merged into it before" if done.already else "is merged into it"
    return f"D-{done.reference} is about {', '.join(done.services)}; D-{done.other} {was}.{_next(done.reference)}"


def parted(done: "Arranged") -> str:
    was = "was split off before" if done.already else "is a draft of its own"
    return (
        f"D-{done.other} ({', '.join(done.other_services)}) {was};"
        f" D-{done.reference} is about {', '.join(done.services)}.{_next(done.other)}"
    )


def _next(reference: str) -> str:
    return f"\nNobody was told. Look at it: notifier show {reference}"
