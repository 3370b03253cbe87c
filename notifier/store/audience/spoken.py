"""What was said to people in a disruption, and what became of it: one row for each line, with its outcome."""

from typing import LiteralString

from psycopg import sql

from notifier.store import Tx, value
from notifier.store.audience.contacts import SUPPRESSED
from notifier.store.audience.whom import OF_FOLLOWED, Whom, these

SPOKEN = """
SELECT {person} AS recipient_id, l.customer_id, l.service_id, l.told_as, n.seq,
  k.state IN ('claimed', 'unknown') AS unsure,
  k.state IN ('due', 'dead', 'cancelled') AND d.exclusion IS NULL AND (k.again OR EXISTS (SELECT FROM attempt a
    WHERE a.chunk_id = k.chunk_id AND a.outcome = 'unknown')) AS perhaps, CASE
    WHEN d.exclusion IS NOT NULL OR never_arrived(f.fate) THEN
      CASE WHEN l.told_as IN ('affected', 'possibly') AND (d.exclusion IS NULL OR EXISTS ({suppressed}))
        THEN 'failed' END
    WHEN %(last)s AND k.state = 'unknown' AND n.state = 'cancelled' AND l.told_as IN ('released', 'restored')
      THEN NULL
    WHEN k.state IN ('accepted', 'claimed', 'unknown') THEN 'heard'
    WHEN n.replaced OR (k.state = 'cancelled' AND k.lost) THEN NULL
    WHEN n.state = 'cancelled' OR k.state = 'cancelled' THEN 'stopped'
    WHEN %(replaces)s OR (d.root_chunk_id IS NULL AND (%(takes_over)s OR d.content_id IS NULL))
      OR (n.rev < %(rev)s AND n.kind = ANY(%(rescoped)s)) THEN NULL
    WHEN k.state = 'due' THEN 'heard' ELSE 'held' END AS outcome
FROM {line} l JOIN notice n ON n.notice_id = l.notice_id {contact}
JOIN delivery d ON d.notice_id = l.notice_id AND d.recipient_id = l.recipient_id
LEFT JOIN chunk k ON k.root_id = d.root_chunk_id AND k.state <> 'split' AND d.pos >= k.lo AND d.pos < k.hi {chunk}
LEFT JOIN fate f ON f.notice_id = d.notice_id AND f.recipient_id = d.recipient_id {fate}
WHERE n.disruption_id = %(disruption_id)s AND n.notice_id <> %(notice_id)s
  AND n.state NOT IN ('draft', 'void') AND l.told_as <> 'none'
  AND {whom} {where}"""
"""What was said to somebody. Waiting means that they will hear it before anything that comes later, unless that
replaces it; whoever is held, above a ceiling or in a chunk that gave up, has not heard it and may yet. A letter
that was lost and is not sent any more was never said, nor was what another notice has taken over: nobody has
decided that its people hear nothing. Whoever needs words that nobody approved cannot be let go either.

It joins by itself what `delivery_standing` joins: `_near` narrows each of its tables, and a view's cannot be."""

MOVED = """
SELECT EXISTS (SELECT FROM line l JOIN notice n USING (notice_id) JOIN contact m USING (contact_id)
WHERE n.disruption_id = %(disruption_id)s AND m.recipient_id <> l.recipient_id)"""


def spoken(tx: Tx, disruption_id: int, whom: Whom) -> sql.Composed:
    """`SPOKEN` for these people; expects `notice_id`, `rev` and so on of `owed.owed_params`."""
    return _all(moved=value(tx, MOVED, disruption_id=disruption_id)) if whom is Whom.ALL else _near(whom)


def _all(*, moved: bool) -> sql.Composed:
    """A changed address is followed through the line's contact: its new owner stands where the old one stood."""
    stayed = _said("l.recipient_id", Whom.ALL)
    if not moved:
        return stayed
    followed = _said(
        "m.recipient_id",
        Whom.ALL,
        contact="JOIN contact m ON m.contact_id = l.contact_id",
        where="AND m.recipient_id <> l.recipient_id",
    )
    return sql.SQL("{} UNION ALL {}").format(stayed, followed)


OF_CHUNKS = "AND k.notice_id = ANY(%(said_in)s)"


def _near(whom: Whom) -> sql.Composed:
    """As `_all`, where each table is read by the notices and the people of whom it is asked."""
    stayed = _said(
        "l.recipient_id",
        whom,
        chunk=OF_CHUNKS,
        fate=sql.SQL("AND f.notice_id = ANY(%(said_in)s) AND {}").format(these(whom, "f.recipient_id")),
        where=sql.SQL("AND l.notice_id = ANY(%(said_in)s) AND d.notice_id = ANY(%(said_in)s) AND {}").format(
            these(whom, "d.recipient_id")
        ),
    )
    followed = _said(
        "l.now_of",
        whom,
        line="followed",
        chunk=OF_CHUNKS,
        fate="AND f.notice_id = ANY(%(said_in)s) AND f.recipient_id " + OF_FOLLOWED,
        where="AND d.notice_id = ANY(%(said_in)s) AND d.recipient_id " + OF_FOLLOWED,
    )
    return sql.SQL("{} UNION ALL {}").format(stayed, followed)


def _said(person: LiteralString, whom: Whom, **parts: LiteralString | sql.Composable) -> sql.Composed:
    """`SPOKEN` for the people that a column of it names; `parts` beyond what everything needs."""
    nothing: dict[str, LiteralString | sql.Composable] = {"line": "line"}
    nothing |= dict.fromkeys(("contact", "chunk", "fate", "where"), "")
    return sql.SQL(SPOKEN).format(
        person=sql.SQL(person),
        whom=these(whom, person),
        suppressed=sql.SQL(SUPPRESSED).format(person=sql.SQL("l.recipient_id")),
        **{
            name: sql.SQL(part) if isinstance(part, str) else part for name, part in (nothing | parts).items()
        },
    )
