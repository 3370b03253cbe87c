"""The messages of one language, in Fluent; its many silences are faults here, with file and line.

Fluent drops a message that it cannot read, takes the first of two, fills a hole with its name, and takes the
default where no variant fits. None of that may happen to a mail.
"""

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import Final, cast

from babel import Locale, UnknownLocaleError
from fluent.runtime import FluentBundle, FluentResource
from fluent.syntax import FluentParser, ast, visitor
from fluent.syntax.serializer import FluentSerializer

from notifier.model.vocabulary import Kind
from notifier.pipeline.compose import template
from notifier.pipeline.compose.template import WordsFault

CHOICES: Final[Mapping[str, tuple[str, ...]]] = {
    "certainty": ("affected", "possibly", "both"),
    "time": ("now", "future"),
    "kind": tuple(kind.value for kind in Kind),
    "contact": ("none", "phone", "reply", "reply-phone"),
    "rest": ("none", "out", "maybe", "both"),
}
"""What messages choose by, beside a number `$n` and the abbreviation of a `$zone`."""

NUMBER, ZONE = "n", "zone"
OPEN, CLOSE = "\ue000", "\ue001"
"""Around the name of what is filled in: Fluent never sees the values, so they may be of any length."""
_FIELD = re.compile(f"{OPEN}(\\w+){CLOSE}")

Chosen = Mapping[str, str | int]


@dataclass(frozen=True, slots=True)
class Entry:
    """A message, or one attribute of it."""

    name: str
    """`next`, or `next.open`."""
    file: str
    line: int
    filled: frozenset[str]
    """Variables that are shown."""
    chosen: Mapping[str, frozenset[str]]
    """Variables that choose, with the values that are named."""
    asks: tuple[str, ...]
    """Messages that stand in it."""
    declined: frozenset[str]
    """Variables that it leaves out on purpose: `# without $n` above it."""

    @property
    def message(self) -> str:
        return self.name.partition(".")[0]


@dataclass(frozen=True, slots=True)
class Layer:
    """One file."""

    name: str
    text: str
    entries: Mapping[str, Entry]
    messages: Mapping[str, str]
    """Name -> the message as it stands, without its comment: what a review signs."""
    faults: tuple[WordsFault, ...]


@dataclass(frozen=True)
class Catalogue:
    """The packaged messages of a language under a company's own, message by message."""

    locale: str
    babel: Locale
    layers: Sequence[Layer]
    own: bool
    """The company has messages of its own in this language."""
    entries: Mapping[str, Entry]
    messages: Mapping[str, str]
    _said: dict[tuple[str, tuple[str | int, ...]], str] = field(default_factory=dict, compare=False)

    @cached_property
    def _bundle(self) -> FluentBundle:
        bundle = FluentBundle([self.locale], use_isolating=False)  # values come isolated where needed
        for layer in self.layers:  # all before the first lookup: a bundle keeps what it has resolved
            bundle.add_resource(FluentResource(layer.text), allow_overrides=True)
        return bundle

    def __contains__(self, name: str) -> bool:
        return name in self.entries

    def needs(self, names: Iterable[str]) -> dict[str, Entry | None]:
        """Every message that these say, with those that stand in them; None: it is missing."""
        found: dict[str, Entry | None] = {}
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

    def pattern(self, name: str) -> str:
        """`Hello {name},`: with the names of what is filled in, for where it is filled in often."""
        return _FIELD.sub(r"{\1}", self._text(name, {}))

    def shown(self, name: str, chosen: Chosen) -> frozenset[str]:
        """What a message fills in where this is chosen."""
        return frozenset(_FIELD.findall(self._text(name, chosen)))

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


def load(locale: str, layers: Sequence[Layer], *, own: bool) -> Catalogue:
    """Raises `WordsFault` where the name of the file is no language."""
    babel = _language(locale, layers[-1].name)
    messages = {name: text for layer in layers for name, text in layer.messages.items()}
    entries: dict[str, Entry] = {}
    for layer in layers:  # an override takes the place of the whole message, with its attributes
        entries = {name: entry for name, entry in entries.items() if entry.message not in layer.messages}
        entries |= layer.entries
    return Catalogue(locale, babel, tuple(layers), own, entries, messages)


def read(path: Path, name: str) -> Layer:
    """Every message of a file, and every fault of it that shows without knowing the others."""
    text = template.read(path, name)
    entries: dict[str, Entry] = {}
    messages: dict[str, str] = {}
    faults: list[WordsFault] = []
    for each in FluentParser().parse(text).body:
        line = _line(text, each)
        if isinstance(each, ast.Junk):
            said = each.annotations[0].message if each.annotations else "it cannot be read"
            faults.append(WordsFault(name, line, f"this is no message: {said}"))
        elif isinstance(each, ast.Term):
            faults.append(WordsFault(name, line, f"write -{each.id.name} as a message, without the hyphen"))
        elif isinstance(each, ast.Message):
            if each.id.name in messages:
                faults.append(WordsFault(name, line, f"the message {each.id.name} stands here twice"))
                continue
            messages[each.id.name] = _serialized(each)
            for entry, wrong in _entries(each, name, text):
                entries[entry.name] = entry
                faults += (WordsFault(name, entry.line, f"{entry.name}: {sentence}") for sentence in wrong)
    return Layer(name, text, entries, messages, tuple(faults))


def _entries(message: ast.Message, file: str, text: str) -> Iterator[tuple[Entry, list[str]]]:
    comment = message.comment.content or "" if message.comment else ""
    declined = frozenset[str](re.findall(r"\bwithout \$(\w+)", comment))
    parts = [(message.id.name, message.id, message.value)] if message.value else []
    parts += [(f"{message.id.name}.{each.id.name}", each.id, each.value) for each in message.attributes]
    for name, where, value in parts:
        found = _Found()
        found.visit(value)
        entry = Entry(
            name, file, _line(text, where), frozenset(found.filled), found.chosen,
            tuple(found.asks), declined,
        )  # fmt: skip
        yield entry, found.wrong


class _Found(visitor.Visitor):
    """What a pattern shows, chooses by and asks for."""

    def __init__(self) -> None:
        self.filled: set[str] = set()
        self.chosen: dict[str, frozenset[str]] = {}
        self.asks: list[str] = []
        self.wrong: list[str] = []

    def visit_SelectExpression(self, node: ast.SelectExpression) -> None:  # noqa: N802  (Fluent's own name)
        variable = node.selector.id.name if isinstance(node.selector, ast.VariableReference) else None
        if variable is None or variable not in {*CHOICES, NUMBER, ZONE}:
            names = ", ".join(f"${each}" for each in (*CHOICES, NUMBER))
            self.wrong.append(f"it can choose by {names}, and by nothing else")
        else:
            keys = [v.key.name for v in node.variants if isinstance(v.key, ast.Identifier)]
            self.chosen[variable] = self.chosen.get(variable, frozenset()) | {*keys}
            odd = [key for key in keys if key not in CHOICES.get(variable, keys)]
            self.wrong += (f"${variable} is never {key!r}: {', '.join(CHOICES[variable])}" for key in odd)
            self.wrong += (f"[{key}] stands there twice" for key in {k for k in keys if keys.count(k) > 1})
        for variant in node.variants:
            self.visit(variant.value)

    def visit_VariableReference(self, node: ast.VariableReference) -> None:  # noqa: N802
        self.filled.add(node.id.name)

    def visit_MessageReference(self, node: ast.MessageReference) -> None:  # noqa: N802
        self.asks.append(node.id.name + (f".{node.attribute.name}" if node.attribute else ""))

    def visit_TermReference(self, node: ast.TermReference) -> None:  # noqa: N802
        self.wrong.append(f"write {{ {node.id.name} }} and a message of this name")

    def visit_FunctionReference(self, node: ast.FunctionReference) -> None:  # noqa: N802
        self.wrong.append(f"{node.id.name}() is not used here: what is filled in comes in its form")


def canonical(text: str) -> str:
    """The layout that translators' tools write as well."""
    return FluentSerializer().serialize(FluentParser().parse(text))


def variants(text: str, variable: str) -> Iterator[tuple[str, str]]:
    """(key, variant) of every choice by a variable in one message, as it is written."""
    found: list[tuple[str, str]] = []

    class Choices(visitor.Visitor):
        def visit_SelectExpression(self, node: ast.SelectExpression) -> None:  # noqa: N802
            if isinstance(node.selector, ast.VariableReference) and node.selector.id.name == variable:
                found.extend((_key(each), _pattern(each.value)) for each in node.variants)
            self.generic_visit(node)

    Choices().visit(FluentParser().parse(text))
    yield from found


def _key(variant: ast.Variant) -> str:
    return variant.key.name if isinstance(variant.key, ast.Identifier) else variant.key.value


def _pattern(pattern: ast.Pattern) -> str:
    return FluentSerializer().serialize_entry(ast.Message(ast.Identifier("x"), pattern))


def _serialized(message: ast.Message) -> str:
    return FluentSerializer().serialize_entry(ast.Message(message.id, message.value, message.attributes))


def _line(text: str, node: ast.SyntaxNode) -> int:
    return text.count("\n", 0, node.span.start if node.span else 0) + 1


def _language(locale: str, name: str) -> Locale:
    try:
        return Locale.parse(locale, sep="-")
    except (UnknownLocaleError, ValueError):
        raise WordsFault(
            name, 1, f"{locale!r} is not a language; name the file like 'de' or 'pt-BR'"
        ) from None


def messages(text: str) -> dict[str, str]:
    """Name -> each message of a file as it stands there, with its comment."""
    found = [each for each in FluentParser().parse(text).body if isinstance(each, ast.Message)]
    return {each.id.name: FluentSerializer().serialize_entry(each) for each in found}
