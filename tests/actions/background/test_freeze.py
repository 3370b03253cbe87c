"""A list that is being frozen stands in nobody's way: brakes, cancels and approvals do not wait for a range."""

from collections.abc import Callable, Generator
from contextlib import ExitStack, contextmanager
from datetime import UTC, datetime
from threading import Thread
from typing import Any

import psycopg
import pytest

from notifier.actions.announce.declare import Wish, suspend
from notifier.actions.background.freeze import freeze
from notifier.actions.control import brake
from notifier.actions.control.approve import Consent, approve
from notifier.actions.inspect.preview import WantedReader, look
from notifier.actions.notices.draft import Writer
from notifier.actions.notices.rule import notice_rule
from notifier.app import words
from notifier.model.act import Act
from notifier.model.ring import Ring
from notifier.model.vocabulary import NoticeState, Reason
from notifier.pipeline import audience
from notifier.settings import from_env
from notifier.store import Db
from notifier.store.audience import freezing
from notifier.store.audience.recipients import LAST
from notifier.store.disruptions import notices
from tests.waiting import until

NOW = datetime(2026, 11, 27, 23, 41, 30, tzinfo=UTC)
LIND = "person:lind"
COMPANY = """
INSERT INTO service (slug, name) VALUES ('fable-5', 'Fable 5');
INSERT INTO recipient (address, address_key) SELECT a, a FROM (
  SELECT 'p' || i || '@example.com' AS a FROM generate_series(1, 9) i) x;
INSERT INTO customer (ext_id, name) SELECT 'c' || i, 'Customer ' || i FROM generate_series(1, 9) i;
INSERT INTO contact (customer_id, recipient_id) SELECT i, i FROM generate_series(1, 9) i;
INSERT INTO entitlement (customer_id, service_id) SELECT i, 1 FROM generate_series(1, 9) i;"""


class Desks:
    """A declared first notice to nine people, and a range of it that somebody freezes and has not committed."""

    def __init__(self, db: Db) -> None:
        self.db = db
        self.writer = Writer(from_env({"NOTIFIER_REHEARSALS_ONLY": "1"}), words())

    def declared(self, consent: Consent) -> int:
        wish = Wish(("fable-5",), Reason.LEGAL, rehearse=True)
        return suspend(self.db, self.writer, Act(LIND, NOW), wish, consent).name.notice_id

    def freeze_while(self, notice_id: int, meanwhile: Callable[[], object]) -> None:
        """The first five people as a worker freezes them, and what happens before it commits."""
        with self.db.transaction() as tx:
            assert freezing.alone(tx, notice_id, 0)
            notice = notices.by_id(tx, notice_id)
            part = freezing.Range(notice_id, 0, 5, audience.room(notice), [], [], [], "en", chunk_people=1000)
            frozen = freezing.freeze_by_scope(tx, notice_rule(tx, notice), part)
            meanwhile()
            if not freezing.advance(tx, part, frozen, ceiling=notice.ceiling):
                raise audience.Overtaken

    def one(self, statement: str) -> Any:
        with psycopg.connect(self.db.url) as connection:
            row = connection.execute(statement).fetchone()  # pyright: ignore[reportArgumentType]
        assert row
        return row[0]


@pytest.fixture
def desks(db: Db) -> Desks:
    with psycopg.connect(db.url) as connection:
        connection.execute(COMPANY)
        connection.execute("ALTER DATABASE " + connection.info.dbname + " SET lock_timeout = '5s'")
    return Desks(db)


def test_a_pause_does_not_wait_for_the_range_that_is_being_frozen(desks: Desks) -> None:
    """A lock on the notice's row would end here in a time-out."""
    notice_id = desks.declared(Consent(yes=True))
    desks.freeze_while(notice_id, lambda: brake.pause(desks.db, Act(LIND, NOW), notice_id))
    assert desks.one("SELECT state FROM notice") == NoticeState.HELD
    assert desks.one("SELECT people_n FROM notice") == 5


def test_a_range_that_a_cancel_overtook_is_rolled_back_whole(desks: Desks) -> None:
    notice_id = desks.declared(Consent(yes=True))
    with pytest.raises(audience.Overtaken):
        desks.freeze_while(notice_id, lambda: brake.cancel(desks.db, Act(LIND, NOW), notice_id))
    assert desks.one("SELECT count(*) FROM delivery") == 0
    assert desks.one("SELECT count(*) FROM chunk") == 0
    assert desks.one("SELECT audience_n FROM notice") == 0


def test_a_ceiling_that_comes_while_a_range_is_counted_holds_for_it_too(desks: Desks) -> None:
    """The range of a draft knows no ceiling: committed, it would let more people leave than were approved."""
    notice_id = desks.declared(Consent())
    with desks.db.transaction() as tx:
        freezing.ask_to_freeze(tx, notice_id, now=NOW)
    with pytest.raises(audience.Overtaken):
        desks.freeze_while(
            notice_id, lambda: approve(desks.db, Act(LIND, NOW), notice_id, Consent(ceiling=3))
        )
    freeze(desks.db, desks.writer.words, NOW, notice_id)
    assert desks.one("SELECT sum(hi - lo) FROM chunk") == 3
    assert desks.one("SELECT count(*) FROM delivery") == 9


def test_two_at_once_freeze_a_list_once(desks: Desks) -> None:
    notice_id = desks.declared(Consent(yes=True))
    with desks.db.transaction() as tx:
        assert freezing.alone(tx, notice_id, 0)
        assert freeze(desks.db, desks.writer.words, NOW, notice_id) == ()
    freeze(desks.db, desks.writer.words, NOW, notice_id)
    assert freeze(desks.db, desks.writer.words, NOW, notice_id) == ()
    assert desks.one("SELECT frozen_upto FROM notice") == LAST
    assert desks.one("SELECT count(*) FROM delivery") == 9


# ---------------------------------------------------------------- two ranges side by side


def small_ranges(desks: Desks) -> None:
    with psycopg.connect(desks.db.url) as connection:
        connection.execute("INSERT INTO company (key, value) VALUES ('policy', '{\"range_people\": 5}')")


@contextmanager
def a_second_worker(desks: Desks, notice_id: int, rings: list[Ring]) -> Generator[Thread]:
    """It has counted its range, and waits for whoever is at the one before."""
    worker = Thread(
        target=lambda: rings.extend(freeze(desks.db, desks.writer.words, NOW, notice_id)), daemon=True
    )
    worker.start()
    waits = "SELECT count(*) FROM pg_locks WHERE locktype = 'advisory' AND NOT granted"
    until(lambda: desks.one(waits) or not worker.is_alive())
    assert worker.is_alive(), rings
    yield worker
    worker.join()


def test_a_range_is_counted_beside_the_one_before_it(desks: Desks) -> None:
    small_ranges(desks)
    notice_id = desks.declared(Consent(yes=True))
    rings: list[Ring] = []
    with ExitStack() as second:
        desks.freeze_while(notice_id, lambda: second.enter_context(a_second_worker(desks, notice_id, rings)))
    assert desks.one("SELECT frozen_upto FROM notice") == LAST
    assert desks.one("SELECT audience_n FROM notice") == 9
    assert desks.one("SELECT array_agg(recipient_id ORDER BY 1) FROM delivery") == list(range(1, 10))
    assert desks.one("SELECT closed_at IS NOT NULL FROM notice")
    assert Ring("deliver", notice_id) in rings


def test_a_range_whose_forerunner_was_rolled_back_counts_for_nothing(desks: Desks) -> None:
    small_ranges(desks)
    notice_id = desks.declared(Consent(yes=True))
    rings: list[Ring] = []

    def die(second: ExitStack) -> None:
        second.enter_context(a_second_worker(desks, notice_id, rings))
        raise ConnectionError

    with ExitStack() as second:  # noqa: SIM117 - the first rolls back before the second is waited for
        with pytest.raises(ConnectionError):
            desks.freeze_while(notice_id, lambda: die(second))
    assert rings == [Ring("freeze", notice_id)]
    assert desks.one("SELECT count(*) FROM delivery") == 0
    assert desks.one("SELECT count(*) FROM chunk") == 0
    for _ in range(2):
        freeze(desks.db, desks.writer.words, NOW, notice_id)
    assert desks.one("SELECT array_agg(recipient_id ORDER BY 1) FROM delivery") == list(range(1, 10))


def test_nobody_goes_ahead_where_a_ceiling_is_near(desks: Desks) -> None:
    small_ranges(desks)
    notice_id = desks.declared(Consent(yes=True, ceiling=4))
    with desks.db.transaction() as tx:
        assert freezing.alone(tx, notice_id, 0)
        assert freeze(desks.db, desks.writer.words, NOW, notice_id) == ()


def test_a_range_into_which_the_ceiling_falls_is_counted_after_the_one_before(desks: Desks) -> None:
    small_ranges(desks)
    notice_id = desks.declared(Consent(yes=True, ceiling=7))
    rings: list[Ring] = []
    with ExitStack() as second:
        desks.freeze_while(notice_id, lambda: second.enter_context(a_second_worker(desks, notice_id, rings)))
    assert rings == [Ring("freeze", notice_id)]
    assert desks.one("SELECT people_n FROM notice") == 5
    freeze(desks.db, desks.writer.words, NOW, notice_id)
    assert desks.one("SELECT sum(hi - lo) FROM chunk") == 7
    assert desks.one("SELECT count(*) FROM delivery") == 9


def test_a_cancel_stops_both_ranges(desks: Desks) -> None:
    small_ranges(desks)
    notice_id = desks.declared(Consent(yes=True))
    rings: list[Ring] = []

    def cancelled(second: ExitStack) -> None:
        second.enter_context(a_second_worker(desks, notice_id, rings))
        brake.cancel(desks.db, Act(LIND, NOW), notice_id)

    with ExitStack() as second:  # noqa: SIM117 - the first rolls back before the second is waited for
        with pytest.raises(audience.Overtaken):
            desks.freeze_while(notice_id, lambda: cancelled(second))
    assert rings == [Ring("freeze", notice_id)]
    assert desks.one("SELECT count(*) FROM delivery") == 0


@pytest.mark.parametrize("frozen", [False, True])
def test_whose_language_is_missing_stands_on_their_letter(desks: Desks, *, frozen: bool) -> None:
    """As it will be frozen, and as it is."""
    asked = {
        "nl": True,
        "pl_PL": True,
        "en-GB": False,
        "en": False,
        "de": False,
        "klingon": False,
        None: False,
    }
    with psycopg.connect(desks.db.url) as connection:
        for customer, locale in enumerate(asked, 1):
            connection.execute("UPDATE contact SET locale = %s WHERE customer_id = %s", (locale, customer))
    settings = from_env({"NOTIFIER_REHEARSALS_ONLY": "1", "NOTIFIER_REPLY_TO": "help@example.com"})
    desks.writer = Writer(settings, desks.writer.words)
    notice_id = desks.declared(Consent())
    if frozen:
        with desks.db.transaction() as tx:
            freezing.ask_to_freeze(tx, notice_id, now=NOW)
        freeze(desks.db, desks.writer.words, NOW, notice_id)
        assert desks.one("SELECT count(*) FROM delivery WHERE vars ->> 'l' = 'true'") == 2
    for customer, (locale, missing) in enumerate(asked.items(), 1):
        seen = look(desks.db, desks.writer, notice_id, WantedReader(customer=f"c{customer}"))
        (mail,) = seen.mails
        for said in (mail.text, mail.html):
            assert ("you can reply in it" in said) == missing, locale
