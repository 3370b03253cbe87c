"""Evidence in: what tools post and what the database shows becomes drafts with alarms; policy may announce.

Everything here may run twice, at once, or late: each step finds in Postgres what is left to do.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

from notifier.actions.approve import approve_by_policy
from notifier.actions.declare import mode_of
from notifier.actions.desk import Desk, draft_notice, service_names
from notifier.edges.webhooks import DIALECTS, Dialect
from notifier.errors import BadInput, NotifierError, Refused
from notifier.model.ring import Ring
from notifier.model.signal import DATABASE, Evidence, SignalState
from notifier.model.words import Mode, NoticeKind
from notifier.pipeline import detect, disruption, intake
from notifier.pipeline.detect import Act, Judgement
from notifier.settings import Settings, secret
from notifier.store import Db, Tx, alarms, catalogue, disruptions, notices, signals
from notifier.store.catalogue import Source
from notifier.store.disruptions import OpenDisruption
from notifier.store.signals import CutOff, Heard, Reinstated, Trouble
from notifier.telemetry import log

AT_ONCE = 500
"""Signals judged in one transaction; more of them are rung for again."""


class UnknownSource(BadInput):
    """There is no source of that name: declare it with `notifier apply`."""


class NotSigned(Refused):
    """The request does not carry this source's secret: set it in the tool, as a bearer token or password."""


@dataclass(frozen=True, slots=True)
class Recorded:
    new: int
    duplicates: int
    rings: tuple[Ring, ...]


@dataclass(frozen=True, slots=True)
class Judged:
    signals: int
    opened: tuple[int, ...]
    voided: tuple[int, ...]
    announced: tuple[int, ...]
    """Disruptions that a policy let go by itself."""
    rings: tuple[Ring, ...]


def record_signals(
    db: Db, source_name: str, headers: Mapping[str, str], raw: bytes, now: datetime
) -> Recorded:
    """Store what a tool posted; durable when this returns. Header names are in lower case.

    Raises `UnknownSource`, `NotSigned`, `BadInput` for a body that cannot be read, `Unreachable`.
    """
    with db.transaction() as tx:
        source = catalogue.source(tx, source_name)
    dialect = DIALECTS.get(source.dialect) if source else None
    if source is None or dialect is None:
        raise UnknownSource
    _admit(db, source, dialect, headers, raw, now)
    posted = dialect.parse(raw, now)
    with db.transaction() as tx:
        accepted = intake.accept(tx, source, posted, now)
        alarms.clear(tx, f"secret:{source.name}", now)
    return Recorded(accepted.new, accepted.duplicates, _rings_if(accepted.new))


def _admit(
    db: Db, source: Source, dialect: Dialect, headers: Mapping[str, str], raw: bytes, now: datetime
) -> None:
    """A source that names no secret is open to whoever reaches us; one whose secret is missing is closed."""
    if source.secret_env is None:
        return
    expected = secret(source.secret_env)
    if expected is None:
        text = (
            f"Everything that {source.name} reports is refused: {source.secret_env} is empty here, "
            "set it to the secret that the tool sends."
        )
        with db.transaction() as tx:
            alarms.raise_once(tx, f"secret:{source.name}", text, None, now)
    if expected is None or not dialect.verify(headers, raw, expected):
        log().warning("evidence refused", source=source.name, reason="secret")
        raise NotSigned


def _rings_if(new: int) -> tuple[Ring, ...]:
    return (Ring("judge"),) if new else ()


# ---------------------------------------------------------------- the database as a source


def watch_cut_offs(db: Db, desk: Desk, now: datetime) -> Recorded:
    """One tick: who is cut off although no disruption says so, and who is no longer."""
    with db.transaction() as tx:
        found = [_cut_off(cut) for cut in signals.cut_offs(tx, evidence_mode(desk.settings), now=now)]
        found += [_over(back, now) for back in signals.reinstated(tx)]
        new = signals.insert(tx, found, received_at=now) if found else 0
    return Recorded(new, len(found) - new, _rings_if(new))


def _cut_off(cut: CutOff) -> Evidence:
    trouble = f"cut-off:{cut.service}:{cut.episode}"
    return Evidence(
        source=DATABASE,
        dedupe_key=trouble,
        # Both ends: a draft that somebody threw away stays away, until more customers are cut off.
        delivery_key=f"{trouble}:{cut.since.isoformat()}:{cut.latest.isoformat()}",
        state=SignalState.FIRING,
        services=(cut.service,),
        summary=f"{cut.customers:,} customers are cut off since {cut.since.astimezone(UTC):%Y-%m-%d %H:%M} UTC",
        occurred_at=cut.since,
    )


def _over(back: Reinstated, now: datetime) -> Evidence:
    return Evidence(
        source=DATABASE,
        dedupe_key=back.dedupe_key,
        delivery_key=f"{back.dedupe_key}:resolved",
        state=SignalState.RESOLVED,
        services=(back.service,),
        summary="nobody is cut off any more",
        occurred_at=now,
    )


def evidence_mode(settings: Settings) -> Mode:
    """Live, unless everything here is a rehearsal. Without a key nothing can leave, and the alarm is true."""
    try:
        return mode_of(settings, rehearse=False)
    except Refused:
        return Mode.LIVE


# ---------------------------------------------------------------- judging


def judge_signals(db: Db, desk: Desk, now: datetime) -> Judged:
    """One tick: judge what is new, void drafts whose evidence is gone, say how things stand, let policy announce.

    One transaction judges and writes: if the process dies in it, the same signals are judged again.
    """
    mode = evidence_mode(desk.settings)
    with db.transaction() as tx:
        bench = _Bench(tx, desk, mode, now)
        count = bench.judge_new()
        voided = bench.void_forsaken()
        bench.write_notices()
        bench.raise_alarms()
        announcing = bench.announcing()
    announced, rings = _announce(db, announcing, now)
    again = (Ring("judge"),) if count == AT_ONCE else ()
    return Judged(count, tuple(bench.opened), voided, announced, (*rings, *again))


def _announce(
    db: Db, announcing: Mapping[int, detect.MayAnnounce], now: datetime
) -> tuple[tuple[int, ...], tuple[Ring, ...]]:
    """After the commit, and again at every tick while the draft stands: above its ceiling, or while the data
    contradicts it, nothing leaves.
    """
    announced: list[int] = []
    rings: list[Ring] = []
    for disruption_id, may in announcing.items():
        try:
            found = approve_by_policy(db, disruption_id, may.ceiling, f"source:{may.source}", now)
        except Refused:  # a person was faster
            continue
        if found:
            announced.append(disruption_id)
            rings.extend(found)
    return tuple(announced), tuple(rings)


class _Bench:
    """The judging of one tick, in one transaction."""

    def __init__(self, tx: Tx, desk: Desk, mode: Mode, now: datetime) -> None:
        self.tx, self.desk, self.mode, self.now = tx, desk, mode, now
        self.opened: list[int] = []
        self.touched: dict[int, str] = {}
        """Drafts whose services changed, with the actor who changed them."""
        self.look()

    def look(self) -> None:
        self.open_ones = disruptions.open_ones(self.tx, self.mode)
        self.drafts = frozenset(signals.drafts_on_evidence(self.tx, self.mode))

    def judge_new(self) -> int:
        # Outside the lock first: most ticks find nothing, and nobody should wait for them.
        if not signals.judge_again(self.tx, self.mode) and not signals.waits(self.tx):
            return 0
        self._stand_still()
        taken = signals.take_unjudged(self.tx, AT_ONCE)
        for heard in taken:
            past = signals.past_of(self.tx, heard)
            judgement = detect.judge(heard, past, self.open_ones, self.drafts)
            disruption_id = self._carry_out(heard, judgement)
            signals.write_judgement(self.tx, heard.signal_id, judgement.why, disruption_id, now=self.now)
        self._name_unmapped(sorted({heard.source for heard in taken}))
        return len(taken)

    def _stand_still(self) -> None:
        """Nobody declares or approves what we judge by. Notices before the audit chain, as an approval does."""
        disruptions.lock_declarations(self.tx)
        for disruption_id in sorted(self.drafts):
            notices.drafts(self.tx, disruption_id)
        self.look()

    def _carry_out(self, heard: Heard, judgement: Judgement) -> int | None:
        actor = actor_of(heard.source)
        match judgement:
            case Judgement(act=Act.OPEN):
                return self._open(heard, judgement.services, actor)
            case Judgement(act=Act.WIDEN, disruption_id=int(disruption_id)):
                disruption.widen_draft(self.tx, disruption_id, judgement.services, actor, self.now)
                self._touch(disruption_id, actor)
            case _:
                pass
        return judgement.disruption_id

    def _open(self, heard: Heard, services: tuple[str, ...], actor: str) -> int:
        disruption_id = disruption.open_draft(
            self.tx,
            mode=self.mode,
            services=services,
            opened_by=actor,
            effective_at=heard.occurred_at,
            now=self.now,
        )
        self.opened.append(disruption_id)
        self._touch(disruption_id, actor)
        return disruption_id

    def _touch(self, disruption_id: int, actor: str) -> None:
        self.touched[disruption_id] = actor
        self.look()

    def _name_unmapped(self, sources: Sequence[str]) -> None:
        unmapped = signals.unmapped(self.tx, sources)
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
            disruption.void_draft(self.tx, draft.disruption_id, draft.opened_by, self.now)
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

    def _evidence(self) -> dict[int, list[Trouble]]:
        found: dict[int, list[Trouble]] = {}
        for trouble in signals.troubles(self.tx, [one.disruption_id for one in self.open_ones]):
            found.setdefault(trouble.disruption_id, []).append(trouble)
        return found

    def write_notices(self) -> None:
        """Words for each draft that is new or wider, ready to be approved."""
        for disruption_id, actor in self.touched.items():
            try:
                with self.tx.transaction():  # words that fail must not take the evidence with them
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
        draft_notice(self.tx, self.desk, disruption_id, NoticeKind.FIRST, timeline_id, self.now)

    def raise_alarms(self) -> None:
        """Say how each draft stands, and which disruption that tells people its evidence contradicts."""
        evidence = self._evidence()
        raised = {"draft": list[str](), "resolved": list[str]()}
        for one in self.open_ones:
            troubles = evidence.get(one.disruption_id, [])
            kind = "draft" if one.declared_at is None else "resolved"
            if text := self._text(kind, one, troubles):
                raised[kind].append(f"{kind}:{one.disruption_id}")
                alarms.raise_once(self.tx, raised[kind][-1], text, one.disruption_id, self.now)
        for kind, keys in raised.items():
            alarms.clear_others(self.tx, kind, keys, self.now)

    def _text(self, kind: str, one: OpenDisruption, troubles: Sequence[Trouble]) -> str | None:
        if kind == "draft":
            extent = signals.extent(self.tx, one.services, now=self.now)
            return detect.draft_alarm(one, self._names(one), extent, troubles, self.now)
        gone = detect.all_gone(troubles)
        return detect.resolved_alarm(one.reference, self._names(one), troubles) if gone else None

    def _names(self, one: OpenDisruption) -> list[str]:
        return [service.name for service in service_names(self.tx, one.services)]

    def announcing(self) -> dict[int, detect.MayAnnounce]:
        evidence = self._evidence()
        found = {
            one.disruption_id: detect.may_announce(one, evidence.get(one.disruption_id, []))
            for one in self.open_ones
            if one.disruption_id in self.drafts
        }
        return {disruption_id: may for disruption_id, may in found.items() if may is not None}


def actor_of(source: str) -> str:
    return DATABASE if source == DATABASE else f"source:{source}"
