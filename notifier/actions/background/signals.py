"""Evidence in: what tools post and what the database shows becomes drafts with alarms; policy may announce.

Everything here may run twice, at once, or late: each step finds in Postgres what is left to do.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

from notifier.actions.background.judging import AT_ONCE, Judging
from notifier.actions.background.situation import Situation
from notifier.actions.company.refresh import FRESH, refresh
from notifier.actions.control.approve import approve_by_policy
from notifier.actions.control.recall import Recall
from notifier.actions.notices.draft import Writer
from notifier.actions.notices.mode import mode_of
from notifier.errors import Refused
from notifier.model.act import Act
from notifier.model.ring import Ring
from notifier.model.signal import DATABASE, Evidence, SignalState
from notifier.model.vocabulary import Mode
from notifier.pipeline import detect, intake
from notifier.settings import Settings
from notifier.store import Db
from notifier.store.disruptions import signals
from notifier.store.disruptions.signals import CutOff, Extent, Reinstated


@dataclass(frozen=True, slots=True)
class RecordedSignals:
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


def _rings_if(new: int) -> tuple[Ring, ...]:
    return (Ring("judge"),) if new else ()


# ---------------------------------------------------------------- the database as a source


def watch_cut_offs(db: Db, writer: Writer, now: datetime) -> RecordedSignals:
    """One tick: who is cut off although no disruption says so, and who is no longer."""
    with db.transaction() as tx:
        cut_offs = signals.cut_offs(tx, evidence_mode(writer.settings), now=now)
        unknown = [cut for cut in cut_offs if not signals.is_known(tx, DATABASE, _delivery_key(cut))]
        # Only what is new is counted: of what a person threw away a million may go on being cut off.
        found = [_cut_off(cut, signals.extent(tx, [cut.service], now=now)) for cut in unknown]
        found += [_over(back, now) for back in signals.reinstated(tx)]
        new = intake.keep(tx, DATABASE, found, now) if found else 0
    duplicates = len(cut_offs) - len(unknown) + len(found) - new
    return RecordedSignals(new, duplicates, _rings_if(new))


def _delivery_key(cut: CutOff) -> str:
    """Both ends: a draft that somebody threw away stays away, until more customers are cut off."""
    return f"{_trouble(cut)}:{cut.since.isoformat()}:{cut.latest.isoformat()}"


def _trouble(cut: CutOff) -> str:
    return f"cut-off:{cut.service}:{cut.episode}"


def _cut_off(cut: CutOff, extent: Extent) -> Evidence:
    since = cut.since.astimezone(UTC)
    return Evidence(
        source=DATABASE,
        key=_trouble(cut),
        round=1,
        delivery_key=_delivery_key(cut),
        state=SignalState.FIRING,
        services=(cut.service,),
        summary=f"{extent.customers:,} customers are cut off since {since:%Y-%m-%d %H:%M} UTC",
        occurred_at=cut.since,
    )


def _over(back: Reinstated, now: datetime) -> Evidence:
    return Evidence(
        source=DATABASE,
        key=back.key,
        round=1,
        delivery_key=f"{back.key}:resolved",
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


EXTENTS = Recall[Extent]()
"""By services: an alarm about a draft says at every tick how many customers are cut off."""


def judge_signals(db: Db, writer: Writer, now: datetime) -> Judged:
    """One tick: judge what is new, void drafts whose evidence is gone, say how things stand, let policy announce.

    One transaction judges and writes: if the process dies in it, the same signals are judged again; after it, the
    next tick says how things stand. Only the first holds locks, and it counts nobody.
    """
    mode = evidence_mode(writer.settings)
    with db.transaction() as tx:
        judging = Judging(tx, writer, mode, now)
        count = judging.judge_new()
        voided = judging.void_forsaken()
        judging.write_notices()
    with db.transaction() as tx:

        def extent(services: Sequence[str]) -> Extent:
            return EXTENTS.ask(db, tx, tuple(services), now, lambda: signals.extent(tx, services, now=now))

        standing = Situation(tx, mode, now)
        standing.raise_alarms(extent)
        announcing = standing.announcing()
    announced, rings = _announce(db, writer.settings, announcing, now)
    again = (Ring("judge"),) if count == AT_ONCE or judging.woken else ()
    alarmed = (Ring("alarms"),) if judging.opened or voided else ()
    return Judged(count, tuple(judging.opened), voided, announced, (*rings, *again, *alarmed))


def _announce(
    db: Db, settings: Settings, announcing: Mapping[int, detect.MayAnnounce], now: datetime
) -> tuple[tuple[int, ...], tuple[Ring, ...]]:
    """After the commit, and again at every tick while the draft stands: above its ceiling, or while the data
    contradicts it, nothing leaves.
    """
    announced: list[int] = []
    rings: list[Ring] = []
    for disruption_id, may in announcing.items():
        try:
            if refresh(db, settings, now, disruption_id, fresh=FRESH)[1] is not None:
                continue  # nobody knows who the people are: the draft and its alarm stay
            found = approve_by_policy(
                db, Act(f"source:{may.source}", now), disruption_id, may.ceiling, may.services
            )
        except Refused:  # a person was faster
            continue
        if found:
            announced.append(disruption_id)
            rings.extend(found)
    return tuple(announced), tuple(rings)
