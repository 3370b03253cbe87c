"""Facts as they are written in files."""

import json
import tomllib
from datetime import UTC, datetime

import pytest

from notifier.errors import BadInput
from notifier.model.facts import Fact, Facts
from notifier.model.locales import in_locale
from notifier.model.vocabulary import Confidence

EXAMPLE = Facts.from_mapping.__doc__.split("```toml\n")[1].split("```")[0]  # type: ignore[union-attr]


def test_the_example_of_the_docstring_is_accepted_and_survives_json() -> None:
    facts = Facts.from_mapping(tomllib.loads(EXAMPLE))
    assert facts.contact["phone"] == "+1 555 0100"
    assert facts.known["data"] == Fact("kept")
    assert facts.known["assessment"].confidence is Confidence.BELIEVED
    assert facts.known["end"].value == datetime(2026, 11, 28, 17, tzinfo=UTC)
    assert not facts.known["memo"].public
    assert Facts.from_mapping(json.loads(json.dumps(facts.to_json()))) == facts


def test_a_file_may_have_its_facts_under_a_heading() -> None:
    assert Facts.from_mapping({"facts": {"data": "kept"}}) == Facts.from_mapping({"data": "kept"})


def test_a_disruptions_own_facts_win_also_when_they_are_internal() -> None:
    standing = Facts.from_mapping({"data": "kept", "billing": "charged", "phone": "+1 555 0100"})
    own = Facts.from_mapping({"data": {"value": "lost", "public": False}, "billing": "not_charged"})
    merged = standing.merged(own)
    assert merged.shown("data") is None
    assert merged.shown("billing") == Fact("not_charged")
    assert merged.contact == {"phone": "+1 555 0100"}


@pytest.mark.parametrize(
    ("facts", "sentence"),
    [
        ({"data": "keptt"}, "fact data is 'keptt': use one of at_risk, kept, lost, partly_lost"),
        ({"weather": "fine"}, "fact weather has no words in a mail"),
        ({"data": {"value": "kept", "confidence": "sure"}}, "write confirmed, believed or unknown"),
        ({"data": {"value": "kept", "pubic": True}}, "has 'pubic'"),
        ({"data": {"value": "kept", "public": "no"}}, "write true or false"),
        ({"data": ""}, "fact data has no value"),
        ({"data": {"en": 3}}, "needs a text for each language"),
        ({"data": {"english": "kept"}}, "not a language"),
        ({"end": "tomorrow"}, "write a time with its zone"),
        ({"end": "2026-11-28T12:00:00"}, "write a time with its zone"),
        ({"data": {"value": "kept", "as_of": "noon"}}, "fact data.as_of is 'noon'"),
        ({"phone": "call us"}, "fact phone cannot be read: write it as '+1 555 0100'"),
        ({"status_url": "javascript:alert(1)"}, "fact status_url cannot be read"),
        ({"reply_to": "nobody"}, "fact reply_to cannot be read"),
        ({"symptom": 403}, "a text for each language"),
    ],
)
def test_faults_are_named_in_one_sentence(facts: dict[str, object], sentence: str) -> None:
    with pytest.raises(BadInput) as error:
        Facts.from_mapping(facts)
    assert sentence in str(error.value)


def test_all_faults_are_reported_at_once() -> None:
    with pytest.raises(BadInput) as error:
        Facts.from_mapping({"data": "x", "billing": "y"})
    assert len(error.value.details) == 1


def test_texts_are_found_for_the_nearest_locale_and_never_in_another_language() -> None:
    texts = {"de": "Hallo", "pt_BR": "Olá", "fr": " "}
    assert in_locale(texts, "de-CH") == "Hallo"
    assert in_locale(texts, "pt-BR") == "Olá"
    assert in_locale(texts, "pt-PT") == "Olá"
    assert in_locale(texts, "en") is None
    assert in_locale(texts, "fr") is None
