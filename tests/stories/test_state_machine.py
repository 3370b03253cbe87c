"""The ledger against a small model of it, step by step: a provider that takes, refuses, forgets to answer and
reports late; workers that sleep at the worst moment; sweepers, people and the brake in between.

The model below is the steps of the ledger in `rules.md`, written down a second time. `Provider` knows what really
arrived.
"""

import re
import uuid
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from typing import Any, ClassVar

import psycopg
import pytest
from hypothesis import HealthCheck, Phase, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    precondition,
    rule,
    run_state_machine_as_test,
)

from notifier.actions.control import brake
from notifier.errors import Refused
from notifier.model.act import Act
from notifier.model.event import ProviderEvent
from notifier.model.mail import Envelope, Letter, Outcome, Result
from notifier.model.policy import Policy
from notifier.model.vocabulary import Account
from notifier.pipeline.deliver import Lane, Wait, claim_next, record, send_claimed
from notifier.pipeline.feedback import fold
from notifier.store import Db
from notifier.store.disruptions import notices
from notifier.store.ledger import accounting, events, leases, unknowns
from notifier.store.ledger.chunks import Claim, Seat
from notifier.store.ledger.unknowns import Unknown
from tests.documents import DOCS, rows_of_table

NOW = datetime(2026, 11, 27, 23, 41, 30, tzinfo=UTC)
POLICY = Policy(most_tries=4)
PAST = ("fresh", "fresh", "lost", "lost and taken")
ROOTS = (1, 2, 5, 3, 4, 1, 2)
"""Letters of each chunk."""
PEOPLE = sum(ROOTS)
EXCLUDED = 3
"""Beside them: one suppressed, one held above the ceiling, one customer without an address."""
BAD_FATES = ("rejected", "suppressed", "dropped", "bounced")
NAME = "provider"
WHOLE = "scripted: rejected"
"""What a refusal says that names nobody."""
EXAMPLES, MORE_EXAMPLES = 6, 100
"""Machines in one test run; more of them find what is rarer, in a long run."""

ALLOWED: dict[str, set[str]] = {
    "due": {"claimed", "cancelled", "accepted"},
    # Cancelled: everybody in it has been suppressed since.
    "claimed": {"accepted", "due", "split", "dead", "unknown", "cancelled"},
    # A late definite answer of the attempt itself does what it would have done in time.
    "unknown": {"accepted", "due", "dead", "split", "cancelled"},
    "dead": {"due", "cancelled", "accepted"},
    "cancelled": {"accepted"},
    "accepted": set(),
    "split": set(),
}
ALLOWED_ATTEMPT: dict[str, set[str]] = {
    "open": {"accepted", "refused", "not_sent", "unknown"},
    "unknown": {"accepted", "presumed_lost", "refused", "not_sent"},
    "presumed_lost": {"accepted"},
    "refused": {"accepted"},
    "not_sent": {"accepted"},
    "accepted": set(),
}
ALLOWED_NOTICE: dict[str, set[str]] = {
    "approved": {"sending", "held", "finished", "cancelled"},
    "sending": {"held", "finished", "cancelled"},
    "held": {"approved", "sending", "cancelled"},
    "finished": {"sending"},  # a person retried what was dead
    "cancelled": set(),
}

Key = tuple[int, int, int]
"""A chunk by root, lo and hi: no two have the same."""


class Asleep(Exception):
    """A worker is stopped, or dies, between asking whether it may send and sending."""


@dataclass
class Provider:
    """A sender whose next answer is scripted; it remembers who got mail from which attempt."""

    name: str = NAME
    answer: Outcome | None = None
    """None: the worker falls asleep."""
    takes: bool = False
    took: dict[str, list[int]] = field(default_factory=dict)

    def send(self, envelope: Envelope, still_ours: Callable[[], bool]) -> Outcome:
        if self.answer and self.answer.result is Result.NOT_SENT:
            return self.answer
        if not still_ours():
            return Outcome(Result.STOPPED, "no longer ours")
        if self.answer is None:
            raise Asleep
        if self.takes:
            self.take(envelope.attempt_id, [letter.recipient_id for letter in envelope.letters])
        return self.answer

    def take(self, attempt: str, people: list[int]) -> None:
        assert attempt not in self.took, "an attempt is one POST"
        self.took[attempt] = people

    def check(self) -> Outcome:
        return Outcome(Result.ACCEPTED, "fine")


@dataclass
class Chunk:
    state: str = "due"
    attempt: str | None = None
    tries: int = 0
    again: bool = False


@dataclass
class Attempt:
    chunk: Key
    again: bool
    outcome: str = "open"
    words: str = ""
    skip: set[int] = field(default_factory=set)
    """Positions that are not in the request."""

    @property
    def letters(self) -> list[int]:
        return [pos for pos in range(*self.chunk[1:]) if pos not in self.skip]


@dataclass
class Model:
    """The steps of the ledger, as `rules.md` has them."""

    notice: str = "approved"
    everything_stopped: bool = False
    chunks: dict[Key, Chunk] = field(default_factory=dict)
    attempts: dict[str, Attempt] = field(default_factory=dict)
    rejected: set[tuple[int, int]] = field(default_factory=set)
    """(root, position)"""
    resumed_after: int = 0
    """How many attempts there were when a person last let it go."""

    @property
    def leaves(self) -> bool:
        return self.notice in {"approved", "sending"}

    def of(self, state: str) -> list[Key]:
        return [key for key, chunk in self.chunks.items() if chunk.state == state]

    def claim(self, key: Key, attempt: str) -> None:
        chunk = self.chunks[key]
        assert chunk.state == "due"
        assert self.leaves
        assert self.notice == "sending" or not self.of("claimed"), "the first chunk leaves alone"
        if any(a.outcome == "accepted" for a in self.attempts.values()):
            self.notice = "sending"  # whoever should have started it died before
        self.chunks[key] = Chunk("claimed", attempt, chunk.tries + 1, chunk.again)
        self.attempts[attempt] = Attempt(key, chunk.again)

    def hold(self) -> None:
        if self.leaves:
            self.notice = "held"

    def record(self, attempt_id: str, outcome: Outcome) -> None:  # noqa: C901 - one table, in one place
        attempt = self.attempts[attempt_id]
        chunk, letters = self.chunks[attempt.chunk], len(attempt.letters)
        word, state = MEANS[outcome.result]
        kin = self.kin(attempt_id) if outcome.result is Result.REJECTED and not outcome.culprits else None
        if kin == "refused":
            state = "due"
            self.hold()
        if kin == "open" and letters == 1:
            state = "due" if chunk.tries < POLICY.most_tries else "dead"
        if outcome.result is Result.NOT_SENT and chunk.tries >= POLICY.most_tries:
            state = "dead"
        if outcome.result is Result.TOO_LARGE and letters == 1:
            state = "dead"
        if outcome.result is Result.FORBIDDEN:
            self.hold()
        if outcome.result is Result.ACCEPTED and self.notice == "approved":
            self.notice = "sending"
        open_still = attempt.outcome in {"open", "unknown"}
        if not open_still and (word, attempt.outcome) != ("accepted", "presumed_lost"):
            return
        attempt.outcome, attempt.words = word, outcome.reason
        if state == "accepted":
            self.prove(attempt_id)
        elif chunk.attempt == attempt_id and chunk.state in {"claimed", "unknown"}:
            chunk.state = self.unless_cancelled(state)
            if outcome.result is Result.LATER:
                chunk.tries -= 1  # the provider said nothing about this chunk
            if state == "split":
                self.split(attempt, outcome)

    def kin(self, attempt_id: str) -> str | None:
        """The other half of a chunk that was cut for the same words, if nothing was accepted or resumed since."""
        order = list(self.attempts)
        me = self.attempts[attempt_id]
        chunk = self.chunks[me.chunk]
        waits = chunk.attempt == attempt_id and chunk.state in {"claimed", "unknown"}
        root, lo, hi = me.chunk
        parents = [
            key for key, other in self.chunks.items()
            if key[0] == root and other.state == "split" and key[1] <= lo and hi <= key[2] and key != me.chunk
        ]  # fmt: skip
        if not waits or me.outcome not in {"open", "unknown"} or not parents:
            return None
        parent = min(parents, key=lambda key: key[2] - key[1])
        cut = self.chunks[parent].attempt
        assert cut
        since = order.index(cut)
        accepted = any(self.attempts[other].outcome == "accepted" for other in order[since + 1 :])
        if not self.same_words(cut) or since < self.resumed_after or accepted:
            return None
        half = (root, hi, parent[2]) if lo == parent[1] else (root, parent[1], lo)
        if half not in self.chunks:
            return None
        if any(a.chunk == half and self.same_words(id_) for id_, a in self.attempts.items()):
            return "refused"
        return "open" if self.chunks[half].state in {"due", "claimed"} else None

    def same_words(self, attempt_id: str) -> bool:
        attempt = self.attempts[attempt_id]
        return attempt.outcome == "refused" and attempt.words == WHOLE

    def split(self, attempt: Attempt, outcome: Outcome) -> None:
        key, letters = attempt.chunk, attempt.letters
        root, lo, hi = key
        culprits = {letters[n] for n in outcome.culprits}
        if not culprits and len(letters) == 1:
            culprits = set(letters)
        self.rejected |= {(root, pos) for pos in culprits}
        middle = letters[len(letters) // 2]
        cuts = {hi, *([] if culprits else [middle]), *culprits, *(pos + 1 for pos in culprits)}
        begin = lo
        for end in sorted(cuts - {lo}):
            if begin not in culprits:
                state = self.unless_cancelled("due")
                self.chunks[root, begin, end] = Chunk(state, again=self.chunks[key].again)
            begin = end

    def prove(self, attempt_id: str) -> None:
        """The provider took it, whatever we thought."""
        self.attempts[attempt_id].outcome = "accepted"
        root, lo, hi = self.attempts[attempt_id].chunk
        for (other, begin, end), chunk in self.chunks.items():
            if other == root and lo <= begin and end <= hi and chunk.state != "split":
                chunk.state = "accepted"

    def expire(self, key: Key) -> None:
        chunk = self.chunks[key]
        chunk.state = "unknown"
        assert chunk.attempt
        self.attempts[chunk.attempt].outcome = "unknown"

    def decide(self, attempt_id: str, state: str) -> bool:
        """Presumed lost (due), or left to a person (dead)."""
        attempt = self.attempts[attempt_id]
        chunk = self.chunks[attempt.chunk]
        if (attempt.outcome, chunk.state, chunk.attempt) != ("unknown", "unknown", attempt_id):
            return False
        chunk.state = state
        if state == "due":
            attempt.outcome, chunk.again = "presumed_lost", True
            chunk.state = self.unless_cancelled(state)
        return True

    def unless_cancelled(self, state: str) -> str:
        """What would leave later, or lie with a person, never does once its notice is cancelled."""
        return "cancelled" if self.notice == "cancelled" and state in {"due", "dead"} else state

    def settle(self, state: str) -> int:
        """A person retries (due) or drops (cancelled) what is dead; letters."""
        dead = self.of("dead")
        for key in dead:
            self.chunks[key].state = state
            for attempt in self.attempts.values():
                if state == "due" and attempt.chunk == key and attempt.outcome == "unknown":
                    attempt.outcome, self.chunks[key].again = "presumed_lost", True
        if dead and state == "due" and self.notice == "finished":
            self.notice, self.resumed_after = "sending", len(self.attempts)
        return sum(hi - lo for _, lo, hi in dead)

    def cancel(self) -> None:
        self.notice = "cancelled"
        for chunk in self.chunks.values():
            if chunk.state in {"due", "dead"}:
                chunk.state = "cancelled"

    def left_out(self, key: Key) -> set[int]:
        """Positions of a chunk that some attempt of its root left out."""
        skipped = {pos for a in self.attempts.values() if a.chunk[0] == key[0] for pos in a.skip}
        return skipped & set(range(*key[1:]))


MEANS: dict[Result, tuple[str, str]] = {
    Result.ACCEPTED: ("accepted", "accepted"),
    Result.UNKNOWN: ("unknown", "unknown"),
    Result.REJECTED: ("refused", "split"),
    Result.TOO_LARGE: ("refused", "split"),
    Result.FORBIDDEN: ("refused", "due"),
    Result.LATER: ("refused", "due"),
    Result.NOT_SENT: ("not_sent", "due"),
    Result.STOPPED: ("not_sent", "due"),
    Result.POISON: ("not_sent", "dead"),
    Result.NOBODY: ("not_sent", "cancelled"),
}


@dataclass(frozen=True)
class Row:
    """What must only move along the lists."""

    chunks: dict[Key, tuple[str, str | None, int, bool]]
    attempts: dict[str, tuple[Key, str, bool]]
    notice: str


@dataclass
class Flight:
    """A claim in some worker's hands."""

    claim: Claim
    at: float
    asked: bool = False
    """It has asked whether it may send, and fell asleep before it did."""


Answer = tuple[Result, bool] | None
"""What is heard, and whether the provider took the request; a definite no is a lie if it did. None: asleep."""
HEARD: tuple[Answer, ...] = (
    (Result.ACCEPTED, True),
    (Result.UNKNOWN, True),
    (Result.UNKNOWN, False),
    (Result.REJECTED, False),
    (Result.TOO_LARGE, False),
    (Result.FORBIDDEN, False),
    (Result.LATER, False),
    (Result.LATER, True),
    (Result.NOT_SENT, False),
)


class Sending(RuleBasedStateMachine):
    db: ClassVar[Db]
    bound: int | None
    braked_all: bool
    own: ClassVar["psycopg.Connection[Any]"]

    @initialize(started=st.booleans(), past=st.lists(st.sampled_from(PAST), min_size=7, max_size=7))
    def a_notice(self, past: list[str], *, started: bool) -> None:
        self.own.execute(EMPTY)
        self.own.execute(SEED, {"people": PEOPLE})
        self.notice_id = int(self.sql("SELECT notice_id FROM notice")[0][0])
        self.model = Model("sending" if started else "approved")
        self.sql("UPDATE notice SET state = %s", self.model.notice)
        self.at: dict[int, tuple[int, int]] = {}
        """Where each person sits: root and position."""
        for size in ROOTS:
            row = self.own.execute(A_ROOT, {"id": self.notice_id, "n": size, "after": len(self.at)})
            root = row.fetchall()[0][0]
            self.model.chunks[root, 0, size] = Chunk()
            self.at |= {len(self.at) + 1 + pos: (root, pos) for pos in range(size)}
        self.monotonic, self.serial = 0.0, 0
        self.provider, self.poison = Provider(), False
        for key, was in zip(list(self.model.chunks), past, strict=True):
            if was != "fresh":
                self.was_given_up(key, took=was == "lost and taken")
        self.suppressed: set[int] = set()
        self.flights: list[Flight] = []
        self.recorded: list[tuple[Claim, Outcome]] = []
        self.lied: set[str] = set()
        self.seen: list[Unknown] = []
        self.braked_at, self.bound, self.braked_all = 0, None, False
        self.left_before = 0
        self.before: Row | None = None
        self.lane = Lane(self.db, self.provider, self.seal, lambda: NOW, lambda: self.monotonic, POLICY, None)

    def was_given_up(self, key: Key, *, took: bool) -> None:
        """Where the story begins this chunk had one attempt, which is presumed lost; rightly or not."""
        attempt_id = str(uuid.uuid4())
        self.sql(A_LOST_ATTEMPT, attempt_id, NAME, key[0])
        self.model.chunks[key] = Chunk("due", attempt_id, 1, again=True)
        self.model.attempts[attempt_id] = Attempt(key, again=False, outcome="presumed_lost")
        if took:
            self.provider.take(attempt_id, self.people_of(attempt_id))

    def seal(self, claimed: Claim, seats: Sequence[Seat]) -> Envelope:
        if self.poison:
            raise ValueError("cannot be written")
        letters = [Letter(seat.recipient_id, seat.address or "", {}) for seat in seats]
        return Envelope(claimed.attempt_id, self.notice_id, "a@b.example", None, {}, "s", "t", "h", letters)

    def people_of(self, attempt_id: str) -> list[int]:
        attempt = self.model.attempts[attempt_id]
        here = {(attempt.chunk[0], pos) for pos in attempt.letters}
        return [person for person, where in self.at.items() if where in here]

    def leaves_out(self, flight: Flight) -> None:
        """Whoever is suppressed when the letters are read, and whoever was left out before."""
        attempt = self.model.attempts[flight.claim.attempt_id]
        root, lo, hi = attempt.chunk
        suppressed = {self.at[person] for person in self.suppressed}
        found = {pos for pos in range(lo, hi) if (root, pos) in suppressed} | self.model.left_out(
            attempt.chunk
        )
        if attempt.outcome == "open":
            attempt.skip = found
        flight.claim = replace(flight.claim, skip=tuple(sorted(found)))

    def sql(self, statement: str, *params: object) -> list[tuple[Any, ...]]:
        cursor = self.own.execute(statement, params)  # pyright: ignore[reportArgumentType]
        return cursor.fetchall() if cursor.description is not None else []

    # ------------------------------------------------------------ workers

    @precondition(lambda self: self.model.leaves and self.model.of("due") and len(self.flights) < 3)
    @rule(waited=st.sampled_from([True, True, True, False]))
    def claim(self, *, waited: bool) -> None:
        if waited:  # for backoffs, rates and the breaker, which have tests of their own
            self.sql("UPDATE chunk SET not_before = NULL WHERE not_before IS NOT NULL")
            self.sql("DELETE FROM provider")
        got = claim_next(self.lane, self.notice_id)
        if isinstance(got, Wait):
            assert not waited or (self.model.notice == "approved" and self.model.of("claimed"))
        elif got is None:
            assert not waited or not self.model.leaves or not self.model.of("due")
        else:
            claimed, at = got
            self.model.claim((claimed.root_id, claimed.lo, claimed.hi), claimed.attempt_id)
            self.flights.append(Flight(claimed, at))

    @precondition(lambda self: self.model.leaves and self.model.of("due"))
    @rule(data=st.data(), answer=st.sampled_from([*HEARD, None, (Result.POISON, False), *HEARD[:1]]))
    def claim_and_send(self, data: st.DataObject, answer: Answer) -> None:
        if flight := self.claims():
            self.leave(data, flight, answer)

    @precondition(lambda self: any(not f.asked for f in self.flights))
    @rule(data=st.data(), answer=st.sampled_from([*HEARD, None, None, (Result.POISON, False)]))
    def send(self, data: st.DataObject, answer: Answer) -> None:
        self.leave(data, data.draw(st.sampled_from([f for f in self.flights if not f.asked])), answer)

    def leave(self, data: st.DataObject, flight: Flight, answer: Answer) -> None:
        self.leaves_out(flight)
        nobody = not flight.claim.positions
        self.provider.answer = self.outcome(data, flight, answer[0]) if answer and not nobody else None
        self.provider.takes = bool(answer and answer[1])
        self.poison = bool(answer and answer[0] is Result.POISON)
        try:
            outcome = send_claimed(self.lane, replace(flight.claim, skip=()), flight.at)
        except Asleep:
            assert self.may_send(flight)
            flight.asked = True
            return
        assert (outcome.result is Result.NOBODY) == nobody
        if outcome.result is Result.STOPPED:
            assert not self.may_send(flight)
        elif outcome.result not in {Result.POISON, Result.NOT_SENT, Result.NOBODY}:
            assert self.may_send(flight)
        self.came(flight, outcome)

    def may_send(self, flight: Flight) -> bool:
        chunk = self.model.chunks[self.model.attempts[flight.claim.attempt_id].chunk]
        ours = (chunk.state, chunk.attempt) == ("claimed", flight.claim.attempt_id)
        fresh = self.monotonic - flight.at <= POLICY.claim_age_seconds
        return ours and fresh and self.model.leaves and not self.model.everything_stopped

    def outcome(self, data: st.DataObject, flight: Flight, result: Result) -> Outcome:
        some = st.sets(st.integers(0, len(flight.claim.positions) - 1), max_size=2)
        culprits = tuple(sorted(data.draw(some))) if result is Result.REJECTED else ()
        status = None if result is Result.NOT_SENT else 599
        later = NOW + timedelta(seconds=5) if result is Result.LATER else None
        words = "scripted: named" if culprits else f"scripted: {result}"
        return Outcome(result, words, status, culprits=culprits, retry_at=later)

    def came(self, flight: Flight, outcome: Outcome) -> None:
        self.flights.remove(flight)
        self.recorded.append((flight.claim, outcome))
        self.note_a_lie(flight.claim.attempt_id, outcome)
        self.model.record(flight.claim.attempt_id, outcome)

    def note_a_lie(self, attempt_id: str, outcome: Outcome) -> None:
        if attempt_id in self.provider.took and outcome.result not in {Result.ACCEPTED, Result.UNKNOWN}:
            self.lied.add(attempt_id)

    @precondition(lambda self: any(f.asked for f in self.flights))
    @rule(data=st.data(), answer=st.sampled_from(HEARD))
    def wake(self, data: st.DataObject, answer: tuple[Result, bool]) -> None:
        """It goes on where it slept: the request leaves now, whatever has happened since, and is recorded."""
        self.wakes(data, data.draw(st.sampled_from([f for f in self.flights if f.asked])), answer)

    def wakes(self, data: st.DataObject, flight: Flight, answer: tuple[Result, bool]) -> None:
        outcome = self.outcome(data, flight, answer[0])
        self.arrives(flight, takes=answer[1])
        record(self.lane, flight.claim, outcome)
        self.came(flight, outcome)

    @precondition(lambda self: any(f.asked for f in self.flights))
    @rule(data=st.data(), takes=st.booleans())
    def die(self, data: st.DataObject, *, takes: bool) -> None:
        """The request may have left; nobody records it."""
        flight = data.draw(st.sampled_from([f for f in self.flights if f.asked]))
        self.arrives(flight, takes=takes)
        self.flights.remove(flight)

    def arrives(self, flight: Flight, *, takes: bool) -> None:
        attempt_id = flight.claim.attempt_id
        if takes:
            self.provider.take(attempt_id, self.people_of(attempt_id))
            attempt = self.model.attempts[attempt_id]
            dropped = self.model.chunks[attempt.chunk].state == "cancelled" and self.braked_all
            if attempt.outcome not in {"open", "unknown"} or dropped:
                self.bound = None  # it slept until it was given up: no brake counts that long

    @precondition(lambda self: bool(self.recorded))
    @rule(data=st.data())
    def record_twice(self, data: st.DataObject) -> None:
        """Its commit was applied, and the worker believed that it failed."""
        claimed, outcome = data.draw(st.sampled_from(self.recorded))
        self.recorded.remove((claimed, outcome))
        record(self.lane, claimed, outcome)
        self.model.record(claimed.attempt_id, outcome)

    @precondition(lambda self: any(self.monotonic == f.at for f in self.flights))
    @rule()
    def a_worker_dawdles(self) -> None:
        self.monotonic += POLICY.claim_age_seconds + 0.1

    # ------------------------------------------------------------ sweepers

    @precondition(lambda self: bool(self.model.of("claimed")))
    @rule(data=st.data())
    def lease_ends(self, data: st.DataObject) -> None:
        self.end_lease(data.draw(st.sampled_from(self.model.of("claimed"))))

    def end_lease(self, key: Key) -> None:
        self.sql(
            "UPDATE chunk SET lease_until = now() - interval '1 second' WHERE attempt_id = %s",
            self.model.chunks[key].attempt,
        )
        with self.db.transaction() as tx:
            assert leases.expire_leases(tx, now=NOW) == 1
        self.model.expire(key)

    @precondition(lambda self: bool(self.model.of("unknown")))
    @rule()
    def a_sweeper_looks(self) -> None:
        with self.db.transaction() as tx:
            self.seen = unknowns.unknowns(tx, chunks=1)
        assert {u.attempt_id for u in self.seen} == {
            self.model.chunks[k].attempt for k in self.model.of("unknown")
        }

    @precondition(lambda self: bool(self.seen))
    @rule(data=st.data(), lost=st.booleans())
    def a_sweeper_decides(self, data: st.DataObject, *, lost: bool) -> None:
        """On what it saw, maybe long ago; another one, or evidence, may have been faster."""
        self.decide(data.draw(st.sampled_from(self.seen)), lost=lost)

    def decide(self, unknown: Unknown, *, lost: bool) -> None:
        with self.db.transaction() as tx:
            moved = (
                unknowns.presume_lost(tx, unknown, reason="silence", now=NOW)
                if lost
                else unknowns.wait_for_a_person(tx, unknown)
            )
        assert bool(moved) == self.model.decide(unknown.attempt_id, "due" if lost else "dead")

    @precondition(lambda self: self.model.leaves and self.model.of("due"))
    @rule(data=st.data(), asks=st.booleans(), answers=st.tuples(*[st.sampled_from(HEARD)] * 2))
    def a_race(
        self, data: st.DataObject, answers: tuple[tuple[Result, bool], tuple[Result, bool]], *, asks: bool
    ) -> None:
        """A worker sleeps; evidence of an earlier attempt comes, or the chunk is sent again; then it wakes."""
        sleeper = self.claims()
        if sleeper and asks:
            self.leave(data, sleeper, None)
        if sleeper not in self.flights:
            return
        before = [
            a for a in self.provider.took if self.chunk_of(a) == self.chunk_of(sleeper.claim.attempt_id)
        ]
        if before and data.draw(st.booleans()):
            self.reports(data, before[0], "delivered")
        else:
            self.give_up(sleeper, lost=True)
            if repeat := self.claims():
                self.leave(data, repeat, answers[0])
        self.the_ledger_is_the_model_and_moved_along_the_lists()
        if sleeper.asked:
            self.wakes(data, sleeper, answers[1])
        else:
            self.leave(data, sleeper, answers[1])

    def claims(self) -> Flight | None:
        before = len(self.flights)
        self.the_ledger_is_the_model_and_moved_along_the_lists()
        self.claim(waited=True)
        self.the_ledger_is_the_model_and_moved_along_the_lists()
        return self.flights[-1] if len(self.flights) > before else None

    def chunk_of(self, attempt_id: str) -> Key:
        return self.model.attempts[attempt_id].chunk

    @precondition(lambda self: bool(self.flights))
    @rule(data=st.data(), lost=st.booleans())
    def a_sleeper_is_given_up(self, data: st.DataObject, *, lost: bool) -> None:
        """The whole way at once, so that what wakes after it is met often."""
        self.give_up(data.draw(st.sampled_from(self.flights)), lost=lost)

    def give_up(self, flight: Flight, *, lost: bool) -> None:
        key = self.model.attempts[flight.claim.attempt_id].chunk
        if self.model.chunks[key].attempt == flight.claim.attempt_id:
            if self.model.chunks[key].state == "claimed":
                self.end_lease(key)
                self.the_ledger_is_the_model_and_moved_along_the_lists()
            self.a_sweeper_looks()
            for unknown in self.seen:
                if unknown.attempt_id == flight.claim.attempt_id:
                    self.decide(unknown, lost=lost)

    @precondition(lambda self: not (self.model.leaves and self.model.of("due")))
    @rule()
    def finish(self) -> None:
        assert not isinstance(claim_next(self.lane, self.notice_id), tuple)
        with self.db.transaction() as tx:
            finished = notices.finish(tx, self.notice_id, now=NOW)
        busy = any(self.model.of(state) for state in ("due", "claimed", "unknown"))
        assert finished == (self.model.leaves and not busy)
        if finished:
            self.model.notice = "finished"

    # ------------------------------------------------------------ the provider reports

    @precondition(lambda self: bool(self.provider.took))
    @rule(data=st.data(), kind=st.sampled_from(["processed", "delivered", "bounce", "dropped", "new kind"]))
    def event(self, data: st.DataObject, kind: str) -> None:
        self.reports(data, data.draw(st.sampled_from(list(self.provider.took))), kind)

    def reports(self, data: st.DataObject, attempt_id: str, kind: str) -> None:
        person = data.draw(st.sampled_from(self.provider.took[attempt_id]))
        self.serial += data.draw(st.integers(0, 1))  # 0: the same once more
        at = NOW + timedelta(seconds=data.draw(st.integers(0, 3)))
        said = ProviderEvent(f"{kind}.{self.serial}", at, attempt_id, self.notice_id, person, kind)
        with self.db.transaction() as tx:
            new = events.insert(tx, [said])
            fold(tx, NAME, new, NOW)
        if new:
            self.model.prove(attempt_id)

    @precondition(lambda self: len(self.suppressed) < 6)
    @rule(person=st.integers(1, PEOPLE))
    def an_address_is_suppressed(self, person: int) -> None:
        """Since the list was frozen: a bounce of another notice, a complaint."""
        self.sql("INSERT INTO suppression VALUES (%s, 'bounce', 'x', now()) ON CONFLICT DO NOTHING", person)
        self.suppressed.add(person)

    @precondition(lambda self: bool(self.suppressed))
    @rule(data=st.data())
    def an_address_is_good_again(self, data: st.DataObject) -> None:
        person = data.draw(st.sampled_from(sorted(self.suppressed)))
        self.sql("DELETE FROM suppression WHERE recipient_id = %s", person)
        self.suppressed.remove(person)

    # ------------------------------------------------------------ people

    def acts(self, action: Callable[..., Any], *, allowed: bool) -> Any:
        try:
            done = action(self.db, Act("person:test", NOW), self.notice_id)
        except Refused:
            assert not allowed
            return None
        assert allowed
        return done

    @property
    def braked(self) -> bool:
        return self.model.notice == "held" or self.model.everything_stopped

    @precondition(lambda self: self.braked or len(self.model.attempts) >= self.braked_at + 3)
    @rule(data=st.data())
    def the_brake(self, data: st.DataObject) -> None:
        self.braked_at = len(self.model.attempts)
        if self.model.everything_stopped:
            self.resume_all()
        elif self.model.notice == "held":
            data.draw(st.sampled_from([self.resume, self.resume, self.pause, self.pause_all]))()
        else:
            all_ways = [self.pause, self.pause_all, self.resume, self.cancel]
            data.draw(st.sampled_from(all_ways if len(self.model.attempts) > 8 else all_ways[:2]))()

    def pause(self) -> None:
        if braked := self.acts(brake.pause, allowed=self.model.leaves):
            self.model.hold()
            self.brakes(braked.at_most)

    def pause_all(self) -> None:
        braked = brake.pause_all(self.db, Act("person:test", NOW))
        self.model.everything_stopped = True
        self.brakes(braked.at_most, everything=True)

    def brakes(self, at_most: int, *, everything: bool = False) -> None:
        self.bound, self.left_before, self.braked_all = at_most, self.left, everything

    @property
    def left(self) -> int:
        return sum(map(len, self.provider.took.values()))

    def resume(self) -> None:
        waiting = sum(
            key[2] - key[1] - len(self.model.left_out(key))
            for state in ("due", "claimed")
            for key in self.model.of(state)
        )
        if released := self.acts(brake.resume, allowed=self.model.notice == "held"):
            assert released.waiting == waiting
            proved = any(a.outcome == "accepted" for a in self.model.attempts.values())
            self.model.notice, self.bound = "sending" if proved else "approved", None
            self.model.resumed_after = len(self.model.attempts)

    def resume_all(self) -> None:
        brake.resume_all(self.db, Act("person:test", NOW))
        if self.model.leaves:
            self.model.resumed_after = len(self.model.attempts)
        self.model.everything_stopped, self.bound = False, None

    def cancel(self) -> None:
        stoppable = self.model.notice in {"approved", "sending", "held"}
        if braked := self.acts(brake.cancel, allowed=stoppable):
            self.model.cancel()
            self.brakes(braked.at_most)

    @precondition(lambda self: bool(self.model.of("dead")))
    @rule(again=st.booleans())
    def the_dead(self, *, again: bool) -> None:
        action = brake.retry_dead if again else brake.drop_dead
        if again and self.model.notice == "cancelled":
            with pytest.raises(Refused):
                action(self.db, Act("person:test", NOW), self.notice_id)
            return
        people = action(self.db, Act("person:test", NOW), self.notice_id).people
        assert people == self.model.settle("due" if again else "cancelled")

    # ------------------------------------------------------------ what holds after every step

    def stored(self) -> Row:
        keys: dict[int, Key] = {}
        chunks: dict[Key, tuple[str, str | None, int, bool]] = {}
        for id_, root, lo, hi, *rest in self.sql(
            "SELECT chunk_id, root_id, lo, hi, state, attempt_id::text, tries, again FROM chunk"
        ):
            keys[id_] = (root, lo, hi)
            chunks[keys[id_]] = (rest[0], rest[1], rest[2], rest[3])
        attempts = {
            attempt: (keys[chunk], outcome, again)
            for attempt, chunk, outcome, again in self.sql(
                "SELECT attempt_id::text, chunk_id, outcome, again FROM attempt"
            )
        }
        return Row(chunks, attempts, self.sql("SELECT state FROM notice")[0][0])

    @invariant()
    def the_ledger_is_the_model_and_moved_along_the_lists(self) -> None:
        now = self.stored()
        expected = {k: (c.state, c.attempt, c.tries, c.again) for k, c in self.model.chunks.items()}
        assert now.chunks == expected
        assert now.attempts == {id_: (a.chunk, a.outcome, a.again) for id_, a in self.model.attempts.items()}
        assert now.notice == self.model.notice
        if before := self.before:
            for key, (state, *_) in before.chunks.items():
                assert now.chunks[key][0] in ALLOWED[state] | {state}
            for attempt, (_, outcome, _) in before.attempts.items():
                assert now.attempts[attempt][1] in ALLOWED_ATTEMPT[outcome] | {outcome}
            assert now.notice in ALLOWED_NOTICE[before.notice] | {before.notice}
        self.before = now

    @invariant()
    def everybody_is_accounted_for(self) -> None:
        with self.db.transaction() as tx:
            rows = {row.account: row.people for row in accounting.accounts(tx, self.notice_id)}
        assert None not in rows, "a delivery without a leaf chunk"
        assert sum(rows.values()) == self.sql("SELECT audience_n FROM notice")[0][0]
        fates = dict(self.sql("SELECT recipient_id, fate FROM fate"))
        leaf = {
            (root, pos): chunk.state
            for (root, lo, hi), chunk in self.model.chunks.items()
            for pos in range(lo, hi)
            if chunk.state != "split"
        }
        told = {p for p, where in self.at.items() if leaf.get(where) == "accepted"}
        assert rows.get(Account.TOLD, 0) == sum(fates.get(p) not in BAD_FATES for p in told)
        skipped = {(a.chunk[0], pos) for a in self.model.attempts.values() for pos in a.skip}
        assert {p for p, fate in fates.items() if fate == "suppressed"} <= {
            p for p in self.at if self.at[p] in skipped
        }
        stored = self.sql("SELECT attempt_id::text, skip, n FROM attempt")
        assert {id_: (set(skip), n) for id_, skip, n in stored} == {
            id_: (a.skip, len(a.letters)) for id_, a in self.model.attempts.items()
        }
        # Who was refused by the provider stands in no chunk that goes on, and nobody else is left out.
        rejected = {p for p, fate in fates.items() if fate == "rejected"}
        assert rejected == {p for p, where in self.at.items() if where in self.model.rejected}
        assert rejected == {p for p, where in self.at.items() if where not in leaf}
        mailed = {p for people in self.provider.took.values() for p in people}
        heard = {p for p in told if fates.get(p) not in BAD_FATES}
        assert heard <= mailed, "told, and the provider has nothing for them"

    @invariant()
    def one_attempt_at_a_time(self) -> None:
        opened = Counter(a.chunk for a in self.model.attempts.values() if a.outcome == "open")
        for key in self.model.of("claimed"):
            assert opened[key] == 1
            attempt = self.model.chunks[key].attempt
            assert attempt
            assert self.model.attempts[attempt].outcome == "open"

    @invariant()
    def twice_is_never_silent(self) -> None:
        """Whoever has two mails has one of them marked; a provider that lied is no fault of ours."""
        first = Counter(
            person
            for attempt, people in self.provider.took.items()
            if attempt not in self.lied and not self.model.attempts[attempt].again
            for person in people
        )
        assert not [person for person, n in first.items() if n > 1]

    @invariant()
    def the_brake_keeps_its_word(self) -> None:
        if self.bound is not None:
            assert self.left - self.left_before <= self.bound


EMPTY = (
    "TRUNCATE recipient, customer, contact, entitlement, suppression, disruption, timeline, notice, signal,"
    " scope_revision, restoration, approval, content, delivery, chunk, attempt, fate, event, brake, provider,"
    " alarm, audit RESTART IDENTITY CASCADE"
)
SEED = """
WITH d AS (INSERT INTO disruption (reference, mode, kind, reason, services, opened_by, opened_at, effective_at,
             declare_key) VALUES ('TEST', 'live', 'outage', 'fault', '{}', 't', now(), now(), 't')
           RETURNING disruption_id),
     t AS (INSERT INTO timeline (disruption_id, kind, at, actor) SELECT disruption_id, 'declared', now(), 't'
           FROM d RETURNING timeline_id, disruption_id),
     v AS (INSERT INTO scope_revision (disruption_id, rev, text, services, possibly, actor, at)
           SELECT disruption_id, 1, '', '{}', 'hedge', 't', now() FROM d),
     n AS (INSERT INTO notice (disruption_id, seq, kind, timeline_id, rev, state, nonce, created_at, approved_at,
             closed_at, audience_n)
           SELECT disruption_id, 1, 'first', timeline_id, 1, 'approved', 'x', now(), now(), now(),
                  %(people)s::int + 3 FROM t RETURNING notice_id),
     r AS (INSERT INTO recipient (address, address_key)
           SELECT a, a FROM (SELECT i || '@example.com' AS a FROM generate_series(1, %(people)s::int + 2) i) x)
INSERT INTO delivery (notice_id, recipient_id, customer_id, exclusion)
SELECT notice_id, x.recipient_id, x.customer_id, x.exclusion
FROM n, (VALUES (%(people)s::int + 1, NULL::int, 'suppressed'), (%(people)s::int + 2, NULL, NULL),
                (NULL, 1, 'no_address')) x (recipient_id, customer_id, exclusion)"""
A_ROOT = """
WITH k AS (INSERT INTO chunk (chunk_id, notice_id, content_id, root_id, lo, hi)
           SELECT id, %(id)s, 1, id, 0, %(n)s FROM (SELECT nextval('chunk_id_seq') AS id) x RETURNING chunk_id),
     d AS (INSERT INTO delivery (notice_id, recipient_id, root_chunk_id, pos)
           SELECT %(id)s, %(after)s::int + i, chunk_id, i - 1 FROM k, generate_series(1, %(n)s) i)
SELECT chunk_id FROM k"""
A_LOST_ATTEMPT = """
WITH k AS (UPDATE chunk SET attempt_id = %s, tries = 1, again = true FROM (SELECT %s AS provider) x
           WHERE chunk_id = %s RETURNING chunk.*, provider)
INSERT INTO attempt (attempt_id, chunk_id, provider, n, claimed_at, outcome, ended_at)
SELECT attempt_id, chunk_id, provider, hi - lo, now(), 'presumed_lost', now() FROM k"""


@pytest.mark.parametrize(
    "examples",
    [EXAMPLES, pytest.param(MORE_EXAMPLES, marks=(pytest.mark.long, pytest.mark.timeout(3_600)))],
)
def test_the_ledger_is_its_model_whatever_happens(db: Db, examples: int) -> None:
    with psycopg.connect(db.url, autocommit=True) as own:
        run_state_machine_as_test(
            type("OnThisDatabase", (Sending,), {"db": db, "own": own}),
            settings=settings(
                max_examples=examples, stateful_step_count=50, deadline=None, database=None,
                phases=[Phase.generate],  # to shrink a story of 50 steps takes longer than to read it
                suppress_health_check=[HealthCheck.too_slow, HealthCheck.filter_too_much],
            ),
        )  # fmt: skip


def test_the_rules_name_the_same_steps() -> None:
    said: dict[str, dict[str, set[str]]] = {}
    for of, state, to in rows_of_table((DOCS / "rules.md").read_text("utf-8"), "of"):
        plain = (
            re.sub(r" \([^)]*\)", "", to)
            .replace("not sent", "not_sent")
            .replace("presumed lost", "presumed_lost")
        )
        said.setdefault(of, {})[state.replace(" ", "_")] = set(plain.split(", "))
    del said["notice"]["draft"]  # the model begins with what is approved
    assert said == {
        of: {state: to for state, to in allowed.items() if to}
        for of, allowed in (("notice", ALLOWED_NOTICE), ("chunk", ALLOWED), ("attempt", ALLOWED_ATTEMPT))
    }
