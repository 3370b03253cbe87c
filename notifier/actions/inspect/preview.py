"""What a notice looks like: in a language, as one customer gets it, or where it looks worst.

Shown are the words that are frozen with the notice, in a draft as in one that was sent. Nothing is sent or stored.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from notifier.actions.notices.draft import Writer
from notifier.actions.notices.letter import StoredWords
from notifier.actions.notices.named import Name, known, name_of
from notifier.actions.notices.rule import notice_rule
from notifier.errors import BadInput, Refused
from notifier.model.locales import is_missing, spelt
from notifier.model.people import Person
from notifier.model.vocabulary import VARIANT_OF, NoticeState
from notifier.pipeline.audience import later
from notifier.pipeline.compose import sample
from notifier.store import Db, Tx
from notifier.store.company.customers import Customer
from notifier.store.disruptions import notices
from notifier.store.disruptions.contents import Content
from notifier.store.ledger import threads
from notifier.store.read import one_letter, samples
from notifier.store.read.one_letter import Listed

ENGLISH = "en"
SUPPRESSED = "Nothing is sent to this person: their address is suppressed."


@dataclass(frozen=True, slots=True)
class WantedReader:
    """Whose mail; nothing said means somebody made up who reads English."""

    locale: str | None = None
    customer: str | None = None
    """The company's own id."""
    worst: bool = False


@dataclass(frozen=True, slots=True)
class Mail:
    """One mail as one person gets it."""

    locale: str
    variant: str
    """Which words: affected, possibly, ... with whom they are for before it (`late_affected`)."""
    reader: str | None
    """A name; None: a made-up person."""
    tz: str | None
    ways: tuple[str, ...]
    """How it looks bad, of `worst`."""
    remark: str | None
    """Why this mail does not leave as it is."""
    sender: str
    """`Name <address>`"""
    reply_to: str | None
    subject: str
    headers: Mapping[str, str]
    text: str
    html: str = field(repr=False)


@dataclass(frozen=True, slots=True)
class Preview:
    name: Name
    state: NoticeState
    altered: bool
    """Its words are not those that it was written and approved with."""
    mails: tuple[Mail, ...]


@dataclass(frozen=True, slots=True)
class PreviewLetter:
    content: Content
    person: Person
    remark: str | None = None
    ways: tuple[str, ...] = ()
    is_made_up: bool = False
    subject: str | None = None
    """Of this person's first mail of the disruption; None: this is it."""
    recipient_id: int | None = None


def look(db: Db, writer: Writer, notice_id: int, wanted: WantedReader) -> Preview:
    """Raises `BadInput`, and `Refused` where nobody of that customer is in the notice."""
    if sum((wanted.locale is not None, wanted.customer is not None, wanted.worst)) > 1:
        raise BadInput("Say one of --locale, --as and --worst: a customer reads their own language.")
    with db.transaction() as tx:
        notice = notices.by_id(tx, notice_id)
        stored = StoredWords.of(tx, writer, notice)
        name = name_of(tx, notice_id)
        if wanted.customer is not None:
            letters = of_customer(tx, stored, name, known(tx, wanted.customer))
        elif wanted.worst:
            letters = _worst(tx, stored, name)
        else:
            letters = _made_up(stored, name, wanted.locale or ENGLISH)
        mails = tuple(mail_of(stored, each) for each in letters)
        return Preview(name, notice.state, not stored.is_unaltered, mails)


def _made_up(stored: StoredWords, name: Name, asked: str) -> list[PreviewLetter]:
    """One letter for each variant of a language."""
    if spelt(asked) is None:
        raise BadInput(f"--locale {asked[:40]!r} is not a language: write it like 'de' or 'pt-BR'.")
    locale = stored.writer.words.resolve(asked, stored.context.notice)
    found = [content for content in stored.contents.values() if content.locale == locale]
    if not found:
        there = ", ".join(sorted({content.locale for content in stored.contents.values()}))
        raise Refused(f"{name} has no words in {locale}: it was written in {there}.")
    slugs = tuple(service.slug for service in stored.context.services)
    missing = is_missing(asked, locale)
    remark = f"There are no words in {asked}: they read {locale}." if missing else None
    readers = (
        sample.person(VARIANT_OF[content.variant], slugs)._replace(lacks_language=missing)
        for content in found
    )
    return [
        PreviewLetter(content, reader, remark, is_made_up=True)
        for content, reader in zip(found, readers, strict=True)
    ]


def mail_of(stored: StoredWords, letter: PreviewLetter) -> Mail:
    content, person = letter.content, letter.person
    filled = stored.filled(content, person, letter.subject)
    return Mail(
        locale=content.locale,
        variant=content.variant,
        reader=None if letter.is_made_up else person.name or "somebody without a name",
        tz=person.tz,
        ways=letter.ways,
        remark=letter.remark,
        sender=stored.writer.settings.mail_from,
        reply_to=stored.context.reply_to,
        subject=filled.subject,
        headers=stored.headers,
        text=filled.text,
        html=filled.html,
    )


# ---------------------------------------------------------------- of real people


def of_customer(tx: Tx, stored: StoredWords, name: Name, customer: Customer) -> list[PreviewLetter]:
    """The frozen list says it; as far as it is not frozen, the statements that will freeze it."""
    notice = stored.notice
    people = one_letter.people_of(tx, notice.notice_id, customer.customer_id)
    letters = [_of_list(tx, stored, each) for each in one_letter.listed(tx, notice.notice_id, people)]
    if not letters and notice.closed_at is None:
        people = one_letter.contacts_of(tx, customer.customer_id)
        letters = [_as_of_now(tx, stored, each) for each in people]
    found = [letter for letter in letters if letter is not None]
    if not found:
        why = f"`notifier explain {name.reference} {customer.ext_id}` says why"
        raise Refused(f"Nobody of {customer.ext_id} gets a mail of {name}: {why}.")
    return found


def letter_of(
    tx: Tx, stored: StoredWords, content: Content, recipient_id: int, held: Mapping[str, Any]
) -> PreviewLetter:
    """`held`: what their delivery keeps of them, `Person.from_vars`."""
    heard = threads.subject(tx, stored.notice.notice_id, recipient_id)
    return PreviewLetter(content, Person.from_vars(held), subject=heard, recipient_id=recipient_id)


def _of_list(tx: Tx, stored: StoredWords, listed: Listed) -> PreviewLetter | None:
    content = stored.contents.get(listed.content_id or 0)
    if content is None or listed.vars is None:
        letter = _as_of_now(tx, stored, listed.recipient_id)
        return replace(letter, remark=SUPPRESSED) if letter and listed.excluded else letter
    return letter_of(tx, stored, content, listed.recipient_id, listed.vars)


def _as_of_now(
    tx: Tx, stored: StoredWords, recipient_id: int, ways: tuple[str, ...] = ()
) -> PreviewLetter | None:
    notice = stored.notice
    rule = notice_rule(tx, notice)
    owed = one_letter.owed(tx, rule, later(tx, notice, rule), recipient_id)
    if owed is None:
        return None
    locale = stored.writer.words.resolve(owed.locale, stored.context.notice)
    contents = (c for c in stored.contents.values() if (c.locale, c.variant) == (locale, owed.variant))
    content = next(contents, None)
    if content is None:
        return None
    letter = letter_of(tx, stored, content, recipient_id, owed.vars)
    reader = letter.person._replace(lacks_language=is_missing(owed.locale, locale))
    return replace(letter, person=reader, remark=SUPPRESSED if owed.excluded else None, ways=ways)


def _worst(tx: Tx, stored: StoredWords, name: Name) -> list[PreviewLetter]:
    """Of the mails that the notice has made; before it has, of those that it would make."""
    notice = stored.notice
    picked = _picked(tx, notice.notice_id)
    letters = [
        replace(letter_of(tx, stored, stored.contents[content_id], person, vars_), ways=ways)
        for (person, content_id), (vars_, ways) in picked.items()
    ]
    if not letters and notice.closed_at is None:
        letters = [letter for letter in _candidates(tx, stored) if letter is not None]
    if not letters:
        raise Refused(f"Nobody is in {name}: leave out --worst to see its words.")
    return letters


def _picked(tx: Tx, notice_id: int) -> dict[tuple[int, int], tuple[dict[str, object], tuple[str, ...]]]:
    """One entry for each person, with all the ways in which their mail looks bad."""
    found: dict[tuple[int, int], tuple[dict[str, object], tuple[str, ...]]] = {}
    for bad in samples.worst(tx, notice_id):
        key = bad.recipient_id, bad.content_id
        ways = found[key][1] if key in found else ()
        found[key] = bad.vars, (*ways, bad.way.value)
    return found


def _candidates(tx: Tx, stored: StoredWords) -> Iterator[PreviewLetter | None]:
    """People whose mails looked worst in the notice before, or those of the scope with the longest names."""
    notice = stored.notice
    before = [
        n for n in notices.of_disruption(tx, notice.disruption_id) if n.seq < notice.seq and n.closed_at
    ]
    if before:
        for (person, _), (_, ways) in _picked(tx, before[-1].notice_id).items():
            yield _as_of_now(tx, stored, person, ways)
        return
    rule = notice_rule(tx, notice)
    for rank in (2, 1):
        person = samples.candidate(tx, rule, rank) if rank >= rule.told_rank else None
        if person is not None:
            yield _as_of_now(tx, stored, person, (samples.Way.LONGEST_NAME.value,))
