"""The moments of a plan, by what the ledger says; and how they are arranged, so that none is a coincidence.

What the product does by the clock waits until the suite has had its moment, however slow the machine is: policy
says a long deadline until then. Nothing else of the product differs.
"""

import time
from dataclasses import dataclass, field

from .island import Island
from .plan import UNKNOWN_DEADLINE, WATERMARK, Later, Plan, When

NEAR = 0.4
"""Seconds before its deadline in which something is about to reach it."""
NO_DEADLINE: dict[str, object] = {"unknown_deadline_seconds": 3600.0, "unknown_watermark_seconds": 3600.0}
ARRANGED = frozenset({When.UNKNOWN, When.DEADLINE, When.GIVEN_UP})
STILL, TIRED = 4.0, 20.0
"""Seconds in which the ledger has not changed: what is waited for waits for a deadline itself, or for a claim."""


@dataclass(frozen=True, slots=True)
class Ledger:
    """What the moments of a plan are named by."""

    claimed: int
    accepted: int
    unknown: int
    """Chunks."""
    given_up: int
    """Attempts that were presumed lost, and chunks that wait for a person."""
    oldest_unknown: float
    """Seconds since it was claimed; 0: none is unknown."""


LEDGER = """
SELECT (SELECT count(*) FROM attempt), (SELECT count(*) FROM attempt WHERE outcome = 'accepted'),
       (SELECT count(*) FROM chunk WHERE state = 'unknown'),
       (SELECT count(*) FROM attempt WHERE outcome = 'presumed_lost')
       + (SELECT count(*) FROM chunk WHERE state = 'dead'),
       coalesce((SELECT max(extract(epoch FROM clock_timestamp() - claimed_at))
                 FROM attempt JOIN chunk USING (attempt_id) WHERE state = 'unknown'), 0)::float8"""
UNKNOWN = "SELECT attempt_id::text FROM attempt JOIN chunk USING (attempt_id) WHERE state = 'unknown'"


@dataclass
class Moments:
    island: Island
    plan: Plan
    since: Ledger = Ledger(0, 0, 0, 0, 0.0)
    """When the last decision was taken."""
    seen: tuple[int, ...] = ()
    changed_at: float = field(default_factory=time.monotonic)
    held: bool = False
    """No deadline comes."""
    tired: bool = False
    """The moment that is waited for does not come while nobody may claim anything."""

    def __post_init__(self) -> None:
        self._hold(now=self.plan.evidence_arrives or bool(self.plan.laters))

    def arrange(self, now: Ledger, later: Later | None) -> None:
        """No deadline comes before the moment of the next decision, nor before evidence that is under way."""
        before = (now.claimed, now.accepted, now.unknown, now.given_up)
        if before != self.seen:
            self.seen, self.changed_at = before, time.monotonic()
        waits = later is not None and self._is_to_come(later, now)
        if later is not None and later.when is When.GIVEN_UP and not waits:
            self._shut(later, now)
        self._hold(now=waits or (self.plan.evidence_arrives and not self._is_without_evidence(now)))

    def decided(self, now: Ledger) -> None:
        self.since, self.changed_at, self.tired = now, time.monotonic(), False
        self.island.gate.unlink(missing_ok=True)

    def _shut(self, later: Later, now: Ledger) -> None:
        """What is given up does not leave again before the decision; unless that waits for what is to leave."""
        self.tired |= time.monotonic() - self.changed_at > TIRED
        if self.tired:
            self.island.gate.unlink(missing_ok=True)
        elif now.unknown + now.given_up >= later.count:
            self.island.gate.touch()

    def is_time(self, later: Later, now: Ledger) -> bool:
        match later.when:
            case When.CLAIMED:
                return now.claimed >= self.since.claimed + later.count
            case When.ACCEPTED:
                return now.accepted >= self.since.accepted + later.count
            case When.UNKNOWN:
                return now.unknown >= later.count
            case When.DEADLINE:
                return now.given_up >= later.count or self._is_ripe(later, now)
            case When.GIVEN_UP:
                return now.given_up >= later.count
            case When.QUIET:
                return False

    def _is_to_come(self, later: Later, now: Ledger) -> bool:
        """A moment that is about what is unknown; unless nothing happens any more before a deadline comes."""
        if later.when not in ARRANGED or now.given_up >= self.since.given_up + later.count:
            return False
        if later.when is When.GIVEN_UP and self._is_ripe(later, now):
            return False
        return now.unknown >= later.count or time.monotonic() - self.changed_at < STILL

    def _is_ripe(self, later: Later, now: Ledger) -> bool:
        # With evidence of others, silence is judged after the watermark already.
        deadline = WATERMARK if self.plan.events else UNKNOWN_DEADLINE
        return now.unknown >= later.count and now.oldest_unknown > deadline - NEAR

    def _is_without_evidence(self, now: Ledger) -> bool:
        """Something is unknown, and of nothing of it an event is to come."""
        if not now.unknown:
            return False
        sent = {mail["attempt"] for mail in self.island.ask("GET", "/messages/index")}
        return not sent & {row[0] for row in self.island.rows(UNKNOWN)}

    def _hold(self, *, now: bool) -> None:
        if now != self.held:
            self.island.say_policy(NO_DEADLINE if now else {})
            self.held = now
