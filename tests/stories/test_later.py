"""A provider that says *later* for hours loses nobody; what it refuses to everybody is nobody's fault."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from notifier.actions.control import brake
from tests.lab import COMPANY, Lab, Request, a_lab, every, nth, refuse, to

LATER = refuse(429, "too many requests")
WRONG = refuse(400, "Bad Request")


@pytest.fixture
def lab(database_url: str, tmp_path: Path) -> Iterator[Lab]:
    """A chunk has few tries."""
    with a_lab(database_url, tmp_path, COMPANY + "most_tries = 3\n") as opened:
        yield opened


def at_once(lab: Lab) -> None:
    """Every rest is over: nobody sleeps for the provider's pace."""
    lab.rows("UPDATE provider SET not_before = now() - interval '1 second', tokens = 1")
    lab.rows("UPDATE chunk SET not_before = NULL WHERE not_before IS NOT NULL")


def asked(lab: Lab) -> int:
    return len(lab.sink.requests)


def test_a_429_is_no_try_and_nobody_is_given_up(lab: Lab) -> None:
    lab.people(40)
    lab.sink.on(every, LATER)
    reference = lab.suspend()
    lab.settle()
    for _ in range(20):
        at_once(lab)
        lab.tick()
    assert asked(lab) > 12, "more often than a chunk may be tried, each"
    assert lab.states(1) == {"due": 4}
    assert lab.value("SELECT max(tries) FROM chunk") == 0
    lab.pass_time(3600)
    lab.tick()
    (alarm,) = lab.alarms()
    assert reference in alarm
    assert "40 people wait" in alarm
    assert lab.value("SELECT disruption_id FROM alarm WHERE cleared_at IS NULL") is not None
    lab.sink.heal()
    for _ in range(10):
        at_once(lab)
        lab.tick()
    assert lab.accounts(1) == {"told": 40}
    assert set(lab.sink.counts.values()) == {1}
    assert lab.alarms() == []


def test_each_round_of_429_may_rest_longer_up_to_a_minute(lab: Lab) -> None:
    lab.people(10)
    lab.sink.on(every, LATER)
    lab.suspend()
    lab.settle()
    rests: list[float] = []
    for _ in range(30):
        rests.append(lab.value("SELECT extract(epoch FROM not_before - clock_timestamp()) FROM provider"))
        at_once(lab)
        lab.tick()
    assert max(rests[8:]) > 5
    assert max(rests) <= 60
    assert min(rests[8:]) < 30, "full jitter"


def test_two_disruptions_that_wait_are_two_alarms(lab: Lab) -> None:
    lab.people(10)
    lab.people(10, "q", services="mythos-5")
    lab.sink.on(every, LATER)
    references = {lab.suspend(), lab.suspend(services=["mythos-5"])}
    lab.settle()
    lab.pass_time(60)
    lab.tick()
    named = {text.partition(":")[0] for text in lab.alarms()}
    assert named == references


@pytest.mark.parametrize("status", [400, 422])
def test_what_both_halves_are_refused_for_is_everybodys(lab: Lab, status: int) -> None:
    lab.people(30)
    lab.sink.on(every, refuse(status, "no such plan"))
    reference = lab.suspend()
    lab.settle()
    lab.tick()
    assert lab.value("SELECT state FROM notice") == "held"
    assert asked(lab) <= 5, "three chunks and two halves"
    assert lab.value("SELECT count(*) FROM fate") == 0, "nobody is to blame"
    assert any(reference in text and "no such plan" in text for text in lab.alarms())
    assert lab.value("SELECT disruption_id FROM alarm WHERE cleared_at IS NULL") is not None
    lab.sink.heal()
    lab.ring(brake.resume(lab.app.db, lab.act(), 1).rings)
    lab.settle()
    lab.tick()
    assert lab.accounts(1) == {"told": 30}
    assert set(lab.sink.counts.values()) == {1}


def test_two_people_who_are_refused_alike_are_not_called_bad(lab: Lab) -> None:
    """The smallest halves: the first waits for what the second hears."""
    lab.people(2)
    lab.sink.on(every, WRONG)
    lab.suspend()
    lab.settle()
    at_once(lab)
    lab.tick()
    assert lab.value("SELECT state FROM notice") == "held"
    assert lab.value("SELECT count(*) FROM fate") == 0


@pytest.mark.parametrize("bad", ["p1@example.com", "p4@example.com", "p10@example.com"])
def test_one_bad_address_is_found_by_halves(lab: Lab, bad: str) -> None:
    addresses = lab.people(10)
    lab.sink.on(to(bad), WRONG)
    lab.suspend()
    for _ in range(8):
        lab.settle()
        at_once(lab)
        lab.tick()
    assert lab.accounts(1) == {"told": 9, "unreachable": 1}
    assert set(lab.sink.counts) == set(addresses) - {bad}
    assert lab.value("SELECT state FROM notice") == "finished"


def test_two_bad_addresses_are_found_while_others_are_told(lab: Lab) -> None:
    """Both halves of their chunk are refused, but the provider takes the other chunks meanwhile."""
    lab.people(40)
    bad = {"p11@example.com", "p20@example.com"}

    def holds_one(request: Request) -> bool:
        return bool(bad & set(request.addresses))

    lab.sink.on(holds_one, WRONG)
    lab.suspend()
    for _ in range(8):
        lab.settle()
        at_once(lab)
        lab.tick()
    assert lab.accounts(1) == {"told": 38, "unreachable": 2}
    assert lab.value("SELECT state FROM notice") == "finished"


def test_an_alarm_about_a_chunk_names_its_disruption(lab: Lab) -> None:
    lab.people(10)
    lab.sink.on(nth(1), refuse(401, "the key is wrong"))
    reference = lab.suspend()
    lab.settle()
    ((text, disruption),) = lab.rows("SELECT text, disruption_id FROM alarm WHERE cleared_at IS NULL")
    assert text.startswith(f"{reference}/1 is held: ")
    assert disruption == lab.value("SELECT disruption_id FROM disruption")
