"""What a page says of a service: a real server answers, or does not."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from notifier.edges.http_probe import look_at_page, unmet
from notifier.model.probe import ProbeOutcome, Sight
from notifier.model.vocabulary import Kind
from tests.site import Page, Site, a_certificate, a_site

FINE, TROUBLE, UNKNOWN = ProbeOutcome


@pytest.fixture
def site() -> Iterator[Site]:
    with a_site() as opened:
        yield opened


def look(url: str, **asks: Any) -> Sight:
    usual = {"url": url, "services": ["fable-5"], "allow_private": True, "timeout": 30}
    return look_at_page(usual | asks, {"AUTH": "Bearer s3cret"}.get)


def kind_of(looked: Sight) -> Kind | None:
    assert looked.findings
    assert looked.findings[0].hints == ("fable-5",)
    return looked.findings[0].kind


@pytest.mark.parametrize(
    ("status", "kind"),
    [(451, Kind.SUSPENSION), (403, Kind.SUSPENSION), (410, Kind.SUSPENSION), (500, Kind.OUTAGE),
     (503, Kind.OUTAGE), (404, Kind.OUTAGE), (302, Kind.OUTAGE)],
)  # fmt: skip
def test_a_status_speaks_of_a_suspension_or_of_an_outage(site: Site, status: int, kind: Kind) -> None:
    site.usual = Page(status)
    looked = look(site.url)
    assert kind_of(looked) is kind
    assert f"127.0.0.1 answers {status}" in looked.why
    assert looked.reached
    assert look(site.url, expect=[status]).outcome is FINE
    assert look(site.url, method="HEAD").outcome is TROUBLE


@pytest.mark.parametrize("status", [401, 407, 429])
def test_what_speaks_of_us_says_nothing_of_the_service(site: Site, status: int) -> None:
    site.usual = Page(status)
    assert look(site.url).outcome is UNKNOWN


def test_silence_is_an_outage_and_says_how(site: Site) -> None:
    site.usual = Page(then=site.hang)
    silent = look(site.url, timeout=0.3)
    assert (kind_of(silent), silent.reached) == (Kind.OUTAGE, True)
    unknown = look("http://no-such-host.invalid/")
    assert (kind_of(unknown), unknown.reached) == (Kind.OUTAGE, False)
    site.usual = Page(302, headers={"Location": "/"})
    assert "redirects more than 1 times" in look(site.url, redirects=1).why


def test_a_certificate_that_nobody_trusts_is_its_own_reason(tmp_path: Path) -> None:
    with a_site(a_certificate(tmp_path, "127.0.0.1")[0]) as site:
        looked = look(site.url)
    assert kind_of(looked) is Kind.OUTAGE
    assert "certificate of 127.0.0.1 is not trusted" in looked.why
    assert looked.reached


def test_an_address_inside_is_not_looked_at_unless_that_is_allowed(site: Site) -> None:
    looked = look(site.url, allow_private=False)
    assert looked.outcome is UNKNOWN
    assert "allow_private = true" in looked.why
    assert looked.reached is None, "that proves nothing of the network"
    assert site.asked == []


def test_headers_come_from_the_environment_and_are_shown_nowhere(site: Site) -> None:
    looked = look(f"{site.url}/?token=t0ken", headers_env={"Authorization": "AUTH"}, headers={"X-A": "b"})
    assert looked.outcome is FINE
    assert (site.asked[0].headers["Authorization"], site.asked[0].headers["X-A"]) == ("Bearer s3cret", "b")
    assert "s3cret" not in repr(looked)
    assert "t0ken" not in repr(looked)
    missing = look(site.url, headers_env={"Authorization": "NOBODY_SET_IT"})
    assert missing.reached is None
    assert (missing.outcome, missing.why) == (UNKNOWN, "NOBODY_SET_IT is empty for the workers: set it.")


def test_a_huge_body_is_judged_by_its_status_and_conditions_on_it_say_nothing(site: Site) -> None:
    site.usual = Page(then=site.flood)
    assert look(site.url).outcome is FINE
    assert look(site.url, contains=["fine"]).outcome is UNKNOWN
    site.usual = Page(500, then=site.flood)
    assert look(site.url, contains=["fine"]).outcome is TROUBLE
    site.usual = Page(headers={"Content-Length": "9"}, then=lambda handler: handler.wfile.write(b"half"))
    assert look(site.url).outcome is TROUBLE


def test_conditions_on_the_body_decide_where_the_status_is_right(site: Site) -> None:
    site.usual = Page(body=b'{"status": "suspended"}')
    assert look(site.url).outcome is FINE
    lacking = look(site.url, lacks=["suspended"])
    assert kind_of(lacking) is Kind.OUTAGE, "a table that knows better says so by its kind"
    assert "its body contains 'suspended'" in lacking.why
    assert look(site.url, json_has={"status": "ok"}).outcome is TROUBLE


@pytest.mark.parametrize(
    ("asks", "body", "says"),
    [
        ({"contains": ["ok"]}, b"all ok", ""),
        ({"contains": ["ok", "fine"]}, b"all ok", "its body does not contain 'fine'"),
        ({"lacks": ["no"]}, b"yes", ""),
        ({"json_has": {"a.b": "up"}}, b'{"a": {"b": "UP"}}', ""),
        ({"json_has": {"a.b": "up*"}}, b'{"a": {"b": "up and running"}}', ""),
        ({"json_has": {"a.b": "up"}}, b'{"a": {}}', "a.b is not 'up'"),
        ({"json_has": {"a[].s": "!down"}}, b'{"a": [{"s": "up"}, {"s": "down"}]}', "a[].s is not '!down'"),
        ({"json_has": {"a[].s": "!down"}}, b'{"a": [{"s": "up"}]}', ""),
        ({"json_has": {"a[].s": "down"}}, b'{"a": [{"s": "up"}, {"s": "down"}]}', ""),
        ({"json_has": {"n": "3", "t": "true"}}, b'{"n": 3, "t": true}', ""),
        ({"json_has": {"a": "*"}}, b"<html>", "its body is no JSON"),
    ],
)
def test_a_condition_says_what_does_not_hold(asks: dict[str, Any], body: bytes, says: str) -> None:
    assert unmet(asks, body) == says
