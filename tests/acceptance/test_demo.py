"""`notifier demo` as people run it: it ends by itself, adds up, leaves nothing running, stays on this machine."""

import csv
import os
import re
import resource
import signal
import subprocess
import sys
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
    """Of the processors, all its processes together: how long it takes is the machine's business."""
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


def of_processors() -> float:
    """Seconds that those have used who have ended below us."""
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime


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
    folder, began = tmp_path_factory.mktemp("demo"), of_processors()
    run = start(folder)
    out, err = run.communicate()
    return Told(run.returncode, out, err, of_processors() - began, folder)


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
        "Fri first notice", "Fri update", "Sat newly affected", "Sat now certain", "Sat released",
        "Sat correction", "Sun Mythos 5 back, US", "Mon all of it back",
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
    assert len(mails) == 3
    assert "Tanaka Optics" in mails[0].read_text("utf-8")
    assert "Tanaka Labs" not in mails[0].read_text("utf-8"), "that organisation is not concerned"


def test_seven_languages_are_among_the_customers(told: Told) -> None:
    said = re.findall(r"^  \| (\w\w(?:-\w\w)?) +([\d,]+)  (\S.*)$", told.out, re.MULTILINE)
    assert [locale for locale, _, _ in said] == ["ar", "de", "en", "es", "fr", "ja", "pt-BR"]
    assert all(number(people) > 100 for _, people, _ in said)
    assert len({headline for _, _, headline in said}) == 7
    (friday,) = re.findall(r"^  Fri first notice +[\d,]+ +([\d,]+)", told.out, re.MULTILINE)
    assert sum(number(people) for _, people, _ in said) == number(friday)


def test_a_correction_reaches_exactly_those_who_had_read_what_was_wrong(told: Told) -> None:
    out = told.out
    got = re.search(r"was wrong reached ([\d,]+) people,\n  its correction ([\d,]+) people: exactly", out)
    assert got is not None
    english_and_german = re.findall(r"^  \| (?:en|de) +([\d,]+)", out, re.MULTILINE)
    assert number(got[1]) == number(got[2]) == sum(map(number, english_and_german))
    assert out.count("We have the directive in writing") == 3, "announced, sent, quoted"
    assert re.search(
        r"> We have the directive in writing\.\n.*\n.*This is right: The directive was given", out
    )


def test_one_mail_of_each_kind_stands_there_as_files(told: Told) -> None:
    listed = re.findall(r"^  (home/demo/mails/\d-\S+\.html)$", told.out, re.MULTILINE)
    others = re.findall(r"^  (home/demo/mails/[a-z]\S+\.html)$", told.out, re.MULTILINE)
    kinds = ["first", "update", "catch-up", "released", "correction", "partial", "restored"]
    assert [re.sub(r".*/\d-([a-z]+(?:-up)?)-.*", r"\1", path) for path in listed] == kinds
    read = {path: re.sub(r".*/\d-[a-z]+(?:-up)?-(.*)\.html", r"\1", path) for path in listed}
    assert {*read.values()} == {"ar", "de", "en", "es", "fr", "ja", "pt-BR"}
    assert [Path(path).name.partition(".")[0] for path in others] == [
        "confirmed", "holding",
        "outage_first", "outage_partial", "outage_restored", "outage_update", "retraction",
    ]  # fmt: skip
    assert all("<h1" in (told.folder / path).read_text("utf-8") for path in others)
    subjects: set[str] = set()
    for path in listed:
        page = (told.folder / path).read_text("utf-8")
        assert f'lang="{read[path]}"' in page
        words = (told.folder / path).with_suffix(".txt").read_text("utf-8")
        subject, _, text = words.partition("\n\n")
        subjects.add(subject)
        assert text.strip().splitlines()[0] in page
    assert all(subject.startswith("Subject: ") for subject in subjects)
    assert len(list((told.folder / "home/demo/mails").iterdir())) == 2 * (len(kinds) + len(others))


def test_ctrl_c_in_the_middle_stops_everything(tmp_path: Path) -> None:
    run = start(tmp_path)
    assert run.stdout is not None
    for line in run.stdout:
        if line.startswith("FRIDAY 18:40"):
            break
    os.killpg(run.pid, signal.SIGINT)
    _, err = run.communicate()
    assert run.returncode == 130, err
    assert "Traceback" not in err
    assert left_running(tmp_path / "home") == []
