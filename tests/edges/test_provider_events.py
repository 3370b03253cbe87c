"""Signatures are made here with real keys; nothing of the product signs."""

import base64
import json
from datetime import UTC, datetime, timedelta

import pytest
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from hypothesis import given
from hypothesis import strategies as st

from notifier.edges.provider_events import SIGNATURE, TIMESTAMP, parse, verify
from notifier.errors import BadInput
from notifier.model.event import ProviderEvent

NOW = datetime(2026, 11, 27, 23, 41, 30, tzinfo=UTC)
KEY, OTHER = (ec.generate_private_key(ec.SECP256R1()) for _ in range(2))
BODY = b'[{"event":"delivered"}]\r\n'
ATTEMPT = "7b0d8a4e-7a0a-4b0e-9a6e-0f4b6f0c8d11"
EVENT = {
    "email": "ada@example.com", "timestamp": 1795822890, "event": "delivered", "sg_event_id": "ZGVsaXZlcmVk",
    "sg_message_id": "abc.recvd-1", "smtp-id": "<abc@geopod>", "response": "250 OK ada@example.com", "tls": 1,
    "notifier_attempt": ATTEMPT, "notifier_notice": "3", "notifier_recipient": "41",
}  # fmt: skip


def public(key: ec.EllipticCurvePrivateKey | rsa.RSAPrivateKey) -> str:
    der = key.public_key().public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)
    return base64.b64encode(der).decode()


def signed(key: ec.EllipticCurvePrivateKey = KEY, body: bytes = BODY, at: datetime = NOW) -> dict[str, str]:
    stamp = str(int(at.timestamp()))
    signature = key.sign(stamp.encode() + body, ec.ECDSA(SHA256()))
    return {SIGNATURE: base64.b64encode(signature).decode(), TIMESTAMP: stamp}


def test_signed_by_the_key() -> None:
    assert verify(signed(), BODY, [public(KEY)], NOW)
    assert not verify(signed(), BODY, [public(OTHER)], NOW)
    assert not verify(signed(), BODY, [], NOW)


def test_while_keys_are_exchanged_either_is_good_and_a_broken_one_does_no_harm() -> None:
    keys = ["not a key", "", public(rsa.generate_private_key(65537, 2048)), public(OTHER), public(KEY)]
    assert verify(signed(KEY), BODY, keys, NOW)
    assert verify(signed(OTHER), BODY, keys, NOW)
    assert not verify(signed(KEY), BODY, keys[:4], NOW)


@pytest.mark.parametrize("body", [BODY[:-2], BODY + b" ", BODY.replace(b"delivered", b"processed"), b""])
def test_an_altered_body(body: bytes) -> None:
    assert not verify(signed(), body, [public(KEY)], NOW)


def test_bytes_are_verified_whatever_they_are() -> None:
    for body in (b"\xff\x00\xfe", b"", "ä\n".encode()):
        assert verify(signed(body=body), body, [public(KEY)], NOW)


def test_an_altered_timestamp() -> None:
    later = signed() | {TIMESTAMP: str(int(NOW.timestamp()) + 1)}
    assert not verify(later, BODY, [public(KEY)], NOW)


@pytest.mark.parametrize(
    ("ahead", "good"),
    [(-timedelta(hours=24, minutes=59), True), (-timedelta(hours=25, seconds=1), False),
     (timedelta(minutes=5), True), (timedelta(minutes=5, seconds=1), False)],
)  # fmt: skip
def test_posts_are_repeated_for_a_day_and_clocks_differ(ahead: timedelta, good: bool) -> None:
    assert verify(signed(at=NOW + ahead), BODY, [public(KEY)], NOW) is good


@pytest.mark.parametrize("name", [SIGNATURE, TIMESTAMP])
@pytest.mark.parametrize("value", [None, "", "%%%", "MEUCIQ", "äöü", "-1", "1795822890.5", "9" * 40, "١٢٣"])
def test_malformed_headers_verify_nothing(name: str, value: str | None) -> None:
    headers = {key: text for key, text in (signed() | {name: value}).items() if text is not None}
    assert not verify(headers, BODY, [public(KEY)], NOW)


def test_an_event_is_reduced_to_what_the_ledger_keeps() -> None:
    (event,) = parse(json.dumps([EVENT]).encode(), NOW).events
    assert event == ProviderEvent(
        "ZGVsaXZlcmVk", datetime.fromtimestamp(1795822890, UTC), ATTEMPT, 3, 41, "delivered"
    )
    assert "@" not in repr(event)


@pytest.mark.parametrize(
    ("fields", "permanent"),
    [({"event": "bounce", "type": "bounce"}, True), ({"event": "bounce", "type": "blocked"}, False),
     ({"event": "bounce"}, False), ({"event": "deferred", "type": "bounce"}, False)],
)  # fmt: skip
def test_a_blocked_bounce_is_not_permanent(fields: dict[str, str], permanent: bool) -> None:
    (event,) = parse(json.dumps([EVENT | fields | {"reason": "550 ada@example.com unknown"}]).encode()).events
    assert event.permanent is permanent
    assert event.reason == ""


def test_why_it_was_dropped_is_kept_in_the_providers_fixed_words_only() -> None:
    dropped = EVENT | {"event": "dropped", "reason": "Bounced Address"}
    talks = dropped | {"sg_event_id": "x", "reason": "ada@example.com is on a list"}
    first, second = parse(json.dumps([dropped, talks]).encode()).events
    assert (first.reason, second.reason) == ("Bounced Address", "")


def test_events_of_other_mail_and_unknown_kinds_are_kept() -> None:
    foreign = {"sg_event_id": "a", "timestamp": "1795822890", "event": "account_status_change"}
    odd = EVENT | {"notifier_attempt": "' OR 1=1", "notifier_notice": 3, "notifier_recipient": "4" * 30}
    reported = parse(json.dumps([foreign, odd]).encode())
    assert [(e.kind, e.attempt_id, e.notice_id, e.recipient_id) for e in reported.events] == [
        ("account_status_change", None, None, None), ("delivered", None, 3, None),
    ]  # fmt: skip


@pytest.mark.parametrize(
    "entry", [None, 1, "x", [], {}, EVENT | {"event": ""}, EVENT | {"event": "ada@example.com"}]
)
def test_an_entry_that_is_no_event_costs_nothing_but_itself(entry: object) -> None:
    reported = parse(json.dumps([entry, EVENT]).encode(), NOW)
    assert (len(reported.events), reported.skipped) == (1, 1)


@pytest.mark.parametrize("event_id", [None, "", "a\0", "x" * 201, 5])
def test_an_event_without_an_id_has_one_that_is_made_of_what_it_says_but_for_the_address(
    event_id: object,
) -> None:
    def made(**fields: object) -> str:
        (event,) = parse(json.dumps([EVENT | {"sg_event_id": event_id} | fields]).encode(), NOW).events
        assert event.nameless
        return event.sg_event_id

    assert made() == made() == made(email="bob@example.com", reason="550 ada@example.com")
    assert len({made(), made(event="open"), made(timestamp=1), made(notifier_recipient="42")}) == 4


@pytest.mark.parametrize(
    ("said", "seconds"),
    [(1795822890, 0), ("1795822890", 0), (1795822890.7, 0), (1795822890000, 0), ("1795822890.5", 0),
     ("2026-11-27T23:41:20Z", -10), ("2026-11-27 23:41:20+00:00", -10), (1795822890 + 3600, 3600)],
)  # fmt: skip
def test_the_time_of_an_event_is_read_as_it_was_meant(said: object, seconds: int) -> None:
    (event,) = parse(json.dumps([EVENT | {"timestamp": said}]).encode(), NOW).events
    assert event.occurred_at == NOW + timedelta(seconds=seconds)


@pytest.mark.parametrize(
    "said", [None, -5, 0, 1, 10**17, 253402300000, True, 1.5, "", "soon", [], 1795822890 + 7 * 86400]
)
def test_a_time_that_cannot_be_is_that_of_the_post(said: object) -> None:
    (event,) = parse(json.dumps([EVENT | {"timestamp": said}]).encode(), NOW).events
    assert event.occurred_at == NOW


def test_arguments_may_have_become_numbers() -> None:
    (event,) = parse(
        json.dumps([EVENT | {"notifier_notice": 3, "notifier_recipient": 41}]).encode(), NOW
    ).events
    assert (event.attempt_id, event.notice_id, event.recipient_id) == (ATTEMPT, 3, 41)


def test_only_an_event_that_does_not_name_our_mail_carries_an_address_and_never_shows_it() -> None:
    bare = {"email": "Ada@Example.com", "event": "bounce", "timestamp": 1795822890, "sg_event_id": "a"}
    named, stranger = parse(json.dumps([EVENT, bare]).encode(), NOW).events
    assert named.address_key is None
    assert stranger.address_key == "ada@example.com"
    assert "@" not in repr(stranger)


@pytest.mark.parametrize("body", [b"", b"{", b"{}", b"null", b"7", b'"x"', b"\xff", b"[" * 5000])
def test_what_is_no_list_is_refused(body: bytes) -> None:
    with pytest.raises(BadInput, match="This is no"):
        parse(body)


@given(st.lists(st.dictionaries(st.sampled_from([*EVENT, "type", "reason"]), st.one_of(
    st.none(), st.booleans(), st.integers(), st.floats(allow_nan=False, allow_infinity=False), st.text(),
    st.lists(st.text())))))  # fmt: skip
def test_no_value_breaks_the_reading(entries: list[dict[str, object]]) -> None:
    reported = parse(json.dumps(entries).encode("utf-8", "surrogatepass")) if _plain(entries) else None
    assert reported is None or len(reported.events) + reported.skipped == len(entries)


def _plain(entries: list[dict[str, object]]) -> bool:
    return all(abs(v) < 2**63 for e in entries for v in e.values() if isinstance(v, int))
