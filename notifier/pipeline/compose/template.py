"""Reading the files that the comms lead writes: front matter, Markdown and the little Jinja that is allowed."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from jinja2 import StrictUndefined, Template, TemplateError, TemplateSyntaxError, nodes
from jinja2.sandbox import ImmutableSandboxedEnvironment
from markupsafe import Markup

from notifier.errors import BadInput

KEYS = ("subject", "preheader", "reviewed_by", "reviewed_on")
LIMIT = 60_000
"""Bytes of one rendered part. Gmail cuts HTML at 102,400; substitutions and headers need room too."""

ALLOWED = (
    nodes.Template, nodes.Output, nodes.TemplateData, nodes.Name, nodes.Const, nodes.If, nodes.CondExpr,
    nodes.Filter, nodes.Not, nodes.And, nodes.Or, nodes.Compare, nodes.Operand, nodes.Concat,
)  # fmt: skip
"""No calls, attributes, loops or arithmetic: `"x" * 10**9` and `__class__` are not even expressible."""


@dataclass(frozen=True, slots=True)
class Source:
    """One notice in one language."""

    name: str
    """`email/first/en.md.j2`, for messages."""
    locale: str
    subject: Template
    preheader: Template
    body: Template
    reviewed_by: str
    reviewed_on: str
    """ISO date, or `unreviewed`."""


def environment(*, autoescape: bool) -> ImmutableSandboxedEnvironment:
    env = ImmutableSandboxedEnvironment(undefined=StrictUndefined, autoescape=autoescape)
    env.filters.clear()
    env.globals.clear()
    env.tests.clear()
    env.filters["capital"] = _capital
    return env


def _capital(text: str) -> str:
    return text[:1].upper() + text[1:]


def read(path: Path) -> tuple[str, str]:
    """Name for messages, and text. Raises `BadInput`."""
    name = "/".join(path.parts[-3:])
    try:
        return name, path.read_text(encoding="utf-8")
    except FileNotFoundError:
        raise BadInput(f"{name} is missing.") from None
    except UnicodeDecodeError:
        raise BadInput(f"{name} is not UTF-8: save it in that encoding.") from None


def load(path: Path, known: frozenset[str]) -> Source:
    """Read `<notice>/<locale>.md.j2`; `known` are the variables it may use. Raises `BadInput` with the line."""
    name, text = read(path)
    front, start = _front_matter(name, text)
    env = environment(autoescape=False)
    below = "\n" * start + "\n".join(text.split("\n")[start:])  # keeps the numbers of the lines
    return Source(
        name=name,
        locale=path.name.removesuffix(".md.j2"),
        subject=compiled(env, name, _at_line(front["subject"]), known),
        preheader=compiled(env, name, _at_line(front["preheader"]), known),
        body=compiled(env, name, below, known),
        reviewed_by=front["reviewed_by"][1],
        reviewed_on=front["reviewed_on"][1],
    )


def compiled(env: ImmutableSandboxedEnvironment, name: str, source: str, known: frozenset[str]) -> Template:
    """Raises `BadInput` naming file and line for a syntax error, an unknown variable, or what is not allowed."""
    try:
        tree = env.parse(source, name)
        _check(name, tree, known)
        return env.from_string(tree)
    except TemplateSyntaxError as error:
        raise BadInput(f"{name}, line {error.lineno}: {_sentence(error.message)}") from None


def fill(template: Template, name: str, variables: Mapping[str, str | bool | Markup]) -> str:
    """Raises `BadInput` for what only shows when rendering, and for a part longer than `LIMIT`."""
    try:
        text = template.render(variables)
    except TemplateError as error:
        raise BadInput(f"{name}: {_sentence(error.message)}") from None
    if len(text.encode()) > LIMIT:
        raise BadInput(f"{name}: the mail would be longer than {LIMIT:,} bytes; shorten the statement.")
    return text


def _front_matter(name: str, text: str) -> tuple[dict[str, tuple[int, str]], int]:
    """Key -> (line, value), and the number of lines before the Markdown."""
    lines = text.split("\n")
    if lines[0].rstrip() != "---" or "---" not in (line.rstrip() for line in lines[1:]):
        raise BadInput(f"{name}, line 1: begin with front matter between two lines of '---'.")
    end = next(i for i, line in enumerate(lines[1:], 1) if line.rstrip() == "---")
    front: dict[str, tuple[int, str]] = {}
    for number, line in enumerate(lines[1:end], 2):
        key, colon, value = line.partition(":")
        if not colon or key.strip() not in KEYS:
            raise BadInput(f"{name}, line {number}: only {', '.join(KEYS)} belong into the front matter.")
        front[key.strip()] = (number, value.strip())
    if missing := next((key for key in KEYS if not front.get(key, (0, ""))[1]), None):
        raise BadInput(f"{name}, line {end + 1}: the front matter has no {missing}; add '{missing}: ...'.")
    return front, end + 1


def _at_line(numbered: tuple[int, str]) -> str:
    number, value = numbered
    return "\n" * (number - 1) + value


def _check(name: str, tree: nodes.Template, known: frozenset[str]) -> None:
    for node in tree.find_all(nodes.Node):
        if not isinstance(node, ALLOWED):
            what = re.sub(r"(?<=[a-z])(?=[A-Z])", " ", type(node).__name__).lower()
            raise BadInput(f"{name}, line {node.lineno}: a template may not use this ({what}).")
        if isinstance(node, nodes.Name) and node.name not in known:
            raise BadInput(
                f"{name}, line {node.lineno}: there is no variable {node.name!r}; use one of"
                f" {', '.join(sorted(known))}."
            )


def _sentence(message: str | None) -> str:
    text = (message or "it cannot be rendered").strip()
    return text if text.endswith(".") else f"{text}."
