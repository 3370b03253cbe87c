"""The mails that the sandbox got, in a browser: axe-core finds nothing, all fit a telephone, dark is dark."""

from dataclasses import replace
from itertools import product

import pytest

from notifier.model.kinds import ENDINGS
from notifier.model.vocabulary import Kind, NoticeKind, Variant
from notifier.pipeline.compose import Words, sample
from notifier.settings import data_folder
from tests.sandbox import Wish, arrived

from . import pages

WORDS = Words.load(data_folder("templates") / "email")
LOCALES = ("ar", "de", "en", "es", "fr", "ja", "pt-BR")
LONG_WORD = "Donaudampfschifffahrtselektrizitätenhauptbetriebswerkbauunterbeamtengesellschaft"
LONG_ADDRESS = f"https://status.example.com/{'incident-' * 20}7K2M"
"""Neither has a place to break, and either is wider than a telephone."""
STATEMENT = f"""We are *sorry*.

- one
- two

> quoted `code`

# A heading

1. first

[a page](https://example.com)

<{LONG_ADDRESS}>

{LONG_WORD} `{"code_" * 20}`

    {"indented_" * 12}
"""
NOTICES = [notice for notice in NoticeKind if notice is not NoticeKind.CATCH_UP]
BROKEN = (NoticeKind.FIRST, NoticeKind.UPDATE, NoticeKind.RESTORED)
SHOWN = (
    *product([Kind.SUSPENSION], [NoticeKind.FIRST], LOCALES, ("light", "dark")),
    *((Kind.SUSPENSION, n, "ar", ("light", "dark")[i % 2]) for i, n in enumerate(NOTICES[1:])),
    *((Kind.SUSPENSION, n, LOCALES[1 + i % 5], ("dark", "light")[i % 2]) for i, n in enumerate(NOTICES[1:])),
    *((Kind.OUTAGE, n, locale, "dark") for n, locale in zip(BROKEN, ("ar", "ja", "de"), strict=True)),
)


def wish(kind: Kind, notice: NoticeKind, locale: str) -> Wish:
    variant = Variant.STILL_BOTH if notice in ENDINGS else Variant.BOTH
    story = replace(
        list(sample.contexts(notice))[-1], kind=kind, statements={locale: STATEMENT}, company=LONG_WORD
    )
    long = sample.person(variant)
    held = tuple(h._replace(customer=LONG_WORD) for h in long.held)
    return Wish(story, locale, long._replace(name=LONG_WORD, held=held))


def as_shown(html: str, scheme: str) -> str:
    """As a mail program in that scheme shows it: the rules for dark pages are made to hold for all."""
    assert html.count("@media (prefers-color-scheme: dark)") == 1
    return html.replace(
        "@media (prefers-color-scheme: dark)", "@media " + ("all" if scheme == "dark" else "not all")
    )


@pytest.mark.long
@pytest.mark.skipif(pages.BROWSER is None, reason="no Chromium here")
def test_axe_finds_nothing_and_everything_fits_a_telephone() -> None:
    names = {
        f"{kind.value} {notice.value} {locale} {scheme}": scheme for kind, notice, locale, scheme in SHOWN
    }
    wishes = (wish(kind, notice, locale) for kind, notice, locale, _ in SHOWN)
    got = arrived(WORDS, dict(zip(names, wishes, strict=True)))
    mails = {name: as_shown(got[name].html, scheme) for name, scheme in names.items()}
    found = pages.looked_at(mails)
    assert len(found) == 2 * len(mails), found
    assert {name: each["violations"] for name, each in found.items() if each["violations"]} == {}
    assert {name: each["wide"] for name, each in found.items() if each["wide"] > 0} == {}
    for name, each in found.items():
        assert each["passes"] > 10
        assert each["dir"] == ("rtl" if " ar " in name else "ltr")
        assert each["ground"] == ("rgb(28, 34, 41)" if " dark " in name else "rgb(253, 253, 254)")
