"""What stands in a document: blocks, commands, options, tables, links; for the tests that hold it to the code."""

import re
import shlex
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Any

import typer

from notifier.entry import cli
from notifier.entry.cli import all_commands

ROOT = Path(__file__).parents[1]
DOCS = ROOT / "notifier" / "docs"
README = ROOT / "README.md"
PAGES = (README, *sorted(DOCS.glob("*.md")), *sorted((ROOT / ".github").glob("*.md")))
FENCE = re.compile(r"^ *```(\w*)\n(.*?)^ *```$", re.MULTILINE | re.DOTALL)
CODE = re.compile(r"`([^`\n]+)`")


def fenced(text: str, language: str) -> list[str]:
    """The bodies of its blocks of one language."""
    return [body for named, body in FENCE.findall(text) if named == language]


def blocks(text: str) -> Iterator[str]:
    """Paragraphs, items and rows, each alone; blocks of code are left out."""
    for paragraph in re.split(r"\n\s*\n", FENCE.sub("", text)):
        yield from re.split(r"\n(?=\s*(?:[-*|]|\d+\.) ?)", paragraph)


def rows_of_table(text: str, head: str) -> list[list[str]]:
    """The rows of the table whose first heading is `head`."""
    lines = iter(text.splitlines())
    for line in lines:
        if line.startswith(f"| {head} |"):
            break
    next(lines)
    found: list[list[str]] = []
    for line in lines:
        if not line.startswith("|"):
            break
        found.append([cell.strip() for cell in line.strip("|").split("|")])
    assert found, f"no table {head!r}"
    return found


def first_names(text: str, head: str) -> list[str]:
    """What stands in backticks in the first column of a table."""
    return [name for row in rows_of_table(text, head) for name in CODE.findall(row[0])]


def anchors(text: str) -> set[str]:
    """The fragments by which its headings are reached."""
    heads = re.findall(r"^#+ (.+)$", FENCE.sub("", text), re.MULTILINE)
    return {re.sub(r"[^\w -]", "", head.lower()).replace(" ", "-") for head in heads}


def links(text: str) -> list[str]:
    return re.findall(r"\]\(([^)\s]+)\)", FENCE.sub("", text))


@cache
def options_of() -> Mapping[str, frozenset[str]]:
    """`templates lint` -> the options that typer knows for it; the program's own under the empty name."""
    app = typer.Typer()
    app.registered_callback = cli.app.registered_callback
    all_commands.register(app)
    return dict(_walk(typer.main.get_command(app), ()))


def _walk(command: Any, path: tuple[str, ...]) -> Iterator[tuple[str, frozenset[str]]]:
    given = {name for parameter in command.params for name in (*parameter.opts, *parameter.secondary_opts)}
    yield " ".join(path), frozenset({name for name in given if name.startswith("-")} | {"--help", "-h"})
    for name, inner in getattr(command, "commands", {}).items():
        yield from _walk(inner, (*path, name))


@dataclass(frozen=True)
class Said:
    """One command line of ours, as far as it names a command and options."""

    line: str
    command: str | None
    """None: it names none that there is."""
    options: Sequence[str] = field(default_factory=list[str])


def said(line: str) -> Said | None:
    """A line that starts with `notifier`; None: it is another program's, or no command line."""
    try:
        words = shlex.split(line, comments=True)
    except ValueError:
        words = line.split()
    while words and re.fullmatch(r"[A-Z_]+=\S*", words[0]):
        words.pop(0)
    if len(words) < 2 or words[0].rpartition("/")[2] != "notifier":
        return None
    known = options_of()
    spoken = [] if words[1].startswith("-") else words[1:3]
    tried = (" ".join(spoken[:n]) for n in range(len(spoken), 0 if spoken else -1, -1))
    command = next((name for name in tried if name in known), None)
    options = [word.partition("=")[0] for word in words[1:] if re.match(r"--?[a-z]", word)]
    return Said(line, command, options)


def lines_of(text: str) -> Iterator[str]:
    """Command lines: in blocks for a shell, and in backticks."""
    for body in fenced(text, "sh"):
        for line in body.replace("\\\n", " ").splitlines():
            yield from re.split(r"&&|\|", line.strip())
    for block in blocks(text):
        yield from CODE.findall(block)


def wrong_commands(text: str) -> list[str]:
    """Lines whose command does not exist, or lacks an option that stands on it."""
    spoken = filter(None, (said(line.strip()) for line in lines_of(text)))
    return [
        each.line for each in spoken if each.command is None or set(each.options) - options_of()[each.command]
    ]


def homeless_options(text: str) -> list[str]:
    """Options that stand alone in backticks, and belong to no command that their paragraph names."""
    return [name for block in blocks(text) for name in _homeless(block)]


def _homeless(block: str) -> Iterator[str]:
    known = options_of()
    spans = CODE.findall(block)
    named = {each.command for span in spans if (each := said(span)) and each.command is not None}
    # `resume --all` and `templates lint` name commands as well, without the program before them.
    named |= {name for span in spans for name in known if name and re.match(rf"{name}(?= |$)", span)}
    foreign = any(re.match(r"(python|pytest|ruff|git|pre-commit)\b", span) for span in spans)
    for span in spans:
        head = span.split()[0] if span.split() else ""
        is_option = re.match(r"--?[a-z]", head)
        if is_option and not foreign and not any(head.partition("=")[0] in known[each] for each in named):
            yield span
