"""`notifier demo` as people run it: it ends by itself, adds up, leaves nothing running, stays on this machine."""

import csv
import os
import re
import signal
import subprocess
import sys
import time
from dataclasses import dataclass
from pathlib import Path

import pytest

NOWHERE = "127.0.0.1:9"
"""The discard port: nobody answers there."""
BOGUS = {
    "SENDGRID_API_KEY": "SG.not-a-key",
    "NOTIFIER_SENDGRID_URL": f"http://{NOWHERE}",
    "NOTIFIER_SANDBOX_URL": f"http://{NOWHERE}",
    "NOTIFIER_DATABASE_URL": f"postgresql://{NOWHERE}/notifier",
    "NOTIFIER_BROKER_URL": f"redis://{NOWHERE}/0",
    "NOTIFIER_MAIL_FROM": "Somebody <real@company.invalid>",
    "NOTIFIER_PORT": "not a port",
}


@dataclass(frozen=True)
class Told:
    """What one whole run said, and where it ran."""

    code: int
    out: str
    err: str
    seconds: float
    folder: Path


def start(folder: Path) -> "subprocess.Popen[str]":
    kept = {key: os.environ[key] for key in ("PATH", "LANG", "TZ") if key in os.environ}
    return subprocess.Popen(
        [sys.executable, "-P", "-m", "notifier", "demo"],
        env=kept | BOGUS | {"HOME": str(folder), "NOTIFIER_HOME": str(folder / "home")},
        cwd=folder,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        start_new_session=True,
    )


def left_running(home: Path) -> list[str]:
    found: list[str] = []
    for entry in Path("/proc").iterdir():
        if entry.name.isdecimal() and int(entry.name) != os.getpid():
            try:
                words = (entry / "cmdline").read_bytes()
                everything = words + (entry / "environ").read_bytes() + bytes((entry / "cwd").readlink())
            except OSError:
                continue
            if str(home).encode() in everything:
                found.append(words.replace(b"\0", b" ").decode())
    return found


@pytest.fixture(scope="module")
def told(tmp_path_factory: pytest.TempPathFactory) -> Told:
    folder, began = tmp_path_factory.mktemp("demo"), time.monotonic()
    run = start(folder)
    out, err = run.communicate(timeout=150)
    return Told(run.returncode, out, err, time.monotonic() - began, folder)


def test_the_story_ends_by_itself_adds_up_and_leaves_nothing_running(told: Told) -> None:
    assert told.code == 0, told.out + told.err
    assert "ACCOUNTING HOLDS" in told.out.splitlines()[-1]
    assert told.seconds < 90
    assert told.err == ""
    assert [line for line in told.out.splitlines() if len(line) > 80] == []
    assert_table_adds_up(told.out)
    assert "one worker killed" in told.out
    assert left_running(told.folder / "home") == []


def assert_table_adds_up(out: str) -> None:
    identities = re.findall(r"^  ([\d,+ ]+) = ([\d,]+)  adds up \((.+)\)$", out, re.MULTILINE)
    assert [name for _, _, name in identities] == [
        "Fri first notice", "Sat newly affected", "Sat now certain", "Sat released", "Sat correction",
        "Sun Mythos 5 back, US",
    ]  # fmt: skip
    for parts, total, name in identities:
        row = re.search(rf"^  {name} +([\d,]+) +([\d,]+)", out, re.MULTILINE)
        assert row is not None
        assert sum(number(part) for part in parts.split(" + ")) == number(total) == number(row[1])
        assert number(parts.split(" + ")[0]) == number(row[2]) > 20


def number(text: str) -> int:
    return int(text.replace(",", ""))


def test_the_files_name_who_is_to_be_called_and_show_the_mails(told: Told) -> None:
    folder = told.folder / "home" / "demo"
    with (folder / "call-list.csv").open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    said = re.search(r"cut off on Friday, not told: ([\d,]+) customers", told.out)
    assert said is not None
    assert len(rows) == number(said[1]) > 0
    assert {row["reason"] for row in rows} >= {"no_address", "out_of_scope"}
    assert "@" not in (folder / "call-list.csv").read_text("utf-8")
    mails = sorted(folder.glob("yuki-tanaka-*.html"))
    assert len(mails) == 2
    assert "Tanaka Optics" in mails[0].read_text("utf-8")
    assert "Tanaka Labs" not in mails[0].read_text("utf-8"), "that organisation is not concerned"


def test_ctrl_c_in_the_middle_stops_everything(tmp_path: Path) -> None:
    run = start(tmp_path)
    assert run.stdout is not None
    for line in run.stdout:
        if line.startswith("FRIDAY 18:40"):
            break
    os.killpg(run.pid, signal.SIGINT)
    _, err = run.communicate(timeout=60)
    assert run.returncode == 130, err
    assert "Traceback" not in err
    assert left_running(tmp_path / "home") == []
