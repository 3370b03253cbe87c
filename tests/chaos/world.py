"""The company of the suite, and its customers: number n has n seats."""

from . import plan as numbers

COMPANY = f"""
[[services]]
slug = "fable-5"
name = "Fable 5"
[[services]]
slug = "mythos-5"
name = "Mythos 5"
[attributes]
seats = "number"
[facts]
company = "Example AI"
phone = "+1 555 0100"
data = "kept"
[policy]
sweep_seconds = {numbers.SWEEP}
lease_seconds = {numbers.LEASE}
claim_age_seconds = {numbers.CLAIM_AGE}
deadline_seconds = {numbers.DEADLINE}
unknown_deadline_seconds = {numbers.UNKNOWN_DEADLINE}
unknown_watermark_seconds = {numbers.WATERMARK}
lanes = 2
"""
BOUNCING, UNWRITABLE = 3, 2
"""People whose mails bounce, and whose addresses the provider refuses by name."""


def people(count: int = numbers.PEOPLE, second: str = "") -> bytes:
    """`second`: a service that every other one has besides."""
    rows = ["customer,name,email,locale,services,seats"]
    for n in range(1, count + 1):
        name = "bounce" if n % 131 == 0 else "p"
        services = f"fable-5;{second}" if second and n % 2 == 0 else "fable-5"
        rows.append(f"c{n},Customer {n},{name}{n}@example.com,{'de' if n % 3 == 0 else 'en'},{services},{n}")
    return "\n".join(rows).encode()
