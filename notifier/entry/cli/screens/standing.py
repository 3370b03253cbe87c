"""What an operator reads before, during and after a send."""

from collections import Counter
from datetime import datetime
from textwrap import wrap

from notifier.actions.announce.single import Single
from notifier.actions.estimate.samples import Sample
from notifier.actions.inspect.rehearsal import ShownRehearsal
from notifier.actions.notices.untranslated import STATEMENT, Untranslated
from notifier.entry.cli.output import clock, set_off, table
from notifier.entry.cli.screens.audience_source import disruption_line
from notifier.model.kinds import KINDS
from notifier.model.signal import DATABASE
from notifier.model.vocabulary import Account, Mode, Verdict
from notifier.pipeline.disruption import kind_line
from notifier.store.read.held import Held
from notifier.store.read.recounts import Noted
from notifier.store.read.views import AlarmRow, ChunkTrouble, DisruptionRow, NoticeRow

READS_AS = {Verdict.AFFECTED: "affected", Verdict.POSSIBLY: "possibly affected"}
WAYS = {
    "longest_name": "longest name",
    "right_to_left": "right to left",
    "least_known": "least known of them",
    "longest_list": "longest list",
}
SHOWN_LINES = 8
"""Of a mail: the greeting and what it is about."""


def mode_line(mode: Mode) -> str:
    if mode is Mode.LIVE:
        return "LIVE: real customers."
    return "REHEARSAL: everything goes to the sandbox, no customer is told."


def sample(found: Sample) -> str:
    """One mail, set off from what the notifier itself says."""
    head = f"SAMPLE, somebody who is {READS_AS[found.verdict]} reads ({found.locale}):"
    lines = [f"Subject: {found.subject}", "", *found.text.rstrip().splitlines()]
    return "\n".join([head, *set_off(lines)])


def rehearsal(found: ShownRehearsal) -> str:
    """What a rehearsal is for: the mails that look worst, as they went, and the list to compare."""
    lines: list[str] = []
    for mail in found.worst:
        lines += [f"WORST ({', '.join(WAYS[way] for way in mail.ways)}; {mail.locale}):"]
        head = [line for line in mail.text.splitlines() if line.strip()][:SHOWN_LINES]
        lines += set_off((f"Subject: {mail.subject}", *head, "..."))
    if found.list_hash:
        lines.append(f"List {found.list_hash[:16]}: a real run now, if nobody changes, freezes the same one.")
    return "\n".join(lines)


def disruption_title(row: DisruptionRow) -> str:
    state = f"over ({row.ended_as})" if row.ended_at else "open" if row.declared_at else "DRAFT"
    return f"{row.mode.upper()}  D-{row.reference}  {', '.join(row.services)} ({row.reason})  {state}"


def disruption_lines(row: DisruptionRow) -> list[str]:
    lines = [disruption_title(row), f"  since {clock(row.effective_at)}, opened by {row.opened_by}"]
    lines += kind_lines(row)
    if people := disruption_line(row):
        lines.append(people)
    if row.awaits_cutoff:
        lines.append("  waits: nothing leaves before the data shows that somebody is cut off")
    lines.append(
        f"  where {row.where}, possibly: {row.possibly}" if row.where else "  everybody with the service"
    )
    if row.next_update_at and not row.ended_at:
        lines.append(f"  next update promised by {clock(row.next_update_at)}")
    return lines


def kind_lines(row: DisruptionRow) -> list[str]:
    """What people read it as, and why; of a draft, how that is changed before anybody reads it."""
    _, is_source, source = row.opened_by.partition("source:")
    opened_by = source if is_source else DATABASE if row.opened_by == DATABASE else None
    said = f"  {kind_line(row.kind, row.reason, opened_by)}"
    if row.declared_at is not None:
        return [said]
    return [f"{said}:", "    otherwise notifier suspend SERVICE... --reason ... --kind ... takes it over"]


def effective_line(at: datetime, now: datetime) -> str:
    """Which moment was read in `--effective`: 18:30 is tomorrow's, if today's is over."""
    return f"In effect from {clock(at)}" + (", which is still to come." if at > now else ".")


def promise_line(at: datetime | None) -> str:
    if at is None:
        return "  No next update is promised (--next-update TIME promises one)."
    return f"  Next update promised by {clock(at)} (--next-update TIME or none changes that)."


LABELS = {
    Account.TOLD: "handed over",
    Account.IN_FLIGHT: "in flight",
    Account.WAITING: "waiting",
    Account.UNKNOWN: "unknown",
    Account.UNREACHABLE: "unreachable",
    Account.HELD: "held",
    Account.CANCELLED: "cancelled",
}
REPORTS = {
    "bounce": "BOUNCED",
    "dropped": "DROPPED by the provider",
    "delivered": "delivered",
    "deferred": "deferred by their server",
}
HINTS = {
    Account.TOLD: "the provider has it",
    Account.UNKNOWN: "may have left; evidence will decide",
    Account.UNREACHABLE: "no usable address: a list to call",
}


def progress_bar(done: int, total: int, width: int = 60) -> str:
    filled = width * done // total if total else width
    percent = 100 * done // total if total else 100
    return f"[{'#' * filled}{'-' * (width - filled)}] {percent:>3} %"


def notice_lines(row: NoticeRow, accounts: dict[Account, int], fault: int) -> list[str]:
    """Progress of one notice; the last line says whether the seven states add up to the audience."""
    name = KINDS[row.kind].title
    by = f", approved {clock(row.approved_at)} by {row.approved_by}" if row.approved_by else ""
    lines = [f"{name} (notice {row.seq}): {row.state}{by}"]
    if row.broken_glass:
        lines.append(f"  ! BREAK-GLASS, {row.broken_glass}")
    if row.hold_reason and row.state == "held":
        lines.append(f"  HELD: {row.hold_reason}")
    if row.waits and row.go_at:
        lines.append(f"  leaves by itself at {clock(row.go_at)}, to at most {row.ceiling or 0:,} people,")
        lines.append(
            f"  unless a notice is approved before; stop it: notifier cancel {row.reference}/{row.seq}"
        )
        return lines
    done = accounts[Account.TOLD] + accounts[Account.UNREACHABLE]
    lines.append(f"  {progress_bar(done, row.audience_n)}")
    for account, label in LABELS.items():
        hint = HINTS.get(account, "") if accounts[account] else ""
        lines.append(f"  {label:<12} {accounts[account]:>10,}   {hint}".rstrip())
    word = "adds up" if fault == 0 else f"DOES NOT ADD UP: {fault:+,}"
    still = "" if row.closed_at else " (the list is still being frozen)"
    lines.append(f"  = audience   {row.audience_n:>10,}   {word}{still}")
    if row.first_accepted_at and row.approved_at:
        first = (row.first_accepted_at - row.approved_at).total_seconds()
        last = (row.last_accepted_at or row.first_accepted_at) - row.approved_at
        lines.append(f"  first mail {first:.1f} s after approval, last so far {last.total_seconds():.1f} s")
    return lines


def recount_lines(noted: Noted | None) -> list[str]:
    """Who came and left while the list was made: the count of its own, as it was closed, against the list."""
    if noted is None:
        return []
    named = [
        (noted.came + noted.came_mute, "came too late for this list"),
        (noted.gone + noted.gone_mute, "have left since"),
        (noted.changed, "are told of more or less than is true now"),
    ]
    said = [f"{n:,} {what}" for n, what in named if n]
    return [f"  while it was made: {', '.join(said)}"] if said else []


def trouble_lines(row: NoticeRow, rows: list[ChunkTrouble]) -> list[str]:
    """What is unknown, what gave up and why, what is or was sent again."""
    lines = [f"  ! {each.people:,} {each.state}: {each.reason}" for each in rows]
    if any(each.state == "dead" for each in rows):
        lines.append("    decide: notifier dead NOTICE --retry | --drop")
    if row.again or row.twice:
        lines.append(f"  ! {row.again:,} were sent again, {row.twice:,} have been told twice")
    return lines


SHOWN_SINGLES = 5


def single_lines(rows: list[Single]) -> list[str]:
    """Tests and copies: beside the count, never in it."""
    tests = [row for row in rows if row.kind == "test"]
    copies = [row for row in rows if row.kind == "copy"]
    fates = Counter(_fate(row) for row in tests)
    known = ", ".join(f"{n:,} {fate}" for fate, n in fates.items())
    lines = [f"  + tests outside the count: {known}"] if tests else []
    if len(copies) > SHOWN_SINGLES:
        lines.append(f"  + {len(copies):,} copies outside the count, the last of them:")
    for row in copies[-SHOWN_SINGLES:]:
        lines.append(f"  + COPY outside the count, {clock(row.at)}, by {row.actor}")
        lines += wrap(f"{_fate(row)}: {row.reason}", 76, initial_indent="    ", subsequent_indent="    ")
    return lines


def _fate(row: Single) -> str:
    """What is known of one mail outside the count."""
    if row.outcome == "accepted":
        return REPORTS.get(row.reported or "", "handed over")
    if row.outcome == "unknown":
        return "UNKNOWN, it may have been sent"
    return {"open": "being sent", "refused": "REFUSED by the provider"}.get(row.outcome, "NOT SENT")


def untranslated_line(found: Untranslated) -> str:
    """Who reads phrases where others read what the company has written."""
    people = "1 person" if found.people == 1 else f"{found.people:,} people"
    who = f"{', '.join(found.written_in)}: {people} ({' '.join(found.locales)})"
    if found.what == STATEMENT:
        return f"! Statement in {who} get the phrases only."
    return f"! {found.what} in {who} read that they may ask."


def held_lines(name: str, row: NoticeRow, found: Held) -> list[str]:
    """Who comes above the ceiling, and the command that lets them go."""
    lines: list[str] = []
    if found.people:
        lines.append(f"  ! {found.people:,} people are held above the ceiling of {row.ceiling or 0:,}")
        if row.closed_at:
            lines.append(f"    tell them too: notifier approve {name} --held {found.people}")
    if found.wordless:
        lines.append(
            f"  ! {found.wordless:,} people need words that nobody approved: the next notice tells them"
        )
    return lines


def alarms(rows: list[AlarmRow]) -> str:
    if not rows:
        return ""
    lines = ["NEEDS YOU"]
    for row in rows:
        name = f"  D-{row.reference}" if row.reference else ""
        lines.append(f" ! {row.text}{name}")
    return "\n".join(lines)


def overview(rows: list[DisruptionRow]) -> str:
    if not rows:
        return "Nothing is disrupted, as far as anybody has told the notifier."
    cells = [("", "", "services", "since")]
    for row in rows:
        state = row.ended_as or ("open" if row.declared_at else "DRAFT")
        cells.append(
            (
                f"D-{row.reference}",
                f"{row.mode} {state}" + (", BREAK-GLASS" if row.broken_glass else ""),
                ", ".join(row.services)[:30],
                clock(row.effective_at),
            )
        )
    return table(cells, left=4, indent="")
