import contextlib
import functools
import os
import shutil
import signal
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import psycopg
import pytest

import notifier
from notifier.errors import Refused, Unreachable
from notifier.local import postgres, processes
from notifier.local.sockets import socket_folder
from tests.waiting import until

WORDS = "import sys; from pathlib import Path; from notifier.local import postgres as p; home = Path(sys.argv[1]);"


def value(home: Path, statement: str, database: str = "postgres") -> object:
    with psycopg.connect(postgres.url(home, database), autocommit=True) as connection:
        row = connection.execute(statement.encode()).fetchone()
        return row and row[0]


def test_start_twice_is_one_server_and_stop_ends_it(
    home: Path, left_running: Callable[[Path], object]
) -> None:
    first, second = postgres.start(home), postgres.start(home)
    assert first.pid == second.pid
    assert second.child is None
    assert value(home, "SELECT lower('ÄÖÜ')") == "äöü"
    postgres.stop(second)
    assert not first.alive()
    assert not left_running(home)


def test_two_starts_at_once_are_one_server(home: Path) -> None:
    with ThreadPoolExecutor(2) as pool:
        servers = list(pool.map(postgres.start, [home, home]))
    assert servers[0].pid == servers[1].pid
    postgres.stop(next(server for server in servers if server.child))


def test_never_listens_on_a_port(home: Path) -> None:
    server = postgres.start(home)
    assert value(home, "SHOW listen_addresses") == ""
    inodes = {str(fd.readlink()) for fd in Path(f"/proc/{server.pid}/fd").iterdir() if fd.exists()}
    listening = {
        f"socket:[{line.split()[9]}]"
        for table in ("tcp", "tcp6")
        for line in Path(f"/proc/net/{table}").read_text().splitlines()[1:]
    }
    assert not inodes & listening
    postgres.stop(server)


def test_a_server_of_the_machine_is_not_mistaken_for_ours(home: Path) -> None:
    other = Path(tempfile.mkdtemp(prefix="nt-other-"))
    server = postgres.start(other)
    try:
        assert postgres.answers(other)
        assert not postgres.answers(home)
    finally:
        postgres.stop(server)
        shutil.rmtree(other)


@pytest.mark.parametrize(
    "name", ["deep/" + "/".join(["d" * 30] * 12), 'with blank\'s and "quotes"', "ümläut"]
)
def test_works_under_any_path(home: Path, name: str) -> None:
    folder = home / name
    server = postgres.start(folder)
    assert value(folder, "SELECT 1") == 1
    postgres.stop(server)
    shutil.rmtree(socket_folder(folder))


def test_a_language_that_is_not_installed_does_no_harm(home: Path) -> None:
    environment = os.environ | {"LANG": "xx_XX.UTF-8", "LC_ALL": "xx_XX.UTF-8", "TZ": "Nowhere/Never"}
    subprocess.run(
        [sys.executable, "-c", WORDS + "p.stop(p.start(home))", str(home)], env=environment, check=True
    )


def test_kill_of_the_server_loses_nothing_and_the_next_start_recovers(home: Path) -> None:
    server = postgres.start(home)
    with psycopg.connect(postgres.url(home, "postgres"), autocommit=True) as connection:
        connection.execute("CREATE TABLE kept AS SELECT generate_series(1, 1000) AS n")
    os.kill(server.pid, signal.SIGKILL)
    again = postgres.start(home)
    assert again.pid != server.pid
    assert value(home, "SELECT count(*) FROM kept") == 1000
    postgres.stop(again)
    server.release()


def test_a_zombie_counts_as_dead(home: Path) -> None:
    """Where PID 1 does not reap, the pid in postmaster.pid exists for ever and Postgres refuses to start."""
    server = postgres.start(home)
    os.kill(server.pid, signal.SIGKILL)
    until(lambda: Path(f"/proc/{server.pid}/stat").read_text().rpartition(")")[2].split()[0] == "Z")
    again = postgres.start(home)
    assert value(home, "SELECT 1") == 1
    postgres.stop(again)
    server.release()


def test_a_pid_that_is_somebody_elses_by_now_is_not_believed(home: Path) -> None:
    server = postgres.start(home)
    os.kill(server.pid, signal.SIGKILL)
    server.ended(seconds=5)
    for file in (home / "postgres/postmaster.pid", socket_folder(home) / ".s.PGSQL.5432.lock"):
        _, rest = file.read_text().split("\n", 1)
        file.write_text(f"{os.getppid()}\n{rest}")
    again = postgres.start(home)
    assert value(home, "SELECT 1") == 1
    assert processes.identity(os.getppid()), "and it was not killed for it"
    postgres.stop(again)


def test_a_home_that_was_removed_under_its_server_starts_afresh(home: Path) -> None:
    old = postgres.start(home)
    with psycopg.connect(postgres.url(home, "postgres"), autocommit=True) as connection:
        connection.execute("CREATE TABLE old (n int)")
    shutil.rmtree(home)
    new = postgres.start(home)
    assert not old.alive()
    assert value(home, "SELECT to_regclass('old')") is None
    postgres.stop(new)


def test_initdb_killed_halfway_is_begun_again(home: Path) -> None:
    (home / "postgres.new").mkdir()
    (home / "postgres.new" / "PG_VERSION").write_text("18\n")
    postgres.stop(postgres.start(home))
    assert (home / "postgres" / "global").is_dir()


def test_a_start_that_fails_is_one_sentence_with_the_servers_reason(home: Path) -> None:
    with pytest.raises(Unreachable, match=r"did not start: see .*postgres\.log") as failed:
        postgres.start(home, "-c", "no_such_setting=1")
    assert any("no_such_setting" in line for line in failed.value.details)


def test_a_home_that_cannot_be_made_is_one_sentence(home: Path) -> None:
    (home / "file").write_text("")
    with pytest.raises(Unreachable, match="NOTIFIER_HOME cannot be written"):
        postgres.start(home / "file" / "home")


def test_a_socket_folder_that_is_a_link_or_open_to_others_is_refused(home: Path) -> None:
    folder = socket_folder(home)
    folder.chmod(0o755)
    with pytest.raises(Refused, match="belongs to somebody else"):
        socket_folder(home)
    folder.rmdir()
    folder.symlink_to(home)
    with pytest.raises(Refused, match="belongs to somebody else"):
        socket_folder(home)
    folder.unlink()


@pytest.mark.skipif(os.geteuid() != 0, reason="only root has to hide from Postgres that it is root")
def test_root_opens_no_folder_to_others(home: Path) -> None:
    inner = home / "closed" / "home"
    inner.mkdir(parents=True)
    (home / "closed").chmod(0o700)
    before = {folder: folder.stat().st_mode for folder in inner.parents}
    server = postgres.start(inner)
    assert value(inner, "SELECT 1") == 1
    postgres.stop(server)
    assert {folder: folder.stat().st_mode for folder in inner.parents} == before
    shutil.rmtree(socket_folder(inner))


@pytest.mark.skipif(os.geteuid() != 0, reason="only root needs a user namespace")
def test_root_without_namespaces_is_told_what_to_set(home: Path) -> None:
    done = subprocess.run(
        [sys.executable, "-c", WORDS + "p.start(home)", str(home)], env={"PATH": str(home)}, check=False,
        capture_output=True, text=True,
    )  # fmt: skip
    assert "cannot run as root here" in done.stderr.splitlines()[-1]
    assert "set NOTIFIER_DATABASE_URL" in done.stderr.splitlines()[-1]


@pytest.fixture
def users_home() -> Iterator[Path]:
    """A home of an ordinary user, in a folder that only that user may enter."""
    folder = Path(tempfile.mkdtemp(prefix="nt-user-"))
    os.chown(folder, 65534, 65534)
    yield folder / "home"
    shutil.rmtree(folder)


@pytest.fixture
def as_user() -> Callable[..., "subprocess.CompletedProcess[str]"]:
    """Runs Python as the user 65534, with an interpreter that such a user can enter."""
    path = os.pathsep.join([str(Path(notifier.__file__).parents[1]), *filter(None, sys.path)])

    def run(*arguments: str, python: str = sys.executable) -> "subprocess.CompletedProcess[str]":
        return subprocess.run(
            [python, "-c", *arguments], user=65534, group=65534, extra_groups=[], check=False, cwd="/",
            env={"PATH": os.environ["PATH"], "PYTHONPATH": path}, capture_output=True, text=True,
        )  # fmt: skip

    version = f"python{sys.version_info.major}.{sys.version_info.minor}"
    for python in (sys.executable, f"/usr/bin/{version}", f"/usr/local/bin/{version}"):
        with contextlib.suppress(OSError):
            if run("import notifier.store", python=python).returncode == 0:
                return functools.partial(run, python=python)
    pytest.skip("no interpreter with the packages can be entered by an ordinary user")


@pytest.mark.skipif(os.geteuid() != 0, reason="the other tests run as an ordinary user already")
def test_an_ordinary_user(
    users_home: Path, as_user: Callable[..., "subprocess.CompletedProcess[str]"]
) -> None:
    words = WORDS + (
        "import os, psycopg; s = p.start(home); c = psycopg.connect(p.url(home, 'postgres'));"
        "print(os.getuid(), c.execute('SELECT 42').fetchone()[0]); c.close(); p.stop(s)"
    )
    done = as_user(words, str(users_home))
    assert done.stdout == "65534 42\n", done.stderr
