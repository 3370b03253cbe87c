"""Every fault of the words, before a Friday finds it: each file alone, then every mail that they can make."""

import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from difflib import get_close_matches
from functools import lru_cache
from pathlib import Path

from notifier.errors import BadInput
from notifier.model.kinds import variants_of
from notifier.model.notice_context import NoticeContext
from notifier.model.vocabulary import Kind, NoticeKind, Variant
from notifier.pipeline.compose import against_english, lint_messages, sample, shelf, tags, template
from notifier.pipeline.compose.phrases import Phrases
from notifier.pipeline.compose.reviews import NotReviewed
from notifier.pipeline.compose.shelf import FALLBACK, Shelf
from notifier.pipeline.compose.template import NoticeSource, Piece, WordsFault
from notifier.pipeline.compose.variables import NEEDED
from notifier.pipeline.compose.words import Rendered, Words


@dataclass(frozen=True, slots=True)
class Findings:
    faults: Sequence[WordsFault]
    """What makes a mail impossible or wrong."""
    warnings: Sequence[WordsFault]
    """What works, and somebody should look at."""
    words: Words
    """What was tried."""


def lint(packaged: Path, own: Path | None) -> Findings:
    """Try every file and every mail. Folders as for `Words.load`."""
    words = Words(shelf.take(packaged, own))
    return Findings(tuple(_ordered(words, lambda _, __: True)), tuple(_warnings(words.shelf)), words)


def checked(packaged: Path, own: Path | None) -> Words:
    """The words for a process: a company's own files are tried first. Raises `BadInput` with every fault."""
    words = Words.load(packaged, own)
    own_layout = words.shelf.own_layout
    faults = _ordered(words, lambda s, p: own_layout or s.own or p.own) if own else []
    if faults:
        raise BadInput(str(faults[0]), details=tuple(map(str, faults[1:])))
    return words


Wanted = Callable[[NoticeSource, Phrases], bool]


def _ordered(words: Words, wanted: Wanted) -> list[WordsFault]:
    taken = words.shelf
    sources, languages = taken.sources.values(), taken.languages.values()
    spoken = [each for each in languages if any(wanted(source, each) for source in sources)]
    every = (*taken.faults, *lint_messages.faults(taken, spoken), *_of_mails(words, wanted))
    found = {(f.name, f.line, f.sentence): f for f in every}
    return [found[key] for key in sorted(found)]


def _of_mails(words: Words, wanted: Wanted) -> Iterator[WordsFault]:
    taken = words.shelf
    yield from template.faults(taken.layout)
    if FALLBACK not in taken.languages and not taken.faults:
        yield WordsFault(f"email/{shelf.LANGUAGES}/{FALLBACK}{shelf.MESSAGES}", 1, "it is missing")
    if FALLBACK not in taken.languages:
        return
    for name, source in taken.sources.items():
        faults = list(_of_one(taken, source))
        yield from faults
        for locale, spoken in taken.languages.items():
            if not faults and not taken.missing(source, locale) and wanted(source, spoken):
                files = tuple((each.name, each.text) for each in spoken.catalogue.layers)
                yield from _of_its_mails(_Pair(words, NoticeKind(name), source, locale, taken.layout, files))
    yield from _subjects(words, wanted)


def _of_one(taken: Shelf, source: NoticeSource) -> Iterator[WordsFault]:
    known = taken.languages[FALLBACK].catalogue.entries
    for piece in source.pieces:
        yield from template.faults(piece)
        for name, line in template.says(piece):
            if name not in known:
                near = get_close_matches(name, sorted(known), n=1)
                more = f"; did you mean {near[0]!r}?" if near else ": add it"
                yield WordsFault(source.name, line, f"there is no English message {name!r}{more}")


@dataclass(frozen=True, slots=True)
class _Pair:
    """A notice in a language: all that its mails are made of. Two that say the same make the same mails."""

    words: Words = field(compare=False)
    notice: NoticeKind
    source: NoticeSource
    locale: str
    layout: Piece
    files: tuple[tuple[str, str], ...]
    """Name and text of each file of the language."""


# Whoever changes one file, and asks again, waits for its mails only.
@lru_cache(maxsize=512)
def _of_its_mails(pair: _Pair) -> tuple[WordsFault, ...]:
    """The first fault."""
    source = pair.source
    for context, variant in mails(pair.notice, source):
        try:
            rendered = pair.words.render(context, pair.locale, variant, sample.NONCE)
        except WordsFault as fault:
            return (fault.with_traceback(None),)
        except BadInput as error:
            return (WordsFault(source.name, 1, str(error).removeprefix(f"{source.name}: ")),)
        if wrong := _wrong(rendered, variant):
            line = _heading(source) if "heading" in wrong else _front(wrong)
            return (WordsFault(source.name, line, wrong),)
    return ()


def mails(notice: NoticeKind, source: NoticeSource) -> Iterator[tuple[NoticeContext, Variant]]:
    """Every kind of notice that reads otherwise, in every variant."""
    for context in sample.contexts(notice):
        for kind in tuple(Kind) if source.by_kind else (Kind.SUSPENSION,):
            for variant in variants_of(notice):
                yield replace(context, kind=kind), variant


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


def _subjects(words: Words, wanted: Wanted) -> Iterator[WordsFault]:
    """A mail program keeps a conversation together by its subject (Gmail: same subject and References)."""
    taken = words.shelf
    for locale, spoken in taken.languages.items():
        sources = [(NoticeKind(name), source) for name, source in taken.sources.items()]
        there = [(notice, source) for notice, source in sources if not taken.missing(source, locale)]
        if any(wanted(source, spoken) for _, source in there):
            for context in sample.contexts(NoticeKind.FIRST):
                yield from _differing(words, context, locale, there)


def _differing(
    words: Words, context: NoticeContext, locale: str, there: list[tuple[NoticeKind, NoticeSource]]
) -> Iterator[WordsFault]:
    first: tuple[str, str] | None = None
    for notice, source in there:
        try:
            subject = words.subject(replace(context, notice=notice), locale)
        except BadInput:
            continue  # said already
        if first is None:
            first = source.name, subject
        if subject != first[1]:
            yield WordsFault(source.name, 2, f"its subject differs from {first[0]}; all notices share one")


def _warnings(taken: Shelf) -> Iterator[WordsFault]:
    if taken.english is None:
        return
    for locale, spoken in sorted(taken.languages.items()):
        name = spoken.catalogue.layers[-1].name
        for notice, source in sorted(taken.sources.items()):
            if missing := taken.missing(source, locale):
                more = f" and {len(missing) - 1} more" if len(missing) > 1 else ""
                yield WordsFault(name, 1, f"{notice} lacks {missing[0]}{more}; people read English")
        for layer in spoken.catalogue.layers:
            yield from lint_messages.layout(layer) if layer.own else ()
        yield from against_english.warnings(spoken.catalogue, taken.english)
        if left := taken.unsigned(locale):
            signed = len(taken.reviews.get(locale, {}).keys() - set(left))
            yield NotReviewed(name, partly=signed > 0)
