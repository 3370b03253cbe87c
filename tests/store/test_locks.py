"""One order in which everything takes its locks, watched in the real actions; and every pair of them at once."""

import ast
import json
import re
import threading
from collections.abc import Callable, Generator, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass, replace
from datetime import timedelta
from functools import cache
from pathlib import Path

import psycopg
import pytest

from notifier.actions.announce import correct, declare, holding, reviews
from notifier.actions.announce.holding import Plan
from notifier.actions.announce.reviews import Decision, Objection
from notifier.actions.announce.timeline import News
from notifier.actions.background.posts import record_signals, speaker
from notifier.actions.company import apply_company
from notifier.actions.control import above_ceiling, arranging, brake, lists
from notifier.actions.control import approve as gate
from notifier.actions.control.approve import Consent
from notifier.edges import company_file
from notifier.errors import NotifierError, Unreachable
from notifier.local import postgres
from notifier.model.ring import Ring
from notifier.model.vocabulary import Possibly, Reason
from notifier.store import locks
from notifier.store.audit import CHAIN_LOCK
from tests.databases import a_database
from tests.lab import LOSE, YES, Answer, Lab, Mail, a_lab, every, refuse
from tests.locking import At, Journal, Told, WatchedDb, unwatched
from tests.raw_sql import WAITING

Act = Callable[[Lab], object]
PLAN_AT = timedelta(hours=1)


# ---------------------------------------------------------------- worlds


def busy(lab: Lab) -> None:
    """1 is sent: accepted, unknown, dead, due and forsaken chunks. 2 is an update behind it, held.
    3 is a draft. 4 leaves by itself now. A review is open; a draft on evidence was made for the other service.
    """
    lab.people(70)
    lab.customers(
        "customer,name,email,services,suspended\n"
        + "\n".join(f"m{n},M{n},m{n}@example.com,mythos-5,mythos-5" for n in range(4))
    )
    lab.tick("watch", "judge")
    reference = lab.suspend()
    lab.settle()
    lab.rows(
        "UPDATE attempt SET outcome = 'unknown' WHERE chunk_id IN (SELECT chunk_id FROM chunk ORDER BY 1 OFFSET 1)"
    )
    for state, offset in (("unknown", 1), ("dead", 3), ("claimed", 5), ("due", 6)):
        lab.rows(
            "UPDATE chunk SET state = %s, lease_until = CASE WHEN %s = 'claimed' THEN now() END"
            " WHERE chunk_id IN (SELECT chunk_id FROM chunk ORDER BY 1 OFFSET %s)",
            state,
            state,
            offset,
        )
    lab.rows("UPDATE attempt SET outcome = 'not_sent' WHERE chunk_id = (SELECT max(chunk_id) FROM chunk)")
    lab.pass_time(1000)
    lab.rows("UPDATE notice SET state = 'sending', finished_at = NULL")
    lab.update(reference)
    lab.rows("UPDATE notice SET state = 'held', hold_reason = 'x' WHERE seq = 2 AND kind = 'update'")
    lab.update(reference, "A draft.", consent=Consent())
    holding.prepare(
        lab.app.db, lab.app.writer, lab.act(), reference,
        Plan(at=lab.now() + PLAN_AT), Consent(yes=True, ceiling=100),
    )  # fmt: skip
    reviews.add(lab.app.db, lab.act(), reference, Objection("p1", "Kim", "we are no such customer"))
    lab.customers(
        "customer,name,email,services,suspended\n"
        + "\n".join(f"m{n},M{n},m{n}@example.com,mythos-5," for n in range(4))
    )
    lab.run(Ring("watch"))
    lab.rows("UPDATE notice SET go_at = now() - interval '1 second' WHERE go_at IS NOT NULL")
    lab.rings.clear()


def quiet(lab: Lab) -> None:
    """1 is finished, with people above its ceiling; who came late has a draft, and more have come since."""
    lab.people(20)
    lab.suspend(consent=Consent(yes=True, ceiling=15))
    lab.settle()
    lab.people(3, "late")
    lab.pass_time(120)
    lab.tick("late")
    lab.people(2, "later")
    lab.pass_time(120)
    lab.rings.clear()


def fresh(lab: Lab) -> None:
    """1 is approved and waits for the cut-off, which the data shows by now; 2, an update, waits behind it."""
    lab.people(30)
    wish = declare.Wish(services=("fable-5",), reason=Reason.LEGAL, on_cutoff=True)
    done = declare.suspend(
        lab.app.db, lab.app.writer, lab.act(), wish, Consent(yes=True, ceiling=100, accept_gap=30)
    )
    assert done.gate.approved, done.gate.refusal
    lab.rows("UPDATE entitlement SET suspended_at = now()")
    lab.update(done.name.reference)
    lab.rings.clear()


def ending(lab: Lab) -> None:
    """1 has been sent to the last: whoever looks next says that it is finished."""
    lab.people(20)
    lab.suspend()
    lab.settle()
    lab.rows("UPDATE notice SET state = 'sending', finished_at = NULL")


def heard(lab: Lab) -> None:
    """A tool has drafted for two services together and for another; a draft that was void comes back."""
    lab.people(5)
    lab.people(5, "m", "mythos-5")
    file = company_file.read(
        b'[[services]]\nslug = "sonnet-5"\nname = "Sonnet 5"\n'
        b'[[services]]\nslug = "atlas"\nname = "Atlas"\n'
        b'[[sources]]\nname = "tool"\ndialect = "alertmanager"\nopen = true\n'
    )
    apply_company.apply(lab.app.db, lab.act(), file, apply_company.difference(lab.app.db, file))
    tool_says(lab, "atlas", hours=6)
    tool_says(lab, "fable-5", hours=0)
    tool_says(lab, "mythos-5", hours=0)
    tool_says(lab, "sonnet-5", hours=3)
    lab.tick("judge")
    lab.rows("UPDATE disruption SET ended_at = now(), ended_as = 'void' WHERE 'atlas' = ANY(services)")
    lab.rows(
        "UPDATE notice SET state = 'void' FROM disruption d WHERE d.disruption_id = notice.disruption_id"
        " AND d.ended_at IS NOT NULL"
    )
    tool_says(lab, "atlas", hours=0, id_="again")
    tool_says(lab, "mythos-5", hours=0, id_="again")
    lab.rings.clear()


def tool_says(lab: Lab, service: str, hours: int, id_: str = "f") -> None:
    began = lab.now() - timedelta(hours=hours)
    alert = {"status": "firing", "labels": {"service": service}, "startsAt": began.isoformat()}
    body = {"version": "4", "groupKey": "{}", "alerts": [alert | {"fingerprint": id_ + service}]}
    record_signals(lab.app.db, speaker(lab.app.db, "tool"), {}, json.dumps(body).encode(), lab.now())


# ---------------------------------------------------------------- what is done in them


def reference(lab: Lab) -> str:
    return lab.value("SELECT reference FROM disruption WHERE declared_at IS NOT NULL")


def notice(lab: Lab, seq: int) -> int:
    return lab.notice_id(reference(lab), seq)


def suspend_other(lab: Lab) -> object:
    return lab.suspend(services=("mythos-5",), consent=Consent(yes=True, ceiling=100, accept_gap=4))


def rescope(lab: Lab, *, anew: bool = False) -> object:
    return lab.rescope(reference(lab), "customer <> 'p2'", consent=Consent(yes=True, ceiling=100), anew=anew)


def late_events(lab: Lab) -> object:
    """The provider reports on what was unknown and dead: two posts' worth of attempts at once."""
    attempts = lab.rows("SELECT attempt_id::text, chunk_id FROM attempt WHERE outcome = 'unknown'")
    mails = [
        replace(mail, attempt_id=attempt)
        for attempt, chunk in attempts
        for mail in lab.sink.mails[:1] or [_mail(lab, chunk)]
    ]
    lab.report("bounce", mails, type="bounce")
    return None


def _mail(lab: Lab, chunk_id: int) -> Mail:
    (row,) = lab.rows(
        "SELECT address, notice_id, recipient_id FROM delivery JOIN recipient USING (recipient_id)"
        " WHERE root_chunk_id = %s LIMIT 1",
        chunk_id,
    )
    return Mail(row[0], "", row[1], row[2], "", "")


def deliver(then: Answer | None = None) -> Act:
    def act(lab: Lab) -> object:
        if then is not None:
            lab.sink.on(every, then)
        return lab.run(Ring("deliver", notice(lab, 1)))

    return act


def tick(name: str) -> Act:
    return lambda lab: lab.run(Ring(name))


BUSY: dict[str, Act] = {
    "suspend": suspend_other,
    "update": lambda lab: lab.update(reference(lab)),
    "restore": lambda lab: lab.restore(reference(lab)),
    "correct": lambda lab: lab.correct(reference(lab)),
    "retract": lambda lab: correct.retract(
        lab.app.db, lab.app.writer, lab.act(), reference(lab), News(), YES, 1
    ),
    "rescope": rescope,
    "prepare": lambda lab: holding.prepare(
        lab.app.db, lab.app.writer, lab.act(), reference(lab), Plan(at=lab.now() + PLAN_AT), YES
    ),
    "approve": lambda lab: gate.approve(lab.app.db, lab.act(), notice(lab, 3), YES),
    "show list": lambda lab: lists.show_list(lab.app.db, lab.app.writer, lab.now(), notice(lab, 3)),
    "pause": lambda lab: brake.pause(lab.app.db, lab.act(), notice(lab, 1)),
    "resume": lambda lab: brake.resume(lab.app.db, lab.act(), notice(lab, 2)),
    "cancel": lambda lab: brake.cancel(lab.app.db, lab.act(), notice(lab, 1)),
    "cancel draft": lambda lab: brake.cancel(lab.app.db, lab.act(), notice(lab, 3)),
    "retry dead": lambda lab: brake.retry_dead(lab.app.db, lab.act(), notice(lab, 1)),
    "drop dead": lambda lab: brake.drop_dead(lab.app.db, lab.act(), notice(lab, 1)),
    "pause all": lambda lab: brake.pause_all(lab.app.db, lab.act()),
    "decide": lambda lab: reviews.decide(
        lab.app.db,
        lab.app.writer,
        lab.act(),
        lab.value("SELECT review_id FROM review"),
        Decision("released", "looked at it"),
        YES,
    ),
    "deliver": deliver(),
    "deliver, no answer": deliver(LOSE),
    "deliver, forbidden": deliver(refuse(401)),
    "deliver, too large": deliver(refuse(413)),
    "events": late_events,
    "sweep": tick("sweep"),
    "promises": tick("promises"),
    "judge": tick("judge"),
    "import": lambda lab: lab.people(3, "new"),
}
QUIET: dict[str, Act] = {
    "late": tick("late"),
    "cancel draft": lambda lab: brake.cancel(lab.app.db, lab.act(), notice(lab, 2)),
    "approve": lambda lab: gate.approve(lab.app.db, lab.act(), notice(lab, 2), YES),
    "show list": lambda lab: lists.show_list(lab.app.db, lab.app.writer, lab.now(), notice(lab, 2)),
    "update": lambda lab: lab.update(reference(lab)),
    "rescope": rescope,
    "restore": lambda lab: lab.restore(reference(lab)),
    "correct": lambda lab: lab.correct(reference(lab)),
    "approve held": lambda lab: above_ceiling.approve_held(lab.app.db, lab.act(), notice(lab, 1), 5),
}
FRESH: dict[str, Act] = {
    "freeze": lambda lab: lab.run(Ring("freeze", notice(lab, 1))),
    "cancel": lambda lab: brake.cancel(lab.app.db, lab.act(), notice(lab, 1)),
    "pause": lambda lab: brake.pause(lab.app.db, lab.act(), notice(lab, 1)),
    "update": lambda lab: lab.update(reference(lab)),
    "correct": lambda lab: lab.correct(reference(lab)),
    "rescope": rescope,
    "restore": lambda lab: lab.restore(reference(lab)),
    "resume all": lambda lab: (
        brake.pause_all(lab.app.db, lab.act()),
        brake.resume_all(lab.app.db, lab.act()),
    ),
}
ENDING: dict[str, Act] = {
    "finish": deliver(),
    "rescope": lambda lab: lab.rescope(reference(lab), possibly=Possibly.INCLUDE),
    "correct": lambda lab: lab.correct(reference(lab)),
    "cancel": lambda lab: brake.cancel(lab.app.db, lab.act(), notice(lab, 1)),
}


def drafted(lab: Lab, service: str) -> str:
    return lab.value("SELECT reference FROM disruption WHERE %s = ANY(services)", service)


def approve_drafted(lab: Lab) -> object:
    there = lab.value(
        "SELECT max(notice_id) FROM notice JOIN disruption USING (disruption_id) WHERE 'sonnet-5' = ANY(services)"
        " AND state = 'draft'"
    )
    return gate.approve(lab.app.db, lab.act(), there, YES)


def take_over(lab: Lab) -> object:
    return lab.suspend(services=("mythos-5",), consent=Consent(yes=True, ceiling=100, accept_gap=5))


HEARD: dict[str, Act] = {
    "merge": lambda lab: arranging.merge(
        lab.app.db, lab.app.writer, lab.act(), drafted(lab, "fable-5"), drafted(lab, "sonnet-5")
    ),
    "merge the other way": lambda lab: arranging.merge(
        lab.app.db, lab.app.writer, lab.act(), drafted(lab, "sonnet-5"), drafted(lab, "fable-5")
    ),
    "split": lambda lab: arranging.split(
        lab.app.db, lab.app.writer, lab.act(), drafted(lab, "fable-5"), ["fable-5"]
    ),
    "judge": tick("judge"),
    "approve": approve_drafted,
    "take over": take_over,
    "policy": lambda lab: gate.approve_by_policy(
        lab.app.db,
        lab.act(),
        lab.value("SELECT disruption_id FROM disruption WHERE 'sonnet-5' = ANY(services)"),
        100,
        ["sonnet-5"],
    ),
}
WORLDS: dict[str, tuple[Callable[[Lab], None], dict[str, Act]]] = {
    "busy": (busy, BUSY),
    "quiet": (quiet, QUIET),
    "fresh": (fresh, FRESH),
    "ending": (ending, ENDING),
    "heard": (heard, HEARD),
}


@dataclass(frozen=True)
class World:
    """A database that is copied for each experiment."""

    server: Path
    name: str
    template: str

    def copy(self) -> AbstractContextManager[str]:
        return a_database(self.server, self.template)


@pytest.fixture(scope="module")
def worlds(server: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[dict[str, World]]:
    made: dict[str, World] = {}
    with psycopg.connect(postgres.url(server, "postgres"), autocommit=True) as admin:
        for name, (build, _) in WORLDS.items():
            template = f"world_{name}"
            admin.execute(f"CREATE DATABASE {template} TEMPLATE template_notifier STRATEGY file_copy")  # pyright: ignore[reportArgumentType, reportCallIssue]
            with a_lab(postgres.url(server, template), tmp_path_factory.mktemp(name)) as lab:
                build(lab)
            made[name] = World(server, name, template)
        yield made
        for world in made.values():
            admin.execute(f"DROP DATABASE {world.template} WITH (FORCE)")  # pyright: ignore[reportArgumentType, reportCallIssue]


@contextmanager
def watched(url: str, tmp: Path, told: Callable[[], Told]) -> Generator[tuple[Lab, WatchedDb]]:
    """A lab on a copy of a world, whose transactions are told of; its own experiments go by another way."""
    with a_lab(url, tmp) as lab, WatchedDb(url, told) as db:
        yield replace(lab, app=replace(lab.app, db=db)), db


CASES = [(world, name) for world, (_, acts) in WORLDS.items() for name in acts]


def watched_alone(world: World, name: str, tmp: Path) -> Journal:
    with world.copy() as url, psycopg.connect(url, autocommit=True) as other:
        journal = Journal(other)
        with watched(url, tmp, journal.transaction) as (lab, db):
            WORLDS[world.name][1][name](lab)
        assert db.gave_way == []
    return journal


@pytest.fixture(scope="module")
def journal_of(
    worlds: dict[str, World], tmp_path_factory: pytest.TempPathFactory
) -> Callable[[str, str], Journal]:
    @cache
    def of(world: str, name: str) -> Journal:
        return watched_alone(worlds[world], name, tmp_path_factory.mktemp("journal"))

    return of


@pytest.mark.parametrize(("world", "name"), CASES, ids=[f"{w}: {n}" for w, n in CASES])
def test_locks_are_taken_in_their_order(
    journal_of: Callable[[str, str], Journal], world: str, name: str
) -> None:
    journal = journal_of(world, name)
    assert journal.faults == []
    assert journal.steps, "it locks nothing: this shows nothing"


LIKE_ANOTHER = frozenset(
    {
        "retract",
        "prepare",
        "show list",
        "resume",
        "drop dead",
        "deliver, no answer",
        "deliver, too large",
        "merge the other way",
        "take over",
        "import",
    }
)
"""They lock what another one here locks as well: once, in their order, is enough."""
PAIRS = [(world, name) for world, name in CASES if name not in LIKE_ANOTHER]


@dataclass(frozen=True)
class Meeting:
    """Two actions at once: the first is stopped after a statement, and the other runs into it."""

    first: str
    other: str
    point: int
    kinds: frozenset[str]
    """Of the locks that both want there."""


def meetings(journals: dict[str, Journal]) -> list[Meeting]:
    """Every two of a world, wherever the first has what the other wants as well, and will want more of that."""
    names = list(journals)
    found: list[Meeting] = []
    for n, name in enumerate(names):
        first = journals[name]
        for other in names[n:]:
            points = first.points(journals[other]) or {first.steps[0][1]: frozenset({"nothing"})}
            found += [Meeting(name, other, point, kinds) for point, kinds in points.items()]
    return found


def some(all_of_them: list[Meeting]) -> list[Meeting]:
    """Each action once as the first and once as the other at every kind of lock at which any two of them meet."""
    shown: set[tuple[str, str, str]] = set()
    chosen: list[Meeting] = []
    for meeting in sorted(all_of_them, key=lambda m: -len(m.kinds)):
        here = {
            (role, action, kind)
            for kind in meeting.kinds
            for role, action in (("first", meeting.first), ("other", meeting.other))
        }
        if here - shown:
            shown |= here
            chosen.append(meeting)
    return chosen


@pytest.fixture(scope="module")
def met(journal_of: Callable[[str, str], Journal]) -> Callable[[str], list[Meeting]]:
    @cache
    def of(world: str) -> list[Meeting]:
        names = [name for at, name in PAIRS if at == world]
        return meetings({name: journal_of(world, name) for name in names})

    return of


@pytest.mark.timeout(900)
@pytest.mark.parametrize("which", ["some", pytest.param("all", marks=pytest.mark.long)])
@pytest.mark.parametrize(("world", "name"), PAIRS, ids=[f"{w}: {n}" for w, n in PAIRS])
def test_any_two_at_once_end_and_neither_gives_way(
    worlds: dict[str, World],
    met: Callable[[str], list[Meeting]],
    tmp_path: Path,
    world: str,
    name: str,
    which: str,
) -> None:
    """The first stops; the other runs into it; then both go on."""
    chosen = met(world) if which == "all" else some(met(world))
    for each in chosen:
        if each.first == name:
            meet(worlds[world], name, each.other, each.point, tmp_path)


def test_some_meetings_show_each_action_at_each_kind_of_lock(met: Callable[[str], list[Meeting]]) -> None:
    every = met("ending")
    chosen = some(every)
    for role in ("first", "other"):
        assert {(getattr(m, role), k) for m in chosen for k in m.kinds} == {
            (getattr(m, role), k) for m in every for k in m.kinds
        }


def meet(world: World, name: str, other: str, point: int, tmp: Path) -> None:
    acts = WORLDS[world.name][1]
    story = f"{name}, stopped after statement {point}, and {other}"
    failed: list[str] = []

    def do(what: str, lab: Lab) -> None:
        try:
            acts[what](lab)
        except Unreachable as error:
            failed.append(f"{story}: {what}: {error}")
        except NotifierError:
            pass  # the other has decided otherwise: that is an answer
        except Exception as error:  # noqa: BLE001
            failed.append(f"{story}: {what}: {error!r}")
        finally:
            at.there.set()

    with world.copy() as url:
        at = At(point)
        with watched(url, tmp, at.transaction) as (lab, db), WatchedDb(url, unwatched) as their_db:
            one = threading.Thread(target=do, args=(name, lab))
            two = threading.Thread(target=do, args=(other, replace(lab, app=replace(lab.app, db=their_db))))
            one.start()
            assert at.there.wait(60), story
            two.start()
            _until_it_waits(url, two)
            at.go_on.set()
            for thread in (one, two):
                thread.join(60)
                assert not thread.is_alive(), story
        assert failed == []
        assert db.gave_way + their_db.gave_way == [], story
        assert deadlocks(url) == 0, story


def deadlocks(url: str) -> int:
    with psycopg.connect(url, autocommit=True) as admin:
        (found,) = admin.execute(
            "SELECT deadlocks FROM pg_stat_database WHERE datname = current_database()"
        ).fetchall()
    return found[0]


def _until_it_waits(url: str, thread: threading.Thread) -> None:
    """For a lock, or until it is done."""
    with psycopg.connect(url, autocommit=True) as admin:
        while thread.is_alive():
            if admin.execute(WAITING).fetchone() != (0,):
                return
            thread.join(0.005)


# ---------------------------------------------------------------- who gives way all the same


def test_whoever_is_the_victim_of_a_deadlock_does_it_again(lab: Lab) -> None:
    """Only somebody who knows no order, as here a person with psql, brings one about."""
    lab.people(3)
    lab.suspend()
    id_ = lab.notice_id(reference(lab), 1)
    at = At(1)
    with psycopg.connect(lab.database_url) as other:
        other.execute(f"ALTER DATABASE {other.info.dbname} SET deadlock_timeout = '10ms'")  # pyright: ignore[reportArgumentType, reportCallIssue]
        other.execute("SET deadlock_timeout = '1h'")
        other.commit()
        other.execute("SELECT pg_advisory_xact_lock(%s)", (CHAIN_LOCK,))

        def want_the_notice() -> None:
            other.execute("SELECT FROM notice FOR UPDATE")
            other.commit()

        with WatchedDb(lab.database_url, at.transaction) as db, ThreadPoolExecutor(2) as both:
            paused = both.submit(brake.pause, db, lab.act(), id_)
            assert at.there.wait(60)
            theirs = threading.Thread(target=want_the_notice)
            theirs.start()
            _until_it_waits(lab.database_url, theirs)
            at.go_on.set()
            paused.result(60)
            theirs.join(60)
            assert db.gave_way, "nobody met"
    assert deadlocks(lab.database_url) > 0
    assert lab.value("SELECT state FROM notice") == "held"
    assert lab.acts().count("pause") == 1


NOT_AGAIN = {
    "approve_by_policy": "it reads; what it decides is a function of its own",
    "import_customers": "what it reads is read once",
    "test": "it sends",
    "copy": "it sends",
    "_send": "it sends",
    "_say_again": "everything is stopped already, and who stopped it waits",
    "pause": "what it decides is a function of its own",
    "cancel": "what it decides is a function of its own",
    "pause_all": "what it decides is a function of its own",
}


def test_whatever_a_person_decides_is_tried_again() -> None:
    found: set[str] = set()
    for path in (Path(locks.__file__).parents[1] / "actions").rglob("*.py"):
        for node in ast.parse(path.read_text("utf-8")).body:
            if not isinstance(node, ast.FunctionDef) or not _decides(node):
                continue
            found.add(node.name)
            again = any(isinstance(each, ast.Name) and each.id == "retried" for each in node.decorator_list)
            assert again or node.name in NOT_AGAIN, f"{path.name}: {node.name}"
    assert len(found) > 20
    assert found >= set(NOT_AGAIN) - {"copy"}


def _decides(node: ast.FunctionDef) -> bool:
    """It names who does it and when, and opens a transaction of its own that stays."""
    opens = [
        call
        for call in ast.walk(node)
        if isinstance(call, ast.Call)
        and isinstance(call.func, ast.Attribute)
        and call.func.attr == "transaction"
        and not call.keywords
    ]
    return bool(opens) and any(arg.arg == "act" for arg in (*node.args.args, *node.args.kwonlyargs))


def test_every_statement_that_locks_says_in_which_order() -> None:
    """One row by its key, several by theirs, or none that somebody else has."""
    texts = [text for path in Path(locks.__file__).parent.rglob("*.py") for text in statements(path)]
    locking = [text for text in texts if re.search(r"FOR (NO KEY )?UPDATE", text)]
    assert len(locking) > 10
    for text in locking:
        for part in re.findall(
            r"(.{0,400}?)FOR (NO KEY UPDATE|UPDATE)( OF \w+)?( SKIP LOCKED)?", text, re.DOTALL
        ):
            before, how, _, skips = part
            assert how == "NO KEY UPDATE", text
            assert (
                skips or "ORDER BY" in before or re.search(r"(_id|kind) = %\((\w+)\)s\s*(AND .*)?$", before)
            ), text


def statements(path: Path) -> Iterator[str]:
    """The strings of a module, put together as the parser does it."""
    for node in ast.walk(ast.parse(path.read_text("utf-8"))):
        if isinstance(node, ast.Constant) and isinstance(node.value, str) and node.value.isascii():
            yield " ".join(node.value.split())
