"""Whatever is wrong is one clear sentence with the exit code of the contract, and nothing is half done."""

import shutil
from pathlib import Path

import psycopg
import pytest

import notifier as package
from notifier.local import postgres
from notifier.settings import data_folder

from .conftest import Place, one_sentence

SUSPEND = ("suspend", "fable-5", "--reason", "legal")


def untouched(place: Place) -> bool:
    """Nothing was declared, nobody was told."""
    rows = place.rows(
        "SELECT 1 FROM disruption UNION ALL SELECT 1 FROM notice UNION ALL SELECT 1 FROM timeline"
    )
    return not rows and place.provider.count() + place.sandbox.count() == 0


def test_an_unknown_service(notifier: Place) -> None:
    done = notifier("suspend", "fable-5", "nope", "--reason", "legal", "--yes")
    assert done.code == 2
    assert done.err == "There is no service 'nope'. Known services: fable-5, mythos-5, sonnet-5.\n"
    assert untouched(notifier)


def test_an_empty_statement(notifier: Place) -> None:
    (notifier.folder / "words.md").write_text(" \n\n")
    done = notifier(*SUSPEND, "--statement", "words.md", "--yes")
    assert done.code == 2
    assert done.err == "The statement for 'en' (words.md) is empty: write it, or leave it out.\n"
    assert untouched(notifier)
    assert notifier(*SUSPEND, "--statement", "-", "--yes", stdin="").code == 2


@pytest.mark.parametrize(
    ("options", "says"),
    [
        (("--statement", "missing.md"), "missing.md cannot be read"),
        (("--statement", "final=missing.md"), "'final=missing.md' names no language"),
        (("--facts", "missing.toml"), "missing.toml cannot be read"),
        (("--next-update", "soon"), "'soon' is not a time"),
        (("--next-update", "2020-01-01T00:00:00Z"), "is in the past"),
        (("--effective", "25:99"), "'25:99' is not a time of day"),
        (("--roles", "owner,janitor"), "'janitor' is not a role: use billing, owner, security, technical."),
    ],
)
def test_options_that_cannot_be_read(notifier: Place, options: tuple[str, ...], says: str) -> None:
    done = notifier(*SUSPEND, *options, "--yes")
    assert done.code == 2
    assert says in done.err
    assert one_sentence(done)
    assert untouched(notifier)


def test_a_file_of_customers_with_a_broken_encoding(notifier: Place) -> None:
    (notifier.folder / "c.csv").write_bytes(
        b"customer,name,email,services\na,Acme,a@example.com,fable-5\nb,M\xfcller,b@example.com,fable-5\n"
    )
    done = notifier("import", "c.csv")
    assert done.code == 2
    assert "UTF-8" in done.err
    assert one_sentence(done) or "line 3" in done.err
    assert notifier.rows("SELECT 1 FROM customer") == []


def test_an_address_twice_in_another_case_is_one_person_and_one_mail(notifier: Place) -> None:
    notifier.customers(
        "customer,name,email,services\na,Acme,Ann@Example.com,fable-5\nb,Beta,ann@example.COM,fable-5\n"
    )
    assert notifier(*SUSPEND, "--yes").code == 0
    (mail,) = notifier.provider.messages()
    assert mail["address"].lower() == "ann@example.com"
    assert "Acme" in mail["text"]
    assert "Beta" in mail["text"]


def test_customers_of_a_service_that_nobody_declared(notifier: Place) -> None:
    (notifier.folder / "c.csv").write_text(
        "customer,name,email,services\na,Acme,a@example.com,fable-5\nb,Beta,b@example.com,opus-9\n"
    )
    done = notifier("import", "c.csv")
    assert done.code == 2
    assert "opus-9" in done.err
    assert "line 3" in done.err
    assert notifier.rows("SELECT 1 FROM customer") == []


def test_a_value_that_does_not_fit_its_type_is_unknown_counted_and_its_first_line_named(
    notifier: Place,
) -> None:
    (notifier.folder / "c.csv").write_text(
        "customer,name,email,services,seats\na,A,a@example.com,fable-5,7\n"
        "b,B,b@example.com,fable-5,many\nc,C,c@example.com,fable-5,n/a\n"
    )
    done = notifier("import", "c.csv")
    assert done.code == 0
    assert (
        "! seats: 2 unknown, for what stands there cannot be used. Line 3: does not fit its type." in done.out
    )
    counted = notifier(*SUSPEND, "--where", "seats > 5", "--dry-run", "--json").json()
    assert {v["rank"]: v["customers"] for v in counted["verdicts"]} == {2: 1, 1: 2}


@pytest.mark.parametrize(
    "scope",
    [
        "nationality = 'US'; DROP TABLE customer",
        "1=1 OR pg_sleep(5) IS NULL",
        "plan = (SELECT name FROM customer)",
        "plan IS DISTINCT FROM 'team'",
        "address = 'x'",
        "plan = 'team",
        "(" * 3000 + "plan = 'a'" + ")" * 3000,
    ],
)
def test_a_hostile_scope(notifier: Place, scope: str) -> None:
    notifier.people(2)
    done = notifier(*SUSPEND, "--where", scope, "--yes")
    assert done.code == 2
    assert len(done.err) < 1000
    assert "^" in done.err or one_sentence(done)
    assert untouched(notifier)
    assert notifier.value("SELECT count(*) FROM customer") == 2


def test_the_place_in_a_scope_is_pointed_at(notifier: Place) -> None:
    done = notifier(*SUSPEND, "--where", "plan = 'team' AND country = 'US'", "--yes")
    sentence, line, pointer = done.err.splitlines()
    assert done.code == 2
    assert "country" in sentence
    assert line[pointer.index("^") :].startswith("country")


def test_hostile_names_stay_names(notifier: Place) -> None:
    name = "[click](http://evil.example) <script>alert(1)</script> {{ 7*7 }} **bold**"
    notifier.customers(
        "customer,name,email,contact_name,services\n"
        f'a,"{name}",a@example.com,"Eve\tBcc: x@example.com",fable-5\n'
        'b,"Beta\r\nSubject: gone",b@example.com,=cmd,fable-5\n'
    )
    assert notifier(*SUSPEND, "--yes").code == 0
    mails = {m["address"]: m for m in notifier.provider.messages()}
    assert set(mails) == {"a@example.com", "b@example.com"}
    assert "<script>" not in mails["a@example.com"]["html"]
    assert 'href="http://evil.example' not in mails["a@example.com"]["html"]
    assert "49" not in mails["a@example.com"]["text"].replace("{{ 7*7 }}", "")
    assert "[click](http://evil.example)" in mails["a@example.com"]["text"]
    for mail in mails.values():
        assert "\n" not in mail["subject"]
        assert not {"bcc", "subject"} & {header.lower() for header in mail["headers"]}


def test_a_template_with_an_unknown_variable(notifier: Place) -> None:
    """As somebody has it who edits the templates of an installed copy."""
    shutil.copytree(Path(package.__file__).parent, notifier.folder / "notifier")
    for data in ("templates", "migrations"):
        shutil.copytree(data_folder(data), notifier.folder / data, dirs_exist_ok=True)
    template = notifier.folder / "templates" / "email" / "notices" / "first.md.j2"
    template.write_text(template.read_text() + "\n{{ nobody_knows_this }}\n")
    notifier.people(2)
    done = notifier.process(*SUSPEND, "--yes")
    assert done.code == 2, done.said
    assert "there is no variable 'nobody_knows_this'" in done.err
    assert "first.md.j2, line " in done.err
    assert one_sentence(done)
    assert untouched(notifier)
    found = notifier.process("doctor")
    assert found.code == 4
    assert "FAULT  templates" in found.out
    assert "nobody_knows_this" in found.out


@pytest.mark.parametrize("command", [(*SUSPEND, "--rehearse", "--yes"), ("migrate",)])
def test_a_database_that_is_down(notifier: Place, command: tuple[str, ...]) -> None:
    (notifier.folder / "c.csv").write_text("customer\na\n")
    done = notifier(*command, NOTIFIER_DATABASE_URL="postgresql://127.0.0.1:1/gone?connect_timeout=2")
    assert done.code == 4
    assert one_sentence(done), done.err


@pytest.mark.parametrize("command", [("list",), ("pause", "--all")])
def test_a_database_that_was_never_migrated(notifier: Place, server: Path, command: tuple[str, ...]) -> None:
    with psycopg.connect(postgres.url(server, "postgres"), autocommit=True) as admin:
        admin.execute("CREATE DATABASE bare TEMPLATE template0")
    try:
        done = notifier(*command, NOTIFIER_DATABASE_URL=postgres.url(server, "bare"))
        assert done.code == 4
        assert done.err == "The database lacks the schema of this version: run `notifier migrate`.\n"
    finally:
        with psycopg.connect(postgres.url(server, "postgres"), autocommit=True) as admin:
            admin.execute("DROP DATABASE bare WITH (FORCE)")


@pytest.mark.parametrize(
    "command", ["show", "watch", "update", "restore", "approve", "pause", "resume", "cancel"]
)
def test_what_is_not_there(notifier: Place, command: str) -> None:
    more = ("--nothing-new",) if command == "update" else ()
    done = notifier(command, "ZZZZ", *more)
    assert done.code == 2
    assert "ZZZZ" in done.err.upper()
    assert one_sentence(done)
