"""Ten thousand alerts of one outage, doubled and out of order, are one draft with one set of words."""

import json
import random
from collections import Counter
from datetime import UTC, datetime, timedelta
from typing import Any, ClassVar

import psycopg
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from notifier.actions.background.judging import AT_ONCE
from notifier.actions.background.posts import record_signals, speaker
from notifier.actions.background.signals import judge_signals
from notifier.model.vocabulary import Mode
from notifier.store import Db, value, values
from notifier.store.company import catalogue
from notifier.store.company.catalogue import Source
from notifier.store.disruptions import disruptions
from tests.actions.background.test_signals import WRITER

NOW = datetime(2026, 11, 27, 23, 40, tzinfo=UTC)
SERVICES = ("fable-5", "mythos-5", "sonnet-5")
SOURCES = [f"tool-{n}" for n in range(20)]
EACH = 500
"""Alerts of each source."""
MESSAGE = 250
"""Alerts in one of its messages."""


class Counted(psycopg.Cursor[Any]):
    """How often each statement was run."""

    seen: ClassVar[Counter[str]] = Counter()

    def execute(self, query: Any, params: Any = None, **more: Any) -> Any:
        text = query if isinstance(query, str) else query.as_string(self.connection)
        self.seen[" ".join(text.split())[:70]] += 1
        return super().execute(query, params, **more)


@pytest.fixture
def company(db: Db) -> Db:
    with db.transaction() as tx:
        for slug in SERVICES:
            catalogue.put_service(tx, slug, slug)
        for name in SOURCES:
            catalogue.put_source(tx, Source(name, "alertmanager", None, {}, None, open=True))
    return db


def alert(n: int, began: datetime, ended: datetime | None = None) -> dict[str, Any]:
    return {
        "status": "resolved" if ended else "firing",
        "labels": {"alertname": "Down", "instance": str(n), "service": SERVICES[n % len(SERVICES)]},
        "startsAt": began.isoformat(),
        "endsAt": ended.isoformat() if ended else "0001-01-01T00:00:00Z",
        "fingerprint": f"f{n}",
    }


def post(db: Db, source: str, alerts: list[dict[str, Any]], at: datetime) -> int:
    body = json.dumps({"version": "4", "groupKey": "{}", "alerts": alerts}).encode()
    return record_signals(db, speaker(db, source), {}, body, at).new


def judge(db: Db, at: datetime) -> int:
    """How many portions there were."""
    portions = 1
    while judge_signals(db, WRITER, at).rings:
        portions += 1
    return portions


def test_ten_thousand_alerts_of_one_outage_are_one_draft(company: Db) -> None:
    """Half of them have been resolved and fire again; every message comes twice, and nothing in its order."""
    drawn = random.Random(14)
    messages: list[tuple[str, list[dict[str, Any]]]] = []
    for source in SOURCES:
        for first in range(0, EACH, MESSAGE):
            began = [NOW + timedelta(seconds=drawn.randrange(20)) for _ in range(MESSAGE)]
            numbers = list(enumerate(range(first, first + MESSAGE)))
            later = [(n, began[i] + timedelta(seconds=20)) for i, n in numbers if n % 2]
            messages += [
                (source, [alert(n, began[i]) for i, n in numbers]),
                (source, [alert(n, at, at) for n, at in later]),
                (source, [alert(n, at + timedelta(seconds=2)) for n, at in later]),
            ]
    messages *= 2
    drawn.shuffle(messages)
    company._pool.kwargs["cursor_factory"] = Counted
    company._pool.drain()
    Counted.seen.clear()
    arrived = NOW + timedelta(minutes=1)
    new = sum(post(company, source, alerts, arrived) for source, alerts in messages)
    posting = Counter(Counted.seen)
    assert max(posting.values()) <= 6 * len(messages)
    Counted.seen.clear()
    portions = judge(company, arrived)
    assert portions == new // AT_ONCE + 1
    opened = 1 + len(SERVICES)
    assert max(Counted.seen.values()) <= 12 * (portions + opened)
    assert sum(Counted.seen.values()) <= 60 * (portions + opened)
    with company.transaction() as tx:
        (draft,) = disruptions.open_ones(tx, Mode.REHEARSAL)
        assert draft.services == sorted(SERVICES)
        assert values(tx, "SELECT kind FROM notice WHERE state <> 'void'") == ["first"]
        assert value(tx, "SELECT count(*) FROM signal WHERE judged_at IS NULL") == 0
        assert value(tx, "SELECT count(*) FROM trouble WHERE state = 'firing'") == len(SOURCES) * EACH
        assert value(tx, "SELECT count(*) FROM disruption_trouble") == len(SOURCES) * EACH


@st.composite
def stories(draw: st.DrawFn) -> tuple[list[list[dict[str, Any]]], set[str]]:
    """Messages of one tool about a few alerts, each at least once and in any order; and which fire in the end."""
    pieces: list[dict[str, Any]] = []
    firing: set[str] = set()
    for n in range(draw(st.integers(1, 4))):
        began, moment, step = NOW, NOW, 0
        for step, seconds in enumerate(draw(st.lists(st.integers(1, 5), min_size=1, max_size=6))):
            moment += timedelta(seconds=seconds)
            began = began if step % 2 else moment
            pieces.append(alert(n, began, moment if step % 2 else None))
        if step % 2 == 0:
            firing.add(f"f{n}")
    pieces += draw(st.lists(st.sampled_from(pieces), max_size=8))
    shuffled = draw(st.permutations(pieces))
    cut = draw(st.integers(1, 4))
    return [shuffled[i : i + cut] for i in range(0, len(shuffled), cut)], firing


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(story=stories(), judges=st.lists(st.booleans(), min_size=40, max_size=40))
def test_in_any_order_and_doubled_what_is_open_in_the_end_is_what_fires(
    company: Db, story: tuple[list[list[dict[str, Any]]], set[str]], judges: list[bool]
) -> None:
    messages, firing = story
    with company.transaction() as tx:
        tx.execute("TRUNCATE signal, trouble, disruption RESTART IDENTITY CASCADE")
    now = NOW + timedelta(seconds=40)
    for message, at_once in zip(messages, judges, strict=False):
        now += timedelta(seconds=1)
        post(company, SOURCES[0], message, now)
        if at_once:
            judge(company, now)
    judge(company, now)
    with company.transaction() as tx:
        open_now = values(
            tx,
            "SELECT key FROM disruption_trouble JOIN trouble USING (source, key)"
            " JOIN disruption USING (disruption_id) WHERE state = 'firing' AND ended_at IS NULL",
        )
        assert set(open_now) == firing
        assert set(values(tx, "SELECT key FROM trouble WHERE state = 'firing'")) == firing
        assert value(tx, "SELECT count(*) FROM signal WHERE judged_at IS NULL") == 0
    judge(company, now + timedelta(hours=1))
    with company.transaction() as tx:
        assert bool(disruptions.open_ones(tx, Mode.REHEARSAL)) == bool(firing)
