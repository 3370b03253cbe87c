"""Whom a correction or a retraction tells: exactly whom the wrong words reached, and whom it stopped short of.

The manner stands before the variant and says in which words somebody is addressed:

| manner   | who                                                                                         |
|----------|---------------------------------------------------------------------------------------------|
| (none)   | got the wrong words, and something is out for them; of a retraction: knew of it before       |
| `past_`  | got the wrong words, and nothing is out for them any more                                    |
| `fresh_` | was told before; what is corrected has not left for them, and is cancelled: they read its news |
| `late_`  | nothing has reached them so far; of a retraction: what is withdrawn was the first they heard   |
| `was_V_` | of a retraction of the first notice: read its variant V; `works_` before it: and it works    |

Statements yield the lines that `store/audience/recipients.py` describes.
"""

from dataclasses import dataclass
from datetime import datetime
from typing import LiteralString

from psycopg import sql

from notifier.model.earlier import About
from notifier.model.vocabulary import NoticeKind, NoticeState
from notifier.store import Tx, many, run

LETTER = """
SELECT d.recipient_id, d.notice_id, d.seq, d.only_customer, w.locale, w.variant,
       coalesce(d.chunk_state IN ('accepted', 'claimed', 'unknown'), false) AS has_left, d.unreachable AS refused
FROM delivery_standing d LEFT JOIN content w ON w.content_id = d.content_id
WHERE d.disruption_id = %(disruption_id)s AND d.notice_id <> %(notice_id)s
  AND d.notice_state NOT IN ('draft', 'void')
  AND d.exclusion IS NULL AND d.recipient_id > %(after)s AND d.recipient_id <= %(upto)s"""
"""Every letter of a disruption, with what became of it."""

TOLD = """
SELECT DISTINCT ON (l.recipient_id, l.customer_id, l.service_id)
       l.recipient_id, l.customer_id, l.service_id, s.slug, l.contact_id, l.verdict, l.told_as, l.vals
FROM line l JOIN letter t ON t.recipient_id = l.recipient_id AND t.notice_id = l.notice_id
JOIN service s ON s.service_id = l.service_id
WHERE t.has_left AND NOT t.refused AND l.told_as <> 'none' AND {which}
ORDER BY l.recipient_id, l.customer_id, l.service_id, t.seq DESC"""

CORRECTED = """
WITH letter AS MATERIALIZED ({letter}),
about AS (SELECT seq FROM notice WHERE notice_id = %(about)s),
unclosed AS (SELECT coalesce(max(n.seq), 0) AS seq FROM notice n, about WHERE n.disruption_id = %(disruption_id)s
             AND n.notice_id <> %(notice_id)s AND n.closed_at IS NULL AND n.kind = ANY(%(merging)s)
             AND n.state NOT IN ('draft', 'void') AND n.seq >= about.seq),
reader AS (
  SELECT recipient_id,
         bool_or(notice_id = %(about)s AND has_left AND NOT refused
                 AND (%(about_locales)s::text[] IS NULL OR locale = ANY(%(about_locales)s))) AS wrong,
         (array_agg(has_left ORDER BY letter.seq DESC)
           FILTER (WHERE only_customer IS NULL AND letter.seq >= about.seq))[1] AS newest_left,
         max(letter.seq) FILTER (WHERE only_customer IS NULL) AS newest
  FROM letter, about GROUP BY 1),
told AS ({told}),
standing AS (SELECT t.*, told_as IN ('affected', 'possibly') AS is_out,
                    bool_or(told_as IN ('affected', 'possibly')) OVER (PARTITION BY recipient_id) AS any_out
             FROM told t
             WHERE NOT (told_as IN ('affected', 'possibly') AND customer_id = ANY(%(released)s::bigint[])))
SELECT reader.recipient_id, standing.customer_id, service_id, slug, contact_id, verdict, told_as,
       CASE WHEN wrong AND any_out THEN '' WHEN wrong THEN 'past_' ELSE 'fresh_' END AS manner, vals,
       c.name AS customer, v.locale, v.tz, v.name
FROM standing JOIN reader USING (recipient_id) CROSS JOIN unclosed
JOIN customer c ON c.customer_id = standing.customer_id LEFT JOIN contact v USING (contact_id)
WHERE CASE WHEN wrong THEN is_out OR NOT any_out
           ELSE is_out AND (NOT coalesce(newest_left, true) OR newest < unclosed.seq) END"""

CUT = """
EXISTS (SELECT FROM entitlement e WHERE e.customer_id = {who}.customer_id AND e.service_id = {who}.service_id
        AND e.suspended_at IS NOT NULL)"""
"""The data says that this customer is cut off from it."""

WORKS = """
{who}.service_id = ANY(ARRAY(SELECT DISTINCT service_id FROM entitlement WHERE suspended_at IS NOT NULL))
AND EXISTS (SELECT FROM entitlement e WHERE e.customer_id = {who}.customer_id AND e.service_id = {who}.service_id)
AND NOT {cut}"""
"""The data says that it works: of others that they are cut off from it, and of this customer that they are not."""

WITHDRAWN = """
WITH letter AS MATERIALIZED ({letter}),
before AS ({told}),
known AS (SELECT DISTINCT recipient_id FROM before)
SELECT l.recipient_id, l.customer_id, l.service_id, s.slug, l.contact_id, l.verdict,
       coalesce(before.told_as, 'released') AS told_as,
       CASE WHEN %(was_first)s THEN CASE WHEN bool_and({works}) OVER (PARTITION BY l.recipient_id) THEN 'works_'
              ELSE '' END || 'was_' || t.variant || '_'
            WHEN known.recipient_id IS NULL THEN 'late_' ELSE '' END AS manner, l.vals,
       c.name AS customer, v.locale, v.tz, v.name
FROM line l JOIN letter t ON t.recipient_id = l.recipient_id AND t.notice_id = l.notice_id
JOIN service s ON s.service_id = l.service_id
JOIN customer c ON c.customer_id = l.customer_id LEFT JOIN contact v ON v.contact_id = l.contact_id
LEFT JOIN before ON before.recipient_id = l.recipient_id AND before.customer_id = l.customer_id
                AND before.service_id = l.service_id
LEFT JOIN known ON known.recipient_id = l.recipient_id
WHERE l.notice_id = %(about)s AND l.told_as <> 'none' AND t.has_left AND NOT t.refused"""


def cut_off(who: LiteralString) -> sql.Composed:
    """`CUT`, of the lines of the table that is called so."""
    return sql.SQL(CUT).format(who=sql.SQL(who))


def works(who: LiteralString) -> sql.Composed:
    """`WORKS`, of the lines of the table that is called so."""
    return sql.SQL(WORKS).format(who=sql.SQL(who), cut=cut_off(who))


def corrected() -> sql.Composed:
    """Those who got the wrong words, and those whom a notice with them was still to reach."""
    return sql.SQL(CORRECTED).format(letter=sql.SQL(LETTER), told=sql.SQL(TOLD).format(which=sql.SQL("true")))


def withdrawn() -> sql.Composed:
    """Those who got what is withdrawn; what they are told as is what they were told before it."""
    before = sql.SQL(TOLD).format(which=sql.SQL("t.notice_id <> %(about)s"))
    return sql.SQL(WITHDRAWN).format(letter=sql.SQL(LETTER), told=before, works=works("l"))


@dataclass(frozen=True, slots=True)
class SentNotice:
    """A notice that was approved."""

    notice_id: int
    seq: int
    kind: NoticeKind
    state: NoticeState
    only_customer: int | None
    approved_at: datetime
    has_left: bool
    """It has reached somebody, or may have."""


@dataclass(frozen=True, slots=True)
class Read:
    """A content that somebody has got, or may have."""

    locale: str
    variant: str


def sent(tx: Tx, disruption_id: int) -> list[SentNotice]:
    """Every notice that was approved, in their order."""
    return many(
        tx,
        SentNotice,
        """
SELECT notice_id, seq, kind, state, only_customer, approved_at,
       EXISTS (SELECT FROM chunk k
         WHERE k.notice_id = n.notice_id AND k.state IN ('accepted', 'claimed', 'unknown')) AS has_left
FROM notice n
WHERE disruption_id = %(id)s AND approved_at IS NOT NULL
ORDER BY seq""",
        id=disruption_id,
    )


def read(tx: Tx, notice_id: int) -> list[Read]:
    """Which texts of a notice reached anybody."""
    return many(
        tx,
        Read,
        """
SELECT DISTINCT w.locale, w.variant FROM chunk k JOIN content w USING (content_id)
WHERE k.notice_id = %(id)s AND k.state IN ('accepted', 'claimed', 'unknown')
ORDER BY 1, 2""",
        id=notice_id,
    )


def set_about(tx: Tx, notice_id: int, about: About) -> None:
    run(
        tx,
        """
UPDATE notice SET about = %(about)s, about_locales = %(locales)s, about_first = %(first)s
WHERE notice_id = %(id)s""",
        id=notice_id,
        about=about.notice_id,
        locales=None if about.locales is None else list(about.locales),
        first=about.first,
    )
