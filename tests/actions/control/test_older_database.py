"""A dump that was restored, a standby that lagged: what does not know what was sent must not send it again."""

import shutil
import subprocess
import tempfile
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

import psycopg
import pytest
from psycopg.conninfo import conninfo_to_dict

from notifier.actions.control import brake, older_database
from notifier.actions.inspect.check_server import check_installation, check_replication
from notifier.app import opened
from notifier.errors import Refused
from notifier.local import postgres
from notifier.local.home import prepare
from notifier.local.sockets import socket_folder
from notifier.settings import data_folder
from notifier.store import Db
from notifier.store.migrate import migrate
from tests.lab import Lab, a_lab, delayed, every
from tests.typing_in import command
from tests.waiting import until


@contextmanager
def on(database_url: str, lab: Lab) -> Iterator[Lab]:
    """The same sink and settings, over another database."""
    with opened(replace(lab.app.settings, database_url=database_url)) as app:
        yield Lab(app, lab.sink, database_url, lab.sign)


@contextmanager
def answered_at_the_end(lab: Lab) -> Iterator[None]:
    """A request is under way: the provider has it, and says so only afterwards."""
    gate = threading.Event()
    lab.sink.on(every, delayed(gate), times=1)
    sending = threading.Thread(target=lab.settle)
    sending.start()
    try:
        until(lambda: lab.sink.mails)
        yield
    finally:
        gate.set()
        sending.join()


def tool(name: str, *words: str) -> bytes:
    program = [*postgres.as_nobody(), str(postgres.binaries() / name), *words]
    return subprocess.run(program, check=True, capture_output=True, env=postgres.environment()).stdout


@contextmanager
def restored(dump: bytes, database_url: str) -> Iterator[str]:
    """A dump in a database of its own, on the same server."""
    where = conninfo_to_dict(database_url)
    name = f"{where['dbname']}_restored"
    url = f"postgresql:///{name}?host={where['host']}&user=notifier"
    with psycopg.connect(database_url, autocommit=True) as admin:
        admin.execute(f"CREATE DATABASE {name}")  # pyright: ignore[reportArgumentType]
        program = [
            *postgres.as_nobody(),
            str(postgres.binaries() / "psql"),
            "-q",
            "-v",
            "ON_ERROR_STOP=1",
            url,
        ]
        subprocess.run(program, input=dump, check=True, capture_output=True, env=postgres.environment())
        yield url
        admin.execute(f"DROP DATABASE {name} WITH (FORCE)")  # pyright: ignore[reportArgumentType]


def under_way(lab: Lab) -> str:
    """An installation that is in use, and a notice of which nothing has left."""
    lab.people(30)
    lab.tick()
    reference = lab.suspend()
    freeze = lab.rings.pop(0)
    assert freeze.task == "freeze"
    lab.run(freeze)
    assert lab.states(lab.notice_id(reference, 1)) == {"due": 3}
    return reference


@pytest.fixture
def older(lab: Lab) -> Iterator[Lab]:
    """A dump from before the send, restored after it: all 30 were told, and it knows nothing of that."""
    under_way(lab)
    dump = tool("pg_dump", lab.database_url)
    lab.settle()
    assert len(lab.sink.mails) == 30
    with restored(dump, lab.database_url) as url, on(url, lab) as old:
        yield old


def is_held(lab: Lab, *, by: str) -> None:
    """Whatever is rung for, nothing leaves; who looks reads why, and what to say."""
    sent = len(lab.sink.mails)
    lab.tick("sweep", "late", "promises")
    assert len(lab.sink.mails) == sent
    alarm = next(text for text in lab.alarms() if by in text)
    for option in ("--trust-database", "--as-copy"):
        assert option in alarm
    assert alarm in command(lab, "list")
    with pytest.raises(Refused, match=by):
        brake.resume_all(lab.app.db, lab.act())
    assert lab.value("SELECT count(*) FROM attempt") == 0 or by != "another"


# ---------------------------------------------------------------- another server


def test_a_restored_dump_sends_nothing_by_itself(older: Lab) -> None:
    is_held(older, by="another database")
    assert not older.value("SELECT EXISTS (SELECT FROM attempt)"), "no chunk has lost a try"


def test_a_person_says_that_it_counts(older: Lab) -> None:
    is_held(older, by="another database")
    command(older, "resume", "--all", "--trust-database")
    assert older.alarms() == []
    older.tick()
    assert len(older.sink.mails) == 60, "a person has decided so"
    assert older.acts().count("resume all, trust database") == 1
    assert older.acts().count("hold all: another server") == 1


def test_who_trusts_it_before_anything_ran_on_it_is_asked_for_nothing_more(older: Lab) -> None:
    older_database.trust(older.app.db, older.act())
    older.tick()
    assert older.alarms() == []
    with pytest.raises(Refused, match="nothing is to be trusted"):
        older_database.trust(older.app.db, older.act())


def test_a_copy_beside_it_gets_a_name_of_its_own_and_keeps_what_was_under_way(older: Lab, lab: Lab) -> None:
    is_held(older, by="another database")
    command(older, "resume", "--all", "--as-copy")
    older.tick()
    assert len(older.sink.mails) == 30
    assert older.rows("SELECT state, hold_reason FROM notice") == [("held", older_database.COPIED)]
    names = {each.value("SELECT installation_id::text FROM installation") for each in (older, lab)}
    assert len(names) == 2
    older.report("delivered", lab.sink.mails)
    older.tick()
    assert older.alarms() == [], "what the original sends is not ours"


def test_unknown_outcomes_are_not_judged_by_who_knows_less(lab: Lab) -> None:
    """In the dump a request was under way; the original has heard that it was taken, the dump never will."""
    under_way(lab)
    with answered_at_the_end(lab):
        dump = tool("pg_dump", lab.database_url)
    with restored(dump, lab.database_url) as url, on(url, lab) as old:
        old.pass_time(3600)
        old.tick()
        old.tick()
        assert old.value("SELECT count(*) FROM attempt WHERE outcome = 'presumed_lost'") == 0
        assert len(old.sink.mails) == 30


def test_a_test_mail_stops_too(older: Lab, tmp_path: Path) -> None:
    reference = older.value("SELECT reference FROM disruption")
    with pytest.raises(AssertionError, match="brake is on"):
        command(older, "preview", f"{reference}/1", "--send-to", "me@example.com", "-o", str(tmp_path))
    assert len(older.sink.mails) == 30


@pytest.fixture
def home() -> Iterator[Path]:
    folder = Path(tempfile.mkdtemp(prefix="nt-ts-")).resolve()
    yield folder
    shutil.rmtree(socket_folder(folder), ignore_errors=True)
    shutil.rmtree(folder)


def test_a_restart_is_no_other_server_and_a_promoted_standby_is(home: Path, tmp_path: Path) -> None:
    primary, standby = home / "primary", home / "standby"
    running = postgres.start(primary)
    try:
        url = postgres.url(primary)
        with psycopg.connect(postgres.url(primary, "postgres"), autocommit=True) as admin:
            admin.execute("CREATE DATABASE notifier")
        migrate(url, data_folder("migrations"))
        with a_lab(url, tmp_path) as lab:
            under_way(lab)
            prepare(standby)
            tool(
                "pg_basebackup", "-h", str(socket_folder(primary)), "-U", "notifier", "-X", "stream",
                "-c", "fast", "-D", str(standby / "postgres"),
            )  # fmt: skip
            postgres.stop(running)
            running = postgres.start(primary)
            lab.settle()
            assert len(lab.sink.mails) == 30
            assert lab.alarms() == []
            (standby / "postgres/standby.signal").touch()
            promoted = postgres.start(standby)
            try:
                with psycopg.connect(postgres.url(standby), autocommit=True) as admin:
                    admin.execute("SELECT pg_promote()")
                with on(postgres.url(standby), lab) as old:
                    is_held(old, by="another timeline")
            finally:
                postgres.stop(promoted)
    finally:
        postgres.stop(running)


def test_doctor_warns_of_standbys_that_nobody_waits_for(home: Path) -> None:
    running = postgres.start(home)
    try:
        with psycopg.connect(postgres.url(home, "postgres"), autocommit=True) as admin:
            admin.execute("CREATE DATABASE notifier")
            migrate(postgres.url(home), data_folder("migrations"))
            with Db(postgres.url(home)) as db:
                assert check_replication(db).found == "no standby"
                # What follows the log as a standby does; only its name differs.
                follows = subprocess.Popen(
                    [*postgres.as_nobody(), str(postgres.binaries() / "pg_receivewal"), "-D", str(home),
                     "-h", str(socket_folder(home)), "-U", "notifier"],
                    env=postgres.environment(), stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
                )  # fmt: skip
                try:
                    while not (found := check_replication(db)).warns:
                        assert follows.poll() is None
                        time.sleep(0.05)
                    assert "synchronous_standby_names is empty" in found.found
                    admin.execute("ALTER SYSTEM SET synchronous_standby_names = 'pg_receivewal'")
                    admin.execute("SELECT pg_reload_conf()")
                    until(lambda: not check_replication(db).warns)
                finally:
                    follows.terminate()
                    follows.wait()
    finally:
        postgres.stop(running)


# ---------------------------------------------------------------- older than what was sent


def test_what_the_provider_took_and_this_never_made_holds_everything(older: Lab, lab: Lab) -> None:
    older_database.trust(older.app.db, older.act())
    older.report("delivered", lab.sink.mails[:10])
    is_held(older, by="older than what was sent")
    assert "3 requests" not in " ".join(older.alarms())
    older.report("processed", lab.sink.mails)
    assert "3 requests" in " ".join(older.alarms())


def test_what_a_person_has_seen_does_not_hold_again(older: Lab, lab: Lab) -> None:
    older_database.trust(older.app.db, older.act())
    older.report("processed", lab.sink.mails)
    older_database.trust(older.app.db, older.act())
    older.report("delivered", lab.sink.mails)
    assert older.alarms() == []
    older.tick()
    assert len(older.sink.mails) == 60


@pytest.mark.parametrize(
    ("kind", "fields"),
    [
        ("delivered", {"notifier_installation": "b3f0f6de-6b0a-4a52-9d34-0f7a2c9a4f10"}),
        ("delivered", {"notifier_installation": None}),
        ("delivered", {"notifier_installation": "no id"}),
        ("open", {}),
    ],
    ids=["of another installation", "of nobody", "of nonsense", "a kind that comes years later"],
)
def test_what_proves_nothing_holds_nothing(
    older: Lab, lab: Lab, kind: str, fields: dict[str, str | None]
) -> None:
    older_database.trust(older.app.db, older.act())
    older.report(kind, lab.sink.mails, **fields)
    assert older.alarms() == []


def test_mails_outside_the_accounting_are_ours_as_well(lab: Lab, tmp_path: Path) -> None:
    lab.people(10)
    reference = lab.suspend()
    lab.settle()
    command(lab, "preview", f"{reference}/1", "--send-to", "me@example.com", "-o", str(tmp_path / "out"))
    command(lab, "copy", f"{reference}/1", "p1@example.com", "--reason", "deleted")
    assert len(lab.sink.mails) > 11
    lab.report("delivered", lab.sink.mails)
    assert lab.alarms() == []
    assert {mail.installation_id for mail in lab.sink.mails} == {
        lab.value("SELECT installation_id::text FROM installation")
    }


def test_an_answer_to_a_claim_that_the_database_has_lost_holds_everything(lab: Lab) -> None:
    """The standby that took over in the middle of a request has never heard of its claim."""
    reference = under_way(lab)
    with answered_at_the_end(lab):
        lab.rows(
            "WITH lost AS (DELETE FROM attempt RETURNING chunk_id) UPDATE chunk SET state = 'due',"
            " attempt_id = NULL, lease_until = NULL FROM lost WHERE chunk.chunk_id = lost.chunk_id"
        )
    assert [text for text in lab.alarms() if "older than what was sent" in text]
    lab.tick()
    assert lab.states(lab.notice_id(reference, 1))["due"] >= 1
    assert set(lab.sink.counts.values()) == {1}


def test_a_server_that_is_exchanged_in_the_middle_of_a_task_stops_the_next_request(lab: Lab) -> None:
    under_way(lab)
    with answered_at_the_end(lab):
        lab.rows("UPDATE installation SET timeline = 'FFFFFFFF'")
    lab.tick()
    assert len(lab.sink.mails) == 10
    assert [text for text in lab.alarms() if "another timeline" in text]


# ---------------------------------------------------------------- what may not be asked


def test_a_role_that_may_not_ask_for_the_server_goes_on_and_doctor_says_so(lab: Lab) -> None:
    role = f"u{lab.value('SELECT current_database()')}"
    lab.rows(f"CREATE ROLE {role} LOGIN")
    try:
        lab.rows("REVOKE EXECUTE ON FUNCTION pg_control_system() FROM PUBLIC")
        lab.rows(f"GRANT ALL ON ALL TABLES IN SCHEMA public TO {role}")
        lab.rows(f"GRANT ALL ON ALL SEQUENCES IN SCHEMA public TO {role}")
        url = lab.database_url.replace("user=notifier", f"user={role}")
        with Db(url) as db:
            assert older_database.is_the_one(db, lab.now())
            assert lab.rows("SELECT system_identifier, timeline FROM installation") == [(None, "00000001")]
            found = check_installation(db)
            assert found.ok
            assert found.warns
            assert "pg_control_system" in found.found
    finally:
        lab.rows(f"DROP OWNED BY {role}")
        lab.rows(f"DROP ROLE {role}")
