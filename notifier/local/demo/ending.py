"""The ending: what happened to whom, read back from the database and held against what the sandbox really got."""

from collections import Counter
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from notifier.actions.inspect.call_list import write
from notifier.app import App
from notifier.local.demo import mailbox, mails
from notifier.local.demo.customers import TANAKA
from notifier.local.demo.drive import Played
from notifier.local.demo.mailbox import ArrivedMail, Box
from notifier.local.demo.mails import ShownMail
from notifier.local.demo.story import STATEMENTS
from notifier.model.vocabulary import Account, NoticeKind
from notifier.store.read import reconciliation as reading
from notifier.store.read import views
from notifier.store.read.reconciliation import Tried, Weight
from notifier.store.read.views import NoticeRow, NotTold

CALL_LIST, MAILS = "call-list.csv", "yuki-tanaka-{}.html"


@dataclass(frozen=True, slots=True)
class Line:
    """One notice and what became of its audience."""

    notice: NoticeRow
    accounts: dict[Account, int]
    fault: int
    not_told: list[NotTold]


@dataclass(frozen=True, slots=True)
class Wrong:
    """Whom the sentence that was wrong had reached, and whom its correction, as the sandbox has it."""

    got: frozenset[str]
    corrected: frozenset[str]


@dataclass(frozen=True, slots=True)
class Ending:
    lines: tuple[Line, ...]
    verdicts: tuple[Weight, ...]
    """Of the first notice."""
    tried: tuple[Tried, ...]
    box: Box
    mails: tuple[ArrivedMail, ...]
    """What Yuki Tanaka got, in order."""
    voices: tuple[ShownMail, ...]
    """Friday's notice, once in each language."""
    corrections: tuple[ShownMail, ...]
    """And the correction."""
    kinds: tuple[ShownMail, ...]
    """One mail of each kind."""
    wrong: Wrong
    played: Played
    problems: tuple[str, ...]
    """Whatever does not add up; none: the accounting holds."""

    @property
    def first(self) -> Line:
        return next(line for line in self.lines if line.notice.kind is NoticeKind.FIRST)

    def after_directive(self, moment: datetime | None) -> float | None:
        return None if moment is None else (moment - self.played.directive_at).total_seconds()

    @property
    def unknown_arrived(self) -> int:
        """Mails of unknown attempts that did reach the sandbox: the product cannot know it yet."""
        return sum(
            self.box.attempts.get(t.attempt_id, (0, 0))[1] for t in self.tried if t.outcome == "unknown"
        )


def read_back(app: App, played: Played) -> Ending:
    with app.db.transaction() as tx:
        row = views.disruption(tx, played.reference)
        assert row is not None
        lines = tuple(
            Line(n, views.accounts(tx, n), views.fault(tx, n), views.not_told(tx, n.notice_id))
            for n in views.notices(tx, row.disruption_id)
        )
        first = next(line.notice for line in lines if line.notice.kind is NoticeKind.FIRST)
        verdicts = tuple(reading.verdicts(tx, first.notice_id))
        tried = tuple(reading.attempts(tx, row.disruption_id))
        readers = reading.readers(tx, row.disruption_id)
    box = mailbox.box(app)
    voices = mails.arrived(app, [r for r in readers if r.notice_id == first.notice_id])
    corrections = mails.arrived(app, [r for r in readers if r.kind is NoticeKind.CORRECTION])
    kinds = mails.one_of_each_kind(app, readers)
    wrong = _wrong(lines, tried, box)
    problems = (
        *accounting(lines),
        *against_sandbox(lines, tried, box),
        *mails.missing((line.notice.kind for line in lines if line.accounts[Account.TOLD]), kinds, voices),
        *misses(wrong),
    )
    yuki = mailbox.mails_of(app, TANAKA.address)
    return Ending(lines, verdicts, tried, box, yuki, voices, corrections, kinds, wrong, played, problems)


def _wrong(lines: tuple[Line, ...], tried: tuple[Tried, ...], box: Box) -> Wrong:
    first = next(line.notice.notice_id for line in lines if line.notice.kind is NoticeKind.FIRST)
    correcting = {line.notice.notice_id for line in lines if line.notice.kind is NoticeKind.CORRECTION}
    wrong = (t.attempt_id for t in tried if t.notice_id == first and t.locale in STATEMENTS)
    right = (t.attempt_id for t in tried if t.notice_id in correcting)
    return Wrong(box.reached(frozenset(wrong)), box.reached(frozenset(right)))


def misses(wrong: Wrong) -> list[str]:
    """A correction reaches exactly those whom the wrong words had reached."""
    if wrong.got == wrong.corrected and wrong.got:
        return []
    both = len(wrong.got & wrong.corrected)
    got, corrected = len(wrong.got), len(wrong.corrected)
    return [f"the wrong sentence reached {got:,}, its correction {corrected:,}, and {both:,} got both"]


def accounting(lines: tuple[Line, ...]) -> list[str]:
    """The seven states are the audience that the verdict query counted, and nobody is left over."""
    problems: list[str] = []
    for line in lines:
        name = f"notice {line.notice.seq} ({line.notice.kind})"
        if line.fault:
            problems.append(f"{name}: the states miss the audience by {line.fault:+,}")
        if line.notice.twice:
            problems.append(f"{name}: {line.notice.twice:,} letters were accepted twice")
        open_ones = sum(line.accounts[a] for a in (Account.WAITING, Account.IN_FLIGHT, Account.HELD))
        if open_ones:
            problems.append(f"{name}: {open_ones:,} are neither told nor given up")
    return problems


def against_sandbox(lines: tuple[Line, ...], tried: tuple[Tried, ...], box: Box) -> list[str]:
    """Every attempt as we have it against every request as the sandbox has it, one by one."""
    problems: list[str] = []
    ours = {t.attempt_id: t for t in tried}
    for attempt_id, t in ours.items():
        got = box.attempts.get(attempt_id, (0, 0))
        if got not in possible(t):
            problems.append(f"attempt {attempt_id} ({t.outcome}, {t.letters}): the sandbox got {got}")
    problems += [
        f"the sandbox got an attempt {a} that nobody made" for a in box.attempts.keys() - ours.keys()
    ]
    outcomes: Counter[str] = Counter()
    for t in tried:
        outcomes[t.outcome] += t.letters
    told = sum(line.accounts[Account.TOLD] for line in lines)
    if told != outcomes["accepted"]:
        problems.append(f"{told:,} are told, {outcomes['accepted']:,} letters were accepted")
    if not outcomes["accepted"] <= box.messages <= outcomes["accepted"] + outcomes["unknown"]:
        problems.append(f"the sandbox got {box.messages:,} mails, {outcomes['accepted']:,} were accepted")
    return problems


def possible(tried: Tried) -> set[tuple[int, int]]:
    """Requests and mails that the sandbox may have of this attempt."""
    whole, nothing = (1, tried.letters), (0, 0)
    if tried.outcome == "accepted":
        return {whole}
    return {whole, nothing} if tried.outcome in {"unknown", "presumed_lost"} else {nothing}


def write_files(app: App, ending: Ending, folder: Path) -> tuple[Path, ...]:
    """The list of those to be called, by the company's own ids; the mails of one person; one of each kind.

    Returns the pages of those kinds that were not sent.
    """
    write(folder / CALL_LIST, ending.played.call_list)
    for number, mail in enumerate(ending.mails, 1):
        (folder / MAILS.format(number)).write_text(mail.html, encoding="utf-8")
    mails.write(folder / mails.FOLDER, ending.kinds)
    return mails.write_others(app, folder / mails.FOLDER, ending.kinds)
