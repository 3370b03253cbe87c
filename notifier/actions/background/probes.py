"""Looking for ourselves: whose turn it is, is looked at, and what was seen becomes evidence like a tool's.

A look holds no transaction: it is claimed, made, and written down by whoever still holds the claim. If the process
dies in it, the lease runs out and the probe is looked at again; nothing that was not written down ever counts.
"""

import random
import time
from collections.abc import Callable
from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait
from dataclasses import dataclass, replace
from datetime import datetime

from notifier.actions.background.eyes import look_at
from notifier.actions.background.posts import UnknownSource, WouldSay, would_say
from notifier.errors import Unreachable
from notifier.model import probe
from notifier.model.probe import Damping, Finding, ProbeOutcome, ProbeType, Sight, Whose
from notifier.model.ring import Ring
from notifier.model.signal import Signal
from notifier.pipeline import intake
from notifier.settings import Settings
from notifier.store import Db, Tx
from notifier.store.company import catalogue, probes
from notifier.store.company.catalogue import Source
from notifier.store.company.probes import ClaimedProbe, LastLook, WrittenLook
from notifier.store.disruptions import alarms
from notifier.telemetry import log

POOL = 8
"""Looks at once: one that hangs takes a place for its time, and the others go on."""
LOOKS_SECONDS = 60.0
"""After so long a tick begins no more looks; the longest takes half as long again."""
LEASE_SECONDS = 90.0
"""Longer than any look: names, connecting, TLS and answer together take at most `timeout`, 30 seconds."""
LOOK_AGAIN = 1.0
"""Seconds after which somebody else may be due, although none of these looks has ended."""
SOON = 10
"""Seconds until a look is made again that waits for somebody else's."""


def look(db: Db, settings: Settings, clock: Callable[[], datetime]) -> tuple[Ring, ...]:
    """One tick: everybody whose turn it is, some at a time, until nobody is looking any more.

    Whoever becomes due while a slow one is still being looked at is looked at as well.
    """
    rings, until = set[Ring](), time.monotonic() + LOOKS_SECONDS
    looking = set[Future[tuple[Ring, ...]]]()
    with ThreadPoolExecutor(POOL, thread_name_prefix="probe") as pool:
        while True:
            if time.monotonic() < until and (free := POOL - len(looking)):
                with db.transaction() as tx:
                    claimed = probes.claim_due(tx, free, lease_seconds=LEASE_SECONDS, now=clock())
                looking |= {pool.submit(look_once, db, settings, each, clock) for each in claimed}
            if not looking:
                return tuple(rings)
            done, looking = wait(looking, timeout=LOOK_AGAIN, return_when=FIRST_COMPLETED)
            for each in done:
                rings.update(_rings_of(each))


def _rings_of(looked: Future[tuple[Ring, ...]]) -> tuple[Ring, ...]:
    """What cannot be written down is looked at again once its lease has run out: it stops no other."""
    try:
        return looked.result()
    except Unreachable:
        raise
    except Exception as error:  # noqa: BLE001 - as above
        log().error("a look cannot be written down", problem=type(error).__name__)
        return ()


def look_once(
    db: Db, settings: Settings, claimed: ClaimedProbe, clock: Callable[[], datetime]
) -> tuple[Ring, ...]:
    """Look, and write down what was seen."""
    seen = _seen(db, settings, claimed, clock())
    now = clock()
    with db.transaction() as tx:
        if not probes.still_ours(tx, claimed.name, claimed.claim):
            return ()
        conclusion = conclude(tx, claimed, seen, now)
        write_down(tx, claimed, conclusion, now)
    if conclusion.trouble is Whose.OPEN and conclusion.unreached_since:
        # If the process dies here the others are looked at when it is their turn: this one waits for them.
        with db.transaction() as tx:
            since = conclusion.unreached_since
            probes.hurry_others(tx, claimed.host, inside=inside(claimed), looked_before=since, now=now)
    return (Ring("judge"),) if conclusion.news else ()


def _seen(db: Db, settings: Settings, claimed: ClaimedProbe, now: datetime) -> Sight:
    try:
        return look_at(db, settings, claimed, now)
    except Unreachable:
        raise
    except Exception as error:  # noqa: BLE001 - the fault of one probe stops no other; its row says it
        problem = type(error).__name__
        log().error("a probe cannot look", source=claimed.name, problem=problem)
        return Sight(None, f"A fault of this program ({problem}): please report it.")


# ---------------------------------------------------------------- what it means


@dataclass(frozen=True, slots=True)
class Conclusion:
    looked: Sight
    trouble: Whose
    unreached_since: datetime | None
    unknown_since: datetime | None
    signals: tuple[Signal, ...]
    news: int
    """How many of these nobody had heard before."""
    waits: bool
    """It would be reported, if somebody else were reached."""


def conclude(tx: Tx, claimed: ClaimedProbe, seen: Sight, now: datetime) -> Conclusion:
    """What a look means after those before it: counted, and what it reports taken in."""
    source = catalogue.source(tx, claimed.name)
    last = probes.last_look(tx, claimed.name)
    assert source is not None  # a probe refers to its source
    assert last is not None
    looked = _that_concern_us(tx, source, claimed, seen)
    unreached_since = _unreached_since(last, looked, now)
    trouble = Whose.THEIRS
    if looked.reached is False and unreached_since is not None:
        others = probes.at_other_hosts(tx, claimed.host, inside=inside(claimed))
        trouble = probe.whose(unreached_since, others, now)
    before = probes.streaks(tx, claimed.name)
    damping = Damping(claimed.fails, claimed.recovers)
    after, signals = probe.step(before, looked, damping, now, trouble)
    news = intake.accept(tx, source, probe.posted(signals), now).new if signals else 0
    probes.put_streaks(tx, claimed.name, after)
    unknown = looked.findings is None or trouble is Whose.OURS
    unknown_since = (last.unknown_since or now) if unknown else None
    waits = trouble is Whose.OPEN and any(one.bad >= claimed.fails and not one.firing for one in after)
    return Conclusion(looked, trouble, unreached_since, unknown_since, tuple(signals), news, waits)


def _unreached_since(last: LastLook, looked: Sight, now: datetime) -> datetime | None:
    """Whoever asks nobody any more is no witness of what could not be reached once."""
    return last.unreached_since or now if looked.reached is False else None


def inside(claimed: ClaimedProbe) -> bool:
    """It stands inside a network of the company's: whether that works says nothing of the way out."""
    return bool(claimed.asks.get("allow_private"))


def _that_concern_us(tx: Tx, source: Source, claimed: ClaimedProbe, seen: Sight) -> Sight:
    """A supplier's page names a hundred things that are no service of ours; whatever else names one means it."""
    if claimed.type is not ProbeType.STATUS_PAGE or not seen.findings:
        return seen
    known = {service.slug for service in catalogue.services(tx)}
    ours = [each for each in seen.findings if intake.services_of(each.hints, source.services, known)]
    others = len(seen.findings) - len(ours)
    said = f"{len(ours):,} open that concern you{_named(ours)}, {others:,} that name none of your services"
    return replace(seen, findings=tuple(ours), why=f"{claimed.host}: {said}." if others else seen.why)


def _named(findings: list[Finding]) -> str:
    names = "; ".join(each.summary for each in findings[:3])
    return f" ({names})" if names else ""


def write_down(tx: Tx, claimed: ClaimedProbe, conclusion: Conclusion, now: datetime) -> None:
    """The look, its alarms, and when the next one is."""
    looked = conclusion.looked
    outcome = ProbeOutcome.UNKNOWN if conclusion.trouble is Whose.OURS else looked.outcome
    draw = random.random()  # noqa: S311 - to spread looks, not to hide them
    written = WrittenLook(
        outcome=outcome,
        said=looked.why,
        next_at=probe.next_look(SOON if conclusion.waits else interval(claimed), now, draw),
        looked_at=now,
        reached=looked.reached is True,
        unreached_since=conclusion.unreached_since,
        unknown_since=conclusion.unknown_since,
        memory=dict(looked.memory),
    )
    probes.write_look(tx, claimed.name, written)
    _say_if_unread(tx, claimed, conclusion, now)
    if claimed.host:
        _say_if_nothing_is_reached(tx, claimed, conclusion, now)


BEATS_EVERY = (5, 60)
"""Seconds, at least and at most, from one look for a missed heartbeat to the next; a tenth of its interval."""


def interval(claimed: ClaimedProbe) -> int:
    """Seconds between two looks."""
    if claimed.type is not ProbeType.HEARTBEAT:
        return claimed.every_seconds
    soonest, latest = BEATS_EVERY
    return min(max(claimed.every_seconds // 10, soonest), latest)


def _say_if_unread(tx: Tx, claimed: ClaimedProbe, conclusion: Conclusion, now: datetime) -> None:
    key, since = f"unread:{claimed.name}", conclusion.unknown_since
    if since is None:
        alarms.clear(tx, key, now)
    elif conclusion.trouble is not Whose.OURS and probe.says_nothing_for_long(since, interval(claimed), now):
        text = (
            f"The probe {claimed.name} says nothing since {since:%Y-%m-%d %H:%M} UTC, so nobody would notice:"
            f" {conclusion.looked.why}"
        )
        alarms.raise_once(tx, key, text, None, now)


def _say_if_nothing_is_reached(tx: Tx, claimed: ClaimedProbe, conclusion: Conclusion, now: datetime) -> None:
    key = f"network:{'inside' if inside(claimed) else 'outside'}"
    if conclusion.looked.reached:
        alarms.clear(tx, key, now)
        return
    others = probes.at_other_hosts(tx, claimed.host, inside=inside(claimed))
    silent = {other.host for other in others if other.unreached}
    alone = conclusion.looked.reached is False and not silent
    if alone and conclusion.trouble is Whose.THEIRS:
        alarms.clear(tx, key, now)
    elif conclusion.trouble is Whose.OURS:
        hosts = sorted({claimed.host, *silent})
        named = ", ".join(hosts[:5]) + (f" and {len(hosts) - 5:,} more" if len(hosts) > 5 else "")
        text = (
            f"No probe reaches anybody ({named}): that looks like the network here, so nothing is drafted;"
            " look whether they work from elsewhere, and if they do not, notifier suspend."
        )
        alarms.raise_once(tx, key, text, None, now)


# ---------------------------------------------------------------- to try


@dataclass(frozen=True, slots=True)
class TriedLook:
    outcome: ProbeOutcome
    why: str
    bad: int
    """Bad looks in a row with this one, of whatever has the most."""
    fails: int
    trouble: Whose
    signals: tuple[WouldSay, ...]
    """What this look would report; empty while too few looks in a row were bad."""
    new: int


def is_probe(db: Db, name: str) -> bool:
    """Raises `UnknownSource`, `Unreachable`."""
    with db.transaction() as tx:
        source = catalogue.source(tx, name)
    if source is None:
        raise UnknownSource
    return source.looks_itself


def try_probe(db: Db, settings: Settings, name: str, clock: Callable[[], datetime]) -> TriedLook:
    """Look once, and say what would follow, without doing it. Raises `UnknownSource`, `Unreachable`."""
    with db.transaction() as tx:
        claimed = probes.unclaimed(tx, name)
    if claimed is None:
        raise UnknownSource
    seen = _seen(db, settings, claimed, clock())
    with db.transaction(keep=False) as tx:
        return _tried(tx, claimed, conclude(tx, claimed, seen, clock()))


def _tried(tx: Tx, claimed: ClaimedProbe, conclusion: Conclusion) -> TriedLook:
    source, looked = catalogue.source(tx, claimed.name), conclusion.looked
    assert source is not None  # a probe refers to its source
    would = would_say(tx, source, conclusion.signals)
    bad = max((streak.bad for streak in probes.streaks(tx, claimed.name)), default=0)
    return TriedLook(
        looked.outcome, looked.why, bad, claimed.fails, conclusion.trouble, would, conclusion.news
    )
