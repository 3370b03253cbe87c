"""Approvals: who agreed to which part of a notice, by the hashes of what they agreed to."""

from dataclasses import dataclass
from datetime import datetime

from notifier.model.approval import Part
from notifier.store import Tx, many, run, value
from notifier.store.disruptions.notices import Notice


@dataclass(frozen=True, slots=True)
class Approval:
    """What somebody approved: words by their hash, the audience by its rule and its list or a ceiling."""

    actor: str
    part: Part
    words_hash: str | None
    rule_hash: str | None
    list_hash: str | None = None
    ceiling: int | None = None
    gap: int | None = None
    override_reason: str | None = None
    """They broke the glass: why."""


def give(tx: Tx, notice_id: int, approval: Approval, *, now: datetime) -> None:
    run(
        tx,
        """
INSERT INTO approval (notice_id, actor, at, part, words_hash, rule_hash, list_hash, ceiling, gap,
  override_reason)
VALUES (%(id)s, %(actor)s, %(now)s, %(part)s, %(words)s, %(rule)s, %(list)s, %(ceiling)s, %(gap)s, %(why)s)""",
        id=notice_id,
        now=now,
        actor=approval.actor,
        part=approval.part,
        words=approval.words_hash,
        rule=approval.rule_hash,
        list=approval.list_hash,
        ceiling=approval.ceiling,
        gap=approval.gap,
        why=approval.override_reason,
    )


def by_person(tx: Tx, disruption_id: int) -> bool:
    """Somebody, and not only policy, has approved an audience of this disruption."""
    return value(
        tx,
        """
SELECT EXISTS (SELECT FROM approval a JOIN notice n USING (notice_id)
  WHERE n.disruption_id = %(id)s AND n.state NOT IN ('draft', 'void') AND a.part <> 'words'
    AND a.actor <> 'policy' AND NOT starts_with(a.actor, 'source:'))""",
        id=disruption_id,
    )


def acknowledged(tx: Tx, notice_id: int) -> int | None:
    """The difference between cut off and told that the audience was approved with; None: there was none."""
    return value(
        tx,
        """
SELECT gap FROM approval
WHERE notice_id = %(id)s AND part <> 'words'
ORDER BY approval_id DESC LIMIT 1""",
        id=notice_id,
    )


def given(tx: Tx, notice: Notice) -> list[Approval]:
    """What still holds for a draft, the newest first: only what names the hashes that it has now.

    Words hold for every draft of the same entry that has the very same words: a list that was frozen anew does
    not ask for them again.
    """
    return many(
        tx,
        Approval,
        """
SELECT a.actor, a.part, a.words_hash, a.rule_hash, a.list_hash, a.ceiling, a.gap, a.override_reason
FROM approval a JOIN notice n USING (notice_id)
WHERE n.timeline_id = %(timeline)s AND n.kind = %(kind)s AND n.state IN ('draft', 'void')
  AND CASE
    WHEN a.part = 'words' THEN a.words_hash = %(words)s
    ELSE n.notice_id = %(id)s AND a.rule_hash = %(rule)s
      AND (a.list_hash IS NULL OR a.list_hash = %(list)s)
      AND (a.part = 'audience' OR a.words_hash = %(words)s) END
ORDER BY a.approval_id DESC""",
        timeline=notice.timeline_id,
        kind=notice.kind,
        id=notice.notice_id,
        words=notice.words_hash,
        rule=notice.rule_hash,
        list=notice.list_hash,
    )
