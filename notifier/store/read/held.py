"""People of a frozen list who are held above its ceiling, as people look at them."""

from dataclasses import dataclass

from notifier.model.kinds import CORRECTING, MERGING
from notifier.store import Tx, one, value


@dataclass(frozen=True, slots=True)
class Held:
    people: int
    """Above the ceiling; their words are approved."""
    wordless: int
    """They need words that nobody approved: a later notice tells them."""


def above_ceiling(tx: Tx, notice_id: int) -> Held:
    found = one(
        tx,
        Held,
        """
SELECT count(*) FILTER (WHERE content_id IS NOT NULL) AS people,
       count(*) FILTER (WHERE content_id IS NULL) AS wordless
FROM delivery
WHERE notice_id = %(id)s AND root_chunk_id IS NULL AND exclusion IS NULL""",
        id=notice_id,
    )
    assert found is not None
    return found


def is_overtaken(tx: Tx, notice_id: int) -> bool:
    """A later notice to everybody was approved, or has a list with these people: these words are old."""
    return value(
        tx,
        """
SELECT EXISTS (SELECT FROM notice n JOIN notice later USING (disruption_id)
  WHERE n.notice_id = %(id)s AND later.seq > n.seq AND later.only_customer IS NULL
    AND (later.approved_at IS NOT NULL
      OR (later.state = 'draft' AND later.freeze_asked IS NOT NULL AND later.kind = ANY(%(merging)s))))""",
        id=notice_id,
        merging=list(MERGING),
    )


def is_corrected(tx: Tx, notice_id: int) -> bool:
    """A correction or retraction of later was approved: it has told whoever was left."""
    return value(
        tx,
        """
SELECT EXISTS (SELECT FROM notice n JOIN notice later USING (disruption_id)
  WHERE n.notice_id = %(id)s AND later.seq > n.seq AND later.kind = ANY(%(correcting)s)
    AND later.approved_at IS NOT NULL AND n.kind <> ALL(%(correcting)s))""",
        id=notice_id,
        correcting=list(CORRECTING),
    )
