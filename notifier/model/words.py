"""The closed vocabularies of the product, as they stand in Postgres."""

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
