"""Faults of catalogues: what is said by nobody, filled in by nobody, or lost between English and a translation."""

from collections.abc import Iterator

from notifier.pipeline.compose import catalogue
from notifier.pipeline.compose.catalogue import Catalogue, Entry, Layer
from notifier.pipeline.compose.phrases import NEEDED
from notifier.pipeline.compose.shelf import Shelf
from notifier.pipeline.compose.template import WordsFault
from notifier.pipeline.compose.variables import VARIABLES


def faults(taken: Shelf) -> Iterator[WordsFault]:
    if taken.english is None:
        return
    said = {name for source in taken.sources.values() for name in taken.said(source)}
    own_skeleton = any(source.own for source in taken.sources.values())
    for spoken in (phrases.catalogue for phrases in taken.languages.values()):
        packaged = {layer.name for layer in spoken.layers if layer.name.startswith("email/")}
        needed = spoken.needs(said)
        for entry in spoken.entries.values():
            if entry.name not in needed and not (own_skeleton and entry.file in packaged):
                yield _fault(entry, f"no mail says {entry.name}: is it the name of another message?")
            yield from _of_variables(spoken, entry, taken.english)
        for layer in spoken.layers:
            if layer.name in packaged:
                yield from _layout(layer)
        yield from _dropped(spoken)


def _of_variables(spoken: Catalogue, entry: Entry, english: Layer) -> Iterator[WordsFault]:
    if entry.name in NEEDED:
        return  # `phrases.faults` has seen to it
    shown = _shown(spoken, entry)
    meant = english.entries.get(entry.name)
    if odd := sorted(shown - VARIABLES):
        yield _fault(entry, f"{entry.name} shows ${odd[0]}, which no mail fills in")
    if meant is None:
        return
    wanted = frozenset[str]().union(meant.filled, *(_of_english(english, name) for name in meant.asks))
    for lost in sorted(wanted - shown - entry.declined):
        sentence = f"{entry.name} leaves out ${lost}: add it, or write '# without ${lost}' above the message"
        yield _fault(entry, sentence)


def _shown(spoken: Catalogue, entry: Entry) -> frozenset[str]:
    needed = spoken.needs([entry.name]).values()
    return frozenset(each for part in needed if part for each in part.filled)


def _of_english(english: Layer, name: str) -> frozenset[str]:
    entry = english.entries.get(name)
    return frozenset[str]().union(entry.filled, *(_of_english(english, each) for each in entry.asks)) if entry else frozenset()


def _layout(layer: Layer) -> Iterator[WordsFault]:
    """Translators' tools write the file anew: in one layout, a change of one message is a change of one message."""
    wanted = catalogue.canonical(layer.text)
    if wanted != layer.text:
        pairs = zip(layer.text.split("\n"), wanted.split("\n"), strict=False)
        line = next((n for n, (a, b) in enumerate(pairs, 1) if a != b), layer.text.count("\n") + 1)
        yield WordsFault(layer.name, line, "it is not laid out as Fluent's own serializer does it")


def _dropped(spoken: Catalogue) -> Iterator[WordsFault]:
    """What a company's message no longer has, because it takes the place of the packaged one as a whole."""
    below: dict[str, Entry] = {}
    for layer in spoken.layers:
        for name, entry in below.items():
            if entry.message in layer.messages and name not in spoken.entries:
                line = next((e.line for e in layer.entries.values() if e.message == entry.message), 1)
                sentence = f"{entry.message} takes the place of the packaged message as a whole: add {name} to it"
                yield WordsFault(layer.name, line, sentence)
        below |= layer.entries


def _fault(entry: Entry, sentence: str) -> WordsFault:
    return WordsFault(entry.file, entry.line, sentence)
