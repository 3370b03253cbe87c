"""Whose owed is asked for: everybody's in one pass, or a few people's by what concerns them alone."""

from enum import StrEnum
from typing import LiteralString

from psycopg import sql

from notifier.store import Tx, values


class Whom(StrEnum):
    """Whose owed is asked for, and what is read for it."""

    ALL = "all"
    """`after < recipient_id <= upto`, by one pass over everything: cheapest for everybody at once."""
    RANGE = "range"
    """The same people, by what concerns them: what is read grows with them, not with everybody else."""
    NAMED = "named"
    """`people`, a few hundred, each looked up."""


THEIRS = """
theirs AS MATERIALIZED (SELECT array_agg(DISTINCT k.customer_id) AS ids FROM contact k WHERE {whom}),
followed AS MATERIALIZED (
  SELECT l.notice_id, l.recipient_id, l.customer_id, l.service_id, l.told_as, k.recipient_id AS now_of
  FROM contact k JOIN line l ON l.contact_id = k.contact_id AND l.customer_id = k.customer_id
  WHERE k.recipient_id <> l.recipient_id AND l.notice_id = ANY(%(said_in)s)
    AND l.customer_id = ANY ((SELECT ids FROM theirs)::bigint[]) AND {whom}),"""
"""Where few people are asked for: their customers, and what was said to whoever had their address before."""
OF_THEIRS: LiteralString = "= ANY ((SELECT ids FROM theirs)::bigint[])"
OF_FOLLOWED: LiteralString = "= ANY (array(SELECT recipient_id FROM followed))"
WHOM: dict[Whom, LiteralString] = {
    Whom.ALL: "{person} > %(after)s AND {person} <= %(upto)s",
    Whom.RANGE: "{person} > %(after)s AND {person} <= %(upto)s",
    Whom.NAMED: "{person} = ANY(%(people)s::bigint[])",
}


def these(whom: Whom, person: LiteralString = "k.recipient_id") -> sql.Composed:
    """The condition on a column that names a person."""
    return sql.SQL(WHOM[whom]).format(person=sql.SQL(person))


def said_in(tx: Tx, disruption_id: int) -> list[int]:
    """Notices of a disruption that may have told somebody something: what `%(said_in)s` stands for."""
    return values(
        tx,
        "SELECT notice_id FROM notice WHERE disruption_id = %(id)s AND state NOT IN ('draft', 'void')",
        id=disruption_id,
    )
