"""Everything that the words of one notice are made from, before any language."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from notifier.model.earlier import Earlier
from notifier.model.facts import SINCE, Facts
from notifier.model.locales import in_locale
from notifier.model.vocabulary import Confidence, Kind, Manner, NoticeKind, Reason

FRESH = timedelta(hours=1)
"""What was confirmed so shortly before a notice was written needs no date."""


@dataclass(frozen=True, slots=True)
class ServiceName:
    slug: str
    name: str


@dataclass(frozen=True, slots=True)
class NoticeContext:
    """Everything that the words of one notice are made from, except what differs from person to person."""

    notice: NoticeKind
    kind: Kind
    reason: Reason
    reference: str
    """Short and public, for instance `7K2M`."""
    title: str | None
    """The subject of all notices; `None`: made from kind and services, in the reader's language."""
    services: tuple[ServiceName, ...]
    effective_at: datetime
    facts: Facts
    now: datetime
    """The moment of writing: decides about tenses, so the same context gives the same words for ever."""
    company: str
    signed_by: str | None = None
    """Who stands under the mail, above the company."""
    statements: Mapping[str, str] = field(default_factory=dict[str, str])
    """Locale -> Markdown; a locale without one gets the phrases."""
    others: tuple[ServiceName, ...] = ()
    """Services that lists may name besides, and the subject does not."""
    next_update_at: datetime | None = None
    restored_at: datetime | None = None
    """Since when access is back; `None`: since now. Used by notices of restoration."""
    reply_to: str | None = None
    """Set: somebody reads the replies, and the mail says so; else it asks for none. The address is not shown."""
    phone: str | None = None
    status_url: str | None = None
    earlier: Earlier | None = None
    then: "NoticeContext | None" = None
    """What the earlier notice was written from: times that are quoted are the times that were read there."""
    heard: Manner = Manner.COMMON
    """To whoever hears of an end: how sure it was that something was out for them, or whether it works now."""
    fresh: frozenset[str] = frozenset()
    """Questions that this very notice answers anew; since when; how people reach the company."""
    in_force: Mapping[int, datetime] = field(default_factory=dict[int, datetime])
    """Revision of the scope -> since when it decided."""

    @property
    def since(self) -> tuple[datetime, Confidence]:
        """Since when, and how surely: by the fact if there is one, else as it was declared."""
        fact = self.facts.known.get(SINCE)
        if fact is None:
            return self.effective_at, Confidence.CONFIRMED
        if self.facts.shown(SINCE) and isinstance(fact.value, datetime):
            return fact.value, fact.confidence
        return self.effective_at, Confidence.UNKNOWN

    @property
    def cause_known(self) -> bool:
        return self.facts.cause_known(self.reason)

    def dated(self, name: str) -> datetime | None:
        """As of when the answer to a question stands, where that matters: it is not sure, or no longer fresh."""
        fact = self.facts.known.get(name)
        if fact is None or fact.as_of is None or not fact.public:
            return None
        old = self.now - fact.as_of > FRESH
        return fact.as_of if old or fact.confidence is not Confidence.CONFIRMED else None

    def statement(self, locale: str) -> str | None:
        """The free words in the language nearest to a locale, never those of another."""
        return in_locale(self.statements, locale)
