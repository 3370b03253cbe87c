"""SendGrid's event webhook: signed posts in, events of our own out.

Signature: ECDSA P-256 with SHA-256 over timestamp and raw body, base64 of DER, in two headers; a public key is
base64 of its SPKI DER, without armour (docs: tracking-events, getting-started-event-webhook-security-features).
`sendgrid.helpers.eventwebhook` is not used: it wants text, knows no age and raises on malformed base64.
Fields of an event: docs, for-developers/tracking-events/event. Custom arguments come flattened, as strings.
"""

import re
from base64 import b64decode
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any, cast
from uuid import UUID

import orjson
from cryptography.exceptions import InvalidSignature, UnsupportedAlgorithm
from cryptography.hazmat.primitives.asymmetric.ec import ECDSA, EllipticCurvePublicKey
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import load_der_public_key

from notifier.errors import BadInput
from notifier.model.event import ProviderEvent

SIGNATURE = "x-twilio-email-event-webhook-signature"
TIMESTAMP = "x-twilio-email-event-webhook-timestamp"
OLDEST = timedelta(hours=25)
"""A post that was not taken is repeated for 24 h, with the signature that it had."""
MOST_AHEAD = timedelta(minutes=5)

EVENT_ID = re.compile(r"[A-Za-z0-9_.=+/-]{1,200}", re.ASCII)
KIND = re.compile(r"[A-Za-z0-9_.-]{1,64}", re.ASCII)
WORDS = re.compile(r"[A-Za-z ]{1,60}", re.ASCII)
NUMBER = re.compile(r"[0-9]{1,18}", re.ASCII)


@dataclass(frozen=True, slots=True)
class Reported:
    events: tuple[ProviderEvent, ...]
    skipped: int
    """Entries that are no events."""


def verify(headers: Mapping[str, str], raw: bytes, keys: Iterable[str], now: datetime) -> bool:
    """Was this signed lately with one of these public keys? Header names are in lower case."""
    stamp = headers.get(TIMESTAMP, "")
    if not NUMBER.fullmatch(stamp) or not _is_recent(int(stamp), now):
        return False
    signature = _base64(headers.get(SIGNATURE, ""))
    signed = stamp.encode() + raw
    return signature is not None and any(_fits(key, signature, signed) for key in keys)


def _is_recent(stamp: int, now: datetime) -> bool:
    age = now.timestamp() - stamp
    return -MOST_AHEAD.total_seconds() <= age <= OLDEST.total_seconds()


def _base64(text: str) -> bytes | None:
    try:
        return b64decode(text, validate=True)
    except ValueError:  # binascii.Error is one
        return None


def is_key(key: str) -> bool:
    """Can signatures be checked with it?"""
    try:
        public = load_der_public_key(_base64(key) or b"")
    except (ValueError, UnsupportedAlgorithm):
        return False
    return isinstance(public, EllipticCurvePublicKey)


def _fits(key: str, signature: bytes, signed: bytes) -> bool:
    """A key that cannot be read fits nothing: another one may, while keys are exchanged."""
    try:
        public = load_der_public_key(_base64(key) or b"")
        if not isinstance(public, EllipticCurvePublicKey):
            return False
        public.verify(signature, signed, ECDSA(SHA256()))
    except (ValueError, UnsupportedAlgorithm, InvalidSignature):
        return False
    return True


def parse(raw: bytes) -> Reported:
    """Raises `BadInput` for a body that is no JSON array."""
    try:
        body: Any = orjson.loads(raw)
    except orjson.JSONDecodeError as error:
        raise BadInput(f"This is not JSON in UTF-8: {error.msg}, at character {error.pos}.") from error
    if not isinstance(body, list):
        raise BadInput("This is no list of events: SendGrid posts a JSON array.")
    entries = cast("list[Any]", body)
    events = tuple(event for entry in entries if (event := _event(entry)) is not None)
    return Reported(events, len(entries) - len(events))


def _event(entry: Any) -> ProviderEvent | None:
    if not isinstance(entry, dict):
        return None
    fields = cast("dict[str, Any]", entry)
    event_id, occurred = _text(fields, "sg_event_id", EVENT_ID), _moment(fields.get("timestamp"))
    kind = _text(fields, "event", KIND)
    if event_id is None or occurred is None or kind is None:
        return None
    return ProviderEvent(
        sg_event_id=event_id,
        occurred_at=occurred,
        attempt_id=_uuid(fields.get("notifier_attempt")),
        notice_id=_number(fields, "notifier_notice"),
        recipient_id=_number(fields, "notifier_recipient"),
        kind=kind,
        installation_id=_uuid(fields.get("notifier_installation")),
        permanent=kind == "bounce" and fields.get("type") == "bounce",
        # A bounce's own words may quote an address; a drop has one of seven fixed reasons.
        reason=(_text(fields, "reason", WORDS) or "") if kind == "dropped" else "",
    )


def _text(fields: Mapping[str, Any], name: str, shape: re.Pattern[str]) -> str | None:
    value = fields.get(name)
    return value if isinstance(value, str) and shape.fullmatch(value) else None


def _number(fields: Mapping[str, Any], name: str) -> int | None:
    text = _text(fields, name, NUMBER)
    return None if text is None else int(text)


def _uuid(value: Any) -> str | None:
    try:
        return str(UUID(value)) if isinstance(value, str) else None
    except ValueError:
        return None


def _moment(value: Any) -> datetime | None:
    """Unix seconds, sometimes as text."""
    text = str(value) if isinstance(value, int | str) and not isinstance(value, bool) else ""
    if not NUMBER.fullmatch(text):
        return None
    try:
        return datetime.fromtimestamp(int(text), UTC)
    except (ValueError, OverflowError, OSError):
        return None
