"""What codes, reasons, times and lists are called in one language, and how sure each may sound."""

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache
from itertools import islice
from typing import Final, cast

from babel import Locale
from babel.numbers import format_decimal

from notifier.model.facts import QUESTIONS, Facts
from notifier.model.locales import in_locale
from notifier.model.vocabulary import Confidence, Reason
from notifier.pipeline.compose import ftl
from notifier.pipeline.compose.catalogue import Catalogue
from notifier.pipeline.compose.ftl import NUMBER, ZONE
from notifier.pipeline.compose.names import isolated
from notifier.pipeline.compose.template import WordsFault

SURE: Final = ("", ".believed")
ASKED_FIRST: Final = ("cause", "end")
"""Whoever is cut off asks these: that they are not known is said in words of their own, once."""

REST: Final = "more-rest"
"""Under a list that ends `and 17 more`: where the rest stands."""
ANY_LANGUAGE: Final = "any-language"
"""Under the greeting, to whoever reads this language for want of their own: English alone is read so."""
OF_SOME: Final = frozenset({REST, ANY_LANGUAGE})
"""Code says these, where somebody's own values stand; so they hold only what everybody reads alike."""

_LIKE_Y = re.compile(r"[^\w]*(?:[ií]|h[ií](?![ae]))", re.IGNORECASE)
"""What begins like `Iris` or `Hilo`; not like `hielo` or `hiato`."""

FILLED: Mapping[str, frozenset[str]] = {
    "gap": frozenset(),
    "label": frozenset({"label", "text"}),
    "hello": frozenset({"name"}),
    "hello.unknown": frozenset(),
    "what": frozenset({"services", "customers"}),
    "what.line": frozenset({"services", "customer"}),
    "more": frozenset({NUMBER}),
    "more.lines": frozenset({NUMBER}),
    "day": frozenset(),
    "day.weekday": frozenset(),
    "time": frozenset({"day", "at"}),
    "time.soon": frozenset({"weekday", "at"}),
    "time.at": frozenset({"clock", "zone"}),
    "time.utc": frozenset({"clock", "zone", "utc"}),
    "time.utc-other-day": frozenset({"clock", "zone", "utc", "weekday"}),
    "time.about": frozenset({"at"}),
    "time.latest": frozenset({"when"}),
    "as-of": frozenset({"when"}),
    "zone": frozenset({ZONE}),
    "test": frozenset(),
    "copy": frozenset({"when"}),
    "own-words": frozenset({"text"}),
    "own-words.believed": frozenset({"text"}),
    "ask": frozenset(),
    **dict.fromkeys(
        ("start", "why", "symptom", "still-works", "data", "billing", "action"), frozenset[str]()
    ),
    "unknown": frozenset(),
}
"""What every language needs for any mail, and what it must have filled in, else the mail would keep silent."""


def _facts() -> Iterator[tuple[str, frozenset[str]]]:
    yield from ((f"reason-{reason.value}", frozenset[str]()) for reason in Reason if reason != Reason.UNKNOWN)
    yield from ((f"{name}-unknown", frozenset[str]()) for name in ASKED_FIRST)
    for name, asked in QUESTIONS.items():
        forms = [(code, frozenset[str]()) for code in sorted(asked.codes)]
        forms += [("literal", frozenset({"text"}))] * asked.literal
        forms += [("moment", frozenset({"when"}))] * asked.moment
        yield from ((f"{name}-{form}{sure}", filled) for form, filled in forms for sure in SURE)


NEEDED: Mapping[str, frozenset[str]] = {**FILLED, **dict(_facts())}


@dataclass(frozen=True, slots=True)
class Phrases:
    catalogue: Catalogue
    list_patterns: Mapping[str, str]

    def __getitem__(self, key: str) -> str:
        """With the names of what is filled in: `Hello {name},`."""
        return self.catalogue.pattern(key)

    @property
    def locale(self) -> str:
        return self.catalogue.locale

    @property
    def babel(self) -> Locale:
        return self.catalogue.babel

    @property
    def own(self) -> bool:
        return self.catalogue.own

    @property
    def direction(self) -> str:
        return self.babel.text_direction

    @property
    def right_to_left(self) -> bool:
        return self.direction == "rtl"

    def zone(self, abbreviation: str) -> str:
        return self.catalogue.say("zone", {ZONE: abbreviation}, {ZONE: abbreviation})

    def counted(self, key: str, number: int) -> str:
        """`17 more`, in the plural that the number takes and with its digits grouped."""
        shown = format_decimal(number, locale=self.babel)
        return self.catalogue.say(key, {NUMBER: number}, {NUMBER: shown})

    def listed(self, items: Sequence[str], left_out: int = 0) -> str:
        """`A, B, and C` as CLDR has it for the language; `A, B, and 7 more` if some are left out."""
        if left_out > 0:
            items = (*items, self.counted("more", left_out))
        if len(items) < 3:
            return self._joined("2", *items) if len(items) == 2 else "".join(items)
        text = self._joined("end", items[-2], items[-1])
        for item in reversed(items[1:-2]):
            text = self.list_patterns["middle"].format(item, text)
        return self.list_patterns["start"].format(items[0], text)

    def _joined(self, form: str, before: str, last: str) -> str:
        """Spanish `y` is `e` before its own sound: `Fable 5 e Iris`. CLDR's data are without it, ICU has it."""
        pattern = self.list_patterns[form]
        if self.babel.language == "es" and _LIKE_Y.match(last):
            pattern = pattern.replace(" y ", " e ")
        return pattern.format(before, last)

    def fact(self, name: str, facts: Facts, quote: "Quote", when: str, as_of: str = "") -> str:
        """What may be said about one question: sure only if confirmed; honest if unknown, missing or internal.

        `when` stands for a fact that is a moment, `as_of` for the time of an answer whose time matters. A text
        that is missing in this language is not shown in another.
        """
        said = self._answer(name, facts, quote, when)
        return f"{said}{self['gap']}{self['as-of'].replace('{when}', as_of)}" if as_of else said

    def _answer(self, name: str, facts: Facts, quote: "Quote", when: str) -> str:
        fact = facts.shown(name)
        if fact is None:
            return self[f"{name}-unknown" if name in ASKED_FIRST else "unknown"]
        sure = "" if fact.confidence is Confidence.CONFIRMED else ".believed"
        value = fact.value
        if isinstance(value, datetime):
            return self[f"{name}-moment{sure}"].replace("{when}", when)
        if isinstance(value, str):
            return self._code(name, value, sure, quote)
        text = in_locale(value or {}, self.locale)
        return self[f"own-words{sure}"].replace("{text}", quote.plain(_ended(text))) if text else self["ask"]

    def _code(self, name: str, value: str, sure: str, quote: "Quote") -> str:
        if QUESTIONS[name].literal:
            literal = isolated(_one_line(value), right_to_left=self.right_to_left)
            shown = quote.code(literal) if QUESTIONS[name].machine else quote.plain(literal)
            return self[f"{name}-literal{sure}"].replace("{text}", shown)
        return self[f"{name}-{value}{sure}"]

    def cause(self, reason: Reason, facts: Facts, quote: "Quote", as_of: str = "") -> str:
        """A fact that was given decides, also when it is internal; else what the reason implies."""
        if "cause" not in facts.known and reason is not Reason.UNKNOWN:
            return self[f"reason-{reason.value}"]
        return self.fact("cause", facts, quote, "", as_of)


@dataclass(frozen=True, slots=True)
class Quote:
    """How the company's own words are made safe for where they will stand."""

    plain: Callable[[str], str]
    code: Callable[[str], str]


def load(spoken: Catalogue) -> Phrases:
    return Phrases(spoken, cast("Mapping[str, str]", spoken.babel.list_patterns["standard"]))


def faults(spoken: Catalogue) -> Iterator[WordsFault]:
    """What no mail in this language can do without, and what would keep silent about what it is for."""
    for name, wanted in NEEDED.items():
        entry = spoken.entries.get(name)
        if entry is None:
            above = spoken.entries.get(name.partition(".")[0])
            at = (above.file, above.line) if above else (spoken.layers[-1].name, 1)
            yield WordsFault(*at, f"there is no message {name}: add it")
            continue
        shows = frozenset(
            each
            for e in spoken.needs([name]).values()
            if e
            for each in e.filled | (e.chosen.keys() - {NUMBER})
        )
        in_words = NUMBER in entry.chosen and not shows  # `one` may say its number in words
        if shows != wanted and not (in_words and NUMBER in wanted):
            shown = " and ".join(f"{{ ${each} }}" for each in sorted(wanted)) or "nothing that is filled in"
            yield WordsFault(entry.file, entry.line, f"the message {name} must hold exactly {shown}")
        elif NUMBER in entry.chosen:
            yield from _silent(spoken, name)
        elif not spoken.choices(name):
            yield from _unsayable(spoken, name)


def _unsayable(spoken: Catalogue, name: str) -> Iterator[WordsFault]:
    try:
        spoken.pattern(name)
    except WordsFault as fault:
        yield fault


def _silent(spoken: Catalogue, name: str) -> Iterator[WordsFault]:
    """A form for more than one number that does not say which; `one` in English may say it in words."""
    entry = spoken.entries[name]
    plurals = {*spoken.babel.plural_form.tags, "other"}
    for key, text in ftl.variants(spoken.messages[entry.message], NUMBER):
        wrong = None
        if key not in plurals and not key.isdigit():
            wrong = f"{name}: the plurals of this language are {', '.join(sorted(plurals))}, not {key!r}"
        elif f"${NUMBER}" not in text and not key.isdigit() and not _is_one_number(spoken.babel, key):
            wrong = f"the message {name} must show {{ $n }} for {key!r}"
        if wrong:
            yield WordsFault(entry.file, entry.line, wrong)


@lru_cache(maxsize=256)
def _is_one_number(babel: Locale, plural: str) -> bool:
    """`one` in English, `two` in Arabic: such a phrase may say its number in words."""
    found = (number for number in range(1, 1000) if babel.plural_form(number) == plural)
    return len(list(islice(found, 2))) <= 1


def _ended(text: str) -> str:
    line = _one_line(text)
    return line if not line[-1].isalnum() and line[-1] not in ")\"'" else f"{line}."


def _one_line(text: str) -> str:
    return " ".join(text.split())
