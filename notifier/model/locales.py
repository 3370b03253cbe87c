"""Which language of those that are there somebody reads: for mails and for a company's own words alike."""

import re
from collections.abc import Collection, Iterator, Mapping
from functools import lru_cache

FARTHEST = 10
"""In CLDR's measure: `pt-PT` reads `pt-BR` (5), Swiss German German (8); Danes do not read Norwegian (12)."""
TAG = re.compile(r"[a-z]{2,8}([-_][a-z0-9]{1,8})*", re.ASCII | re.IGNORECASE)
BY_NAME = {"nn": "nb"}
"""As far apart (20) as Catalan and Spanish, but everybody who writes the one reads the other."""

OF_WINDOWS = {"zh-chs": "zh-Hans", "zh-cht": "zh-Hant"}
"""As .NET called them before it knew scripts (learn.microsoft.com, CultureInfo)."""


def in_locale(texts: Mapping[str, str], locale: str) -> str | None:
    """The text in the nearest language; blank counts as missing.

    Mails are written in the languages that are here, and regions read them together: a text for `de-AT` stands in
    the mails in `de`, unless there is one for `de`. Otherwise nobody would read it, in Austria neither.
    """
    found = nearest(locale, [tag for tag, text in texts.items() if text.strip()])
    return None if found is None else texts[found]


def nearest(asked: str, offered: Collection[str]) -> str | None:
    """The one of `offered` that whoever asks for a language reads: `no` -> `nb`, `zh-TW` -> `zh-Hant`.

    None: nothing is near enough. Never raises, whatever was imported; what is offered and no language is read by
    nobody. Of two that are equally near it is the more general: `de` and not `de-CH` for `de-AT`.
    """
    return _nearest(asked, tuple(sorted(offered, key=lambda tag: (len(tag), tag))))


def is_missing(asked: str | None, read: str) -> bool:
    """Somebody reads `read` for want of their own language: they ask for one, and it is not near enough."""
    return asked is not None and spelt(asked) is not None and nearest(asked, (read,)) is None


def spelt(text: str) -> str | None:
    """A language as people and machines write it, in one form: `de_at` -> `de-AT`, `deu` -> `de`.

    What follows a dot or an @ is about a machine (`en_US.UTF-8`); parts that no tag can have are left out.
    None: it is no language.
    """
    from langcodes import Language, standardize_tag
    from langcodes.tag_parser import LanguageTagError

    named = text.strip().partition(".")[0].partition("@")[0]
    named = OF_WINDOWS.get(named.lower(), named)
    for tag in _shorter_and_shorter(named) if TAG.fullmatch(named) else ():
        try:
            found = standardize_tag(tag)
            language = Language.get(found).language
        except LanguageTagError:
            continue
        return found if language and Language.make(language).is_valid() else None
    return None


@lru_cache(4096)
def _nearest(asked: str, offered: tuple[str, ...]) -> str | None:
    from langcodes import closest_match  # takes 60 ms: `notifier --help` does without

    there: dict[str, str] = {}
    for each in offered:
        there.setdefault(spelt(each) or "", each)
    there.pop("", None)
    tag = spelt(asked)
    if tag is None:
        return None
    language = tag.partition("-")[0]
    for wanted in filter(None, (tag, BY_NAME.get(language))):
        found, _ = closest_match(wanted, list(there), max_distance=FARTHEST)
        if found in there:
            return there[found]
    return None


def _shorter_and_shorter(text: str) -> Iterator[str]:
    """`de_CH` -> `de-CH`, `de`."""
    parts = text.replace("_", "-").split("-")
    for end in range(len(parts), 0, -1):
        yield "-".join(parts[:end])
