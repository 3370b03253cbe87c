"""What every dialect owes: its own secret and no other, real payloads, and one sentence for garbage."""

import contextlib
import json
from base64 import b64encode
from datetime import UTC, datetime
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from notifier.edges.company_file import SourceTable
from notifier.edges.webhooks import DIALECTS, Incoming
from notifier.errors import BadInput

NOW = datetime(2026, 11, 23, 22, 45, tzinfo=UTC)
SECRET = "s3cret-pä:ss"

SIGNED = {
    "alertmanager": (
        {"authorization": f"Bearer {SECRET}".encode().decode("latin-1")},
        {"authorization": f"bearer  {SECRET}".encode().decode("latin-1")},
        {"authorization": f"Basic {b64encode(f'alertmanager:{SECRET}'.encode()).decode()}"},
    ),
}
UNSIGNED = {
    "alertmanager": (
        {},
        {"authorization": ""},
        {"authorization": SECRET},
        {"authorization": "Bearer"},
        {"authorization": "Bearer s3cret"},
        {"authorization": "Bearer ☃"},
        {"authorization": f"Digest {SECRET}"},
        {"authorization": "Basic !!!"},
        {"authorization": f"Basic {b64encode(SECRET.encode()).decode()}"},
        {"authorization": f"Basic {b64encode(f'{SECRET}:'.encode()).decode()}"},
        {"x-secret": SECRET},
    ),
}
GARBAGE = (
    b"",
    b"null",
    b"[]",
    b"4",
    b'"4"',
    b"{}",
    b"{",
    b"\xff\xfe",
    b"\x00",
    b"[" * 100_000,
    b'{"version": NaN}',
)


def test_every_dialect_that_a_company_may_declare_is_there_and_stands_these_tests() -> None:
    declared = SourceTable.model_fields["dialect"].annotation.__args__
    assert set(DIALECTS) == set(declared) == set(SIGNED) == set(UNSIGNED)


@pytest.mark.parametrize("name", DIALECTS)
def test_the_secret_is_believed_in_each_of_its_forms(name: str) -> None:
    dialect = DIALECTS[name]({})
    for headers in SIGNED[name]:
        assert dialect.verify(Incoming(headers, b"{}"), ["another", SECRET], NOW), headers


@pytest.mark.parametrize("name", DIALECTS)
def test_nothing_else_is_believed(name: str) -> None:
    for headers in UNSIGNED[name]:
        assert DIALECTS[name]({}).verify(Incoming(headers, b"{}"), [SECRET], NOW) is False, headers


@pytest.mark.parametrize("name", DIALECTS)
@pytest.mark.parametrize("raw", GARBAGE, ids=repr)
def test_garbage_is_refused_in_one_sentence(name: str, raw: bytes) -> None:
    with pytest.raises(BadInput) as refused:
        DIALECTS[name]({}).read(Incoming({}, raw), NOW)
    assert str(refused.value).endswith(".")
    assert "\n" not in str(refused.value)


@pytest.mark.parametrize("name", DIALECTS)
def test_every_payload_of_the_tool_is_read(name: str) -> None:
    payloads = sorted((Path(__file__).parent / name).glob("*.json"))
    assert payloads
    for payload in payloads:
        posted = DIALECTS[name]({}).read(Incoming({}, payload.read_bytes()), NOW)
        assert posted.signals
        for signal in posted.signals:
            assert "@" not in signal.summary
            assert signal.occurred_at <= NOW


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(), inner, max_size=4),
    max_leaves=12,
)


@pytest.mark.parametrize("name", DIALECTS)
@given(raw=st.binary(max_size=200) | JSON.map(lambda value: json.dumps(value).encode()))
def test_anything_is_read_or_refused(name: str, raw: bytes) -> None:
    with contextlib.suppress(BadInput):
        assert DIALECTS[name]({}).read(Incoming({}, raw), NOW).signals is not None
