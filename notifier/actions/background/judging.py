"""One tick of judging; `actions/background/signals.py` opens its two transactions."""

from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence
from datetime import datetime, timedelta

from notifier.actions.notices.context import service_names
from notifier.actions.notices.draft import Writer, draft_notice
from notifier.errors import NotifierError
from notifier.model.act import Act
from notifier.model.signal import SignalState
from notifier.model.vocabulary import Mode, NoticeKind
from notifier.pipeline import detect, disruption
from notifier.pipeline.detect import Consequence, Judgement, actor_of
from notifier.settings import secret
from notifier.store import Tx, savepoint
from notifier.store.company import catalogue
from notifier.store.disruptions import alarms, disruptions, notices, signals, troubles
from notifier.store.disruptions.disruptions import OpenDisruption
from notifier.store.disruptions.signals import Extent, Heard, JudgedSignal, Past, WaitingReports
from notifier.store.disruptions.troubles import OldTrouble, Witness

AT_ONCE = 500
"""Signals judged in one transaction; more of them are rung for again."""

TURN = timedelta(minutes=1)
"""After so long, what has to wait is judged again."""

HOUR = timedelta(hours=1)


class Judging:
    """What is open, and what becomes of it."""

    def __init__(self, tx: Tx, writer: Writer, mode: Mode, now: datetime) -> None:
        self.tx, self.writer, self.mode, self.now = tx, writer, mode, now
        self.opened: list[int] = []
        self.touched: dict[int, str] = {}
        """Drafts whose services changed, with the actor who changed them."""
        self.lately: dict[str, int] = {}
        """How many drafts a source has opened within an hour."""
        self.room: dict[str, detect.DraftRoom] = {}
        self.look()

    def look(self) -> None:
        self.evidence: dict[int, list[Witness]] | None = None
        self.open_ones = disruptions.open_ones(self.tx, self.mode)
        self.drafts = frozenset(signals.drafts_on_evidence(self.tx, self.mode))

    def judge_new(self) -> int:
        # Outside the lock first: most ticks find nothing, and nobody should wait for them.
        again = signals.judge_again(self.tx, self.mode)
        if not again and not signals.waits(self.tx, now=self.now):
            return 0
        self._stand_still()
        taken = signals.take_unjudged(self.tx, AT_ONCE, now=self.now)
        past = self._past(taken)
        judged = [self._judge(heard, past[_round_of(heard)]) for heard in taken]
        signals.write_judgements(self.tx, judged, now=self.now, again_at=self.now + TURN)
        self._rest_on(taken, judged)
        self._name_unmapped(sorted({heard.source for heard in taken}))
        return len(taken)

    def _past(self, taken: Sequence[Heard]) -> defaultdict[tuple[str, str, int], list[Past]]:
        found = defaultdict[tuple[str, str, int], list[Past]](list)
        for past in signals.past_of(self.tx, [heard.signal_id for heard in taken]):
            found[_round_of(past)].append(past)
        return found

    def _judge(self, heard: Heard, past: list[Past]) -> JudgedSignal:
        """`past` is everything else of its round; what is decided here joins it."""
        before = [earlier for earlier in past if earlier.signal_id < heard.signal_id]
        judgement = detect.judge(heard, before, self.open_ones, self.drafts)
        if judgement.consequence is Consequence.OPEN:
            judgement = self._in_turn(heard.source, judgement)
        disruption_id = self._carry_out(heard, judgement)
        past.append(
            Past(heard.signal_id, *_round_of(heard), heard.state, heard.services, disruption_id),
        )
        wait = judgement.consequence is Consequence.WAIT
        return JudgedSignal(heard.signal_id, judgement.why, disruption_id, wait)

    def _in_turn(self, source: str, judgement: Judgement) -> Judgement:
        if source not in self.lately:
            self.lately[source] = disruptions.opened_lately(self.tx, actor_of(source), since=self.now - HOUR)
            declared = catalogue.source(self.tx, source)
            most = catalogue.policy(self.tx).most_drafts
            self.room[source] = detect.DraftRoom(most, declared.drafts_per_hour if declared else None)
        room = self.room[source]
        return detect.must_wait(judgement, source, len(self.drafts), self.lately[source], room)

    def _rest_on(self, taken: Sequence[Heard], judged: Sequence[JudgedSignal]) -> None:
        """Whatever fires counts for its disruption from here on, until its source takes it back."""
        counted = [
            (result.disruption_id, heard.source, heard.key, heard.services)
            for heard, result in zip(taken, judged, strict=True)
            if result.disruption_id is not None and heard.state is SignalState.FIRING
        ]
        if counted:
            troubles.rest_on(self.tx, counted)
        self.evidence = None

    def _stand_still(self) -> None:
        """Nobody declares or approves what we judge by."""
        disruptions.lock_declarations(self.tx)
        for disruption_id in sorted(self.drafts):
            disruptions.lock(self.tx, disruption_id)
        for disruption_id in sorted(self.drafts):
            notices.drafts(self.tx, disruption_id)
        self.look()

    def _carry_out(self, heard: Heard, judgement: Judgement) -> int | None:
        actor = actor_of(heard.source)
        match judgement:
            case Judgement(consequence=Consequence.OPEN):
                return self._open(heard, judgement.services, actor)
            case Judgement(consequence=Consequence.WIDEN, disruption_id=int(disruption_id)):
                disruption.widen_draft(self.tx, Act(actor, self.now), disruption_id, judgement.services)
                self._touch(disruption_id, actor)
            case _:
                pass
        return judgement.disruption_id

    def _open(self, heard: Heard, services: tuple[str, ...], actor: str) -> int:
        source = catalogue.source(self.tx, heard.source)
        disruption_id = disruption.open_draft(
            self.tx,
            Act(actor, self.now),
            mode=self.mode,
            kind=disruption.kind_of_source(heard.source, source.services if source else {}),
            services=services,
            effective_at=heard.occurred_at,
        )
        self.opened.append(disruption_id)
        self.lately[heard.source] = self.lately.get(heard.source, 0) + 1
        self._touch(disruption_id, actor)
        return disruption_id

    def _touch(self, disruption_id: int, actor: str) -> None:
        self.touched[disruption_id] = actor
        self.look()

    def _name_unmapped(self, sources: Sequence[str]) -> None:
        unmapped = troubles.unmapped(self.tx, sources)
        for source in sources:
            key = f"unmapped:{source}"
            if source in unmapped:
                text = (
                    f"{source} reports trouble that names no service of ours: "
                    "add what it names to the map of that source, then notifier apply."
                )
                alarms.raise_once(self.tx, key, text, None, self.now)
            else:
                alarms.clear(self.tx, key, self.now)

    def void_forsaken(self) -> tuple[int, ...]:
        """Void drafts that lost all their evidence a while ago."""
        if not self._forsaken():
            return ()
        self._stand_still()
        forsaken = self._forsaken()
        for draft in forsaken:
            for notice in notices.drafts(self.tx, draft.disruption_id):
                notices.void(self.tx, notice.notice_id)
        for draft in forsaken:
            disruption.void_draft(self.tx, Act(draft.opened_by, self.now), draft.disruption_id)
        self.look()
        return tuple(draft.disruption_id for draft in forsaken)

    def _forsaken(self) -> list[OpenDisruption]:
        evidence = self._evidence()
        return [
            one
            for one in self.open_ones
            if one.disruption_id in self.drafts
            and detect.is_void(evidence.get(one.disruption_id, []), self.now)
        ]

    def _evidence(self) -> dict[int, list[Witness]]:
        if self.evidence is None:
            self.evidence = {one.disruption_id: [] for one in self.open_ones}
            for witness in troubles.witnesses(self.tx, list(self.evidence), now=self.now):
                self.evidence[witness.disruption_id].append(witness)
        return self.evidence

    def write_notices(self) -> None:
        """Words for each draft that is new or wider, ready to be approved."""
        for disruption_id, actor in self.touched.items():
            try:
                with savepoint(self.tx):  # words that fail must not take the evidence with them
                    self._write_notice(disruption_id, actor)
            except NotifierError as error:
                text = f"The first notice for a draft cannot be written: {error}"
                alarms.raise_once(self.tx, f"words:{disruption_id}", text, disruption_id, self.now)

    def _write_notice(self, disruption_id: int, actor: str) -> None:
        earlier = notices.drafts(self.tx, disruption_id)
        for notice in earlier:
            notices.void(self.tx, notice.notice_id)
        timeline_id = (
            earlier[-1].timeline_id
            if earlier
            else disruptions.add_entry(
                self.tx,
                disruption_id,
                kind="drafted",
                actor=actor,
                facts={},
                statements={},
                next_update_at=None,
                now=self.now,
            )
        )
        draft_notice(self.tx, self.writer, disruption_id, NoticeKind.FIRST, timeline_id, self.now)

    def raise_alarms(self, extent: Callable[[Sequence[str]], Extent]) -> None:
        """Say how each draft stands, and which disruption that tells people its evidence contradicts."""
        evidence = self._evidence()
        raised = {"draft": list[str](), "resolved": list[str]()}
        for one in self.open_ones:
            witnesses = evidence.get(one.disruption_id, [])
            kind = "draft" if one.declared_at is None else "resolved"
            if text := self._text(kind, one, witnesses, extent):
                raised[kind].append(f"{kind}:{one.disruption_id}")
                alarms.raise_once(self.tx, raised[kind][-1], text, one.disruption_id, self.now)
        for kind, keys in raised.items():
            alarms.clear_others(self.tx, kind, keys, self.now)
        self._raise_others("old", self._stale())
        self._raise_others("waiting", self._waiting())

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
        return {source: detect.stale_alarm(source, stale, self.now) for source, stale in found.items()}

    def _waiting(self) -> dict[str, str]:
        """What waits for its turn: together where too many drafts are open, else by its source."""
        found = defaultdict[str | None, list[WaitingReports]](list)
        for each in signals.waiting(self.tx):
            found[each.source if each.why == detect.Grounds.TOO_MANY_OF_IT else None].append(each)
        return {
            source or "drafts": detect.waiting_alarm(
                source, sum(each.reports for each in waiting), [each.source for each in waiting]
            )
            for source, waiting in found.items()
        }

    def _text(
        self,
        kind: str,
        one: OpenDisruption,
        witnesses: Sequence[Witness],
        extent: Callable[[Sequence[str]], Extent],
    ) -> str | None:
        if kind == "draft":
            return detect.draft_alarm(one, self._names(one), extent(one.services), witnesses, self.now)
        gone = detect.all_gone(witnesses)
        return detect.resolved_alarm(one.reference, self._names(one), witnesses) if gone else None

    def _names(self, one: OpenDisruption) -> list[str]:
        return [service.name for service in service_names(self.tx, one.services)]

    def announcing(self) -> dict[int, detect.MayAnnounce]:
        evidence, vouched = self._evidence(), self._vouched()
        found = {
            one.disruption_id: detect.may_announce(one, evidence.get(one.disruption_id, []), vouched)
            for one in self.open_ones
            if one.disruption_id in self.drafts
        }
        return {disruption_id: may for disruption_id, may in found.items() if may is not None}

    def _vouched(self) -> frozenset[str]:
        """Sources whose secret is set here. One that has a ceiling, and is none of them, is alarmed about."""
        sources = catalogue.sources(self.tx)
        vouched = frozenset(s.name for s in sources if s.secret_env is not None and secret(s.secret_env))
        keys: list[str] = []
        for each in sources:
            if each.announce_ceiling is not None and each.name not in vouched:
                keys.append(f"ceiling:{each.name}")
                text = detect.only_drafts(each.name, each.secret_env)
                alarms.raise_once(self.tx, keys[-1], text, None, self.now)
        alarms.clear_others(self.tx, "ceiling", keys, self.now)
        return vouched


def _round_of(one: Heard | Past) -> tuple[str, str, int]:
    return one.source, one.key, one.round
