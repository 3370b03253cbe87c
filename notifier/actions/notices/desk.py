"""Where notices are written: the words, the company's settings, and the story that a notice tells."""

import hashlib
import json
import secrets
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from email.utils import parseaddr

from notifier.actions.notices import texts
from notifier.model.earlier import About, Earlier
from notifier.model.scope import Column, from_json, scope_columns
from notifier.model.story import Facts, ServiceName, Story
from notifier.model.words import AttributeType, NoticeKind, Possibly
from notifier.pipeline import audience, compose
from notifier.settings import Settings
from notifier.store import Tx
from notifier.store.audience import corrections
from notifier.store.audience.verdicts import Back, Rule
from notifier.store.company import catalogue
from notifier.store.disruptions import disruptions, notices, reviews, revisions
from notifier.store.disruptions.contents import Content, Words, store_contents
from notifier.store.disruptions.contents import contents as contents_of
from notifier.store.disruptions.disruptions import Disruption, Entry, Revision
from notifier.store.disruptions.notices import Notice
from notifier.store.ledger.overtaken import Question


@dataclass(frozen=True, slots=True)
class Desk:
    """What it takes to write a notice."""

    settings: Settings
    words: compose.Words


def rule_of(revision: Revision, released: Sequence[int] = ()) -> Rule:
    predicate = None if revision.predicate is None else from_json(revision.predicate)
    return Rule(
        revision.services,
        predicate,
        Possibly(revision.possibly),
        tuple(released),
        roles=tuple(revision.roles),
    )


def notice_rule(tx: Tx, notice: Notice) -> Rule:
    """The rule as it was approved, without those whom a review has released since: that only takes people out."""
    return rule_at(tx, notice.disruption_id, notice.kind, audience.rev_of(tx, notice), notice.timeline_id)


def rule_at(
    tx: Tx, disruption_id: int, kind: NoticeKind, rev: int | None = None, timeline_id: int | None = None
) -> Rule:
    """What is true under a revision (None: the one in force), with what an entry of the timeline proposes."""
    revision = disruptions.revision(tx, disruption_id, rev)
    rule = rule_of(revision, reviews.released(tx, disruption_id))
    backs = revisions.restored(tx, disruption_id, revision.rev, timeline_id)
    back = tuple(Back(b.service, None if b.predicate is None else from_json(b.predicate)) for b in backs)
    says_back = kind in {NoticeKind.PARTIAL, NoticeKind.RESTORED}
    others = held_elsewhere(tx, disruption_id, rule.services) if says_back else ()
    return replace(rule, restored=back, elsewhere=others)


def question(tx: Tx, notice: Notice) -> Question:
    """What is true now of the people of a notice, whatever was true when it was approved."""
    disruption = disruptions.by_id(tx, notice.disruption_id)
    rule = rule_at(tx, notice.disruption_id, notice.kind)
    states = notice.kind is not NoticeKind.RETRACTION
    return Question(
        notice, rule, over=states and disruption.ended_as not in {None, "restored"}, states=states
    )


def held_elsewhere(tx: Tx, disruption_id: int, services: Sequence[str]) -> tuple[Rule, ...]:
    """The rules of other disruptions of the same mode that are declared, open, and about one of these."""
    mode = disruptions.by_id(tx, disruption_id).mode
    return tuple(
        rule_at(tx, other.disruption_id, NoticeKind.FIRST)
        for other in disruptions.open_ones(tx, mode)
        if other.disruption_id != disruption_id
        and other.declared_at is not None
        and set(other.services) & set(services)
    )


def tell(tx: Tx, settings: Settings, disruption: Disruption, kind: NoticeKind, entry: Entry) -> Story:
    """The story of one notice: its timeline entry, under everything that was said before it.

    Its services are those that were declared, so that all mails share a subject; others are only named in lists.
    """
    facts = Facts.from_mapping(catalogue.facts(tx))
    for earlier in disruptions.timeline(tx, disruption.disruption_id):
        if earlier.timeline_id < entry.timeline_id:
            facts = facts.merged(Facts.from_mapping(earlier.facts))
    facts = facts.merged(Facts.from_mapping(entry.facts))
    name, address = parseaddr(settings.mail_from)
    status_url = facts.contact.get("status_url")
    return Story(
        notice=kind,
        kind=disruption.kind,
        reason=disruption.reason,
        reference=disruption.reference,
        title=disruption.title,
        services=service_names(tx, disruption.services),
        others=service_names(
            tx, [s.slug for s in catalogue.services(tx) if s.slug not in disruption.services]
        ),
        effective_at=disruption.effective_at,
        facts=facts,
        now=entry.at,
        company=facts.contact.get("company") or name or address,
        statements=entry.statements,
        next_update_at=entry.next_update_at,
        restored_at=entry.at if kind in {NoticeKind.PARTIAL, NoticeKind.RESTORED} else None,
        reply_to=facts.contact.get("reply_to") or settings.reply_to,
        phone=facts.contact.get("phone"),
        fresh=Facts.from_mapping(entry.facts).open_to_the_public(),
        status_url=status_url.replace("{reference}", disruption.reference) if status_url else None,
        in_force=revisions.in_force(tx, disruption.disruption_id),
    )


def service_names(tx: Tx, slugs: Sequence[str]) -> tuple[ServiceName, ...]:
    return tuple(ServiceName(s.slug, s.name) for s in catalogue.services(tx) if s.slug in slugs)


def columns(tx: Tx) -> dict[str, Column]:
    """What a scope may name."""
    return scope_columns(
        Column(a.name, AttributeType(a.type), sensitive=a.sensitive) for a in catalogue.attributes(tx)
    )


def story_of(tx: Tx, settings: Settings, notice: Notice) -> Story:
    """The same story again, for instance when letters are put into envelopes."""
    disruption = disruptions.by_id(tx, notice.disruption_id)
    entry = next(
        e for e in disruptions.timeline(tx, notice.disruption_id) if e.timeline_id == notice.timeline_id
    )
    story = tell(tx, settings, disruption, notice.kind, entry)
    if notice.about is None:
        return story
    return replace(story, earlier=Earlier(texts.began(notices.by_id(tx, notice.about))))


def about_of(notice: Notice) -> About | None:
    if notice.about is None:
        return None
    return About(
        notice.about,
        None if notice.about_locales is None else tuple(notice.about_locales),
        notice.about_first,
    )


def words_hash(contents: Sequence[Words]) -> str:
    """What an approval of words names: every content, whatever order they came in."""
    listed = sorted((c.locale, c.variant, c.sha256) for c in contents)
    return hashlib.sha256(json.dumps(listed).encode()).hexdigest()


def words_are_unaltered(tx: Tx, notice: Notice) -> bool:
    """The frozen words still have the hash that an approval of them names."""
    return are_unaltered(notice, contents_of(tx, notice.notice_id))


def are_unaltered(notice: Notice, stored: Sequence[Content]) -> bool:
    """As `words_are_unaltered`, of contents that were read already."""
    found = [replace(c, sha256=compose.digest(notice.nonce, c.subject, c.text, c.html)) for c in stored]
    return words_hash(found) == notice.words_hash


def draft_notice(
    tx: Tx,
    desk: Desk,
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
    story = tell(tx, desk.settings, disruption, kind, entry)
    nonce = secrets.token_hex(8)
    if about is not None:
        wrong = notices.by_id(tx, about.notice_id)
        told = story_of(tx, desk.settings, wrong)
        story = replace(story, earlier=texts.earlier(tx, desk.words, about, wrong, told, nonce, kind))
    contents = _written(tx, desk, story, rule, disruption_id, about, nonce, revision.rev)
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


def _written(
    tx: Tx,
    desk: Desk,
    story: Story,
    rule: Rule,
    disruption_id: int,
    about: About | None,
    nonce: str,
    rev: int,
) -> list[Words]:
    contents: list[Words] = []
    for text in texts.of_notice(tx, desk.words, story, rule, disruption_id, about, rev):
        r = desk.words.render(text.story, text.locale, text.variant, nonce)
        contents.append(Words(r.locale, text.key, r.subject, r.text, r.html, len(r.tags), r.sha256))
    return contents


def still_as_approved(tx: Tx, desk: Desk, notice: Notice) -> bool:
    """Would the notice be the same if it were written now: its words, its rule, and since when it says?"""
    story = story_of(tx, desk.settings, notice)
    rev = disruptions.revision(tx, notice.disruption_id).rev
    rule = rule_at(tx, notice.disruption_id, notice.kind, rev, notice.timeline_id)
    if audience.rule_hash(notice.kind, rule) != notice.rule_hash or story.since[0] != notice.go_since:
        return False
    contents = _written(tx, desk, story, rule, notice.disruption_id, None, notice.nonce, rev)
    return words_hash(contents) == notice.words_hash
