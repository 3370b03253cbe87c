"""The words of a notice: loaded once, rendered once for each group that reads the same text."""

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache, partial
from pathlib import Path

from css_inline import CSSInliner
from markupsafe import Markup

from notifier.errors import BadInput
from notifier.model.locales import nearest
from notifier.model.notice_context import NoticeContext
from notifier.model.people import Person
from notifier.model.vocabulary import Confidence, Kind, NoticeKind, Variant
from notifier.pipeline.compose import (
    answers,
    markdown,
    marking,
    quoting,
    reviews,
    shelf,
    tags,
    template,
    values,
)
from notifier.pipeline.compose.phrases import ANY_LANGUAGE, REST, Phrases, Quote
from notifier.pipeline.compose.reviews import Signature
from notifier.pipeline.compose.shelf import FALLBACK, Shelf
from notifier.pipeline.compose.variables import Variables, chosen, line, of_some, variables

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

    def __init__(self, taken: Shelf) -> None:
        self._shelf = taken
        self.resolve: Callable[[str | None, NoticeKind], str] = lru_cache(maxsize=4096)(self._resolve)
        """Locale as imported -> the nearest that has this notice; whoever is near none reads English."""
        self._widths: Callable[[str, Confidence], dict[str, int]] = lru_cache(maxsize=256)(self._widest)
        self._locales: dict[NoticeKind, tuple[str, ...]] = {}
        self._fillers: dict[
            tuple[int, str, Variant, str], tuple[NoticeContext, Callable[[Person], dict[str, str]]]
        ] = {}

    @staticmethod
    def load(packaged: Path, own: Path | None = None) -> "Words":
        """Read a folder like `templates`, and over it a company's own. Raises `BadInput` for every file.

        The tests try the packaged words; `lint.checked` tries a company's own before anything depends on them.
        """
        taken = shelf.take(packaged, own)
        if taken.faults:
            raise BadInput(str(taken.faults[0]), details=tuple(map(str, taken.faults[1:])))
        return Words(taken)

    @property
    def shelf(self) -> Shelf:
        return self._shelf

    def locales(self, notice: NoticeKind) -> tuple[str, ...]:
        """The languages that have every message of this notice, sorted."""
        if notice not in self._locales:
            source = self._shelf.find(notice)
            there = [
                each for each in self._shelf.languages if source and not self._shelf.missing(source, each)
            ]
            self._locales[notice] = tuple(sorted(there))
        return self._locales[notice]

    def source(self, notice: NoticeKind, locale: str) -> template.NoticeSource:
        """The skeleton of a notice. Raises `BadInput` if there is none, or not all of it in this language."""
        found = self._shelf.find(notice)
        if found and locale in self.locales(notice):
            return found
        raise BadInput(
            f"There are no words for the notice {notice.value!r} in {locale!r}:"
            " `notifier templates lint` names what is missing."
        )

    def reviewed(self, notice: NoticeKind, locale: str, kind: Kind = Kind.SUSPENSION) -> bool:
        """Somebody has put their name under every message that the notice can say, as it stands now."""
        signed = self._shelf.reviews.get(locale, {})
        spoken, english = (self._shelf.languages[each].catalogue for each in (locale, FALLBACK))
        said = self._shelf.said(self.source(notice, locale), kind)
        return not reviews.unsigned(signed, spoken, english, said)

    def reviews(self, notice: NoticeKind, locale: str, kind: Kind = Kind.SUSPENSION) -> tuple[Signature, ...]:
        """Who stands for the messages of a notice."""
        said = self._shelf.said(self.source(notice, locale), kind)
        messages = {name.partition(".")[0] for name in self._shelf.languages[locale].catalogue.needs(said)}
        signed = self._shelf.reviews.get(locale, {})
        return tuple(signed[each] for each in sorted(messages) if each in signed)

    def render(self, context: NoticeContext, locale: str, variant: Variant, nonce: str) -> Rendered:
        """The content of one group. Raises `BadInput` for a statement that makes the mail too long."""
        source = self.source(context.notice, locale)
        spoken = self._shelf.languages[locale]
        tags.checked(nonce)
        by = chosen(context, variant)
        plain, marked = (
            variables(context, spoken, variant, nonce, quote) for quote in (_PLAIN, _IN_MARKDOWN)
        )
        subject, preheader = (
            line(_filled(piece, spoken, plain, by)) for piece in (source.subject, source.preheader)
        )
        body = _filled(source.body, spoken, marked, by)
        tokens = markdown.parse(
            body,
            context.statement(locale),
            nonce,
            quoting.quotation(context, locale, variant),
            right_to_left=spoken.right_to_left,
        )
        text = markdown.to_text(tokens, nonce, self._widths(locale, context.since[1]), spoken["label"])
        html = self._page(context, spoken, (subject, preheader, markdown.to_html(tokens, nonce)), nonce)
        return _rendered(locale, variant, (tags.as_text(subject, nonce), text, html), nonce)

    def subject(
        self,
        context: NoticeContext,
        locale: str,
        variant: Variant = Variant.AFFECTED,
        nonce: str = "0" * 16,
    ) -> str:
        spoken = self._shelf.languages[locale]
        made = variables(context, spoken, variant, nonce, _PLAIN)
        source = self.source(context.notice, locale)
        return line(_filled(source.subject, spoken, made, chosen(context, variant)))

    def read_in(
        self, frozen: str, told: NoticeContext, locale: str, names: Collection[str], nonce: str
    ) -> list[str]:
        """The answers to these questions that the frozen text of a notice with this nonce gives."""
        spoken = self._shelf.languages[locale]
        given = answers.given(told, spoken, names, nonce, _PLAIN)
        text = "".join(frozen.split())  # however its lines were broken
        there = (each for each in given if "".join(tags.as_text(each.words, nonce).split()) in text)
        return [tags.as_text(each.line, nonce) for each in there]

    def filler(
        self, context: NoticeContext, locale: str, nonce: str, used: Sequence[str]
    ) -> Callable[[Person], dict[str, str]]:
        """The substitutions of one person after the other, for the tags `used` of a frozen content.

        Take `used` from what was frozen (`tags.used`), not from today's templates: those may have changed since.
        """
        spoken = self._shelf.languages[locale]
        answered = of_some(ANY_LANGUAGE, context, spoken) if context.reply_to else ""
        return values.Filler(context, spoken, nonce, used, of_some(REST, context, spoken), answered)

    def marked(self, locale: str, mark: marking.Mark, text: str, html: str) -> tuple[str, str]:
        """Text and HTML of a mail outside the accounting: the first thing that is read is what it is."""
        spoken = self._shelf.languages[locale]
        said = marking.line(spoken, mark)
        return marking.on_text(text, said), marking.on_html(html, said, spoken)

    def values(self, context: NoticeContext, locale: str, person: Person, nonce: str) -> dict[str, str]:
        """Tag -> value for exactly the tags that `render` uses for this person's variant."""
        variant = person.variant
        key = (id(context), locale, variant, nonce)
        kept = self._fillers.get(key)
        if kept is None:
            if len(self._fillers) >= 64:
                self._fillers.clear()
            used = self.render(context, locale, variant, nonce).tags
            kept = (context, self.filler(context, locale, nonce, used))
            self._fillers[key] = kept  # the context is kept too, or its id could become another's
        return kept[1](person)

    def _page(self, context: NoticeContext, spoken: Phrases, parts: tuple[str, str, str], nonce: str) -> str:
        subject, preheader, body = parts
        page: Variables = {
            "lang": spoken.locale,
            "dir": spoken.direction,
            "subject": subject,
            "preheader": tags.as_html(preheader, nonce),
            "body": Markup(body),  # noqa: S704  (markdown-it with raw HTML off made it)
            "notice": context.notice.value,
        }
        return _inlined(self._shelf.layout.fill(page))

    def _widest(self, locale: str, sure: Confidence) -> dict[str, int]:
        return values.widths(self._shelf.languages[locale], sure)

    def _resolve(self, locale: str | None, notice: NoticeKind) -> str:
        return nearest(locale or FALLBACK, self.locales(notice)) or FALLBACK


def _filled(piece: template.Piece, spoken: Phrases, made: Variables, by: Mapping[str, str]) -> str:
    shown = {name: value for name, value in made.items() if isinstance(value, str)}
    return piece.fill(made, partial(spoken.catalogue.say, chosen=by, filled=shown))


_INLINER = CSSInliner(keep_style_tags=True, load_remote_stylesheets=False)
"""The style sheet stays as well: dark mode and narrow screens are only expressible there."""


def _inlined(page: str) -> str:
    html = _INLINER.inline(page)
    if len(html.encode()) > template.LIMIT:
        raise BadInput(
            f"The mail would be longer than {template.LIMIT:,} bytes of HTML; shorten the statement."
        )
    return html


def _rendered(locale: str, variant: Variant, parts: tuple[str, str, str], nonce: str) -> Rendered:
    subject, text, html = parts
    return Rendered(
        locale=locale,
        variant=variant,
        subject=subject,
        text=text,
        html=html,
        tags=tags.used(nonce, *parts),
        sha256=tags.digest(nonce, *parts),
    )
