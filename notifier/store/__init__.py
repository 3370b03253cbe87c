"""All SQL. A function here is one statement with named parameters and a typed row; it takes an open `Tx`.

`Db.transaction()` opens one; actions decide where. psycopg is imported under `store/` only, and its errors
leave as ours.
"""

import contextlib
import logging
import select
import time
from collections.abc import Callable, Generator, Iterator
from contextlib import contextmanager
from enum import StrEnum
from functools import cache
from typing import Any, LiteralString, Self, TypeAlias, TypeVar, cast, get_args, get_type_hints

import psycopg
from psycopg import sql
from psycopg.rows import BaseRowFactory, args_row, class_row, kwargs_row, scalar_row
from psycopg_pool import ConnectionPool, PoolTimeout

from notifier.store.failures import does_not_answer, ours

Tx: TypeAlias = psycopg.Connection[tuple[Any, ...]]
"""An open transaction."""

Statement: TypeAlias = LiteralString | sql.Composed
T = TypeVar("T")

CONNECT_SECONDS = 5
SOON = 0.5
"""Seconds after which whoever waits for a connection has the server asked anew."""
IDLE_SECONDS = 30.0
"""A process that stops inside a transaction (SIGSTOP, a frozen machine) keeps its locks for so long at most."""
KEEP_SECONDS = 10.0
"""As often a pool that had more connections than it used gives one of them back to the server."""

BEGIN = """
BEGIN ISOLATION LEVEL READ COMMITTED READ WRITE;
SELECT set_config('timezone', 'UTC', true), set_config('idle_in_transaction_session_timeout', {idle}, true),
       set_config('synchronous_commit', CASE current_setting('synchronous_commit')
         WHEN 'remote_apply' THEN 'remote_apply' ELSE 'on' END, true)"""
"""One round trip. Nothing is assumed of the server's, the database's or the role's defaults, and nothing is left
behind in the session: behind a pooler in transaction mode the next transaction runs in another one.

What we lock we then read as it is: under REPEATABLE READ it would be read as it was.

A claim that a crash of the server forgets would leave twice: whatever the default, a commit is on disk, and on the
standby that the server waits for, when we go on.
"""

logging.getLogger("psycopg.pool").addHandler(logging.NullHandler())  # it would say each failed try on stderr


class Session(psycopg.Connection[tuple[Any, ...]]):
    """A connection of ours: what a transaction of it writes last of all, whenever it was decided."""

    last: list[Callable[[], None]]


def at_commit(tx: Tx, write: Callable[[], None]) -> None:
    """`write` is done when the transaction has done everything else, and only if it commits."""
    assert isinstance(tx, Session)
    tx.last.append(write)


@contextmanager
def savepoint(tx: Tx) -> Generator[None]:
    """What is written in the block goes if it raises, also what it leaves for the commit."""
    assert isinstance(tx, Session)
    before = len(tx.last)
    try:
        with tx.transaction():
            yield
    except BaseException:
        del tx.last[before:]
        raise


class Db:
    """A pool of connections to one Postgres. Open it after a fork, never before."""

    def __init__(
        self,
        url: str,
        *,
        size: int = 4,
        idle_seconds: float = IDLE_SECONDS,
        keep_seconds: float = KEEP_SECONDS,
    ) -> None:
        self.url, self.size = url, size
        self._begin = sql.SQL(BEGIN).format(idle=f"{idle_seconds * 1000:.0f}")
        self._pool = ConnectionPool(
            url,
            connection_class=Session,
            min_size=0,
            max_size=size,
            timeout=CONNECT_SECONDS,
            max_idle=keep_seconds,
            # Else it waits longer after each try that fails, up to a minute, also once the server is back.
            reconnect_timeout=0,
            kwargs={
                "autocommit": True,  # we say BEGIN ourselves; no `options`, a pooler in between would refuse them
                "connect_timeout": CONNECT_SECONDS,
                # One plan for all: a chunk's reads differ by their parameters too much for a cached plan.
                "prepare_threshold": None,
            },
            open=False,
        )

    def __enter__(self) -> Self:
        self._pool.open()
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def open(self) -> Self:
        return self.__enter__()

    def close(self) -> None:
        self._pool.close(timeout=2)

    @contextmanager
    def _connection(self) -> Generator[Session]:
        """One that the server has not closed: after a restart each pooled one would fail a transaction.

        The pool's own `check` waits a second and more after each that fails (psycopg-pool 3.3).
        """
        connection = self._one()
        while _is_closed(connection):
            connection.close()
            self._pool.putconn(connection)
            connection = self._one()
        try:
            yield connection
        finally:
            self._pool.putconn(connection)

    def _one(self) -> Session:
        """The server is asked again and again while somebody waits: whoever comes back is seen at once."""
        deadline = time.monotonic() + CONNECT_SECONDS
        while True:
            try:
                return self._pool.getconn(timeout=SOON)
            except PoolTimeout:
                if time.monotonic() >= deadline:
                    raise

    @contextmanager
    def transaction(self, *, keep: bool = True) -> Generator[Tx]:
        """Commits when the block ends (without `keep`: rolls back), rolls back when it raises.

        Raises `Unreachable` when the database does not answer, before or inside the block, or was never migrated;
        `Busy` when it gave way to somebody else: see `locks.retried`.
        """
        try:
            with self._connection() as session, _begun(session, self._begin, keep=keep):
                session.last = []
                yield session
                for write in session.last if keep else ():
                    write()
        except psycopg.Error as error:
            raise ours(error, self.url).with_traceback(error.__traceback__) from None


@contextmanager
def _begun(connection: Tx, begin: sql.Composed, *, keep: bool) -> Generator[None]:
    try:
        connection.execute(begin)
        yield
    except psycopg.Rollback:
        keep = False
    except BaseException:
        # What went wrong is what is raised. The pool throws away a connection that cannot be rolled back.
        with contextlib.suppress(psycopg.Error):
            connection.rollback()
        raise
    if keep:
        connection.commit()
    else:
        connection.rollback()


def _is_closed(connection: Tx) -> bool:
    """A server that hangs up makes the socket readable: this costs one look at the socket and no round trip."""
    poll = select.poll()
    try:
        poll.register(connection.fileno(), select.POLLIN)
        while poll.poll(0):
            connection.pgconn.consume_input()
    except psycopg.OperationalError:
        return True
    return False


@contextmanager
def one_transaction(url: str) -> Generator[Tx]:
    """One transaction on a connection that lives as long: for a process that forks, and must hold none.

    Raises `Unreachable`.
    """
    begin = sql.SQL(BEGIN).format(idle=f"{IDLE_SECONDS * 1000:.0f}")
    try:
        with (
            Session.connect(
                url, autocommit=True, connect_timeout=CONNECT_SECONDS, prepare_threshold=None
            ) as session,
            _begun(session, begin, keep=True),
        ):
            session.last = []
            yield session
            for write in session.last:
                write()
    except psycopg.Error as error:
        raise ours(error, url).with_traceback(error.__traceback__) from None


def ping(url: str) -> int:
    """The server's version, for instance 180004. One connection of its own; raises `Unreachable` at once."""
    try:
        with psycopg.connect(url, connect_timeout=CONNECT_SECONDS) as connection:
            return connection.info.server_version
    except psycopg.OperationalError as error:
        raise does_not_answer(url) from error


def select_from(row: type, table: LiteralString) -> LiteralString:
    """The start of a statement that reads whole rows of a table: exactly the columns that `row` has a field for.

    `SELECT *` would stop this version as soon as a newer one adds a column, in the middle of a send.
    """
    return cast("LiteralString", f"SELECT {', '.join(get_type_hints(row))} FROM {table}")  # noqa: S608


@cache
def _enums(row: type) -> dict[str, type[StrEnum]]:
    """Columns whose field is an enum: Postgres gives text, and `is` must hold on what leaves the store."""
    return {
        name: kind
        for name, hint in get_type_hints(row).items()
        for kind in (hint, *get_args(hint))
        if isinstance(kind, type) and issubclass(kind, StrEnum)
    }


def typed_row(row: type[T]) -> BaseRowFactory[T]:
    """As psycopg's `class_row`, with enums where the dataclass has them.

    A NamedTuple takes the columns in their order: for rows that a send reads by the million.
    """
    if issubclass(row, tuple):
        return args_row(cast("Callable[..., T]", row))
    enums = _enums(row)
    if not enums:
        return class_row(row)

    def build(**columns: Any) -> T:
        for name, kind in enums.items():
            if columns[name] is not None:
                columns[name] = kind(columns[name])
        return row(**columns)

    return kwargs_row(build)


def many(tx: Tx, row: type[T], statement: Statement, **params: object) -> list[T]:
    with tx.cursor(row_factory=typed_row(row)) as cursor:
        return cursor.execute(statement, params).fetchall()


def one(tx: Tx, row: type[T], statement: Statement, **params: object) -> T | None:
    with tx.cursor(row_factory=typed_row(row)) as cursor:
        return cursor.execute(statement, params).fetchone()


def values(tx: Tx, statement: Statement, **params: object) -> list[Any]:
    """The first column of every row."""
    with tx.cursor(row_factory=scalar_row) as cursor:
        return cursor.execute(statement, params).fetchall()


def value(tx: Tx, statement: Statement, **params: object) -> Any:
    """The first column of the first row, or None."""
    with tx.cursor(row_factory=scalar_row) as cursor:
        return cursor.execute(statement, params).fetchone()


def run(tx: Tx, statement: Statement, **params: object) -> int:
    """How many rows the statement touched."""
    return tx.execute(statement, params).rowcount


def stream(tx: Tx, row: type[T], statement: Statement, *, size: int = 1000, **params: object) -> Iterator[T]:
    """Rows as they come from the server, `size` at a time: never the whole result in memory."""
    with tx.cursor(row_factory=typed_row(row)) as cursor:
        yield from cursor.stream(statement, params, size=size)
