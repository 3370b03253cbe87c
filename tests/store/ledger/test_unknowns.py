"""Whether the stream of events is alive is told by when events came, not by when what they tell of happened."""

from collections.abc import Callable

import psycopg

from notifier.model.policy import Policy
from notifier.pipeline.unknown import Belief, believe
from notifier.store import Db
from notifier.store.ledger import unknowns

ATTEMPTS = """
WITH d AS (INSERT INTO disruption (reference, mode, kind, reason, services, opened_by, opened_at, effective_at,
             declare_key) VALUES ('R', 'rehearsal', 'outage', 'fault', '{}', 't', now(), now(), 'k')
           RETURNING disruption_id),
     t AS (INSERT INTO timeline (disruption_id, kind, at, actor) SELECT disruption_id, 'declared', now(), 't'
           FROM d RETURNING timeline_id, disruption_id),
     n AS (INSERT INTO notice (disruption_id, seq, kind, timeline_id, rev, state, nonce, created_at)
           SELECT disruption_id, 1, 'first', timeline_id, 1, 'sending', 'x', now() FROM t RETURNING notice_id),
     k AS (INSERT INTO chunk (notice_id, content_id, root_id, lo, hi, state, attempt_id)
           SELECT notice_id, 1, i, 0, 1, CASE i WHEN 1 THEN 'unknown' ELSE 'accepted' END, gen_random_uuid()
           FROM n, generate_series(1, 4) i RETURNING *)
INSERT INTO attempt (attempt_id, chunk_id, provider, n, claimed_at, outcome)
SELECT attempt_id, chunk_id, 'p', 1, now() - interval '300 seconds' + root_id * interval '1 second',
       CASE state WHEN 'unknown' THEN 'unknown' ELSE 'accepted' END FROM k"""
EVENTS = "UPDATE attempt SET first_event_at = now() - %s * interval '1 second' WHERE outcome = 'accepted'"
"""Of things that happened 290 seconds ago."""


def test_a_stream_that_was_down_proves_nothing_the_moment_it_is_back(db: Db) -> None:
    """The first events after an outage tell of old requests; that of the unknown one may be in the next batch."""
    believed = asked(db)
    assert believed(0) is Belief.WAIT
    assert believed(Policy().unknown_watermark_seconds + 1) is Belief.LOST


def asked(db: Db) -> Callable[[float], Belief]:
    with psycopg.connect(db.url) as connection:
        connection.execute(ATTEMPTS)

    def believed(received_seconds_ago: float) -> Belief:
        with db.transaction(keep=False) as tx:
            tx.execute(EVENTS, (received_seconds_ago,))
            (unknown,) = unknowns.unknowns(tx, chunks=2)
            return believe(unknown, Policy()).belief

    return believed
