"""One person is one normalised address, and it is normalised here and nowhere else."""

import unicodedata
from dataclasses import dataclass, field

from email_validator import EmailNotValidError, validate_email


@dataclass(frozen=True, slots=True)
class Address:
    deliverable: str = field(repr=False)
    """As written; a domain with letters beyond ASCII in its IDNA form, which is what a mail carries."""
    key: str = field(repr=False)
    """NFC, lower case, IDNA domain: the same key is the same person."""


def normalised(written: str) -> Address | str:
    """The address, or one clause saying what is wrong with it (without naming it).

    Lower case and never casefold: casefold makes `straße` and `strasse` one, which are two domains. The rules
    for domains are those of UTS 46 without its transitional part (unicode.org/reports/tr46), as
    email-validator applies them. Letters beyond ASCII before the @ need SMTPUTF8, which the provider lacks.
    """
    written = unicodedata.normalize("NFC", written.strip())
    try:
        valid = validate_email(written, check_deliverability=False, allow_smtputf8=False, strict=True)
    except EmailNotValidError as error:
        return str(error).rstrip(".")
    ascii_email = valid.ascii_email
    assert ascii_email is not None  # allow_smtputf8=False
    return Address(written if written.isascii() else ascii_email, ascii_email.lower())
