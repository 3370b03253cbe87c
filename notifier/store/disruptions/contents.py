"""Contents: the frozen words of a notice, one for each group that reads the same text."""

from collections.abc import Sequence
from dataclasses import dataclass

from notifier.store import Tx, many, one, run, value


@dataclass(frozen=True, slots=True)
class NewContent:
    """A content before it has an id."""

    locale: str
    variant: str
    """Which words; `late_` before it for people who were left out so far and hear all of it at once."""
    subject: str
    text: str
    html: str
    tags: int
    sha256: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Content(NewContent):
    content_id: int


def insert_content(tx: Tx, notice_id: int, words: NewContent) -> None:
    run(
        tx,
        """
INSERT INTO content (notice_id, locale, variant, subject, text, html, tags, sha256)
VALUES (%(notice_id)s, %(locale)s, %(variant)s, %(subject)s, %(text)s, %(html)s, %(tags)s, %(sha256)s)""",
        notice_id=notice_id,
        locale=words.locale,
        variant=words.variant,
        subject=words.subject,
        text=words.text,
        html=words.html,
        tags=words.tags,
        sha256=words.sha256,
    )


def contents(tx: Tx, notice_id: int) -> list[Content]:
    return many(
        tx,
        Content,
        """
SELECT content_id, locale, variant, subject, text, html, tags, sha256
FROM content
WHERE notice_id = %(id)s
ORDER BY locale, variant""",
        id=notice_id,
    )


def content(tx: Tx, content_id: int) -> Content:
    found = one(
        tx,
        Content,
        """
SELECT content_id, locale, variant, subject, text, html, tags, sha256
FROM content
WHERE content_id = %(id)s""",
        id=content_id,
    )
    assert found is not None
    return found


def store_contents(tx: Tx, notice_id: int, words: Sequence[NewContent]) -> None:
    for each in words:
        insert_content(tx, notice_id, each)


def has_hedged(tx: Tx, disruption_id: int) -> bool:
    """Somebody may have read that something may be out for them."""
    return value(
        tx,
        """
SELECT EXISTS (SELECT FROM chunk k JOIN content w USING (content_id)
  WHERE w.notice_id IN (SELECT notice_id FROM notice WHERE disruption_id = %(id)s)
    AND w.variant ~ '(possibly|both)$')""",
        id=disruption_id,
    )
