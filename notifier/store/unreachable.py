"""Customers to whom something is owed, and whom nobody can be written to for: a list to call."""

from psycopg import sql

from notifier.store import Tx, value
from notifier.store.audience import deciding_values, hits, plan_for_many, rule_params
from notifier.store.owed import Asked
from notifier.store.voices import USABLE

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
                      SELECT DISTINCT %(notice_id)s, customer_id, 'no_address' FROM mute),
     new_line AS (INSERT INTO line (notice_id, customer_id, service_id, verdict, told_as, vals)
                  SELECT %(notice_id)s, customer_id, service_id,
                         CASE rank WHEN 2 THEN 'affected' ELSE 'possibly' END,
                         CASE WHEN rank = 2 OR %(possibly)s = 'include' THEN 'affected' ELSE 'possibly' END,
                         vals FROM mute)
SELECT count(DISTINCT customer_id) FROM mute"""


def freeze_unreachable_later(tx: Tx, asked: Asked) -> int:
    """As `freeze_unreachable`, of customers that no earlier notice of the disruption has listed."""
    plan_for_many(tx)
    statement = sql.SQL(MUTE_LATER).format(
        hit=hits(asked.rule), usable=sql.SQL(USABLE), vals=deciding_values(asked.rule)
    )
    return value(
        tx,
        statement,
        notice_id=asked.notice_id,
        disruption_id=asked.disruption_id,
        **rule_params(asked.rule),
    )
