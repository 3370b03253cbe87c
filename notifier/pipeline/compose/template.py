"""Reading skeletons: front matter, Markdown, the little Jinja that is allowed, and no word of any language."""

import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from difflib import get_close_matches
from functools import lru_cache
from pathlib import Path
from typing import TypeAlias, TypeVar

from jinja2 import StrictUndefined, Template, TemplateError, TemplateSyntaxError, nodes, pass_context
from jinja2.runtime import Context
from jinja2.sandbox import ImmutableSandboxedEnvironment
from markupsafe import Markup

from notifier.errors import BadInput

KEYS = ("subject", "preheader")
SUFFIX = ".md.j2"
LIMIT = 60_000
"""Bytes of one rendered part. Gmail cuts HTML at 102,400; substitutions and headers need room too."""

ALLOWED = (
    nodes.Template, nodes.Output, nodes.TemplateData, nodes.Name, nodes.Const, nodes.If, nodes.CondExpr,
    nodes.Filter, nodes.Not, nodes.And, nodes.Or, nodes.Compare, nodes.Operand, nodes.Concat,
)  # fmt: skip
"""No calls, attributes, loops or arithmetic: `"x" * 10**9` and `__class__` are not even expressible."""


SAY = "say"
BROKEN = "broken"
"""The variable for what is out because of a fault or of maintenance."""

_N = TypeVar("_N", bound=nodes.Node)

Say: TypeAlias = Callable[[str], str]
"""Name of a message -> what it says in this mail."""


class WordsFault(BadInput):
    """A file of words cannot be used."""

    def __init__(self, name: str, line: int, sentence: str) -> None:
        super().__init__(f"{name}, line {line}: {_sentence(sentence)}")
        self.name = name
        self.line = line
        self.sentence = _sentence(sentence)


@dataclass(frozen=True, slots=True)
class Piece:
    """A piece of a template. It is compiled when it is first used: a process speaks of few notices."""

    name: str
    """`email/notices/first.md.j2`, for messages; of a company's own file the whole path."""
    text: str
    """Begins with as many empty lines as stand above it in the file, so that faults have their line."""
    known: frozenset[str]
    autoescape: bool = False

    def fill(self, variables: Mapping[str, str | bool | Markup], say: Say | None = None) -> str:
        """Raises `WordsFault` for what cannot be compiled or rendered, and for a part longer than `LIMIT`."""
        try:
            text = compiled(self).render({**variables, SAY: say})
        except TemplateError as error:
            raise WordsFault(self.name, 1, error.message or "it cannot be rendered") from None
        if len(text.encode()) > LIMIT:
            raise BadInput(
                f"{self.name}: the mail would be longer than {LIMIT:,} bytes; shorten the statement."
            )
        return text


@dataclass(frozen=True, slots=True)
class NoticeSource:
    """The skeleton of one kind of notice: what is said, in which order, and when."""

    name: str
    own: bool
    """The company's own file, not the packaged one."""
    subject: Piece
    preheader: Piece
    body: Piece

    @property
    def pieces(self) -> tuple[Piece, Piece, Piece]:
        return self.subject, self.preheader, self.body

    @property
    def by_kind(self) -> bool:
        """What broke reads otherwise than what was cut off."""
        return any(BROKEN in names(piece) for piece in self.pieces)


def environment(*, autoescape: bool) -> ImmutableSandboxedEnvironment:
    env = ImmutableSandboxedEnvironment(undefined=StrictUndefined, autoescape=autoescape)
    env.filters.clear()
    env.globals.clear()
    env.tests.clear()
    env.filters.update(FILTERS)
    return env


@pass_context
def _say(context: Context, name: str) -> str:
    say: Say = context[SAY]
    return say(name)


FILTERS: Mapping[str, Callable[..., str]] = {SAY: _say}


def read(path: Path, name: str) -> str:
    """Raises `WordsFault`; `name` is what the file is called in messages."""
    try:
        return path.read_text(encoding="utf-8-sig").replace("\r\n", "\n")
    except FileNotFoundError:
        raise WordsFault(name, 1, "it is missing") from None
    except OSError as error:
        raise WordsFault(name, 1, f"it cannot be read ({error.strerror})") from None
    except UnicodeDecodeError:
        raise WordsFault(name, 1, "it is not UTF-8: save it in that encoding") from None


def load(path: Path, name: str, known: frozenset[str], *, own: bool) -> NoticeSource:
    """Read `notices/<notice>.md.j2`; `known` are the variables it may use. Raises `WordsFault`."""
    text = read(path, name)
    front, start = _front_matter(name, text)
    below = "\n" * start + "\n".join(text.split("\n")[start:])  # keeps the numbers of the lines
    return NoticeSource(
        name=name,
        own=own,
        subject=Piece(name, _at_line(front["subject"]), known),
        preheader=Piece(name, _at_line(front["preheader"]), known),
        body=Piece(name, below, known),
    )


@lru_cache(maxsize=1024)
def compiled(part: Piece) -> Template:
    """Raises `WordsFault` for a syntax error, an unknown variable, or what is not allowed."""
    if fault := next(faults(part), None):
        raise fault
    env = environment(autoescape=part.autoescape)
    return env.from_string(env.parse(part.text, part.name))


def faults(part: Piece) -> Iterator[WordsFault]:
    """Everything that hinders a part from being compiled."""
    try:
        tree = _tree(part)
    except TemplateSyntaxError as error:
        yield WordsFault(part.name, error.lineno, error.message or "it cannot be read")
        return
    for node in tree.find_all(nodes.Node):
        if not isinstance(node, ALLOWED):
            what = re.sub(r"(?<=[a-z])(?=[A-Z])", " ", type(node).__name__).lower()
            yield WordsFault(part.name, node.lineno, f"a template may not use this ({what})")
        elif isinstance(node, nodes.Filter):
            yield from _of_filter(part, node)
        elif isinstance(node, nodes.Name) and node.name not in part.known:
            yield WordsFault(part.name, node.lineno, _unknown(node.name, part.known))


def _of_filter(part: Piece, node: nodes.Filter) -> Iterator[WordsFault]:
    if node.name != SAY or part.autoescape:
        yield WordsFault(part.name, node.lineno, f"no filter named {node.name!r} here; there is only 'say'")
    elif None in _constants(node.node):
        sentence = "say the name of a message, or choose between such names: {{ ('a' if x else 'b') | say }}"
        yield WordsFault(part.name, node.lineno, sentence)


def _unknown(name: str, known: frozenset[str]) -> str:
    near = get_close_matches(name, sorted(known), n=1)
    instead = f"did you mean {near[0]!r}?" if near else f"use one of {', '.join(sorted(known))}"
    return f"there is no variable {name!r}; {instead}"


def says(part: Piece, *, broken: bool | None = None) -> Iterator[tuple[str, int]]:
    """Name of each message that a part can say, and the line where; `broken`: only those of such a disruption."""
    for node in _found(part, nodes.Filter):
        yield from ((name, node.lineno) for name in _constants(node.node, broken) if name)


def names(part: Piece) -> frozenset[str]:
    """Every variable that a part names."""
    return frozenset(node.name for node in _found(part, nodes.Name))


def _found(part: Piece, kind: type[_N]) -> Iterator[_N]:
    """Nothing where the part cannot be parsed: `faults` says so."""
    try:
        tree = _tree(part)
    except TemplateSyntaxError:
        return
    yield from tree.find_all(kind)


@lru_cache(maxsize=128)
def _tree(part: Piece) -> nodes.Template:
    """To be looked at, never changed. Raises `TemplateSyntaxError`."""
    return environment(autoescape=part.autoescape).parse(part.text, part.name)


def _constants(node: nodes.Expr | None, broken: bool | None = None) -> Iterator[str | None]:
    """What an expression can be, if it is made of constants; else None among it."""
    if isinstance(node, nodes.CondExpr):
        decided = broken if isinstance(node.test, nodes.Name) and node.test.name == BROKEN else None
        if decided is not False:
            yield from _constants(node.expr1, broken)
        if decided is not True:
            yield from _constants(node.expr2, broken)
    else:
        yield node.value if isinstance(node, nodes.Const) and isinstance(node.value, str) else None


def _front_matter(name: str, text: str) -> tuple[dict[str, tuple[int, str]], int]:
    """Key -> (line, value), and the number of lines before the Markdown."""
    lines = text.split("\n")
    if lines[0].rstrip() != "---" or "---" not in (line.rstrip() for line in lines[1:]):
        raise WordsFault(name, 1, "begin with front matter between two lines of '---'.")
    end = next(i for i, line in enumerate(lines[1:], 1) if line.rstrip() == "---")
    front: dict[str, tuple[int, str]] = {}
    for number, line in enumerate(lines[1:end], 2):
        key, colon, value = line.partition(":")
        if not colon or key.strip() not in KEYS:
            raise WordsFault(name, number, f"only {', '.join(KEYS)} belong into the front matter.")
        front[key.strip()] = (number, value.strip())
    if missing := next((key for key in KEYS if not front.get(key, (0, ""))[1]), None):
        raise WordsFault(name, end + 1, f"the front matter has no {missing}; add '{missing}: ...'.")
    return front, end + 1


def _at_line(numbered: tuple[int, str]) -> str:
    number, value = numbered
    return "\n" * (number - 1) + value


def _sentence(message: str | None) -> str:
    text = (message or "it cannot be rendered").strip()
    return text if text.endswith((".", "?")) else f"{text}."
