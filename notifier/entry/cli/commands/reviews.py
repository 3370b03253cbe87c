"""`reviews`: who says that it is wrong for them, by when they have an answer, and the answer."""

from datetime import datetime
from textwrap import wrap
from typing import TYPE_CHECKING, Annotated

import typer

from notifier.entry.cli.options import AsJson, DisruptionName, Statement, Yes

if TYPE_CHECKING:
    from notifier.actions.announce.reviews import Decided
    from notifier.model.vocabulary import ReviewEnding
    from notifier.store.read.reviews import Review

COLUMNS = 80
Number = Annotated[int, typer.Argument(metavar="ID", help="The number of the review.")]
Why = Annotated[str, typer.Option("--why", metavar="TEXT", help="The reason; kept, never mailed.")]


def register(app: typer.Typer) -> None:
    group = typer.Typer(
        help="Who says that it is wrong for them: the work list, and its ends.", invoke_without_command=True
    )
    group.callback()(work_list)
    group.command(help="Write down that a customer objects.")(add)
    group.command(help="It was wrong for them: they are out, and hear so.")(release)
    group.command(help="It stands: they hear that it was looked at again.")(confirm)
    app.add_typer(group, name="reviews")


def work_list(
    context: typer.Context,
    everything: Annotated[bool, typer.Option("--all", help="Also those that have ended.")] = False,
    json: AsJson = False,
) -> None:
    if context.invoked_subcommand is not None:
        return
    from notifier.entry.cli import output
    from notifier.entry.cli.session import opened_app
    from notifier.store.read import reviews

    with opened_app() as app, app.db.transaction() as tx:
        rows = reviews.work_list(tx, everything=everything)
        now = app.clock.now()
    if json:
        output.print_json([_plain(row, now) for row in rows])
    else:
        output.say(picture(rows, now))


def add(
    disruption: DisruptionName,
    customer: Annotated[str, typer.Argument(metavar="CUSTOMER", help="The company's own id of them.")],
    by: Annotated[str, typer.Option("--by", metavar="WHO", help="Who objected: a name or a role.")],
    why: Annotated[str, typer.Option("--why", metavar="TEXT", help="What they say.")],
    json: AsJson = False,
) -> None:
    from notifier.actions.announce import reviews
    from notifier.entry.cli import output
    from notifier.entry.cli.session import opened_app

    with opened_app() as app:
        objection = reviews.Objection(customer, by, why)
        found = reviews.add(app.db, app.act(), disruption, objection)
        if json:
            output.print_json(_plain(found, app.clock.now()))
        else:
            due = output.clock(found.due_at)
            output.say(f"Review {found.review_id} of {found.customer} is open; an answer is due {due}.")


def release(
    review: Number,
    why: Why,
    statement: Statement = [],  # noqa: B006
    yes: Yes = False,
    json: AsJson = False,
) -> None:
    _decide(review, "released", why, statement, yes=yes, json=json)


def confirm(
    review: Number,
    why: Why,
    statement: Statement = [],  # noqa: B006
    yes: Yes = False,
    json: AsJson = False,
) -> None:
    _decide(review, "confirmed", why, statement, yes=yes, json=json)


def _decide(
    review: int, ending: "ReviewEnding", why: str, statement: list[str], *, yes: bool, json: bool
) -> None:
    from notifier.actions.announce import reviews
    from notifier.actions.control.approve import Consent
    from notifier.entry.cli import arguments, output, sending
    from notifier.entry.cli.session import opened_app

    with opened_app() as app:
        sending.require_workers(app)
        consent = Consent(yes=yes)
        decision = reviews.Decision(ending, why, arguments.statements(statement))
        done = reviews.decide(app.db, app.writer, app.act(), review, decision, consent)
        if not json:
            output.say(decided(done))
        if done.name is not None and done.gate is not None:
            sending.follow(app, sending.Started(done.name, done.gate, consent), as_json=json)
        elif json:
            output.print_json({"review": done.review, "still_cut_off": done.still_cut_off, "notices": []})


def decided(done: "Decided") -> str:
    """What has just been decided, and what is left to do outside of the notifier."""
    review = done.review
    name = f"{review.name} ({review.customer})"
    if review.ended_as == "released":
        lines = [
            f"Review {review.review_id}: {name} is released, D-{review.reference} does not apply to them."
        ]
    else:
        lines = [f"Review {review.review_id}: it stands for {name}."]
    if done.still_cut_off:
        lines.append(f"! The data still cuts them off: {', '.join(done.still_cut_off)}. Open it for them.")
    if done.name is None:
        lines.append("! Nobody of theirs was told by mail: answer them the way they asked.")
    return "\n".join(line for each in lines for line in wrap(each, COLUMNS, subsequent_indent="  "))


def picture(rows: "list[Review]", now: datetime) -> str:
    """The work list: what is overdue stands first and is marked."""
    if not rows:
        return "No review is open."
    open_ones = [row for row in rows if row.is_open]
    late = sum(row.due_at < now for row in open_ones)
    lines = [f"{len(open_ones):,} open" + (f", {late:,} OVERDUE" if late else "")]
    for row in rows:
        lines += ["", *_entry(row, now)]
    if open_ones:
        number = open_ones[0].review_id
        lines += ["", f"End one: notifier reviews release {number} --why TEXT   (it was wrong for them)"]
        lines += [f"         notifier reviews confirm {number} --why TEXT   (it stands)"]
    return "\n".join(lines)


def _entry(row: "Review", now: datetime) -> list[str]:
    mark = "!" if row.is_open and row.due_at < now else " "
    head = f"{mark} {row.review_id:>3}  D-{row.reference}  {row.customer}  {row.name}"
    said = f'{row.asked_by}: "{row.why}"'
    body = [*wrap(said, COLUMNS - 7), _state(row, now)]
    if row.ended_why:
        body += wrap(f'because: "{row.ended_why}"', COLUMNS - 7)
    return [head[:COLUMNS], *(f"       {line}" for line in body)]


def _state(row: "Review", now: datetime) -> str:
    from notifier.entry.cli.output import clock

    if row.is_open:
        late = row.due_at < now
        return f"{'OVERDUE since' if late else 'answer due'} {clock(row.due_at)}"
    ended = f"{row.ended_as} by {row.ended_by}, {clock(row.ended_at)}"
    if row.notice is None:
        return f"{ended}; no mail"
    if row.notice_state == "draft":
        return f"{ended}; NOT YET SENT: notifier approve {row.notice}"
    return f"{ended}; notice {row.notice} {row.notice_state}"


def _plain(row: "Review", now: datetime) -> dict[str, object]:
    from notifier.entry.cli import output

    return output.plain(row) | {"overdue": row.is_open and row.due_at < now}
