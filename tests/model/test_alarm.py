"""How loud an alarm is, who is told what of it, and when a failed try is made again."""

import ast
import re
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from notifier.model.alarm import (
    CALM,
    COMMAND,
    PAUSES,
    SEVERITY,
    AlarmEvent,
    Channel,
    Debt,
    Destination,
    NextTry,
    OpenAlarm,
    PagerRound,
    Reception,
    Severity,
    TryResult,
    debts,
    given_up_at,
    next_try,
    pause,
    severity_of,
)

NOW = datetime(2026, 11, 27, 23, 40, tzinfo=UTC)
PAGER, CHAT = Destination("pager", Channel.PAGERDUTY), Destination("chat", Channel.SLACK)
DRAFT = OpenAlarm(1, "draft:7", rehearsal=False)


def told(minutes_over: float | None, *, told: bool = True, to: str = "chat") -> PagerRound:
    over_at = None if minutes_over is None else NOW - timedelta(minutes=minutes_over)
    return PagerRound(1, "draft:7", to, told, over_at)


# ---------------------------------------------------------------- how loud

KEY = re.compile(r"^([a-z]+(?:-[a-z]+)?):[^\s/]*$")
RAISES = re.compile(r"alarms\.raise_(once|only)\(")
OTHER_THAN_KEYS = {"cut-off", "copy", "person", "source", "probe", "rate", "canary", "refused"}
"""What looks like a key in those modules: keys of signals, actors, places in a queue."""


def kinds_in(source: str) -> set[str]:
    """Beginnings of texts that may be keys, and the kinds that are named alone to `raise_only`."""
    found = set(re.findall(r'alarms\.raise_only\([\w.]+, "([a-z]+)"', source))
    for node in ast.walk(ast.parse(source)):
        first = node.values[0] if isinstance(node, ast.JoinedStr) and node.values else node
        if (
            isinstance(first, ast.Constant)
            and isinstance(first.value, str)
            and (key := KEY.match(first.value))
        ):
            found.add(key[1])
    return found


def test_every_kind_of_alarm_that_is_raised_has_its_severity() -> None:
    package = Path(__file__).parents[2] / "notifier"
    raising = [
        text
        for path in package.rglob("*.py")
        if "alarms" in (text := path.read_text("utf-8")) and RAISES.search(text)
    ]
    assert len(raising) > 10
    kinds = set[str]().union(*map(kinds_in, raising)) - OTHER_THAN_KEYS
    assert {"old", "dead", "promise", "draft"} <= kinds
    assert kinds <= set(SEVERITY), "enter what is missing in the table"


def test_what_nobody_entered_is_an_error_and_not_silence() -> None:
    assert severity_of("draft:7") is Severity.CRITICAL
    assert severity_of("strange:kuma") is Severity.WARNING
    assert severity_of("provider:sendgrid:9") is Severity.CRITICAL
    assert severity_of("never-heard-of:1") is Severity.ERROR


@pytest.mark.parametrize(
    ("destination", "wanted"),
    [
        (Destination("x", Channel.SLACK), {"draft:7", "dead:1", "strange:kuma", "pager:y"}),
        (Destination("x", Channel.SLACK, least=Severity.CRITICAL), {"draft:7"}),
        (Destination("x", Channel.SLACK, least=Severity.ERROR), {"draft:7", "dead:1", "pager:y"}),
        (Destination("x", Channel.SLACK, kinds=("strange", "draft")), {"draft:7", "strange:kuma"}),
        (Destination("x", Channel.SLACK, kinds=("strange",), least=Severity.ERROR), set()),
    ],
)
def test_a_destination_says_which_alarms_it_wants(destination: Destination, wanted: set[str]) -> None:
    keys = {"draft:7", "dead:1", "strange:kuma", "pager:y", "pager:x"}
    assert {key for key in keys if destination.wants(key)} == wanted


# ---------------------------------------------------------------- who is told what


def test_an_open_alarm_is_owed_to_everybody_once() -> None:
    assert debts([DRAFT], [], [PAGER, CHAT], NOW).raised == (Debt(1, "pager"), Debt(1, "chat"))
    assert debts([DRAFT], [told(None)], [PAGER, CHAT], NOW).raised == (Debt(1, "pager"),)
    # As often as it is raised anew under its key: its words, and its row, may be others.
    again = OpenAlarm(2, "draft:7", rehearsal=False)
    assert debts([again], [told(None)], [CHAT], NOW).raised == ()


def test_a_rehearsal_pages_nobody() -> None:
    assert debts([OpenAlarm(1, "draft:7", rehearsal=True)], [], [PAGER, CHAT], NOW).raised == ()


def test_whoever_was_told_hears_its_end_once_it_stays_over() -> None:
    calm = CALM.total_seconds() / 60
    assert debts([], [told(calm - 0.1)], [CHAT], NOW).cleared == ()
    assert debts([], [told(calm)], [CHAT], NOW).cleared == (Debt(1, "chat"),)
    assert debts([], [told(calm)], [CHAT], NOW).closed == ()


def test_what_was_over_before_it_left_is_told_neither_way() -> None:
    found = debts([], [told(0, told=False)], [CHAT], NOW)
    assert (found.raised, found.cleared, found.closed) == ((), (), (Debt(1, "chat"),))


def test_what_flaps_pages_once() -> None:
    """Raised and cleared every minute for an hour: one page, and one end five minutes after the last."""
    rounds, pages, ends = list[PagerRound](), 0, 0
    for minute in range(70):
        now = NOW + timedelta(minutes=minute)
        flaps = minute < 60
        is_open = flaps and minute % 2 == 0
        over_at = None if is_open else NOW + timedelta(minutes=minute if flaps else 59)
        rounds = [PagerRound(each.alarm_id, each.key, "chat", told=True, over_at=over_at) for each in rounds]
        alarms = [OpenAlarm(minute, "draft:7", rehearsal=False)] if is_open else []
        found = debts(alarms, rounds, [CHAT], now)
        pages, ends = pages + len(found.raised), ends + len(found.cleared)
        rounds += [
            PagerRound(debt.alarm_id, "draft:7", "chat", told=True, over_at=None) for debt in found.raised
        ]
        rounds = [] if found.cleared else rounds
    assert (pages, ends) == (1, 1)


def test_a_destination_that_was_taken_out_is_owed_nothing() -> None:
    found = debts([DRAFT], [told(None, to="gone"), told(9, to="gone")], [CHAT], NOW)
    assert found.raised == (Debt(1, "chat"),)
    assert found.cleared == ()
    assert found.closed == (Debt(1, "gone"), Debt(1, "gone"))


@pytest.mark.parametrize("is_told", [True, False])
def test_what_this_process_lacks_belongs_to_those_that_have_it_until_it_is_over_for_a_day(
    is_told: bool,
) -> None:
    day = 24 * 60
    for minutes, closed in ((None, ()), (9, ()), (day - 1, ()), (day, (Debt(1, COMMAND),))):
        found = debts([DRAFT], [told(minutes, told=is_told, to=COMMAND)], [], NOW)
        assert (found.raised, found.cleared, found.closed) == ((), (), closed)


# ---------------------------------------------------------------- when again

DOWN = TryResult(Reception.FAILED, "down")


def test_pauses_grow_and_never_end() -> None:
    assert [pause(n) for n in range(1, len(PAUSES) + 1)] == list(PAUSES) == sorted(PAUSES)
    assert pause(1000) == PAUSES[-1]


def test_a_destination_that_does_not_work_is_spared_and_a_refused_message_holds_up_no_other() -> None:
    assert next_try(DOWN, 1, 3, None, NOW) == NextTry(NOW + PAUSES[0], NOW + PAUSES[2])
    refused = TryResult(Reception.REFUSED, "400")
    assert next_try(refused, 2, 1, None, NOW) == NextTry(NOW + PAUSES[1], None)


def test_what_a_destination_asks_for_is_kept_to() -> None:
    later = NOW + timedelta(minutes=9)
    asked = TryResult(Reception.FAILED, "429", again_at=later)
    assert next_try(asked, 1, 1, None, NOW) == NextTry(later, later)
    sooner = TryResult(Reception.FAILED, "429", again_at=NOW)
    assert next_try(sooner, 1, 1, None, NOW) == NextTry(NOW + PAUSES[0], NOW + PAUSES[0])


def test_an_end_is_given_up_after_a_day_and_not_before() -> None:
    until = given_up_at(AlarmEvent.CLEARED, NOW)
    assert until is not None
    assert until == NOW + timedelta(days=1)
    assert next_try(DOWN, 30, 30, until, until - PAUSES[-1]).due_at == until
    assert next_try(DOWN, 30, 30, until, until - PAUSES[-1] + timedelta(seconds=1)).due_at is None


def test_what_is_wrong_is_never_given_up() -> None:
    assert given_up_at(AlarmEvent.RAISED, NOW) is None
    assert next_try(DOWN, 300, 300, None, NOW).due_at == NOW + PAUSES[-1]
