"""How things stand after a tick of judging: alarms, and what policy may let go. It holds no locks."""

from collections import defaultdict
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
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
        evidence = self.evidence
        raised = {"draft": list[str](), "resolved": list[str]()}
        for one in self.open_ones:
            witnesses = evidence.get(one.disruption_id, [])
            kind = "draft" if one.declared_at is None else "resolved"
            if text := self._text(kind, one, witnesses, extent):
                raised[kind].append(f"{kind}:{one.disruption_id}")
                alarms.raise_once(self.tx, raised[kind][-1], text, one.disruption_id, self.now)
        for kind, keys in raised.items():
            alarms.clear_others(self.tx, kind, keys, self.now)
        self._raise_untouched()
        self._raise_others("old", self._stale())
        self._raise_others("waiting", self._waiting())

    def _raise_untouched(self) -> None:
        """Of a draft whose evidence is gone nobody has to do anything."""
        minutes = catalogue.policy(self.tx).untouched_minutes
        lying = {
            one.disruption_id: one
            for one in self.open_ones
            if one.disruption_id in self.drafts and not detect.all_gone(self.evidence[one.disruption_id])
        }
        before = self.now - timedelta(minutes=minutes)
        keys: list[str] = []
        for disruption_id in succession.untouched(self.tx, list(lying), before=before):
            one = lying[disruption_id]
            text = alarm_text.untouched_alarm(one.reference, self._names(one), minutes)
            keys.append(f"untouched:{disruption_id}")
            alarms.raise_once(self.tx, keys[-1], text, disruption_id, self.now)
        alarms.clear_others(self.tx, "untouched", keys, self.now)

    def _raise_others(self, kind: str, texts: Mapping[str, str]) -> None:
        """By what they are about, and no others of this kind."""
        for about, text in sorted(texts.items()):
            alarms.raise_once(self.tx, f"{kind}:{about}", text, None, self.now)
        alarms.clear_others(self.tx, kind, [f"{kind}:{about}" for about in texts], self.now)

    def _stale(self) -> dict[str, str]:
        """By source: trouble that is too old to be drafted for, and that no open disruption covers."""
        covered = {slug for one in self.open_ones for slug in one.services}
        found = defaultdict[str, list[OldTrouble]](list)
        for each in troubles.stale(self.tx):
            if not covered.issuperset(each.services):
                found[each.source].append(each)
        return {source: alarm_text.stale_alarm(source, stale, self.now) for source, stale in found.items()}

    def _waiting(self) -> dict[str, str]:
        """What waits for its turn: together where too many drafts are open, else by its source."""
        found = defaultdict[str | None, list[WaitingReports]](list)
        for each in waiting.waiting(self.tx):
            if each.why not in TURNS:
                continue  # another witness is waited for: nothing is wrong, for a while
            found[each.source if each.why == Grounds.TOO_MANY_OF_IT else None].append(each)
        texts = {
            source or "drafts": alarm_text.waiting_alarm(
                source, sum(each.reports for each in reports), [each.source for each in reports]
            )
            for source, reports in found.items()
        }
        before = self.now - timedelta(minutes=catalogue.policy(self.tx).untouched_minutes)
        alone = [
            each
            for each in heard.waits_for(self.tx)
            if each.why.startswith(Grounds.TOO_FEW) and each.since <= before
        ]
        return texts | ({"witnesses": alarm_text.alone_alarm(alone, self.now)} if alone else {})

    def _text(
        self,
        kind: str,
        one: OpenDisruption,
        witnesses: Sequence[Witness],
        extent: Callable[[Sequence[str]], Extent],
    ) -> str | None:
        if kind == "draft":
            return alarm_text.draft_alarm(one, self._names(one), extent(one.services), witnesses, self.now)
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
        terms = {slug: each.terms for slug, each in said.services.items()}
        found = {
            one.disruption_id: may
            for one in self.open_ones
            if one.disruption_id in self.drafts
            and (may := detect.may_announce(one, self.evidence[one.disruption_id], vouched, terms))
            and detect.told_before(one.opened_by, one.services, self.open_ones, said.around(one.services))
            is None
        }
        witnesses = {DATABASE, *vouched}
        return {id_: may for id_, may in found.items() if not said.lacking(may.services, witnesses)}

    def _raise_unvouched(self, sources: Iterable[Source], vouched: Collection[str]) -> None:
        """Who has a ceiling, and only drafts."""
        keys: list[str] = []
        for each in sources:
            if each.announce_ceiling is not None and each.name not in vouched:
                keys.append(f"ceiling:{each.name}")
                text = alarm_text.only_drafts(each.name, each.secret_env)
                alarms.raise_once(self.tx, keys[-1], text, None, self.now)
        alarms.clear_others(self.tx, "ceiling", keys, self.now)
