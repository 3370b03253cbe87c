"""What a few real people would read, before anything is stored."""

import secrets
from dataclasses import dataclass
from datetime import datetime

from notifier.actions.estimate.estimate import rule_of
from notifier.actions.notices.context import tell
from notifier.actions.notices.draft import Writer
from notifier.model.declaration import Declaration
from notifier.model.locales import is_missing
from notifier.model.vocabulary import NoticeKind, Verdict
from notifier.pipeline.disruption import sketch
from notifier.store import Tx
from notifier.store.audience.verdicts import Rule
from notifier.store.disruptions.disruptions import Entry
from notifier.store.read import samples


@dataclass(frozen=True, slots=True)
class Sample:
    """One mail as one person would get it."""

    verdict: Verdict
    locale: str
    subject: str
    text: str


def sample_mails(
    tx: Tx, writer: Writer, declaration: Declaration, entry: Entry, now: datetime
) -> tuple[Sample, ...]:
    """Somebody who is affected, and somebody who possibly is and is told so."""
    rule = rule_of(declaration)
    wanted = {Verdict.AFFECTED: 2} | ({Verdict.POSSIBLY: 1} if rule.told_rank == 1 else {})
    found = (_sample(tx, writer, rule, declaration, entry, now, v, rank) for v, rank in wanted.items())
    return tuple(sample for sample in found if sample is not None)


def _sample(
    tx: Tx,
    writer: Writer,
    rule: Rule,
    declaration: Declaration,
    entry: Entry,
    now: datetime,
    verdict: Verdict,
    rank: int,
) -> Sample | None:
    recipient_id = samples.candidate(tx, rule, rank)
    if recipient_id is None:
        return None
    person, asked = samples.person(tx, rule, recipient_id)
    context = tell(tx, writer.settings, sketch(declaration, now), NoticeKind.FIRST, entry)
    locale = writer.words.resolve(asked, NoticeKind.FIRST)
    person = person._replace(lacks_language=is_missing(asked, locale))
    nonce = secrets.token_hex(8)
    rendered = writer.words.render(context, locale, person.variant, nonce)
    subject, text = rendered.subject, rendered.text
    for tag, value in writer.words.values(context, locale, person, nonce).items():
        subject, text = subject.replace(tag, value), text.replace(tag, value)
    return Sample(verdict, locale, subject, text)
