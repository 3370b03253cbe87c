"""Whatever somebody else's server does, we have an answer or a reason, in time and within bounds."""

import gzip
import ssl
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from notifier.edges.bounded_network import Bounds, Failure, Unanswered
from notifier.edges.outgoing import Answered, Outgoing, ask
from tests.site import Asked, Page, Site, a_certificate, a_site

LONG, SHORT = 60.0, 0.5
"""Deadlines: where an answer comes, and where none does."""


def inside(**more: float) -> Bounds:
    return Bounds(**({"seconds": LONG} | more), allow_private=True)  # type: ignore[arg-type]


@pytest.fixture
def site() -> Iterator[Site]:
    with a_site() as opened:
        yield opened


def failed(found: Answered | Unanswered) -> Unanswered:
    assert isinstance(found, Unanswered), found
    return found


def answered(found: Answered | Unanswered) -> Answered:
    assert isinstance(found, Answered), found
    return found


def test_an_answer_is_what_came_whatever_its_status(site: Site) -> None:
    for status in (200, 302, 403, 410, 451, 500, 503):
        site.usual = Page(status, b"body", {"ETag": '"e1"', "Location": "/elsewhere"})
        found = answered(ask(Outgoing(f"{site.url}/a?b=c"), inside()))
        assert (found.status, found.body, found.headers["etag"]) == (status, b"body", '"e1"')
    head = answered(ask(Outgoing(site.url, method="HEAD"), inside()))
    assert (head.status, head.body) == (503, b"")
    posted = ask(Outgoing(site.url, "POST", {"X-Secret": "s"}, b'{"a": 1}'), inside())
    assert answered(posted).status == 503
    assert [(a.method, a.path, a.body) for a in site.asked[-2:]] == [
        ("HEAD", "/", b""),
        ("POST", "/", b'{"a": 1}'),
    ]
    assert site.asked[-1].headers["X-Secret"] == "s"
    assert site.asked[-1].headers["Accept-Encoding"] == "identity"


def test_neither_an_answer_nor_a_failure_shows_what_it_was_asked_with(site: Site) -> None:
    request = Outgoing(
        f"{site.url}/path?token=secret-1", headers={"Authorization": "secret-2"}, body=b"secret-3"
    )
    site.usual = Page(body=b"secret-4", headers={"Set-Cookie": "secret-5"})
    site.pages["/hangs?secret"] = Page(then=site.hang)
    found = (
        answered(ask(request, inside())),
        failed(ask(Outgoing(f"{site.url}/hangs?secret"), inside(seconds=SHORT))),
        failed(ask(Outgoing("http://no-such-host.invalid/secret"), inside())),
    )
    assert "secret" not in repr((request, found))


def test_no_log_holds_what_was_asked(site: Site, caplog: pytest.LogCaptureFixture) -> None:
    """A webhook's path is its secret, and whoever runs us may log everything."""
    caplog.set_level("DEBUG")
    answered(
        ask(Outgoing(f"{site.url}/secret-path?token=secret", headers={"Authorization": "secret"}), inside())
    )
    assert "secret" not in caplog.text


@pytest.mark.parametrize("how", ["hang", "drip"])
def test_one_deadline_holds_for_all_of_it(site: Site, how: str) -> None:
    site.usual = Page(then=getattr(site, how))
    began = time.monotonic()
    found = failed(ask(Outgoing(site.url), inside(seconds=SHORT)))
    assert (found.failure, found.status, found.reached) == (Failure.TIMEOUT, 200, True)
    assert time.monotonic() - began >= SHORT


def test_redirects_share_the_deadline(site: Site) -> None:
    def slow(_: Asked) -> Page:
        site.over.wait(SHORT / 3)
        return Page(302, headers={"Location": "/again"})

    site.usual = slow
    assert failed(ask(Outgoing(site.url), inside(seconds=SHORT, redirects=1000))).failure is Failure.TIMEOUT


def test_a_body_is_read_up_to_its_bound_and_no_further(site: Site) -> None:
    site.usual = Page(then=site.flood)
    found = failed(ask(Outgoing(site.url), inside(largest=100_000)))
    assert (found.failure, found.status) == (Failure.TOO_LARGE, 200)
    site.usual = Page(body=b"x" * 1000)
    assert answered(ask(Outgoing(site.url), inside(largest=1000))).body == b"x" * 1000
    assert failed(ask(Outgoing(site.url), inside(largest=999))).failure is Failure.TOO_LARGE


def test_what_is_packed_although_nobody_asked_is_unpacked_within_the_same_bound(site: Site) -> None:
    packed = {"Content-Encoding": "gzip"}
    site.usual = Page(body=gzip.compress(b"words"), headers=packed)
    assert answered(ask(Outgoing(site.url), inside())).body == b"words"
    site.usual = Page(body=gzip.compress(b"0" * 50_000_000), headers=packed)
    assert failed(ask(Outgoing(site.url), inside())).failure is Failure.TOO_LARGE
    site.usual = Page(body=b"no gzip", headers=packed)
    assert failed(ask(Outgoing(site.url), inside())).failure is Failure.BROKEN


def test_a_body_that_breaks_off_is_no_answer(site: Site) -> None:
    site.usual = Page(headers={"Content-Length": "100"}, then=lambda handler: handler.wfile.write(b"short"))
    found = failed(ask(Outgoing(site.url), inside()))
    assert (found.failure, found.status) == (Failure.BROKEN, 200)


# ---------------------------------------------------------------- redirects


def test_so_many_redirects_are_followed_and_each_is_checked_again(site: Site) -> None:
    site.pages["/1"] = Page(301, headers={"Location": "/2"})
    site.pages["/2"] = Page(307, headers={"Location": "/3"})
    site.pages["/3"] = Page(body=b"there")
    assert answered(ask(Outgoing(f"{site.url}/1"), inside(redirects=2))).body == b"there"
    assert failed(ask(Outgoing(f"{site.url}/1"), inside(redirects=1))).failure is Failure.REDIRECT
    assert answered(ask(Outgoing(f"{site.url}/1"), inside())).status == 301
    posted = ask(Outgoing(f"{site.url}/1", "POST"), inside(redirects=2))
    assert answered(posted).status == 301, "a post is not repeated elsewhere"
    site.pages["/1"] = Page(302, headers={"Location": "http://169.254.169.254/latest/"})
    assert failed(ask(Outgoing(f"{site.url}/1"), inside(redirects=1))).failure is Failure.REFUSED
    for nowhere in ("file:///etc/passwd", "gopher://127.0.0.1/"):
        site.pages["/1"] = Page(302, headers={"Location": nowhere})
        assert failed(ask(Outgoing(f"{site.url}/1"), inside(redirects=1))).failure is Failure.REDIRECT


def test_headers_go_to_the_host_that_they_were_meant_for(site: Site) -> None:
    with a_site() as other:
        site.pages["/1"] = Page(302, headers={"Location": "/2"})
        site.pages["/2"] = Page(302, headers={"Location": f"{other.url}/3"})
        ask(Outgoing(f"{site.url}/1", headers={"X-Key": "secret"}), inside(redirects=2))
        assert [a.headers.get("X-Key") for a in site.asked] == ["secret", "secret"]
        assert [a.headers.get("X-Key") for a in other.asked] == [None]


# ---------------------------------------------------------------- TLS


def trusting(*files: Path) -> ssl.SSLContext:
    context = ssl.create_default_context()
    for each in files:
        context.load_verify_locations(each)
    return context


def test_a_certificate_is_trusted_in_date_and_of_this_host_or_nothing_is_said(tmp_path: Path) -> None:
    good, authority = a_certificate(tmp_path, "127.0.0.1", "localhost")
    with a_site(good) as site:
        site.pages["/down"] = Page(302, headers={"Location": "http://127.0.0.1/"})
        request = Outgoing(site.url)
        assert answered(ask(request, inside(), tls=trusting(authority))).body == b"fine"
        by_name = Outgoing(f"https://localhost:{site.port}/")
        assert answered(ask(by_name, inside(), tls=trusting(authority))).body == b"fine"
        stranger = failed(ask(request, inside()))
        assert (stranger.failure, stranger.reached) == (Failure.CERTIFICATE, True)
        assert "certificate of 127.0.0.1 is not trusted" in stranger.why
        down = ask(Outgoing(f"{site.url}/down"), inside(redirects=1), tls=trusting(authority))
        assert failed(down).failure is Failure.REDIRECT, "from https to http"
        plain = ask(Outgoing(site.url.replace("https", "http")), inside(seconds=SHORT))
        assert failed(plain).failure in {Failure.BROKEN, Failure.TIMEOUT}
    for names, days in ((("127.0.0.1",), -0.05), (("elsewhere.example",), 1)):
        context, file = a_certificate(tmp_path, *names, days=days)
        with a_site(context) as site:
            found = failed(ask(Outgoing(site.url), inside(), tls=trusting(file)))
            assert found.failure is Failure.CERTIFICATE


def test_a_file_of_authorities_in_the_environment_is_trusted(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from notifier.edges import outgoing

    context, file = a_certificate(tmp_path, "127.0.0.1")
    monkeypatch.setenv("SSL_CERT_FILE", str(file))
    outgoing._trusted.cache_clear()
    try:
        with a_site(context) as site:
            assert answered(ask(Outgoing(site.url), inside())).status == 200
    finally:
        outgoing._trusted.cache_clear()


def test_who_speaks_no_tls_is_no_certificate_trouble(site: Site) -> None:
    found = failed(ask(Outgoing(site.url.replace("http:", "https:")), inside(seconds=SHORT)))
    assert found.failure in {Failure.TLS, Failure.TIMEOUT}


# ---------------------------------------------------------------- what cannot be asked


@pytest.mark.parametrize(
    "url", ["", "no address", "ftp://example.com/", "http://", "http://[1", "file:///etc/passwd"]
)
def test_what_is_no_address_is_said_to_be_none(url: str) -> None:
    assert failed(ask(Outgoing(url), inside(seconds=5))).failure in {Failure.REQUEST, Failure.RESOLVE}


def test_a_header_that_would_become_two_is_none(site: Site) -> None:
    found = failed(ask(Outgoing(site.url, headers={"X-A": "b\r\nX-C: d"}), inside()))
    assert found.failure is Failure.REQUEST
    assert site.asked == []


def test_no_proxy_of_the_environment_is_used(site: Site, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("http_proxy", "HTTP_PROXY", "ALL_PROXY"):
        monkeypatch.setenv(name, "http://127.0.0.1:1")
    assert answered(ask(Outgoing(site.url), inside())).status == 200
