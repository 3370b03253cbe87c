"""The pool: connections that a server has closed are not handed out, and nobody keeps locks for ever."""

import os
import signal
import subprocess
import sys
import time
from contextlib import ExitStack

import psycopg
import pytest

from notifier.errors import Unreachable
from notifier.store import Db, run, value
from tests.waiting import until

HOLDS_A_LOCK = """
import os, signal, sys
from notifier.errors import Unreachable
from notifier.store import Db, run
with Db(sys.argv[1], idle_seconds=1.0) as db:
    try:
        with db.transaction() as tx:
            run(tx, "UPDATE company SET value = '{}' WHERE key = 'policy'")
            print("locked", flush=True)
            os.kill(os.getpid(), signal.SIGSTOP)
            run(tx, "UPDATE company SET value = '{}' WHERE key = 'policy'")
    except Unreachable:
        print("lost", flush=True)
    with db.transaction() as tx:
        run(tx, "SELECT 1")
    print("going on", flush=True)
"""


def test_a_process_stopped_inside_a_transaction_gives_its_locks_back(db: Db) -> None:
    with db.transaction() as tx:
        run(tx, "INSERT INTO company VALUES ('policy', '{}')")
    stopped = subprocess.Popen(
        [sys.executable, "-c", HOLDS_A_LOCK, db.url], stdout=subprocess.PIPE, text=True
    )
    assert stopped.stdout
    try:
        assert stopped.stdout.readline() == "locked\n"
        began = time.monotonic()
        with db.transaction() as tx:
            run(tx, "SET LOCAL statement_timeout = '15s'")
            assert run(tx, "UPDATE company SET value = '{\"lanes\": 3}' WHERE key = 'policy'") == 1
        assert time.monotonic() - began < 10
        os.kill(stopped.pid, signal.SIGCONT)
        assert stopped.communicate(timeout=15)[0] == "lost\ngoing on\n"
        with db.transaction() as tx:
            assert value(tx, "SELECT value FROM company WHERE key = 'policy'") == {"lanes": 3}
    finally:
        stopped.kill()
        stopped.communicate()


def test_connections_that_the_server_closed_are_replaced_before_they_are_used(db: Db) -> None:
    with ExitStack() as held:
        pids = {value(held.enter_context(db.transaction()), "SELECT pg_backend_pid()") for _ in range(4)}
    assert len(pids) == 4
    with psycopg.connect(db.url, autocommit=True) as admin:
        for pid in pids:
            admin.execute("SELECT pg_terminate_backend(%s, 5000)", (pid,))
    with ExitStack() as held:
        fresh = {value(held.enter_context(db.transaction()), "SELECT pg_backend_pid()") for _ in range(4)}
    assert len(fresh) == 4
    assert not fresh & pids


def test_an_idle_process_keeps_at_most_one_connection(database_url: str) -> None:
    def open_ones() -> int:
        return admin.execute(
            "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid()"
        ).fetchall()[0][0]

    with psycopg.connect(database_url, autocommit=True) as admin, Db(database_url, keep_seconds=0.1) as db:
        with ExitStack() as held:
            pids = {value(held.enter_context(db.transaction()), "SELECT pg_backend_pid()") for _ in range(4)}
            assert len(pids) == 4
        until(lambda: open_ones() <= 1)


@pytest.mark.parametrize(
    ("default", "ours"),
    [("off", "on"), ("local", "on"), ("remote_write", "on"), ("on", "on"), ("remote_apply", "remote_apply")],
)
def test_a_commit_is_on_disk_when_we_go_on_whatever_the_default_is(
    database_url: str, default: str, ours: str
) -> None:
    with psycopg.connect(database_url, autocommit=True) as admin:
        admin.execute(f"ALTER DATABASE {admin.info.dbname} SET synchronous_commit = '{default}'")  # pyright: ignore[reportArgumentType]
    with Db(database_url) as db, db.transaction() as tx:
        assert value(tx, "SELECT current_setting('synchronous_commit')") == ours


def test_a_connection_that_is_lost_in_the_middle_is_a_sentence(db: Db) -> None:
    def lose() -> None:
        with db.transaction() as tx, psycopg.connect(db.url, autocommit=True) as admin:
            admin.execute("SELECT pg_terminate_backend(%s, 5000)", (value(tx, "SELECT pg_backend_pid()"),))
            run(tx, "SELECT 1")

    with pytest.raises(Unreachable, match="does not answer"):
        lose()
    with db.transaction() as tx:
        assert value(tx, "SELECT 1") == 1
