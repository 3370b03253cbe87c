"""What a translation says otherwise than the English: surer, one thing where there are two, in English still.

What no rule can see, such as two headings that were swapped, only a person sees: `reviews`.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from itertools import combinations
from typing import Final, TypeAlias

from babel.dates import tokenize_pattern

from notifier.pipeline.compose import forms, hedges
from notifier.pipeline.compose.catalogue import Catalogue
from notifier.pipeline.compose.forms import FIELD, Form
from notifier.pipeline.compose.ftl import CHOICES, NUMBER, Wording
from notifier.pipeline.compose.phrases import NEEDED
from notifier.pipeline.compose.template import WordsFault

DAYS: Final = ("day", "day.weekday")
"""Not words, but patterns of Unicode LDML."""

LABELS: Final = ("label", "what.line")
"""What something is called, and then it."""

Found: TypeAlias = Iterator[tuple[str, str]]
"""Name of a message, and what is wrong with it: the first of its kind."""


@dataclass(frozen=True)
class Compared:
    spoken: Catalogue
    english: Catalogue
    every: Mapping[str, tuple[Form, ...]]
    """By the name of a message that both have; without the words of lint and the patterns of days."""
    unsayable: tuple[WordsFault, ...]

    def purpose(self, name: str) -> Wording:
        return self.spoken.entries[name]

    def declined(self, name: str) -> frozenset[str]:
        """Also what the messages that stand in it leave out on purpose; so below."""
        return frozenset(variable for entry in self._parts(name) for variable in entry.declined)

    def same_for(self, name: str) -> frozenset[str]:
        return frozenset(variable for entry in self._parts(name) for variable in entry.same_for)

    def _parts(self, name: str) -> list[Wording]:
        return [entry for entry in self.spoken.needs([name]).values() if entry]


def faults(spoken: Catalogue, english: Catalogue) -> Iterator[WordsFault]:
    """What makes a mail say something else than the English one."""
    there = _compared(spoken, english)
    yield from there.unsayable
    yield from _by(FAULTS, there)


def warnings(spoken: Catalogue, english: Catalogue) -> Iterator[WordsFault]:
    """What may be meant."""
    yield from _by(WARNINGS, _compared(spoken, english))


def _by(rules: tuple[Callable[[Compared], Found], ...], there: Compared) -> Iterator[WordsFault]:
    for rule in rules:
        for name, sentence in rule(there):
            entry = there.spoken.entries.get(name)
            at = (entry.file, entry.line) if entry else (there.spoken.layers[-1].name, 1)
            yield WordsFault(*at, sentence)


def _compared(spoken: Catalogue, english: Catalogue) -> Compared:
    every: dict[str, tuple[Form, ...]] = {}
    unsayable: list[WordsFault] = []
    for name in spoken.entries:
        sayable = None not in spoken.needs([name]).values()  # else that is said of what is missing
        if sayable and name in english and name not in {*DAYS, hedges.NAME}:
            try:
                every[name] = forms.of(name, spoken, english)
            except WordsFault as fault:
                unsayable.append(fault)
    return Compared(spoken, english, every, tuple(unsayable))


def _left_out(there: Compared) -> Found:
    """What English fills in; `phrases.faults` sees to what no mail can do without."""
    for name, every in there.every.items():
        for form in every if name not in NEEDED else ():
            lost = {*FIELD.findall(form.english)} - {*FIELD.findall(form.text)}
            if lost := lost - there.declined(name):
                first = min(lost)
                add = f"add it, or write '# without ${first}' above the message"
                yield name, f"{_where(name, form)} leaves out ${first}: {add}"
                break


def _one_for_two(there: Compared) -> Found:
    """A choice of the English that the translation does not make."""
    for name, every in there.every.items():
        alike = ((a, b) for a, b in combinations(every, 2) if a.text == b.text and a.english != b.english)
        for one, other in alike:
            by = [each for each in one.chosen if one.chosen[each] != other.chosen[each]]
            if len(by) == 1 and by[0] in CHOICES and by[0] not in there.same_for(name):
                two = f"${by[0]} {one.chosen[by[0]]} and {other.chosen[by[0]]}"
                add = f"say both, or write '# same for every ${by[0]}' above the message"
                yield name, f"{name} says the same for {two}, where English says two: {add}"
                break


def _surer(there: Compared) -> Found:
    for name, form in _unlike(there, surer=True):
        add = f"say that it is not sure, or add the words that do to the message {hedges.NAME}"
        yield name, f"{_where(name, form)} is surer than the English: {add}"


def _less_sure(there: Compared) -> Found:
    for name, form in _unlike(there, surer=False):
        yield (
            name,
            f"{_where(name, form)} is less sure than the English: it has words of the message {hedges.NAME}",
        )


def _unlike(there: Compared, *, surer: bool) -> Iterator[tuple[str, Form]]:
    """The first form of each message that is surer than the English, or less sure."""
    ours, theirs = (hedges.of(each, there.english) for each in (there.english, there.spoken))
    if ours is None or theirs is None:
        return
    for name, every in there.every.items():
        never_sure = name.endswith((".believed", "-unknown"))
        for form in every:
            meant, is_so = never_sure or ours.are_in(form.english), theirs.are_in(form.text)
            if meant is surer and is_so is not surer and not _is_english(there, name, form):
                yield name, form
                break


def _no_hedges(there: Compared) -> Found:
    if hedges.of(there.spoken, there.english) is None:
        sentence = "it does not say in the message hedges how it says that something is not sure: nobody sees"
        yield hedges.NAME, f"{sentence} where it is surer than the English"


def _facts_alike(there: Compared) -> Found:
    """Sure and believed, kept and lost, about a time and at the latest: two phrases in the same words."""
    facts = [name for name in there.every if NUMBER not in NEEDED.get(name, {NUMBER})]
    yield from _alike(there, ((name, form) for name in facts for form in there.every[name]))


def _headings_alike(there: Compared) -> Found:
    uncounted = (name for name in there.every if NUMBER not in NEEDED.get(name, ()))
    forms_of_all = ((name, form) for name in uncounted for form in there.every[name])
    headings = ((name, form) for name, form in forms_of_all if form.english[-1:].isalnum())
    yield from _alike(there, headings)


def _alike(there: Compared, said: Iterable[tuple[str, Form]]) -> Found:
    first: dict[str, tuple[str, str]] = {}
    found: dict[str, str] = {}
    for name, form in said:
        before, meant = first.setdefault(form.text.casefold(), (name, form.english.casefold()))
        on_purpose = there.purpose(name).same_as | there.purpose(before).same_as
        if name != before and form.english.casefold() != meant and not {name, before} & on_purpose:
            add = f"write '# same as {before}' above it where that is meant"
            found.setdefault(name, f"{name} says the same as {before}, where English says two: {add}")
    yield from found.items()


def _still_english(there: Compared) -> Found:
    """One sentence for all: a language in the making begins with all of them."""
    left = [name for name, every in there.every.items() if any(_is_english(there, name, f) for f in every)]
    if left:
        more = f" and {len(left) - 1} more" if len(left) > 1 else ""
        add = "translate it, or write '# same as English' above it"
        yield left[0], f"still English: {left[0]}{more}; {add}"


def _is_english(there: Compared, name: str, form: Form) -> bool:
    """Not what is filled in alone, nor an abbreviation: UTC."""
    if form.text != form.english or there.spoken.babel.language == there.english.babel.language:
        return False
    words = any(letter.islower() for letter in FIELD.sub("", form.text))
    return words and "English" not in there.purpose(name).same_as


def _ends_otherwise(there: Compared) -> Found:
    """A heading in the place of a text, or a text in that of a heading."""
    for name, every in there.every.items():
        for form in every if not name.startswith("hello") else ():
            is_so, meant = (_END.get(text[-1:], "neither") for text in (form.text, form.english))
            if is_so != meant:
                yield name, f"{_where(name, form)} ends with {is_so}, and the English with {meant}"
                break


_END: Final = {**dict.fromkeys(".!\u3002\u0964", "a full stop"), **dict.fromkeys(":\uff1a", "a colon")}


def _label_behind(there: Compared) -> Found:
    for name, (form, *_) in there.every.items():
        shown, meant = (FIELD.findall(text) for text in (form.text, form.english))
        if name in LABELS and shown != meant:
            yield name, f"{name} must show first ${meant[0]} and then ${meant[1]}, each once"


def _days(there: Compared) -> Found:
    """A weekday, the day of the month, the month: what the English pattern shows, each once."""
    for name in DAYS:
        shown, meant = (_fields(each.pattern(name)) for each in (there.spoken, there.english))
        if lost := sorted({*meant} - {*shown}):
            yield name, f"{name} never shows {_CALLED[lost[0]]}: add it, such as {_LIKE[lost[0]]}"
        elif odd := [each for each in shown if each not in _CALLED or shown.count(each) > 1]:
            what = f"shows {_CALLED.get(odd[0], odd[0])} by a letter of a word"
            yield name, f"{name} {what}: put words between single quotes"


_CALLED: Final = {"E": "the day of the week", "d": "the day of the month", "M": "the month", "y": "the year"}
_LIKE: Final = {"E": "EEEE", "d": "d", "M": "MMMM"}
_SAME_FIELD: Final = {"L": "M", "e": "E", "c": "E"}


def _fields(pattern: str) -> list[str]:
    letters = [value[0] for kind, value in tokenize_pattern(pattern) if kind == "field"]
    return [_SAME_FIELD.get(letter, letter) for letter in letters]


def _where(name: str, form: Form) -> str:
    return f"{name}{form.where}{',' if form.chosen else ''}"


FAULTS: Final = (_left_out, _one_for_two, _surer, _facts_alike, _label_behind, _days)
WARNINGS: Final = (_no_hedges, _less_sure, _headings_alike, _ends_otherwise, _still_english)
