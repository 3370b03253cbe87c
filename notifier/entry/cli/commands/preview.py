"""`preview` and `copy`: what a notice looks like, and what was sent once more for somebody."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from notifier.entry.cli.options import AsJson

if TYPE_CHECKING:
    from collections.abc import Sequence

    from notifier.actions.announce.single import SingleSent
    from notifier.actions.inspect.preview import Mail, Preview

NoticeName = Annotated[
    str, typer.Argument(metavar="DISRUPTION|NOTICE", help="7K2M (its newest notice) or 7K2M/2.")
]
COLUMNS = 80
CAME = {
    "accepted": "taken by {provider}",
    "refused": "REFUSED by {provider}",
    "not_sent": "NOT SENT",
    "unknown": "UNKNOWN, it may have been sent",
}


def register(app: typer.Typer) -> None:
    app.command(help="What a notice looks like, as files and here; sends nothing unless you say --send-to.")(
        preview
    )
    app.command(help="Send somebody's mail once more, marked as a copy, outside the count.")(copy)


def preview(
    notice: NoticeName,
    locale: Annotated[
        str | None, typer.Option(metavar="LL", help="In this language, for a made-up person; en if left out.")
    ] = None,
    customer: Annotated[
        str | None,
        typer.Option("--as", metavar="CUSTOMER", help="Exactly as this customer's people get it; their id."),
    ] = None,
    worst: Annotated[bool, typer.Option("--worst", help="The mails that look worst.")] = False,
    folder: Annotated[Path, typer.Option("-o", "--output", metavar="DIR")] = Path("preview"),
    send_to: Annotated[
        list[str],
        typer.Option("--send-to", metavar="ADDRESS", help="Send these mails there, marked as a test."),
    ] = [],  # noqa: B006
    json: AsJson = False,
) -> None:
    from notifier.actions.announce import single
    from notifier.actions.inspect import mail_files
    from notifier.actions.inspect import preview as actions
    from notifier.entry.cli import arguments, output
    from notifier.entry.cli.screens import standing
    from notifier.entry.cli.session import opened_app
    from notifier.store.read import views

    with opened_app() as app:
        wanted = actions.WantedReader(locale, customer, worst)
        found = actions.look(app.db, app.writer, arguments.notice(app, notice), wanted)
        files = mail_files.write(found, folder)
        if not json:
            with app.db.transaction() as tx:
                row = views.disruption(tx, found.name.reference)
            output.say(_picture(found, files, standing.kind_lines(row) if row else []))
        sent = single.test(app.db, app.post, app.act(), found, send_to) if send_to else []
    if json:
        mails = [output.plain(mail) | {"files": files[n]} for n, mail in enumerate(found.mails)]
        shown = {"notice": str(found.name), "mode": found.name.mode, "state": found.state}
        output.print_json(shown | {"altered": found.altered, "mails": mails, "sent": sent})
    elif sent:
        output.say(_results(sent, send_to))
    _raise_failure(sent)


def _picture(found: "Preview", files: list[tuple[Path, ...]], kind: list[str]) -> str:
    lines = [f"PREVIEW of D-{found.name} ({found.name.mode}, {found.state})", *kind]
    if found.altered:
        lines.append("! These words are NOT those that it was written with: nothing of it can be sent.")
    for number, mail in enumerate(found.mails):
        lines += ["", *_mail(mail, complete=number == 0)]
    lines += ["", "Written, to be opened in a browser, an editor or a mail program:"]
    lines += [f"  {'  '.join([str(first), *(path.suffix for path in rest)])}" for first, *rest in files]
    return "\n".join(lines)


def _mail(mail: "Mail", *, complete: bool) -> list[str]:
    """`complete`: with the headers that all mails of a notice share."""
    from textwrap import wrap

    from notifier.entry.cli.output import set_off
    from notifier.entry.cli.screens.standing import WAYS

    who = mail.reader or "A made-up person"
    ways = f"WORST ({', '.join(WAYS[way] for way in mail.ways)}): " if mail.ways else ""
    head = wrap(f"{ways}{who} reads ({mail.locale}, {mail.variant.replace('_', ' ')}):", COLUMNS)
    head += wrap(f"! {mail.remark}", COLUMNS, subsequent_indent="  ") if mail.remark else []
    body = [*_headers(mail, complete=complete), "", *mail.text.rstrip().splitlines()]
    return [*head, *set_off(body)]


def _headers(mail: "Mail", *, complete: bool) -> list[str]:
    from textwrap import wrap

    shown = {"Subject": mail.subject}
    if complete:
        reply_to = {"Reply-To": mail.reply_to} if mail.reply_to else {}
        shown = {"From": mail.sender, **reply_to, **shown, **mail.headers}
    return [
        line
        for name, value in shown.items()
        for line in wrap(f"{name}: {value}", COLUMNS - 4, subsequent_indent="    ", break_on_hyphens=False)
    ]


def _results(sent: "list[SingleSent]", addresses: "Sequence[str]") -> str:
    """What came of each mail, for the eyes of whoever typed the addresses; `SingleSent` does not hold them."""
    from notifier.entry.cli.output import table

    rows = [
        (addresses[each.nth - 1], f"{each.locale} {each.variant.replace('_', ' ')}", _came(each))
        for each in sent
    ]
    return f"\nTEST, marked as one in each mail; to these addresses only:\n{table(rows, left=3)}"


def _came(sent: "SingleSent") -> str:
    return CAME[sent.outcome].format(provider=sent.provider)


def _raise_failure(sent: "list[SingleSent]") -> None:
    from notifier.actions.announce.single import failure

    error = failure(sent)
    if error is not None:
        raise error


def copy(
    notice: NoticeName,
    address: Annotated[str, typer.Argument(metavar="ADDRESS", help="Where the copy goes, and nowhere else.")],
    reason: Annotated[str, typer.Option(metavar="TEXT", help="Why; kept with it.")],
    customer: Annotated[
        str | None,
        typer.Option(
            "--as", metavar="CUSTOMER", help="Whose mail; if left out, that of whoever has the address."
        ),
    ] = None,
    again: Annotated[bool, typer.Option("--again", help="Although a copy went there before.")] = False,
    json: AsJson = False,
) -> None:
    from notifier.actions.announce import single
    from notifier.entry.cli import arguments, output
    from notifier.entry.cli.session import opened_app

    with opened_app() as app:
        name, sent = single.copy(
            app.db,
            app.post,
            app.act(),
            arguments.notice(app, notice),
            single.Copy(address, reason, customer, again),
        )
    if json:
        output.print_json({"notice": str(name), **output.plain(sent)})
    elif sent.outcome == "accepted":
        output.say(f"COPY of D-{name} ({sent.locale}) {_came(sent)}. It counts nowhere as told.")
        output.say(f"It stands under its notice: notifier show {name.reference}")
    _raise_failure([sent])
