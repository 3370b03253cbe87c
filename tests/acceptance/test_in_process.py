"""What most stories call is what a person calls: in this process and in one of its own a command says the same."""

import json
import os
import re
import sys
from pathlib import Path

import pytest

from .conftest import Place


@pytest.mark.parametrize(
    "args",
    [
        (),
        ("--version",),
        ("suspend", "--help"),
        ("suspend", "fable-5"),
        ("suspend", "nope", "--reason", "legal", "--yes"),
        ("suspend", "fable-5", "--reason", "legal", "--dry-run", "--json"),
        ("suspend", "fable-5", "--reason", "legal", "--statement", "missing.md", "--yes"),
        ("scope",),
        ("list", "--json"),
        ("show", "ZZZZ"),
        ("apply", "--schema"),
        ("pause", "ZZZZ"),
    ],
)
def test_a_command_says_the_same_in_a_process_of_its_own(notifier: Place, args: tuple[str, ...]) -> None:
    notifier.people(3, header=",locale,plan", cells=",ar,team")
    here, there = notifier(*args), notifier.process(*args)
    assert (here.code, here.err) == (there.code, as_called(there.err))
    assert as_called(here.out) == as_called(there.out)


def as_called(said: str) -> str:
    """By its name, and at no time."""
    return re.sub(
        r"T\d\d:\d\d:\d\d\.\d+|\d\d:\d\d(?= UTC)", "", said.replace("python -m notifier", "notifier")
    )


def test_it_reads_what_is_typed_and_its_own_environment_and_leaves_ours_alone(notifier: Place) -> None:
    before = dict(os.environ), Path.cwd(), sys.argv, sys.stdout, sys.stdin
    rows = "customer,name,email,services\nä,Ä,a@example.com,fable-5\n"
    assert notifier("import", "-", stdin=rows).code == 0
    assert notifier.rows("SELECT name FROM customer") == [("Ä",)]
    assert notifier("pause", "--all", NOTIFIER_ACTOR="person:osei").code == 0
    assert notifier.rows("SELECT actor FROM audit WHERE act LIKE 'pause%%'") == [("person:osei",)]
    (notifier.folder / ".env").write_text("NOTIFIER_PORT=not a port\n")
    assert notifier.process("list").code == notifier("list", NOTIFIER_PORT="").code == 0
    assert (dict(os.environ), Path.cwd(), sys.argv, sys.stdout, sys.stdin) == before


def test_a_ring_that_is_lost_is_said_on_standard_error(notifier: Place) -> None:
    """Standard output is what was asked for: with `--json` a program reads it."""
    notifier.people(2)
    nowhere = {
        "NOTIFIER_DATABASE_URL": notifier.database_url,
        "NOTIFIER_BROKER_URL": "redis://127.0.0.1:1/0",
        "NOTIFIER_REHEARSALS_ONLY": "1",
        "NOTIFIER_SANDBOX_URL": notifier.sandbox.url,
    }
    for run in (notifier, notifier.process):
        done = run("suspend", "fable-5", "--reason", "legal", "--again", "--yes", "--json", **nowhere)
        assert done.code == 0, done.said
        assert json.loads(done.out)["notices"][0]["accounts"]["told"] == 2
        assert "ring lost" in done.err
