"""Which language somebody reads, of those that are there."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from notifier.model.locales import in_locale, is_missing, nearest, spelt

OFFERED = ("en", "de", "fr", "es", "ja", "ar", "pt-BR", "nb", "he", "zh-Hant", "zh-Hans")


@pytest.mark.parametrize(
    ("asked", "read"),
    [
        ("no", "nb"), ("nn", "nb"), ("nn-NO", "nb"), ("nb_NO", "nb"), ("iw", "he"), ("he-IL", "he"),
        ("zh-TW", "zh-Hant"), ("zh_HK", "zh-Hant"), ("zh-CN", "zh-Hans"), ("zh", "zh-Hans"),
        ("pt", "pt-BR"), ("pt-PT", "pt-BR"), ("deu", "de"), ("ger", "de"), ("fre", "fr"), ("gsw", "de"),
        ("en_US.UTF-8", "en"), ("de_DE@euro", "de"), ("en-USA", "en"), ("en-UK", "en"),
        ("de-CH", "de"), ("DE", "de"), ("es-MX", "es"), ("es-419", "es"), ("es", "es"),
        ("da", None), ("sv", None), ("ca", None), ("xx", None), ("sr-Latn", None), ("und", None),
        ("", None), ("C.UTF-8", None), ("../de", None), ("klingon", None), ("中文", None), ("a" * 300, None),
    ],
)  # fmt: skip
def test_whoever_asks_for_a_language_reads_the_nearest(asked: str, read: str | None) -> None:
    assert nearest(asked, OFFERED) == read
    assert nearest(asked, OFFERED[::-1]) == read


@pytest.mark.parametrize(
    ("asked", "offered", "read"),
    [
        ("es-MX", ("es", "es-419"), "es-419"),
        ("es-MX", ("es", "es-419", "es-MX"), "es-MX"),
        ("es-ES", ("es-419", "es"), "es"),
        ("de-AT", ("de-CH", "de"), "de"),
        ("de-CH", ("de", "de-CH"), "de-CH"),
        ("de-CH", ("de", "de_CH"), "de_CH"),
        ("fr-CH", ("fr-CA", "fr"), "fr"),
        ("pt-AO", ("pt-BR", "pt-PT"), "pt-PT"),
        ("zh-Hant", ("zh",), None),  # simplified, as everybody who writes `zh` means it
        ("nn", ("nb", "nn"), "nn"),
        ("en", ("no language", "<b>", ""), None),
        ("en", (), None),
    ],
)
def test_of_several_it_is_the_nearest_and_then_the_more_general(
    asked: str, offered: tuple[str, ...], read: str | None
) -> None:
    assert nearest(asked, offered) == read
    assert nearest(asked, offered[::-1]) == read


@pytest.mark.parametrize(
    ("written", "reader"),
    [
        ("no", "nb"), ("nb", "no"), ("no", "nn"), ("zh-Hant", "zh-TW"), ("zh-TW", "zh-Hant"), ("pt", "pt-PT"),
        ("pt-PT", "pt-BR"), ("iw", "he"), ("de_CH", "de"), ("de", "de-CH"), ("deu", "de"), ("es", "es-419"),
    ],
)  # fmt: skip
def test_own_words_are_found_by_all_who_read_their_language(written: str, reader: str) -> None:
    assert in_locale({"fr": "Bonjour", written: "these"}, reader) == "these"


@pytest.mark.parametrize(("written", "reader"), [("nb", "da"), ("es", "ca"), ("zh", "zh-TW"), ("en", "de")])
def test_own_words_are_never_read_in_another_language(written: str, reader: str) -> None:
    assert in_locale({written: "these"}, reader) is None


def test_what_is_blank_is_not_there() -> None:
    assert in_locale({"de-CH": " ", "de": "Hallo"}, "de-CH") == "Hallo"


@pytest.mark.parametrize(
    ("asked", "read", "missing"),
    [
        ("nl", "en", True), ("de_AT", "en", True), ("de_AT", "de", False), ("en-GB", "en", False),
        ("pt-PT", "pt-BR", False), (None, "en", False), ("", "en", False), ("klingon", "en", False),
    ],
)  # fmt: skip
def test_a_language_is_missing_only_to_whoever_asks_for_one(
    asked: str | None, read: str, *, missing: bool
) -> None:
    assert is_missing(asked, read) == missing


@pytest.mark.parametrize(
    ("text", "tag"),
    [
        ("de_at", "de-AT"), ("deu", "de"), ("iw", "he"), ("no", "no"), ("en_US.UTF-8", "en-US"),
        ("zh-hant-tw", "zh-Hant-TW"), ("ja-AT", "ja-AT"), (" fr ", "fr"), ("klingon", None), ("xx", None),
        ("en-<b>", None), ("x-klingon", None), ("POSIX", None), ("", None), ("de-", None),
    ],
)  # fmt: skip
def test_a_language_has_one_spelling(text: str, tag: str | None) -> None:
    assert spelt(text) == tag


@settings(deadline=None)
@given(st.text(max_size=20), st.lists(st.text("adehnorst-_A.@", max_size=12), max_size=4))
def test_nothing_that_was_imported_stops_a_list(asked: str, offered: list[str]) -> None:
    found = nearest(asked, offered)
    assert found is None or found in offered


@settings(deadline=None)
@given(
    st.sampled_from(OFFERED).flatmap(lambda tag: st.sampled_from([tag, tag.lower(), tag.replace("-", "_")]))
)
def test_whoever_asks_for_what_is_there_gets_it(asked: str) -> None:
    assert nearest(asked, OFFERED) == spelt(asked)
