"""A notice is written: every content rendered and stored as a draft; nothing leaves before it is approved."""

import secrets
from dataclasses import dataclass, replace
from datetime import datetime

from notifier.actions.notices import texts
from notifier.actions.notices.approved_words import words_hash
from notifier.actions.notices.context import context_of, tell
from notifier.actions.notices.rule import rule_at
from notifier.model.earlier import About
from notifier.model.notice_context import NoticeContext
from notifier.model.vocabulary import NoticeKind
from notifier.pipeline import audience, compose
from notifier.settings import Settings
from notifier.store import Tx
from notifier.store.audience import corrections
from notifier.store.audience.verdicts import Rule
from notifier.store.disruptions import disruptions, notices
from notifier.store.disruptions.contents import NewContent, store_contents
from notifier.store.disruptions.notices import Notice


@dataclass(frozen=True, slots=True)
class Writer:
    """What it takes to write a notice."""

    settings: Settings
    words: compose.Words


def draft_notice(
    tx: Tx,
    writer: Writer,
    disruption_id: int,
    kind: NoticeKind,
    timeline_id: int,
    now: datetime,
    *,
    only_customer: int | None = None,
    about: About | None = None,
    rev: int | None = None,
) -> int:
    """Render every content of a notice and store it as a draft; nothing leaves before it is approved.

    `rev`: the revision that it goes by; None: the one in force.
    """
    disruption = disruptions.by_id(tx, disruption_id)
    revision = disruptions.revision(tx, disruption_id, rev)
    entry = next(e for e in disruptions.timeline(tx, disruption_id) if e.timeline_id == timeline_id)
    rule = rule_at(tx, disruption_id, kind, revision.rev, timeline_id)
    context = tell(tx, writer.settings, disruption, kind, entry, revision.services)
    nonce = secrets.token_hex(8)
    if about is not None:
        wrong = notices.by_id(tx, about.notice_id)
        told = context_of(tx, writer.settings, wrong)
        context = replace(context, then=told)
        context = replace(context, earlier=texts.earlier(tx, writer.words, about, wrong, context, nonce))
    contents = _written(tx, writer, context, rule, disruption_id, about, nonce, revision.rev)
    notice_id = notices.insert(
        tx,
        disruption_id,
        kind=kind,
        timeline_id=timeline_id,
        rev=revision.rev,
        nonce=nonce,
        words_hash=words_hash(contents),
        rule_hash=audience.rule_hash(kind, rule, about),
        now=now,
    )
    store_contents(tx, notice_id, contents)
    if only_customer is not None:
        notices.confine(tx, notice_id, only_customer)
    if about is not None:
        corrections.set_about(tx, notice_id, about)
    return notice_id


def write_first(tx: Tx, writer: Writer, disruption_id: int, actor: str, now: datetime) -> int:
    """The first notice of a draft, ready to be approved, in the place of what was drafted before."""
    earlier = notices.drafts(tx, disruption_id)
    for notice in earlier:
        notices.void(tx, notice.notice_id)
    timeline_id = (
        earlier[-1].timeline_id
        if earlier
        else disruptions.add_entry(
            tx,
            disruption_id,
            kind="drafted",
            actor=actor,
            facts={},
            statements={},
            next_update_at=None,
            now=now,
        )
    )
    return draft_notice(tx, writer, disruption_id, NoticeKind.FIRST, timeline_id, now)


def _written(
    tx: Tx,
    writer: Writer,
    context: NoticeContext,
    rule: Rule,
    disruption_id: int,
    about: About | None,
    nonce: str,
    rev: int,
) -> list[NewContent]:
    contents: list[NewContent] = []
    for text in texts.of_notice(tx, writer.words, context, rule, disruption_id, about, rev):
        r = writer.words.render(text.context, text.locale, text.variant, nonce)
        contents.append(NewContent(r.locale, text.key, r.subject, r.text, r.html, len(r.tags), r.sha256))
    return contents


def still_as_approved(tx: Tx, writer: Writer, notice: Notice) -> bool:
    """Would the notice be the same if it were written now: its words, its rule, and since when it says?"""
    context = context_of(tx, writer.settings, notice)
    rev = disruptions.revision(tx, notice.disruption_id).rev
    rule = rule_at(tx, notice.disruption_id, notice.kind, rev, notice.timeline_id)
    if audience.rule_hash(notice.kind, rule) != notice.rule_hash or context.since[0] != notice.go_since:
        return False
    contents = _written(tx, writer, context, rule, notice.disruption_id, None, notice.nonce, rev)
    return words_hash(contents) == notice.words_hash
