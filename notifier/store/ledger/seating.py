"""People of a frozen list who are held above its ceiling, until a recorded approval lets them go."""

from notifier.store import Tx, value


def let_go(tx: Tx, notice_id: int, *, chunk_people: int) -> int:
    """Seat them in chunks of their own, once; how many people."""
    return value(
        tx,
        """
WITH numbered AS (
  SELECT d.recipient_id, d.content_id, least(%(chunk_people)s, 10000 / greatest(w.tags, 1)) AS size,
         row_number() OVER (PARTITION BY d.content_id ORDER BY d.recipient_id) - 1 AS n
  FROM delivery d JOIN content w USING (content_id)
  WHERE d.notice_id = %(id)s AND d.root_chunk_id IS NULL AND d.exclusion IS NULL),
cut AS (SELECT *, n / size AS slot, n %% size AS pos,
               CASE WHEN n %% size = 0 THEN nextval('chunk_id_seq') END AS opens FROM numbered),
letter AS MATERIALIZED (
  SELECT recipient_id, content_id, pos, max(opens) OVER (PARTITION BY content_id, slot) AS chunk_id FROM cut),
new_chunk AS (INSERT INTO chunk (chunk_id, notice_id, content_id, root_id, lo, hi)
              SELECT chunk_id, %(id)s, content_id, chunk_id, 0, count(*) FROM letter GROUP BY 1, 3 ORDER BY 1),
seated AS (UPDATE delivery SET root_chunk_id = letter.chunk_id, pos = letter.pos FROM letter
           WHERE delivery.notice_id = %(id)s AND delivery.recipient_id = letter.recipient_id RETURNING 1)
SELECT count(*) FROM seated""",
        id=notice_id,
        chunk_people=chunk_people,
    )
