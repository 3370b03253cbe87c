"""What `doctor` says about the keys of the event webhook."""

from base64 import b64encode

import pytest
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from notifier.actions.inspect.doctor import check_event_keys
from notifier.settings import Settings, from_env


def spki(key: ec.EllipticCurvePrivateKey | rsa.RSAPrivateKey) -> str:
    public = key.public_key().public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)
    return b64encode(public).decode()


GOOD = spki(ec.generate_private_key(ec.SECP256R1()))


def settings_with(keys: str, api_key: str = "SG.x") -> Settings:
    return from_env(
        {
            "SENDGRID_API_KEY": api_key,
            "NOTIFIER_MAIL_FROM": "a@b.example",
            "NOTIFIER_SENDGRID_EVENT_KEYS": keys,
        }
    )


def test_without_a_key_it_says_what_silence_means() -> None:
    live = check_event_keys(settings_with(""))
    assert not live.ok
    assert "silence" in live.found
    assert "deadline" in live.found
    assert check_event_keys(settings_with("", api_key="")).ok, "rehearsals have the sandbox's own key"


@pytest.mark.parametrize(
    "bad", ["nonsense", GOOD[:-8], spki(rsa.generate_private_key(65537, 2048)), "-----BEGIN"]
)
def test_a_key_that_is_none_is_named_by_its_number(bad: str) -> None:
    found = check_event_keys(settings_with(f"{GOOD},{bad}"))
    assert not found.ok
    assert "number 2 is" in found.found
    assert bad not in found.found


def test_good_keys_pass() -> None:
    assert check_event_keys(settings_with(f"{GOOD} {GOOD}")).ok
