"""Migrations: forward only, once, by one process at a time."""

import threading
from pathlib import Path

import psycopg
import pytest

from notifier.errors import Refused
from notifier.settings import data_folder
from notifier.store import migrate as subject
from tests import schema


def test_every_file_has_a_number_and_a_name():
    names = sorted(p.name for p in data_folder("migrations").glob("*.sql"))
    assert all(subject.NAME.match(name) for name in names)
    assert [int(name[:4]) for name in names] == list(range(1, len(names) + 1))


def test_the_snapshot_of_the_schema_is_what_the_migrations_make(database_url: str):
    assert schema.written(database_url) == schema.SNAPSHOT.read_text("utf-8"), "python -m tests.schema"


@pytest.mark.parametrize(
    "change",
    [
        "CREATE TABLE another (x int)",
        "ALTER TABLE chunk ADD COLUMN another text",
        "ALTER TABLE chunk ALTER COLUMN tries DROP NOT NULL",
        "ALTER TABLE chunk ALTER COLUMN tries SET DEFAULT 1",
        "ALTER TABLE chunk ALTER COLUMN tries TYPE bigint",
        'ALTER TABLE service ALTER COLUMN name TYPE text COLLATE "C"',
        "ALTER TABLE chunk DROP CONSTRAINT chunk_check",
        "ALTER TABLE chunk ADD FOREIGN KEY (notice_id) REFERENCES notice",
        "CREATE INDEX another ON chunk (tries)",
        "CREATE TRIGGER another BEFORE UPDATE ON chunk FOR EACH ROW EXECUTE FUNCTION mark_row('notice_id')",
        "DROP TRIGGER chunk_changed ON chunk",
        "CREATE OR REPLACE FUNCTION mark_everybody() RETURNS void LANGUAGE sql AS 'SELECT'",
        "CREATE TABLE delivery_next PARTITION OF delivery FOR VALUES FROM (1000) TO (2000)",
        "CREATE VIEW another AS SELECT 1 AS x",
        "CREATE TYPE another AS ENUM ('a', 'b')",
        "CREATE SEQUENCE another",
        "INSERT INTO service (slug, name) VALUES ('a', 'A')",
    ],
)
def test_a_change_of_the_schema_is_seen_in_the_snapshot(database_url: str, change: str):
    before = schema.written(database_url)
    with psycopg.connect(database_url, autocommit=True) as admin:
        admin.execute(change)  # pyright: ignore[reportArgumentType, reportCallIssue]
    assert schema.written(database_url) != before


def test_a_second_run_applies_nothing(database_url: str):
    assert subject.migrate(database_url, data_folder("migrations")) == []
    assert subject.schema(database_url, data_folder("migrations")) == subject.Schema((), ())


def test_an_edited_file_is_refused():
    with pytest.raises(Refused, match="edited"):
        subject.pending({"0001_a.sql": subject.sha256("before")}, [("0001_a.sql", "after")])


def test_a_newer_database_is_refused():
    with pytest.raises(Refused, match="upgrade"):
        subject.pending({"0002_b.sql": "x"}, [])


@pytest.mark.parametrize("isolation", ["read committed", "repeatable read", "serializable"])
def test_four_at_once_apply_each_file_once(database_url: str, tmp_path: Path, isolation: str):
    for n in range(1, 6):
        (tmp_path / f"000{n}_t.sql").write_text(f"CREATE TABLE t{n} (x int); SELECT pg_sleep(0.05);")
    with psycopg.connect(database_url, autocommit=True) as admin:
        admin.execute("DELETE FROM migration")
        admin.execute(f"ALTER DATABASE {admin.info.dbname} SET default_transaction_isolation = '{isolation}'")
    applied: list[str] = []
    threads = [
        threading.Thread(target=lambda: applied.extend(subject.migrate(database_url, tmp_path)))
        for _ in range(4)
    ]
    [t.start() for t in threads]
    [t.join() for t in threads]
    assert sorted(applied) == [f"000{n}_t.sql" for n in range(1, 6)]


def test_a_broken_file_changes_nothing(database_url: str, tmp_path: Path):
    (tmp_path / "0001_half.sql").write_text("CREATE TABLE half (x int); SELECT 1/0;")
    with psycopg.connect(database_url, autocommit=True) as admin:
        admin.execute("DELETE FROM migration")
        with pytest.raises(psycopg.errors.DivisionByZero):
            subject.migrate(database_url, tmp_path)
        assert admin.execute("SELECT to_regclass('half')").fetchone() == (None,)
