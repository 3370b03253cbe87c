"""`notifier sources`: what each tool last said, what was refused, and what a body would do."""

from datetime import UTC, datetime, timedelta
from pathlib import Path

from notifier.actions.background import probes
from notifier.actions.background.posts import note_refused, record_signals, speaker
from notifier.settings import from_env
from notifier.store import Db
from notifier.store.company import catalogue
from notifier.store.company.catalogue import Source
from tests import in_process
from tests.edges.webhooks.samples import FOLDER
from tests.site import Page, a_site

NOW = datetime(2026, 11, 28, 8, tzinfo=UTC)


def test_a_quiet_source_says_why_and_a_body_can_be_tried(db: Db, tmp_path: Path) -> None:
    environment = {
        "NOTIFIER_DATABASE_URL": db.url,
        "NOTIFIER_HOME": str(tmp_path / "home"),
        "NOTIFIER_REHEARSALS_ONLY": "1",
        "KUMA_SECRET": "kuma-5531",
    }

    def notifier(*args: str) -> str:
        code, out, err = in_process.run(args, environment, tmp_path, "")
        assert (code, err) == (0, "")
        return out

    assert "No source is declared" in notifier("sources")
    with db.transaction() as tx:
        catalogue.put_service(tx, "checkout", "Checkout")
        catalogue.put_source(tx, Source("kuma", "uptimekuma", "KUMA_SECRET", {}, None))
        catalogue.put_source(tx, Source("open", "uptimekuma", None, {}, None, open=True))
    assert "never: let it post to /hooks/kuma" in notifier("sources")

    body, headers = FOLDER / "uptimekuma/firing.json", FOLDER / "uptimekuma/firing.headers.json"
    tried = notifier("sources", "try", "kuma", str(body), "--headers", str(headers))
    assert "It would be believed." in tried
    assert "firing  17  checkout" in tried
    assert "1 of 1 would be news." in tried
    (tmp_path / "headers.txt").write_text("Content-Type: application/json\nAuthorization: Bearer wrong\n")
    refused = notifier("sources", "try", "kuma", str(body), "--headers", str(tmp_path / "headers.txt"))
    assert "! It would be refused" in refused
    assert "Nothing is concluded: a test" in notifier(
        "sources", "try", "kuma", str(FOLDER / "uptimekuma/ping.json")
    )

    record_signals(db, speaker(db, "open"), {}, b'{"who": "ida@example.com"}', NOW)
    record_signals(db, speaker(db, "open"), {}, body.read_bytes(), NOW + timedelta(minutes=1))
    note_refused(db, "kuma", "The body is longer than 16,777,216 bytes.", NOW)
    listed = notifier("sources")
    assert "! kuma  (uptimekuma)" in listed
    assert "The body is longer than" in listed
    assert "1 firing" in listed
    assert "open troubles 1" in listed
    assert "notifier sources kept open" in listed
    kept = notifier("sources", "kept", "open")
    assert "[address]" in kept
    assert "ida" not in kept
    assert "Everything that kuma posted was understood." in notifier("sources", "kept", "kuma")
    assert '"troubles": 1' in notifier("sources", "--json")


def test_probes_and_the_database_are_listed_and_a_probe_looks_once(db: Db, tmp_path: Path) -> None:
    environment = {
        "NOTIFIER_DATABASE_URL": db.url,
        "NOTIFIER_HOME": str(tmp_path / "home"),
        "NOTIFIER_REHEARSALS_ONLY": "1",
    }

    def notifier(*args: str, code: int = 0) -> str:
        ended, out, err = in_process.run(args, environment, tmp_path, "")
        assert ended == code, err
        return out + err

    with a_site() as site:
        (tmp_path / "company.toml").write_text(COMPANY.format(url=site.url))
        notifier("apply", "company.toml", "--yes")
        assert "! api  (probe:http)  not looked at yet" in notifier("sources")
        assert "No tool reports." in notifier("sources")
        assert "who is cut off in the data" in notifier("sources")
        site.usual = Page(451)
        tried = notifier("sources", "try", "api")
        assert "trouble: 127.0.0.1 answers 451: that speaks of a suspension." in tried
        assert "Nothing would be reported: 1 of 2 bad looks in a row." in tried
        with Db(db.url) as own:
            settings = from_env(environment)
            probes.look(own, settings, lambda: datetime.now(UTC))
            listed = notifier("sources")
            assert "! api  (probe:http)  trouble" in listed
            assert "not reported  1 of 2 bad looks in a row" in listed
        tried = notifier("sources", "try", "api")
        assert "firing  http  fable-5" in tried
        assert "1 of 1 would be news." in tried
        assert '"outcome": "trouble"' in notifier("sources", "try", "api", "--json")
        assert '"dialect": "probe:http"' in notifier("sources", "--json")
        file = FOLDER / "uptimekuma/firing.json"
        assert "api is a probe, it looks itself: leave the file out." in notifier(
            "sources", "try", "api", str(file), code=2
        )
    with db.transaction() as tx:
        catalogue.put_source(tx, Source("kuma", "uptimekuma", None, {}, None, open=True))
    assert "kuma is a tool: name a file" in notifier("sources", "try", "kuma", code=2)


COMPANY = """
[[services]]
slug = "fable-5"
name = "Fable 5"
[[probes]]
name = "api"
type = "http"
url = "{url}"
services = ["fable-5"]
allow_private = true
"""
