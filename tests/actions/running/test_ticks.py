"""Who may ring for a tick, who may run it, and what becomes of it when its process dies."""

import uuid
from datetime import UTC, datetime

import psycopg
import pytest

from notifier.actions.running import ticks
from notifier.actions.running.signs import Sign
from notifier.actions.running.ticks import Here
from notifier.model.ring import Ring
from notifier.model.tick import ALIVE_SECONDS, LOST_SECONDS, ProcessKind, Tick, TickKind, longest, may_queue
from notifier.store import Db

JUDGE, SWEEP = TickKind.JUDGE, TickKind.SWEEP


@pytest.fixture
def here(db: Db) -> Here:
    return living(db)


def living(db: Db) -> Here:
    sign = Sign(ProcessKind.TICKS, 1)
    sign.leave(db.transaction)
    return Here(sign.process_id)


def run(db: Db, here: Here, kind: TickKind = JUDGE, work=lambda: (), *, asked: bool = True):
    return ticks.run(db, here, kind, work, asked=asked)


def test_it_is_rung_for_once_until_it_has_run(db: Db, here: Here) -> None:
    assert ticks.ask(db, JUDGE)
    assert not ticks.ask(db, JUDGE), "it is queued"
    assert not ticks.ask(db, JUDGE, news=True)
    assert ticks.ask(db, SWEEP), "another kind is another matter"
    run(db, here)
    assert ticks.ask(db, JUDGE)


def test_of_several_those_are_rung_for_that_are_neither_queued_nor_running(db: Db) -> None:
    assert ticks.ask(db, JUDGE) == (JUDGE,)
    assert ticks.ask(db, SWEEP, JUDGE) == (SWEEP,)
    assert ticks.ask(db, SWEEP, JUDGE) == ()


def test_what_runs_is_not_rung_for_but_with_news_it_is_at_its_end(db: Db, here: Here) -> None:
    def work(*, news: bool):
        assert not ticks.ask(db, JUDGE, news=news)
        return (Ring("deliver", 1),)

    assert run(db, here, work=lambda: work(news=False), asked=False) == (Ring("deliver", 1),)
    assert run(db, here, work=lambda: work(news=True), asked=False) == (Ring("deliver", 1), Ring("judge"))
    assert run(db, here, asked=False) == (), "said once"


def test_it_does_not_run_twice_at_once(db: Db, here: Here) -> None:
    other = living(db)
    ran: list[int] = []

    def work():
        assert run(db, other, work=lambda: ran.append(1) or (), asked=False) == ()
        return ()

    run(db, here, work=work, asked=False)
    assert ran == []


def test_a_ring_that_was_found_again_does_nothing(db: Db, here: Here) -> None:
    ran: list[int] = []
    ticks.ask(db, JUDGE)
    run(db, here, work=lambda: ran.append(1) or ())
    run(db, here, work=lambda: ran.append(2) or ())
    assert ran == [1]


def aged(database_url: str, table: str, column: str, seconds: float) -> None:
    with psycopg.connect(database_url) as connection:
        connection.execute(f"UPDATE {table} SET {column} = {column} - make_interval(secs => {seconds})")  # pyright: ignore[reportArgumentType]


def test_a_ring_that_nobody_took_is_taken_for_lost(db: Db, database_url: str, here: Here) -> None:
    assert here
    ticks.ask(db, JUDGE)
    aged(database_url, "tick", "queued_at", LOST_SECONDS)
    assert ticks.ask(db, JUDGE)
    assert not ticks.ask(db, JUDGE)


def test_a_ring_that_the_broker_did_not_take_is_free_at_once(db: Db) -> None:
    ticks.ask(db, JUDGE)
    ticks.take_back(db, JUDGE)
    assert ticks.ask(db, JUDGE)


@pytest.mark.parametrize("how", ["silent", "buried"])
def test_what_a_dead_process_ran_is_free(db: Db, database_url: str, here: Here, how: str) -> None:
    class Killed(BaseException):
        pass

    def work():
        assert not ticks.ask(db, JUDGE)
        if how == "silent":
            aged(database_url, "process", "seen_at", ALIVE_SECONDS)
        else:
            Sign(ProcessKind.TICKS, 1, before=[here.process_id]).leave(db.transaction)
        assert ticks.ask(db, JUDGE)
        raise Killed

    with pytest.raises(Killed):
        run(db, here, work=work, asked=False)


def test_an_end_that_could_not_be_written_is_made_good_by_the_next_sign_of_life(db: Db) -> None:
    sign = Sign(ProcessKind.TICKS, 1)
    here = Here(sign.process_id)

    def work():
        sign.leave(db.transaction, here)
        assert not ticks.ask(db, JUDGE), "a sign of life lets go only of what has ended here"
        here.end(JUDGE)
        sign.leave(db.transaction, here)
        assert ticks.ask(db, JUDGE)
        return ()

    sign.leave(db.transaction, here)
    run(db, here, work=work, asked=False)


def test_a_tick_that_failed_has_not_run(db: Db, database_url: str, here: Here) -> None:
    def work():
        raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        run(db, here, work=work, asked=False)
    with psycopg.connect(database_url) as connection:
        row = connection.execute("SELECT run_by, ended_at FROM tick WHERE kind = 'judge'").fetchone()
    assert row == (None, None)
    assert ticks.ask(db, JUDGE)


def test_a_thread_that_takes_too_long_is_stuck() -> None:
    here = Here(str(uuid.uuid4()))
    here.begin(JUDGE)
    assert here.stuck() == []
    here._since[JUDGE] -= longest(JUDGE)
    assert here.stuck() == [JUDGE]
    assert longest(TickKind.SNAPSHOT) > longest(JUDGE)


@pytest.mark.parametrize(
    ("age", "runs", "heard", "may"),
    [
        (None, False, True, True),
        (None, True, True, False),
        (1, False, True, False),
        (6, False, True, True),
        (6, True, True, False),
        (6, False, False, False),
        (61, False, False, True),
    ],
)
def test_when_a_ring_may_go_into_the_broker(age, runs, heard, may) -> None:
    assert may_queue(Tick(JUDGE, age, runs, datetime.now(UTC)), heard=heard) is may
