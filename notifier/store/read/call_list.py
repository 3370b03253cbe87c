"""Who is cut off, or was to be told, and has not been told: for each customer the services and the reason.

`BASE` gives one row for each customer and service of a disruption, with the best that any of its people came to.
A customer counts as told of a service as soon as one of its people was. Rehearsals stay inside themselves, for
everything here belongs to one disruption.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any

from psycopg import sql

from notifier.store import Tx, many, stream
from notifier.store.audience.verdicts import Rule, hits, plan_for_many, rule_params
from notifier.store.read.letters import STANDS


class Untold(StrEnum):
    """Why nobody of a customer was told; the later ones need somebody with a telephone."""

    IN_FLIGHT = "in_flight"
    UNKNOWN = "unknown"
    WAITING = "waiting"
    HELD = "held"
    NOT_APPROVED = "not_approved"
    CANCELLED = "cancelled"
    BOUNCED = "bounced"
    DROPPED = "dropped"
    REJECTED = "rejected"
    SUPPRESSED = "suppressed"
    NO_ADDRESS = "no_address"
    OUT_OF_SCOPE = "out_of_scope"
    OVER = "over"
    """They were to be told and were not, and it is not out for them any more: nobody has to call."""
    NOT_LISTED = "not_listed"

    @property
    def is_unreachable(self) -> bool:
        """Mail does not get there: only a call does."""
        return self in UNREACHABLE


UNREACHABLE = frozenset(
    {Untold.BOUNCED, Untold.DROPPED, Untold.REJECTED, Untold.SUPPRESSED, Untold.NO_ADDRESS}
)


@dataclass(frozen=True, slots=True)
class CallRow:
    customer: str
    """The company's own id."""
    name: str
    services: list[str]
    """Names, for people: those that they were not told of for this reason."""
    why: Untold
    cut_off: bool
    """The data says that they are cut off from one of these now."""
    phone: str | None = field(default=None, repr=False)
    """How to call them; shown to nobody but whoever calls."""


@dataclass(frozen=True, slots=True)
class WhyCount:
    why: Untold
    customers: int
    """A customer counts once: under the reason that is nearest to being told."""
    cut_off: int
    to_call: int
    """Those of them whom, for another service perhaps, no mail reaches."""


BASE = """
WITH listed AS MATERIALIZED (
  SELECT notice_id FROM notice WHERE disruption_id = %(id)s AND state <> 'void'),
seat AS MATERIALIZED (
  SELECT d.notice_id, d.recipient_id, {stands} AS why
  FROM delivery_standing d
  WHERE d.disruption_id = %(id)s AND d.notice_state <> 'void' AND d.recipient_id IS NOT NULL),
of_line AS (
  SELECT l.customer_id, l.service_id, CASE WHEN l.told_as = 'none' THEN 'out_of_scope'
      WHEN l.recipient_id IS NULL THEN 'no_address' ELSE s.why END AS why
  FROM line l JOIN listed n ON n.notice_id = l.notice_id
  LEFT JOIN seat s ON s.notice_id = l.notice_id AND s.recipient_id = l.recipient_id
  WHERE l.told_as IN ('none', 'affected', 'possibly')),
cut AS (
  SELECT DISTINCT e.customer_id, e.service_id FROM entitlement e JOIN service s USING (service_id)
  WHERE e.suspended_at IS NOT NULL AND (e.vanished_at IS NULL OR e.of_view OR %(id)s = ANY(e.kept_for))
    AND s.slug = ANY(
    SELECT unnest(services) FROM scope_revision WHERE disruption_id = %(id)s
    AND rev = (SELECT max(rev) FROM scope_revision WHERE disruption_id = %(id)s AND NOT proposed))),
best AS (
  SELECT customer_id, service_id, min(CASE why WHEN 'told' THEN 0
    ELSE coalesce(array_position(%(order)s::text[], why), cardinality(%(order)s::text[])) END) AS rank
  FROM of_line GROUP BY 1, 2),
still AS ({still}),
gap AS MATERIALIZED (
  SELECT customer_id, service_id, CASE
           WHEN cut.customer_id IS NULL AND still.customer_id IS NULL AND %(for_now)s
             AND b.rank >= array_position(%(order)s::text[], 'held')
           THEN array_position(%(order)s::text[], 'over')
           ELSE coalesce(b.rank, cardinality(%(order)s::text[])) END AS rank,
         cut.customer_id IS NOT NULL AS cut_off
  FROM best b FULL JOIN cut USING (customer_id, service_id) LEFT JOIN still USING (customer_id, service_id)
  WHERE coalesce(b.rank, 1) > 0
    AND (cut.customer_id IS NOT NULL OR b.rank <> array_position(%(order)s::text[], 'out_of_scope')))
"""
"""Of `line`s that say a service is back or was never out, nobody learns that it is out: they tell nothing here."""

ORDER = [why.value for why in Untold]

STILL = "SELECT DISTINCT customer_id, service_id FROM ({hit}) hit WHERE rank >= %(told_rank)s"
NOBODY = "SELECT NULL::bigint AS customer_id, NULL::bigint AS service_id WHERE false"


def _base(rule: Rule | None) -> sql.Composed:
    still = sql.SQL(NOBODY) if rule is None else sql.SQL(STILL).format(hit=hits(rule))
    return sql.SQL(BASE).format(stands=sql.SQL(STANDS), still=still)


def counts(tx: Tx, disruption_id: int, rule: Rule | None = None) -> list[WhyCount]:
    """`rule`: what is true now; None: all who were to be told count, also if it is over for them."""
    plan_for_many(tx)
    statement = _base(rule) + sql.SQL("""
, once AS (SELECT customer_id, min(rank) AS rank, bool_or(cut_off) AS cut_off,
                  bool_or((%(order)s::text[])[rank] = ANY(%(unreachable)s::text[])) AS to_call
           FROM gap GROUP BY 1)
SELECT (%(order)s::text[])[rank] AS why, count(*) AS customers, count(*) FILTER (WHERE cut_off) AS cut_off,
       count(*) FILTER (WHERE to_call) AS to_call
FROM once GROUP BY rank ORDER BY rank""")
    return many(tx, WhyCount, statement, **_asked(disruption_id, rule, ORDER, None))


ROWS = """
SELECT c.ext_id AS customer, c.name, c.phone, array_agg(s.name ORDER BY s.name) AS services,
       (%(order)s::text[])[g.rank] AS why, bool_or(g.cut_off) AS cut_off
FROM gap g JOIN customer c USING (customer_id) JOIN service s USING (service_id)
WHERE (%(order)s::text[])[g.rank] = ANY(%(reasons)s::text[]) GROUP BY c.ext_id, c.name, c.phone, g.rank
ORDER BY (%(order)s::text[])[g.rank] = ANY(%(unreachable)s::text[]) DESC, g.rank, c.ext_id LIMIT %(most)s"""


def to_call(tx: Tx, disruption_id: int, rule: Rule | None = None, *, most: int) -> list[CallRow]:
    """The first of those whom no mail reaches."""
    plan_for_many(tx)
    asked = _asked(disruption_id, rule, sorted(UNREACHABLE), most)
    return many(tx, CallRow, _base(rule) + sql.SQL(ROWS), **asked)


def not_told(tx: Tx, disruption_id: int, rule: Rule | None = None) -> Iterator[CallRow]:
    """All, those to be called first; a customer has a row for each reason. To be read to its end."""
    plan_for_many(tx)
    return stream(tx, CallRow, _base(rule) + sql.SQL(ROWS), **_asked(disruption_id, rule, ORDER, None))


def _asked(disruption_id: int, rule: Rule | None, reasons: list[str], most: int | None) -> dict[str, Any]:
    unreachable = sorted(UNREACHABLE)
    own = {"id": disruption_id, "order": ORDER, "reasons": reasons, "unreachable": unreachable, "most": most}
    return own | {"for_now": rule is not None} | (rule_params(rule) if rule else {})
