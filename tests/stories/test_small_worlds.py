"""Every history of a small world, in the model; and some drawn by chance, on the model and on Postgres at once.

What the model says of a world that holds whole is said of the product as far as both agree, step by step.
"""

import random
from collections.abc import Sequence
from dataclasses import replace

import pytest

from notifier.actions.announce.restore import RestoredPart
from notifier.actions.background import sweep
from notifier.actions.background.deliver import _seal as seal_of
from notifier.actions.background.deliver import arrived_late, overtaken
from notifier.actions.control import brake
from notifier.actions.control.approve import Consent
from notifier.model.policy import Policy
from notifier.model.ring import Ring
from notifier.model.vocabulary import Mode
from notifier.pipeline.deliver import Lane, claim_next, send_claimed
from notifier.pipeline.unknown import Belief, Believed
from notifier.store.ledger import unknowns
from notifier.store.ledger.chunks import Claim
from tests.lab import ACCEPT, LOSE, SWALLOW, Lab, Request, refuse
from tests.stories.small_worlds import (
    A,
    B,
    Command,
    Move,
    State,
    World,
    begin,
    is_quiet,
    moves,
    wrong,
)

WALKS, MORE_WALKS = 6, 60
"""Histories that are played on Postgres; more of them find what is rarer, in a long run."""
LARGER = {
    # 1,094,016 and 387,268 states, nothing wrong in any; minutes.
    "one person, two faults": World(holds=((A, B),), most_notices=3, most_faults=2),
    "two people, every command": World(holds=((A,), (A, B)), most_notices=3, most_faults=1),
}
LONG = (pytest.mark.long, pytest.mark.timeout(3_600))
ONE = World(holds=((A, B),), most_notices=3, most_rescopes=1, most_faults=1)
TWO = World(
    holds=((A,), (A, B)),
    most_notices=3,
    most_rescopes=1,
    most_faults=1,
    commands=frozenset(Command) - {Command.CANCEL, Command.SAME, Command.UPDATE},
)
DEEP = World(most_notices=4, most_faults=3)
ROOM = Consent(yes=True, ceiling=1_000)
"""Nobody is held above a ceiling here: that has tests of its own."""
SHOWN = {"accepted": ACCEPT, "lost": LOSE, "swallowed": SWALLOW, "later": refuse(429, "slow down")}


def explored(world: World) -> tuple[int, list[str]]:
    """How many states there are, and what is wrong with those in which nothing moves any more."""
    first = begin(world)
    seen, todo, found = {first}, [first], list[str]()
    while todo:
        state = todo.pop()
        following = list(moves(world, state))
        fresh = [after for _, after in following if after not in seen]
        seen.update(fresh)
        todo += fresh
        if all(move.command or move.what == "event" for move, _ in following):
            found += [f"{problem}\n{state}" for problem in wrong(world, state)]
    return len(seen), found


@pytest.mark.parametrize(
    "world",
    [
        pytest.param(ONE, id="one person"),
        pytest.param(TWO, id="two people"),
        *(pytest.param(world, id=name, marks=LONG) for name, world in LARGER.items()),
    ],
)
def test_no_history_of_a_small_world_forgets_repeats_or_contradicts(world: World) -> None:
    states, found = explored(world)
    assert not found, found[0]
    assert states > 10_000


def test_nor_does_any_of_many_long_ones() -> None:
    """Too many for all: histories of three people and four notices, each to its end."""
    dice = random.Random(20261127)
    for _ in range(1_500):
        state = begin(DEEP)
        while (following := list(moves(DEEP, state))) and not is_quiet(DEEP, state):
            _, state = dice.choice(following)
        assert not wrong(DEEP, state), f"{wrong(DEEP, state)}\n{state}"


def test_the_model_would_notice() -> None:
    """Each rule that keeps somebody from harm is needed: without it some history goes wrong."""
    state = begin(ONE)
    (freeze,) = [after for move, after in moves(ONE, state) if move.what == "freeze"]
    chunk = freeze.notices[0].chunks[0]
    forgotten = replace(freeze.notices[0], state="finished", chunks=(replace(chunk, state="cancelled"),))
    assert wrong(ONE, replace(freeze, notices=(forgotten,)))


# ---------------------------------------------------------------- the same on Postgres


class Real:
    """The lab, moved as the model moves."""

    def __init__(self, lab: Lab, world: World) -> None:
        self.lab, self.world = lab, world
        lab.policy(
            unknown_held=[], catch_up_ceiling=100, chunk_people=world.chunk_people, latecomers_seconds=0.001
        )
        rows = ["customer,name,email,services,seats"]
        rows += [f"p{n},P{n},p{n}@example.com,{';'.join(held)},{n}" for n, held in enumerate(world.holds)]
        lab.customers("\n".join(rows))
        ids = dict(lab.rows("SELECT address, recipient_id FROM recipient"))
        order = sorted(range(len(world.holds)), key=lambda n: ids[f"p{n}@example.com"])
        assert order == list(range(len(world.holds))), "people are frozen in the order of their ids"
        self.person = {ids[f"p{n}@example.com"]: n for n in order}
        self.reference = lab.suspend(services=(A, B))
        self.claim: tuple[Claim, float] | None = None
        self.lab.rings.clear()

    def notice(self, n: int) -> int:
        return self.lab.notice_id(self.reference, n + 1)

    def lane(self, notice_id: int) -> Lane:
        app = self.lab.app
        return Lane(
            db=app.db,
            sender=app.post.senders(Mode.LIVE, Policy()),
            seal=seal_of(app.db, app.writer, notice_id),
            now=app.clock.now,
            monotonic=lambda: 0.0,
            policy=Policy(),
            keep=None,
            overtaken=overtaken,
            arrived_late=arrived_late,
        )

    def move(self, move: Move, state: State) -> None:  # noqa: C901 - one list, in one place
        match move.what:
            case "command":
                self.command(move.command)
            case "freeze":
                for _ in range(2):  # one range, and its close
                    self.lab.run(Ring("freeze", self.notice(move.notice)))
            case "claim":
                self.lab.rows("UPDATE chunk SET not_before = NULL")
                self.lab.rows("DELETE FROM provider")
                got = claim_next(self.lane(self.notice(move.notice)), self.notice(move.notice))
                assert isinstance(got, tuple), got
                self.claim = got
            case "deadline":
                self.deadline(move)
            case "event":
                self.event(move, state)
            case "late":
                self.lab.run(Ring("late"))
                for draft in self.lab.rows("SELECT seq FROM notice WHERE state = 'draft'"):
                    self.lab.approve(self.lab.notice_id(self.reference, draft[0]), ROOM)
            case answer:
                self.post(answer, move)
        self.lab.rings.clear()
        for (notice_id,) in self.lab.rows(
            "SELECT notice_id FROM notice WHERE state IN ('approved', 'sending')"
        ):
            self.lab.finish(notice_id)

    def command(self, command: Command | None) -> None:  # noqa: C901 - one list, in one place
        lab, reference = self.lab, self.reference
        last = len(self.world.holds) - 1
        match command:
            case Command.UPDATE:
                lab.update(reference, consent=ROOM)
            case Command.CORRECT:
                lab.correct(reference, consent=ROOM)
            case Command.BACK_A:
                lab.restore(reference, RestoredPart(services=(A,)), ROOM)
            case Command.BACK_ALL:
                lab.restore(reference, consent=ROOM)
            case Command.NARROW:
                lab.rescope(reference, f"seats <> {last}", ROOM)
            case Command.WIDEN:
                lab.rescope(reference, consent=ROOM)
            case Command.SAME:
                now = lab.value(
                    "SELECT text FROM scope_revision WHERE NOT proposed ORDER BY rev DESC LIMIT 1"
                )
                lab.rescope(reference, now or None, ROOM)
            case Command.CANCEL:
                under_way = "SELECT max(notice_id) FROM notice WHERE state IN ('approved', 'sending', 'held')"
                with_due = " AND closed_at IS NOT NULL AND EXISTS (SELECT FROM chunk k WHERE k.state = 'due'"
                mine = " AND k.notice_id = notice.notice_id)"
                brake.cancel(lab.app.db, lab.act(), lab.value(under_way + with_due + mine))
            case None:
                raise AssertionError

    def post(self, answer: str, move: Move) -> None:
        assert self.claim
        if answer in SHOWN:
            self.lab.sink.heal()
            self.lab.sink.on(lambda _: True, SHOWN[answer])
        before = len(self.lab.sink.requests)
        send_claimed(self.lane(self.notice(move.notice)), *self.claim)
        assert (len(self.lab.sink.requests) > before) == (answer in SHOWN), answer
        self.claim = None

    def deadline(self, move: Move) -> None:
        with self.lab.app.db.transaction() as tx:
            found = unknowns.unknowns(tx, chunks=1)
        chunk = self.chunk_with(self.notice(move.notice), move.people)
        (unknown,) = [each for each in found if each.chunk_id == chunk]
        sweep._act_on(self.lab.app.db, unknown, Believed(Belief.LOST, "the deadline"), self.lab.now())

    def chunk_with(self, notice_id: int, people: Sequence[int]) -> int:
        return next(chunk for chunk, who, _, _ in self.chunks(notice_id) if who == tuple(people))

    def event(self, move: Move, state: State) -> None:
        """Of the oldest request that was taken, and never proved, of these people."""
        del state
        taken = [r for r in self.lab.sink.requests if self.took(r, move)]
        proved = {
            a for (a,) in self.lab.rows("SELECT attempt_id::text FROM attempt WHERE outcome = 'accepted'")
        }
        request = next(r for r in taken if r.attempt_id not in proved)
        self.lab.report("delivered", request.mails)

    def took(self, request: Request, move: Move) -> bool:
        people = {self.person[mail.recipient_id] for mail in request.mails}
        arrived = {mail.attempt_id for mail in self.lab.sink.mails}
        mine = request.notice_id == self.notice(move.notice)
        return mine and request.attempt_id in arrived and set(move.people) <= people

    # ------------------------------------------------------------ what can be compared

    def chunks(self, notice_id: int) -> list[tuple[int, tuple[int, ...], str, bool]]:
        rows = self.lab.rows(
            "SELECT k.chunk_id, array_agg(d.recipient_id ORDER BY d.pos), k.state, k.lost FROM chunk k"
            " JOIN delivery d ON d.root_chunk_id = k.root_id AND d.pos >= k.lo AND d.pos < k.hi"
            " WHERE k.notice_id = %s AND k.state <> 'split' GROUP BY k.chunk_id, k.state, k.lost",
            notice_id,
        )
        return [(chunk, tuple(self.person[r] for r in who), state, lost) for chunk, who, state, lost in rows]

    def seen(self) -> list[tuple[object, ...]]:
        notices = self.lab.rows(
            "SELECT notice_id, kind, state FROM notice WHERE state <> 'void' ORDER BY seq"
        )
        lines = self.lab.rows(
            "SELECT notice_id, recipient_id, slug, told_as FROM line JOIN service USING (service_id)"
            " WHERE told_as <> 'none'"
        )
        return [
            (
                kind,
                "approved" if state == "sending" else state,
                sorted((who, was) for _, who, was, _ in self.chunks(notice_id)),
                sorted((self.person[r], slug, told) for n, r, slug, told in lines if n == notice_id),
            )
            for notice_id, kind, state in notices
        ]

    def reads(self) -> tuple[tuple[int, ...], ...]:
        seq = dict(self.lab.rows("SELECT notice_id, seq - 1 FROM notice"))
        return tuple(
            tuple(seq[mail.notice_id] for mail in self.lab.sink.to(f"p{n}@example.com"))
            for n in range(len(self.world.holds))
        )


def expected(state: State) -> list[tuple[object, ...]]:
    return [
        (
            str(notice.kind),
            "approved" if notice.state == "sending" else notice.state,
            sorted((chunk.people, chunk.state) for chunk in notice.chunks),
            sorted((p, s, str(told)) for p, s, told in notice.lines),
        )
        for notice in state.notices
    ]


def possible(real: Real, world: World, state: State) -> list[tuple[Move, State]]:
    """The model may claim any chunk of a notice that is due; Postgres takes the oldest."""
    following = list(moves(world, state))
    claims = [(move, after) for move, after in following if move.what == "claim"]
    first = {move.notice: oldest(real, move.notice) for move, _ in claims}
    return [
        (move, after)
        for move, after in following
        if move.what != "claim" or (move.people == first[move.notice] and real.claim is None)
    ]


def oldest(real: Real, notice: int) -> tuple[int, ...]:
    due = [(chunk, who) for chunk, who, state, _ in real.chunks(real.notice(notice)) if state == "due"]
    return min(due)[1]


@pytest.mark.parametrize(
    "walk", [*range(WALKS), *(pytest.param(n, marks=pytest.mark.long) for n in range(WALKS, MORE_WALKS))]
)
def test_postgres_agrees_step_by_step(lab: Lab, walk: int) -> None:
    dice = random.Random(f"small worlds {walk}")
    world = dice.choice([
        World(most_notices=4, most_faults=3),
        World(holds=((A,), (A, B)), chunk_people=1, most_notices=4, most_faults=3),
        World(chunk_people=3, most_notices=4, most_faults=2),
    ])  # fmt: skip
    state, real = begin(world), Real(lab, world)
    history: list[str] = []
    for _ in range(40):
        following = possible(real, world, state)
        if not following:
            break
        calm = [each for each in following if each[0].command is None]
        move, state = dice.choice(calm if calm and dice.random() < 0.75 else following)
        history.append(str(move))
        real.move(move, state)
        if lab.value("SELECT count(*) FROM delivery WHERE root_chunk_id IS NULL"):
            break  # somebody needs words that were not approved: what becomes of them has a test of its own
        assert real.seen() == expected(state), f"{' > '.join(history)}\n{state}"
        assert real.reads() == state.reads, f"{' > '.join(history)}\n{state}"
