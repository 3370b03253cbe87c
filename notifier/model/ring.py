"""A bell to ring: what somebody should look at now. Postgres is the truth, a lost ring costs seconds."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Ring:
    """The name of a task and the id it is about; published by the caller after commit, without retry."""

    task: str
    id: int | None = None
