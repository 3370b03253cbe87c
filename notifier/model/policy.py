"""What `[policy]` of the company's file decides: how patient the machinery is. Times are in seconds,
but for what says hours.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field, fields
from typing import Any

from notifier.model.approval import FourEyes
from notifier.model.vocabulary import Kind, NoticeKind

NOT_NUMBERS = frozenset(
    {
        "four_eyes",
        "unknown_held",
        "canary_waits_for_events",
        "snapshot_seconds",
        "next_update_minutes",
        "on_call",
    }
)


LONGEST_REQUEST = 90
"""Seconds from a claim to the end of its request: a task begins none after 20 of its 120 seconds."""


SHORTEST_GAP = 20.0
"""Seconds. A busy machine sweeps late; an outage that is shorter than this, the provider repeats at once."""


@dataclass(frozen=True, slots=True)
class Policy:
    """Raises `ValueError`, as one sentence, for values that would break a rule of the ledger."""

    sweep_seconds: float = 5.0
    """How often the sweeper looks for what is due: a lost ring costs at most this."""
    lease_seconds: float = 60.0
    """How long a claimed chunk is its worker's own."""
    deadline_seconds: float = 30.0
    """The total deadline of one request; shorter than the lease, so that no answer comes after it."""
    claim_age_seconds: float = 5.0
    """A worker whose claim is older than this before it posts records *not sent* instead."""
    lanes: int = 8
    """Requests in flight in one process, each with its own claim and connection."""
    chunk_people: int = 1000
    """The most letters in one request; the provider takes no more. With fewer, one unknown outcome weighs less."""
    range_people: int = 64_000
    """The most people whom one step of freezing a list takes; two steps run side by side."""

    requests_per_second: float | None = None
    """The most requests that one notice makes; None: as many as the provider takes."""
    stale_seconds: float = 7200.0
    """A notice that is approved and has not moved for so long is held, not sent."""
    unknown_deadline_seconds: float = 900.0
    """After this, what is not known is decided without evidence: by the kind of the notice."""
    most_tries: int = 100
    """A chunk that was claimed so often waits for a person: something in it, or about it, is poison."""
    unknown_watermark_seconds: float = 120.0
    unknown_watermark_chunks: int = 2
    """Silence about an attempt means something only if events of so many later attempts are so old already."""
    unknown_held: tuple[str, ...] = ("update", "holding")
    """Kinds of notice whose unknown chunks wait for a person; of all others they are sent again."""
    refused_share: float = 0.2
    refused_least: int = 20
    """A notice is held when so many people, and such a share, were rejected, dropped or bounced."""
    four_eyes: FourEyes = FourEyes.NONE
    """Which part of a notice its author may not approve: none, words, audience or both."""
    review_hours: float = 24.0
    """Who says that a suspension is wrong for them has an answer after at most so many hours."""
    most_drafts: int = 20
    """So many drafts of evidence are open at once; what tools report beyond them waits, and says so."""
    follow_minutes: float = 60.0
    """So soon after an end, evidence about the same services takes a draft up again, or opens one that follows."""
    untouched_minutes: float = 30.0
    """A draft of evidence that nobody has touched for so long is an alarm of its own."""
    latecomers_seconds: float = 60.0
    """How often it is asked who came late to an open disruption and was not told."""
    catch_up_ceiling: int | None = None
    """To at most so many latecomers a catch-up goes by itself; None: it waits for a person."""
    snapshot_seconds: float = 0.0
    """How often a snapshot of the company's own database is kept; 0: never."""
    snapshots_kept: int = 4
    vanished_seconds: float = 259_200.0
    """Whom that database shows no longer is told by what was last known for so long: the cut-off may be why."""
    next_update_minutes: Mapping[Kind, float] = field(default_factory=dict[Kind, float])
    """Kind of disruption -> after how long people hear more, proposed wherever nobody says it themselves."""
    canary_waits_for_events: bool = False
    """Go on after the first chunk only when the provider has reported on it. Off: minutes matter."""
    on_call: tuple[str, ...] = field(default=(), repr=False)
    """Addresses of the company's own people, who are told of alarms by mail."""

    def __post_init__(self) -> None:
        rules = (
            (1 <= self.lanes <= 64, "lanes must be between 1 and 64"),
            (1 <= self.chunk_people <= 1000, "chunk_people must be between 1 and 1000"),
            (1 <= self.range_people <= 1_000_000, "range_people must be between 1 and 1000000"),
            (self._positive(), "every time must be more than 0 seconds, every other number more than 0"),
            (self.snapshot_seconds >= 0, "snapshot_seconds must be 0 (no snapshots) or more"),
            (
                all(minutes > 0 for minutes in self.next_update_minutes.values()),
                "next_update_minutes must be more than 0",
            ),
            (self.refused_share <= 1, "refused_share must be more than 0 and at most 1"),
            (
                self.claim_age_seconds + self.deadline_seconds < self.lease_seconds,
                (
                    "claim_age_seconds and deadline_seconds together must be less than lease_seconds: "
                    "a request must end before another worker may take its chunk"
                ),
            ),
            (
                self.claim_age_seconds + self.deadline_seconds <= LONGEST_REQUEST,
                (
                    f"claim_age_seconds and deadline_seconds together must be at most {LONGEST_REQUEST}: "
                    "a worker's task is ended after two minutes, whatever it has in flight"
                ),
            ),
            (
                self.unknown_deadline_seconds > self.lease_seconds,
                "unknown_deadline_seconds must be more than lease_seconds",
            ),
            (
                set(self.unknown_held) <= set(NoticeKind),
                f"unknown_held names kinds of notices: {', '.join(NoticeKind)}",
            ),
        )
        for holds, sentence in rules:
            if not holds:
                raise ValueError(sentence)

    @property
    def gap_seconds(self) -> float:
        """Whoever watches and leaves no sign of life for so long was away: what came meanwhile may come again."""
        return max(SHORTEST_GAP, 4 * self.sweep_seconds)

    def _positive(self) -> bool:
        numbers = [getattr(self, f.name) for f in fields(self) if f.name not in NOT_NUMBERS]
        return all(number > 0 for number in numbers if number is not None)

    @staticmethod
    def from_mapping(stored: Mapping[str, Any]) -> "Policy":
        """Read `company.policy`; keys that this version does not know are left alone."""
        known = {f.name for f in fields(Policy)}
        given = {key: value for key, value in stored.items() if key in known}
        if "unknown_held" in given:
            given["unknown_held"] = tuple(given["unknown_held"])
        if "on_call" in given:
            given["on_call"] = tuple(given["on_call"])
        if "next_update_minutes" in given:
            minutes = given["next_update_minutes"].items()
            given["next_update_minutes"] = {Kind(kind): float(number) for kind, number in minutes}
        if "four_eyes" in given:
            given["four_eyes"] = FourEyes(given["four_eyes"])
        return Policy(**given)
