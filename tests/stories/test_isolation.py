"""What a transaction sees and may write is named by us, whatever defaults the server, database or role has."""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime

import psycopg
import pytest

from notifier.errors import Defect, Unreachable
from notifier.store import Db, audit, run, savepoint, value

DEFAULTS = (
    "default_transaction_isolation = 'repeatable read'",
    "default_transaction_isolation = 'serializable'",
    "default_transaction_read_only = 'on'",
)
NOW = datetime(2026, 11, 27, 23, 40, tzinfo=UTC)


@pytest.fixture(params=DEFAULTS, ids=lambda setting: setting.split("'")[1])
def odd(database_url: str, request: pytest.FixtureRequest) -> Iterator[Db]:
    """A database whose owner prefers other transactions than we do."""
    with psycopg.connect(database_url, autocommit=True) as admin:
        admin.execute(f"ALTER DATABASE {admin.info.dbname} SET {request.param}")  # pyright: ignore[reportArgumentType, reportCallIssue]
    with Db(database_url) as db:
        yield db


def test_a_transaction_reads_what_is_committed_and_may_write(odd: Db) -> None:
    with odd.transaction() as tx:
        assert value(tx, "SHOW transaction_isolation") == "read committed"
        assert value(tx, "SHOW transaction_read_only") == "off"


def test_whoever_decides_at_once_makes_no_fork_and_none_fails(odd: Db) -> None:
    def decide(number: int) -> None:
        with odd.transaction() as tx:
            audit.append(tx, actor="person:lind", act=f"act {number}", at=NOW)

    with ThreadPoolExecutor(4) as people:
        for done in [people.submit(decide, n) for n in range(20)]:
            done.result()
    with odd.transaction() as tx:
        assert value(tx, "SELECT count(*) FROM audit") == 20
        assert value(tx, "SELECT count(DISTINCT prev_hash) FROM audit") == 20


def test_what_is_decided_in_a_part_that_is_undone_is_not_entered(db: Db) -> None:
    def part(*, fails: bool) -> None:
        with savepoint(tx):
            audit.append(tx, actor="a", act=f"fails: {fails}", at=NOW)
            if fails:
                raise ValueError

    with db.transaction() as tx:
        part(fails=False)
        with pytest.raises(ValueError):  # noqa: PT011
            part(fails=True)
    with db.transaction(keep=False) as tx:
        audit.append(tx, actor="a", act="a dry run", at=NOW)
    with db.transaction() as tx:
        assert value(tx, "SELECT array_agg(act) FROM audit") == ["fails: False"]


def test_a_statement_that_is_refused_tells_nobodys_address(db: Db) -> None:
    def twice() -> None:
        with db.transaction() as tx:
            for _ in range(2):
                run(tx, "INSERT INTO recipient (address, address_key) VALUES ('x', 'somebody@example.com')")

    with pytest.raises(Defect, match="recipient_address_key_key") as caught:
        twice()
    assert "somebody" not in str(caught.value)
    assert caught.value.__suppress_context__


def test_a_server_that_cuts_a_statement_short_is_not_called_silent(database_url: str) -> None:
    with psycopg.connect(database_url, autocommit=True) as admin:
        admin.execute(f"ALTER DATABASE {admin.info.dbname} SET statement_timeout = '20ms'")  # pyright: ignore[reportArgumentType, reportCallIssue]
    with (
        Db(database_url) as db,
        pytest.raises(Unreachable, match=r"cannot do this now: .*statement timeout"),
        db.transaction() as tx,
    ):
        run(tx, "SELECT pg_sleep(5)")
