"""Evidence on a real ledger: every late transition, doubled and in any order; and what must prove nothing."""

import json
import random
import threading
import time
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

import psycopg
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from notifier.actions.background.feedback import NoEventKey, RecordedEvents, WronglySigned, record_events
from notifier.actions.background.posts import NotSigned
from notifier.errors import BadInput
from notifier.local.sandbox import signing
from notifier.local.sandbox.events import EventWebhook
from notifier.model.event import Fate, ProviderEvent
from notifier.model.ring import Ring
from notifier.pipeline.feedback import FATES, fold
from notifier.settings import Settings, from_env
from notifier.store import Db
from notifier.store.disruptions import alarms
from notifier.store.ledger import events, singles

NOW = datetime(2026, 11, 27, 23, 41, 30, tzinfo=UTC)
PEOPLE = 10
OURS, SANDBOX = (EventWebhook(signing.new_key(), None) for _ in range(2))
SETTINGS = replace(
    from_env({"NOTIFIER_REHEARSALS_ONLY": "1"}),
    event_keys=("broken", OURS.public_key),
    sandbox_event_key=SANDBOX.public_key,
)


@dataclass(frozen=True)
class Sent:
    """A notice of ten people in one chunk, with one attempt."""

    db: Db
    notice_id: int
    chunk_id: int
    provider: str
    attempt: str = str(UUID(int=1))

    def run(self, statement: str, *params: object) -> list[tuple[Any, ...]]:
        with psycopg.connect(self.db.url) as connection:
            cursor = connection.execute(statement, params)  # pyright: ignore[reportArgumentType]
            return cursor.fetchall() if cursor.description is not None else []

    def stands(self, chunk: str, outcome: str, attempt: str | None = None) -> None:
        """Put chunk and attempt into a state."""
        self.run(
            "UPDATE chunk SET state = %s, attempt_id = %s, lease_until = CASE WHEN %s THEN now() END"
            " WHERE chunk_id = %s", chunk, attempt or self.attempt, chunk == "claimed", self.chunk_id,
        )  # fmt: skip
        self.run(
            "UPDATE attempt SET outcome = %s, ended_at = CASE WHEN %s THEN NULL ELSE %s END WHERE attempt_id = %s",
            outcome, outcome == "open", NOW - timedelta(minutes=1), self.attempt,
        )  # fmt: skip

    def more_attempts(self, number: int, outcome: str = "open", chunk_id: int | None = None) -> str:
        attempt = str(UUID(int=number))
        self.run(
            "INSERT INTO attempt (attempt_id, chunk_id, provider, n, claimed_at, outcome)"
            " VALUES (%s, %s, %s, %s, %s, %s)",
            attempt, chunk_id or self.chunk_id, self.provider, PEOPLE, NOW, outcome,
        )  # fmt: skip
        return attempt

    def event(self, kind: str = "delivered", person: int = 1, n: int = 0, **more: Any) -> ProviderEvent:
        event = ProviderEvent(
            f"{kind}.{person}.{n}", NOW + timedelta(seconds=n), self.attempt, self.notice_id, person, kind
        )
        return replace(event, **more)

    def fold(self, *found: ProviderEvent) -> list[int]:
        with self.db.transaction() as tx:
            return list(fold(tx, self.provider, events.insert(tx, found), NOW).notices)

    @property
    def chunk(self) -> str:
        return self.run("SELECT state FROM chunk WHERE chunk_id = %s", self.chunk_id)[0][0]

    @property
    def fates(self) -> dict[int, str]:
        return dict(self.run("SELECT recipient_id, fate FROM fate WHERE notice_id = %s", self.notice_id))

    @property
    def suppressed(self) -> dict[int, str]:
        return dict(self.run("SELECT recipient_id, reason FROM suppression ORDER BY 1"))

    @property
    def alarms(self) -> list[str]:
        with self.db.transaction() as tx:
            return [alarm.key for alarm in alarms.open_ones(tx)]


def a_notice(db: Db, mode: str, provider: str, number: int = 1) -> Sent:
    with psycopg.connect(db.url) as connection:
        ids = connection.execute(
            "WITH d AS (INSERT INTO disruption (reference, mode, kind, reason, services, opened_by, opened_at,"
            "  effective_at, declare_key) VALUES (%(mode)s, %(mode)s, 'outage', 'fault', '{}', 't', now(), now(),"
            "  %(mode)s) RETURNING disruption_id),"
            " t AS (INSERT INTO timeline (disruption_id, kind, at, actor) SELECT disruption_id, 'declared', now(),"
            "  't' FROM d RETURNING timeline_id, disruption_id)"
            " INSERT INTO notice (disruption_id, seq, kind, timeline_id, rev, state, nonce, created_at)"
            " SELECT disruption_id, 1, 'first', timeline_id, 1, 'sending', 'x', now() FROM t"
            " RETURNING notice_id",
            {"mode": mode},
        ).fetchone()
        assert ids
        connection.execute(
            "INSERT INTO recipient (address, address_key) SELECT a, a FROM (SELECT n || '@example.com' AS a"
            " FROM generate_series(1, %s) n) x ON CONFLICT DO NOTHING", (PEOPLE,),
        )  # fmt: skip
        chunk = connection.execute(
            "WITH c AS (SELECT nextval('chunk_id_seq') AS id)"
            " INSERT INTO chunk (chunk_id, notice_id, content_id, root_id, lo, hi)"
            " SELECT id, %s, 1, id, 0, %s FROM c RETURNING chunk_id", (ids[0], PEOPLE),
        ).fetchone()  # fmt: skip
        assert chunk
        connection.execute(
            "INSERT INTO delivery (notice_id, recipient_id, root_chunk_id, pos)"
            " SELECT %s, n, %s, n - 1 FROM generate_series(1, %s) n", (ids[0], chunk[0], PEOPLE),
        )  # fmt: skip
    sent = Sent(db, ids[0], chunk[0], provider, str(UUID(int=number)))
    sent.more_attempts(number)
    return sent


@pytest.fixture
def sent(db: Db) -> Sent:
    return a_notice(db, "live", "sendgrid")


@pytest.mark.parametrize("outcome", ["open", "unknown", "presumed_lost", "refused", "not_sent"])
def test_an_event_proves_its_attempt_whatever_was_thought_of_it(sent: Sent, outcome: str) -> None:
    sent.stands("unknown", outcome)
    assert sent.fold(sent.event()) == [sent.notice_id]
    ((now, reason, ended),) = sent.run("SELECT outcome, reason, ended_at FROM attempt")
    assert (now, reason) == ("accepted", "proved by an event")
    assert ended == (NOW if outcome == "open" else NOW - timedelta(minutes=1))
    assert sent.chunk == "accepted"


@pytest.mark.parametrize("kind", ["delivered", "bounce", "spamreport", "dropped"])
def test_events_of_a_test_or_a_copy_change_nothing_of_the_ledger(sent: Sent, kind: str) -> None:
    """Though they name a notice and a person of its list."""
    copy = str(UUID(int=77))
    with sent.db.transaction() as tx:
        new = singles.New(copy, sent.notice_id, "copy", singles.To(1, None), "en", "a", "why", "sendgrid")
        singles.open_single(tx, new, now=NOW)
    sent.stands("unknown", "unknown")
    about = sent.event(kind, attempt_id=copy, permanent=True, reason="Bounced Address")
    assert sent.fold(about) == []
    assert sent.fold(about) == []
    assert sent.run("SELECT outcome, said FROM single") == [("accepted", "proved by an event")]
    assert sent.chunk == "unknown"
    assert sent.run("SELECT outcome FROM attempt") == [("unknown",)]
    assert (sent.fates, sent.suppressed, sent.alarms) == ({}, {}, [])


@pytest.mark.parametrize("state", ["claimed", "unknown", "due", "cancelled", "dead"])
def test_its_chunk_is_accepted_from_every_state(sent: Sent, state: str) -> None:
    sent.stands(state, "unknown")
    sent.fold(sent.event("some_new_kind"))
    assert sent.run("SELECT state, lease_until FROM chunk") == [("accepted", None)]
    assert sent.fates == {}


def test_a_repeat_under_way_is_stopped(sent: Sent) -> None:
    second = sent.more_attempts(2)
    sent.stands("claimed", "presumed_lost", attempt=second)
    sent.fold(sent.event())
    assert sent.chunk == "accepted"
    assert dict(sent.run("SELECT attempt_id::text, outcome FROM attempt")) == {
        sent.attempt: "accepted", second: "open",
    }  # fmt: skip


def test_an_accepted_attempt_whose_chunk_was_taken_again_stops_the_repeat_too(sent: Sent) -> None:
    sent.stands("claimed", "accepted", attempt=sent.more_attempts(2))
    assert sent.fold(sent.event()) == [sent.notice_id]
    assert sent.chunk == "accepted"
    assert sent.alarms == []


def test_the_leaves_of_a_split_chunk_are_accepted(sent: Sent) -> None:
    root = sent.chunk_id
    parts = {(0, 5): "split", (0, 2): "due", (2, 5): "due", (5, 10): "due"}
    for (lo, hi), state in parts.items():
        sent.run(
            "INSERT INTO chunk (notice_id, content_id, root_id, lo, hi, state) VALUES (%s, 1, %s, %s, %s, %s)",
            sent.notice_id, root, lo, hi, state,
        )  # fmt: skip
    ((half,),) = sent.run("SELECT chunk_id FROM chunk WHERE lo = 0 AND hi = 5")
    sent.stands("split", "refused")
    first_half = sent.more_attempts(2, "refused", half)
    states = "SELECT lo, hi, state FROM chunk WHERE state <> 'split' ORDER BY lo"
    sent.fold(sent.event(attempt_id=first_half))
    assert sent.run(states) == [(0, 2, "accepted"), (2, 5, "accepted"), (5, 10, "due")]
    sent.fold(sent.event(n=1))
    assert {row[2] for row in sent.run(states)} == {"accepted"}


@pytest.mark.parametrize(("outcome", "rung"), [("refused", 1), ("not_sent", 1), ("unknown", 0), ("open", 0)])
def test_what_contradicts_us_raises_one_alarm(sent: Sent, outcome: str, rung: int) -> None:
    sent.stands("due", outcome)
    sent.fold(sent.event(), sent.event("processed"))
    sent.fold(sent.event("open"))
    assert sent.alarms == [f"contradicted:{sent.notice_id}"] * rung


def test_every_kind_and_what_it_makes_of_a_delivery(sent: Sent) -> None:
    for person, kind in enumerate(
        ["processed", "deferred", "delivered", "dropped", "bounce", "click"], start=1
    ):
        sent.fold(sent.event(kind, person))
    assert sent.fates == {
        1: "processed", 2: "deferred", 3: "delivered", 4: "dropped", 5: "bounced", 6: "delivered",
    }  # fmt: skip


def test_ranks_rise_in_the_order_of_the_ledger_and_nothing_denies_a_refusal(sent: Sent) -> None:
    order = [Fate.PROCESSED, Fate.DEFERRED, Fate.DELIVERED, Fate.DROPPED, Fate.BOUNCED, Fate.REJECTED]
    assert [fate.rank for fate in order] == sorted({fate.rank for fate in order})
    assert not {Fate.REJECTED, Fate.SUPPRESSED} & set(FATES.values())
    sent.run("INSERT INTO fate VALUES (%s, 1, 'rejected', %s, now())", sent.notice_id, Fate.REJECTED.rank)
    sent.fold(sent.event("bounce"))
    assert sent.fates == {1: "rejected"}


def test_suppressions(sent: Sent) -> None:
    sent.fold(
        sent.event("bounce", 1, permanent=True),
        sent.event("bounce", 2),
        sent.event("dropped", 3, reason="Bounced Address"),
        sent.event("dropped", 4, reason="Spam Reporting Address"),
        sent.event("dropped", 5, reason="Invalid"),
        sent.event("dropped", 6, reason="Spam Content"),
        sent.event("spamreport", 7),
        sent.event("unsubscribe", 8),
        sent.event("delivered", 9),
    )
    assert sent.suppressed == {
        1: "bounce", 3: "bounce", 4: "spam_report", 5: "invalid", 7: "spam_report", 8: "unsubscribed",
    }  # fmt: skip
    assert sent.fates[2] == "bounced"


def test_the_make_believe_bounces_of_a_rehearsal_keep_nobody_from_real_mail(db: Db) -> None:
    rehearsal = a_notice(db, "rehearsal", "sandbox")
    rehearsal.fold(rehearsal.event("bounce", permanent=True), rehearsal.event("spamreport", 2))
    assert rehearsal.fates == {1: "bounced", 2: "delivered"}
    assert rehearsal.suppressed == {}


def test_what_is_not_ours_is_stored_and_proves_nothing(sent: Sent) -> None:
    sent.stands("unknown", "unknown")
    elsewhere = str(UUID(int=99))
    assert not sent.fold(
        sent.event("bounce", permanent=True, attempt_id=elsewhere),
        sent.event("bounce", 2, permanent=True, attempt_id=None),
        sent.event("delivered", 3, attempt_id=None, notice_id=None, recipient_id=None),
    )
    assert (sent.chunk, sent.fates, sent.suppressed) == ("unknown", {}, {})
    assert sent.run("SELECT count(*) FROM event") == [(3,)]


def test_somebody_whom_the_attempt_did_not_carry_gets_no_fate(sent: Sent) -> None:
    sent.fold(sent.event("bounce", PEOPLE + 1, permanent=True))
    assert (sent.fates, sent.suppressed) == ({}, {})


KINDS = [
    "processed",
    "deferred",
    "delivered",
    "dropped",
    "bounce",
    "open",
    "spamreport",
    "unsubscribe",
    "odd",
]
SAID = st.tuples(
    st.sampled_from(KINDS), st.integers(1, 3), st.integers(0, 3), st.booleans(), st.integers(1, 2)
)


@pytest.fixture
def again(sent: Sent) -> Sent:
    sent.more_attempts(2, "unknown")
    return sent


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(said=st.lists(SAID, min_size=1, max_size=12), seed=st.integers(0, 2**16))
def test_doubled_and_in_any_order_the_same_events_end_the_same(again: Sent, said: Any, seed: int) -> None:
    found = [
        again.event(kind, person, n, permanent=lasts, attempt_id=str(UUID(int=number)), sg_event_id=f"{i}")
        for i, (kind, person, n, lasts, number) in enumerate(said)
    ]
    chance = random.Random(seed)
    shuffled = [*found, *chance.sample(found, len(found))]
    chance.shuffle(shuffled)
    assert outcome(again, [found]) == outcome(again, [[event] for event in shuffled])


def outcome(sent: Sent, posts: Sequence[Sequence[ProviderEvent]]) -> list[list[tuple[Any, ...]]]:
    sent.run("TRUNCATE event, fate, suppression")
    sent.stands("unknown", "presumed_lost")
    sent.run(
        "UPDATE attempt SET outcome = 'unknown', ended_at = NULL WHERE attempt_id = %s", str(UUID(int=2))
    )
    for post in posts:
        sent.fold(*post)
    told = "sg_event_id, occurred_at, attempt_id, notice_id, recipient_id, kind"  # not when it came
    return [
        sent.run(f"SELECT {columns} FROM {table} ORDER BY 1, 2")
        for columns, table in ((told, "event"), ("*", "fate"), ("*", "suppression"), ("*", "attempt"))
    ] + [sent.run("SELECT state FROM chunk")]


# ---------------------------------------------------------------- the whole action


def post(sent: Sent, entries: Any, key: EventWebhook = OURS, wired: Settings = SETTINGS) -> RecordedEvents:
    raw = entries if isinstance(entries, bytes) else json.dumps(entries).encode()
    headers = {name.lower(): text for name, text in key.signed(str(int(NOW.timestamp())), raw).items()}
    return record_events(sent.db, wired, headers, raw, NOW)


def entry(sent: Sent, person: int, kind: str = "delivered") -> dict[str, Any]:
    return {
        "email": f"{person}@example.com", "event": kind, "timestamp": int(NOW.timestamp()) - 5,
        "sg_event_id": f"{kind}-{person}", "notifier_attempt": sent.attempt,
        "notifier_notice": str(sent.notice_id), "notifier_recipient": str(person),
    }  # fmt: skip


def test_a_post_is_counted_and_rings_for_what_it_changed(sent: Sent) -> None:
    sent.stands("unknown", "unknown")
    entries = [entry(sent, 1), entry(sent, 1), entry(sent, 2), "garbage"]
    assert post(sent, entries) == RecordedEvents(2, 1, 1, (Ring("deliver", sent.notice_id),))
    assert post(sent, entries) == RecordedEvents(0, 3, 1, ())
    assert sent.fates == {1: "delivered", 2: "delivered"}


def test_no_address_is_stored(sent: Sent) -> None:
    post(sent, [entry(sent, 1, "bounce") | {"type": "bounce", "reason": "1@example.com is unknown"}])
    assert sent.run("SELECT count(*) FROM event e WHERE e::text LIKE '%%@%%'") == [(0,)]


def test_the_sandbox_proves_rehearsals_only_and_the_provider_live_ones_only(db: Db) -> None:
    live, rehearsal = a_notice(db, "live", "sendgrid"), a_notice(db, "rehearsal", "sandbox", number=2)
    for sent, wrong, right in ((live, SANDBOX, OURS), (rehearsal, OURS, SANDBOX)):
        sent.stands("unknown", "unknown")
        post(sent, [entry(sent, 1, "bounce") | {"sg_event_id": f"{sent.provider}-1"}], key=wrong)
        assert (sent.chunk, sent.fates) == ("unknown", {})
        post(sent, [entry(sent, 2, "dropped") | {"sg_event_id": f"{sent.provider}-2"}], key=right)
        assert (sent.chunk, sent.fates) == ("accepted", {2: "dropped"})


def test_without_a_key_the_sentence_says_what_to_set(sent: Sent) -> None:
    closed = replace(SETTINGS, event_keys=(), sandbox_event_key=None)
    with pytest.raises(NoEventKey, match="NOTIFIER_SENDGRID_EVENT_KEYS"):
        post(sent, [entry(sent, 1)], wired=closed)
    with pytest.raises(WronglySigned, match="NOTIFIER_SENDGRID_EVENT_KEYS"):
        post(sent, [entry(sent, 1)], key=EventWebhook(signing.new_key(), None))
    assert issubclass(WronglySigned, NotSigned)
    assert sent.run("SELECT count(*) FROM event") == [(0,)]


def test_what_is_no_list_leaves_nothing(sent: Sent) -> None:
    with pytest.raises(BadInput):
        post(sent, b"{}")


def test_three_thousand_events_are_answered_at_once(db: Db) -> None:
    sent = a_notice(db, "live", "sendgrid")
    sent.run("INSERT INTO recipient (address_key) SELECT 'p' || n FROM generate_series(1, 3000) n")
    sent.run(
        "INSERT INTO delivery (notice_id, recipient_id, root_chunk_id, pos)"
        " SELECT %s, n, %s, n - 1 FROM generate_series(11, 3000) n", sent.notice_id, sent.chunk_id,
    )  # fmt: skip
    sent.run("UPDATE chunk SET hi = 3000")
    entries = [entry(sent, n) for n in range(1, 3001)]
    began = time.monotonic()
    assert post(sent, entries).new == 3000
    took = time.monotonic() - began
    print(f"3,000 events: {took:.3f} s")
    assert took < 3
    assert sent.run("SELECT count(*) FROM fate") == [(3000,)]


def test_posts_at_once_neither_wait_for_each_other_for_ever_nor_count_twice(sent: Sent) -> None:
    sent.stands("unknown", "unknown")
    kinds = ["processed", "delivered", "bounce"]
    entries = [entry(sent, n, kind) for n in range(1, PEOPLE + 1) for kind in kinds]
    found: list[RecordedEvents] = []

    def one(seed: int) -> None:
        mixed = entries[:]
        random.Random(seed).shuffle(mixed)
        found.append(post(sent, mixed))

    threads = [threading.Thread(target=one, args=(seed,)) for seed in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sum(each.new for each in found) == len(entries)
    assert set(sent.fates.values()) == {"bounced"}
