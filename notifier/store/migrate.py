"""Applies `migrations/*.sql`, forward only, each file once and in one transaction, one process at a time."""

import hashlib
import re
from collections.abc import Generator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import LiteralString, cast

import psycopg
from psycopg import IsolationLevel, errors, sql

from notifier.errors import Refused, Unreachable
from notifier.store import CONNECT_SECONDS, Tx, value

ADVISORY_LOCK = 0x6E6F7469  # 'noti': every process of this product, and nobody else, takes it
NAME = re.compile(r"^\d{4}_[a-z0-9_]+\.sql$")

LEDGER_BEFORE = "582f899affc12d737e1f16bb87ca515d0a86bed0cbd6b676c8615ef5e2b61feb"
"""The first file as every database has it that was made before 0.1.0: the others of that time are forgotten."""
MADE_BEFORE = (
    "This database was made by a version before 0.1.0, which this one cannot take over: name an empty database in "
    "NOTIFIER_DATABASE_URL (without one of your own, an empty folder in NOTIFIER_HOME), then `notifier apply` and "
    "`notifier import` again."
)
NOT_OURS = (
    errors.DuplicateTable,
    errors.DuplicateFunction,
    errors.DuplicateObject,
    errors.UndefinedTable,
    errors.UndefinedColumn,
    errors.UndefinedFunction,
)
"""A file meets what it did not expect: somebody else's tables, or only a part of ours."""

APPLIED: LiteralString = """
CREATE TABLE IF NOT EXISTS migration (
  name text COLLATE "C" PRIMARY KEY, sha256 text NOT NULL, applied_at timestamptz NOT NULL DEFAULT now()
)"""


def migrate(url: str, folder: Path) -> list[str]:
    """Bring the schema up; the names of the files that were applied now.

    Raises `Refused` if a file was edited after it had been applied, if the database knows a file that this version
    of the product does not, or if other tables stand in the way.
    """
    with _connected(url, "migrated") as connection:
        # Else it read before it waited for its turn.
        connection.isolation_level = IsolationLevel.READ_COMMITTED
        connection.read_only = False
        known = files(folder)
        return list(iter(lambda: _apply_next(connection, known), None))


def refuse_made_before(tx: Tx) -> None:
    """Raises `Refused` if a version before 0.1.0 made this database: its tables look like ours, and are not."""
    if value(tx, "SELECT EXISTS (SELECT FROM migration WHERE sha256 = %(before)s)", before=LEDGER_BEFORE):
        raise Refused(MADE_BEFORE)


def create_database(url: str, name: str) -> None:
    """On the server of `url`, unless it is there. For one process at a time."""
    try:
        with psycopg.connect(url, connect_timeout=CONNECT_SECONDS, autocommit=True) as connection:
            there = connection.execute("SELECT 1 FROM pg_database WHERE datname = %s", (name,)).fetchone()
            if not there:
                connection.execute(sql.SQL("CREATE DATABASE {}").format(sql.Identifier(name)))
    except psycopg.OperationalError as error:
        raise Unreachable(f"The database {name!r} could not be created: {_first_line(error)}") from error


@dataclass(frozen=True, slots=True)
class Schema:
    """What the database has against what this version brings."""

    missing: tuple[str, ...]
    """Files that are still to be applied: this version cannot work."""
    newer: tuple[str, ...]
    """Files of a later version: this one goes on working, columns are only ever added."""


def schema(url: str, folder: Path) -> Schema:
    """Raises `Refused` for an edited file or a database of before, `Unreachable` if it does not answer."""
    with _connected(url, "asked") as connection:
        exists = connection.execute("SELECT to_regclass('migration') IS NOT NULL").fetchone()
        applied, known = _applied(connection) if exists == (True,) else {}, files(folder)
        return Schema(tuple(name for name, _ in _missing(applied, known)), tuple(_newer(applied, known)))


@contextmanager
def _connected(url: str, verb: str) -> Generator[psycopg.Connection]:
    try:
        with psycopg.connect(url, connect_timeout=CONNECT_SECONDS, autocommit=True) as connection:
            yield connection
    except psycopg.OperationalError as error:
        raise Unreachable(
            f"The database could not be {verb} ({_first_line(error)}): "
            "check NOTIFIER_DATABASE_URL, and that the server runs."
        ) from error
    except NOT_OURS as error:
        raise Refused(
            "This database holds what the notifier did not make, or only a part of what it made "
            f"({error.diag.message_primary}): name an empty one in NOTIFIER_DATABASE_URL, or restore all of it."
        ) from error


def files(folder: Path) -> list[tuple[str, str]]:
    """Name and text of every migration, in order."""
    return [(p.name, p.read_text("utf-8")) for p in sorted(folder.iterdir()) if NAME.match(p.name)]


def pending(applied: dict[str, str], known: list[tuple[str, str]]) -> list[tuple[str, str]]:
    """Which files are still to be applied: a decision, no database."""
    if newer := _newer(applied, known):
        raise Refused(f"The database is newer than this notifier (it has {newer[-1]}): upgrade the notifier.")
    return _missing(applied, known)


def _newer(applied: dict[str, str], known: list[tuple[str, str]]) -> list[str]:
    return sorted(set(applied) - {name for name, _ in known})


def _missing(applied: dict[str, str], known: list[tuple[str, str]]) -> list[tuple[str, str]]:
    for name, text in known:
        if name in applied and applied[name] != sha256(text):
            raise Refused(
                f"Migration {name} was edited after it had been applied: restore the released file."
            )
    return [(name, text) for name, text in known if name not in applied]


def sha256(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()


def _applied(connection: psycopg.Connection) -> dict[str, str]:
    applied = dict(connection.execute("SELECT name, sha256 FROM migration").fetchall())
    if LEDGER_BEFORE in applied.values():
        raise Refused(MADE_BEFORE)
    return applied


def _apply_next(connection: psycopg.Connection, known: list[tuple[str, str]]) -> str | None:
    """The name of the file that was applied; None: nothing is left to do.

    The lock is the transaction's: one of the session would stay behind in a pooler, and lock out everybody.
    """
    with connection.transaction():
        connection.execute("SET LOCAL lock_timeout = '30s'")
        connection.execute("SELECT pg_advisory_xact_lock(%s)", (ADVISORY_LOCK,))
        connection.execute(APPLIED)
        todo = pending(_applied(connection), known)
        if not todo:
            return None
        name, text = todo[0]
        # The text is a file of this product, not of a user.
        connection.execute(cast("LiteralString", text))
        connection.execute("INSERT INTO migration (name, sha256) VALUES (%s, %s)", (name, sha256(text)))
        return name


def _first_line(error: psycopg.Error) -> str:
    return str(error).strip().partition("\n")[0]
