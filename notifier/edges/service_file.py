"""What `[[services]]` of the company's file says of something that a customer uses."""

from typing import Annotated, Self

from pydantic import BaseModel, Field, model_validator

from notifier.edges.file_types import STRICT, Duration, Number, Slug, Words
from notifier.model.terms import May


class ServiceTable(BaseModel):
    """Something a customer uses that can be cut off."""

    model_config = STRICT

    slug: Slug
    name: Words
    depends_on: list[Slug] = []
    needs: Annotated[int, Field(ge=1, le=100, strict=True)] | None = None
    """So many witnesses must report it before a draft is opened."""
    witnesses: list[Slug] = []
    """The sources and probes that count for this; none named: all."""
    after: Duration | None = None
    """Or one of them has reported it for so long."""
    may: May = May.ANNOUNCE
    """What evidence about it may lead to at most, whatever a source may."""
    announce_ceiling: Number | None = None
    """To at most so many people anything is announced about it without a person."""

    @model_validator(mode="after")
    def _can_be_reached(self) -> Self:
        if self.witnesses and len(set(self.witnesses)) < (self.needs or 1):
            raise ValueError(
                f"needs {self.needs} of {len(set(self.witnesses))} witnesses: name more of them in witnesses"
            )
        if self.announce_ceiling is not None and self.may is not May.ANNOUNCE:
            raise ValueError(f"says may = {self.may.value!r} and has an announce_ceiling: keep one of them")
        return self
