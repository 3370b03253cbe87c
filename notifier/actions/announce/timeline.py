"""The rest of the timeline: updates, what is back, and the end."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any

from notifier.actions.announce.restore import EVERYTHING, RestoredPart, kind_of, read_part
from notifier.actions.control.approve import Consent, Gate, approve_in
from notifier.actions.control.promises import proposal
from notifier.actions.notices.draft import Writer, draft_notice
from notifier.actions.notices.named import Name, find, name_of
from notifier.actions.notices.untranslated import Untranslated, of_a_later_notice
from notifier.errors import BadInput, Refused
from notifier.model.act import Act
from notifier.model.earlier import About
from notifier.model.facts import Facts
from notifier.model.vocabulary import NoticeKind
from notifier.pipeline.compose import check_own_words
from notifier.store import Db, Tx, audit
from notifier.store.disruptions import disruptions, notices, revisions
from notifier.store.disruptions.disruptions import Disruption
from notifier.store.locks import retried


@dataclass(frozen=True, slots=True)
class News:
    """What is new, as the operator gave it."""

    facts: Mapping[str, Any] = field(default_factory=dict[str, Any])
    statements: Mapping[str, str] = field(default_factory=dict[str, str])
    next_update_at: datetime | None = None
    nothing_new: bool = False
    """Only a promise is kept, in words that exist in every language."""
    no_promise: bool = False
    """Nothing is promised, whatever policy proposes."""


@dataclass(frozen=True, slots=True)
class Said:
    name: Name
    gate: Gate
    next_update_at: datetime | None = None
    """What it promises."""
    untranslated: tuple[Untranslated, ...] = ()
    """For whom what is new is not there in their language."""


def update(db: Db, writer: Writer, act: Act, reference: str, news: News, consent: Consent) -> Said:
    """Keep those who were told up to date."""
    if not (news.facts or news.statements or news.next_update_at or news.nothing_new):
        raise BadInput("An update needs --statement, --facts or --next-update, or say --nothing-new.")
    if news.nothing_new and (news.facts or news.statements):
        raise BadInput("--nothing-new says that nothing is new: leave out --statement and --facts.")
    return _say(db, writer, act, reference, NoticeKind.UPDATE, news, consent)


@retried
def restore(
    db: Db,
    writer: Writer,
    act: Act,
    reference: str,
    news: News,
    consent: Consent,
    part: RestoredPart = EVERYTHING,
) -> Said:
    """It is over, or a part of it is: whoever was told that something is out hears that it is back."""
    check_own_words(Facts.from_mapping(news.facts), news.statements)
    with db.transaction() as tx:
        disruption = begin(tx, reference)
        backs = read_part(tx, disruption, part, act.now)
        kind = kind_of(tx, disruption, backs)
        timeline_id = enter(tx, act, disruption, kind, news)
        rev = disruptions.revision(tx, disruption.disruption_id).rev
        for back in backs:
            revisions.propose_restoration(
                tx, disruption.disruption_id, timeline_id, back, rev=rev, actor=act.actor, now=act.now
            )
        return say(tx, writer, act, disruption, kind, timeline_id, consent)


@retried
def _say(
    db: Db,
    writer: Writer,
    act: Act,
    reference: str,
    kind: NoticeKind,
    news: News,
    consent: Consent,
) -> Said:
    check_own_words(Facts.from_mapping(news.facts), news.statements)
    with db.transaction() as tx:
        disruptions.lock_declarations(tx)
        disruption = spoken_of(tx, reference)
        if kind is NoticeKind.UPDATE:
            news = promised(tx, disruption, news, act.now)
        return say_in(tx, writer, act, disruption, kind, news, consent)


def promised(tx: Tx, disruption: Disruption, news: News, now: datetime) -> News:
    """With what policy proposes, where nobody has said when people hear next."""
    if news.next_update_at or news.no_promise:
        return news
    before = disruption.disruption_id if news.nothing_new else None
    return replace(news, next_update_at=proposal(tx, disruption.kind, now, before))


def say_in(
    tx: Tx,
    writer: Writer,
    act: Act,
    disruption: Disruption,
    kind: NoticeKind,
    news: News,
    consent: Consent,
    *,
    about: About | None = None,
) -> Said:
    """One more notice of a disruption, in the caller's transaction; it takes the place of every draft."""
    _void_drafts(tx, disruption)
    timeline_id = enter(tx, act, disruption, kind, news)
    said = say(tx, writer, act, disruption, kind, timeline_id, consent, about=about)
    return replace(said, next_update_at=news.next_update_at)


def begin(tx: Tx, reference: str) -> Disruption:
    """The disruption, for this transaction alone; drafts that nobody let go are void from here on."""
    disruptions.lock_declarations(tx)
    disruption = spoken_of(tx, reference)
    _void_drafts(tx, disruption)
    return disruption


def _void_drafts(tx: Tx, disruption: Disruption) -> None:
    for draft in notices.drafts(tx, disruption.disruption_id):
        notices.void(tx, draft.notice_id)


def enter(tx: Tx, act: Act, disruption: Disruption, kind: str, news: News) -> int:
    """A new entry on the timeline."""
    return disruptions.add_entry(
        tx,
        disruption.disruption_id,
        kind=kind,
        actor=act.actor,
        facts=news.facts,
        statements=news.statements,
        next_update_at=news.next_update_at,
        now=act.now,
    )


def say(
    tx: Tx,
    writer: Writer,
    act: Act,
    disruption: Disruption,
    kind: NoticeKind,
    timeline_id: int,
    consent: Consent,
    *,
    about: About | None = None,
) -> Said:
    """Write the notice of an entry and bring it to the gate."""
    notice_id = draft_notice(tx, writer, disruption.disruption_id, kind, timeline_id, act.now, about=about)
    audit.append(tx, actor=act.actor, act=kind, at=act.now, disruption_id=disruption.disruption_id)
    untranslated = of_a_later_notice(tx, writer.words, notice_id)
    gate = approve_in(tx, act, notice_id, consent)
    return Said(name_of(tx, notice_id), gate, untranslated=untranslated)


def spoken_of(tx: Tx, reference: str) -> Disruption:
    """A disruption that people were told about and that is not over, locked; raises `Refused` for any other."""
    disruption_id = find(tx, reference).disruption_id
    disruptions.lock(tx, disruption_id)
    found = disruptions.by_id(tx, disruption_id)
    _check(found)
    return found


def _check(disruption: Disruption) -> None:
    name = f"D-{disruption.reference}"
    if disruption.ended_at is not None:
        raise Refused(f"{name} is over ({disruption.ended_as}): declare a new disruption.")
    if disruption.declared_at is None:
        raise Refused(f"{name} is only a draft, nobody was told yet: approve its first notice before this.")
