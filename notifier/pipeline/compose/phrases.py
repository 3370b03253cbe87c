"""Reviewed phrases of one language, and how sure each may sound."""

import re
import tomllib
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any, Final, cast

from babel import Locale, UnknownLocaleError
from babel.numbers import format_decimal

from notifier.model.facts import QUESTIONS, Facts
from notifier.model.locales import in_locale
from notifier.model.vocabulary import Confidence, Kind, Reason
from notifier.pipeline.compose import template
from notifier.pipeline.compose.names import isolated
from notifier.pipeline.compose.template import WordsFault

SURE: Final = ("confirmed", "believed")

REQUIRED: Mapping[str, Sequence[str]] = {
    "hello": ("known", "unknown"),
    "what": ("together", "line", "more", "more_lines"),
    "time": ("day", "weekday", "full", "soon", "about", "latest", "as_of", "utc", "utc_other_day"),
    "state": tuple(Kind),
    "reason": tuple(Reason),
    "text": SURE,
    "mark": ("test", "copy"),
}

FILLED: Mapping[str, frozenset[str]] = {
    "label": frozenset({"label", "text"}),
    "hello.known": frozenset({"name"}),
    "what.together": frozenset({"services", "customers"}),
    "what.line": frozenset({"services", "customer"}),
    "what.more": frozenset({"n"}),
    "what.more_lines": frozenset({"n"}),
    "time.full": frozenset({"day", "clock", "zone"}),
    "time.soon": frozenset({"weekday", "clock", "zone"}),
    "time.about": frozenset({"when"}),
    "time.latest": frozenset({"when"}),
    "time.as_of": frozenset({"when"}),
    "time.utc": frozenset({"clock"}),
    "mark.copy": frozenset({"when"}),
    "time.utc_other_day": frozenset({"clock", "weekday"}),
}
"""What a phrase must have filled in, else the mail would keep silent about it."""


COUNTED = ("what.more", "what.more_lines")
"""Phrases with a number: one for all, or one for each plural category that CLDR has for the language."""


@dataclass(frozen=True, slots=True)
class Phrases:
    locale: str
    babel: Locale
    words: Mapping[str, str]
    """`section.key` -> phrase; facts as `facts.data.kept.confirmed`."""
    zones: Mapping[str, str]
    list_patterns: Mapping[str, str]
    reviewed: bool
    own: bool
    """The company has phrases of its own in this language."""

    def __getitem__(self, key: str) -> str:
        return self.words[key]

    @property
    def direction(self) -> str:
        return self.babel.text_direction

    @property
    def right_to_left(self) -> bool:
        return self.direction == "rtl"

    def counted(self, key: str, number: int) -> str:
        """`17 more`, in the plural that the number takes and with its digits grouped."""
        pattern = self.words.get(f"{key}.{self.babel.plural_form(number)}") or self[key]
        return pattern.replace("{n}", format_decimal(number, locale=self.babel))

    def listed(self, items: Sequence[str], left_out: int = 0) -> str:
        """`A, B, and C` as CLDR has it for the language; `A, B, and 7 more` if some are left out."""
        if left_out > 0:
            items = (*items, self.counted("what.more", left_out))
        if len(items) < 3:
            return self.list_patterns["2"].format(*items) if len(items) == 2 else "".join(items)
        text = self.list_patterns["end"].format(items[-2], items[-1])
        for item in reversed(items[1:-2]):
            text = self.list_patterns["middle"].format(item, text)
        return self.list_patterns["start"].format(items[0], text)

    def fact(self, name: str, facts: Facts, quote: "Quote", when: str, as_of: str = "") -> str:
        """What may be said about one question: sure only if confirmed; honest if unknown, missing or internal.

        `when` stands for a fact that is a moment, `as_of` for the time of an answer whose time matters. A text
        that is missing in this language is not shown in another.
        """
        said = self._answer(name, facts, quote, when)
        return f"{said} {self['time.as_of'].replace('{when}', as_of)}" if as_of else said

    def _answer(self, name: str, facts: Facts, quote: "Quote", when: str) -> str:
        fact = facts.shown(name)
        if fact is None:
            return self[f"facts.{name}.unknown"]
        sure = "confirmed" if fact.confidence is Confidence.CONFIRMED else "believed"
        value = fact.value
        if isinstance(value, datetime):
            return self[f"facts.{name}.moment.{sure}"].replace("{when}", when)
        if isinstance(value, str):
            return self._code(name, value, sure, quote)
        text = in_locale(value or {}, self.locale)
        return self[f"text.{sure}"].replace("{text}", quote.plain(_ended(text))) if text else self["ask"]

    def _code(self, name: str, value: str, sure: str, quote: "Quote") -> str:
        if QUESTIONS[name].literal:
            literal = isolated(_one_line(value), right_to_left=self.right_to_left)
            shown = quote.code(literal) if QUESTIONS[name].machine else quote.plain(literal)
            return self[f"facts.{name}.literal.{sure}"].replace("{text}", shown)
        return self[f"facts.{name}.{value}.{sure}"]

    def cause(self, reason: Reason, facts: Facts, quote: "Quote", as_of: str = "") -> str:
        """A fact that was given decides, also when it is internal; else what the reason implies."""
        if "cause" not in facts.known:
            return self[f"reason.{reason.value}"]
        return self.fact("cause", facts, quote, "", as_of)


@dataclass(frozen=True, slots=True)
class Quote:
    """How the company's own words are made safe for where they will stand."""

    plain: Callable[[str], str]
    code: Callable[[str], str]


def load(locale: str, layers: Sequence[tuple[Path, str]]) -> Phrases:
    """The packaged phrases of a language under a company's own, each (path, name for messages).

    Raises `WordsFault` for the first phrase that is missing or cannot be filled.
    """
    texts = [_Text(name, template.read(path, name)) for path, name in layers]
    babel = _language(locale, texts[-1].name)
    trees = [text.tree() for text in texts]
    zones = {key: str(value) for tree in trees for key, value in _table(tree.pop("zones", {})).items()}
    words = {key: phrase for tree in trees for key, phrase in _flat(tree)}
    _check(texts, babel, words)
    return Phrases(
        locale=locale,
        babel=babel,
        words=words,
        zones=zones,
        list_patterns=cast("Mapping[str, str]", babel.list_patterns["standard"]),
        reviewed=template.UNREVIEWED not in {words["reviewed_by"], words["reviewed_on"]},
        own=len(layers) > 1 or not layers[0][1].startswith("email/"),
    )


@dataclass(frozen=True, slots=True)
class _Text:
    """A file of phrases, to find lines in."""

    name: str
    text: str

    def tree(self) -> dict[str, Any]:
        try:
            return tomllib.loads(self.text)
        except tomllib.TOMLDecodeError as error:
            at = re.search(r"line (\d+)", str(error))
            raise WordsFault(self.name, int(at[1]) if at else 1, f"{error}") from None

    def line(self, key: str) -> int | None:
        """Where a phrase stands, or the section it belongs to."""
        section, found = "", None
        for number, line in enumerate(self.text.split("\n"), 1):
            if head := re.match(r"\s*\[([\w.]+)\]", line):
                section = f"{head[1]}."
            own = re.match(r"\s*(\w+)\s*=", line)
            if own and f"{key}.".startswith(f"{section}{own[1]}."):
                return number
            found = number if head and key.startswith(section) else found
        return found


def _language(locale: str, name: str) -> Locale:
    try:
        return Locale.parse(locale, sep="-")
    except (UnknownLocaleError, ValueError):
        raise WordsFault(
            name, 1, f"{locale!r} is not a language; name the file like 'de' or 'pt-BR'"
        ) from None


def _table(value: object) -> Mapping[str, Any]:
    return cast("Mapping[str, Any]", value) if isinstance(value, Mapping) else {}


def _flat(tree: Mapping[str, Any], above: str = "") -> Iterator[tuple[str, str]]:
    for key, value in tree.items():
        if isinstance(value, Mapping):
            yield from _flat(cast("Mapping[str, Any]", value), f"{above}{key}.")
        else:
            yield f"{above}{key}", str(value)


def required() -> Iterator[str]:
    yield from ("ask", "label", "reviewed_by", "reviewed_on")
    for section, keys in REQUIRED.items():
        yield from (f"{section}.{key}" for key in keys if f"{section}.{key}" not in COUNTED)
    for name, asked in QUESTIONS.items():
        yield f"facts.{name}.unknown"
        forms = (*sorted(asked.codes), *["literal"] * asked.literal, *["moment"] * asked.moment)
        yield from (f"facts.{name}.{form}.{sure}" for form in forms for sure in SURE)


def _check(texts: Sequence[_Text], babel: Locale, words: Mapping[str, str]) -> None:
    for key in (*required(), *_forms(babel, words)):
        if not words.get(key, "").strip():
            raise _fault(texts, key, f"there is no phrase {key}: add it")
    for key, phrase in words.items():
        _check_braces(texts, babel, key, phrase)


def _forms(babel: Locale, words: Mapping[str, str]) -> Iterator[str]:
    """A number takes one phrase, or all the plurals of its language."""
    for key in COUNTED:
        if key in words:
            yield key
        else:
            yield from (f"{key}.{plural}" for plural in sorted({*babel.plural_form.tags, "other"}))


def _check_braces(texts: Sequence[_Text], babel: Locale, key: str, phrase: str) -> None:
    fields = frozenset[str](re.findall(r"\{(\w*)\}", phrase))
    wanted = _filled(key)
    silent = key.rpartition(".")[0] in COUNTED and _is_one_number(babel, key.rpartition(".")[2])
    if re.sub(r"\{\w*\}", "", phrase).count("{") or not (fields == wanted or (silent and not fields)):
        shown = " and ".join(f"{{{field}}}" for field in sorted(wanted)) or "no braces"
        raise _fault(texts, key, f"the phrase {key} must hold exactly {shown}")


def _is_one_number(babel: Locale, plural: str) -> bool:
    """`one` in English, `two` in Arabic: such a phrase may say its number in words."""
    return sum(babel.plural_form(number) == plural for number in range(1, 1000)) <= 1


def _fault(texts: Sequence[_Text], key: str, sentence: str) -> WordsFault:
    found = [(text.name, line) for text in texts if (line := text.line(key)) is not None]
    name, at = found[-1] if found else (texts[-1].name, 1)
    return WordsFault(name, at, sentence)


def _filled(key: str) -> frozenset[str]:
    if key.startswith("facts."):
        form = key.split(".")[2]
        return frozenset({"literal": {"text"}, "moment": {"when"}}.get(form, set[str]()))
    if key.startswith("text."):
        return frozenset({"text"})
    counted = key.rpartition(".")[0]
    return FILLED.get(counted if counted in COUNTED else key, frozenset())


def _ended(text: str) -> str:
    line = _one_line(text)
    return line if not line[-1].isalnum() and line[-1] not in ")\"'" else f"{line}."


def _one_line(text: str) -> str:
    return " ".join(text.split())
