"""Looking for ourselves, with real processes: a page that answers 451 is a draft, and none once it is right."""

import json
from collections.abc import Iterator

import pytest

from notifier.pipeline.detect import QUIET
from tests.site import Page, Site, a_site

from .conftest import Place

PROBE = """
[[probes]]
name = "status-of-fable"
type = "http"
url = "{url}"
services = ["fable-5"]
allow_private = true
every = "10s"
"""


@pytest.fixture
def site() -> Iterator[Site]:
    with a_site() as opened:
        yield opened


@pytest.fixture
def probed(notifier: Place, site: Site) -> Iterator[Place]:
    (notifier.folder / "probes.toml").write_text(PROBE.format(url=site.url))
    assert notifier("apply", "probes.toml", "--yes").code == 0
    yield notifier
    notifier.rows("UPDATE probe SET off = true")
    notifier.until(lambda: not notifier.rows("SELECT FROM probe_run WHERE claim IS NOT NULL"))
    for table in ("probe_streak", "probe_run", "probe"):
        notifier.rows(f"DELETE FROM {table}")
    notifier.rows("DELETE FROM source WHERE starts_with(dialect, 'probe:')")


def look_until(place: Place, state: str) -> None:
    """Its turn comes at once, as often as it takes; every ten seconds would be soon enough for anybody else."""

    def heard() -> bool:
        place.rows("UPDATE probe_run SET next_at = now()")
        return bool(place.rows("SELECT FROM trouble WHERE state = %s", state))

    place.until(heard)


def test_451_is_a_draft_of_a_suspension_and_is_void_once_the_page_was_right_for_a_while(
    probed: Place, site: Site
) -> None:
    probed.people(3)
    probed.until(lambda: site.asked)
    site.usual = Page(451)
    look_until(probed, "firing")
    probed.until(lambda: probed.states() == ["draft"])
    (reference,) = probed.references
    assert probed.rows("SELECT kind FROM disruption") == [("suspension",)]
    probed.until(lambda: "Status-of-fable reports trouble with Fable 5" in probed("list").out)
    assert "Reads as a suspension, because status-of-fable reported it" in probed("show", reference).out
    (listed,) = [row for row in probed("sources", "--json").json() if row["name"] == "status-of-fable"]
    assert (listed["outcome"], listed["troubles"]) == ("trouble", 1)
    assert "127.0.0.1 answers 451: that speaks of a suspension." in probed("sources").out
    assert "! status-of-fable  (probe:http)  trouble" in probed("sources").out

    site.usual = Page(200)
    look_until(probed, "resolved")
    tried = probed("sources", "try", "status-of-fable")
    assert tried.out == "fine: 127.0.0.1 answers 200.\n"
    assert probed.rows("SELECT ended_as FROM disruption") == [(None,)], "it may come back"
    probed.rows("UPDATE trouble SET changed_at = changed_at - %s", QUIET)
    probed.until(lambda: probed.rows("SELECT ended_as FROM disruption") == [("void",)])
    probed.until(lambda: "nobody was told" not in probed("list").out)
    assert probed.provider.count() + probed.sandbox.count() == 0
    assert json.loads(probed("show", reference, "--json").out)
