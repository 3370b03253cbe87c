"""What is owed to a person about one service of one customer: what they were told against what is true now."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum

from notifier.model.vocabulary import NoticeKind, Standing


class Present(StrEnum):
    """How it is now, by the scope in force, the restorations since, and the entitlement."""

    AFFECTED = "affected"
    POSSIBLY = "possibly"
    """It cannot be said, and people are told that much."""
    UNKNOWN = "unknown"
    """It cannot be said, so nothing is."""
    NOT = "not"
    RESTORED = "restored"


class Why(StrEnum):
    NEW = "it is out for them and they have not heard it"
    AGAIN = "it is out for them again, and they were told that it was over"
    SURE = "they were told that it may be out, and it is"
    LEFT = "they were told that it is or may be out, and it is not for them"
    BACK = "they were told that it is or may be out, and it is back"
    HEARD = "they know"
    NEVER = "they were told nothing, and there is nothing to tell"
    OPEN = "it is not known whether it is still out for them: no end is announced on a guess"


@dataclass(frozen=True, slots=True)
class Owed:
    kind: NoticeKind | None
    why: Why


_FIRST = Owed(NoticeKind.FIRST, Why.NEW)
_AGAIN = Owed(NoticeKind.FIRST, Why.AGAIN)
_SURE = Owed(NoticeKind.CATCH_UP, Why.SURE)
_LEFT = Owed(NoticeKind.RELEASED, Why.LEFT)
_BACK = Owed(NoticeKind.RESTORED, Why.BACK)
_HEARD = Owed(None, Why.HEARD)
_NEVER = Owed(None, Why.NEVER)
_OPEN = Owed(None, Why.OPEN)

TABLE: Mapping[Standing, Mapping[Present, Owed]] = {
    told: dict(zip(Present, row, strict=True))
    for told, row in {
        #                    affected possibly unknown not     restored
        Standing.NONE:      (_FIRST,  _FIRST,  _NEVER, _NEVER, _NEVER),
        Standing.AFFECTED:  (_HEARD,  _OPEN,   _OPEN,  _LEFT,  _BACK),
        Standing.POSSIBLY:  (_SURE,   _HEARD,  _HEARD, _LEFT,  _BACK),
        Standing.RELEASED:  (_AGAIN,  _AGAIN,  _HEARD, _HEARD, _HEARD),
        Standing.RESTORED:  (_AGAIN,  _AGAIN,  _HEARD, _HEARD, _HEARD),
    }.items()
}  # fmt: skip
"""Whoever was told of a release or a restoration hears of it when it is out for them again: they must know."""


def owed(told: Standing, present: Present) -> Owed:
    """The kind of notice that is owed, or none, with the reason. `told`: what they were last told."""
    return TABLE[told][present]
