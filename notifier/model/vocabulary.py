"""The closed vocabularies of the product, as they stand in Postgres."""

from collections.abc import Mapping
from enum import StrEnum
from typing import Literal, TypeAlias


class Mode(StrEnum):
    """Fixed when a disruption is declared: a rehearsal only goes to the sandbox, a live one never does."""

    LIVE = "live"
    REHEARSAL = "rehearsal"


class Kind(StrEnum):
    SUSPENSION = "suspension"
    OUTAGE = "outage"
    DEGRADATION = "degradation"
    MAINTENANCE = "maintenance"


class PeopleFrom(StrEnum):
    """By which copy of the company's own database people are told."""

    VIEW = "view"
    SNAPSHOT = "snapshot"


class Reason(StrEnum):
    LEGAL = "legal"
    SECURITY = "security"
    SUPPLIER = "supplier"
    CAPACITY = "capacity"
    FAULT = "fault"
    UNKNOWN = "unknown"


class Possibly(StrEnum):
    """How people are treated for whom an attribute that the scope asks for is unknown."""

    INCLUDE = "include"
    HEDGE = "hedge"
    EXCLUDE = "exclude"


class Verdict(StrEnum):
    AFFECTED = "affected"
    POSSIBLY = "possibly"
    NOT = "not"


class Standing(StrEnum):
    """What a person was last told about one service of one customer."""

    NONE = "none"
    AFFECTED = "affected"
    POSSIBLY = "possibly"
    RELEASED = "released"
    RESTORED = "restored"

    __hash__ = str.__hash__  # asked for each letter of a send: an enum's own is a function of Python


class NoticeKind(StrEnum):
    FIRST = "first"
    UPDATE = "update"
    PARTIAL = "partial"
    RESTORED = "restored"
    CORRECTION = "correction"
    RELEASED = "released"
    CATCH_UP = "catch_up"
    HOLDING = "holding"
    RETRACTION = "retraction"
    """What one notice said is withdrawn as a whole."""
    CONFIRMED = "confirmed"
    """Somebody objected; it was looked at again, and it stands."""


class NoticeState(StrEnum):
    DRAFT = "draft"
    APPROVED = "approved"
    SENDING = "sending"
    FINISHED = "finished"
    HELD = "held"
    CANCELLED = "cancelled"
    VOID = "void"


class HeldFor(StrEnum):
    """What a notice that is held waits for, where something is decided by it: its reason is for people alone."""

    SCOPE = "scope"
    """Another scope waits for its approval."""
    PROVIDER = "provider"
    """The provider refuses what no later answer mends."""


class Variant(StrEnum):
    """Which words a person reads: all of their lines affected, all of them possibly, or some of each.

    Where something ends for them, `affected` has nothing left that is out; the others say what still is.
    """

    AFFECTED = "affected"
    POSSIBLY = "possibly"
    BOTH = "both"
    STILL_AFFECTED = "still_affected"
    STILL_POSSIBLY = "still_possibly"
    STILL_BOTH = "still_both"


class Manner(StrEnum):
    """For whom words are that others of a notice do not read: who they are says `store/audience/corrections.py`,
    and of those who hear of an end `recipients.py`.

    It stands before the variant in the name of a text: `late_affected`.
    """

    COMMON = ""
    LATE = "late_"
    FRESH = "fresh_"
    PAST = "past_"
    WAS_AFFECTED = "was_affected_"
    WAS_POSSIBLY = "was_possibly_"
    WAS_BOTH = "was_both_"
    WORKS = "works_"
    CUT = "cut_"
    WORKS_WAS_AFFECTED = "works_was_affected_"
    WORKS_WAS_POSSIBLY = "works_was_possibly_"
    WORKS_WAS_BOTH = "works_was_both_"


VARIANT_OF: Mapping[str, Variant] = {
    f"{manner}{variant}": variant for manner in Manner for variant in Variant
}
"""Which variant the name of a text has."""
FOR_LATE_READERS = tuple(f"{Manner.LATE}{variant}" for variant in Variant)
"""Names of texts that tell all of it to people whom nothing had reached."""


class Account(StrEnum):
    """The seven states of a person in a notice; see `rules.md`, *the sum is the audience*."""

    TOLD = "told"
    WAITING = "waiting"
    IN_FLIGHT = "in_flight"
    UNKNOWN = "unknown"
    UNREACHABLE = "unreachable"
    HELD = "held"
    CANCELLED = "cancelled"


class Confidence(StrEnum):
    CONFIRMED = "confirmed"
    BELIEVED = "believed"
    UNKNOWN = "unknown"


class AttributeType(StrEnum):
    TEXT = "text"
    NUMBER = "number"
    BOOLEAN = "boolean"
    DATE = "date"
    TIMESTAMP = "timestamp"


ReviewEnding: TypeAlias = Literal["released", "confirmed"]
"""What a person decided about an objection."""
