"""What runs by the clock costs no more when there is more history: rows read are counted by the server itself.

A world stands at rest in the middle of a send: some requests are unknown, some wait. Then years of other
disruptions are added, with their attempts, events, signals, alarms and reviews, and every tick must read what it
read before.
"""

import json
from collections.abc import Callable
from functools import partial

import psycopg
import pytest

from notifier.actions.background.posts import record_signals, speaker
from notifier.app import App
from notifier.entry.tasks import TASKS
from notifier.store import Db
from notifier.store.disruptions import alarms
from notifier.store.ledger import brake, chunks, events, rate_limit, unknowns
from notifier.store.read.vitals import vitals
from tests.lab import SWALLOW, Lab, nth

YEARS = 300
"""Disruptions of the past, each with ten notices of ten requests, with ten events each; the last of them today."""
SLACK = 60
"""Rows: a plan may begin at another end."""

HISTORY = """
INSERT INTO disruption (reference, mode, kind, reason, services, opened_by, opened_at, declared_at, effective_at,
  declare_key, ended_at, ended_as)
SELECT 'OLD' || i, 'live', 'suspension', 'legal', '{{fable-5}}', 't', at, at, at, 'old' || i, at, 'restored'
FROM generate_series(1, {n}) i, LATERAL (
  SELECT CASE WHEN i > {n} - 10 THEN now() ELSE now() - interval '1 day' * ({n} - i) END AS at) t;
INSERT INTO scope_revision (disruption_id, rev, text, services, possibly, actor, at, in_force_at)
SELECT disruption_id, 1, '', services, 'hedge', 't', opened_at, opened_at FROM disruption WHERE reference ~ 'OLD';
INSERT INTO timeline (disruption_id, kind, at, actor)
SELECT disruption_id, 'update', opened_at, 't' FROM disruption WHERE reference ~ 'OLD';
INSERT INTO notice (disruption_id, seq, kind, timeline_id, rev, state, nonce, created_at, approved_at, closed_at,
  finished_at, sealed_at, go_at)
SELECT disruption_id, i, 'update', timeline_id, 1, CASE WHEN i % 5 = 0 THEN 'cancelled' ELSE 'finished' END, 'x',
       at, at, at, at, at, CASE WHEN i % 5 = 0 THEN at END
FROM disruption JOIN timeline USING (disruption_id), generate_series(1, 10) i WHERE reference ~ 'OLD';
INSERT INTO chunk (notice_id, content_id, root_id, lo, hi, state, attempt_id, tries)
SELECT notice_id, 1, 0, 0, 10, (ARRAY['accepted', 'accepted', 'accepted', 'cancelled'])[1 + i % 4],
       gen_random_uuid(), 1
FROM notice JOIN disruption USING (disruption_id), generate_series(1, 10) i WHERE reference ~ 'OLD';
INSERT INTO attempt (attempt_id, chunk_id, provider, n, claimed_at, outcome, ended_at, first_event_at)
SELECT k.attempt_id, chunk_id, 'sendgrid', 10, approved_at, CASE k.state WHEN 'cancelled' THEN 'unknown' ELSE
       'accepted' END, approved_at, CASE k.state WHEN 'accepted' THEN approved_at END
FROM chunk k JOIN notice USING (notice_id) JOIN disruption USING (disruption_id) WHERE reference ~ 'OLD';
INSERT INTO event (sg_event_id, occurred_at, attempt_id, notice_id, recipient_id, kind, received_at)
SELECT a.attempt_id || '.' || i, claimed_at, a.attempt_id, notice_id, i, 'delivered', claimed_at
FROM attempt a JOIN chunk USING (chunk_id) JOIN notice USING (notice_id) JOIN disruption USING (disruption_id),
     generate_series(1, 10) i WHERE reference ~ 'OLD' AND outcome = 'accepted';
INSERT INTO fate (notice_id, recipient_id, fate, rank, at)
SELECT notice_id, i, 'bounced', 50, approved_at FROM notice JOIN disruption USING (disruption_id),
     generate_series(1, 10) i WHERE reference ~ 'OLD' AND approved_at IS NOT NULL;
INSERT INTO single (attempt_id, notice_id, kind, digest, locale, actor, provider, at, outcome)
SELECT gen_random_uuid(), notice_id, 'test', 'x', 'en', 't', 'sendgrid', approved_at, 'accepted'
FROM notice JOIN disruption USING (disruption_id) WHERE reference ~ 'OLD';
INSERT INTO signal (source, dedupe_key, state, services, occurred_at, delivery_key, judged_at, disruption_id)
SELECT CASE WHEN i % 2 = 0 THEN 'database' ELSE 'alerts' END, 'cut-off:fable-5:' || disruption_id,
       CASE i / 20 WHEN 0 THEN 'firing' ELSE 'resolved' END, '{{fable-5}}', opened_at, disruption_id || ':' || i,
       opened_at, disruption_id
FROM disruption, generate_series(0, 39) i WHERE reference ~ 'OLD';
INSERT INTO trouble (source, key, state, round, fired, stale, services, changed_at, heard_at, changes)
SELECT 'alerts', disruption_id || ':' || i, 'resolved', 9, true, true, '{{fable-5}}', opened_at, opened_at, 18
FROM disruption, generate_series(1, 20) i WHERE reference ~ 'OLD';
INSERT INTO disruption_trouble (disruption_id, source, key, services)
SELECT disruption_id, 'alerts', disruption_id || ':' || i, '{{fable-5}}'
FROM disruption, generate_series(1, 20) i WHERE reference ~ 'OLD';
INSERT INTO posted (source, delivery_key, received_at)
SELECT 'alerts', disruption_id, opened_at FROM disruption WHERE reference ~ 'OLD';
INSERT INTO alarm (key, text, disruption_id, raised_at, cleared_at)
SELECT 'late:' || disruption_id, 'old', disruption_id, opened_at, opened_at
FROM disruption, generate_series(1, 10) WHERE reference ~ 'OLD';
INSERT INTO alarm_message (alarm_id, destination, what, state, owed_at, due_at, ended_at, closed_at)
SELECT alarm_id, 'on-call', what, CASE WHEN alarm_id % 5 = 0 THEN 'given_up' ELSE 'told' END, raised_at, raised_at,
       raised_at, raised_at
FROM alarm, (VALUES ('raised'), ('cleared')) x (what) WHERE text = 'old' AND raised_at < now() - interval '2 days';
INSERT INTO review (disruption_id, customer_id, asked_by, why, opened_by, opened_at, due_at, ended_at, ended_as,
  ended_by)
SELECT disruption_id, customer_id, 't', 't', 't', opened_at, opened_at, opened_at, 'confirmed', 't'
FROM disruption, customer WHERE reference ~ 'OLD';
INSERT INTO snapshot (taken_at, customers, people, rows_n)
SELECT opened_at, 1, 1, 1 FROM disruption WHERE reference ~ 'OLD';
"""
ROUNDS = 5_000
FLAPPED = """
INSERT INTO signal (source, dedupe_key, round, state, services, occurred_at, delivery_key, received_at, judged_at,
  judgement, disruption_id)
SELECT source, dedupe_key, r, x.state, services, occurred_at, r || x.state, received_at, now(), judgement,
  disruption_id
FROM signal s, generate_series(3, %(n)s) r, (VALUES ('firing'), ('resolved')) x (state)
WHERE s.source = 'alerts' AND s.round = 1 AND s.state = 'firing'"""
READ = """
SELECT (SELECT coalesce(sum(seq_tup_read + coalesce(idx_tup_fetch, 0)), 0) FROM pg_stat_user_tables)
     + (SELECT coalesce(sum(idx_tup_read), 0) FROM pg_stat_user_indexes)"""

Step = Callable[[App], object]


def in_one(work: Callable[..., object], *args: object, **more: object) -> Step:
    def step(app: App) -> object:
        with app.db.transaction(keep=False) as tx:
            return work(tx, *args, **more)

    return step


def tick(name: str) -> Step:
    return lambda app: list(TASKS[name](app, 0))


BY_THE_CLOCK: dict[str, Step] = {
    **{name: tick(name) for name in ("sweep", "promises", "judge", "watch", "snapshot", "alarms")},
    "metrics": in_one(vitals),
    "unknowns": in_one(unknowns.unknowns, chunks=2),
    "canary": in_one(chunks.canary, 1),
    "what is due": in_one(chunks.due, 1),
    "is it stale": in_one(brake.is_stale, 1, seconds=7200),
    "a request is open": in_one(rate_limit.request_is_open, "sendgrid"),
    "its own rate": in_one(rate_limit.asked_lately, 1, seconds=1),
    "a 429": in_one(rate_limit.slow_down, "sendgrid", until=None),
    "may it go on": in_one(brake.nothing_hinders, 1),
    "proof": in_one(events.prove, "sendgrid", ["35248e36-8f04-4011-98bc-ac4e01aee182"], now=None),
}


@pytest.fixture
def storm(lab: Lab) -> Lab:
    """Two hundred people: some were told, three requests had no answer, the others wait for the next probe."""
    lab.people(200)
    lab.sink.on(nth(3, 4, 5), SWALLOW)
    lab.suspend()
    lab.settle()
    assert lab.states(1)["unknown"] == 3
    assert lab.states(1)["due"]
    lab.report("delivered", lab.sink.requests[0].mails)
    return lab


def rows_read(lab: Lab, step: Step) -> int:
    """By connections of its own, whose end brings their counts to where they are summed up."""
    with psycopg.connect(lab.database_url, autocommit=True) as own:
        own.execute("SET stats_fetch_consistency = none")
        others = backends(own)
        before = counted(own)
        with Db(lab.database_url, size=1) as db:
            step(App(lab.app.settings, db, lab.app.clock, lab.app.stopping))
        while backends(own) - others:
            pass
        return counted(own) - before


def backends(own: "psycopg.Connection[tuple[int]]") -> set[int]:
    return {
        row[0]
        for row in own.execute("SELECT pid FROM pg_stat_activity WHERE backend_type = 'client backend'")
    }


def counted(own: "psycopg.Connection[tuple[int]]") -> int:
    row = own.execute(READ).fetchone()
    assert row
    return int(row[0])


def test_no_tick_reads_what_is_over(storm: Lab) -> None:
    def costs() -> dict[str, int]:
        storm.rows("ANALYZE")
        return {name: min(rows_read(storm, step) for _ in range(2)) for name, step in BY_THE_CLOCK.items()}

    storm.policy(on_call=["ops@example.com"])
    with storm.app.db.transaction() as tx:
        alarms.raise_once(tx, "dead:1", "A chunk waits.", None, storm.now())
    storm.tick("alarms")
    before = costs()
    with psycopg.connect(storm.database_url) as own:
        own.execute(HISTORY.format(n=YEARS))  # pyright: ignore[reportCallIssue, reportArgumentType]
    after = costs()
    dearer = {
        name: (before[name], after[name]) for name in before if after[name] > 1.5 * before[name] + SLACK
    }
    assert not dearer, dearer


def fires(app: App, *, over: bool = False) -> object:
    """What Alertmanager posts, and what becomes of it."""
    now = app.clock.now()
    alert = {
        "status": "resolved" if over else "firing",
        "labels": {"service": "fable-5"},
        "startsAt": now.isoformat(),
        "endsAt": now.isoformat() if over else "0001-01-01T00:00:00Z",
        "fingerprint": "f1",
    }
    body = json.dumps({"version": "4", "alerts": [alert]}).encode()
    assert record_signals(app.db, speaker(app.db, "alerts"), {}, body, now).new == 1
    return list(TASKS["judge"](app, 0))


def test_a_trouble_that_came_again_for_years_is_judged_by_its_last_round(lab: Lab) -> None:
    lab.rows(
        "INSERT INTO source (name, dialect, services, open) VALUES ('alerts', 'alertmanager', '{}', true)"
    )
    turns: tuple[Step, ...] = (fires, partial(fires, over=True), fires, partial(fires, over=True))
    lab.rows("ANALYZE")
    before = [rows_read(lab, step) for step in turns]
    with psycopg.connect(lab.database_url) as own:
        own.execute(FLAPPED, {"n": ROUNDS})
        own.execute("UPDATE trouble SET round = %s", (ROUNDS,))
    lab.rows("ANALYZE")
    after = [rows_read(lab, step) for step in turns]
    assert max(after) <= 1.5 * max(before) + SLACK, (before, after)
