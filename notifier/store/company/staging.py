"""The rows of an import as they come: staged by COPY, and looked at as a whole before they are merged."""

from collections.abc import Iterable
from dataclasses import dataclass

import orjson

from notifier.model.customer import CustomerRow, Cut
from notifier.store import Tx, many, run


@dataclass(frozen=True, slots=True)
class Contradiction:
    """Rows of one customer that give one attribute different values; the last row counts."""

    name: str
    customers: int
    line: int
    """The first of the lines that count."""


@dataclass(frozen=True, slots=True)
class TwoNamesRow:
    """A row of an id that has two names in one file."""

    line: int
    customer: str
    first: int
    second: int
    """Lines that give it different names."""


def create_staging(tx: Tx) -> None:
    run(tx, "SET LOCAL work_mem = '64MB'")  # a million rows are sorted and joined a dozen times
    run(
        tx,
        """
CREATE TEMP TABLE staged (line int, ext_id text COLLATE "C", name text, address text,
  address_key text COLLATE "C", contact_name text, role text, locale text, tz text, services jsonb,
  suspended jsonb, attrs jsonb, phone text) ON COMMIT DROP""",
    )


def stage(tx: Tx, rows: Iterable[CustomerRow]) -> int:
    """Copy the rows as they come, without holding them; how many there were."""
    statement = """
COPY staged (line, ext_id, name, address, address_key, contact_name, role, locale, tz, services,
  suspended, attrs, phone)
FROM STDIN"""
    with tx.cursor() as cursor:
        with cursor.copy(statement) as copy:
            for row in rows:
                copy.write_row((
                row.line, row.customer, row.name, row.address, row.address_key, row.contact_name, row.role,
                row.locale, row.timezone, None if row.services is None else _json(row.services),
                _cuts(row.suspended), _json(row.attributes),
                row.phone,
            ))  # fmt: skip
        return cursor.rowcount


def _cuts(cuts: tuple[Cut, ...] | None) -> str | None:
    return None if cuts is None else _json([(c.service, c.region, c.since) for c in cuts])


def _json(held: object) -> str:
    return orjson.dumps(held).decode()


def analyze_staging(tx: Tx) -> None:
    """Fresh tables have no statistics, and the joins below would be planned for ten rows."""
    run(tx, "ANALYZE staged")


def gather_two_names(tx: Tx) -> int:
    """Ids that have two names in the file; how many. Another case alone is no other name."""
    return run(
        tx,
        """
CREATE TEMP TABLE two_named ON COMMIT DROP AS
SELECT ext_id FROM staged GROUP BY 1 HAVING min(lower(name)) <> max(lower(name))""",
    )


def two_names(tx: Tx, *, most: int) -> list[TwoNamesRow]:
    """The first rows of these ids."""
    return many(
        tx,
        TwoNamesRow,
        """
WITH doubtful AS MATERIALIZED (
  SELECT line, ext_id, lower(name) AS name FROM staged JOIN two_named USING (ext_id)),
one AS (
  SELECT DISTINCT ON (ext_id) ext_id, line, name FROM doubtful WHERE name IS NOT NULL ORDER BY ext_id, line),
other AS (
  SELECT d.ext_id, min(d.line) AS line FROM doubtful d JOIN one USING (ext_id)
  WHERE d.name <> one.name
  GROUP BY 1)
SELECT d.line, d.ext_id AS customer, one.line AS first, other.line AS second
FROM doubtful d JOIN one USING (ext_id) JOIN other USING (ext_id)
ORDER BY d.line LIMIT %(most)s""",
        most=most,
    )


def drop_two_names(tx: Tx) -> int:
    """All rows of these ids; how many."""
    return run(tx, "DELETE FROM staged s USING two_named t WHERE t.ext_id = s.ext_id")


def contradictions(tx: Tx) -> list[Contradiction]:
    return many(
        tx,
        Contradiction,
        """
SELECT key AS name, count(*)::int AS customers, min(line) AS line
FROM (
  SELECT ext_id, key, max(line) AS line
  FROM staged s, jsonb_each(s.attrs)
  WHERE value <> 'null' AND ext_id IN (SELECT ext_id FROM staged GROUP BY 1 HAVING count(*) > 1)
  GROUP BY 1, 2
  HAVING min(value::text) <> max(value::text)) differing
GROUP BY 1 ORDER BY 1""",
    )
