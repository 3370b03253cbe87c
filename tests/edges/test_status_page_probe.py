"""What a supplier says on its status page, and what it means if it is not there, or cannot be read."""

import json
from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any

import pytest

from notifier.edges.status_page_probe import look_at_status_page, remembered, to_be_remembered
from notifier.model.probe import ProbeOutcome, Sight
from tests.edges.webhooks.samples import FOLDER
from tests.site import Asked, Page, Site, a_site

NOW = datetime(2026, 11, 27, 18, 40, tzinfo=UTC)
GITHUB = (FOLDER / "github_status/poll_summary_firing.json").read_bytes()
GOOGLE_OPEN = (FOLDER / "gcp_status/poll_firing.json").read_bytes()
GOOGLE_OVER = (FOLDER / "gcp_status/poll_resolved.json").read_bytes()


@pytest.fixture
def site() -> Iterator[Site]:
    with a_site() as opened:
        yield opened


def look(site: Site, memory: dict[str, Any] | None = None, **asks: Any) -> Sight:
    usual = {"url": site.url, "allow_private": True, "timeout": 30}
    return look_at_status_page(usual | asks, memory or {}, NOW)


def keys(looked: Sight) -> list[str]:
    assert looked.findings is not None
    return [finding.key for finding in looked.findings]


def test_open_incidents_of_a_statuspage_are_found_with_the_names_of_their_components(site: Site) -> None:
    site.usual = Page(body=GITHUB)
    looked = look(site)
    incident = next(f for f in looked.findings or () if f.key == "g1thubinc001")
    assert {"Actions", "br0l2tvcx85d"} <= set(incident.hints)
    assert incident.began_at == datetime.fromisoformat("2026-11-26T22:20:00.507Z")
    quiet = json.loads(GITHUB) | {"incidents": [], "components": []}
    site.usual = Page(body=json.dumps(quiet).encode())
    assert look(site).findings == ()


def test_a_component_is_out_although_nobody_has_written_an_incident(site: Site) -> None:
    components = [
        {
            "id": "a",
            "name": "API",
            "status": "major_outage",
            "updated_at": "2026-11-27T18:00:00Z",
            "group": False,
        },
        {"id": "b", "name": "Web", "status": "operational", "group": False},
        {"id": "c", "name": "All", "status": "major_outage", "group": True},
        {"id": "d", "name": "Jobs", "status": "under_maintenance", "group": False},
    ]
    page = {"page": {"id": "p"}, "incidents": [], "components": components}
    site.usual = Page(body=json.dumps(page).encode())
    (found,) = look(site).findings or ()
    assert (found.key, found.hints) == ("component:a", ("API", "a"))
    assert found.began_at == datetime(2026, 11, 27, 18, tzinfo=UTC)


def test_google_says_what_is_open_by_what_has_no_end(site: Site) -> None:
    site.usual = Page(body=GOOGLE_OPEN)
    assert keys(look(site, page="google_cloud"))
    site.usual = Page(body=GOOGLE_OVER)
    assert keys(look(site, page="google_cloud")) == []


@pytest.mark.parametrize(
    "page", [Page(body=b"<html>Sign in"), Page(503), Page(404), Page(302), Page(body=b"{}"), Page(body=b"[]")]
)
def test_a_page_that_cannot_be_read_says_nothing(site: Site, page: Page) -> None:
    site.usual = page
    looked = look(site, {"etag": "e", "found": []})
    assert looked.outcome is ProbeOutcome.UNKNOWN
    assert looked.memory == {"etag": "e", "found": []}, "and what was read before is not forgotten"


def test_what_has_not_changed_is_not_sent_again_and_is_still_there(site: Site) -> None:
    def unless_known(asked: Asked) -> Page:
        known = asked.headers.get("If-None-Match") == '"1"' and "If-Modified-Since" in asked.headers
        marks = {"ETag": '"1"', "Last-Modified": "Fri, 27 Nov 2026 18:00:00 GMT"}
        return Page(304, b"", marks) if known else Page(200, GITHUB, marks)

    site.usual = unless_known
    first = look(site)
    stored = json.loads(json.dumps(first.memory))
    again = look(site, stored)
    assert again.findings == first.findings != ()
    assert again.memory == stored
    assert len(site.asked) == 2
    site.usual = Page(304, b"")
    assert look(site).outcome is ProbeOutcome.UNKNOWN, "304 to who remembers nothing"
    assert remembered(to_be_remembered(first.findings or ())) == first.findings


def test_nobody_there_is_said_apart_from_a_page_that_cannot_be_read() -> None:
    asks = {"url": "http://no-such-host.invalid/", "allow_private": True}
    looked = look_at_status_page(asks, {}, NOW)
    assert (looked.outcome, looked.reached) == (ProbeOutcome.UNKNOWN, False)


def test_a_page_on_which_everything_is_open_says_nothing(site: Site) -> None:
    incidents = [{"id": str(n), "status": "investigating", "name": "x"} for n in range(1001)]
    site.usual = Page(
        body=json.dumps({"page": {"id": "p"}, "incidents": incidents, "components": []}).encode()
    )
    assert look(site).outcome is ProbeOutcome.UNKNOWN
