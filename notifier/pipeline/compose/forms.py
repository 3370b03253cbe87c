"""Every form of a message: what it says for each combination of what it chooses by, beside the English."""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import product
from typing import Final

from babel import Locale

from notifier.pipeline.compose.catalogue import Catalogue, Chosen
from notifier.pipeline.compose.ftl import CHOICES, NUMBER, ZONE

FIELD: Final = re.compile(r"\{(\w+)\}")
"""Where something is filled in."""

EXAMPLES: Final = (*range(13), 17, 21, 100, 101, 1_000_000)
"""Numbers, among which each plural of each language has one."""

ANY_ZONE: Final = "EST"


@dataclass(frozen=True, slots=True)
class Form:
    chosen: Chosen
    english: str
    """Empty where English has no such message."""
    text: str
    """As `english` with the names of what is filled in: `Hello {name},`."""

    @property
    def where(self) -> str:
        """`, certainty possibly, time now`."""
        return "".join(f", {variable} {value}" for variable, value in self.chosen.items())


def of(name: str, spoken: Catalogue, english: Catalogue) -> tuple[Form, ...]:
    """In every combination of what either of them chooses by. Raises `WordsFault` where one cannot be said."""
    there = name in english
    choices = [spoken.choices(name), *([english.choices(name)] if there else [])]
    return tuple(
        Form(chosen, english.pattern(name, chosen) if there else "", spoken.pattern(name, chosen))
        for chosen in _combinations(choices, (spoken.babel, english.babel))
    )


def _combinations(
    choices: Sequence[Mapping[str, frozenset[str]]], languages: Sequence[Locale]
) -> Iterator[dict[str, str | int]]:
    variables = sorted({variable for each in choices for variable in each})
    values = [
        _values(variable, sorted({v for each in choices for v in each.get(variable, ())}), languages)
        for variable in variables
    ]
    yield from (dict(zip(variables, row, strict=True)) for row in product(*values))


def _values(variable: str, named: Sequence[str], languages: Sequence[Locale]) -> Sequence[str | int]:
    """Those that are not named take the default, which may be another in each language.

    But kinds: a suspension is no outage, and no message about outages is ever said of it.
    """
    if variable == NUMBER:
        plurals = {tuple(each.plural_form(n) for each in languages): n for n in reversed(EXAMPLES)}
        return sorted({*plurals.values(), *(int(each) for each in named if each.isdigit())})
    if variable == ZONE:
        return [*(each for each in named if each != "other"), ANY_ZONE]
    return named if variable not in CHOICES or variable == "kind" else CHOICES[variable]
