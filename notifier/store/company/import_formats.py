"""Formats of exports that the company has given a name."""

from collections.abc import Mapping
from dataclasses import dataclass

from psycopg.types.json import Jsonb

from notifier.store import Tx, many, run


@dataclass(frozen=True, slots=True)
class NamedFormat:
    name: str
    encoding: str | None
    columns: dict[str, str]
    """A column as the export calls it -> as we call it; an empty name leaves it out."""


def every(tx: Tx) -> list[NamedFormat]:
    return many(tx, NamedFormat, "SELECT name, encoding, columns FROM import_format ORDER BY name")


def put(tx: Tx, name: str, encoding: str | None, columns: Mapping[str, str]) -> None:
    run(
        tx,
        """
INSERT INTO import_format (name, encoding, columns)
VALUES (%(name)s, %(encoding)s, %(columns)s)
ON CONFLICT (name) DO UPDATE SET encoding = excluded.encoding, columns = excluded.columns""",
        name=name,
        encoding=encoding,
        columns=Jsonb(dict(columns)),
    )
