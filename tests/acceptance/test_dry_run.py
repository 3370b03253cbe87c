"""The dry run says what the send then does, and stores nothing."""

from .conftest import Place

SUSPEND = ("suspend", "fable-5", "--reason", "legal", "--where", "nationality <> 'US'")
HEADER = ",locale,nationality,suspended"


def people(place: Place) -> None:
    place.people(30, "en", header=HEADER, cells=",en,GB,fable-5")
    place.people(20, "de", header=HEADER, cells=",de,DE,fable-5")
    place.people(3, "fi", header=HEADER, cells=",fi,,fable-5")
    place.people(7, "us", header=HEADER, cells=",en,US,fable-5")
    place.customers("customer,name,services,nationality,suspended\nmute,Mute,fable-5,FR,fable-5\n")


def test_everything_a_person_must_see_before_they_send(notifier: Place) -> None:
    people(notifier)
    (notifier.folder / "words.md").write_text("We are working on it.")
    before = notifier.rows("SELECT count(*) FROM disruption WHERE opened_by <> 'database'")
    shown = notifier(*SUSPEND, "--statement", "de=words.md", "--dry-run", COLUMNS="80").out
    for line in (
        "DRY RUN on LIVE data. Nothing is stored, nothing leaves.",
        '  affected         51      50  "is suspended for you"',
        '  possibly          3       3  "may be suspended for you"',
        "  not               7       -  nothing",
        "  total            61      53  one mail each; 1 more: call list",
        "  Services: Fable 5",
        "  Who: nationality <> 'US'",
        "! 7 customers are CUT OFF in the data and would NOT be told: the scope leaves",
        "  them out. To tell them, widen or drop it.",
        "  To send all the same, acknowledge the number: --accept-gap 7",
        "! 3 people asked for a language without words here (fi 3).",
        "! Statement in de: 33 people (en) get the phrases only.",
        "! Nobody has reviewed these words: de, en.",
        "  They read: en\u00a033  de\u00a020",
        "  about 2 requests; with one worker, a pause lets at most 53 more leave",
        "Send: the same line without --dry-run; you will type 53.",
    ):
        assert line in shown.splitlines(), (line, shown)
    assert "  ok  cut in force since " in shown
    assert max(map(len, shown.splitlines())) <= 80
    assert notifier.rows("SELECT count(*) FROM disruption WHERE opened_by <> 'database'") == before
    assert notifier.provider.count() == 0


def test_what_was_read_is_said_and_who_reads_the_nearest_language_is_not_foreign(notifier: Place) -> None:
    people(notifier)
    notifier.rows(
        "UPDATE contact SET locale = CASE locale WHEN 'de' THEN 'gsw' WHEN 'fi' THEN 'zh-TW' ELSE locale END"
    )
    asked = (*SUSPEND, "--effective", "2100-11-28T18:30+00:00", "--dry-run")
    shown = notifier(*asked, COLUMNS="80", TZ="America/New_York").out.splitlines()
    for line in (
        "In effect from Sun 28 Nov 13:30 EST (18:30 UTC), which is still to come.",
        "! 3 people asked for a language without words here (zh-TW 3).",
        "  They read: en\u00a033  de\u00a020",
    ):
        assert line in shown


def test_people_whose_language_lacks_a_text_are_counted_for_each_fact(notifier: Place) -> None:
    people(notifier)
    (notifier.folder / "facts.toml").write_text(
        'data = { de-AT = "Alles ist gesichert." }\n'
        'still_works = { value = { en = "The other models.", "nl" = "De rest." }, confidence = "believed" }\n'
        'billing = { value = { fr = "Gratuit." }, public = false }\n'
        'symptom = "error 403"\n'
    )
    asked = (*SUSPEND, "--facts", "facts.toml", "--title", "Access to Fable", "--accept-gap", "7")
    shown = notifier(*asked, "--dry-run", COLUMNS="80").out.splitlines()
    assert "! data in de-AT: 33 people (en) read that they may ask." in shown
    assert "! still_works in en, nl: 20 people (de) read that they may ask." in shown
    assert not [line for line in shown if "billing in" in line or "symptom in" in line]
    assert "! The title stands in every language as it was given." in shown
    counted = notifier(*asked, "--dry-run", "--json").json()
    assert {each["what"]: each["people"] for each in counted["untranslated"]} == {
        "data": 33,
        "still_works": 20,
    }
    assert notifier(*asked, "--yes").code == 0
    ask = "Your data: We do not have this in English yet: please ask us."
    asking = [mail for mail in notifier.provider.messages() if ask in mail["text"]]
    assert len(asking) == 33, "as many as the dry run said"
    assert not [mail for mail in notifier.provider.messages() if "Gratuit" in mail["text"]]


def test_it_says_what_the_send_then_does(notifier: Place) -> None:
    people(notifier)
    assert notifier(*SUSPEND, "--rehearse", "--accept-gap", "7", "--yes").code == 0
    counted = notifier(*SUSPEND, "--rehearse", "--dry-run", "--json").json()
    # The database may have noticed the suspension too, and drafted a notice.
    reference = notifier.value("SELECT reference FROM disruption WHERE mode = 'rehearsal'")
    notice = notifier.shown(reference)[-1]["notice"]
    assert (notice["people_n"], notice["audience_n"]) == (counted["people"], 54)
    assert notice["audience_n"] == counted["people"] + counted["unreachable"]
    # People who are told something else read other words: a request more at most for each language.
    requests = notifier.value("SELECT count(*) FROM chunk")
    assert counted["forecast"]["requests"] <= requests <= counted["forecast"]["requests"] + 2
    # What the last requests took tells how long it will be.
    assert 0 < counted["forecast"]["seconds"] < 30


def test_later_notices_say_whose_language_lacks_what_is_new(notifier: Place) -> None:
    people(notifier)
    assert notifier(*SUSPEND, "--accept-gap", "7", "--yes").code == 0
    reference = notifier.value("SELECT reference FROM disruption WHERE declared_at IS NOT NULL")
    (notifier.folder / "words.md").write_text("We are working on it.")
    (notifier.folder / "facts.toml").write_text('data = { en = "All is kept." }\n')
    for command, *more in (("update",), ("correct",), ("restore", "--accept-gap", "61")):
        asked = (command, reference, *more, "--statement", "de=words.md", "--facts", "facts.toml", "--yes")
        done = notifier(*asked, COLUMNS="80")
        assert done.code == 0, (command, done.said)
        said = done.out.splitlines()
        assert "! Statement in de: 33 people (en) get the phrases only." in said, command
        assert "! data in en: 20 people (de) read that they may ask." in said, command
    assert [n["notice"]["people_n"] for n in notifier.shown(reference)] == [53] * 4
