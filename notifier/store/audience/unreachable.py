"""Customers to whom something is owed, and whom nobody can be written to for: a list to call."""

from psycopg import sql

from notifier.store import Tx, run
from notifier.store.audience import own_count
from notifier.store.audience.contacts import USABLE
from notifier.store.audience.owed import Asked
from notifier.store.audience.own_count import Mute
from notifier.store.audience.verdicts import Rule, deciding_values, hits, plan_for_many, rule_params

LISTED = "SELECT FROM line k WHERE k.notice_id = %(notice_id)s AND k.recipient_id IS NOT NULL"
"""Where roles choose, one contact counts on another: if that other loses its address while ranges are frozen,
neither is on the list, and only the list itself shows that nobody speaks for their customer."""


def freeze_unreachable(tx: Tx, notice_id: int, rule: Rule) -> Mute:
    """Customers who are to be told and have no usable address, and the lines of those who are not told."""
    plan_for_many(tx)
    run(tx, "SET LOCAL enable_hashjoin = off")  # merged in the order of customers, a million take two thirds
    run(tx, "SET LOCAL enable_hashagg = off")
    simple = rule.spares_nobody and not rule.roles
    statement = sql.SQL("""
WITH verdict AS MATERIALIZED (
       SELECT customer_id, service_id, max(rank) AS rank, {vals} AS vals FROM ({hit}{few}) hit GROUP BY 1, 2),
     mute AS MATERIALIZED (
       SELECT DISTINCT customer_id FROM verdict v WHERE rank >= %(told_rank)s
       AND NOT EXISTS ({written} AND k.customer_id = v.customer_id)),
     new_delivery AS (INSERT INTO delivery (notice_id, customer_id, exclusion)
                      SELECT %(notice_id)s, customer_id, 'no_address' FROM mute RETURNING customer_id),
     new_line AS (INSERT INTO line (notice_id, customer_id, service_id, verdict, told_as, vals)
                  SELECT %(notice_id)s, customer_id, service_id,
                         CASE rank WHEN 2 THEN 'affected' WHEN 1 THEN 'possibly' ELSE 'not' END,
                         CASE WHEN rank < %(told_rank)s THEN 'none'
                              WHEN rank = 2 OR %(possibly)s = 'include' THEN 'affected'
                              ELSE 'possibly' END, vals
                  FROM verdict LEFT JOIN mute USING (customer_id)
                  WHERE mute.customer_id IS NOT NULL OR rank < %(told_rank)s),
{recount}""").format(
        hit=hits(rule),
        # Where nobody is spared and no role chooses, only these can be found: a million others are not looked at.
        few=sql.SQL(f" AND NOT EXISTS ({USABLE} AND k.customer_id = e.customer_id)" if simple else ""),
        written=sql.SQL(LISTED if rule.roles else USABLE),
        vals=deciding_values(rule),
        recount=own_count.of_mute(rule),
    )
    return own_count.mute(tx, statement, notice_id=notice_id, **rule_params(rule))


MUTE_LATER = """
WITH verdict AS MATERIALIZED (
       SELECT customer_id, service_id, max(rank) AS rank, {vals} AS vals FROM ({hit}) hit GROUP BY 1, 2),
     mute AS MATERIALIZED (
       SELECT v.* FROM verdict v WHERE rank >= %(told_rank)s
       AND NOT EXISTS (SELECT FROM ({usable}) k WHERE k.customer_id = v.customer_id)
       AND NOT EXISTS (SELECT FROM line l JOIN notice n USING (notice_id)
         WHERE n.disruption_id = %(disruption_id)s AND n.state NOT IN ('draft', 'void')
         AND n.notice_id <> %(notice_id)s AND l.told_as IN ('affected', 'possibly')
         AND l.customer_id = v.customer_id AND l.service_id = v.service_id)),
     new_delivery AS (INSERT INTO delivery (notice_id, customer_id, exclusion)
                      SELECT DISTINCT %(notice_id)s, customer_id, 'no_address' FROM mute
                      RETURNING customer_id),
     new_line AS (INSERT INTO line (notice_id, customer_id, service_id, verdict, told_as, vals)
                  SELECT %(notice_id)s, customer_id, service_id,
                         CASE rank WHEN 2 THEN 'affected' ELSE 'possibly' END,
                         CASE WHEN rank = 2 OR %(possibly)s = 'include' THEN 'affected' ELSE 'possibly' END,
                         vals FROM mute),
{recount}"""


def freeze_unreachable_later(tx: Tx, asked: Asked) -> Mute:
    """As `freeze_unreachable`, of customers that no earlier notice of the disruption has listed."""
    plan_for_many(tx)
    statement = sql.SQL(MUTE_LATER).format(
        hit=hits(asked.rule),
        usable=sql.SQL(USABLE),
        vals=deciding_values(asked.rule),
        recount=own_count.of_mute_later(asked),
    )
    return own_count.mute(
        tx,
        statement,
        notice_id=asked.notice_id,
        disruption_id=asked.disruption_id,
        **rule_params(asked.rule),
    )
