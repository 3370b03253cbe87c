"""Lists are frozen in ranges of people: lines, deliveries and chunks of a range in one statement.

So a person's organisations and services are complete the moment their chunk may leave.
"""

from dataclasses import asdict, dataclass
from datetime import datetime

from psycopg import sql
from psycopg.errors import UniqueViolation

from notifier.store import Tx, one, run, value, values
from notifier.store.audience import own_count
from notifier.store.audience.contacts import SUPPRESSED
from notifier.store.audience.owed import LAST
from notifier.store.audience.own_count import Doubled
from notifier.store.audience.recipients import VARIANT, Later, later_params, told_by_scope, told_later
from notifier.store.audience.since import since
from notifier.store.audience.verdicts import Rule, plan_for_many, rule_params


@dataclass(frozen=True, slots=True)
class Frozen:
    """What one range added, by the count of its own."""

    audience: int
    people: int
    held: int
    """Above the ceiling, or in need of words that nobody approved."""
    lines: int
    mark: int | None
    """Of these lines, in no order."""
    unlike: int
    """Lines, letters and seats that are not what the verdicts say; anything but 0 is a fault."""


def ask_to_freeze(tx: Tx, notice_id: int, *, now: datetime) -> None:
    """Let workers freeze the list of a draft, so that a person can approve exactly that list."""
    run(
        tx,
        "UPDATE notice SET freeze_asked = coalesce(freeze_asked, %(now)s) WHERE notice_id = %(id)s",
        id=notice_id,
        now=now,
    )


def stop_freezing(tx: Tx, notice_id: int) -> None:
    """Of a draft: workers leave its list until somebody asks for it again."""
    run(
        tx,
        "UPDATE notice SET freeze_asked = NULL WHERE notice_id = %(id)s AND state = 'draft'",
        id=notice_id,
    )


def range_end(tx: Tx, after: int, people: int) -> int:
    """The recipient_id that ends a range of so many people; `LAST` when none are left beyond it."""
    end: int | None = value(
        tx,
        """
SELECT recipient_id FROM recipient
WHERE recipient_id > %(after)s
ORDER BY recipient_id OFFSET %(people)s LIMIT 1""",
        after=after,
        people=people - 1,
    )
    return LAST if end is None else end


def asked_locales(tx: Tx, *, after: int, upto: int) -> list[str]:
    """Every locale that somebody of a range asks for."""
    statement = """
SELECT DISTINCT locale FROM contact
WHERE locale IS NOT NULL AND recipient_id > %(after)s AND recipient_id <= %(upto)s"""
    return values(tx, statement, after=after, upto=upto)


VARS = """CASE WHEN b.vars IS NULL THEN jsonb_build_object('n', p.name, 'z', p.tz, 'o', p.held)
              ELSE jsonb_build_object('n', p.name, 'z', p.tz, 'o', p.held) || b.vars END"""
"""Of `person p`, beside `since b`: what `Person.from_vars` reads."""

PERSONS = """
WITH told AS MATERIALIZED ({told}),
{since},
held_by AS (SELECT recipient_id, customer_id, told_as, array_agg(slug ORDER BY slug) AS slugs,
                   max(manner) AS manner, min(customer) AS customer,
                   min(locale) AS locale, min(tz) AS tz, min(name) AS name
            FROM told GROUP BY 1, 2, 3),
person AS (SELECT recipient_id,
                  jsonb_agg(jsonb_build_array(customer, told_as, to_jsonb(slugs))
                            ORDER BY customer_id, told_as) AS held,
                  {variant} AS variant,
                  (array_agg(locale ORDER BY customer_id, told_as) FILTER (WHERE locale IS NOT NULL))[1]
                    AS locale,
                  (array_agg(tz ORDER BY customer_id, told_as) FILTER (WHERE tz IS NOT NULL))[1] AS tz,
                  (array_agg(name ORDER BY customer_id, told_as) FILTER (WHERE name IS NOT NULL))[1] AS name
           FROM held_by GROUP BY 1)"""

FREEZE = """
{persons},
placed AS MATERIALIZED (
  SELECT p.recipient_id, w.content_id, least(%(chunk_people)s, 10000 / greatest(w.tags, 1)) AS size,
         CASE WHEN l.missing THEN {vars} || '{{"l": true}}' ELSE {vars} END AS vars,
         CASE WHEN EXISTS ({suppressed}) THEN 'suppressed' END AS exclusion
  FROM person p
  LEFT JOIN unnest(%(asked)s::text[], %(resolved)s::text[], %(missing)s::bool[]) AS l (asked, resolved, missing)
    ON l.asked = p.locale
  LEFT JOIN content w ON w.notice_id = %(notice_id)s AND w.variant = p.variant
                     AND w.locale = coalesce(l.resolved, %(default)s)
  LEFT JOIN since b ON b.recipient_id = p.recipient_id),
counted AS (SELECT *, count(*) FILTER (WHERE exclusion IS NULL) OVER (ORDER BY recipient_id) AS nth
            FROM placed),
seated AS (SELECT *, exclusion IS NULL AND content_id IS NOT NULL AND nth <= %(room)s AS leaves FROM counted),
numbered AS MATERIALIZED (
  SELECT *, (row_number() OVER (PARTITION BY leaves, content_id ORDER BY recipient_id) - 1) / size AS slot,
         (row_number() OVER (PARTITION BY leaves, content_id ORDER BY recipient_id) - 1) %% size AS pos
  FROM seated),
opened AS MATERIALIZED (
  SELECT content_id, slot, nextval('chunk_id_seq') AS chunk_id, people
  FROM (SELECT content_id, slot, count(*) AS people FROM numbered WHERE leaves GROUP BY 1, 2 ORDER BY 2, 1) x),
new_chunk AS (INSERT INTO chunk (chunk_id, notice_id, content_id, root_id, lo, hi)
              SELECT chunk_id, %(notice_id)s, content_id, chunk_id, 0, people FROM opened
              RETURNING chunk_id, lo, hi),
new_line AS (INSERT INTO line (notice_id, recipient_id, customer_id, contact_id, service_id, verdict,
                               told_as, vals)
             SELECT %(notice_id)s, recipient_id, customer_id, contact_id, service_id, verdict, told_as, vals
             FROM told ORDER BY recipient_id
             RETURNING recipient_id, customer_id, service_id, verdict, told_as),
new_delivery AS (INSERT INTO delivery (notice_id, recipient_id, root_chunk_id, pos, vars, exclusion,
                                       content_id)
                 SELECT %(notice_id)s, recipient_id, chunk_id, CASE WHEN leaves THEN pos END, vars, exclusion,
                        CASE WHEN NOT leaves AND exclusion IS NULL THEN n.content_id END
                 FROM numbered n LEFT JOIN opened o
                   ON n.leaves AND o.content_id = n.content_id AND o.slot = n.slot
                 RETURNING recipient_id, root_chunk_id, pos, vars, exclusion),
{recount}"""


@dataclass(frozen=True, slots=True)
class Range:
    """One step of freezing a list: people with `after < recipient_id <= upto`."""

    notice_id: int
    after: int
    upto: int
    room: int
    """People with a usable address who may still leave under the ceiling."""
    asked: list[str]
    resolved: list[str]
    """For each locale somebody asks for, the one whose words they read."""
    missing: list[bool]
    """Whether they read that for want of their own."""
    default: str
    chunk_people: int
    """The most letters in one request."""


def freeze_by_scope(tx: Tx, rule: Rule, part: Range) -> Frozen:
    """First notices: everybody whom the scope's verdict puts in."""
    plan_for_many(tx)
    run(tx, "SET LOCAL work_mem = '64MB'")
    own = own_count.of_range(rule)
    return _freeze(tx, told_by_scope(rule), own, since(tx, None), part, rule_params(rule))


def freeze_later(tx: Tx, later: Later, part: Range) -> Frozen:
    """Later notices: everybody to whom they are owed, by what they were told before."""
    own = own_count.of_later(tx, later)
    return _freeze(
        tx,
        told_later(tx, later),
        own,
        since(tx, later.asked, quotes=later.about is not None),
        part,
        later_params(later),
    )


def persons(told: sql.Composed, since: sql.Composed) -> sql.Composed:
    """How a statement begins that knows `person`: one row each, with all they are told, and in which words; and
    `since`, for some of them.
    """
    return sql.SQL(PERSONS).format(told=told, since=since, variant=sql.SQL(VARIANT))


def _freeze(
    tx: Tx,
    told: sql.Composed,
    own: sql.Composed,
    since: sql.Composed,
    part: Range,
    params: dict[str, object],
) -> Frozen:
    """Raises `Doubled`."""
    statement = sql.SQL(FREEZE).format(
        persons=persons(told, since),
        vars=sql.SQL(VARS),
        suppressed=sql.SQL(SUPPRESSED).format(person=sql.SQL("p.recipient_id")),
        recount=own,
    )
    try:
        found = one(tx, Frozen, statement, **params | asdict(part))
    except UniqueViolation as error:
        raise Doubled from error
    assert found is not None
    return found


def alone(tx: Tx, notice_id: int, after: int) -> bool:
    """Whether this transaction is the only one that freezes the range that begins here; False: somebody is at it.

    The notice's row stays free meanwhile: a range takes seconds, and the brake must not wait for it.
    """
    statement = """
SELECT pg_try_advisory_xact_lock(hashtextextended(
  concat('freeze:', %(id)s::bigint, ':', %(after)s::bigint), 0))"""
    return value(tx, statement, id=notice_id, after=after)


def wait_for(tx: Tx, notice_id: int, after: int) -> None:
    """Until whoever freezes the range that begins here has committed, rolled back or died."""
    statement = """
SELECT pg_advisory_xact_lock(hashtextextended(
  concat('freeze:', %(id)s::bigint, ':', %(after)s::bigint), 0))"""
    run(tx, statement, id=notice_id, after=after)


def advance(tx: Tx, part: Range, frozen: Frozen, *, ceiling: int | None) -> bool:
    """The range is part of the list from here on: same transaction as the range itself.

    False if the notice was ended, or given another ceiling, while the range was counted: roll it back.
    """
    return 1 == run(  # noqa: SIM300
        tx,
        """
WITH moved AS (
  UPDATE notice
  SET frozen_upto = %(upto)s, audience_n = audience_n + %(audience)s, people_n = people_n + %(people)s
  WHERE notice_id = %(id)s AND frozen_upto = %(after)s AND ceiling IS NOT DISTINCT FROM %(ceiling)s
    AND state IN ('draft', 'approved', 'sending', 'held')
  RETURNING notice_id)
INSERT INTO frozen_range (notice_id, after, upto, people, lines, mark)
SELECT notice_id, %(after)s, %(upto)s, %(audience)s, %(lines)s, %(mark)s
FROM moved""",
        id=part.notice_id,
        after=part.after,
        upto=part.upto,
        audience=frozen.audience,
        people=frozen.people,
        lines=frozen.lines,
        mark=frozen.mark,
        ceiling=ceiling,
    )


def list_hash(tx: Tx, notice_id: int) -> str:
    """Over every delivery; it does not depend on ranges or order."""
    statement = """
SELECT encode(sha256(convert_to(coalesce(string_agg(
    md5(concat_ws('|', recipient_id, customer_id, vars, exclusion)), '' ORDER BY recipient_id, customer_id),
  ''), 'UTF8')), 'hex')
FROM delivery
WHERE notice_id = %(id)s"""
    return value(tx, statement, id=notice_id)


def customers(tx: Tx, notice_id: int) -> int:
    """Organisations that the list speaks of."""
    return value(
        tx,
        "SELECT count(DISTINCT customer_id) FROM line WHERE notice_id = %(id)s AND told_as <> 'none'",
        id=notice_id,
    )


def close(tx: Tx, notice_id: int, *, unreachable: int, customers: int, list_hash: str, now: datetime) -> bool:
    """The list is complete. A list closes once; False if the notice was ended meanwhile: roll it back."""
    return 1 == run(  # noqa: SIM300
        tx,
        """
UPDATE notice
SET closed_at = %(now)s, audience_n = audience_n + %(unreachable)s, customers_n = %(customers)s,
  list_hash = %(list_hash)s
WHERE notice_id = %(id)s AND closed_at IS NULL AND state IN ('draft', 'approved', 'sending', 'held')""",
        id=notice_id,
        unreachable=unreachable,
        customers=customers,
        list_hash=list_hash,
        now=now,
    )
