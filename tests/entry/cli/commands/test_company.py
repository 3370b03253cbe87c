"""`notifier apply` and `notifier import`, as processes, on a real terminal where it matters."""

import json
import os
import pty
import signal
import subprocess
import sys
from pathlib import Path

import psycopg
import pytest

from tests import warm
from tests.waiting import until
from tests.warm import Warm

COMPANY = """
[imports.crm]
map = { "Account ID" = "customer", "Notes" = "" }
[[services]]
slug = "fable-5"
name = "Fable 5"
[attributes]
nationality = { type = "text", sensitive = true }
"""
CUSTOMERS = (
    "customer,name,email,services,plan\nc1,Acme,ann@acme.example.com,fable-5,team\nc2,[bold]Beta,,fable-5,\n"
)


@pytest.fixture
def environment(database_url: str, tmp_path: Path) -> dict[str, str]:
    (tmp_path / "company.toml").write_text(COMPANY)
    (tmp_path / "customers.csv").write_text(CUSTOMERS)
    return {
        "PATH": os.environ["PATH"],
        "PYTHONPATH": os.pathsep.join(p for p in sys.path if p),
        "NOTIFIER_DATABASE_URL": database_url,
        "NOTIFIER_HOME": str(tmp_path / "home"),
        "NOTIFIER_ACTOR": "person:lind",
        "NOTIFIER_REHEARSALS_ONLY": "1",
        "TERM": "dumb",
    }


def notifier(environment: dict[str, str], folder: Path, *args: str, stdin: str = "") -> tuple[int, str, str]:
    done = warm.run(*args, env=environment, cwd=folder, stdin=stdin)
    assert "Traceback" not in done.stderr
    return done.returncode, done.stdout, done.stderr


def on_a_terminal(
    environment: dict[str, str], folder: Path, *args: str, answer: str = ""
) -> tuple[int, str, str]:
    """Exit code, standard output, and what the terminal showed (standard error and the echo)."""
    ours, theirs = pty.openpty()
    process = Warm(*args, env=environment, cwd=folder, stdin=theirs, stdout=subprocess.PIPE, stderr=theirs)
    os.close(theirs)
    os.write(ours, answer.encode())
    assert process.stdout is not None
    with process.stdout as stdout:
        out = stdout.read()
    code = process.wait(30)
    shown = b"".join(iter(lambda: _rest_of(ours), b"")).decode()
    os.close(ours)
    return code, out, shown


def _rest_of(terminal: int) -> bytes:
    """Some of what it still shows: one read gives a part of it; EIO says that nobody writes there any more."""
    try:
        return os.read(terminal, 1 << 16)
    except OSError:
        return b""


def count(url: str, table: str) -> int:
    with psycopg.connect(url) as connection:
        found = connection.execute(f"SELECT count(*) FROM {table}".encode()).fetchone()
    assert found is not None
    return found[0]


def test_apply_then_import(environment, tmp_path, database_url):
    code, out, _ = notifier(environment, tmp_path, "apply", "company.toml", "--yes")
    assert code == 0
    assert "+ service fable-5 (name: Fable 5" in out
    assert "3 added, 0 changed, 0 unchanged. Nothing is removed" in out
    code, out, err = notifier(environment, tmp_path, "import", "customers.csv")
    assert (code, err) == (0, "")
    assert "Imported 2 rows, 2 customers." in out
    assert "1 customers have no usable address" in out
    assert out.splitlines()[0] == "Read as UTF-8, columns separated by commas."
    assert "Undeclared, imported as text: plan." in out
    assert "@" not in out
    assert count(database_url, "customer") == 2
    code, out, _ = notifier(environment, tmp_path, "apply", "company.toml")
    assert (code, out.splitlines()[-1]) == (0, "Nothing to change.")


def test_a_preview_stores_nothing(environment, tmp_path, database_url):
    notifier(environment, tmp_path, "apply", "company.toml", "--yes")
    (tmp_path / "export.csv").write_text(CUSTOMERS.replace("customer,", "Account ID,"))
    options = ("export.csv", "--map", "Account ID=customer", "--map", "plan=")
    code, out, _ = notifier(environment, tmp_path, "import", *options, "--preview")
    assert code == 0
    assert "customer c1, name Acme" in out
    assert "team" not in out
    assert "@" not in out
    _, out, _ = notifier(environment, tmp_path, "import", *options, "--preview", "--json")
    assert [row["customer"] for row in json.loads(out)["rows"]] == ["c1", "c2"]
    assert count(database_url, "customer") == 0
    assert notifier(environment, tmp_path, "import", *options)[0] == 0
    assert count(database_url, "customer") == 2
    assert count(database_url, "attribute") == 1


def test_an_export_is_read_as_its_name_says(environment, tmp_path, database_url):
    notifier(environment, tmp_path, "apply", "company.toml", "--yes")
    (tmp_path / "export.csv").write_text("ACCOUNT ID,Name,Notes\nc1,Acme,secret\nc2,Beta,\n")
    code, out, err = notifier(environment, tmp_path, "import", "export.csv", "--as", "salesforce")
    assert (code, out) == (2, "")
    assert err.startswith(
        "No export is called 'salesforce' under [imports] of the company's file: use crm, or"
    )
    options = ("export.csv", "--as", "crm", "--map", "Name=contact_name")
    code, out, _ = notifier(environment, tmp_path, "import", *options)
    assert (code, out.splitlines()[0]) == (
        0,
        "Read as UTF-8, columns separated by commas, 1 column left out as you said.",
    )
    assert count(database_url, "customer") == 2
    assert count(database_url, "attribute") == 1


STAYING = "customer,services\nc1,fable-5\n"


def test_a_complete_file_asks_for_the_number_and_takes_it_once(environment, tmp_path, database_url):
    notifier(environment, tmp_path, "apply", "company.toml", "--yes")
    notifier(environment, tmp_path, "import", "customers.csv")
    (tmp_path / "staying.csv").write_text(STAYING)
    whole = ("import", "staying.csv", "--complete")
    code, out, err = notifier(environment, tmp_path, *whole)
    assert (code, "c2 [bold]Beta: fable-5" in out) == (3, True)
    assert "acknowledge the number with --gone 1" in err
    assert notifier(environment, tmp_path, "import", "-", "--complete", stdin=STAYING)[0] == 3
    code, out, _ = notifier(environment, tmp_path, *whole, "--preview", "--json")
    assert (code, json.loads(out)["gone"]["count"]["customers"]) == (0, 1)
    code, out, _ = notifier(environment, tmp_path, *whole, "--preview")
    assert out.splitlines()[-1] == "  c2 [bold]Beta: fable-5"
    code, _, shown = on_a_terminal(environment, tmp_path, *whole, answer="2\n")
    assert (code, "Nothing was imported" in shown, count(database_url, "entitlement")) == (3, True, 2)
    code, out, shown = on_a_terminal(environment, tmp_path, *whole, answer="1\n")
    assert "Type 1 to end what 1 customer holds" in shown
    assert (code, count(database_url, "entitlement"), count(database_url, "customer")) == (0, 1, 2)
    assert "services ended, for customers" in out
    assert notifier(environment, tmp_path, *whole, "--gone", "1")[0] == 3
    assert notifier(environment, tmp_path, *whole)[0] == 0


def test_of_an_address_only_the_host_is_shown(environment, tmp_path):
    """Its path or its query may be a secret, and what is printed is kept in logs."""
    table = '[[probes]]\nname = "api"\ntype = "http"\nservices = ["fable-5"]\nurl = "{url}"\n'
    file = tmp_path / "company.toml"
    for url in ("https://api.example.com/s3cret?token=s3cret", "https://api.example.com/n3w-s3cret"):
        file.write_text(COMPANY + table.format(url=url))
        for flags in ([], ["--json"], ["--yes"]):
            _, out, err = notifier(environment, tmp_path, "apply", "company.toml", *flags)
            assert "api.example.com" in out
            assert "s3cret" not in out + err


def test_json_is_the_whole_output(environment, tmp_path):
    _, out, _ = notifier(environment, tmp_path, "apply", "company.toml", "--yes", "--json")
    applied = json.loads(out)
    assert applied["applied"] is True
    assert [c["name"] for c in applied["changes"]] == ["fable-5", "nationality", "crm"]
    _, out, _ = notifier(environment, tmp_path, "import", "-", "--json", stdin=CUSTOMERS)
    imported = json.loads(out)
    assert imported["merged"]["customers_new"] == 2
    assert imported["undeclared"] == ["plan"]


def test_without_a_terminal_and_without_yes_nothing_is_applied(environment, tmp_path, database_url):
    code, out, err = notifier(environment, tmp_path, "apply", "company.toml")
    assert code == 3
    assert "+ service fable-5" in out
    assert "--yes" in err
    code, out, _ = notifier(environment, tmp_path, "apply", "company.toml", "--json")
    assert (code, json.loads(out)["applied"]) == (3, False)
    assert count(database_url, "service") == 0


@pytest.mark.parametrize(("answer", "code", "services"), [("n\n", 3, 0), ("y\n", 0, 1)])
def test_on_a_terminal_it_asks(environment, tmp_path, database_url, answer, code, services):
    found, _, shown = on_a_terminal(environment, tmp_path, "apply", "company.toml", answer=answer)
    assert "Apply this?" in shown
    assert (found, count(database_url, "service")) == (code, services)


def test_a_terminal_sees_the_file_being_read(environment, tmp_path):
    notifier(environment, tmp_path, "apply", "company.toml", "--yes")
    code, out, shown = on_a_terminal(environment, tmp_path, "import", "customers.csv")
    assert code == 0
    assert "100/100 bytes" in shown
    assert "Storing" in shown
    assert "Imported 2 rows" in out


def test_every_bad_row_is_named_on_standard_error(environment, tmp_path, database_url):
    notifier(environment, tmp_path, "apply", "company.toml", "--yes")
    bad = "customer,email,services\nc1,ann@acme.example.com,fable-5\nc2,bob example.com,fabel-5\n,,\n#N/A,a@b,\n"
    (tmp_path / "bad.csv").write_text(bad)
    code, out, err = notifier(environment, tmp_path, "import", "bad.csv")
    assert (code, out) == (2, "")
    assert err.splitlines()[0].startswith("2 rows are bad, nothing was imported")
    assert [line.split(":")[0] for line in err.splitlines()[1:]] == [
        "  line 3",
        "  line 5",
        "  The file was read as UTF-8, columns separated by commas.",
    ]
    assert "bob" not in err
    assert count(database_url, "customer") == 0
    code, out, _ = notifier(environment, tmp_path, "import", "bad.csv", "--skip-bad")
    assert code == 0
    assert "2 bad rows were left out" in out
    assert count(database_url, "customer") == 1


@pytest.mark.parametrize(
    ("args", "word"),
    [
        (["apply", "absent.toml"], "absent.toml cannot be read"),
        (["apply", "."], "cannot be read"),
        (["apply"], "Name the file"),
        (["apply", "customers.csv", "--yes"], "not TOML"),
        (["import", "absent.csv"], "absent.csv cannot be read"),
        (["import", "company.toml"], "neither CSV with a header"),
        (
            ["import", "customers.csv", "--encoding", "ebcdic"],
            "--encoding ebcdic is not known: use one of utf-8",
        ),
        (["import", "customers.csv", "--map", "name"], "write --map 'Account ID=customer'"),
        (["import", "customers.csv", "--map", "name=Name!"], "is no name for an attribute"),
        (["import", "customers.csv", "--gone", "1"], "--gone goes with --complete"),
        (["import", "customers.csv", "--complete", "--skip-bad"], "do not go together"),
        (["import", "-", "--complete", "--preview"], "name a file instead of standard input"),
        (
            ["import", "/dev/fd/0", "--complete", "--preview"],
            "name a file instead of standard input or a pipe",
        ),
        (["import", "customers.csv", "--as", "crm"], "No export is called 'crm' under [imports]"),
        (["import", "customers.csv"], "fable-5"),
    ],
)
def test_bad_input_is_exit_2_and_one_clear_sentence(environment, tmp_path, args, word):
    code, _, err = notifier(environment, tmp_path, *args)
    assert code == 2
    assert word in err


def test_a_database_that_is_down_is_exit_4(environment, tmp_path):
    down = environment | {"NOTIFIER_DATABASE_URL": "postgresql://127.0.0.1:1/none"}
    for args in (["apply", "company.toml", "--yes"], ["import", "customers.csv"]):
        code, _, err = notifier(down, tmp_path, *args)
        assert code == 4
        assert "NOTIFIER_DATABASE_URL" in err


def test_the_schema_needs_no_database(environment, tmp_path):
    down = environment | {"NOTIFIER_DATABASE_URL": "postgresql://127.0.0.1:1/none"}
    code, out, _ = notifier(down, tmp_path, "apply", "--schema")
    assert code == 0
    assert json.loads(out)["$schema"].startswith("https://json-schema.org/")


def test_killed_in_the_middle_nothing_is_imported(environment, tmp_path, database_url):
    notifier(environment, tmp_path, "apply", "company.toml", "--yes")
    process = subprocess.Popen(
        [sys.executable, "-m", "notifier", "import", "-"],
        env=environment,
        cwd=tmp_path,
        stdin=subprocess.PIPE,
    )
    assert process.stdin is not None
    process.stdin.write(b"customer,services\n" + b"".join(b"c%d,fable-5\n" % n for n in range(20_000)))
    process.stdin.flush()
    with psycopg.connect(database_url, autocommit=True) as admin:
        copies = "SELECT count(*) FROM pg_stat_progress_copy WHERE tuples_processed > 0"
        until(lambda: admin.execute(copies).fetchone() == (1,))
    process.send_signal(signal.SIGKILL)
    process.stdin.close()
    process.wait()
    assert count(database_url, "customer") == 0
