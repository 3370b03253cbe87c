"""A database that was lent before is as a new one: whatever a test did, the next one sees nothing of it."""

from pathlib import Path

import psycopg
import pytest

from notifier.local import postgres
from tests.databases import Databases, look
from tests.lab import a_lab


def did(lent: Databases, *statements: str) -> str:
    """The database that somebody gets after these statements."""
    name = lent.lend()
    with psycopg.connect(postgres.url(lent.home, name), autocommit=True) as own:
        for statement in statements:
            own.execute(statement)  # pyright: ignore[reportArgumentType, reportCallIssue]
        lent.take_back(name)  # somebody still holds a connection
    return name


def seen(lent: Databases) -> bool:
    name = lent.lend()
    with psycopg.connect(postgres.url(lent.home, name), autocommit=True) as own:
        same = look(own) == lent.new
        assert own.execute("SELECT sum(seq_tup_read) FROM pg_stat_user_tables").fetchone() == (0,)
    lent.take_back(name)
    return same


def test_after_a_send_it_is_kept_and_like_new(lent: Databases, tmp_path: Path) -> None:
    name = lent.lend()
    with a_lab(postgres.url(lent.home, name), tmp_path) as lab:
        lab.people(30)
        lab.suspend()
        lab.settle()
        assert lab.value("SELECT count(*) FROM delivery") == 30
    lent.take_back(name)
    assert lent.kept == name, lent.left
    assert seen(lent)


@pytest.mark.parametrize(
    "statement",
    [
        "CREATE TABLE more ()",
        "ALTER TABLE customer ADD more text",
        "CREATE INDEX more ON customer (name)",
        "CREATE FUNCTION more() RETURNS int LANGUAGE sql RETURN 1",
        "ALTER TABLE customer DISABLE TRIGGER USER",
        "ALTER TABLE customer SET (fillfactor = 50)",
        "GRANT SELECT ON customer TO PUBLIC",
        "REVOKE EXECUTE ON FUNCTION pg_backend_pid() FROM PUBLIC",
        "CREATE SCHEMA more",
        "ALTER SEQUENCE chunk_id_seq INCREMENT 7",
        "DO $$ BEGIN EXECUTE format('ALTER DATABASE %I SET lock_timeout = 7', current_database()); END $$",
        "DO $$ BEGIN EXECUTE format('ALTER DATABASE %I CONNECTION LIMIT 7', current_database()); END $$",
        "DELETE FROM migration",
        "INSERT INTO service (slug, name) VALUES ('a', 'A'); ANALYZE service",
        "INSERT INTO service (slug, name) SELECT i::text, i::text FROM generate_series(1, 50000) i",
    ],
)
def test_what_would_be_seen_is_thrown_away(lent: Databases, statement: str) -> None:
    did(lent, statement)
    assert lent.kept is None
    assert seen(lent)


@pytest.mark.parametrize(
    "statement",
    [
        "SELECT",
        "UPDATE installation SET installation_id = gen_random_uuid()",
        "CREATE TEMP TABLE more (n int)",
        "INSERT INTO service (slug, name) VALUES ('a', 'A')",
        "SELECT nextval('chunk_id_seq')",
        "BEGIN; INSERT INTO service (slug, name) VALUES ('a', 'A'); ROLLBACK",
    ],
)
def test_what_is_gone_without_a_trace_is_kept(lent: Databases, statement: str) -> None:
    name = did(lent, statement)
    assert lent.kept == name, lent.left
    assert seen(lent)
