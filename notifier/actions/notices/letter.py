"""The frozen words of a notice, filled in for one person: what that person reads."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace

from notifier.actions.notices.approved_words import are_unaltered
from notifier.actions.notices.context import context_of
from notifier.actions.notices.draft import Writer
from notifier.model.notice_context import NoticeContext
from notifier.model.people import Person
from notifier.pipeline.compose import headers, used_tags
from notifier.store import Tx
from notifier.store.disruptions.contents import Content
from notifier.store.disruptions.contents import contents as contents_of
from notifier.store.disruptions.notices import Notice


@dataclass(frozen=True, slots=True)
class Filled:
    subject: str
    text: str
    html: str = field(repr=False)


@dataclass(frozen=True, slots=True)
class StoredWords:
    """Everything of one notice that its letters have in common."""

    writer: Writer
    notice: Notice
    context: NoticeContext
    contents: Mapping[int, Content]
    """By their ids."""

    @staticmethod
    def of(tx: Tx, writer: Writer, notice: Notice) -> "StoredWords":
        contents = {content.content_id: content for content in contents_of(tx, notice.notice_id)}
        return StoredWords(writer, notice, context_of(tx, writer.settings, notice), contents)

    @property
    def is_unaltered(self) -> bool:
        """Its words still have the hash that an approval of them names."""
        return are_unaltered(self.notice, list(self.contents.values()))

    @property
    def headers(self) -> dict[str, str]:
        """The same for every recipient."""
        return headers(self.context, self.writer.settings.mail_from.rsplit("@", 1)[-1].rstrip(">"))

    def filled(self, content: Content, person: Person, subject: str | None = None) -> Filled:
        """The tags of the stored words, not of today's templates: a deployment changes no mail.

        `subject`: that of their first mail of the disruption.
        """
        parts = [content.subject, content.text, content.html]
        used = used_tags(self.notice.nonce, *parts)
        fill = self.writer.words.filler(self.context, content.locale, self.notice.nonce, used)
        for tag, value in fill(person).items():
            parts = [part.replace(tag, value) for part in parts]
        return replace(Filled(*parts), subject=subject or parts[0])
