import contextlib
import os
import signal
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

from notifier.local import children, processes
from notifier.local.children import again
from notifier.local.processes import Identity, Process
from notifier.local.runfile import StartedProcess
from tests.waiting import until

SLEEP = [sys.executable, "-c", "import time; time.sleep(600)"]


def test_pauses_grow_to_a_bound_and_the_noise_ends() -> None:
    failures, pauses, said = 0, [], []
    for _ in range(20):
        verdict = again("worker-1", failures, lived=1)
        failures = verdict.failures
        pauses.append(verdict.pause)
        said.append(verdict.words)
    assert pauses[0] == 0.1
    assert pauses == sorted(pauses)
    assert pauses[-1] == children.LONGEST_PAUSE
    assert sum(words is not None for words in said) == 4
    assert said[3] == "worker-1 keeps ending. It is tried again, every 30 s at last."


def test_a_stable_life_is_forgiven() -> None:
    assert again("beat", 9, lived=children.STABLE_SECONDS).pause == 0.1


def test_a_number_that_is_somebody_elses_by_now_is_not_killed(home: Path) -> None:
    stranger = processes.spawn(SLEEP, env={}, log=home / "log")
    born_before = replace(stranger.who, born="another boot:1")
    children.end_leftovers([StartedProcess("worker-1", "worker", born_before)])
    assert stranger.alive()
    children.end_leftovers([StartedProcess("worker-1", "worker", stranger.who)])
    assert not stranger.alive()


def test_what_does_not_listen_is_killed_with_its_whole_group(home: Path) -> None:
    deaf = (
        "import os, signal, time; signal.signal(signal.SIGTERM, signal.SIG_IGN); os.fork();"
        "print('up', flush=True); time.sleep(600)"
    )
    log = home / "log"
    process = processes.spawn([sys.executable, "-c", deaf], env={}, log=log)
    assert children.line_of(log, 0, "up", seconds=300, alive=process.alive) is not None
    until(lambda: log.read_text().count("up") == 2)
    process.end(signal.SIGTERM, seconds=0.3)
    assert not process.alive()
    assert until(lambda: not group_exists(process.pid))


def test_a_zombie_and_a_free_number_are_nobody() -> None:
    child = subprocess.Popen([sys.executable, "-c", ""])
    os.waitid(os.P_PID, child.pid, os.WEXITED | os.WNOWAIT)
    assert processes.identity(child.pid) is None
    child.wait()
    assert processes.identity(child.pid) is None


def test_identity_by_ps_where_there_is_no_proc() -> None:
    child = subprocess.Popen(SLEEP)
    who = processes._from_ps(child.pid)
    assert who is not None
    assert who.pid == child.pid
    assert who == processes._from_ps(child.pid)
    child.kill()
    os.waitid(os.P_PID, child.pid, os.WEXITED | os.WNOWAIT)
    assert processes._from_ps(child.pid) is None
    child.wait()
    assert processes._from_ps(child.pid) is None


def test_a_line_that_never_comes_is_none_as_soon_as_the_process_is_dead(home: Path) -> None:
    log = home / "log"
    log.write_text("sandbox of an earlier run\n")
    process = processes.spawn([sys.executable, "-c", "print('no')"], env={}, log=log)
    for_ever = 24 * 3600
    assert (
        children.line_of(log, log.stat().st_size, "sandbox ", seconds=for_ever, alive=process.alive) is None
    )


def test_an_adopted_process_is_ended_by_its_identity(home: Path) -> None:
    process = processes.spawn(SLEEP, env={}, log=home / "log")
    adopted = Process(Identity(process.pid, process.who.born))
    adopted.end(signal.SIGTERM, seconds=5)
    assert not process.alive()


def group_exists(number: int) -> bool:
    """Of living members: where PID 1 does not reap, a zombie stays in its group."""
    for file in Path("/proc").glob("[0-9]*/stat"):
        with contextlib.suppress(OSError):
            state, _, group = file.read_text().rpartition(")")[2].split()[:3]
            if int(group) == number and state not in "ZX":
                return True
    return False
