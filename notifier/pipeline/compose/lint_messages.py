"""Faults of catalogues: what is said by nobody, filled in by nobody, or lost between English and a translation."""

from collections.abc import Iterable, Iterator

from notifier.pipeline.compose import against_english, ftl, hedges
from notifier.pipeline.compose.catalogue import Catalogue
from notifier.pipeline.compose.ftl import CHOICES, Layer, Wording
from notifier.pipeline.compose.phrases import NEEDED, OF_SOME, Phrases
from notifier.pipeline.compose.shelf import Shelf
from notifier.pipeline.compose.template import WordsFault
from notifier.pipeline.compose.variables import CHOSEN_FOR_ALL, FILLED, OF_ALL


def faults(taken: Shelf, languages: Iterable[Phrases] | None = None) -> Iterator[WordsFault]:
    """Of all languages, or of these."""
    if taken.english is None:
        return
    said = {name for source in taken.sources.values() for name in taken.said(source)}
    own_skeleton = any(source.own for source in taken.sources.values())
    asked = taken.languages.values() if languages is None else languages
    for spoken in (phrases.catalogue for phrases in asked):
        packaged = {layer.name for layer in spoken.layers if not layer.own}
        needed = spoken.needs(said)
        for entry in spoken.entries.values():
            if entry.name not in {*needed, hedges.NAME} and not (own_skeleton and entry.file in packaged):
                yield _fault(entry, f"no mail says {entry.name}: is it the name of another message?")
            yield from _of_variables(spoken, entry)
        yield from against_english.faults(spoken, taken.english)
        for layer in spoken.layers:
            if not layer.own:
                yield from layout(layer)
        yield from _missing(spoken)
        yield from _dropped(spoken)


def _of_variables(spoken: Catalogue, entry: Wording) -> Iterator[WordsFault]:
    name = entry.name
    if name in {*NEEDED, hedges.NAME} or None in spoken.needs([name]).values():
        return  # `phrases.faults` and `_missing` see to it
    parts = [part for part in spoken.needs([name]).values() if part]
    for_all = name in OF_SOME
    if odd := {each for part in parts for each in part.filled} - (OF_ALL if for_all else FILLED):
        yield _fault(entry, f"{name} shows ${min(odd)}, which no mail fills in{' there' if for_all else ''}")
    elif odd := {each for part in parts for each in part.chosen} - (
        CHOSEN_FOR_ALL if for_all else CHOICES.keys()
    ):
        yield _fault(entry, f"{name} chooses by ${min(odd)}, which is not known where it is said")


def _missing(spoken: Catalogue) -> Iterator[WordsFault]:
    for entry in spoken.entries.values():
        for name in entry.asks:
            if name not in spoken:
                yield _fault(entry, f"{entry.name} asks for {{ {name} }}, and there is no such message")


def layout(layer: Layer) -> Iterator[WordsFault]:
    """Translators' tools write the file anew: in one layout, they change what was changed."""
    wanted = ftl.canonical(layer.text)
    if wanted != layer.text:
        pairs = zip(layer.text.split("\n"), wanted.split("\n"), strict=False)
        line = next((n for n, (a, b) in enumerate(pairs, 1) if a != b), layer.text.count("\n") + 1)
        yield WordsFault(layer.name, line, "it is not laid out as Fluent's own serializer does it")


def _dropped(spoken: Catalogue) -> Iterator[WordsFault]:
    """What a company's message no longer has, because it takes the place of the packaged one as a whole."""
    below: dict[str, Wording] = {}
    for layer in spoken.layers:
        for name, entry in below.items():
            if entry.message in layer.messages and name not in spoken.entries:
                line = next((e.line for e in layer.entries.values() if e.message == entry.message), 1)
                sentence = (
                    f"{entry.message} takes the place of the packaged message as a whole: add {name} to it"
                )
                yield WordsFault(layer.name, line, sentence)
        below |= layer.entries


def _fault(entry: Wording, sentence: str) -> WordsFault:
    return WordsFault(entry.file, entry.line, sentence)
