"""Looking for ourselves: what one look means, how many make a report, and whose trouble it is. Decisions only.

A look finds troubles, or that there are none, or nothing that says anything: a page that cannot be read, a query
that fails, a host that tells us to come less often. What says nothing changes nothing.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from enum import StrEnum

from notifier.model.signal import Posted, Signal, SignalState
from notifier.model.vocabulary import Kind

PROBE = "probe:"
"""Begins the dialect of a source that is a probe."""
JITTER = 0.1
"""So much of its interval a look is earlier or later: many probes of one host do not come at once for ever."""
COMPARABLE = timedelta(minutes=5)
"""So far apart two looks may be and still be of the same network; for so long nobody is waited for. Longer than
all the tries of a probe that is looked at at once: a lease that runs out, and the next look.
"""
UNREAD_AFTER = timedelta(minutes=15)
"""So long a probe may say nothing before an alarm says so; at least three of its intervals."""


class ProbeType(StrEnum):
    HTTP = "http"
    STATUS_PAGE = "status_page"
    HEARTBEAT = "heartbeat"
    SQL = "sql"

    @property
    def dialect(self) -> str:
        return PROBE + self.value


class ProbeOutcome(StrEnum):
    FINE = "fine"
    TROUBLE = "trouble"
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True)
class Finding:
    """A trouble that one look has found."""

    key: str
    """The same from look to look."""
    hints: tuple[str, ...]
    """Names that may mean a service of ours."""
    summary: str
    kind: Kind | None = None
    """What it looks like; None: nothing says."""
    began_at: datetime | None = None
    """Where what was looked at says so; UTC."""
    seen: bool = True
    """We see it ourselves. False: somebody tells us, on a page of theirs, and it may be old news."""


@dataclass(frozen=True, slots=True)
class Sight:
    """One look. `findings` None: it says nothing about any service."""

    findings: tuple[Finding, ...] | None
    why: str
    """What was seen, one line without an address."""
    reached: bool | None = None
    """Was somebody there, at the other end of the network? If not, it may be ours; None: nobody was asked."""
    memory: Mapping[str, object] = field(default_factory=dict[str, object])
    """For the next look."""

    @property
    def outcome(self) -> ProbeOutcome:
        if self.findings is None:
            return ProbeOutcome.UNKNOWN
        return ProbeOutcome.TROUBLE if self.findings else ProbeOutcome.FINE


# ---------------------------------------------------------------- how many looks make a report


@dataclass(frozen=True, slots=True)
class Damping:
    fails: int
    """So many bad looks in a row make it fire."""
    recovers: int
    """So many good ones end that."""


@dataclass(frozen=True, slots=True)
class Streak:
    """Looks in a row at one thing."""

    key: str
    bad: int
    good: int
    turned: int
    """Looks in a row that saw it as another kind than it was reported as."""
    firing: bool
    """It was reported, and not taken back."""
    kind: Kind | None
    since: datetime
    """When this row of bad looks began, or when it says that it began."""


class Whose(StrEnum):
    """Whose trouble is it that nobody could be reached?"""

    THEIRS = "theirs"
    OPEN = "open"
    """Nobody else has looked since."""
    OURS = "ours"
    """Nothing else can be reached either."""


@dataclass(frozen=True, slots=True)
class OtherProbe:
    """How the looks of a probe at another host went."""

    host: str
    looked_at: datetime | None
    reached_at: datetime | None
    """When it last reached somebody."""
    unreached: bool
    """Its last look reached nobody. False also where it asked nobody: that says nothing of a network."""


def whose(since: datetime, others: Sequence[OtherProbe], now: datetime) -> Whose:
    """`since`: when this host could first not be reached. With nobody to compare with, it is theirs: a lone probe
    would never report anything else. That also holds if nobody else can ask, or gets to look in time.
    """
    if any(one.reached_at is not None and one.reached_at >= since for one in others):
        return Whose.THEIRS
    fail_too = [one for one in others if one.unreached and _looked(one, since - COMPARABLE)]
    yet_to_look = [one for one in others if one not in fail_too and not _looked(one, since)]
    if yet_to_look and now - since < COMPARABLE:
        return Whose.OPEN
    return Whose.OURS if fail_too else Whose.THEIRS


def _looked(one: OtherProbe, since: datetime) -> bool:
    return one.looked_at is not None and one.looked_at >= since


def step(
    before: Sequence[Streak], looked: Sight, damping: Damping, now: datetime, trouble: Whose = Whose.THEIRS
) -> tuple[list[Streak], list[Signal]]:
    """What is known after a look, and what it reports: what fires, at every look, and what has ended.

    While nothing can be reached at all nothing is counted; as long as nobody knows, it is counted and not
    reported.
    """
    if looked.findings is None:
        return [*before], []
    if trouble is Whose.OURS:
        return [one for one in before if one.firing], []
    found = {finding.key: finding for finding in looked.findings}
    streaks, signals = list[Streak](), list[Signal]()
    for streak in before:
        if streak.key not in found:
            after, ended = _good(streak, damping, now)
            streaks += [after] if after else []
            signals += ended
    was = {streak.key: streak for streak in before}
    for finding in found.values():
        streak, said = _bad(was.get(finding.key), finding, damping, now, may_fire=trouble is Whose.THEIRS)
        streaks.append(streak)
        signals += said
    return streaks, signals


def _good(streak: Streak, damping: Damping, now: datetime) -> tuple[Streak | None, list[Signal]]:
    if not streak.firing:
        return None, []
    after = replace(streak, bad=0, turned=0, good=streak.good + 1)
    return (None, [_ended(streak.key, now)]) if after.good >= damping.recovers else (after, [])


def _bad(
    was: Streak | None, finding: Finding, damping: Damping, now: datetime, *, may_fire: bool
) -> tuple[Streak, list[Signal]]:
    begun = finding.began_at or now
    if was is None or (not was.firing and not was.bad):
        was = Streak(finding.key, 0, 0, 0, firing=False, kind=finding.kind, since=min(begun, now))
    bad = was.bad + 1
    if not was.firing:
        firing = may_fire and bad >= damping.fails
        after = replace(was, bad=bad, good=0, firing=firing, kind=finding.kind)
        return after, [_fires(after, finding)] if firing else []
    turned = was.turned + 1 if finding.kind is not was.kind else 0
    after = replace(was, bad=bad, good=0, turned=turned)
    if turned < damping.fails:
        return after, [_fires(after, replace(finding, kind=was.kind))]
    # It is another trouble now, so that people see when it turned: what was an outage is a suspension.
    other = replace(after, turned=0, kind=finding.kind, since=now)
    return other, [_ended(was.key, now), _fires(other, finding)]


def _fires(streak: Streak, finding: Finding) -> Signal:
    return Signal(
        key=streak.key,
        state=SignalState.FIRING,
        occurred_at=streak.since,
        hints=finding.hints,
        summary=finding.summary,
        began_at=streak.since,
        kind=finding.kind,
        seen=finding.seen,
    )


def _ended(key: str, now: datetime) -> Signal:
    return Signal(key, SignalState.RESOLVED, now, (), "it is fine again")


# ---------------------------------------------------------------- when


def next_look(every_seconds: int, now: datetime, draw: float) -> datetime:
    """`draw`: between 0 and 1."""
    return now + timedelta(seconds=every_seconds * (1 + JITTER * (2 * draw - 1)))


def says_nothing_for_long(unknown_since: datetime, every_seconds: int, now: datetime) -> bool:
    return now - unknown_since >= max(UNREAD_AFTER, 3 * timedelta(seconds=every_seconds))


# ---------------------------------------------------------------- rows of the company's database


@dataclass(frozen=True, slots=True)
class Rows:
    """What a query of the company's shows."""

    columns: tuple[str, ...]
    rows: tuple[Mapping[str, object], ...]
    more: bool = False
    """There are more rows than are read."""


LONGEST_NAME = 200


def shown(rows: Rows, services: tuple[str, ...]) -> Sight:
    """A row for each service that is in trouble, in a column `service`, with its `kind` if there is one; or a
    single row with one yes or no, for `services`.
    """
    if rows.more:
        return Sight(None, f"It shows more than {len(rows.rows):,} rows: let it name each service once.")
    if "service" in rows.columns:
        return _named(rows)
    values = [value for row in rows.rows for value in row.values()]
    match values:
        case [bool(yes)]:
            found = (Finding("query", services, "the company's database says so"),) if yes else ()
            return Sight(found, "It says yes." if yes else "It says no.")
        case _:
            return Sight(None, "It shows neither a column `service` nor a single yes or no.")


def _named(rows: Rows) -> Sight:
    found: dict[str, Finding] = {}
    for row in rows.rows:
        name = str(row["service"] or "").strip()[:LONGEST_NAME]
        word = str(row.get("kind") or "")
        kind = Kind(word) if word in list(Kind) else None
        key = f"service:{name}"
        found[key] = Finding(key, (name,) if name else (), "the company's database names it", kind)
    names = ", ".join(sorted(key.removeprefix("service:") or "nobody" for key in found))
    return Sight(tuple(found.values()), f"It names {names}."[:300] if names else "It names no service.")


# ---------------------------------------------------------------- in the words of intake


def posted(signals: Sequence[Signal]) -> Posted:
    """Like what a tool posts. Nothing numbers it: what is news is decided by what was last heard."""
    return Posted(tuple(signals))
