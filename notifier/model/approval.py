"""Who may approve what: the words, the audience, and whether somebody else than their author must."""

from collections.abc import Set as AbstractSet
from enum import StrEnum


class Part(StrEnum):
    WORDS = "words"
    AUDIENCE = "audience"
    BOTH = "both"


class FourEyes(StrEnum):
    """Which parts nobody approves who wrote the notice."""

    NONE = "none"
    WORDS = "words"
    AUDIENCE = "audience"
    BOTH = "both"


ALL = frozenset({Part.WORDS, Part.AUDIENCE})


def parts(of: Part | FourEyes) -> frozenset[Part]:
    """`both` is both."""
    return ALL if of.value == "both" else ALL & {Part(of.value)} if of.value != "none" else frozenset()


def may_give(four_eyes: FourEyes, author: str, actor: str, *, overrides: bool) -> frozenset[Part]:
    """What this actor may approve; `overrides`: they break the glass, or the policy itself has decided."""
    return ALL if overrides or author != actor else ALL - parts(four_eyes)


def named(those: AbstractSet[Part]) -> str:
    """`the words and the audience`."""
    return " and ".join(f"the {part}" for part in (Part.WORDS, Part.AUDIENCE) if part in those)


def recorded(those: AbstractSet[Part]) -> Part:
    """How one approval of these parts stands in the ledger."""
    return Part.BOTH if those == ALL else next(iter(those))
