"""One mail of each kind as a file, as it arrived: between them they show every language."""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from itertools import cycle
from pathlib import Path

from notifier.actions.inspect import templates
from notifier.app import App
from notifier.local.demo.mailbox import ArrivedMail, mails_of
from notifier.model.kinds import variants_of
from notifier.model.vocabulary import Kind, NoticeKind
from notifier.store.read.reconciliation import Reader

FOLDER = "mails"
LANGUAGES = frozenset({"ar", "de", "en", "es", "fr", "ja", "pt-BR"})
"""The languages that the made-up customers speak."""


@dataclass(frozen=True, slots=True)
class ShownMail:
    """Somebody's mail, for all who got the same in their language."""

    reader: Reader
    mail: ArrivedMail

    @property
    def headline(self) -> str:
        return self.mail.text.strip().splitlines()[0]

    def stem(self, number: int) -> str:
        return f"{number}-{self.reader.kind.replace('_', '-')}-{self.reader.locale}"


def one_of_each_kind(app: App, readers: list[Reader]) -> tuple[ShownMail, ...]:
    """In the order in which the kinds were sent first."""
    by_kind: dict[NoticeKind, list[Reader]] = {}
    for reader in readers:
        among = by_kind.setdefault(reader.kind, [])
        if not among or among[0].notice_id == reader.notice_id:
            among.append(reader)
    return arrived(app, chosen(by_kind).values())


def chosen(by_kind: dict[NoticeKind, list[Reader]]) -> dict[NoticeKind, Reader]:
    """Those with few languages choose first, each the language that was shown least."""
    used: Counter[str] = Counter()
    found: dict[NoticeKind, Reader] = {}
    for kind in sorted(by_kind, key=lambda kind: len(by_kind[kind])):
        found[kind] = min(by_kind[kind], key=lambda reader: (used[reader.locale], reader.locale))
        used[found[kind].locale] += 1
    return {kind: found[kind] for kind in by_kind}


def arrived(app: App, readers: Iterable[Reader]) -> tuple[ShownMail, ...]:
    """The mail of each reader; nothing for one of whom the sandbox has none."""
    return tuple(
        ShownMail(reader, mail)
        for reader in readers
        for mail in mails_of(app, reader.address)
        if mail.notice_id == reader.notice_id
    )


def missing(
    kinds: Iterable[NoticeKind], shown: tuple[ShownMail, ...], voices: tuple[ShownMail, ...]
) -> tuple[str, ...]:
    """Kinds of notice that were sent and of which no mail is there, and languages that nobody read."""
    problems = [
        f"no mail of the kind {kind} has arrived" for kind in {*kinds} - {s.reader.kind for s in shown}
    ]
    for which, there in (("the first notice", voices), ("the files", shown)):
        unread = LANGUAGES - {each.reader.locale for each in there}
        problems += [f"nobody reads {locale} in {which}" for locale in sorted(unread)]
    return tuple(problems)


def write(folder: Path, kinds: tuple[ShownMail, ...]) -> None:
    folder.mkdir(exist_ok=True)
    for number, each in enumerate(kinds, 1):
        stem = folder / each.stem(number)
        stem.with_suffix(".html").write_text(each.mail.html, encoding="utf-8")
        text = f"Subject: {each.mail.subject}\n\n{each.mail.text}"
        stem.with_suffix(".txt").write_text(text, encoding="utf-8")


def write_others(app: App, folder: Path, kinds: tuple[ShownMail, ...]) -> tuple[Path, ...]:
    """What the story had no need of, as a made-up customer would read it: the page of each kind that is left."""
    seen = {(each.reader.kind.value, Kind.SUSPENSION) for each in kinds}
    left = [each for each in templates.pages(app.writer.words) if each not in seen]
    written: list[Path] = []
    for (name, kind), locale in zip(left, cycle(sorted(LANGUAGES))):
        last = variants_of(NoticeKind(name))[-1:]
        wanted = templates.WantedMails((name,), (locale,), last, kinds=(kind,))
        written += templates.preview(app.settings, wanted, folder)
    return tuple(path for path in written if path.suffix == ".html")
