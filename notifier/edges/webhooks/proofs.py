"""How a post proves whose it is: a secret that it carries, or a signature over its bytes."""

import hashlib
import hmac
from base64 import b64decode
from binascii import Error as NotBase64
from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from typing import Literal

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
from standardwebhooks.webhooks import EmptyWebhookSecretError, Webhook

from notifier.edges.webhooks.incoming import Incoming, Proof

TOLERANCE = timedelta(minutes=5)
"""Both ways, where a time is signed: github.com/standard-webhooks/standard-webhooks, spec."""


BLANKS = " \t"
"""Around a header's value; what Unicode calls blank may be the last byte of a letter."""


def same(given: bytes, secrets: Sequence[str]) -> bool:
    found = False
    for secret in secrets:
        found |= hmac.compare_digest(given, secret.encode())
    return found


def carried(incoming: Incoming, secrets: Sequence[str], _now: datetime) -> bool:
    """The secret itself: as a bearer token, as the password of Basic authentication, in `X-Notifier-Secret`, or
    in the address as `?secret=`.
    """
    scheme, _, given = incoming.headers.get("authorization", "").partition(" ")
    candidates = [
        CREDENTIALS.get(scheme.lower(), _nothing)(given.strip(BLANKS)),
        _as_sent(incoming.headers.get("x-notifier-secret", "").strip(BLANKS)),
        incoming.query.get("secret", "").encode(errors="replace"),
    ]
    return any([same(candidate, secrets) for candidate in candidates if candidate])  # noqa: C419 - all are compared


def _as_sent(given: str) -> bytes:
    return given.encode("latin-1", errors="replace")


def _password(given: str) -> bytes:
    try:
        return b64decode(given, validate=True).partition(b":")[2]
    except (NotBase64, ValueError):
        return b""


def _nothing(_given: str) -> bytes:
    return b""


CREDENTIALS: Mapping[str, Callable[[str], bytes]] = {"bearer": _as_sent, "basic": _password}


def either(*proofs: Proof) -> Proof:
    def verify(incoming: Incoming, secrets: Sequence[str], now: datetime) -> bool:
        return any(proof(incoming, secrets, now) for proof in proofs)

    return verify


def hexadecimal(header: str, *, version: str = "", timestamp: str = "") -> Proof:
    """HMAC-SHA256 of the body in hexadecimal digits; several with commas between, each with `version=` before
    it.

    Where the header `timestamp` is there, seconds since 1970, `<seconds>:` is signed with the body and must be
    fresh.
    """

    def verify(incoming: Incoming, secrets: Sequence[str], now: datetime) -> bool:
        at = incoming.headers.get(timestamp, "") if timestamp else ""
        if at and not fresh(at, now):
            return False
        signed = _as_sent(f"{at}:") + incoming.raw if at else incoming.raw
        given = [_as_sent(part) for part in _parts(incoming.headers.get(header, ""), version)]
        return _any_matches(given, [_hmac(secret, signed).encode() for secret in secrets])

    return verify


def _parts(header: str, version: str) -> Iterator[str]:
    for part in header[:10_000].split(","):
        named, equals, value = part.strip().rpartition("=")
        if not version or (equals and named.strip() == version):
            yield value.strip().lower()


def _hmac(secret: str, signed: bytes) -> str:
    return hmac.new(secret.encode(), signed, hashlib.sha256).hexdigest()


def _any_matches(given: Sequence[bytes], expected: Sequence[bytes]) -> bool:
    found = False
    for one in given[:100]:
        for other in expected:
            found |= hmac.compare_digest(one, other)
    return found


def fresh(seconds: str, now: datetime) -> bool:
    try:
        return abs(datetime.fromtimestamp(int(seconds), UTC) - now) <= TOLERANCE
    except (ValueError, OverflowError, OSError):
        return False


# ---------------------------------------------------------------- Standard Webhooks


def standard(incoming: Incoming, secrets: Sequence[str], now: datetime) -> bool:
    """Standard Webhooks, also with the older `svix-` headers: HMAC (`v1`, secrets `whsec_...`) and ed25519
    (`v1a`, public keys `whpk_...`) over id, time and body. The library signs; its own check has a clock of its
    own, knows no `v1a`, and falls over headers that are not well-formed.
    """
    kind: Literal["webhook", "svix"] = "webhook" if "webhook-id" in incoming.headers else "svix"
    message_id, at, signatures = (
        incoming.headers.get(f"{kind}-{part}", "") for part in ("id", "timestamp", "signature")
    )
    if not (message_id and fresh(at, now)):
        return False
    given = [part.partition(",")[::2] for part in signatures[:10_000].split()]
    hmacs = [_as_sent(f"v1,{value}") for version, value in given if version == "v1"]
    expected = [
        _as_sent(sign) for secret in secrets if (sign := _signed(secret, message_id, at, incoming.raw))
    ]
    if _any_matches(hmacs, expected):
        return True
    signed = _as_sent(f"{message_id}.{at}.") + incoming.raw
    keys = [key for secret in secrets if (key := _public_key(secret))]
    return any(
        _is_signed_by(key, value, signed)
        for version, value in given[:100]
        if version == "v1a"
        for key in keys
    )


def _signed(secret: str, message_id: str, at: str, raw: bytes) -> str:
    if secret.startswith("whpk_"):
        return ""  # a public key: everybody knows it, so it is no secret to sign with
    try:
        return Webhook(secret).sign(message_id, datetime.fromtimestamp(int(at), UTC), raw.decode())
    except (EmptyWebhookSecretError, ValueError):  # not base64, or a body that is not UTF-8
        return ""


def _public_key(secret: str) -> Ed25519PublicKey | None:
    if not secret.startswith("whpk_"):
        return None
    try:
        return Ed25519PublicKey.from_public_bytes(b64decode(secret.removeprefix("whpk_")))
    except ValueError:
        return None


def _is_signed_by(key: Ed25519PublicKey, value: str, signed: bytes) -> bool:
    try:
        key.verify(b64decode(value), signed)
    except (InvalidSignature, ValueError):
        return False
    return True
