"""What a notice is written from: its timeline entry, under everything that was said before it."""

from collections.abc import Sequence
from dataclasses import replace
from email.utils import parseaddr

from notifier.actions.notices import texts
from notifier.model.earlier import About, Earlier
from notifier.model.facts import Facts
from notifier.model.kinds import KINDS
from notifier.model.notice_context import NoticeContext, ServiceName
from notifier.model.vocabulary import NoticeKind
from notifier.settings import Settings
from notifier.store import Tx
from notifier.store.company import catalogue
from notifier.store.disruptions import disruptions, notices, revisions
from notifier.store.disruptions.disruptions import Disruption, Entry
from notifier.store.disruptions.notices import Notice


def tell(
    tx: Tx,
    settings: Settings,
    disruption: Disruption,
    kind: NoticeKind,
    entry: Entry,
    services: Sequence[str] | None = None,
) -> NoticeContext:
    """The context of one notice: its timeline entry, under everything that was said before it.

    `services`: of the revision that it goes by; None: those that were declared. They make the subject for whoever
    hears of it first now, see `store/ledger/threads.py`; others are only named in lists.
    """
    about = disruption.services if services is None else services
    own, standing = Facts(), Facts.from_mapping(catalogue.facts(tx))
    for earlier in disruptions.timeline(tx, disruption.disruption_id):
        if earlier.timeline_id < entry.timeline_id:
            own = own.merged(Facts.from_mapping(earlier.facts))
    own = own.merged(Facts.from_mapping(entry.facts))
    known = own.cause_known(disruption.reason)
    facts = (standing if known else standing.while_nobody_knows_why()).merged(own)
    name, address = parseaddr(settings.mail_from)
    status_url = facts.contact.get("status_url")
    return NoticeContext(
        notice=kind,
        kind=disruption.kind,
        reason=disruption.reason,
        reference=disruption.reference,
        title=disruption.title,
        services=service_names(tx, about),
        others=service_names(tx, [s.slug for s in catalogue.services(tx) if s.slug not in about]),
        effective_at=disruption.effective_at,
        facts=facts,
        now=entry.at,
        company=facts.contact.get("company") or name or address,
        signed_by=facts.contact.get("signed_by"),
        statements=entry.statements,
        next_update_at=entry.next_update_at,
        restored_at=entry.at if KINDS[kind].back else None,
        reply_to=facts.contact.get("reply_to") or settings.reply_to,
        phone=facts.contact.get("phone"),
        fresh=Facts.from_mapping(entry.facts).open_to_the_public(),
        status_url=status_url.replace("{reference}", disruption.reference) if status_url else None,
        in_force=revisions.in_force(tx, disruption.disruption_id),
    )


def service_names(tx: Tx, slugs: Sequence[str]) -> tuple[ServiceName, ...]:
    return tuple(ServiceName(s.slug, s.name) for s in catalogue.services(tx) if s.slug in slugs)


def context_of(tx: Tx, settings: Settings, notice: Notice) -> NoticeContext:
    """The same context again, for instance when letters are put into envelopes."""
    disruption = disruptions.by_id(tx, notice.disruption_id)
    entry = next(
        e for e in disruptions.timeline(tx, notice.disruption_id) if e.timeline_id == notice.timeline_id
    )
    revision = disruptions.revision(tx, notice.disruption_id, notice.rev)
    context = tell(tx, settings, disruption, notice.kind, entry, revision.services)
    if notice.about is None:
        return context
    about = notices.by_id(tx, notice.about)
    return replace(context, earlier=Earlier(texts.began(about)), then=context_of(tx, settings, about))


def about_of(notice: Notice) -> About | None:
    if notice.about is None:
        return None
    return About(
        notice.about,
        None if notice.about_locales is None else tuple(notice.about_locales),
        notice.about_first,
    )
