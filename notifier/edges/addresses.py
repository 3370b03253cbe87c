"""One person is one normalised address, and it is normalised here and nowhere else."""

import re
import unicodedata
from dataclasses import dataclass, field
from functools import lru_cache

from email_validator import SPECIAL_USE_DOMAIN_NAMES, EmailNotValidError, validate_email


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
        ascii_domain = _plain_domain(domain) or _known_domain(domain)
        if ascii_domain is not None:
            return Address(written, f"{local}@{ascii_domain}".lower())
    return _checked(written)


PLAIN = re.compile(r"[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+(\.[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+)*", re.ASCII)
"""The dot-atom of RFC 5322: what stands before the @ of nearly every address."""
LONGEST_LOCAL, LONGEST = 64, 254
"""RFC 5321, 4.5.3.1, as email-validator counts them."""


PLAIN_DOMAIN = re.compile(
    r"((?!..--)[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?\.)+(?!..--)[a-z]([a-z0-9-]{0,61}[a-z])?", re.ASCII
)
"""Letters, digits and hyphens as in RFC 1123, 2.1: no Punycode, nothing reserved by RFC 5891, 4.2.3.1."""
SPECIAL = frozenset(name.rpartition(".")[2] for name in SPECIAL_USE_DOMAIN_NAMES)
"""Ends of names that no mail goes to, or may not."""


def _plain_domain(domain: str) -> str | None:
    """In lower case, where nothing else is to be checked, as nearly always: a thousandth of what a check costs."""
    lower = domain.lower()
    plain = PLAIN_DOMAIN.fullmatch(lower) and lower.rpartition(".")[2] not in SPECIAL
    return lower if plain else None


@lru_cache(4096)
def _known_domain(domain: str) -> str | None:
    """The domain in ASCII, or None: no mail goes there."""
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
