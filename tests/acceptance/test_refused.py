"""The provider refuses a request: nobody is lost or told twice, and a person hears what only they can mend."""

from collections import Counter

import pytest

from .conftest import Place

EVERYBODY = Counter(f"p{i}@example.com" for i in range(1, 61))
SUSPEND = ("suspend", "fable-5", "--reason", "legal", "--rehearse", "--yes")


@pytest.fixture
def place(notifier: Place) -> Place:
    notifier.people(60)
    notifier.policy(chunk_people=10)
    return notifier


@pytest.mark.parametrize("kind", ["400", "413-html"])
def test_a_request_that_is_refused_without_a_culprit_goes_on_in_halves(place: Place, kind: str) -> None:
    place.sandbox.fault(kind, times=3, after=2)
    assert place(*SUSPEND).code == 0
    place.until_state("finished")
    assert place.sandbox.addresses() == EVERYBODY
    refused = place.rows("SELECT n FROM attempt WHERE outcome = 'refused'")
    assert len(refused) == 3
    assert place.value("SELECT count(*) FROM chunk WHERE state = 'split'") == 3
    assert place.shown()[0]["accounts"]["told"] == 60


def test_a_message_that_is_refused_for_everybody_waits_for_a_person(place: Place) -> None:
    place.sandbox.fault("400-message", times=100)
    place.start(*SUSPEND)
    place.until(lambda: place.states() == ["held"])
    assert place.value("SELECT count(*) FROM fate") == 0, "nobody is to blame"
    assert "not a verified sender" in place("show", place.references[-1]).out
    assert "not a verified sender" in place("list").out
    place.sandbox.ask("DELETE", "/faults")
    assert place("resume", f"{place.references[-1]}/1").code == 0
    place.until_state("finished")
    assert place.sandbox.addresses() == EVERYBODY
