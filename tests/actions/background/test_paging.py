"""Alarms reach somebody, once each, whatever the other end does; and a rehearsal's reach nobody."""

import json
import os
import re
import signal
import subprocess
import sys
import threading
from base64 import b64encode
from collections import Counter
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import psycopg
import pytest

from notifier.actions.background import paging, sweep
from notifier.actions.background.paging import LEASE, judged_mail
from notifier.actions.background.posts import record_signals, speaker
from notifier.actions.company import apply_company
from notifier.actions.control import brake
from notifier.actions.inspect.check_alarms import check_alarms
from notifier.actions.running.destinations import DestinationRow, rows
from notifier.actions.running.signs import Sign
from notifier.app import App
from notifier.edges import company_file
from notifier.errors import BadInput
from notifier.model.alarm import CALM, FAILING, GIVEN_UP_AFTER, PAUSES, Reception
from notifier.model.mail import Outcome, Result
from notifier.model.ring import Ring
from notifier.model.tick import ProcessKind, TickKind
from notifier.settings import from_env
from notifier.store.disruptions import alarms, destination_health
from tests.believing import believed
from tests.lab import COMPANY, Lab, a_lab, every, refuse
from tests.site import Page, Site, a_site
from tests.waiting import until

SECRET = f"whsec_{b64encode(bytes(24)).decode()}"
ALARMS = """
[[sources]]
name = "prometheus"
dialect = "alertmanager"
open = true
map = { fable-prod = "fable-5" }
[[alarms]]
name = "hook"
body = "standard"
url_env = "T_HOOK_URL"
secret_env = "T_HOOK_SECRET"
"""
CHAT = '[[alarms]]\nname = "chat"\nbody = "slack"\nurl_env = "T_CHAT_URL"\n'
FIRING = Path(__file__).parents[2] / "edges/webhooks/alertmanager/firing.json"
MINUTE = 60.0


@pytest.fixture
def site(monkeypatch: pytest.MonkeyPatch) -> Iterator[Site]:
    with a_site() as opened:
        monkeypatch.setenv("T_HOOK_URL", f"{opened.url}/hook")
        monkeypatch.setenv("T_CHAT_URL", f"{opened.url}/chat")
        monkeypatch.setenv("T_HOOK_SECRET", SECRET)
        yield opened


@pytest.fixture
def place(site: Site, database_url: str, tmp_path: Path) -> Iterator[Lab]:
    assert site
    with a_lab(database_url, tmp_path, COMPANY.replace("[attributes]", f"{ALARMS}[attributes]")) as opened:
        yield opened


def declare(lab: Lab, text: str) -> None:
    wanted = company_file.read(text.encode())
    apply_company.apply(lab.app.db, lab.act(), wanted, apply_company.difference(lab.app.db, wanted))


def ring(
    lab: Lab, key: str = "dead:1", text: str = "Nobody was told.", disruption_id: int | None = None
) -> None:
    with lab.app.db.transaction() as tx:
        alarms.raise_once(tx, key, text, disruption_id, lab.now())


def over(lab: Lab, key: str = "dead:1") -> None:
    with lab.app.db.transaction() as tx:
        alarms.clear(tx, key, lab.now())


def report(lab: Lab) -> None:
    """Alertmanager says that Fable 5 is in trouble since just now."""
    body = re.sub(
        rb'("startsAt": *)"[^"]*"', rb'\1"%s"' % lab.now().isoformat().encode(), FIRING.read_bytes()
    )
    record_signals(lab.app.db, speaker(lab.app.db, "prometheus"), {}, body, lab.now())


def heard(site: Site, path: str = "/hook") -> list[tuple[str, str]]:
    """What arrived there, in its order: what happened, and what of."""
    bodies = [json.loads(asked.body) for asked in site.asked if asked.path == path]
    return [(body["type"], body["data"]["text"]) for body in bodies]


def row(lab: Lab, name: str = "hook") -> DestinationRow:
    with lab.app.db.transaction() as tx:
        return next(each for each in rows(tx, lab.app.settings, lab.now()) if each.name == name)


def calm(lab: Lab) -> None:
    lab.pass_time(CALM.total_seconds() + 1)


RAISED, CLEARED = ("alarm.raised", "Nobody was told."), ("alarm.cleared", "Nobody was told.")


# ---------------------------------------------------------------- once


def test_an_alarm_is_told_once_and_its_end_once(place: Lab, site: Site) -> None:
    ring(place)
    place.tick("alarms")
    ring(place, text="Still nobody was told: 7 people.")  # counts change at every tick
    place.tick("alarms")
    assert heard(site) == [RAISED]
    assert all(believed(SECRET, asked.body, asked.headers) for asked in site.asked)
    over(place)
    place.tick("alarms")
    assert heard(site) == [RAISED], "what comes back in a moment is not over"
    calm(place)
    place.tick("alarms", "alarms")
    assert heard(site) == [RAISED, ("alarm.cleared", "Still nobody was told: 7 people.")]
    incidents = {json.loads(asked.body)["data"]["alarm"] for asked in site.asked}
    assert len(incidents) == 1
    ring(place)
    place.tick("alarms")
    assert heard(site)[2:] == [RAISED], "raised anew after that, it is another"
    assert len({json.loads(asked.body)["data"]["alarm"] for asked in site.asked}) == 2


def test_the_sweep_rings_for_what_is_owed(place: Lab) -> None:
    def is_rung() -> bool:
        return Ring("alarms") in sweep.sweep(place.app.db, place.now())

    assert not is_rung()
    ring(place)
    assert is_rung(), "nobody knows yet whom to tell"
    place.tick("alarms")
    assert not is_rung()


def test_what_was_over_before_it_left_is_told_to_nobody(place: Lab, site: Site) -> None:
    ring(place)
    over(place)
    place.tick("alarms")
    site.usual = Page(503)
    ring(place)
    place.tick("alarms")  # it fails, and may have arrived
    site.usual = Page(404)
    ring(place, "list:1", "A list.")
    over(place, "list:1")
    site.asked.clear()
    place.tick("alarms")
    assert heard(site) == []


def test_what_flaps_pages_once(place: Lab, site: Site) -> None:
    for _ in range(5):
        ring(place)
        place.tick("alarms")
        over(place)
        place.tick("alarms")
        place.pass_time(MINUTE)
    calm(place)
    place.tick("alarms")
    assert heard(site) == [RAISED, CLEARED]


def test_a_storm_is_told_whole_and_in_one_tick(place: Lab, site: Site) -> None:
    declare(place, CHAT)
    for n in range(40):
        ring(place, f"dead:{n}")
    place.tick("alarms", "alarms")
    assert Counter(asked.path for asked in site.asked) == {"/hook": 40, "/chat": 40}


# ---------------------------------------------------------------- who must not hear it


def test_a_rehearsals_alarm_pages_nobody(place: Lab, site: Site) -> None:
    reference = place.suspend()
    id_ = place.value("SELECT disruption_id FROM disruption WHERE reference = %s", reference)
    place.rows("UPDATE disruption SET mode = 'rehearsal'")
    ring(place, "promise:1", "A promise is overdue.", id_)
    place.tick("alarms")
    assert place.alarms() == ["A promise is overdue."]
    assert site.asked == []
    place.rows("UPDATE disruption SET mode = 'live'")
    place.tick("alarms")
    assert heard(site) == [("alarm.raised", "A promise is overdue.")]
    assert json.loads(site.asked[0].body)["data"]["disruption"] == reference


def test_evidence_pages_where_it_is_live_and_nowhere_else(place: Lab, site: Site) -> None:
    """Embedded and without a key everything is a rehearsal: the draft and its alarm are there, nobody is woken."""
    live = place.app
    place.app = replace(live, settings=replace(live.settings, sendgrid_key=None, on_embedded=True))
    report(place)
    place.tick("judge")
    assert "reports trouble" in place.alarms()[0]
    place.tick("alarms")
    assert site.asked == []
    place.app = replace(live, settings=replace(live.settings, rehearsals_only=True))
    ring(place)
    place.tick("alarms")
    assert site.asked == []


def test_a_draft_is_rung_for_and_its_end_too(place: Lab, site: Site) -> None:
    report(place)
    place.tick("judge")  # it rings for the alarms
    ((what, text),) = heard(site)
    assert what == "alarm.raised"
    assert "Prometheus reports trouble with Fable 5" in text


def test_a_destination_hears_what_it_asked_for(place: Lab, site: Site) -> None:
    declare(place, CHAT + 'only = ["draft"]\n')
    ring(place)
    ring(place, "draft:9", "A draft.")
    place.tick("alarms")
    assert {asked.path for asked in site.asked if b"A draft" in asked.body} == {"/chat", "/hook"}
    assert [asked.path for asked in site.asked if b"Nobody" in asked.body] == ["/hook"]


def test_what_is_switched_off_is_owed_nothing_and_hears_what_is_open_when_it_is_back(
    place: Lab, site: Site
) -> None:
    site.usual = Page(503)
    ring(place)
    place.tick("alarms")
    hook = ALARMS[ALARMS.index("[[alarms]]") :]
    declare(place, hook + "off = true\n")
    place.pass_time(MINUTE)
    site.asked.clear()
    place.tick("alarms")
    assert place.value("SELECT count(*) FROM alarm_message WHERE state = 'owed'") == 0
    declare(place, hook)
    site.usual = Page()
    place.rows("UPDATE destination_health SET again_at = NULL")
    place.tick("alarms")
    assert heard(site) == [RAISED]


def test_under_the_brake_alarms_leave(place: Lab, site: Site) -> None:
    declare(place, '[policy]\non_call = ["ops@example.com"]\n')
    brake.pause_all(place.app.db, place.act())
    ring(place, "database:another", "This is another database.")
    place.tick("alarms")
    assert heard(site) == [("alarm.raised", "This is another database.")]
    assert [mail.address for mail in place.sink.mails] == ["ops@example.com"]


# ---------------------------------------------------------------- a destination that does not work


def ids(site: Site, path: str = "/hook") -> list[str]:
    return [asked.headers["webhook-id"] for asked in site.asked if asked.path == path]


def test_it_is_tried_again_with_growing_pauses_and_others_do_not_wait(place: Lab, site: Site) -> None:
    declare(place, CHAT)
    site.pages["/hook"] = Page(500)
    ring(place)
    for tries, pause in enumerate(PAUSES[:4], 1):
        place.tick("alarms")
        assert len(ids(site)) == tries
        again_at, after = place.rows(
            "SELECT again_at, again_at - failed_at FROM destination_health WHERE destination = 'hook'"
        )[0]
        assert after == pause
        with place.app.db.transaction() as tx:
            assert not destination_health.may_go(tx, "hook", again_at - timedelta(seconds=1))
            assert destination_health.may_go(tx, "hook", again_at)
        place.pass_time(pause.total_seconds())
    assert len(set(ids(site))) == 1, "the same id on each attempt"
    assert [asked.path for asked in site.asked].index("/chat") <= 1
    del site.pages["/hook"]
    place.tick("alarms")
    assert row(place).failing_since is None
    assert row(place).told == "raised: Nobody was told."


def test_one_that_hangs_holds_up_no_other(place: Lab, site: Site) -> None:
    """The first to be told answers only once the second has been told: one after the other, it never would."""
    declare(place, CHAT)
    other = threading.Event()

    def waits(_: object) -> Page:
        other.wait()
        return Page()

    def comes(_: object) -> Page:
        other.set()
        return Page()

    site.pages |= {"/chat": waits, "/hook": comes}
    ring(place)
    place.tick("alarms")
    assert row(place, "chat").works
    assert row(place, "hook").works


def test_that_it_does_not_work_is_an_alarm_for_the_others(place: Lab, site: Site) -> None:
    declare(place, CHAT)
    site.pages["/hook"] = Page(500)
    ring(place)
    for pause in PAUSES[:FAILING]:
        place.tick("alarms")
        place.pass_time(pause.total_seconds())
    (text,) = [text for text in place.alarms() if text.startswith("Alarms do not reach hook")]
    assert text.endswith("It answered 500: fine. See notifier alarms.")
    place.tick("alarms")
    chat = [json.loads(asked.body)["text"] for asked in site.asked if asked.path == "/chat"]
    assert sum("do not reach hook" in each for each in chat) == 1
    assert len(set(ids(site))) == 1, "it is not told that it cannot be told"
    del site.pages["/hook"]
    place.pass_time(MINUTE * 10)
    place.tick("alarms", "alarms")
    assert place.alarms() == ["Nobody was told."]
    assert heard(site)[-1] == RAISED


def test_what_is_open_is_told_however_late_it_is_mended(place: Lab, site: Site) -> None:
    site.usual = Page(401)
    ring(place)
    place.tick("alarms")
    for _ in range(3):
        place.pass_time(GIVEN_UP_AFTER.total_seconds())
        place.tick("alarms")
    assert (row(place).owed, row(place).given_up) == (1, 0)
    site.usual = Page()
    site.asked.clear()
    place.pass_time(PAUSES[-1].total_seconds())
    place.tick("alarms", "alarms")
    assert heard(site) == [RAISED]


def test_an_end_is_given_up_after_a_day_and_counted(place: Lab, site: Site) -> None:
    ring(place)
    place.tick("alarms")
    over(place)
    calm(place)
    site.usual = Page(401)
    place.tick("alarms")
    place.pass_time(GIVEN_UP_AFTER.total_seconds())
    place.tick("alarms")
    place.pass_time(MINUTE)
    site.asked.clear()
    place.tick("alarms")
    assert site.asked == []
    assert (row(place).owed, row(place).given_up) == (0, 1)


def test_whoever_was_surely_not_told_hears_no_end_either(place: Lab, site: Site) -> None:
    site.usual = Page(401)
    ring(place)
    place.tick("alarms")
    over(place)
    calm(place)
    site.asked.clear()
    place.tick("alarms")
    assert site.asked == []


def test_what_is_raised_anew_is_told_after_its_end(place: Lab, site: Site) -> None:
    """The last that is read of it is the truth."""
    ring(place)
    place.tick("alarms")
    over(place)
    calm(place)
    site.usual = Page(404)
    place.tick("alarms")  # its end was tried once
    ring(place, text="Nobody was told again.")
    ring(place, "dead:2", "Another.")
    site.usual = Page()
    site.asked.clear()
    place.pass_time(MINUTE)
    place.tick("alarms", "alarms")
    told = heard(site)
    assert ("alarm.raised", "Another.") in told
    assert [each for each in told if each[1] != "Another."] == [
        CLEARED,
        ("alarm.raised", "Nobody was told again."),
    ]


def test_an_end_that_is_refused_holds_up_nothing_that_is_raised_anew(place: Lab, site: Site) -> None:
    ring(place)
    place.tick("alarms")
    over(place)
    calm(place)
    site.usual = lambda asked: Page(400 if b"alarm.cleared" in asked.body else 200)
    place.tick("alarms")
    ring(place, text="Nobody was told again.")
    place.tick("alarms")
    assert heard(site)[2:] == [("alarm.raised", "Nobody was told again.")]


def test_who_looks_what_is_owed_takes_its_locks_in_their_order(place: Lab) -> None:
    """Messages, then how their destinations do: whoever records a try takes them so."""
    ring(place)
    place.tick("alarms")
    for table in ("alarm_message", "destination_health"):
        place.rows(f"UPDATE {table} SET destination = 'gone'")
    place.rows("UPDATE alarm_message SET state = 'owed'")
    with psycopg.connect(place.database_url) as other, ThreadPoolExecutor(1) as thread:
        other.execute("SELECT FROM alarm_message FOR NO KEY UPDATE")
        ticks = thread.submit(place.tick, "alarms")
        until(lambda: ticks.done() or place.value("SELECT count(*) FROM pg_locks WHERE NOT granted"))
        try:
            other.execute("SELECT FROM destination_health FOR NO KEY UPDATE NOWAIT")
        finally:
            other.rollback()
        ticks.result()
    assert place.rows("SELECT destination FROM destination_health") == [("hook",)]


# ---------------------------------------------------------------- workers that are not alike


def as_process(lab: Lab, **settings: object) -> App:
    return replace(lab.app, settings=replace(lab.app.settings, **settings))  # type: ignore[arg-type]


def test_a_worker_without_the_command_takes_nothing_from_one_that_has_it(place: Lab, tmp_path: Path) -> None:
    got = tmp_path / "got"
    got.touch()
    code = f"import sys; open({str(got)!r}, 'a').write(sys.stdin.read() + chr(10))"
    bare, has = place.app, as_process(place, alarm_command=(sys.executable, "-c", code))

    def told() -> list[str]:
        return [json.loads(line)["type"] for line in got.read_text().splitlines()]

    def tick_all() -> None:
        for place.app in (has, bare, has, bare):
            place.tick("alarms")

    ring(place)
    tick_all()
    assert told() == ["alarm.raised"]
    over(place)
    calm(place)
    for place.app in (bare, has, bare):
        place.tick("alarms")
    assert told() == ["alarm.raised", "alarm.cleared"]


def test_what_is_owed_to_a_command_that_nobody_has_runs_out(place: Lab) -> None:
    bare, has = place.app, as_process(place, alarm_command=("/no/such/command",))
    place.app = has
    ring(place)
    for pause in PAUSES[:FAILING]:
        place.tick("alarms")
        place.pass_time(pause.total_seconds())
    place.app = bare
    place.tick("alarms")
    assert any(text.startswith("Alarms do not reach command") for text in place.alarms())
    owed = "SELECT count(*) FROM alarm_message WHERE state = 'owed' AND destination = 'command'"
    assert place.value(owed) == 1
    place.pass_time(GIVEN_UP_AFTER.total_seconds() + MINUTE)
    place.tick("alarms")
    assert place.value(owed) == 0
    assert place.alarms() == ["Nobody was told."]
    place.app = has
    place.tick("alarms")
    assert place.value(owed) == 1, "whoever has it again is told of what is open"


def test_where_everything_is_a_rehearsal_nothing_is_taken_away_and_nobody_is_said_to_live(
    place: Lab, site: Site
) -> None:
    live = place.app
    rehearses = as_process(place, rehearsals_only=True, heartbeat_url=f"{site.url}/beat")
    ring(place)
    with everything_runs(place):
        for place.app in (live, rehearses, live, rehearses, live):
            place.tick("alarms")
    assert [asked.path for asked in site.asked] == ["/hook"]
    over(place)
    calm(place)
    for place.app in (rehearses, live):
        place.tick("alarms")
    assert heard(site) == [RAISED, CLEARED]


def test_a_message_that_is_refused_holds_up_no_other(place: Lab, site: Site) -> None:
    site.usual = lambda asked: Page(400 if b"bad" in asked.body else 200)
    ring(place, "dead:1", "A bad one.")
    ring(place, "dead:2")
    place.tick("alarms")
    assert heard(site) == [("alarm.raised", "A bad one."), RAISED]


def test_what_may_have_arrived_is_ended(place: Lab, site: Site) -> None:
    site.usual = Page(500)
    ring(place)
    place.tick("alarms")
    over(place)
    site.usual = Page()
    place.pass_time(MINUTE)
    place.tick("alarms")
    assert heard(site) == [RAISED], "it is over: the page is not repeated"
    calm(place)
    place.tick("alarms")
    assert heard(site) == [RAISED, CLEARED]


KILLED = """
import sys
from datetime import UTC, datetime
from notifier.actions.background import paging, sweep
from notifier.app import opened
from notifier.settings import from_env
with opened(from_env()) as app:
    paging.tick(app.db, app.post, datetime.now(UTC))
"""


def test_killed_between_the_request_and_its_record_it_goes_once_more_under_the_same_id(
    place: Lab, site: Site
) -> None:
    children: list[subprocess.Popen[bytes]] = []

    def kill(_: object) -> Page:
        children[0].send_signal(signal.SIGKILL)
        return Page()

    site.usual = kill
    ring(place)
    environment = {key: value for key, value in os.environ.items() if key != "NOTIFIER_REHEARSALS_ONLY"}
    environment |= {
        "NOTIFIER_DATABASE_URL": place.database_url,
        "NOTIFIER_HOME": str(place.app.settings.home),
        "PYTHONPATH": os.pathsep.join(filter(None, sys.path)),
    }
    children.append(subprocess.Popen([sys.executable, "-c", KILLED], env=environment))
    assert children[0].wait() == -signal.SIGKILL
    site.usual = Page()
    place.tick("alarms")
    assert len(ids(site)) == 1, "whoever has it may still be at it"
    place.pass_time(LEASE.total_seconds() + 1)
    place.tick("alarms", "alarms")
    assert heard(site) == [RAISED, RAISED]
    assert len(set(ids(site))) == 1


# ---------------------------------------------------------------- mail, and a command


def test_who_is_on_call_gets_a_mail_outside_the_accounting(place: Lab) -> None:
    declare(place, '[policy]\non_call = ["ops@example.com", "night@example.com"]\n')
    ring(place, text="Nobody was told, and ida@example.com least of all.")
    place.tick("alarms", "alarms")
    mails = place.sink.mails
    assert sorted(mail.address for mail in mails) == ["night@example.com", "ops@example.com"]
    assert {mail.subject for mail in mails} == {"ERROR: Nobody was told, and [address] least of all."}
    assert "ida" not in mails[0].text
    # What the provider reports about it proves nothing about this database, and is nobody's stray.
    place.report("delivered", mails)
    assert row(place, "on-call").works
    assert place.value("SELECT count(*) FROM brake") == 0
    assert place.value("SELECT count(*) FROM stray") == 0
    place.report("bounce", mails[:1], type="bounce", timestamp=int(datetime.now(UTC).timestamp()) + 1)
    assert row(place, "on-call").bounced
    assert place.value("SELECT count(*) FROM brake") == 0
    assert place.value("SELECT count(*) FROM suppression") == 0


def test_one_address_that_is_refused_silences_no_other(place: Lab) -> None:
    declare(place, '[policy]\non_call = ["bad@example.com", "ops@example.com", "night@example.com"]\n')
    no = refuse(400, "Does not contain a valid address.", "personalizations.0.to.0.email")
    place.sink.on(lambda request: request.addresses[0] == "bad@example.com", no)
    ring(place)
    place.tick("alarms", "alarms")
    assert place.sink.counts == {"ops@example.com": 1, "night@example.com": 1}
    assert row(place, "on-call").works
    place.sink.on(every, no)
    (tested,) = paging.test(place.app.db, place.app.post, "on-call")
    assert (tested.told, tested.said) == (
        False,
        "The provider answered 400: Does not contain a valid address.",
    )


@pytest.mark.parametrize(
    ("result", "reception", "maybe"),
    [
        (Result.ACCEPTED, Reception.TOLD, False),
        (Result.REJECTED, Reception.REFUSED, False),
        (Result.UNKNOWN, Reception.FAILED, True),
        (Result.FORBIDDEN, Reception.FAILED, False),
        (Result.LATER, Reception.FAILED, False),
        (Result.NOT_SENT, Reception.FAILED, False),
    ],
)
def test_what_a_mail_proves(result: Result, reception: Reception, maybe: bool) -> None:
    later = datetime(2026, 11, 28, tzinfo=UTC)
    found = judged_mail(Outcome(result, "It said so.", retry_at=later if result is Result.LATER else None))
    assert (found.reception, found.maybe, found.said) == (reception, maybe, "It said so.")
    assert found.again_at == (later if result is Result.LATER else None)


def test_without_a_key_the_sandbox_gets_the_mail(place: Lab) -> None:
    declare(place, '[policy]\non_call = ["ops@example.com"]\n')
    settings = replace(place.app.settings, sendgrid_key=None, sandbox_url=place.sink.url)
    place.app = replace(place.app, settings=settings)
    ring(place)
    place.tick("alarms")
    assert [mail.address for mail in place.sink.mails] == ["ops@example.com"]
    place.app = replace(place.app, settings=replace(settings, sandbox_url=None))
    assert "no mail can leave here" in (row(place, "on-call").lacks or "")


def test_a_command_is_told_and_is_given_none_of_our_secrets(
    place: Lab, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("SENDGRID_API_KEY", "NOTIFIER_DATABASE_URL"):
        monkeypatch.setenv(name, "x")
    got, names = tmp_path / "got", tmp_path / "names"
    code = (
        f"import os, sys; open({str(got)!r}, 'a').write(sys.stdin.read() + chr(10))\n"
        f"open({str(names)!r}, 'w').write(' '.join(os.environ))"
    )
    command = (sys.executable, "-c", code)
    place.app = replace(place.app, settings=replace(place.app.settings, alarm_command=command))
    ring(place)
    place.tick("alarms", "alarms")
    (line,) = got.read_text().splitlines()
    assert json.loads(line)["data"]["text"] == "Nobody was told."
    given = names.read_text().split()
    assert "T_HOOK_URL" in given, "what is not ours is its own"
    assert not [name for name in given if name == "SENDGRID_API_KEY" or name.startswith("NOTIFIER_")]


# ---------------------------------------------------------------- that we live


@contextmanager
def everything_runs(lab: Lab) -> Iterator[None]:
    signs = [Sign(kind, 1) for kind in ProcessKind]
    for sign in signs:
        sign.leave(lab.app.db.transaction)
    lab.rows("UPDATE process SET seen_at = now() + interval '1 hour'")  # however slow this machine is
    lab.rows("INSERT INTO tick (kind, ended_at) SELECT unnest(%s::text[]), now()", [*map(str, TickKind)])
    yield
    for sign in signs:
        sign.end(lab.app.db.transaction)


def test_a_heartbeat_goes_out_once_a_minute_while_everything_runs(place: Lab, site: Site) -> None:
    def beats() -> int:
        return sum(asked.path == "/beat" for asked in site.asked)

    settings = replace(place.app.settings, heartbeat_url=f"{site.url}/beat")
    place.app = replace(place.app, settings=settings)
    place.tick("alarms")
    assert beats() == 0
    assert row(place, "heartbeat").failed_why.startswith("It is kept back: Nothing runs")
    place.pass_time(MINUTE)
    with everything_runs(place):
        place.tick("alarms", "alarms")
        assert beats() == 1
        assert check_alarms(place.app.db, settings, place.now())[1].ok
    place.pass_time(MINUTE)
    place.tick("alarms")
    assert beats() == 1
    (check,) = check_alarms(place.app.db, settings, place.now())[1:]
    assert not check.ok
    assert "Nothing runs" in check.found


def test_a_heartbeat_that_nobody_takes_is_an_alarm(place: Lab, site: Site) -> None:
    site.pages["/beat"] = Page(404)
    place.app = replace(place.app, settings=replace(place.app.settings, heartbeat_url=f"{site.url}/beat"))
    for _ in range(FAILING):
        with everything_runs(place):
            place.tick("alarms")
        place.rows("DELETE FROM tick")
        place.pass_time(MINUTE)
    (text,) = place.alarms()
    assert text.startswith("The heartbeat does not reach NOTIFIER_HEARTBEAT_URL since ")
    assert text.endswith(": It answered 404.")
    place.tick("alarms")
    assert [what for what, _ in heard(site)] == ["alarm.raised"]


# ---------------------------------------------------------------- a test, and what people see


def test_a_test_says_what_was_answered_and_is_no_alarm(place: Lab, site: Site) -> None:
    declare(place, CHAT)
    site.pages["/chat"] = Page(403, b"invalid_token")
    tested = {each.name: each for each in paging.test(place.app.db, place.app.post, None)}
    assert tested["hook"].told
    assert (tested["chat"].told, tested["chat"].said) == (False, "It answered 403: invalid_token.")
    assert heard(site) == [("alarm.test", paging.TEXT)]
    assert (row(place).told, row(place, "chat").failed_why) == (
        f"test: {paging.TEXT}",
        "It answered 403: invalid_token.",
    )
    assert place.alarms() == []
    with pytest.raises(BadInput, match="No destination is called 'pager': there are chat, hook"):
        paging.test(place.app.db, place.app.post, "pager")


def test_doctor_names_what_does_not_work(place: Lab, monkeypatch: pytest.MonkeyPatch) -> None:
    def checked() -> tuple[bool, str]:
        check = check_alarms(place.app.db, place.app.settings, place.now())[0]
        return check.ok, check.found

    assert checked() == (True, "go to hook")
    monkeypatch.setenv("T_HOOK_SECRET", "whsec_a")
    assert checked() == (
        False,
        "hook: T_HOOK_SECRET is no secret of Standard Webhooks: whsec_ and then base64.",
    )
    monkeypatch.setenv("T_HOOK_SECRET", "")
    assert checked() == (False, "hook: T_HOOK_SECRET is empty: set it to the secret.")
    monkeypatch.setenv("T_HOOK_URL", "hooks.example")
    assert "T_HOOK_URL is no address" in checked()[1]
    monkeypatch.delenv("T_HOOK_URL")
    assert checked() == (False, "hook: T_HOOK_URL is empty: set it to the address that alarms are posted to.")
    ring(place)
    place.tick("alarms")
    assert row(place).failed_why == "T_HOOK_URL is empty: set it to the address that alarms are posted to."


def test_where_alarms_go_nowhere_that_is_said(lab: Lab) -> None:
    nowhere, heartbeat = check_alarms(lab.app.db, from_env({}), lab.now())
    assert (nowhere.ok, nowhere.warns, heartbeat.warns) == (True, True, True)
    lab.tick("alarms")
    with pytest.raises(BadInput, match="Alarms go nowhere"):
        paging.test(lab.app.db, lab.app.post, None)
