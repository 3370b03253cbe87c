"""The first line of a test and of a copy, in every language; nothing else of the mail changes."""

from datetime import UTC, datetime

import pytest

from notifier.model.vocabulary import NoticeKind, Variant
from notifier.pipeline.compose import Mark, Words, sample
from notifier.settings import data_folder

WORDS = Words.load(data_folder("templates") / "email")
LOCALES = WORDS.locales(NoticeKind.FIRST)
WHEN = datetime(2026, 11, 27, 23, 52, tzinfo=UTC)
FIRST = {
    "ar": "اختبار", "de": "TEST", "en": "TEST", "es": "PRUEBA", "fr": "ESSAI", "ja": "テスト", "pt-BR": "TESTE",
}  # fmt: skip


def marked(locale: str, mark: Mark) -> tuple[str, str, str, str]:
    """Text and HTML without the mark, and with it."""
    made = WORDS.render(sample.full(NoticeKind.FIRST), locale, Variant.AFFECTED, sample.NONCE)
    return made.text, made.html, *WORDS.marked(locale, mark, made.text, made.html)


@pytest.mark.parametrize("locale", LOCALES)
def test_a_test_says_so_first_in_its_language(locale: str) -> None:
    text, html, with_mark, page = marked(locale, Mark())
    said, _, rest = with_mark.partition("\n\n")
    assert said.startswith(FIRST[locale])
    assert rest == text
    assert max(map(len, said.splitlines())) <= 78
    at = page.index(FIRST[locale])
    assert page.index("<body") < at < page.index('class="preheader"'), "a list of mails shows the first words"
    bar = page[page.index("<body") : at]
    assert f'lang="{locale}" dir="{"rtl" if locale == "ar" else "ltr"}"' in bar
    before, _, behind = html.partition("<body")
    assert page.startswith(before)
    assert page.endswith(behind.partition(">")[2])


@pytest.mark.parametrize("locale", LOCALES)
@pytest.mark.parametrize(("tz", "clock"), [("America/New_York", "18:52"), (None, "23:52")])
def test_a_copy_says_when_the_original_left(locale: str, tz: str | None, clock: str) -> None:
    _, _, text, page = marked(locale, Mark(WHEN, tz))
    said = text.partition("\n\n")[0]
    assert clock in said
    assert "23:52" in said
    assert "{when}" not in said + page
    assert not said.startswith(FIRST[locale])


def test_a_page_without_a_body_is_marked_too() -> None:
    _, page = WORDS.marked("en", Mark(), "Hello.", "<p>Hello.</p>")
    assert page.index("TEST: ") < page.index("<p>Hello.</p>")
