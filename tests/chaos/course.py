"""The course of one run: what is still to come, when it is time for it, and whether anything moves by itself."""

import random
import time
from dataclasses import dataclass, field
from datetime import datetime

from notifier.entry.tasks import ring
from notifier.errors import Refused
from notifier.model.ring import Ring

from .blows import put_in_place, strike
from .decisions import decide
from .island import LONGEST_RUN, QUIET, Island, Stuck
from .moments import LEDGER, Ledger, Moments
from .plan import Blow, Copy, Later, Plan, When
from .truth import Declared

MOVING = """
SELECT count(*) FILTER (WHERE n.state IN ('approved', 'sending')),
       (SELECT count(*) FROM chunk k JOIN notice USING (notice_id)
        WHERE k.state IN ('claimed', 'unknown') OR k.state = 'due' AND notice.state IN ('approved', 'sending')),
       (SELECT count(*) FROM attempt WHERE outcome = 'open')
FROM notice n"""


@dataclass(frozen=True, slots=True)
class Swap:
    """A copy of the database waits until so many attempts were accepted that were claimed after it was made."""

    how: Copy
    made_at: datetime
    more: int


@dataclass
class Course:
    island: Island
    plan: Plan
    declared: list[Declared] = field(default_factory=list[Declared])
    """The first is the one that the plan's decisions are about."""
    blows: list[Blow] = field(default_factory=list[Blow])
    laters: list[Later] = field(default_factory=list[Later])
    swap: Swap | None = None
    stopped_at: datetime | None = None
    """When it was first seen, by the database's clock, that the product has stopped everything."""
    trusted: bool = False
    """A person has said that the copy of the database counts."""
    missed: int = 0
    """Decisions whose moment never came: they were made when all was quiet."""
    refused: int = 0
    """Decisions that the product refused, and rightly: what they were about was over by then."""
    wrong: list[str] = field(default_factory=list[str])
    excused: set[str] = field(default_factory=set[str])
    """Attempts whose answer nobody read in time, by their own process's word: this machine was slow."""

    def __post_init__(self) -> None:
        self.blows += self.plan.blows
        self.laters += self.plan.laters
        self.dice = random.Random(f"{self.plan.seed}/{self.plan.index}/rings")
        self.moments = Moments(self.island, self.plan)

    def until_quiet(self) -> None:
        """Until everything has happened and nothing moves by itself. Raises `Stuck`."""
        quiet_since = None
        longest = LONGEST_RUN + sum(blow.seconds for blow in self.blows)
        deadline = time.monotonic() + longest
        while quiet_since is None or self.laters or time.monotonic() - quiet_since < QUIET:
            if time.monotonic() > deadline:
                moving = self.moving() or "a blow or a decision is to come"
                raise Stuck(f"after {longest:.0f} s: {moving}; the web process says {self.island.web()}")
            self.island.tend()
            if self.plan.doubled_rings:
                self._ring_shuffled()
            now = self._ledger()
            self.moments.arrange(now, self.laters[0] if self.laters else None)
            busy = self._strike(now) or self._decide(now, quiet=quiet_since is not None) or self.moving()
            quiet_since = None if busy or self.blows or self.swap else quiet_since or time.monotonic()
            time.sleep(0.05)

    def _ledger(self) -> Ledger:
        if self.plan.answers_are_seen:
            found = self.island.rows(
                "SELECT attempt_id::text FROM attempt WHERE outcome = 'unknown'"
                " AND reason <> 'the worker did not report back'"
            )
            self.excused |= {row[0] for row in found}
        return Ledger(*self.island.rows(LEDGER)[0])

    def _strike(self, now: Ledger) -> bool:
        called = {file.name.removeprefix("calling-"): file for file in self.island.home.glob("calling-*")}
        for number, blow in enumerate(self.plan.blows):
            if blow not in self.blows:
                continue
            file = called.get(str(number))
            if (file is not None and self._has_begun()) if blow.point else blow.after <= now.claimed:
                self.blows.remove(blow)
                strike(self.island, blow, lambda file=file: file and file.unlink(missing_ok=True))
                made_at = self.island.rows("SELECT clock_timestamp()")[0][0]
                if blow.what in list(Copy):
                    self.swap = Swap(Copy(blow.what), made_at, blow.more)
                return True
        if self.swap and self._accepted_since(self.swap.made_at) >= self.swap.more:
            put_in_place(self.island, self.swap.how, events=self.plan.events)
            self.swap = None
            return True
        return False

    def _has_begun(self) -> bool:
        """Whoever calls before there is a list is a lane of the run before; it waits for those of this one."""
        return bool(self.island.rows("SELECT EXISTS (SELECT FROM chunk)")[0][0])

    def _decide(self, now: Ledger, *, quiet: bool) -> bool:
        if not self.laters:
            return False
        later = self.laters[0]
        if not (quiet or self.moments.is_time(later, now)):
            return False
        self.laters.pop(0)
        self.missed += quiet and later.when is not When.QUIET
        try:
            self.refused += not decide(self.island, later, self.declared)
        except Refused as error:
            self.wrong.append(f"refused: {later.act}: {error}")
        self.moments.decided(self._ledger())
        return True

    def _accepted_since(self, made_at: datetime) -> int:
        statement = "SELECT count(*) FROM attempt WHERE outcome = 'accepted' AND claimed_at > %s"
        return self.island.rows(statement, made_at)[0][0]

    def moving(self) -> str:
        """What still moves, in words; empty: nothing."""
        if self.island.swapped_at and (not self.trusted or self.is_stopped()):
            return self._noticed()
        ((notices, chunks, attempts),) = self.island.rows(MOVING)
        if notices or chunks:
            return f"{notices} notices are on their way, {chunks} chunks and {attempts} attempts are open"
        if attempts:
            return f"{attempts} attempts are open although nothing is to be sent"
        if list(self.island.home.glob("asleep-*")):
            return "a process sleeps"
        missing = self._events_missing() if self.plan.events else 0
        return f"events of {missing} requests are to come" if missing > 0 else ""

    def is_stopped(self) -> bool:
        """The product itself has stopped everything."""
        found = self.island.rows("SELECT clock_timestamp() FROM brake WHERE key <> '*' LIMIT 1")
        self.stopped_at = (self.stopped_at or found[0][0]) if found else None
        return bool(found)

    def _noticed(self) -> str:
        """Another database stands there: whatever is due, everything is stopped until a person lets it go."""
        if not self.is_stopped():
            return "nobody has noticed that the database is older than what was sent"
        attempts = self.island.rows("SELECT count(*) FROM attempt WHERE outcome = 'open'")[0][0]
        return f"{attempts} attempts are open" if attempts else ""

    def _events_missing(self) -> int:
        """Requests that were mailed and that no event speaks of yet."""
        if self.island.swapped_at:
            return 0  # what the truer database has heard is not said again
        sent = {mail["attempt"] for mail in self.island.ask("GET", "/messages/index")}
        heard = {row[0] for row in self.island.rows("SELECT DISTINCT attempt_id::text FROM event")}
        lost = sum(answer.times for answer in self.plan.every_answer if answer.kind == "lost-events")
        return len(sent - heard) - lost

    def _ring_shuffled(self) -> None:
        ids = [row[0] for row in self.island.rows("SELECT notice_id FROM notice")]
        rings = [Ring(task, notice_id) for notice_id in ids for task in ("deliver", "freeze")]
        rings = [*rings, Ring("sweep", 0)] * 2
        self.dice.shuffle(rings)
        ring(self.island.settings, rings)
