"""The company's own database: one view, only read, streamed. Everything it is asked stands here.

Nothing is ever written there: each transaction is read-only, with a bound on every statement, which holds on both
sides, and the rows come through a cursor of the server.
"""

import time
from collections.abc import Generator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass

import psycopg
from psycopg import sql
from psycopg.conninfo import conninfo_to_dict

from notifier.errors import Unreachable
from notifier.model.contract import VIEW, OuterRow
from notifier.model.vocabulary import AttributeType
from notifier.store import CONNECT_SECONDS, Tx, many, one, run, typed_row, values
from notifier.store.audience.predicate import render
from notifier.store.audience.verdicts import Rule
from notifier.store.company import audience_view_values as shaped
from notifier.store.company.bounded_connection import BoundedConnection


class CompanyUnreachable(Unreachable):
    """The company's own database does not answer."""


STATEMENT_SECONDS = 120
"""The longest that the first rows, or one batch of them, may take."""
LATE = 5.0
"""Seconds after a bound of its own in which a server that does not even say so is given up."""
BATCH = 2_000


@dataclass(frozen=True, slots=True)
class Outer:
    """One read-only transaction there."""

    tx: Tx
    where: str
    """How people call that database."""
    variable: str = "NOTIFIER_AUDIENCE_URL"
    """What holds its URL."""

    @contextmanager
    def asking(self) -> Generator[Tx]:
        """Its errors leave as `CompanyUnreachable`, told apart from those of our own database."""
        try:
            yield self.tx
        except psycopg.OperationalError as error:
            raise CompanyUnreachable(f"{self.where} {_trouble(error, self.variable)}") from error
        except psycopg.Error as error:
            # Only the kind of trouble: the server's own words may hold somebody's data.
            problem = type(error).__name__
            raise CompanyUnreachable(
                f"{self.where} cannot show the view ({problem}): run `notifier doctor`."
            ) from error


@contextmanager
def reading(
    url: str,
    *,
    variable: str = "NOTIFIER_AUDIENCE_URL",
    seconds: float = STATEMENT_SECONDS,
    at_most: float | None = None,
) -> Generator[Outer]:
    """A connection of its own, whose statements take at most so long each, and `at_most` seconds together. Raises
    `CompanyUnreachable` when that database does not answer.
    """
    try:
        connection = BoundedConnection.connect(
            url,
            connect_timeout=CONNECT_SECONDS,
            client_encoding="utf8",
            prepare_threshold=None,
            application_name="notifier",
            # A server that went away without a word is noticed in seconds, not in hours.
            keepalives_idle=10,
            keepalives_interval=5,
            keepalives_count=3,
        )
    except psycopg.OperationalError as error:
        raise CompanyUnreachable(f"{_where(url)} {_trouble(error, variable)}") from error
    connection.seconds = seconds + LATE
    connection.until = None if at_most is None else time.monotonic() + at_most
    outer = Outer(connection, _where(url), variable)
    try:
        with outer.asking() as tx:
            be_careful(tx, seconds)
        yield outer
    finally:
        connection.close()


def be_careful(tx: Tx, seconds: float = STATEMENT_SECONDS) -> None:
    """Not by the connection's options: a pooler in between would refuse those."""
    run(tx, "SET TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY")
    run(tx, "SELECT set_config('statement_timeout', %(ms)s, true)", ms=str(round(seconds * 1000)))
    run(tx, "SELECT set_config('timezone', 'UTC', true), set_config('cursor_tuple_fraction', '1', true)")


def _where(url: str) -> str:
    found = conninfo_to_dict(url)
    host, port, name = found.get("host", "localhost"), found.get("port", 5432), found.get("dbname", "")
    return f"The company's database {name!r} at {host}:{port}"


def _trouble(error: psycopg.OperationalError, variable: str) -> str:
    match error:
        case psycopg.errors.QueryCanceled():
            return (
                f"took longer than {STATEMENT_SECONDS} s for one batch: give {VIEW} an index, or fewer joins."
            )
        case psycopg.errors.InvalidPassword() | psycopg.errors.InvalidAuthorizationSpecification():
            return f"refuses the name or the password in {variable}: correct them."
        case _:
            return f"does not answer: check {variable}, and that the server runs."


def columns(outer: Outer) -> dict[str, str]:
    """The view's columns with their types, a domain as the type below it; none: there is no such view."""
    with outer.asking() as tx:
        found = many(
            tx,
            _Column,
            """
SELECT a.attname AS name,
       split_part(regexp_replace(
         format_type(coalesce(nullif(t.typbasetype, 0), t.oid), NULL), '^.*[.]', ''), '(', 1) AS type
FROM pg_attribute a JOIN pg_type t ON t.oid = a.atttypid
WHERE a.attrelid = to_regclass(%(view)s) AND a.attnum > 0 AND NOT a.attisdropped
ORDER BY a.attnum""",
            view=VIEW,
        )
    return {column.name: column.type for column in found}


@dataclass(frozen=True, slots=True)
class _Column:
    name: str
    type: str


@dataclass(frozen=True, slots=True)
class Rights:
    role: str
    may_read: bool
    superuser: bool
    version: int


def rights(outer: Outer) -> Rights:
    """Of the role that reads the view, which must be there."""
    with outer.asking() as tx:
        found = one(
            tx,
            Rights,
            """
SELECT current_user::text AS role, has_table_privilege(to_regclass(%(view)s), 'SELECT') AS may_read,
       (SELECT rolsuper FROM pg_roles WHERE rolname = current_user) AS superuser,
       current_setting('server_version_num')::int AS version""",
            view=VIEW,
        )
    assert found is not None
    return found


def some_services(outer: Outer, most: int) -> list[str | None]:
    """Which services so many rows name."""
    statement = "SELECT DISTINCT service::text FROM (SELECT service FROM {} LIMIT %(most)s) few ORDER BY 1"
    with outer.asking() as tx:
        return values(tx, sql.SQL(statement).format(sql.Identifier(VIEW)), most=most)


def some_attributes(outer: Outer, most: int) -> list[str]:
    """Which attributes so many rows have a value of."""
    statement = """
SELECT DISTINCT key
FROM (SELECT attrs FROM {} WHERE jsonb_typeof(attrs) = 'object' LIMIT %(most)s) few, jsonb_each(few.attrs)
WHERE jsonb_typeof(value) <> 'null'
ORDER BY 1"""
    with outer.asking() as tx:
        return values(tx, sql.SQL(statement).format(sql.Identifier(VIEW)), most=most)


AUDIENCE = """
SELECT v.customer, v.name, v.service, v.region, v.suspended_at, e.attrs::text AS attrs, h.rank, m.misfits,
       CASE WHEN h.rank >= %(told_rank)s THEN v.email END AS email,
       CASE WHEN h.rank >= %(told_rank)s THEN v.contact_name END AS contact_name,
       CASE WHEN h.rank >= %(told_rank)s THEN v.phone END AS phone,
       CASE WHEN h.rank >= %(told_rank)s THEN v.role END AS role,
       CASE WHEN h.rank >= %(told_rank)s THEN v.locale END AS locale,
       CASE WHEN h.rank >= %(told_rank)s THEN v.timezone END AS timezone
FROM (SELECT nullif(btrim(customer::text), '') AS customer, name::text, email::text, contact_name::text,
             {phone} AS phone, role::text, locale::text, timezone::text, service::text,
             nullif(btrim(region::text), '') AS region, suspended_at, coalesce(attrs, '{{}}') AS attrs
      FROM {view} WHERE service::text = ANY(%(services)s)) v
CROSS JOIN LATERAL {cells} cell
CROSS JOIN LATERAL {values} value
CROSS JOIN LATERAL (SELECT v.customer AS ext_id, '{{}}'::jsonb AS attrs) c
CROSS JOIN LATERAL (SELECT v.region, v.suspended_at, {together} AS attrs OFFSET 0) e
CROSS JOIN LATERAL (SELECT {misfits} AS misfits) m
CROSS JOIN LATERAL (SELECT v.service AS slug) s
CROSS JOIN LATERAL (SELECT coalesce(({verdict})::int * 2, 1) AS rank OFFSET 0) h"""
"""`c` and `e` as a scope is rendered over them here: the same predicate, the same three values."""


def audience(outer: Outer, rule: Rule, attributes: Mapping[str, AttributeType]) -> Generator[OuterRow]:
    """Every row of the rule's services with its verdict, as they come: never the whole view in memory."""
    unicode = outer.tx.info.parameter_status("server_encoding") == "UTF8"
    verdict = render(rule.predicate)
    has_phone = "phone" in columns(outer)
    statement = sql.SQL(AUDIENCE).format(
        phone=sql.SQL("phone::text" if has_phone else "NULL::text"),
        view=sql.Identifier(VIEW),
        cells=shaped.cells(attributes, unicode=unicode),
        values=shaped.values(attributes, unicode=unicode),
        together=shaped.together(attributes),
        misfits=shaped.misfits(attributes),
        verdict=verdict.sql,
    )
    params = verdict.params | shaped.parameters(list(attributes))
    with outer.asking() as tx, tx.cursor("audience_rows", row_factory=typed_row(OuterRow)) as cursor:
        cursor.itersize = BATCH
        cursor.execute(statement, {**params, "services": rule.services, "told_rank": rule.told_rank})
        yield from cursor
