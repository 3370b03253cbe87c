"""The brake in the middle of a send, and a worker killed in the middle of one: it always adds up."""

import os
import re
import signal
from pathlib import Path

import pytest

from notifier.local.stack import Stack

from .conftest import SHORT_LEASE, Place

SUSPEND = ("suspend", "fable-5", "--reason", "legal")
MANY = 3000


@pytest.fixture
def slowly(notifier: Place) -> None:
    """Policy lets a notice make one request a second, of 75 people: seconds enough to stop it in."""
    notifier.policy(requests_per_second=1, chunk_people=75)


def at_full_speed(place: Place) -> None:
    place.rows(
        "UPDATE company SET value = value - 'requests_per_second' - 'chunk_people' WHERE key = 'policy'"
    )


pytestmark = pytest.mark.usefixtures("slowly")


def accounts(place: Place) -> dict[str, int]:
    found: dict[str, int] = place.shown()[-1]["accounts"]
    return found


def begin(place: Place) -> str:
    """A send of a few thousand that takes seconds, under way, with its list complete."""
    place.people(MANY)
    place.provider.fault("slow", times=1000, seconds=0.5)
    place.start(*SUSPEND, "--yes")
    place.until(lambda: place.provider.count() > 0 and place.value("SELECT closed_at FROM notice"))
    return place.references[0]


def bound(words: str) -> int:
    found = re.search(r"At most ([\d,]+) more", words)
    assert found, words
    return int(found[1].replace(",", ""))


def test_pause_all_in_the_middle_of_a_send(notifier: Place) -> None:
    reference = begin(notifier)
    before = notifier.provider.count()
    said = notifier("pause", "--all")
    assert said.code == 0
    at_most = bound(said.out)
    after = notifier.provider.count()
    notifier.until_nothing_is_in_flight()
    settled = notifier.provider.count()
    assert settled - after <= at_most
    assert before < MANY
    assert settled < MANY, "the brake came too late to be seen"
    assert "STOPPED" in notifier("list").out
    assert "STOPPED" in notifier("show", reference).out
    now = accounts(notifier)
    assert now["told"] == settled
    # Who had looked before the brake may have claimed after it, and gives back.
    assert now["waiting"] + now["in_flight"] == MANY - settled
    notifier.provider.ask("DELETE", "/faults")
    at_full_speed(notifier)
    resumed = notifier("resume", "--all")
    assert f"{MANY - settled:,} people" in resumed.out
    notifier.until_state("finished")
    assert notifier.provider.addresses() == {f"p{i}@example.com": 1 for i in range(1, MANY + 1)}
    assert accounts(notifier)["told"] == MANY
    assert notifier("resume", "--all").code == 3


def test_one_notice_is_paused_resumed_and_cancelled(notifier: Place) -> None:
    reference = begin(notifier)
    said = notifier("pause", f"{reference}/1")
    assert f"notifier resume {reference}/1" in said.out
    after = notifier.provider.count()
    notifier.until_nothing_is_in_flight()
    assert notifier.provider.count() - after <= bound(said.out)
    assert notifier.states() == ["held"]
    assert "HELD: paused by person:lind" in notifier("show", reference).out
    held = accounts(notifier)
    assert held["told"] + held["held"] == MANY
    assert held["held"] > 0
    assert notifier("resume", reference).code == 0
    notifier.until(lambda: notifier.provider.count() > held["told"])
    cancelled = notifier("cancel", reference)
    assert cancelled.code == 0
    notifier.until_nothing_is_in_flight()
    gone = accounts(notifier)
    assert gone["told"] + gone["cancelled"] == MANY
    assert gone["told"] == notifier.provider.count()
    assert max(notifier.provider.addresses().values()) == 1
    for command in ("resume", "pause", "cancel"):
        assert notifier(command, reference).code == 3


def test_every_worker_killed_in_the_middle_of_a_request(notifier: Place, stack: Stack) -> None:
    notifier.policy(**SHORT_LEASE)
    begin(notifier)
    victims = [each for pid in stack.worker_pids for each in (pid, *descendants(pid))]
    notifier.until(lambda: notifier.rows("SELECT 1 FROM attempt WHERE outcome = 'open'"))
    for victim in victims:
        os.kill(victim, signal.SIGKILL)
    notifier.provider.ask("DELETE", "/faults")
    at_full_speed(notifier)
    notifier.until(
        lambda: (
            not notifier.rows("SELECT 1 FROM chunk WHERE state IN ('due', 'claimed')")
            and notifier.value("SELECT closed_at FROM notice")
        ),
    )
    assert notifier.rows("SELECT 1 FROM attempt WHERE http_status IS NULL"), "no request was cut off"
    ended = accounts(notifier)
    assert ended["told"] + ended["unknown"] == MANY
    got = notifier.provider.addresses()
    assert max(got.values()) == 1, "somebody was told twice"
    assert ended["told"] <= len(got) <= ended["told"] + ended["unknown"]
    notifier.until(lambda: len(stack.worker_pids) == 2)


def descendants(pid: int) -> list[int]:
    """Those that it has forked, and whom those have."""
    parents: dict[int, int] = {}
    for entry in Path("/proc").glob("[0-9]*/stat"):
        try:
            parents[int(entry.parent.name)] = int(entry.read_text().rsplit(")", 1)[1].split()[1])
        except OSError:
            continue
    found = [child for child, parent in parents.items() if parent == pid]
    return found + [each for child in found for each in descendants(child)]
