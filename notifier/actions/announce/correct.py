"""What was written is wrong: stop the rest of it, and say so to exactly those who got it."""

from dataclasses import replace

from notifier.actions.announce.timeline import News, Said, promised, say_in, spoken_of
from notifier.actions.control.approve import Consent
from notifier.actions.notices.draft import Writer
from notifier.errors import BadInput, Refused
from notifier.model.act import Act
from notifier.model.earlier import About
from notifier.model.facts import Facts
from notifier.model.locales import in_locale
from notifier.model.vocabulary import NoticeKind
from notifier.pipeline.audience import corrects
from notifier.pipeline.compose import Words, check_own_words, check_statements
from notifier.store import Db, Tx
from notifier.store.audience import corrections
from notifier.store.audience.corrections import SentNotice
from notifier.store.disruptions import disruptions, notices, promises
from notifier.store.disruptions.disruptions import Disruption
from notifier.store.locks import retried


@retried
def correct(
    db: Db,
    writer: Writer,
    act: Act,
    reference: str,
    news: News,
    consent: Consent,
    which: int | None = None,
) -> Said:
    """Something in a notice is wrong: what is left of it is cancelled, and who got it reads what is right.

    It quotes the wrong words, and the answers that were wrong. Those whom the notice had not reached read the
    right ones and no correction. `which` is the number of the notice; None: the newest that has left.
    """
    if not (news.statements or news.facts):
        raise BadInput(
            "A correction says what is right: add --facts FILE or --statement FILE, or withdraw it with --retract."
        )
    check_own_words(Facts.from_mapping(news.facts), news.statements)
    with db.transaction() as tx:
        disruptions.lock_declarations(tx)
        disruption = spoken_of(tx, reference)
        wrong = _wrong(tx, disruption, which)
        about = About(wrong.notice_id, _locales(tx, writer.words, wrong, news), _is_first(tx, wrong))
        _stop(tx, disruption, f"stopped by {act.actor}: a correction is being written", wrong.notice_id)
        if not (news.next_update_at or news.no_promise):  # the promise that stands is not what was wrong
            left = promises.standing(tx, disruption.disruption_id, now=act.now)
            news = promised(tx, disruption, replace(news, next_update_at=left), act.now)
        return say_in(tx, writer, act, disruption, NoticeKind.CORRECTION, news, consent, about=about)


@retried
def retract(
    db: Db,
    writer: Writer,
    act: Act,
    reference: str,
    news: News,
    consent: Consent,
    which: int | None = None,
) -> Said:
    """All of a notice is withdrawn, in words that exist in every language: nothing has to be written.

    Only the newest can be: what came after it has told people something else already. Withdrawing the first one
    ends the disruption, for nobody is told anything by it any more.
    """
    if news.facts or news.next_update_at:
        raise BadInput("A retraction states and promises nothing: leave out --facts and --next-update.")
    check_statements(news.statements)
    with db.transaction() as tx:
        disruptions.lock_declarations(tx)
        disruption = spoken_of(tx, reference)
        wrong = _wrong(tx, disruption, which)
        name = f"{disruption.reference}/{wrong.seq}"
        if not wrong.has_left:
            raise Refused(f"Nobody has got {name} yet: `notifier cancel {name}` stops it.")
        newest = [each for each in corrections.sent(tx, disruption.disruption_id) if each.has_left][-1]
        if wrong.seq != newest.seq:
            raise Refused(
                f"Notice {newest.seq} came after {name}: withdraw that one, or correct with --statement."
            )
        about = About(wrong.notice_id, None, _is_first(tx, wrong))
        _stop(tx, disruption, f"stopped by {act.actor}: a retraction is being written")
        return say_in(tx, writer, act, disruption, NoticeKind.RETRACTION, news, consent, about=about)


def _wrong(tx: Tx, disruption: Disruption, which: int | None) -> SentNotice:
    sent = corrections.sent(tx, disruption.disruption_id)
    if which is not None:
        found = [each for each in sent if each.seq == which]
    else:
        to_all = [each for each in sent if each.only_customer is None]
        found = [each for each in to_all if each.has_left] or to_all
    if not found:
        raise Refused(
            f"D-{disruption.reference} has no such notice that was approved: nothing can be corrected."
        )
    return found[-1]


def _is_first(tx: Tx, wrong: SentNotice) -> bool:
    disruption_id = notices.by_id(tx, wrong.notice_id).disruption_id
    return not any(each.seq < wrong.seq and each.has_left for each in corrections.sent(tx, disruption_id))


def _locales(tx: Tx, words: Words, wrong: SentNotice, news: News) -> tuple[str, ...] | None:
    """Where the wrong statement was read. If facts were wrong too, or nothing was stated: everywhere."""
    notice = notices.by_id(tx, wrong.notice_id)
    entries = disruptions.timeline(tx, notice.disruption_id)
    statements = next(e.statements for e in entries if e.timeline_id == notice.timeline_id)
    if news.facts or not statements:
        return None
    return tuple(each for each in words.locales(notice.kind) if in_locale(statements, each))


def _stop(tx: Tx, disruption: Disruption, reason: str, about: int | None = None) -> None:
    """At once, not only when it is approved: every minute sends more of what is known to be wrong.

    `about`: only what a correction of that notice cancels; None: everything.
    """
    notices.drafts(tx, disruption.disruption_id)
    notices.lock_said(tx, disruption.disruption_id)
    for earlier in notices.of_disruption(tx, disruption.disruption_id):
        if about is None or corrects(about, earlier):
            notices.hold(tx, earlier.notice_id, reason)


def unready(words: Words) -> tuple[str, ...]:
    """Languages of first notices in which nothing could be corrected or withdrawn in reviewed words."""
    first = words.locales(NoticeKind.FIRST)
    warnings: list[str] = []
    for kind in (NoticeKind.CORRECTION, NoticeKind.RETRACTION):
        there = words.locales(kind)
        missing = [locale for locale in first if locale not in there]
        if missing:
            warnings.append(
                f"There are no words for a {kind} in {', '.join(missing)}: if something turns out wrong, "
                "they would read English."
            )
        reviewed = [locale for locale in first if words.reviewed(NoticeKind.FIRST, locale)]
        unread = [locale for locale in reviewed if locale in there and not words.reviewed(kind, locale)]
        if unread:
            warnings.append(f"Nobody has reviewed the words for a {kind} in {', '.join(unread)}.")
    return tuple(warnings)
