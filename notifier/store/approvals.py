"""Approvals: who agreed to which part of a notice, by the hashes of what they agreed to."""

from dataclasses import dataclass
from datetime import datetime

from notifier.model.approval import Part
from notifier.store import Tx, many, run
from notifier.store.notices import Notice


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
        "INSERT INTO approval (notice_id, actor, at, part, words_hash, rule_hash, list_hash, ceiling, gap,"
        " override_reason) VALUES (%(id)s, %(actor)s, %(now)s, %(part)s, %(words)s, %(rule)s, %(list)s,"
        " %(ceiling)s, %(gap)s, %(why)s)",
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


def given(tx: Tx, notice: Notice) -> list[Approval]:
    """What still holds for a draft, the newest first: only what names the hashes that it has now.

    Words hold for every draft of the same entry that has the very same words: a list that was frozen anew does
    not ask for them again.
    """
    return many(
        tx,
        Approval,
        "SELECT a.actor, a.part, a.words_hash, a.rule_hash, a.list_hash, a.ceiling, a.gap, a.override_reason"
        " FROM approval a JOIN notice n USING (notice_id)"
        " WHERE n.timeline_id = %(timeline)s AND n.kind = %(kind)s AND n.state IN ('draft', 'void')"
        " AND CASE WHEN a.part = 'words' THEN a.words_hash = %(words)s"
        "  ELSE n.notice_id = %(id)s AND a.rule_hash = %(rule)s"
        "   AND (a.list_hash IS NULL OR a.list_hash = %(list)s)"
        "   AND (a.part = 'audience' OR a.words_hash = %(words)s) END ORDER BY a.approval_id DESC",
        timeline=notice.timeline_id,
        kind=notice.kind,
        id=notice.notice_id,
        words=notice.words_hash,
        rule=notice.rule_hash,
        list=notice.list_hash,
    )
