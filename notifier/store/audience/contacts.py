"""Which contacts speak for a customer: those who can be written to, and of them those whose role was asked for."""

from collections.abc import Sequence

from psycopg import sql

USABLE = """
SELECT k.customer_id, k.recipient_id, k.contact_id, k.locale, k.tz, k.name
FROM contact k WHERE k.recipient_id IS NOT NULL
  AND NOT EXISTS (SELECT FROM recipient r WHERE r.recipient_id = k.recipient_id AND r.address IS NULL)"""

SUPPRESSED = "SELECT FROM suppression u WHERE u.recipient_id = {person} AND u.reason <> 'unsubscribed'"

DISTANCE = """
CASE WHEN {k}.role = ANY(%(roles)s::text[]) THEN 0 WHEN {k}.role = 'owner' THEN 1 ELSE 2 END
  + CASE WHEN EXISTS ({suppressed}) THEN 3 ELSE 0 END"""
"""A role that was asked for, else an owner, else anybody; whoever must not be written to comes last."""

NEAREST = """
  AND NOT EXISTS (SELECT FROM contact b WHERE b.customer_id = k.customer_id AND b.recipient_id IS NOT NULL
    AND NOT EXISTS (SELECT FROM recipient r WHERE r.recipient_id = b.recipient_id AND r.address IS NULL)
    AND {better} < {this})"""


def usable(roles: Sequence[str]) -> sql.Composed:
    """Contacts that are told, one row each; further conditions on `k` may follow. Expects `roles`.

    For each customer it decides by itself, so that nobody is left without a contact who has one.
    """
    statement = sql.SQL(USABLE).format()
    if not roles:
        return statement
    better, this = (
        sql.SQL(DISTANCE).format(
            k=sql.SQL(k), suppressed=sql.SQL(SUPPRESSED).format(person=sql.SQL(f"{k}.recipient_id"))
        )
        for k in ("b", "k")
    )
    return statement + sql.SQL(NEAREST).format(better=better, this=this)
