"""One Markdown source, two forms: HTML and plain text are walked from the same tokens, so they cannot differ."""

import re
from collections.abc import Callable, Iterator, Mapping, Sequence

from markdown_it import MarkdownIt
from markdown_it.token import Token

from notifier.pipeline.compose import tags
from notifier.pipeline.compose.wrapping import is_unspaced, wrapped

ENDED = ("?", "!", ":", ".", "\u061f", "\uff1f", "\uff01", "\u3002")

CELL = (
    '<table role="presentation" dir="{dir}" width="100%" cellpadding="0" cellspacing="0" border="0">'
    '<tr><td class="what">'
)
CELL_END = '</td></tr><tr><td class="after">&nbsp;</td></tr></table>\n'
"""The row below keeps the distance: Word has no margins around tables."""

_MARKDOWN = MarkdownIt("commonmark", {"html": False}).disable("image")


def parse(
    source: str, statement: str | None, nonce: str, quotation: str = "", *, right_to_left: bool = False
) -> list[Token]:
    """Tokens of a notice, with the company's free statement, and what it wrote before, in place of their markers.

    Both are parsed by themselves: a fence one does not close or a link it defines ends with it. Their headings
    stand below the notice's own; what was written before is marked as quoted.
    """
    tokens: list[Token] = []
    inserted: Mapping[str, Callable[[], list[Token]]] = {
        tags.neutral(nonce, "statement"): lambda: _demoted(_MARKDOWN.parse(statement or "")),
        tags.neutral(nonce, "quoted"): lambda: _quotation(quotation),
    }
    pieces = _MARKDOWN.parse(source)
    at = 0
    while at < len(pieces):
        if pieces[at].type == "paragraph_open" and pieces[at + 1].content in inserted:
            tokens += inserted[pieces[at + 1].content]()
            at += 3
            continue
        tokens.append(pieces[at])
        at += 1
    _set_blocks_apart(tokens, nonce, "rtl" if right_to_left else "ltr")
    _join_unspaced(tokens)
    if right_to_left:
        _keep_codes_straight(tokens)
    return tokens


def _quotation(source: str) -> list[Token]:
    opening, closing = Token("blockquote_open", "blockquote", 1), Token("blockquote_close", "blockquote", -1)
    opening.block = closing.block = True
    return [opening, *_demoted(_MARKDOWN.parse(source)), closing]


def quoted(text: str) -> str:
    """Plain words as Markdown that means exactly them."""
    return re.sub(r"([!-/:-@\[-`{-~])", r"\\\1", text)


def code(text: str) -> str:
    """A code span around any text."""
    fence = "`" * (max((len(run) for run in re.findall("`+", text)), default=0) + 1)
    pad = " " if text.startswith("`") or text.endswith("`") else ""
    return f"{fence}{pad}{text}{pad}{fence}"


def to_html(tokens: Sequence[Token], nonce: str) -> str:
    return tags.as_html(_MARKDOWN.renderer.render(tokens, _MARKDOWN.options, {}), nonce)


def to_text(
    tokens: Sequence[Token], nonce: str, widths: Mapping[str, int], label: str = "{label}: {text}"
) -> str:
    """`widths`: columns that a placeholder takes at most. `label`: how a small heading joins what it heads."""
    blocks = list(_blocks(tokens, {tags.neutral(nonce, name): n for name, n in widths.items()}, label))
    return tags.as_text("\n\n".join(blocks) + "\n", nonce)


def _demoted(tokens: list[Token]) -> list[Token]:
    """Below the one heading of the notice, without a step left out: `#`, or whatever is largest, becomes h2."""
    headings = [token for token in tokens if token.type in {"heading_open", "heading_close"}]
    ranks = sorted({token.tag for token in headings})
    for token in headings:
        token.tag = f"h{min(ranks.index(token.tag) + 2, 6)}"
    return tokens


def _set_blocks_apart(tokens: list[Token], nonce: str, direction: str) -> None:
    """A paragraph that is nothing but a block of names stands in a cell: Word, in Outlook, pads no paragraph."""
    blocks = {tags.neutral(nonce, name) for name, kind in tags.NAMES.items() if kind.block}
    for opening, inline, closing in zip(tokens, tokens[1:], tokens[2:], strict=False):
        if opening.type == "paragraph_open" and inline.content in blocks:
            opening.type = closing.type = "html_block"
            opening.content = CELL.format(dir=direction)
            closing.content = CELL_END


def _join_unspaced(tokens: Sequence[Token]) -> None:
    """A line end inside a Japanese sentence is no space."""
    for token in tokens:
        children = token.children or []
        for before, child, after in zip(children, children[1:], children[2:], strict=False):
            around = before.content[-1:], after.content[:1]
            if child.type == "softbreak" and all(letter and is_unspaced(letter) for letter in around):
                child.type = "text"


def _keep_codes_straight(tokens: Sequence[Token]) -> None:
    """Codes and addresses of pages run from left to right, also between Arabic words."""
    for token in tokens:
        if token.type in {"code_block", "fence"}:
            token.attrSet("dir", "ltr")
        for child in token.children or []:
            if child.type == "code_inline" or (child.type == "link_open" and child.info == "auto"):
                child.attrSet("dir", "ltr")


def _blocks(tokens: Sequence[Token], widths: Mapping[str, int], pattern: str) -> Iterator[str]:
    """Blocks of text; a label (`##`) joins the paragraph that follows it: `Billing: not charged.`"""
    label = ""
    for rest, first, token in _leaves(tokens):
        if token.meta.get("label"):
            label = _inline(token)
        elif token.type == "inline" and not rest:
            yield wrapped(labelled(pattern, label, _inline(token)), first, rest, widths)
            label = ""
        else:
            if label:
                yield labelled(pattern, label, "").rstrip()
            label = ""
            yield (
                wrapped(_inline(token), first, rest, widths)
                if token.type == "inline"
                else _verbatim(token, rest)
            )


def labelled(pattern: str, label: str, text: str) -> str:
    """`Billing: not charged.`; a label that ends in a sign of its own keeps that one."""
    if not label:
        return text
    if label.endswith(ENDED):
        return f"{label} {text}"
    before, _, after = pattern.partition("{label}")
    return f"{before}{label}{after}".replace("{text}", text)


def _verbatim(token: Token, prefix: str) -> str:
    """A block of code as it stands, or a rule."""
    content = "----" if token.type == "hr" else token.content.rstrip("\n")
    return "\n".join(f"{prefix}{line}" for line in content.split("\n"))


def _leaves(tokens: Sequence[Token]) -> Iterator[tuple[str, str, Token]]:
    """(prefix of further lines, prefix of the first line, token) for everything that prints."""
    nesting = _Nesting()
    previous: Token | None = None
    for token in tokens:
        if token.type in PRINTED:
            token.meta["label"] = previous is not None and (previous.type, previous.tag) == (
                "heading_open",
                "h2",
            )
            yield "".join(nesting.rest), "".join(nesting.first), token
            nesting.first = list(nesting.rest)  # a bullet stands before its first line only
        else:
            nesting.step(token)
        previous = token


PRINTED = frozenset({"inline", "code_block", "fence", "hr"})


class _Nesting:
    """Which lists and quotations stand around, as prefixes of lines."""

    def __init__(self) -> None:
        self.first: list[str] = []
        self.rest: list[str] = []
        self._numbers: list[int | None] = []

    def step(self, token: Token) -> None:
        match token.type:
            case "bullet_list_open" | "ordered_list_open":
                start = int(token.attrGet("start") or 1)
                self._numbers.append(start if token.type.startswith("ordered") else None)
            case "bullet_list_close" | "ordered_list_close":
                self._numbers.pop()
            case "list_item_open":
                self._item()
            case "blockquote_open":
                self.first.append("> ")
                self.rest.append("> ")
            case "list_item_close" | "blockquote_close":
                self.first.pop()
                self.rest.pop()
            case _:
                pass

    def _item(self) -> None:
        number = self._numbers[-1]
        head = "- " if number is None else f"{number}. "
        self._numbers[-1] = None if number is None else number + 1
        self.first.append(head)
        self.rest.append(" " * len(head))


def _inline(token: Token) -> str:
    """The words of one inline token. A link shows its address after its words, unless they are the same."""
    out: list[str] = []
    opened: list[tuple[str, int]] = []
    for child in token.children or []:
        match child.type:
            case "text" | "code_inline":
                out.append(child.content)
            case "softbreak":
                out.append(" ")
            case "hardbreak":
                out.append("\n")
            case "link_open":
                opened.append((str(child.attrGet("href") or ""), len(out)))
            case "link_close":
                href, start = opened.pop()
                out.append(
                    "" if "".join(out[start:]) in {href, href.removeprefix("mailto:")} else f" ({href})"
                )
            case _:
                pass
    return "".join(out)
