"""Which database this is: an id that goes with every request, and where the ledger stood when it was used last.

A standby that lagged, or a dump that was restored, does not know what was sent meanwhile and would send it again.
Two things tell: the server is not the one that is recorded here, and the provider reports requests with our id
that this database never made. Either stops everything, by a row of `brake`, until a person
says which database counts.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from notifier.store import Tx, audit, many, one, run, value, values
from notifier.store.disruptions import alarms
from notifier.store.ledger import brake
from notifier.store.ledger.brake import ANOTHER_SERVER, OLDER

LET_GO = (
    "`notifier resume --all --trust-database` if this database is the one that counts from now on, "
    "`notifier resume --all --as-copy` if it is a copy beside the one that sends"
)
IS_ANOTHER = (
    "This is not the database that was last sent from ({changed}): a dump that was restored, a standby that was "
    "promoted, or a move. Nothing leaves, for it may not know what was sent meanwhile: compare with the "
    "provider's activity, then " + LET_GO + "."
)
IS_OLDER = (
    "This database is older than what was sent: the provider has {n:,} requests of this installation that stand "
    "nowhere here. A dump was restored, a standby lagged, or a copy sends under the same id. Nothing leaves: look "
    "at the provider's activity, cancel what must not be repeated, then " + LET_GO + "."
)


@dataclass(frozen=True, slots=True)
class FoundDatabase:
    """The installation, and what of its server is not as it was."""

    installation_id: str
    recorded: bool
    changed: list[str]
    hidden: bool
    """The role may not ask which server this is: a promoted standby would not be noticed by that."""


def _ensure(tx: Tx) -> None:
    run(tx, "INSERT INTO installation DEFAULT VALUES ON CONFLICT DO NOTHING")


def find(tx: Tx) -> FoundDatabase:
    statement = """
SELECT installation_id::text, recorded_at IS NOT NULL AS recorded,
       array_remove(ARRAY[
         CASE WHEN i.system_identifier <> s.system_identifier THEN 'another server' END,
         CASE WHEN i.timeline <> s.timeline THEN 'another timeline' END,
         CASE WHEN i.database_oid <> d.oid THEN 'another database'
              WHEN i.table_oid <> i.tableoid THEN 'tables made anew' END], NULL) AS changed,
       s.system_identifier IS NULL OR s.timeline IS NULL AS hidden
FROM installation i CROSS JOIN server_now() s
JOIN pg_database d ON d.datname = current_database()"""
    found = one(tx, FoundDatabase, statement)
    if found is None:  # its first use; two at once make one
        _ensure(tx)
        found = one(tx, FoundDatabase, statement)
    assert found is not None
    return found


def installation_id(tx: Tx) -> str:
    return find(tx).installation_id


def record(tx: Tx, *, now: datetime, again: bool = False) -> bool:
    """Where this database stands; `again`: also if that was recorded before."""
    return (
        run(
            tx,
            """
UPDATE installation
SET system_identifier = s.system_identifier, timeline = s.timeline, database_oid = d.oid,
  table_oid = installation.tableoid, recorded_at = %(now)s
FROM server_now() s, pg_database d
WHERE d.datname = current_database() AND (recorded_at IS NULL OR %(again)s)""",
            now=now,
            again=again,
        )
        == 1
    )


def rename(tx: Tx) -> None:
    """A new id: what the other one sends is not ours from here on."""
    run(tx, "UPDATE installation SET installation_id = gen_random_uuid()")


def never_made(tx: Tx, attempt_ids: Sequence[str]) -> list[str]:
    """Those that are no attempt and no single of this database, and of which nobody knew."""
    return values(
        tx,
        """
SELECT id::text FROM unnest(%(ids)s::uuid[]) id
WHERE NOT EXISTS (SELECT FROM attempt WHERE attempt_id = id)
  AND NOT EXISTS (SELECT FROM single WHERE attempt_id = id)
  AND NOT EXISTS (SELECT FROM unmade WHERE attempt_id = id)
ORDER BY 1""",
        ids=list(attempt_ids),
    )


def note_unmade(tx: Tx, attempt_ids: Sequence[str], *, now: datetime) -> int:
    """How many of them nobody had noted."""
    return run(
        tx,
        """
INSERT INTO unmade (attempt_id, first_at)
SELECT unnest(%(ids)s::uuid[]), %(now)s
ORDER BY 1
ON CONFLICT DO NOTHING""",
        ids=list(attempt_ids),
        now=now,
    )


def unmade(tx: Tx) -> int:
    return value(tx, "SELECT count(*) FROM unmade")


def hold_if_another(tx: Tx, now: datetime) -> bool:
    """True: this is not the server that is recorded, and everything is held. The first use records it."""
    found = find(tx)
    if not found.recorded:
        record(tx, now=now)
        return False
    if found.changed:
        _hold(tx, ANOTHER_SERVER, IS_ANOTHER.format(changed=", ".join(found.changed)), now)
    return bool(found.changed)


def hold_if_never_made(tx: Tx, attempt_ids: Sequence[str], now: datetime) -> bool:
    """The provider has taken these under our id. One that we never made proves that a truer ledger existed."""
    strangers = never_made(tx, attempt_ids)
    if not strangers or not note_unmade(tx, strangers, now=now):
        return False
    _hold(tx, OLDER, IS_OLDER.format(n=unmade(tx)), now)
    return True


def _hold(tx: Tx, key: str, why: str, now: datetime) -> None:
    if brake.hold(tx, key, why=why, now=now):
        audit.append(tx, actor="system", act=f"hold all: {key}", at=now)
    alarms.raise_once(tx, alarm_key(key), why, None, now)


def alarm_key(key: str) -> str:
    return f"database:{key}"


@dataclass(frozen=True, slots=True)
class Replication:
    standbys: int
    names: str
    """`synchronous_standby_names`: empty, nobody is waited for."""
    commit: str
    """`synchronous_commit` as the server has it; we ask for at least `on`."""
    fsync: bool
    hidden: bool


def replication(tx: Tx) -> Replication:
    found = many(
        tx,
        Replication,
        """
SELECT (SELECT count(*) FROM pg_stat_replication WHERE application_name <> 'pg_basebackup') AS standbys,
       current_setting('synchronous_standby_names') AS names,
       (SELECT reset_val FROM pg_settings WHERE name = 'synchronous_commit') AS commit,
       current_setting('fsync')::bool AS fsync,
       s.system_identifier IS NULL OR s.timeline IS NULL AS hidden
FROM server_now() s""",
    )
    return found[0]
