"""Who is held above a ceiling is told once: by a person who lets them go, or by the next notice, never by both."""

from datetime import timedelta

import psycopg
import pytest

from notifier.actions.announce import declare, timeline
from notifier.actions.control import approve
from notifier.actions.control.above_ceiling import approve_held
from notifier.actions.control.approve import Consent
from notifier.actions.notices.draft import Writer
from notifier.errors import BadInput, Refused
from notifier.model.act import Act
from notifier.model.vocabulary import Account, Reason
from notifier.store import Db
from notifier.store.audience import freezing
from notifier.store.disruptions import notices
from notifier.store.read.held import above_ceiling
from tests.stories.test_merged import NOW, YES, Border, frozen, people, sent, standing, writer

__all__ = ["writer"]

LATER = NOW + timedelta(hours=1)
NOTHING_NEW = timeline.News(nothing_new=True)


def some_are_held(db: Db, database_url: str, writer: Writer, border: Border) -> declare.Declared:
    """Six in the audience, two of them told."""
    people(database_url, 6)
    wish = declare.Wish(("fable-5",), Reason.LEGAL)
    first = declare.suspend(db, writer, Act("person:a", NOW), wish, Consent(yes=True, ceiling=2))
    frozen(db, first.name.notice_id)
    sent(db, border, first.name.notice_id, chunks=2)
    with db.transaction() as tx:
        assert notices.finish(tx, first.name.notice_id, now=NOW)
    assert standing(db, first.name.notice_id) == {Account.TOLD: 2, Account.HELD: 4}
    return first


def variants(database_url: str, notice_id: int) -> dict[int, str]:
    """Which words each person gets."""
    with psycopg.connect(database_url) as tx:
        return dict(
            tx.execute(
                "SELECT recipient_id, variant FROM delivery d JOIN chunk k ON k.chunk_id = d.root_chunk_id"
                " JOIN content w ON w.content_id = k.content_id WHERE d.notice_id = %s",
                [notice_id],
            ).fetchall()
        )


def test_the_next_update_tells_them_all_of_it(db: Db, database_url: str, writer: Writer) -> None:
    border = Border()
    first = some_are_held(db, database_url, writer, border)
    told = {person for _, person in border.got}
    news = timeline.update(db, writer, Act("person:a", LATER), first.name.reference, NOTHING_NEW, YES)
    assert news.gate.people == 6
    with pytest.raises(Refused, match="taken over"):
        approve_held(db, Act("person:a", LATER), first.name.notice_id, 4)
    frozen(db, news.name.notice_id)
    assert standing(db, news.name.notice_id) == {Account.WAITING: 6}
    found = variants(database_url, news.name.notice_id)
    assert {person for person, variant in found.items() if variant.startswith("late")} == set(
        range(1, 7)
    ) - told


def test_whoever_was_let_go_is_no_latecomer_of_the_next_notice(
    db: Db, database_url: str, writer: Writer
) -> None:
    border = Border()
    first = some_are_held(db, database_url, writer, border)
    news = timeline.update(db, writer, Act("person:a", LATER), first.name.reference, NOTHING_NEW, Consent())
    assert approve_held(db, Act("person:a", LATER), first.name.notice_id, 4).people == 4
    sent(db, border, first.name.notice_id, chunks=2)
    assert sorted(person for _, person in border.got) == list(range(1, 7))
    assert approve.approve(db, Act("person:a", LATER), news.name.notice_id, YES).approved
    frozen(db, news.name.notice_id)
    assert set(variants(database_url, news.name.notice_id).values()) == {"affected"}


def test_a_draft_with_a_list_has_taken_them_over(db: Db, database_url: str, writer: Writer) -> None:
    first = some_are_held(db, database_url, writer, Border())
    news = timeline.update(db, writer, Act("person:a", LATER), first.name.reference, NOTHING_NEW, Consent())
    with db.transaction() as tx:
        freezing.ask_to_freeze(tx, news.name.notice_id, now=LATER)
    with pytest.raises(Refused, match="taken over"):
        approve_held(db, Act("person:a", LATER), first.name.notice_id, 4)


def test_the_author_lets_them_go_only_where_policy_has_it_or_with_a_reason_that_stays(
    db: Db, database_url: str, writer: Writer
) -> None:
    first = some_are_held(db, database_url, writer, Border())
    with psycopg.connect(database_url) as tx:
        tx.execute("INSERT INTO company (key, value) VALUES ('policy', '{\"four_eyes\": \"both\"}')")
    author, other = Act("person:a", LATER), Act("person:b", LATER)
    with pytest.raises(Refused, match="somebody other than person:a"):
        approve_held(db, author, first.name.notice_id, 4)
    with pytest.raises(BadInput, match="--break-glass"):
        approve_held(db, author, first.name.notice_id, 4, break_glass=" ")
    with db.transaction(keep=False) as tx:
        assert above_ceiling(tx, first.name.notice_id).people == 4
    assert approve_held(db, author, first.name.notice_id, 4, break_glass="Nobody else is awake").people == 4
    with psycopg.connect(database_url) as tx:
        (written,) = tx.execute("SELECT after FROM audit WHERE act = 'approve held'").fetchall()
        assert written[0]["break_glass"] == "Nobody else is awake"
        reasons = "SELECT override_reason FROM approval ORDER BY approval_id DESC LIMIT 1"
        assert tx.execute(reasons).fetchall() == [("Nobody else is awake",)]
    with pytest.raises(Refused, match="Nobody is held"):
        approve_held(db, other, first.name.notice_id, 4)
