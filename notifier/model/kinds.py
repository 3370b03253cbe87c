"""What each kind of notice is like: one table, read wherever kinds are told apart, by SQL as parameters."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from notifier.model.vocabulary import NoticeKind, Variant


@dataclass(frozen=True, slots=True, kw_only=True)
class Traits:
    title: str
    """How people call it."""
    follows: bool = True
    """Its people depend on what they were told before; otherwise it goes by the scope alone, as long as it is the
    first of its disruption."""
    begins: bool = False
    """Says that something is out: a customer whom nobody can be written to for is a member too."""
    ends: bool = False
    """Tells people that something ends for them, beside what does not."""
    back: bool = False
    """Of those: because it works again, and not because it was none of theirs."""
    merges: bool = False
    """Also goes to those who do not know yet what is out for them: one mail that tells all of it."""
    corrects: bool = False
    """Is about one earlier notice: stops what is left of it and of what repeats it, and quotes it."""
    keeps_promise: bool = False
    """Goes to everybody who was told: the next promised news has come."""
    by_policy: bool = False
    """Owed to somebody in between: the tick drafts it."""
    rescoped: bool = False
    """A new revision of the scope takes it over: what is left of it is cancelled and merged."""
    instead: NoticeKind | None = None
    """Whose words are read where it has none of its own."""


KINDS: Final[Mapping[NoticeKind, Traits]] = {
    NoticeKind.FIRST: Traits(title="First notice", follows=False, begins=True, rescoped=True),
    NoticeKind.UPDATE: Traits(title="Update", merges=True, keeps_promise=True),
    NoticeKind.CATCH_UP: Traits(
        title="Catch-up", begins=True, by_policy=True, rescoped=True, instead=NoticeKind.FIRST
    ),
    NoticeKind.RELEASED: Traits(title="Released", ends=True, by_policy=True, rescoped=True),
    NoticeKind.PARTIAL: Traits(title="Partial restoration", ends=True, back=True, by_policy=True),
    NoticeKind.RESTORED: Traits(title="Restored", ends=True, back=True, keeps_promise=True),
    NoticeKind.CORRECTION: Traits(title="Correction", merges=True, corrects=True, keeps_promise=True),
    NoticeKind.RETRACTION: Traits(title="Retraction", corrects=True, keeps_promise=True),
    NoticeKind.HOLDING: Traits(title="Holding notice", follows=False),
    NoticeKind.CONFIRMED: Traits(title="Reviewed, it stands"),
}

# In the order of the table, in every process: what SQL is given is also compared between processes.
ENDINGS: Final = tuple(kind for kind, each in KINDS.items() if each.ends)
CORRECTING: Final = tuple(kind for kind, each in KINDS.items() if each.corrects)
MERGING: Final = tuple(kind for kind, each in KINDS.items() if each.merges)
KEEPING: Final = tuple(kind for kind, each in KINDS.items() if each.keeps_promise)
RESCOPED: Final = tuple(kind for kind, each in KINDS.items() if each.rescoped)
FOR_THE_LATE: Final = tuple(kind for kind, each in KINDS.items() if each.by_policy)
"""What the tick drafts, in the order of the table."""
TELLS_THE_LATE: Final = tuple(kind for kind, each in KINDS.items() if each.begins or each.merges)
"""After one of these, whoever belongs to it and was not told is late."""

OUT: Final = (Variant.AFFECTED, Variant.POSSIBLY, Variant.BOTH)
ENDING: Final = (Variant.AFFECTED, Variant.STILL_AFFECTED, Variant.STILL_POSSIBLY, Variant.STILL_BOTH)


def variants_of(kind: NoticeKind) -> tuple[Variant, ...]:
    """Everything that a notice of this kind may have to say."""
    if kind is NoticeKind.RETRACTION:
        return tuple(Variant)  # what stands after it is what was told before, whatever that was
    return ENDING if KINDS[kind].ends else OUT
