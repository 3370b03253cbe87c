"""A query of the company's reads, for so long and so many rows, and can do nothing else."""

import os
import signal
import threading

import psycopg
import pytest

from notifier.store.company import probe_query
from notifier.store.company.audience_view import CompanyUnreachable
from tests.waiting import until


@pytest.fixture
def shop(database_url: str) -> str:
    with psycopg.connect(database_url) as connection:
        connection.execute("CREATE TABLE shop_status (service text, down boolean)")
        connection.execute("INSERT INTO shop_status VALUES ('fable-5', true), ('iris', false)")
    return database_url


def ask(url: str, query: str, *, seconds: int = 30, most_rows: int = 10):
    return probe_query.answer(url, query, variable="SHOP_URL", seconds=seconds, most_rows=most_rows)


def test_rows_come_with_their_columns_also_where_there_are_none(shop: str) -> None:
    found = ask(shop, "SELECT service FROM shop_status WHERE down -- 100 % of them\n")
    assert (found.columns, found.rows, found.more) == (("service",), ({"service": "fable-5"},), False)
    assert ask(shop, "SELECT service FROM shop_status WHERE false").columns == ("service",)
    assert ask(shop, "SELECT bool_or(down) AS down FROM shop_status").rows == ({"down": True},)
    many = ask(shop, "SELECT n::text AS service FROM generate_series(1, 1000000) n", most_rows=3)
    assert (len(many.rows), many.more) == (3, True)


@pytest.mark.parametrize(
    "query",
    [
        "DELETE FROM shop_status",
        "SELECT 1; DELETE FROM shop_status",
        "SELECT 1; COMMIT; DELETE FROM shop_status; SELECT 1",
        "WITH gone AS (DELETE FROM shop_status RETURNING *) SELECT * FROM gone",
        "SELECT * INTO other FROM shop_status",
        "SELECT set_config('transaction_read_only', 'off', true), nextval(lower('shop_status'))",
        "SELECT * FROM shop_status FOR UPDATE",
        "COMMIT",
        "no SQL",
        "SELECT * FROM nothing",
        "SELECT %(name)s",
    ],
)
def test_what_does_more_than_read_is_refused(shop: str, query: str) -> None:
    with pytest.raises(CompanyUnreachable) as refused:
        ask(shop, query)
    assert str(refused.value).startswith("The query is refused there (")
    with psycopg.connect(shop) as connection:
        assert connection.execute("SELECT count(*) FROM shop_status").fetchone() == (2,)


def test_a_query_that_takes_too_long_is_ended_by_the_server(shop: str) -> None:
    with pytest.raises(CompanyUnreachable, match="took longer than 1 s"):
        ask(shop, "SELECT pg_sleep(600)::text AS service", seconds=1)


def test_a_server_that_is_stopped_is_given_up(shop: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(probe_query, "LATE", 0.5)
    stopped: list[int] = []

    def stop() -> None:
        with psycopg.connect(shop, autocommit=True) as watching:
            asking = "SELECT pid FROM pg_stat_activity WHERE query LIKE 'FETCH%' AND state = 'active'"
            ((pid,),) = until(lambda: watching.execute(asking).fetchall())
        os.kill(pid, signal.SIGSTOP)
        stopped.append(pid)

    stopper = threading.Thread(target=stop)
    stopper.start()
    try:
        with pytest.raises(CompanyUnreachable, match="does not answer: check SHOP_URL"):
            ask(shop, "SELECT pg_sleep(600)::text AS service", seconds=5)
    finally:
        stopper.join()
        os.kill(stopped[0], signal.SIGCONT)


def test_a_database_that_is_not_there_is_named_by_its_variable() -> None:
    with pytest.raises(CompanyUnreachable, match="check SHOP_URL"):
        ask("postgresql://127.0.0.1:1/shop", "SELECT 1")
