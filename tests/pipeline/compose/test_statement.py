"""A time of day in a statement says its zone."""

import pytest

from notifier.errors import BadInput
from notifier.model.facts import Facts
from notifier.pipeline.compose import check_own_words, check_statements
from notifier.pipeline.compose.statement import without_zone


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("We write again at 17:00.", "17:00"),
        ("We write again at 5 pm.", "5 pm"),
        ("by 5:30 p.m., at the latest", "5:30 p.m."),
        ("Wir schreiben um 17 Uhr.", "17 Uhr"),
        ("Wir schreiben um 17.30 Uhr wieder.", "17.30 Uhr"),
        ("Nous écrirons à 17 h.", "à 17 h"),
        ("Nous écrirons à 17 h 30.", "à 17 h 30"),
        ("Nous écrirons avant 17h30.", "avant 17h30"),
        ("Escribiremos a las 17:00 horas.", "17:00"),
        ("午後5時にお知らせします。", "午後5時"),
        ("17時30分までに", "17時30分"),
        ("سنكتب إليكم الساعة 17:00 غدًا.", "الساعة 17:00"),
        ("between 17:00 and 18:00", "17:00"),
        ("at 10:00, not 11:00 UTC", "10:00"),
    ],
)
def test_a_time_without_a_zone_is_found(text: str, said: str) -> None:
    assert said in [each for _, each in without_zone(text)]


@pytest.mark.parametrize(
    "text",
    [
        "at 17:00 UTC", "at 17:00 (UTC)", "at 5 pm EST", "from 17:00 to 18:00 CET", "17:00-05:00",
        "2026-11-27T17:00Z", "2026-11-27T17:00:00+01:00", "um 17 Uhr MEZ", "um 17.30 Uhr UTC",
        "à 17 h 30 UTC", "à 17 h, heure de Paris", "a las 17:00, hora de Madrid", "日本時間17時",
        "17:00-18:00 UTC", "午後5時(日本時間)", "الساعة 17:00 بتوقيت القاهرة", "24時間以内に",
        "for 3 h", "within 24 hours",
        "`17:00`", "    17:00 in a block of code", "https://example.com/17:00", "version 4.5:1", "1:2 and 16:9",
        "D-7K2M, error 403", "12:345", "I am here", "3 ampere",
    ],
)  # fmt: skip
def test_what_has_a_zone_or_is_no_time_of_day_is_left_alone(text: str) -> None:
    assert list(without_zone(text)) == []


def test_every_one_is_named_with_language_and_line() -> None:
    with pytest.raises(BadInput) as error:
        check_statements({"en": "One.\n\nBy 17:00, or at 6 pm.", "de": "Um 18 Uhr MEZ.", "fr": "à 9 h"})
    assert str(error.value).startswith("The statement in 'en', line 3: '17:00' has no time zone; write")
    assert [detail.split(":")[0] for detail in error.value.details] == [
        "The statement in 'en', line 3",
        "The statement in 'fr', line 1",
    ]


def test_facts_in_the_companys_own_words_are_looked_at_too() -> None:
    own = {
        "still_works": {"de": "Ab 18 Uhr alles.", "en": "From 18:00 UTC everything."},
        "symptom": "at 17:00",
    }
    memo = {"memo": {"value": {"en": "told at 17:55"}, "public": False}}
    with pytest.raises(BadInput) as error:
        check_own_words(Facts.from_mapping(own | memo), {"en": "By 9 pm."})
    assert [str(error.value).split(":")[0], *(each.split(":")[0] for each in error.value.details)] == [
        "The statement in 'en', line 1", "The fact still_works in 'de', line 1",
    ]  # fmt: skip
