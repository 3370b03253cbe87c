"""One person is one normalised address, and it is normalised here and nowhere else."""

import re
import unicodedata
from dataclasses import dataclass, field
from functools import lru_cache

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
    local, _, domain = written.rpartition("@")
    if (
        written.isascii()
        and len(written) <= LONGEST
        and len(local) <= LONGEST_LOCAL
        and PLAIN.fullmatch(local)
    ):
        ascii_domain = _known_domain(domain)
        if ascii_domain is not None:
            return Address(written, f"{local}@{ascii_domain}".lower())
    return _checked(written)


PLAIN = re.compile(r"[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+(\.[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+)*", re.ASCII)
"""The dot-atom of RFC 5322: what stands before the @ of nearly every address."""
LONGEST_LOCAL, LONGEST = 64, 254
"""RFC 5321, 4.5.3.1, as email-validator counts them."""


@lru_cache(4096)
def _known_domain(domain: str) -> str | None:
    """The domain in ASCII, or None: no mail goes there. Many people share few: the check takes 0.1 ms each."""
    found = _checked(f"a@{domain}")
    return None if isinstance(found, str) else found.key.partition("@")[2]


def _checked(written: str) -> Address | str:
    try:
        valid = validate_email(written, check_deliverability=False, allow_smtputf8=False, strict=True)
    except EmailNotValidError as error:
        return str(error).rstrip(".")
    ascii_email = valid.ascii_email
    assert ascii_email is not None  # allow_smtputf8=False
    return Address(written if written.isascii() else ascii_email, ascii_email.lower())
