import os
import stat
import subprocess
import sys
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import psycopg

from notifier.local import broker, postgres, runfile
from notifier.local.endpoints import attached
from notifier.settings import Settings, from_env

A_COMMAND = """
import sys
from pathlib import Path
from notifier.local.endpoints import attached
from notifier.settings import from_env
with attached(from_env()) as settings:
    print(settings.database_url, flush=True)
    sys.stdin.read()
"""


def embedded(home: Path) -> Settings:
    return from_env({"NOTIFIER_REHEARSALS_ONLY": "1", "NOTIFIER_HOME": str(home)})


def test_a_database_of_its_own_is_left_alone(home: Path) -> None:
    settings = replace(embedded(home), database_url="postgresql://db/x")
    with attached(settings) as same:
        assert same is settings
    assert not (home / "postgres").exists()


def test_without_an_up_only_postgres_runs_for_the_duration_of_the_command(
    home: Path, left_running: Callable[[Path], object]
) -> None:
    with attached(embedded(home)) as settings:
        assert settings.embedded
        assert settings.broker_url is None
        assert not broker.answers(home)
        with psycopg.connect(settings.database_url or "") as connection:
            assert connection.execute("SELECT count(*) FROM disruption").fetchone() == (0,)
    assert not postgres.answers(home)
    assert not left_running(home)


def test_several_commands_at_once_share_a_server_and_the_last_stops_it(home: Path) -> None:
    environment = os.environ | {"NOTIFIER_HOME": str(home)}
    commands = [
        subprocess.Popen(
            [sys.executable, "-c", A_COMMAND], stdin=subprocess.PIPE, stdout=subprocess.PIPE, env=environment
        )
        for _ in range(3)
    ]
    urls = {command.stdout.readline() for command in commands if command.stdout}
    assert len(urls) == 1
    for command in commands:
        assert postgres.answers(home)
        command.communicate()
        assert command.returncode == 0
    assert not postgres.answers(home)


def test_a_killed_command_leaves_a_server_that_the_next_one_adopts_and_stops(home: Path) -> None:
    command = subprocess.Popen(
        [sys.executable, "-c", A_COMMAND], stdin=subprocess.PIPE, stdout=subprocess.PIPE,
        env=os.environ | {"NOTIFIER_HOME": str(home)},
    )  # fmt: skip
    assert command.stdout
    assert command.stdout.readline()
    command.kill()
    command.communicate()
    assert postgres.answers(home)
    with attached(embedded(home)):
        assert postgres.answers(home)
    assert not postgres.answers(home)


def test_a_running_up_lends_its_endpoints_and_goes_on_without_us(
    home: Path, start_up: Callable[[], "subprocess.Popen[str]"]
) -> None:
    up = start_up()
    assert up.stdout
    assert up.stdout.readline().startswith("ready")
    run = runfile.running(embedded(home))
    assert run is not None
    assert run.sends
    assert stat.S_IMODE((home / runfile.NAME).stat().st_mode) == 0o600
    with attached(embedded(home)) as settings:
        assert settings.broker_url == broker.url(home)
        assert settings.sandbox_url == "http://127.0.0.1:1025"
        assert settings.embedded
    assert postgres.answers(home)
    assert broker.answers(home)
    up.terminate()
    up.communicate()
    assert runfile.running(embedded(home)) is None


def test_an_up_that_stops_leaves_postgres_to_a_command_that_still_uses_it(
    home: Path, start_up: Callable[[], "subprocess.Popen[str]"]
) -> None:
    up = start_up()
    assert up.stdout
    assert up.stdout.readline().startswith("ready")
    with attached(embedded(home)):
        up.terminate()
        assert up.wait() == 0
        assert postgres.answers(home)
    assert not postgres.answers(home)
    assert not broker.answers(home)


def test_a_run_file_of_a_dead_up_or_of_another_version_is_not_believed(home: Path) -> None:
    (home / runfile.NAME).write_text('{"up": {"pid": 1, "born": "never"}, "children": [], "unknown": 1}')
    assert runfile.running(embedded(home)) is None
    (home / runfile.NAME).write_text(
        '{"up": {"pid": 1, "born": "never"}, "children": [], "database_url": "x", "broker_url": null,'
        ' "sandbox_url": null, "web_url": null}'
    )
    assert runfile.read(home) is not None
    assert runfile.running(embedded(home)) is None
