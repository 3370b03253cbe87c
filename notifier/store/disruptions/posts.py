"""What each tool last posted, what was refused, and what nobody understood: for people who wonder why it is
quiet.
"""

from datetime import datetime, timedelta

from notifier.store import Tx, run, value

SELDOM = timedelta(seconds=1)
"""A row is written at most so often: a tool that posts a hundred times a second says the same each time."""


def note_own(tx: Tx, source: str, said: str, now: datetime) -> None:
    """A post that was its own."""
    run(
        tx,
        """
INSERT INTO source_post (source, posted_at, said)
VALUES (%(source)s, %(now)s, %(said)s)
ON CONFLICT (source) DO UPDATE SET posted_at = excluded.posted_at, said = excluded.said
WHERE source_post.posted_at IS NULL OR source_post.posted_at <= %(before)s""",
        source=source,
        said=said,
        now=now,
        before=now - SELDOM,
    )


def last_own(tx: Tx, source: str) -> datetime | None:
    """When the last post came that was its own."""
    return value(tx, "SELECT posted_at FROM source_post WHERE source = %(source)s", source=source)


def note_refused(tx: Tx, source: str, why: str, now: datetime) -> None:
    run(
        tx,
        """
INSERT INTO source_post (source, refused_at, refused_why)
VALUES (%(source)s, %(now)s, %(why)s)
ON CONFLICT (source) DO UPDATE SET refused_at = excluded.refused_at, refused_why = excluded.refused_why
WHERE source_post.refused_at IS NULL OR source_post.refused_at <= %(before)s""",
        source=source,
        why=why,
        now=now,
        before=now - SELDOM,
    )


def count_strange(tx: Tx, source: str, now: datetime) -> int:
    """One more that was not understood; how many there were."""
    return value(
        tx,
        """
INSERT INTO source_post (source, strange, strange_at)
VALUES (%(source)s, 1, %(now)s)
ON CONFLICT (source) DO UPDATE SET strange = source_post.strange + 1, strange_at = excluded.strange_at
RETURNING strange""",
        source=source,
        now=now,
    )


def is_strange_since(tx: Tx, source: str, since: datetime) -> bool:
    """Was something not understood since then?"""
    return value(
        tx,
        "SELECT EXISTS (SELECT FROM source_post WHERE source = %(source)s AND strange_at >= %(since)s)",
        source=source,
        since=since,
    )


def keep(tx: Tx, source: str, why: str, body: str, now: datetime) -> None:
    run(
        tx,
        """
INSERT INTO kept_post (source, received_at, why, body)
VALUES (%(source)s, %(now)s, %(why)s, %(body)s)""",
        source=source,
        why=why,
        body=body,
        now=now,
    )


def drop_older(tx: Tx, source: str, newest: int) -> None:
    """All but the newest of this source; what somebody else is dropping is left to them."""
    run(
        tx,
        """
WITH old AS (
  SELECT kept_post_id FROM kept_post WHERE source = %(source)s
  ORDER BY kept_post_id DESC OFFSET %(newest)s FOR NO KEY UPDATE SKIP LOCKED)
DELETE FROM kept_post USING old WHERE kept_post.kept_post_id = old.kept_post_id""",
        source=source,
        newest=newest,
    )
