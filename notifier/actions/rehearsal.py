"""What a rehearsal showed: the list that a real run would freeze, and the mails that look worst."""

from collections.abc import Mapping
from dataclasses import dataclass

from notifier.actions.desk import Desk, story_of
from notifier.model.people import Person
from notifier.pipeline.compose import used_tags
from notifier.store import Db, contents, notices, samples
from notifier.store.contents import Content
from notifier.store.samples import Bad, Way


@dataclass(frozen=True, slots=True)
class Worst:
    """One mail as it was sent to the sandbox."""

    ways: tuple[Way, ...]
    """Why this one was picked."""
    locale: str
    subject: str
    text: str


@dataclass(frozen=True, slots=True)
class Shown:
    list_hash: str | None
    """Of the frozen list: people, what they are told, who cannot be reached. None: it is not closed."""
    worst: tuple[Worst, ...]


def shown(db: Db, desk: Desk, notice_id: int) -> Shown:
    with db.transaction() as tx:
        notice = notices.by_id(tx, notice_id)
        story = story_of(tx, desk.settings, notice)
        picked: dict[int, list[Bad]] = {}
        for each in samples.worst(tx, notice_id):
            picked.setdefault(each.recipient_id, []).append(each)
        mails: list[Worst] = []
        for bad in picked.values():
            content = contents.content(tx, bad[0].content_id)
            # The tags of the stored words, as they were sent.
            used = used_tags(notice.nonce, content.subject, content.text, content.html)
            fill = desk.words.filler(story, content.locale, notice.nonce, used)
            mails.append(_mail(bad, content, fill(Person.from_vars(bad[0].vars))))
        return Shown(notice.list_hash, tuple(mails))


def _mail(bad: list[Bad], content: Content, values: Mapping[str, str]) -> Worst:
    subject, text = content.subject, content.text
    for tag, value in values.items():
        subject, text = subject.replace(tag, value), text.replace(tag, value)
    return Worst(tuple(each.way for each in bad), content.locale, subject, text)
