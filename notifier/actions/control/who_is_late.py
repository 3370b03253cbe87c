"""Who is owed a catch-up, or an end that nothing on its way tells, found by what changed.

Where nothing has changed, nothing is read that grows.

Everybody is looked at once when a disruption's first notice has left, and again only when the rule itself changes
(a new scope, a restoration), when more has changed at once than can be named, or when what was seen is lost (the
server has started anew, a day has passed). Then in ranges of people, some in each tick.

Nothing here holds a lock that a person waits for. Each step is one transaction: if the process dies in it, the
next tick takes the same step again. No rule changes with the clock alone: a scope holds no relative times, and
what a view shows no longer is dropped by a copy of that view, which marks it.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from enum import Enum, auto

from notifier.actions.control.consent import author_of
from notifier.actions.notices.rule import rule_at
from notifier.model.kinds import FOR_THE_LATE
from notifier.model.vocabulary import NoticeKind, NoticeState
from notifier.pipeline.deliver import Reached, unmoved
from notifier.store import Db, Tx
from notifier.store.audience import changes, freezing, late
from notifier.store.audience.late import Look, Wanted
from notifier.store.audience.owed import LAST, Asked
from notifier.store.disruptions import disruptions, notices
from notifier.store.disruptions.notices import Notice

POLICY = "policy"
"""What somebody may be owed that nothing tells them: by a letter that got lost, came back or arrived after all, by
a claim between a count and its commit, by a correction that cancelled an end."""
ON_ITS_WAY = (NoticeState.APPROVED, NoticeState.SENDING, NoticeState.HELD)


class Step(Enum):
    DONE = auto()
    """Everybody who is late is known."""
    MORE = auto()
    NOT_NOW = auto()
    """Something is on its way to people, or a person is about to change who they are; or somebody else looks."""


@dataclass(frozen=True, slots=True)
class Sizes:
    """How much is looked at, in people."""

    in_range: int = 10_000
    """In one transaction, when everybody is looked at."""
    named: int = 5_000
    """Looked up by name; of more it is cheaper to look at everybody in turn."""
    at_once: int = 500
    """Of those, in one statement: what is planned for a few is quadratic for many."""
    ranges: int = 32
    """Ranges in one tick, for all disruptions together: other ticks are due as well."""


SIZES = Sizes()


@dataclass(slots=True)
class Search:
    """One tick's. Each disruption may take one range beyond what the tick has, so that none waits for ever."""

    db: Db
    now: datetime
    sizes: Sizes = SIZES
    reached: Reached = unmoved
    ranges: int = 0
    """Looked at so far."""

    def finds(self, disruption_id: int) -> bool:
        """True once it is known of everybody whether they are late; False: at another tick."""
        while True:
            with self.db.transaction() as tx:
                if not late.alone(tx, disruption_id):
                    return False
                step = self._step(tx, disruption_id)
            if step is not Step.MORE:
                return step is Step.DONE
            self.ranges += 1
            if self.ranges >= self.sizes.ranges:
                return False

    def _step(self, tx: Tx, disruption_id: int) -> Step:
        if is_busy(tx, disruption_id, notices.of_disruption(tx, disruption_id)):
            return Step.NOT_NOW
        here = changes.seen(
            tx
        )  # before anything is read: what changes from here on is looked at the next time
        wanted = wanted_of(tx, disruption_id)
        look = late.last_look(tx, disruption_id)
        if not _is_good(tx, look, rule := late.fingerprint(tx, wanted)):
            return self._next_range(tx, wanted, Look(rule=rule, reached=0, began=here), begins=True)
        if look.reached is not None:
            return self._next_range(tx, wanted, look)
        assert look.seen is not None
        people = late.changed(tx, disruption_id, look.seen, most=self.sizes.named)
        if people is None:
            return self._next_range(tx, wanted, Look(rule=rule, reached=0, began=here), begins=True)
        for at in range(0, len(people), self.sizes.at_once):
            late.note_people(tx, wanted, people[at : at + self.sizes.at_once])
            self.reached("people looked at")
        late.keep(tx, disruption_id, replace(look, seen=here), begins=True)
        return Step.DONE

    def _next_range(self, tx: Tx, wanted: Wanted, look: Look, *, begins: bool = False) -> Step:
        """The last one leaves what changed since the first of them, for the step after it."""
        assert look.reached is not None
        upto = freezing.range_end(tx, look.reached, self.sizes.in_range)
        late.note_range(tx, wanted, after=look.reached, upto=upto)
        self.reached("range looked at")
        done = replace(look, reached=upto)
        if upto == LAST:
            done = replace(look, seen=look.began, reached=None, began=None)
        late.keep(tx, wanted.asked.disruption_id, done, begins=begins)
        return Step.MORE


def _is_good(tx: Tx, look: Look, rule: str) -> bool:
    """It can be gone on from where the last look ended; else everybody is looked at once more."""
    before = look.seen if look.reached is None else look.began
    return before is not None and look.rule == rule and not look.is_old and not changes.is_lost(tx, before)


def wanted_of(tx: Tx, disruption_id: int) -> Wanted:
    """Whom notices would be written to now. What other disruptions hold matters to those who are owed an end."""
    rule = rule_at(tx, disruption_id, NoticeKind.PARTIAL)
    return Wanted(Asked(disruption_id, rule, disruptions.revision(tx, disruption_id).rev), FOR_THE_LATE)


def is_known(tx: Tx, disruption_id: int) -> bool:
    """What was found is of the rule in force, and everybody was looked at."""
    look = late.last_look(tx, disruption_id)
    return look.reached is None and look.rule == late.fingerprint(tx, wanted_of(tx, disruption_id))


def is_busy(tx: Tx, disruption_id: int, there: Sequence[Notice]) -> bool:
    """Something is on its way; or what a person has drafted tells late people as well, or changes who they are."""
    general = [n for n in there if n.only_customer is None]
    if any(n.state in ON_ITS_WAY and not _is_quiet(n) for n in general):
        return True
    in_force = disruptions.revision(tx, disruption_id).rev
    drafts = [n for n in general if n.state is NoticeState.DRAFT]
    return any(n.rev != in_force or not is_ours(tx, n) for n in drafts)


def is_ours(tx: Tx, draft: Notice) -> bool:
    """Drafted by policy for who is late, not by a person."""
    return draft.kind in FOR_THE_LATE and author_of(tx, draft) == POLICY


def _is_quiet(notice: Notice) -> bool:
    """Held with its list closed: whom it keeps is not late, and that may last for days."""
    return notice.state is NoticeState.HELD and notice.closed_at is not None
