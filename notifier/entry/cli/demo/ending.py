"""The last page of the demo: what happened to whom."""

from pathlib import Path

from notifier.entry.cli.output import set_off, table
from notifier.entry.cli.screens.letters import WHY
from notifier.local.demo.customers import TANAKA, TANAKA_NAMES
from notifier.local.demo.ending import CALL_LIST, MAILS, Ending, Line
from notifier.local.demo.mails import FOLDER
from notifier.model.vocabulary import Account, NoticeKind

Styled = tuple[str, str]
"""A line and its style."""

NAMES = {
    NoticeKind.UPDATE: "Fri update",
    NoticeKind.FIRST: "Sat newly affected",
    NoticeKind.CATCH_UP: "Sat now certain",
    NoticeKind.RELEASED: "Sat released",
    NoticeKind.CORRECTION: "Sat correction",
    NoticeKind.PARTIAL: "Sun Mythos 5 back, US",
    NoticeKind.RESTORED: "Mon all of it back",
}
REASONS = {"no_address": "no address", "suppressed": "must not be written to"}
COLUMNS = (
    ("told", Account.TOLD), ("unreachable", Account.UNREACHABLE), ("unknown", Account.UNKNOWN),
)  # fmt: skip


def ending_lines(ending: Ending, folder: Path, others: tuple[Path, ...]) -> list[Styled]:
    return [
        *_mail(ending),
        *_voices(ending),
        *_correction(ending),
        ("", ""),
        ("Read back from the database. REHEARSAL: no mail left this machine.", "bold"),
        ("", ""),
        *((line, "") for line in _table(ending)),
        ("", ""),
        *((line, "") for line in [*_identity(ending), "", *_who(ending), "", *_time(ending)]),
        *((line, "") for line in _killed(ending)),
        *((line, "") for line in _sandbox(ending)),
        *((line, "") for line in _wrong(ending)),
        *((line, "") for line in _files(ending, _short(folder))),
        *((line, "") for line in _others(others)),
    ]


def verdict_line() -> list[Styled]:
    return [
        ("", ""),
        ("ACCOUNTING HOLDS. Next: notifier up | notifier import yours.csv", "bold green"),
    ]


def _mail(ending: Ending) -> list[Styled]:
    found = next((each for each in ending.voices if each.reader.locale == "en"), None)
    if found is None:
        return []
    lines = found.mail.text.rstrip().splitlines()
    return _quoted("What one of them read on Friday:", [f"Subject: {found.mail.subject}", "", *lines])


def _voices(ending: Ending) -> list[Styled]:
    """One line each; right-to-left words stand last, where they move nothing else."""
    head = f"And so in {len(ending.voices)} languages, each with its own times and plurals:"
    rows = [f"{v.reader.locale:<5}  {v.reader.people:>5,}  {v.headline}" for v in ending.voices]
    return _quoted(head, rows)


def _correction(ending: Ending) -> list[Styled]:
    found = next((each for each in ending.corrections if each.reader.locale == "en"), None)
    if found is None:
        return []
    lines = found.mail.text.splitlines()
    top = lines[: next((n for n, line in enumerate(lines) if n > 12 and not line), None)]
    return _quoted("What whoever had read that sentence read on Saturday night:", [*top, "..."])


def _quoted(head: str, lines: list[str]) -> list[Styled]:
    return [("", ""), (head, "bold"), *((line, "") for line in set_off(lines))]


def _name(ending: Ending, line: Line) -> str:
    kind = line.notice.kind
    return "Fri first notice" if line is ending.first else NAMES.get(kind, kind)


def _table(ending: Ending) -> list[str]:
    rows: list[tuple[str, ...]] = [("notice", "audience", *(name for name, _ in COLUMNS), "twice")]
    for line in ending.lines:
        counts = (f"{line.accounts[account]:,}" for _, account in COLUMNS)
        rows.append((_name(ending, line), f"{line.notice.audience_n:,}", *counts, f"{line.notice.twice:,}"))
    return table(rows).splitlines()


def _identity(ending: Ending) -> list[str]:
    """The sum is the audience, written out for every notice."""
    lines = ["told + waiting + in flight + unknown + unreachable + held + cancelled"]
    order = (
        Account.TOLD, Account.WAITING, Account.IN_FLIGHT, Account.UNKNOWN, Account.UNREACHABLE, Account.HELD,
        Account.CANCELLED,
    )  # fmt: skip
    for line in ending.lines:
        parts = " + ".join(f"{line.accounts[a]:,}" for a in order)
        total = sum(line.accounts.values())
        word = "adds up" if line.fault == 0 else f"MISSES {line.notice.audience_n:,}"
        lines.append(f"  {parts} = {total:,}  {word} ({_name(ending, line)})")
    return lines


def _who(ending: Ending) -> list[str]:
    rows = [("Friday's verdicts", "customers", "people")]
    rows += [
        (w.verdict, f"{w.customers:,}", "-" if w.verdict == "not" else f"{w.people:,}")
        for w in ending.verdicts
    ]
    lines = table(rows).splitlines()
    for each in ending.first.not_told:
        lines.append(f"  not told: {each.people:,}, {REASONS.get(each.reason, each.reason)}")
    return lines


def _time(ending: Ending) -> list[str]:
    first = ending.first.notice
    to_first, to_last = (ending.after_directive(m) for m in (first.first_accepted_at, first.last_accepted_at))
    if to_first is None or to_last is None or first.approved_at is None or first.first_accepted_at is None:
        return ["no mail was accepted"]
    gate = (first.first_accepted_at - first.approved_at).total_seconds()
    return [
        f"directive to first mail {to_first:.1f} s, to last mail {to_last:.1f} s;",
        f"approval to first mail {gate:.1f} s",
    ]


def _killed(ending: Ending) -> list[str]:
    if ending.played.killed is None:
        return ["no worker was killed: the send was over before its middle was seen"]
    first = ending.first
    unknown = first.accounts[Account.UNKNOWN]
    lines = [
        (
            f"one worker killed in the middle of it: {abs(first.fault):,} forgotten, "
            f"{first.notice.twice:,} told twice, {unknown:,} unknown"
        )
    ]
    if unknown:
        lines.append("  unknown: the worker died with their request in its hands, and nobody heard the")
        lines.append("  answer. A state that evidence decides, never a blind retry.")
        lines.append(f"  The sandbox did get {ending.unknown_arrived:,} of these mails.")
    return lines


def _sandbox(ending: Ending) -> list[str]:
    box, told = ending.box, sum(line.accounts[Account.TOLD] for line in ending.lines)
    word = "disagrees" if ending.problems else "agrees, request by request"
    mails = f"{box.messages:,} mails to {box.addresses:,} addresses"
    unknown = f" + {ending.unknown_arrived:,} unknown" if ending.unknown_arrived else ""
    return [f"the sandbox {word}:", f"  it got {mails}; {told:,} told{unknown}"]


def _wrong(ending: Ending) -> list[str]:
    got, corrected = ending.wrong.got, ending.wrong.corrected
    word = "exactly those" if got == corrected else "NOT THE SAME"
    return [
        f"the sentence that was wrong reached {len(got):,} people,",
        f"  its correction {len(corrected):,} people: {word}",
    ]


def _files(ending: Ending, folder: str) -> list[str]:
    why: dict[str, int] = {}
    for one in ending.played.call_list:
        why[WHY[one.why]] = why.get(WHY[one.why], 0) + 1
    customers = len({one.customer for one in ending.played.call_list})
    lines = [f"cut off on Friday, not told: {customers:,} customers"]
    lines += [f"  {count:,} {reason}" for reason, count in why.items()]
    lines.append(f"  call list: {folder}/{CALL_LIST}")
    lines.append(
        f"{TANAKA.name} ({TANAKA.locale}), {len(TANAKA_NAMES)} organisations, {len(ending.mails)} mails"
    )
    lines.append(f"  {folder}/{MAILS.format(1)}")
    lines.append("one mail of each kind as it arrived; the same as .txt beside it")
    for number, each in enumerate(ending.kinds, 1):
        lines.append(f"  {folder}/{FOLDER}/{each.stem(number)}.html")
    return lines


def _others(others: tuple[Path, ...]) -> list[str]:
    head = "and the kinds that the story had no need of, as a sample of each"
    return [head, *(f"  {_short(path)}" for path in others)]


def _short(folder: Path) -> str:
    """As seen from here, where that is shorter."""
    here = Path.cwd()
    return str(folder.relative_to(here)) if folder.is_relative_to(here) else str(folder)
