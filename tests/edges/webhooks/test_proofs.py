from base64 import b64encode
from datetime import UTC, datetime

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from standardwebhooks.webhooks import Webhook

from notifier.edges.webhooks.incoming import Incoming
from notifier.edges.webhooks.proofs import carried, hexadecimal, standard
from tests.edges.webhooks.samples import POSTS

NOW = datetime(2026, 11, 26, 22, 15, tzinfo=UTC)
STAMP = str(int(NOW.timestamp()))
SECRET = f"whsec_{b64encode(b'0' * 32).decode()}"
RAW = '{"type":"disruption.started","ä":1}'.encode()


def signed(signature: str, prefix: str = "webhook", **more: str) -> Incoming:
    headers = {f"{prefix}-id": "m1", f"{prefix}-timestamp": STAMP, f"{prefix}-signature": signature}
    return Incoming(headers | more, RAW)


def test_what_the_library_signs_is_believed_by_either_name_of_the_headers() -> None:
    signature = Webhook(SECRET).sign("m1", NOW, RAW.decode())
    other = f"whsec_{b64encode(b'1' * 32).decode()}"
    for prefix in ("webhook", "svix"):
        assert standard(signed(signature, prefix), [other, SECRET], NOW)
        assert standard(signed(f"v1,AAAA  v2,x {signature}", prefix), [SECRET], NOW)
        assert not standard(signed(signature, prefix), [other], NOW)


def test_ed25519_is_believed_by_its_public_key() -> None:
    private = Ed25519PrivateKey.generate()
    public = private.public_key().public_bytes(Encoding.Raw, PublicFormat.Raw)
    secret = f"whpk_{b64encode(public).decode()}"
    signature = b64encode(private.sign(f"m1.{STAMP}.".encode() + RAW)).decode()
    assert standard(signed(f"v1a,{signature}"), [secret], NOW)
    assert not standard(signed(f"v1a,{signature}", "svix"), [SECRET, "whpk_x", "whpk_AAAA"], NOW)
    assert not standard(signed("v1a,AAAA"), [secret], NOW)


def test_a_public_key_is_no_secret_to_sign_with() -> None:
    public = Ed25519PrivateKey.generate().public_key().public_bytes(Encoding.Raw, PublicFormat.Raw)
    secret = f"whpk_{b64encode(public).decode()}"
    forged = Webhook(secret).sign("m1", NOW, RAW.decode())
    assert not standard(signed(forged), [secret], NOW)


def test_a_secret_may_end_in_what_unicode_calls_blank() -> None:
    header = "s3cret-voil\u00e0".encode().decode("latin-1")
    assert carried(Incoming({"x-notifier-secret": f" {header}"}, RAW), ["s3cret-voil\u00e0"], NOW)


@pytest.mark.parametrize(
    "signature", ["", "v1", "v1,", ",", " ", "v1,é", "v1,\xff", "v1,a  v1,b", "v1,a,b", "v1 " * 9999]
)
def test_headers_that_the_library_falls_over_are_not_believed(signature: str) -> None:
    assert not standard(signed(signature), [SECRET, "", "not base64 ä", "whsec_"], NOW)


@pytest.mark.parametrize("stamp", ["", "x", "1e9", "9" * 30, "-1", "²"])
def test_no_time_is_not_fresh(stamp: str) -> None:
    incoming = signed(Webhook(SECRET).sign("m1", NOW, RAW.decode()), **{"webhook-timestamp": stamp})
    assert not standard(incoming, [SECRET], NOW)


def test_any_of_several_signatures_of_the_right_version_while_secrets_rotate() -> None:
    sample = next(sample for sample in POSTS if sample.name == "pagerduty/firing.json")
    right = sample.incoming.headers["x-pagerduty-signature"]
    proof = hexadecimal("x-pagerduty-signature", version="v1")

    def believed(header: str, *secrets: str) -> bool:
        return proof(Incoming({"x-pagerduty-signature": header}, sample.raw), secrets, NOW)

    assert believed(right, "old", sample.secret)
    assert believed(f"v1={'0' * 64}, {right.upper().replace('V1', 'v1')}", sample.secret)
    assert not believed(right.replace("v1=", "v2="), sample.secret)
    assert not believed(right.removeprefix("v1="), sample.secret)
    assert not believed(right)
