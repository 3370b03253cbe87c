"""Since when we have kept watch without a gap: what did not come while we were away proves nothing."""

from datetime import datetime
from typing import Literal, TypeAlias

from notifier.model.heartbeat import Listening
from notifier.store import Tx, one, run, value

Who: TypeAlias = Literal["sweeper", "web"]
"""The sweeper judges silence; the web process is where the provider's events arrive."""


def watch(tx: Tx, who: Who, *, gap_seconds: float) -> None:
    """A sign of life. After a longer gap the watch begins anew; before the first sign no gap is known."""
    run(
        tx,
        """
INSERT INTO vigil AS v (who, at, since)
VALUES (%(who)s, clock_timestamp(), '-infinity')
ON CONFLICT (who) DO UPDATE SET at = clock_timestamp(), since = CASE
  WHEN v.at < clock_timestamp() - make_interval(secs => %(gap)s) THEN clock_timestamp()
  ELSE v.since END""",
        who=who,
        gap=gap_seconds,
    )


def away_since(tx: Tx, who: Who, *, gap_seconds: float) -> datetime | None:
    """The last sign of life, if it is longer ago than this; None: they watch, or never did."""
    return value(
        tx,
        "SELECT at FROM vigil WHERE who = %(who)s AND at < clock_timestamp() - make_interval(secs => %(gap)s)",
        who=who,
        gap=gap_seconds,
    )


def listening(tx: Tx, who: Who, *, gap_seconds: float) -> Listening:
    """Does anybody watch at present, and since when without a gap?"""
    found = one(
        tx,
        Listening,
        """
SELECT at >= clock_timestamp() - make_interval(secs => %(gap)s) AS listens, nullif(since, '-infinity') AS since
FROM vigil
WHERE who = %(who)s""",
        who=who,
        gap=gap_seconds,
    )
    return found or Listening(listens=False, since=None)
