"""The dry run: who would be told what, what does not fit, and what it takes. At most 80 columns."""

from textwrap import wrap

from notifier.actions.estimate.estimate import Estimate
from notifier.entry.cli.output import clock
from notifier.entry.cli.screens.audience_source import copied_lines
from notifier.entry.cli.screens.standing import untranslated_line
from notifier.model.locales import nearest
from notifier.model.vocabulary import Kind, Possibly
from notifier.pipeline.disruption import kind_line

COLUMNS = 80
STANDINGS = {2: "affected", 1: "possibly", 0: "not"}
READS = {
    Kind.SUSPENSION: ('"may be suspended for you"', '"is suspended for you"'),
    Kind.OUTAGE: ('"may not work for you"', '"does not work for you"'),
    Kind.DEGRADATION: ('"may not work as it should"', '"does not work as it should"'),
    Kind.MAINTENANCE: ('"may be out of service"', '"is out of service"'),
}


def picture(found: Estimate) -> str:
    """The table, what does not fit (!), the languages, what is in order (ok), and what a send takes."""
    warned = [
        *(copied_lines(found.people_copied) if found.people_copied else []),
        *_dependents_lines(found),
        *_gap_lines(found),
        *_words_lines(found),
        *(f"! {warning}" for warning in found.warnings),
    ]
    parts = [
        *_who_lines(found),
        "",
        _verdicts(found),
        "",
        *(line for each in warned for line in _wrapped(each)),
    ]
    parts += ["", *_language_lines(found), *_ready_lines(found), *_forecast_lines(found)]
    return "\n".join(parts)


def _who_lines(found: Estimate) -> list[str]:
    """What is cut off, and for whom, as SQL: also for those who gave it by options."""
    names = ", ".join(service.name for service in found.services)
    who = found.where or "everybody who holds one of them"
    kind = f"  {kind_line(found.kind, found.reason)} (--kind changes it)"
    lines = [f"  Services: {names}", f"  Who: {who}", kind]
    if found.roles:
        lines.append(f"  Contacts: {' and '.join(found.roles)}; where there are none, the owners, else all")
    return [part for line in lines for part in wrap(line, COLUMNS, subsequent_indent="    ")]


def _dependents_lines(found: Estimate) -> list[str]:
    if not found.dependents:
        return []
    left_out = "is left out" if len(found.dependents) == 1 else "are left out"
    without = "it" if len(found.services) == 1 else "them"
    cannot = f"{', '.join(found.dependents)} cannot work without {without} and {left_out}"
    return [f"! {cannot}: --with-dependents tells their customers too."]


def _verdicts(found: Estimate) -> str:
    rows = [("", "customers", "people", "they read")]
    for row in found.verdicts:
        reads = READS[found.kind][row.rank - 1] if row.rank else "nothing"
        if row.rank == 1 and found.possibly is Possibly.EXCLUDE:
            reads = "nothing (--possibly exclude)"
        if row.rank == 1 and found.possibly is Possibly.INCLUDE:
            reads = READS[found.kind][1]
        silent = reads.startswith("nothing")
        rows.append((STANDINGS[row.rank], f"{row.customers:,}", "-" if silent else f"{row.people:,}", reads))
    total = f"one mail each; {found.unreachable:,} more: call list" if found.unreachable else "one mail each"
    rows.append(("total", f"{sum(v.customers for v in found.verdicts):,}", f"{found.people:,}", total))
    widths = [max(len(row[i]) for row in rows) for i in range(4)]
    return "\n".join(
        f"  {a.ljust(widths[0])}  {b.rjust(widths[1])}  {c.rjust(widths[2])}  {d}".rstrip()
        for a, b, c, d in rows
    )


def _gap_lines(found: Estimate) -> list[str]:
    gap = found.gap
    lines: list[str] = []
    if gap.cut_off and gap.cut_off_not_told:
        why = ": the scope leaves them out. To tell them, widen or drop it." if found.where else "."
        lines.append(
            f"! {_customers(gap.cut_off_not_told, 'is', 'are')} CUT OFF in the data and would NOT be told{why}"
        )
    if gap.cut_off and gap.told_not_cut_off:
        lines.append(
            f"! {_customers(gap.told_not_cut_off, 'would', 'would')} be told and NOT CUT OFF in the data."
        )
    if lines:
        lines.append(f"  To send all the same, acknowledge the number: --accept-gap {gap.difference}")
    return lines


def _customers(n: int, one: str, many: str) -> str:
    return f"{n:,} customer {one}" if n == 1 else f"{n:,} customers {many}"


def _people(n: int) -> str:
    return "1 person" if n == 1 else f"{n:,} people"


def _words_lines(found: Estimate) -> list[str]:
    """Whose language has no words, whose has no statement, and words for which nobody stands."""
    lines: list[str] = []
    foreign: dict[str, int] = {}
    for reading in found.readings:
        if reading.asked and nearest(reading.asked, (reading.read,)) is None:
            foreign[reading.asked] = foreign.get(reading.asked, 0) + reading.people
    if foreign:
        listed = ", ".join(
            f"{locale} {n:,}" for locale, n in sorted(foreign.items(), key=lambda i: -i[1])[:6]
        )
        lines.append(
            f"! {_people(sum(foreign.values()))} asked for a language without words here ({listed})."
        )
    without = {r.read: 0 for r in found.readings if not r.statement}
    for reading in found.readings:
        if reading.read in without:
            without[reading.read] += reading.people
    if found.has_statement and without:
        who = f"{_people(sum(without.values()))} ({' '.join(without)})"
        lines.append(f"! Statement in {', '.join(found.statement_in)}: {who} get the phrases only.")
    lines += map(untranslated_line, found.untranslated)
    if found.title and len({reading.read for reading in found.readings}) > 1:
        lines.append("! The title stands in every language as it was given.")
    if found.unreviewed:
        lines.append(f"! Nobody has reviewed these words: {', '.join(found.unreviewed)}.")
    return lines


def _language_lines(found: Estimate) -> list[str]:
    people: dict[str, int] = {}
    for reading in found.readings:
        people[reading.read] = people.get(reading.read, 0) + reading.people
    if not people:
        return []
    return wrap(
        "  They read: " + "  ".join(f"{k}\u00a0{n:,}" for k, n in people.items()),
        COLUMNS,
        subsequent_indent="    ",
        break_on_hyphens=False,
    )


def _ready_lines(found: Estimate) -> list[str]:
    lines = [f"  ok  cut in force since {clock(found.cut_since)}"] if found.cut_since else []
    by: dict[tuple[str, str], list[str]] = {}
    for review in found.forecast.reviewed:
        by.setdefault((review.on, review.by), []).append(review.locale)
    return lines + [f"  ok  words reviewed {on}, {who} ({' '.join(tags)})" for (on, who), tags in by.items()]


def _forecast_lines(found: Estimate) -> list[str]:
    ahead = found.forecast
    if not ahead.requests:
        return []
    requests = "1 request" if ahead.requests == 1 else f"about {ahead.requests:,} requests"
    time = f", {_time(ahead.seconds)}" if ahead.seconds is not None else ""
    return wrap(
        f"  {requests}{time}; with one worker, a pause lets at most {ahead.at_most:,} more leave",
        COLUMNS,
        subsequent_indent="    ",
    )


def _time(seconds: float) -> str:
    if seconds < 100:
        return f"about {max(1, round(seconds))} s"
    return f"about {round(seconds / 60)} min"


def _wrapped(line: str) -> list[str]:
    return wrap(line, COLUMNS, subsequent_indent="  ", drop_whitespace=True) if line[:1] != " " else [line]
