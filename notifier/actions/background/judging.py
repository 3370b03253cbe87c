"""One tick of judging; `actions/background/signals.py` opens its two transactions."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime, timedelta

from notifier.actions.background.situation import witnesses_of
from notifier.actions.background.surroundings import Surroundings
from notifier.actions.notices.draft import Writer, write_first
from notifier.errors import NotifierError
from notifier.model.act import Act
from notifier.model.signal import SignalState
from notifier.model.verdict import Consequence, Grounds
from notifier.model.vocabulary import Mode
from notifier.pipeline import detect, disruption
from notifier.pipeline.detect import Judgement, actor_of
from notifier.store import Tx, savepoint
from notifier.store.disruptions import alarms, disruptions, notices, signals, succession, troubles, waiting
from notifier.store.disruptions.disruptions import OpenDisruption
from notifier.store.disruptions.signals import Heard, JudgedSignal, Past

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
        self.woken = 0
        """How much of what waits is about what was just drafted."""
        self.said = Surroundings(tx, mode, now)
        self.look()

    def look(self) -> None:
        self.open_ones = disruptions.open_ones(self.tx, self.mode)
        self.drafts = frozenset(signals.drafts_on_evidence(self.tx, self.mode))

    def judge_new(self) -> int:
        # Outside the lock first: most ticks find nothing, and nobody should wait for them.
        again = signals.is_to_be_judged_again(self.tx, self.mode)
        if not again and not waiting.is_there(self.tx, now=self.now):
            return 0
        self._stand_still()
        if again:
            signals.judge_again(self.tx, self.mode)
        taken = signals.take_unjudged(self.tx, AT_ONCE, now=self.now)
        past = self._past(taken)
        judged = [(heard, self._judge(heard, past[_round_of(heard)])) for heard in taken]
        results = [self._result(heard, judgement) for heard, judgement in judged]
        signals.write_judgements(self.tx, results, now=self.now)
        self._rest_on(judged)
        if self.touched:
            about = {
                slug for one in self.open_ones if one.disruption_id in self.touched for slug in one.services
            }
            self.woken = waiting.wake(self.tx, sorted(about), now=self.now)
        self._name_unmapped(sorted({heard.source for heard in taken}))
        return len(taken)

    def _past(self, taken: Sequence[Heard]) -> defaultdict[tuple[str, str, int], list[Past]]:
        found = defaultdict[tuple[str, str, int], list[Past]](list)
        for past in signals.past_of(self.tx, [heard.signal_id for heard in taken]):
            found[_round_of(past)].append(past)
        return found

    def _judge(self, heard: Heard, past: list[Past]) -> Judgement:
        """`past` is everything else of its round; what is decided here joins it."""
        before = [earlier for earlier in past if earlier.signal_id < heard.signal_id]
        judgement = detect.judge(heard, before, self.open_ones, self.drafts, self.said.of(heard))
        judgement = self._in_turn(heard.source, judgement)
        judgement = replace(judgement, disruption_id=self._carry_out(heard, judgement))
        past.append(
            Past(heard.signal_id, *_round_of(heard), heard.state, heard.services, judgement.disruption_id),
        )
        return judgement

    def _result(self, heard: Heard, judgement: Judgement) -> JudgedSignal:
        again_at = None
        if judgement.lacking or judgement.consequence is Consequence.WAIT:
            times = [each.until for each in judgement.lacking if each.until is not None]
            again_at = min([self.now + TURN, *times])
        return JudgedSignal(heard.signal_id, str(judgement), judgement.disruption_id, again_at)

    def _in_turn(self, source: str, judgement: Judgement) -> Judgement:
        if judgement.consequence not in {Consequence.OPEN, Consequence.REOPEN}:
            return judgement
        if source not in self.lately:
            self.lately[source] = succession.opened_lately(self.tx, actor_of(source), since=self.now - HOUR)
            declared = self.said.sources.get(source)
            most = self.said.policy.most_drafts
            self.room[source] = detect.DraftRoom(most, declared.drafts_per_hour if declared else None)
        room = self.room[source]
        return detect.must_wait(judgement, source, len(self.drafts), self.lately[source], room)

    def _rest_on(self, judged: Sequence[tuple[Heard, Judgement]]) -> None:
        """Whatever fires counts from here on for everything open that it is about, until its source takes it back.
        So it does while the rest of it waits, or is too old to be drafted.
        """
        counted = [
            (one.disruption_id, heard.source, heard.key, sorted(about))
            for heard, judgement in judged
            if heard.state is SignalState.FIRING
            and (judgement.consequence is not Consequence.IGNORE or judgement.why is Grounds.TOO_OLD)
            for one in self.open_ones
            if (about := set(heard.services) & set(one.services))
        ]
        if counted:
            troubles.rest_on(self.tx, counted)

    def _stand_still(self) -> None:
        """Nobody declares or approves what we judge by, and what may be taken up again."""
        disruptions.lock_declarations(self.tx)
        # Another tick may have opened a draft until now, and whoever approves it holds only its row.
        self.look()
        self.said.look()
        void = {each.disruption_id for each in self.said.ended if not each.told}
        for disruption_id in sorted(void | self.drafts):
            disruptions.lock(self.tx, disruption_id)
        for disruption_id in sorted(self.drafts):
            notices.drafts(self.tx, disruption_id)
        self.look()

    def _carry_out(self, heard: Heard, judgement: Judgement) -> int | None:
        actor = actor_of(heard.source)
        match judgement:
            case Judgement(consequence=Consequence.OPEN):
                return self._open(heard, judgement, actor)
            case Judgement(consequence=Consequence.WIDEN, disruption_id=int(disruption_id)):
                disruption.widen_draft(
                    self.tx, Act(actor, self.now), disruption_id, judgement.services, judgement.follows
                )
                self._touch(disruption_id, actor)
            case Judgement(consequence=Consequence.REOPEN, disruption_id=int(disruption_id)):
                act = Act(actor, self.now)
                began = self.said.began(heard, judgement.services)
                disruption.reopen_draft(
                    self.tx, act, disruption_id, judgement.services, began, judgement.follows
                )
                self.said.look()
                self._touch(disruption_id, actor)
            case _:
                pass
        return judgement.disruption_id

    def _open(self, heard: Heard, judgement: Judgement, actor: str) -> int:
        disruption_id = disruption.open_draft(
            self.tx,
            Act(actor, self.now),
            mode=self.mode,
            kind=heard.kind or self.said.kind(heard.source),
            services=judgement.services,
            effective_at=self.said.began(heard, judgement.services),
            follows=judgement.follows,
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
        evidence = witnesses_of(self.tx, self.open_ones, self.now)
        return [
            one
            for one in self.open_ones
            if one.disruption_id in self.drafts
            and detect.is_void(evidence.get(one.disruption_id, []), self.now)
        ]

    def write_notices(self) -> None:
        """Words for each draft that is new or wider, ready to be approved."""
        for disruption_id, actor in self.touched.items():
            try:
                with savepoint(self.tx):  # words that fail must not take the evidence with them
                    write_first(self.tx, self.writer, disruption_id, actor, self.now)
            except NotifierError as error:
                text = f"The first notice for a draft cannot be written: {error}"
                alarms.raise_once(self.tx, f"words:{disruption_id}", text, disruption_id, self.now)


def _round_of(one: Heard | Past) -> tuple[str, str, int]:
    return one.source, one.key, one.round
