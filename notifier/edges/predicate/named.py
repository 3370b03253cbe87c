"""Values that a person has written down, and where: a word that nobody's data knows is often a slip."""

import difflib
from collections.abc import Collection, Sequence
from dataclasses import dataclass

from notifier.edges.predicate.place import refusal
from notifier.model.scope import CUSTOMER, Column

UNKNOWN = "unknown"
NEAR = 0.72
"""Of difflib's ratio: DEE is near DE, and a two-letter code is never near another."""


@dataclass(frozen=True, slots=True)
class NamedText:
    """A text that a column is asked to be equal to."""

    column: Column
    value: str
    text: str
    """All that the person wrote; the value stands at `text[start:end]`."""
    start: int
    end: int


def nearest(value: str, known: Collection[str]) -> str | None:
    """The known value that was probably meant; None: none is near."""
    folded = {each.casefold(): each for each in known}
    near = difflib.get_close_matches(value.casefold(), folded, n=1, cutoff=NEAR)
    return folded[near[0]] if near else None


def unknown_is_no_value(column: Column) -> str:
    return (
        f"Customers whose {column.name} is unknown are possibly affected: --possibly include|hedge|exclude"
        " decides about them."
    )


def judge_unseen(unseen: Sequence[NamedText], known: Collection[str]) -> tuple[str, ...]:
    """Warnings about values of one column that no customer has; `known`: those that most have.

    Raises `BadInput` where another one was probably meant.
    """
    # Where nobody has any value, there is nothing to compare with.
    seldom = tuple(dict.fromkeys(_seldom(each) for each in unseen)) if known else ()
    for each in unseen:
        if sentence := _slip(each, known):
            raise refusal(each.text, each.start, each.end, sentence)
    return seldom


def _slip(each: NamedText, known: Collection[str]) -> str | None:
    """Of a sensitive attribute no value is said that the person has not written themselves."""
    name, anyway = each.column.name, "or add --as-written"
    if each.value.lower() == UNKNOWN:
        return unknown_is_no_value(each.column)
    if each.column == CUSTOMER:
        return f"There is no customer with this id: correct it, {anyway}."
    near = nearest(each.value, known)
    if near is None:
        return None
    if each.column.sensitive:
        look = f"look with `notifier scope {name} --sensitive`"
        return f"No customer has this {name}, a similar one is in use: {look}, {anyway}."
    return f"No customer has this {name}: did you mean '{near}'? Correct it, {anyway}."


def _seldom(each: NamedText) -> str:
    name = each.column.name
    which = f"the {name} that you name" if each.column.sensitive else f"{name} '{each.value}'"
    return f"No customer has {which}."
