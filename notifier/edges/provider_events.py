"""SendGrid's event webhook: signed posts in, events of our own out.

Signature: ECDSA P-256 with SHA-256 over timestamp and raw body, base64 of DER, in two headers; a public key is
base64 of its SPKI DER, without armour (docs: tracking-events, getting-started-event-webhook-security-features).
`sendgrid.helpers.eventwebhook` is not used: it wants text, knows no age and raises on malformed base64.
Fields of an event: docs, for-developers/tracking-events/event. Custom arguments come flattened, as strings.
"""

import re
from base64 import b64decode
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from hashlib import sha256
from typing import Any, cast
from uuid import UUID

import orjson
from cryptography.exceptions import InvalidSignature, UnsupportedAlgorithm
from cryptography.hazmat.primitives.asymmetric.ec import ECDSA, EllipticCurvePublicKey
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import load_der_public_key

from notifier.edges.addresses import Address, normalised
from notifier.errors import BadInput
from notifier.model.event import ProviderEvent

SIGNATURE = "x-twilio-email-event-webhook-signature"
TIMESTAMP = "x-twilio-email-event-webhook-timestamp"
OLDEST = timedelta(hours=25)
"""A post that was not taken is repeated for 24 h, with the signature that it had."""
MOST_AHEAD = timedelta(minutes=5)

OLDEST_EVENT, MOST_AHEAD_EVENT = timedelta(days=30), timedelta(days=1)
"""Of an event's own time, against that of its post. What is further off is a fault of a clock or of a format."""
MILLISECONDS = 1e11
LONGEST_ADDRESS = 320
OURS = ("notifier_attempt", "notifier_notice", "notifier_recipient")
PLAIN_NUMBER = re.compile(r"[0-9]{1,18}(\.[0-9]{1,9})?", re.ASCII)
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


def parse(raw: bytes, posted_at: datetime | None = None) -> Reported:
    """Raises `BadInput` for a body that is no JSON array. `posted_at`: the time of what has none that can be."""
    try:
        body: Any = orjson.loads(raw)
    except orjson.JSONDecodeError as error:
        raise BadInput(f"This is not JSON in UTF-8: {error.msg}, at character {error.pos}.") from error
    if not isinstance(body, list):
        raise BadInput("This is no list of events: SendGrid posts a JSON array.")
    entries = cast("list[Any]", body)
    at = posted_at or datetime.now(UTC)
    events = tuple(event for entry in entries if (event := _event(entry, at)) is not None)
    return Reported(events, len(entries) - len(events))


def posted_at(headers: Mapping[str, str], now: datetime) -> datetime:
    """What the signature says: a post that is repeated says the same again."""
    stamp = headers.get(TIMESTAMP, "")
    return datetime.fromtimestamp(int(stamp), UTC) if NUMBER.fullmatch(stamp) and len(stamp) < 11 else now


def _event(entry: Any, at: datetime) -> ProviderEvent | None:
    if not isinstance(entry, dict):
        return None
    fields = cast("dict[str, Any]", entry)
    kind = _text(fields, "event", KIND)
    if kind is None:
        return None
    event_id = _text(fields, "sg_event_id", EVENT_ID)
    event = ProviderEvent(
        sg_event_id=event_id or _made_id(fields),
        occurred_at=_moment(fields.get("timestamp"), at),
        attempt_id=_uuid(fields.get("notifier_attempt")),
        notice_id=_number(fields, "notifier_notice"),
        recipient_id=_number(fields, "notifier_recipient"),
        kind=kind,
        installation_id=_uuid(fields.get("notifier_installation")),
        permanent=kind == "bounce" and fields.get("type") == "bounce",
        # A bounce's own words may quote an address; a drop has one of seven fixed reasons.
        reason=(_text(fields, "reason", WORDS) or "") if kind == "dropped" else "",
        nameless=event_id is None,
    )
    if event.attempt_id is not None and event.recipient_id is not None:
        return event
    return replace(
        event,
        address_key=_key(fields.get("email")),
        message_id=_message_id(fields),
        names_us=any(name in fields for name in OURS),
    )


def _made_id(fields: Mapping[str, Any]) -> str:
    """The same event has the same; without the address, and without the words of a server, which may quote it."""
    said = [
        str(fields.get(name)) for name in (*OURS, "event", "timestamp", "type", "status", "sg_message_id")
    ]
    return f"none.{sha256(orjson.dumps(said)).hexdigest()[:32]}"


def _key(email: Any) -> str | None:
    found = normalised(email) if isinstance(email, str) and len(email) <= LONGEST_ADDRESS else None
    return found.key if isinstance(found, Address) else None


def _message_id(fields: Mapping[str, Any]) -> str | None:
    """`X-Message-Id` of the answer, which begins the id of each of its mails."""
    text = _text(fields, "sg_message_id", EVENT_ID)
    return text.partition(".")[0] or None if text else None


def _text(fields: Mapping[str, Any], name: str, shape: re.Pattern[str]) -> str | None:
    value = fields.get(name)
    return value if isinstance(value, str) and shape.fullmatch(value) else None


def _number(fields: Mapping[str, Any], name: str) -> int | None:
    """Arguments come as text; a proxy or a library in between may have made numbers of them."""
    value = fields.get(name)
    text = str(value) if isinstance(value, int | str) and not isinstance(value, bool) else ""
    return int(text) if NUMBER.fullmatch(text) else None


def _uuid(value: Any) -> str | None:
    try:
        return str(UUID(value)) if isinstance(value, str) else None
    except ValueError:
        return None


def _moment(value: Any, at: datetime) -> datetime:
    """Unix seconds, also as text, as a fraction, in milliseconds, or as ISO 8601, in UTC if no zone is said.

    What cannot be is now.
    """
    try:
        found = _said(value)
    except (ValueError, OverflowError, OSError):
        return at
    return found if found is not None and at - OLDEST_EVENT <= found <= at + MOST_AHEAD_EVENT else at


def _said(value: Any) -> datetime | None:
    if isinstance(value, str) and not PLAIN_NUMBER.fullmatch(value):
        found = datetime.fromisoformat(value)
        return found if found.tzinfo else found.replace(tzinfo=UTC)
    if isinstance(value, bool) or not isinstance(value, int | float | str):
        return None
    seconds = float(value)
    return datetime.fromtimestamp(int(seconds / 1000 if seconds > MILLISECONDS else seconds), UTC)
