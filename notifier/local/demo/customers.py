"""Made-up customers, the same on every run. Nobody here exists: every address ends in example.com, .net or .org,
which belong to nobody (RFC 2606).
"""

import csv
import io
import random
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import datetime

CUSTOMERS = 3_600
SHARED_PEOPLE = 90
"""People who belong to several organisations: one mail each must name all of them."""
WITHOUT_ADDRESS = 15

COMPANY = """\
[[services]]
slug = "fable-5"
name = "Fable 5"

[[services]]
slug = "mythos-5"
name = "Mythos 5"

[[services]]
slug = "saga-4"
name = "Saga 4"

[attributes]
nationality = { type = "text", sensitive = true }
plan = "text"

[facts]
company = "Example AI"
reply_to = "help@example.com"
phone = "+1 555 0100"
status_url = "https://status.example.com/{reference}"
still_works = "other_services"
data = "kept"
billing = "not_charged"

[policy]            # impatient, so that the story is short; the defaults are calmer
sweep_seconds = 1
lease_seconds = 4
deadline_seconds = 2.5
claim_age_seconds = 1
lanes = 1
unknown_watermark_seconds = 3
unknown_watermark_chunks = 1
unknown_deadline_seconds = 10
"""

CUT_OFF = ("fable-5", "mythos-5")
HELD = (("fable-5", "mythos-5"), ("fable-5",), ("mythos-5",), ("fable-5", "mythos-5", "saga-4"), ("saga-4",))
HELD_SHARE = (40, 22, 14, 14, 10)
PLANS = ("free", "team", "enterprise")
TRADES = (
    "Logistics", "Labs", "Robotics", "Health", "Press", "Energy", "Optics", "Foods", "Textiles", "Shipping",
    "Analytics", "Studios", "Systems", "Gardens", "Rail", "Bank",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Country:
    nationality: str
    locale: str
    timezones: tuple[str, ...]
    given: tuple[str, ...]
    family: tuple[str, ...]
    share: int


COUNTRIES = (
    Country("US", "en-US", ("America/New_York", "America/Chicago", "America/Los_Angeles"),
            ("Mary", "James", "Linda", "Noah", "Ava", "Owen"), ("Carter", "Brooks", "Hayes", "Reed", "Lane"), 36),
    Country("GB", "en-GB", ("Europe/London",),
            ("Amara", "Oliver", "Isla", "Harry", "Zadie"), ("Okafor", "Whitby", "Ainsworth", "Patel"), 14),
    Country("DE", "de", ("Europe/Berlin",),
            ("Jürgen", "Anke", "Lukas", "Sabine", "Mia"), ("Müller", "Groß", "Schäfer", "Lindner", "Vogt"), 15),
    Country("JP", "ja", ("Asia/Tokyo",),
            ("Haruto", "Sakura", "Ren", "Aoi", "Kenji"), ("Sato", "Suzuki", "Ito", "Kobayashi"), 12),
    Country("FR", "fr", ("Europe/Paris",),
            ("Chloé", "Rémi", "Inès", "Hugo"), ("Lefèvre", "Moreau", "Dubois", "Garnier"), 8),
    Country("MX", "es-MX", ("America/Mexico_City",),
            ("Lucía", "Mateo", "Sofía", "Diego"), ("Núñez", "Ortega", "Ibarra", "Peña"), 6),
    Country("EG", "ar", ("Africa/Cairo",),
            ("Layla", "Omar", "Nour", "Karim"), ("Hassan", "Mansour", "Farouk", "Saleh"), 5),
    Country("BR", "pt-BR", ("America/Sao_Paulo",),
            ("João", "Beatriz", "Caio", "Luana"), ("Araújo", "Moraes", "Teixeira", "Rocha"), 4),
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Someone:
    name: str
    address: str
    locale: str
    timezone: str


@dataclass(frozen=True, slots=True)
class Row:
    """One row of the file: a contact of a customer."""

    customer: str
    name: str
    someone: Someone
    role: str
    services: tuple[str, ...]
    nationality: str
    plan: str


TANAKA = Someone("Yuki Tanaka", "yuki.tanaka@example.org", "ja", "Asia/Tokyo")
TANAKA_NAMES = ("Tanaka Optics", "Kitano Press", "Hoshi Rail", "Mori Foods", "Tanaka Labs")
TANAKA_NATIONALITIES = ("JP", "JP", "", "JP", "US")
"""Affected for three, possibly for one of which it is not known, and for one not at all."""


def everybody(seed: int = 18_40) -> tuple[Row, ...]:
    """All rows, Yuki Tanaka's five organisations first."""
    rng = random.Random(seed)  # noqa: S311 - a story, not a secret
    return (*_tanaka(), *_others(rng))


def _tanaka() -> Iterator[Row]:
    for number, (name, nationality) in enumerate(zip(TANAKA_NAMES, TANAKA_NATIONALITIES, strict=True), 1):
        # The same person, although one file writes the address in capitals.
        someone = replace(TANAKA, address="Yuki.Tanaka@Example.ORG") if number == 2 else TANAKA
        yield Row(f"T-{number}", name, someone, "owner", CUT_OFF[: 1 + number % 2], nationality, "team")


def _others(rng: random.Random) -> Iterator[Row]:
    shared = [_someone(rng, _country(rng), f"s{number}") for number in range(SHARED_PEOPLE)]
    for number in range(len(TANAKA_NAMES), CUSTOMERS):
        country = _country(rng)
        person = (
            shared[number // 16 % SHARED_PEOPLE] if number % 16 == 0 else _someone(rng, country, str(number))
        )
        if number % (CUSTOMERS // WITHOUT_ADDRESS) == 7:
            person = replace(person, address="")
        row = Row(
            customer=f"C-{number:05}",
            name=f"{rng.choice(country.family)} {rng.choice(TRADES)} {number}",
            someone=person,
            role="owner",
            services=rng.choices(HELD, HELD_SHARE)[0],
            nationality="" if rng.random() < 0.06 else country.nationality,
            plan=rng.choice(PLANS),
        )
        yield row
        if person.address and rng.random() < 0.12:
            yield replace(row, someone=_someone(rng, country, f"t{number}"), role="technical")


def _country(rng: random.Random) -> Country:
    return rng.choices(COUNTRIES, [c.share for c in COUNTRIES])[0]


def _someone(rng: random.Random, country: Country, number: str) -> Someone:
    given, family = rng.choice(country.given), rng.choice(country.family)
    domain = rng.choice(("example.com", "example.net", "example.org"))
    return Someone(
        f"{given} {family}", f"customer.{number}@{domain}", country.locale, rng.choice(country.timezones)
    )


def as_csv(rows: tuple[Row, ...], cut_at: datetime, cut_off: tuple[str, ...] = CUT_OFF) -> bytes:
    """The file that `notifier import` reads: these services are cut off for everybody in it since `cut_at`."""
    text = io.StringIO(newline="")
    writer = csv.writer(text)
    writer.writerow(
        ("customer", "name", "email", "contact_name", "role", "locale", "timezone", "services", "suspended",
         "nationality", "plan")
    )  # fmt: skip
    for row in rows:
        who = row.someone
        writer.writerow(
            (row.customer, row.name, who.address, who.name, row.role, who.locale, who.timezone,
             ";".join(row.services), _suspended(row, cut_at, cut_off), row.nationality, row.plan)
        )  # fmt: skip
    return text.getvalue().encode()


def _suspended(row: Row, cut_at: datetime, cut_off: tuple[str, ...]) -> str:
    return ";".join(f"{slug}={cut_at.isoformat()}" for slug in row.services if slug in cut_off)
