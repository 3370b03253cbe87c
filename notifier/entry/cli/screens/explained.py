"""Why a customer is in a disruption, or is not; and what somebody was told, ever."""

from dataclasses import replace

from notifier.actions.inspect.explain import Explanation, Receipts, ServiceReason
from notifier.entry.cli.output import clock, wrapped
from notifier.entry.cli.screens.letters import fate, titled
from notifier.store.read.letters import LetterRow

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


def picture(found: Explanation) -> str:
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
        lines += wrapped(f'Review {review.review_id}: {review.asked_by} says "{review.why}"; {said}')
    return "\n".join(line[:200].rstrip() for line in lines)


def _told(found: Explanation) -> str:
    """Who is in it and was told nothing is what somebody must see first."""
    if found.place != "in":
        return ""
    told = sum(letter.stands == "told" for letter in found.letters)
    return f" {told:,} of {len(found.letters):,} letters told." if told else " NOT TOLD, see below."


def _reasons(title: str, reasons: tuple[ServiceReason, ...], reference: str) -> list[str]:
    if not reasons:
        return []
    alike: dict[object, list[ServiceReason]] = {}
    for reason in reasons:
        alike.setdefault(replace(reason, service=""), []).append(reason)
    return ["", title, *(line for group in alike.values() for line in _reason(group, reference))]


def _reason(alike: list[ServiceReason], reference: str) -> list[str]:
    """One entry for services about which the same was decided for the same reason."""
    reason, services = alike[0], ", ".join(each.service for each in alike)
    differs = "not told" if reason.told_as == "none" else f"told as {reason.told_as}"
    told = "" if reason.told_as in (None, reason.verdict) else f", {differs}"
    listed = f"list of {reference}/{reason.notice}, " if reason.notice else ""
    lines = wrapped(f"  {services}: {reason.verdict.upper()}{told} ({listed}{clock(reason.at)})", "    ")
    if reason.clause:
        lines += wrapped(f"    {BECAUSE[reason.verdict]} {reason.clause}", "      ")
    for value in reason.values:
        known = "hidden (sensitive)" if value.hidden else value.value or "UNKNOWN"
        lines += wrapped(f"    {value.name}: {known}", "      ")
    return lines


def _data(found: Explanation) -> list[str]:
    if not found.cut_off:
        return ["", "The data does not say that they are cut off."]
    return [
        "",
        *(f"The data says: cut off from {cut.service} since {clock(cut.since)}." for cut in found.cut_off),
    ]


def _letters(letters: tuple[LetterRow, ...]) -> list[str]:
    lines: list[str] = []
    for letter in letters:
        who = f"{letter.name or 'somebody'} <{letter.address or 'erased'}>"
        role = f", {letter.role}" if letter.role else ""
        lines += [
            f"{letter.reference}/{letter.seq} {titled(letter)}, to {who}{role}",
            *wrapped(f"  {fate(letter)}", "  "),
        ]
    return lines


def _copies(found: Explanation) -> list[str]:
    lines: list[str] = []
    for copy in found.copies:
        went = {"accepted": "handed over", "unknown": "MAY HAVE LEFT"}.get(copy.outcome, "did not leave")
        name = f"{found.reference}/{copy.seq}"
        lines += wrapped(f"{name} COPY by {copy.actor}, {went} {clock(copy.at)}: {copy.reason}")
    return lines


def receipts_picture(found: Receipts) -> str:
    """The newest last, as a conversation is read."""
    what = "LIVE" if found.mode == "live" else "REHEARSALS, nobody was really told"
    if not found.letters:
        more = " Rehearsals are shown with --rehearsals." if found.mode == "live" else ""
        return f"{what}: nothing was written to {found.whose}.{more}"
    lines = [f"{what}: {len(found.letters):,} written to {found.whose}"]
    for letter in found.letters:
        lines += ["", f"D-{letter.reference}, {titled(letter)} ({letter.reference}/{letter.seq})"]
        lines += [f"  to {letter.name or 'somebody'} <{letter.address or 'erased'}>"]
        lines += wrapped(f"  Subject: {letter.subject}", "    ") if letter.subject else []
        for customer, told_as, slugs in letter.about:
            lines += wrapped(f"  {customer}: {', '.join(slugs)} {told_as}", "    ")
        lines += wrapped(f"  {fate(letter)}", "    ")
    return "\n".join(lines)
