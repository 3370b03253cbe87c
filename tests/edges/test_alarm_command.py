"""A command is given one alarm, has its time, and says by its exit code whether somebody was told."""

import json
import os
import sys
import tempfile
from datetime import UTC, datetime
from pathlib import Path

import pytest

from notifier.edges.alarm_bodies import standard
from notifier.edges.alarm_command import run
from notifier.model.alarm import AlarmEvent, AlarmNews, Reception
from tests.waiting import until

NEWS = AlarmNews(
    AlarmEvent.RAISED, "m", "i", "draft:7", "Nobody was told.", None, datetime(2026, 11, 27, tzinfo=UTC)
)


def python(code: str) -> tuple[str, ...]:
    return sys.executable, "-c", code


def test_it_reads_the_alarm_and_0_means_told(tmp_path: Path) -> None:
    got = tmp_path / "got.json"
    told = run(python(f"import sys; open({str(got)!r}, 'w').write(sys.stdin.read())"), NEWS, {})
    assert told.reception is Reception.TOLD
    assert json.loads(got.read_text()) == standard(NEWS)


def test_what_it_complains_of_is_said_without_an_address() -> None:
    failed = run(
        python("import sys; print('once', file=sys.stderr); sys.exit('no such user ida@example.com.')"),
        NEWS,
        {},
    )
    assert failed.reception is Reception.FAILED
    assert failed.said == "It ended with 1, and said: no such user [address]."
    assert failed.maybe, "it may have told somebody before it failed"
    assert run(python("raise SystemExit(3)"), NEWS, {}).said == "It ended with 3."
    assert run(("/no/such/command",), NEWS, {}).said.startswith(
        "/no/such/command cannot be run: No such file"
    )


def test_its_time_is_bounded_and_nothing_of_it_runs_on(tmp_path: Path) -> None:
    pids = tmp_path / "pids"
    code = (
        "import os, subprocess, sys, threading\n"
        "child = subprocess.Popen([sys.executable, '-c', 'import threading; threading.Event().wait()'])\n"
        f"open({str(pids)!r}, 'w').write(str(child.pid))\n"
        "threading.Event().wait()"
    )
    ended = run(python(code), NEWS, {}, seconds=2.0)
    assert ended.said == "It took longer than 2 s and was ended."
    assert ended.maybe
    if pids.exists() and pids.read_text():  # on a busy machine it had not come so far
        child = int(pids.read_text())
        until(lambda: not _runs(child))


def _runs(pid: int) -> bool:
    try:
        os.kill(pid, 0)
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except (ProcessLookupError, FileNotFoundError):
        return False


def test_what_it_leaves_running_holds_up_nobody() -> None:
    """Its pipes would: it has none."""
    code = "import subprocess, sys\nsubprocess.Popen([sys.executable, '-c', 'import time; time.sleep(3)'])\n"
    assert run(python(code), NEWS, {}, seconds=60).reception is Reception.TOLD


def test_what_it_pours_out_fills_no_disk() -> None:
    """Its end is said all the same, however much came before it."""
    code = (
        "import os, sys\n"
        "for _ in range(256): os.write(2, b'x' * (1 << 16))\n"
        "sys.exit(chr(10) + f'{os.fstat(2).st_size} bytes are kept')"
    )
    assert run(python(code), NEWS, {}, seconds=60).said == "It ended with 1, and said: 0 bytes are kept."


def test_who_closes_its_standard_error_is_waited_for() -> None:
    code = "import os, time\nos.close(2)\ntime.sleep(0.2)\nos._exit(4)"
    assert run(python(code), NEWS, {}, seconds=60).said == "It ended with 4."


def test_where_nothing_can_be_written_that_is_an_answer(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(tempfile, "tempdir", "/no/such/place")
    failed = run(python(""), NEWS, {})
    assert (failed.reception, failed.maybe) == (Reception.FAILED, False)
    assert failed.said.endswith(" cannot be run: No such file or directory.")


def test_it_is_given_the_environment_that_it_is_said_to_have() -> None:
    code = "import os, sys; sys.exit(' '.join(os.environ.get(name, '-') for name in ('HOME', 'WAKE')))"
    assert run(python(code), NEWS, {"WAKE": "up"}).said == "It ended with 1, and said: - up."
