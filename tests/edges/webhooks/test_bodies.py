import json

import pytest

from notifier.edges.webhooks.bodies import headers_of, unpacked
from notifier.edges.webhooks.incoming import Incoming
from notifier.errors import BadInput

FORM = {"content-type": "application/x-www-form-urlencoded"}
PARTS = {"content-type": "multipart/form-data; boundary=XyZ"}


def part(name: str, value: str) -> str:
    return f'--XyZ\r\nContent-Disposition: form-data; name="{name}"\r\n\r\n{value}\r\n'


@pytest.mark.parametrize(
    ("incoming", "message"),
    [
        (Incoming({}, b'\xef\xbb\xbf{"a": 1}'), {"a": 1}),
        (Incoming({"content-type": "text/plain"}, b'{"a": 1}'), {"a": 1}),
        (Incoming(FORM, b"a=1&b=%C3%A4+x&empty="), {"a": "1", "b": "ä x", "empty": ""}),
        (Incoming(FORM, b' {"a": "x=1&b"}'), {"a": "x=1&b"}),
        (Incoming(FORM, b"payload=%7B%22a%22%3A1%7D"), {"a": 1}),
        (Incoming(FORM, b"a=%7B%22b%22%3A1%7D&c=%7Bnot"), {"a": {"b": 1}, "c": "{not"}),
        (Incoming(PARTS, f"{part('data', json.dumps({'a': 1}))}--XyZ--\r\n".encode()), {"a": 1}),
        (Incoming(PARTS, f"{part('a', '1')}{part('b', '2')}--XyZ--".encode()), {"a": "1", "b": "2"}),
        (Incoming({}, b"", {"a": "null", "b": "[1]", "secret": "s"}, "GET"), {"a": None, "b": [1]}),
    ],
)
def test_a_message_however_it_was_packed(incoming: Incoming, message: object) -> None:
    assert unpacked(incoming) == message


@pytest.mark.parametrize(
    "incoming",
    [
        Incoming({}, b""),
        Incoming(FORM, b"\xff=1"),
        Incoming(FORM, b"&".join(b"a%d=1" % n for n in range(2000))),
        Incoming(FORM, b"data=%7B"),
        Incoming({"content-type": "multipart/form-data"}, b"--x"),
        Incoming({"content-type": "multipart/form-data; boundary=----"}, b"--x"),
    ],
)
def test_what_cannot_be_unpacked(incoming: Incoming) -> None:
    with pytest.raises(BadInput):
        unpacked(incoming)


def test_headers_from_a_file() -> None:
    assert headers_of(b'{"X-A": "1"}') == headers_of(b"X-A: 1\r\n\r\n") == {"x-a": "1"}
    assert headers_of(b"a: b:c") == {"a": "b:c"}
    for wrong in (b"nothing", b"{", b"{]"):
        with pytest.raises(BadInput):
            headers_of(wrong)
