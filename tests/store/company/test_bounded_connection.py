"""A server that falls silent is given up, wherever in the conversation."""

import os
import signal
import socket
import struct
import threading
from collections.abc import Generator
from contextlib import contextmanager

import pytest

from notifier.store.company import audience_view
from notifier.store.company.audience_view import CompanyUnreachable

LONG = 60.0
"""Whoever has not been given up by then never is."""


@contextmanager
def a_pooler_without_a_server() -> Generator[str]:
    """It believes everybody who they are, takes what they ask, and never says another word. Gives its URL."""
    over = threading.Event()

    def speak(listener: socket.socket) -> None:
        talking, _ = listener.accept()
        with talking:
            (length,) = struct.unpack("!i", talking.recv(4, socket.MSG_WAITALL))
            talking.recv(length - 4, socket.MSG_WAITALL)
            talking.sendall(b"R" + struct.pack("!ii", 8, 0) + b"Z" + struct.pack("!ic", 5, b"I"))
            over.wait(LONG)

    with socket.create_server(("127.0.0.1", 0)) as listener:
        speaking = threading.Thread(target=speak, args=[listener])
        speaking.start()
        port = listener.getsockname()[1]
        yield f"postgresql://ida@127.0.0.1:{port}/shop?sslmode=disable&gssencmode=disable"
        over.set()
        speaking.join()


@contextmanager
def stopped(pid: int) -> Generator[None]:
    os.kill(pid, signal.SIGSTOP)
    try:
        yield
    finally:
        os.kill(pid, signal.SIGCONT)


@pytest.fixture
def hasty(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(audience_view, "LATE", 0.2)


@pytest.mark.usefixtures("hasty")
@pytest.mark.timeout(LONG)
def test_a_pooler_without_a_server_is_given_up_before_anything_was_asked() -> None:
    with (
        a_pooler_without_a_server() as url,
        pytest.raises(CompanyUnreachable, match="does not answer: check SHOP_URL"),
        audience_view.reading(url, variable="SHOP_URL", seconds=0),
    ):
        pass


@pytest.mark.usefixtures("hasty")
@pytest.mark.timeout(LONG)
def test_a_server_that_stops_is_given_up_at_each_question(database_url: str) -> None:
    """The doctor asks like this, and whoever copies the audience."""
    with audience_view.reading(database_url, seconds=1) as there, stopped(there.tx.info.backend_pid):
        with pytest.raises(CompanyUnreachable, match="does not answer"):
            audience_view.columns(there)
        with pytest.raises(CompanyUnreachable):
            audience_view.rights(there)


@pytest.mark.timeout(LONG)
def test_all_of_it_together_has_a_bound_of_its_own(database_url: str) -> None:
    with (
        audience_view.reading(database_url, seconds=LONG, at_most=0.5) as there,
        stopped(there.tx.info.backend_pid),
        pytest.raises(CompanyUnreachable, match="does not answer"),
    ):
        audience_view.columns(there)
