"""Reviewed phrases of one language, and how sure each may sound."""

import re
import tomllib
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any, Final, cast

from babel import Locale, UnknownLocaleError

from notifier.errors import BadInput
from notifier.model.story import QUESTIONS, Facts, in_locale
from notifier.model.words import Confidence, Kind, Reason
from notifier.pipeline.compose import template

SURE: Final = ("confirmed", "believed")

REQUIRED: Mapping[str, Sequence[str]] = {
    "hello": ("known", "unknown"),
    "what": ("together", "line", "more", "more_lines"),
    "time": ("day", "weekday", "full", "soon", "utc", "utc_other_day"),
    "state": tuple(Kind),
    "reason": tuple(Reason),
    "text": SURE,
    "mark": ("test", "copy"),
}

FILLED: Mapping[str, frozenset[str]] = {
    "hello.known": frozenset({"name"}),
    "what.together": frozenset({"services", "customers"}),
    "what.line": frozenset({"services", "customer"}),
    "what.more": frozenset({"n"}),
    "what.more_lines": frozenset({"n"}),
    "time.full": frozenset({"day", "clock", "zone"}),
    "time.soon": frozenset({"weekday", "clock", "zone"}),
    "time.utc": frozenset({"clock"}),
    "mark.copy": frozenset({"when"}),
    "time.utc_other_day": frozenset({"clock", "weekday"}),
}
"""What a phrase must have filled in, else the mail would keep silent about it."""


@dataclass(frozen=True, slots=True)
class Phrases:
    locale: str
    babel: Locale
    words: Mapping[str, str]
    """`section.key` -> phrase; facts as `facts.data.kept.confirmed`."""
    zones: Mapping[str, str]
    list_patterns: Mapping[str, str]

    def __getitem__(self, key: str) -> str:
        return self.words[key]

    def listed(self, items: Sequence[str], left_out: int = 0) -> str:
        """`A, B, and C` as CLDR has it for the language; `A, B, and 7 more` if some are left out."""
        if left_out > 0:
            items = (*items, self["what.more"].replace("{n}", str(left_out)))
        if len(items) < 3:
            return self.list_patterns["2"].format(*items) if len(items) == 2 else "".join(items)
        text = self.list_patterns["end"].format(items[-2], items[-1])
        for item in reversed(items[1:-2]):
            text = self.list_patterns["middle"].format(item, text)
        return self.list_patterns["start"].format(items[0], text)

    def fact(self, name: str, facts: Facts, quote: "Quote", when: str) -> str:
        """What may be said about one question: sure only if confirmed; honest if unknown, missing or internal.

        `when` stands for a fact that is a moment. A text that is missing in this language is not shown in another.
        """
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
            return self[f"facts.{name}.literal.{sure}"].replace("{text}", quote.code(_one_line(value)))
        return self[f"facts.{name}.{value}.{sure}"]

    def cause(self, reason: Reason, facts: Facts, quote: "Quote") -> str:
        """A fact that was given decides, also when it is internal; else what the reason implies."""
        return (
            self.fact("cause", facts, quote, "") if "cause" in facts.known else self[f"reason.{reason.value}"]
        )


@dataclass(frozen=True, slots=True)
class Quote:
    """How the company's own words are made safe for where they will stand."""

    plain: Callable[[str], str]
    code: Callable[[str], str]


def load(path: Path) -> Phrases:
    """Raises `BadInput` naming the file and the first phrase that is missing or cannot be filled."""
    name, text = template.read(path)
    try:
        tree = tomllib.loads(text)
        babel = Locale.parse(path.stem, sep="-")
    except tomllib.TOMLDecodeError as error:
        raise BadInput(f"{name}: {error}.") from None
    except (UnknownLocaleError, ValueError):
        raise BadInput(
            f"{name}: {path.stem!r} is not a language; name the file like 'de' or 'pt-BR'."
        ) from None
    zones = cast("Mapping[str, str]", tree.pop("zones", {}))
    words = dict(_flat(tree))
    _check(name, words)
    return Phrases(path.stem, babel, words, zones, cast("Mapping[str, str]", babel.list_patterns["standard"]))


def _flat(tree: Mapping[str, Any], above: str = "") -> Iterator[tuple[str, str]]:
    for key, value in tree.items():
        if isinstance(value, Mapping):
            yield from _flat(cast("Mapping[str, Any]", value), f"{above}{key}.")
        else:
            yield f"{above}{key}", str(value)


def required() -> Iterator[str]:
    yield "ask"
    for section, keys in REQUIRED.items():
        yield from (f"{section}.{key}" for key in keys)
    for name, asked in QUESTIONS.items():
        yield f"facts.{name}.unknown"
        forms = (*sorted(asked.codes), *["literal"] * asked.literal, *["moment"] * asked.moment)
        yield from (f"facts.{name}.{form}.{sure}" for form in forms for sure in SURE)


def _check(name: str, words: Mapping[str, str]) -> None:
    for key in required():
        if not words.get(key, "").strip():
            raise BadInput(f"{name} has no phrase {key}: add it.")
    for key, phrase in words.items():
        fields = frozenset[str](re.findall(r"\{(\w*)\}", phrase))
        wanted = _filled(key)
        if fields != wanted or re.sub(r"\{\w*\}", "", phrase).count("{"):
            shown = " and ".join(f"{{{field}}}" for field in sorted(wanted)) or "no braces"
            raise BadInput(f"{name}: the phrase {key} must hold exactly {shown}.")


def _filled(key: str) -> frozenset[str]:
    if key.startswith("facts."):
        form = key.split(".")[2]
        return frozenset({"literal": {"text"}, "moment": {"when"}}.get(form, set[str]()))
    return frozenset({"text"}) if key.startswith("text.") else FILLED.get(key, frozenset())


def _ended(text: str) -> str:
    line = _one_line(text)
    return line if not line[-1].isalnum() and line[-1] not in ")\"'" else f"{line}."


def _one_line(text: str) -> str:
    return " ".join(text.split())
