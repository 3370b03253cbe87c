"""Migrations: forward only, once, by one process at a time."""

import threading
from pathlib import Path

import psycopg
import pytest

from notifier.errors import Refused
from notifier.settings import data_folder
from notifier.store import Db
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


def as_before(url: str, *later: str):
    """As a version before 0.1.0 left it: its first file, and later ones under numbers that are ours as well."""
    with psycopg.connect(url, autocommit=True) as admin:
        admin.execute("DELETE FROM migration WHERE name > '0001_ledger.sql'")
        admin.execute("UPDATE migration SET sha256 = %s", (subject.LEDGER_BEFORE,))
        admin.execute("ALTER TABLE line ADD COLUMN clause text")
        for name in later:
            admin.execute("INSERT INTO migration (name, sha256) VALUES (%s, 'x')", (name,))


@pytest.mark.parametrize("later", [(), ("0002_held_words.sql",), ("0002_held_words.sql", "0023_recount.sql")])
def test_a_database_of_a_version_before_the_first_release_is_refused(
    db: Db, database_url: str, later: tuple[str, ...]
):
    as_before(database_url, *later)
    before = schema.written(database_url)
    for ask in (subject.migrate, subject.schema):
        with pytest.raises(Refused, match=r"before 0\.1\.0, .*: name an empty database .* again\.$"):
            ask(database_url, data_folder("migrations"))
    with db.transaction() as tx, pytest.raises(Refused, match=r"before 0\.1\.0"):
        subject.refuse_made_before(tx)
    assert schema.written(database_url) == before


def test_a_database_of_this_version_or_a_newer_one_was_not_made_before(db: Db):
    with db.transaction() as tx:
        subject.refuse_made_before(tx)
        tx.execute("INSERT INTO migration (name, sha256) VALUES ('9999_later.sql', 'x')")
        subject.refuse_made_before(tx)


def test_a_newer_database_is_not_migrated_and_can_be_worked_with(database_url: str):
    with psycopg.connect(database_url, autocommit=True) as admin:
        admin.execute("INSERT INTO migration (name, sha256) VALUES ('9999_later.sql', 'x')")
    with pytest.raises(Refused, match=r"it has 9999_later\.sql.*upgrade the notifier"):
        subject.migrate(database_url, data_folder("migrations"))
    assert subject.schema(database_url, data_folder("migrations")) == subject.Schema((), ("9999_later.sql",))


@pytest.mark.parametrize(
    "there",
    [
        "DELETE FROM migration",
        "DROP TABLE migration; CREATE TABLE migration (id int)",
        "DELETE FROM migration; DROP TABLE customer, service CASCADE",
    ],
)
def test_what_somebody_else_made_or_only_a_part_of_ours_is_refused(database_url: str, there: str):
    with psycopg.connect(database_url, autocommit=True) as admin:
        admin.execute(there)  # pyright: ignore[reportArgumentType, reportCallIssue]
    before = schema.written(database_url)
    with pytest.raises(Refused, match=r"(already exists|does not exist)\): name an empty one"):
        subject.migrate(database_url, data_folder("migrations"))
    assert schema.written(database_url) == before


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


HEARD_BEFORE_ROUNDS = """
INSERT INTO disruption (reference, mode, kind, reason, services, opened_by, opened_at, effective_at, declare_key)
VALUES ('A', 'live', 'outage', 'unknown', '{a}', 'source:am', now(), now(), 'a');
INSERT INTO signal (source, dedupe_key, state, services, occurred_at, delivery_key, judged_at, disruption_id)
VALUES
  ('am', 'f1:2026-11-23T01:00:00+00:00', 'firing', '{a}', '2026-11-23 01:00Z', '1', now(), 1),
  ('am', 'f1:2026-11-23T01:00:00+00:00', 'resolved', '{a}', '2026-11-23 02:00Z', '2', now(), 1),
  ('am', 'f1:2026-11-24T01:00:00+00:00', 'firing', '{a,b}', '2026-11-24 01:00Z', '3', now(), 1),
  ('am', 'f2:unknown', 'resolved', '{}', '2026-11-24 01:00Z', '4', NULL, NULL),
  ('database', 'cut-off:a:0', 'firing', '{a}', '2026-11-24 01:00Z', '5', now(), 1);
INSERT INTO alarm (key, text, raised_at) VALUES ('left-out:am', 'x', now())"""


def test_what_was_heard_before_there_were_rounds_goes_on_as_the_last_of_them(
    database_url: str, tmp_path: Path
):
    """Each beginning that a key was made of is a round, and the end that comes then ends what is open."""
    with psycopg.connect(database_url, autocommit=True) as admin:
        admin.execute("DROP SCHEMA public CASCADE; CREATE SCHEMA public")
        first = data_folder("migrations") / "0001_ledger.sql"
        (tmp_path / first.name).write_text(first.read_text("utf-8"), "utf-8")
        subject.migrate(database_url, tmp_path)
        admin.execute(HEARD_BEFORE_ROUNDS)
        subject.migrate(database_url, data_folder("migrations"))
        assert admin.execute(
            "SELECT source, key, state, round, fired, services, gone_at IS NULL, changes FROM trouble"
            " ORDER BY 1, 2"
        ).fetchall() == [
            ("am", "f1", "firing", 2, True, ["a", "b"], True, 1),
            ("am", "f2", "resolved", 1, False, [], False, 1),
            ("database", "cut-off:a:0", "firing", 1, True, ["a"], True, 1),
        ]
        assert admin.execute(
            "SELECT source, key, services FROM disruption_trouble ORDER BY 1"
        ).fetchall() == [("am", "f1", ["a", "b"]), ("database", "cut-off:a:0", ["a"])]
        assert admin.execute("SELECT round FROM signal ORDER BY signal_id").fetchall() == [
            (1,),
            (1,),
            (2,),
            (1,),
            (1,),
        ]
        assert admin.execute("SELECT count(*) FROM alarm WHERE cleared_at IS NULL").fetchone() == (0,)
