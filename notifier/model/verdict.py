"""What is concluded from evidence, and on what grounds: the words that are written down and shown."""

from enum import StrEnum


class Consequence(StrEnum):
    """What a signal means for the disruptions that are open."""

    OPEN = "open"
    REOPEN = "reopen"
    """A draft whose evidence had gone away is taken up again, for what is reported now."""
    WIDEN = "widen"
    ATTACH = "attach"
    NOTE = "note"
    WAIT = "wait"
    """It would open a draft, and there are too many, or too few say so: its turn comes."""
    IGNORE = "ignore"


class Grounds(StrEnum):
    UNEXPLAINED = "no open disruption covers this"
    FOLLOWS = "a disruption about this ended a moment ago"
    CAUSED = "hangs together with what an open disruption tells people"
    CAME_BACK = "its draft was void a moment ago"
    BEGAN_TOGETHER = "began together with an open draft"
    HANGS_TOGETHER = "needs what an open draft is about, or is needed by it"
    COVERED = "an open disruption covers this"
    DRAFT_LOSES_EVIDENCE = "the draft loses this evidence"
    NOT_OURS_TO_END = "resolved for its source, and only a person ends this disruption"
    NO_SERVICE_OF_OURS = "names no service of ours"
    RESOLVED_WITHOUT_FIRING = "resolved, and never heard firing"
    RESOLVED_BEFORE = "arrived after its own resolution"
    NOTHING_RESTS_ON_IT = "no disruption rests on this"
    OVER = "its disruption is over"
    TOO_OLD = "had begun too long ago when it was first heard"
    OVER_BEFORE_ITS_TURN = "was over before its turn came"
    TOO_MANY_DRAFTS = "waits: as many drafts of evidence are open as policy wants"
    TOO_MANY_OF_IT = "waits: its source has opened as many drafts within an hour as it may"
    TOO_FEW = "waits: too few report it"
    ONLY_RECORDED = "is only recorded: policy drafts nothing for this"


CONCLUDED = {
    Grounds.UNEXPLAINED: Consequence.OPEN,
    Grounds.FOLLOWS: Consequence.OPEN,
    Grounds.CAUSED: Consequence.OPEN,
    Grounds.CAME_BACK: Consequence.REOPEN,
    Grounds.BEGAN_TOGETHER: Consequence.WIDEN,
    Grounds.HANGS_TOGETHER: Consequence.WIDEN,
    Grounds.COVERED: Consequence.ATTACH,
    Grounds.DRAFT_LOSES_EVIDENCE: Consequence.ATTACH,
    Grounds.NOT_OURS_TO_END: Consequence.NOTE,
    Grounds.TOO_MANY_DRAFTS: Consequence.WAIT,
    Grounds.TOO_MANY_OF_IT: Consequence.WAIT,
    Grounds.TOO_FEW: Consequence.WAIT,
}
"""What follows from what; everything else is ignored."""


def concluded(judgement: str) -> Consequence:
    """From what was written down of a judgement."""
    why = judgement.partition(" (")[0]
    return CONCLUDED.get(Grounds(why), Consequence.IGNORE) if why in set(Grounds) else Consequence.IGNORE


TURNS = frozenset({Grounds.TOO_MANY_DRAFTS, Grounds.TOO_MANY_OF_IT})
"""What waits although it is enough."""
