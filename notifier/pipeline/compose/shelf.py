"""Which words there are: the packaged files, under a company's own, which win one by one."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Final, TypeVar

from notifier.model.kinds import KINDS
from notifier.model.vocabulary import Kind, NoticeKind
from notifier.pipeline.compose import phrases, template
from notifier.pipeline.compose.phrases import Phrases
from notifier.pipeline.compose.template import NoticeSource, Piece, WordsFault
from notifier.pipeline.compose.variables import LAYOUT_VARIABLES, VARIABLES

FAULT: Final = "outage_"
FAULTS: Mapping[Kind, str] = {Kind.OUTAGE: FAULT, Kind.DEGRADATION: FAULT, Kind.MAINTENANCE: FAULT}
"""What breaks is told in words of its own where there are some: shorter, and nobody was cut off on purpose."""

EMAIL: Final = "email"
LAYOUT: Final = "layout.html.j2"
PHRASES: Final = "phrases"
FALLBACK: Final = "en"

NAMES: Final = tuple(prefix + notice.value for prefix in ("", FAULT) for notice in NoticeKind)
"""The folders that a notice's words can stand in, such as `first` and `outage_first`."""

Key = tuple[str, str]
"""Folder and locale."""
_T = TypeVar("_T")


@dataclass(frozen=True, slots=True)
class Shelf:
    sources: Mapping[Key, NoticeSource]
    languages: Mapping[str, Phrases]
    layout: Piece
    own_layout: bool
    faults: tuple[WordsFault, ...]
    """Files that cannot be read at all."""

    def find(self, notice: NoticeKind, kind: Kind, locale: str) -> NoticeSource | None:
        found = (self.sources.get((folder, locale)) for folder in folders(notice, kind))
        return next((source for source in found if source), None)


def folders(notice: NoticeKind, kind: Kind) -> Iterator[str]:
    """Where words for a notice are looked for, the nearest first."""
    for each in [notice, *filter(None, [KINDS[notice].instead])]:
        if kind in FAULTS:
            yield FAULTS[kind] + each.value
        yield each.value


def take(packaged: Path, own: Path | None) -> Shelf:
    """Read every file's front matter and phrases; keeps all faults.

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
        locale: tried(lambda locale=locale, layers=layers: phrases.load(locale, layers))
        for locale, layers in _languages(packaged, own).items()
    }
    layout, name = _top(packaged, own, LAYOUT)
    text = tried(lambda: template.read(layout, name))
    faults += _strays(own)
    return Shelf(
        sources={key: source for key, source in sources.items() if source},
        languages={locale: spoken for locale, spoken in languages.items() if spoken},
        layout=Piece(name, text or "", LAYOUT_VARIABLES, autoescape=True),
        own_layout=own is not None and layout.is_relative_to(own),
        faults=tuple(faults),
    )


def _source(path: Path, name: str, own: bool) -> NoticeSource:
    return template.load(path, name, VARIABLES, own=own)


def _layers(packaged: Path, own: Path | None) -> Iterator[tuple[Path, bool]]:
    yield packaged, False
    if own is not None:
        yield own / EMAIL, True


def _sources(packaged: Path, own: Path | None) -> dict[Key, tuple[Path, str, bool]]:
    return {
        (folder, path.name.removesuffix(template.SUFFIX)): (path, _name(path, is_own=is_own), is_own)
        for layer, is_own in _layers(packaged, own)
        for folder in NAMES
        for path in sorted((layer / folder).glob(f"*{template.SUFFIX}"))
    }


def _languages(packaged: Path, own: Path | None) -> dict[str, list[tuple[Path, str]]]:
    """Locale -> its files, the company's own last: it may hold a few phrases only."""
    found: dict[str, list[tuple[Path, str]]] = {}
    for layer, is_own in _layers(packaged, own):
        for path in sorted((layer / PHRASES).glob("*.toml")):
            found.setdefault(path.stem, []).append((path, _name(path, is_own=is_own)))
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
    read |= {path for files in _languages(own / EMAIL, None).values() for path, _ in files}
    read.add(own / EMAIL / LAYOUT)
    for path in sorted(each for each in own.rglob("*") if each.is_file()):
        hidden = any(part.startswith(".") for part in path.relative_to(own).parts)
        if path not in read and not hidden:
            yield WordsFault(str(path), 1, f"no mail reads it: {_where(path)}")


def _where(path: Path) -> str:
    places = (
        f"{EMAIL}/<notice>/<locale>{template.SUFFIX}, {EMAIL}/{PHRASES}/<locale>.toml or {EMAIL}/{LAYOUT}"
    )
    if path.name.endswith(template.SUFFIX) and path.parent.name not in NAMES:
        return f"there is no notice {path.parent.name!r}; the places are {places}"
    return f"the places are {places}"
