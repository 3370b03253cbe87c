"""What is proposed and what is in force: revisions of a scope, and restorations in parts."""

from dataclasses import dataclass
from datetime import datetime

from psycopg.types.json import Jsonb

from notifier.model.kinds import RESCOPED
from notifier.model.scope import Json
from notifier.model.vocabulary import HeldFor
from notifier.store import Tx, many, run, value
from notifier.store.disruptions.disruptions import Revision
from notifier.store.disruptions.notices import Notice


def propose(tx: Tx, disruption_id: int, revision: Revision, *, anew: bool, actor: str, now: datetime) -> int:
    """Keep a revision that decides nothing before a notice of it is approved; its number."""
    return value(
        tx,
        """
INSERT INTO scope_revision (disruption_id, rev, text, predicate, services, possibly, actor, at, anew,
  proposed)
SELECT %(id)s, max(rev) + 1, %(text)s, %(predicate)s, %(services)s, %(possibly)s, %(actor)s, %(now)s,
       %(anew)s, true
FROM scope_revision
WHERE disruption_id = %(id)s
RETURNING rev""",
        id=disruption_id,
        text=revision.text,
        predicate=None if revision.predicate is None else Jsonb(revision.predicate),
        services=sorted(revision.services),
        possibly=revision.possibly,
        anew=anew,
        actor=actor,
        now=now,
    )


def is_proposed(tx: Tx, disruption_id: int, rev: int) -> bool:
    return value(
        tx,
        "SELECT proposed FROM scope_revision WHERE disruption_id = %(id)s AND rev = %(rev)s",
        id=disruption_id,
        rev=rev,
    )


def put_in_force(tx: Tx, disruption_id: int, rev: int, *, now: datetime) -> bool:
    """The revision decides from here on; False: it did before."""
    statement = """
UPDATE scope_revision SET proposed = false, in_force_at = %(now)s
WHERE disruption_id = %(id)s AND rev = %(rev)s AND proposed"""
    return run(tx, statement, id=disruption_id, rev=rev, now=now) == 1


@dataclass(frozen=True, slots=True)
class _InForce:
    rev: int
    at: datetime


def in_force(tx: Tx, disruption_id: int) -> dict[int, datetime]:
    """Since when each revision decided, by its number; those that are only proposed are left out."""
    rows = many(
        tx,
        _InForce,
        """
SELECT rev, coalesce(in_force_at, at) AS at FROM scope_revision
WHERE disruption_id = %(id)s AND NOT proposed
ORDER BY rev""",
        id=disruption_id,
    )
    return {row.rev: row.at for row in rows}


@dataclass(frozen=True, slots=True)
class Restoration:
    service: str
    predicate: Json
    """None: for everybody."""


def propose_restoration(
    tx: Tx,
    disruption_id: int,
    timeline_id: int,
    back: Restoration,
    *,
    rev: int,
    actor: str,
    now: datetime,
) -> None:
    """What an entry of the timeline says is back; it counts from the approval of its notice on."""
    run(
        tx,
        """
INSERT INTO restoration (disruption_id, timeline_id, rev, service_id, predicate, actor, at, proposed)
SELECT %(id)s, %(timeline_id)s, %(rev)s, service_id, %(predicate)s, %(actor)s, %(now)s, true
FROM service
WHERE slug = %(service)s""",
        id=disruption_id,
        timeline_id=timeline_id,
        rev=rev,
        service=back.service,
        predicate=None if back.predicate is None else Jsonb(back.predicate),
        actor=actor,
        now=now,
    )


def restored(
    tx: Tx, disruption_id: int, rev: int | None = None, timeline_id: int | None = None
) -> list[Restoration]:
    """What is back under a revision, with what this entry of the timeline proposes."""
    return many(
        tx,
        Restoration,
        """
SELECT DISTINCT s.slug AS service, r.predicate FROM restoration r
JOIN service s USING (service_id)
WHERE r.disruption_id = %(id)s AND (NOT r.proposed OR r.timeline_id = %(timeline_id)s)
  AND r.rev >= (SELECT coalesce(max(v.rev), 0) FROM scope_revision v
    WHERE v.disruption_id = %(id)s AND v.anew
      AND (v.rev = %(rev)s OR (NOT v.proposed AND v.rev <= coalesce(%(rev)s, v.rev))))
ORDER BY 1, 2""",
        id=disruption_id,
        rev=rev,
        timeline_id=timeline_id,
    )


def restore(tx: Tx, timeline_id: int) -> None:
    """What this entry proposes is back."""
    run(tx, "UPDATE restoration SET proposed = false WHERE timeline_id = %(id)s", id=timeline_id)


def hold_rescoped(tx: Tx, disruption_id: int, *, rev: int, actor: str) -> int:
    """Stop what goes by an older scope while a new one waits for its approval."""
    return run(
        tx,
        """
WITH old AS (
  SELECT notice_id FROM notice
  WHERE disruption_id = %(id)s AND rev < %(rev)s AND kind = ANY(%(rescoped)s) AND only_customer IS NULL
    AND state IN ('approved', 'sending')
  ORDER BY notice_id FOR NO KEY UPDATE)
UPDATE notice SET state = 'held', hold_reason = %(reason)s, held_for = %(held_for)s
FROM old
WHERE notice.notice_id = old.notice_id""",
        id=disruption_id,
        rev=rev,
        rescoped=list(RESCOPED),
        reason=f"stopped by {actor}: another scope waits for its approval",
        held_for=HeldFor.SCOPE,
    )


@dataclass(frozen=True, slots=True)
class Left:
    """A notice that was stopped for a scope which nobody can approve any more."""

    notice_id: int
    disruption_id: int
    reference: str
    seq: int

    @property
    def how(self) -> str:
        """One sentence: what goes on by whose word."""
        name = f"{self.reference}/{self.seq}"
        return (
            f"{name} was stopped for another scope, and that was dropped: notifier resume {name} lets it go on,"
            f" notifier cancel {name} ends it."
        )


def left_stopped(tx: Tx, disruption_id: int | None = None) -> list[Left]:
    """Notices that `hold_rescoped` has stopped, and whose new scope no draft proposes any more."""
    return many(
        tx,
        Left,
        """
SELECT n.notice_id, n.disruption_id, d.reference, n.seq
FROM notice n JOIN disruption d USING (disruption_id)
WHERE n.state = 'held' AND n.held_for = %(scope)s
  AND n.disruption_id = coalesce(%(id)s, n.disruption_id) AND d.ended_at IS NULL
  AND NOT EXISTS (SELECT FROM notice m JOIN scope_revision v USING (disruption_id, rev)
    WHERE v.proposed AND m.disruption_id = n.disruption_id AND m.rev > n.rev AND m.state = 'draft')
ORDER BY 1""",
        scope=HeldFor.SCOPE,
        id=disruption_id,
    )


def cancel_rescoped(tx: Tx, disruption_id: int, *, rev: int) -> int:
    """A new scope is in force: what is left of older notices by scope never leaves. How many notices.

    Also of finished ones, whom a ceiling kept back or whose chunk gave up: they are merged into what follows.
    """
    return run(
        tx,
        """
WITH old AS (
  SELECT n.notice_id FROM notice n
  WHERE n.disruption_id = %(id)s AND n.rev < %(rev)s AND n.kind = ANY(%(rescoped)s)
    AND n.only_customer IS NULL
    AND (n.state IN ('approved', 'sending', 'held')
      OR (n.state = 'finished'
        AND (EXISTS (SELECT FROM chunk k WHERE k.notice_id = n.notice_id AND k.state = 'dead')
          OR EXISTS (SELECT FROM delivery d
            WHERE d.notice_id = n.notice_id AND d.root_chunk_id IS NULL AND d.exclusion IS NULL))))
  ORDER BY n.notice_id FOR NO KEY UPDATE),
left_over AS (
  SELECT k.chunk_id FROM old JOIN chunk k USING (notice_id)
  WHERE k.state IN ('due', 'dead')
  ORDER BY k.chunk_id FOR NO KEY UPDATE OF k),
stopped AS (
  UPDATE chunk SET state = 'cancelled'
  FROM left_over
  WHERE chunk.chunk_id = left_over.chunk_id)
UPDATE notice SET state = 'cancelled', replaced = true
FROM old
WHERE notice.notice_id = old.notice_id""",
        id=disruption_id,
        rev=rev,
        rescoped=list(RESCOPED),
    )


def has_earlier(tx: Tx, notice: Notice) -> bool:
    """Something was said in this disruption before, or may have been."""
    return value(
        tx,
        """
SELECT EXISTS (SELECT FROM notice
  WHERE disruption_id = %(disruption)s AND seq < %(seq)s AND state NOT IN ('draft', 'void'))""",
        disruption=notice.disruption_id,
        seq=notice.seq,
    )


def may_hedge(tx: Tx, disruption_id: int) -> bool:
    """Under some revision, in force or proposed, people are told that something may be out for them."""
    return value(
        tx,
        """
SELECT EXISTS (SELECT FROM scope_revision
  WHERE disruption_id = %(id)s AND predicate IS NOT NULL AND possibly = 'hedge')""",
        id=disruption_id,
    )
