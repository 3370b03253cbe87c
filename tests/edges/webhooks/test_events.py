"""What the company's file says of a tool without a dialect, and of senders who choose their own words."""

import hashlib
import hmac
import json
from datetime import UTC, datetime
from typing import Any

from notifier.edges.company_file import read
from notifier.edges.webhooks import DIALECTS, Dialect, Incoming
from notifier.model.signal import Posted

NOW = datetime(2026, 11, 27, 8, tzinfo=UTC)


def source(text: str, dialect: str = "generic") -> Dialect:
    table = read(f"[[sources]]\nname='a'\ndialect='{dialect}'\nsecret_env='A'\n{text}".encode()).sources[0]
    assert table.read
    return DIALECTS[dialect]({"label": table.label, "read": table.read.model_dump(exclude_defaults=True)})


def said(dialect: Dialect, message: Any, **headers: str) -> Posted:
    return dialect.read(Incoming(headers, json.dumps(message).encode()), NOW)


SEVERAL = """
label = "svc"
read = { each = "checks[]", state = "now", opens = ["bad*"], ends = ["ok"], nothing = ["maybe"], \
key = '{$."site.id"}/{id}', at = "t", names = ["title"], labels = ["tags"], times_are_utc = true, \
ignore = { "$.dry" = "true" }, delivery = "{$.batch}-{id}" }
"""


def test_several_troubles_of_one_message() -> None:
    message = {
        "site.id": 7,
        "batch": "b1",
        "checks": [
            {
                "id": 1,
                "now": "BADLY",
                "t": "2026-11-26 22:15:00",
                "title": "A",
                "tags": {"svc": "x", "y": "z"},
            },
            {"id": 2, "now": "ok", "title": "B"},
            {"id": 3, "now": "maybe"},
            {"id": 4, "now": "who knows"},
        ],
    }
    posted = said(source(SEVERAL), message)
    first, second = posted.signals
    assert (first.key, first.hints, first.delivery_key) == ("7/1", ("A", "x"), "b1-1")
    assert first.occurred_at == datetime(2026, 11, 26, 22, 15, tzinfo=UTC)
    assert (second.state, second.occurred_at) == ("resolved", NOW)
    assert len(posted.faults) == 1
    assert said(source(SEVERAL), message | {"dry": True}).signals == ()


def test_a_tool_that_signs() -> None:
    dialect = source(
        "read = { state = 's', opens = ['1'], ends = ['0'], key = '{k}', signature = 'X-Hub-Signature-256' }"
    )
    raw = b'{"s": 1, "k": "a"}'
    digest = hmac.new(b"s3cret", raw, hashlib.sha256).hexdigest()
    for header in (digest, f"sha256={digest}"):
        incoming = Incoming({"x-hub-signature-256": header}, raw)
        assert dialect.verify(incoming, ["old", "s3cret"], NOW)
        assert not dialect.verify(incoming, ["old"], NOW)
    assert not dialect.verify(Incoming({"authorization": "Bearer s3cret"}, raw), ["s3cret"], NOW)
    assert [s.key for s in dialect.read(Incoming({}, raw), NOW).signals] == ["a"]


def test_own_words_over_the_usual_ones() -> None:
    dialect = source("read = { opens = ['incident.kaputt'], key = '{data.nr}' }", "standard_webhooks")
    message = {
        "type": "incident.kaputt",
        "timestamp": "2026-11-26T22:15:00Z",
        "data": {"nr": 5, "service": "x"},
    }
    (signal,) = said(dialect, message, **{"webhook-id": "m1"}).signals
    assert (signal.key, signal.hints, signal.state) == ("5", ("x",), "firing")
    assert said(dialect, message | {"type": "incident.resolved"}).signals[0].state == "resolved"


def test_cloudevents_in_headers_and_in_an_empty_batch() -> None:
    binary = {
        "ce-id": "1", "ce-source": "/a%20b", "ce-type": "com.example.down", "ce-subject": "checkout",
        "ce-time": "2026-11-26T22:15:00Z",
    }  # fmt: skip
    (signal,) = said(DIALECTS["cloudevents"]({}), {"key": "k"}, **binary).signals
    assert (signal.delivery_key, signal.hints) == ("/a b 1", ("checkout",))
    batch = {"content-type": "application/cloudevents-batch+json"}
    assert said(DIALECTS["cloudevents"]({}), [], **batch).why


def test_a_word_within_a_word_means_nothing() -> None:
    for kind in ("server.restarted", "db.backup", "customer.setup"):
        assert said(DIALECTS["standard_webhooks"]({}), {"type": kind, "data": {"key": "a"}}).faults, kind
