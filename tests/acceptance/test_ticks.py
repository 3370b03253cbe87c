"""Ticks have a process of their own: they run whatever is being sent, each kind once, none behind another.

The provider is a sink of the test's, which keeps requests until a gate opens: nothing here counts seconds.
"""

import json
import os
import signal
import threading
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import psycopg
import pytest

from notifier.actions.running.signs import life
from notifier.model.tick import TickKind
from notifier.store import Db
from tests.lab import Sink, delayed, nth

from .conftest import RIGHT_KEY, Place, free_port

PATIENT = {"chunk_people": 10, "deadline_seconds": 60, "claim_age_seconds": 20, "lease_seconds": 120}
SENDING = (os.cpu_count() or 1) + 1
"""Processes of one worker that send."""
LIVE = {"SENDGRID_API_KEY": RIGHT_KEY}


@pytest.fixture
def gate() -> Iterator[threading.Event]:
    gate = threading.Event()
    yield gate
    gate.set()


@pytest.fixture
def sink(gate: threading.Event) -> Iterator[Sink]:
    """The first request is answered at once, all others when the gate opens."""
    with Sink() as sink:
        sink.on(lambda request: not nth(1)(request), delayed(gate))
        yield sink
        gate.set()


def live(place: Place, sink: Sink) -> dict[str, str]:
    place.policy(**PATIENT)
    return LIVE | {"NOTIFIER_SENDGRID_URL": sink.url}


def pid_of(place: Place, kind: str) -> int:
    place.until(lambda: place.rows("SELECT FROM process WHERE kind = %s", kind))
    return place.value("SELECT pid FROM process WHERE kind = %s ORDER BY started_at DESC LIMIT 1", kind)


def is_there(pid: int) -> bool:
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] not in "ZX"
    except OSError:
        return False


def test_the_clock_goes_on_while_every_sending_process_waits_for_the_provider(
    deployment: Place, sink: Sink
) -> None:
    place = deployment
    ours = live(place, sink)
    place.people(10 * (SENDING + 3))
    place.start("worker", **ours)
    place.start("beat", **ours)
    place.start("suspend", "fable-5", "--reason", "legal", "--yes", **ours)
    place.until(lambda: len(sink.requests) == 1 + SENDING)
    place.customers("customer,name,email,services,suspended\nc,C,c@example.com,mythos-5,mythos-5\n")
    place.until(lambda: place.rows("SELECT FROM signal WHERE 'mythos-5' = ANY(services)"))
    place.until(lambda: place.rows("SELECT FROM signal WHERE judged_at IS NOT NULL"))
    for kind in ("sweep", "promises", "late"):
        place.until_it_ran(kind)
    assert place.value("SELECT count(*) FROM attempt WHERE outcome = 'open'") == SENDING, "all still wait"
    assert len(sink.requests) == 1 + SENDING


@contextmanager
def kept_from(place: Place, table: str) -> Iterator[None]:
    """Whoever wants this table waits."""
    with psycopg.connect(place.database_url) as connection:
        connection.execute(f"LOCK TABLE {table} IN ACCESS EXCLUSIVE MODE")  # pyright: ignore[reportArgumentType]
        yield


def rings(place: Place) -> list[str]:
    """Names of the ticks that lie in the broker."""
    import redis

    where, _, number = place.environment["NOTIFIER_BROKER_URL"].partition("?virtual_host=")
    with redis.Redis(unix_socket_path=unquoted(where), db=int(number)) as client:
        return [json.loads(each)["headers"]["task"] for each in client.lrange("notifier-ticks", 0, -1)]


def unquoted(url: str) -> str:
    from urllib.parse import unquote

    return unquote(url.removeprefix("redis+socket://"))


def test_a_tick_that_hangs_is_not_queued_again_and_no_other_waits_for_it(deployment: Place) -> None:
    place = deployment
    place.start("worker")
    place.start("beat")
    place.until_it_ran("judge")
    place.until_it_ran("watch")
    with kept_from(place, "signal"):
        place.until(
            lambda: (
                place.value(
                    "SELECT count(*) FROM tick WHERE kind IN ('judge', 'watch') AND run_by IS NOT NULL"
                )
                == 2
            ),
        )
        for _ in range(8):
            place.until_it_ran("sweep")
            place.until_it_ran("promises")
            assert not {"judge", "watch"} & set(rings(place)), "it is rung for although it runs"
        waiting = "SELECT count(*) FROM pg_locks WHERE NOT granted AND relation = 'signal'::regclass"
        assert place.value(waiting) == 2, "each runs once"
    place.until_it_ran("judge")
    place.until_it_ran("watch")


def test_rings_that_nobody_takes_do_not_pile_up(deployment: Place) -> None:
    place = deployment
    beat = place.start("beat")
    worker = place.start("worker")
    place.until_it_ran("sweep")
    worker.terminate()
    worker.communicate()
    assert place.rows("SELECT FROM process WHERE kind = 'ticks'") == []
    # While a worker lives, a ring that it leaves for five seconds is rung again: a slow machine has two of a kind.
    left = rings(place)
    most = {kind: max(1, left.count(kind)) for kind in TickKind}
    place.until(lambda: "sweep" in rings(place))
    assert place.rows("SELECT FROM process WHERE kind = 'beat'"), (
        "whoever rings has said before that they live"
    )
    signed = place.value("SELECT seen_at FROM process WHERE kind = 'beat'")
    place.until(lambda: place.value("SELECT seen_at FROM process WHERE kind = 'beat'") > signed)
    there = rings(place)
    assert all(there.count(kind) <= most[kind] for kind in TickKind), "nothing is added to what is there"
    assert {*there} <= {*TickKind}
    beat.terminate()
    beat.communicate()
    assert place.rows("SELECT kind FROM process") == [], "who ends in order says so"


def test_a_killed_tick_process_is_started_again_and_what_it_ran_is_free(deployment: Place) -> None:
    place = deployment
    place.start("worker")
    place.start("beat")
    place.until_it_ran("judge")
    sender, first = pid_of(place, "worker"), pid_of(place, "ticks")
    with kept_from(place, "signal"):
        place.until(lambda: place.rows("SELECT FROM tick WHERE kind = 'judge' AND run_by IS NOT NULL"))
        os.kill(first, signal.SIGKILL)
        place.until(lambda: pid_of(place, "ticks") != first)
        assert place.value("SELECT count(*) FROM process WHERE kind = 'ticks'") == 1, "the dead one is buried"
    place.until_it_ran("judge")
    assert pid_of(place, "worker") == sender, "what sends has not noticed"


def test_a_killed_worker_leaves_nobody_behind(deployment: Place) -> None:
    place = deployment
    worker = place.start("worker")
    place.start("beat")
    place.until_it_ran("sweep")
    sender, ticks = pid_of(place, "worker"), pid_of(place, "ticks")
    assert worker.pid not in {sender, ticks}
    worker.kill()
    place.until(lambda: not is_there(ticks))
    place.until(lambda: not is_there(sender))


def test_a_worker_whose_sending_process_dies_ends_as_a_whole(deployment: Place) -> None:
    place = deployment
    worker = place.start("worker")
    sender, ticks = pid_of(place, "worker"), pid_of(place, "ticks")
    os.kill(sender, signal.SIGKILL)
    assert worker.wait() != 0
    assert not is_there(ticks)


@pytest.mark.timeout(600)
def test_a_second_disruption_leaves_while_every_process_sends_the_first(
    deployment: Place, sink: Sink, gate: threading.Event
) -> None:
    """No process is free, and the broker is full of rings of the first: the next requests have the second."""
    place = deployment
    ours = live(place, sink)
    place.people(10 * SENDING * 4)
    place.people(10, "q", "mythos-5")
    place.start("worker", **ours)
    place.start("beat", **ours)
    place.start("suspend", "fable-5", "--reason", "legal", "--yes", **ours)
    place.until(lambda: len(sink.requests) == 1 + SENDING)
    place.start("suspend", "mythos-5", "--reason", "legal", "--yes", **ours)
    place.until(lambda: place.value("SELECT count(*) FROM notice WHERE state = 'approved'") == 1)
    second = place.value("SELECT notice_id FROM notice WHERE state = 'approved'")
    after = threading.Event()
    sink.on(lambda request: request.number > 1 + SENDING, delayed(after))
    try:
        gate.set()
        place.until(lambda: len(sink.requests) == 1 + 2 * SENDING)
        round_two = [request.notice_id for request in sink.requests[1 + SENDING :]]
        assert second in round_two, "it came with the first requests that were begun after it"
    finally:
        after.set()
    place.until(lambda: place.value("SELECT count(*) FROM notice WHERE state = 'finished'") == 2)
    assert set(sink.counts.values()) == {1}


@pytest.mark.timeout(600)
def test_every_process_leaves_a_sign_of_life_and_whoever_is_missing_is_named(deployment: Place) -> None:
    place = deployment
    place.environment["NOTIFIER_PORT"] = str(free_port())
    listed = place("list").out
    assert "SILENT: Nothing runs" in listed
    assert "start `notifier worker`, `notifier beat` and `notifier web`" in listed
    place.start("worker")
    place.start("web")
    missing = "No beat runs: nothing happens by the clock; start `notifier beat`."
    place.until(lambda: silent(place) == [missing])
    status, answer = ready(place)
    assert status == 200, "evidence can be stored"
    assert answer["processes"] == {"worker": 1, "ticks": 1, "web": 1}
    assert answer["silent"] == [missing]
    assert ready(place, "?all")[0] == 503
    beat = place.start("beat")
    place.until(lambda: silent(place) == [])
    place.until(lambda: ready(place, "?all")[0] == 200)
    found = {check["name"]: check for check in place("doctor", "--json").json()}
    assert "beat: 1" in found["processes"]["found"]
    beat.kill()
    place.until(lambda: silent(place) == [missing])


def silent(place: Place) -> list[str]:
    with Db(place.database_url) as db, db.transaction() as tx:
        return life(tx, embedded=False).silent


def ready(place: Place, query: str = "") -> tuple[int, Any]:
    url = f"http://127.0.0.1:{place.environment['NOTIFIER_PORT']}/readyz{query}"
    try:
        with urllib.request.urlopen(url) as answer:
            return answer.status, json.load(answer)
    except urllib.error.HTTPError as error:
        return error.code, json.load(error)
