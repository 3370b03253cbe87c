"""A correction cancels what is left of the older notice; those people get one merged notice, never two."""

from datetime import UTC, datetime, timedelta

import psycopg
import pytest

from notifier.actions.announce import correct, declare, timeline
from notifier.actions.background import freeze
from notifier.actions.control.approve import Consent
from notifier.actions.notices.draft import Writer
from notifier.model.act import Act
from notifier.model.mail import Envelope, Outcome, Result
from notifier.model.policy import Policy
from notifier.model.vocabulary import Account, NoticeKind, Reason
from notifier.pipeline.compose import Words
from notifier.pipeline.deliver import Lane, claim_next, send_claimed
from notifier.settings import data_folder, from_env
from notifier.store import Db
from notifier.store.disruptions import contents, notices
from notifier.store.ledger import accounting
from notifier.store.ledger.chunks import Claim

NOW = datetime(2026, 11, 27, 23, 41, tzinfo=UTC)
WORDS = Words.load(data_folder("templates") / "email")
YES = Consent(yes=True)


@pytest.fixture
def writer() -> Writer:
    return Writer(from_env({"NOTIFIER_REHEARSALS_ONLY": "1"}), WORDS)


class Border:
    """The company's border: takes what it is given."""

    name = "sandbox"

    def __init__(self) -> None:
        self.got: list[tuple[str, int]] = []

    def send(self, envelope: Envelope, still_ours) -> Outcome:
        if not still_ours():
            return Outcome(Result.STOPPED, "stopped")
        self.got += [(envelope.text, letter.recipient_id) for letter in envelope.letters]
        return Outcome(Result.ACCEPTED, "queued", 202, "x")


def people(database_url: str, count: int) -> None:
    with psycopg.connect(database_url) as tx:
        tx.execute("INSERT INTO service (slug, name) VALUES ('fable-5', 'Fable 5')")
        for n in range(1, count + 1):
            tx.execute("INSERT INTO customer (ext_id, name) VALUES (%s, %s)", (f"c{n}", f"Company {n}"))
            address = f"p{n}@example.com"
            tx.execute("INSERT INTO recipient (address, address_key) VALUES (%s, %s)", (address, address))
            locale = "de" if n % 2 else "en"
            tx.execute(
                "INSERT INTO contact (customer_id, recipient_id, locale) VALUES (%s, %s, %s)", (n, n, locale)
            )
            tx.execute("INSERT INTO entitlement (customer_id, service_id) VALUES (%s, 1)", (n,))


def frozen(db: Db, notice_id: int) -> None:
    while any(r.task == "freeze" for r in freeze.freeze(db, WORDS, NOW, notice_id)):
        pass


def sent(db: Db, border: Border, notice_id: int, chunks: int) -> None:
    with db.transaction() as tx:
        by_id = {c.content_id: c for c in contents.contents(tx, notice_id)}

    def seal(claimed: Claim, seats) -> Envelope:
        content = by_id[claimed.content_id]
        letters = [type("L", (), {"recipient_id": seat.recipient_id})() for seat in seats]
        return Envelope(
            claimed.attempt_id, notice_id, "a@example.com", None, {}, "s", content.text, "h", letters
        )

    lane = Lane(db, border, seal, lambda: NOW, lambda: 0.0, Policy(), None)
    for _ in range(chunks):
        claimed = claim_next(lane, notice_id)
        assert isinstance(claimed, tuple)
        send_claimed(lane, *claimed)


def standing(db: Db, notice_id: int) -> dict[Account | None, int]:
    with db.transaction() as tx:
        return {row.account: row.people for row in accounting.accounts(tx, notice_id)}


def test_a_correction_reaches_everybody_once(db: Db, database_url: str, writer: Writer):
    people(database_url, 10)
    border = Border()
    first = declare.suspend(db, writer, Act("person:a", NOW), declare.Wish(("fable-5",), Reason.LEGAL), YES)
    frozen(db, first.name.notice_id)
    sent(db, border, first.name.notice_id, chunks=1)  # one of two languages
    told = {person for _, person in border.got}
    assert len(told) == 5

    news = timeline.News(statements={"en": "Right.", "de": "Richtig."})
    later = NOW + timedelta(hours=1)
    kept = correct.correct(db, writer, Act("person:a", later), first.name.reference, news, Consent())
    assert not kept.gate.approved
    assert standing(db, first.name.notice_id) == {Account.TOLD: 5, Account.HELD: 5}, (
        "the wrong words stop at once"
    )
    right = correct.correct(db, writer, Act("person:a", later), first.name.reference, news, YES)
    assert right.gate.approved
    assert right.gate.people == 10
    frozen(db, right.name.notice_id)
    assert standing(db, first.name.notice_id) == {Account.TOLD: 5, Account.CANCELLED: 5}
    assert (
        claim_next(Lane(db, border, None, lambda: NOW, lambda: 0.0, Policy(), None), first.name.notice_id)
        is None
    )

    border.got.clear()
    sent(db, border, right.name.notice_id, chunks=2)
    assert sorted(person for _, person in border.got) == list(range(1, 11))
    for text, person in border.got:
        assert ("correction" in text or "Richtigstellung" in text) == (person in told)
        assert "Right." in text or "Richtig." in text
    assert standing(db, right.name.notice_id) == {Account.TOLD: 10}


def test_an_update_tells_the_left_out_everything_and_a_restoration_tells_them_nothing(
    db: Db, database_url: str, writer: Writer
):
    people(database_url, 4)
    border = Border()
    first = declare.suspend(db, writer, Act("person:a", NOW), declare.Wish(("fable-5",), Reason.LEGAL), YES)
    frozen(db, first.name.notice_id)
    sent(db, border, first.name.notice_id, chunks=1)
    with db.transaction() as tx:
        notices.cancel(tx, first.name.notice_id)
    later = NOW + timedelta(hours=1)
    back = timeline.restore(
        db, writer, Act("person:a", later), first.name.reference, timeline.News(), Consent()
    )
    assert back.gate.people == 2
    news = timeline.News(nothing_new=True)
    update = timeline.update(db, writer, Act("person:a", later), first.name.reference, news, YES)
    assert update.gate.people == 4
    with db.transaction() as tx:
        variants = {c.variant for c in contents.contents(tx, update.name.notice_id)}
        assert notices.by_id(tx, update.name.notice_id).kind is NoticeKind.UPDATE
    assert {"affected", "late_affected"} <= variants
