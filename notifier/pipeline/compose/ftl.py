"""Reading Fluent files: what stands in them, and every fault that shows without knowing the other files."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Final

from fluent.syntax import FluentParser, ast, visitor
from fluent.syntax.serializer import FluentSerializer

from notifier.model.vocabulary import Kind
from notifier.pipeline.compose.template import WordsFault

CHOICES: Final[Mapping[str, tuple[str, ...]]] = {
    "certainty": ("affected", "possibly", "both"),
    "time": ("now", "future"),
    "kind": tuple(kind.value for kind in Kind),
    "contact": ("none", "status", "phone", "reply", "reply-phone"),
    "rest": ("none", "out", "maybe", "both"),
}
"""What messages choose by, beside a number `$n` and the abbreviation of a `$zone`."""

NUMBER, ZONE = "n", "zone"


@dataclass(frozen=True, slots=True)
class Wording:
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
    same_for: frozenset[str]
    """Variables by which it does not choose on purpose: `# same for every $time`."""
    same_as: frozenset[str]
    """Whose words it has on purpose: `# same as English`, or the name of another message."""

    @property
    def message(self) -> str:
        return self.name.partition(".")[0]


@dataclass(frozen=True, slots=True)
class Layer:
    """One file."""

    name: str
    text: str
    entries: Mapping[str, Wording]
    messages: Mapping[str, str]
    """Name -> the message as it stands, without its comment: what a review signs."""
    tree: ast.Resource
    own: bool
    faults: tuple[WordsFault, ...]


# Parsing is two thirds of loading all words, and a company's own file changes beside a packaged one that does not.
@lru_cache(maxsize=32)
def layer(text: str, name: str, own: bool = False) -> Layer:
    """Every message of a file, and every fault of it that shows without knowing the others."""
    entries: dict[str, Wording] = {}
    messages: dict[str, str] = {}
    faults: list[WordsFault] = []
    tree = FluentParser().parse(text)
    for each in tree.body:
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
    return Layer(name, text, entries, messages, tree, own, tuple(faults))


_WITHOUT = re.compile(r"\bwithout \$(\w+)")
_SAME_FOR = re.compile(r"\b[Ss]ame for every \$(\w+)")
_SAME_AS = re.compile(r"\b[Ss]ame as ([\w-]+(?:\.[\w-]+)?)")
"""What the comment above a message says that lint knows."""


def _entries(message: ast.Message, file: str, text: str) -> Iterator[tuple[Wording, list[str]]]:
    comment = message.comment.content or "" if message.comment else ""
    on_purpose = (frozenset[str](said.findall(comment)) for said in (_WITHOUT, _SAME_FOR, _SAME_AS))
    declined, same_for, same_as = on_purpose
    parts = [(message.id.name, message.id, message.value)] if message.value else []
    parts += [(f"{message.id.name}.{each.id.name}", each.id, each.value) for each in message.attributes]
    for name, where, value in parts:
        found = _Found()
        found.visit(value)
        entry = Wording(
            name, file, _line(text, where), frozenset(found.filled), found.chosen,
            tuple(found.asks), declined, same_for, same_as,
        )  # fmt: skip
        yield entry, found.wrong


_MARKUP = re.compile(r"^(?:#{1,6}|[-+*>]|\d+[.)]) |\]\(|`", re.MULTILINE)


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

    def visit_Pattern(self, node: ast.Pattern) -> None:  # noqa: N802
        said = "".join(each.value if isinstance(each, ast.TextElement) else "{}" for each in node.elements)
        if odd := _MARKUP.search(said):
            self.wrong.append(f"{odd[0].strip()!r} is markup: lists and links belong into the skeleton")
        self.generic_visit(node)

    def visit_VariableReference(self, node: ast.VariableReference) -> None:  # noqa: N802
        self.filled.add(node.id.name)

    def visit_MessageReference(self, node: ast.MessageReference) -> None:  # noqa: N802
        self.asks.append(node.id.name + (f".{node.attribute.name}" if node.attribute else ""))

    def visit_TermReference(self, node: ast.TermReference) -> None:  # noqa: N802
        self.wrong.append(f"write {{ {node.id.name} }} and a message of this name")

    def visit_FunctionReference(self, node: ast.FunctionReference) -> None:  # noqa: N802
        self.wrong.append(f"{node.id.name}() is not used here: what is filled in comes in its form")


def comments(tree: ast.Resource) -> dict[str, str]:
    """Name of a message -> what stands above it for whoever translates it."""
    found = [each for each in tree.body if isinstance(each, ast.Message) and each.comment]
    return {each.id.name: each.comment.content or "" for each in found if each.comment}


@lru_cache(maxsize=32)
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


def messages(text: str) -> dict[str, str]:
    """Name -> each message of a file as it stands there, with its comment."""
    found = [each for each in FluentParser().parse(text).body if isinstance(each, ast.Message)]
    return {each.id.name: FluentSerializer().serialize_entry(each) for each in found}
