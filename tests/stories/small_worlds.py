"""A model of everything that can happen to a few people: requests that get lost, deadlines, later notices between.

It is the rules of the ledger (`rules.md`) written down a second time, small enough that every state can be
visited: two or three people, two services, up to four notices, each outcome of each request, a deadline and
evidence at each moment. `moves` yields what may happen next; `wrong` says what is wrong with a state in which
nothing moves any more.

A request is taken or not, and answered or not; what is taken is read by its people at once. Each person is one
customer with one contact, so that a person and a service make one line.
"""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from enum import StrEnum

from notifier.model.owed import Present, owed
from notifier.model.vocabulary import NoticeKind, Standing

A, B = "fable-5", "mythos-5"
RESCOPED = {NoticeKind.FIRST, NoticeKind.CATCH_UP, NoticeKind.RELEASED}
BEGINS = {NoticeKind.FIRST, NoticeKind.CATCH_UP}
TELLS_THE_LATE = {NoticeKind.FIRST, NoticeKind.UPDATE, NoticeKind.CORRECTION, NoticeKind.CATCH_UP}
ENDINGS = {NoticeKind.RELEASED, NoticeKind.PARTIAL, NoticeKind.RESTORED}
MERGES = {NoticeKind.UPDATE, NoticeKind.CORRECTION}
OUT = {Standing.AFFECTED, Standing.POSSIBLY}
ON_ITS_WAY = {"approved", "sending", "held"}

Line = tuple[int, str, Standing]
"""Person, service, told as."""


class Command(StrEnum):
    UPDATE = "update"
    CORRECT = "correct"
    BACK_A = "restore fable-5"
    BACK_ALL = "restore"
    NARROW = "rescope without the last person"
    WIDEN = "rescope to everybody"
    SAME = "rescope that changes nothing"
    CANCEL = "cancel"


@dataclass(frozen=True, slots=True)
class Try:
    """One POST: whether the provider took it, and whether that is proved."""

    taken: bool = False
    proved: bool = False


@dataclass(frozen=True, slots=True)
class Chunk:
    people: tuple[int, ...]
    state: str = "due"
    tries: tuple[Try, ...] = ()
    lost: bool = False
    again: bool = False
    doubtful: bool = False
    """When it was claimed it had been on its way before, or something had come after it."""

    @property
    def has_left(self) -> bool:
        return self.state in {"accepted", "claimed", "unknown"}

    @property
    def is_unsure(self) -> bool:
        return self.state in {"claimed", "unknown"}

    @property
    def may_have(self) -> bool:
        """It is taken for lost and may have arrived all the same."""
        return self.again and self.state in {"due", "cancelled"}


@dataclass(frozen=True, slots=True)
class Notice:
    kind: NoticeKind
    rev: int
    entry: int
    """The first notice of the same entry of the timeline."""
    state: str = "approved"
    replaced: bool = False
    resumed: bool = False
    closed: bool = False
    about: int | None = None
    lines: tuple[Line, ...] = ()
    chunks: tuple[Chunk, ...] = ()

    @property
    def replaces(self) -> bool:
        return self.kind is NoticeKind.CORRECTION

    @property
    def opens(self) -> bool:
        return any(chunk.state in {"due", "claimed"} for chunk in self.chunks)

    def of(self, person: int) -> Chunk | None:
        return next((chunk for chunk in self.chunks if person in chunk.people), None)


@dataclass(frozen=True, slots=True)
class World:
    """Who has what, fixed for a whole exploration."""

    holds: tuple[tuple[str, ...], ...] = ((A,), (A, B), (A, B))
    chunk_people: int = 2
    most_notices: int = 4
    most_rescopes: int = 2
    most_faults: int = 2
    """Requests in one history that end otherwise than with a 202 that was seen."""
    commands: frozenset[Command] = frozenset(Command)


@dataclass(frozen=True, slots=True)
class State:
    notices: tuple[Notice, ...]
    narrow: tuple[bool, ...] = (False,)
    """For each revision whether the last person is out of it."""
    back: frozenset[str] = frozenset()
    ended: bool = False
    faults: int = 0
    reads: tuple[tuple[int, ...], ...] = ()
    """For each person the notices they got, in their order."""
    alarmed: frozenset[int] = frozenset()
    """People of whom a person was told that something reached them late which is over for them."""
    stopped: frozenset[tuple[int, int]] = frozenset()
    """(notice, person) whom a person's cancel kept back, or for whom it could not be said any more."""
    twice: bool = False
    """Somebody got the same notice twice although their first had been proved before the second left."""

    def __str__(self) -> str:
        rows = [
            f"{n + 1} {notice.kind} r{notice.rev} {notice.state}{'(replaced)' if notice.replaced else ''}"
            f"{'' if notice.closed else ' open'}"
            f" {[(c.people, c.state, 'lost' if c.lost else '') for c in notice.chunks]}"
            f" {[(p, s[:1], str(t)) for p, s, t in notice.lines]}"
            for n, notice in enumerate(self.notices)
        ]
        return "\n".join([*rows, f"back {sorted(self.back)} narrow {self.narrow} reads {self.reads}"])


def begin(world: World) -> State:
    first = Notice(NoticeKind.FIRST, 0, 0)
    return State((first,), reads=tuple(() for _ in world.holds))


# ---------------------------------------------------------------- what is true, and what was said


def present(world: World, state: State, rev: int, person: int, service: str) -> Present:
    if service in state.back:
        return Present.RESTORED
    out_of_it = state.narrow[rev] and person == len(world.holds) - 1
    return Present.NOT if out_of_it else Present.AFFECTED


def _is_out(world: World, state: State, rev: int, person: int, service: str) -> bool:
    return present(world, state, rev, person, service) is Present.AFFECTED


def in_force(state: State) -> int:
    return len(state.narrow) - 1


def outcome(state: State, n: int, person: int, told_as: Standing, asked: "Asked") -> str | None:
    """What a notice came to for one person, as whoever asks counts it."""
    notice = state.notices[n]
    chunk = notice.of(person)
    assert chunk is not None
    if asked.last and chunk.state == "unknown" and notice.state == "cancelled" and told_as not in OUT:
        return None
    if chunk.has_left:
        return "heard"
    if notice.replaced or (chunk.state == "cancelled" and chunk.lost):
        return None
    if notice.state == "cancelled" or chunk.state == "cancelled":
        return "stopped"
    if asked.replaces or (notice.rev < asked.rev and notice.kind in RESCOPED):
        return None
    return "heard" if chunk.state == "due" else "held"


@dataclass(frozen=True, slots=True)
class Asked:
    rev: int
    but: int | None = None
    """The notice that is asked for."""
    replaces: bool = False
    last: bool = False
    """Nobody asks after this one: an end that a cancelled notice may not have brought is brought by it."""


def asked_for(state: State, n: int) -> Asked:
    notice = state.notices[n]
    rev = in_force(state) if notice.kind in MERGES else notice.rev
    return Asked(rev, n, notice.replaces, notice.kind is NoticeKind.RESTORED)


@dataclass(frozen=True, slots=True)
class Aware:
    told: Standing = Standing.NONE
    heard: Standing = Standing.NONE
    perhaps: frozenset[Standing] = frozenset()
    """What they heard last instead, if something that is taken for lost has arrived after all."""
    unsure: bool = False
    """It is not known whether they have heard so."""
    stopped: bool = False


def aware(state: State, person: int, service: str, asked: Asked) -> Aware:
    found = [
        (outcome(state, n, person, told_as, asked), told_as, chunk)
        for n, notice in enumerate(state.notices)
        if n != asked.but and (chunk := notice.of(person)) is not None
        for who, what, told_as in notice.lines
        if (who, what) == (person, service)
    ]
    said = [(came, told_as) for came, told_as, _ in found if came is not None]
    told = next((told_as for came, told_as in reversed(said) if came != "stopped"), Standing.NONE)
    sure = next((n for n, (came, _, _) in reversed(list(enumerate(found))) if came == "heard"), -1)
    heard, unsure = (Standing.NONE, False) if sure < 0 else (found[sure][1], found[sure][2].is_unsure)
    perhaps = frozenset(t for _, t, chunk in found[sure + 1 :] if chunk.may_have)
    return Aware(told, heard, perhaps, unsure, bool(said) and said[-1][0] == "stopped")


def _kind(said: Aware, kind: NoticeKind | None) -> NoticeKind | None:
    """No end without anything that may have been heard."""
    ends = kind in {NoticeKind.RELEASED, NoticeKind.RESTORED}
    return None if ends and not {said.heard, *said.perhaps} & OUT else kind


def owes(
    world: World, state: State, person: int, asked: Asked
) -> dict[str, tuple[Aware, Present, NoticeKind | None]]:
    """Of each service of one person what was said, what is, and what is owed."""
    rows: dict[str, tuple[Aware, Present, NoticeKind | None]] = {}
    for service in world.holds[person]:
        said = aware(state, person, service, asked)
        now = present(world, state, asked.rev, person, service)
        possible = (said.told, *sorted(said.perhaps))
        kind = next((kind for each in possible if (kind := _kind(said, owed(each, now).kind))), None)
        rows[service] = said, now, kind
    return rows


# ---------------------------------------------------------------- whom a notice tells


Told = dict[int, tuple[str, list[tuple[str, Standing]]]]
"""Person -> in which words, and what."""


def audience(world: World, state: State, n: int) -> Told:
    notice = state.notices[n]
    earlier = any(each.state != "void" for each in state.notices[:n])
    if notice.kind is NoticeKind.FIRST and not earlier:
        out = {
            p: [(s, Standing.AFFECTED) for s in held if _is_out(world, state, notice.rev, p, s)]
            for p, held in enumerate(world.holds)
        }
        return {p: ("", lines) for p, lines in out.items() if lines}
    if notice.kind is NoticeKind.CORRECTION:
        return corrected(world, state, n)
    told: Told = {}
    for p in range(len(world.holds)):
        rows = owes(world, state, p, asked_for(state, n))
        if found := _lines(state, n, rows):
            told[p] = found
    return told


def _lines(
    state: State, n: int, rows: dict[str, tuple[Aware, Present, NoticeKind | None]]
) -> tuple[str, list[tuple[str, Standing]]] | None:
    notice = state.notices[n]
    match notice.kind:
        case NoticeKind.FIRST:
            lines = [
                (s, Standing(now.value)) for s, (_, now, kind) in rows.items() if kind is NoticeKind.FIRST
            ]
            return ("", lines) if lines else None
        case NoticeKind.CATCH_UP:
            beside = any(
                each.kind is NoticeKind.FIRST and each.entry == notice.entry for each in state.notices
            )
            lines = [
                (s, Standing(now.value))
                for s, (said, now, kind) in rows.items()
                if kind in BEGINS and not said.stopped and not beside
            ]
            return ("", lines) if lines else None
        case NoticeKind.UPDATE:
            late = {s for s, (_, _, kind) in rows.items() if kind in BEGINS}
            lines = [
                (s, Standing(now.value) if s in late else said.heard)
                for s, (said, now, _) in rows.items()
                if s in late or said.heard in OUT
            ]
            return ("late_" if late else "", lines) if lines else None
        case _:
            ends = NoticeKind.RELEASED if notice.kind is NoticeKind.RELEASED else NoticeKind.RESTORED
            unsure = {s for s, (said, _, _) in rows.items() if said.unsure and said.heard == ends.value}
            if not any(kind is ends for _, _, kind in rows.values()):
                return None
            lines = [
                (s, Standing(ends.value) if kind is ends else said.heard)
                for s, (said, _, kind) in rows.items()
                if kind is ends
                or s in unsure
                or (said.heard in OUT and kind not in {NoticeKind.RELEASED, NoticeKind.RESTORED})
            ]
            return ("still_" if any(told in OUT for _, told in lines) else "", lines)


def corrected(world: World, state: State, n: int) -> Told:
    notice = state.notices[n]
    assert notice.about is not None
    unclosed = max(
        (
            m
            for m, each in enumerate(state.notices)
            if m != n and m >= notice.about and not each.closed
            and each.kind in {NoticeKind.UPDATE, NoticeKind.CORRECTION}
        ),
        default=-1,
    )  # fmt: skip
    told: Told = {}
    for p, held in enumerate(world.holds):
        letters = [(m, c) for m, each in enumerate(state.notices) if m != n and (c := each.of(p))]
        rows = owes(world, state, p, asked_for(state, n))
        standing = {s: last for s in held if (last := _last_left(state, n, p, s)) is not None}
        is_out = {s for s, told_as in standing.items() if told_as in OUT}
        wrong = any(m == notice.about and c.has_left for m, c in letters)
        since = [(m, c) for m, c in letters if m >= notice.about]
        newest_left = since[-1][1].has_left if since else None
        newest = max((m for m, _ in letters), default=-1)
        if wrong:
            lines = [(s, t) for s, t in standing.items() if s in is_out or not is_out]
            manner = "" if is_out else "past_"
        elif not (True if newest_left is None else newest_left) or newest < unclosed:
            lines, manner = [(s, t) for s, t in standing.items() if s in is_out], "fresh_"
        else:
            lines, manner = [], ""
        knows = any(said.told is not Standing.NONE for said, _, _ in rows.values())
        if not knows:
            late = [(s, Standing(now.value)) for s, (_, now, kind) in rows.items() if kind in BEGINS]
            lines, manner = (lines + late, "late_") if late else (lines, manner)
        if lines:
            told[p] = manner, lines
    return told


def _last_left(state: State, but: int, person: int, service: str) -> Standing | None:
    found = [
        told_as
        for m, each in enumerate(state.notices)
        if m != but and (chunk := each.of(person)) is not None and chunk.has_left
        for who, what, told_as in each.lines
        if (who, what) == (person, service)
    ]
    return found[-1] if found else None


# ---------------------------------------------------------------- moves


@dataclass(frozen=True, slots=True)
class Move:
    what: str
    notice: int = -1
    people: tuple[int, ...] = ()
    command: Command | None = None

    def __str__(self) -> str:
        who = f" {self.people}" if self.people else ""
        return self.command or f"{self.what} {self.notice + 1}{who}"


ANSWERS = ("accepted", "lost", "swallowed", "later")


def moves(world: World, state: State) -> Iterator[tuple[Move, State]]:  # noqa: C901 - one list, in one place
    """Everything that may happen now, and what comes of it."""
    for command in sorted(world.commands):
        if (after := commanded(world, state, command)) is not None:
            yield Move("command", command=command), after
    for n, notice in enumerate(state.notices):
        if may_freeze(state, n):
            yield Move("freeze", n), settled(frozen(world, state, n))
        claimed = next((c for c in notice.chunks if c.state == "claimed"), None)
        for chunk in notice.chunks:
            if chunk.state == "due" and claimed is None and may_claim(state, n):
                yield Move("claim", n, chunk.people), put(state, n, chunk, claimed_now(state, n, chunk))
            if chunk.state == "claimed":
                yield from posted(world, state, n, chunk)
            if chunk.state == "unknown":
                yield Move("deadline", n, chunk.people), settled(deadline(state, n, chunk))
            for number, one in enumerate(chunk.tries):
                if one.taken and not one.proved and chunk.state != "claimed":
                    yield Move("event", n, chunk.people), settled(proved(world, state, n, chunk, number))
    if (after := caught_up(world, state)) is not None:
        yield Move("late"), after


def claimed_now(state: State, n: int, chunk: Chunk) -> Chunk:
    came_back = chunk.again or bool(chunk.tries) or state.notices[n].resumed
    return replace(chunk, state="claimed", doubtful=came_back or len(state.notices) > n + 1)


def put(state: State, n: int, old: Chunk, *new: Chunk) -> State:
    notice = state.notices[n]
    at = notice.chunks.index(old)
    chunks = (*notice.chunks[:at], *new, *notice.chunks[at + 1 :])
    return change(state, n, replace(notice, chunks=chunks))


def change(state: State, n: int, notice: Notice) -> State:
    return replace(state, notices=(*state.notices[:n], notice, *state.notices[n + 1 :]))


def settled(state: State) -> State:
    """Whatever is closed with nothing left to do is finished."""
    for n, notice in enumerate(state.notices):
        busy = any(chunk.state in {"due", "claimed", "unknown"} for chunk in notice.chunks)
        if notice.closed and not busy and notice.state in {"approved", "sending"}:
            state = change(state, n, replace(notice, state="finished"))
    return state


def is_next(state: State, n: int) -> bool:
    mine = state.notices[n]
    for earlier in state.notices[:n]:
        rescoped_away = earlier.rev < mine.rev and earlier.kind in RESCOPED
        if rescoped_away or (mine.replaces and earlier.kind not in ENDINGS):
            blocks = any(chunk.state == "claimed" for chunk in earlier.chunks)
        else:
            blocks = earlier.state in ON_ITS_WAY and (not earlier.closed or earlier.opens)
        if blocks:
            return False
    return True


def may_freeze(state: State, n: int) -> bool:
    notice = state.notices[n]
    return not notice.closed and notice.state in {"approved", "sending"} and is_next(state, n)


def may_claim(state: State, n: int) -> bool:
    notice = state.notices[n]
    return notice.closed and notice.state in {"approved", "sending"} and is_next(state, n)


def frozen(world: World, state: State, n: int) -> State:
    told = audience(world, state, n)
    groups: dict[str, list[int]] = {}
    for person, (manner, _) in told.items():
        groups.setdefault(manner, []).append(person)
    size = world.chunk_people
    chunks = [
        Chunk(tuple(people[at : at + size]))
        for people in groups.values()
        for at in range(0, len(people), size)
    ]
    lines = tuple((p, s, told_as) for p, (_, found) in told.items() for s, told_as in sorted(found))
    return change(state, n, replace(state.notices[n], closed=True, lines=lines, chunks=tuple(chunks)))


def posted(world: World, state: State, n: int, chunk: Chunk) -> Iterator[tuple[Move, State]]:
    """Directly before it leaves it is asked whether it may and whether it is still true; then it is answered."""
    notice = state.notices[n]
    old = stale(world, state, n, chunk)
    if old:
        rest = tuple(p for p in chunk.people if p not in old)
        runs = _runs(chunk.people, old)
        parts = [
            Chunk(run, "cancelled" if gone or notice.state == "cancelled" else "due", chunk.tries,
                  lost=gone or notice.replaced, again=chunk.again)
            for run, gone in runs
        ]  # fmt: skip
        yield Move("overtaken", n, chunk.people), settled(put(state, n, chunk, *parts))
        assert rest != chunk.people
        return
    if notice.state not in {"approved", "sending"}:
        yield Move("not sent", n, chunk.people), settled(put(state, n, chunk, back(notice, chunk)))
        return
    for answer in ANSWERS:
        if answer != "accepted" and state.faults >= world.most_faults:
            continue
        yield Move(answer, n, chunk.people), settled(answered(state, n, chunk, answer))


def _runs(people: tuple[int, ...], old: set[int]) -> list[tuple[tuple[int, ...], bool]]:
    runs: list[tuple[list[int], bool]] = []
    for person in people:
        if not runs or runs[-1][1] is not (person in old):
            runs.append(([], person in old))
        runs[-1][0].append(person)
    return [(tuple(run), gone) for run, gone in runs]


def back(notice: Notice, chunk: Chunk) -> Chunk:
    """It did not leave: it comes back, or of a cancelled notice it never leaves."""
    if notice.state == "cancelled":
        return replace(chunk, state="cancelled", lost=notice.replaced)
    return replace(chunk, state="due")


def answered(state: State, n: int, chunk: Chunk, answer: str) -> State:
    notice = state.notices[n]
    if answer == "later":
        # A definite *later* counts no try: the chunk is as if it had never been claimed.
        return put(replace(state, faults=state.faults + 1), n, chunk, back(notice, chunk))
    taken = answer in {"accepted", "swallowed"}
    tried = (*chunk.tries, Try(taken=taken, proved=answer == "accepted"))
    if taken:
        before = any(one.taken and one.proved for one in chunk.tries)
        reads = tuple((*read, n) if p in chunk.people else read for p, read in enumerate(state.reads))
        state = replace(state, reads=reads, twice=state.twice or before)
    if answer == "accepted":
        state = put(state, n, chunk, replace(chunk, state="accepted", tries=tried))
        if state.notices[n].state == "approved":
            state = change(state, n, replace(state.notices[n], state="sending"))
        return state
    return put(
        replace(state, faults=state.faults + 1), n, chunk, replace(chunk, state="unknown", tries=tried)
    )


def stale(world: World, state: State, n: int, chunk: Chunk) -> set[int]:
    """Whom something newer has reached or will, and for whom what it says is not true any more."""
    return newer(state, n, chunk) | untrue(world, state, n, chunk) if chunk.doubtful else set()


def newer(state: State, n: int, chunk: Chunk) -> set[int]:
    """Who has something that came later, or will have it."""
    only = state.notices[n].replaces
    on_it = {"due", "claimed", "accepted", "unknown"}
    return {
        p
        for later in state.notices[n + 1 :]
        if later.state != "cancelled" and (later.replaces or not only)
        for p in chunk.people
        if (its := later.of(p)) is not None and its.state in on_it
    }


def untrue(world: World, state: State, n: int, chunk: Chunk) -> set[int]:
    return {
        p
        for p, service, told_as in state.notices[n].lines
        if p in chunk.people
        and owed(told_as, present(world, state, in_force(state), p, service)).kind is not None
    }


def deadline(state: State, n: int, chunk: Chunk) -> State:
    gone = state.notices[n].state == "cancelled"
    return put(state, n, chunk, replace(chunk, state="cancelled" if gone else "due", lost=gone, again=True))


def proved(world: World, state: State, n: int, chunk: Chunk, number: int) -> State:
    """An event of a request that was taken: its people have it, whatever we thought.

    For whom it is over by now, and who heard nothing that came after, a person is told.
    """
    tries = tuple(replace(one, proved=True) if k == number else one for k, one in enumerate(chunk.tries))
    parts = [
        each
        for each in state.notices[n].chunks
        if each.tries[: number + 1] == chunk.tries[: number + 1] and each.tries
    ]
    for each in parts if len(parts) > 1 and chunk.again else [chunk]:
        state = put(state, n, each, replace(each, state="accepted", tries=tries[: len(each.tries)]))
        late = untrue(world, state, n, each) - newer(state, n, each)
        state = replace(state, alarmed=state.alarmed | late)
    return state


# ---------------------------------------------------------------- what people do


def commanded(  # noqa: C901, PLR0911 - one list, in one place
    world: World, state: State, command: Command
) -> State | None:
    """None: it is not possible now, or it is refused."""
    if command is Command.CANCEL:
        return cancelled(state)
    if state.ended or len(state.notices) >= world.most_notices:
        return None
    match command:
        case Command.UPDATE:
            return said(state, NoticeKind.UPDATE)
        case Command.CORRECT:
            return correct(state)
        case Command.BACK_A:
            return None if A in state.back else restored(state, {A})
        case Command.BACK_ALL:
            return restored(state, {A, B})
        case Command.SAME:
            return rescoped(world, state, narrow=state.narrow[-1])
        case Command.NARROW:
            return None if state.narrow[-1] else rescoped(world, state, narrow=True)
        case Command.WIDEN:
            return rescoped(world, state, narrow=False) if state.narrow[-1] else None


def said(state: State, kind: NoticeKind, *, about: int | None = None, entry: int | None = None) -> State:
    notice = Notice(kind, in_force(state), len(state.notices) if entry is None else entry, about=about)
    return replace(state, notices=(*state.notices, notice))


def restored(state: State, services: set[str]) -> State:
    whole = state.back | services >= {A, B}
    state = said(state, NoticeKind.RESTORED if whole else NoticeKind.PARTIAL)
    return settled(replace(state, back=state.back | services, ended=whole))


def correct(state: State) -> State | None:
    left = [n for n, notice in enumerate(state.notices) if any(c.has_left for c in notice.chunks)]
    about = left[-1] if left else len(state.notices) - 1
    for n, notice in enumerate(state.notices):
        if notice.state in ON_ITS_WAY and (notice.kind not in ENDINGS or n == about):
            state = stop(state, n, replaced=True)
    return said(state, NoticeKind.CORRECTION, about=about)


def stop(state: State, n: int, *, replaced: bool) -> State:
    notice = state.notices[n]
    chunks = tuple(replace(c, state="cancelled") if c.state == "due" else c for c in notice.chunks)
    return change(state, n, replace(notice, state="cancelled", replaced=replaced, chunks=chunks))


def rescoped(world: World, state: State, *, narrow: bool) -> State | None:
    if len(state.narrow) > world.most_rescopes:
        return None
    state = replace(state, narrow=(*state.narrow, narrow))
    rev = in_force(state)
    kinds = {
        kind for p in range(len(world.holds)) for _, _, kind in owes(world, state, p, Asked(rev)).values()
    }
    for n, notice in enumerate(state.notices):
        if notice.rev < rev and notice.kind in RESCOPED and notice.state in ON_ITS_WAY:
            state = stop(state, n, replaced=True)
    entry = len(state.notices)
    order = {
        NoticeKind.FIRST: NoticeKind.FIRST,
        NoticeKind.RELEASED: NoticeKind.RELEASED,
        NoticeKind.RESTORED: NoticeKind.PARTIAL,
    }
    for what, kind in order.items():
        if what in kinds:
            state = said(state, kind, entry=entry)
    return state if len(state.notices) <= world.most_notices + 1 else None


def cancelled(state: State) -> State | None:
    """A person stops the newest notice that is under way."""
    for n in reversed(range(len(state.notices))):
        notice = state.notices[n]
        if notice.state in ON_ITS_WAY and notice.closed and any(c.state == "due" for c in notice.chunks):
            kept = {(n, p) for c in notice.chunks if c.state != "accepted" for p in c.people}
            return stop(replace(state, stopped=state.stopped | kept), n, replaced=False)
    return None


def caught_up(world: World, state: State) -> State | None:
    """The tick that looks who was not told; policy lets their catch-up go, except after a person's cancel."""
    if state.ended or any(notice.state in ON_ITS_WAY for notice in state.notices):
        return None
    if len(state.notices) >= world.most_notices + 2 or was_stopped(state):
        return None
    for kind in (NoticeKind.CATCH_UP, NoticeKind.RELEASED, NoticeKind.PARTIAL):
        after = said(state, kind)
        if audience(world, after, len(state.notices)):
            return after
    return None


def was_stopped(state: State) -> bool:
    cancels = [n for n, each in enumerate(state.notices) if each.state == "cancelled" and not each.replaced]
    told = [
        n for n, each in enumerate(state.notices) if each.state == "finished" and each.kind in TELLS_THE_LATE
    ]
    return max(cancels, default=-1) > max(told, default=-1)


# ---------------------------------------------------------------- what must never be


def is_quiet(world: World, state: State) -> bool:
    """Nothing moves by itself; only a person may still speak, and only evidence come."""
    return all(move.command or move.what == "event" for move, _ in moves(world, state))


def wrong(world: World, state: State) -> list[str]:
    """Of a state in which nothing moves: who was forgotten, told twice, or told last what is not so."""
    found = ["somebody got a notice twice, although it was proved"] if state.twice else []
    for p, held in enumerate(world.holds):
        for service in held:
            now = present(world, state, in_force(state), p, service)
            last = last_read(state, p, service)
            kind = owed(last, now).kind
            if kind is None or excused(state, p):
                continue
            found.append(f"person {p} read last that {service} is {last}, and it is {now}: {kind}")
    return found


def last_read(state: State, person: int, service: str) -> Standing:
    for n in reversed(state.reads[person]):
        for who, what, told_as in state.notices[n].lines:
            if (who, what) == (person, service):
                return told_as
    return Standing.NONE


def excused(state: State, person: int) -> bool:
    """A person's decision, or a person was told of it."""
    return person in state.alarmed or any(p == person for _, p in state.stopped) or was_stopped(state)
