"""The built wheel works from an empty folder: templates, migrations and commands are all in it."""

import os
import subprocess
import sys
import sysconfig
import venv
import zipfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.databases import a_database

ROOT = Path(__file__).parents[1]

LOADS = """
import sys
from pathlib import Path
import notifier
from notifier import app, settings
from notifier.model.vocabulary import NoticeKind
from notifier.store.migrate import migrate
assert Path(notifier.__file__).is_relative_to(sys.prefix), notifier.__file__
assert "en" in app.words().locales(NoticeKind.FIRST)
print(*migrate(sys.argv[1], settings.data_folder("migrations")))
"""


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("wheel")
    command = [sys.executable, "-m", "hatchling", "build", "-t", "wheel", "-d", str(folder)]
    ran = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    assert ran.returncode == 0, ran.stdout + ran.stderr
    return next(folder.glob("*.whl"))


@pytest.fixture(scope="module")
def installed(wheel: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A fresh environment with the wheel; what it depends on is seen where the tests have it."""
    folder = tmp_path_factory.mktemp("installed") / "venv"
    venv.create(folder, symlinks=True)
    site = next(folder.glob("lib/python*/site-packages"))
    with zipfile.ZipFile(wheel) as archive:
        archive.extractall(site)
    # Behind the wheel in the path. A line that names a folder does not read the .pth files in it, so the
    # editable checkout stays out of sight.
    (site / "dependencies.pth").write_text(sysconfig.get_path("purelib") + "\n")
    return folder


@pytest.fixture
def empty_database(server: Path) -> Iterator[str]:
    with a_database(server, "template1") as url:
        yield url


def run(installed: Path, folder: Path, *arguments: str) -> str:
    ran = subprocess.run(
        [str(installed / "bin" / "python"), *arguments],
        cwd=folder, env={"HOME": str(folder), "PATH": os.defpath}, capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert ran.returncode == 0, ran.stdout + ran.stderr
    return ran.stdout


def test_everything_outside_the_package_is_inside_the_wheel(wheel: Path) -> None:
    with zipfile.ZipFile(wheel) as archive:
        packed = {name for name in archive.namelist() if "/_data/" in name}
    wanted = {
        f"notifier/_data/{path.relative_to(ROOT)}"
        for folder in ("templates", "migrations")
        for path in (ROOT / folder).rglob("*")
        if path.is_file()
    }
    assert wanted
    assert packed == wanted


def test_it_runs_from_an_empty_folder(installed: Path, tmp_path: Path) -> None:
    assert "suspend" in run(installed, tmp_path, "-m", "notifier", "--help")
    assert list(tmp_path.iterdir()) == []


def test_its_words_load_and_its_migrations_apply(
    installed: Path, tmp_path: Path, empty_database: str
) -> None:
    assert "0001_ledger.sql" in run(installed, tmp_path, "-c", LOADS, empty_database)


def test_its_documents_are_in_it(wheel: Path) -> None:
    with zipfile.ZipFile(wheel) as archive:
        packed = {name for name in archive.namelist() if name.startswith("notifier/docs/")}
    assert packed == {f"notifier/docs/{path.name}" for path in (ROOT / "notifier" / "docs").glob("*.md")}


def test_its_documents_are_read_from_an_empty_folder(installed: Path, tmp_path: Path) -> None:
    assert run(installed, tmp_path, "-m", "notifier", "docs", "rules").startswith("# The ten rules")
