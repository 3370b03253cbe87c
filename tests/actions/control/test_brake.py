"""The brake on a real ledger: the bound, exactly the rest, holds that policy pulls, one after another."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

import psycopg
import pytest

from notifier.actions.background.deliver import STALE, Post, deliver
from notifier.actions.background.sweep import sweep, too_many_refused
from notifier.actions.control import brake
from notifier.actions.notices.approved_words import words_hash
from notifier.actions.notices.draft import Writer
from notifier.app import SystemClock, words
from notifier.errors import Refused
from notifier.model.act import Act
from notifier.model.mail import Envelope, Outcome, Result
from notifier.model.policy import Policy
from notifier.model.ring import Ring
from notifier.model.vocabulary import Mode
from notifier.pipeline.compose import digest
from notifier.settings import from_env
from notifier.store import Db
from notifier.store.disruptions import disruptions, notices
from notifier.store.disruptions.contents import NewContent
from notifier.store.ledger import unknowns
from notifier.store.ledger.accounting import Refusals
from tests.raw_sql import WAITING
from tests.waiting import until

NOW = datetime(2026, 11, 27, 23, 41, 30, tzinfo=UTC)
LIND = "person:lind"
NONCE = "abcdef0123456789"
THE_WORDS = NewContent("en", "affected", "s", "t", "h", 0, digest(NONCE, "s", "t", "h"))


@dataclass
class Provider:
    """Takes everything."""

    name: str = "sandbox"
    letters: list[int] = field(default_factory=list[int])

    def send(self, envelope: Envelope, still_ours: Callable[[], bool]) -> Outcome:
        if not still_ours():
            return Outcome(Result.STOPPED, "no longer ours")
        self.letters += [letter.recipient_id for letter in envelope.letters]
        return Outcome(Result.ACCEPTED, "queued", 202)

    def check(self) -> Outcome:
        return Outcome(Result.ACCEPTED, "fine", 200)


@dataclass(frozen=True)
class Story:
    """Notices of one disruption, each of three chunks of two people."""

    db: Db
    provider: Provider

    def run(self, statement: str, *params: object) -> list[tuple[Any, ...]]:
        with psycopg.connect(self.db.url) as connection:
            cursor = connection.execute(statement, params)  # pyright: ignore[reportArgumentType]
            return cursor.fetchall() if cursor.description is not None else []

    def notice(self, state: str = "approved") -> int:
        (row,) = self.run(A_NOTICE, state, NONCE, words_hash([THE_WORDS]), THE_WORDS.sha256)
        return int(row[0])

    def state(self, notice_id: int) -> str:
        return self.run("SELECT state FROM notice WHERE notice_id = %s", notice_id)[0][0]

    def deliver(self, notice_id: int) -> tuple[Ring, ...]:
        settings = from_env({"NOTIFIER_REHEARSALS_ONLY": "1"})

        def senders(_mode: Mode, _policy: Policy) -> Provider:
            return self.provider

        return deliver(
            self.db, Post(Writer(settings, words()), senders, SystemClock(), lambda: False), notice_id
        )

    def attempt(self, chunk: str, outcome: str, status: int | None = None) -> None:
        """One more chunk of two letters, in this state by an attempt with this outcome."""
        self.run(AN_ATTEMPT, chunk, chunk, outcome, status)


A_NOTICE = """
WITH n AS (INSERT INTO notice (disruption_id, seq, kind, timeline_id, rev, state, nonce, created_at, approved_at,
             closed_at, audience_n, people_n, words_hash)
           SELECT disruption_id, (SELECT count(*) + 1 FROM notice), 'first', timeline_id, 1, %s,
                  %s, now(), now(), now(), 6, 6, %s FROM timeline RETURNING notice_id),
     w AS (INSERT INTO content (notice_id, locale, variant, subject, text, html, tags, sha256)
           SELECT notice_id, 'en', 'affected', 's', 't', 'h', 0, %s FROM n RETURNING notice_id, content_id),
     k AS (INSERT INTO chunk (chunk_id, notice_id, content_id, root_id, lo, hi)
           SELECT id, notice_id, content_id, id, 0, 2
           FROM (SELECT nextval('chunk_id_seq') AS id, w.* FROM w, generate_series(1, 3)) x
           RETURNING chunk_id, notice_id),
     d AS (INSERT INTO delivery (notice_id, recipient_id, root_chunk_id, pos, vars)
           SELECT notice_id, 2 * nth - 1 + p, chunk_id, p, '{"o": []}'::jsonb
           FROM (SELECT *, row_number() OVER (ORDER BY chunk_id) AS nth FROM k) k, generate_series(0, 1) p)
SELECT notice_id FROM n"""
AN_ATTEMPT = """
WITH k AS (INSERT INTO chunk (notice_id, content_id, root_id, lo, hi, state, attempt_id, lease_until)
           SELECT notice_id, 1, 1, 0, 2, %s, gen_random_uuid(), CASE WHEN %s = 'claimed' THEN now() END
           FROM notice RETURNING chunk_id, attempt_id)
INSERT INTO attempt (attempt_id, chunk_id, provider, n, claimed_at, outcome, http_status)
SELECT attempt_id, chunk_id, 'sandbox', 2, now(), %s, %s FROM k"""


@pytest.fixture
def story(db: Db) -> Story:
    told = Story(db, Provider())
    told.run(
        "WITH d AS (INSERT INTO disruption (reference, mode, kind, reason, services, opened_by, opened_at,"
        "  effective_at, declare_key) VALUES ('7K2M', 'rehearsal', 'suspension', 'legal', '{x}', 't', now(),"
        "  now(), 'k') RETURNING disruption_id),"
        " r AS (INSERT INTO scope_revision (disruption_id, rev, text, services, possibly, actor, at)"
        "  SELECT disruption_id, 1, '', '{x}', 'hedge', 't', now() FROM d)"
        " INSERT INTO timeline (disruption_id, kind, at, actor) SELECT disruption_id, 'declared', now(), 't'"
        " FROM d"
    )
    told.run(
        "INSERT INTO recipient (address, address_key) SELECT a, a FROM"
        " (SELECT i || '@example.com' AS a FROM generate_series(1, 6) i) x"
    )
    return told


# ---------------------------------------------------------------- the bound


def test_the_bound_is_what_is_open_or_may_only_be_asleep(story: Story) -> None:
    notice_id = story.notice("sending")
    story.attempt("claimed", "open")
    story.attempt("unknown", "unknown")  # its lease ran out, its process may wake
    story.attempt("unknown", "unknown", status=503)  # it was answered: nothing more can leave
    story.attempt("accepted", "accepted", status=202)
    story.attempt("due", "not_sent")
    assert brake.pause(story.db, Act(LIND, NOW), notice_id).at_most == 4
    assert brake.pause_all(story.db, Act(LIND, NOW)).at_most == 4
    assert brake.cancel(story.db, Act(LIND, NOW), notice_id).at_most == 4


def test_the_bound_counts_who_sleeps_while_a_person_decides(story: Story) -> None:
    notice_id = story.notice("sending")
    story.attempt("dead", "unknown")
    assert brake.pause_all(story.db, Act(LIND, NOW)).at_most == 2
    brake.drop_dead(story.db, Act(LIND, NOW), notice_id)
    assert brake.pause(story.db, Act(LIND, NOW), notice_id).at_most == 2
    assert brake.pause_all(story.db, Act(LIND, NOW)).at_most == 0  # given up: not counted for ever


def test_cancelling_counts_who_sleeps_while_a_person_decides(story: Story) -> None:
    notice_id = story.notice("sending")
    story.attempt("dead", "unknown")
    assert brake.cancel(story.db, Act(LIND, NOW), notice_id).at_most == 2


def test_the_bound_of_one_notice_does_not_count_another(story: Story) -> None:
    story.notice("sending")
    story.attempt("claimed", "open")
    other = story.notice("sending")
    assert brake.pause(story.db, Act(LIND, NOW), other).at_most == 0
    assert brake.pause_all(story.db, Act(LIND, NOW)).at_most == 2


# ---------------------------------------------------------------- exactly the rest


def test_resume_says_and_sends_exactly_the_rest(story: Story) -> None:
    notice_id = story.notice("sending")
    story.run("UPDATE chunk SET state = 'accepted' WHERE chunk_id = 1")
    brake.pause(story.db, Act(LIND, NOW), notice_id)
    story.deliver(notice_id)
    assert not story.provider.letters
    released = brake.resume(story.db, Act(LIND, NOW), notice_id)
    assert released.waiting == 4
    assert Ring("deliver", notice_id) in released.rings
    story.deliver(notice_id)
    assert sorted(story.provider.letters) == [3, 4, 5, 6]
    assert story.state(notice_id) == "finished"


def test_the_brake_for_all_stops_and_lets_go(story: Story) -> None:
    notice_id = story.notice()
    brake.pause_all(story.db, Act(LIND, NOW))
    assert story.deliver(notice_id) == ()
    assert not story.provider.letters
    assert brake.resume_all(story.db, Act(LIND, NOW)).waiting == 6
    story.deliver(notice_id)
    assert sorted(story.provider.letters) == [1, 2, 3, 4, 5, 6]


def test_the_rest_counts_what_was_claimed_after_the_brake_and_comes_back(story: Story) -> None:
    story.notice("sending")
    story.attempt("claimed", "open")
    brake.pause_all(story.db, Act(LIND, NOW))
    assert brake.resume_all(story.db, Act(LIND, NOW)).waiting == 6 + 2


def test_what_makes_no_sense_is_refused(story: Story) -> None:
    notice_id = story.notice("finished")
    for action in (brake.pause, brake.resume, brake.cancel):
        with pytest.raises(Refused):
            action(story.db, Act(LIND, NOW), notice_id)
    with pytest.raises(Refused):
        brake.resume_all(story.db, Act(LIND, NOW))


def test_what_is_retried_while_its_notice_ends_is_not_forgotten(story: Story) -> None:
    notice_id = story.notice("sending")
    story.run("UPDATE chunk SET state = 'accepted'")
    story.run("UPDATE chunk SET state = 'dead' WHERE chunk_id = (SELECT min(chunk_id) FROM chunk)")
    with ThreadPoolExecutor(1) as pool:
        with story.db.transaction() as tx:
            notices.locked(tx, notice_id)
            assert unknowns.retry_dead(tx, notice_id, now=NOW) == 2
            ending = pool.submit(story.deliver, notice_id)
            until_somebody_waits(story)
            notices.reopen(tx, notice_id)
        assert ending.result() == (Ring("deliver", notice_id),)
    assert story.state(notice_id) == "sending"
    story.deliver(notice_id)
    assert story.provider.letters == [1, 2]
    assert story.state(notice_id) == "finished"


def until_somebody_waits(story: Story) -> None:
    until(lambda: story.run(WAITING) == [(1,)])


def test_nobody_is_sent_words_again_that_were_corrected_or_cancelled(story: Story) -> None:
    notice_id = story.notice("finished")
    story.run("UPDATE chunk SET state = 'dead'")
    later = story.notice("finished")
    story.run("UPDATE chunk SET state = 'accepted' WHERE notice_id = %s", later)
    story.run("UPDATE notice SET kind = 'correction' WHERE notice_id = %s", later)
    with pytest.raises(Refused, match="correction"):
        brake.retry_dead(story.db, Act(LIND, NOW), notice_id)
    story.run("UPDATE notice SET kind = 'update' WHERE notice_id = %s", later)
    story.run("UPDATE notice SET state = 'cancelled' WHERE notice_id = %s", notice_id)
    with pytest.raises(Refused, match="cancelled"):
        brake.retry_dead(story.db, Act(LIND, NOW), notice_id)
    assert story.run("SELECT count(*) FROM chunk WHERE state = 'dead'") == [(3,)]
    assert brake.drop_dead(story.db, Act(LIND, NOW), notice_id).people == 6


# ---------------------------------------------------------------- holds that policy pulls


def test_what_was_approved_long_ago_is_held_and_resume_makes_it_fresh(story: Story) -> None:
    notice_id = story.notice()
    story.run("UPDATE notice SET approved_at = now() - interval '3 hours'")
    assert story.deliver(notice_id) == ()
    assert not story.provider.letters
    assert story.run("SELECT state, hold_reason FROM notice") == [("held", STALE)]
    brake.resume(story.db, Act(LIND, NOW), notice_id)
    story.deliver(notice_id)
    assert len(story.provider.letters) == 6


def test_what_moved_lately_is_not_stale_however_old_its_approval(story: Story) -> None:
    notice_id = story.notice("sending")
    story.run("UPDATE notice SET approved_at = now() - interval '3 hours'")
    story.attempt("accepted", "accepted")
    story.deliver(notice_id)
    assert len(story.provider.letters) == 6


def test_what_the_brake_kept_for_hours_is_not_stale(story: Story) -> None:
    notice_id = story.notice()
    story.run("UPDATE notice SET approved_at = now() - interval '3 hours'")
    brake.pause_all(story.db, Act(LIND, NOW))
    brake.resume_all(story.db, Act(LIND, NOW))
    story.deliver(notice_id)
    assert len(story.provider.letters) == 6


def test_what_waited_for_hours_behind_another_is_not_stale(story: Story) -> None:
    story.run("UPDATE notice SET finished_at = now() WHERE notice_id = %s", story.notice("finished"))
    story.run("UPDATE chunk SET state = 'accepted'")
    notice_id = story.notice()
    story.run("UPDATE notice SET approved_at = now() - interval '3 hours'")
    story.deliver(notice_id)
    assert story.state(notice_id) == "finished"


def test_what_waited_for_hours_for_the_cut_off_is_not_stale(story: Story) -> None:
    notice_id = story.notice()
    story.run("UPDATE notice SET approved_at = now() - interval '3 hours'")
    with story.db.transaction() as tx:
        disruptions.take_effect(tx, 1, effective_at=NOW - timedelta(days=1), now=datetime.now(UTC))
    story.deliver(notice_id)
    assert len(story.provider.letters) == 6


@pytest.mark.parametrize(
    ("people", "sent", "held"),
    [(19, 19, False), (20, 100, True), (20, 101, False), (20, 20, True), (300, 1000, True), (0, 1, False)],
)
def test_a_number_and_a_share_must_be_refused(people: int, sent: int, *, held: bool) -> None:
    assert too_many_refused(Refusals(people, sent), Policy()) is held


def test_a_rolling_hold_counts_from_the_last_resume(story: Story) -> None:
    notice_id = story.notice("sending")
    story.run("INSERT INTO company VALUES ('policy', '{\"refused_least\": 2, \"refused_share\": 0.5}')")
    story.attempt("accepted", "accepted", status=202)
    story.attempt("due", "refused", status=429)  # nobody got these: they make no share smaller
    story.attempt("due", "refused", status=429)
    story.run("UPDATE attempt SET ended_at = now()")
    bounced = "INSERT INTO fate SELECT notice_id, %s, 'bounced', 50, now() FROM notice"
    story.run(bounced, 1)
    sweep(story.db, NOW)
    assert story.state(notice_id) == "sending", "one is too few"
    story.run(bounced, 2)
    sweep(story.db, NOW)
    assert story.state(notice_id) == "held"
    assert "2 people (100 %)" in story.run("SELECT hold_reason FROM notice")[0][0]
    brake.resume(story.db, Act(LIND, NOW), notice_id)
    sweep(story.db, NOW)
    assert story.state(notice_id) == "sending", "a person has looked at these"


# ---------------------------------------------------------------- one after another


@pytest.mark.parametrize(
    ("chunks", "state", "waits"),
    [
        ("due", "sending", True),
        ("claimed", "sending", True),
        ("due", "held", True),
        ("unknown", "sending", False),  # an unknown never blocks the next notice
        ("dead", "sending", False),
        ("accepted", "sending", False),
        ("cancelled", "cancelled", False),
    ],
)
def test_notices_of_one_disruption_leave_one_after_another(
    story: Story, chunks: str, state: str, *, waits: bool
) -> None:
    story.notice(state)
    story.run(
        "UPDATE chunk SET state = %s, lease_until = CASE WHEN %s THEN now() + interval '1 hour' END",
        chunks, chunks == "claimed",
    )  # fmt: skip
    second = story.notice()
    story.deliver(second)
    assert bool(story.provider.letters) is not waits


def test_an_open_list_makes_the_next_notice_wait_and_the_end_rings_for_it(story: Story) -> None:
    first, second = story.notice("sending"), story.notice()
    story.run("UPDATE notice SET closed_at = NULL WHERE notice_id = %s", first)
    story.run("UPDATE chunk SET state = 'accepted' WHERE notice_id = %s", first)
    story.deliver(second)
    assert not story.provider.letters
    story.run("UPDATE notice SET closed_at = now() WHERE notice_id = %s", first)
    assert story.deliver(first) == (Ring("freeze", second),)
    with story.db.transaction() as tx:
        assert notices.is_next(tx, notices.by_id(tx, second))
