"""Raw SQL beside the product, on a connection of its own: what an experiment sets up, and what it then finds."""

from collections.abc import Collection
from typing import Any

import psycopg

from notifier.store import Db

WAITING = """
SELECT count(*) FROM pg_stat_activity
WHERE wait_event_type = 'Lock' AND datname = current_database()"""
"""How many wait for a lock, in a test's own database."""


def rows_of(db: Db, statement: str) -> list[tuple[Any, ...]]:
    """On the product's own connections."""
    with db.transaction() as tx:
        return tx.execute(statement.encode()).fetchall()


class RawSql:
    """Whoever has a database."""

    database_url: str

    def rows(self, statement: str, *params: object) -> list[tuple[Any, ...]]:
        with psycopg.connect(self.database_url, autocommit=True) as connection:
            cursor = connection.execute(statement, params)  # pyright: ignore[reportArgumentType, reportCallIssue]
            return cursor.fetchall() if cursor.description is not None else []

    def value(self, statement: str, *params: object) -> Any:
        """The first column of the first row."""
        return self.rows(statement, *params)[0][0]

    def emptied(self, but: Collection[str]) -> bool:
        """Every table, but for these. False: somebody is at work in one; who waits for us would wait for ever."""
        tables = self.value(
            "SELECT string_agg(quote_ident(relname), ', ') FROM pg_class WHERE relkind IN ('r', 'p')"
            " AND relnamespace = 'public'::regnamespace AND NOT relispartition AND relname <> ALL(%s)",
            list(but),
        )
        try:
            with psycopg.connect(self.database_url, options="-c lock_timeout=300ms") as connection:
                connection.execute(f"TRUNCATE {tables}")  # pyright: ignore[reportArgumentType, reportCallIssue]
        except (psycopg.errors.LockNotAvailable, psycopg.errors.DeadlockDetected):
            return False
        return True
