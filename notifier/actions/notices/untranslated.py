"""Whose language lacks what the company has written itself."""

from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from notifier.actions.notices.rule import notice_rule
from notifier.model.facts import Facts
from notifier.model.locales import in_locale
from notifier.pipeline.audience import later
from notifier.pipeline.compose import Words
from notifier.store import Tx
from notifier.store.audience import recipients
from notifier.store.disruptions import disruptions, notices

STATEMENT = "statement"


@dataclass(frozen=True, slots=True)
class Untranslated:
    """Words of the company's own that some people's languages lack: they read reviewed phrases instead."""

    what: str
    """The name of a fact, or `statement`."""
    written_in: tuple[str, ...]
    people: int
    locales: tuple[str, ...]
    """What these people read, most of them first."""


def without_words(
    facts: Facts, statements: Mapping[str, str], people: Mapping[str, int]
) -> Iterator[Untranslated]:
    """`people`: locale -> how many read it."""
    for what, texts in _own_words(facts, statements):
        without = {locale: n for locale, n in people.items() if in_locale(texts, locale) is None}
        if without:
            most_first = tuple(sorted(without, key=lambda locale: (-without[locale], locale)))
            yield Untranslated(what, tuple(sorted(texts)), sum(without.values()), most_first)


def _own_words(facts: Facts, statements: Mapping[str, str]) -> Iterator[tuple[str, Mapping[str, str]]]:
    if statements:
        yield STATEMENT, statements
    for name in sorted(facts.open_to_the_public()):
        fact = facts.shown(name)
        if fact is not None and isinstance(fact.value, Mapping):
            yield name, fact.value


def of_a_later_notice(tx: Tx, words: Words, notice_id: int) -> tuple[Untranslated, ...]:
    """What is new in a notice that follows others, before it leaves: for whom of its people it is not there."""
    notice = notices.by_id(tx, notice_id)
    entries = disruptions.timeline(tx, notice.disruption_id)
    entry = next(each for each in entries if each.timeline_id == notice.timeline_id)
    facts = Facts.from_mapping(entry.facts)
    following = later(tx, notice, notice_rule(tx, notice))
    if following is None or not any(_own_words(facts, entry.statements)):
        return ()
    people: Counter[str] = Counter()
    for found in recipients.readers(tx, following):
        people[words.resolve(found.locale, notice.kind)] += found.people
    return tuple(without_words(facts, entry.statements, people))
