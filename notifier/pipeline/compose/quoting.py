"""What was written before, quoted in the notice that corrects or withdraws it."""

import re

from notifier.model.locales import in_locale
from notifier.model.notice_context import NoticeContext
from notifier.model.vocabulary import Variant
from notifier.pipeline.compose import markdown, tags

KEPT_LINES = ("- ", "> ")
"""Beginnings of lines of plain text that stand on a line of their own."""


def quotation(context: NoticeContext, locale: str, variant: Variant) -> str:
    """Markdown of what readers of this content got before: the wrong statement, or else the whole text."""
    if context.earlier is None:
        return ""
    passage = in_locale(context.earlier.passages, locale)
    return passage or context.earlier.texts.get((locale, variant.value), "")


def variables(context: NoticeContext, locale: str, variant: Variant, nonce: str) -> dict[str, str | bool]:
    """What a template may ask about the earlier notice."""
    earlier = context.earlier
    there = bool(quotation(context, locale, variant))
    return {
        "quoted": tags.neutral(nonce, "quoted") if there else "",
        "whole": there and earlier is not None and not in_locale(earlier.passages, locale),
        "stands": earlier is not None and earlier.stands,
        "over": earlier is not None and earlier.over,
    }


def from_frozen(text: str, nonce: str, own: str) -> str:
    """A frozen plain text as Markdown for a notice with the nonce `own`: nothing in it is markup.

    Placeholders of names become those of the new notice, for the same people; those of moments their own, for the
    earlier notice said other times.
    """

    def renamed(match: re.Match[str]) -> str:
        return tags.neutral(own, tags.was(match[1]) if match[1] in tags.TIMES else match[1])

    paragraphs = re.split(r"\n{2,}", text.strip())
    escaped = "\n\n".join(_paragraph(paragraph) for paragraph in paragraphs)
    return re.sub(rf"n{nonce}([a-z]+)R", renamed, escaped)


def _paragraph(text: str) -> str:
    lines = [line.strip() for line in text.split("\n")]
    joined = markdown.quoted(lines[0])
    for line in lines[1:]:
        joined += ("\\\n" if line.startswith(KEPT_LINES) else "\n") + markdown.quoted(line)
    return joined
