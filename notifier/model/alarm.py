"""Alarms that go out: how loud each kind is, who is told what, and when again. Decisions only."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum


class Severity(StrEnum):
    """The words of PagerDuty's Events API v2, the loudest first."""

    CRITICAL = "critical"
    ERROR = "error"
    WARNING = "warning"


SEVERITY: Mapping[str, Severity] = {
    # Somebody is cut off and was not told, or nothing can be told at all.
    "database": Severity.CRITICAL,
    "draft": Severity.CRITICAL,
    "holding": Severity.CRITICAL,
    "list": Severity.CRITICAL,
    "provider": Severity.CRITICAL,
    "untouched": Severity.CRITICAL,
    # People wait for a person, read what is not true, or evidence does not come through.
    "contradicted": Severity.ERROR,
    "dead": Severity.ERROR,
    "events": Severity.ERROR,
    "late": Severity.ERROR,
    "later": Severity.ERROR,
    "network": Severity.ERROR,
    "old": Severity.ERROR,
    "pager": Severity.ERROR,
    "promise": Severity.ERROR,
    "secret": Severity.ERROR,
    "stopped": Severity.ERROR,
    "uncorrected": Severity.ERROR,
    "unmapped": Severity.ERROR,
    "unread": Severity.ERROR,
    "untold": Severity.ERROR,
    "waiting": Severity.ERROR,
    "wordless": Severity.ERROR,
    "words": Severity.ERROR,
    # It can wait for the morning.
    "audience": Severity.WARNING,
    "ceiling": Severity.WARNING,
    "ended": Severity.WARNING,
    "left-out": Severity.WARNING,
    "resolved": Severity.WARNING,
    "review": Severity.WARNING,
    "strange": Severity.WARNING,
}
"""By the kind of an alarm, the part of its key before the colon; what is not in here is an error."""

PAGER = "pager"
"""The kind of the alarm about a destination that alarms do not reach."""
ON_CALL, COMMAND, HEARTBEAT = "on-call", "command", "heartbeat"
"""Destinations that `[policy]` and the environment name; no other is called like one of them."""
OF_A_PROCESS = frozenset({COMMAND, HEARTBEAT})
"""Set by the environment: not there in this process, they may be there in another."""

CALM = timedelta(minutes=5)
"""So long an alarm must be over before that is told. What comes back within it is told neither as over nor
again: something that flaps pages once."""
PAUSES = tuple(timedelta(seconds=seconds) for seconds in (10, 30, 60, 120, 300, 600, 1200, 1800, 3600))
"""Between the tries of one message; the last of them for ever."""
GIVEN_UP_AFTER = timedelta(days=1)
"""An end that nobody took, or what is owed to a command that no process has. That something is wrong is tried for
as long as it is."""
FAILING = 3
"""After so many failures in a row a destination is an alarm itself: a receiver may be restarted."""


def kind_of(key: str) -> str:
    return key.partition(":")[0]


def severity_of(key: str) -> Severity:
    return SEVERITY.get(kind_of(key), Severity.ERROR)


def pause(tries: int) -> timedelta:
    """How long nothing is tried after so many tries, at least one."""
    return PAUSES[min(tries, len(PAUSES)) - 1]


class Channel(StrEnum):
    STANDARD = "standard"
    SLACK = "slack"
    PAGERDUTY = "pagerduty"
    MAIL = "mail"
    COMMAND = "command"


@dataclass(frozen=True, slots=True)
class Destination:
    """Where alarms go. What opens a door stands in no `repr`."""

    name: str
    channel: Channel
    url: str | None = field(default=None, repr=False)
    keys: tuple[str, ...] = field(default=(), repr=False)
    """Secrets that sign, or PagerDuty's routing key."""
    addresses: tuple[str, ...] = field(default=(), repr=False)
    command: tuple[str, ...] = field(default=(), repr=False)
    kinds: tuple[str, ...] = ()
    """None: all."""
    least: Severity = Severity.WARNING
    lacks: str | None = None
    """Why nothing can go there now, as one sentence with its cure."""

    def wants(self, key: str) -> bool:
        """Nobody is told, by the way that does not work, that it does not work."""
        if key == f"{PAGER}:{self.name}" or (self.kinds and kind_of(key) not in self.kinds):
            return False
        order = list(Severity)
        return order.index(severity_of(key)) <= order.index(self.least)


class AlarmEvent(StrEnum):
    RAISED = "raised"
    CLEARED = "cleared"
    TEST = "test"


@dataclass(frozen=True, slots=True)
class AlarmNews:
    """What a destination is told of one alarm."""

    what: AlarmEvent
    message_id: str
    """The same on each attempt."""
    incident: str
    """The same when it is raised and when it is over."""
    key: str
    text: str
    """One sentence; whoever writes it out takes away what looks like an address."""
    reference: str | None
    raised_at: datetime
    cleared_at: datetime | None = None

    @property
    def kind(self) -> str:
        return kind_of(self.key)

    @property
    def severity(self) -> Severity:
        return Severity.CRITICAL if self.what is AlarmEvent.TEST else severity_of(self.key)

    @property
    def at(self) -> datetime:
        """When what it tells happened."""
        return self.cleared_at or self.raised_at


# ---------------------------------------------------------------- what is owed to whom


@dataclass(frozen=True, slots=True)
class OpenAlarm:
    alarm_id: int
    key: str
    rehearsal: bool
    """It is about a rehearsal: it pages nobody."""


@dataclass(frozen=True, slots=True)
class PagerRound:
    """An alarm that was, or is to be, told to a destination, and of whose end nothing is owed yet."""

    alarm_id: int
    key: str
    destination: str
    told: bool
    """It has arrived, or may have."""
    over_at: datetime | None
    """When the last alarm of this key was cleared; None: one is open."""


@dataclass(frozen=True, slots=True)
class Debt:
    alarm_id: int
    destination: str


@dataclass(frozen=True, slots=True)
class Debts:
    raised: tuple[Debt, ...]
    cleared: tuple[Debt, ...]
    closed: tuple[Debt, ...]
    """Nothing more is owed: it was over before it left, or the destination is no more."""


def debts(
    alarms: Sequence[OpenAlarm],
    rounds: Sequence[PagerRound],
    destinations: Collection[Destination],
    now: datetime,
) -> Debts:
    """An open alarm is told once to each destination that wants it, by its key and not by its words: their counts
    change at every tick. When it is over, and stays so, whoever was told hears that, once.
    """
    there = {each.name for each in destinations}
    known = {(each.key, each.destination) for each in rounds}
    raised = tuple(
        Debt(alarm.alarm_id, to.name)
        for alarm in alarms
        if not alarm.rehearsal
        for to in destinations
        if to.wants(alarm.key) and (alarm.key, to.name) not in known
    )
    over = [each for each in rounds if each.over_at is not None and each.destination in there]
    cleared = tuple(_of(each) for each in over if each.told and each.over_at and now - each.over_at >= CALM)
    unheard = [each for each in over if not each.told]
    nowhere = [each for each in rounds if each.destination not in there and _is_gone(each, now)]
    return Debts(raised, cleared, tuple(map(_of, unheard + nowhere)))


def _is_gone(each: PagerRound, now: datetime) -> bool:
    """Nobody tells it there any more. What only this process lacks belongs to those that have it, for a day."""
    if each.destination not in OF_A_PROCESS:
        return True
    return each.over_at is not None and now - each.over_at >= GIVEN_UP_AFTER


def _of(each: PagerRound) -> Debt:
    return Debt(each.alarm_id, each.destination)


# ---------------------------------------------------------------- what came of a try


class Reception(StrEnum):
    TOLD = "told"
    REFUSED = "refused"
    """This message, by a destination that works: others may pass."""
    FAILED = "failed"
    """The destination: nothing else goes there before it is asked again."""


@dataclass(frozen=True, slots=True)
class TryResult:
    reception: Reception
    said: str
    """One sentence for people, without address and secret."""
    maybe: bool = False
    """It may have arrived all the same."""
    again_at: datetime | None = None
    """Not before, as the destination has asked."""


@dataclass(frozen=True, slots=True)
class NextTry:
    due_at: datetime | None
    """None: it is given up."""
    again_at: datetime | None
    """Nothing goes to this destination before; None: other messages may."""


def next_try(result: TryResult, tries: int, failures: int, until: datetime | None, now: datetime) -> NextTry:
    """`tries` of this message with this one, `failures` of its destination in a row with this one; `until`: when
    it is given up, None for never.
    """
    due_at = max(now + pause(tries), result.again_at or now)
    again_at = (
        max(now + pause(failures), result.again_at or now) if result.reception is Reception.FAILED else None
    )
    return NextTry(due_at if until is None or due_at <= until else None, again_at)


def given_up_at(what: AlarmEvent, owed_at: datetime) -> datetime | None:
    """Never while the alarm is open: whoever mends a destination on Monday hears of what is wrong since Friday."""
    return owed_at + GIVEN_UP_AFTER if what is AlarmEvent.CLEARED else None
