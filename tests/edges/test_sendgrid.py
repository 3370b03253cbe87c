"""What an answer proves, and what is written: pure functions, no network. The wire has tests of its own."""

from datetime import UTC, datetime, timedelta
from types import MappingProxyType

import orjson
import pytest
from hypothesis import given
from hypothesis import strategies as st

from notifier.edges.sendgrid import SendGrid, body_of, judge, redacted
from notifier.errors import BadInput
from notifier.model.mail import Envelope, Letter, Result

NOW = datetime(2026, 11, 27, 23, 40, tzinfo=UTC)
HTML = b"<html><head><title>413 Request Entity Too Large</title></head></html>"


def refusal(*fields: str | None) -> bytes:
    return orjson.dumps({"errors": [{"message": "Wrong.", "field": f, "help": None} for f in fields]})


@pytest.mark.parametrize(
    ("status", "body", "result"),
    [
        (202, b"", Result.ACCEPTED),
        (200, b"", Result.UNKNOWN),
        (204, b"", Result.UNKNOWN),
        (302, b"", Result.UNKNOWN),
        (400, refusal("personalizations.1.to.0.email"), Result.REJECTED),
        (400, HTML, Result.REJECTED),
        (400, refusal(None), Result.REJECTED),
        (400, refusal("from.email"), Result.FORBIDDEN),  # no other chunk will do better
        (400, refusal("content.0.value", "headers"), Result.FORBIDDEN),
        (400, refusal("subject", "personalizations.1.to"), Result.REJECTED),
        (401, refusal(None), Result.FORBIDDEN),
        (403, refusal("from"), Result.FORBIDDEN),
        (404, b"", Result.FORBIDDEN),
        (405, b"", Result.FORBIDDEN),
        (408, b"", Result.UNKNOWN),
        (413, HTML, Result.TOO_LARGE),
        (415, refusal(None), Result.FORBIDDEN),
        (422, refusal(None), Result.REJECTED),  # nobody documented it: of one letter, or of all
        (422, refusal("from"), Result.FORBIDDEN),
        (429, refusal(None), Result.LATER),
        (500, refusal(None), Result.UNKNOWN),
        (502, HTML, Result.UNKNOWN),
        (503, HTML, Result.UNKNOWN),
        (504, HTML, Result.UNKNOWN),
    ],
)
def test_every_status_proves_one_thing(status: int, body: bytes, result: Result) -> None:
    outcome = judge(status, {}, body, NOW)
    assert (outcome.result, outcome.http_status) == (result, status)


def test_only_202_is_accepted_whatever_the_body_says() -> None:
    accepted = [
        status for status in range(100, 1000) if judge(status, {}, b"", NOW).result is Result.ACCEPTED
    ]
    assert accepted == [202]
    assert judge(202, {"x-message-id": "m-1"}, b"", NOW).message_id == "m-1"


def test_culprits_are_sorted_unique_and_in_range() -> None:
    body = refusal(
        "personalizations.7.to.0.email", "personalizations.2.custom_args", "personalizations.7.subject",
        "personalizations.10.to.0.email", "personalizations", "personalizations.x.to", "content.0.value", None,
    )  # fmt: skip
    assert judge(400, {}, body, NOW, letters=10).culprits == (2, 7)
    assert judge(400, {}, refusal("subject"), NOW).culprits == ()


@pytest.mark.parametrize(
    ("header", "seconds"),
    [
        (None, None),
        ("", None),
        ("soon", None),
        ("-5", None),
        ("0", None),
        ("9" * 400, None),
        ("9999999999", 600),
        (30, 30),
        (-30, None),
    ],
)
def test_retry_is_within_bounds_or_the_provider_does_not_say(
    header: str | int | None, seconds: int | None
) -> None:
    value = str(int(NOW.timestamp()) + header) if isinstance(header, int) else header
    outcome = judge(429, {} if value is None else {"x-ratelimit-reset": value}, b"", NOW)
    assert outcome.retry_at == (None if seconds is None else NOW + timedelta(seconds=seconds))


@given(status=st.integers(100, 999), body=st.binary() | st.text().map(lambda text: text.encode()))
def test_no_body_makes_it_raise(status: int, body: bytes) -> None:
    assert judge(status, {}, body, NOW).http_status == status


@pytest.mark.parametrize(
    "body", [b"null", b"[]", b"3", b'{"errors":3}', b'{"errors":[3,null]}', b'{"errors":[{"field":3}]}']
)
def test_odd_json_names_nobody(body: bytes) -> None:
    assert judge(400, {}, body, NOW).culprits == ()


@given(
    local=st.from_regex(r"[\w.+-]{1,20}", fullmatch=True),
    around=st.sampled_from(["<{}>", '"{}"', "{}.", "({})", "x:{}"]),
)
def test_no_address_survives_redaction(local: str, around: str) -> None:
    shown = redacted("The address " + around.format(f"{local}@customer.example") + " is wrong\n")
    assert "@" not in shown
    assert "customer" not in shown
    assert local not in shown.split()


def test_a_message_of_any_length_is_one_short_line() -> None:
    shown = redacted("a@b.example " * 100 + "\r\n\x1b[31m" + "x" * 10_000)
    assert len(shown) <= 300
    assert shown.isprintable()
    assert "@" not in shown


def mail(**changed: str) -> dict[str, object]:
    envelope = Envelope(
        "attempt-1", 7, changed.get("sender", "Acme <n@acme.example>"), changed.get("reply_to"),
        {"References": "<d@acme.example>", "X-Title": changed.get("title", "plain")}, "S", "T", "<p>H</p>",
        [Letter(5, "ada@example.com", MappingProxyType({"-n-": "Ada"})), Letter(6, "bob@example.com", {})],
        "here",
    )  # fmt: skip
    return orjson.loads(body_of(envelope))


def test_the_body_holds_what_the_provider_needs_and_ids_only() -> None:
    assert mail() == {
        "from": {"email": "n@acme.example", "name": "Acme"},
        "subject": "S",
        "content": [{"type": "text/plain", "value": "T"}, {"type": "text/html", "value": "<p>H</p>"}],
        "headers": {"References": "<d@acme.example>", "X-Title": "plain"},
        "custom_args": {
            "notifier_installation": "here",
            "notifier_attempt": "attempt-1",
            "notifier_notice": "7",
        },
        "tracking_settings": {
            "click_tracking": {"enable": False, "enable_text": False},
            "open_tracking": {"enable": False},
            "subscription_tracking": {"enable": False},
            "ganalytics": {"enable": False},
        },
        "mail_settings": {"bypass_unsubscribe_management": {"enable": True}, "footer": {"enable": False}},
        "personalizations": [
            {
                "to": [{"email": "ada@example.com"}],
                "substitutions": {"-n-": "Ada"},
                "custom_args": {"notifier_recipient": "5"},
            },
            {
                "to": [{"email": "bob@example.com"}],
                "substitutions": {},
                "custom_args": {"notifier_recipient": "6"},
            },
        ],
    }


@pytest.mark.parametrize(
    ("written", "meant"),
    [
        ("n@acme.example", {"email": "n@acme.example"}),
        ("Acme, Inc <n@acme.example>", {"email": "n@acme.example", "name": "Acme, Inc"}),
        ('"Müller" <n@acme.example>', {"email": "n@acme.example", "name": "Müller"}),
    ],
)
def test_senders_as_people_write_them(written: str, meant: dict[str, str]) -> None:
    assert mail(sender=written)["from"] == meant
    assert mail(reply_to=written)["reply_to"] == meant


def test_a_header_is_one_line_of_ascii() -> None:
    headers = mail(title="Störung\r\nBcc: eve@example.com " + "ü" * 90)["headers"]
    assert isinstance(headers, dict)
    assert headers["X-Title"].isascii()
    assert "\n" not in headers["X-Title"]


@pytest.mark.parametrize("key", ["", " ", "SG.a b", "SG.a\r\nX: y", "SG.ä"])
def test_a_key_that_cannot_be_one_is_refused_unseen(key: str) -> None:
    with pytest.raises(BadInput) as refused:
        SendGrid("sendgrid", "http://127.0.0.1:1", key)
    assert not key.strip() or key not in str(refused.value)
