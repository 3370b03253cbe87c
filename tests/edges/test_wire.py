"""What may have left is never called unsent: a raw socket server answers as no polite server would."""

import os
import select
import socket
import ssl
import struct
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from ipaddress import ip_address
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from cryptography.x509.oid import NameOID

from notifier.edges.sendgrid import SendGrid
from notifier.model.mail import Envelope, Letter, Outcome, Result
from tests.waiting import until

KEY = "SG.secret-of-the-tests"
ACCEPTED = b"HTTP/1.1 202 Accepted\r\nX-Message-Id: m-1\r\nContent-Length: 0\r\n\r\n"
MAIL = Envelope(
    "attempt-1", 7, "notices@acme.example", None, {}, "Subject", "Text", "<p>HTML</p>",
    [Letter(1, "ada@example.com", {})],
)  # fmt: skip
LONG, SHORT = 60.0, 0.8
"""Deadlines: where an answer comes, and where none does or it comes too slowly."""

Script = Callable[["Scripted", socket.socket], None]


class Scripted:
    """Runs `script` in a thread for each connection; keeps what it read, counts connections and requests."""

    def __init__(self, script: Script) -> None:
        self.script = script
        self.connections = 0
        self.requests = 0
        self.closed = 0
        """Connections that were ended here."""
        self.read = b""
        self._open: list[socket.socket] = []
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.port: int = self._listener.getsockname()[1]
        threading.Thread(target=self._accept, daemon=True).start()

    def _accept(self) -> None:
        while True:
            try:
                connection, _ = self._listener.accept()
            except OSError:
                return
            self.connections += 1
            self._open.append(connection)
            threading.Thread(target=self._talk, args=(connection,), daemon=True).start()

    def _talk(self, connection: socket.socket) -> None:
        try:
            self.script(self, connection)
        except OSError:
            pass
        finally:
            connection.close()
            self.closed += 1

    def take(self, connection: socket.socket) -> None:
        """Read one whole request."""
        got = b""
        while b"\r\n\r\n" not in got:
            got += self._more(connection)
        head, _, body = got.partition(b"\r\n\r\n")
        length = int(head.lower().split(b"content-length: ")[1].split(b"\r\n")[0])
        while len(body) < length:
            body += self._more(connection)
        self.requests += 1

    def _more(self, connection: socket.socket) -> bytes:
        if not (data := connection.recv(65536)):
            raise ConnectionError
        self.read += data
        return data

    def close(self) -> None:
        for one in (self._listener, *self._open):
            one.close()


@pytest.fixture
def scripted() -> Iterator[Callable[[Script], Scripted]]:
    running: list[Scripted] = []

    def start(script: Script) -> Scripted:
        running.append(Scripted(script))
        return running[-1]

    yield start
    for server in running:
        server.close()


def sender(port: int, scheme: str = "http", host: str = "127.0.0.1", *, deadline: float = LONG) -> SendGrid:
    return SendGrid("sendgrid", f"{scheme}://{host}:{port}", KEY, deadline=deadline)


def sent(port: int, scheme: str = "http", *, deadline: float = LONG) -> Outcome:
    """One mail; it never raises, never shows the key. A server may wait for us to give up: see `silent`."""
    outcome = sender(port, scheme, deadline=deadline).send(MAIL, lambda: True)
    assert KEY not in repr(outcome)
    assert "@" not in repr(outcome)
    return outcome


def answering(*answers: bytes) -> Script:
    """One answer for each request of a connection, then close."""

    def script(server: Scripted, connection: socket.socket) -> None:
        for answer in answers:
            server.take(connection)
            connection.sendall(answer)

    return script


def dripping(answer: bytes) -> Script:
    def script(server: Scripted, connection: socket.socket) -> None:
        server.take(connection)
        for byte in answer:
            connection.sendall(bytes([byte]))
            time.sleep(0.1)

    return script


def reset(connection: socket.socket) -> None:
    connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    connection.close()


def reset_within(prefix: bytes) -> Script:
    def script(server: Scripted, connection: socket.socket) -> None:
        server.take(connection)
        connection.sendall(prefix)
        time.sleep(0.05)
        reset(connection)

    return script


def reset_before_reading(_server: Scripted, connection: socket.socket) -> None:
    connection.recv(10)
    reset(connection)


def hung_up(connection: socket.socket) -> None:
    """Wait until the other side has; whatever it wrote before stays unread."""
    ended = select.poll()
    try:
        ended.register(connection, select.POLLRDHUP)
    except ValueError:  # its test is over, and has closed it
        return
    ended.poll()


def silent(_server: Scripted, connection: socket.socket) -> None:
    hung_up(connection)


HTML = b"HTTP/1.1 502 Bad Gateway\r\nContent-Type: text/html\r\nContent-Length: 13\r\n\r\n<html></html>"
REDIRECT = b"HTTP/1.1 302 Found\r\nLocation: http://127.0.0.1:1/\r\nContent-Length: 0\r\n\r\n"


@pytest.mark.parametrize(
    "script",
    [
        pytest.param(answering(REDIRECT), id="redirect"),
        pytest.param(answering(HTML), id="html 502"),
        pytest.param(answering(b""), id="closed before an answer"),
        pytest.param(answering(b"\x00\xff" * 50), id="garbage"),
        pytest.param(answering(b"HTTP/1.1 202 Accepted\r\n\r\n"), id="no length, so it may be cut off"),
        pytest.param(answering(b"HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n"), id="200 is not 202"),
        pytest.param(answering(b"HTTP/1.1 408 Timeout\r\nContent-Length: 0\r\n\r\n"), id="408"),
        pytest.param(answering(b"HTTP/1.1 202 A\r\nContent-Length: 9\r\n\r\nhalf"), id="body cut off"),
        pytest.param(answering(b"HTTP/1.1 100 Continue\r\n\r\n"), id="only 100"),
        pytest.param(dripping(ACCEPTED), id="dripping head"),
        pytest.param(dripping(b"HTTP/1.1 202 A\r\nContent-Length: 90\r\n\r\n" + b"x" * 90), id="dripping body"),
        pytest.param(reset_within(b""), id="reset without an answer"),
        pytest.param(reset_within(ACCEPTED[:30]), id="reset within the answer"),
        pytest.param(reset_before_reading, id="reset while we write"),
        pytest.param(silent, id="silent"),
    ],
)  # fmt: skip
def test_whatever_is_not_a_whole_clear_answer_is_unknown(
    scripted: Callable[[Script], Scripted], script: Script
) -> None:
    server = scripted(script)
    assert sent(server.port, deadline=SHORT).result is Result.UNKNOWN
    assert server.connections == 1, "nothing is tried again"


def test_an_answer_cut_at_any_byte_is_unknown(scripted: Callable[[Script], Scripted]) -> None:
    whole = b"HTTP/1.1 400 Bad Request\r\nContent-Length: 13\r\n\r\n" + b'{"errors":[]}'
    for cut in range(len(whole)):
        assert sent(scripted(answering(whole[:cut])).port).result is Result.UNKNOWN, cut
    assert sent(scripted(answering(whole)).port).result is Result.REJECTED


def test_a_server_that_stops_reading_is_unknown(scripted: Callable[[Script], Scripted]) -> None:
    big = Envelope("a", 7, "n@acme.example", None, {}, "S", "x" * 20_000_000, "<p></p>", MAIL.letters)
    mailer = sender(scripted(silent).port, deadline=SHORT)
    assert mailer.send(big, lambda: True).result is Result.UNKNOWN


def test_an_early_413_is_read_though_the_body_was_not(scripted: Callable[[Script], Scripted]) -> None:
    def refuse(_server: Scripted, connection: socket.socket) -> None:
        connection.recv(1000)
        connection.sendall(b"HTTP/1.1 413 Too Large\r\nContent-Length: 0\r\nConnection: close\r\n\r\n")
        reset(connection)

    big = Envelope("a", 7, "n@acme.example", None, {}, "S", "x" * 20_000_000, "<p></p>", MAIL.letters)
    assert sender(scripted(refuse).port).send(big, lambda: True).result is Result.TOO_LARGE


def test_an_endless_body_is_not_read_to_its_end(scripted: Callable[[Script], Scripted]) -> None:
    answer = b"HTTP/1.1 403 Forbidden\r\nContent-Length: 99999999\r\n\r\n" + b"x" * (3 << 20)
    assert sent(scripted(answering(answer)).port).result is Result.FORBIDDEN


def test_an_echoed_key_and_address_stay_out_of_the_reason(scripted: Callable[[Script], Scripted]) -> None:
    body = b'{"errors":[{"message":"no: Bearer %s, \\"a b\\"@example.com <c@d.example>\\nx"}]}' % KEY.encode()
    answer = b"HTTP/1.1 403 Forbidden\r\nContent-Length: %d\r\n\r\n%s" % (len(body), body)
    reason = sent(scripted(answering(answer)).port).reason
    assert reason.startswith("The provider answered 403: no: Bearer [key]")
    assert "example" not in reason
    assert "\n" not in reason


def test_a_connection_is_kept(scripted: Callable[[Script], Scripted]) -> None:
    server = scripted(answering(*[ACCEPTED] * 5))
    mailer = sender(server.port)
    assert {mailer.send(MAIL, lambda: True).result for _ in range(5)} == {Result.ACCEPTED}
    assert (server.connections, server.requests) == (1, 5)


def test_a_connection_closed_while_idle_is_replaced(scripted: Callable[[Script], Scripted]) -> None:
    server = scripted(answering(ACCEPTED))
    mailer = sender(server.port)
    for _ in range(3):
        assert mailer.send(MAIL, lambda: True).result is Result.ACCEPTED
        until(lambda: server.closed == server.connections)
    assert (server.connections, server.requests) == (3, 3)


def test_an_answer_nobody_asked_for_is_not_taken_for_the_next(
    scripted: Callable[[Script], Scripted],
) -> None:
    refused = b"HTTP/1.1 500 Oops\r\nContent-Length: 0\r\n\r\n"
    server = scripted(answering(ACCEPTED + ACCEPTED, refused))
    mailer = sender(server.port)
    assert mailer.send(MAIL, lambda: True).result is Result.ACCEPTED
    server.script = answering(refused)
    assert mailer.send(MAIL, lambda: True).result is Result.UNKNOWN


def test_an_answer_that_comes_too_late_is_not_taken_for_the_next(
    scripted: Callable[[Script], Scripted],
) -> None:
    def late(server: Scripted, connection: socket.socket) -> None:
        server.take(connection)
        connection.sendall(ACCEPTED)
        server.take(connection)
        hung_up(connection)
        connection.sendall(ACCEPTED)

    server = scripted(late)
    mailer = sender(server.port, deadline=SHORT)
    assert mailer.send(MAIL, lambda: True).http_status == 202
    assert mailer.send(MAIL, lambda: True).http_status is None
    server.script = answering(b"HTTP/1.1 500 Oops\r\nContent-Length: 0\r\n\r\n")
    assert mailer.send(MAIL, lambda: True).http_status == 500


def test_a_connection_that_is_announced_to_close_is_not_used_again(
    scripted: Callable[[Script], Scripted],
) -> None:
    def last(server: Scripted, connection: socket.socket) -> None:
        answering(ACCEPTED.replace(b"\r\n\r\n", b"\r\nConnection: close\r\n\r\n"))(server, connection)
        silent(server, connection)

    server = scripted(last)
    mailer = sender(server.port)
    assert {mailer.send(MAIL, lambda: True).result for _ in range(2)} == {Result.ACCEPTED}
    assert server.connections == 2


def test_what_is_no_longer_ours_does_not_leave(scripted: Callable[[Script], Scripted]) -> None:
    server = scripted(answering(ACCEPTED))
    asked: list[tuple[int, bytes]] = []

    def still_ours() -> bool:
        time.sleep(0.05)
        asked.append((server.connections, server.read))
        return False

    assert sender(server.port).send(MAIL, still_ours).result is Result.STOPPED
    assert asked == [(1, b"")], "asked once, on a standing connection, before any byte"
    assert server.read == b""


def test_refused_and_unknown_names_are_not_sent() -> None:
    with socket.socket() as bound:  # bound and not listening: nobody else gets the port, and it refuses
        bound.bind(("127.0.0.1", 0))
        refused = sent(bound.getsockname()[1])
    assert (refused.result, "Connection refused" in refused.reason) == (Result.NOT_SENT, True)
    unknown = sender(80, host="no-such-host.invalid").send(MAIL, lambda: True)
    assert unknown.result is Result.NOT_SENT


def test_a_server_that_never_accepts_is_not_sent() -> None:
    with socket.create_server(("127.0.0.1", 0), backlog=0) as listener:
        port = listener.getsockname()[1]
        waiting = [socket.socket() for _ in range(4)]
        for one in waiting:
            one.setblocking(False)
            one.connect_ex(("127.0.0.1", port))
        assert sent(port, deadline=SHORT).result is Result.NOT_SENT
        for one in waiting:
            one.close()


@pytest.mark.parametrize("script", [silent, answering(ACCEPTED)], ids=["silent", "plain"])
def test_a_handshake_that_fails_is_not_sent(scripted: Callable[[Script], Scripted], script: Script) -> None:
    assert sent(scripted(script).port, "https", deadline=SHORT).result is Result.NOT_SENT


def test_a_fork_does_not_share_the_connection(scripted: Callable[[Script], Scripted]) -> None:
    """Two processes on one connection would read each other's answers."""
    server = scripted(answering(*[ACCEPTED] * 9))
    code = f"""
import os
from notifier.edges.sendgrid import SendGrid
mailer = SendGrid("sendgrid", "http://127.0.0.1:{server.port}", "SG.k")
def say():
    os.write(1, b"%d\\n" % mailer.check().http_status)  # one write: two processes say so at once
say()
child = os.fork()
say()
if child:
    os.waitpid(child, 0)
    say()
"""
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.split() == ["202"] * 4
    assert (server.connections, server.requests) == (2, 4)


class TestTls:
    @pytest.fixture
    def certificate(self, tmp_path: Path) -> Path:
        made = tmp_path / "both.pem"
        key = ec.generate_private_key(ec.SECP256R1())
        name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "localhost")])
        now = datetime.now(UTC)
        signed = (
            x509.CertificateBuilder(name, name, key.public_key(), x509.random_serial_number())
            .not_valid_before(now - timedelta(minutes=1))
            .not_valid_after(now + timedelta(days=1))
            .add_extension(
                x509.SubjectAlternativeName([x509.IPAddress(ip_address("127.0.0.1"))]), critical=False
            )
            .sign(key, SHA256())
        )
        plain = key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
        made.write_bytes(plain + signed.public_bytes(Encoding.PEM))
        return made

    @pytest.fixture
    def server(self, scripted: Callable[[Script], Scripted], certificate: Path) -> Scripted:
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(certificate)

        def script(server: Scripted, connection: socket.socket) -> None:
            with context.wrap_socket(connection, server_side=True) as secure:
                answering(*[ACCEPTED] * 3)(server, secure)

        return scripted(script)

    def test_a_certificate_that_is_not_trusted_gets_nothing(self, server: Scripted) -> None:
        outcome = sent(server.port, "https")
        assert (outcome.result, server.read) == (Result.NOT_SENT, b"")
        assert "certificate" in outcome.reason

    def test_a_trusted_one_is_kept(
        self, server: Scripted, certificate: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setenv("SSL_CERT_FILE", str(certificate))
        mailer = sender(server.port, "https")
        for _ in range(4):
            assert mailer.send(MAIL, lambda: True).result is Result.ACCEPTED
            until(lambda: server.closed == server.requests // 3)
        assert (server.connections, server.requests) == (2, 4), "closed after three, replaced once"


def test_no_proxy_of_the_environment_is_used(
    scripted: Callable[[Script], Scripted], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("http_proxy", "http://127.0.0.1:1")
    assert sent(scripted(answering(ACCEPTED)).port).result is Result.ACCEPTED
    assert "http_proxy" in os.environ
