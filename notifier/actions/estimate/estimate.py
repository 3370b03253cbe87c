"""The dry run: who would be told, with which words, and what does not fit."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from notifier.actions.company.audience_copy import AudienceCopy
from notifier.actions.estimate.forecast import Forecast, forecast
from notifier.actions.notices.context import service_names
from notifier.actions.notices.draft import Writer
from notifier.actions.notices.services import dependents
from notifier.actions.notices.untranslated import Untranslated, without_words
from notifier.model.declaration import Declaration
from notifier.model.facts import Facts
from notifier.model.locales import in_locale
from notifier.model.notice_context import ServiceName
from notifier.model.vocabulary import Kind, Mode, NoticeKind, Possibly, Reason
from notifier.store import Tx
from notifier.store.audience import verdicts
from notifier.store.audience.verdicts import Gap, LocaleCount, Rule, VerdictCount
from notifier.store.company import catalogue


@dataclass(frozen=True, slots=True)
class Reading:
    """People who read the same language."""

    asked: str | None
    """The locale they asked for; None: they did not say."""
    read: str
    people: int
    statement: bool
    """The statement exists in their language; without one they get the phrases."""


@dataclass(frozen=True, slots=True)
class Estimate:
    mode: Mode
    kind: Kind
    reason: Reason
    services: tuple[ServiceName, ...]
    where: str
    """The scope as SQL; empty: everybody who holds one of the services."""
    dependents: tuple[str, ...]
    """Services that cannot work without these, and are left out."""
    roles: tuple[str, ...]
    """Contacts that are told, with a fall-back; empty: all of them."""
    possibly: Possibly
    verdicts: tuple[VerdictCount, ...]
    gap: Gap
    readings: tuple[Reading, ...]
    has_statement: bool
    statement_in: tuple[str, ...]
    """The locales that the statement is written in."""
    untranslated: tuple[Untranslated, ...]
    title: str | None
    """Stands in every language as it was given."""
    effective_at: datetime
    cut_since: datetime | None
    """Since when the data says that somebody is cut off; None: it says so of nobody."""
    forecast: Forecast
    warnings: tuple[str, ...]
    unreviewed: tuple[str, ...] = ()
    """Languages that somebody would read, and whose words for this notice nobody has reviewed."""
    people_copied: AudienceCopy | None = None
    """From the company's own database; None: customers are imported."""

    @property
    def people(self) -> int:
        """With a usable address: what a ceiling bounds and what a person types."""
        return sum(r.people for r in self.readings)

    @property
    def unreachable(self) -> int:
        least = 2 if self.possibly is Possibly.EXCLUDE else 1
        return sum(v.unreachable for v in self.verdicts if v.rank >= least)


def rule_of(declaration: Declaration) -> Rule:
    return Rule(
        sorted(declaration.services), declaration.predicate, declaration.possibly, roles=declaration.roles
    )


def estimate(
    tx: Tx,
    writer: Writer,
    declaration: Declaration,
    statements: Mapping[str, str],
    facts: Mapping[str, Any],
    warnings: tuple[str, ...],
) -> Estimate:
    """Count what would be told if this were declared now; nothing is stored."""
    found = verdicts.survey(tx, rule_of(declaration))
    readings = tuple(_reading(writer, statements, locale) for locale in found.locales)
    by_language: dict[str, int] = {}
    for reading in readings:
        by_language[reading.read] = by_language.get(reading.read, 0) + reading.people
    return Estimate(
        mode=declaration.mode,
        kind=declaration.kind,
        reason=declaration.reason,
        services=service_names(tx, declaration.services),
        where=declaration.where,
        dependents=dependents(tx, declaration.services),
        roles=declaration.roles,
        possibly=declaration.possibly,
        verdicts=found.verdicts,
        gap=found.gap,
        readings=readings,
        has_statement=bool(statements),
        statement_in=tuple(sorted(statements)),
        untranslated=tuple(without_words(_said(tx, facts), {}, by_language)),
        title=declaration.title,
        effective_at=declaration.effective_at,
        cut_since=verdicts.cut_off_since(tx, list(declaration.services)) if found.gap.cut_off else None,
        forecast=forecast(tx, writer, declaration, by_language),
        warnings=warnings,
        unreviewed=tuple(
            locale
            for locale in sorted({reading.read for reading in readings})
            if not writer.words.reviewed(NoticeKind.FIRST, locale, declaration.kind)
        ),
    )


def _said(tx: Tx, facts: Mapping[str, Any]) -> Facts:
    return Facts.from_mapping(catalogue.facts(tx)).merged(Facts.from_mapping(facts))


def _reading(writer: Writer, statements: Mapping[str, str], found: LocaleCount) -> Reading:
    read = writer.words.resolve(found.locale, NoticeKind.FIRST)
    return Reading(found.locale, read, found.people, in_locale(statements, read) is not None)
