"""Applies `migrations/*.sql`, forward only, each file once and in one transaction, one process at a time."""

import hashlib
import re
from dataclasses import dataclass
from pathlib import Path
from typing import LiteralString, cast

import psycopg
from psycopg import IsolationLevel, sql

from notifier.errors import Refused, Unreachable
from notifier.store import CONNECT_SECONDS

ADVISORY_LOCK = 0x6E6F7469  # 'noti': every process of this product, and nobody else, takes it
NAME = re.compile(r"^\d{4}_[a-z0-9_]+\.sql$")

APPLIED: LiteralString = """
CREATE TABLE IF NOT EXISTS migration (
  name text COLLATE "C" PRIMARY KEY, sha256 text NOT NULL, applied_at timestamptz NOT NULL DEFAULT now()
)"""


def migrate(url: str, folder: Path) -> list[str]:
    """Bring the schema up; the names of the files that were applied now.

    Raises `Refused` if a file was edited after it had been applied, or if the database knows a file that this
    version of the product does not.
    """
    try:
        with psycopg.connect(url, connect_timeout=CONNECT_SECONDS, autocommit=True) as connection:
            connection.isolation_level = (
                IsolationLevel.READ_COMMITTED
            )  # else it read before it waited for its turn
            connection.read_only = False
            known = files(folder)
            return list(iter(lambda: _apply_next(connection, known), None))
    except psycopg.OperationalError as error:
        raise Unreachable(
            f"The database could not be migrated ({_first_line(error)}): "
            "check NOTIFIER_DATABASE_URL, and that the server runs."
        ) from error


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
    """Raises `Refused` for an edited file, `Unreachable` if the database does not answer."""
    try:
        with psycopg.connect(url, connect_timeout=CONNECT_SECONDS, autocommit=True) as connection:
            exists = connection.execute("SELECT to_regclass('migration') IS NOT NULL").fetchone()
            applied, known = _applied(connection) if exists == (True,) else {}, files(folder)
            return Schema(tuple(name for name, _ in _missing(applied, known)), tuple(_newer(applied, known)))
    except psycopg.OperationalError as error:
        raise Unreachable(f"The database could not be asked: {_first_line(error)}") from error


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
    return dict(connection.execute("SELECT name, sha256 FROM migration").fetchall())


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
