"""Which words there are: the packaged files, under a company's own."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from pathlib import Path
from typing import Final, TypeVar

from notifier.model.kinds import KINDS
from notifier.model.vocabulary import Kind, NoticeKind
from notifier.pipeline.compose import catalogue, ftl, phrases, reviews, template
from notifier.pipeline.compose.catalogue import Catalogue
from notifier.pipeline.compose.phrases import Phrases
from notifier.pipeline.compose.reviews import Reviews
from notifier.pipeline.compose.template import NoticeSource, Piece, WordsFault
from notifier.pipeline.compose.variables import LAYOUT_VARIABLES, VARIABLES

EMAIL: Final = "email"
LAYOUT: Final = "layout.html.j2"
NOTICES: Final = "notices"
LANGUAGES: Final = "languages"
REVIEWS: Final = "reviews"
MESSAGES: Final = ".ftl"
FALLBACK: Final = "en"

NAMES: Final = tuple(notice.value for notice in NoticeKind)
PLACES: Final = (
    f"{EMAIL}/{LANGUAGES}/<locale>{MESSAGES} for words, {EMAIL}/{NOTICES}/<notice>{template.SUFFIX} for what is"
    f" said in which order, {EMAIL}/{LAYOUT} for the page"
)

_T = TypeVar("_T")


@dataclass(frozen=True)
class Shelf:
    sources: Mapping[str, NoticeSource]
    """By the name of the notice."""
    languages: Mapping[str, Phrases]
    english: Catalogue | None
    """The packaged English: what every other message is compared with."""
    reviews: Mapping[str, Reviews]
    layout: Piece
    own_layout: bool
    faults: tuple[WordsFault, ...]
    """Files that cannot be used at all."""
    _said: dict[tuple[str, bool | None], frozenset[str]] = field(
        default_factory=dict[tuple[str, bool | None], frozenset[str]], compare=False
    )

    def find(self, notice: NoticeKind) -> NoticeSource | None:
        found = (self.sources.get(each.value) for each in (notice, KINDS[notice].instead) if each)
        return next((source for source in found if source), None)

    def said(self, source: NoticeSource, kind: Kind | None = None) -> frozenset[str]:
        """Every message that a notice (of this kind) can say, and what any mail needs."""
        broken = None if kind is None else kind is not Kind.SUSPENSION
        if (source.name, broken) not in self._said:
            names = {name for piece in source.pieces for name, _ in template.says(piece, broken=broken)}
            self._said[source.name, broken] = frozenset(names) | phrases.OF_SOME | phrases.NEEDED.keys()
        return self._said[source.name, broken]

    def unsigned(self, locale: str) -> list[str]:
        """Messages that some mail says, and that nobody stands for as they are now."""
        spoken, english = (self.languages[each].catalogue for each in (locale, FALLBACK))
        said = {name for source in self.sources.values() for name in self.said(source) if name in spoken}
        return reviews.unsigned(self.reviews.get(locale, {}), spoken, english, said)

    def missing(self, source: NoticeSource, locale: str) -> list[str]:
        """Messages of a notice that a language lacks."""
        needed = self.languages[locale].catalogue.needs(self.said(source) - phrases.OF_SOME)
        return sorted(name for name, entry in needed.items() if entry is None)


def take(packaged: Path, own: Path | None) -> Shelf:
    """Read every skeleton and catalogue; keeps all faults.

    `packaged` is a folder like `templates/email`; `own` one like `templates`, where other things may join it.
    """
    faults: list[WordsFault] = []

    def tried(read: Callable[[], _T]) -> _T | None:
        try:
            return read()
        except WordsFault as fault:
            faults.append(fault)
            return None

    sources = {key: tried(lambda at=at: _source(*at)) for key, at in _sources(packaged, own).items()}
    languages = {
        locale: tried(lambda locale=locale, files=files: _language(locale, files, faults))
        for locale, files in _files(packaged, own, LANGUAGES, MESSAGES).items()
    }
    signed = {
        locale: tried(lambda files=files: reviews.load([(path, name) for path, name, _ in files]))
        for locale, files in _files(packaged, own, REVIEWS, ".toml").items()
    }
    layout, name = _top(packaged, own, LAYOUT)
    text = tried(lambda: template.read(layout, name))
    faults += _strays(own)
    english = languages.get(FALLBACK)
    return Shelf(
        sources={key: source for key, source in sources.items() if source},
        languages={locale: spoken for locale, spoken in languages.items() if spoken},
        english=catalogue.load(FALLBACK, english.catalogue.layers[:1]) if english else None,
        reviews={locale: found for locale, found in signed.items() if found},
        layout=Piece(name, text or "", LAYOUT_VARIABLES, autoescape=True),
        own_layout=own is not None and layout.is_relative_to(own),
        faults=tuple(faults),
    )


def _source(path: Path, name: str, own: bool) -> NoticeSource:
    return template.load(path, name, VARIABLES, own=own)


def _language(locale: str, files: list[tuple[Path, str, bool]], faults: list[WordsFault]) -> Phrases | None:
    """None, and the faults noted, where messages cannot be read or what any mail needs is not there."""
    texts = tuple((template.read(path, name), name, is_own) for path, name, is_own in files)
    spoken, found = _spoken(locale, texts)
    faults += found
    return spoken


# A process that loads words again, as doctor does and every test that makes some, finds most of them as they were.
@lru_cache(maxsize=32)
def _spoken(
    locale: str, texts: tuple[tuple[str, str, bool], ...]
) -> tuple[Phrases | None, tuple[WordsFault, ...]]:
    layers = [ftl.layer(*each) for each in texts]
    spoken = catalogue.load(locale, layers)
    found = [fault for layer in layers for fault in layer.faults] or list(phrases.faults(spoken))
    return (None if found else phrases.load(spoken)), tuple(found)


def _layers(packaged: Path, own: Path | None) -> Iterator[tuple[Path, bool]]:
    yield packaged, False
    if own is not None:
        yield own / EMAIL, True


def _sources(packaged: Path, own: Path | None) -> dict[str, tuple[Path, str, bool]]:
    return {
        name: (path, _name(path, is_own=is_own), is_own)
        for layer, is_own in _layers(packaged, own)
        for name in NAMES
        if (path := layer / NOTICES / f"{name}{template.SUFFIX}").is_file()
    }


def _files(
    packaged: Path, own: Path | None, folder: str, suffix: str
) -> dict[str, list[tuple[Path, str, bool]]]:
    """Locale -> its files, the company's own last: it may hold a few messages only."""
    found: dict[str, list[tuple[Path, str, bool]]] = {}
    for layer, is_own in _layers(packaged, own):
        for path in sorted((layer / folder).glob(f"*{suffix}")):
            found.setdefault(path.stem, []).append((path, _name(path, is_own=is_own), is_own))
    return found


def _name(path: Path, *, is_own: bool) -> str:
    return str(path) if is_own else "/".join((EMAIL, *path.parts[-2:]))


def _top(packaged: Path, own: Path | None, name: str) -> tuple[Path, str]:
    if own is not None and (own / EMAIL / name).is_file():
        return own / EMAIL / name, str(own / EMAIL / name)
    return packaged / name, f"{EMAIL}/{name}"


def _strays(own: Path | None) -> Iterator[WordsFault]:
    """A file that nobody reads is a typing error: its words would silently not be used."""
    if own is None:
        return
    if not own.is_dir():
        yield WordsFault(str(own), 1, "there is no such folder: make it, or take NOTIFIER_TEMPLATES away")
    read = {path for path, _, _ in _sources(own / EMAIL, None).values()}
    for folder, suffix in ((LANGUAGES, MESSAGES), (REVIEWS, ".toml")):
        read |= {path for files in _files(own / EMAIL, None, folder, suffix).values() for path, _, _ in files}
    read.add(own / EMAIL / LAYOUT)
    every = sorted(each for each in own.rglob("*") if each.is_file() and each not in read)
    strays = [each for each in every if not any(part.startswith(".") for part in each.relative_to(own).parts)]
    if old := [path for path in strays if _is_old(path.relative_to(own))]:
        sentence = f"words stand elsewhere since this file was written: {PLACES}"
        yield WordsFault(str(old[0]), 1, sentence)
    for path in strays:
        if path not in old:
            yield WordsFault(str(path), 1, f"no mail reads it: {_where(path)}")


def _is_old(path: Path) -> bool:
    """`email/first/de.md.j2`, `email/phrases/de.toml`: as it was, a file for each notice and language."""
    folder = path.parent.name.removeprefix("outage_")
    return path.parts[:-2] == (EMAIL,) and (
        (folder in NAMES and path.name.endswith(template.SUFFIX))
        or (folder, path.suffix) == ("phrases", ".toml")
    )


def _where(path: Path) -> str:
    if path.name.endswith(template.SUFFIX) and path.name.removesuffix(template.SUFFIX) not in NAMES:
        return f"there is no notice {path.name.removesuffix(template.SUFFIX)!r}; the places are {PLACES}"
    return f"the places are {PLACES}"
