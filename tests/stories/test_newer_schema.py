"""A newer version has migrated the database while this one still works: nothing of this one may stop."""

import asyncio
from pathlib import Path

import pytest
from starlette.requests import Request

from notifier.entry.tasks import TASKS
from notifier.entry.web import Health
from tests.lab import COMPANY, SWALLOW, Lab, nth, refuse
from tests.typing_in import command

TICKS = tuple(name for name in TASKS if name not in ("freeze", "deliver"))


@pytest.fixture
def newer(lab: Lab) -> Lab:
    """Every table has one more column that may be NULL, and the newer version's migration is noted."""
    for (table,) in lab.rows(
        "SELECT quote_ident(relname) FROM pg_class WHERE relkind IN ('r', 'p') AND NOT relispartition"
        " AND relnamespace = 'public'::regnamespace"
    ):
        lab.rows(f"ALTER TABLE {table} ADD COLUMN of_a_later_version text")
    lab.rows("INSERT INTO migration (name, sha256) VALUES ('9999_later.sql', 'x')")
    return lab


def test_a_whole_story_is_told(newer: Lab) -> None:
    """First notice, unknown and refused ones, brake, update, correction, wider scope, an end, a cancel."""
    lab = newer
    people = lab.people(30, nationality="FR")
    lab.sink.on(nth(2), SWALLOW)
    lab.sink.on(nth(3), refuse(429))
    reference = lab.suspend("nationality = 'FR'")
    lab.settle()
    first = lab.notice_id(reference, 1)
    command(lab, "pause", f"{reference}/1")
    command(lab, "resume", f"{reference}/1")
    command(lab, "pause", "--all")
    command(lab, "resume", "--all")
    lab.pass_time(200)
    lab.tick(*TICKS)
    lab.report("processed", lab.sink.mails)
    lab.report("bounce", lab.sink.mails[:1], type="bounce", reason="550")
    lab.tick(*TICKS)
    lab.accounts(first)
    lab.update(reference)
    lab.settle()
    lab.correct(reference)
    lab.settle()
    lab.people(5, name="q", nationality="DE")
    lab.rescope(reference)
    lab.settle()
    lab.people(3, name="late", nationality="FR")
    lab.pass_time(3600)
    lab.tick(*TICKS)
    lab.restore(reference)
    lab.settle()
    assert set(people) <= set(lab.sink.counts)
    command(lab, "dead", f"{reference}/1", "--drop")
    other = lab.suspend(services=["mythos-5"])
    command(lab, "cancel", f"{other}/1")
    lab.tick(*TICKS)


def test_whoever_reads_gets_answers(newer: Lab, tmp_path: Path) -> None:
    lab = newer
    lab.people(12)
    reference = lab.suspend()
    lab.settle()
    (tmp_path / "company.toml").write_text(COMPANY)
    (tmp_path / "people.csv").write_text(
        "customer,name,email,services,suspended\nz,Z,z@example.com,fable-5,fable-5\n"
    )
    command(lab, "apply", str(tmp_path / "company.toml"), "--yes")
    command(lab, "import", str(tmp_path / "people.csv"))
    for words in (
        ("list",),
        ("show", reference),
        ("show", reference, "--json"),
        ("explain", reference, "p1"),
        ("receipts", "p1"),
        ("gaps", reference),
        ("reviews",),
        ("scope", "nationality", "--sensitive"),
        ("snapshot", "--list"),
        ("preview", f"{reference}/1", "-o", str(tmp_path / "out")),
        ("preview", f"{reference}/1", "--send-to", "me@example.com", "-o", str(tmp_path / "out")),
        ("copy", f"{reference}/1", "p1@example.com", "--reason", "deleted"),
        ("reviews", "add", reference, "p1", "--by", "Ann", "--why", "not us"),
        ("holding", reference, "--at", "+30m", "--ceiling", "100", "--yes"),
    ):
        command(lab, *words)


def test_the_web_process_goes_on_taking_evidence(newer: Lab) -> None:
    """A load balancer that took it out would lose what the tools say while the new version rolls out."""
    health = Health(newer.app)
    for asked in (health.ready, health.metrics):
        assert asyncio.run(asked(Request({"type": "http", "query_string": b""}))).status_code == 200
