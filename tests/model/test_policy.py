"""[policy]: values that would let two workers hold one chunk are refused."""

from dataclasses import fields

import pytest

from notifier.edges.company_file import PolicyTable
from notifier.model.policy import Policy


def test_what_is_not_set_is_the_default():
    assert Policy.from_mapping({}) == Policy()
    assert Policy.from_mapping({"lanes": 3, "from_a_later_version": 1}) == Policy(lanes=3)


@pytest.mark.parametrize(
    ("stored", "sentence"),
    [
        ({"lease_seconds": 30}, "less than lease_seconds"),
        ({"deadline_seconds": 55}, "less than lease_seconds"),
        ({"deadline_seconds": 95, "lease_seconds": 300}, "at most 90"),
        ({"sweep_seconds": 0}, "more than 0"),
        ({"lanes": 0}, "between 1 and 64"),
    ],
)
def test_what_cannot_work_is_refused(stored, sentence):
    with pytest.raises(ValueError, match=sentence):
        Policy.from_mapping(stored)


def test_a_test_can_run_at_about_a_second():
    Policy.from_mapping(
        {"sweep_seconds": 0.2, "lease_seconds": 1, "deadline_seconds": 0.5, "claim_age_seconds": 0.4}
    )


def test_the_file_knows_every_key_of_the_policy():
    assert set(PolicyTable.model_fields) == {f.name for f in fields(Policy)}
