"""The audit chain: every decision with its actor, each row sealed with the hash of the one before."""

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from psycopg.types.json import Jsonb

from notifier.store import Tx, at_commit, one, run

CHAIN_LOCK = 0x6175646974  # 'audit'
GENESIS = "0" * 64


@dataclass(frozen=True, slots=True)
class Link:
    seq: int
    hash: str


def append(
    tx: Tx,
    *,
    actor: str,
    act: str,
    at: datetime,
    disruption_id: int | None = None,
    before: Mapping[str, object] | None = None,
    after: Mapping[str, object] | None = None,
) -> None:
    """Add one decision. Ids and counts only: `before` and `after` never hold an address.

    It is written when the transaction commits, after everything else that it locks: whoever decides waits for the
    chain only as long as others commit, and holds nothing that they wait for.
    """
    entry: dict[str, object] = {
        "disruption_id": disruption_id,
        "actor": actor,
        "act": act,
        "before": before,
        "after": after,
    }
    at_commit(tx, lambda: _write(tx, entry, at))


def _write(tx: Tx, decided: Mapping[str, object], at: datetime) -> None:
    """Others wait until this transaction ends, so that the chain has no fork."""
    run(tx, "SELECT pg_advisory_xact_lock(%(lock)s)", lock=CHAIN_LOCK)
    last = one(tx, Link, "SELECT seq, hash FROM audit ORDER BY seq DESC LIMIT 1") or Link(0, GENESIS)
    entry = {"seq": last.seq + 1, **decided, "at": at.isoformat()}
    run(
        tx,
        """
INSERT INTO audit (seq, disruption_id, actor, act, before, after, at, prev_hash, hash)
VALUES (%(seq)s, %(disruption_id)s, %(actor)s, %(act)s, %(before)s, %(after)s, %(at)s, %(prev)s, %(hash)s)""",
        **entry | {"before": Jsonb(decided["before"]), "after": Jsonb(decided["after"]), "at": at},
        prev=last.hash,
        hash=seal(last.hash, entry),
    )


def seal(prev_hash: str, entry: dict[str, object]) -> str:
    """The hash of one entry: over the hash before it and its own canonical JSON."""
    text = json.dumps(entry, sort_keys=True, ensure_ascii=False, separators=(",", ":"))
    return hashlib.sha256(f"{prev_hash}\n{text}".encode()).hexdigest()
