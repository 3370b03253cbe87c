"""A real HTTP or HTTPS server that answers as a test says, well or badly."""

import ssl
import threading
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from ipaddress import ip_address
from pathlib import Path
from typing import Any

from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from cryptography.x509.oid import NameOID


@dataclass(frozen=True)
class Page:
    """`then` writes what follows the head, if it is not simply the body."""

    status: int = 200
    body: bytes = b"fine"
    headers: Mapping[str, str] = field(default_factory=dict)
    then: Callable[[BaseHTTPRequestHandler], None] | None = None


@dataclass(frozen=True)
class Asked:
    method: str
    path: str
    headers: Mapping[str, str]
    body: bytes


class Site:
    """`pages` may change at any time; a path that is not in it is `usual`."""

    def __init__(self, tls: ssl.SSLContext | None = None) -> None:
        self.pages: dict[str, Page | Callable[[Asked], Page]] = {}
        self.usual: Page | Callable[[Asked], Page] = Page()
        self.asked: list[Asked] = []
        self.over = threading.Event()
        """Set at the end: a page that hangs waits for it."""
        site = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"
            disable_nagle_algorithm = True

            def _answer(self) -> None:
                body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
                site.answer(self, Asked(self.command, self.path, dict(self.headers.items()), body))

            do_GET = do_HEAD = do_POST = do_PUT = _answer  # noqa: N815 - as the server calls them

            def log_message(self, *_: object) -> None:
                pass

        class Server(ThreadingHTTPServer):
            daemon_threads = True

            def finish_request(self, request: Any, client_address: Any) -> None:
                if tls is None:
                    super().finish_request(request, client_address)
                    return
                with tls.wrap_socket(request, server_side=True) as secure:
                    super().finish_request(secure, client_address)

            def handle_error(self, *_: object) -> None:
                pass  # whoever asks may hang up at any moment

        self._server = Server(("127.0.0.1", 0), Handler)
        self.port = int(self._server.server_address[1])
        self.url = f"{'https' if tls else 'http'}://127.0.0.1:{self.port}"

    def answer(self, handler: BaseHTTPRequestHandler, asked: Asked) -> None:
        self.asked.append(asked)
        page = self.pages.get(asked.path, self.usual)
        page = page(asked) if callable(page) else page
        handler.send_response(page.status)
        for name, value in page.headers.items():
            handler.send_header(name, value)
        if page.then is None:
            handler.send_header("Content-Length", str(len(page.body)))
        handler.end_headers()
        if page.then is not None:
            handler.close_connection = True
            page.then(handler)
        elif asked.method != "HEAD":
            handler.wfile.write(page.body)

    def hang(self, _handler: BaseHTTPRequestHandler) -> None:
        """For `Page.then`: the head, and then nothing."""
        self.over.wait()

    def flood(self, handler: BaseHTTPRequestHandler) -> None:
        """For `Page.then`: a body without end."""
        while not self.over.is_set():
            handler.wfile.write(b"x" * 65536)

    def drip(self, handler: BaseHTTPRequestHandler) -> None:
        """For `Page.then`: a byte now and then, never the last."""
        while not self.over.wait(0.05):
            handler.wfile.write(b"x")
            handler.wfile.flush()


@contextmanager
def a_site(tls: ssl.SSLContext | None = None) -> Iterator[Site]:
    site = Site(tls)
    threading.Thread(target=site._server.serve_forever, args=(0.02,), daemon=True).start()
    try:
        yield site
    finally:
        site.over.set()
        site._server.shutdown()
        site._server.server_close()


def a_certificate(
    folder: Path, *names: str, days: float = 1, since_days: float = 0.1
) -> tuple[ssl.SSLContext, Path]:
    """A server's context, and the file of what whoever trusts it trusts. `names`: addresses, or names of hosts."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "a test")])
    now = datetime.now(UTC)
    general = [x509.IPAddress(ip_address(n)) if n[0].isdigit() else x509.DNSName(n) for n in names]
    signed = (
        x509.CertificateBuilder(name, name, key.public_key(), x509.random_serial_number())
        .not_valid_before(now - timedelta(days=since_days))
        .not_valid_after(now + timedelta(days=days))
        .add_extension(x509.SubjectAlternativeName(general), critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .sign(key, SHA256())
    )
    both = folder / f"{'-'.join(names)}{days}.pem"
    plain = key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
    both.write_bytes(plain + signed.public_bytes(Encoding.PEM))
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(both)
    return context, both
