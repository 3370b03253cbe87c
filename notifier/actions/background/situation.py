"""How things stand after a tick of judging: alarms, and what policy may let go. It holds no locks."""

from collections import defaultdict
from collections.abc import Callable, Collection, Iterable, Sequence
from datetime import datetime, timedelta

from notifier.actions.background.surroundings import Surroundings
from notifier.actions.notices.context import service_names
from notifier.model.signal import DATABASE
from notifier.model.verdict import TURNS, Grounds
from notifier.model.vocabulary import Mode
from notifier.pipeline import alarm_text, detect
from notifier.store import Tx
from notifier.store.company import catalogue
from notifier.store.company.catalogue import Source
from notifier.store.disruptions import alarms, disruptions, signals, succession, troubles, waiting
from notifier.store.disruptions.disruptions import OpenDisruption
from notifier.store.disruptions.signals import Extent
from notifier.store.disruptions.troubles import OldTrouble, Witness
from notifier.store.disruptions.waiting import WaitingReports
from notifier.store.read import heard


def witnesses_of(tx: Tx, open_ones: Sequence[OpenDisruption], now: datetime) -> dict[int, list[Witness]]:
    """By disruption: what stands behind it."""
    found: dict[int, list[Witness]] = {one.disruption_id: [] for one in open_ones}
    for witness in troubles.witnesses(tx, list(found), now=now):
        found[witness.disruption_id].append(witness)
    return found


class Situation:
    """What is open now."""

    def __init__(self, tx: Tx, mode: Mode, now: datetime) -> None:
        self.tx, self.mode, self.now = tx, mode, now
        self.open_ones = disruptions.open_ones(tx, mode)
        self.drafts = frozenset(signals.drafts_on_evidence(tx, mode))
        self.evidence = witnesses_of(tx, self.open_ones, now)

    def raise_alarms(self, extent: Callable[[Sequence[str]], Extent]) -> None:
        """Say how each draft stands, and which disruption that tells people its evidence contradicts."""
        drafts = {
            one.disruption_id: text
            for one in self.open_ones
            if one.declared_at is None and (text := self._of_draft(one, extent))
        }
        told = {
            one.disruption_id: text
            for one in self.open_ones
            if one.declared_at is not None and (text := self._contradicted(one))
        }
        minutes = catalogue.policy(self.tx).untouched_minutes
        alarms.raise_only(self.tx, "draft", drafts, self.now)
        alarms.raise_only(self.tx, "resolved", told, self.now)
        alarms.raise_only(self.tx, "untouched", self._untouched(minutes), self.now)
        alarms.raise_only(self.tx, "old", self._stale(), self.now)
        alarms.raise_only(self.tx, "waiting", self._waiting(minutes), self.now)

    def _untouched(self, minutes: float) -> dict[int, str]:
        """Of a draft whose evidence is gone nobody has to do anything."""
        lying = {
            one.disruption_id: one
            for one in self.open_ones
            if one.disruption_id in self.drafts and not detect.all_gone(self.evidence[one.disruption_id])
        }
        before = self.now - timedelta(minutes=minutes)
        return {
            one.disruption_id: alarm_text.untouched_alarm(one.reference, self._names(one), minutes)
            for one in map(lying.__getitem__, succession.untouched(self.tx, list(lying), before=before))
        }

    def _stale(self) -> dict[str, str]:
        """By source: trouble that is too old to be drafted for, and that no open disruption covers."""
        covered = {slug for one in self.open_ones for slug in one.services}
        found = defaultdict[str, list[OldTrouble]](list)
        for each in troubles.stale(self.tx):
            if not covered.issuperset(each.services):
                found[each.source].append(each)
        return {source: alarm_text.stale_alarm(source, stale, self.now) for source, stale in found.items()}

    def _waiting(self, minutes: float) -> dict[str, str]:
        """What waits for its turn: together where too many drafts are open, else by its source."""
        found = defaultdict[str | None, list[WaitingReports]](list)
        reports = waiting.waiting(self.tx)
        for each in reports:
            if each.why not in TURNS:
                continue  # another witness is waited for: nothing is wrong, for a while
            found[each.source if each.why == Grounds.TOO_MANY_OF_IT else None].append(each)
        texts = {
            source or "drafts": alarm_text.waiting_alarm(
                source, sum(each.reports for each in theirs), [each.source for each in theirs]
            )
            for source, theirs in found.items()
        }
        if not any(each.why.startswith(Grounds.TOO_FEW) for each in reports):
            return texts
        before = self.now - timedelta(minutes=minutes)
        alone = [
            each
            for each in heard.waits_for(self.tx)
            if each.why.startswith(Grounds.TOO_FEW) and each.since <= before
        ]
        return texts | ({"witnesses": alarm_text.alone_alarm(alone, self.now)} if alone else {})

    def _of_draft(self, one: OpenDisruption, extent: Callable[[Sequence[str]], Extent]) -> str | None:
        witnesses = self.evidence[one.disruption_id]
        return alarm_text.draft_alarm(one, self._names(one), extent(one.services), witnesses, self.now)

    def _contradicted(self, one: OpenDisruption) -> str | None:
        witnesses = self.evidence[one.disruption_id]
        gone = detect.all_gone(witnesses)
        return alarm_text.resolved_alarm(one.reference, self._names(one), witnesses) if gone else None

    def _names(self, one: OpenDisruption) -> list[str]:
        return [service.name for service in service_names(self.tx, one.services)]

    def announcing(self) -> dict[int, detect.MayAnnounce]:
        """Also now so many must report it as it took to open the draft, strangers not counted, and it may follow
        nothing that has told people since.
        """
        said = Surroundings(self.tx, self.mode, self.now)
        vouched = said.vouched
        self._raise_unvouched(said.sources.values(), vouched)
        found = {
            one.disruption_id: may
            for one in self.open_ones
            if one.disruption_id in self.drafts
            and (may := self._may_announce(one, said))
            and detect.told_before(one.opened_by, one.services, self.open_ones, said.around(one.services))
            is None
        }
        witnesses = {DATABASE, *vouched}
        return {id_: may for id_, may in found.items() if not said.lacking(may.services, witnesses)}

    def _may_announce(self, one: OpenDisruption, said: Surroundings) -> detect.MayAnnounce | None:
        terms = {slug: each.terms for slug, each in said.services.items()}
        return detect.may_announce(one, self.evidence[one.disruption_id], said.vouched, terms)

    def _raise_unvouched(self, sources: Iterable[Source], vouched: Collection[str]) -> None:
        """Who has a ceiling, and only drafts."""
        texts = {
            each.name: alarm_text.only_drafts(each.name, each.secret_env)
            for each in sources
            if each.announce_ceiling is not None and each.name not in vouched
        }
        alarms.raise_only(self.tx, "ceiling", texts, self.now)
