"""What the provider has answered is never forgotten, whatever becomes of our database, task or process."""

import os
import signal
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest

from notifier.actions.running.vigil import stand_watch
from notifier.app import ANSWERS, App, SystemClock
from notifier.entry.tasks import TASKS
from notifier.errors import Unreachable
from notifier.model.mail import Outcome, Result
from notifier.pipeline.deliver import Known, Recorder
from notifier.pipeline.deliver.recorder import from_json, to_json
from notifier.store import Db
from notifier.store.ledger.chunks import Claim
from tests.cut import Line
from tests.lab import COMPANY, SWALLOW, Lab, a_lab, every, nth, refuse
from tests.waiting import until

IMPATIENT = COMPANY + "lease_seconds = 3\ndeadline_seconds = 1\nclaim_age_seconds = 1\n"
"""A lease is over while Postgres is away: nobody waits a minute for it."""

A_WORKER = """
import sys
from notifier.app import opened
from notifier.entry.tasks import TASKS
from notifier.errors import Unreachable
from notifier.settings import from_env
from notifier.telemetry import configure

configure()

def reached(point):
    if point == "after post":
        print(point, flush=True)
        sys.stdin.readline()

with opened(from_env(), reached=reached) as app:
    try:
        TASKS["deliver"](app, 1)
    except Unreachable:
        print("away", flush=True)
    sys.stdin.readline()
print("ended", flush=True)
"""


@pytest.fixture
def line(database_url: str) -> Iterator[Line]:
    with Line(database_url) as cut:
        yield cut


@pytest.fixture
def far(line: Line, database_url: str, tmp_path: Path) -> Iterator[Lab]:
    """The lab, whose product reaches its database by a line that can be cut; the test looks at it directly."""
    with a_lab(line.url, tmp_path, IMPATIENT) as lab:
        lab.database_url = database_url
        lab.people(10)
        lab.suspend()
        while lab.rings and lab.rings[0].task != "deliver":
            lab.run(lab.rings.pop(0))
        lab.rings.clear()
        yield lab


@pytest.fixture
def elsewhere(database_url: str, far: Lab, tmp_path: Path) -> Iterator[Lab]:
    """Another machine, whose line to the same database holds: its own home, the same provider."""
    with Db(database_url) as db:
        settings = replace(far.app.settings, database_url=database_url, home=tmp_path / "elsewhere")
        yield replace(far, app=App(settings, db, SystemClock(), lambda: False), rings=[])


@pytest.fixture
def worker(far: Lab, line: Line) -> Iterator["subprocess.Popen[str]"]:
    """A process of its own that has been answered, and cannot write it: its task is over."""
    settings = far.app.settings
    process = subprocess.Popen(
        [sys.executable, "-c", A_WORKER],
        env={
            "PATH": os.environ["PATH"],
            "PYTHONPATH": str(Path(__file__).parents[2]),
            "NOTIFIER_HOME": str(settings.home),
            "NOTIFIER_DATABASE_URL": settings.database_url or "",
            "SENDGRID_API_KEY": "SG.lab",
            "NOTIFIER_SENDGRID_URL": settings.sendgrid_url,
            "NOTIFIER_MAIL_FROM": settings.mail_from,
        },
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )
    with process:
        assert process.stdout
        assert process.stdin
        assert process.stdout.readline() == "after post\n"
        line.cut()
        process.stdin.write("\n")
        process.stdin.flush()
        assert process.stdout.readline() == "away\n"
        yield process
        line.mend()
        process.kill()


def cut_after_post(lab: Lab, line: Line) -> App:
    def reached(point: str) -> None:
        if point == "after post":
            line.cut()

    return replace(lab.app, reached=reached)


def outcomes(lab: Lab) -> list[str]:
    return [row[0] for row in lab.rows("SELECT outcome FROM attempt ORDER BY claimed_at")]


def left_behind(home: Path) -> list[Path]:
    return sorted((home / ANSWERS).glob("*"))


def deliver(app: App) -> None:
    with suppress(Unreachable):
        TASKS["deliver"](app, 1)


def test_a_202_that_was_seen_outlives_its_task_and_its_lease(far: Lab, elsewhere: Lab, line: Line) -> None:
    deliver(cut_after_post(far, line))
    assert outcomes(far) == ["open"], "the task is over, and Postgres is still away for it"
    until(lambda: far.value("SELECT lease_until < now() FROM chunk"))
    elsewhere.tick()
    assert outcomes(far) == ["unknown"]
    line.mend()
    until(lambda: outcomes(far) == ["accepted"])
    elsewhere.pass_time(1000)
    elsewhere.tick()
    assert set(far.sink.counts.values()) == {1}
    assert elsewhere.accounts(1) == {"told": 10}


def test_so_does_a_definite_no_and_what_never_left(far: Lab, elsewhere: Lab, line: Line) -> None:
    far.sink.on(every, refuse(401, "the key is wrong"), times=1)
    deliver(cut_after_post(far, line))
    line.mend()
    until(lambda: outcomes(far) == ["refused"])
    assert far.value("SELECT state FROM notice") == "held"
    assert elsewhere.accounts(1) == {"held": 10}


def test_a_202_outlives_the_process_that_saw_it(
    far: Lab, line: Line, worker: "subprocess.Popen[str]"
) -> None:
    """A hard time limit kills the process: whoever sweeps on this machine next finds what it knew."""
    (file,) = left_behind(far.app.settings.home)
    worker.send_signal(signal.SIGKILL)
    worker.wait()
    assert file.stat().st_mode & 0o777 == 0o600
    assert "@" not in file.read_text()
    assert outcomes(far) == ["open"]
    line.mend()
    far.tick()
    assert outcomes(far) == ["accepted"]
    assert left_behind(far.app.settings.home) == []
    assert set(far.sink.counts.values()) == {1}
    assert far.accounts(1) == {"told": 10}


def test_nobody_else_touches_what_a_living_process_tries_to_write(
    far: Lab, line: Line, worker: "subprocess.Popen[str]"
) -> None:
    assert far.app.recorder
    assert far.app.recorder.pick_up() == 0
    assert left_behind(far.app.settings.home)
    line.mend()
    until(lambda: outcomes(far) == ["accepted"])
    until(lambda: not left_behind(far.app.settings.home))
    worker.communicate("\n")
    assert worker.returncode == 0


def test_a_process_that_ends_waits_for_what_it_knows(
    far: Lab, line: Line, worker: "subprocess.Popen[str]"
) -> None:
    ending = threading.Thread(target=worker.communicate, args=("\n",))
    ending.start()
    assert outcomes(far) == ["open"]
    line.mend()
    ending.join()
    assert worker.returncode == 0
    assert outcomes(far) == ["accepted"]
    assert left_behind(far.app.settings.home) == []


def test_what_another_database_was_answered_changes_nothing_here(lab: Lab) -> None:
    """A home that was used with another database: its ids name other notices here."""
    lab.people(10)
    lab.suspend()
    recorder = Recorder(lab.app.db, lab.app.settings.home / ANSWERS)
    answer = known(Outcome(Result.FORBIDDEN, "the key is wrong", 401))
    leave(recorder, answer)
    lab.tick()
    assert lab.value("SELECT state FROM notice") == "finished"
    assert [file.suffix for file in left_behind(lab.app.settings.home)] == [".foreign"]
    assert lab.alarms() == []


def leave(recorder: Recorder, answer: Known) -> None:
    """As a process that died would have left it."""
    file = recorder._leave(answer)  # pyright: ignore[reportPrivateUsage]
    assert file is not None
    os.close(file)


def test_a_file_says_everything_that_was_known() -> None:
    answer = known(
        Outcome(
            Result.REJECTED,
            "no",
            400,
            "m",
            retry_at=datetime(2026, 11, 27, 19, 0, tzinfo=UTC),
            culprits=(1, 2),
        )
    )
    assert from_json(to_json(answer)) == answer


def known(outcome: Outcome) -> Known:
    attempt = "35248e36-8f04-4011-98bc-ac4e01aee182"
    claimed = Claim(1, 1, 1, 1, 0, 10, 1, attempt, skip=(3,))
    return Known("sendgrid", claimed, outcome, datetime(2026, 11, 27, 18, 40, tzinfo=UTC))


def test_a_pool_asks_again_as_long_as_somebody_waits(line: Line) -> None:
    """The pool's own way is to ask after 1, 2, 4, ... 64 s, whoever comes meanwhile."""
    with Db(line.url) as db:
        with db.transaction():
            pass
        line.cut()
        for _ in range(2):
            with pytest.raises(Unreachable), db.transaction():
                pass
        asked = line.refused
        waits = threading.Thread(target=lambda: next(iter(patient(db))))
        waits.start()
        until(lambda: line.refused >= asked + 4)
        line.mend()
        waits.join()


def patient(db: Db) -> Iterator[None]:
    while True:
        with suppress(Unreachable), db.transaction():
            yield


def test_after_an_outage_of_ours_the_provider_has_time_to_repeat_its_events(lab: Lab) -> None:
    lab.people(30)
    lab.policy(unknown_watermark_seconds=10**6)
    lab.sink.on(nth(2), SWALLOW)
    lab.suspend()
    lab.settle()
    assert lab.states(1)["unknown"] == 1
    lab.pass_time(600)
    lab.tick()
    lab.pass_time(400, away=True)
    lab.tick()
    assert lab.states(1)["unknown"] == 1, "nobody could hear what the provider said in these 400 seconds"
    lab.pass_time(890)
    lab.tick()
    assert lab.states(1)["unknown"] == 1
    lab.pass_time(20)
    lab.tick()
    assert lab.states(1) == {"accepted": 3}


def test_silence_proves_nothing_that_began_before_an_outage(lab: Lab) -> None:
    """Events of later requests came before it; that of the unknown one may have come while nobody listened."""
    lab.people(50)
    lab.sink.on(nth(2), SWALLOW)
    lab.suspend()
    lab.settle()
    lab.tick()
    lab.report("delivered", [mail for request in lab.sink.requests[2:] for mail in request.mails])
    lab.pass_time(300, away=True)
    lab.tick()
    assert lab.states(1)["unknown"] == 1
    lab.pass_time(130)
    lab.tick()
    assert lab.states(1) == {"accepted": 5}


def test_while_no_web_process_takes_events_nothing_is_presumed_and_somebody_hears_why(lab: Lab) -> None:
    over = threading.Event()
    over.set()
    lab.people(30)
    lab.sink.on(nth(2), SWALLOW)
    lab.suspend()
    lab.settle()
    stand_watch(lab.app.db, over)
    lab.tick()
    lab.pass_time(1000)
    lab.rows("UPDATE vigil SET at = now() - interval '1000 seconds' WHERE who = 'web'")
    lab.tick()
    assert lab.states(1)["unknown"] == 1
    assert any("start `notifier web`" in text for text in lab.alarms())
    stand_watch(lab.app.db, over)
    lab.tick()
    assert lab.states(1)["unknown"] == 1
    assert not lab.alarms()
    lab.pass_time(1000)
    lab.tick()
    assert lab.states(1) == {"accepted": 3}
