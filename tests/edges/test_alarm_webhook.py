"""An alarm over real HTTP: the library of Standard Webhooks believes it; and what an answer means."""

import json
from base64 import b64encode
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from html import escape
from urllib.parse import quote

import pytest
from standardwebhooks.webhooks import WebhookVerificationError

from notifier.edges import alarm_bodies, alarm_webhook
from notifier.edges.alarm_webhook import (
    BOUNDS,
    GONE_FOR,
    LONGEST_ASKED,
    beat,
    judged,
    post,
    request_of,
    signing_fault,
)
from notifier.edges.bounded_network import Failure, Unanswered
from notifier.model.alarm import AlarmEvent, AlarmNews, Channel, Destination, Reception, TryResult
from tests.believing import believed
from tests.site import Page, Site, a_site

NOW = datetime(2026, 11, 27, 23, 40, tzinfo=UTC)
NEWS = AlarmNews(
    AlarmEvent.RAISED,
    "9f0c1f9e-0000-4000-8000-000000000001",
    "i-7",
    "draft:7",
    "Nobody was told.",
    "7K2M",
    NOW,
)
OLD, NEW = (f"whsec_{b64encode(bytes([n] * 24)).decode()}" for n in (1, 2))


@pytest.fixture
def site() -> Iterator[Site]:
    with a_site() as opened:
        yield opened


def to(site: Site | None = None, channel: Channel = Channel.STANDARD, **more: object) -> Destination:
    return Destination("x", channel, url=f"{site.url}/in/s3cret" if site else "http://x.example", **more)  # type: ignore[arg-type]


# ---------------------------------------------------------------- what leaves


def test_the_library_of_standard_webhooks_believes_it(site: Site) -> None:
    assert post(to(site, keys=(OLD,)), NEWS, NOW) == TryResult(Reception.TOLD, "It answered 200: fine.")
    (asked,) = site.asked
    assert asked.method == "POST"
    assert asked.headers["Content-Type"] == "application/json"
    assert believed(OLD, asked.body, asked.headers) == alarm_bodies.standard(NEWS)
    assert asked.headers["webhook-id"] == NEWS.message_id
    assert asked.headers["webhook-timestamp"] == str(int(NOW.timestamp()))
    with pytest.raises(WebhookVerificationError):
        believed(OLD, asked.body + b" ", asked.headers)
    with pytest.raises(WebhookVerificationError):
        believed(NEW, asked.body, asked.headers)


def test_while_one_secret_is_exchanged_for_another_both_fit() -> None:
    made = request_of(to(keys=(OLD, NEW)), NEWS, NOW)
    for secret in (OLD, NEW):
        assert believed(secret, made.body, made.headers)


def test_a_later_attempt_has_the_same_id_and_a_time_of_its_own() -> None:
    first = request_of(to(keys=(OLD,)), NEWS, NOW)
    again = request_of(to(keys=(OLD,)), NEWS, NOW + timedelta(hours=3))
    assert first.headers["webhook-id"] == again.headers["webhook-id"]
    assert int(again.headers["webhook-timestamp"]) - int(first.headers["webhook-timestamp"]) == 10_800
    assert first.body == again.body


def test_without_a_secret_nothing_is_signed() -> None:
    assert "webhook-signature" not in request_of(to(), NEWS, NOW).headers


def test_slack_and_pagerduty_get_their_own_bodies(site: Site) -> None:
    assert post(to(site, Channel.SLACK), NEWS, NOW).reception is Reception.TOLD
    assert post(to(site, Channel.PAGERDUTY, keys=("R" * 32,)), NEWS, NOW).reception is Reception.TOLD
    chat, pager = (json.loads(asked.body) for asked in site.asked)
    assert chat == alarm_bodies.slack(NEWS)
    assert pager == alarm_bodies.pagerduty(NEWS, "R" * 32)


def test_what_is_no_secret_is_said_before_the_hour() -> None:
    assert signing_fault(OLD) is None
    for wrong in ("whsec_", "whsec_a", ""):
        assert "whsec_" in (signing_fault(wrong) or "")


# ---------------------------------------------------------------- what comes back

FAILED, REFUSED, TOLD = Reception.FAILED, Reception.REFUSED, Reception.TOLD


@pytest.mark.parametrize(
    ("status", "reception", "maybe"),
    [
        (200, TOLD, False), (202, TOLD, False), (204, TOLD, False),
        (302, FAILED, False), (307, FAILED, False),
        (400, REFUSED, False), (413, REFUSED, False), (422, REFUSED, False),
        (401, FAILED, False), (404, FAILED, False), (410, FAILED, False), (429, FAILED, False),
        (500, FAILED, True), (503, FAILED, True),
    ],
)  # fmt: skip
def test_only_2xx_means_told(status: int, reception: Reception, maybe: bool) -> None:
    found = judged(status, {}, "", NOW)
    assert (found.reception, found.maybe) == (reception, maybe)
    assert str(status) in found.said


@pytest.mark.parametrize(
    ("asked", "after"),
    [
        ("120", timedelta(minutes=2)),
        ("999999", LONGEST_ASKED),
        ("Fri, 27 Nov 2026 23:50:00 GMT", timedelta(minutes=10)),
        ("Fri, 27 Nov 2026 20:00:00 GMT", timedelta(0)),
        ("Fri, 27 Nov 2026 23:50:00 -0000", None),
        ("soon", None),
        ("-5", None),
    ],
)
def test_who_asks_for_time_is_given_it_within_bounds(asked: str, after: timedelta | None) -> None:
    now = datetime(2026, 11, 27, 23, 40, tzinfo=UTC)
    found = judged(429, {"retry-after": asked}, "", now)
    assert found.again_at == (None if after is None else now + after)


def test_gone_is_asked_again_but_seldom() -> None:
    assert judged(410, {}, "", NOW).again_at == NOW + GONE_FOR


def test_a_redirect_is_a_failure_and_nobody_follows_it(site: Site) -> None:
    site.usual = Page(302, headers={"Location": f"{site.url}/elsewhere"})
    found = post(to(site), NEWS, NOW)
    assert found == TryResult(FAILED, "It redirects (302): name the address that it redirects to.")
    assert [asked.path for asked in site.asked] == ["/in/s3cret"]


def test_what_it_says_is_shown_without_what_opens_a_door(site: Site) -> None:
    key = "R0UT1NG-K3Y-R0UT1NG-K3Y"
    site.usual = Page(400, f'{{"errors": ["{key} of ida@example.com at {site.url}/in/s3cret"]}}'.encode())
    said = post(to(site, Channel.PAGERDUTY, keys=(key,)), NEWS, NOW).said
    assert said.startswith("It answered 400: ")
    for secret in (key, "ida", "s3cret"):
        assert secret not in said


PATH = "/services/T0001/B0002xyz/SECRET7SECRET?token=QUERY77QUERY&room=ops"


@pytest.mark.parametrize(
    "said",
    [
        f"<pre>Cannot POST {PATH}</pre>",
        f"Cannot POST {PATH.partition('?')[0]}",
        f"<pre>Cannot POST {escape(PATH).replace('/', '&#x2F;')}</pre>",
        json.dumps({"path": PATH}).replace("/", "\\/").replace("&", "\\u0026"),
        f"no route {quote(PATH, safe='')}",
        "there is no SECRET7SECRET, nor QUERY77QUERY",
        "there is no secret7secret",
        "\n" * 640 + "there is no SECRET7SECRET",
    ],
)
def test_who_repeats_what_was_asked_for_gives_nothing_away(site: Site, said: str) -> None:
    site.usual = Page(404, said.encode())
    told = post(replace(to(site), url=f"{site.url}{PATH}"), NEWS, NOW).said.casefold()
    assert "secret]" in told
    assert "secret7" not in told
    assert "query77" not in told


def test_what_it_says_itself_stays(site: Site) -> None:
    site.usual = Page(404, b'{"error": "no_service", "id": "T0001"}')
    told = post(replace(to(site), url=f"{site.url}{PATH}"), NEWS, NOW).said
    assert told == 'It answered 404: {"error": "no_service", "id": "T0001"}.'


def test_who_hangs_is_left_and_may_have_heard_it(site: Site) -> None:
    site.usual = lambda _asked: _never(site)
    found = post(to(site), NEWS, NOW, replace(BOUNDS, seconds=0.5))
    assert found == TryResult(FAILED, "No whole answer came within 0.5 s.", maybe=True)


def _never(site: Site) -> Page:
    site.over.wait()
    return Page()


def test_who_is_not_there_has_heard_nothing(site: Site) -> None:
    gone = replace(to(site), url="http://127.0.0.1:1/in/s3cret")
    found = post(gone, NEWS, NOW)
    assert (found.reception, found.maybe) == (FAILED, False)
    assert "cannot be reached" in found.said
    assert "s3cret" not in found.said


def test_an_answer_that_is_too_long_was_an_answer() -> None:
    long = Unanswered(Failure.TOO_LARGE, "Its answer is too long.", 200)
    assert alarm_webhook.unanswered(long) == TryResult(TOLD, "It answered 200.")
    refused = Unanswered(Failure.TOO_LARGE, "Its answer is too long.", 500)
    assert alarm_webhook.unanswered(refused) == TryResult(FAILED, "Its answer is too long.", maybe=True)


# ---------------------------------------------------------------- that we live


def test_a_heartbeat_is_a_get_that_may_be_redirected(site: Site) -> None:
    site.pages["/beat"] = Page(302, headers={"Location": "/there"})
    assert beat(f"{site.url}/beat", NOW).reception is Reception.TOLD
    assert [(asked.method, asked.path) for asked in site.asked] == [("GET", "/beat"), ("GET", "/there")]
    site.usual = Page(404)
    assert beat(f"{site.url}/x", NOW) == TryResult(FAILED, "It answered 404.")
