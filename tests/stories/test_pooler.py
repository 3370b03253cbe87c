"""A whole story behind PgBouncer in transaction mode, on a server whose defaults are none of ours."""

from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest

from notifier.actions.control import brake
from notifier.settings import data_folder
from notifier.store import Db, value
from notifier.store.migrate import migrate
from tests.lab import SWALLOW, Lab, a_lab, nth
from tests.pooler import a_pooler, plain_settings

DEFAULTS = {
    "TimeZone": "Asia/Tokyo",
    "idle_in_transaction_session_timeout": "0",
    "lock_timeout": "0",
    "synchronous_commit": "off",
    "default_transaction_isolation": "repeatable read",
}


@pytest.fixture
def pooled_url(database_url: str) -> Iterator[str]:
    with psycopg.connect(database_url, autocommit=True) as admin:
        name = admin.info.dbname
        for setting, wanted in DEFAULTS.items():
            admin.execute(f"ALTER DATABASE {name} SET {setting} = '{wanted}'")  # pyright: ignore[reportArgumentType, reportCallIssue]
    with a_pooler(database_url) as url:
        yield url


@pytest.fixture
def pooled(pooled_url: str, tmp_path: Path) -> Iterator[Lab]:
    with a_lab(pooled_url, tmp_path) as lab:
        yield lab


def left_behind(pooled_url: str) -> set[tuple[str, ...]]:
    """What is not as the server has it, on any of the pooler's connections."""
    return plain_settings(pooled_url, list(DEFAULTS)) - {tuple(DEFAULTS.values())}


def test_a_whole_story_is_told(pooled: Lab, pooled_url: str, database_url: str) -> None:
    lab = pooled
    people = lab.people(60)
    lab.policy(lanes=3)
    lab.sink.on(nth(3), SWALLOW)
    reference = lab.suspend()
    brake.pause_all(lab.app.db, lab.act())
    lab.settle()
    assert not lab.sink.mails
    lab.ring(brake.resume_all(lab.app.db, lab.act()).rings)
    lab.settle()
    lab.tick()
    lab.report("delivered", lab.sink.mails)
    lab.tick("sweep", "late", "promises", "watch", "judge")
    assert set(lab.sink.counts) == set(people)
    assert set(lab.sink.counts.values()) == {1}
    lab.restore(reference)
    lab.settle()
    lab.tick()
    assert set(lab.sink.counts.values()) == {2}
    lab.accounts(lab.notice_id(reference, 1))
    assert left_behind(pooled_url) == set()
    with psycopg.connect(database_url) as admin:
        locks = admin.execute("SELECT count(*) FROM pg_locks WHERE locktype = 'advisory'").fetchone()
    assert locks == (0,)


def test_our_transactions_do_not_follow_the_defaults_of_the_server(pooled_url: str) -> None:
    wanted = ("UTC", "30s", "on", "read committed", "off")
    with Db(pooled_url) as db, db.transaction() as tx:
        found = value(
            tx,
            "SELECT array[current_setting('TimeZone'), current_setting('idle_in_transaction_session_timeout'),"
            " current_setting('synchronous_commit'), current_setting('transaction_isolation'),"
            " current_setting('transaction_read_only')]",
        )
    assert tuple(found) == wanted


def test_the_schema_comes_up_and_leaves_nothing_behind(pooled_url: str, database_url: str) -> None:
    with psycopg.connect(database_url, autocommit=True) as admin:
        admin.execute("DROP SCHEMA public CASCADE")
        admin.execute("CREATE SCHEMA public")
    assert migrate(pooled_url, data_folder("migrations"))
    assert migrate(pooled_url, data_folder("migrations")) == []
    assert left_behind(pooled_url) == set()
    with psycopg.connect(database_url) as admin:
        locks = admin.execute("SELECT count(*) FROM pg_locks WHERE locktype = 'advisory'").fetchone()
    assert locks == (0,)
