"""Who locks what, in which order: a `Db` that shows after each statement what its transaction has locked.

Rows that are locked stand in no view of Postgres; a second session sees them by trying (`SKIP LOCKED`). So this is
for a transaction that is alone at that moment; several at once are held at chosen statements instead (`At`).
"""

import re
import threading
from collections.abc import Callable, Generator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

import psycopg
from psycopg import sql

from notifier.errors import Busy
from notifier.store import Db, Tx
from notifier.store.audit import CHAIN_LOCK
from notifier.store.company.catalogue import CATALOGUE_LOCK
from notifier.store.company.snapshots import SNAPSHOT_LOCK
from notifier.store.disruptions.disruptions import DECLARE_LOCK
from notifier.store.disruptions.troubles import SOURCE_LOCK

KEYS: Mapping[str, str] = {
    "brake": "key",
    "signal": "signal_id",
    "latecomers": "disruption_id",
    "review": "review_id",
    "disruption": "disruption_id",
    "notice": "(state NOT IN ('draft', 'void'))::text || lpad(notice_id::text, 12, '0')",  # drafts come first
    "provider": "name",
    "attempt": "attempt_id",
    "single": "single_id",
    "chunk": "chunk_id",
    "fate": "notice_id::text || '/' || lpad(recipient_id::text, 12, '0')",
    "alarm": "split_part(key, ':', 1) || ':' || lpad(split_part(key, ':', 2), 12, '0')",
}
"""Tables whose rows several actions change, and by what their rows are told apart."""

ORDER = (
    "snapshot", "catalogue", "declarations", "brake", "source", "signal", "latecomers", "review", "place",
    "disruption", "lane", "notice", "provider", "attempt", "single", "chunk", "fate", "alarm", "chain",
)  # fmt: skip
"""As `notifier/store/locks.py` has it."""
NAMED = {
    SNAPSHOT_LOCK: "snapshot",
    CATALOGUE_LOCK: "catalogue",
    DECLARE_LOCK: "declarations",
    CHAIN_LOCK: "chain",
}
GUARDED = ("signal", "latecomers", "review")
"""Whoever holds the declarations is alone with these."""
NEVER_WAITS = re.compile(r"SKIP LOCKED|pg_try_advisory")
IN_ORDER = re.compile(r"ORDER BY[^()]* FOR NO KEY UPDATE|SKIP LOCKED|INSERT INTO", re.DOTALL)


@dataclass(frozen=True, order=True)
class Lock:
    what: str
    key: Any


class WatchedCursor(psycopg.Cursor[Any]):
    """Tells whoever watches of each statement, once it is done."""

    def execute(self, query: Any, params: Any = None, **options: Any) -> Any:
        done = super().execute(query, params, **options)
        text = query if isinstance(query, str) else query.as_string(self.connection)
        self.connection.told(self.connection, text)  # pyright: ignore[reportAttributeAccessIssue]
        return done


Told = Callable[[Tx, str], None]


class WatchedDb(Db):
    """The store's own, with somebody who is told; it keeps what gave way to somebody else."""

    def __init__(self, url: str, told: Callable[[], Told]) -> None:
        super().__init__(url)
        self.told = told
        self.gave_way: list[Busy] = []

    @contextmanager
    def transaction(self, *, keep: bool = True) -> Generator[Tx]:
        told = self.told()
        try:
            with super().transaction(keep=keep) as tx:
                tx.cursor_factory = WatchedCursor
                tx.told = told  # pyright: ignore[reportAttributeAccessIssue]
                yield tx
        except Busy as error:
            self.gave_way.append(error)
            raise


@dataclass
class Journal:
    """What transactions have locked, statement by statement, and what is wrong with that."""

    other: psycopg.Connection
    """Another session, with nothing open: it sees what is locked by trying."""
    faults: list[str] = field(default_factory=list[str])
    tried: set[int] = field(default_factory=set[int])
    """Keys of locks for which nobody waits."""
    steps: list[tuple[int, int, frozenset[Lock]]] = field(
        default_factory=list[tuple[int, int, frozenset[Lock]]]
    )
    """Which transaction, which statement (each from 1), and what that has locked."""
    statements: int = 0
    transactions: int = 0

    def points(self, other: "Journal") -> dict[int, frozenset[str]]:
        """Statements after which a transaction has what another one wants, too, and will want more of that; and
        the kinds of what both want there.
        """
        wanted = frozenset(lock for _, _, locks in other.steps for lock in locks)
        found: dict[int, frozenset[str]] = {}
        for n in {n for n, _, _ in self.steps}:
            common = [(at, locks & wanted) for m, at, locks in self.steps if m == n and locks & wanted]
            found |= {at: frozenset(lock.what for lock in locks) for at, locks in common[:-1]}
        return dict(sorted(found.items()))

    def transaction(self) -> Told:
        held: set[Lock] = set()
        self.transactions += 1
        number = self.transactions

        def told(tx: Tx, text: str) -> None:
            self.statements += 1
            if not re.search(r"UPDATE|INSERT|DELETE|advisory", text):
                return
            new = self._locked(tx, text) - held
            if new:
                self.steps.append((number, self.statements, frozenset(new)))
                self._judge(held, new, text)
                held.update(new)

        return told

    def _judge(self, held: set[Lock], new: set[Lock], text: str) -> None:
        if NEVER_WAITS.search(text):
            return
        short = " ".join(text.split())[:160]
        if any(lock.what == "declarations" for lock in held):
            new = {lock for lock in new if lock.what not in GUARDED}
        first = min((ORDER.index(lock.what) for lock in new), default=len(ORDER))
        for lock in held:
            if ORDER.index(lock.what) > first:
                self.faults.append(f"{ORDER[first]} after {lock.what}: {short}")
        for what in KEYS:
            keys = sorted(lock.key for lock in new if lock.what == what)
            kinds = {_kind(key) for key in keys}
            before = [lock.key for lock in held if lock.what == what and _kind(lock.key) in kinds]
            if keys and before and keys[0] < max(before):
                self.faults.append(f"{what} {keys[0]} after {max(before)}: {short}")
            if len(keys) > 1 and not IN_ORDER.search(text):
                self.faults.append(f"{len(keys)} rows of {what} in no order: {short}")

    def _locked(self, tx: Tx, text: str) -> set[Lock]:
        rows = self.other.execute(_ROWS).fetchall()
        keys = self.other.execute(
            "SELECT (classid::bigint << 32) | objid::bigint FROM pg_locks"
            " WHERE locktype = 'advisory' AND granted"
            " AND objsubid = 1 AND pid = %s",
            (tx.info.backend_pid,),
        ).fetchall()
        sources = self.other.execute(
            "SELECT objid::text FROM pg_locks WHERE locktype = 'advisory' AND granted AND objsubid = 2"
            " AND classid = %s AND pid = %s",
            (SOURCE_LOCK, tx.info.backend_pid),
        ).fetchall()
        kind = "place" if "'freeze:'" in text else "lane"
        if "'late:'" in text:  # only ever tried: nobody waits for it, so it may stand anywhere
            self.tried |= {key for (key,) in keys if key not in NAMED}
        return (
            {Lock(what, key) for what, key in rows}
            | {Lock(NAMED.get(key, kind), str(key)) for (key,) in keys if key not in self.tried}
            | {Lock("source", name) for (name,) in sources}
        )


_ROWS = sql.SQL("WITH {} {}").format(
    sql.SQL(", ").join(
        sql.SQL("{} AS (SELECT ctid FROM {} FOR NO KEY UPDATE SKIP LOCKED)").format(
            sql.Identifier(f"free_{table}"), sql.Identifier(table)
        )
        for table in KEYS
    ),
    sql.SQL(" UNION ALL ").join(
        sql.SQL(
            "SELECT {what}, CASE WHEN ({key})::text ~ '^[0-9]+$' THEN lpad(({key})::text, 12, '0')"
            " ELSE ({key})::text END FROM {table} WHERE ctid NOT IN (SELECT ctid FROM {free})"
        ).format(
            what=sql.Literal(table),
            key=sql.SQL(key),  # pyright: ignore[reportArgumentType]
            table=sql.Identifier(table),
            free=sql.Identifier(f"free_{table}"),
        )
        for table, key in KEYS.items()
    ),
)


def _kind(key: str) -> str:
    """Alarms are told apart by what they are about: those of one kind have an order."""
    return key.partition(":")[0] if ":" in key else ""


class At:
    """Stops the first transaction that comes to a chosen statement, until it is let go."""

    def __init__(self, statement: int) -> None:
        self.statement = statement
        self.number = 0
        self.there = threading.Event()
        self.go_on = threading.Event()

    def transaction(self) -> Told:
        def told(_tx: Tx, _text: str) -> None:
            self.number += 1
            if self.number == self.statement:
                self.there.set()
                self.go_on.wait(60)

        return told


def unwatched() -> Told:
    return lambda _tx, _text: None
