"""Under which subject somebody first heard of a disruption: all that follows keeps it, and threads hold."""

from typing import LiteralString

from psycopg import sql

from notifier.store import Tx, values

SUBJECT: LiteralString = """(
  SELECT w.subject
  FROM notice n JOIN notice e USING (disruption_id)
  JOIN delivery f ON f.notice_id = e.notice_id AND f.recipient_id = {recipient}
  JOIN chunk h ON h.root_id = f.root_chunk_id AND f.pos >= h.lo AND f.pos < h.hi
    AND h.state IN ('accepted', 'unknown')
  JOIN content w ON w.content_id = h.content_id
  WHERE n.notice_id = {notice} AND e.notice_id < n.notice_id
  ORDER BY e.notice_id LIMIT 1)"""
"""NULL: nothing has reached them before this notice, which has its own. Whatever language, services or kind a
later notice has: a mail program takes another subject for another conversation.
"""


OF_DELIVERY = sql.SQL(SUBJECT).format(recipient=sql.SQL("d.recipient_id"), notice=sql.SQL("d.notice_id"))
"""Of whoever the delivery `d` of a statement is for."""


def subject(tx: Tx, notice_id: int, recipient_id: int) -> str | None:
    """Of the mails that a person has had before this notice; None: there are none."""
    asked = sql.SQL("SELECT {subject} FROM (VALUES (%(id)s, %(who)s)) d(notice_id, recipient_id)")
    (found,) = values(tx, asked.format(subject=OF_DELIVERY), id=notice_id, who=recipient_id)
    return found
