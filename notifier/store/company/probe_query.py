"""What a query of the company's own says, on a database of theirs. Its text is data: only the server reads it.

It runs read-only, for so long and for so many rows, as the only statement: behind `DECLARE ... CURSOR FOR` stands
one SELECT or VALUES, or the server refuses it. What the role may do there bounds the rest.
"""

import socket
import threading
from collections.abc import Generator
from contextlib import contextmanager, suppress
from typing import LiteralString, cast

import psycopg
from psycopg.rows import dict_row

from notifier.model.probe import Rows
from notifier.store import Tx
from notifier.store.company.audience_view import CompanyUnreachable, reading

LATE = 5.0
"""Seconds after its own bound in which a server that does not even say so is given up."""


def answer(url: str, query: str, *, variable: str, seconds: int, most_rows: int) -> Rows:
    """Raises `CompanyUnreachable`: one sentence, without the words of the server, which may hold anything.

    `variable`: the one that holds the URL.
    """
    with reading(url, variable=variable, seconds=seconds) as there:
        try:
            with given_up(there.tx, seconds + LATE), there.tx.cursor("probe", row_factory=dict_row) as cursor:
                cursor.execute(cast("LiteralString", query))
                rows = cursor.fetchmany(most_rows + 1)
                columns = tuple(column.name for column in cursor.description or ())
        except psycopg.errors.QueryCanceled as error:
            raise CompanyUnreachable(f"The query took longer than {seconds} s.") from error
        except psycopg.OperationalError as error:
            raise CompanyUnreachable(f"{there.where} does not answer: check {variable}.") from error
        except psycopg.Error as error:
            raise CompanyUnreachable(f"The query is refused there ({type(error).__name__}).") from error
    return Rows(columns, tuple(rows[:most_rows]), more=len(rows) > most_rows)


@contextmanager
def given_up(tx: Tx, seconds: float) -> Generator[None]:
    """A server that is stopped ends no statement: after this, the connection is cut from here."""
    line = socket.socket(fileno=socket.dup(tx.fileno()))
    timer = threading.Timer(seconds, _cut, [line])
    timer.daemon = True
    timer.start()
    try:
        yield
    finally:
        timer.cancel()
        line.close()


def _cut(line: socket.socket) -> None:
    with suppress(OSError):  # it had ended
        line.shutdown(socket.SHUT_RDWR)
