"""Names become addresses within a time, or not at all."""

import socket
import threading

import pytest

from notifier.edges.name_lookup import resolved


def test_an_address_is_its_own_name_and_an_unknown_name_is_said_to_be_one() -> None:
    assert resolved("127.0.0.1", 80, 10) == [("127.0.0.1", 80)]
    assert resolved("2130706433", 80, 10) == [("127.0.0.1", 80)]
    with pytest.raises(socket.gaierror):
        resolved("no-such-host.invalid", 80, 60)
    with pytest.raises(socket.gaierror):
        resolved("a" * 64 + ".example", 80, 60)


def test_who_does_not_wait_hears_that_it_took_too_long(monkeypatch: pytest.MonkeyPatch) -> None:
    over = threading.Event()

    def hangs(*_args: object, **_more: object) -> list[object]:
        over.wait()
        return []

    monkeypatch.setattr(socket, "getaddrinfo", hangs)
    with pytest.raises(TimeoutError):
        resolved("127.0.0.1", 80, 0.05)
    over.set()
