"""When a chunk may be claimed: the first one alone, one probe through a broken provider, a notice's own rate."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from typing import Any

import psycopg
import pytest

from notifier.model.event import ProviderEvent
from notifier.model.mail import Envelope, Outcome, Result
from notifier.model.policy import Policy
from notifier.pipeline.deliver import Lane, Wait, claim_next, record
from notifier.pipeline.feedback import fold
from notifier.store import Db
from notifier.store.disruptions import alarms, notices
from notifier.store.ledger import events
from notifier.store.ledger.chunks import Claim

NOW = datetime(2026, 11, 27, 23, 41, 30, tzinfo=UTC)
ACCEPTED = Outcome(Result.ACCEPTED, "queued", 202)
UNKNOWN = Outcome(Result.UNKNOWN, "no answer")


@dataclass
class NoSender:
    """Claims are recorded here by hand; nothing is sent."""

    name: str = "p"

    def send(self, envelope: Envelope, still_ours: Callable[[], bool]) -> Outcome:
        raise NotImplementedError

    def check(self) -> Outcome:
        raise NotImplementedError


def no_seal(_claimed: Claim, _seats: Any) -> Envelope:
    raise NotImplementedError


@dataclass(frozen=True)
class Story:
    lane: Lane
    notice_id: int

    def run(self, statement: str, *params: object) -> None:
        with psycopg.connect(self.lane.db.url) as connection:
            connection.execute(statement, params)  # pyright: ignore[reportArgumentType]

    def under(self, **policy: Any) -> "Story":
        return replace(self, lane=replace(self.lane, policy=Policy(**policy)))

    def claim(self) -> Claim:
        got = claim_next(self.lane, self.notice_id)
        assert isinstance(got, tuple), got
        return got[0]

    def why_not(self) -> str:
        got = claim_next(self.lane, self.notice_id)
        assert isinstance(got, Wait), got
        assert got.seconds > 0
        return got.reason

    def came(self, claimed: Claim, outcome: Outcome) -> None:
        record(self.lane, claimed, outcome)


@pytest.fixture
def story(db: Db) -> Story:
    """An approved notice with nine chunks of one letter."""
    with psycopg.connect(db.url) as connection:
        row = connection.execute(
            "WITH d AS (INSERT INTO disruption (reference, mode, kind, reason, services, opened_by, opened_at,"
            "  effective_at, declare_key) VALUES ('R', 'rehearsal', 'outage', 'fault', '{}', 't', now(), now(),"
            "  'k') RETURNING disruption_id),"
            " t AS (INSERT INTO timeline (disruption_id, kind, at, actor) SELECT disruption_id, 'declared', now(),"
            "  't' FROM d RETURNING timeline_id, disruption_id),"
            " n AS (INSERT INTO notice (disruption_id, seq, kind, timeline_id, rev, state, nonce, created_at)"
            "  SELECT disruption_id, 1, 'first', timeline_id, 1, 'approved', 'x', now() FROM t"
            "  RETURNING notice_id)"
            " INSERT INTO chunk (notice_id, content_id, root_id, lo, hi)"
            " SELECT notice_id, 1, i, 0, 1 FROM n, generate_series(1, 9) i RETURNING notice_id"
        ).fetchone()
        assert row
    lane = Lane(db, NoSender(), no_seal, lambda: NOW, lambda: 0.0, Policy(), None)
    return Story(lane, row[0])


# ---------------------------------------------------------------- the first chunk


def test_the_first_chunk_leaves_alone_until_it_is_accepted(story: Story) -> None:
    first = story.claim()
    assert story.why_not() == "the first chunk is being judged"
    story.came(first, ACCEPTED)
    assert [story.claim().chunk_id, story.claim().chunk_id] == [first.chunk_id + 1, first.chunk_id + 2]


@pytest.mark.parametrize("result", [Result.NOT_SENT, Result.STOPPED, Result.UNKNOWN])
def test_a_first_chunk_that_was_not_accepted_lets_one_more_try(story: Story, result: Result) -> None:
    story.came(story.claim(), Outcome(result, "no"))
    story.claim()
    assert story.why_not() == "the first chunk is being judged"


def test_a_first_chunk_that_is_refused_for_all_holds_everything(story: Story) -> None:
    story.came(story.claim(), Outcome(Result.FORBIDDEN, "the key is wrong", 401))
    assert claim_next(story.lane, story.notice_id) is None
    with psycopg.connect(story.lane.db.url) as connection:
        held = connection.execute("SELECT state, hold_reason FROM notice").fetchone()
        assert held == ("held", "the key is wrong")
        assert connection.execute("SELECT count(*) FROM alarm WHERE cleared_at IS NULL").fetchone() == (1,)


def test_policy_may_want_a_report_on_the_first_chunk(story: Story) -> None:
    waits = story.under(canary_waits_for_events=True)
    first = waits.claim()
    waits.came(first, ACCEPTED)
    assert waits.why_not() == "the first chunk is being judged"
    with story.lane.db.transaction() as tx:
        said = ProviderEvent("e", NOW, first.attempt_id, story.notice_id, None, "processed")
        fold(tx, story.lane.sender.name, events.insert(tx, [said]), NOW)
    waits.claim()
    waits.claim()


def test_a_worker_that_dies_before_it_starts_the_notice_stops_nothing(story: Story) -> None:
    story.came(story.claim(), ACCEPTED)
    story.run("UPDATE notice SET state = 'approved'")
    story.claim()
    story.claim()


@pytest.mark.parametrize(("accepted", "waits"), [(False, True), (True, False)])
def test_what_was_held_begins_with_one_chunk_unless_one_was_accepted_before(
    story: Story, *, accepted: bool, waits: bool
) -> None:
    if accepted:
        story.came(story.claim(), ACCEPTED)
    with story.lane.db.transaction() as tx:
        assert notices.hold(tx, story.notice_id, "wait")
        assert notices.release(tx, story.notice_id)
    story.claim()
    assert isinstance(claim_next(story.lane, story.notice_id), Wait) is waits


def test_the_alarm_about_a_provider_that_refuses_ends_with_the_next_accepted_request(story: Story) -> None:
    story.came(story.claim(), ACCEPTED)
    story.came(story.claim(), Outcome(Result.FORBIDDEN, "the key is wrong", 401))
    with story.lane.db.transaction() as tx:
        assert [alarm.key for alarm in alarms.open_ones(tx)] == [f"provider:p:{story.notice_id}"]
        assert notices.release(tx, story.notice_id)
    story.came(story.claim(), ACCEPTED)
    with story.lane.db.transaction() as tx:
        assert not alarms.open_ones(tx)


def test_it_stays_while_the_notice_is_held_whatever_a_second_refusal_says(story: Story) -> None:
    """Its alarm says the newer reason, the notice the first one; an older request proves nothing."""
    story.came(story.claim(), ACCEPTED)
    under_way = [story.claim() for _ in range(3)]
    story.came(under_way[0], Outcome(Result.FORBIDDEN, "the key is wrong", 401))
    story.came(under_way[1], Outcome(Result.FORBIDDEN, "the sender is not verified", 403))
    story.came(under_way[2], ACCEPTED)
    with story.lane.db.transaction() as tx:
        assert [alarm.key for alarm in alarms.open_ones(tx)] == [f"provider:p:{story.notice_id}"]


# ---------------------------------------------------------------- the breaker


def test_after_two_unclear_answers_one_probe_leaves_at_a_time(story: Story) -> None:
    story.came(story.claim(), ACCEPTED)
    storm = [story.claim() for _ in range(3)]
    story.came(storm[0], UNKNOWN)
    story.came(storm[1], UNKNOWN)
    assert "one probe at a time" in story.why_not()
    story.run("UPDATE provider SET breaker_until = now()")
    assert story.why_not() == "a probe is under way", "the third of the storm is still open"
    story.came(storm[2], UNKNOWN)
    story.run("UPDATE provider SET breaker_until = now()")
    probe = story.claim()
    assert story.why_not() == "a probe is under way"
    story.came(probe, ACCEPTED)
    story.claim()
    story.claim()


def test_a_probe_whose_worker_died_does_not_block_for_ever(story: Story) -> None:
    story.came(story.claim(), ACCEPTED)
    for claimed in [story.claim(), story.claim()]:
        story.came(claimed, UNKNOWN)
    story.run("UPDATE provider SET breaker_until = now()")
    story.claim()
    story.run("UPDATE chunk SET state = 'unknown', lease_until = NULL WHERE state = 'claimed'")
    story.claim()


# ---------------------------------------------------------------- rates


def test_a_429_is_obeyed_by_everybody(story: Story) -> None:
    story.came(story.claim(), ACCEPTED)
    soon = datetime.now(UTC) + timedelta(seconds=30)
    story.came(story.claim(), Outcome(Result.LATER, "too many", 429, retry_at=soon))
    assert story.why_not() == "the provider wants to be asked later"
    story.run("UPDATE provider SET not_before = now(), tokens = 0, refilled_at = clock_timestamp()")
    assert story.why_not() == "the provider's rate"
    story.run("UPDATE provider SET tokens = 1")
    story.claim()


def test_the_last_request_that_the_provider_takes_says_so(story: Story) -> None:
    soon = datetime.now(UTC) + timedelta(seconds=30)
    story.came(story.claim(), replace(ACCEPTED, retry_at=soon, remaining=0))
    assert story.why_not() == "the provider wants to be asked later"


def test_a_notice_has_a_ceiling_of_its_own(story: Story) -> None:
    slow = story.under(requests_per_second=3)
    slow.came(slow.claim(), ACCEPTED)
    slow.claim()
    slow.claim()
    assert slow.why_not() == "the notice's own rate"
    story.run("UPDATE attempt SET claimed_at = claimed_at - interval '2 seconds'")
    slow.claim()


def test_a_ceiling_holds_for_all_lanes_together(story: Story) -> None:
    slow = story.under(requests_per_second=1)
    story.run("UPDATE notice SET state = 'sending'")
    with ThreadPoolExecutor(8) as lanes:
        got = list(lanes.map(claim_next, [slow.lane] * 8, [slow.notice_id] * 8))
    assert sum(isinstance(each, tuple) for each in got) == 1


def test_a_ceiling_may_be_a_fraction(story: Story) -> None:
    slow = story.under(requests_per_second=0.5)
    story.run("UPDATE notice SET state = 'sending'")
    slow.claim()
    story.run("UPDATE attempt SET claimed_at = claimed_at - interval '1.5 seconds'")
    assert slow.why_not() == "the notice's own rate"
    story.run("UPDATE attempt SET claimed_at = claimed_at - interval '1 second'")
    slow.claim()


def test_an_older_request_that_is_accepted_late_clears_no_newer_alarm(story: Story) -> None:
    story.run("UPDATE notice SET state = 'sending'")
    older, newer = story.claim(), story.claim()
    story.came(newer, Outcome(Result.FORBIDDEN, "the key is wrong", 401))
    story.came(older, ACCEPTED)
    with psycopg.connect(story.lane.db.url) as connection:
        assert connection.execute("SELECT state FROM notice").fetchone() == ("held",)
        assert connection.execute("SELECT text FROM alarm WHERE cleared_at IS NULL").fetchone() == (
            "R/1 is held: the key is wrong",
        )
    story.run("UPDATE notice SET state = 'sending'")
    story.came(story.claim(), ACCEPTED)
    with psycopg.connect(story.lane.db.url) as connection:
        assert connection.execute("SELECT count(*) FROM alarm WHERE cleared_at IS NULL").fetchone() == (0,)


def test_waiting_leaves_no_trace(story: Story) -> None:
    """A claim that may not be made opens no attempt and takes no chunk."""
    story.claim()
    story.why_not()
    with psycopg.connect(story.lane.db.url) as connection:
        assert connection.execute("SELECT count(*) FROM attempt").fetchone() == (1,)
        assert connection.execute("SELECT count(*) FROM chunk WHERE state = 'due'").fetchone() == (8,)
