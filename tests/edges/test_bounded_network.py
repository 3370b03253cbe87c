"""The address that was checked is the one that is connected to."""

import socket
from collections.abc import Iterator

import pytest

from notifier.edges.bounded_network import Bounds, Failure, Unanswered
from notifier.edges.outgoing import Answered, Outgoing, ask
from tests.site import Site, a_site

LONG = 60.0
HERE = Bounds(seconds=LONG, allow_private=True)


@pytest.fixture
def site() -> Iterator[Site]:
    with a_site() as opened:
        yield opened


@pytest.mark.parametrize(
    "host", ["127.0.0.1", "localhost", "2130706433", "0x7f.1", "0177.0.0.1", "[::ffff:127.0.0.1]", "0"]
)
def test_however_this_machine_is_called_it_is_refused_and_nothing_is_connected_to(
    site: Site, host: str
) -> None:
    found = ask(Outgoing(f"http://{host}:{site.port}/"), Bounds(seconds=LONG))
    assert isinstance(found, Unanswered)
    assert found.failure in {Failure.REFUSED, Failure.REQUEST}, "some of these are no host of a URL"
    assert site.asked == []


def test_a_name_that_means_another_address_the_next_time_leads_nowhere_else(
    site: Site, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A resolver that answers differently each time, as one does who wants to lead us inside."""
    real, asked = socket.getaddrinfo, list[str]()

    def rebinding(host: str, *args: object, **more: object) -> object:
        if host != "rebinding.example":
            return real(host, *args, **more)  # pyright: ignore[reportArgumentType, reportCallIssue]
        asked.append(host)
        address = "127.0.0.1" if len(asked) > 1 else "192.0.2.1"
        return [(socket.AF_INET, socket.SOCK_STREAM, 6, "", (address, 0))]

    monkeypatch.setattr(socket, "getaddrinfo", rebinding)
    found = ask(Outgoing(f"http://rebinding.example:{site.port}/"), Bounds(seconds=LONG))
    assert isinstance(found, Unanswered)
    assert (found.failure, len(asked)) == (Failure.REFUSED, 1)
    assert site.asked == []
    inside = ask(Outgoing(f"http://rebinding.example:{site.port}/"), HERE)
    assert isinstance(inside, Answered), "looked up once more, and allowed"
    assert site.asked[0].headers["Host"] == f"rebinding.example:{site.port}"
    assert len(asked) == 2


def test_an_address_that_refuses_leaves_the_next_one_its_turn(
    site: Site, monkeypatch: pytest.MonkeyPatch
) -> None:
    real = socket.getaddrinfo

    def several(host: str, *args: object, **more: object) -> object:
        if host != "several.example":
            return real(host, *args, **more)  # pyright: ignore[reportArgumentType, reportCallIssue]
        return [(socket.AF_INET, socket.SOCK_STREAM, 6, "", (a, 0)) for a in ("127.0.0.2", "127.0.0.1")]

    monkeypatch.setattr(socket, "getaddrinfo", several)
    assert isinstance(ask(Outgoing(f"http://several.example:{site.port}/"), HERE), Answered)


def test_each_failure_says_whether_anybody_was_reached() -> None:
    with socket.socket() as bound:  # bound and not listening: nobody else gets the port, and it refuses
        bound.bind(("127.0.0.1", 0))
        refused = ask(Outgoing(f"http://127.0.0.1:{bound.getsockname()[1]}/secret?token=x"), HERE)
    unknown = ask(Outgoing("http://no-such-host.invalid/"), HERE)
    assert isinstance(refused, Unanswered)
    assert isinstance(unknown, Unanswered)
    assert (refused.failure, refused.reached) == (Failure.CONNECT, False)
    assert (unknown.failure, unknown.reached) == (Failure.RESOLVE, False)
    assert refused.why == "127.0.0.1 cannot be reached: Connection refused."
    assert Unanswered(Failure.TIMEOUT, "").reached
