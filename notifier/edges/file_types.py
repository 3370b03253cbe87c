"""What values in the company's file are like, whatever table they stand in."""

from typing import Annotated

from pydantic import BeforeValidator, ConfigDict, Field, WithJsonSchema

from notifier.edges.times import DURATION_PATTERN, DURATIONS, read_duration
from notifier.model.customer import SLUG

Slug = Annotated[str, Field(pattern=f"^{SLUG.pattern}$", max_length=100)]
Words = Annotated[str, Field(min_length=1, max_length=200)]
Seconds = Annotated[float, Field(gt=0, strict=True, allow_inf_nan=False)]
Number = Annotated[int, Field(ge=1, lt=2**31, strict=True)]
"""Of people, or of drafts: as many as a column takes."""
Variable = Annotated[str, Field(pattern="^[A-Za-z_][A-Za-z0-9_]*$")]
"""The name of a variable of the environment; what it holds stands in no file."""

STRICT = ConfigDict(extra="forbid", frozen=True, str_strip_whitespace=True)
"""Of each table: a slip of the pen in a key is a fault."""


def _seconds(duration: object) -> int:
    if not isinstance(duration, str):
        raise ValueError(f"is a text such as {DURATIONS}")  # noqa: TRY004
    return read_duration(duration)


Duration = Annotated[
    int,
    BeforeValidator(_seconds),
    WithJsonSchema({"type": "string", "pattern": DURATION_PATTERN}),
]
"""Written like `90s`, `5m`, `24h` or `7d`; in seconds."""
