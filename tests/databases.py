"""A database for each test, as empty as a new one: one is kept, emptied, looked at and lent again.

To copy the template costs ten times as much as to empty a few tables. What a test left is therefore deleted; then
everything that a later test could see (schema, settings, rights, statistics, sizes, sequences, rows of migrations)
must be as in the template, or the database is thrown away. Each test has it under a name of its own: who still
writes to the one before reaches nothing.
"""

import os
import shutil
import tempfile
import time
from collections.abc import Generator, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, LiteralString

import psycopg
from psycopg import sql

from notifier.local import postgres

TEMPLATE = "template_notifier"
MEMORY = Path("/dev/shm")
ROOM = 2 << 30
"""Bytes that must be free in memory for a server to live there."""
MOST_PAGES = 16
"""A table or index that is larger once it is empty makes plans and costs that are not those of a new one."""

NOT_OURS = "'pg_catalog', 'information_schema', 'pg_toast'"
SEEDED = ("migration", "installation")
"""Tables that a new database has rows in. Who uses it writes down in the second where it stands."""

FILLED = """
SELECT relname FROM pg_class
WHERE relnamespace = 'public'::regnamespace AND relkind = 'r' AND pg_relation_size(oid) > 0
  AND relname <> ALL (%s) ORDER BY 1"""
RESTART = """
SELECT setval(seqrelid::regclass, seqstart, false) FROM pg_sequence
WHERE pg_sequence_last_value(seqrelid) IS NOT NULL"""
CLEAR = """
SELECT pg_restore_relation_stats('schemaname', 'public', 'relname', relname, 'relpages', pages,
                                 'reltuples', tuples, 'relallvisible', 0, 'relallfrozen', 0)
FROM unnest(%s::text[], %s::int[], %s::real[]) was (relname, pages, tuples) JOIN pg_class USING (relname)
WHERE relnamespace = 'public'::regnamespace
  AND (relpages, reltuples, relallvisible, relallfrozen) IS DISTINCT FROM (pages, tuples, 0, 0)"""
SIZES = """
SELECT relname, relpages, reltuples FROM pg_class
WHERE relnamespace = 'public'::regnamespace AND relkind IN ('r', 'i')"""
LOOK = f"""
WITH ours AS (
  SELECT c.* FROM pg_class c JOIN pg_namespace n ON n.oid = relnamespace
  WHERE nspname !~ '^pg_(toast_)?temp_' AND (relkind <> 't' OR c.oid >= 16384))
SELECT 'relation' AS what, oid::text, (relname, relkind, relpersistence, relacl, reloptions, relowner, relchecks,
       relhastriggers, relrowsecurity, relhasrules,
       CASE WHEN relnamespace = 'public'::regnamespace THEN (relpages, reltuples) END,
       CASE WHEN relkind IN ('r', 'i', 't') THEN pg_relation_size(oid) > {MOST_PAGES} * 8192 END,
       CASE WHEN relkind IN ('r', 't') AND relname <> ALL (%(seeded)s) THEN pg_relation_size(oid) END)::text
  FROM ours WHERE oid >= 16384
UNION ALL SELECT 'sequence', seqrelid::text, (s.*, pg_sequence_last_value(seqrelid))::text FROM pg_sequence s
UNION ALL SELECT 'namespace', nspname, nspacl::text FROM pg_namespace WHERE nspname !~ '^pg_(toast_)?temp_'
UNION ALL SELECT 'database', '', (datdba, datconnlimit, datallowconn, datistemplate, datacl)::text
  FROM pg_database WHERE datname = current_database()
UNION ALL SELECT 'setting', setrole::text, (setdatabase = 0, setconfig)::text FROM pg_db_role_setting
  WHERE setdatabase IN (0, (SELECT oid FROM pg_database WHERE datname = current_database()))
UNION ALL SELECT 'row of migration', name, m::text FROM migration m
UNION ALL SELECT 'row of installation', '', i::text FROM installation i
UNION ALL SELECT 'class of the system', '', (count(*), string_agg(relacl::text, ' ' ORDER BY oid))::text
  FROM ours WHERE oid < 16384
""" + "".join(
    f"UNION ALL SELECT '{catalogue}', '', (count(*), max(xmin::text::bigint))::text FROM {catalogue}\n"
    for catalogue in (
        "pg_attribute", "pg_attrdef", "pg_proc", "pg_trigger", "pg_constraint", "pg_index", "pg_type",
        "pg_rewrite", "pg_policy", "pg_statistic", "pg_statistic_ext", "pg_description", "pg_extension",
        "pg_event_trigger", "pg_default_acl", "pg_largeobject_metadata", "pg_cast", "pg_operator",
        "pg_collation", "pg_publication",
    )
)  # fmt: skip
"""All that tells a database from a new one."""


def home_for(worker: str) -> Path:
    """A folder for a server: in memory, if there is room; to make files costs more than all that tests write."""
    roomy = MEMORY.is_dir() and os.access(MEMORY, os.W_OK) and shutil.disk_usage(MEMORY).free > ROOM
    return Path(tempfile.mkdtemp(prefix=f"nt-{worker}-", dir=MEMORY if roomy else None))


@dataclass
class Databases:
    """Of one server, lent to one test at a time."""

    home: Path
    admin: psycopg.Connection
    number: int = 0
    kept: str | None = None
    new: frozenset[tuple[Any, ...]] = frozenset()
    """What a new one looks like."""
    sizes: tuple[tuple[Any, ...], ...] = ()
    installation: str = ""
    left: frozenset[tuple[Any, ...]] = frozenset()
    """By what the last one that was emptied differed."""

    def lend(self) -> str:
        """The name of a migrated, empty database that nobody has had under it."""
        self.number += 1
        name = f"t{self.number:08}"
        if self.kept is None:
            self._do("CREATE DATABASE {} TEMPLATE {} STRATEGY file_copy", name, TEMPLATE)
        else:
            self._do("ALTER DATABASE {} RENAME TO {}", self.kept, name)
            self.kept = None
        return name

    def take_back(self, name: str) -> None:
        try:
            like_new = self._emptied(name)
        except psycopg.Error:  # the test has taken it to pieces
            like_new = False
        if like_new:
            self._until_alone(name)
            self.kept = name
        else:
            self._do("DROP DATABASE {} WITH (FORCE)", name)

    def _do(self, statement: LiteralString, *names: str) -> None:
        self.admin.execute(sql.SQL(statement).format(*map(sql.Identifier, names)))

    def _until_alone(self, name: str) -> None:
        """Whoever renames it, or waits for the end of a session, waits a tenth of a second where two ms do."""
        while self.admin.execute(
            "SELECT FROM pg_stat_activity WHERE datname = %s LIMIT 1", (name,)
        ).fetchone():
            time.sleep(0.002)

    def _emptied(self, name: str) -> bool:
        self.admin.execute(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = %s", (name,)
        )
        self._until_alone(name)
        with psycopg.connect(postgres.url(self.home, name), autocommit=True) as own:
            own.execute("SET session_replication_role = replica")  # no trigger, no foreign key
            filled = [sql.Identifier(table) for (table,) in own.execute(FILLED, (list(SEEDED),))]
            filled.append(sql.Identifier("installation"))
            deletes = [sql.SQL("DELETE FROM {}").format(table) for table in filled]
            own.execute(sql.SQL("; ").join(deletes))
            own.execute(
                sql.SQL("VACUUM (INDEX_CLEANUP ON, SKIP_DATABASE_STATS) ") + sql.SQL(", ").join(filled)
            )
            own.execute("INSERT INTO installation SELECT (%s::installation).*", (self.installation,))
            own.execute(RESTART)
            own.execute(CLEAR, tuple(map(list, zip(*self.sizes, strict=True))))
            self.left = look(own) ^ self.new
            own.execute("SELECT pg_stat_force_next_flush()")
            own.execute("SELECT pg_stat_reset()")
        return not self.left


def look(own: psycopg.Connection) -> frozenset[tuple[Any, ...]]:
    return frozenset(own.execute(LOOK, {"seeded": list(SEEDED)}))


@contextmanager
def databases(home: Path) -> Iterator[Databases]:
    """On a server that has the template."""
    with psycopg.connect(postgres.url(home, TEMPLATE), autocommit=True) as own:
        new, sizes = look(own), tuple(own.execute(SIZES))
        ((installation,),) = own.execute("SELECT i::text FROM installation i")
    with psycopg.connect(postgres.url(home, "postgres"), autocommit=True) as admin:
        yield Databases(home, admin, new=new, sizes=sizes, installation=installation)


@contextmanager
def a_database(server: Path, template: str = TEMPLATE) -> Generator[str]:
    """A copy of another, under a name of its own, for as long as somebody needs it."""
    name = f"m{os.urandom(4).hex()}"
    with psycopg.connect(postgres.url(server, "postgres"), autocommit=True) as admin:
        admin.execute(f"CREATE DATABASE {name} TEMPLATE {template} STRATEGY file_copy")  # pyright: ignore[reportArgumentType, reportCallIssue]
        yield postgres.url(server, name)
        admin.execute(f"DROP DATABASE {name} WITH (FORCE)")  # pyright: ignore[reportArgumentType, reportCallIssue]
