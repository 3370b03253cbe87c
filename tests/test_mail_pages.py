"""The mails in a browser: axe-core finds nothing, nothing is wider than a telephone, dark is dark."""

from dataclasses import replace
from itertools import product

import pytest

from notifier.model.words import ENDINGS, NoticeKind, Variant
from notifier.pipeline.compose import Words, sample
from notifier.settings import data_folder

from . import pages

WORDS = Words.load(data_folder("templates") / "email")
LOCALES = ("ar", "de", "en", "es", "fr", "ja")
STATEMENT = "We are *sorry*.\n\n- one\n- two\n\n> quoted `code`\n\n# A heading\n\n1. first\n\n[a page](https://example.com)"
SHOWN = (
    *product([NoticeKind.FIRST], LOCALES, ("light", "dark")),
    *product([NoticeKind.RESTORED, NoticeKind.CORRECTION], ("ar", "en"), ("light",)),
)


def page(notice: NoticeKind, locale: str, scheme: str) -> str:
    """As a mail program in that scheme shows it: the rules for dark pages are made to hold for all."""
    variant = Variant.STILL_BOTH if notice in ENDINGS else Variant.BOTH
    story = replace(sample.full(notice), statements={locale: STATEMENT})
    rendered = WORDS.render(story, locale, variant, sample.NONCE)
    html = rendered.html
    for tag, value in WORDS.values(story, locale, sample.person(variant), sample.NONCE).items():
        html = html.replace(tag, value)
    assert html.count("@media (prefers-color-scheme: dark)") == 1
    return html.replace(
        "@media (prefers-color-scheme: dark)", "@media " + ("all" if scheme == "dark" else "not all")
    )


@pytest.mark.skipif(pages.BROWSER is None, reason="no Chromium here")
def test_axe_finds_nothing_and_everything_fits_a_telephone() -> None:
    mails = {
        f"{notice.value} {locale} {scheme}": page(notice, locale, scheme) for notice, locale, scheme in SHOWN
    }
    found = pages.looked_at(mails)
    assert len(found) == 2 * len(mails), found
    assert {name: each["violations"] for name, each in found.items() if each["violations"]} == {}
    assert {name: each["wide"] for name, each in found.items() if each["wide"] > 0} == {}
    for name, each in found.items():
        assert each["passes"] > 10
        assert each["dir"] == ("rtl" if " ar " in name else "ltr")
        assert each["ground"] == ("rgb(28, 34, 41)" if " dark " in name else "rgb(253, 253, 254)")
