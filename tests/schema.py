"""What the migrations make, as a text for people: `python -m tests.schema` writes it to `migrations/schema.txt`.

It is read back from the catalogue of a database that was migrated, so it says what there is, not what was meant.
"""

import re
import shutil
import tempfile
from itertools import groupby
from pathlib import Path
from typing import LiteralString

import psycopg
from psycopg import sql

from notifier.local import postgres
from notifier.settings import data_folder
from notifier.store.migrate import migrate

SNAPSHOT = Path(__file__).parents[1] / "migrations" / "schema.txt"
HEAD = """\
What the files in this folder make, read back from the catalogue of a migrated database. The reasons stand in them.
Written by `python -m tests.schema`; a test holds that it is true.
"""

TABLES: LiteralString = """
SELECT c.relname, CASE WHEN c.relkind = 'p' THEN ' partition by ' || lower(pg_get_partkeydef(c.oid)) ELSE '' END
FROM pg_class c
WHERE c.relnamespace = 'public'::regnamespace AND c.relkind IN ('r', 'p') AND NOT c.relispartition
ORDER BY c.relname COLLATE "C"
"""
COLUMNS: LiteralString = """
SELECT c.relname, a.attname,
  concat_ws(' ', format_type(a.atttypid, a.atttypmod),
    CASE WHEN a.attcollation <> t.typcollation THEN 'collate ' || quote_ident(l.collname) END,
    CASE WHEN a.attnotnull THEN 'not null' END,
    CASE a.attidentity WHEN 'a' THEN 'identity always' WHEN 'd' THEN 'identity by default' END,
    CASE WHEN a.attgenerated <> '' THEN 'generated as' WHEN d.oid IS NOT NULL THEN 'default' END,
    pg_get_expr(d.adbin, d.adrelid))
FROM pg_class c
JOIN pg_attribute a ON a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped
JOIN pg_type t ON t.oid = a.atttypid
LEFT JOIN pg_collation l ON l.oid = a.attcollation
LEFT JOIN pg_attrdef d ON d.adrelid = c.oid AND d.adnum = a.attnum
WHERE c.relnamespace = 'public'::regnamespace AND c.relkind IN ('r', 'p') AND NOT c.relispartition
ORDER BY c.relname COLLATE "C", a.attnum
"""
# NOT NULL stands beside its column, whether the server has constraints for it (18) or not.
RULES: LiteralString = """
WITH rule AS (
  SELECT conrelid AS of, position(contype::text IN 'pucfx') AS rank, conname AS name,
    'constraint' AS kind, pg_get_constraintdef(oid, true) AS text
  FROM pg_constraint WHERE contype IN ('p', 'u', 'c', 'f', 'x')
  UNION ALL
  SELECT indrelid, 6, indexrelid::regclass::text, 'index', pg_get_indexdef(indexrelid)
  FROM pg_index
  WHERE NOT EXISTS (SELECT FROM pg_constraint WHERE conindid = indexrelid AND contype IN ('p', 'u', 'x'))
  UNION ALL
  SELECT tgrelid, 7, tgname, 'trigger', pg_get_triggerdef(oid, true)
  FROM pg_trigger WHERE NOT tgisinternal
  UNION ALL
  SELECT inhparent, 8, inhrelid::regclass::text, 'partition', pg_get_expr(p.relpartbound, p.oid)
  FROM pg_inherits JOIN pg_class p ON p.oid = inhrelid WHERE p.relkind IN ('r', 'p')
)
SELECT c.relname, r.kind, r.name, r.text
FROM rule r JOIN pg_class c ON c.oid = r.of
WHERE c.relnamespace = 'public'::regnamespace AND NOT c.relispartition
ORDER BY c.relname COLLATE "C", r.rank, r.name COLLATE "C"
"""
OTHERS: LiteralString = """
SELECT 'sequence ' || relname FROM pg_class c
WHERE relnamespace = 'public'::regnamespace AND relkind = 'S'
  AND NOT EXISTS (SELECT FROM pg_depend WHERE objid = c.oid AND deptype = 'i')
UNION ALL
SELECT 'view ' || relname || E'\\n' || pg_get_viewdef(oid, true) FROM pg_class
WHERE relnamespace = 'public'::regnamespace AND relkind IN ('v', 'm')
UNION ALL
SELECT concat('type ', typname, (SELECT string_agg(' ' || quote_literal(enumlabel), '' ORDER BY enumsortorder)
                                 FROM pg_enum WHERE enumtypid = t.oid))
FROM pg_type t WHERE typnamespace = 'public'::regnamespace AND typtype IN ('e', 'd')
UNION ALL
SELECT 'function ' || regexp_replace(pg_get_functiondef(oid), '^CREATE OR REPLACE FUNCTION ', '') FROM pg_proc
WHERE pronamespace = 'public'::regnamespace
"""


def written(url: str) -> str:
    """The schema of that database: the same text for the same schema, wherever and whenever it was made."""
    with psycopg.connect(url) as connection:
        connection.execute("SET search_path = public")
        columns = _by_table(connection.execute(COLUMNS).fetchall())
        rules = _by_table(connection.execute(RULES).fetchall())
        tables = [
            _table(name, partitioned, columns[name], rules.get(name, []))
            for name, partitioned in connection.execute(TABLES)
        ]
        others = sorted(text.strip() for (text,) in connection.execute(OTHERS))
        rows = _rows(connection, list(columns))
    parts = (HEAD.strip(), *tables, *others, f"rows at the beginning: {rows}")
    return "\n\n".join(parts).replace("public.", "") + "\n"


def _by_table(rows: list[tuple[str, ...]]) -> dict[str, list[tuple[str, ...]]]:
    return {name: [row[1:] for row in found] for name, found in groupby(rows, key=lambda row: row[0])}


def _table(name: str, partitioned: str, columns: list[tuple[str, ...]], rules: list[tuple[str, ...]]) -> str:
    width = max(len(column) for column, _ in columns)
    lines = [f"table {name}{partitioned}"]
    lines += [f"  {column:<{width}}  {text}" for column, text in columns]
    lines += [f"  {kind} {rule}: {_short(kind, rule, text)}" for kind, rule, text in rules]
    return "\n".join(lines)


def _short(kind: str, name: str, text: str) -> str:
    """As a person would write it: without what the name and the table beside it say already."""
    text = re.sub(r"= ANY \(ARRAY\[([^]]*)\]\)", r"IN (\1)", " ".join(text.split()).replace("::text", ""))
    if kind == "trigger":
        return text.removeprefix(f"CREATE TRIGGER {name} ")
    if kind == "index":
        unique = "unique " if text.startswith("CREATE UNIQUE") else ""
        return unique + text.split(" USING ", 1)[1]
    return text


def _rows(connection: psycopg.Connection, tables: list[str]) -> str:
    counts = {
        table: connection.execute(sql.SQL("SELECT count(*) FROM {}").format(sql.Identifier(table))).fetchone()
        for table in tables
        if table != "migration"  # it holds the files that were applied
    }
    return ", ".join(f"{table} {found[0]}" for table, found in counts.items() if found and found[0])


def made_by(folder: Path) -> str:
    """The schema that the migrations of `folder` make, on a server of its own."""
    home = Path(tempfile.mkdtemp(prefix="nt-schema-"))
    server = postgres.start(home, "-c", "fsync=off")
    try:
        url = postgres.url(home, "postgres")
        migrate(url, folder)
        return written(url)
    finally:
        postgres.stop(server)
        shutil.rmtree(home)


if __name__ == "__main__":
    SNAPSHOT.write_text(made_by(data_folder("migrations")), "utf-8")
