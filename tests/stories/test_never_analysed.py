"""A send writes tables that nobody has analysed yet: what it asks of one chunk reads that chunk and no other.

Autovacuum may come a minute after the first million rows. Rows read are counted by the server itself.
"""

from collections.abc import Callable
from datetime import UTC, datetime

import psycopg

from notifier.model.event import ProviderEvent
from notifier.model.vocabulary import Possibly
from notifier.pipeline.feedback import fold
from notifier.store import Db, Tx
from notifier.store.audience import freezing
from notifier.store.audience.verdicts import Rule
from notifier.store.disruptions import notices
from notifier.store.ledger import accounting, brake, chunks, events, leases, overtaken, unknowns
from notifier.store.ledger import suppressed as leaving
from notifier.store.ledger.chunks import Claim, Record
from notifier.store.ledger.overtaken import Question
from notifier.store.read import held
from tests.stories.test_cost import backends, counted

LETTERS = 100
"""In one chunk."""
SLACK = 3 * LETTERS
ROWS_A_LETTER = 20
"""In all tables and indexes together."""
NOW = datetime.now(UTC)

NO_STATISTICS = """
DO $$ DECLARE t regclass; BEGIN
  FOR t IN SELECT oid FROM pg_class WHERE relkind = 'r' AND relnamespace = 'public'::regnamespace LOOP
    EXECUTE format('ALTER TABLE %s SET (autovacuum_enabled = false)', t);
  END LOOP;
END $$"""
BEGUN = """
WITH d AS (INSERT INTO disruption (reference, mode, kind, reason, services, opened_by, opened_at, effective_at,
             declare_key, declared_at)
           VALUES ('7K2M', 'live', 'suspension', 'legal', '{x}', 't', now(), now(), 'k', now())
           RETURNING disruption_id),
     r AS (INSERT INTO scope_revision (disruption_id, rev, text, services, possibly, actor, at)
           SELECT disruption_id, 1, '', '{x}', 'hedge', 't', now() FROM d),
     t AS (INSERT INTO timeline (disruption_id, kind, at, actor)
           SELECT disruption_id, 'declared', now(), 't' FROM d RETURNING timeline_id, disruption_id)
INSERT INTO notice (disruption_id, seq, kind, timeline_id, rev, state, nonce, created_at, approved_at, closed_at)
SELECT disruption_id, 1, 'first', timeline_id, 1, 'sending', 'x', now(), now(), now() FROM t"""
MORE_CHUNKS = """
INSERT INTO recipient (address, address_key)
SELECT a, a FROM (SELECT 'a' || k || '.' || g || '@example.com' AS a
                  FROM generate_series(%(first)s, %(last)s) k, generate_series(1, %(letters)s) g) x;
INSERT INTO chunk (chunk_id, notice_id, content_id, root_id, lo, hi, state, attempt_id, lease_until)
SELECT k, 1, 1, k, 0, %(letters)s, CASE k WHEN 1 THEN 'claimed' WHEN 2 THEN 'due' ELSE 'accepted' END,
       gen_random_uuid(), CASE k WHEN 1 THEN now() + interval '1 hour' END
FROM generate_series(%(first)s, %(last)s) k;
INSERT INTO attempt (attempt_id, chunk_id, provider, n, claimed_at, outcome)
SELECT attempt_id, chunk_id, 'sendgrid', %(letters)s, now(), CASE chunk_id WHEN 1 THEN 'open' ELSE 'accepted' END
FROM chunk WHERE chunk_id BETWEEN %(first)s AND %(last)s AND chunk_id <> 2;
SELECT setval('chunk_id_seq', 1000);
INSERT INTO delivery (notice_id, recipient_id, root_chunk_id, pos, vars)
SELECT 1, (k - 1) * %(letters)s + g + 1, k, g, '{"o": []}'
FROM generate_series(%(first)s, %(last)s) k, generate_series(0, %(letters)s - 1) g"""

Step = Callable[[Tx, Claim], object]


def reported(claimed: Claim) -> list[ProviderEvent]:
    """Everybody of the chunk has bounced."""
    return [
        ProviderEvent(f"e{n}", NOW, claimed.attempt_id, 1, n, "bounce", permanent=True)
        for n in range(1, LETTERS + 1)
    ]


def overtaken_letters(tx: Tx, claimed: Claim) -> object:
    rule = Rule(["x"], None, Possibly.HEDGE)
    return overtaken.stale(tx, Question(notices.by_id(tx, 1), rule), [claimed.chunk_id])


OF_ONE_CHUNK: dict[str, Step] = {
    "claim": lambda tx, _: chunks.claim(
        tx, 1, attempt_id="35248e36-8f04-4011-98bc-ac4e01aee182", provider="sendgrid", lease_seconds=60
    ),
    "letters": chunks.seats,
    "may it leave": chunks.may_leave,
    "left out": lambda tx, k: leaving.leave_out(tx, k, list(range(LETTERS)), now=NOW),
    "record": lambda tx, k: chunks.record(
        tx, Record(k.attempt_id, "accepted", "accepted", "", 202, "x", None), now=NOW
    ),
    "reject": lambda tx, k: chunks.reject(tx, k, list(range(LETTERS)), now=NOW),
    "split": lambda tx, k: chunks.split(tx, k, [(0, 50), (50, LETTERS)]),
    "prove": lambda tx, k: events.prove(tx, "sendgrid", [k.attempt_id], now=NOW),
    "lock chunks": lambda tx, k: events.lock_chunks(tx, "sendgrid", [k.attempt_id]),
    "accept": lambda tx, k: events.accept_chunks(tx, "sendgrid", [k.attempt_id]),
    "accept parts": lambda tx, k: events.accept_leaves(tx, "sendgrid", [k.attempt_id]),
    "events": lambda tx, k: fold(tx, "sendgrid", reported(k), NOW),
    "overtaken": overtaken_letters,
    "leases": lambda tx, _: leases.expire_leases(tx, now=NOW),
    "is next": lambda tx, _: notices.is_next(tx, notices.by_id(tx, 1)),
    "finish": lambda tx, _: notices.finish(tx, 1, now=NOW),
    "unknowns": lambda tx, _: unknowns.unknowns(tx, chunks=2),
}
OF_A_NOTICE: dict[str, Step] = {
    "waiting": lambda tx, _: accounting.waiting(tx, 1),
    "bound": lambda tx, _: brake.open_attempts(tx, 1),
    "accounts": lambda tx, _: accounting.accounts(tx, 1),
    "digest": lambda tx, _: accounting.digest(tx, 1),
    "list hash": lambda tx, _: freezing.list_hash(tx, 1),
    "held": lambda tx, _: held.above_ceiling(tx, 1),
}


def rows_read(url: str, step: Step) -> int:
    with psycopg.connect(url, autocommit=True) as own:
        own.execute("SET stats_fetch_consistency = none")
        (row,) = own.execute("SELECT attempt_id::text FROM chunk WHERE chunk_id = 1").fetchall()
        claimed = Claim(1, 1, 1, 1, 0, LETTERS, 1, row[0])
        others = backends(own)
        before = counted(own)
        with Db(url, size=1) as db, db.transaction(keep=False) as tx:
            step(tx, claimed)
        while backends(own) - others:
            pass
        return counted(own) - before


FEW, MANY = 10, 200
"""Chunks."""


def test_what_is_asked_of_a_chunk_reads_no_other_and_of_a_notice_nobody_twice(database_url: str) -> None:
    def costs(first: int, last: int) -> dict[str, int]:
        with psycopg.connect(database_url) as own:
            cursor = psycopg.ClientCursor(own)
            cursor.execute(MORE_CHUNKS, {"first": first, "last": last, "letters": LETTERS})
        return {name: rows_read(database_url, step) for name, step in (OF_ONE_CHUNK | OF_A_NOTICE).items()}

    with psycopg.connect(database_url) as own:
        own.execute(NO_STATISTICS)
        own.execute(BEGUN)
    before, after = costs(1, FEW), costs(FEW + 1, MANY)
    grown = {name: (before[name], after[name]) for name in OF_ONE_CHUNK if after[name] > before[name] + SLACK}
    assert not grown, grown
    dear = {name: after[name] for name in OF_ONE_CHUNK if after[name] > ROWS_A_LETTER * LETTERS}
    assert not dear, dear
    squared = {
        name: (before[name], after[name])
        for name in OF_A_NOTICE
        if after[name] > 1.5 * before[name] * MANY / FEW + SLACK
    }
    assert not squared, squared
