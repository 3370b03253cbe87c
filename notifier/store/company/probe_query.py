"""What a query of the company's own says, on a database of theirs. Its text is data: only the server reads it.

It runs read-only, for so long and for so many rows, as the only statement: behind `DECLARE ... CURSOR FOR` stands
one SELECT or VALUES, or the server refuses it. What the role may do there bounds the rest.
"""

from typing import LiteralString, cast

import psycopg
from psycopg.rows import dict_row

from notifier.model.probe import Rows
from notifier.store.company.audience_view import LATE, CompanyUnreachable, reading


def answer(url: str, query: str, *, variable: str, seconds: int, most_rows: int) -> Rows:
    """Raises `CompanyUnreachable`: one sentence, without the words of the server, which may hold anything.

    `variable`: the one that holds the URL.
    """
    with reading(url, variable=variable, seconds=seconds, at_most=seconds + LATE) as there:
        try:
            with there.tx.cursor("probe", row_factory=dict_row) as cursor:
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
