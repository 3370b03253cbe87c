"""The messages of one language; the many silences of Fluent are faults here, with file and line.

Fluent drops a message that it cannot read, takes the first of two, fills a hole with its name, and takes the
default where no variant fits. None of that may happen to a mail.
"""

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import cast

from babel import Locale, UnknownLocaleError
from fluent.runtime import FluentBundle

from notifier.pipeline.compose.ftl import CHOICES, Layer, Wording
from notifier.pipeline.compose.template import WordsFault

OPEN, CLOSE = "\ue002", "\ue003"
"""Around the name of what is filled in: Fluent never sees the values, so they may be of any length."""
_FIELD = re.compile(f"{OPEN}(\\w+){CLOSE}")

Chosen = Mapping[str, str | int]


@dataclass(frozen=True)
class Catalogue:
    """The packaged messages of a language under a company's own, message by message."""

    locale: str
    babel: Locale
    layers: Sequence[Layer]
    entries: Mapping[str, Wording]
    messages: Mapping[str, str]
    _said: dict[tuple[str, tuple[str | int, ...]], str] = field(default_factory=dict, compare=False)
    _patterns: dict[str, str] = field(default_factory=dict, compare=False)

    @property
    def own(self) -> bool:
        """The company has messages of its own in this language."""
        return any(layer.own for layer in self.layers)

    @cached_property
    def _bundle(self) -> FluentBundle:
        bundle = FluentBundle([self.locale], use_isolating=False)  # values come isolated where needed
        for layer in self.layers:  # all before the first lookup: a bundle keeps what it has resolved
            bundle.add_resource(layer.tree, allow_overrides=True)
        return bundle

    def __contains__(self, name: str) -> bool:
        return name in self.entries

    def needs(self, names: Iterable[str]) -> dict[str, Wording | None]:
        """Every message that these say, with those that stand in them; None: it is missing."""
        found: dict[str, Wording | None] = {}
        waiting = list(names)
        while waiting:
            name = waiting.pop()
            if name not in found:
                found[name] = entry = self.entries.get(name)
                waiting += entry.asks if entry else ()
        return found

    def say(self, name: str, chosen: Chosen, filled: Mapping[str, str]) -> str:
        """Raises `WordsFault` for whatever is missing: the message, what it shows, what it chooses by."""
        text = self._text(name, chosen)

        def value(match: re.Match[str]) -> str:
            if match[1] not in filled:
                raise self._fault(name, f"{name} shows ${match[1]}, which is not known here")
            return filled[match[1]]

        return _FIELD.sub(value, text)

    def pattern(self, name: str, chosen: Chosen | None = None) -> str:
        """`Hello {name},`: with the names of what is filled in, for where it is filled in often."""
        if chosen:
            return _named(self._text(name, chosen))
        found = self._patterns.get(name)
        if found is None:
            found = self._patterns[name] = _named(self._text(name, {}))
        return found

    def choices(self, name: str) -> dict[str, frozenset[str]]:
        """Everything that a message chooses by, with those that stand in it."""
        found: dict[str, frozenset[str]] = {}
        for entry in filter(None, self.needs([name]).values()):
            for variable, values in entry.chosen.items():
                found[variable] = found.get(variable, frozenset()) | values
        return found

    def _text(self, name: str, chosen: Chosen) -> str:
        names = self._choosing.get(name)
        if names is None:
            names = self._choosing[name] = tuple(sorted(self._chosen_by(name)))
        try:
            key = (name, tuple(chosen[each] for each in names))
        except KeyError as error:
            raise self._fault(name, f"{name} chooses by ${error.args[0]}, which is not known here") from None
        if key not in self._said:
            self._said[key] = self._formatted(name, dict(zip(names, key[1], strict=True)))
        return self._said[key]

    @cached_property
    def _choosing(self) -> dict[str, tuple[str, ...]]:
        return {}

    def _chosen_by(self, name: str) -> set[str]:
        needed = self.needs([name])
        if missing := sorted(each for each, entry in needed.items() if entry is None):
            raise self._fault(name, f"there is no message {missing[0]}: add it")
        for each, entry in needed.items():  # Fluent itself goes round for ever
            if entry and each in self.needs(entry.asks):
                raise self._fault(name, f"{each} stands in itself")
        return {each for entry in needed.values() if entry for each in entry.chosen}

    def _formatted(self, name: str, chosen: dict[str, str | int]) -> str:
        for variable, value in chosen.items():
            if value not in CHOICES.get(variable, (value,)):
                raise self._fault(name, f"${variable} is never {value!r}")
        shown = {each for entry in self.needs([name]).values() if entry for each in entry.filled}
        arguments: dict[str, str | int] = {each: f"{OPEN}{each}{CLOSE}" for each in shown}
        key, _, attribute = name.partition(".")
        message = self._bundle.get_message(key)
        pattern = message.attributes[attribute] if attribute else message.value
        if pattern is None:
            raise self._fault(name, f"the message {name} has no text of its own")
        text, errors = self._bundle.format_pattern(pattern, arguments | chosen)
        if errors:
            raise self._fault(name, f"{name} cannot be said: {errors[0]}")
        return cast("str", text)

    def _fault(self, name: str, sentence: str) -> WordsFault:
        entry = self.entries.get(name) or self.entries.get(name.partition(".")[0])
        at = (entry.file, entry.line) if entry else (self.layers[-1].name, 1)
        return WordsFault(*at, sentence)


def _named(text: str) -> str:
    return _FIELD.sub(r"{\1}", text)


def load(locale: str, layers: Sequence[Layer]) -> Catalogue:
    """Raises `WordsFault` where the name of the file is no language."""
    babel = language(locale)
    if babel is None:
        raise WordsFault(
            layers[-1].name, 1, f"{locale!r} is not a language; name the file like 'de' or 'pt-BR'"
        )
    messages = {name: text for layer in layers for name, text in layer.messages.items()}
    entries: dict[str, Wording] = {}
    for layer in layers:  # an override takes the place of the whole message, with its attributes
        entries = {name: entry for name, entry in entries.items() if entry.message not in layer.messages}
        entries |= layer.entries
    return Catalogue(locale, babel, tuple(layers), entries, messages)


def language(locale: str) -> Locale | None:
    """As CLDR has it; None: it is none."""
    try:
        return Locale.parse(locale, sep="-")
    except (UnknownLocaleError, ValueError):
        return None
