"""The answers to single questions, each under the name of its question: what is right, what was wrong."""

from collections.abc import Collection, Iterator, Mapping
from typing import Final, NamedTuple

from notifier.model.facts import QUESTIONS, SINCE
from notifier.model.locales import in_locale
from notifier.model.notice_context import NoticeContext
from notifier.pipeline.compose import markdown, tags
from notifier.pipeline.compose.phrases import Phrases, Quote

HEADINGS: Final = {
    "cause": "why",
    "legal_basis": "why",
    "assessment": "why",
    "symptom": "symptom",
    "still_works": "still-works",
    "data": "data",
    "billing": "billing",
    "action": "action",
    SINCE: "start",
}
"""Question -> the message that names it; the others answer in a sentence of their own."""


def sayable(context: NoticeContext, locale: str) -> frozenset[str]:
    """What a notice answers anew and has words for in this language."""
    return frozenset(
        name
        for name in context.fresh
        if not ((fact := context.facts.shown(name)) and isinstance(fact.value, Mapping))
        or in_locale(fact.value, locale)
    )


def said(context: NoticeContext, spoken: Phrases, name: str, nonce: str, quote: Quote) -> str:
    """The answer to one question, as sure as it is."""
    as_of = tags.neutral(nonce, tags.as_of(name)) if context.dated(name) else ""
    if name == "cause":
        return spoken.cause(context.reason, context.facts, quote, as_of)
    return spoken.fact(name, context.facts, quote, tags.neutral(nonce, name), as_of)


class Given(NamedTuple):
    line: str
    """Under the name of its question."""
    words: str
    """What a mail that gives it holds."""


def given(
    context: NoticeContext, spoken: Phrases, names: Collection[str], nonce: str, quote: Quote
) -> Iterator[Given]:
    """The answers to these questions, in their order; to what is no question, none."""
    for name in (SINCE, *QUESTIONS):
        if name in names:
            words = tags.neutral(nonce, SINCE) if name == SINCE else said(context, spoken, name, nonce, quote)
            heading = HEADINGS.get(name)
            line = markdown.labelled(spoken["label"], spoken[heading], words) if heading else words
            yield Given(line, words if heading in {None, "start", "why"} else line)
