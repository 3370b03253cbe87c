"""Looks become evidence: a real server, a real database, and the clock in the test's hand."""

import json
import threading
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, cast

import psycopg
import pytest

from notifier.actions.background import probes, sweep
from notifier.actions.background.posts import NotSigned, UnknownSource, record_signals, speaker
from notifier.actions.company import apply_company
from notifier.edges import company_file
from notifier.model.act import Act
from notifier.model.probe import ProbeOutcome, Whose
from notifier.model.ring import Ring
from notifier.model.signal import SignalState
from notifier.settings import Settings, from_env
from notifier.store import Db
from notifier.store.disruptions import alarms
from notifier.store.read.sources import ProbeRow, SourceRow, database_row, probe_rows, source_rows
from tests.edges.webhooks.samples import FOLDER
from tests.raw_sql import RawSql
from tests.site import Asked, Page, Site, a_site
from tests.waiting import until

NOW = datetime(2026, 11, 27, 18, 40, tzinfo=UTC)
SERVICES = "".join(f'[[services]]\nslug = "{slug}"\nname = "{slug}"\n' for slug in ("fable-5", "iris"))
SILENT = "http://no-such-host.invalid/"
"""Names that nobody can know: a network of which nothing can be reached."""


@dataclass
class Eyes(RawSql):
    db: Db
    settings: Settings
    database_url: str
    now: datetime = NOW
    rings: list[Ring] = field(default_factory=list)

    def declare(self, *tables: str) -> None:
        raw = SERVICES + "".join(f"[[probes]]\n{table}\n" for table in tables)
        wanted = company_file.read(raw.encode())
        act = Act("person:test", self.now)
        apply_company.apply(self.db, act, wanted, apply_company.difference(self.db, wanted))

    def look(self, *, after: float = 0) -> None:
        """One tick, so many seconds later."""
        self.now += timedelta(seconds=after)
        self.rings += probes.look(self.db, self.settings, lambda: self.now)

    def row(self, name: str = "api") -> ProbeRow:
        with self.db.transaction() as tx:
            return next(row for row in probe_rows(tx) if row.name == name)

    def signals(self, name: str = "api") -> list[tuple[str, str | None]]:
        return self.rows("SELECT state, kind FROM signal WHERE source = %s ORDER BY signal_id", name)

    def alarms(self) -> dict[str, str]:
        with self.db.transaction() as tx:
            return {alarm.key: alarm.text for alarm in alarms.open_ones(tx)}


def http(url: str, name: str = "api", **more: Any) -> str:
    fields = {"services": ["fable-5"], "allow_private": True, "every": "60s"} | more
    lines = [f'name = "{name}"', 'type = "http"', f'url = "{url}"']
    return "\n".join(lines + [f"{key} = {toml(value)}" for key, value in fields.items()])


def toml(value: object) -> str:
    if isinstance(value, dict):
        pairs = cast("dict[str, object]", value).items()
        return "{ " + ", ".join(f"{json.dumps(key)} = {toml(inner)}" for key, inner in pairs) + " }"
    return json.dumps(value)  # texts, numbers, booleans and lists are written the same


@pytest.fixture
def eyes(db: Db, tmp_path: Path) -> Eyes:
    settings = from_env({"NOTIFIER_DATABASE_URL": db.url, "NOTIFIER_HOME": str(tmp_path / "home")})
    return Eyes(db, settings, db.url)


@pytest.fixture
def site() -> Iterator[Site]:
    with a_site() as opened:
        yield opened


# ---------------------------------------------------------------- a page


def test_two_bad_looks_are_a_report_and_two_good_ones_its_end(eyes: Eyes, site: Site) -> None:
    eyes.declare(http(site.url))
    eyes.look()
    assert (eyes.row().outcome, eyes.signals(), eyes.rings) == ("fine", [], [])
    site.usual = Page(451)
    eyes.look(after=70)
    assert (eyes.row().outcome, eyes.row().bad, eyes.signals()) == ("trouble", 1, [])
    eyes.look(after=70)
    assert eyes.signals() == [("firing", "suspension")]
    assert eyes.rings == [Ring("judge")]
    eyes.look(after=70)
    assert eyes.signals() == [("firing", "suspension")], "said again, and no news"
    assert eyes.row().troubles == 1
    site.usual = Page(200)
    eyes.look(after=70)
    eyes.look(after=70)
    assert eyes.signals()[1:] == [("resolved", None)]
    assert eyes.row().troubles == 0
    assert eyes.rows("SELECT services FROM signal WHERE state = 'firing'") == [(["fable-5"],)]


def test_the_sweep_rings_for_whoever_is_due(eyes: Eyes, site: Site) -> None:
    eyes.declare(http(site.url))
    assert Ring("probes") in sweep.sweep(eyes.db, eyes.now)
    eyes.look()
    assert Ring("probes") not in sweep.sweep(eyes.db, eyes.now)


def test_nobody_looks_before_it_is_its_turn_and_looks_are_spread(eyes: Eyes, site: Site) -> None:
    eyes.declare(*(http(site.url, f"p{n}") for n in range(12)))
    eyes.look()
    eyes.look(after=53)
    assert len(site.asked) == 12
    assert len({eyes.row(f"p{n}").next_at for n in range(12)}) > 1
    eyes.look(after=14)
    assert len(site.asked) == 24


def test_a_table_that_says_what_it_is_read_as_knows_better(eyes: Eyes, site: Site) -> None:
    eyes.declare(http(site.url, kind="outage", fails=1))
    site.usual = Page(451)
    eyes.look()
    assert eyes.signals() == [("firing", None)]
    assert eyes.rows("SELECT services ->> 'kind' FROM source") == [("outage",)]


def test_a_probe_that_hangs_keeps_nobody_waiting(eyes: Eyes, site: Site) -> None:
    """The others are looked at, and looked at again once they are due, while the first has no answer."""
    site.pages["/hangs"] = Page(then=site.hang)
    slow = http(f"{site.url}/hangs", "a-slow", timeout="30s")
    eyes.declare(slow, *(http(site.url, f"p{n:02}", every="40s") for n in range(12)))
    tick = threading.Thread(target=eyes.look)
    tick.start()
    until(lambda: len(site.asked) == 13)
    until(lambda: eyes.rows("SELECT count(*) FROM probe_run WHERE claim IS NULL") == [(12,)])
    eyes.now += timedelta(seconds=45)
    until(lambda: len(site.asked) == 25)
    assert tick.is_alive(), "all that in the same tick"
    site.over.set()
    tick.join()
    assert eyes.row("a-slow").looked_at


def test_a_look_by_whoever_lost_the_claim_changes_nothing(eyes: Eyes, site: Site) -> None:
    """A worker that slept through its lease comes back with an old look."""
    eyes.declare(http(site.url, fails=1))

    def taken_over(_: Asked) -> Page:
        eyes.rows("UPDATE probe_run SET leased_until = clock_timestamp() - interval '1 second'")
        site.usual = Page(200)
        probes.look(eyes.db, eyes.settings, lambda: eyes.now)
        return Page(500)

    site.usual = taken_over
    eyes.look()
    assert len(site.asked) == 2
    assert (eyes.row().outcome, eyes.signals()) == ("fine", [])


def test_a_probe_that_is_off_is_not_looked_at_and_what_it_reported_stays(eyes: Eyes, site: Site) -> None:
    site.usual = Page(500)
    eyes.declare(http(site.url, fails=1))
    eyes.look()
    eyes.declare(http(site.url, fails=1, off=True))
    site.usual = Page(200)
    for _ in range(3):
        eyes.look(after=70)
    assert len(site.asked) == 1
    assert eyes.row().troubles == 1


def test_a_fault_of_ours_is_no_trouble_of_theirs(eyes: Eyes, site: Site) -> None:
    eyes.declare(http(site.url, "whole"), http(site.url, "torn"))
    eyes.rows("UPDATE probe SET asks = '{\"timeout\": {}}' WHERE name = 'torn'")
    eyes.look()
    assert eyes.row("whole").outcome == "fine"
    assert eyes.row("torn").outcome == "unknown"
    assert "please report it" in eyes.row("torn").said
    eyes.look(after=16 * 60)
    assert eyes.alarms()["unread:torn"].startswith("The probe torn says nothing since 2026-11-27 18:40 UTC")
    eyes.declare(http(site.url, "torn", every="61s"))
    eyes.look(after=70)
    assert eyes.alarms() == {}


# ---------------------------------------------------------------- our own network


def silent(name: str, host: str, **more: Any) -> str:
    return http(f"http://{host}.invalid/", name, **more)


def test_if_no_probe_reaches_anybody_it_is_the_network_here(eyes: Eyes) -> None:
    eyes.declare(silent("api", "one"), silent("web", "two"), silent("cdn", "three"))
    for _ in range(5):
        eyes.look(after=70)
    assert eyes.rows("SELECT FROM signal") == []
    assert [eyes.row(name).outcome for name in ("api", "web", "cdn")] == ["unknown"] * 3
    assert set(eyes.alarms()) == {"network:inside"}
    assert "one.invalid, three.invalid, two.invalid" in eyes.alarms()["network:inside"]


def test_one_that_is_reached_proves_that_the_network_works(eyes: Eyes, site: Site) -> None:
    eyes.declare(silent("api", "one"), silent("web", "two"))
    eyes.look(after=70)
    eyes.look(after=70)
    assert set(eyes.alarms()) == {"network:inside"}
    eyes.declare(http(site.url, "elsewhere"))
    for _ in range(3):
        eyes.look(after=70)
    assert eyes.alarms() == {}
    assert eyes.signals("api") == eyes.signals("web") == [("firing", "outage")]
    assert eyes.signals("elsewhere") == []


def test_what_is_reached_inside_says_nothing_of_the_way_out(eyes: Eyes, site: Site) -> None:
    """The uplink is down, and our own machines answer."""
    eyes.declare(http(site.url, "inside"), *(silent(f"p{n}", f"h{n}", allow_private=False) for n in range(3)))
    for _ in range(4):
        eyes.look(after=70)
    assert eyes.rows("SELECT FROM signal") == []
    assert set(eyes.alarms()) == {"network:outside"}


def test_before_it_is_reported_somebody_else_is_looked_at_at_once(eyes: Eyes, site: Site) -> None:
    """The other host is looked at once an hour: it is asked now, and nobody waits for an hour."""
    hourly = http(site.url, "hourly", every="1h")
    eyes.declare(hourly)
    eyes.look()
    eyes.declare(hourly, silent("api", "one"))
    eyes.look(after=70)
    assert (len(site.asked), eyes.signals()) == (2, [])
    eyes.look(after=70)
    assert eyes.signals() == [("firing", "outage")]
    assert len(site.asked) == 2, "once is enough"


def test_what_would_be_reported_waits_for_seconds_and_not_for_its_interval(eyes: Eyes, site: Site) -> None:
    hourly = http(site.url, "hourly", every="1h")
    eyes.declare(hourly)
    eyes.look()
    eyes.declare(hourly, silent("api", "one", fails=1, every="1h"))
    eyes.look(after=70)
    assert eyes.signals() == []
    eyes.look(after=12)
    assert eyes.signals() == [("firing", "outage")]


@pytest.mark.parametrize(
    "why", [{"headers_env": {"Authorization": "TEST_EMPTY"}}, {"headers": {"X-Torn": "a\nb"}}]
)
def test_an_outage_is_reported_although_the_only_other_probe_cannot_ask(
    eyes: Eyes, site: Site, why: dict[str, Any]
) -> None:
    """Its own trouble says nothing of the network: it is nobody to compare with, whatever it reached before."""
    eyes.declare(http(site.url, "other"))
    eyes.look()
    eyes.declare(http(site.url, "other", **why), silent("api", "one"))
    eyes.look(after=70)
    eyes.look(after=70)
    assert eyes.row("other").outcome == "unknown"
    assert eyes.signals() == [("firing", "outage")]


def test_what_once_was_not_reached_and_is_not_asked_since_is_no_witness(eyes: Eyes) -> None:
    other = silent("other", "two")
    eyes.declare(other)
    eyes.look()
    eyes.declare(silent("other", "two", headers_env={"Authorization": "TEST_EMPTY"}), silent("api", "one"))
    for _ in range(3):
        eyes.look(after=70)
    assert eyes.signals() == [("firing", "outage")]
    assert "network:inside" not in eyes.alarms()


def test_whoever_never_gets_to_look_is_not_waited_for_for_ever(eyes: Eyes, site: Site) -> None:
    """What it sees cannot be written down, for instance."""
    eyes.declare(http(site.url, "torn"), silent("api", "one"))
    eyes.rows("ALTER TABLE probe_run ADD CHECK (NOT (name = 'torn' AND outcome = 'fine'))")
    for _ in range(3):
        eyes.look(after=70)
    assert eyes.signals() == []
    for _ in range(3):
        eyes.look(after=70)
    assert eyes.signals() == [("firing", "outage")]


def test_a_lone_host_that_is_silent_is_reported(eyes: Eyes) -> None:
    eyes.declare(http(SILENT))
    eyes.look()
    eyes.look(after=70)
    assert eyes.signals() == [("firing", "outage")]
    assert eyes.alarms() == {}


def test_what_fires_already_goes_on_while_nothing_is_reached(eyes: Eyes, site: Site) -> None:
    site.usual = Page(500)
    eyes.declare(http(site.url, fails=1), silent("web", "two"))
    eyes.look()
    assert eyes.signals() == [("firing", "outage")]
    eyes.declare(http(SILENT, fails=1))
    for _ in range(4):
        eyes.look(after=70)
    assert eyes.signals() == [("firing", "outage")]
    assert eyes.row().troubles == 1
    assert "network:inside" in eyes.alarms()


# ---------------------------------------------------------------- a supplier's page

PAGE = (
    'name = "cloud"\ntype = "status_page"\nurl = "{url}"\nallow_private = true\nmap = {{ {map} }}\n'
    'every = "60s"\nmax_age = "9999d"'
)


def test_an_incident_that_names_a_service_of_ours_fires_and_ends_once_it_is_gone(
    eyes: Eyes, site: Site
) -> None:
    summary = (FOLDER / "github_status/poll_summary_firing.json").read_bytes()
    site.usual = Page(body=summary)
    eyes.declare(PAGE.format(url=site.url, map='Actions = "fable-5"'))
    eyes.look()
    fired = eyes.signals("cloud")
    assert fired
    assert {state for state, _ in fired} == {"firing"}
    site.usual = Page(503)
    for _ in range(3):
        eyes.look(after=70)
    assert eyes.signals("cloud") == fired, "a page that cannot be read says nothing"
    eyes.look(after=20 * 60)
    assert "unread:cloud" in eyes.alarms()
    site.usual = Page(body=b'{"page": {"id": "p"}, "incidents": [], "components": []}')
    eyes.look(after=70)
    eyes.look(after=70)
    assert {state for state, _ in eyes.signals("cloud")[len(fired) :]} == {"resolved"}
    assert len(eyes.signals("cloud")) == 2 * len(fired)
    assert eyes.alarms() == {}


def test_what_concerns_nobody_here_is_counted_and_no_alarm(eyes: Eyes, site: Site) -> None:
    site.usual = Page(body=(FOLDER / "github_status/poll_summary_firing.json").read_bytes())
    eyes.declare(PAGE.format(url=site.url, map='"Nothing of theirs" = "fable-5"'))
    eyes.look()
    assert (eyes.signals("cloud"), eyes.alarms(), eyes.row("cloud").outcome) == ([], {}, "fine")
    assert "0 open that concern you" in eyes.row("cloud").said


# ---------------------------------------------------------------- a heartbeat

BEAT = (
    'name = "billing"\ntype = "heartbeat"\nservices = ["fable-5"]\nevery = "10m"\ngrace = "1m"\n'
    'secret_env = "TEST_BEAT"'
)


def watch(eyes: Eyes, since: str = "-infinity", ago: float = 0) -> None:
    """The web process lives, since then without a gap; `ago`: it left its last sign so many seconds ago."""
    eyes.rows(
        "INSERT INTO vigil (who, at, since) VALUES ('web', clock_timestamp() - make_interval(secs => %s), %s)"
        " ON CONFLICT (who) DO UPDATE SET at = excluded.at, since = excluded.since",
        ago,
        since,
    )


def knock(eyes: Eyes, secret: str = "beat-of-the-billing-job") -> None:
    speaks, headers = speaker(eyes.db, "billing"), {"authorization": f"Bearer {secret}"}
    record_signals(eyes.db, speaks, headers, b"done: ida@example.com", eyes.now)


def test_a_heartbeat_that_stops_fires_and_ends_with_the_next_knock(
    eyes: Eyes, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("TEST_BEAT", "beat-of-the-billing-job")
    eyes.declare(BEAT)
    watch(eyes)
    for _ in range(3):
        eyes.look(after=3600)
    assert eyes.signals("billing") == [], "never before its first knock"
    knock(eyes)
    eyes.look(after=600)
    assert eyes.signals("billing") == []
    eyes.look(after=70)
    assert eyes.signals("billing") == [("firing", None)]
    with pytest.raises(NotSigned):
        knock(eyes, "somebody else's secret")
    eyes.look(after=70)
    assert eyes.signals("billing") == [("firing", None)]
    assert eyes.row("billing").refused_at is not None
    knock(eyes)
    eyes.look(after=70)
    assert eyes.signals("billing") == [("firing", None), ("resolved", None)]
    assert eyes.rows("SELECT FROM kept_post") == [], "nothing of what it said is kept"


def test_while_we_were_down_no_heartbeat_is_missed(eyes: Eyes, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TEST_BEAT", "beat-of-the-billing-job")
    eyes.declare(BEAT)
    watch(eyes)
    knock(eyes)
    watch(eyes, ago=3600)
    eyes.look(after=3600)
    assert (eyes.signals("billing"), eyes.row("billing").outcome) == ([], "unknown")
    watch(eyes, since=eyes.now.isoformat())
    eyes.look(after=600)
    assert (eyes.signals("billing"), eyes.row("billing").outcome) == ([], "unknown")
    eyes.look(after=70)
    assert eyes.signals("billing") == [("firing", None)], "it had its whole time since we listen again"
    watch(eyes, since=eyes.now.isoformat())
    eyes.look(after=70)
    assert eyes.signals("billing") == [("firing", None)], "that we were away once more is no knock"


def stale(eyes: Eyes, name: str) -> list[tuple[bool]]:
    return eyes.rows("SELECT stale FROM trouble WHERE source = %s", name)


def test_a_heartbeat_is_never_too_old_to_draft_however_long_it_may_be_away(
    eyes: Eyes, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("TEST_BEAT", "beat-of-the-billing-job")
    eyes.declare(BEAT.replace('"10m"', '"7d"').replace('"1m"', '"2d"'))
    watch(eyes)
    knock(eyes)
    eyes.look(after=9 * 86_400 + 60)
    assert (eyes.signals("billing"), stale(eyes, "billing")) == ([("firing", None)], [(False,)])


def test_a_page_that_was_first_bad_long_before_it_is_reported_is_not_too_old_either(
    eyes: Eyes, site: Site
) -> None:
    site.usual = Page(500)
    eyes.declare(http(site.url, every="13h", fails=3))
    for _ in range(3):
        eyes.look(after=15 * 3600)
    assert (eyes.signals(), stale(eyes, "api")) == ([("firing", "outage")], [(False,)])


def test_what_a_page_says_began_long_ago_is_old_news(eyes: Eyes, site: Site) -> None:
    site.usual = Page(
        body=(FOLDER / "github_status/poll_summary_firing.json").read_bytes(), headers={"ETag": "a"}
    )
    eyes.declare(PAGE.format(url=site.url, map='Actions = "fable-5"').replace("9999d", "1h"))
    eyes.look()
    assert set(stale(eyes, "cloud")) == {(True,)}


@pytest.mark.parametrize("before", ["expected = false", "expected = true\noff = true"])
def test_a_heartbeat_that_is_newly_expected_has_its_whole_time_from_then(
    eyes: Eyes, monkeypatch: pytest.MonkeyPatch, before: str
) -> None:
    monkeypatch.setenv("TEST_BEAT", "beat-of-the-billing-job")
    eyes.declare(f"{BEAT}\n{before}")
    watch(eyes)
    eyes.look(after=30 * 86_400)
    eyes.declare(f"{BEAT}\nexpected = true")
    eyes.look(after=600)
    assert eyes.signals("billing") == []
    eyes.declare(f"{BEAT}\nexpected = true\nmay = 'draft'")
    eyes.look(after=70)
    assert eyes.signals("billing") == [("firing", None)], "whatever else is said of it renews nothing"


# ---------------------------------------------------------------- the company's database

CUT = (
    'name = "cut"\ntype = "sql"\nquery = """{query}"""\nurl_env = "TEST_SHOP"\nevery = "60s"\n'
    'services = ["iris"]'
)


@pytest.fixture
def shop(eyes: Eyes, monkeypatch: pytest.MonkeyPatch) -> psycopg.Connection:
    monkeypatch.setenv("TEST_SHOP", eyes.database_url)
    eyes.rows("CREATE TABLE shop_status (service text, kind text)")
    return psycopg.connect(eyes.database_url, autocommit=True)


def test_rows_of_a_query_are_services_in_trouble_each_for_itself(
    eyes: Eyes, shop: psycopg.Connection
) -> None:
    with shop:
        eyes.declare(CUT.format(query="SELECT service, kind FROM shop_status"))
        eyes.look()
        assert eyes.row("cut").outcome == "fine"
        shop.execute("INSERT INTO shop_status VALUES ('fable-5', 'suspension'), ('iris', NULL)")
        eyes.look(after=70)
        assert eyes.signals("cut") == []
        eyes.look(after=70)
        assert sorted(eyes.rows("SELECT services, kind FROM signal")) == [
            (["fable-5"], "suspension"),
            (["iris"], None),
        ]
        shop.execute("DELETE FROM shop_status WHERE service = 'iris'")
        eyes.look(after=70)
        eyes.look(after=70)
        assert eyes.rows("SELECT dedupe_key FROM signal WHERE state = 'resolved'") == [("service:iris",)]
        shop.execute("DROP TABLE shop_status")
        for _ in range(2):
            eyes.look(after=20 * 60)
        assert eyes.row("cut").said == "The query is refused there (UndefinedTable)."
        assert eyes.row("cut").troubles == 1, "a query that fails says nothing"
        assert "unread:cut" in eyes.alarms()


def test_what_a_query_names_and_nobody_declared_is_an_alarm_and_no_address_is_shown(
    eyes: Eyes, shop: psycopg.Connection
) -> None:
    with shop:
        shop.execute("INSERT INTO shop_status VALUES ('ida@example.com')")
        eyes.declare(CUT.format(query="SELECT service FROM shop_status"))
        eyes.look()
        eyes.look(after=70)
        assert "ida" not in eyes.row("cut").said
        assert "ida" not in str(eyes.rows("SELECT summary FROM signal"))


def test_a_yes_is_for_the_services_of_the_table(eyes: Eyes, shop: psycopg.Connection) -> None:
    with shop:
        eyes.declare(CUT.format(query="SELECT count(*) > 0 AS down FROM shop_status") + "\nfails = 1")
        eyes.look()
        assert eyes.signals("cut") == []
        shop.execute("INSERT INTO shop_status VALUES ('x')")
        eyes.look(after=70)
        assert eyes.rows("SELECT services FROM signal") == [(["iris"],)]


# ---------------------------------------------------------------- to look at


def test_a_look_can_be_tried_and_changes_nothing(eyes: Eyes, site: Site) -> None:
    site.usual = Page(451)
    eyes.declare(http(site.url))
    before = eyes.rows("SELECT * FROM probe_run"), eyes.rows("SELECT * FROM probe_streak")
    tried = probes.try_probe(eyes.db, eyes.settings, "api", lambda: eyes.now)
    assert (tried.outcome, tried.bad, tried.fails, tried.signals) == (ProbeOutcome.TROUBLE, 1, 2, ())
    assert tried.trouble is Whose.THEIRS
    assert (eyes.rows("SELECT * FROM probe_run"), eyes.rows("SELECT * FROM probe_streak")) == before
    eyes.look()
    tried = probes.try_probe(eyes.db, eyes.settings, "api", lambda: eyes.now)
    assert [(s.state, s.services) for s in tried.signals] == [(SignalState.FIRING, ("fable-5",))]
    assert tried.new == 1
    assert eyes.rows("SELECT FROM signal") == []
    with pytest.raises(UnknownSource):
        probes.try_probe(eyes.db, eyes.settings, "nobody", lambda: eyes.now)
    with pytest.raises(UnknownSource):
        speaker(eyes.db, "api")


def test_a_probe_is_listed_as_a_probe_and_the_database_as_a_source(eyes: Eyes, site: Site) -> None:
    eyes.declare(http(site.url))
    with eyes.db.transaction() as tx:
        rows: list[SourceRow] = source_rows(tx)
        assert rows == []
        assert (database_row(tx).name, database_row(tx).troubles) == ("database", 0)
    assert probes.is_probe(eyes.db, "api")


def test_what_cannot_be_written_down_stops_no_other(eyes: Eyes, site: Site) -> None:
    eyes.declare(http(site.url, "a-torn", every="61s"), http(site.url, "whole"))
    eyes.rows("ALTER TABLE probe_run ADD CHECK (NOT (name = 'a-torn' AND outcome = 'fine'))")
    eyes.look()
    assert eyes.row("a-torn").looked_at is None
    assert eyes.row("whole").outcome == "fine"
