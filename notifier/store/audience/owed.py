"""Who is owed what: what people were last told against what is true now. `model/owed.py` has the table.

`OWED` gives one row for each person, customer and service that a disruption concerns or concerned:
(recipient_id, customer_id, service_id, slug, contact_id, told, heard, unsure, stopped, present, rank, vals, kind).
`told` counts what may still reach them, `heard` only what has, as far as anybody knows, and `unsure` where nobody
does; `stopped`: the last that was to reach them was cancelled or dropped. What is presumed lost was not told; but
as nobody knows, whatever would be owed if it had arrived (`perhaps`) is owed too: an end above all.
"""

from dataclasses import dataclass

from psycopg import sql

from notifier.model.kinds import RESCOPED
from notifier.model.owed import TABLE
from notifier.store import Tx, many, value
from notifier.store.audience.contacts import SUPPRESSED, USABLE, usable
from notifier.store.audience.spoken import spoken
from notifier.store.audience.verdicts import Rule, deciding_values, hits, plan_for_many, rule_params
from notifier.store.audience.whom import OF_THEIRS, THEIRS, Whom, these

LAST = 2**63 - 1
"""Beyond every recipient_id."""
EVERYBODY = sql.SQL("")


@dataclass(frozen=True, slots=True)
class Asked:
    """What is true, for whom, and which notices it is held against."""

    disruption_id: int
    rule: Rule
    rev: int
    notice_id: int = 0
    """The notice that is asked for: it is no evidence of what was told before. 0: none."""
    replaces: bool = False
    """Nothing that is still waiting will be told."""
    takes_over: bool = False
    """Nobody lets those go any more who are held above a ceiling or for want of words: they have not been told."""
    last: bool = False
    """Nobody asks after this: an end that a cancelled notice may not have brought is not counted on."""


PRESENT = """
CASE WHEN s.slug = ANY(%(all_back)s) THEN 'restored'
     WHEN b.rank = 2 THEN 'affected'
     WHEN b.rank = 1 THEN
       CASE %(possibly)s WHEN 'include' THEN 'affected' WHEN 'hedge' THEN 'possibly' ELSE 'unknown' END
     WHEN b.back THEN 'restored'
     WHEN b.rank IS NULL AND s.slug = ANY(%(services)s) THEN 'unknown'
     ELSE 'not' END"""
"""How it is now (`model.owed.Present`), for `b` with the rank and back of `hits`, and `s` the service."""

OWED = """
WITH {before} reader AS MATERIALIZED (
  SELECT k.recipient_id, k.customer_id, min(k.contact_id) AS contact_id, min(k.locale) AS locale,
         min(k.tz) AS tz, min(k.name) AS name
  FROM ({usable} AND {whom}) k GROUP BY 1, 2),
heard_of AS (
  SELECT recipient_id, customer_id, service_id,
         (array_agg(told_as ORDER BY seq DESC) FILTER (WHERE outcome <> 'stopped'))[1] AS told,
         (array_agg(outcome ORDER BY seq DESC) FILTER (WHERE outcome IS NOT NULL))[1] = 'stopped' AS stopped,
         (array_agg(told_as ORDER BY seq DESC) FILTER (WHERE outcome = 'heard'))[1] AS heard,
         (array_agg(unsure ORDER BY seq DESC) FILTER (WHERE outcome = 'heard'))[1] AS unsure,
         max(seq) FILTER (WHERE outcome = 'heard') AS sure,
         jsonb_agg(jsonb_build_array(seq, told_as)) FILTER (WHERE perhaps) AS perhaps
  FROM ({spoken}) spoken WHERE outcome IS NOT NULL OR perhaps GROUP BY 1, 2, 3),
aware AS (
  SELECT recipient_id, customer_id, service_id, told, stopped, heard, unsure, CASE WHEN perhaps IS NOT NULL THEN
         array(SELECT DISTINCT each ->> 1 FROM jsonb_array_elements(perhaps) each
               WHERE (each ->> 0)::int > coalesce(sure, 0)) END AS perhaps
  FROM heard_of),
present AS (
  SELECT r.recipient_id, r.customer_id, hit.service_id, max(hit.rank) AS rank, bool_or(hit.back) AS back,
         {vals} AS vals
  FROM reader r JOIN ({hit} {few_held}) hit USING (customer_id) GROUP BY 1, 2, 3),
elsewhere AS (SELECT DISTINCT customer_id, service_id, true AS is_held FROM ({elsewhere}) held),
speaker AS (
  SELECT DISTINCT recipient_id, customer_id
  FROM ({speaks} AND {whom}) k),
stands AS (
  SELECT r.*, b.service_id, s.slug, coalesce(b.told, 'none') AS told,
         coalesce(b.heard, 'none') AS heard,
         coalesce(b.stopped, false) AS stopped,
         coalesce(b.unsure, false) AS unsure, b.perhaps, b.rank, b.vals,
         c.name AS customer, {is_speaker} AS speaks, coalesce(o.is_held, false) AS elsewhere,
         {present} AS present
  FROM (SELECT * FROM present p FULL JOIN aware a USING (recipient_id, customer_id, service_id)
        WHERE rank IS NOT NULL OR told IS NOT NULL OR perhaps IS NOT NULL) b
  JOIN reader r USING (recipient_id, customer_id) JOIN service s USING (service_id)
  JOIN customer c USING (customer_id) LEFT JOIN elsewhere o USING (customer_id, service_id) {few}),
owed AS (
  SELECT s.*, coalesce(CASE
      WHEN t.kind = 'first' AND s.told = 'none' AND NOT s.speaks THEN NULL
      WHEN t.kind IN ('released', 'restored') AND s.heard NOT IN ('affected', 'possibly')
        AND NOT coalesce(s.perhaps && ARRAY['affected', 'possibly'], false) THEN NULL
      WHEN t.kind = 'restored' AND s.elsewhere THEN NULL
      ELSE t.kind END, CASE WHEN s.perhaps IS NOT NULL THEN (
        SELECT min(p.kind) FROM unnest(%(t_told)s::text[], %(t_present)s::text[], %(t_kind)s::text[])
          AS p (told, present, kind)
        WHERE p.told = ANY(s.perhaps) AND p.present = s.present AND NOT (p.kind = 'restored' AND s.elsewhere)) END)
      AS kind
  FROM stands s LEFT JOIN unnest(%(t_told)s::text[], %(t_present)s::text[], %(t_kind)s::text[])
    AS t (told, present, kind) ON t.told = s.told AND t.present = s.present)
"""

SPEAKS = """
EXISTS (SELECT FROM speaker p WHERE p.recipient_id = r.recipient_id AND p.customer_id = r.customer_id)"""
"""Somebody of another role hears nothing new; who was told goes on hearing."""

CELLS = [
    (told, present, cell.kind) for told, row in TABLE.items() for present, cell in row.items() if cell.kind
]


def owed(tx: Tx, asked: Asked, whom: Whom = Whom.ALL) -> sql.Composed:
    """The start of a statement, up to and with the CTE `owed`; expects `owed_params`, and those of `whom`."""
    near = whom is not Whom.ALL
    few = sql.SQL(f"AND e.customer_id {OF_THEIRS} AND c.customer_id {OF_THEIRS}") if near else EVERYBODY
    if whom is not Whom.NAMED:
        plan_for_many(tx)
    return sql.SQL(OWED).format(
        before=sql.SQL(THEIRS).format(whom=these(whom)) if near else sql.SQL(""),
        usable=sql.SQL(USABLE),
        whom=these(whom),
        spoken=spoken(tx, asked.disruption_id, whom),
        vals=deciding_values(asked.rule),
        present=sql.SQL(PRESENT),
        hit=hits(asked.rule),
        few_held=few,
        few=sql.SQL(f"WHERE c.customer_id {OF_THEIRS}" if near else ""),
        elsewhere=elsewhere(asked.rule, few),
        speaks=usable(asked.rule.roles),
        is_speaker=sql.SQL(SPEAKS if asked.rule.roles else "true"),
    )


def elsewhere(rule: Rule, few: sql.SQL = EVERYBODY) -> sql.Composed:
    """(customer_id, service_id) that other open disruptions hold; `few`: whose alone, beside `hits`."""
    each = [
        sql.SQL("SELECT customer_id, service_id FROM ({} {}) hit WHERE rank >= {}").format(
            hits(other, f"o{n}_"), few, sql.Placeholder(f"o{n}_told_rank")
        )
        for n, other in enumerate(rule.elsewhere)
    ]
    nothing = sql.SQL("SELECT NULL::bigint AS customer_id, NULL::bigint AS service_id WHERE false")
    return sql.SQL(" UNION ALL ").join([nothing, *each])


def owed_params(asked: Asked) -> dict[str, object]:
    own: dict[str, object] = {
        "disruption_id": asked.disruption_id,
        "notice_id": asked.notice_id,
        "rev": asked.rev,
        "replaces": asked.replaces,
        "takes_over": asked.takes_over,
        "last": asked.last,
        "rescoped": list(RESCOPED),
    }
    return own | truth_params(asked.rule)


def truth_params(rule: Rule) -> dict[str, object]:
    """What `PRESENT`, `elsewhere` and the table of `model/owed.py` expect."""
    told, present, kinds = zip(*CELLS, strict=True)
    own: dict[str, object] = {
        "all_back": [back.service for back in rule.restored if back.predicate is None],
        "t_told": list(told),
        "t_present": list(present),
        "t_kind": list(kinds),
    }
    own |= rule_params(rule)
    for n, other in enumerate(rule.elsewhere):
        own |= rule_params(other, f"o{n}_")
    return own


@dataclass(frozen=True, slots=True)
class Difference:
    """People and customers to whom the same happens; a customer counts once, in the order of `ORDER`."""

    what: str
    people: int
    """With an address that may be written to: for what is owed, so many mails."""
    customers: int
    unreachable: int
    """Customers of them without a usable address."""
    samples: list[list[str]]
    """Id and name of a few customers."""


ORDER = ("first", "catch_up", "released", "restored", "unknown", "unchanged")

DIFFERENCE = """
, person AS (
  SELECT *, bool_or(kind = 'catch_up') OVER (PARTITION BY recipient_id) AS sure,
         bool_or(kind IS NOT NULL) OVER (PARTITION BY recipient_id) AS is_owed FROM owed),
sorted AS (
  SELECT recipient_id, customer_id, is_owed, CASE
      WHEN kind = 'first' AND sure THEN 'catch_up'
      WHEN kind IS NOT NULL THEN kind
      WHEN told NOT IN ('affected', 'possibly') THEN NULL
      WHEN present = 'unknown' OR (told = 'affected' AND present = 'possibly') THEN 'unknown'
      ELSE 'unchanged' END AS what
  FROM person),
mute AS (
  SELECT DISTINCT hit.customer_id FROM ({hit}) hit WHERE hit.rank >= %(told_rank)s
  AND NOT EXISTS (SELECT FROM ({usable}) k WHERE k.customer_id = hit.customer_id)
  AND NOT EXISTS (SELECT FROM line l JOIN notice n USING (notice_id)
    WHERE n.disruption_id = %(disruption_id)s AND n.state NOT IN ('draft', 'void')
    AND l.customer_id = hit.customer_id AND l.service_id = hit.service_id
    AND l.told_as IN ('affected', 'possibly'))),
once AS (
  SELECT customer_id, min(array_position(%(order)s::text[], what)) AS place FROM sorted
  WHERE what IS NOT NULL GROUP BY 1 UNION ALL SELECT customer_id, 1 FROM mute),
few AS (
  SELECT place, jsonb_agg(jsonb_build_array(ext_id, name) ORDER BY ext_id) AS samples
  FROM (SELECT place, c.ext_id, c.name, row_number() OVER (PARTITION BY place ORDER BY c.ext_id) AS n
        FROM once JOIN customer c USING (customer_id)) numbered WHERE n <= 3 GROUP BY 1),
counted AS (
  SELECT place, count(DISTINCT customer_id) AS customers FROM once GROUP BY 1),
written AS (
  SELECT what, count(DISTINCT recipient_id) AS people FROM sorted p
  WHERE what IS NOT NULL AND NOT EXISTS ({suppressed})
    AND (what NOT IN ('unchanged', 'unknown') OR NOT is_owed) GROUP BY 1)
SELECT name AS what, coalesce(people, 0) AS people, coalesce(customers, 0) AS customers,
       CASE WHEN name = 'first' THEN (SELECT count(*) FROM mute) ELSE 0 END AS unreachable,
       coalesce(samples, '[]') AS samples
FROM unnest(%(order)s::text[]) WITH ORDINALITY AS o (name, place)
LEFT JOIN counted USING (place) LEFT JOIN few USING (place) LEFT JOIN written ON written.what = name
ORDER BY place"""


def difference(tx: Tx, asked: Asked) -> list[Difference]:
    """Everybody whom a disruption concerns, by what is owed to them if this were true now."""
    statement = owed(tx, asked) + sql.SQL(DIFFERENCE).format(
        hit=hits(asked.rule),
        usable=sql.SQL(USABLE),
        suppressed=sql.SQL(SUPPRESSED).format(person=sql.SQL("p.recipient_id")),
    )
    return many(tx, Difference, statement, **owed_params(asked), after=0, upto=LAST, order=list(ORDER))


def back_but_cut_off(tx: Tx, rule: Rule) -> int:
    """Customers for whom something is said to be back, and whom the data still cuts off from it."""
    statement = sql.SQL("""
SELECT count(DISTINCT customer_id) FROM ({hit}) hit
WHERE back AND suspended_at IS NOT NULL AND is_there""").format(hit=hits(rule))
    return value(tx, statement, **rule_params(rule))
