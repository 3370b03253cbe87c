import os
import signal
import socket
import subprocess
import threading
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import psycopg
import pytest

from notifier.errors import Unreachable
from notifier.local import broker, postgres, runfile
from notifier.local.children import Program
from notifier.local.stack import EVENT_KEY, Stack
from notifier.settings import Settings, from_env
from tests.waiting import until

StartUp = Callable[[], "subprocess.Popen[str]"]
LeftRunning = Callable[[Path], dict[int, str]]
SLEEP = ("-c", "import time; time.sleep(600)")
SERVERS = frozenset({Program.POSTGRES, Program.BROKER})


def embedded(home: Path) -> Settings:
    return from_env({"NOTIFIER_REHEARSALS_ONLY": "1", "NOTIFIER_HOME": str(home)})


def ready(up: "subprocess.Popen[str]") -> list[int]:
    """The pids of its workers."""
    assert up.stdout
    first, *pids = up.stdout.readline().split() or ["nothing"]
    assert first == "ready", up.communicate()
    return [int(pid) for pid in pids]


def test_servers_alone(home: Path, left_running: LeftRunning) -> None:
    with Stack(embedded(home), parts=SERVERS) as stack:
        assert stack.settings.embedded
        assert stack.settings.broker_url == broker.url(home)
        assert stack.settings.sandbox_url is None
        with psycopg.connect(stack.settings.database_url or "") as connection:
            assert connection.execute("SELECT count(*) FROM migration").fetchone() != (0,)
    assert not left_running(home)
    assert not (home / runfile.NAME).exists()


def test_sigterm_stops_everything(home: Path, start_up: StartUp, left_running: LeftRunning) -> None:
    up = start_up()
    assert len(ready(up)) == 2
    names = " ".join(left_running(home).values())
    for part in ("reaper", "bin/postgres", "valkey-server", "--port 0", "http.server"):
        assert part in names
    up.terminate()
    assert up.wait() == 0
    assert not left_running(home)


def test_a_second_up_on_the_same_home_is_one_sentence_and_exit_4(start_up: StartUp) -> None:
    first, second = start_up(), None
    ready(first)
    second = start_up()
    _, complaint = second.communicate()
    assert second.returncode == 4
    assert complaint.startswith("`notifier up` already runs on ")
    assert complaint.count("\n") == 1
    assert first.poll() is None
    first.terminate()
    first.wait()


def test_of_two_at_once_one_runs(start_up: StartUp) -> None:
    both = [start_up(), start_up()]
    until(lambda: any(up.poll() is not None for up in both))
    loser = next(up for up in both if up.poll() is not None)
    winner = next(up for up in both if up is not loser)
    assert loser.returncode == 4
    ready(winner)
    winner.terminate()
    assert winner.wait() == 0


def test_kill_of_the_parent_ends_all_and_loses_nothing(
    home: Path, start_up: StartUp, left_running: LeftRunning
) -> None:
    up = start_up()
    ready(up)
    with psycopg.connect(postgres.url(home), autocommit=True) as connection:
        connection.execute("CREATE TABLE kept AS SELECT 7 AS n")
    up.kill()
    up.wait()
    assert until(lambda: not left_running(home)), left_running(home)
    assert not (home / runfile.NAME).exists()
    again = start_up()
    ready(again)
    with psycopg.connect(postgres.url(home)) as connection:
        assert connection.execute("SELECT n FROM kept").fetchone() == (7,)
    again.terminate()
    again.wait()


def test_kill_of_parent_and_keeper_is_cleaned_up_by_the_next_start(
    home: Path, start_up: StartUp, left_running: LeftRunning
) -> None:
    up = start_up()
    workers = ready(up)
    reaper = next(pid for pid, words in left_running(home).items() if "local.reaper" in words)
    os.kill(reaper, signal.SIGKILL)
    up.kill()
    up.wait()
    before = left_running(home)
    assert set(workers) <= set(before)
    again = start_up()
    new = ready(again)
    after = left_running(home)
    assert not set(workers) & set(after)
    assert sum("bin/postgres" in words for words in after.values()) == 1
    assert (
        sum("import time; time.sleep(600)" in words for words in after.values()) == 3
    )  # two workers and beat
    again.terminate()
    _, said = again.communicate()
    assert "The last run was killed" in said
    assert new
    assert not left_running(home)


def test_an_up_right_after_the_kill_waits_for_the_clean_up(start_up: StartUp) -> None:
    up = start_up()
    ready(up)
    up.kill()
    up.wait()
    again = start_up()
    assert ready(again)
    again.terminate()
    assert again.wait() == 0


def test_a_killed_worker_is_started_again_and_it_is_said_once(home: Path) -> None:
    said: list[str] = []
    parts = {*SERVERS, Program.WORKER}
    with Stack(
        embedded(home), parts=parts, workers=1, say=said.append, commands={Program.WORKER: SLEEP}
    ) as stack:
        (first,) = stack.worker_pids
        os.kill(first, signal.SIGKILL)
        assert until(lambda: stack.worker_pids and stack.worker_pids != (first,))
        run = runfile.running(stack.settings)
        assert run is not None
        assert [child.who.pid for child in run.children if child.part == "worker"] == list(stack.worker_pids)
    assert said == ["worker-1 ended by itself and is started again."]


@pytest.mark.parametrize("server", ["postgres", "broker"])
def test_a_killed_server_is_started_again(home: Path, server: str) -> None:
    said: list[str] = []
    answers = {"postgres": postgres.answers, "broker": broker.answers}[server]
    with Stack(embedded(home), parts=SERVERS, say=said.append) as stack:
        run = runfile.running(stack.settings)
        assert run is not None
        (pid,) = (child.who.pid for child in run.children if child.name == server)
        os.kill(pid, signal.SIGKILL)
        assert until(lambda: said and answers(home))
    assert said == [f"{server} ended by itself and is started again."]


def test_children_are_told_everything_and_read_no_env_file(home: Path) -> None:
    (home / ".env").write_text("NOTIFIER_PORT=1\nNOTIFIER_HOME=/elsewhere\n")
    words = (
        "from notifier.settings import from_env; s = from_env();"
        "print('told', s.embedded, s.rehearsals_only, s.database_url, s.port, flush=True);"
        "import time; time.sleep(60)"
    )
    settings = replace(embedded(home), port=4711)
    with Stack(
        settings, parts={Program.WORKER}, workers=1, commands={Program.WORKER: ("-c", words)}
    ) as stack:
        log = home / "logs" / "worker-1.log"
        assert until(lambda: log.read_text().endswith("\n"))
        assert log.read_text() == f"told True True {stack.settings.database_url} 4711\n"


def test_a_sandbox_that_comes_back_has_the_same_port(home: Path) -> None:
    words = (
        "import sys, time; print('port', *sys.argv[1:], flush=True);"
        "print('sandbox http://127.0.0.1:1025', flush=True); time.sleep(600)"
    )
    log = home / "logs" / "sandbox.log"
    said: list[str] = []
    parts, commands = {Program.SANDBOX}, {Program.SANDBOX: ("-c", words)}
    with Stack(embedded(home), parts=parts, commands=commands, say=said.append) as stack:
        run = runfile.running(stack.settings)
        assert run is not None
        assert run.sandbox_url == "http://127.0.0.1:1025"
        os.kill(next(child.who.pid for child in run.children if child.name == "sandbox"), signal.SIGKILL)
        assert until(lambda: "port --port 1025" in log.read_text())
    assert log.read_text().startswith(f"port --port 0 --event-key {home / EVENT_KEY}\n")


def test_a_part_that_does_not_start_ends_the_rest(home: Path, left_running: LeftRunning) -> None:
    broken = {Program.SANDBOX: ("-c", "raise SystemExit('no')")}
    with pytest.raises(Unreachable, match=r"The sandbox did not start: see .*sandbox\.log"):
        Stack(embedded(home), parts={Program.SANDBOX}, commands=broken).__enter__()
    assert not left_running(home)


def test_a_port_that_is_taken_is_one_sentence(home: Path, left_running: LeftRunning) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        settings = replace(embedded(home), port=taken.getsockname()[1])
        with pytest.raises(Unreachable, match="set NOTIFIER_PORT to another"):
            Stack(settings, parts={Program.WEB}, commands={Program.WEB: SLEEP}).__enter__()
    assert not left_running(home)


def test_told_to_stop_while_starting_it_stops(home: Path, left_running: LeftRunning) -> None:
    stopping = threading.Event()
    timer = threading.Timer(2.0, stopping.set)
    timer.start()
    with pytest.raises(KeyboardInterrupt):
        Stack(
            embedded(home), parts={Program.SANDBOX}, commands={Program.SANDBOX: SLEEP}, stopping=stopping
        ).__enter__()
    timer.join()
    assert not left_running(home)
