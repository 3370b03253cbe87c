"""Two disruptions share the lanes: the second does not wait for the end of the first."""

from collections.abc import Callable

import pytest

from notifier.model.ring import Ring
from tests.lab import ACCEPT, Lab, Request


def order(lab: Lab, *notices: int) -> str:
    """Which notice each request was of, as letters: a is the first named."""
    return "".join("abcdef"[notices.index(request.notice_id)] for request in lab.sink.requests)


def at(lab: Lab, number: int, do: Callable[[], None]) -> None:
    """While this request is in flight somebody does this, and no process hears the bells that it rings."""

    def doing(request: Request) -> bool:
        if request.number == number:
            kept, lab.rings = lab.rings, []
            do()
            lab.rings = kept
        return False

    lab.sink.on(doing, ACCEPT)


def one_task(lab: Lab) -> int:
    """The first disruption is declared and frozen, and then sent by the one task of the one process."""
    notice_id = lab.notice_id(lab.suspend(), 1)
    lab.rings.clear()
    while lab.value("SELECT closed_at IS NULL FROM notice WHERE notice_id = %s", notice_id):
        lab.run(Ring("freeze", notice_id))
    lab.rings.clear()
    lab.run(Ring("deliver", notice_id))
    return notice_id


def second(lab: Lab) -> int:
    return lab.value("SELECT notice_id FROM notice ORDER BY notice_id OFFSET 1 LIMIT 1")


def test_the_one_lane_that_sends_the_first_freezes_and_sends_the_second_in_turn(lab: Lab) -> None:
    people = [*lab.people(80), *lab.people(30, "q", "mythos-5")]
    at(lab, 3, lambda: lab.suspend(services=("mythos-5",)) and None)
    a = one_task(lab)
    b = second(lab)
    assert order(lab, a, b) == "aaabababaaa"
    assert lab.sink.counts == dict.fromkeys(people, 1)
    assert lab.accounts(b)["told"] == 30
    assert dict(lab.rows("SELECT notice_id, state FROM notice")) == {a: "finished", b: "finished"}


def test_notices_of_the_second_leave_one_after_another_all_the_same(lab: Lab) -> None:
    lab.people(200)
    lab.people(30, "q", "mythos-5")

    def say_more() -> None:
        reference = lab.suspend(services=("mythos-5",))
        lab.update(reference)

    at(lab, 3, say_more)
    a = one_task(lab)
    b = second(lab)
    found = order(lab, a, b, b + 1)
    assert found.count("b") == found.count("c") == 3
    assert found.rindex("b") < found.index("c")
    assert set(found[3 : found.index("c")]) == {"a", "b"}, "in turn with the first"


@pytest.mark.parametrize("fault", ["held", "broken"])
def test_a_second_that_cannot_go_on_costs_the_first_nothing(lab: Lab, fault: str) -> None:
    people = lab.people(100)
    lab.people(30, "q", "mythos-5")

    def wrong() -> None:
        lab.suspend(services=("mythos-5",))
        if fault == "held":
            lab.rows("UPDATE content SET text = text || 'x' WHERE notice_id = %s", second(lab))
        else:
            lab.rows("UPDATE timeline SET facts = '[]' WHERE disruption_id <> 1")

    at(lab, 3, wrong)
    a = one_task(lab)
    assert lab.accounts(a)["told"] == 100
    assert lab.sink.counts == dict.fromkeys(people, 1)
    if fault == "held":
        state, reason = lab.rows("SELECT state, hold_reason FROM notice WHERE notice_id = %s", second(lab))[0]
        assert state == "held"
        assert "words" in reason


def test_the_first_gives_way_to_nobody_who_has_more_in_flight(lab: Lab) -> None:
    """Whoever waits with more requests in flight than we have is served by others."""
    lab.people(50)
    lab.people(30, "q", "mythos-5")

    def declare() -> None:
        lab.suspend(services=("mythos-5",))
        b = second(lab)
        lab.run(Ring("freeze", b))
        held = "INSERT INTO chunk (notice_id, content_id, root_id, lo, hi, state, lease_until) SELECT %s, 1, 1, 0,"
        lab.rows(held + " 1, 'claimed', now() + interval '1 hour' FROM generate_series(1, 3)", b)

    at(lab, 2, declare)
    a = one_task(lab)
    assert order(lab, a) == "aaaaa"
