"""A correction reaches exactly those whom the wrong words reached, and quotes them."""

from datetime import timedelta
from zoneinfo import ZoneInfo

import pytest

from notifier.actions.announce import correct, declare, reviews, timeline
from notifier.actions.control.approve import Consent
from notifier.actions.notices.draft import Writer
from notifier.errors import Refused
from notifier.model.act import Act
from notifier.model.vocabulary import Account, NoticeKind, NoticeState, Reason
from notifier.store import Db
from notifier.store.disruptions import contents, disruptions, notices
from tests.lab import Lab
from tests.stories.test_merged import NOW, YES, Border, frozen, people, sent, standing, writer

__all__ = ["writer"]
LATER = NOW + timedelta(hours=1)
GERMAN, ENGLISH = {1, 3, 5, 7, 9}, {2, 4, 6, 8, 10}


def first(db: Db, writer: Writer, border: Border, statements: dict[str, str], chunks: int) -> str:
    wish = declare.Wish(("fable-5",), Reason.LEGAL, statements=statements)
    said = declare.suspend(db, writer, Act("person:a", NOW), wish, YES)
    frozen(db, said.name.notice_id)
    sent(db, border, said.name.notice_id, chunks=chunks)
    return said.name.reference


def all_sent(db: Db, border: Border, said: timeline.Said, chunks: int) -> dict[int, str]:
    """What each person got of this notice; nobody got it twice."""
    assert said.gate.approved, said.gate.refusal
    border.got.clear()
    frozen(db, said.name.notice_id)
    sent(db, border, said.name.notice_id, chunks=chunks)
    told = {person: text for text, person in border.got}
    assert len(told) == len(border.got)
    accounts = standing(db, said.name.notice_id)
    assert accounts == {Account.TOLD: len(told)}
    assert said.gate.people == len(told)
    return told


def test_who_never_read_the_wrong_words_hears_nothing(db: Db, database_url: str, writer: Writer):
    people(database_url, 10)
    border = Border()
    reference = first(db, writer, border, {"en": "It is a **wrong** sentence."}, chunks=2)
    news = timeline.News(statements={"en": "The right one.", "de": "Das Richtige."})
    told = all_sent(
        db, border, correct.correct(db, writer, Act("person:a", LATER), reference, news, YES), chunks=1
    )
    assert set(told) == ENGLISH
    for text in told.values():
        assert "> It is a wrong sentence." in text
        assert "The right one." in text


def test_wrong_facts_were_read_in_every_language(db: Db, database_url: str, writer: Writer):
    people(database_url, 10)
    border = Border()
    reference = first(db, writer, border, {"en": "A sentence."}, chunks=2)
    news = timeline.News(facts={"billing": "charged"}, statements={"en": "Billing goes on."})
    told = all_sent(
        db, border, correct.correct(db, writer, Act("person:a", LATER), reference, news, YES), chunks=2
    )
    assert set(told) == GERMAN | ENGLISH
    assert "> Service notices" in told[1]
    assert "> A sentence." in told[2]


def test_a_correction_by_facts_alone_quotes_the_answers_that_were_wrong(
    db: Db, database_url: str, writer: Writer
):
    people(database_url, 10)
    border = Border()
    wish = declare.Wish(
        ("fable-5",), Reason.LEGAL, statements={"en": "A sentence."}, facts={"billing": "not_charged"}
    )
    said = declare.suspend(db, writer, Act("person:a", NOW), wish, YES)
    frozen(db, said.name.notice_id)
    sent(db, border, said.name.notice_id, chunks=2)
    news = timeline.News(facts={"billing": "charged", "data": "at_risk"})
    told = all_sent(
        db,
        border,
        correct.correct(db, writer, Act("person:a", LATER), said.name.reference, news, YES),
        chunks=2,
    )
    assert set(told) == GERMAN | ENGLISH
    english, german = (" ".join(told[n].split()) for n in (2, 1))
    assert "> Billing: Time without access is not charged." in english
    assert "- Billing: Billing goes on as before." in english
    assert "A sentence." not in english
    assert "> Abrechnung: Die Zeit ohne Zugang" in german
    assert "- Abrechnung: " in german
    assert english.count("Billing goes on as before.") == 1


def test_what_is_quoted_says_the_times_that_its_reader_had_read(lab: Lab) -> None:
    lab.people(1, locale="en", timezone="America/New_York")
    began = (lab.now() - timedelta(hours=2)).replace(second=0, microsecond=0)
    wish = declare.Wish(("fable-5",), Reason.LEGAL, facts={"since": began})
    said = declare.suspend(lab.app.db, lab.app.writer, lab.act(), wish, YES)
    lab.ring(said.gate.rings)
    lab.settle()
    lab.rows("UPDATE contact SET tz = 'Asia/Tokyo'")  # moved since, and got it in the night
    lab.rows("UPDATE attempt SET ended_at = ended_at + interval '9 hours'")
    ((left,),) = lab.rows("SELECT ended_at FROM attempt")
    news = timeline.News(facts={"since": began + timedelta(hours=1)})
    done = correct.correct(lab.app.db, lab.app.writer, lab.act(), said.name.reference, news, YES)
    lab.ring(done.gate.rings)
    lab.settle()
    first, correction = (" ".join(mail.text.split()) for mail in lab.sink.to("p1@example.com"))
    read = first.split("As of ")[1].split(", access")[0]
    assert f"{began.astimezone(ZoneInfo('America/New_York')):%H:%M} E" in read
    assert f"> Start: {read}" in correction.replace("> (", "(").replace("Start: > ", "Start: ")
    wrote = left.astimezone(ZoneInfo("Asia/Tokyo"))
    assert f"wrote to you on {wrote:%A} {wrote.day} {wrote:%B}, {wrote:%H:%M} JST" in correction


def test_an_update_that_half_of_them_got(db: Db, database_url: str, writer: Writer):
    people(database_url, 10)
    border = Border()
    reference = first(db, writer, border, {}, chunks=2)
    wrong = timeline.News(statements={"en": "Wrong.", "de": "Falsch."})
    update = timeline.update(db, writer, Act("person:a", LATER), reference, wrong, YES)
    frozen(db, update.name.notice_id)
    border.got.clear()
    sent(db, border, update.name.notice_id, chunks=1)
    got = {person for _, person in border.got}
    assert len(got) == 5
    right = timeline.News(statements={"en": "Right.", "de": "Richtig."})
    told = all_sent(
        db, border, correct.correct(db, writer, Act("person:a", LATER), reference, right, YES), chunks=2
    )
    assert set(told) == GERMAN | ENGLISH
    for person, text in told.items():
        assert ("> Wrong." in text or "> Falsch." in text) == (person in got)
        assert ("correction" in text or "Richtigstellung" in text) == (person in got)
        assert "Right." in text or "Richtig." in text
    assert standing(db, update.name.notice_id) == {Account.TOLD: 5, Account.CANCELLED: 5}


def test_an_older_notice_is_corrected_by_its_number(db: Db, database_url: str, writer: Writer):
    people(database_url, 10)
    border = Border()
    reference = first(db, writer, border, {"de": "Falsch."}, chunks=2)
    news = timeline.News(nothing_new=True)
    update = timeline.update(db, writer, Act("person:a", LATER), reference, news, YES)
    frozen(db, update.name.notice_id)
    sent(db, border, update.name.notice_id, chunks=2)
    right = timeline.News(statements={"de": "Richtig."})
    said = correct.correct(db, writer, Act("person:a", LATER), reference, right, YES, 1)
    assert set(all_sent(db, border, said, chunks=1)) == GERMAN
    with pytest.raises(Refused, match="no such notice"):
        correct.correct(db, writer, Act("person:a", LATER), reference, right, YES, 17)


def test_whom_a_review_released_since_hears_that_it_was_wrong_and_not_that_they_are_cut_off(
    db: Db, database_url: str, writer: Writer
):
    people(database_url, 4)
    border = Border()
    reference = first(db, writer, border, {"en": "Wrong.", "de": "Falsch."}, chunks=2)
    asked = reviews.add(db, Act("person:a", NOW), reference, reviews.Objection("c2", "Ann", "not us"))
    ended = reviews.decide(
        db, writer, Act("person:b", NOW), asked.review_id, reviews.Decision("released", why="true"), YES
    )
    assert ended.name is not None
    frozen(db, ended.name.notice_id)
    sent(db, border, ended.name.notice_id, chunks=1)
    right = timeline.News(statements={"en": "Right.", "de": "Richtig."})
    told = all_sent(
        db, border, correct.correct(db, writer, Act("person:a", LATER), reference, right, YES), chunks=3
    )
    assert set(told) == {1, 2, 3, 4}
    assert "> Wrong." in told[2]
    assert "suspended for you" not in " ".join(told[2].split())
    assert "been suspended for you" in " ".join(told[4].split())


def test_the_first_notice_withdrawn_in_every_language_without_a_word_written(
    db: Db, database_url: str, writer: Writer
):
    people(database_url, 10)
    border = Border()
    reference = first(db, writer, border, {}, chunks=1)
    reached = {person for _, person in border.got}
    said = correct.retract(db, writer, Act("person:a", LATER), reference, timeline.News(), YES)
    told = all_sent(db, border, said, chunks=1)
    assert set(told) == reached
    for text in told.values():
        assert "withdraw" in text or "ziehen" in text
        assert "> Your access is suspended" in text or "> Ihr Zugang ist gesperrt" in text
    with db.transaction() as tx:
        found = disruptions.by_reference(tx, reference)
        assert found is not None
        assert found.ended_as == "retracted"
        assert notices.by_id(tx, 1).state is NoticeState.CANCELLED
        locales = {c.locale for c in contents.contents(tx, said.name.notice_id)}
        assert locales == set(writer.words.locales(NoticeKind.FIRST))


def test_an_update_withdrawn_leaves_what_was_told_before_it(db: Db, database_url: str, writer: Writer):
    people(database_url, 4)
    border = Border()
    reference = first(db, writer, border, {}, chunks=2)
    wrong = timeline.News(statements={"en": "Wrong.", "de": "Falsch."})
    update = timeline.update(db, writer, Act("person:a", LATER), reference, wrong, YES)
    frozen(db, update.name.notice_id)
    sent(db, border, update.name.notice_id, chunks=2)
    with pytest.raises(Refused, match="came after"):
        correct.retract(db, writer, Act("person:a", LATER), reference, timeline.News(), YES, 1)
    told = all_sent(
        db,
        border,
        correct.retract(db, writer, Act("person:a", LATER), reference, timeline.News(), YES),
        chunks=2,
    )
    assert set(told) == {1, 2, 3, 4}
    assert "still holds" in " ".join(told[2].split())
    back = timeline.restore(db, writer, Act("person:a", LATER), reference, timeline.News(), Consent())
    assert back.gate.people == 4, "who was told of the suspension still hears of its end"
