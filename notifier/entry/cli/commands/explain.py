"""`explain`, `receipts`: why them, or why not; and what they were told, when."""

from dataclasses import replace
from textwrap import wrap
from typing import TYPE_CHECKING, Annotated

import typer

from notifier.entry.cli.options import AsJson, DisruptionName

if TYPE_CHECKING:
    from notifier.actions.inspect.explain import Explanation, Receipts, ServiceReason
    from notifier.store.read.letters import LetterRow

COLUMNS = 80
Customer = Annotated[str, typer.Argument(metavar="CUSTOMER", help="The company's own id of them.")]
PLACES = {
    "in": "IN IT.",
    "released": "NOT IN IT: a review released them.",
    "out_of_scope": "NOT IN IT: the scope leaves them out.",
    "no_service": "NOT IN IT: they hold none of its services.",
    "not_listed_yet": "NOT IN A LIST YET: a list is still open, they may come onto it.",
    "late": "LATE: they came, or changed, after the lists were closed; the next update tells them.",
}

BECAUSE = {
    "affected": "because it holds that",
    "possibly": "because it is not known whether",
    "not": "because it does not hold that",
}


def register(app: typer.Typer) -> None:
    app.command(help="Why a customer is in a disruption, or is not, and what they got.")(explain)
    app.command(help="What a customer or an address was told, and when.")(receipts)


def explain(
    disruption: DisruptionName,
    customer: Customer,
    sensitive: Annotated[
        bool,
        typer.Option("--sensitive", help="Show values of sensitive attributes; recorded with your name."),
    ] = False,
    json: AsJson = False,
) -> None:
    from notifier.actions.inspect import explain as explaining
    from notifier.entry.cli import output
    from notifier.entry.cli.session import opened_app

    with opened_app() as app:
        found = explaining.explain(app.db, app.act(), disruption, customer, sensitive=sensitive)
    if json:
        output.print_json(found)
    else:
        output.say(picture(found))


def receipts(
    whose: Annotated[str, typer.Argument(metavar="ADDRESS|CUSTOMER", help="An address, or an id of yours.")],
    rehearsals: Annotated[bool, typer.Option("--rehearsals", help="Rehearsals instead of the real.")] = False,
    json: AsJson = False,
) -> None:
    from notifier.actions.inspect import explain as explaining
    from notifier.entry.cli import output
    from notifier.entry.cli.session import opened_app
    from notifier.model.vocabulary import Mode

    with opened_app() as app:
        found = explaining.receipts(app.db, whose, Mode.REHEARSAL if rehearsals else Mode.LIVE)
    if json:
        output.print_json(found)
    else:
        output.say(receipts_picture(found))


def picture(found: "Explanation") -> str:
    lines = [f"{found.mode.upper()}  D-{found.reference}  {found.customer} {found.name}"]
    lines += [PLACES[found.place] + _told(found)]
    lines += _reasons("Why", found.reasons, found.reference)
    lines += _reasons("Now it would be decided otherwise", found.now, found.reference)
    if found.hidden:
        lines += ["", "Sensitive values are hidden: --sensitive shows them, and that is recorded."]
    lines += _data(found)
    lines += ["", *(_letters(found.letters) or ["No letter was made for them."])]
    lines += _copies(found)
    if found.unreachable:
        lines.append(f"Nobody of theirs has a usable address: call them (notifier gaps {found.reference}).")
    for review in found.reviews:
        said = f"{review.ended_as} by {review.ended_by}: {review.ended_why}" if review.ended_as else "open"
        lines += _wrapped(f'Review {review.review_id}: {review.asked_by} says "{review.why}"; {said}')
    return "\n".join(line[:200].rstrip() for line in lines)


def _told(found: "Explanation") -> str:
    """Who is in it and was told nothing is what somebody must see first."""
    if found.place != "in":
        return ""
    told = sum(letter.stands == "told" for letter in found.letters)
    return f" {told:,} of {len(found.letters):,} letters told." if told else " NOT TOLD, see below."


def _reasons(title: str, reasons: "tuple[ServiceReason, ...]", reference: str) -> list[str]:
    if not reasons:
        return []
    alike: dict[object, list[ServiceReason]] = {}
    for reason in reasons:
        alike.setdefault(replace(reason, service=""), []).append(reason)
    return ["", title, *(line for group in alike.values() for line in _reason(group, reference))]


def _reason(alike: "list[ServiceReason]", reference: str) -> list[str]:
    """One entry for services about which the same was decided for the same reason."""
    from notifier.entry.cli.output import clock

    reason, services = alike[0], ", ".join(each.service for each in alike)
    differs = "not told" if reason.told_as == "none" else f"told as {reason.told_as}"
    told = "" if reason.told_as in (None, reason.verdict) else f", {differs}"
    listed = f"list of {reference}/{reason.notice}, " if reason.notice else ""
    lines = _wrapped(f"  {services}: {reason.verdict.upper()}{told} ({listed}{clock(reason.at)})", "    ")
    if reason.clause:
        lines += _wrapped(f"    {BECAUSE[reason.verdict]} {reason.clause}", "      ")
    for value in reason.values:
        known = "hidden (sensitive)" if value.hidden else value.value or "UNKNOWN"
        lines += _wrapped(f"    {value.name}: {known}", "      ")
    return lines


def _data(found: "Explanation") -> list[str]:
    from notifier.entry.cli.output import clock

    if not found.cut_off:
        return ["", "The data does not say that they are cut off."]
    return [
        "",
        *(f"The data says: cut off from {cut.service} since {clock(cut.since)}." for cut in found.cut_off),
    ]


def _letters(letters: "tuple[LetterRow, ...]") -> list[str]:
    from notifier.model.kinds import KINDS

    lines: list[str] = []
    for letter in letters:
        kind = "Catch-up" if letter.late else KINDS[letter.kind].title
        who = f"{letter.name or 'somebody'} <{letter.address or 'erased'}>"
        role = f", {letter.role}" if letter.role else ""
        lines += [
            f"{letter.reference}/{letter.seq} {kind}, to {who}{role}",
            *_wrapped(f"  {fate(letter)}", "  "),
        ]
    return lines


def _copies(found: "Explanation") -> list[str]:
    from notifier.entry.cli.output import clock

    lines: list[str] = []
    for copy in found.copies:
        went = {"accepted": "handed over", "unknown": "MAY HAVE LEFT"}.get(copy.outcome, "did not leave")
        name = f"{found.reference}/{copy.seq}"
        lines += _wrapped(f"{name} COPY by {copy.actor}, {went} {clock(copy.at)}: {copy.reason}")
    return lines


def fate(letter: "LetterRow") -> str:
    """Where one letter is, or why there is none."""
    from notifier.entry.cli.commands.gaps import WORDS
    from notifier.entry.cli.output import clock

    again = "; sent again, an earlier try may have arrived" if letter.again else ""
    if letter.stands == "told" and letter.fate == "delivered":
        return f"delivered {clock(letter.fate_at)}{again}"
    if letter.stands == "told":
        word = "deferred by their server" if letter.fate == "deferred" else "no word from their server yet"
        return f"handed over {clock(letter.left_at)}, {word}{again}"
    if letter.above_ceiling:
        return "NOT TOLD: held above the ceiling"
    why = f" ({', '.join(letter.suppressions)})" if letter.stands == "suppressed" else ""
    when = f" {clock(letter.fate_at)}" if letter.fate_at else ""
    return f"NOT TOLD: {WORDS[letter.stands]}{why}{when}{again}"


def receipts_picture(found: "Receipts") -> str:
    """The newest last, as a conversation is read."""
    from notifier.model.kinds import KINDS

    what = "LIVE" if found.mode == "live" else "REHEARSALS, nobody was really told"
    if not found.letters:
        more = " Rehearsals are shown with --rehearsals." if found.mode == "live" else ""
        return f"{what}: nothing was written to {found.whose}.{more}"
    lines = [f"{what}: {len(found.letters):,} written to {found.whose}"]
    for letter in found.letters:
        kind = "Catch-up" if letter.late else KINDS[letter.kind].title
        lines += ["", f"D-{letter.reference}, {kind} ({letter.reference}/{letter.seq})"]
        lines += [f"  to {letter.name or 'somebody'} <{letter.address or 'erased'}>"]
        lines += _wrapped(f"  Subject: {letter.subject}", "    ") if letter.subject else []
        for customer, told_as, slugs in letter.about:
            lines += _wrapped(f"  {customer}: {', '.join(slugs)} {told_as}", "    ")
        lines += _wrapped(f"  {fate(letter)}", "    ")
    return "\n".join(lines)


def _wrapped(line: str, further: str = "  ") -> list[str]:
    indent = line[: len(line) - len(line.lstrip())]
    return wrap(line.strip(), COLUMNS, initial_indent=indent, subsequent_indent=further)
