"""What a rehearsal showed: the list that a real run would freeze, and the mails that look worst."""

from dataclasses import dataclass

from notifier.actions.notices.draft import Writer
from notifier.actions.notices.letter import StoredWords
from notifier.model.people import Person
from notifier.store import Db, Tx
from notifier.store.disruptions import notices
from notifier.store.ledger import threads
from notifier.store.read import samples
from notifier.store.read.samples import Bad, Way


@dataclass(frozen=True, slots=True)
class Worst:
    """One mail as it was sent to the sandbox."""

    ways: tuple[Way, ...]
    """Why this one was picked."""
    locale: str
    subject: str
    text: str


@dataclass(frozen=True, slots=True)
class ShownRehearsal:
    list_hash: str | None
    """Of the frozen list: people, what they are told, who cannot be reached. None: it is not closed."""
    worst: tuple[Worst, ...]


def shown(db: Db, writer: Writer, notice_id: int) -> ShownRehearsal:
    with db.transaction() as tx:
        notice = notices.by_id(tx, notice_id)
        stored = StoredWords.of(tx, writer, notice)
        picked: dict[int, list[Bad]] = {}
        for each in samples.worst(tx, notice_id):
            picked.setdefault(each.recipient_id, []).append(each)
        return ShownRehearsal(notice.list_hash, tuple(_mail(tx, stored, bad) for bad in picked.values()))


def _mail(tx: Tx, stored: StoredWords, bad: list[Bad]) -> Worst:
    content = stored.contents[bad[0].content_id]
    heard = threads.subject(tx, stored.notice.notice_id, bad[0].recipient_id)
    filled = stored.filled(content, Person.from_vars(bad[0].vars), heard)
    return Worst(tuple(each.way for each in bad), content.locale, filled.subject, filled.text)
