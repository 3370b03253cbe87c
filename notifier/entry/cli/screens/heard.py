"""What was heard of a disruption, what was concluded and why: the lines of `show`, `list` and `sources`."""

from textwrap import wrap

from notifier.entry.cli.output import clock
from notifier.model.signal import DATABASE, SignalState
from notifier.model.verdict import Consequence, concluded
from notifier.store.read.heard import Concluded, Related, SaidOfIt, WaitsFor

MOST = 12
"""Rows on a screen; `--json` has `MOST_JSON`."""
MOST_JSON = 500
SOME = 5
"""Services that are named."""
WORDS = {
    Consequence.OPEN: "opened a draft",
    Consequence.REOPEN: "took a draft up again",
    Consequence.WIDEN: "widened a draft",
    Consequence.ATTACH: "counted for it",
    Consequence.NOTE: "noted",
    Consequence.IGNORE: "ignored",
}
ACTED = {
    "draft": "drafted it for {after}",
    "widen draft": "widened it from {before} to {after}",
    "reopen draft": "took it up again for {after}",
    "void draft": "took everything back: the draft is void",
    "merge": "merged another into it: from {before} to {after}",
    "merged": "merged it into another",
    "split": "split it: from {before} to {after}",
    "declare": "declared it for {after}",
}


def timeline(said: list[SaidOfIt], acts: list[Concluded]) -> list[str]:
    """In the order in which it came to us."""
    if not said and not acts:
        return []
    found = [(each.first_at, _said(each)) for each in said] + [(each.at, _acted(each)) for each in acts]
    lines = ["Evidence, and what was concluded:"]
    if left_out := max((each.left_out for each in said), default=0):
        lines.append(f"  ({left_out:,} older kinds of reports are left out, --json has them)")
    return lines + [line for _, entry in sorted(found, key=lambda each: each[0]) for line in entry]


def _said(each: SaidOfIt) -> list[str]:
    who = "the database" if each.source == DATABASE else each.source
    fires = each.state is SignalState.FIRING
    what = f"{who} {'reports' if fires else 'takes back'} {', '.join(each.services) or 'no service of ours'}"
    counts = [f"{each.reports:,} reports of {each.troubles:,} troubles"] if each.reports > 1 else []
    counts += [f"the last {clock(each.last_at)}"] if each.last_at > each.first_at else []
    counts += [f"said again {each.repeats:,} times"] if each.repeats else []
    more = f" ({'; '.join(counts)})" if counts else ""
    return [*_wrapped(f"{clock(each.first_at)}  {what}{more}", 2), *_wrapped(f"-> {_why(each)}", 6)]


def _why(each: SaidOfIt) -> str:
    if each.why is None:
        return "nobody has judged it yet"
    consequence = concluded(each.why)
    if consequence is Consequence.WAIT:
        return each.why  # it says so itself
    counts = each.state is SignalState.FIRING or consequence is Consequence.IGNORE
    return f"{WORDS[consequence] if counts else 'noted'}: {each.why}"


def _acted(each: Concluded) -> list[str]:
    before, after = (", ".join((side or {}).get("services", [])) for side in (each.before, each.after))
    said = ACTED[each.act].format(before=before, after=after)
    return _wrapped(f"{clock(each.at)}  {each.actor} {said}", 2)


def _wrapped(text: str, indent: int) -> list[str]:
    return wrap(text, 79, initial_indent=" " * indent, subsequent_indent=" " * (indent + 4))


def related_line(found: list[Related]) -> list[str]:
    said = ", ".join(f"{each.how} D-{each.reference}" for each in found)
    return _wrapped(f"{said[0].upper()}{said[1:]}", 2) if said else []


def _some(services: list[str]) -> str:
    more = f" and {len(services) - SOME:,} more" if len(services) > SOME else ""
    return ", ".join(services[:SOME]) + more


def waiting_lines(found: list[WaitsFor]) -> list[str]:
    """What is not enough yet is no alarm, for nothing is wrong; what waits for its turn is one besides."""
    return [
        line
        for each in found
        for line in _wrapped(
            f"{each.source} reports {_some(each.services)} since {clock(each.since)}"
            f"{f', {each.reports:,} times' if each.reports > 1 else ''}: {each.why}",
            1,
        )
    ]
