"""Real servers for every test: one embedded Postgres for the whole run, a database for each xdist worker."""

import faulthandler
import os
import shutil
import subprocess
import sys
from collections.abc import Generator, Iterator
from pathlib import Path

import psycopg
import pytest
from _pytest.faulthandler import fault_handler_stderr_fd_key

from notifier.local import postgres
from notifier.settings import data_folder
from notifier.store import Db
from notifier.store.migrate import migrate

from .chance import (  # noqa: F401 - hooks
    pytest_collection_modifyitems,
    pytest_configure,
    pytest_report_header,
    pytest_runtest_setup,
)
from .databases import TEMPLATE, Databases, databases, home_for
from .lab import Lab, a_lab
from .together import pytest_xdist_make_scheduler  # noqa: F401 - hook

for _name in [n for n in os.environ if n.startswith("NOTIFIER_") or n == "SENDGRID_API_KEY"]:
    del os.environ[_name]  # an exported key never makes a test leave the machine
os.environ["NOTIFIER_REHEARSALS_ONLY"] = "1"
os.environ.pop("PYTHONDONTWRITEBYTECODE", None)  # hundreds of processes would compile everything anew
sys.dont_write_bytecode = False


@pytest.hookimpl(wrapper=True)
def pytest_runtest_protocol(item: pytest.Item) -> Generator[None, object, object]:
    """A test that outlives even its time-out (it waits for a thread) takes its process along, not the run."""
    own = item.get_closest_marker("timeout")
    seconds = own.args[0] if own else float(item.config.getini("timeout"))
    faulthandler.dump_traceback_later(
        seconds + 30, exit=True, file=item.config.stash[fault_handler_stderr_fd_key]
    )
    try:
        return (yield)
    finally:
        faulthandler.cancel_dump_traceback_later()


@pytest.fixture(scope="session")
def server(worker_id: str) -> Iterator[Path]:
    """The home of a running Postgres with durability off; one for each xdist worker."""
    home = home_for(worker_id)
    process: subprocess.Popen[bytes] = postgres.start(
        home, "-c", "fsync=off", "-c", "full_page_writes=off", "-c", "synchronous_commit=off",
        "-c", "autovacuum=off",
    )  # fmt: skip
    with psycopg.connect(postgres.url(home, "postgres"), autocommit=True) as admin:
        admin.execute("CREATE DATABASE template_notifier")
    migrate(postgres.url(home, TEMPLATE), data_folder("migrations"))
    yield home
    postgres.stop(process)
    shutil.rmtree(home)


@pytest.fixture(scope="session")
def lent(server: Path) -> Iterator[Databases]:
    with databases(server) as opened:
        yield opened


@pytest.fixture
def database_url(server: Path, lent: Databases) -> Iterator[str]:
    """A migrated, empty database of the test's own."""
    name = lent.lend()
    yield postgres.url(server, name)
    lent.take_back(name)


@pytest.fixture
def db(database_url: str) -> Iterator[Db]:
    with Db(database_url) as opened:
        yield opened


@pytest.fixture
def lab(database_url: str, tmp_path: Path) -> Iterator[Lab]:
    """The ledger with the real tasks, and a sink where the provider stands."""
    with a_lab(database_url, tmp_path) as opened:
        yield opened
