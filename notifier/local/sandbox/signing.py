"""The key that signs the sandbox's events: ECDSA on P-256, as SendGrid's."""

import base64
import os
from pathlib import Path

from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
    PublicFormat,
    load_pem_private_key,
)

from notifier.errors import Unreachable


def new_key() -> ec.EllipticCurvePrivateKey:
    return ec.generate_private_key(ec.SECP256R1())


def key_at(file: Path) -> ec.EllipticCurvePrivateKey:
    """The key in this file; a new one is put there if there is none. Raises `Unreachable` for anything else."""
    try:
        if not file.exists():
            _write(file, new_key())
        key = load_pem_private_key(file.read_bytes(), None)
    except (OSError, ValueError, TypeError, UnsupportedAlgorithm) as error:
        raise Unreachable(f"{file} holds no key that signs events: delete it, a new one is made.") from error
    assert isinstance(key, ec.EllipticCurvePrivateKey), f"{file} was written by us"
    return key


def _write(file: Path, key: ec.EllipticCurvePrivateKey) -> None:
    """Whole or not at all: a process that dies in here leaves no half of a key under that name."""
    pem = key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
    written = file.with_name(f"{file.name}.{os.getpid()}")
    written.touch(mode=0o600)
    written.write_bytes(pem)
    written.replace(file)


def public_key(key: ec.EllipticCurvePrivateKey) -> str:
    """Base64 of the DER, without PEM armour: what SendGrid's settings page shows."""
    der = key.public_key().public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)
    return base64.b64encode(der).decode()
