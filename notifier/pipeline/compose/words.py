"""The words of a notice: loaded and checked once, rendered once for each group that reads the same text."""

import hashlib
import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import lru_cache
from pathlib import Path
from typing import Final, TypeAlias

from css_inline import CSSInliner
from jinja2 import Template
from markupsafe import Markup

from notifier.errors import BadInput
from notifier.model.people import Person
from notifier.model.story import CONTACT, QUESTIONS, Story, chain
from notifier.model.words import NoticeKind, Variant, variants_of
from notifier.pipeline.compose import markdown, phrases, quoting, sample, tags, template, values
from notifier.pipeline.compose.phrases import Phrases, Quote

INSTEAD: Final = {NoticeKind.CATCH_UP: NoticeKind.FIRST}
"""Who comes late reads the first notice, unless there are words of their own for them."""

FALLBACK: Final = "en"
SUBJECT_SERVICES = 3
"""Names in a subject; further ones are counted."""

NEEDED: Mapping[Variant, frozenset[str]] = {
    Variant.AFFECTED: frozenset({"hello", "what"}),
    Variant.POSSIBLY: frozenset({"hello", "maybe"}),
    Variant.BOTH: frozenset({"hello", "what", "maybe"}),
    Variant.STILL_AFFECTED: frozenset({"hello", "what", "out"}),
    Variant.STILL_POSSIBLY: frozenset({"hello", "what", "maybe"}),
    Variant.STILL_BOTH: frozenset({"hello", "what", "out", "maybe"}),
}
"""A template that leaves one out would not say whom or what it is about."""

VARIABLES = frozenset(
    {
        *tags.NAMES,
        *QUESTIONS,
        *(f"{name}_known" for name in QUESTIONS),
        *CONTACT,
        "title",
        "services",
        "reference",
    }
    | {"state", "affected", "possibly", "still_out", "maybe_out", "future", "statement", "elsewhere"}
    | {"quoted", "whole", "stands", "over"}
)
LAYOUT_VARIABLES = frozenset({"lang", "dir", "subject", "preheader", "body", "notice"})

Variables: TypeAlias = dict[str, str | bool | Markup]
_PLAIN = Quote(plain=str, code=str)
_IN_MARKDOWN = Quote(plain=markdown.quoted, code=markdown.code)


@dataclass(frozen=True, slots=True)
class Rendered:
    """One content: what everybody of a locale and variant reads, with tags where they differ."""

    locale: str
    variant: Variant
    subject: str
    text: str
    html: str
    tags: tuple[str, ...]
    """Logical names of the tags in use, such as `helloR`; a request holds 10,000 of them in all its letters."""
    sha256: str
    """Over subject, text and HTML with logical tags: the same words have the same hash under every nonce."""


class Words:
    """Every notice in every language. Immutable; safe to share between threads."""

    def __init__(
        self,
        sources: Mapping[tuple[NoticeKind, str], template.Source],
        languages: Mapping[str, Phrases],
        layout: Template,
    ) -> None:
        self._sources = sources
        self._languages = languages
        self._layout = layout
        self.resolve: Callable[[str | None, NoticeKind], str] = lru_cache(maxsize=4096)(self._resolve)
        """Locale as imported -> a locale that has this notice: de-CH, de, en; an unknown one reads English."""
        self._fillers: dict[tuple[int, str, Variant, str], tuple[Story, values.Filler]] = {}

    @staticmethod
    def load(folder: Path) -> "Words":
        """Read `templates/email` and render everything once. Raises `BadInput`: one sentence, file and line."""
        languages = {path.stem: phrases.load(path) for path in sorted((folder / "phrases").glob("*.toml"))}
        sources: dict[tuple[NoticeKind, str], template.Source] = {}
        for notice in NoticeKind:
            for path in sorted((folder / notice.value).glob("*.md.j2")):
                source = template.load(path, VARIABLES)
                if source.locale not in languages:
                    raise BadInput(f"{source.name} has no phrases: add email/phrases/{source.locale}.toml.")
                sources[notice, source.locale] = source
        name, text = template.read(folder / "layout.html.j2")
        layout = template.compiled(template.environment(autoescape=True), name, text, LAYOUT_VARIABLES)
        words = Words(sources, languages, layout)
        words.check()
        return words

    def locales(self, notice: NoticeKind) -> tuple[str, ...]:
        """The languages that have words for this notice, sorted."""
        return tuple(sorted(locale for kind, locale in self._sources if kind is self._words_for(notice)))

    def source(self, notice: NoticeKind, locale: str) -> template.Source:
        """The file behind one notice, with who reviewed it and when. Raises `BadInput` if there is none."""
        try:
            return self._sources[self._words_for(notice), locale]
        except KeyError:
            raise BadInput(
                f"There are no words for the notice {notice.value!r} in {locale!r}: add"
                f" email/{notice.value}/{locale}.md.j2."
            ) from None

    def render(self, story: Story, locale: str, variant: Variant, nonce: str) -> Rendered:
        """The content of one group. Raises `BadInput` for a statement that makes the mail too long."""
        source = self.source(story.notice, locale)
        spoken = self._languages[locale]
        tags.checked(nonce)
        plain = variables(story, spoken, variant, nonce, _PLAIN)
        subject = _line(template.fill(source.subject, source.name, plain))
        preheader = _line(template.fill(source.preheader, source.name, plain))
        body = template.fill(source.body, source.name, variables(story, spoken, variant, nonce, _IN_MARKDOWN))
        tokens = markdown.parse(
            body, story.statement(locale), nonce, quoting.quotation(story, locale, variant)
        )
        text = markdown.to_text(tokens, nonce)
        html = self._page(story, spoken, (subject, preheader, markdown.to_html(tokens, nonce)), nonce)
        return _rendered(locale, variant, (tags.as_text(subject, nonce), text, html), nonce)

    def filler(
        self, story: Story, locale: str, nonce: str, used: Sequence[str]
    ) -> Callable[[Person], dict[str, str]]:
        """The substitutions of one person after the other, for the tags `used` of a frozen content.

        Take `used` from what was frozen (`tags.used`), not from today's templates: those may have changed since.
        """
        return values.Filler(story, self._languages[locale], nonce, used)

    def values(self, story: Story, locale: str, person: Person, nonce: str) -> dict[str, str]:
        """Tag -> value for exactly the tags that `render` uses for this person's variant."""
        variant = person.variant
        key = (id(story), locale, variant, nonce)
        kept = self._fillers.get(key)
        if kept is None:
            if len(self._fillers) >= 64:
                self._fillers.clear()
            used = self.render(story, locale, variant, nonce).tags
            kept = (story, values.Filler(story, self._languages[locale], nonce, used))
            self._fillers[key] = kept  # the story is kept too, or its id could become another's
        return kept[1](person)

    def check(self) -> None:
        """Render every notice in every variant with nothing known and with everything. Raises `BadInput`."""
        for (notice, locale), source in self._sources.items():
            if (notice, FALLBACK) not in self._sources:
                raise BadInput(f"{source.name} has no English beside it: add email/{notice.value}/en.md.j2.")
            for story in sample.stories(notice):
                for variant in variants_of(notice):
                    self._check_one(source, replace(story, notice=notice), locale, variant)
        self._check_subjects()

    def _check_one(self, source: template.Source, story: Story, locale: str, variant: Variant) -> None:
        rendered = self.render(story, locale, variant, sample.NONCE)
        if missing := sorted(NEEDED[variant] - {logical[:-1] for logical in rendered.tags}):
            raise BadInput(
                f"{source.name} never shows {{{{ {missing[0]} }}}} to those who are {variant.value}: add it."
            )
        if any(name in rendered.subject for name in (sample.NONCE, "\n")):
            raise BadInput(f"{source.name}: the subject is the same for everybody; take the placeholder out.")
        if rendered.html.count("<h1") != 1:
            raise BadInput(f"{source.name} needs exactly one heading of the first level ('# ...').")

    def _check_subjects(self) -> None:
        """A mail program keeps a conversation together by its subject (Gmail: same subject and References)."""
        for story in sample.stories(NoticeKind.FIRST):
            subjects: dict[str, tuple[str, str]] = {}
            for (notice, locale), source in self._sources.items():
                told = replace(story, notice=notice)
                subject = self.render(told, locale, Variant.AFFECTED, sample.NONCE).subject
                name, other = subjects.setdefault(locale, (source.name, subject))
                if other != subject:
                    raise BadInput(f"{source.name}: its subject differs from {name}; all notices share one.")

    def _page(self, story: Story, spoken: Phrases, parts: tuple[str, str, str], nonce: str) -> str:
        subject, preheader, body = parts
        page: Variables = {
            "lang": spoken.locale,
            "dir": spoken.babel.text_direction,
            "subject": subject,
            "preheader": tags.as_html(preheader, nonce),
            "body": Markup(body),  # noqa: S704  (markdown-it with raw HTML off made it)
            "notice": story.notice.value,
        }
        return _inlined(template.fill(self._layout, "email/layout.html.j2", page))

    def _resolve(self, locale: str | None, notice: NoticeKind) -> str:
        there = {known.lower(): known for known in self.locales(notice)}
        return next((there[tag] for tag in chain(locale or FALLBACK) if tag in there), FALLBACK)

    def _words_for(self, notice: NoticeKind) -> NoticeKind:
        own = (notice, FALLBACK) in self._sources
        return notice if own else INSTEAD.get(notice, notice)


_INLINER = CSSInliner(keep_style_tags=True, load_remote_stylesheets=False)
"""The style sheet stays as well: dark mode and narrow screens are only expressible there."""


def _inlined(page: str) -> str:
    html = _INLINER.inline(page)
    if len(html.encode()) > template.LIMIT:
        raise BadInput(
            f"The mail would be longer than {template.LIMIT:,} bytes of HTML; shorten the statement."
        )
    return html


def variables(story: Story, spoken: Phrases, variant: Variant, nonce: str, quote: Quote) -> Variables:
    """Everything that a template may name, as `quote` makes it safe for where it will stand."""
    made: Variables = {name: tags.neutral(nonce, name) for name in tags.NAMES}
    made["next"] = made["next"] if story.next_update_at else ""
    made["wrote"] = made["wrote"] if story.earlier else ""
    for name in QUESTIONS:
        made[name] = spoken.fact(name, story.facts, quote, tags.neutral(nonce, name))
        made[f"{name}_known"] = story.facts.shown(name) is not None
    made["cause"] = spoken.cause(story.reason, story.facts, quote)
    made["assessment"] = made["assessment"] if made["assessment_known"] else ""
    return (
        made
        | _of_the_story(story, spoken, quote)
        | quoting.variables(story, spoken.locale, variant, nonce)
        | {
            "affected": variant is not Variant.POSSIBLY,
            "possibly": variant in {Variant.POSSIBLY, Variant.BOTH},
            "still_out": variant in {Variant.STILL_AFFECTED, Variant.STILL_BOTH},
            "maybe_out": variant in {Variant.STILL_POSSIBLY, Variant.STILL_BOTH},
            "statement": tags.neutral(nonce, "statement") if story.statement(spoken.locale) else "",
            "elsewhere": any(text.strip() for text in story.statements.values()),
        }
    )


def _of_the_story(story: Story, spoken: Phrases, quote: Quote) -> Variables:
    called = [service.name for service in story.services]
    url = (story.status_url or "").replace("{reference}", story.reference)
    return {
        "title": quote.plain(_line(story.title or "")),
        "services": quote.plain(values.service_list(spoken, called, SUBJECT_SERVICES, 60)),
        "reference": quote.plain(story.reference),
        "state": spoken[f"state.{story.kind.value}"],
        "future": story.effective_at > story.now,
        "company": quote.plain(_line(story.company)),
        "phone": quote.plain(_line(story.phone or "").replace(" ", "\u00a0")),
        "reply_to": quote.plain(_line(story.reply_to or "")),
        "status_url": url if CONTACT["status_url"].fullmatch(url) else "",
    }


def _line(text: str) -> str:
    """One line: a subject or a name never brings a line end, and so never a header, along."""
    return " ".join("".join(c if c.isprintable() else " " for c in text).split())


def _rendered(locale: str, variant: Variant, parts: tuple[str, str, str], nonce: str) -> Rendered:
    subject, text, html = parts
    logical = json.dumps([tags.logical_only(part, nonce) for part in parts], ensure_ascii=False)
    return Rendered(
        locale=locale,
        variant=variant,
        subject=subject,
        text=text,
        html=html,
        tags=tags.used(nonce, *parts),
        sha256=hashlib.sha256(logical.encode()).hexdigest(),
    )
