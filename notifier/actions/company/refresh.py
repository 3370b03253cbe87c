"""The people of a disruption once more from the company's own database: before a gate, and for later notices."""

from collections.abc import Callable
from datetime import datetime, timedelta

from notifier.actions.company.audience_copy import AudienceCopy, bring
from notifier.actions.notices.rule import rule_of
from notifier.model.vocabulary import PeopleFrom
from notifier.settings import Settings
from notifier.store import Db, Tx
from notifier.store.audience.verdicts import Rule
from notifier.store.company import merge
from notifier.store.company.audience_view import CompanyUnreachable
from notifier.store.disruptions import disruptions
from notifier.store.disruptions.disruptions import Disruption

FRESH = timedelta(minutes=5)
"""So long a copy is good enough for what policy announces by itself, which asks at every tick."""


def refresh(
    db: Db,
    settings: Settings,
    now: datetime,
    disruption_id: int,
    *,
    rule: Rule | None = None,
    fresh: timedelta = timedelta(0),
) -> tuple[AudienceCopy | None, CompanyUnreachable | None]:
    """By `rule`, or by the scope in force. What was copied, or why the people are those of the last copy;
    neither: there is nothing to copy. A disruption that was declared by a snapshot stays with it.
    """
    with db.transaction() as tx:
        disruption = disruptions.by_id(tx, disruption_id)
    if not _is_due(settings, disruption, now, fresh):
        return None, None
    try:
        return _copy(db, settings, now, disruption_id, rule), None
    except CompanyUnreachable as error:
        return None, error


def _is_due(settings: Settings, disruption: Disruption, now: datetime, fresh: timedelta) -> bool:
    if settings.audience_url is None or disruption.people_from is PeopleFrom.SNAPSHOT:
        return False
    return disruption.people_at is None or now - disruption.people_at > fresh


def undone(settings: Settings, now: datetime) -> Callable[[Tx, Disruption, Rule], object]:
    """For a dry run: reads people inside its transaction, which is rolled back."""

    def read(tx: Tx, disruption: Disruption, rule: Rule) -> AudienceCopy | None:
        due = _is_due(settings, disruption, now, timedelta(0))
        return bring(tx, settings.audience_url, rule, now, None) if due else None

    return read


def _copy(
    db: Db, settings: Settings, now: datetime, disruption_id: int, rule: Rule | None
) -> AudienceCopy | None:
    with db.transaction() as tx:
        rule = rule or rule_of(disruption_id, disruptions.revision(tx, disruption_id))
        copied = bring(tx, settings.audience_url, rule, now, None)
        if copied is not None:
            merge.note_people(tx, disruption_id, copied.source, copied.at)
        return copied
