"""`notifier --version` says which one runs."""

import subprocess
import sys
import tomllib
from pathlib import Path


def test_the_version_is_the_one_of_the_project():
    pyproject = tomllib.loads((Path(__file__).parents[3] / "pyproject.toml").read_text())
    done = subprocess.run(
        [sys.executable, "-m", "notifier", "--version"], check=False, capture_output=True, text=True
    )
    assert (done.returncode, done.stdout) == (0, f"notifier {pyproject['project']['version']}\n")
