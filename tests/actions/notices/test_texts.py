"""Nobody can approve more texts than they can read: 42; languages that nobody reads do not count."""

from dataclasses import replace
from datetime import date
from pathlib import Path

import psycopg
import pytest

from notifier.actions.announce import declare
from notifier.actions.control import brake
from notifier.actions.control.approve import Consent
from notifier.actions.notices.draft import Writer
from notifier.actions.notices.shown import texts
from notifier.entry.cli.screens.dry_run import picture
from notifier.errors import Refused
from notifier.model.act import Act
from notifier.model.vocabulary import Reason
from notifier.pipeline.compose import Words, ftl
from notifier.pipeline.compose.reviews import made, written
from notifier.settings import data_folder, from_env
from notifier.store import Db
from tests.actions.control.test_lists import agree, looked_at
from tests.actions.control.test_promises import NOW
from tests.lab import Lab

PACKAGED = data_folder("templates") / "email"
OWN = ("nl", "sv", "da", "nb", "fi", "et", "el", "hu")
"""Languages that a company has added, with the plurals of English."""
EVERY = (*OWN, "ar", "de", "en", "es", "fr", "ja", "pt-BR")
HEDGED = declare.Wish(("fable-5",), Reason.LEGAL, where="plan = 'team'")
PEOPLE = """
INSERT INTO service (slug, name) VALUES ('fable-5', 'Fable 5');
INSERT INTO attribute (name, type) VALUES ('plan', 'text');
INSERT INTO recipient (address, address_key) SELECT a, a FROM (
  SELECT 'p' || i || '@example.com' AS a FROM generate_series(1, 15) i) x;
INSERT INTO customer (ext_id, name) SELECT 'c' || i, 'Customer ' || i FROM generate_series(1, 15) i;
INSERT INTO contact (customer_id, recipient_id) SELECT i, i FROM generate_series(1, 15) i;
INSERT INTO entitlement (customer_id, service_id) SELECT i, 1 FROM generate_series(1, 15) i"""


def added(own: Path, locale: str) -> None:
    """A language of the company's own, without words for a correction."""
    english = ftl.messages((PACKAGED / "languages" / "en.ftl").read_text("utf-8"))
    put(own, "languages", f"{locale}.ftl", "".join(t for m, t in english.items() if not corrects(m)))


def signed(own: Path, locale: str) -> None:
    """All but the words for a correction."""
    words = Words.load(PACKAGED, own).shelf.languages
    spoken, english = (words[each].catalogue for each in (locale, "en"))
    read = {
        m: made(spoken, english, m, "Ann", date(2026, 11, 12)) for m in spoken.messages if not corrects(m)
    }
    put(own, "reviews", f"{locale}.toml", written(read))


def corrects(message: str) -> bool:
    return message.startswith(("correction-", "retraction-"))


def put(own: Path, folder: str, name: str, text: str) -> None:
    target = own / "email" / folder / name
    target.parent.mkdir(parents=True, exist_ok=True)
    target.write_text(text, "utf-8")


def writer_with(own: Path) -> Writer:
    return Writer(from_env({"NOTIFIER_REHEARSALS_ONLY": "1"}), Words.load(PACKAGED, own))


@pytest.fixture
def writer(tmp_path: Path) -> Writer:
    for locale in OWN:
        added(tmp_path, locale)
    return writer_with(tmp_path)


def declared(db: Db, writer: Writer, locales: tuple[str, ...]) -> declare.Declared:
    with psycopg.connect(db.url) as connection:
        connection.execute(PEOPLE)
        for n in range(1, 16):
            locale = locales[n % len(locales)]
            connection.execute("UPDATE contact SET locale = %s WHERE customer_id = %s", (locale, n))
    return declare.suspend(db, writer, Act("person:lind", NOW), HEDGED, Consent(yes=True))


def test_more_texts_than_anybody_can_read_are_refused(db: Db, writer: Writer) -> None:
    with pytest.raises(Refused, match="45 different texts, and nobody can approve more than 42"):
        declared(db, writer, EVERY)


def test_languages_that_nobody_reads_do_not_count(db: Db, writer: Writer) -> None:
    said = declared(db, writer, ("nl", "ja"))
    assert said.gate.approved
    shown = texts(db, said.name.notice_id)
    assert {(text.locale, text.variant) for text in shown} == {
        (locale, variant) for locale in ("nl", "ja") for variant in ("affected", "possibly", "both")
    }


def test_words_that_could_not_be_corrected_are_named_before_the_first_send(db: Db, tmp_path: Path) -> None:
    added(tmp_path, "nl")
    signed(tmp_path, "de")
    with psycopg.connect(db.url) as connection:
        connection.execute(PEOPLE)
    said = picture(declare.dry_run(db, writer_with(tmp_path), NOW, HEDGED).estimate).splitlines()
    for kind in ("correction", "retraction"):
        assert f"! There are no words for a {kind} in nl: if something turns out wrong, they" in said
        assert f"! Nobody has reviewed the words for a {kind} in de." in said


# ---------------------------------------------------------------- more than one person can be shown


@pytest.fixture
def many(lab: Lab, tmp_path: Path) -> Lab:
    """An eighth language: an update in all of its words is more than one person can be shown."""
    added(tmp_path, "nl")
    return replace(lab, app=replace(lab.app, settings=replace(lab.app.settings, templates=tmp_path)))


def test_an_update_that_is_drafted_before_the_first_notice_has_left_has_words_for_its_people(
    many: Lab,
) -> None:
    """In the languages that they read; what each of them will have been told, nobody knows yet."""
    many.people(4)
    reference = many.suspend()
    many.update(reference)
    many.settle()
    assert many.accounts(many.notice_id(reference, 2)) == {"told": 4}


def two_lack_words(many: Lab) -> str:
    """Two readers of another language came between an approved update and its list."""
    many.people(5)
    reference = many.suspend()
    many.settle()
    many.update(reference)
    many.people(2, "neu", locale="de")
    many.settle()
    return reference


def test_whoever_needs_words_that_nobody_approved_is_alarmed_about_until_a_later_notice_tells_them(
    many: Lab,
) -> None:
    reference = two_lack_words(many)
    (alarm,) = [text for text in many.alarms() if "words" in text]
    assert alarm == (
        f"{reference}/2: 2 people need words that nobody approved and got nothing:"
        f" notifier update {reference} tells them."
    )
    many.update(reference)
    many.settle()
    assert [text for text in many.alarms() if "words" in text] == []
    assert [len(many.sink.to(f"neu{n}@example.com")) for n in (1, 2)] == [1, 1]


def test_who_got_nothing_is_alarmed_about_until_a_notice_goes_and_not_while_one_is_drafted(many: Lab) -> None:
    reference = two_lack_words(many)
    many.update(reference, consent=Consent())
    looked_at(many, reference, 3)
    assert any("2 people need words" in text for text in many.alarms())
    brake.cancel(many.app.db, many.act(), many.notice_id(reference, 3))
    assert any("2 people need words" in text for text in many.alarms())
    many.update(reference, consent=Consent())
    assert agree(many, looked_at(many, reference, 4)).approved
    assert not any("words" in text for text in many.alarms())
