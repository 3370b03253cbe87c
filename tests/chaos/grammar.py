"""In which order somebody may hear what, as data with reasons; and what a letter says, read from its words."""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from enum import StrEnum

from notifier.model.vocabulary import NoticeKind

from .truth import Truth


class Heard(StrEnum):
    NOTHING = "nothing"
    OUT = "it is out"
    OVER = "it is over"


@dataclass(frozen=True, slots=True)
class Rule:
    then: Heard
    why: str


GRAMMAR: Mapping[Heard, Mapping[NoticeKind, Rule]] = {
    Heard.NOTHING: {
        NoticeKind.FIRST: Rule(Heard.OUT, "it begins for them"),
        NoticeKind.CATCH_UP: Rule(Heard.OUT, "it began, and what should have said so did not reach them"),
        NoticeKind.UPDATE: Rule(Heard.OUT, "the notice before had not reached them: one mail tells all of it"),
        NoticeKind.CORRECTION: Rule(Heard.OUT, "as an update: they read the right words at once"),
    },
    Heard.OUT: {
        NoticeKind.UPDATE: Rule(Heard.OUT, "news about what they know is out"),
        NoticeKind.CORRECTION: Rule(Heard.OUT, "something that they read was wrong"),
        NoticeKind.PARTIAL: Rule(Heard.OVER, "it is back for them, if not for everybody"),
        NoticeKind.RESTORED: Rule(Heard.OVER, "it is back for everybody"),
        NoticeKind.RELEASED: Rule(Heard.OVER, "it was, or is, not out for them after all"),
    },
    Heard.OVER: {
        NoticeKind.CORRECTION: Rule(Heard.OVER, "something that they read before the end was wrong"),
        NoticeKind.FIRST: Rule(Heard.OUT, "a new scope takes them in again"),
        NoticeKind.CATCH_UP: Rule(Heard.OUT, "as a first notice, which did not reach them"),
    },
}  # fmt: skip
"""What is not here must not happen. So: no update before anything else said that it is out; a first notice once,
and again only after an end; no news and no second end after an end; never a beginning after a beginning.

A person has one service in each disruption of the suite. With several, an update may follow an end: of the others.
"""


NEVER_TOO_OLD: Mapping[NoticeKind, str] = {
    NoticeKind.CORRECTION: "news since then do not take back what was wrong: given up, it goes again",
}
"""Kinds that may go again after something newer, if they still say what is true. Nothing else may."""


@dataclass(frozen=True, slots=True)
class Sent:
    """One letter to one person, as far as anybody can know."""

    notice_id: int
    kind: NoticeKind
    sure: bool
    """Nobody doubts it: it is no letter that the ledger had to give up for want of evidence. Those it may count as
    heard or as not heard."""


def broken(letters: Iterable[Sent]) -> str | None:
    """The first letter that no rule allows, in words; None: the order is right."""
    may_be = {Heard.NOTHING}
    told: list[str] = []
    newest = 0
    doubted: set[int] = set()
    for letter in letters:
        if letter.notice_id in doubted and letter.kind in NEVER_TOO_OLD:
            continue
        doubted |= set() if letter.sure else {letter.notice_id}
        if letter.notice_id < newest:
            return f"{letter.kind} once more after {', '.join(told)}: an older notice after a newer one"
        if letter.notice_id == newest:
            continue  # the same notice again: `repeats` asks whether that was marked, and for want of evidence
        newest = letter.notice_id
        after = {GRAMMAR[heard][letter.kind].then for heard in may_be if letter.kind in GRAMMAR[heard]}
        if not after:
            return f"{letter.kind} after {', '.join(told) or 'nothing'}"
        may_be = after if letter.sure else after | may_be
        told.append(letter.kind if letter.sure else f"perhaps {letter.kind}")
    return None


SAYS: Mapping[str, Truth | None] = {
    r"This does not apply to you \(any more\)": Truth.RELEASED,
    r"Das gilt für Sie nicht oder nicht mehr": Truth.RELEASED,
    r"(following|Fable 5|Mythos 5) is back for you": Truth.RESTORED,
    r"für Sie wieder frei:": Truth.RESTORED,
    r"you can use the following:": Truth.RESTORED,
    r"können Sie Folgendes nutzen:": Truth.RESTORED,
    r"(That has been|Das ist) (over since|seit .{10,60} vorbei)": Truth.RESTORED,
    r"What we wrote to you since then .{0,40}still holds": None,
    r"Was wir Ihnen seither .{0,60}gilt weiterhin": None,
    r"following (is|has been) suspended for you": Truth.AFFECTED,
    r"für Sie gesperrt": Truth.AFFECTED,
}
"""What a letter says of its reader, by its words in English and German, the first that fits. None: as before."""
UNREADABLE = "unreadable"


def says(texts: Iterable[str]) -> Truth | str:
    """What somebody knows who has read these, the newest last. NEVER: nothing was read."""
    known: Truth | str = Truth.NEVER
    for text in texts:
        flat = " ".join(text.split())
        found = [truth for pattern, truth in SAYS.items() if re.search(pattern, flat)]
        if not found:
            known = UNREADABLE
        elif found[0] is not None:
            known = found[0]
    return known
