"""Each fact in each state, as the rendered mail says it; what is internal or unsure never reads as certain."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from notifier.model.facts import QUESTIONS, Facts
from notifier.model.notice_context import NoticeContext
from notifier.model.vocabulary import NoticeKind, Reason, Variant
from notifier.pipeline.compose import Words, sample
from notifier.settings import data_folder

WORDS = Words.load(data_folder("templates") / "email")
NONCE = "abcdefgh12345678"
SECRET = "SECRET, by telephone"
CONFIRMED = {
    "cause": ("court_order", "A court order requires this."),
    "who": ({"en": "All customers abroad are concerned."}, "this. All customers abroad are concerned."),
    "open_question": ({"en": "Where are you based?"}, "What decides it: Where are you based?"),
    "legal_basis": ("15 CFR 744.23", "The legal basis is 15 CFR 744.23."),
    "assessment": ("misunderstanding", "It is a misunderstanding."),
    "end": (datetime(2026, 11, 28, 23, tzinfo=UTC), "Access will be back by Saturday 28 November, 18:00 EST"),
    "effort": ("restoring", "We are working to restore access."),
    "symptom": ("error 403", "Requests fail with error 403."),
    "still_works": ("other_services", "All our other services work as usual."),
    "data": ("kept", "Kept, unchanged."),
    "billing": ("not_charged", "Time without access is not charged."),
    "action": ("none", "What you need to do: Nothing."),
}


def test_every_question_is_tried_here() -> None:
    assert CONFIRMED.keys() == QUESTIONS.keys()


def read(
    facts: dict[str, Any], notice: NoticeKind = NoticeKind.FIRST, locale: str = "en", **more: Any
) -> str:
    told = replace(sample.full(notice), facts=Facts.from_mapping(facts), statements={}, **more)
    return _mail(told, locale)


def _mail(told: NoticeContext, locale: str) -> str:
    variant = Variant.BOTH if "open_question" in told.facts.known else Variant.AFFECTED
    rendered = WORDS.render(told, locale, variant, NONCE)
    values = WORDS.values(told, locale, sample.person(variant), NONCE)
    text = rendered.text
    for tag, value in values.items():
        text = text.replace(tag, value)
    assert NONCE not in text
    return " ".join(text.replace("\N{NO-BREAK SPACE}", " ").split())


@pytest.mark.parametrize("notice", [NoticeKind.FIRST, NoticeKind.HOLDING])
@pytest.mark.parametrize("name", QUESTIONS)
def test_a_confirmed_fact_is_said(name: str, notice: NoticeKind) -> None:
    value, sentence = CONFIRMED[name]
    assert sentence in read({name: value}, notice)


@pytest.mark.parametrize("name", QUESTIONS)
def test_a_believed_fact_is_said_as_a_belief(name: str) -> None:
    value, sentence = CONFIRMED[name]
    said = read({name: {"value": value, "confidence": "believed"}})
    assert sentence not in said
    assert ("We expect" if name == "end" else "We believe") in said


@pytest.mark.parametrize("name", QUESTIONS)
def test_an_unknown_fact_is_not_known_even_if_a_value_stands_beside_it(name: str) -> None:
    value, sentence = CONFIRMED[name]
    said = read({name: {"value": value, "confidence": "unknown"}})
    assert sentence not in said
    assert "We believe" not in said
    assert said == read({name: {"confidence": "unknown"}})


@pytest.mark.parametrize("notice", [NoticeKind.FIRST, NoticeKind.HOLDING, NoticeKind.UPDATE])
@pytest.mark.parametrize("locale", ["en", "de"])
@pytest.mark.parametrize("name", QUESTIONS)
def test_an_internal_fact_never_leaves(name: str, locale: str, notice: NoticeKind) -> None:
    value = {"en": SECRET, "de": SECRET}
    given: Any = CONFIRMED[name][0] if name == "end" else value
    internal = {"value": given, "public": False, "as_of": sample.FRIDAY}
    said = read({name: internal}, notice, locale)
    assert SECRET not in said
    assert said == read({name: {"confidence": "unknown"}}, notice, locale)


@pytest.mark.parametrize("name", sorted(QUESTIONS.keys() - {"end"}))
def test_words_of_the_companys_own_stand_in_their_language_only(name: str) -> None:
    said = {locale: read({name: {"de": "Eigene Worte."}}, locale=locale) for locale in ("en", "de")}
    assert "Eigene Worte." in said["de"]
    assert "Eigene" not in said["en"]
    assert "We do not have this in English yet: please ask us." in said["en"]


SINCE = datetime(2026, 11, 27, 23, 20, tzinfo=UTC)


@pytest.mark.parametrize(
    ("since", "english", "german"),
    [
        (SINCE, "As of Friday 27 November, 18:20 EST", "seit Freitag, 27. November, 18:20 Uhr EST"),
        (
            {"value": SINCE, "confidence": "believed"},
            "As of Friday 27 November, about 18:20 EST (23:20 UTC)",
            "seit Freitag, 27. November, etwa 18:20 Uhr EST (23:20 Uhr UTC)",
        ),
        (
            {"confidence": "unknown"},
            "As of Friday 27 November, 18:32 EST (23:32 UTC) at the latest",
            "seit spätestens Freitag, 27. November, 18:32 Uhr EST",
        ),
        (
            {"value": SINCE, "public": False},
            "As of Friday 27 November, 18:32 EST (23:32 UTC) at the latest",
            "seit spätestens Freitag, 27. November, 18:32 Uhr EST",
        ),
    ],
)
def test_since_when_is_as_sure_as_it_is_known(since: Any, english: str, german: str) -> None:
    assert english in read({"since": since})
    assert german in read({"since": since}, locale="de")


def test_the_time_of_an_answer_is_shown_where_it_matters() -> None:
    then = sample.FRIDAY + timedelta(minutes=5)
    believed = read({"data": {"value": "kept", "confidence": "believed", "as_of": then}})
    assert "kept, unchanged. As of Friday 27 November, 18:37 EST (23:37 UTC)." in believed
    unknown = read({"end": {"confidence": "unknown", "as_of": then}})
    assert "when access returns. As of Friday 27 November, 18:37 EST (23:37 UTC)." in unknown
    fresh = read({"data": {"value": "kept", "as_of": then}})
    assert "Kept, unchanged. Next update" in fresh
    old = read({"data": {"value": "kept", "as_of": then}}, now=then + timedelta(hours=9))
    assert "Kept, unchanged. As of Friday 27 November, 18:37 EST (23:37 UTC)." in old
    assert "Stand: Freitag, 27. November" in read(
        {"data": {"value": "kept", "confidence": "believed", "as_of": then}}, locale="de"
    )
    japanese = read({"data": {"value": "kept", "as_of": then, "confidence": "believed"}}, locale="ja")
    assert "と考えております。11月27日（金）18:37（EST、UTC23:37）現在の情報です。" in japanese.replace(  # noqa: RUF001
        " ", ""
    )


def test_an_update_with_new_facts_does_not_say_that_nothing_is_new() -> None:
    facts = {"cause": "court_order", "symptom": "error 451", "still_works": "nothing_else"}
    silent = read(facts, NoticeKind.UPDATE)
    assert "Nothing new to report." in silent
    assert "error 451" not in silent  # they have read that before
    said = read(facts, NoticeKind.UPDATE, fresh=frozenset(facts))
    assert "Nothing new" not in said
    for sentence in ("A court order requires this.", "Requests fail with error 451.", "Nothing: all our"):
        assert sentence in said


def test_whoever_objected_reads_legal_basis_and_assessment_too() -> None:
    facts = {"legal_basis": "15 CFR 744.23", "assessment": "misunderstanding"}
    said = read(facts, NoticeKind.CONFIRMED)
    assert "The legal basis is 15 CFR 744.23. It is a misunderstanding." in said


def test_what_is_not_known_is_said_once_where_it_matters() -> None:
    said = read({}, reason=Reason.UNKNOWN)
    assert (
        said.count("We do not yet know the cause, or when access returns.") == said.count("not yet know") == 1
    )
    for heading in ("What you will see", "What still works", "Your data", "Billing"):
        assert heading not in said
    told_before = {"data": {"confidence": "unknown"}}
    assert "Your data: We do not yet know." in read(
        told_before, NoticeKind.UPDATE, fresh=frozenset(told_before)
    )


def test_nobody_learns_that_something_internal_is_new() -> None:
    facts = Facts.from_mapping(
        {"cause": {"value": "court_order", "public": False}, "memo": {"value": "x", "public": False}}
    )
    assert facts.open_to_the_public() == frozenset()
