"""Every fault of the words, before a Friday finds it: each file alone, then every mail that they can make."""

import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from notifier.errors import BadInput
from notifier.model.kinds import variants_of
from notifier.model.notice_context import NoticeContext
from notifier.model.vocabulary import Kind, NoticeKind, Variant
from notifier.pipeline.compose import sample, shelf, tags, template
from notifier.pipeline.compose.shelf import FALLBACK, FAULT, FAULTS, Key, Shelf
from notifier.pipeline.compose.template import NoticeSource, NotReviewed, WordsFault
from notifier.pipeline.compose.variables import NEEDED
from notifier.pipeline.compose.words import Rendered, Words


@dataclass(frozen=True, slots=True)
class Findings:
    faults: Sequence[WordsFault]
    """What makes a mail impossible or wrong."""
    warnings: Sequence[WordsFault]
    """What works, and somebody should look at."""


def lint(packaged: Path, own: Path | None) -> Findings:
    """Try every file and every mail. Folders as for `Words.load`."""
    taken = shelf.take(packaged, own)
    return Findings(tuple(_ordered(taken, lambda _: True)), tuple(_warnings(taken)))


def checked(packaged: Path, own: Path | None) -> Words:
    """The words for a process: a company's own files are tried first. Raises `BadInput` with every fault."""
    words = Words.load(packaged, own)
    taken = words.shelf
    faults = _ordered(taken, lambda source: _is_theirs(taken, source)) if own else []
    if faults:
        raise BadInput(str(faults[0]), details=tuple(map(str, faults[1:])))
    return words


def _is_theirs(taken: Shelf, source: NoticeSource) -> bool:
    spoken = taken.languages.get(source.locale)
    return source.own or taken.own_layout or (spoken is not None and spoken.own)


def _ordered(taken: Shelf, wanted: Callable[[NoticeSource], bool]) -> list[WordsFault]:
    found = {(f.name, f.line, f.sentence): f for f in (*taken.faults, *_of_mails(taken, wanted))}
    return [found[key] for key in sorted(found)]


def _of_mails(taken: Shelf, wanted: Callable[[NoticeSource], bool]) -> Iterator[WordsFault]:
    words = Words(taken)
    yield from template.faults(taken.layout)
    for key, source in taken.sources.items():
        if not wanted(source):
            continue
        faults = list(_of_one(taken, key, source))
        yield from faults
        if not faults and source.locale in taken.languages:
            yield from _of_its_mails(words, key, source)
    yield from _subjects(words, wanted)


def _of_one(taken: Shelf, key: Key, source: NoticeSource) -> Iterator[WordsFault]:
    folder, locale = key
    unread = any(fault.name.endswith(f"{shelf.PHRASES}/{locale}.toml") for fault in taken.faults)
    if locale not in taken.languages and not unread:
        yield WordsFault(source.name, 1, f"there are no phrases: add email/phrases/{locale}.toml")
    if (folder, FALLBACK) not in taken.sources:
        yield WordsFault(
            source.name, 1, f"there is no English beside it: add email/{folder}/{FALLBACK}.md.j2"
        )
    for part in (source.subject, source.preheader, source.body):
        yield from template.faults(part)


def _of_its_mails(words: Words, key: Key, source: NoticeSource) -> Iterator[WordsFault]:
    for context, variant in mails(key[0]):
        try:
            rendered = words.render(context, source.locale, variant, sample.NONCE)
        except WordsFault as fault:
            yield fault
            return
        except BadInput as error:
            yield WordsFault(source.name, 1, str(error).removeprefix(f"{source.name}: "))
            return
        if wrong := _wrong(rendered, variant):
            yield WordsFault(source.name, _heading(source) if "heading" in wrong else _front(wrong), wrong)
            return


def mails(folder: str) -> Iterator[tuple[NoticeContext, Variant]]:
    """Every kind of notice that words of this folder are used for, in every variant."""
    notice = NoticeKind(folder.removeprefix(FAULT))
    kinds = tuple(FAULTS) if folder.startswith(FAULT) else (Kind.SUSPENSION,)
    for context in sample.contexts(notice):
        for kind in kinds:
            for variant in variants_of(notice):
                yield replace(context, notice=notice, kind=kind), variant


def _wrong(rendered: Rendered, variant: Variant) -> str | None:
    if missing := sorted(NEEDED[variant] - {logical[:-1] for logical in rendered.tags}):
        return f"it never shows {{{{ {missing[0]} }}}} to those who are {variant.value}: add it"
    if any(name in rendered.subject for name in (sample.NONCE, "\n")):
        return "the subject is the same for everybody; take the placeholder out"
    if rendered.html.count("<h1") != 1:
        return "it needs exactly one heading of the first level ('# ...')"
    if left := re.search(rf"n{sample.NONCE}(?!(?:{'|'.join(tags.LOGICAL)})(?![A-Za-z0-9]))", rendered.html):
        return f"a placeholder is broken near {rendered.html[left.start() :][:40]!r}"
    return None


def _front(wrong: str) -> int:
    return 2 if "subject" in wrong else 1


def _heading(source: NoticeSource) -> int:
    lines = source.body.text.split("\n")
    return next((n for n, line in enumerate(lines, 1) if line.startswith("# ")), 1)


def _subjects(words: Words, wanted: Callable[[NoticeSource], bool]) -> Iterator[WordsFault]:
    """A mail program keeps a conversation together by its subject (Gmail: same subject and References)."""
    sources = words.shelf.sources
    for locale in sorted({locale for _, locale in sources} & set(words.shelf.languages)):
        of_locale = [(folder, s) for (folder, tag), s in sources.items() if tag == locale]
        if not any(wanted(source) for _, source in of_locale):
            continue
        for context in sample.contexts(NoticeKind.FIRST):
            yield from _differing(words, context, of_locale)


def _differing(
    words: Words, context: NoticeContext, of_locale: list[tuple[str, NoticeSource]]
) -> Iterator[WordsFault]:
    first: tuple[str, str] | None = None
    for _, source in of_locale:
        try:
            subject = words.subject(context, source)
        except BadInput:
            continue  # said already
        if first is None:
            first = source.name, subject
        if subject != first[1]:
            yield WordsFault(source.name, 2, f"its subject differs from {first[0]}; all notices share one")


def _warnings(taken: Shelf) -> Iterator[WordsFault]:
    english = {folder for folder, locale in taken.sources if locale == FALLBACK}
    for locale, spoken in sorted(taken.languages.items()):
        missing = sorted(english - {folder for folder, tag in taken.sources if tag == locale})
        for folder in missing:
            instead = "the words for what is cut off" if folder.startswith(FAULT) else "English"
            yield WordsFault(
                f"email/{folder}/{locale}{template.SUFFIX}", 1, f"it is missing; people read {instead}"
            )
        if not spoken.reviewed:
            yield NotReviewed(f"email/phrases/{locale}.toml")
    for _, source in sorted(taken.sources.items()):
        if not source.reviewed:
            yield NotReviewed(source.name)
